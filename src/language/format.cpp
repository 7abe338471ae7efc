/// See format.hpp.

#include "language/format.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <utility>

#include <fmt/format.h>

namespace moisson {

namespace {

constexpr std::array<std::string_view, 12> french_month_names{"janvier", "février", "mars",      "avril",   "mai",      "juin",
                                                              "juillet", "août",    "septembre", "octobre", "novembre", "décembre"};

bool is_digits(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char letter) { return letter >= '0' && letter <= '9'; });
}

int number_of(std::string_view digits) {
    int number = 0;
    for (const char digit : digits) {
        number = number * 10 + (digit - '0');
    }
    return number;
}

std::optional<std::chrono::year_month> read_month(std::string_view text) {
    if (text.size() != 7 || text[4] != '-' || text[0] == '0' || !is_digits(text.substr(0, 4)) || !is_digits(text.substr(5))) {
        return std::nullopt;
    }
    const std::chrono::year_month month{std::chrono::year(number_of(text.substr(0, 4))),
                                        std::chrono::month(static_cast<unsigned>(number_of(text.substr(5))))};
    return month.ok() ? std::optional(month) : std::nullopt;
}

std::optional<std::chrono::year_month_day> read_day(std::string_view text) {
    const auto month = text.size() == 10 && text[7] == '-' && is_digits(text.substr(8)) ? read_month(text.substr(0, 7)) : std::nullopt;
    if (!month) {
        return std::nullopt;
    }
    const std::chrono::year_month_day day = *month / std::chrono::day(static_cast<unsigned>(number_of(text.substr(8))));
    return day.ok() ? std::optional(day) : std::nullopt;
}

struct Months {
    std::optional<std::chrono::year_month> first;
    std::optional<std::chrono::year_month> last;
};

/// Empty where it is neither months nor "all".
std::optional<Months> read_months(std::string_view text) {
    if (text == "all") {
        return Months{};
    }
    for (const std::string_view mark : {"..", " to "}) {
        if (const std::size_t at = text.find(mark); at != std::string_view::npos) {
            const std::string_view from = text.substr(0, at);
            const std::string_view to = text.substr(at + mark.size());
            const Months months{read_month(from), read_month(to)};
            const bool is_read = (from.empty() || months.first) && (to.empty() || months.last) && (months.first || months.last);
            return is_read ? std::optional(months) : std::nullopt;
        }
    }
    const auto month = read_month(text);
    return month ? std::optional(Months{month, month}) : std::nullopt;
}

std::string french_month(std::chrono::year_month month) {
    return fmt::format("{} {}", french_month_names.at(static_cast<unsigned>(month.month()) - 1), static_cast<int>(month.year()));
}

/// avril, août, octobre
std::string elided(std::string months) {
    const bool is_vowel = months.starts_with('a') || months.starts_with('o');
    return (is_vowel ? "d'" : "de ") + std::move(months);
}

std::string french_months(const Months& months) {
    if (months.first && months.last) {
        return months.first == months.last ? french_month(*months.first)
                                           : fmt::format("{} à {}", french_month(*months.first), french_month(*months.last));
    }
    return months.first  ? "à partir " + elided(french_month(*months.first))
           : months.last ? "jusqu'à " + french_month(*months.last)
                         : "tous les mois";
}

}  // namespace

bool is_decimal(std::string_view text) noexcept {
    const std::string_view digits = text.substr(text.starts_with('-') ? 1 : 0);
    return !digits.empty() && digits.front() != '.' && digits.back() != '.' && std::count(digits.begin(), digits.end(), '.') <= 1 &&
           std::all_of(digits.begin(), digits.end(), [](char letter) { return (letter >= '0' && letter <= '9') || letter == '.'; });
}

std::string show_number(Language language, std::string_view decimal) {
    if (language == Language::english || !is_decimal(decimal)) {
        return std::string(decimal);
    }
    const bool is_negative = decimal.starts_with('-');
    const std::string_view digits = decimal.substr(is_negative ? 1 : 0);
    const std::size_t whole = std::min(digits.find('.'), digits.size());
    std::string out = is_negative ? "-" : "";
    for (std::size_t at = 0; at < whole; ++at) {
        if (at != 0 && (whole - at) % 3 == 0) {
            out += narrow_blank;
        }
        out += digits[at];
    }
    if (whole < digits.size()) {
        out.append(",").append(digits.substr(whole + 1));
    }
    return out;
}

std::string show_amount(Language language, std::string_view amount) {
    const std::size_t blank = amount.rfind(' ');
    if (language == Language::english || blank == std::string_view::npos || !is_decimal(amount.substr(0, blank))) {
        return std::string(amount);
    }
    return fmt::format("{}{}{}", show_number(language, amount.substr(0, blank)), no_break_blank, amount.substr(blank + 1));
}

std::string show_day(Language language, std::string_view day) {
    const auto found = read_day(day.substr(0, 10));
    const bool is_instant = day.size() >= 20 && day[10] == 'T' && day.back() == 'Z';
    if (language == Language::english || !found || (day.size() != 10 && !is_instant)) {
        return std::string(day);
    }
    const std::string shown = fmt::format("{:02}/{:02}/{:04}", static_cast<unsigned>(found->day()), static_cast<unsigned>(found->month()),
                                          static_cast<int>(found->year()));
    return is_instant ? fmt::format("{} {} UTC", shown, day.substr(11, 8)) : shown;
}

std::string show_months(Language language, std::string_view months) {
    const auto found = language == Language::english ? std::nullopt : read_months(months);
    return found ? french_months(*found) : std::string(months);
}

std::string show_of_months(Language language, std::string_view months) {
    if (language == Language::english) {
        return std::string(months);
    }
    const auto found = read_months(months);
    if (!found) {
        return fmt::format("de {}", months);
    }
    const bool is_open = found->first.has_value() != found->last.has_value();
    return is_open ? french_months(*found) : elided(french_months(*found));
}

}  // namespace moisson
