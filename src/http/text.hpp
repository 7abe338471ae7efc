#pragma once
/// ASCII helpers of this room: what HTTP calls a blank, a token and a list.

#include <cstddef>
#include <string_view>

#include "base/text.hpp"

namespace moisson::http {

constexpr bool is_alphanumeric(char c) noexcept { return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
constexpr bool is_hexadecimal(char c) noexcept { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

/// Without blanks and tabs at both ends (RFC 9110 §5.6.3, OWS).
constexpr std::string_view trim(std::string_view text) noexcept { return moisson::trim(text, line_blanks); }

/// RFC 9110 §5.6.2: what field names and methods consist of.
constexpr bool is_token_character(char c) noexcept {
    return is_alphanumeric(c) || (c != '\0' && std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos);
}

constexpr bool is_token(std::string_view text) noexcept {
    for (const char c : text) {
        if (!is_token_character(c)) {
            return false;
        }
    }
    return !text.empty();
}

/// True when the comma-separated list has this word (Connection: close).
constexpr bool list_has(std::string_view list, std::string_view word) noexcept {
    while (!list.empty()) {
        const std::size_t comma = list.find(',');
        if (equal_ignoring_case(trim(list.substr(0, comma)), word)) {
            return true;
        }
        list = comma == std::string_view::npos ? std::string_view() : list.substr(comma + 1);
    }
    return false;
}

}  // namespace moisson::http
