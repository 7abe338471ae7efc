/// See json.hpp.

#include "bundle/json.hpp"

#include <charconv>
#include <utility>

#include "base/utf8.hpp"

namespace moisson::bundle {

namespace {

/// A summary has five levels.
constexpr int depth_max = 32;

bool is_too_deep(std::string_view text) {
    int depth = 0;
    bool in_text = false;
    bool escaped = false;
    for (const char letter : text) {
        if (in_text) {
            in_text = escaped || letter != '"';
            escaped = !escaped && letter == '\\';
        } else if (letter == '"') {
            in_text = true;
        } else if (letter == '{' || letter == '[') {
            if (++depth > depth_max) {
                return true;
            }
        } else if (letter == '}' || letter == ']') {
            --depth;
        }
    }
    return false;
}

}  // namespace

std::optional<rapidjson::Document> parse_json(std::string_view text) {
    if (is_too_deep(text)) {
        return std::nullopt;
    }
    rapidjson::Document document;
    document.Parse<rapidjson::kParseNumbersAsStringsFlag | rapidjson::kParseValidateEncodingFlag | rapidjson::kParseIterativeFlag>(
        text.data(), text.size());
    if (document.HasParseError() || !document.IsObject()) {
        return std::nullopt;
    }
    return document;
}

const rapidjson::Value* find_member(const rapidjson::Value& object, std::string_view name) {
    if (!object.IsObject()) {
        return nullptr;
    }
    const rapidjson::Value key(rapidjson::StringRef(name.data(), static_cast<rapidjson::SizeType>(name.size())));
    const auto member = object.FindMember(key);
    return member == object.MemberEnd() ? nullptr : &member->value;
}

std::string text_of(const rapidjson::Value& value) {
    std::string text = value.IsString() ? std::string(value.GetString(), value.GetStringLength()) : std::string();
    for (std::size_t at = text.find('\0'); at != std::string::npos; at = text.find('\0', at)) {
        text.replace(at, 1, "\u2400");
    }
    return text;
}

std::string as_stated(std::string_view text) {
    std::string stated;
    stated.reserve(text.size());
    while (!text.empty()) {
        const std::size_t length = utf8_sequence_length(text);
        stated += length == 0 ? std::string_view("\ufffd") : text.substr(0, length);
        text.remove_prefix(length == 0 ? 1 : length);
    }
    return stated;
}

std::string text_member(const rapidjson::Value& object, std::string_view name) {
    const rapidjson::Value* const value = find_member(object, name);
    return value == nullptr ? std::string() : text_of(*value);
}

std::uint64_t count_member(const rapidjson::Value& object, std::string_view name) {
    const std::string text = text_member(object, name);
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && end == text.data() + text.size() ? value : 0;
}

bool flag_member(const rapidjson::Value& object, std::string_view name) {
    const rapidjson::Value* const value = find_member(object, name);
    return value != nullptr && value->IsBool() && value->GetBool();
}

const rapidjson::Value& items_member(const rapidjson::Value& object, std::string_view name) {
    static const rapidjson::Value none(rapidjson::kArrayType);
    const rapidjson::Value* const value = find_member(object, name);
    return value != nullptr && value->IsArray() ? *value : none;
}

}  // namespace moisson::bundle
