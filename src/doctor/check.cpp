#include "doctor/check.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.hpp"
#include "pipeline/service.hpp"

namespace moisson::doctor {

namespace {

constexpr std::size_t api_key_length_min = 20;  // the printed sample has about 1,200 characters

constexpr auto steps = std::to_array<std::string_view>({"job", "credentials", "key-age", "dns", "proxy", "connection", "tls", "token",
                                                        "subscription", "api-key", "contracts", "invoices", "file", "state", "output",
                                                        "templates", "clock", "libraries", "readers"});

bool is_blank(char letter) { return letter == ' ' || letter == '\t' || letter == '\n' || letter == '\r'; }

bool is_key_letter(char letter) {
    return is_letter_or_digit(letter) || std::string_view("+/=-_").find(letter) != std::string_view::npos;
}

std::size_t place_of(const Check& check) {
    return static_cast<std::size_t>(std::find(steps.begin(), steps.end(), check.name) - steps.begin());
}

std::string_view mark_of(CheckStatus status) noexcept {
    switch (status) {
        case CheckStatus::ok: return "ok";
        case CheckStatus::warning: return "warn";
        case CheckStatus::failed: return "FAIL";
        case CheckStatus::skipped: return "skip";
    }
    return "skip";
}

bool is_refusal(const Error& error) {
    return error.code == ErrorCode::credentials || error.code == ErrorCode::forbidden || error.code == ErrorCode::token_expired ||
           (error.code == ErrorCode::not_found && error.gateway_code != 0);
}

constexpr std::string_view subscription_remedy =
    "In the developer portal (My apps), look whether this application is subscribed to the Cloud Store Customer Space API and whether the "
    "subscription was approved; one application has one client id and secret, so make sure that they are this application's";
constexpr std::string_view api_key_remedy =
    "An API key belongs to one login of the Customer Space and lives two years. Ask Orange support for a new one: it is mailed in an "
    "encrypted container; take it out whole and give it as MOISSON_API_KEY";

}  // namespace

std::span<const std::string_view> doctor_steps() noexcept { return steps; }

std::string_view to_text(CheckStatus status) noexcept {
    switch (status) {
        case CheckStatus::ok: return "ok";
        case CheckStatus::warning: return "warning";
        case CheckStatus::failed: return "failed";
        case CheckStatus::skipped: return "skipped";
    }
    return "skipped";
}

std::vector<Check> in_order(std::vector<Check> checks) {
    for (const std::string_view step : steps) {
        if (std::none_of(checks.begin(), checks.end(), [&](const Check& check) { return check.name == step; })) {
            checks.push_back({std::string(step), CheckStatus::skipped, "not looked at: an earlier step failed", {}, ExitCode::complete});
        }
    }
    std::stable_sort(checks.begin(), checks.end(), [](const Check& left, const Check& right) { return place_of(left) < place_of(right); });
    return checks;
}

std::string checks_text(const std::vector<Check>& checks) {
    constexpr std::size_t text_bytes_max = 4000;
    std::string text;
    for (const Check& check : checks) {
        text += fmt::format("{:<4}  {:<12}  {}\n", mark_of(check.status), check.name, sanitise(check.text, text_bytes_max));
        if (!check.remedy.empty()) {
            std::string remedy = check.remedy;
            for (auto at = remedy.find('\n'); at != std::string::npos; at = remedy.find('\n', at + 1)) {
                remedy.insert(at + 1, 23, ' ');
            }
            text += fmt::format("{:20}-> {}\n", "", remedy);
        }
    }
    return text;
}

ExitCode exit_code_of(const std::vector<Check>& checks) noexcept {
    for (const Check& check : checks) {
        if (check.status == CheckStatus::failed) {
            return check.exit_code;
        }
    }
    return ExitCode::complete;
}

Check check_of_error(const Error& error, std::string_view name) {
    Check check;
    check.name = name;
    check.status = CheckStatus::failed;
    check.exit_code = pipeline::exit_code_of(error);
    check.text = sanitise(error.message.english(), 2000);
    if (!error.where.empty()) {
        check.text += fmt::format(" ({})", sanitise(error.where, 1000));
    }
    if (!error.cause.empty()) {
        check.text += ": " + sanitise(error.cause, 1000);
    }
    if (!error.request_id.empty()) {
        check.text += fmt::format(" (request id {})", sanitise(error.request_id));
    }
    check.remedy = error.hint;
    return check;
}

std::string_view step_of(http::ProbeStep::Kind kind, bool through_proxy) noexcept {
    using Kind = http::ProbeStep::Kind;
    switch (kind) {
        case Kind::name: return "dns";
        case Kind::connection: return through_proxy ? "proxy" : "connection";
        case Kind::proxy: return "proxy";
        case Kind::tls: return "tls";
    }
    return "connection";
}

Check check_of_refusal(const Error& error, const Error* without_key) {
    if (!is_refusal(error)) {
        return check_of_error(error, "contracts");
    }
    if (error.gateway_code == 40) {  // a header was lost on the way: its own words say so
        return check_of_error(error, "api-key");
    }
    const bool key_made_no_difference =
        without_key != nullptr && without_key->http_status == error.http_status && without_key->gateway_code == error.gateway_code;
    if (key_made_no_difference &&
        error.code == ErrorCode::token_expired) {  // fresh tokens are called expired: its own words say what may be
        return check_of_error(error, "token");
    }
    const bool of_application =
        without_key != nullptr ? key_made_no_difference : error.code == ErrorCode::forbidden && error.gateway_code != 52;
    Check check = check_of_error(error, of_application ? "subscription" : "api-key");
    check.exit_code = ExitCode::refused;
    if (of_application) {
        check.text = key_made_no_difference ? "the application is refused, with or without the API key: " + check.text : check.text;
        check.remedy =
            fmt::format("{}. If it is, the API key is next: it lives two years, and Orange support renews it", subscription_remedy);
    } else {
        check.text = without_key != nullptr ? "the application is accepted, its API key is not: " + check.text : check.text;
        check.remedy = api_key_remedy;
    }
    return check;
}

std::string oddity_of_api_key(std::string_view api_key) {
    std::string clean(api_key);
    std::erase_if(clean, is_blank);
    if (clean.size() < api_key_length_min) {
        return fmt::format("it has only {} characters", clean.size());
    }
    if (!std::all_of(clean.begin(), clean.end(), is_key_letter)) {
        return "it has characters that no key is known to have";
    }
    if (clean.size() != api_key.size()) {
        return "it has blanks or line ends inside, which are taken out before use";
    }
    return {};
}

std::string without_user(std::string_view url) {
    const auto scheme = url.find("://");
    if (scheme == std::string_view::npos) {
        return std::string(url);
    }
    const std::string_view rest = url.substr(scheme + 3);
    const auto at = rest.substr(0, rest.find('/')).rfind('@');
    return std::string(url.substr(0, scheme + 3)) + std::string(at == std::string_view::npos ? rest : rest.substr(at + 1));
}

}  // namespace moisson::doctor
