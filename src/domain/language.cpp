/// Sentences into French: the catalogue compiled once, sentences matched back to their patterns, values shown as the language writes them.

#include "domain/language.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "base/result.hpp"
#include "domain/currency.hpp"
#include "domain/french.hpp"

namespace moisson {

namespace {

constexpr std::string_view narrow_blank = "\u202F";
constexpr std::string_view no_break_blank = "\u00A0";
/// Attempts at placing values in one sentence, all patterns together; a text from outside must not make them many.
constexpr int attempts_max = 20'000;
/// A sentence in a sentence in a sentence.
constexpr int depth_max = 5;

enum class Kind { plain, word, currency, number, amount, day, month, of_month, quoted, quoted_type, text, optional, plural };

/// A part of a French text: words, or a value.
struct Piece {
    std::string words;  ///< of a plural: "one|many"
    std::size_t value = 0;
    Kind kind = Kind::plain;
    bool is_value = false;
};

struct Pattern {
    std::vector<std::string> literals;  ///< one more than values
    std::vector<Kind> bound;            ///< what each value must be to fit
    std::vector<Piece> french;
    std::string text;  ///< the French of a text without values
    std::size_t literal_size = 0;
    [[nodiscard]] std::size_t values() const noexcept { return literals.size() - 1; }
};

using Values = std::vector<std::string_view>;

void replace_all(std::string& text, std::string_view from, std::string_view to) {
    for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
        text.replace(at, from.size(), to);
    }
}

/// French typography: a narrow no-break blank before ; : ! ? % and inside quotes (Lexique des règles typographiques en usage à
/// l'Imprimerie nationale; a full no-break blank before the colon there, the narrow one here as everywhere).
std::string typeset(std::string text) {
    for (const std::string_view mark : {";", ":", "!", "?", "%", "»"}) {
        replace_all(text, fmt::format(" {}", mark), fmt::format("{}{}", narrow_blank, mark));
    }
    replace_all(text, "« ", fmt::format("«{}", narrow_blank));
    return text;
}

std::vector<std::string> split_english(std::string_view english) {
    std::vector<std::string> literals(1);
    for (std::size_t at = 0; at < english.size(); ++at) {
        const std::string_view pair = english.substr(at, 2);
        if (pair == "{}" || pair == "{:") {
            literals.emplace_back();
            at = english.find('}', at);
        } else {
            literals.back() += english[at];
            at += pair == "{{" || pair == "}}" ? 1U : 0U;
        }
    }
    return literals;
}

Kind kind_of(std::string_view name) {
    static constexpr std::pair<std::string_view, Kind> kinds[] = {
        {"w", Kind::word},      {"c", Kind::currency},  {"n", Kind::number}, {"a", Kind::amount},      {"d", Kind::day},     {"m", Kind::month},
        {"de", Kind::of_month}, {"q", Kind::quoted},    {"t", Kind::text},   {"y", Kind::quoted_type}, {"o", Kind::optional},
    };
    const auto* const found = std::find_if(std::begin(kinds), std::end(kinds), [&](const auto& kind) { return kind.first == name; });
    MOISSON_INVARIANT(found != std::end(kinds), "a value of the catalogue has a kind that is known");
    return found->second;
}

/// `inner`: "0", "0:n" or "0|jour|jours".
Piece value_piece(std::string_view inner) {
    Piece piece;
    piece.is_value = true;
    piece.value = static_cast<std::size_t>(inner.front() - '0');
    if (inner.size() > 2 && inner[1] == '|') {
        piece.kind = Kind::plural;
        piece.words = inner.substr(2);
    } else if (inner.size() > 2) {
        piece.kind = kind_of(inner.substr(2));
    }
    return piece;
}

std::vector<Piece> split_french(std::string_view french) {
    std::vector<Piece> pieces(1);
    for (std::size_t at = 0; at < french.size(); ++at) {
        const std::string_view pair = french.substr(at, 2);
        if (pair.size() == 2 && pair[0] == '{' && pair[1] >= '0' && pair[1] <= '9') {
            const std::size_t end = french.find('}', at);
            pieces.push_back(value_piece(french.substr(at + 1, end - at - 1)));
            pieces.emplace_back();
            at = end;
        } else {
            pieces.back().words += french[at];
            at += pair == "{{" || pair == "}}" ? 1U : 0U;
        }
    }
    for (Piece& piece : pieces) {
        piece.words = typeset(std::move(piece.words));
    }
    return pieces;
}

bool is_number(std::string_view text) {
    const std::string_view digits = text.substr(text.starts_with('-') ? 1 : 0);
    return !digits.empty() && digits.front() != '.' && digits.back() != '.' && std::count(digits.begin(), digits.end(), '.') <= 1 &&
           std::all_of(digits.begin(), digits.end(), [](char letter) { return (letter >= '0' && letter <= '9') || letter == '.'; });
}

bool is_word(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char letter) {
        return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9') || letter == '-' ||
               letter == '_' || letter == '.';
    });
}

