#pragma once
/// How summary.json is written. Only for this room.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <rapidjson/prettywriter.h>
#include <rapidjson/stringbuffer.h>

#include "report/text.hpp"

namespace moisson::report {

/// Members in the order of the calls; one thread.
class Json {
public:
    Json() : writer_(buffer_) { writer_.SetIndent(' ', 2); }

    void key(std::string_view name) { writer_.Key(name.data(), static_cast<rapidjson::SizeType>(name.size())); }
    void text(std::string_view value) {
        const std::string repaired = repair_utf8(value);
        writer_.String(repaired.data(), static_cast<rapidjson::SizeType>(repaired.size()));
    }
    void member(std::string_view name, std::string_view value) {
        key(name);
        text(value);
    }
    void member(std::string_view name, std::uint64_t value) {
        key(name);
        writer_.Uint64(value);
    }
    void member(std::string_view name, std::int64_t value) {
        key(name);
        writer_.Int64(value);
    }
    void null(std::string_view name) {
        key(name);
        writer_.Null();
    }
    void flag(std::string_view name, bool value) {
        key(name);
        writer_.Bool(value);
    }
    void texts(std::string_view name, const std::vector<std::string>& values) {
        key(name);
        writer_.StartArray();
        for (const std::string& value : values) {
            text(value);
        }
        writer_.EndArray();
    }
    void object() { writer_.StartObject(); }
    void object(std::string_view name) {
        key(name);
        object();
    }
    void end_object() { writer_.EndObject(); }
    void array(std::string_view name) {
        key(name);
        writer_.StartArray();
    }
    void end_array() { writer_.EndArray(); }
    /// Until `end_row`, arrays stand on one line: there can be very many of them.
    void row() { writer_.SetFormatOptions(rapidjson::kFormatSingleLineArray); }
    void end_row() { writer_.SetFormatOptions(rapidjson::kFormatDefault); }
    void null() { writer_.Null(); }
    [[nodiscard]] std::string take() const { return {buffer_.GetString(), buffer_.GetSize()}; }

private:
    rapidjson::StringBuffer buffer_;
    rapidjson::PrettyWriter<rapidjson::StringBuffer> writer_;
};

}  // namespace moisson::report
