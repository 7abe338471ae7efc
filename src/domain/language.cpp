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
#include "domain/finding_kinds.hpp"
#include "domain/french.hpp"
#include "language/format.hpp"

namespace moisson {

namespace {

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
    explicit Pattern(const french::Translation& line);
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

bool is_number(std::string_view text) { return is_decimal(text); }

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

/// Values are recognised by what French makes of them.
bool is_day_or_instant(std::string_view text) { return show_day(Language::french, text) != text; }

bool is_months(std::string_view text) { return text != "all" && show_months(Language::french, text) != text; }

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

Pattern::Pattern(const french::Translation& line) : literals(split_english(line.english)), french(split_french(line.french)) {
    bound.assign(values(), Kind::plain);
    for (const Piece& piece : french) {
        MOISSON_INVARIANT(!piece.is_value || piece.value < values(), "a French text shows only values that there are");
        if (piece.is_value && bound[piece.value] == Kind::plain) {
            bound[piece.value] = piece.kind;
        }
    }
    for (const std::string& literal : literals) {
        literal_size += literal.size();
    }
    text = values() == 0 ? french.front().words : std::string();
}

Catalogue::Catalogue() {
    const auto add = [&](const french::Translation& line) {
        by_text_.emplace(line.english, patterns_.size());
        patterns_.emplace_back(line);
    };
    for (const std::span<const french::Translation> table : french::catalogue()) {
        std::for_each(table.begin(), table.end(), add);
    }
    for (const FindingKind& kind : finding_kinds) {
        add({kind.meaning.in[0], kind.meaning.in[1]});
        if (!kind.remedy.english().empty()) {
            add({kind.remedy.in[0], kind.remedy.in[1]});
        }
    }
    // What a page says around findings is never met as a sentence.
    const std::size_t sentences = french::sentences().size() + french::erp_sentences().size();
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
        case Kind::of_month: return is_months(value);
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

std::string Catalogue::show(const Piece& piece, std::string_view value, int& attempts, int depth) const {
    constexpr Language french = Language::french;
    switch (piece.kind) {
        case Kind::plain:
        case Kind::word:
        case Kind::currency: break;
        case Kind::number: return show_number(french, value);
        case Kind::day: return show_day(french, value);
        case Kind::month: return show_months(french, value);
        case Kind::of_month: return show_of_months(french, value);
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
                return show_amount(french, value);
            }
            if (is_months(value) || is_day_or_instant(value)) {
                return is_months(value) ? show_months(french, value) : show_day(french, value);
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

std::string show_message(Language language, const Message& message) { return message.in(language, translate_sentence); }

std::string show_text(Language language, const MessageText& text) { return Message(text, {}).in(language); }

std::string day_for_people(Language language, std::chrono::year_month_day day) { return show_day(language, to_text(day)); }

std::string instant_for_people(Language language, Timestamp instant) { return show_day(language, format_timestamp_seconds(instant)); }

std::string month_for_people(Language language, Month month) { return show_months(language, month.to_text()); }

std::string months_for_people(Language language, const MonthRange& months) { return show_months(language, months.to_text()); }

std::string decimal_for_people(Language language, std::string_view decimal) { return show_number(language, decimal); }

}  // namespace moisson
