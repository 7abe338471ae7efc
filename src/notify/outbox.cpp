#include "notify/outbox.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

namespace moisson::notify {

namespace {

constexpr int outbox_schema = 1;

using OutboxWriter = rapidjson::Writer<rapidjson::StringBuffer>;

void put(OutboxWriter& writer, const char* name, std::string_view text) {
    writer.Key(name);
    writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
}

void put_waiting(OutboxWriter& writer, const WaitingNotice& one) {
    writer.StartObject();
    put(writer, "id", one.notice.id);
    put(writer, "made_at", format_timestamp(one.notice.made_at));
    put(writer, "language", to_text(one.notice.language));
    put(writer, "markdown", one.notice.markdown);
    put(writer, "members", one.notice.members);
    put(writer, "run_id", one.run_id);
    put(writer, "folder", one.folder);
    put(writer, "digest", one.digest);
    writer.Key("trouble");
    writer.Bool(one.is_trouble);
    writer.Key("settled");
    writer.Bool(one.is_settled);
    writer.Key("ways");
    writer.StartArray();
    for (const Way way : one.ways) {
        const std::string_view word = to_text(way);
        writer.String(word.data(), static_cast<rapidjson::SizeType>(word.size()));
    }
    writer.EndArray();
    writer.EndObject();
}

/// Takes members out of a document. After one that cannot be, `is_sound` is false for good.
class OutboxReader {
public:
    std::string text(const rapidjson::Value& object, const char* name) {
        const auto found = object.FindMember(name);
        is_sound_ = is_sound_ && found != object.MemberEnd() && found->value.IsString();
        return is_sound_ ? std::string(found->value.GetString(), found->value.GetStringLength()) : std::string();
    }

    bool flag(const rapidjson::Value& object, const char* name) {
        const auto found = object.FindMember(name);
        is_sound_ = is_sound_ && found != object.MemberEnd() && found->value.IsBool();
        return is_sound_ && found->value.GetBool();
    }

    WaitingNotice waiting(const rapidjson::Value& value) {
        WaitingNotice one;
        if (!value.IsObject()) {
            is_sound_ = false;
            return one;
        }
        const auto made_at = parse_timestamp(text(value, "made_at"));
        const auto language = find_language(text(value, "language"));
        const auto ways_found = value.FindMember("ways");
        is_sound_ = is_sound_ && made_at && language && ways_found != value.MemberEnd() && ways_found->value.IsArray();
        if (!is_sound_) {
            return one;
        }
        one.notice = {text(value, "id"), *made_at, *language, text(value, "markdown"), text(value, "members")};
        one.run_id = text(value, "run_id");
        one.folder = text(value, "folder");
        one.digest = text(value, "digest");
        one.is_trouble = flag(value, "trouble");
        one.is_settled = flag(value, "settled");
        for (const auto& word : ways_found->value.GetArray()) {
            const auto* const way = std::find_if(all_ways.begin(), all_ways.end(), [&](Way known) {
                return word.IsString() && to_text(known) == std::string_view(word.GetString(), word.GetStringLength());
            });
            is_sound_ = is_sound_ && way != all_ways.end();
            if (is_sound_) {
                one.ways.push_back(*way);
            }
        }
        is_sound_ = is_sound_ && !one.ways.empty();
        return one;
    }
    [[nodiscard]] bool is_sound() const noexcept { return is_sound_; }
    void doubt() noexcept { is_sound_ = false; }

private:
    bool is_sound_ = true;
};

}  // namespace

std::string outbox_text(const Outbox& outbox) {
    rapidjson::StringBuffer text;
    OutboxWriter writer(text);
    writer.StartObject();
    writer.Key("schema");
    writer.Int(outbox_schema);
    writer.Key("waiting");
    writer.StartArray();
    for (const WaitingNotice& one : outbox.waiting) {
        put_waiting(writer, one);
    }
    writer.EndArray();
    writer.Key("told");
    writer.StartObject();
    for (const auto& [folder, digest] : outbox.told) {
        put(writer, folder.c_str(), digest);
    }
    writer.EndObject();
    writer.EndObject();
    return {text.GetString(), text.GetSize()};
}

Result<Outbox> read_outbox(std::string_view text) {
    Outbox outbox;
    if (text.empty()) {
        return outbox;
    }
    rapidjson::Document document;
    document.Parse<rapidjson::kParseIterativeFlag>(text.data(), text.size());
    OutboxReader reader;
    const bool is_object = !document.HasParseError() && document.IsObject();
    const auto schema = is_object ? document.FindMember("schema") : rapidjson::Value::MemberIterator();
    const bool is_known = is_object && schema != document.MemberEnd() && schema->value.IsInt() && schema->value.GetInt() == outbox_schema;
    const auto waiting = is_known ? document.FindMember("waiting") : rapidjson::Value::MemberIterator();
    const auto told = is_known ? document.FindMember("told") : rapidjson::Value::MemberIterator();
    if (!is_known || waiting == document.MemberEnd() || !waiting->value.IsArray() || told == document.MemberEnd() ||
        !told->value.IsObject()) {
        reader.doubt();
    } else {
        for (const auto& one : waiting->value.GetArray()) {
            outbox.waiting.push_back(reader.waiting(one));
        }
        for (const auto& one : told->value.GetObject()) {
            outbox.told[one.name.GetString()] = reader.text(told->value, one.name.GetString());
        }
    }
    return reader.is_sound() ? Result<Outbox>(std::move(outbox))
                             : fail(ErrorCode::state, "the notices that wait in the state cannot be read");
}

}  // namespace moisson::notify
