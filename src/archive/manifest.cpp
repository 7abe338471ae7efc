#include "archive/manifest.hpp"

#include <algorithm>
#include <charconv>
#include <set>

#include <fmt/format.h>
#include <rapidjson/document.h>
#include <rapidjson/prettywriter.h>
#include <rapidjson/stringbuffer.h>

#include "base/text.hpp"

namespace moisson::archive {

namespace {

constexpr int schema = 1;
constexpr std::size_t sha256_digits = 64;
constexpr std::size_t content_digits = 16;
constexpr std::size_t number_digits = 6;
constexpr std::size_t files_max = 10'000;

bool is_hex(std::string_view text, std::size_t digits) {
    return text.size() == digits &&
           std::all_of(text.begin(), text.end(), [](char one) { return is_digit(one) || (one >= 'a' && one <= 'f'); });
}

bool is_month(std::string_view text) {
    return text.size() == 7 && text[4] == '-' && is_letters_and_digits(text, "-") &&
           std::all_of(text.begin(), text.end(), [](char one) { return is_digit(one) || one == '-'; });
}

std::string text_of(const rapidjson::Value& value, const char* name) {
    const auto found = value.FindMember(name);
    return found != value.MemberEnd() && found->value.IsString() ? std::string(found->value.GetString(), found->value.GetStringLength())
                                                                 : std::string();
}

std::optional<std::uint64_t> size_of(const rapidjson::Value& value) {
    const auto found = value.FindMember("size_bytes");
    return found != value.MemberEnd() && found->value.IsUint64() ? std::optional(found->value.GetUint64()) : std::nullopt;
}

std::uint32_t number_of(const rapidjson::Value& value, const char* name) {
    const auto found = value.FindMember(name);
    return found != value.MemberEnd() && found->value.IsUint() ? found->value.GetUint() : 0;
}

tl::unexpected<Error> bad(const Generation& generation, std::string_view why) {
    return fail(ErrorCode::bad_answer, fmt::format("the manifest of {} in the archive cannot be used: {}", generation.month, why),
                generation.key(), "Look at the other generations with moisson archive list");
}

const rapidjson::Value* array_of(const rapidjson::Value& value, const char* name) {
    const auto found = value.FindMember(name);
    return found != value.MemberEnd() && found->value.IsArray() ? &found->value : nullptr;
}

/// Empty when it is none that this program writes.
std::optional<ArchivedFile> read_file_entry(const rapidjson::Value& value) {
    if (!value.IsObject()) {
        return std::nullopt;
    }
    ArchivedFile file{text_of(value, "path"), text_of(value, "sha256"), 0, {}};
    const auto size = size_of(value);
    const rapidjson::Value* pieces = array_of(value, "pieces");
    if (!check_key(file.path) || !is_hex(file.sha256, sha256_digits) || !size || pieces == nullptr) {
        return std::nullopt;
    }
    file.size_bytes = *size;
    std::uint64_t sum = 0;
    for (const rapidjson::Value& piece : pieces->GetArray()) {
        const auto piece_size = piece.IsObject() ? size_of(piece) : std::nullopt;
        if (!piece_size || *piece_size > object_max_bytes || !is_hex(text_of(piece, "sha256"), sha256_digits)) {
            return std::nullopt;
        }
        file.pieces.push_back({text_of(piece, "sha256"), *piece_size});
        sum += *piece_size;  // at most 2^25 each: it cannot overflow within a manifest of 32 MiB
    }
    return sum == file.size_bytes ? std::optional(std::move(file)) : std::nullopt;
}

void put(rapidjson::PrettyWriter<rapidjson::StringBuffer>& writer, const char* name, const std::string& text) {
    writer.Key(name);
    writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
}

}  // namespace

bool is_month_name(std::string_view text) noexcept {
    return text == "all" || is_month(text) ||
           (text.size() == 16 && text.substr(7, 2) == ".." && is_month(text.substr(0, 7)) && is_month(text.substr(9)));
}

std::string Generation::key() const { return fmt::format("months/{}/manifests/{:06}-{}-{}.json", month, number, content, manifest_sha256); }

std::string data_key(const std::string& month, const std::string& sha256) { return fmt::format("months/{}/data/{}", month, sha256); }

std::optional<Generation> parse_manifest_key(std::string_view key) {
    constexpr std::string_view head = "months/";
    constexpr std::string_view middle = "/manifests/";
    const std::size_t at = key.find(middle);
    if (!key.starts_with(head) || at == std::string_view::npos || !key.ends_with(".json")) {
        return std::nullopt;
    }
    Generation found;
    found.month = key.substr(head.size(), at - head.size());
    std::string_view name = key.substr(at + middle.size());
    name.remove_suffix(std::string_view(".json").size());
    if (!is_month_name(found.month) || name.size() != number_digits + 1 + content_digits + 1 + sha256_digits) {
        return std::nullopt;
    }
    found.content = name.substr(number_digits + 1, content_digits);
    found.manifest_sha256 = name.substr(number_digits + content_digits + 2);
    const auto [end, problem] = std::from_chars(name.data(), name.data() + number_digits, found.number);
    const bool is_ours = problem == std::errc{} && end == name.data() + number_digits && is_hex(found.content, content_digits) &&
                         is_hex(found.manifest_sha256, sha256_digits) && found.key() == key;
    return is_ours ? std::optional(std::move(found)) : std::nullopt;
}

const ArchivedFile* Manifest::find(std::string_view path) const {
    const auto found = std::find_if(files.begin(), files.end(), [&](const ArchivedFile& one) { return one.path == path; });
    return found == files.end() ? nullptr : &*found;
}

std::uint64_t Manifest::size_bytes() const {
    std::uint64_t sum = 0;
    for (const ArchivedFile& file : files) {
        sum += file.size_bytes;
    }
    return sum;
}

ChainLink Manifest::link() const {
    const ArchivedFile* const ledger = find("ledger.csv");
    const ArchivedFile* const bundle = find("bundle.zip");
    return {chain_number, generation.month, ledger == nullptr ? std::string() : ledger->sha256,
            bundle == nullptr ? std::string() : bundle->sha256};
}

std::string manifest_json(const Manifest& manifest) {
    rapidjson::StringBuffer text;
    rapidjson::PrettyWriter<rapidjson::StringBuffer> writer(text);
    writer.SetIndent(' ', 1);
    writer.StartObject();
    writer.Key("schema");
    writer.Int(schema);
    put(writer, "month", manifest.generation.month);
    writer.Key("generation");
    writer.Uint(manifest.generation.number);
    put(writer, "content", manifest.generation.content);
    if (manifest.chain_number > 0) {
        writer.Key("chain");
        writer.Uint(manifest.chain_number);
    }
    put(writer, "previous", manifest.previous);
    put(writer, "source", manifest.source);
    put(writer, "archived_at", manifest.archived_at);
    put(writer, "retain_until", manifest.retain_until);
    writer.Key("files");
    writer.StartArray();
    for (const ArchivedFile& file : manifest.files) {
        writer.StartObject();
        put(writer, "path", file.path);
        writer.Key("size_bytes");
        writer.Uint64(file.size_bytes);
        put(writer, "sha256", file.sha256);
        writer.Key("pieces");
        writer.StartArray();
        for (const Piece& piece : file.pieces) {
            writer.StartObject();
            put(writer, "sha256", piece.sha256);
            writer.Key("size_bytes");
            writer.Uint64(piece.size_bytes);
            writer.EndObject();
        }
        writer.EndArray();
        writer.EndObject();
    }
    writer.EndArray();
    writer.EndObject();
    return std::string(text.GetString(), text.GetSize()) + "\n";
}

Result<Manifest> read_manifest_json(std::string_view json, const Generation& generation) {
    rapidjson::Document document;
    document.Parse<rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag>(json.data(), json.size());
    if (document.HasParseError() || !document.IsObject()) {
        return bad(generation, "it is not JSON");
    }
    const auto version = document.FindMember("schema");
    if (version == document.MemberEnd() || !version->value.IsInt() || version->value.GetInt() != schema) {
        return bad(generation, "another version of moisson made it");
    }
    const auto number = document.FindMember("generation");
    const rapidjson::Value* files = array_of(document, "files");
    const bool is_of_key = text_of(document, "month") == generation.month && text_of(document, "content") == generation.content &&
                           number != document.MemberEnd() && number->value.IsUint() && number->value.GetUint() == generation.number;
    if (!is_of_key || files == nullptr || files->Size() == 0 || files->Size() > files_max) {
        return bad(generation, "it is not what its name says");
    }
    Manifest manifest{generation,
                      text_of(document, "previous"),
                      text_of(document, "source"),
                      text_of(document, "archived_at"),
                      text_of(document, "retain_until"),
                      number_of(document, "chain"),
                      {}};
    std::set<std::string> paths;
    for (const rapidjson::Value& value : files->GetArray()) {
        auto file = read_file_entry(value);
        if (!file || !paths.insert(file->path).second) {
            return bad(generation, "an entry of its files is wrong");
        }
        manifest.files.push_back(std::move(*file));
    }
    return manifest;
}

}  // namespace moisson::archive
