// The endpoints, in the order in which the gateway checks a request: credentials, rate, path and method, headers, key, contract,
// parameters.
#include "sandbox/service.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include <fmt/format.h>

#include "sandbox/base64.hpp"
#include "sandbox/files.hpp"
#include "sandbox/gzip.hpp"
#include "sandbox/lists.hpp"
#include "sandbox/random.hpp"

namespace moisson::sandbox {

namespace {

constexpr std::string_view token_path = "/oauth/v3/token";
constexpr std::string_view api_path = "/cloud/b2b/v1";
constexpr std::string_view store_path = "/store/";
constexpr std::size_t json_depth = 100000;  // the fault deep-json

constexpr std::string_view login_page =
    "<!DOCTYPE html>\n<html><head><title>Authentication required</title></head>\n"
    "<body><h1>Web proxy</h1><form method=\"post\">User <input name=\"user\"> Password <input type=\"password\" "
    "name=\"pw\"></form></body></html>\n";
constexpr std::string_view not_ready_page =
    "<!DOCTYPE html>\n<html><head><title>Document</title></head>\n"
    "<body><p>Votre document est en cours de g&eacute;n&eacute;ration. Merci de revenir plus tard.</p></body></html>\n";
constexpr std::string_view bad_gateway_page =
    "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad "
    "Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n"
    "</body>\r\n</html>\r\n";

Answer json_answer(std::string body) {
    Answer answer;
    answer.headers.emplace_back("Content-Type", "application/json");
    answer.body = std::move(body);
    return answer;
}

Answer html_answer(int status, std::string_view page) {
    Answer answer;
    answer.status = status;
    answer.headers.emplace_back("Content-Type", "text/html; charset=UTF-8");
    answer.body = page;
    return answer;
}

void note_fault(Answer& answer, FaultKind kind) {
    if (!answer.fault.empty()) {
        answer.fault += ' ';
    }
    answer.fault += fault_names()[static_cast<std::size_t>(kind)].name;
}

Answer struck(FaultKind kind, Answer answer) {
    note_fault(answer, kind);
    return answer;
}

/// Case-insensitive for ASCII letters; `lower` is lower case.
bool begins_with_word(std::string_view text, std::string_view lower) noexcept {
    return text.size() >= lower.size() && std::equal(lower.begin(), lower.end(), text.begin(), [](char wanted, char letter) {
               return wanted == (letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter + 32) : letter);
           });
}

bool accepts_json(const std::optional<std::string>& accept) {
    return accept && (accept->find("*/*") != std::string::npos || accept->find("application/*") != std::string::npos ||
                      accept->find("application/json") != std::string::npos);
}

std::optional<std::string> parameter(const std::vector<std::pair<std::string, std::string>>& query, std::string_view name) {
    for (const auto& [key, value] : query) {
        if (key == name) {
            return value;
        }
    }
    return std::nullopt;
}

/// Printable ASCII that cannot end a quoted header value.
std::string header_safe(std::string_view text) {
    std::string safe;
    for (const char letter : text.substr(0, 120)) {
        const bool plain = letter > 0x20 && letter < 0x7f && letter != '"' && letter != '\\' && letter != '/';
        safe += plain ? letter : '_';
    }
    return safe;
}

/// "bytes=5-" or "bytes=5-9" within `size` bytes; empty when it is anything else.
std::optional<std::pair<std::size_t, std::size_t>> parse_range(std::string_view text, std::size_t size) {
    constexpr std::string_view unit = "bytes=";
    if (!text.starts_with(unit) || size == 0) {
        return std::nullopt;
    }
    text.remove_prefix(unit.size());
    std::size_t first = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), first);
    if (error != std::errc{} || end == text.data() + text.size() || *end != '-') {
        return std::nullopt;
    }
    std::size_t last = size - 1;
    const std::string_view rest(end + 1, static_cast<std::size_t>(text.data() + text.size() - end - 1));
    if (!rest.empty()) {
        const auto [rest_end, rest_error] = std::from_chars(rest.data(), rest.data() + rest.size(), last);
        if (rest_error != std::errc{} || rest_end != rest.data() + rest.size()) {
            return std::nullopt;
        }
    }
    last = std::min(last, size - 1);
    return first <= last ? std::optional(std::pair(first, last)) : std::nullopt;
}

