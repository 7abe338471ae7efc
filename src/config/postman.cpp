// A Postman environment as what a job needs: which variables count, what they may hold, and what is said about the rest.
#include "config/postman.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include <fmt/format.h>

#include "base/files.hpp"
#include "base/utf8.hpp"
#include "config/address.hpp"
#include "config/job_file.hpp"
#include "config/postman_json.hpp"
#include "config/suggest.hpp"

namespace moisson::config {

namespace {

constexpr std::uint64_t file_bytes_max = 4U << 20U;
constexpr std::size_t variables_max = 10'000;
constexpr int references_max = 16;  // {{a}} that names {{b}} that names …
constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
constexpr std::string_view export_hint = "Export the environment from Postman: Environments, the environment's menu, Export";

/// What a variable is for. Names are compared without case, hyphens, underscores and blanks; the first is the one that messages say.
struct Role {
    std::string_view name;
    std::vector<std::string_view> keys;
};

const Role& api_key_role() {
    static const Role role{"X-API-Key", {"xapikey", "apikey"}};
    return role;
}
const Role& contract_role() {
    static const Role role{"Contract-Id", {"contractid", "xeccscontractid"}};
    return role;
}
const Role& host_role() {
    static const Role role{"Host", {"host", "apihost", "apiurl", "baseurl"}};
    return role;
}
const Role& oauth_role() {
    static const Role role{"oauth_host", {"oauthhost", "oauthurl", "tokenhost", "tokenurl"}};
    return role;
}
const Role& client_id_role() {
    static const Role role{"client_id", {"clientid"}};
    return role;
}
const Role& client_secret_role() {
    static const Role role{"client_secret", {"clientsecret"}};
    return role;
}
const Role& basic_role() {
    static const Role role{"Basic", {"basic", "authorization", "authorizationheader", "basicauth"}};
    return role;
}
const Role& token_role() {
    static const Role role{"Token", {"token", "accesstoken", "bearertoken", "bearer"}};
    return role;
}
const Role& ca_file_role() {
    static const Role role{"ca_file", {"cafile"}};
    return role;
}

struct Variable {
    std::string key;
    std::string plain_key;  ///< as roles compare it
    std::string value;
    bool enabled = true;
    std::size_t offset = 0;        ///< of the variable
    std::size_t value_offset = 0;  ///< of its value
};

std::string plain(std::string_view key) {
    std::string result;
    for (const char letter : key) {
        if (letter != '-' && letter != '_' && letter != ' ') {
            result += letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
        }
    }
    return result;
}

std::string trim(std::string_view text) {
    const auto begin = text.find_first_not_of(" \t\r\n");
    return begin == std::string_view::npos ? std::string() : std::string(text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1));
}

bool begins_with_word(std::string_view text, std::string_view lower) { return plain(text.substr(0, lower.size())) == lower; }

/// Base64 as RFC 4648 §4 has it; empty for anything else.
std::optional<std::string> decode_base64(std::string_view text) {
    while (text.ends_with('=')) {
        text.remove_suffix(1);
    }
    constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string bytes;
    std::uint32_t bits = 0;
    unsigned count = 0;
    for (const char letter : text) {
        const auto value = alphabet.find(letter);
        if (value == std::string_view::npos) {
            return std::nullopt;
        }
        bits = (bits << 6U) | static_cast<std::uint32_t>(value);
        count += 6;
        if (count >= 8) {
            count -= 8;
            bytes += static_cast<char>((bits >> count) & 0xffU);
        }
    }
    return bytes;
}

/// Whether the text is the base64 of "id:secret", both of them printable.
bool is_basic(std::string_view text) {
    const auto decoded = decode_base64(text);
    if (!decoded || decoded->size() < 3) {
        return false;
    }
    const auto colon = decoded->find(':');
    const bool printable = std::all_of(decoded->begin(), decoded->end(),
                                       [](char letter) { return static_cast<unsigned char>(letter) > 0x20 && letter < 0x7f; });
    return printable && colon != std::string::npos && colon > 0 && colon + 1 < decoded->size();
}

/// White space as documents have it: ASCII, no-break and zero-width blanks, soft hyphens, byte order marks. Returns how many were taken
/// out.
std::size_t remove_blanks(std::string& text) {
    constexpr std::array<std::string_view, 12> blanks = {
        " ", "\t", "\r", "\n", "\v", "\f", "\xc2\xa0", "\xe2\x80\x8b", "\xe2\x80\xaf", "\xef\xbb\xbf", "\xe2\x81\xa0", "\xc2\xad"};
    std::string clean;
    std::size_t removed = 0;
    for (std::size_t at = 0; at < text.size();) {
        const auto blank = std::find_if(blanks.begin(), blanks.end(),
                                        [&](std::string_view one) { return std::string_view(text).substr(at).starts_with(one); });
        if (blank == blanks.end()) {
            clean += text[at++];
        } else {
            at += blank->size();
            ++removed;
        }
    }
    text = std::move(clean);
    return removed;
}

/// Reads one environment. Messages name variables and places, never values.
class Reader {
public:
    Reader(std::string_view text, std::string path) : text_(text), path_(std::move(path)) {}

