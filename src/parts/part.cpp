#include "parts/part.hpp"

#include <rapidjson/document.h>
#include <rapidjson/prettywriter.h>
#include <rapidjson/stringbuffer.h>

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

#include "base/digest.hpp"
#include "base/files.hpp"
#include "base/version.hpp"

namespace moisson::parts {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view header_name = "part.json";
constexpr std::string_view manifest_name = "part.sha256";
constexpr std::size_t digest_digits = 64;
constexpr std::uint64_t manifest_bytes_max = 4ULL << 30U;  // of some thirty million files
constexpr std::uint64_t header_bytes_max = 64ULL << 20U;
constexpr std::string_view objects_beginning = "objects/";

using Writer = rapidjson::PrettyWriter<rapidjson::StringBuffer>;

void put(Writer& writer, const char* name, std::string_view text) {
    writer.Key(name);
    writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
}

void put(Writer& writer, const char* name, std::uint64_t number) {
    writer.Key(name);
    writer.Uint64(number);
}

void put(Writer& writer, const char* name, const std::vector<std::string>& texts) {
    writer.Key(name);
    writer.StartArray();
    for (const std::string& text : texts) {
        writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
    }
    writer.EndArray();
}

/// Name and member, for writing and reading alike.
template <class Header>
auto texts_of(Header& header) {
    return std::to_array<std::pair<const char*, decltype(&header.program)>>({{"program", &header.program},
                                                                             {"job_sha256", &header.job_sha256},
                                                                             {"source", &header.source},
                                                                             {"run_id", &header.run_id},
                                                                             {"host", &header.host},
                                                                             {"mark", &header.mark}});
}

template <class Header>
auto lists_of(Header& header) {
    return std::to_array<std::pair<const char*, decltype(&header.missing)>>({{"asked_contracts", &header.view.contracts},
                                                                             {"asked_types", &header.view.types},
                                                                             {"asked_perimeters", &header.view.perimeters},
                                                                             {"perimeters", &header.perimeters},
                                                                             {"missing", &header.missing},
                                                                             {"warnings", &header.warnings}});
}

template <class Header>
auto counts_of(Header& header) {
    return std::to_array<std::pair<const char*, decltype(&header.contracts)>>({{"contracts", &header.contracts},
                                                                               {"documents", &header.documents},
                                                                               {"files", &header.files},
                                                                               {"file_bytes", &header.file_bytes},
                                                                               {"requests_token", &header.requests.token},
                                                                               {"requests_contracts", &header.requests.contracts},
                                                                               {"requests_lists", &header.requests.lists},
                                                                               {"requests_files", &header.requests.files},
                                                                               {"requests_retries", &header.requests.retries},
                                                                               {"requests_throttled", &header.requests.throttled},
                                                                               {"bytes_received", &header.requests.bytes_received}});
}

std::string header_text(const PartHeader& header) {
    rapidjson::StringBuffer buffer;
    Writer writer(buffer);
    writer.SetIndent(' ', 2);
    writer.StartObject();
    put(writer, "schema", 1);
    put(writer, "part", header.part.number);
    put(writer, "of", header.part.of);
    put(writer, "from", header.period.first ? header.period.first->to_text() : std::string());
    put(writer, "to", header.period.last ? header.period.last->to_text() : std::string());
    put(writer, "exit_code", static_cast<std::uint64_t>(header.exit_code));
    put(writer, "began_at", format_timestamp(header.began_at));
    put(writer, "made_at", format_timestamp(header.made_at));
    for (const auto& [name, text] : texts_of(header)) {
        put(writer, name, *text);
    }
    for (const auto& [name, list] : lists_of(header)) {
        put(writer, name, *list);
    }
    writer.Key("with_files");
    writer.Bool(header.view.files);
    writer.Key("refetch");
    writer.Bool(header.refetch);
    writer.Key("logins");
    writer.StartArray();
    for (const PartLogin& login : header.logins) {
        writer.StartObject();
        put(writer, "perimeter", login.perimeter);
        put(writer, "api_url", login.api_url);
        put(writer, "oauth_url", login.oauth_url);
        writer.EndObject();
    }
    writer.EndArray();
    put(writer, "contracts_share", header.share.index + 1);
    put(writer, "contracts_shares", header.share.of);
    for (const auto& [name, count] : counts_of(header)) {
        put(writer, name, *count);
    }
    writer.EndObject();
    return std::string(buffer.GetString(), buffer.GetSize()) + "\n";
}

/// Members of an object of JSON; what is missing or of another kind is told by `is_good`.
class Members {
public:
    explicit Members(const rapidjson::Value& object) : object_(object) { is_good_ = object.IsObject(); }

