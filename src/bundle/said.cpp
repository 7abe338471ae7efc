/// See said.hpp.

#include "bundle/said.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <vector>

#include <fmt/format.h>

#include "base/text.hpp"
#include "bundle/markup.hpp"
#include "domain/currency.hpp"
#include "domain/language.hpp"
#include "language/format.hpp"

namespace moisson::bundle {

namespace {

bool are_digits(std::string_view text) { return !text.empty() && std::all_of(text.begin(), text.end(), is_digit); }

/// Blanks that do not break become blanks, and inside a number nothing: "1 234" is 1234.
std::string with_plain_blanks(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const std::string_view rest = text.substr(at);
        const std::size_t blank = rest.starts_with(narrow_blank)      ? narrow_blank.size()
                                  : rest.starts_with(no_break_blank) ? no_break_blank.size()
                                                                      : 0;
        if (blank == 0) {
            out += text[at];
            continue;
        }
        const bool is_inside = !out.empty() && is_digit(out.back()) && rest.size() > blank && is_digit(rest[blank]);
        out += is_inside ? "" : " ";
        at += blank - 1;
    }
    return out;
}

/// "31/10/2026 08:00:00 UTC" and "31/10/2026" as ISO 8601 has them, at the beginning of `text`; empty: neither. `size`: of what was read.
std::string day_at(std::string_view text, std::size_t& size) {
    const std::string_view day = text.substr(0, 10);
    if (day.size() < 10 || day[2] != '/' || day[5] != '/' || !are_digits(day.substr(0, 2)) || !are_digits(day.substr(3, 2)) ||
        !are_digits(day.substr(6, 4))) {
        return {};
    }
    const std::string iso = fmt::format("{}-{}-{}", day.substr(6, 4), day.substr(3, 2), day.substr(0, 2));
    const std::string_view time = text.substr(10);
    const bool is_instant = time.size() >= 13 && time[0] == ' ' && time[3] == ':' && time[6] == ':' && time.substr(9, 4) == " UTC";
    size = is_instant ? 23 : 10;
    return is_instant ? fmt::format("{}T{}Z", iso, time.substr(1, 8)) : iso;
}

/// "octobre 2026" as ISO 8601 has it, at the beginning of `text`.
std::string month_at(std::string_view text, std::size_t& size) {
    for (unsigned month = 1; month <= 12; ++month) {
        const std::string shown = show_months(Language::french, fmt::format("2026-{:02}", month));
        const std::string_view name = std::string_view(shown).substr(0, shown.size() - 4);  // with its blank
        if (text.starts_with(name) && are_digits(text.substr(name.size(), 4)) && text.size() >= name.size() + 4) {
            size = name.size() + 4;
            return fmt::format("{}-{:02}", text.substr(name.size(), 4), month);
        }
    }
    return {};
}

/// Days, months and numbers in the form of the data, whichever language they were written in: what both sides are brought to.
std::string in_data_form(std::string_view shown) {
    const std::string text = with_plain_blanks(shown);
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        const std::string_view rest = std::string_view(text).substr(at);
        std::size_t size = 0;
        const bool begins = at == 0 || !is_digit(text[at - 1]);
        std::string found = is_digit(rest.front()) ? (begins ? day_at(rest, size) : std::string()) : month_at(rest, size);
        if (!found.empty()) {
            out += found;
            at += size;
            continue;
        }
        const bool is_inside = at > 0 && is_digit(text[at - 1]) && rest.size() > 1 && is_digit(rest[1]);
        out += is_inside && rest.front() == ',' ? '.' : rest.front();
        ++at;
    }
    return out;
}

/// Parts of seconds are not shown in every language.
std::string without_fraction(std::string_view token) {
    const std::size_t dot = token.size() > 20 && token[10] == 'T' && token.back() == 'Z' ? token.find('.', 19) : std::string_view::npos;
    return dot == std::string_view::npos ? std::string(token) : fmt::format("{}Z", token.substr(0, dot));
}