bool is_amount(std::string_view text) {
    return text.size() > 4 && text[text.size() - 4] == ' ' && is_number(text.substr(0, text.size() - 4)) &&
           find_currency(text.substr(text.size() - 3)).has_value();
}

std::optional<std::chrono::year_month_day> read_day(std::string_view text) {
    const auto month = text.size() == 10 && text[7] == '-' ? Month::parse(text.substr(0, 7)) : std::nullopt;
    if (!month || !is_number(text.substr(8)) || text[8] == '-' || text.substr(8).find('.') != std::string_view::npos) {
        return std::nullopt;
    }
    const auto day = static_cast<unsigned>(text[8] - '0') * 10 + static_cast<unsigned>(text[9] - '0');
    const std::chrono::year_month_day found(month->first_day().year(), month->first_day().month(), std::chrono::day(day));
    return found.ok() ? std::optional(found) : std::nullopt;
}

bool is_instant(std::string_view text) { return text.size() >= 20 && text[10] == 'T' && text.back() == 'Z'; }

bool is_day_or_instant(std::string_view text) {
    return read_day(text.substr(0, 10)).has_value() && (text.size() == 10 || is_instant(text));
}

struct Months {
    Month first;
    Month last;
};

/// "2026-10", "2026-08 to 2026-10", "2026-08..2026-10"
std::optional<Months> read_months(std::string_view text) {
    const auto first = Month::parse(text.substr(0, 7));
    if (!first || text.size() == 7) {
        return first ? std::optional(Months{*first, *first}) : std::nullopt;
    }
    const std::string_view rest = text.substr(7);
    const auto last = rest.starts_with(" to ") ? Month::parse(rest.substr(4))
                      : rest.starts_with("..") ? Month::parse(rest.substr(2))
                                               : std::nullopt;
    return last ? std::optional(Months{*first, *last}) : std::nullopt;
}

constexpr std::array<std::string_view, 12> month_names{"janvier", "février", "mars",      "avril",   "mai",      "juin",
                                                       "juillet", "août",    "septembre", "octobre", "novembre", "décembre"};

std::string french_month(Month month) { return fmt::format("{} {}", month_names.at(month.month() - 1), month.year()); }

std::string french_months(const Months& months) {
    return months.first == months.last ? french_month(months.first)
                                       : fmt::format("{} à {}", french_month(months.first), french_month(months.last));
}

std::string of_months(const Months& months) {
    const std::string text = french_months(months);
    const bool elided = text.starts_with('a') || text.starts_with('o');  // avril, août, octobre
    return (elided ? "d'" : "de ") + text;
}

std::string french_decimal(std::string_view decimal) {
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
        out += fmt::format(",{}", digits.substr(whole + 1));
    }
    return out;
}