void cut_to_range(const Request& request, std::string_view tag, Answer& answer) {
    if (!request.range || (request.if_range && *request.if_range != tag)) {
        return;
    }
    const std::size_t size = answer.body.size();
    const auto range = parse_range(*request.range, size);
    if (!range) {
        answer = gateway_error(416, 0, "The range lies outside the file.");
        answer.headers.emplace_back("Content-Range", fmt::format("bytes */{}", size));
        return;
    }
    answer.status = 206;
    answer.body = answer.body.substr(range->first, range->second - range->first + 1);
    answer.headers.emplace_back("Content-Range", fmt::format("bytes {}-{}/{}", range->first, range->second, size));
}

}  // namespace

Service::Service(const World& world, std::vector<double> fault_probabilities, const Clock& clock)
    : world_(world),
      clock_(clock),
      tokens_(world.scenario().server, world.scenario().seed, clock),
      faults_(std::move(fault_probabilities), world.scenario().seed) {}

Answer Service::answer(const Request& request) {
    const std::uint64_t target =
        mix_key({key_of(request.method), key_of(request.path), key_of(request.query), key_of(request.contract_id.value_or(""))});
    Answer answer;
    if (request.path == token_path) {
        answer = answer_token(request);
    } else if (request.path == api_path || request.path.starts_with(std::string(api_path) + "/")) {
        answer = answer_api(request, std::string_view(request.path).substr(api_path.size()));
    } else {
        answer = gateway_error(404, 60);
    }
    constexpr std::string_view code = "{\"code\":";
    if (world_.scenario().server.error_codes == CodeForm::text && answer.gateway_code != 0 && answer.body.starts_with(code)) {
        answer.body.insert(answer.body.find(','), 1, '"');
        answer.body.insert(code.size(), 1, '"');
    }
    deliver(answer, request.path, target);
    return answer;
}

Answer Service::answer_token(const Request& request) {
    const std::uint64_t target = key_of(token_path);
    if (request.method != "POST") {
        return gateway_error(405, 61);
    }
    if (!accepts_json(request.accept)) {
        return oauth_error(406, "invalid_request", "The Accept header is missing or names no type that the service can give.");
    }
    if (!tokens_.admit()) {
        return gateway_error(429, 53);
    }
    if (!request.content_type || !begins_with_word(*request.content_type, "application/x-www-form-urlencoded")) {
        // A JSON body is read as a form without grant_type; other types are refused.
        if (!request.content_type || begins_with_word(*request.content_type, "application/json")) {
            return oauth_error(400, "invalid_request", "Missing grant_type in body");
        }
        return oauth_error(415, "invalid_request", "The URI does not support the requested content type");
    }
    const auto form = parse_query(request.body);
    std::optional<std::string> credentials;
    if (request.authorization && begins_with_word(*request.authorization, "basic ")) {
        credentials = base64_decode(std::string_view(*request.authorization).substr(6));
        if (!credentials) {
            return oauth_error(401, "invalid_client", "Unable to decode Basic authorization.");
        }
    } else if (const auto id = parameter(form, "client_id")) {
        credentials = *id + ":" + parameter(form, "client_secret").value_or("");
    }
    const Account& account = world_.account();
    if (!credentials || *credentials != account.client_id + ":" + account.client_secret) {
        return oauth_error(401, "invalid_client", "The requested service needs credentials, but the ones provided were invalid.");
    }
    const std::optional<std::string> grant = parameter(form, "grant_type");
    if (!grant || grant->empty()) {
        return oauth_error(400, "invalid_request", "Missing grant_type in body");
    }
    if (*grant != "client_credentials") {
        return oauth_error(400, "unsupported_grant_type", "The grant type is not supported.");
    }
    if (faults_.strikes_now(FaultKind::token_refused, target)) {
        return struck(FaultKind::token_refused,
                      oauth_error(401, "invalid_client", "The requested service needs credentials, but the ones provided were invalid."));
    }
    return json_answer(tokens_.issue());
}

