/// See json.hpp.

#include "bundle/json.hpp"

#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

#include "base/utf8.hpp"
#include "bundle/limits.hpp"

namespace moisson::bundle {

namespace {

/// What the tree of a text will take, counted without making it.
struct Shape {
    std::uint64_t values = 0;
    const char* excess = nullptr;  ///< why it is refused
};

/// Walks over the text once; `\u0000` becomes `\u2400` on the way. What is no JSON is judged up to where it is none.
Shape shape_of(std::string& text) {
    Shape shape;
    std::vector<std::size_t> members;  // of each value that is open; of lists nothing is counted
    bool in_text = false;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char letter = text[at];
        if (in_text) {
            in_text = letter != '"';
            if (letter == '\\') {
                if (text.compare(at, 6, "\\u0000") == 0) {
                    text.replace(at, 6, "\\u2400");
                }
                ++at;
            }
            continue;
        }
        switch (letter) {
            case '"': in_text = true; break;
            case '{':
            case '[':
                members.push_back(0);
                ++shape.values;
                if (members.size() > limits::json_depth) {
                    shape.excess = "over budget: it is nested too deep";
                    return shape;
                }
                break;
            case '}':
            case ']':
                if (!members.empty()) {
                    members.pop_back();
                }
                break;
            case ':':
                ++shape.values;
                if (!members.empty() && ++members.back() > limits::json_members) {
                    shape.excess = "over budget: an object of it has too many members";
                    return shape;
                }
                break;
            case ',': ++shape.values; break;
            default: break;
        }
    }
    return shape;
}

}  // namespace

Result<Json> Json::parse(std::string text, std::uint64_t memory_max) {
    const auto refused = [](const char* why) { return fail(ErrorCode::verification, why); };
    if (text.size() > memory_max) {
        return refused("over budget: it is too long");
    }
    const Shape shape = shape_of(text);
    if (shape.excess != nullptr) {
        return refused(shape.excess);
    }
    if (shape.values * limits::json_value_bytes > memory_max - text.size()) {
        return refused("over budget: it has too many values");
    }
    Json json;
    json.text_ = std::make_unique<std::string>(std::move(text));
    json.tree_ = std::make_unique<rapidjson::Document>();
    constexpr unsigned flags = rapidjson::kParseInsituFlag | rapidjson::kParseNumbersAsStringsFlag | rapidjson::kParseValidateEncodingFlag |
                               rapidjson::kParseIterativeFlag;
    const bool has_nul = json.text_->find('\0') != std::string::npos;  // would be taken for the text's end
    if (has_nul || json.tree_->ParseInsitu<flags>(json.text_->data()).HasParseError() || !json.tree_->IsObject()) {
        return refused("it is not a JSON object");
    }
    return json;
}

std::uint64_t json_memory_max(std::uint64_t length) noexcept {
    return limits::json_bytes + std::min(length, UINT64_MAX / 2 / limits::json_ratio) * limits::json_ratio;
}

const rapidjson::Value* find_member(const rapidjson::Value& object, std::string_view name) {
    if (!object.IsObject()) {
        return nullptr;
    }
    const rapidjson::Value key(rapidjson::StringRef(name.data(), static_cast<rapidjson::SizeType>(name.size())));
    const auto member = object.FindMember(key);
    return member == object.MemberEnd() ? nullptr : &member->value;
}

std::string_view view_of(const rapidjson::Value& value) {
    return value.IsString() ? std::string_view(value.GetString(), value.GetStringLength()) : std::string_view();
}

std::string text_of(const rapidjson::Value& value) { return std::string(view_of(value)); }

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

std::string_view view_member(const rapidjson::Value& object, std::string_view name) {
    const rapidjson::Value* const value = find_member(object, name);
    return value == nullptr ? std::string_view() : view_of(*value);
}

std::string text_member(const rapidjson::Value& object, std::string_view name) { return std::string(view_member(object, name)); }

std::uint64_t count_member(const rapidjson::Value& object, std::string_view name) {
    const std::string_view text = view_member(object, name);
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

const rapidjson::Value& object_member(const rapidjson::Value& object, std::string_view name) {
    static const rapidjson::Value none(rapidjson::kObjectType);
    const rapidjson::Value* const value = find_member(object, name);
    return value != nullptr && value->IsObject() ? *value : none;
}

}  // namespace moisson::bundle
