// What the sandbox offers beside the API, below /sandbox/v1: its accounts, and keys to issue, age and revoke. Only for the one who holds
// its token. Faults never strike here.
#include <charconv>

#include <fmt/format.h>

#include "sandbox/answers.hpp"
#include "sandbox/json_text.hpp"
#include "sandbox/service.hpp"

namespace moisson::sandbox {

namespace {

constexpr std::uint32_t days_max = 36500;

std::string key_json(const KeyInfo& key) {
    std::string json = "{";
    append_json_member(json, "id", key.id);
    append_json_member(json, "account", key.account);
    append_json_member(json, "state", key.state);
    append_json_member(json, "issued_at", key.issued_at);
    append_json_member(json, "expires_at", key.expires_at);
    append_json_member(json, "key", key.key);
    return json + "}";
}

Answer admin_error(int status, std::string_view message, std::string_view hint = {}) {
    std::string json = "{";
    append_json_member(json, "error", message);
    append_json_member(json, "hint", hint);
    Answer answer = json_answer(json + "}");
    answer.status = status;
    return answer;
}

Answer key_answer(const Result<KeyInfo>& key) {
    if (key) {
        return json_answer(key_json(*key));
    }
    return admin_error(key.error().code == ErrorCode::bad_input ? 404 : 500, key.error().message.english(), key.error().hint);
}

std::optional<std::uint32_t> parse_days(const std::optional<std::string>& text) {
    std::uint32_t days = 0;
    const std::string_view digits = text ? std::string_view(*text) : std::string_view();
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), days);
    const bool whole = error == std::errc{} && end == digits.data() + digits.size();
    return whole && days >= 1 && days <= days_max ? std::optional(days) : std::nullopt;
}

}  // namespace

Answer Service::answer_admin(const Request& request, std::string_view path) {
    if (admin_token_.empty() || request.authorization != "Bearer " + admin_token_) {
        return admin_error(401, "this is not the token of this sandbox", "The sandbox prints it as MOISSON_SANDBOX_TOKEN when it starts");
    }
    const auto query = parse_query(request.query);
    if (path == "/keys" && request.method == "GET") {
        std::string json = "[";
        for (const KeyInfo& key : registry_.keys()) {
            json += json.size() > 1 ? "," : "";
            json += key_json(key);
        }
        return json_answer(json + "]");
    }
    if (request.method != "POST") {
        return admin_error(path == "/keys" ? 405 : 404, "there is nothing here", "samples/README.md, \"Accounts\", says what there is");
    }
    if (path == "/keys") {
        return key_answer(registry_.issue_key(parameter(query, "account").value_or("")));
    }
    constexpr std::string_view keys = "/keys/";
    const std::size_t slash = path.rfind('/');
    if (path.starts_with(keys) && slash > keys.size()) {
        const std::string id = percent_decode(path.substr(keys.size(), slash - keys.size()), false).value_or("");
        if (path.substr(slash) == "/revoke") {
            return key_answer(registry_.revoke_key(id));
        }
        if (path.substr(slash) == "/age") {
            const std::optional<std::uint32_t> days = parse_days(parameter(query, "days"));
            return days ? key_answer(registry_.age_key(id, *days))
                        : admin_error(400, fmt::format("days must be a whole number from 1 to {}", days_max));
        }
    }
    return admin_error(404, "there is nothing here", "samples/README.md, \"Accounts\", says what there is");
}

}  // namespace moisson::sandbox