    [[nodiscard]] PostmanJob read() {
        refuse_other_encodings();
        const JsonNode root = parse_json(text_, path_);
        read_variables(environment_of(root));
        take_urls();
        take_contracts();
        take_api_key();
        take_credentials();
        if (const auto ca_file = find(ca_file_role())) {
            job_.ca_file = trim(value_of(*ca_file));
        }
        note_unused();
        return std::move(job_);
    }

private:
    [[nodiscard]] std::string place(std::size_t offset) const { return place_of(text_, offset, path_); }

    void note(std::string sentence) { job_.notes.push_back(std::move(sentence)); }

    void refuse_other_encodings() {
        if (text_.starts_with("\xff\xfe") || text_.starts_with("\xfe\xff")) {
            usage_error("the file is UTF-16, not UTF-8", fmt::format("{}:1:1", path_), "Save it as UTF-8");
        }
        if (text_.starts_with(byte_order_mark)) {
            text_.remove_prefix(byte_order_mark.size());
        }
        for (std::size_t at = 0; at < text_.size();) {
            const std::size_t length = utf8_sequence_length(text_.substr(at));
            if (length == 0) {
                usage_error("the file is not UTF-8", place(at), "Save it as UTF-8");
            }
            at += length;
        }
        const auto first = text_.find_first_not_of(" \t\r\n");
        if (first == std::string_view::npos) {
            usage_error("the file is empty", path_, std::string(export_hint));
        }
        if (text_[first] == '<') {
            usage_error("the file is a web page, not JSON", place(first), std::string(export_hint));
        }
        if (text_[first] != '{' && text_[first] != '[') {
            usage_error("the file is not JSON", place(first), std::string(export_hint));
        }
    }

    /// The object that holds the variables; refuses what else Postman exports.
    const JsonNode& environment_of(const JsonNode& root) {
        if (root.kind != JsonNode::Kind::object) {
            usage_error(fmt::format("a Postman environment is an object, found {}", root.kind_text()), place(root.offset),
                        std::string(export_hint));
        }
        const JsonNode* info = root.find("info");
        if ((info != nullptr && info->kind == JsonNode::Kind::object) || root.find("requests") != nullptr) {
            const JsonNode* schema = info == nullptr ? nullptr : info->find("schema");
            const bool modern = schema != nullptr && schema->text.find("v2.") != std::string::npos;
            usage_error(fmt::format("this is a Postman collection (version {}), not an environment", modern ? "2" : "1"),
                        place(root.offset), std::string(export_hint));
        }
        if (root.find("environments") != nullptr || root.find("collections") != nullptr) {
            usage_error("this is a dump of all Postman data, not one environment", place(root.offset), std::string(export_hint));
        }
        const JsonNode* inner = root.find("environment");  // as Postman's own API answers
        const JsonNode& environment = inner != nullptr && inner->kind == JsonNode::Kind::object ? *inner : root;
        if (const JsonNode* name = environment.find("name"); name != nullptr && name->kind == JsonNode::Kind::text) {
            job_.environment = name->text;
        }
        return environment;
    }

