/// Closings and reopenings in an archive: each a small object of its own, locked as months are.

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>
#include <rapidjson/document.h>
#include <rapidjson/prettywriter.h>
#include <rapidjson/stringbuffer.h>

#include "archive/archive.hpp"
#include "base/digest.hpp"
#include "base/text.hpp"

namespace moisson::archive {

namespace {

constexpr int closing_schema = 1;
constexpr std::string_view closings_folder = "closings/";
constexpr std::string_view closing_suffix = ".json";
constexpr std::size_t place_digits = 6;
constexpr std::size_t month_letters = 7;
constexpr std::size_t digest_digits = 64;

using ClosingWriter = rapidjson::PrettyWriter<rapidjson::StringBuffer>;

void put_member(ClosingWriter& writer, const char* name, const std::string& text) {
    writer.Key(name);
    writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
}

void put_member(ClosingWriter& writer, const char* name, std::uint64_t count) {
    writer.Key(name);
    writer.Uint64(count);
}

/// The same record, the same bytes.
std::string closing_json(const ClosingRecord& record) {
    rapidjson::StringBuffer text;
    ClosingWriter writer(text);
    writer.SetIndent(' ', 1);
    const ClosingEvent& event = record.event;
    writer.StartObject();
    put_member(writer, "schema", std::uint64_t{closing_schema});
    put_member(writer, "number", record.number);
    put_member(writer, "period", event.period.to_text());
    put_member(writer, "event", std::string(event.closed ? "closed" : "reopened"));
    put_member(writer, "revision", event.revision);
    put_member(writer, "at", format_timestamp(event.at));
    put_member(writer, "by", event.by);
    put_member(writer, "reason", event.reason);
    put_member(writer, "ledger_sha256", event.ledger_sha256);
    if (!record.month.ledger_sha256.empty()) {
        put_member(writer, "rows", record.month.rows);
        put_member(writer, "counted", record.month.counted);
        put_member(writer, "verdict", record.month.verdict);
        put_member(writer, "addenda_before", record.month.addenda_before);
    }
    writer.EndObject();
    return std::string(text.GetString(), text.GetSize()) + "\n";
}

/// Members of one record. After one that cannot be, `is_sound` is false for good.
class ClosingMembers {
public:
    explicit ClosingMembers(const rapidjson::Document& document) : document_(document) {}