std::string french_amount(std::string_view amount) {
    return fmt::format("{}{}{}", french_decimal(amount.substr(0, amount.size() - 4)), no_break_blank, amount.substr(amount.size() - 3));
}

class Catalogue {
public:
    Catalogue();
    [[nodiscard]] const Pattern* find(std::string_view english) const {
        const auto found = by_text_.find(english);
        return found == by_text_.end() ? nullptr : &patterns_[found->second];
    }
    /// Empty when nothing fits.
    [[nodiscard]] std::optional<std::string> recognise(std::string_view sentence, int& attempts, int depth) const;
    [[nodiscard]] std::string render(const Pattern& pattern, const Values& values, int& attempts, int depth) const;

private:
    [[nodiscard]] bool may_be(Kind kind, std::string_view value, int& attempts, int depth) const;
    [[nodiscard]] bool place(const Pattern& pattern, std::size_t slot, std::string_view rest, Values& values, int& attempts,
                             int depth) const;
    [[nodiscard]] std::string show(const Piece& piece, std::string_view value, int& attempts, int depth) const;
    [[nodiscard]] std::optional<std::string> recognise_parts(std::string_view sentence, int& attempts, int depth) const;

    std::vector<Pattern> patterns_;
    std::unordered_map<std::string_view, std::size_t> by_text_;  ///< by the key as it is written
    std::vector<std::size_t> with_values_;                       ///< in the order in which they are tried
};

Catalogue::Catalogue() {
    for (const std::span<const french::Translation> table : french::catalogue()) {
        for (const french::Translation& line : table) {
            Pattern pattern;
            pattern.literals = split_english(line.english);
            pattern.bound.assign(pattern.values(), Kind::plain);
            pattern.french = split_french(line.french);
            for (const Piece& piece : pattern.french) {
                MOISSON_INVARIANT(!piece.is_value || piece.value < pattern.values(), "a French text shows only values that there are");
                if (piece.is_value && pattern.bound[piece.value] == Kind::plain) {
                    pattern.bound[piece.value] = piece.kind;
                }
            }
            for (const std::string& literal : pattern.literals) {
                pattern.literal_size += literal.size();
            }
            pattern.text = pattern.values() == 0 ? pattern.french.front().words : std::string();
            by_text_.emplace(line.english, patterns_.size());
            patterns_.push_back(std::move(pattern));
        }
    }
    // What a page says around findings is never met as a sentence.
    const std::size_t sentences = french::findings().size() + french::sentences().size() + french::erp_sentences().size();
    for (std::size_t at = 0; at < sentences; ++at) {
        if (patterns_[at].values() > 0) {
            with_values_.push_back(at);
        }
    }
    // A sentence may hold another one, at its end: those that begin with words of their own go first, then those with most words.
    std::stable_sort(with_values_.begin(), with_values_.end(), [&](std::size_t left, std::size_t right) {
        const Pattern& one = patterns_[left];
        const Pattern& other = patterns_[right];
        return std::tuple(one.literals.front().empty(), other.literal_size) < std::tuple(other.literals.front().empty(), one.literal_size);
    });
}

const Catalogue& catalogue() {
    static const Catalogue all;
    return all;
}

bool Catalogue::may_be(Kind kind, std::string_view value, int& attempts, int depth) const {
    switch (kind) {
        case Kind::plain:
        case Kind::text: return true;
        case Kind::optional: return value.empty() || (depth > 0 && recognise(value, attempts, depth - 1).has_value());
        case Kind::word: return is_word(value);
        case Kind::currency: return find_currency(value).has_value();
        case Kind::number:
        case Kind::plural: return is_number(value);
        case Kind::amount: return is_amount(value) || (depth > 0 && recognise(value, attempts, depth - 1).has_value());
        case Kind::day: return is_day_or_instant(value);
        case Kind::month:
        case Kind::of_month: return read_months(value).has_value();
        case Kind::quoted:
        case Kind::quoted_type: return value.size() >= 2 && value.front() == '"' && value.back() == '"';
    }
    return false;
}

