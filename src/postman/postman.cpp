// A Postman environment as what a job needs: which variables count, what they may hold, and what is said about the rest.
#include "postman/postman.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include <fmt/format.h>

#include "base/base64.hpp"
#include "base/files.hpp"
#include "base/suggest.hpp"
#include "base/text.hpp"
#include "base/utf8.hpp"
#include "config/address.hpp"
#include "config/job_file.hpp"
#include "postman/json.hpp"
#include "postman/variables.hpp"

namespace moisson::postman {

namespace {

constexpr std::uint64_t file_bytes_max = 4U << 20U;
constexpr int references_max = 16;  // {{a}} that names {{b}} that names …
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

std::string trimmed(std::string_view text) { return std::string(trim(text)); }

bool begins_with_word(std::string_view text, std::string_view lower) { return plain_key(text.substr(0, lower.size())) == lower; }

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

/// Makes the job of what the files hold. Messages name variables and places, never values.
class JobReader {
public:
    explicit JobReader(const std::vector<Source>& sources) : sources_(sources), content_(read_content(sources)) {}

    [[nodiscard]] Job read() {
        job_.environment = content_.environment;
        job_.collection = content_.collection;
        take_urls();
        take_contracts();
        take_api_key();
        take_credentials();
        if (const auto ca_file = find(ca_file_role())) {
            job_.ca_file = trimmed(value_of(*ca_file));
        }
        note_unused();
        return std::move(job_);
    }

private:
    [[nodiscard]] std::string place(const Variable& variable, std::size_t offset) const {
        const Source& source = sources_[variable.source];
        const std::size_t mark = source.text.starts_with(byte_order_mark) ? byte_order_mark.size() : 0;
        return place_of(std::string_view(source.text).substr(mark), offset, source.path);
    }
    /// "the environment", "the collection", "the files"
    [[nodiscard]] std::string_view what_was_read() const {
        return !content_.has_collection ? "the environment" : !content_.has_environment ? "the collection" : "the files";
    }

    void note(std::string sentence) { job_.notes.push_back(std::move(sentence)); }

    /// The last enabled variable that is meant, as Postman takes them; where it is empty, the one of the other file.
    template <class IsMeant>
    [[nodiscard]] const Variable* find_last(IsMeant is_meant) const {
        const Variable* chosen = nullptr;
        for (auto variable = content_.variables.rbegin(); variable != content_.variables.rend(); ++variable) {
            if (!variable->enabled || !is_meant(*variable)) {
                continue;
            }
            const bool fills = chosen != nullptr && is_blank(chosen->value) && variable->of_collection != chosen->of_collection;
            chosen = chosen == nullptr || fills ? &*variable : chosen;
        }
        return chosen;
    }

    /// The enabled variable of that role: the role's first name before its other ones.
    [[nodiscard]] const Variable* find(const Role& role) const {
        for (const std::string_view key : role.keys) {
            if (const Variable* found = find_last([&](const Variable& one) { return one.plain_key == key; })) {
                return found;
            }
        }
        return nullptr;
    }

    [[nodiscard]] const Variable* find_disabled(const Role& role) const {
        const auto found = std::find_if(content_.variables.begin(), content_.variables.end(), [&](const Variable& variable) {
            return !variable.enabled && std::find(role.keys.begin(), role.keys.end(), variable.plain_key) != role.keys.end();
        });
        return found == content_.variables.end() ? nullptr : &*found;
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
            const std::string name = trimmed(std::string_view(value).substr(begin + 2, end - begin - 2));
            const Variable* const target = find_last([&](const Variable& other) { return other.key == name; });
            if (target == nullptr || round == references_max || value.size() > file_bytes_max) {
                config::usage_error(
                    fmt::format("the variable \"{}\" refers to {{{{{}}}}}, which {}", sanitise(variable.key, 60), sanitise(name, 60),
                                target != nullptr ? std::string("leads in a circle")
                                                  : fmt::format("{} do{} not have", what_was_read(), content_.has_both() ? "" : "es")),
                    place(variable, variable.value_offset), "Write the value itself there");
            }
            value.replace(begin, end + 2 - begin, target->value);
        }
        if (const std::string inner = trimmed(value); inner.starts_with('<') && inner.ends_with('>')) {
            config::usage_error(fmt::format("the variable \"{}\" still holds a placeholder", sanitise(variable.key, 60)),
                        place(variable, variable.value_offset), "Put the value there and export the file again");
        }
        return value;
    }