    [[nodiscard]] bool has(const char* name) const { return document_.HasMember(name); }
    std::string text(const char* name) {
        const auto found = document_.FindMember(name);
        is_sound_ = is_sound_ && found != document_.MemberEnd() && found->value.IsString();
        return is_sound_ ? std::string(found->value.GetString(), found->value.GetStringLength()) : std::string();
    }
    std::uint64_t count(const char* name) {
        const auto found = document_.FindMember(name);
        is_sound_ = is_sound_ && found != document_.MemberEnd() && found->value.IsUint64();
        return is_sound_ ? found->value.GetUint64() : 0;
    }
    std::uint32_t small(const char* name) {
        const std::uint64_t wide = count(name);
        is_sound_ = is_sound_ && wide <= UINT32_MAX;
        return static_cast<std::uint32_t>(wide);
    }
    [[nodiscard]] bool is_sound() const noexcept { return is_sound_; }

private:
    const rapidjson::Document& document_;
    bool is_sound_ = true;
};

tl::unexpected<Error> bad_record(const ClosingKey& key, std::string_view why) {
    return fail(ErrorCode::bad_answer, fmt::format("a closing in the archive cannot be used: {}", why), key.key(),
                "Look at it in the store; moisson close --list shows what the state knows");
}

Result<ClosingRecord> read_closing_json(const std::string& json, const ClosingKey& key) {
    rapidjson::Document document;
    document.Parse<rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag>(json.data(), json.size());
    if (document.HasParseError() || !document.IsObject()) {
        return bad_record(key, "it is not JSON");
    }
    ClosingMembers members(document);
    if (members.count("schema") != closing_schema) {
        return bad_record(key, "another version of moisson made it");
    }
    ClosingRecord record;
    record.number = members.small("number");
    const auto period = Month::parse(members.text("period"));
    const std::string kind = members.text("event");
    const auto at = parse_timestamp(members.text("at"));
    record.event.closed = kind == "closed";
    record.event.revision = members.small("revision");
    record.event.by = members.text("by");
    record.event.reason = members.text("reason");
    record.event.ledger_sha256 = members.text("ledger_sha256");
    const bool is_described = members.has("rows");
    if (is_described) {
        record.month.rows = members.count("rows");
        record.month.counted = members.count("counted");
        record.month.verdict = members.text("verdict");
        record.month.addenda_before = members.small("addenda_before");
    }
    if (!members.is_sound() || !period || !at || (kind != "closed" && kind != "reopened") || record.number != key.number ||
        *period != key.period) {
        return bad_record(key, "it is not what its name says");
    }
    record.event.period = record.month.period = *period;
    record.event.at = *at;
    if (is_described) {
        record.month.revision = record.event.revision;
        record.month.closed_at = record.event.at;
        record.month.closed_by = record.event.by;
        record.month.ledger_sha256 = record.event.ledger_sha256;
        record.month.reason = record.event.reason;
    }
    return record;
}

std::optional<ClosingKey> parse_closing_key(std::string_view key) {
    if (key.size() != closings_folder.size() + place_digits + 1 + month_letters + 1 + digest_digits + closing_suffix.size() ||
        !key.starts_with(closings_folder)) {
        return std::nullopt;
    }
    const std::string_view name = key.substr(closings_folder.size());
    const auto period = Month::parse(name.substr(place_digits + 1, month_letters));
    ClosingKey found;
    const auto [end, problem] = std::from_chars(name.data(), name.data() + place_digits, found.number);
    if (!period || problem != std::errc{} || end != name.data() + place_digits) {
        return std::nullopt;
    }
    found.period = *period;
    found.sha256 = name.substr(place_digits + 1 + month_letters + 1, digest_digits);
    return found.key() == key && is_letters_and_digits(found.sha256, "") ? std::optional(std::move(found)) : std::nullopt;
}

}  // namespace

std::string ClosingKey::key() const {
    return fmt::format("{}{:06}-{}-{}{}", closings_folder, number, period.to_text(), sha256, closing_suffix);
}

Result<std::vector<ClosingKey>> list_closings(Store& store) {
    auto listed = store.list(std::string(closings_folder));
    if (!listed) {
        return fail(std::move(listed.error()));
    }
    std::vector<ClosingKey> found;
    for (const ObjectInfo& one : *listed) {
        if (auto key = parse_closing_key(one.key)) {
            found.push_back(std::move(*key));
        }
    }
    return found;  // by key, so by number
}

Result<ClosingRecord> read_closing(Store& store, const ClosingKey& key) {
    auto bytes = store.get(key.key());
    if (!bytes) {
        return fail(std::move(bytes.error()));
    }
    if (sha256_hex(*bytes) != key.sha256) {
        return fail(ErrorCode::verification, "a closing in the archive is not what was archived",
                    fmt::format("{}/{}", store.name(), key.key()), "Look at the store's own versions of it");
    }
    return read_closing_json(*bytes, key);
}

Status archive_closing(Store& store, const ClosingRecord& record, std::chrono::year_month_day retain_until) {
    const std::string json = closing_json(record);
    const std::string sha256 = sha256_hex(json);
    const std::string key = ClosingKey{record.number, record.event.period, sha256}.key();
    const Timestamp lock_until = std::chrono::sys_days(retain_until) + std::chrono::days(1);
    auto found = store.head(key);
    if (!found) {
        return fail(std::move(found.error()));
    }
    for (int look = 0; look <= 2; ++look) {  // twice sent, and each time read back
        const auto kept = look > 0 || *found ? store.get(key) : Result<std::string>(std::string());
        if (!kept && kept.error().code != ErrorCode::not_found) {
            return fail(kept.error());
        }
        if (kept && *kept == json) {
            const bool is_locked = look > 0 || ((*found)->locked_until && *(*found)->locked_until >= lock_until);
            return is_locked ? Status() : store.lock(key, lock_until);
        }
        if (Status sent = look < 2 ? store.put(key, json, {sha256, lock_until}) : Status(); !sent) {
            return sent;
        }
    }
    return fail(ErrorCode::verification, "the archive says that it keeps a closing, and has other bytes or none",
                fmt::format("{}/{}", store.name(), key), "Have the store looked at; the next export or closing brings it again");
}

}  // namespace moisson::archive
