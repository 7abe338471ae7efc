// Tells environments from collections and takes their variables, each with its place.
#include "postman/variables.hpp"

#include <algorithm>
#include <deque>

#include <fmt/format.h>

#include "base/text.hpp"
#include "base/utf8.hpp"
#include "config/job_file.hpp"
#include "postman/json.hpp"

namespace moisson::postman {

namespace {

constexpr std::size_t variables_max = 10'000;
constexpr std::string_view environment_hint = "Export the environment from Postman: Environments, the environment's menu, Export";
constexpr std::string_view collection_hint = "Export the collection from Postman: Collections, the collection's menu, Export, version 2.1";

enum class FileKind { environment, collection };

/// One file's JSON; `text` without byte order mark.
struct Parsed {
    JsonNode root;
    const JsonNode* content = nullptr;  ///< the object that holds it
    FileKind kind = FileKind::environment;
};

const JsonNode* find_object(const JsonNode& node, std::string_view name) {
    const JsonNode* inner = node.find(name);
    return inner != nullptr && inner->kind == JsonNode::Kind::object ? inner : nullptr;
}

std::string text_of(const JsonNode& node, std::string_view name) {
    const JsonNode* inner = node.find(name);
    return inner != nullptr && inner->kind == JsonNode::Kind::text ? inner->text : std::string();
}

bool is_true(const JsonNode& node, std::string_view name) {
    const JsonNode* inner = node.find(name);
    return inner != nullptr && inner->kind == JsonNode::Kind::boolean && inner->text == "true";
}

/// Of one file.
class FileReader {
public:
    FileReader(const Source& source, std::size_t index, Content& content)
        : text_(source.text), path_(source.path), index_(index), content_(content) {}

    void parse() {
        refuse_other_encodings();
        parsed_.root = parse_json(text_, path_);
        tell_kind();
    }
    [[nodiscard]] FileKind kind() const noexcept { return parsed_.kind; }

    void read() {
        const JsonNode& content = *parsed_.content;
        if (parsed_.kind == FileKind::environment) {
            content_.has_environment = true;
            content_.environment = text_of(content, "name");
            read_environment(content);
        } else {
            content_.has_collection = true;
            content_.collection = text_of(*content.find("info"), "name");
            read_authorizations(content, true);
            read_collection(content);
        }
    }

    [[noreturn]] void refuse_second() const {
        const bool environment = parsed_.kind == FileKind::environment;
        config::usage_error(fmt::format("this is a second {}", environment ? "environment" : "collection"), place(parsed_.root.offset),
                    fmt::format("Name one environment, one collection, or one of each; this is {}",
                                environment ? "another environment" : "another collection"));
    }

private:
    [[nodiscard]] std::string place(std::size_t offset) const { return place_of(text_, offset, path_); }

    void refuse_other_encodings() {
        if (text_.starts_with("\xff\xfe") || text_.starts_with("\xfe\xff")) {
            config::usage_error("the file is UTF-16, not UTF-8", fmt::format("{}:1:1", path_), "Save it as UTF-8");
        }
        if (text_.starts_with(byte_order_mark)) {
            text_.remove_prefix(byte_order_mark.size());
        }
        for (std::size_t at = 0; at < text_.size();) {
            const std::size_t length = utf8_sequence_length(text_.substr(at));
            if (length == 0) {
                config::usage_error("the file is not UTF-8", place(at), "Save it as UTF-8");
            }
            at += length;
        }
        const auto first = text_.find_first_not_of(" \t\r\n");
        if (first == std::string_view::npos) {
            config::usage_error("the file is empty", path_, std::string(environment_hint));
        }
        if (text_[first] == '<') {
            config::usage_error("the file is a web page, not JSON", place(first), std::string(environment_hint));
        }
        if (text_[first] != '{' && text_[first] != '[') {
            config::usage_error("the file is not JSON", place(first), std::string(environment_hint));
        }
    }

    /// Postman's own API answers with either inside a member of its name.
    void tell_kind() {
        const JsonNode& root = parsed_.root;
        if (root.kind != JsonNode::Kind::object) {
            config::usage_error(fmt::format("a Postman environment or collection is an object, found {}", root.kind_text()),
                                place(root.offset), std::string(environment_hint));
        }
        if (root.find("environments") != nullptr || root.find("collections") != nullptr) {
            config::usage_error("this is a dump of all Postman data, not one environment or collection", place(root.offset),
                        std::string(environment_hint));
        }
        const JsonNode* wrapped = find_object(root, "collection");
        const JsonNode& collection = wrapped != nullptr ? *wrapped : root;
        if (const JsonNode* info = find_object(collection, "info")) {
            if (const std::string schema = text_of(*info, "schema"); !schema.empty() && schema.find("/v2.") == std::string::npos) {
                config::usage_error("this is a Postman collection of a version that Moisson does not know", place(root.offset),
                            std::string(collection_hint));
            }
            parsed_.kind = FileKind::collection;
            parsed_.content = &collection;
            return;
        }
        if (root.find("requests") != nullptr) {
            config::usage_error("this is a Postman collection of version 1", place(root.offset), std::string(collection_hint));
        }
        const JsonNode* inner = find_object(root, "environment");
        parsed_.content = inner != nullptr ? inner : &root;
    }