std::optional<Answer> Service::refuse_credentials(const Request& request, std::uint64_t target) {
    constexpr std::string_view scheme = "bearer ";
    if (!request.authorization || !begins_with_word(*request.authorization, scheme)) {
        return gateway_error(401, 40);
    }
    const std::string_view token = std::string_view(*request.authorization).substr(scheme.size());
    if (tokens_.check(token) == TokenDesk::Validity::unknown) {
        return gateway_error(401, 41);
    }
    if (faults_.strikes_now(FaultKind::token_death, target)) {
        tokens_.kill(token);
        return struck(FaultKind::token_death, gateway_error(401, 42));
    }
    if (tokens_.check(token) == TokenDesk::Validity::expired) {
        return gateway_error(401, 42);
    }
    return std::nullopt;
}

std::optional<Answer> Service::refuse_rate(std::uint64_t target) {
    constexpr std::string_view spike =
        "The application has made too many calls and has exceeded the rate limit for this service (spike arrest limit).";
    constexpr std::string_view quota =
        "The application has made too many calls and has exceeded the rate limit for this service (global quota limit).";
    if (faults_.strikes_now(FaultKind::quota_spent, target)) {
        faults_.spend_quota();
    }
    if (faults_.quota_is_spent()) {
        return struck(FaultKind::quota_spent, gateway_error(403, 53, quota));
    }
    if (faults_.strikes_now(FaultKind::throttle_403, target)) {
        return struck(FaultKind::throttle_403, gateway_error(403, 53, spike));
    }
    if (faults_.strikes_now(FaultKind::throttle_429, target)) {
        return struck(FaultKind::throttle_429, gateway_error(429, 53, spike));
    }
    const std::uint32_t rate = world_.scenario().server.requests_per_second;
    if (rate == 0) {
        return std::nullopt;
    }
    const auto now = clock_.steady_now();
    const std::scoped_lock lock(rate_mutex_);
    while (!admitted_.empty() && now - admitted_.front() >= std::chrono::seconds(1)) {
        admitted_.pop_front();
    }
    if (admitted_.size() >= rate) {
        return gateway_error(403, 53, spike);
    }
    admitted_.push_back(now);
    return std::nullopt;
}

Answer Service::answer_api(const Request& request, std::string_view path) {
    const std::uint64_t target = mix_key({key_of(request.path), key_of(request.query), key_of(request.contract_id.value_or(""))});
    if (auto refused = refuse_credentials(request, target)) {
        return *refused;
    }
    if (auto refused = refuse_rate(target)) {
        return *refused;
    }
    if (faults_.strikes_now(FaultKind::over_capacity, target)) {
        return struck(FaultKind::over_capacity, gateway_error(503, 6));
    }
    if (faults_.strikes_now(FaultKind::gateway_html, target)) {
        return struck(FaultKind::gateway_html, html_answer(502, bad_gateway_page));
    }
    const Endpoint endpoint = find_endpoint(path);
    if (auto refused = refuse_form(request, endpoint)) {
        return *refused;
    }
    if (faults_.strikes_now(FaultKind::html_body, target)) {
        return struck(FaultKind::html_body, html_answer(200, login_page));
    }
    if (endpoint.kind == EndpointKind::contracts) {
        return answer_contracts();
    }
    const Contract* contract = nullptr;
    if (auto refused = refuse_contract(request, contract)) {
        return *refused;
    }
    switch (endpoint.kind) {
        case EndpointKind::contract: return answer_contract(*contract);
        case EndpointKind::documents: return answer_documents(request, *contract, target);
        case EndpointKind::file: return answer_file(request, *contract, endpoint.document_id, target);
        case EndpointKind::none:
        case EndpointKind::contracts: break;
    }
    return gateway_error(404, 60);
}

