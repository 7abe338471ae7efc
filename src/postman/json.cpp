#include "postman/json.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include "config/job_file.hpp"

namespace moisson::postman {

namespace {

constexpr std::size_t depth_max = 32;  // an environment nests three deep

/// Builds the tree while the library reads. A token's place is found from where the one before it ended.
class TreeBuilder {
public:
    TreeBuilder(std::string_view text, const rapidjson::MemoryStream& stream) : text_(text), stream_(stream) {}

    bool Null() { return scalar(JsonNode::Kind::null, {}); }
    bool Bool(bool truth) { return scalar(JsonNode::Kind::boolean, truth ? "true" : "false"); }
    bool Int(int) { return false; }
    bool Uint(unsigned) { return false; }
    bool Int64(std::int64_t) { return false; }
    bool Uint64(std::uint64_t) { return false; }
    bool Double(double) { return false; }
    bool RawNumber(const char* number, rapidjson::SizeType length, bool) { return scalar(JsonNode::Kind::number, {number, length}); }
    bool String(const char* text, rapidjson::SizeType length, bool) { return scalar(JsonNode::Kind::text, {text, length}); }
    bool Key(const char* name, rapidjson::SizeType length, bool) {
        static_cast<void>(next_offset());
        name_.assign(name, length);
        return true;
    }
    bool StartObject() { return open(JsonNode::Kind::object); }
    bool StartArray() { return open(JsonNode::Kind::list); }
    bool EndObject(rapidjson::SizeType) { return close(); }
    bool EndArray(rapidjson::SizeType) { return close(); }

    [[nodiscard]] bool too_deep() const noexcept { return too_deep_; }
    [[nodiscard]] JsonNode take() { return std::move(root_); }

private:
    std::size_t next_offset() {
        const std::size_t begin = std::min(text_.find_first_not_of(" \t\r\n,:]}", end_), text_.size());
        end_ = std::max(stream_.Tell(), begin + 1);  // the library tells of a bracket before it takes it
        return begin;
    }

    JsonNode& place(JsonNode node) {
        if (open_.empty()) {
            return root_ = std::move(node);
        }
        // Only the innermost open value grows, so that the addresses of the open ones stay as they are.
        JsonNode& parent = *open_.back();
        if (parent.kind == JsonNode::Kind::list) {
            return parent.items.emplace_back(std::move(node));
        }
        return parent.members.emplace_back(JsonMember{std::move(name_), std::move(node)}).value;
    }

    bool scalar(JsonNode::Kind kind, std::string_view value) {
        JsonNode node;
        node.kind = kind;
        node.text = value;
        node.offset = next_offset();
        place(std::move(node));
        return true;
    }

    bool open(JsonNode::Kind kind) {
        if (open_.size() == depth_max) {
            too_deep_ = true;
            return false;
        }
        JsonNode node;
        node.kind = kind;
        node.offset = next_offset();
        open_.push_back(&place(std::move(node)));
        return true;
    }

    bool close() {
        end_ = stream_.Tell();
        open_.pop_back();
        return true;
    }

    std::string_view text_;
    const rapidjson::MemoryStream& stream_;
    std::size_t end_ = 0;
    std::string name_;
    JsonNode root_;
    std::vector<JsonNode*> open_;
    bool too_deep_ = false;
};

}  // namespace

const JsonNode* JsonNode::find(std::string_view name) const noexcept {
    const auto found = std::find_if(members.rbegin(), members.rend(), [&](const auto& member) { return member.name == name; });
    return found == members.rend() ? nullptr : &found->value;
}

std::string_view JsonNode::kind_text() const noexcept {
    switch (kind) {
        case Kind::null: return "null";
        case Kind::boolean: return "true or false";
        case Kind::number: return "a number";
        case Kind::text: return "a text";
        case Kind::list: return "a list";
        case Kind::object: break;
    }
    return "an object";
}

std::string place_of(std::string_view text, std::size_t offset, const std::string& path) {
    const std::string_view before = text.substr(0, offset);
    const auto line_begin = before.rfind('\n');
    const std::string_view line = line_begin == std::string_view::npos ? before : before.substr(line_begin + 1);
    // Bytes that begin a character: all but the continuation bytes of UTF-8.
    const auto column =
        std::count_if(line.begin(), line.end(), [](char letter) { return (static_cast<unsigned char>(letter) & 0xc0U) != 0x80U; });
    return fmt::format("{}:{}:{}", path, std::count(before.begin(), before.end(), '\n') + 1, column + 1);
}

JsonNode parse_json(std::string_view text, const std::string& path) {
    constexpr unsigned flags = rapidjson::kParseNumbersAsStringsFlag | rapidjson::kParseIterativeFlag | rapidjson::kParseStopWhenDoneFlag;
    rapidjson::MemoryStream stream(text.data(), text.size());
    TreeBuilder builder(text, stream);
    rapidjson::Reader reader;
    const rapidjson::ParseResult result = reader.Parse<flags>(stream, builder);
    const auto refuse = [&](std::string_view reason, std::size_t offset) {
        config::usage_error(fmt::format("the file is not JSON: {}", reason), place_of(text, offset, path),
                    "Export the environment from Postman again: Environments, the environment's menu, Export");
    };
    if (builder.too_deep()) {
        refuse(fmt::format("nested deeper than {}", depth_max), stream.Tell());
    }
    if (result.IsError()) {
        std::string reason = rapidjson::GetParseError_En(result.Code());
        while (reason.ends_with('.')) {
            reason.pop_back();
        }
        refuse(reason, result.Offset());
    }
    if (const auto rest = text.find_first_not_of(" \t\r\n", stream.Tell()); rest != std::string_view::npos) {
        refuse("something follows after its end", rest);
    }
    return builder.take();
}

}  // namespace moisson::postman
