/// See provenance.hpp.

#include "pipeline/provenance.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>

#include <fmt/format.h>
#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include "api/endpoints.hpp"
#include "base/digest.hpp"
#include "base/files.hpp"
#include "base/gate.hpp"
#include "base/text.hpp"

namespace moisson::pipeline {

namespace {

constexpr std::size_t key_digits = 64;
constexpr std::size_t half_key_digits = 16;
constexpr std::size_t usual_line_bytes = 4U << 10U;
constexpr std::size_t line_bytes_max = 64U << 10U;  ///< far above what `provenance_line` writes
constexpr std::size_t text_shown_max = 300;
constexpr std::size_t url_shown_max = 1000;

/// What says what the body is, where it lies and which state of it came.
constexpr std::array<std::string_view, 14> content_headers{
    "Content-Type",   "Content-Length", "Content-Disposition", "Content-Encoding", "Content-Language", "Content-Range", "Content-MD5",
    "Content-Digest", "Repr-Digest",    "Digest",              "ETag",             "Last-Modified",    "Age",           "Date"};

std::string shown(const Redactor& secrets, std::string_view text, std::size_t length_max = text_shown_max) {
    return sanitise(secrets.clean(text), length_max);
}

std::string key_of(std::string_view contract_id, std::string_view document_id, std::string_view sha256) {
    constexpr std::string_view zero("\0", 1);
    Digest digest;
    for (const std::string_view part : {contract_id, zero, document_id, zero, sha256}) {
        digest.update(part);
    }
    return digest.finish_hex();
}

std::optional<std::uint64_t> half_key(std::string_view digits) {
    std::uint64_t value = 0;
    const auto [end, problem] = std::from_chars(digits.data(), digits.data() + half_key_digits, value, 16);
    return problem == std::errc{} && end == digits.data() + half_key_digits ? std::optional(value) : std::nullopt;
}

std::string_view text_of(const rapidjson::Value& object, const char* name) {
    const auto found = object.FindMember(name);
    return found != object.MemberEnd() && found->value.IsString()
               ? std::string_view(found->value.GetString(), found->value.GetStringLength())
               : std::string_view();
}

int number_of(const rapidjson::Value& object, const char* name) {
    const auto found = object.FindMember(name);
    return found != object.MemberEnd() && found->value.IsInt() ? found->value.GetInt() : 0;
}

using Writer = rapidjson::Writer<rapidjson::StringBuffer>;

void put(Writer& writer, const char* name, std::string_view value) {
    writer.Key(name);
    writer.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
}

/// What a redirect leads to may carry its permission in the path as well: long parts of it are hidden.
std::string redirect_target(const http::Url& url) {
    const std::string whole = url.for_people();
    const std::size_t path = std::min(whole.find('/', whole.find("://") + 3), whole.size());
    std::string target = whole.substr(0, path);
    for (std::string_view rest = std::string_view(whole).substr(path); !rest.empty();) {
        const std::size_t end = std::min(rest.find('/', 1), rest.size());  // each part with the slash before it
        target += '/' + api::hide_secrets(rest.substr(1, end - 1));
        rest.remove_prefix(end);
    }
    return target;
}

CallFacts read_call(const rapidjson::Value& object) {
    CallFacts call;
    call.sent_at = parse_timestamp(text_of(object, "sent_at")).value_or(Timestamp{});
    call.head_at = parse_timestamp(text_of(object, "head_at")).value_or(Timestamp{});
    call.url = text_of(object, "url");
    call.redirected_to = text_of(object, "redirected_to");
    call.request_id = text_of(object, "request_id");
    call.status = number_of(object, "status");
    call.attempts = number_of(object, "attempts");
    if (const auto headers = object.FindMember("headers"); headers != object.MemberEnd() && headers->value.IsObject()) {
        for (const auto& header : headers->value.GetObject()) {
            if (header.value.IsString() && call.headers.size() < content_headers.size()) {
                call.headers.emplace_back(std::string(header.name.GetString(), header.name.GetStringLength()),
                                          std::string(header.value.GetString(), header.value.GetStringLength()));
            }
        }
    }
    if (const auto peer = object.FindMember("peer"); peer != object.MemberEnd() && peer->value.IsObject()) {
        call.peer = http::PeerCertificate{std::string(text_of(peer->value, "subject")), std::string(text_of(peer->value, "issuer")),
                                          std::string(text_of(peer->value, "sha256"))};
    }
    return call;
}

}  // namespace

std::string url_for_evidence(const http::Url& url, const Redactor& secrets) {
    static constexpr std::array<std::string_view, 4> harmless{"documentType", "limit", "offset", "page"};
    std::string text = url.for_people();
    const std::size_t question = url.path_and_query.find('?');
    std::string_view rest = question == std::string::npos ? std::string_view() : std::string_view(url.path_and_query).substr(question + 1);
    for (char before = '?'; !rest.empty(); before = '&') {
        const std::size_t end = std::min(rest.find('&'), rest.size());
        const std::string_view one = rest.substr(0, end);
        const std::size_t equals = one.find('=');
        const bool is_harmless = std::find(harmless.begin(), harmless.end(), one.substr(0, equals)) != harmless.end();
        text += before;
        if (is_harmless) {
            text += one;
        } else {
            text += equals == std::string_view::npos ? "…" : fmt::format("{}=…", one.substr(0, equals));
        }
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return shown(secrets, text, url_shown_max);
}

CallFacts facts_of(const http::Url& asked, const transfer::Answer& answer, int attempts, const Redactor& secrets) {
    CallFacts call;
    call.sent_at = answer.sent_at;
    call.head_at = answer.head_at;
    call.url = url_for_evidence(asked, secrets);
    if (answer.url != asked && !answer.url.host.empty()) {
        call.redirected_to = shown(secrets, redirect_target(answer.url), url_shown_max);
    }
    call.status = answer.status;
    call.request_id = shown(secrets, api::request_id_of(answer.headers));
    call.attempts = attempts;
    for (const std::string_view name : content_headers) {
        std::string value;
        for (const auto& [given, text] : answer.headers.all()) {
            if (equal_ignoring_case(given, name)) {
                value += (value.empty() ? "" : ", ") + text;
            }
        }
        if (!value.empty()) {
            call.headers.emplace_back(name, shown(secrets, value));
        }
    }
    if (answer.peer) {
        call.peer = *answer.peer;
    }
    return call;
}

std::string provenance_line(const FileProvenance& file) {
    rapidjson::StringBuffer buffer;
    Writer writer(buffer);
    writer.StartObject();
    put(writer, "contract_id", file.contract_id);
    put(writer, "document_id", file.document_id);
    put(writer, "sha256", file.sha256);
    put(writer, "run_id", file.run_id);
    put(writer, "sent_at", format_timestamp(file.call.sent_at));
    put(writer, "head_at", format_timestamp(file.call.head_at));
    put(writer, "url", file.call.url);
    if (!file.call.redirected_to.empty()) {
        put(writer, "redirected_to", file.call.redirected_to);
    }
    writer.Key("status");
    writer.Int(file.call.status);
    put(writer, "request_id", file.call.request_id);
    writer.Key("attempts");
    writer.Int(file.call.attempts);
    writer.Key("headers");
    writer.StartObject();
    for (const auto& [name, value] : file.call.headers) {
        put(writer, name.c_str(), value);
    }
    writer.EndObject();
    if (file.call.peer) {
        writer.Key("peer");
        writer.StartObject();
        put(writer, "subject", file.call.peer->subject);
        put(writer, "issuer", file.call.peer->issuer);
        put(writer, "sha256", file.call.peer->sha256);
        writer.EndObject();
    }
    writer.EndObject();
    return fmt::format("{} {}\n", key_of(file.contract_id, file.document_id, file.sha256),
                       gated_json(std::string_view(buffer.GetString(), buffer.GetSize())));
}

std::optional<FileProvenance> read_provenance_line(std::string_view line) {
    if (line.size() < key_digits + 2 || line.size() > line_bytes_max || line[key_digits] != ' ' || !line.ends_with('\n')) {
        return std::nullopt;
    }
    const std::string_view json = line.substr(key_digits + 1);
    rapidjson::Document tree;
    constexpr unsigned flags = rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag;
    if (tree.Parse<flags>(json.data(), json.size()).HasParseError() || !tree.IsObject()) {
        return std::nullopt;
    }
    FileProvenance file;
    file.contract_id = text_of(tree, "contract_id");
    file.document_id = text_of(tree, "document_id");
    file.sha256 = text_of(tree, "sha256");
    file.run_id = text_of(tree, "run_id");
    file.call = read_call(tree);
    return line.starts_with(key_of(file.contract_id, file.document_id, file.sha256)) ? std::optional(std::move(file)) : std::nullopt;
}

ProvenanceLog::~ProvenanceLog() {
    if (descriptor_ >= 0) {
        ::close(descriptor_);
    }
}

Status ProvenanceLog::open() {
    const auto opened = open_kept_file(path_, O_RDWR | O_APPEND, Access::own);
    if (!opened) {
        return fail(opened.error());
    }
    descriptor_ = *opened;
    // What a kill tore must not spoil the line that comes behind it.
    struct stat there {};
    char last = '\n';
    if (::fstat(descriptor_, &there) == 0 && there.st_size > 0 && ::pread(descriptor_, &last, 1, there.st_size - 1) == 1 && last != '\n' &&
        ::write(descriptor_, "\n", 1) != 1) {
        return disk_error("cannot write where fetched files came from", path_, errno);
    }
    return {};
}

Status ProvenanceLog::append(const FileProvenance& file) {
    if (given_up_) {
        return {};
    }
    Status done = descriptor_ < 0 ? open() : Status{};
    const std::string line = provenance_line(file);
    for (std::string_view rest = line; done && !rest.empty();) {
        const ssize_t written = ::write(descriptor_, rest.data(), rest.size());
        if (written > 0) {
            rest.remove_prefix(static_cast<std::size_t>(written));
        } else if (written == 0 || errno != EINTR) {
            done = disk_error("cannot write where fetched files came from", path_, written == 0 ? EIO : errno);
        }
    }
    given_up_ = !done;
    return done;
}

void ProvenanceIndex::want(std::string_view contract_id, std::string_view document_id, std::string_view sha256) {
    if (const auto key = half_key(key_of(contract_id, document_id, sha256))) {
        places_.emplace(*key, nowhere);
    }
}

void ProvenanceIndex::read(const std::filesystem::path& path) {
    auto file = bundle::OpenFile::at(path);
    if (!file) {
        return;
    }
    std::uint64_t begin = 0;  // of the line
    std::uint64_t at = 0;
    std::string head;
    const auto take = [&](std::string_view piece) {
        while (!piece.empty()) {
            const std::size_t end = std::min(piece.find('\n'), piece.size());
            head.append(piece.substr(0, std::min(end, half_key_digits - head.size())));
            if (end == piece.size()) {
                at += end;
                return;
            }
            const auto key = head.size() == half_key_digits ? half_key(head) : std::nullopt;
            if (const auto wanted = key ? places_.find(*key) : places_.end(); wanted != places_.end()) {
                wanted->second = begin;
            }
            at += end + 1;
            begin = at;
            head.clear();
            piece.remove_prefix(end + 1);
        }
    };
    if (file->read(take)) {
        file_ = std::move(*file);
    }
}

std::optional<FileProvenance> ProvenanceIndex::find(std::string_view contract_id, std::string_view document_id,
                                                    std::string_view sha256) const {
    const auto key = half_key(key_of(contract_id, document_id, sha256));
    const auto found = key ? places_.find(*key) : places_.end();
    if (!file_ || found == places_.end() || found->second == nowhere) {
        return std::nullopt;
    }
    const auto size = file_->size_bytes();
    std::string bytes;
    for (const std::uint64_t wanted : {usual_line_bytes, line_bytes_max}) {
        auto read = size ? file_->read_at(found->second, std::min<std::uint64_t>(wanted, *size - found->second)) : fail(size.error());
        bytes = read ? std::move(*read) : std::string();
        if (bytes.find('\n') != std::string::npos) {
            break;
        }
    }
    auto file = read_provenance_line(std::string_view(bytes).substr(0, bytes.find('\n') + 1));
    const bool is_it = file && file->contract_id == contract_id && file->document_id == document_id && file->sha256 == sha256;
    return is_it ? std::move(file) : std::nullopt;
}

}  // namespace moisson::pipeline
