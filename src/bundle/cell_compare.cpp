/// See cell_compare.hpp.

#include "bundle/cell_compare.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <optional>

#include "base/clock.hpp"
#include "base/utf8.hpp"
#include "domain/big_decimal.hpp"
#include "domain/period.hpp"

namespace moisson::bundle {

namespace {

constexpr std::size_t cell_units_max = 32'767;
constexpr std::string_view cut_note = "… [cut: ";
/// A workbook holds binary numbers, written with 16 digits: 9365.46 stands there as 9365.459999999999.
constexpr int doubles_digits = 14;
constexpr std::int64_t day_milliseconds = 86'400'000;

bool is_escape(std::string_view text) {
    const auto is_hex = [](char letter) {
        return (letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'f') || (letter >= 'A' && letter <= 'F');
    };
    return text.size() >= 7 && text.starts_with("_x") && text[6] == '_' && std::all_of(text.begin() + 2, text.begin() + 6, is_hex);
}

std::string as_shown(std::string_view text) {
    std::string shown;
    while (!text.empty()) {
        const std::size_t length = std::max<std::size_t>(utf8_sequence_length(text), 1);
        const std::string_view letter = text.substr(0, length);
        const auto lead = static_cast<unsigned char>(letter.front());
        if (utf8_sequence_length(text) == 0 || letter == "\xef\xbf\xbe" || letter == "\xef\xbf\xbf") {
            shown += "\xef\xbf\xbd";
        } else if (text.starts_with("\r\n")) {
            // the line end alone follows
        } else if (length == 1 && ((lead < 0x20 && lead != '\t' && lead != '\n') || lead == 0x7f)) {
            shown += "\xe2\x90";
            shown += static_cast<char>(0x80U + (lead == 0x7f ? 0x21U : lead));
        } else if (is_escape(text)) {
            shown += "_x005F_";
        } else {
            shown += letter;
        }
        text.remove_prefix(length);
    }
    return shown;
}

/// Digits after the dot of a plain decimal number without exponent; empty when it is none.
std::optional<BigDecimal> parse_number(std::string_view text) {
    if (const std::size_t exponent = text.find_first_of("eE"); exponent != std::string_view::npos) {
        std::string_view power_text = text.substr(exponent + 1);
        power_text.remove_prefix(power_text.starts_with('+') ? 1 : 0);
        int power = 0;
        const auto [end, error] = std::from_chars(power_text.data(), power_text.data() + power_text.size(), power);
        auto mantissa = parse_big_decimal(text.substr(0, exponent));
        if (error != std::errc{} || end != power_text.data() + power_text.size() || !mantissa || power > 18 || power < -30) {
            return std::nullopt;
        }
        for (; power > 0 && mantissa; --power) {
            mantissa = parse_big_decimal(to_decimal(*mantissa) + "0");
            if (mantissa && mantissa->scale > 0) {
                mantissa->scale = static_cast<std::uint8_t>(mantissa->scale - 1);
            }
        }
        if (mantissa && power < 0 && mantissa->scale - power <= big_decimal_scale_max) {
            mantissa->scale = static_cast<std::uint8_t>(mantissa->scale - power);
        }
        return mantissa;
    }
    return parse_big_decimal(text);
}

/// Milliseconds since the workbook's day zero of a serial number, rounded.
std::optional<std::int64_t> serial_milliseconds(std::string_view text) {
    const std::size_t dot = std::min(text.find('.'), text.size());
    std::int64_t days = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + dot, days);
    if (error != std::errc{} || end != text.data() + dot || days > 10'000'000) {
        return std::nullopt;
    }
    Int128 digits = 0;
    Int128 unit = 1;
    for (std::size_t at = dot + 1; at < text.size() && at < dot + 19; ++at) {
        if (text[at] < '0' || text[at] > '9') {
            return std::nullopt;
        }
        digits = digits * 10 + (text[at] - '0');
        unit *= 10;
    }
    return days * day_milliseconds + static_cast<std::int64_t>((digits * day_milliseconds + unit / 2) / unit);
}

constexpr std::chrono::sys_days serial_zero{std::chrono::year{1899} / 12 / 30};

}  // namespace

bool is_near(const BigDecimal& here, const BigDecimal& there, const BigDecimal& measure) {
    BigDecimal difference = negated(there);
    if (!add_to(difference, here)) {
        return false;
    }
    const auto magnitude = [](BigDecimal decimal) { return decimal.value < 0 ? negated(decimal) : decimal; };
    BigDecimal allowed = magnitude(measure);
    while (allowed.scale + doubles_digits > big_decimal_scale_max) {
        allowed.value /= 10;
        --allowed.scale;
    }
    allowed.scale = static_cast<std::uint8_t>(allowed.scale + doubles_digits);
    return magnitude(difference) <= allowed;
}

std::optional<BigDecimal> number_of(const Cell& cell) { return parse_number(cell.text); }

bool shows_text(const Cell& cell, std::string_view text) {
    if (cell.is_number) {
        return false;
    }
    if (cell.text == text) {
        return true;
    }
    const std::string shown = as_shown(text);
    const std::size_t cut = cell.text.find(cut_note);
    if (shown.size() > cell_units_max && cut != std::string::npos) {
        return shown.starts_with(std::string_view(cell.text).substr(0, cut));
    }
    return cell.text == shown;
}

bool shows_number(const Cell& cell, std::string_view decimal) {
    if (cell.text == decimal) {
        return cell.is_number || decimal.empty() || decimal.size() > 12;
    }
    const auto here = cell.is_number ? parse_number(cell.text) : std::nullopt;
    const auto there = parse_big_decimal(decimal);
    return here && there && is_near(*here, *there, *there);
}

bool shows_day(const Cell& cell, std::string_view day) {
    if (!cell.is_number) {
        return cell.text == day;
    }
    const auto milliseconds = serial_milliseconds(cell.text);
    return milliseconds && *milliseconds % day_milliseconds == 0 &&
           to_text(std::chrono::year_month_day{serial_zero + std::chrono::days{*milliseconds / day_milliseconds}}) == day;
}

bool shows_instant(const Cell& cell, std::string_view instant) {
    if (!cell.is_number) {
        return cell.text == instant;
    }
    const auto milliseconds = serial_milliseconds(cell.text);
    return milliseconds && format_timestamp(Timestamp{serial_zero} + std::chrono::milliseconds{*milliseconds}) == instant;
}

}  // namespace moisson::bundle