/// Finds the values from `slot` on: the shortest that fit.
bool Catalogue::place(const Pattern& pattern, std::size_t slot, std::string_view rest, Values& values, int& attempts, int depth) const {
    const std::string& next = pattern.literals[slot + 1];
    const bool is_last = slot + 1 == pattern.values();
    if (is_last) {
        if (!rest.ends_with(next)) {
            return false;
        }
        values[slot] = rest.substr(0, rest.size() - next.size());
        return --attempts > 0 && may_be(pattern.bound[slot], values[slot], attempts, depth);
    }
    for (std::size_t end = rest.find(next); end != std::string_view::npos && --attempts > 0; end = rest.find(next, end + 1)) {
        const std::string_view value = rest.substr(0, end);
        if (!may_be(pattern.bound[slot], value, attempts, depth)) {
            continue;
        }
        values[slot] = value;
        if (place(pattern, slot + 1, rest.substr(end + next.size()), values, attempts, depth)) {
            return true;
        }
    }
    return false;
}

std::optional<std::string> Catalogue::recognise(std::string_view sentence, int& attempts, int depth) const {
    if (const auto found = by_text_.find(sentence); found != by_text_.end() && patterns_[found->second].values() == 0) {
        return patterns_[found->second].text;
    }
    // Before whole patterns: the value of one could swallow the reasons behind it.
    if (auto parts = recognise_parts(sentence, attempts, depth)) {
        return parts;
    }
    Values values;
    for (const std::size_t at : with_values_) {
        const Pattern& pattern = patterns_[at];
        if (sentence.size() < pattern.literal_size || !sentence.starts_with(pattern.literals.front()) ||
            !sentence.ends_with(pattern.literals.back())) {
            continue;
        }
        values.assign(pattern.values(), {});
        if (place(pattern, 0, sentence.substr(pattern.literals.front().size()), values, attempts, depth)) {
            return render(pattern, values, attempts, depth);
        }
    }
    return std::nullopt;
}

/// Several reasons joined by "; ": all of them must be ours.
std::optional<std::string> Catalogue::recognise_parts(std::string_view sentence, int& attempts, int depth) const {
    constexpr std::string_view mark = "; ";
    constexpr int parts_max = 100;
    if (depth == 0 || sentence.find(mark) == std::string_view::npos) {
        return std::nullopt;
    }
    std::string out;
    for (int parts = 0; parts < parts_max; ++parts) {
        const std::size_t end = sentence.find(mark);
        const auto part = recognise(sentence.substr(0, end), attempts, depth - 1);
        if (!part) {
            return std::nullopt;
        }
        out += *part;
        if (end == std::string_view::npos) {
            return out;
        }
        out.append(narrow_blank).append(mark);
        sentence.remove_prefix(end + mark.size());
    }
    return std::nullopt;
}

std::string french_day(std::string_view text) {
    if (!is_day_or_instant(text)) {
        return std::string(text);
    }
    const std::string shown = day_for_people(Language::french, *read_day(text.substr(0, 10)));
    return is_instant(text) ? fmt::format("{} {} UTC", shown, text.substr(11, 8)) : shown;
}

