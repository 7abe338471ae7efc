#include "invoice/value_texts.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>

#include "base/days.hpp"
#include "base/luhn.hpp"
#include "base/text.hpp"
#include "base/utf8.hpp"
#include "invoice/limits.hpp"

namespace moisson::invoice {

namespace {

constexpr std::array<std::string_view, 13> credit_notes{"81",  "83",  "261", "262", "296", "308", "381",
                                                        "396", "420", "458", "502", "503", "532"};
constexpr std::array<std::string_view, 49> invoices{
    "71",  "80",  "82",  "84",  "102", "130", "202", "203", "204", "211", "218", "219", "295", "325", "326", "331",
    "380", "382", "383", "384", "385", "386", "387", "388", "389", "390", "393", "394", "395", "456", "457", "471",
    "472", "473", "500", "501", "527", "553", "575", "623", "633", "751", "780", "817", "870", "875",
    "876", "877", "935"};

bool are_digits(std::string_view text) noexcept { return std::all_of(text.begin(), text.end(), is_digit); }

/// C0, DEL, and C1 as UTF-8 has them.
std::size_t control_size(std::string_view text) noexcept {
    const auto first = static_cast<unsigned char>(text.front());
    if (first < 0x20 || first == 0x7f) {
        return 1;
    }
    const bool is_c1 = first == 0xc2 && text.size() > 1 && static_cast<unsigned char>(text[1]) < 0xa0;
    return is_c1 ? 2 : 0;
}

std::optional<std::chrono::year_month_day> parse_packed_day(std::string_view text) {
    if (text.size() != 8 || !are_digits(text)) {
        return std::nullopt;
    }
    std::string iso(text);
    iso.insert(6, "-").insert(4, "-");
    return parse_day(iso);
}

/// "", "Z", "+01:00".
bool is_time_zone(std::string_view text) noexcept {
    return text.empty() || text == "Z" ||
           (text.size() == 6 && (text[0] == '+' || text[0] == '-') && text[3] == ':' && are_digits(text.substr(1, 2)) &&
            are_digits(text.substr(4)));
}

}  // namespace

std::string clean_text(std::string_view text) {
    std::string clean;
    while (!text.empty()) {
        const std::size_t control = control_size(text);
        const std::size_t size = utf8_sequence_length(text);  // none: it was cut there
        if (size == 0 || clean.size() + size > limits::text_bytes) {
            break;
        }
        if (control > 0) {
            clean += ' ';
        } else {
            clean += text.substr(0, size);
        }
        text.remove_prefix(control > 0 ? control : size);
        if (clean == " ") {
            clean.clear();
        }
    }
    return std::string(trim(clean));
}

std::string without_blanks(std::string_view text) {
    std::string result = clean_text(text);
    std::erase(result, ' ');
    return result;
}

bool is_siren(std::string_view digits) noexcept { return digits.size() == 9 && has_luhn_digit(digits); }

bool is_siret(std::string_view digits) noexcept {
    if (digits.size() != 14 || !are_digits(digits)) {
        return false;
    }
    if (digits.starts_with("356000000")) {
        int sum = 0;
        for (const char digit : digits) {
            sum += digit - '0';
        }
        return sum % 5 == 0 || has_luhn_digit(digits);
    }
    return has_luhn_digit(digits);
}

bool is_iban(std::string_view text) noexcept {
    constexpr std::size_t size_min = 15;  // Norway's
    constexpr std::size_t size_max = 34;
    const auto is_capital = [](char letter) { return 'A' <= letter && letter <= 'Z'; };
    if (text.size() < size_min || text.size() > size_max || !is_capital(text[0]) || !is_capital(text[1]) ||
        !are_digits(text.substr(2, 2))) {
        return false;
    }
    unsigned rest = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char letter = text[(at + 4) % text.size()];
        if (is_digit(letter)) {
            rest = (rest * 10 + static_cast<unsigned>(letter - '0')) % 97;
        } else if (is_capital(letter)) {
            rest = (rest * 100 + static_cast<unsigned>(letter - 'A') + 10) % 97;
        } else {
            return false;
        }
    }
    return rest == 1;
}

std::optional<BigDecimal> parse_decimal(std::string_view text) {
    text = trim(text);
    std::string plain;
    if (text.starts_with('+') || text.starts_with('-')) {
        plain = text.front() == '-' ? "-" : "";
        text.remove_prefix(1);
        if (text.starts_with('+') || text.starts_with('-')) {
            return std::nullopt;
        }
    }
    if (text.size() < 2 && !are_digits(text)) {
        return std::nullopt;
    }
    plain += text.starts_with('.') ? "0" : "";
    plain += text.ends_with('.') ? text.substr(0, text.size() - 1) : text;
    return parse_big_decimal(plain);
}

std::optional<Money> to_money(const BigDecimal& decimal, Currency currency) noexcept {
    Int128 value = decimal.value;
    int scale = decimal.scale;
    for (; scale > currency.minor_digits(); --scale) {
        if (value % 10 != 0) {
            return std::nullopt;
        }
        value /= 10;
    }
    for (; scale < currency.minor_digits(); ++scale) {
        if (__builtin_mul_overflow(value, Int128{10}, &value)) {
            return std::nullopt;
        }
    }
    // As far from zero on both sides, so that every amount can be turned.
    constexpr Int128 limit = std::numeric_limits<std::int64_t>::max();
    if (value > limit || value < -limit) {
        return std::nullopt;
    }
    return Money{static_cast<std::int64_t>(value), currency};
}

std::optional<std::chrono::year_month_day> parse_date(std::string_view text, std::string_view format) {
    constexpr std::size_t iso_size = 10;
    text = trim(text);
    if (format == "102" || (format.empty() && text.size() == 8)) {
        return parse_packed_day(text);
    }
    if (!format.empty() || text.size() < iso_size || !is_time_zone(text.substr(iso_size))) {
        return std::nullopt;
    }
    return parse_day(text.substr(0, iso_size));
}

InvoiceKind kind_of(std::string_view type) noexcept {
    const auto is_in = [type](const auto& list) { return std::find(list.begin(), list.end(), type) != list.end(); };
    if (is_in(credit_notes)) {
        return InvoiceKind::credit_note;
    }
    return is_in(invoices) ? InvoiceKind::invoice : InvoiceKind::unknown;
}

}  // namespace moisson::invoice
