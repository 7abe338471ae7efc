#include "invoice/page_amounts.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.hpp"

namespace moisson::invoice {

namespace {

/// An amount of more digits than these is none: it would not fit.
constexpr std::size_t digits_max = 17;

/// A number as it stands: digits and marks, from its first digit to its last.
struct Number {
    std::size_t at = 0;
    std::size_t end = 0;
};

bool is_mark(char letter) noexcept { return letter == '.' || letter == ',' || letter == '\''; }

/// Digits, marks with digits on both sides, and blanks before groups of exactly three digits.
Number number_at(std::string_view text, std::size_t at) {
    std::size_t end = at;
    while (end < text.size()) {
        if (is_digit(text[end])) {
            ++end;
            continue;
        }
        const bool has_digit = end + 1 < text.size() && is_digit(text[end + 1]);
        if (is_mark(text[end]) && has_digit) {
            ++end;
            continue;
        }
        const auto digit_at = [&](std::size_t step) { return end + step < text.size() && is_digit(text[end + step]); };
        const bool has_group = text[end] == ' ' && digit_at(1) && digit_at(2) && digit_at(3) && !digit_at(4);
        if (!has_group) {
            break;
        }
        end += 4;
    }
    return {at, end};
}

/// The digits of a number with `decimals` of them behind the decimal mark; empty where it is not written so.
std::optional<std::string> digits_of(std::string_view number, std::size_t decimals) {
    std::string_view whole = number;
    std::string digits;
    char decimal_mark = '\0';
    if (decimals > 0) {
        if (number.size() < decimals + 2) {
            return std::nullopt;
        }
        const std::size_t mark = number.size() - decimals - 1;
        decimal_mark = number[mark];
        const std::string_view behind = number.substr(mark + 1);
        if ((decimal_mark != '.' && decimal_mark != ',') || !std::all_of(behind.begin(), behind.end(), is_digit)) {
            return std::nullopt;
        }
        whole = number.substr(0, mark);
        digits = behind;
    }
    std::string before;
    const auto first_mark = std::find_if_not(whole.begin(), whole.end(), is_digit);
    const auto head = static_cast<std::size_t>(first_mark - whole.begin());
    before = whole.substr(0, head);
    if (head < whole.size()) {
        const char mark = whole[head];
        if (mark == decimal_mark || head == 0 || head > 3 || (whole.size() - head) % 4 != 0 || whole.front() == '0') {
            return std::nullopt;
        }
        for (std::size_t at = head; at < whole.size(); at += 4) {
            const std::string_view group = whole.substr(at + 1, 3);
            if (whole[at] != mark || !std::all_of(group.begin(), group.end(), is_digit)) {
                return std::nullopt;
            }
            before += group;
        }
    } else if (before.size() > 1 && before.front() == '0') {
        return std::nullopt;  // "007,00" is a code
    }
    digits.insert(0, before);
    return before.empty() || digits.size() > digits_max ? std::nullopt : std::optional(digits);
}

struct Sign {
    std::string_view mark;
    std::string_view code;  ///< of the currency; empty: several have it
};

/// What stands for a currency on paper (folded).
constexpr auto currency_signs = std::to_array<Sign>({
    {"\xe2\x82\xac", "EUR"},
    {"eur", "EUR"},
    {"euro", "EUR"},
    {"euros", "EUR"},
    {"\xc2\xa3", "GBP"},
    {"$", ""},
    {"us$", "USD"},
    {"fr.", "CHF"},
    {"sfr.", "CHF"},
    {"\xc2\xa5", "JPY"},
    {"kc", "CZK"},
    {"zl", "PLN"},
    {"ft", "HUF"},
    {"dt", "TND"},
    {"dh", "MAD"},
    {"dhs", "MAD"},
});

enum class Beside { nothing, ours, other };

/// Whether a word is the currency that was asked for, another one, or no currency.
Beside currency_word(std::string_view word, Currency currency) {
    for (const Sign& sign : currency_signs) {
        if (word == sign.mark) {
            const bool may_be_ours = sign.code.empty() ? currency.code() != "EUR" && currency.code() != "GBP" && currency.code() != "CHF"
                                                       : sign.code == currency.code();
            return may_be_ours ? Beside::ours : Beside::other;
        }
    }
    if (word.size() != 3 || !std::all_of(word.begin(), word.end(), [](char letter) { return letter >= 'a' && letter <= 'z'; })) {
        return Beside::nothing;
    }
    std::string code(word);
    std::transform(code.begin(), code.end(), code.begin(), [](char letter) { return static_cast<char>(letter - 'a' + 'A'); });
    // "all", "top", "mad" are words, too: another currency is only one that words are not taken for.
    static constexpr std::array<std::string_view, 9> others{"EUR", "USD", "GBP", "CHF", "JPY", "PLN", "CZK", "SEK", "TND"};
    if (code == currency.code()) {
        return Beside::ours;
    }
    return std::find(others.begin(), others.end(), code) != others.end() ? Beside::other : Beside::nothing;
}

bool is_word_letter(char letter) noexcept { return is_letter_or_digit(letter) || static_cast<unsigned char>(letter) >= 0x80; }

class AmountReader {
public:
    AmountReader(std::string_view text, Currency currency) : text_(text), currency_(currency) {}