Service::Endpoint Service::find_endpoint(std::string_view path) {
    constexpr std::string_view documents = "/documents/";
    constexpr std::string_view file = "/file";
    if (path.size() > 1 && path.ends_with('/')) {
        path.remove_suffix(1);
    }
    if (path == "/contracts") {
        return {EndpointKind::contracts, {}};
    }
    if (path == "/contract") {
        return {EndpointKind::contract, {}};
    }
    if (path == "/documents") {
        return {EndpointKind::documents, {}};
    }
    if (path.starts_with(documents) && path.ends_with(file) && path.size() > documents.size() + file.size()) {
        const std::string_view encoded = path.substr(documents.size(), path.size() - documents.size() - file.size());
        std::optional<std::string> id = percent_decode(encoded, false);
        if (id && encoded.find('/') == std::string_view::npos) {
            return {EndpointKind::file, std::move(*id)};
        }
    }
    return {EndpointKind::none, {}};
}

std::optional<Answer> Service::refuse_form(const Request& request, const Endpoint& endpoint) const {
    if (endpoint.kind == EndpointKind::none) {
        return gateway_error(404, 60);
    }
    if (request.method != "GET") {
        Answer answer = gateway_error(405, 61);
        answer.headers.emplace_back("Allow", "GET");
        return answer;
    }
    // Files come whatever type is accepted: the printed request for one says application/json.
    if (endpoint.kind == EndpointKind::file ? !request.accept : !accepts_json(request.accept)) {
        return gateway_error(406, 62);
    }
    if (!request.api_key || request.api_key->empty()) {
        return gateway_error(400, 25, "The request is missing the HTTP header X-API-Key.");
    }
    if (*request.api_key != world_.account().api_key) {
        const Refusal& refusal = world_.scenario().server.bad_api_key;
        return gateway_error(refusal.status, refusal.code);
    }
    return std::nullopt;
}

std::optional<Answer> Service::refuse_contract(const Request& request, const Contract*& contract) const {
    if (!request.contract_id || request.contract_id->empty()) {
        return gateway_error(400, 25, "The request is missing the HTTP header X-ECCS-Contract-Id.");
    }
    contract = world_.find_contract(*request.contract_id);
    if (contract == nullptr) {
        const Refusal& refusal = world_.scenario().server.foreign_contract;
        return gateway_error(refusal.status, refusal.code);
    }
    if (contract->answer == ContractAnswer::forbidden) {
        return gateway_error(403, 50);
    }
    if (faults_.lies_on(FaultKind::forbidden_contract, key_of(contract->id))) {
        return struck(FaultKind::forbidden_contract, gateway_error(403, 50));
    }
    return std::nullopt;
}

Answer Service::answer_contracts() {
    ++runs_;
    Answer answer = json_answer(contracts_json(world_));
    if (world_.scenario().server.count_headers) {
        answer.headers.emplace_back("X-Total-Count", std::to_string(world_.contracts().size()));
        answer.headers.emplace_back("X-Result-Count", std::to_string(world_.contracts().size()));
    }
    return answer;
}

Answer Service::answer_contract(const Contract& contract) const { return json_answer(contract_json(contract)); }

std::vector<Document> Service::current_documents(const Contract& contract) const {
    std::vector<Document> documents = world_.documents_of(contract);
    if (!faults_.is_on(FaultKind::reissue)) {
        return documents;
    }
    const std::uint32_t runs = runs_.load();
    for (Document& document : documents) {
        // All documents of one month change together: a bill and its consumption report go on agreeing.
        std::uint32_t version = 1;
        for (std::uint32_t run = 2; run <= runs; ++run) {
            const std::uint64_t target = mix_key({contract.number, static_cast<std::uint64_t>(document.month.number), run});
            version += faults_.lies_on(FaultKind::reissue, target) ? 1U : 0U;
        }
        if (version > 1) {
            document = world_.reissued(contract, document, version);
        }
    }
    return documents;
}

