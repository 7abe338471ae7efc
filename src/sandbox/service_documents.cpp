// Document lists and files: GET /documents, GET /documents/{id}/file, and the other host that files may be redirected to.
#include <algorithm>
#include <charconv>
#include <optional>

#include <fmt/format.h>

#include "sandbox/answers.hpp"
#include "sandbox/files.hpp"
#include "sandbox/lists.hpp"
#include "sandbox/random.hpp"
#include "sandbox/service.hpp"

namespace moisson::sandbox {

namespace {

constexpr std::string_view store_path = "/store/";
constexpr std::size_t large_body_bytes = 1U << 18U;
constexpr std::size_t json_depth = 100000;  // the fault deep-json

constexpr std::string_view not_ready_page =
    "<!DOCTYPE html>\n<html><head><title>Document</title></head>\n"
    "<body><p>Votre document est en cours de g&eacute;n&eacute;ration. Merci de revenir plus tard.</p></body></html>\n";

/// Printable ASCII that cannot end a quoted header value.
std::string header_safe(std::string_view text) {
    std::string safe;
    for (const char letter : text.substr(0, 120)) {
        const bool plain = letter > 0x20 && letter < 0x7f && letter != '"' && letter != '\\' && letter != '/';
        safe += plain ? letter : '_';
    }
    return safe;
}

std::string entry_name(ZipEntry form, const Document& document, const std::string& extension) {
    const std::string by_id = header_safe(document.id.value_or("document")) + "." + extension;
    if (form == ZipEntry::id) {
        return by_id;
    }
    const std::string name = document.filename ? header_safe(*document.filename) : by_id;
    return form == ZipEntry::folder ? "documents/" + name : name;
}

/// What a Range header asks of a body of `size` bytes.
struct RangeWish {
    enum class Kind { none, part, unsatisfiable } kind = Kind::none;  ///< `none` also for what is not understood: then the whole is sent
    std::size_t first = 0;
    std::size_t last = 0;  ///< included
};

std::optional<std::size_t> parse_position(std::string_view text) {
    std::size_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

/// One range of RFC 9110 §14.1.2: "bytes=5-", "bytes=5-9", "bytes=-9".
RangeWish parse_range(std::string_view text, std::size_t size) {
    constexpr std::string_view unit = "bytes=";
    const std::size_t dash = text.find('-');
    if (!text.starts_with(unit) || dash == std::string_view::npos) {
        return {};
    }
    const std::string_view from = text.substr(unit.size(), dash - unit.size());
    const std::string_view to = text.substr(dash + 1);
    const std::optional<std::size_t> first = parse_position(from);
    const std::optional<std::size_t> last = parse_position(to);
    if ((!from.empty() && !first) || (!to.empty() && !last) || (from.empty() && to.empty()) || (first && last && *last < *first)) {
        return {};
    }
    if (!first) {
        return *last == 0 || size == 0 ? RangeWish{RangeWish::Kind::unsatisfiable, 0, 0}
                                       : RangeWish{RangeWish::Kind::part, size - std::min(size, *last), size - 1};
    }
    if (*first >= size) {
        return {RangeWish::Kind::unsatisfiable, 0, 0};
    }
    return {RangeWish::Kind::part, *first, std::min(last.value_or(size - 1), size - 1)};
}

void cut_to_range(const Request& request, std::string_view tag, Answer& answer) {
    if (!request.range || (request.if_range && *request.if_range != tag)) {
        return;
    }
    const std::size_t size = answer.bytes().size();
    const RangeWish wish = parse_range(*request.range, size);
    if (wish.kind == RangeWish::Kind::unsatisfiable) {
        answer = gateway_error(416, 0, "The range lies outside the file.");
        answer.headers.emplace_back("Content-Range", fmt::format("bytes */{}", size));
    } else if (wish.kind == RangeWish::Kind::part) {
        answer.status = 206;
        answer.set_body(std::string(answer.bytes().substr(wish.first, wish.last - wish.first + 1)));
        answer.headers.emplace_back("Content-Range", fmt::format("bytes {}-{}/{}", wish.first, wish.last, size));
    }
}

}  // namespace

ListCache::List Service::current_documents(const Contract& contract, Role role) const {
    const std::uint32_t runs = registry_.run();
    const ListCache::Key key{contract.number, runs, role};
    if (ListCache::List kept = lists_.find(key)) {
        return kept;
    }
    std::vector<Document> documents = world_.documents_of(contract, role);
    if (runs > 1 && faults_.lies_on(FaultKind::empty_list, key_of(contract.id))) {
        documents.clear();
    }
    std::erase_if(documents, [runs](const Document& document) {
        return runs < document.from_run || (document.until_run != 0 && runs > document.until_run);
    });
    for (Document& document : documents) {
        std::uint32_t version = document.reissued_in_run != 0 && runs >= document.reissued_in_run ? 2U : 1U;
        // All documents of one month change together: a bill and its consumption report go on agreeing.
        for (std::uint32_t run = 2; faults_.is_on(FaultKind::reissue) && run <= runs; ++run) {
            const std::uint64_t target = mix_key({contract.number, static_cast<std::uint64_t>(document.month.number), run});
            version += faults_.lies_on(FaultKind::reissue, target) ? 1U : 0U;
        }
        if (version > 1) {
            document = world_.reissued(contract, document, version);
        }
    }
    auto list = std::make_shared<const std::vector<Document>>(std::move(documents));
    lists_.keep(key, list);
    return list;
}

Answer Service::answer_documents(const Request& request, const Account& account, const Contract& contract, std::uint64_t target) {
    const auto query = parse_query(request.query);
    const ServerRules& rules = world_.scenario().server;
    const std::optional<std::string> type_text = parameter(query, "documentType");
    const std::optional<std::string> limit_text = parameter(query, "limit");
    std::uint32_t limit = rules.default_limit;
    if (limit_text && !limit_text->empty()) {
        const std::optional<std::uint32_t> wanted = parse_limit(*limit_text);
        if (!wanted) {
            return gateway_error(400, 28);
        }
        limit = *wanted;
    }
    limit = rules.limit_max == 0 ? limit : std::min(limit, rules.limit_max);
    std::optional<DocumentType> type;
    if (!type_text) {
        type = rules.default_type;
    } else if (!type_text->empty()) {
        type = parse_document_type(*type_text);
        if (!type) {
            return json_answer("{\"documents\": null}");
        }
    }
    for (const FaultKind kind : {FaultKind::documents_null, FaultKind::deep_json}) {
        if (faults_.strikes_now(kind, target)) {
            return struck(kind, json_answer(kind == FaultKind::deep_json ? std::string(json_depth, '[') + std::string(json_depth, ']')
                                                                         : "{\"documents\": null}"));
        }
    }
    const Role role = account.invoices_role(contract);
    const bool final_asked =
        type && (*type == DocumentType::invoices || *type == DocumentType::bills || *type == DocumentType::rated_report);
    if (role == Role::none || (role == Role::visitor && rules.visitor_refused && final_asked)) {
        return gateway_error(rules.missing_role.status, rules.missing_role.code);
    }
    const bool capped = faults_.lies_on(FaultKind::page_cap, key_of(contract.id));
    limit = capped ? std::min(limit, world_.scenario().fault_rules.page_cap) : limit;
    const bool doubled = faults_.strikes_now(FaultKind::duplicate_ids, target);
    const ListCache::List documents = current_documents(contract, role);
    std::vector<const Document*> listed;
    std::size_t total = 0;
    for (const Document& document : *documents) {
        if (type && document.listed_type != spelling_of(*type)) {
            continue;
        }
        const std::uint32_t times = document.listed_times + (doubled && total % 5 == 0 ? 1U : 0U);
        for (std::uint32_t time = 0; time < times; ++time, ++total) {
            if (listed.size() < limit) {
                listed.push_back(&document);
            }
        }
    }
    Answer answer = json_answer(documents_json(listed));
    if (rules.count_headers) {
        answer.headers.emplace_back("X-Total-Count", std::to_string(total));
        answer.headers.emplace_back("X-Result-Count", std::to_string(listed.size()));
    }
    if (capped) {
        note_fault(answer, FaultKind::page_cap);
    }
    if (doubled) {
        note_fault(answer, FaultKind::duplicate_ids);
    }
    if (faults_.strikes_now(FaultKind::bad_json, target)) {
        note_fault(answer, FaultKind::bad_json);
        answer.body.resize(answer.body.size() * (faults_.detail(FaultKind::bad_json, target) % 100) / 100);
    }
    return answer;
}

std::optional<Document> Service::find_document(const Contract& contract, Role role, std::string_view id) const {
    const ListCache::List documents = current_documents(contract, role);
    for (const Document& document : *documents) {
        if (document.id && *document.id == id) {
            return document;
        }
    }
    return std::nullopt;
}

std::optional<Answer> Service::redirect(const Request& request, const Contract& contract, std::string_view document_id,
                                        std::uint64_t target) {
    const auto query = parse_query(request.query);
    std::string location;
    FaultKind kind = FaultKind::redirect_loop;
    const std::optional<std::string> hop = parameter(query, "hop");
    if (faults_.is_on(FaultKind::redirect_loop) && (hop || faults_.strikes_now(FaultKind::redirect_loop, target))) {
        std::uint32_t count = 0;
        if (hop) {
            std::from_chars(hop->data(), hop->data() + hop->size(), count);
        }
        location = fmt::format("{}?hop={}", request.path, count + 1);
    } else if (faults_.strikes_now(FaultKind::redirect_host, target)) {
        kind = FaultKind::redirect_host;
        std::string encoded;
        for (const char letter : document_id) {
            encoded += fmt::format("{:02x}", static_cast<unsigned char>(letter));
        }
        location = fmt::format("{}{}{}/{}?signature={:016x}", other_host_, store_path, contract.id, encoded,
                               faults_.detail(FaultKind::redirect_host, key_of(encoded)));
    } else {
        return std::nullopt;
    }
    Answer answer;
    answer.status = 302;
    answer.headers.emplace_back("Location", location);
    return struck(kind, std::move(answer));
}

Answer Service::answer_file(const Request& request, const Account& account, const Contract& contract, std::string_view document_id,
                            std::uint64_t target) {
    const Role role = account.invoices_role(contract);
    if (role == Role::none) {
        const Refusal& refusal = world_.scenario().server.missing_role;
        return gateway_error(refusal.status, refusal.code);
    }
    const std::optional<Document> document = find_document(contract, role, document_id);
    if (!document) {
        return gateway_error(404, 60);
    }
    if (faults_.lies_on(FaultKind::missing_file, key_of(document_id))) {
        return struck(FaultKind::missing_file, gateway_error(404, 60));
    }
    if (faults_.strikes_now(FaultKind::not_ready, target)) {
        return struck(FaultKind::not_ready, html_answer(200, not_ready_page));
    }
    if (faults_.strikes_now(FaultKind::json_body, target)) {
        Answer answer = gateway_error(500, 1);
        answer.status = 200;
        return struck(FaultKind::json_body, std::move(answer));
    }
    if (auto redirected = redirect(request, contract, document_id, target)) {
        return *redirected;
    }
    return file_answer(request, contract, *document);
}

Result<FileCache::File> Service::file_of(const Contract& contract, const Document& document, bool zipped) const {
    const std::string key = fmt::format("{} {} {} {} {} {}", contract.number, static_cast<int>(document.type), document.month.number,
                                        document.serial, document.version, zipped);
    if (FileCache::File kept = files_.find(key)) {
        return kept;
    }
    Result<FileContent> content = make_file(world_, contract, document);
    if (!content) {
        return fail(content.error());
    }
    if (zipped) {
        Result<std::string> zip = make_zip(entry_name(world_.scenario().server.zip_entry, document, content->extension), content->bytes);
        if (!zip) {
            return fail(zip.error());
        }
        content->bytes = std::move(*zip);
        content->media_type = "application/zip";
    }
    auto file = std::make_shared<const FileContent>(std::move(*content));
    files_.keep(key, file);
    return file;
}

Answer Service::file_answer(const Request& request, const Contract& contract, const Document& document) const {
    switch (document.file) {
        case FileAnswer::whole: break;
        case FileAnswer::missing: return gateway_error(404, 60);
        case FileAnswer::html: return html_answer(200, not_ready_page);
        case FileAnswer::json: {
            Answer answer = gateway_error(500, 1);
            answer.status = 200;
            return answer;
        }
        case FileAnswer::empty: return Answer{};
    }
    const std::string zipped = parameter(parse_query(request.query), "zipped").value_or("0");
    if (zipped != "0" && zipped != "1") {
        return gateway_error(400, 28);
    }
    const Result<FileCache::File> file = file_of(contract, document, zipped == "1");
    if (!file) {
        return gateway_error(500, 1, sanitise(file.error().to_line()));
    }
    const FileContent& content = **file;
    const std::string name = header_safe(document.filename.value_or(document.id.value_or("document") + "." + content.extension));
    Answer answer;
    if (content.bytes.size() > large_body_bytes) {
        answer.large_body = std::shared_ptr<const std::string>(*file, &content.bytes);
    } else {
        answer.body = content.bytes;
    }
    const ServerRules& rules = world_.scenario().server;
    answer.headers.emplace_back("Content-Type", rules.media_types == MediaTypes::exact    ? content.media_type
                                                : rules.media_types == MediaTypes::octets ? "application/octet-stream"
                                                                                          : "application/json");
    if (rules.disposition) {
        answer.headers.emplace_back("Content-Disposition", fmt::format("attachment; filename=\"{}{}\"", name, zipped == "1" ? ".zip" : ""));
    }
    if (world_.scenario().server.ranges) {
        const std::string tag = fmt::format("\"{:016x}\"", mix_key({world_.scenario().seed, key_of(document.id.value_or("")),
                                                                    document.version, key_of(zipped), key_of(contract.id)}));
        answer.headers.emplace_back("ETag", tag);
        answer.headers.emplace_back("Accept-Ranges", "bytes");
        cut_to_range(request, tag, answer);
    }
    return answer;
}

Answer Service::answer_elsewhere(const Request& request) const {
    if (request.authorization || request.api_key || request.contract_id) {
        Answer answer;
        answer.status = 400;
        answer.headers.emplace_back("Content-Type", "application/xml");
        answer.body =
            "<?xml version=\"1.0\"?><Error><Code>InvalidArgument</Code><Message>Only one auth mechanism allowed</Message></Error>";
        return answer;
    }
    std::string_view path = request.path;
    const std::size_t slash = path.rfind('/');
    if (!path.starts_with(store_path) || slash < store_path.size()) {
        return html_answer(404, "<html><body>Not found</body></html>");
    }
    const Contract* contract = world_.find_contract(path.substr(store_path.size(), slash - store_path.size()));
    const std::string_view encoded = path.substr(slash + 1);
    std::string escaped;
    for (std::size_t at = 0; at + 1 < encoded.size(); at += 2) {
        escaped += fmt::format("%{}", encoded.substr(at, 2));
    }
    const std::string id = percent_decode(escaped, false).value_or("");
    const std::string signature = fmt::format("{:016x}", faults_.detail(FaultKind::redirect_host, key_of(encoded)));
    const std::optional<Document> document = contract == nullptr ? std::nullopt : find_document(*contract, Role::manager, id);
    if (!document || parameter(parse_query(request.query), "signature") != signature) {
        return html_answer(403, "<html><body>Forbidden</body></html>");
    }
    Request plain = request;
    plain.query.clear();
    return file_answer(plain, *contract, *document);
}

}  // namespace moisson::sandbox
