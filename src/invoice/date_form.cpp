#include "invoice/date_form.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"

namespace moisson::invoice {

namespace {

/// Between these a year of an invoice lies.
constexpr int year_min = 1990;
constexpr int year_max = 2099;

/// Takes digits from the head of `text`: at least `least`, at most `most`.
std::optional<unsigned> take_number(std::string_view& text, std::size_t least, std::size_t most) {
    unsigned number = 0;
    std::size_t count = 0;
    while (count < most && count < text.size() && is_digit(text[count])) {
        number = number * 10 + static_cast<unsigned>(text[count] - '0');
        ++count;
    }
    if (count < least || (count < text.size() && is_digit(text[count]))) {
        return std::nullopt;
    }
    text.remove_prefix(count);
    return number;
}

/// "1er", "2nd": what stands behind a day's number.
void skip_ordinal(std::string_view& text) {
    for (const std::string_view ending : {"er", "st", "nd", "rd", "th"}) {
        if (text.starts_with(ending)) {
            text.remove_prefix(ending.size());
            return;
        }
    }
}

std::optional<unsigned> take_month(std::string_view& text, const MonthNames& names) {
    std::size_t longest = 0;
    unsigned month = 0;
    for (unsigned at = 0; at < names.size(); ++at) {
        for (const std::string& name : names.at(at)) {
            if (name.size() > longest && text.starts_with(name)) {
                longest = name.size();
                month = at + 1;
            }
        }
    }
    if (longest == 0) {
        return std::nullopt;
    }
    text.remove_prefix(longest);
    if (text.starts_with('.')) {
        text.remove_prefix(1);  // "sept."
    }
    return month;
}

}  // namespace

Result<DateForm> DateForm::parse(std::string_view text) {
    static constexpr std::array<std::pair<std::string_view, Token>, 7> tokens{{{"MMMM", Token::month_name},
                                                                               {"YYYY", Token::year4},
                                                                               {"DD", Token::day2},
                                                                               {"MM", Token::month2},
                                                                               {"YY", Token::year2},
                                                                               {"D", Token::day},
                                                                               {"M", Token::month}}};
    DateForm form;
    int days = 0;
    int months = 0;
    int years = 0;
    for (std::string_view rest = text; !rest.empty();) {
        const auto* const found =
            std::find_if(tokens.begin(), tokens.end(), [&](const auto& token) { return rest.starts_with(token.first); });
        if (found != tokens.end()) {
            form.parts_.push_back({found->second});
            days += found->second == Token::day || found->second == Token::day2 ? 1 : 0;
            years += found->second == Token::year2 || found->second == Token::year4 ? 1 : 0;
            months += found->first.front() == 'M' ? 1 : 0;
            rest.remove_prefix(found->first.size());
            continue;
        }
        if (rest.front() >= 'A' && rest.front() <= 'Z') {
            return fail(ErrorCode::bad_input,
                        fmt::format("\"{}\" is no form of a date: write D, DD, M, MM, MMMM, YY and YYYY, and small letters "
                                    "for what stands for itself",
                                    sanitise(text, 40)));
        }
        form.parts_.push_back({rest.front() == ' ' ? Token::blank : Token::literal, rest.front()});
        rest.remove_prefix(1);
    }
    if (days != 1 || months != 1 || years != 1) {
        return fail(ErrorCode::bad_input,
                    fmt::format("\"{}\" is no form of a date: it needs one day, one month and one year", sanitise(text, 40)));
    }
    return form;
}

bool DateForm::has_name() const noexcept {
    return std::any_of(parts_.begin(), parts_.end(), [](const Part& part) { return part.token == Token::month_name; });
}

std::optional<std::chrono::year_month_day> DateForm::read(std::string_view folded, const MonthNames& names) const {
    std::string_view text = trim(folded);
    unsigned day = 0;
    unsigned month = 0;
    unsigned year = 0;
    for (const Part& part : parts_) {
        std::optional<unsigned> number;
        switch (part.token) {
            case Token::day:
                number = take_number(text, 1, 2);
                day = number.value_or(0);
                skip_ordinal(text);
                break;
            case Token::day2:
                number = take_number(text, 2, 2);
                day = number.value_or(0);
                break;
            case Token::month:
                number = take_number(text, 1, 2);
                month = number.value_or(0);
                break;
            case Token::month2:
                number = take_number(text, 2, 2);
                month = number.value_or(0);
                break;
            case Token::month_name:
                number = take_month(text, names);
                month = number.value_or(0);
                break;
            case Token::year2:
                number = take_number(text, 2, 2);
                year = number.value_or(0) + 2000;
                break;
            case Token::year4:
                number = take_number(text, 4, 4);
                year = number.value_or(0);
                break;
            case Token::blank:
                if (text.starts_with(' ')) {
                    number = 0;
                    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
                }
                break;
            case Token::literal:
                if (text.starts_with(part.letter)) {
                    number = 0;
                    text.remove_prefix(1);
                }
                break;
        }
        if (!number) {
            return std::nullopt;
        }
    }
    const std::chrono::year_month_day read{std::chrono::year(static_cast<int>(year)), std::chrono::month(month), std::chrono::day(day)};
    if (!text.empty() || !read.ok() || static_cast<int>(year) < year_min || static_cast<int>(year) > year_max) {
        return std::nullopt;
    }
    return read;
}

std::optional<std::chrono::year_month_day> read_date(std::string_view folded, std::span<const DateForm> forms, const MonthNames& names,
                                                     bool& is_ambiguous) {
    std::optional<std::chrono::year_month_day> found;
    for (const DateForm& form : forms) {
        const auto day = form.read(folded, names);
        if (day && found && *day != *found) {
            is_ambiguous = true;
            return std::nullopt;
        }
        found = day ? day : found;
    }
    return found;
}

}  // namespace moisson::invoice
