// JSON bodies by Poco's parser. Writes are rare: a tree does no harm here.
#include "sandbox/body_fields.hpp"

#include <algorithm>

#include <Poco/Dynamic/Var.h>
#include <Poco/Exception.h>
#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>
#include <fmt/format.h>

#include "base/result.hpp"
#include "base/utf8.hpp"

namespace moisson::sandbox {

namespace {

constexpr std::size_t json_depth_max = 16;

bool has_control_characters(std::string_view text) {
    return std::any_of(text.begin(), text.end(), [](char letter) { return static_cast<unsigned char>(letter) < 0x20 || letter == 0x7f; });
}

/// Poco's parser does not end at a limit of its own.
bool is_deep(std::string_view text) {
    std::size_t depth = 0;
    bool in_string = false;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (in_string && text[at] == '\\') {
            ++at;  // whatever is escaped does not end the string
        } else if (in_string) {
            in_string = text[at] != '"';
        } else if (text[at] == '"') {
            in_string = true;
        } else if (text[at] == '{' || text[at] == '[') {
            ++depth;
        } else if (text[at] == '}' || text[at] == ']') {
            depth -= depth > 0 ? 1U : 0U;
        }
        if (depth > json_depth_max) {
            return true;
        }
    }
    return false;
}

}  // namespace

struct BodyFields::State {
    Poco::JSON::Object::Ptr object;
};

BodyFields::BodyFields(std::string_view body) : state_(std::make_unique<State>()) {
    if (std::all_of(body.begin(), body.end(),
                    [](char letter) { return letter == ' ' || letter == '\n' || letter == '\r' || letter == '\t'; })) {
        refuse(21, {});
        return;
    }
    if (!is_utf8(body) || is_deep(body)) {
        refuse(22, {});
        return;
    }
    try {
        Poco::JSON::Parser parser;
        const Poco::Dynamic::Var parsed = parser.parse(std::string(body));
        if (parsed.type() == typeid(Poco::JSON::Object::Ptr)) {
            state_->object = parsed.extract<Poco::JSON::Object::Ptr>();
            return;
        }
    } catch (const Poco::Exception&) {
        state_->object = nullptr;  // the refusal below says it
    }
    refuse(22, {});
}

BodyFields::~BodyFields() = default;

void BodyFields::refuse(int code, std::string description) {
    if (!refusal_) {
        refusal_ = gateway_error(400, code, description);
    }
}

void BodyFields::refuse_value(std::string_view name, std::string_view why) {
    refuse(24, fmt::format("The field {} of the body {}.", name, why));
}

std::string BodyFields::optional_text(std::string_view name, std::size_t length_max) {
    if (refusal_ || !state_->object->has(std::string(name))) {
        return {};
    }
    const Poco::Dynamic::Var value = state_->object->get(std::string(name));
    if (!value.isString()) {
        refuse_value(name, "is not a text");
        return {};
    }
    const auto& text = value.extract<std::string>();
    if (text.size() > length_max || has_control_characters(text)) {
        refuse_value(name, fmt::format("has more than {} bytes, or control characters", length_max));
        return {};
    }
    return text;
}

std::string BodyFields::text(std::string_view name, std::size_t length_max) {
    if (refusal_) {
        return {};
    }
    if (!state_->object->has(std::string(name))) {
        refuse(23, fmt::format("The body is missing the field {}.", name));
        return {};
    }
    std::string found = optional_text(name, length_max);
    if (!refusal_ && found.empty()) {
        refuse_value(name, "is empty");
    }
    return found;
}

std::map<std::string, std::vector<std::string>> BodyFields::lists(std::string_view name) {
    std::map<std::string, std::vector<std::string>> found;
    if (refusal_) {
        return found;
    }
    if (!state_->object->has(std::string(name))) {
        refuse(23, fmt::format("The body is missing the field {}.", name));
        return found;
    }
    const Poco::JSON::Object::Ptr object = state_->object->getObject(std::string(name));
    if (object.isNull() || object->size() == 0) {
        refuse_value(name, "is not an object of lists");
        return found;
    }
    for (const std::string& key : object->getNames()) {
        const Poco::JSON::Array::Ptr array = object->getArray(key);
        if (array.isNull() || array->size() == 0) {
            refuse_value(name, fmt::format("has no list in {}", sanitise(key)));
            return found;
        }
        for (const Poco::Dynamic::Var& item : *array) {
            if (!item.isString()) {
                refuse_value(name, fmt::format("has an item in {} that is no text", sanitise(key)));
                return found;
            }
            found[key].push_back(item.extract<std::string>());
        }
    }
    return found;
}

}  // namespace moisson::sandbox