    const rapidjson::Value* find(const char* name) {
        const auto found = is_good_ ? object_.FindMember(name) : rapidjson::Value::ConstMemberIterator();
        is_good_ = is_good_ && found != object_.MemberEnd();
        return is_good_ ? &found->value : nullptr;
    }
    std::string text(const char* name) {
        const rapidjson::Value* const value = find(name);
        is_good_ = is_good_ && value->IsString();
        return is_good_ ? std::string(value->GetString(), value->GetStringLength()) : std::string();
    }
    std::uint64_t count(const char* name, std::uint64_t max = UINT64_MAX) {
        const rapidjson::Value* const value = find(name);
        is_good_ = is_good_ && value->IsUint64() && value->GetUint64() <= max;
        return is_good_ ? value->GetUint64() : 0;
    }
    bool flag(const char* name) {
        const rapidjson::Value* const value = find(name);
        is_good_ = is_good_ && value->IsBool();
        return is_good_ && value->GetBool();
    }
    std::vector<std::string> texts(const char* name) {
        std::vector<std::string> list;
        const rapidjson::Value* const value = find(name);
        is_good_ = is_good_ && value->IsArray();
        for (rapidjson::SizeType at = 0; is_good_ && at < value->Size(); ++at) {
            is_good_ = (*value)[at].IsString();
            list.emplace_back(is_good_ ? std::string((*value)[at].GetString(), (*value)[at].GetStringLength()) : std::string());
        }
        return list;
    }
    std::optional<Month> month(const char* name) {
        const std::string written = text(name);
        auto month = Month::parse(written);
        is_good_ = is_good_ && (written.empty() || month.has_value());
        return month;
    }
    Timestamp instant(const char* name) {
        const auto instant = parse_timestamp(text(name));
        is_good_ = is_good_ && instant.has_value();
        return instant.value_or(Timestamp());
    }
    void check(bool holds) { is_good_ = is_good_ && holds; }
    [[nodiscard]] bool is_good() const noexcept { return is_good_; }

private:
    const rapidjson::Value& object_;
    bool is_good_ = false;
};

std::vector<PartLogin> read_logins(Members& members) {
    std::vector<PartLogin> logins;
    const rapidjson::Value* const list = members.find("logins");
    members.check(list != nullptr && list->IsArray() && !list->Empty());
    for (rapidjson::SizeType at = 0; members.is_good() && at < list->Size(); ++at) {
        Members login((*list)[at]);
        logins.push_back({login.text("perimeter"), login.text("api_url"), login.text("oauth_url")});
        members.check(login.is_good());
    }
    return logins;
}

std::optional<PartHeader> read_header(std::string_view text) {
    rapidjson::Document document;
    document.Parse<rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag>(text.data(), text.size());
    if (document.HasParseError()) {
        return std::nullopt;
    }
    Members members(document);
    PartHeader header;
    members.check(members.count("schema") == 1);
    header.part.number = static_cast<std::uint32_t>(members.count("part", config::parts_max));
    header.part.of = static_cast<std::uint32_t>(members.count("of", config::parts_max));
    members.check(header.part.number >= 1 && header.part.number <= header.part.of);
    header.period = {members.month("from"), members.month("to")};
    members.check(header.period.first.has_value() == header.period.last.has_value());
    header.exit_code = static_cast<ExitCode>(members.count("exit_code", 255));
    header.began_at = members.instant("began_at");
    header.made_at = members.instant("made_at");
    for (const auto& [name, target] : texts_of(header)) {
        *target = members.text(name);
    }
    for (const auto& [name, target] : lists_of(header)) {
        *target = members.texts(name);
    }
    header.view.files = members.flag("with_files");
    header.refetch = members.flag("refetch");
    header.logins = read_logins(members);
    header.share.of = static_cast<std::uint32_t>(members.count("contracts_shares", config::parts_max));
    const auto share = static_cast<std::uint32_t>(members.count("contracts_share", config::parts_max));
    members.check(share >= 1 && share <= header.share.of);
    header.share.index = share - 1;
    for (const auto& [name, target] : counts_of(header)) {
        *target = members.count(name);
    }
    return members.is_good() ? std::optional(std::move(header)) : std::nullopt;
}

/// A line of the manifest.
struct Line {
    std::string sha256;
    std::string path;
};

std::optional<std::vector<Line>> read_manifest(std::string_view text) {
    std::vector<Line> lines;
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        if (end == std::string_view::npos || end < digest_digits + 3 || text.substr(digest_digits, 2) != "  ") {
            return std::nullopt;
        }
        lines.push_back({std::string(text.substr(0, digest_digits)), std::string(text.substr(digest_digits + 2, end - digest_digits - 2))});
        text.remove_prefix(end + 1);
    }
    return lines;
}

