// The only file that knows the JSON library.
#include "api/json_reader.hpp"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>
#include <rapidjson/error/en.h>
#include <rapidjson/reader.h>

namespace moisson::api {

namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

/// Input bytes are checked by the library, but it turns an escaped lone low surrogate into bytes that are not UTF-8.
bool holds_surrogate(const char* text, std::size_t size) {
    const char* const end = text + size;
    const char* at = text;
    while ((at = static_cast<const char*>(std::memchr(at, 0xed, static_cast<std::size_t>(end - at)))) != nullptr) {
        if (at + 1 < end && static_cast<unsigned char>(at[1]) >= 0xa0) {
            return true;
        }
        ++at;
    }
    return false;
}

/// The library's handler interface on ours; counts the depth.
class Adapter {
public:
    explicit Adapter(JsonVisitor& visitor) : visitor_(visitor) {}

    // Names and signatures are the library's.
    bool Null() { return visitor_.on_scalar(ValueKind::null, {}); }
    bool Bool(bool value) { return visitor_.on_scalar(ValueKind::boolean, value ? "true" : "false"); }
    bool Int(int) { return false; }
    bool Uint(unsigned) { return false; }
    bool Int64(std::int64_t) { return false; }
    bool Uint64(std::uint64_t) { return false; }
    bool Double(double) { return false; }
    bool RawNumber(const char* text, rapidjson::SizeType size, bool) { return visitor_.on_scalar(ValueKind::number, {text, size}); }
    bool String(const char* text, rapidjson::SizeType size, bool) {
        return check(text, size) && visitor_.on_scalar(ValueKind::string, {text, size});
    }
    bool Key(const char* text, rapidjson::SizeType size, bool) { return check(text, size) && visitor_.on_key({text, size}); }
    bool StartObject() { return enter() && visitor_.on_open(false); }
    bool EndObject(rapidjson::SizeType) { return leave() && visitor_.on_close(false); }
    bool StartArray() { return enter() && visitor_.on_open(true); }
    bool EndArray(rapidjson::SizeType) { return leave() && visitor_.on_close(true); }

    [[nodiscard]] std::string reason() const { return reason_.empty() ? visitor_.refusal() : reason_; }

private:
    bool check(const char* text, std::size_t size) {
        if (holds_surrogate(text, size)) {
            reason_ = "a lone surrogate in a string";
            return false;
        }
        return true;
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
    std::string reason_;
    int depth_ = 0;
};

tl::unexpected<Error> bad_answer(std::string message, std::string_view where) {
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
            object_.members.insert_or_assign(name_, std::pair(kind, std::string(text)));
        }
        return true;
    }
    bool on_open(bool is_array) override {
        if (depth_ == 0 && is_array) {
            return refuse("a list where an object is due");
        }
        if (depth_ == 1) {
            object_.members.insert_or_assign(name_, std::pair(ValueKind::composite, std::string()));
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
    FlatObject object_;
    std::string name_;
    int depth_ = 0;
};

}  // namespace

Status read_json(std::string& body, JsonVisitor& visitor, std::string_view where) {
    const std::size_t start = std::string_view(body).starts_with(byte_order_mark) ? byte_order_mark.size() : 0;
    const std::size_t first = start + first_of_text(std::string_view(body).substr(start));
    if (first == body.size()) {
        return bad_answer("the answer is empty where JSON is due", where);
    }
    if (body[first] == '<') {
        return bad_answer(fmt::format("the answer is an HTML or XML page, not JSON (at byte {})", first), where);
    }
    constexpr unsigned flags = rapidjson::kParseInsituFlag | rapidjson::kParseNumbersAsStringsFlag | rapidjson::kParseValidateEncodingFlag |
                               rapidjson::kParseIterativeFlag;
    Adapter adapter(visitor);
    rapidjson::InsituStringStream stream(body.data() + start);
    rapidjson::Reader reader;
    const rapidjson::ParseResult result = reader.Parse<flags>(stream, adapter);
    if (result.Code() == rapidjson::kParseErrorTermination) {
        return bad_answer(fmt::format("the answer cannot be used: {} (at byte {})", adapter.reason(), start + stream.Tell()), where);
    }
    if (result.Code() == rapidjson::kParseErrorStringInvalidEncoding) {
        return bad_answer(fmt::format("the answer is not valid UTF-8 (at byte {})", start + result.Offset()), where);
    }
    if (result.IsError()) {
        std::string reason = rapidjson::GetParseError_En(result.Code());
        while (reason.ends_with('.')) {
            reason.pop_back();
        }
        return bad_answer(fmt::format("the answer is not JSON: {} (at byte {} of {})", reason, start + result.Offset(), body.size()),
                          where);
    }
    // The library takes a NUL byte for the end of its input; what stands after one would pass unseen.
    if (start + stream.Tell() != body.size()) {
        return bad_answer(fmt::format("the answer is not JSON: a NUL byte and more after the end (at byte {})", start + stream.Tell()),
                          where);
    }
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