    void read_variables(const JsonNode& environment) {
        const JsonNode* values = environment.find("values");
        if (values == nullptr) {
            usage_error("the file has no list \"values\": it is no Postman environment, or one of a version that Moisson does not know",
                        place(environment.offset), std::string(export_hint));
        }
        if (values->kind != JsonNode::Kind::list) {
            usage_error(fmt::format("\"values\" must be a list of variables, found {}", values->kind_text()), place(values->offset),
                        std::string(export_hint));
        }
        if (values->items.size() > variables_max) {
            usage_error(fmt::format("the environment has {} variables; at most {} are read", values->items.size(), variables_max),
                        place(values->offset), "Take out what is not of this API");
        }
        for (const JsonNode& item : values->items) {
            read_variable(item);
        }
    }

    void read_variable(const JsonNode& item) {
        const JsonNode* key = item.find("key");
        if (item.kind != JsonNode::Kind::object || key == nullptr || key->kind != JsonNode::Kind::text) {
            usage_error(fmt::format("a variable must be an object with a text \"key\", found {}",
                                    item.kind == JsonNode::Kind::object ? "one without" : item.kind_text()),
                        place(item.offset), std::string(export_hint));
        }
        Variable variable;
        variable.key = key->text;
        variable.plain_key = plain(key->text);
        variable.offset = item.offset;
        variable.value_offset = item.offset;
        if (const JsonNode* value = item.find("value")) {
            if (value->kind == JsonNode::Kind::list || value->kind == JsonNode::Kind::object) {
                usage_error(fmt::format("the value of \"{}\" must be a text, found {}", sanitise(key->text, 60), value->kind_text()),
                            place(value->offset), "Write the value between double quotes");
            }
            variable.value = value->text;
            variable.value_offset = value->offset;
        }
        if (const JsonNode* enabled = item.find("enabled")) {
            if (enabled->kind != JsonNode::Kind::boolean) {
                usage_error(
                    fmt::format("\"enabled\" of \"{}\" must be true or false, found {}", sanitise(key->text, 60), enabled->kind_text()),
                    place(enabled->offset), "Write true or false, without quotes");
            }
            variable.enabled = enabled->text == "true";
        }
        variables_.push_back(std::move(variable));
    }

    /// The enabled variable of that role: the role's first name before its other ones, and the last of one name, as Postman takes them.
    [[nodiscard]] const Variable* find(const Role& role) const {
        for (const std::string_view key : role.keys) {
            const auto found = std::find_if(variables_.rbegin(), variables_.rend(),
                                            [&](const Variable& variable) { return variable.enabled && variable.plain_key == key; });
            if (found != variables_.rend()) {
                return &*found;
            }
        }
        return nullptr;
    }

    [[nodiscard]] const Variable* find_disabled(const Role& role) const {
        const auto found = std::find_if(variables_.begin(), variables_.end(), [&](const Variable& variable) {
            return !variable.enabled && std::find(role.keys.begin(), role.keys.end(), variable.plain_key) != role.keys.end();
        });
        return found == variables_.end() ? nullptr : &*found;
    }

    /// With {{references}} replaced. Refuses those that lead nowhere, and placeholders.
    [[nodiscard]] std::string value_of(const Variable& variable) const {
        std::string value = variable.value;
        for (int round = 0;; ++round) {
            const auto begin = value.find("{{");
            const auto end = value.find("}}", begin == std::string::npos ? 0 : begin);
            if (begin == std::string::npos || end == std::string::npos) {
                break;
            }
            const std::string name = trim(std::string_view(value).substr(begin + 2, end - begin - 2));
            const auto target = std::find_if(variables_.rbegin(), variables_.rend(),
                                             [&](const Variable& other) { return other.enabled && other.key == name; });
            if (target == variables_.rend() || round == references_max || value.size() > file_bytes_max) {
                usage_error(
                    fmt::format("the variable \"{}\" refers to {{{{{}}}}}, which {}", sanitise(variable.key, 60), sanitise(name, 60),
                                target == variables_.rend() ? "the environment does not have" : "leads in a circle"),
                    place(variable.value_offset), "Write the value itself there");
            }
            value.replace(begin, end + 2 - begin, target->value);
        }
        if (const std::string inner = trim(value); inner.starts_with('<') && inner.ends_with('>')) {
            usage_error(fmt::format("the variable \"{}\" still holds a placeholder", sanitise(variable.key, 60)),
                        place(variable.value_offset), "Put the value there and export the environment again");
        }
        return value;
    }