/// What has a digit in it, between blanks and marks; sorted.
std::vector<std::string> values_in(std::string_view shown) {
    constexpr std::string_view marks = " \t\n\r\"'()[]{};:!?=<>|";
    std::string text = in_data_form(shown);
    for (const std::string_view mark : {"«", "»", "…", ".."}) {
        for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark)) {
            text.replace(at, mark.size(), " ");
        }
    }
    std::vector<std::string> values;
    for (std::size_t at = text.find_first_not_of(marks); at != std::string::npos;) {
        const std::size_t end = std::min(text.find_first_of(marks, at), text.size());
        // The time of an instant has colons of its own.
        std::size_t stop = end;
        while (stop + 2 < text.size() && text[stop] == ':' && is_digit(text[stop - 1]) && is_digit(text[stop + 1])) {
            stop = std::min(text.find_first_of(marks, stop + 1), text.size());
        }
        std::string_view token = std::string_view(text).substr(at, stop - at);
        while (!token.empty() && (token.back() == '.' || token.back() == ',')) {
            token.remove_suffix(1);
        }
        if (std::any_of(token.begin(), token.end(), is_digit)) {
            values.push_back(without_fraction(token));
        }
        at = text.find_first_not_of(marks, stop);
    }
    std::sort(values.begin(), values.end());
    return values;
}

bool holds_currencies(std::string_view shown, std::string_view english) {
    constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    for (std::size_t at = english.find_first_of(letters); at != std::string_view::npos;) {
        const std::size_t end = std::min(english.find_first_not_of(letters, at), english.size());
        const std::string_view word = english.substr(at, end - at);
        if (word.size() == 3 && find_currency(word) && shown.find(word) == std::string_view::npos) {
            return false;
        }
        at = english.find_first_of(letters, end);
    }
    return true;
}

/// Whether quotes open before a word and close behind one, in turn: only then is it sure what stands between them.
bool is_quoted_in_pairs(std::string_view english) {
    bool is_open = false;
    for (std::size_t at = english.find('"'); at != std::string_view::npos; at = english.find('"', at + 1), is_open = !is_open) {
        const char before = at == 0 ? ' ' : english[at - 1];
        const char behind = at + 1 == english.size() ? ' ' : english[at + 1];
        const bool opens = (before == ' ' || before == '(') && behind != ' ';
        const bool closes = before != ' ' && std::string_view(" ,.;:)!?").find(behind) != std::string_view::npos;
        if (is_open ? !closes : !opens) {
            return false;
        }
    }
    return !is_open;
}

/// A document type may stand there by its name in the language.
bool holds_quoted(const Vocabulary& words, std::string_view shown, std::string_view english) {
    if (!is_quoted_in_pairs(english)) {
        return true;  // a text from outside has one of its own
    }
    const std::string all = bare(shown);
    for (std::size_t begin = english.find('"'); begin != std::string_view::npos;) {
        const std::size_t end = english.find('"', begin + 1);
        const std::string_view quoted = english.substr(begin + 1, end - begin - 1);
        if (all.find(bare(quoted)) == std::string::npos && all.find(bare(words.word_of(quoted))) == std::string::npos) {
            return false;
        }
        begin = english.find('"', end + 1);
    }
    return true;
}

}  // namespace

std::string bare(std::string_view text) {
    std::string out;
    std::copy_if(text.begin(), text.end(), std::back_inserter(out), [](char letter) { return static_cast<unsigned char>(letter) > 0x20; });
    return out;
}

bool holds_values(std::string_view shown, std::string_view english) {
    const std::vector<std::string> all = values_in(shown);
    const std::vector<std::string> wanted = values_in(english);
    return std::includes(all.begin(), all.end(), wanted.begin(), wanted.end());
}

bool says(const Vocabulary& words, std::string_view shown, std::string_view english) {
    if (is_odd_text(english) || bare(shown) == bare(english)) {
        return true;  // text from outside may hold what a page cannot show
    }
    return words.language() != Language::english && shown.empty() == english.empty() && values_in(shown) == values_in(english) &&
           holds_currencies(shown, english) && holds_quoted(words, shown, english);
}

}  // namespace moisson::bundle