    std::optional<TextAmount> read(Number number) {
        const auto digits = digits_of(text_.substr(number.at, number.end - number.at), static_cast<std::size_t>(currency_.minor_digits()));
        before_ = text_.substr(0, number.at);
        behind_ = text_.substr(number.end);
        if (!digits || !take_before() || !take_behind()) {
            return std::nullopt;
        }
        const int minuses = (minus_before_ ? 1 : 0) + (minus_behind_ ? 1 : 0) + (in_parentheses() ? 1 : 0);
        if (minuses > 1) {
            return std::nullopt;
        }
        std::int64_t minor = 0;
        for (const char digit : *digits) {
            minor = minor * 10 + (digit - '0');
        }
        return TextAmount{number.at, number.end, minuses == 1 ? -minor : minor};
    }

private:
    /// Currency and minus to the left, in either order. False: something stands there that makes this no amount.
    bool take_before() {
        if (!take_currency_before()) {
            return false;
        }
        const std::string_view left = trim_right(before_);
        if (left.ends_with('-')) {
            const bool is_close = left.size() == before_.size();
            const std::string_view further = left.substr(0, left.size() - 1);
            const std::string_view word = trim_right(further);
            // "Total - 120,00": a dash between two things, or a minus; nobody can say.
            const bool is_minus = word.empty() || word.ends_with(':') || word.ends_with('(') || word.ends_with('.') ||
                                  (is_close && further.size() > word.size());
            if (!is_minus) {
                return false;
            }
            minus_before_ = true;
            before_ = further;
            if (!take_currency_before()) {
                return false;
            }
        } else if (left.ends_with('+')) {
            before_ = left.substr(0, left.size() - 1);
        }
        return is_free_before();
    }

    /// No letter or digit touches it, and it is no tail of a longer number. Dots may lead to it.
    [[nodiscard]] bool is_free_before() const {
        if (before_.empty()) {
            return true;
        }
        const char last = before_.back();
        if (last == '.' || last == ',' || last == '\'') {
            return before_.size() == 1 || !is_digit(before_[before_.size() - 2]);
        }
        if (last == ' ' && before_.size() > 1 && is_digit(before_[before_.size() - 2])) {
            // "12 1 234,56": a count before the amount, or a longer number that is set oddly? Only a group of up to three digits could be.
            return true;
        }
        return !is_word_letter(last) && last != '/' && last != '_' && last != '#' && last != '%';
    }

    bool take_currency_before() {
        const std::string_view left = trim_right(before_);
        std::size_t begin = left.size();
        while (begin > 0 && left[begin - 1] != ' ' && left[begin - 1] != '-' && left[begin - 1] != '(' && left[begin - 1] != ':' &&
               !is_digit(left[begin - 1])) {
            --begin;
        }
        const Beside beside = currency_word(left.substr(begin), currency_);
        if (beside == Beside::other) {
            return false;
        }
        if (beside == Beside::ours && (begin == 0 || !is_digit(left[begin - 1]))) {
            before_ = left.substr(0, begin);
        }
        return true;
    }

