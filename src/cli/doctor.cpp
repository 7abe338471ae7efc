#include "cli/doctor.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "cli/table.hpp"
#include "pipeline/service.hpp"

namespace moisson::cli {

namespace {

constexpr std::size_t api_key_length_min = 20;  // the printed sample has about 1,200 characters

bool is_blank(char letter) {
    return letter == ' ' || letter == '\t' || letter == '\n' || letter == '\r';
}

/// The value of a base64 digit; -1 for any other character.
int base64_value(char letter) {
    if (letter >= 'A' && letter <= 'Z') {
        return letter - 'A';
    }
    if (letter >= 'a' && letter <= 'z') {
        return letter - 'a' + 26;
    }
    if (letter >= '0' && letter <= '9') {
        return letter - '0' + 52;
    }
    return letter == '+' ? 62 : letter == '/' ? 63 : -1;
}

/// Empty when the text is no base64.
std::optional<std::string> decode_base64(std::string_view text) {
    while (!text.empty() && text.back() == '=') {
        text.remove_suffix(1);
    }
    std::string bytes;
    unsigned bits = 0;
    unsigned held = 0;
    for (const char letter : text) {
        const int value = base64_value(letter);
        if (value < 0) {
            return std::nullopt;
        }
        bits = (bits << 6U | static_cast<unsigned>(value)) & 0xFFFFFFU;
        held += 6;
        if (held >= 8) {
            held -= 8;
            bytes += static_cast<char>(bits >> held & 0xFFU);
        }
    }
    return bytes;
}

}  // namespace

std::string_view to_text(CheckStatus status) noexcept {
    switch (status) {
        case CheckStatus::ok: return "ok";
        case CheckStatus::warn: return "warn";
        case CheckStatus::fail: return "FAIL";
        case CheckStatus::skip: return "skip";
    }
    return "skip";
}

std::string checks_text(const std::vector<Check>& checks) {
    std::string text;
    for (const Check& check : checks) {
        text += fmt::format("{:<4}  {:<12}  {}\n", to_text(check.status), check.name, check.text);
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
        if (check.status == CheckStatus::fail) {
            return check.exit_code;
        }
    }
    return ExitCode::complete;
}

Check check_of_error(const Error& error, std::string_view otherwise) {
    Check check;
    check.status = CheckStatus::fail;
    check.exit_code = pipeline::exit_code_of(error);
    switch (error.code) {
        case ErrorCode::dns: check.name = "dns"; break;
        case ErrorCode::connect: check.name = "connection"; break;
        case ErrorCode::proxy: check.name = "proxy"; break;
        case ErrorCode::tls:
        case ErrorCode::certificate: check.name = "tls"; break;
        default: check.name = otherwise; break;
    }
    check.text = error.message;
    if (!error.where.empty()) {
        check.text += fmt::format(" ({})", error.where);
    }
    if (!error.cause.empty()) {
        check.text += ": " + error.cause;
    }
    check.remedy = error.hint;
    return check;
}

std::string oddity_of_api_key(std::string_view api_key) {
    std::string clean(api_key);
    std::erase_if(clean, is_blank);
    if (clean.size() < api_key_length_min) {
        return fmt::format("it has only {} characters", clean.size());
    }
    if (std::any_of(clean.begin(), clean.end(),
                    [](char letter) { return base64_value(letter) < 0 && letter != '=' && letter != '-' && letter != '_'; })) {
        return "it has characters that no key is known to have";
    }
    if (clean.size() != api_key.size()) {
        return "it has blanks or line ends inside, which are taken out before use";
    }
    return {};
}

std::string oddity_of_basic(std::string_view basic) {
    if (basic.starts_with("Basic ") || basic.starts_with("basic ")) {
        basic.remove_prefix(6);
    }
    while (!basic.empty() && is_blank(basic.back())) {
        basic.remove_suffix(1);
    }
    const auto decoded = decode_base64(basic);
    if (!decoded) {
        return "it is not base64";
    }
    const auto colon = decoded->find(':');
    if (colon == std::string::npos || colon == 0 || colon + 1 == decoded->size()) {
        return "it does not hold a client id and a client secret";
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

}  // namespace moisson::cli