    /// Refuses a needed variable that is not there, naming what comes near.
    [[noreturn]] void missing(const Role& role, std::string_view what) const {
        if (const Variable* disabled = find_disabled(role)) {
            config::usage_error(fmt::format("the variable \"{}\" ({}) is disabled", sanitise(disabled->key, 60), what),
                        place(*disabled, disabled->offset), "Tick the variable in Postman and export the file again");
        }
        std::vector<std::string_view> names;
        for (const Variable& variable : content_.variables) {
            names.push_back(variable.key);
        }
        const auto near = nearest_word(role.name, names);
        if (near) {
            const auto slip = std::find_if(content_.variables.begin(), content_.variables.end(),
                                           [&](const Variable& one) { return one.key == *near; });
            config::usage_error(fmt::format("the variable \"{}\" ({}) is missing", role.name, what), place(*slip, slip->offset),
                        fmt::format("Rename \"{}\" to \"{}\" if that is what it holds", sanitise(*near, 60), role.name));
        }
        config::usage_error(fmt::format("the variable \"{}\" ({}) is missing", role.name, what), sources_.front().path,
                    content_.has_environment
                        ? fmt::format("Add a variable \"{}\" to the environment and export it again", role.name)
                        : fmt::format("Name the environment too, which holds it: moisson postman COLLECTION ENVIRONMENT; or add a variable "
                                      "\"{}\" to the collection",
                                      role.name));
    }

    [[noreturn]] void empty(const Variable& variable) const {
        config::usage_error(fmt::format("the variable \"{}\" is empty", sanitise(variable.key, 60)), place(variable, variable.value_offset),
                    "Postman exports initial values alone: copy the current value there and export the file again");
    }

    [[nodiscard]] std::string url_of(const Variable& variable, std::string_view path) const {
        std::string url = trimmed(value_of(variable));
        if (url.find("://") == std::string::npos) {
            url.insert(0, "https://");
        }
        while (url.ends_with('/')) {
            url.pop_back();
        }
        if (url.find('/', url.find("://") + 3) == std::string::npos) {
            url += path;
        }
        auto checked = config::check_base_url(url);
        if (!checked) {
            config::usage_error(fmt::format("the variable \"{}\" is no base URL: {}", sanitise(variable.key, 60), checked.error().message),
                        place(variable, variable.value_offset), checked.error().hint);
        }
        return std::move(*checked);
    }

    static std::string origin_of(std::string_view url) { return std::string(url.substr(0, url.find('/', url.find("://") + 3))); }

    void take_urls() {
        const config::Job defaults;
        job_.api_url = defaults.api.api_url;
        job_.oauth_url = defaults.api.oauth_url;
        const Variable* host = find(host_role());
        if (host != nullptr && !is_blank(host->value)) {
            job_.api_url = url_of(*host, "/cloud/b2b/v1");
            job_.oauth_url = origin_of(job_.api_url) + "/oauth/v3";  // the token must be asked on the API's own host
        } else {
            note(fmt::format("no variable \"{}\": the service's own address is used, {}", host_role().name, job_.api_url));
        }
        const Variable* oauth = find(oauth_role());
        if (oauth != nullptr && !is_blank(oauth->value)) {
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
        const std::string value = variable == nullptr ? std::string() : trimmed(value_of(*variable));
        for (std::size_t at = value.find_first_not_of(" ,;\t\r\n"); at != std::string::npos;) {
            const std::size_t end = std::min(value.find_first_of(" ,;\t\r\n", at), value.size());
            job_.contracts.push_back(value.substr(at, end - at));
            at = value.find_first_not_of(" ,;\t\r\n", end);
        }
        for (const std::string& contract : job_.contracts) {
            if (!is_letters_and_digits(contract, "-_.")) {
                config::usage_error(fmt::format("the variable \"{}\" holds \"{}\", which is no contract number",
                                                sanitise(variable->key, 60), sanitise(contract, 60)),
                                    place(*variable, variable->value_offset), "A contract number is OCB and seven digits");
            }
        }
        if (!job_.contracts.empty()) {
            note(
                "the job takes the contract of Contract-Id alone, so what it exports is a partial view and not the month: take "
                "\"contracts\" out of it for all that the account sees");
        } else {
            note(fmt::format("no variable \"{}\": the job takes all contracts that the account sees", contract_role().name));
        }
    }

    /// A secret that has no business to have blanks in it.
    [[nodiscard]] std::string clean_value(const Variable& variable) {
        std::string value = value_of(variable);
        const std::string outer = trimmed(value);
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
            config::usage_error(fmt::format("the variable \"{}\" has a character that no such secret has", sanitise(variable.key, 60)),
                        place(variable, variable.value_offset), "Copy it again from where it came");
        }
        return value;
    }