    bool take_behind() {
        if (behind_.starts_with('-') && (behind_.size() == 1 || !is_word_letter(behind_[1]) || currency_follows(behind_.substr(1)))) {
            minus_behind_ = true;
            behind_.remove_prefix(1);
        }
        const std::string_view right = trim_left(behind_);
        if (right.starts_with('%') || right.starts_with("\xe2\x80\xb0")) {
            return false;
        }
        std::size_t end = 0;
        while (end < right.size() && right[end] != ' ' && right[end] != ')' && right[end] != '-' && right[end] != ';' &&
               right[end] != ',') {
            ++end;
        }
        const std::string_view word = right.substr(0, end);
        const Beside beside = std::max(currency_word(word, currency_), currency_word(trim_dot(word), currency_));
        if (beside == Beside::other) {
            return false;
        }
        if (beside == Beside::ours) {
            behind_ = right.substr(end);
            if (behind_ == "-") {
                minus_behind_ = true;
            }
            return true;
        }
        if (behind_.empty()) {
            return true;
        }
        const char next = behind_.front();
        if ((next == '.' || next == ',' || next == '\'') && behind_.size() > 1 && is_digit(behind_[1])) {
            return false;
        }
        return !is_word_letter(next) && next != '/' && next != '_' && next != '-';
    }

    [[nodiscard]] bool currency_follows(std::string_view text) const {
        return currency_word(trim_dot(trim(text.substr(0, text.find(' ')))), currency_) == Beside::ours;
    }

    [[nodiscard]] bool in_parentheses() const { return trim_right(before_).ends_with('(') && trim_left(behind_).starts_with(')'); }

    static std::string_view trim_right(std::string_view text) {
        while (text.ends_with(' ')) {
            text.remove_suffix(1);
        }
        return text;
    }
    static std::string_view trim_left(std::string_view text) {
        while (text.starts_with(' ')) {
            text.remove_prefix(1);
        }
        return text;
    }
    static std::string_view trim_dot(std::string_view text) {
        while (text.ends_with('.') || text.ends_with(':')) {
            text.remove_suffix(1);
        }
        return text;
    }

    std::string_view text_;
    Currency currency_;
    std::string_view before_;
    std::string_view behind_;
    bool minus_before_ = false;
    bool minus_behind_ = false;
};

}  // namespace

std::vector<TextAmount> amounts_in(std::string_view folded, Currency currency) {
    std::vector<TextAmount> found;
    for (std::size_t at = 0; at < folded.size();) {
        if (!is_digit(folded[at])) {
            ++at;
            continue;
        }
        const Number number = number_at(folded, at);
        if (auto amount = AmountReader(folded, currency).read(number)) {
            found.push_back(*amount);
        }
        at = number.end;
    }
    return found;
}

std::vector<TextRate> rates_in(std::string_view folded) {
    std::vector<TextRate> found;
    for (std::size_t at = 0; at < folded.size();) {
        if (!is_digit(folded[at])) {
            ++at;
            continue;
        }
        std::size_t end = at;
        std::string number;
        while (end < folded.size() &&
               (is_digit(folded[end]) || (is_mark(folded[end]) && end + 1 < folded.size() && is_digit(folded[end + 1])))) {
            number += is_digit(folded[end]) ? folded[end] : '.';
            ++end;
        }
        const bool is_free =
            at == 0 || (!is_word_letter(folded[at - 1]) && folded[at - 1] != '-' && folded[at - 1] != '.' && folded[at - 1] != ',');
        const std::size_t sign = folded.find_first_not_of(' ', end);
        const auto percent = is_free && sign != std::string_view::npos && folded[sign] == '%' && number.size() <= 8
                                 ? parse_big_decimal(number)
                                 : std::nullopt;
        if (percent && *percent <= BigDecimal{100, 0}) {
            found.push_back({at, *percent});
        }
        at = end;
    }
    return found;
}

}  // namespace moisson::invoice