std::string Catalogue::show(const Piece& piece, std::string_view value, int& attempts, int depth) const {
    const auto months = read_months(value);
    switch (piece.kind) {
        case Kind::plain:
        case Kind::word:
        case Kind::currency: break;
        case Kind::number: return is_number(value) ? french_decimal(value) : std::string(value);
        case Kind::day: return french_day(value);
        case Kind::month: return months ? french_months(*months) : std::string(value);
        case Kind::of_month: return months ? of_months(*months) : fmt::format("de {}", value);
        case Kind::quoted:
        case Kind::quoted_type: {
            const std::string_view inner = value.size() < 2 ? value : value.substr(1, value.size() - 2);
            const Pattern* type = piece.kind == Kind::quoted_type ? find(inner) : nullptr;
            return fmt::format("«{}{}{}»", narrow_blank, type == nullptr || type->values() > 0 ? inner : type->text, narrow_blank);
        }
        case Kind::plural: {
            const std::size_t bar = piece.words.find('|');
            return value == "0" || value == "1" || value == "-1" ? piece.words.substr(0, bar) : piece.words.substr(bar + 1);
        }
        case Kind::amount:
        case Kind::optional:
        case Kind::text: {
            if (is_amount(value)) {
                return french_amount(value);
            }
            if (months || is_day_or_instant(value)) {
                return months ? french_months(*months) : french_day(value);
            }
            return depth == 0 ? std::string(value) : recognise(value, attempts, depth - 1).value_or(std::string(value));
        }
    }
    return std::string(value);
}

std::string Catalogue::render(const Pattern& pattern, const Values& values, int& attempts, int depth) const {
    std::string out;
    for (const Piece& piece : pattern.french) {
        out += piece.is_value ? show(piece, values[piece.value], attempts, depth) : piece.words;
    }
    return out;
}

}  // namespace

std::string_view to_text(Language language) noexcept { return language == Language::french ? "fr" : "en"; }

std::optional<Language> find_language(std::string_view code) noexcept {
    return code == "fr" ? std::optional(Language::french) : code == "en" ? std::optional(Language::english) : std::nullopt;
}

std::string_view translate(Language language, std::string_view english) {
    if (language == Language::english) {
        return english;
    }
    const Pattern* found = catalogue().find(english);
    return found == nullptr || found->values() > 0 ? english : std::string_view(found->text);
}

std::string say(Language language, std::string_view english, std::initializer_list<std::string_view> values) {
    const Pattern* found = language == Language::english ? nullptr : catalogue().find(english);
    if (found != nullptr) {
        MOISSON_INVARIANT(found->values() == values.size(), "each place of a pattern has its value");
        int attempts = attempts_max;
        return catalogue().render(*found, values, attempts, depth_max);
    }
    const std::vector<std::string> literals = split_english(english);
    MOISSON_INVARIANT(literals.size() == values.size() + 1, "each place of a pattern has its value");
    std::string out = literals.front();
    std::size_t at = 0;
    for (const std::string_view value : values) {
        out.append(value).append(literals[++at]);
    }
    return out;
}

std::string translate_sentence(Language language, std::string_view sentence) {
    if (language == Language::english) {
        return std::string(sentence);
    }
    int attempts = attempts_max;
    return catalogue().recognise(sentence, attempts, depth_max).value_or(std::string(sentence));
}

std::string day_for_people(Language language, std::chrono::year_month_day day) {
    return language == Language::english ? to_text(day)
                                         : fmt::format("{:02}/{:02}/{:04}", static_cast<unsigned>(day.day()),
                                                       static_cast<unsigned>(day.month()), static_cast<int>(day.year()));
}

std::string instant_for_people(Language language, Timestamp instant) {
    const std::string text = format_timestamp_seconds(instant);
    return language == Language::english ? text : french_day(text);
}

std::string month_for_people(Language language, Month month) {
    return language == Language::english ? month.to_text() : french_month(month);
}

std::string months_for_people(Language language, const MonthRange& months) {
    if (language == Language::english) {
        return months.to_text();
    }
    if (months.first && months.last) {
        return french_months({*months.first, *months.last});
    }
    return months.first  ? fmt::format("à partir {}", of_months({*months.first, *months.first}))
           : months.last ? fmt::format("jusqu'à {}", french_month(*months.last))
                         : "tous les mois";
}

std::string decimal_for_people(Language language, std::string_view decimal) {
    return language == Language::english || !is_number(decimal) ? std::string(decimal) : french_decimal(decimal);
}

}  // namespace moisson
