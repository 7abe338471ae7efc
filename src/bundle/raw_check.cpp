/// See raw_check.hpp. Digits are compared as text, so that no number is made of them on the way.

#include "bundle/raw_check.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "domain/period.hpp"

namespace moisson::bundle {

namespace {


/// Significant digits and the power of ten of the last one; zero has no digits.
struct RawNumber {
    std::string digits;
    std::int64_t power = 0;
    friend bool operator==(const RawNumber&, const RawNumber&) = default;
};

RawNumber make_value(std::string digits, std::int64_t power) {
    while (!digits.empty() && digits.back() == '0') {
        digits.pop_back();
        ++power;
    }
    digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));
    return digits.empty() ? RawNumber{} : RawNumber{std::move(digits), power};
}

RawNumber value_of(const Money& money) {
    std::string text = to_decimal(money);
    text.erase(std::remove_if(text.begin(), text.end(), [](char letter) { return !is_digit(letter); }), text.end());
    return make_value(std::move(text), -money.currency.minor_digits());
}

/// RFC 8259 §6 without its sign; empty for anything else.
std::optional<RawNumber> json_value(std::string_view text) {
    const std::size_t exponent_at = std::min(text.find_first_of("eE"), text.size());
    const std::string_view mantissa = text.substr(0, exponent_at);
    const std::size_t dot = std::min(mantissa.find('.'), mantissa.size());
    std::string digits(mantissa.substr(0, dot));
    std::int64_t power = 0;
    if (dot < mantissa.size()) {
        digits += mantissa.substr(dot + 1);
        power = -static_cast<std::int64_t>(mantissa.size() - dot - 1);
    }
    if (dot == 0 || dot + 1 == mantissa.size() || !std::all_of(digits.begin(), digits.end(), is_digit)) {
        return std::nullopt;
    }
    if (exponent_at < text.size()) {
        std::string_view exponent = text.substr(exponent_at + 1);
        exponent.remove_prefix(exponent.starts_with('+') ? 1 : 0);
        std::int64_t more = 0;
        const auto [end, error] = std::from_chars(exponent.data(), exponent.data() + exponent.size(), more);
        if (error != std::errc{} || end != exponent.data() + exponent.size()) {
            return std::nullopt;
        }
        power += more;
    }
    return make_value(std::move(digits), power);
}

bool has_minus(std::string_view raw) {
    constexpr std::array<std::string_view, 7> signs{"-", "(", "\u2212", "\u2012", "\u2013", "\ufe63", "\uff0d"};
    return std::any_of(signs.begin(), signs.end(), [&](std::string_view sign) { return raw.find(sign) != std::string_view::npos; });
}

/// A run of ASCII digits, and where it begins.
struct Run {
    std::string_view digits;
    std::size_t at = 0;
};

std::vector<Run> runs_of(std::string_view text) {
    std::vector<Run> runs;
    for (std::size_t at = 0; at < text.size();) {
        if (!is_digit(text[at])) {
            ++at;
            continue;
        }
        std::size_t end = at;
        while (end < text.size() && is_digit(text[end])) {
            ++end;
        }
        runs.push_back({text.substr(at, end - at), at});
        at = end;
    }
    return runs;
}

bool is_plausible_month(std::string_view month) {
    const auto parsed = Month::parse(month);
    return parsed && parsed->year() >= 1990 && parsed->year() <= 2099;
}

/// "YYYY-MM" of each month that the text names in digits, year first.
std::vector<std::string> months_in(const std::vector<Run>& runs) {
    std::vector<std::string> months;
    for (std::size_t at = 0; at < runs.size(); ++at) {
        const std::string_view digits = runs[at].digits;
        std::string month;
        if (digits.size() == 6 || digits.size() == 8) {
            month = std::string(digits.substr(0, 4)) + "-" + std::string(digits.substr(4, 2));
        } else if (digits.size() == 4 && at + 1 < runs.size() && runs[at + 1].at == runs[at].at + 5 && runs[at + 1].digits.size() == 2) {
            month = std::string(digits) + "-" + std::string(runs[at + 1].digits);
        }
        if (is_plausible_month(month)) {
            months.push_back(std::move(month));
        }
    }
    return months;
}

