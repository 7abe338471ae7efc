/// Billing periods from the texts in which they come: compact, ISO, French and English words, quarters, ranges.
///
/// A text is folded (text.hpp), then read whole as one point (a month, a quarter, a day), as a range of two points, or, last,
/// as a point at its front with a tail. Every reading that the text allows is kept; only one that stands alone is an answer.
#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/text.hpp"
#include "normalize/normalize.hpp"
#include "normalize/messages.hpp"
#include "normalize/text.hpp"

namespace moisson::normalize {

namespace {

using std::chrono::day;
using std::chrono::month;
using std::chrono::sys_days;
using std::chrono::year;
using std::chrono::year_month_day;

// The years that a cloud bill can name. A narrow window keeps "102021" or "011020…" from being taken for YYYYMM.
constexpr int year_min = 1990;
constexpr int year_max = 2099;

/// In which order the numbers of a date like "01/10/2021" were taken. Both ends of a range must agree.
enum class Order { fixed, day_first, month_first };

/// One way to read a text.
struct Reading {
    Period period;
    Order order = Order::fixed;
    bool is_day = false;   ///< the text names a single day
    bool has_year = true;  ///< false: "octobre" in "octobre - décembre 2021"
    friend bool operator==(const Reading&, const Reading&) = default;
};
using Readings = std::vector<Reading>;

struct MonthName {
    std::string_view text;
    unsigned month;
};
// English and French, whole and shortened, without accents. "jui" is left out: it begins juin and juillet.
constexpr std::array month_names{
    MonthName{"apr", 4},       MonthName{"april", 4},     MonthName{"aou", 8},       MonthName{"aout", 8},     MonthName{"aug", 8},
    MonthName{"august", 8},    MonthName{"avr", 4},       MonthName{"avril", 4},     MonthName{"dec", 12},     MonthName{"december", 12},
    MonthName{"decembre", 12}, MonthName{"feb", 2},       MonthName{"february", 2},  MonthName{"fev", 2},      MonthName{"fevr", 2},
    MonthName{"fevrier", 2},   MonthName{"jan", 1},       MonthName{"january", 1},   MonthName{"janv", 1},     MonthName{"janvier", 1},
    MonthName{"jul", 7},       MonthName{"juil", 7},      MonthName{"juill", 7},     MonthName{"juillet", 7},  MonthName{"juin", 6},
    MonthName{"july", 7},      MonthName{"jun", 6},       MonthName{"june", 6},      MonthName{"mai", 5},      MonthName{"mar", 3},
    MonthName{"march", 3},     MonthName{"mars", 3},      MonthName{"may", 5},       MonthName{"nov", 11},     MonthName{"november", 11},
    MonthName{"novembre", 11}, MonthName{"oct", 10},      MonthName{"october", 10},  MonthName{"octobre", 10}, MonthName{"sep", 9},
    MonthName{"sept", 9},      MonthName{"september", 9}, MonthName{"septembre", 9},
};

bool is_letter(char byte) { return byte >= 'a' && byte <= 'z'; }

bool is_number(std::string_view text, std::size_t digits) {
    return text.size() == digits && std::all_of(text.begin(), text.end(), is_digit);
}

int to_number(std::string_view digits) {
    int value = 0;
    for (const char digit : digits.substr(0, 6)) {
        value = value * 10 + (digit - '0');
    }
    return value;
}

bool is_year(std::string_view text) { return is_number(text, 4) && to_number(text) >= year_min && to_number(text) <= year_max; }

std::optional<Reading> months_reading(int first_year, int first_month, int count) {
    const std::optional<Month> first = first_month < 1 ? std::nullopt : Month::make(first_year, static_cast<unsigned>(first_month));
    if (!first || first_year < year_min || first_year > year_max) {
        return std::nullopt;
    }
    return Reading{{first->first_day(), first->plus(count - 1).last_day()}};
}

std::optional<Reading> day_reading(int of_year, int of_month, int of_day, Order order = Order::fixed) {
    const year_month_day date{year{of_year}, month{static_cast<unsigned>(of_month)}, day{static_cast<unsigned>(of_day)}};
    if (of_year < year_min || of_year > year_max || !date.ok()) {
        return std::nullopt;
    }
    return Reading{{date, date}, order, true};
}

/// A run of digits, of letters, or one other character (a multi-byte one stays in its bytes: none of them has a meaning here).
struct Token {
    enum class Kind { number, word, mark } kind;
    std::string_view text;
};

std::vector<Token> tokens_of(std::string_view text) {
    std::vector<Token> tokens;
    while (!text.empty()) {
        const bool number = is_digit(text.front());
        const bool word = is_letter(text.front());
        std::size_t length = 1;
        while (length < text.size() && ((number && is_digit(text[length])) || (word && is_letter(text[length])))) {
            ++length;
        }
        tokens.push_back({number ? Token::Kind::number : word ? Token::Kind::word : Token::Kind::mark, text.substr(0, length)});
        text.remove_prefix(length);
    }
    return tokens;
}

unsigned month_by_name(std::string_view word) {
    const auto* found = std::find_if(month_names.begin(), month_names.end(), [&](const MonthName& row) { return row.text == word; });
    return found == month_names.end() ? 0 : found->month;
}

void keep(Readings& readings, const std::optional<Reading>& reading) {
    if (reading && std::find(readings.begin(), readings.end(), *reading) == readings.end()) {
        readings.push_back(*reading);
    }
}

/// "t00:00:00.000z" and the like after an ISO day: midnight, or the last minute of the day. A time inside the day is no period's
/// bound, and where it comes from another time zone the day itself may be wrong (2021-09-30T22:00Z is October in Paris).
bool is_day_bound_time(std::string_view text) {
    if (text.size() < 6 || (text[0] != 't' && text[0] != ' ') || text[3] != ':' || !is_number(text.substr(1, 2), 2) ||
        !is_number(text.substr(4, 2), 2)) {
        return false;
    }
    const std::string_view clock = text.substr(1, 5);
    const std::size_t zone = std::min(text.find_first_of("z+-", 6), text.size());
    const std::string_view seconds = text.substr(6, zone - 6);
    if (text.size() > 32 || text.substr(zone).find_first_not_of("z+-:0123456789") != std::string_view::npos) {
        return false;
    }
    return (clock == "00:00" && seconds.find_first_not_of(":.0") == std::string_view::npos) ||
           (clock == "23:59" && seconds.find_first_not_of(":.0123456789") == std::string_view::npos);
}

std::optional<Reading> read_compact_month(std::string_view digits) {
    return months_reading(to_number(digits.substr(0, 4)), to_number(digits.substr(4, 2)), 1);
}

/// Texts of digits and marks only: 202110, 20211001, 2021-10, 2021-10-01, 10/2021, 01/10/2021.
Readings read_numeric_point(std::string_view text) {
    Readings readings;
    if (is_number(text, 6)) {
        keep(readings, read_compact_month(text));
        return readings;
    }
    if (is_number(text, 8)) {
        keep(readings, day_reading(to_number(text.substr(0, 4)), to_number(text.substr(4, 2)), to_number(text.substr(6, 2))));
        return readings;
    }
    if (text.size() > 10 && is_number(text.substr(0, 4), 4) && text[4] == '-' && text[7] == '-' && is_day_bound_time(text.substr(10))) {
        text = text.substr(0, 10);
    }
    const std::vector<Token> tokens = tokens_of(text);
    const auto number = [&](std::size_t at) { return to_number(tokens[at].text); };
    const auto is_short = [&](std::size_t at) { return tokens[at].kind == Token::Kind::number && tokens[at].text.size() <= 2; };
    const auto is_separator = [&](std::size_t at) {
        return tokens[at].text == "-" || tokens[at].text == "/" || tokens[at].text == "." || tokens[at].text == " ";
    };
    if (tokens.size() == 3 && is_separator(1)) {
        if (is_year(tokens[0].text) && is_number(tokens[2].text, 2)) {
            keep(readings, months_reading(number(0), number(2), 1));
        } else if (is_short(0) && is_year(tokens[2].text)) {
            keep(readings, months_reading(number(2), number(0), 1));
        }
    } else if (tokens.size() == 5 && is_separator(1) && tokens[1].text == tokens[3].text) {
        if (is_year(tokens[0].text) && is_number(tokens[2].text, 2) && is_number(tokens[4].text, 2)) {
            keep(readings, day_reading(number(0), number(2), number(4)));
        } else if (is_short(0) && is_short(2) && is_year(tokens[4].text)) {
            if (number(0) == number(2)) {
                keep(readings, day_reading(number(4), number(2), number(0)));
            } else {
                keep(readings, day_reading(number(4), number(2), number(0), Order::day_first));
                keep(readings, day_reading(number(4), number(0), number(2), Order::month_first));
            }
        }
    }
    return readings;
}

/// Texts with a word in them: octobre 2021, Oct. 2021, 1er octobre 2021, October 31, 2021, Q3 2021, 2021-T3, 3e trimestre 2021.
Readings read_worded_point(std::string_view text) {
    std::vector<std::string_view> words;  // without marks
    for (const Token& token : tokens_of(text)) {
        if (token.kind != Token::Kind::mark) {
            words.push_back(token.text);
        } else if (token.text != " " && token.text != "-" && token.text != "/" && token.text != "." && token.text != "," &&
                   token.text != "_") {
            return {};
        }
    }
    std::optional<int> of_year;
    std::optional<int> small;  // the day, or the quarter's number
    std::size_t small_digits = 0;
    unsigned named_month = 0;
    bool is_quarter = false;
    for (std::size_t at = 0; at < words.size(); ++at) {
        const std::string_view word = words[at];
        if (is_year(word) && !of_year) {
            of_year = to_number(word);
        } else if (is_digit(word.front()) && word.size() <= 2 && !small) {
            small = to_number(word);
            small_digits = word.size();
        } else if (!named_month && month_by_name(word) != 0) {
            named_month = month_by_name(word);
        } else if (!is_quarter && (word == "q" || word == "t" || word == "trimestre" || word == "quarter" || word == "trim")) {
            is_quarter = true;
        } else if (at > 0 && is_digit(words[at - 1].front()) && words[at - 1].size() <= 2 &&
                   (word == "e" || word == "er" || word == "re" || word == "eme" || word == "st" || word == "nd" || word == "rd" ||
                    word == "th")) {
            continue;  // an ordinal's ending
        } else {
            return {};
        }
    }
    Readings readings;
    if (is_quarter && !named_month && of_year && small && small_digits == 1 && *small >= 1 && *small <= 4) {
        keep(readings, months_reading(*of_year, *small * 3 - 2, 3));
    } else if (!is_quarter && named_month && small && of_year) {
        keep(readings, day_reading(*of_year, static_cast<int>(named_month), *small));
    } else if (!is_quarter && named_month && !small) {
        std::optional<Reading> reading = months_reading(of_year.value_or(year_min), static_cast<int>(named_month), 1);
        reading->has_year = of_year.has_value();
        keep(readings, reading);
    }
    return readings;
}

/// Every way to read the whole text as one month, quarter or day.
Readings read_point(std::string_view text) {
    while (!text.empty() && text.front() == ' ') {
        text.remove_prefix(1);
    }
    while (!text.empty() && text.back() == ' ') {
        text.remove_suffix(1);
    }
    if (text.empty()) {
        return {};
    }
    Readings readings = read_numeric_point(text);
    return readings.empty() ? read_worded_point(text) : readings;
}

/// Removes "du", "from", "periode du" … from the front.
std::string_view without_opening(std::string_view text) {
    for (const std::string_view opening : {"periode:", "periode", "period:", "period", "du", "de", "from"}) {
        if (text.size() > opening.size() && text.starts_with(opening) && !is_letter(text[opening.size()])) {
            return without_opening(trim(text.substr(opening.size())));
        }
    }
    return text;
}

/// Joins two ends; empty when they do not fit. The left end may borrow the year of the right one ("octobre - décembre 2021").
std::optional<Reading> join(Reading left, const Reading& right) {
    if (!right.has_year || (left.order != Order::fixed && right.order != Order::fixed && left.order != right.order)) {
        return std::nullopt;
    }
    if (!left.has_year) {
        const auto moved = months_reading(static_cast<int>(right.period.first.year()),
                                          static_cast<int>(static_cast<unsigned>(left.period.first.month())), 1);
        if (!moved) {
            return std::nullopt;
        }
        left = *moved;
    }
    return Reading{{left.period.first, right.period.last}};
}

struct RangeReadings {
    Readings ordered;
    bool has_reversed = false;  ///< both ends were read, but the end comes first
};

/// Every way to read the text as two points with a range mark between them.
RangeReadings read_range(std::string_view text) {
    constexpr std::array<std::string_view, 12> marks{" au ", " a ", " to ",         " until ", " through ", " et ",
                                                     "..",   "->",  "\xe2\x86\x92", "/",       "-",         "~"};
    RangeReadings result;
    const std::string_view inner = without_opening(text);
    for (const std::string_view mark : marks) {
        for (std::size_t at = inner.find(mark, 1); at != std::string_view::npos; at = inner.find(mark, at + 1)) {
            const Readings lefts = read_point(inner.substr(0, at));
            if (lefts.empty()) {
                continue;
            }
            for (const Reading& right : read_point(inner.substr(at + mark.size()))) {
                for (const Reading& left : lefts) {
                    const std::optional<Reading> joined = join(left, right);
                    if (joined && sys_days{joined->period.first} <= sys_days{joined->period.last}) {
                        keep(result.ordered, joined);
                    } else if (joined) {
                        result.has_reversed = true;
                    }
                }
            }
        }
    }
    return result;
}

/// A month at the front and something after it: any text after YYYYMM (api/README.md §5), a blank, underscore or letter after YYYY-MM.
std::optional<Reading> read_front(std::string_view text) {
    if (text.size() > 6 && is_number(text.substr(0, 6), 6)) {
        return read_compact_month(text);
    }
    if (text.size() > 7 && is_number(text.substr(0, 4), 4) && text[4] == '-' && is_number(text.substr(5, 2), 2) && !is_digit(text[7]) &&
        !(text.size() > 8 && is_digit(text[8]))) {
        return months_reading(to_number(text.substr(0, 4)), to_number(text.substr(5, 2)), 1);
    }
    return std::nullopt;
}

/// "202610_202611": what stands after the month begins with YYYYMM itself, and it is another month. The front's alone would be a guess.
bool tail_names_another_month(std::string_view text, const Period& front) {
    const std::size_t front_bytes = text.size() > 4 && text[4] == '-' ? 7 : 6;
    std::string_view tail = text.substr(front_bytes);
    tail.remove_prefix(std::min(tail.find_first_of("0123456789"), tail.size()));
    if (tail.size() < 6 || !is_number(tail.substr(0, 6), 6)) {
        return false;
    }
    const std::optional<Reading> second = read_compact_month(tail);
    return second && second->period != front;
}

tl::unexpected<Error> bad_period(std::string_view text, const Message& why) {
    return fail(ErrorCode::bad_input, messages::period(sanitise(text, 80), why));
}

Result<ParsedPeriod> from_range(const RangeReadings& ranges, std::string_view text) {
    if (ranges.ordered.empty()) {
        return bad_period(text, messages::ends_before_begins);
    }
    if (ranges.ordered.size() > 1) {
        return bad_period(text, messages::can_read_more_one_way_day_month);
    }
    const Period& period = ranges.ordered.front().period;
    if (period.last.day() == day{1} && period.first != period.last) {
        return bad_period(text, messages::ends_first_day_month_not_said);
    }
    return ParsedPeriod{period, false};
}

}  // namespace

Result<ParsedPeriod> parse_period_text(std::string_view text) {
    if (is_number(text, 6)) {  // YYYYMM, what the service sends nearly always
        if (const std::optional<Reading> reading = read_compact_month(text)) {
            return ParsedPeriod{reading->period, false};
        }
    }
    constexpr std::size_t length_max = 96;  // past this only a month at the front is looked for
    const std::string_view inner = trim(text);
    if (inner.empty()) {
        return bad_period(text, messages::empty);
    }
    const bool is_long = inner.size() > length_max * 4;
    std::string folded = fold(is_long ? inner.substr(0, length_max * 4) : inner);
    if (is_long) {
        folded += " ...";  // what was cut off is a tail, even where only blanks stood before the cut
    }
    if (!is_long && folded.size() <= length_max) {
        const Readings points = read_point(without_opening(folded));
        const RangeReadings ranges = read_range(folded);
        if (points.size() > 1) {
            return bad_period(text, messages::can_read_more_one_way_day_month);
        }
        if (points.size() == 1 && points.front().has_year && ranges.ordered.empty()) {
            const Month filed = points.front().period.month();
            return points.front().is_day ? ParsedPeriod{{filed.first_day(), filed.last_day()}, true}
                                         : ParsedPeriod{points.front().period, false};
        }
        if (!ranges.ordered.empty() || ranges.has_reversed) {
            return from_range(ranges, text);
        }
    }
    if (const std::optional<Reading> front = read_front(folded)) {
        if (tail_names_another_month(folded, front->period)) {
            return bad_period(text, messages::names_two_months);
        }
        return ParsedPeriod{front->period, true};
    }
    return bad_period(text, messages::not_form_known);
}

Result<Period> parse_period(std::string_view text) {
    return parse_period_text(text).transform([](const ParsedPeriod& parsed) { return parsed.period; });
}

}  // namespace moisson::normalize
