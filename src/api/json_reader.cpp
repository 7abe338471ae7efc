// The only file that knows the JSON library.
#include "api/json_reader.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>
#include <rapidjson/error/en.h>
#include <rapidjson/reader.h>

#include "api/json_mend.hpp"
#include "api/messages.hpp"

namespace moisson::api {

namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

/// The library's handler interface on ours; counts the depth, and puts back what mending took out.
class Adapter {
public:
    /// `body` is what the library reads, and `mending` what was done to it.
    Adapter(JsonVisitor& visitor, const char* body, const Mending& mending)
        : visitor_(visitor), body_(body), mending_(mending), next_repair_(mending.strings.begin()) {}

    // Names and signatures are the library's.
    bool Null() { return visitor_.on_scalar(ValueKind::null, {}); }
    bool Bool(bool value) { return visitor_.on_scalar(ValueKind::boolean, value ? "true" : "false"); }
    bool Int(int) { return false; }
    bool Uint(unsigned) { return false; }
    bool Int64(std::int64_t) { return false; }
    bool Uint64(std::uint64_t) { return false; }
    bool Double(double) { return false; }
    bool RawNumber(const char* text, rapidjson::SizeType size, bool) {
        if (!mending_.numbers.empty()) {
            if (const auto long_one = mending_.numbers.find(static_cast<std::size_t>(text - body_)); long_one != mending_.numbers.end()) {
                return visitor_.on_scalar(ValueKind::number, long_one->second);
            }
        }
        return visitor_.on_scalar(ValueKind::number, {text, size});
    }
    bool String(const char* text, rapidjson::SizeType size, bool) {
        tell_repair(text);
        return visitor_.on_scalar(ValueKind::string, {text, size});
    }
    bool Key(const char* text, rapidjson::SizeType size, bool) {
        tell_repair(text);
        return visitor_.on_key({text, size});
    }
    bool StartObject() { return enter() && visitor_.on_open(false); }
    bool EndObject(rapidjson::SizeType) { return leave() && visitor_.on_close(false); }
    bool StartArray() { return enter() && visitor_.on_open(true); }
    bool EndArray(rapidjson::SizeType) { return leave() && visitor_.on_close(true); }

    [[nodiscard]] std::string reason() const { return reason_.empty() ? visitor_.refusal() : reason_; }

private:
    /// Strings are unescaped in their place: `text` is where the string begins in the body.
    void tell_repair(const char* text) {
        if (next_repair_ != mending_.strings.end() && *next_repair_ == static_cast<std::size_t>(text - body_)) {
            ++next_repair_;
            visitor_.on_repair();
        }
    }
    bool enter() {
        if (++depth_ > json_depth_max) {
            reason_ = fmt::format("nested deeper than {}", json_depth_max);
            return false;
        }
        return true;
    }
    bool leave() {
        --depth_;
        return true;
    }
    JsonVisitor& visitor_;
    const char* body_;
    const Mending& mending_;
    std::vector<std::size_t>::const_iterator next_repair_;
    std::string reason_;
    int depth_ = 0;
};

tl::unexpected<Error> bad_answer(Message message, std::string_view where) {
    return fail(ErrorCode::bad_answer, std::move(message), std::string(where),
                "Run again; if it stays, give Orange support the request id");
}

std::size_t first_of_text(std::string_view body) { return std::min(body.find_first_not_of(" \t\r\n"), body.size()); }

/// Collects one flat object.
class FlatVisitor final : public JsonVisitor {
public:
    bool on_key(std::string_view name) override {
        if (depth_ == 1) {
            name_ = name;
        }
        return true;
    }
    bool on_scalar(ValueKind kind, std::string_view text) override {
        if (depth_ == 0) {
            return refuse("a single value where an object is due");
        }
        if (depth_ == 1) {
            put(std::pair(kind, std::string(text)));
        }
        return true;
    }
    bool on_open(bool is_array) override {
        if (depth_ == 0 && is_array) {
            return refuse("a list where an object is due");
        }
        if (depth_ == 1) {
            put(std::pair(ValueKind::composite, std::string()));
        }
        ++depth_;
        return true;
    }
    bool on_close(bool) override {
        --depth_;
        return true;
    }
    [[nodiscard]] FlatObject take() { return std::move(object_); }

private:
    void put(std::pair<ValueKind, std::string> value) {
        const auto [member, is_first] = object_.members.try_emplace(name_, value);
        if (!is_first && member->second != value) {
            member->second = {ValueKind::composite, std::string()};  // no text, and equal to no further one that has
        }
    }

    FlatObject object_;
    std::string name_;
    int depth_ = 0;
};

}  // namespace

Status read_json(std::string& body, JsonVisitor& visitor, std::string_view where) {
    const Mending mending = mend_json(body);
    const std::size_t start = std::string_view(body).starts_with(byte_order_mark) ? byte_order_mark.size() : 0;
    const std::size_t first = start + first_of_text(std::string_view(body).substr(start));
    if (first == body.size()) {
        return bad_answer(messages::answer_empty_json_due, where);
    }
    if (body[first] == '<') {
        return bad_answer(messages::answer_html_xml_page_not_json_byte(first), where);
    }
    constexpr unsigned flags = rapidjson::kParseInsituFlag | rapidjson::kParseNumbersAsStringsFlag | rapidjson::kParseIterativeFlag;
    rapidjson::InsituStringStream stream(body.data() + start);
    Adapter adapter(visitor, body.data(), mending);
    rapidjson::Reader reader;
    const rapidjson::ParseResult result = reader.Parse<flags>(stream, adapter);
    if (result.Code() == rapidjson::kParseErrorTermination) {
        return bad_answer(messages::answer_cannot_used_byte(adapter.reason(), start + stream.Tell()), where);
    }
    if (result.IsError()) {
        std::string reason = rapidjson::GetParseError_En(result.Code());
        while (reason.ends_with('.')) {
            reason.pop_back();
        }
        return bad_answer(messages::answer_not_json_byte(reason, start + result.Offset(), body.size()),
                          where);
    }
    // The library takes a NUL byte for the end of its input. Mending left none.
    MOISSON_INVARIANT(start + stream.Tell() == body.size(), "a JSON text that was not read to its end");
    return {};
}

std::string_view FlatObject::text(std::string_view name) const {
    const auto found = members.find(name);
    if (found == members.end() || (found->second.first != ValueKind::string && found->second.first != ValueKind::number)) {
        return {};
    }
    return found->second.second;
}

Result<FlatObject> read_flat_object(std::string body, std::string_view where) {
    FlatVisitor visitor;
    if (auto read = read_json(body, visitor, where); !read) {
        return fail(std::move(read.error()));
    }
    return visitor.take();
}

int parse_gateway_code(std::string_view text) noexcept {
    while (!text.empty() && text.front() == ' ') {
        text.remove_prefix(1);
    }
    while (!text.empty() && text.back() == ' ') {
        text.remove_suffix(1);
    }
    if (text.empty() || text.size() > 6) {
        return 0;
    }
    int code = 0;
    for (const char digit : text) {
        if (digit < '0' || digit > '9') {
            return 0;
        }
        code = code * 10 + (digit - '0');
    }
    return code;
}

}  // namespace moisson::api