    void read_environment(const JsonNode& environment) {
        const JsonNode* values = environment.find("values");
        if (values == nullptr) {
            config::usage_error(
                "the file has no list \"values\": it is no Postman environment, or one of a version that Moisson does not know",
                place(environment.offset), std::string(environment_hint));
        }
        read_variables(*values, "values", "the environment");
    }

    void read_collection(const JsonNode& collection) {
        if (const JsonNode* variables = collection.find("variable")) {
            read_variables(*variables, "variable", "the collection");
        }
    }

    void read_variables(const JsonNode& values, std::string_view name, std::string_view what) {
        if (values.kind != JsonNode::Kind::list) {
            config::usage_error(fmt::format("\"{}\" must be a list of variables, found {}", name, values.kind_text()), place(values.offset),
                        std::string(hint()));
        }
        if (values.items.size() > variables_max) {
            config::usage_error(fmt::format("{} has {} variables; at most {} are read", what, values.items.size(), variables_max),
                        place(values.offset), "Take out what is not of this API");
        }
        for (const JsonNode& item : values.items) {
            read_variable(item);
        }
    }

    void read_variable(const JsonNode& item) {
        const JsonNode* key = item.find("key");
        if (key == nullptr && parsed_.kind == FileKind::collection) {
            key = item.find("id");  // as older collections name it
        }
        if (item.kind != JsonNode::Kind::object || key == nullptr || key->kind != JsonNode::Kind::text) {
            config::usage_error(fmt::format("a variable must be an object with a text \"key\", found {}",
                                    item.kind == JsonNode::Kind::object ? "one without" : item.kind_text()),
                        place(item.offset), std::string(hint()));
        }
        Variable variable = make_variable(key->text, key->text, item);
        if (const JsonNode* value = item.find("value")) {
            if (value->kind == JsonNode::Kind::list || value->kind == JsonNode::Kind::object) {
                config::usage_error(
                    fmt::format("the value of \"{}\" must be a text, found {}", sanitise(key->text, 60), value->kind_text()),
                    place(value->offset), "Write the value between double quotes");
            }
            variable.value = value->text;
            variable.value_offset = value->offset;
        }
        if (const JsonNode* enabled = item.find("enabled")) {
            if (enabled->kind != JsonNode::Kind::boolean) {
                config::usage_error(
                    fmt::format("\"enabled\" of \"{}\" must be true or false, found {}", sanitise(key->text, 60), enabled->kind_text()),
                    place(enabled->offset), "Write true or false, without quotes");
            }
            variable.enabled = enabled->text == "true";
        }
        variable.enabled = variable.enabled && !is_true(item, "disabled");
        content_.variables.push_back(std::move(variable));
    }

    [[nodiscard]] Variable make_variable(std::string_view key, std::string_view role, const JsonNode& item) const {
        Variable variable;
        variable.key = key;
        variable.plain_key = plain_key(role);
        variable.of_collection = parsed_.kind == FileKind::collection;
        variable.source = index_;
        variable.offset = item.offset;
        variable.value_offset = item.offset;
        return variable;
    }

    /// The collection, its folders and its requests. Where several requests ask for a token, the first is meant: later ones show what is
    /// refused.
    void read_authorizations(const JsonNode& node, bool is_collection) {
        const JsonNode* request = find_object(node, "request");
        const bool asks_for_token = request != nullptr && is_token_url(*request);
        if (const JsonNode* auth = find_object(node, "auth")) {
            take_auth(*auth, is_collection);
        }
        if (request != nullptr) {
            if (const JsonNode* auth = find_object(*request, "auth")) {
                take_auth(*auth, asks_for_token);
            }
            take_headers(*request, asks_for_token);
            take_form(*request, asks_for_token);
        }
        if (const JsonNode* items = node.find("item"); items != nullptr && items->kind == JsonNode::Kind::list) {
            for (const JsonNode& item : items->items) {
                read_authorizations(item, false);
            }
        }
    }

    /// A path that ends in "token".
    static bool is_token_url(const JsonNode& request) {
        const JsonNode* url = request.find("url");
        if (url == nullptr) {
            return false;
        }
        std::string text = url->kind == JsonNode::Kind::object ? text_of(*url, "raw") : url->text;
        text = text.substr(0, text.find_first_of("?#"));
        while (text.ends_with('/')) {
            text.pop_back();
        }
        return plain_key(text).ends_with("token");
    }

    /// {"type": "basic", "basic": [{"key": "username", "value": "…"}, …]}, or with an object of names and values as version 2.0 has it.
    static const JsonNode* setting_of(const JsonNode& settings, std::string_view name) {
        if (settings.kind == JsonNode::Kind::object) {
            return settings.find(name);
        }
        for (const JsonNode& item : settings.items) {
            if (text_of(item, "key") == name && !is_true(item, "disabled")) {
                return item.find("value");
            }
        }
        return nullptr;
    }