Answer Service::answer_documents(const Request& request, const Contract& contract, std::uint64_t target) {
    const auto query = parse_query(request.query);
    const ServerRules& rules = world_.scenario().server;
    const std::optional<std::string> type_text = parameter(query, "documentType");
    const std::optional<std::string> limit_text = parameter(query, "limit");
    std::uint32_t limit = rules.default_limit;
    if (limit_text && !limit_text->empty()) {
        const auto [end, error] = std::from_chars(limit_text->data(), limit_text->data() + limit_text->size(), limit);
        if (error != std::errc{} || end != limit_text->data() + limit_text->size() || limit == 0) {
            return gateway_error(400, 28);
        }
    }
    limit = rules.limit_max == 0 ? limit : std::min(limit, rules.limit_max);
    std::optional<DocumentType> type;
    if (!type_text) {
        type = DocumentType::reports;
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
    const bool capped = faults_.lies_on(FaultKind::page_cap, key_of(contract.id));
    limit = capped ? std::min(limit, world_.scenario().fault_rules.page_cap) : limit;
    const bool doubled = faults_.strikes_now(FaultKind::duplicate_ids, target);
    const std::vector<Document> documents = current_documents(contract);
    std::vector<const Document*> listed;
    std::size_t total = 0;
    for (const Document& document : documents) {
        if (type && document.type != *type) {
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

std::optional<Document> Service::find_document(const Contract& contract, std::string_view id) const {
    for (Document& document : current_documents(contract)) {
        if (document.id && *document.id == id) {
            return std::move(document);
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

Answer Service::answer_file(const Request& request, const Contract& contract, std::string_view document_id, std::uint64_t target) {
    const std::optional<Document> document = find_document(contract, document_id);
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
    Result<FileContent> content = make_file(world_, contract, document);
    if (!content) {
        return gateway_error(500, 1, sanitise(content.error().to_line()));
    }
    const std::string name = header_safe(document.filename.value_or(document.id.value_or("document") + "." + content->extension));
    Answer answer;
    if (zipped == "1") {
        Result<std::string> zip = make_zip(header_safe(document.id.value_or("document")) + "." + content->extension, content->bytes);
        if (!zip) {
            return gateway_error(500, 1, sanitise(zip.error().to_line()));
        }
        answer.body = std::move(*zip);
        answer.headers.emplace_back("Content-Type", "application/zip");
        answer.headers.emplace_back("Content-Disposition", fmt::format("attachment; filename=\"{}.zip\"", name));
    } else {
        answer.body = std::move(content->bytes);
        answer.headers.emplace_back("Content-Type", content->media_type);
        answer.headers.emplace_back("Content-Disposition", fmt::format("attachment; filename=\"{}\"", name));
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
    const std::optional<Document> document = contract == nullptr ? std::nullopt : find_document(*contract, id);
    if (!document || parameter(parse_query(request.query), "signature") != signature) {
        return html_answer(403, "<html><body>Forbidden</body></html>");
    }
    Request plain = request;
    plain.query.clear();
    return file_answer(plain, *contract, *document);
}

void Service::deliver(Answer& answer, std::string_view path, std::uint64_t target) {
    const Framing framing = world_.scenario().server.framing;
    answer.chunked = framing == Framing::chunked || (framing == Framing::mixed && mix(target) % 3 == 0);
    if (path == token_path || answer.status >= 300 || answer.body.empty()) {
        return;
    }
    if (faults_.strikes_now(FaultKind::gzip, target)) {
        note_fault(answer, FaultKind::gzip);
        answer.body = gzip(answer.body);
        answer.headers.emplace_back("Content-Encoding", "gzip");
    }
    static constexpr std::pair<FaultKind, Delivery> deliveries[] = {
        {FaultKind::truncate_length, Delivery::cut_length},
        {FaultKind::truncate_chunk, Delivery::cut_chunk},
        {FaultKind::no_last_chunk, Delivery::no_last_chunk},
        {FaultKind::reset, Delivery::reset},
        {FaultKind::stall, Delivery::stall},
        {FaultKind::trickle, Delivery::trickle},
        {FaultKind::wrong_length, Delivery::wrong_length},
    };
    for (const auto& [kind, delivery] : deliveries) {
        if (faults_.strikes_now(kind, target)) {
            note_fault(answer, kind);
            answer.delivery = delivery;
            answer.cut_key = faults_.detail(kind, target);
            return;
        }
    }
}

}  // namespace moisson::sandbox