    /// Refuses a needed variable that is not there, naming what comes near.
    [[noreturn]] void missing(const Role& role, std::string_view what) const {
        if (const Variable* disabled = find_disabled(role)) {
            usage_error(fmt::format("the variable \"{}\" ({}) is disabled", sanitise(disabled->key, 60), what), place(disabled->offset),
                        "Tick the variable in Postman and export the environment again");
        }
        std::vector<std::string_view> names;
        for (const Variable& variable : variables_) {
            names.push_back(variable.key);
        }
        const auto near = nearest(role.name, names);
        if (near) {
            const auto slip = std::find_if(variables_.begin(), variables_.end(), [&](const Variable& one) { return one.key == *near; });
            usage_error(fmt::format("the variable \"{}\" ({}) is missing", role.name, what), place(slip->offset),
                        fmt::format("Rename \"{}\" to \"{}\" if that is what it holds", sanitise(*near, 60), role.name));
        }
        usage_error(fmt::format("the variable \"{}\" ({}) is missing", role.name, what), path_,
                    fmt::format("Add a variable \"{}\" to the environment and export it again", role.name));
    }

    [[noreturn]] void empty(const Variable& variable) const {
        usage_error(fmt::format("the variable \"{}\" is empty", sanitise(variable.key, 60)), place(variable.value_offset),
                    "Postman exports initial values alone: copy the current value there and export the environment again");
    }

    [[nodiscard]] std::string url_of(const Variable& variable, std::string_view path) const {
        std::string url = trim(value_of(variable));
        if (url.find("://") == std::string::npos) {
            url.insert(0, "https://");
        }
        while (url.ends_with('/')) {
            url.pop_back();
        }
        if (url.find('/', url.find("://") + 3) == std::string::npos) {
            url += path;
        }
        auto checked = check_base_url(url);
        if (!checked) {
            usage_error(fmt::format("the variable \"{}\" is no base URL: {}", sanitise(variable.key, 60), checked.error().message),
                        place(variable.value_offset), checked.error().hint);
        }
        return std::move(*checked);
    }

    static std::string origin_of(std::string_view url) { return std::string(url.substr(0, url.find('/', url.find("://") + 3))); }

    void take_urls() {
        const Job defaults;
        job_.api_url = defaults.api_url;
        job_.oauth_url = defaults.oauth_url;
        const Variable* host = find(host_role());
        if (host != nullptr && !trim(host->value).empty()) {
            job_.api_url = url_of(*host, "/cloud/b2b/v1");
            job_.oauth_url = origin_of(job_.api_url) + "/oauth/v3";  // the token must be asked on the API's own host
        } else {
            note(fmt::format("no variable \"{}\": the service's own address is used, {}", host_role().name, job_.api_url));
        }
        const Variable* oauth = find(oauth_role());
        if (oauth != nullptr && !trim(oauth->value).empty()) {
            std::string url = url_of(*oauth, "/oauth/v3");
            if (constexpr std::string_view token = "/token"; url.ends_with(token)) {
                url.erase(url.size() - token.size());
            }
            job_.oauth_url = std::move(url);
        }
        if (origin_of(job_.oauth_url) != origin_of(job_.api_url)) {
            note("the token is asked on another host than the API's, which the service does not promise to accept");
        }
    }