tl::unexpected<Error> no_part(const fs::path& folder, std::string_view why) {
    return fail(ErrorCode::verification, fmt::format("this is no whole part: {}", why), folder.string(), "Make the part again");
}

}  // namespace

std::string to_text(const config::PartNumber& part) { return fmt::format("{}/{}", part.number, part.of); }
std::string folder_name(const config::PartNumber& part) { return fmt::format("{}-of-{}", part.number, part.of); }
std::string program_of_parts() { return fmt::format("{} {} {}", program_name, version(), git_description()); }
std::string object_name(std::string_view sha256) { return fmt::format("{}{}/{}", objects_beginning, sha256.substr(0, 2), sha256); }
fs::path Part::object_path(std::string_view digest) const { return folder / object_name(digest); }

Status seal_part(const fs::path& folder, const PartHeader& header, const std::vector<std::pair<std::string, std::string>>& objects) {
    const std::string text = header_text(header);
    if (auto written = write_file(folder / header_name, text); !written) {
        return written;
    }
    const auto outcomes = sha256_of_file(folder / outcomes_name);
    if (!outcomes) {
        return fail(outcomes.error());
    }
    std::vector<std::pair<std::string, std::string>> all = objects;
    all.emplace_back(outcomes_name, *outcomes);
    all.emplace_back(header_name, sha256_hex(text));
    std::sort(all.begin(), all.end());
    auto manifest = AtomicFile::create(folder / manifest_name);
    if (!manifest) {
        return fail(std::move(manifest.error()));
    }
    for (const auto& [path, sha256] : all) {
        if (auto written = manifest->write(fmt::format("{}  {}\n", sha256, path)); !written) {
            return written;
        }
    }
    return manifest->commit();
}

bool is_part(const fs::path& folder) {
    std::error_code problem;
    return fs::exists(folder / manifest_name, problem);
}

Result<Part> open_part(const fs::path& folder) {
    std::error_code problem;
    if (!fs::is_directory(folder, problem)) {
        return fail(ErrorCode::bad_input, "there is no such part", folder.string(), "Name the folders that moisson export --part made");
    }
    const bool is_none = !fs::exists(folder / manifest_name, problem) && !fs::exists(folder / header_name, problem) &&
                         !fs::exists(folder / outcomes_name, problem);
    if (is_none) {
        return fail(ErrorCode::bad_input, "there is no part in the folder", folder.string(),
                    "Name the folders that moisson export --part made, such as out/parts/2026-10");
    }
    if (!fs::exists(folder / manifest_name, problem)) {
        return no_part(folder, fmt::format("{} is missing", manifest_name));
    }
    auto manifest = read_file(folder / manifest_name, manifest_bytes_max);
    if (!manifest) {
        return fail(std::move(manifest.error()));
    }
    auto lines = read_manifest(*manifest);
    if (!lines) {
        return no_part(folder, fmt::format("{} cannot be read", manifest_name));
    }
    Part part;
    part.folder = folder;
    part.sha256 = sha256_hex(*manifest);
    std::string header_sha256;
    for (Line& line : *lines) {
        if (line.path == header_name) {
            header_sha256 = std::move(line.sha256);
        } else if (line.path == outcomes_name) {
            part.outcomes_sha256 = std::move(line.sha256);
        } else if (line.path == object_name(line.sha256)) {
            part.objects.push_back(std::move(line.sha256));
        } else {
            return no_part(folder, fmt::format("{} names {}", manifest_name, sanitise(line.path)));
        }
    }
    const auto text = read_file(folder / header_name, header_bytes_max);
    if (!text) {
        return no_part(folder, fmt::format("{} cannot be read", header_name));
    }
    auto header = sha256_hex(*text) == header_sha256 ? read_header(*text) : std::nullopt;
    if (!header || part.outcomes_sha256.empty()) {
        return no_part(folder, fmt::format("{} is not what {} says", header_name, manifest_name));
    }
    part.header = std::move(*header);
    return part;
}

}  // namespace moisson::parts