bool names_day(const std::vector<Run>& runs, std::string_view day) {
    const std::string_view short_day = day.starts_with('0') ? day.substr(1) : day;
    return std::any_of(runs.begin(), runs.end(), [&](const Run& run) {
        return run.digits == day || run.digits == short_day || (run.digits.size() == 8 && run.digits.ends_with(day));
    });
}

}  // namespace

bool may_be_amount(std::string_view raw, const Money& amount) {
    const RawNumber wanted = value_of(amount);
    const bool is_negative = amount.amount_minor < 0;
    const std::string_view unsigned_raw = raw.starts_with('-') ? raw.substr(1) : raw;
    if (const auto value = json_value(unsigned_raw)) {
        // "1.234" as a text could be thousands, but then it was not read at all.
        const bool sign_fits = wanted.digits.empty() || is_negative == raw.starts_with('-');
        return *value == wanted && sign_fits;
    }
    if (!wanted.digits.empty() && has_minus(raw) != is_negative) {
        return false;
    }
    std::string digits;
    std::size_t behind = 0;  // digits behind the last separator that can be a decimal mark
    bool has_mark = false;
    for (const char letter : raw) {
        if (is_digit(letter)) {
            digits += letter;
            ++behind;
        } else if (letter == '.' || letter == ',') {
            behind = 0;
            has_mark = true;
        }
    }
    if (digits.empty()) {
        return false;
    }
    const bool as_decimal = has_mark && make_value(digits, -static_cast<std::int64_t>(behind)) == wanted;
    return as_decimal || make_value(digits, 0) == wanted;
}

bool may_be_currency(std::string_view raw, std::string_view code) {
    const std::size_t first = raw.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos) {
        return false;
    }
    std::string text(raw.substr(first, raw.find_last_not_of(" \t\r\n") + 1 - first));
    std::transform(text.begin(), text.end(), text.begin(),
                   [](char letter) { return letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 'a' + 'A') : letter; });
    if (text.size() == 3 && find_currency(text)) {
        return text == code;
    }
    constexpr std::array<std::pair<std::string_view, std::string_view>, 8> words{{{"\u20ac", "EUR"},
                                                                                  {"EURO", "EUR"},
                                                                                  {"EUROS", "EUR"},
                                                                                  {"\u00a3", "GBP"},
                                                                                  {"US$", "USD"},
                                                                                  {"FCFP", "XPF"},
                                                                                  {"\u20b9", "INR"},
                                                                                  {"FR.", "CHF"}}};
    const auto* found = std::find_if(words.begin(), words.end(), [&](const auto& word) { return word.first == text; });
    return found == words.end() || found->second == code;
}

bool may_be_period(std::string_view raw, std::string_view first_day, std::string_view last_day) {
    const std::vector<Run> runs = runs_of(raw);
    const auto last_month = Month::parse(last_day.substr(0, 7));
    if (runs.empty() || !last_month || first_day.size() != 10 || last_day.size() != 10) {
        return runs.empty();
    }
    if (runs.size() == 1 && runs.front().digits == raw && raw.size() == 6) {  // YYYYMM, what the service sends nearly always
        const auto month = Month::parse(std::string(raw.substr(0, 4)) + "-" + std::string(raw.substr(4)));
        return month && to_text(month->first_day()) == first_day && to_text(month->last_day()) == last_day;
    }
    const bool from_first = first_day.ends_with("-01") || names_day(runs, first_day.substr(8));
    const bool to_last = to_text(last_month->last_day()) == last_day || names_day(runs, last_day.substr(8));
    // Year first, from the first letter on: then every month of the text is spelt so.
    const bool is_led_by_year = is_digit(raw.front()) && runs.front().digits.size() >= 4;
    const auto months = is_led_by_year ? months_in(runs) : std::vector<std::string>();
    const auto has_month = [&](std::string_view day) { return std::find(months.begin(), months.end(), day.substr(0, 7)) != months.end(); };
    if (!months.empty()) {
        return has_month(first_day) && has_month(last_day) && from_first && to_last;
    }
    const bool has_year = std::any_of(runs.begin(), runs.end(), [&](const Run& run) { return run.digits == last_day.substr(0, 4); });
    const bool no_year = std::none_of(runs.begin(), runs.end(), [](const Run& run) { return run.digits.size() == 4; });
    return (has_year || no_year) && from_first && to_last;
}

}  // namespace moisson::bundle