    void take_contracts() {
        const Variable* variable = find(contract_role());
        const std::string value = variable == nullptr ? std::string() : trim(value_of(*variable));
        for (std::size_t at = value.find_first_not_of(" ,;\t\r\n"); at != std::string::npos;) {
            const std::size_t end = std::min(value.find_first_of(" ,;\t\r\n", at), value.size());
            job_.contracts.push_back(value.substr(at, end - at));
            at = value.find_first_not_of(" ,;\t\r\n", end);
        }
        for (const std::string& contract : job_.contracts) {
            const bool is_id = std::all_of(contract.begin(), contract.end(), [](char letter) {
                return (letter >= '0' && letter <= '9') || (letter >= 'A' && letter <= 'Z') || (letter >= 'a' && letter <= 'z') ||
                       letter == '-' || letter == '_' || letter == '.';
            });
            if (!is_id) {
                usage_error(fmt::format("the variable \"{}\" holds \"{}\", which is no contract number", sanitise(variable->key, 60),
                                        sanitise(contract, 60)),
                            place(variable->value_offset), "A contract number is OCB and seven digits");
            }
        }
        if (job_.contracts.empty()) {
            note(fmt::format("no variable \"{}\": the job takes all contracts that the account sees", contract_role().name));
        }
    }

    /// A secret that has no business to have blanks in it.
    [[nodiscard]] std::string clean_value(const Variable& variable) {
        std::string value = value_of(variable);
        const std::string outer = trim(value);
        if (outer.empty()) {
            empty(variable);
        }
        const std::size_t inside = remove_blanks(value);
        if (inside > 0) {
            note(fmt::format("{} blank{} or line end{} taken out of \"{}\"", inside, inside == 1 ? "" : "s",
                             inside == 1 ? " was" : "s were", sanitise(variable.key, 60)));
        }
        const bool printable =
            std::all_of(value.begin(), value.end(), [](char letter) { return static_cast<unsigned char>(letter) > 0x20 && letter < 0x7f; });
        if (!printable || value.empty()) {
            usage_error(fmt::format("the variable \"{}\" has a character that no such secret has", sanitise(variable.key, 60)),
                        place(variable.value_offset), "Copy it again from where it came");
        }
        return value;
    }

    void take_api_key() {
        const Variable* variable = find(api_key_role());
        if (variable == nullptr) {
            missing(api_key_role(), "the key of a Customer Space login");
        }
        job_.secrets.push_back({"api_key", variable->key, Secret(clean_value(*variable))});
    }

    void take_credentials() {
        const Variable* id = find(client_id_role());
        const Variable* secret = find(client_secret_role());
        if (id != nullptr && secret != nullptr && !trim(id->value).empty()) {
            job_.secrets.push_back({"client_id", id->key, Secret(clean_value(*id))});
            job_.secrets.push_back({"client_secret", secret->key, Secret(clean_value(*secret))});
            return;
        }
        for (const Role* role : {&basic_role(), &token_role()}) {
            const Variable* variable = find(*role);
            if (variable != nullptr && !trim(variable->value).empty() && take_basic(*variable)) {
                return;
            }
        }
        if ((id == nullptr) != (secret == nullptr)) {
            missing(id == nullptr ? client_id_role() : client_secret_role(), "the other half of the application's credentials is there");
        }
        note("the environment holds no client id and secret and no Basic value: add one of them to the job file or set MOISSON_BASIC");
    }

    /// Whether the variable holds a Basic value, which is then taken. A bearer token is left out.
    bool take_basic(const Variable& variable) {
        std::string value = trim(value_of(variable));
        constexpr std::string_view scheme = "basic";
        const bool says_basic = begins_with_word(value, scheme) && value.size() > scheme.size() && value[scheme.size()] == ' ';
        if (says_basic) {
            value.erase(0, scheme.size());
        }
        remove_blanks(value);
        if (is_basic(value)) {
            job_.secrets.push_back({"basic", variable.key, Secret(std::move(value))});
            return true;
        }
        if (says_basic) {
            usage_error(fmt::format("the variable \"{}\" begins with Basic, but what follows is not the base64 of id:secret",
                                    sanitise(variable.key, 60)),
                        place(variable.value_offset), "Copy the Authorization header again from the developer portal");
        }
        note(fmt::format("\"{}\" is a bearer token: it ends within the hour, and Moisson asks for its own; it was left out",
                         sanitise(variable.key, 60)));
        return false;
    }