    void take_api_key() {
        const Variable* variable = find(api_key_role());
        if (variable == nullptr) {
            missing(api_key_role(), "the key of a Customer Space login");
        }
        job_.secrets.push_back({"api_key", variable->key, config::Secret(clean_value(*variable))});
    }

    void take_credentials() {
        const Variable* id = find(client_id_role());
        const Variable* secret = find(client_secret_role());
        if (id != nullptr && secret != nullptr && !is_blank(id->value)) {
            job_.secrets.push_back({"client_id", id->key, config::Secret(clean_value(*id))});
            job_.secrets.push_back({"client_secret", secret->key, config::Secret(clean_value(*secret))});
            return;
        }
        for (const Role* role : {&basic_role(), &token_role()}) {
            const Variable* variable = find(*role);
            if (variable != nullptr && !is_blank(variable->value) && take_basic(*variable)) {
                return;
            }
        }
        if ((id == nullptr) != (secret == nullptr)) {
            missing(id == nullptr ? client_id_role() : client_secret_role(), "the other half of the application's credentials is there");
        }
        note(fmt::format("{} hold{} no client id and secret and no Basic value: {}add one of them to the job file or set MOISSON_BASIC",
                         what_was_read(), content_.has_both() ? "" : "s",
                         content_.has_collection ? "" : "name the collection too, where they may stand, or "));
    }

    /// Whether the variable holds a Basic value, which is then taken. A bearer token is left out.
    bool take_basic(const Variable& variable) {
        std::string value = trimmed(value_of(variable));
        constexpr std::string_view scheme = "basic";
        const bool says_basic = begins_with_word(value, scheme) && value.size() > scheme.size() && value[scheme.size()] == ' ';
        if (says_basic) {
            value.erase(0, scheme.size());
        }
        remove_blanks(value);
        if (is_basic(value)) {
            job_.secrets.push_back({"basic", variable.key, config::Secret(std::move(value))});
            return true;
        }
        if (says_basic) {
            config::usage_error(fmt::format("the variable \"{}\" begins with Basic, but what follows is not the base64 of id:secret",
                                    sanitise(variable.key, 60)),
                        place(variable, variable.value_offset), "Copy the Authorization header again from the developer portal");
        }
        note(fmt::format("\"{}\" is a bearer token: it ends within the hour, and Moisson asks for its own; it was left out",
                         sanitise(variable.key, 60)));
        return false;
    }

    void note_unused() {
        std::vector<std::string> unused;
        for (const Variable& variable : content_.variables) {
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

    const std::vector<Source>& sources_;
    Content content_;
    Job job_;
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

/// The Postman environment and the collection, by their names.
std::string source_words(const Job& job) {
    const auto named = [](std::string_view kind, const std::string& name) {
        return name.empty() ? std::string() : fmt::format("the Postman {} \"{}\"", kind, sanitise(name));
    };
    const std::string environment = named("environment", job.environment);
    const std::string collection = named("collection", job.collection);
    if (environment.empty() && collection.empty()) {
        return "a Postman environment";
    }
    return environment + (environment.empty() || collection.empty() ? "" : " and ") + collection;
}

}  // namespace

Job parse(const std::vector<Source>& sources) { return JobReader(sources).read(); }

Job read_files(const std::vector<std::string>& paths) {
    std::vector<Source> sources;
    for (const std::string& path : paths) {
        auto text = read_file(path, file_bytes_max);
        if (!text) {
            const bool too_large = text.error().code == ErrorCode::too_large;
            std::string message =
                too_large ? "the file is longer than 4 MiB, which no file of this API is" : "cannot read the Postman file";
            if (!text.error().cause.empty()) {
                message += ": " + text.error().cause;
            }
            config::usage_error(std::move(message), sanitise(path), std::string(export_hint));
        }
        sources.push_back({std::move(*text), sanitise(path)});
    }
    return parse(sources);
}

std::string job_text(const Job& job, const Target& target) {
    const std::string folder = std::filesystem::path(target.secrets_folder).filename().string();
    std::string text = fmt::format(
        "# Made by `moisson postman` from {}.\n"
        "# samples/job.toml explains every key. The secrets lie in files beside this one, which no one else can read.\n\n"
        "[api]\napi_url = {}\noauth_url = {}\n",
        source_words(job), toml_text(job.api_url), toml_text(job.oauth_url));
    for (const Secret& secret : job.secrets) {
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

}  // namespace moisson::postman