    void take(std::string_view role, const JsonNode* value, std::string_view where) {
        if (value == nullptr || value->kind != JsonNode::Kind::text || value->text.empty()) {
            return;
        }
        const std::string plain_role = plain_key(role);
        const auto is_taken = [&](const Variable& one) { return one.source == index_ && one.plain_key == plain_role; };
        if (std::any_of(content_.variables.begin(), content_.variables.end(), is_taken)) {
            return;
        }
        Variable variable = make_variable(fmt::format("{} of the collection's {}", role, where), role, *value);
        variable.value = value->text;
        variable.of_request = true;
        content_.variables.push_back(std::move(variable));
    }

    void take_auth(const JsonNode& auth, bool is_for_token) {
        const std::string type = text_of(auth, "type");
        const JsonNode* settings = auth.find(type);
        if (settings == nullptr) {
            return;
        }
        if (type == "oauth2") {
            take("client_id", setting_of(*settings, "clientId"), "OAuth 2.0 authorization");
            take("client_secret", setting_of(*settings, "clientSecret"), "OAuth 2.0 authorization");
            take("oauth_host", setting_of(*settings, "accessTokenUrl"), "OAuth 2.0 authorization");
        } else if (type == "basic" && is_for_token) {
            take("client_id", setting_of(*settings, "username"), "Basic authorization");
            take("client_secret", setting_of(*settings, "password"), "Basic authorization");
        } else if (type == "apikey") {
            const JsonNode* header = setting_of(*settings, "key");
            take_header(header == nullptr ? std::string() : header->text, setting_of(*settings, "value"), is_for_token);
        }
    }

    void take_headers(const JsonNode& request, bool is_for_token) {
        const JsonNode* headers = request.find("header");
        if (headers == nullptr || headers->kind != JsonNode::Kind::list) {
            return;
        }
        for (const JsonNode& header : headers->items) {
            if (!is_true(header, "disabled")) {
                take_header(text_of(header, "key"), header.find("value"), is_for_token);
            }
        }
    }

    void take_header(std::string_view name, const JsonNode* value, bool is_for_token) {
        const std::string plain = plain_key(name);
        if (plain == "xapikey") {
            take("X-API-Key", value, "headers");
        } else if (plain == "authorization" && is_for_token) {
            take("Basic", value, "token request");
        }
    }

    void take_form(const JsonNode& request, bool is_for_token) {
        const JsonNode* body = find_object(request, "body");
        const JsonNode* form = body == nullptr ? nullptr : body->find("urlencoded");
        if (!is_for_token || form == nullptr || form->kind != JsonNode::Kind::list) {
            return;
        }
        for (const char* name : {"client_id", "client_secret"}) {
            take(name, setting_of(*form, name), "token request");
        }
    }

    [[nodiscard]] std::string_view hint() const { return parsed_.kind == FileKind::environment ? environment_hint : collection_hint; }

    std::string_view text_;
    std::string path_;
    std::size_t index_;
    Content& content_;
    Parsed parsed_;
};

/// Whether every {{reference}} names a variable that is there.
bool is_resolved(const Variable& variable, const std::vector<Variable>& variables) {
    for (std::size_t begin = variable.value.find("{{"); begin != std::string::npos; begin = variable.value.find("{{", begin + 2)) {
        const std::size_t end = variable.value.find("}}", begin);
        if (end == std::string::npos) {
            return true;
        }
        const std::string_view name = std::string_view(variable.value).substr(begin + 2, end - begin - 2);
        if (std::none_of(variables.begin(), variables.end(), [&](const Variable& one) { return one.enabled && one.key == name; })) {
            return false;
        }
    }
    return true;
}

}  // namespace

std::string plain_key(std::string_view key) {
    std::string result;
    for (const char letter : key) {
        if (letter != '-' && letter != '_' && letter != ' ') {
            result += lower(letter);
        }
    }
    return result;
}

Content read_content(const std::vector<Source>& sources) {
    Content content;
    std::deque<FileReader> readers;  // they point into themselves
    for (std::size_t index = 0; index < sources.size(); ++index) {
        readers.emplace_back(sources[index], index, content).parse();
    }
    // The environment's come last: they are taken first.
    for (const FileKind kind : {FileKind::collection, FileKind::environment}) {
        std::size_t count = 0;
        for (FileReader& reader : readers) {
            if (reader.kind() != kind) {
                continue;
            }
            if (++count > 1) {
                reader.refuse_second();
            }
            reader.read();
        }
    }
    // A request refers to the variables of an environment that may not be at hand: then it says nothing by itself.
    const std::vector<Variable> all = content.variables;
    std::erase_if(content.variables, [&](const Variable& one) {
        return one.of_request && !is_resolved(one, all);
    });
    return content;
}

}  // namespace moisson::postman