    void note_unused() {
        std::vector<std::string> unused;
        for (const Variable& variable : variables_) {
            const auto serves = [&](const Role& role) {
                return std::find(role.keys.begin(), role.keys.end(), variable.plain_key) != role.keys.end();
            };
            if (!serves(api_key_role()) && !serves(contract_role()) && !serves(host_role()) && !serves(oauth_role()) &&
                !serves(client_id_role()) && !serves(client_secret_role()) && !serves(basic_role()) && !serves(token_role()) &&
                !serves(ca_file_role())) {
                unused.push_back(sanitise(variable.key, 40));
            } else if (!variable.enabled) {
                note(fmt::format("the variable \"{}\" is disabled and was left out", sanitise(variable.key, 60)));
            }
        }
        constexpr std::size_t named_max = 8;
        if (!unused.empty()) {
            const std::size_t more = unused.size() - std::min(unused.size(), named_max);
            unused.resize(unused.size() - more);
            note(fmt::format("of no use to a job: {}{}", fmt::join(unused, ", "), more == 0 ? "" : fmt::format(" and {} more", more)));
        }
    }

    std::string_view text_;
    std::string path_;
    std::vector<Variable> variables_;
    PostmanJob job_;
};

std::string toml_text(std::string_view text) {
    std::string quoted = "\"";
    for (const char letter : text) {
        const auto byte = static_cast<unsigned char>(letter);
        if (letter == '"' || letter == '\\') {
            quoted += '\\';
            quoted += letter;
        } else if (byte < 0x20 || byte == 0x7f) {
            quoted += fmt::format("\\u{:04x}", byte);
        } else {
            quoted += letter;
        }
    }
    return quoted + "\"";
}

}  // namespace

PostmanJob parse_postman_environment(std::string_view text, const std::string& path) { return Reader(text, sanitise(path)).read(); }

PostmanJob read_postman_environment(const std::string& path) {
    auto text = read_file(path, file_bytes_max);
    if (!text) {
        const bool too_large = text.error().code == ErrorCode::too_large;
        std::string message =
            too_large ? "the file is longer than 4 MiB, which no Postman environment is" : "cannot read the Postman environment";
        if (!text.error().cause.empty()) {
            message += ": " + text.error().cause;
        }
        usage_error(std::move(message), sanitise(path), std::string(export_hint));
    }
    return parse_postman_environment(*text, path);
}

std::string postman_job_text(const PostmanJob& job, const PostmanTarget& target) {
    const std::string folder = std::filesystem::path(target.secrets_folder).filename().string();
    std::string text = fmt::format(
        "# Made by `moisson postman` from {}.\n"
        "# samples/job.toml explains every key. The secrets lie in files beside this one, which no one else can read.\n\n"
        "[api]\napi_url = {}\noauth_url = {}\n",
        job.environment.empty() ? "a Postman environment" : fmt::format("the Postman environment \"{}\"", sanitise(job.environment)),
        toml_text(job.api_url), toml_text(job.oauth_url));
    for (const PostmanSecret& secret : job.secrets) {
        text += fmt::format("{}_file = {}\n", secret.name, toml_text(folder + "/" + secret.name));
    }
    if (!job.has_credentials()) {
        text += fmt::format(
            "# The environment held no credentials of the application. Put the Basic value that the developer portal shows into a\n"
            "# file and take the mark off the next line, or set MOISSON_BASIC.\n"
            "# basic_file = {}\n",
            toml_text(folder + "/basic"));
    }
    if (!job.ca_file.empty()) {
        text += fmt::format("ca_file = {}\n", toml_text(job.ca_file));
    }
    if (!job.contracts.empty()) {
        std::vector<std::string> quoted;
        for (const std::string& contract : job.contracts) {
            quoted.push_back(toml_text(contract));
        }
        text += fmt::format("\n[export]\ncontracts = [{}]\n", fmt::join(quoted, ", "));
    }
    return text;
}

}  // namespace moisson::config
