/// Functions of expressions that make or move dates. An impossible wish refuses the document instead of inventing a day.
#include <algorithm>
#include <charconv>
#include <chrono>

#include <fmt/format.h>

#include "base/result.hpp"
#include "base/text.hpp"
#include "erp/days.hpp"
#include "erp/evaluator.hpp"
#include "erp/messages.hpp"
#include "erp/texts.hpp"

namespace moisson::erp {

namespace {

constexpr std::int64_t days_min = -719'162;   // 0001-01-01
constexpr std::int64_t days_max = 2'932'896;  // 9999-12-31

/// The same day of another month, or that month's last.
std::int64_t plus_months(std::int64_t days, std::int64_t months) {
    const auto day = day_of(days);
    auto moved = std::chrono::year_month{day.year(), day.month()} + std::chrono::months{static_cast<int>(months)};
    const std::chrono::year_month_day last{moved / std::chrono::last};
    return days_of(moved / std::min(day.day(), last.day()));
}

std::int64_t end_of_month(std::int64_t days) {
    const auto day = day_of(days);
    return days_of(std::chrono::year_month_day{day.year() / day.month() / std::chrono::last});
}

}  // namespace

const Zone* Evaluator::zone_of(std::string_view name) {
    auto found = zones_.find(name);
    if (found == zones_.end()) {
        auto zone = Zone::find(name);
        found = zones_.emplace(std::string(name), zone ? std::optional<Zone>(*zone) : std::nullopt).first;
    }
    if (!found->second) {
        report("erp-field-missing", messages::no_time_zone(sanitise(name, 60)));
        return nullptr;
    }
    return &*found->second;
}

Value Evaluator::date_call(const Node& node) {
    const Value one = compute(*node.arguments[0]);
    if (one.is_empty) {
        return Value::empty(node.type);
    }
    const auto bounded = [&](std::int64_t days) {
        if (days < days_min || days > days_max) {
            report("erp-field-missing", messages::date_outside_years_1_9999);
            return Value::empty(Type::date);
        }
        return Value::of_date(days);
    };
    constexpr std::int64_t shift_max = 4'000'000;
    switch (node.function) {
        case Function::day: return number_of(static_cast<unsigned>(day_of(one.number).day()));
        case Function::month: return number_of(static_cast<unsigned>(day_of(one.number).month()));
        case Function::year: return number_of(static_cast<int>(day_of(one.number).year()));
        case Function::end_of_month: return Value::of_date(end_of_month(one.number));
        case Function::start_of_month: return Value::of_date(one.number + 1 - static_cast<unsigned>(day_of(one.number).day()));
        case Function::year_begin: return fiscal_year(one.number, false);
        case Function::year_end: return fiscal_year(one.number, true);
        case Function::due_date: return due_date(one.number, text_argument(node, 1));
        case Function::add_days:
        case Function::add_months: {
            const Value count = compute(*node.arguments[1]);
            if (count.is_empty || count.scale != 0 || count.number > shift_max || count.number < -shift_max) {
                report("erp-field-missing", messages::date_moved_something_no_whole);
                return Value::empty(Type::date);
            }
            if (node.function == Function::add_months && (count.number > 100'000 || count.number < -100'000)) {
                return bounded(days_max + 1);
            }
            return bounded(node.function == Function::add_days ? one.number + count.number : plus_months(one.number, count.number));
        }
        case Function::date: {
            Value parsed;
            if (!parse_setting(Type::date, one.text, parsed).empty()) {
                report("erp-field-missing", messages::no_day_such_2026_01_31(sanitise(one.text, 40)));
            }
            return parsed;
        }
        default: break;
    }
    // An instant, seen in a zone.
    const std::string_view name = node.arguments.size() > 1 ? text_argument(node, 1) : std::string_view();
    const Zone* zone = !name.empty() ? zone_of(name) : zone_ ? &*zone_ : nullptr;
    if (zone == nullptr) {
        report("erp-field-missing", messages::instant_no_day_without_setting);
        return Value::empty(node.type);
    }
    const std::int64_t local = zone->to_local(one.number);
    return node.function == Function::in_zone ? Value::of_instant(local) : Value::of_date(floor_days(local));
}

/// "30", "30 eom", "eom 10", "2m eom": days, months and ends of month, applied from left to right.
Value Evaluator::due_date(std::int64_t day, std::string_view terms) {
    const std::string_view whole = terms;
    terms = trim(terms);
    if (terms.empty()) {
        return Value::empty(Type::date);
    }
    while (!terms.empty()) {
        const auto end = std::min(terms.find(' '), terms.size());
        std::string_view word = terms.substr(0, end);
        terms = trim(terms.substr(end));
        if (word == "eom") {
            day = end_of_month(day);
            continue;
        }
        const bool months = word.ends_with('m');
        word.remove_suffix(months ? 1 : 0);
        unsigned count = 0;
        const auto [stop, problem] = std::from_chars(word.data(), word.data() + word.size(), count);
        if (problem != std::errc{} || stop != word.data() + word.size() || count > 3660) {
            report("erp-field-missing",
                   messages::terms_not_understood_write_days(sanitise(whole, 40)));
            return Value::empty(Type::date);
        }
        day = months ? plus_months(day, count) : day + count;
    }
    return Value::of_date(day);
}

Value Evaluator::fiscal_year(std::int64_t day, bool end) {
    const Value& begin = settings_.values[template_.standard_setting("fiscal_year_begin")];
    if (begin.is_empty) {
        report("erp-field-missing", messages::fiscal_year_asked_but_setting);
        return Value::empty(Type::date);
    }
    const auto date = day_of(day);
    const auto first = day_of(begin.number);
    const auto in_year = [&](std::chrono::year year) {
        const std::chrono::year_month_day wanted{year / first.month() / first.day()};
        // 29 February stands for the last of February where there is none.
        return days_of(wanted.ok() ? wanted : std::chrono::year_month_day{year / first.month() / std::chrono::last});
    };
    const auto year = day >= in_year(date.year()) ? date.year() : date.year() - std::chrono::years{1};
    return Value::of_date(end ? in_year(year + std::chrono::years{1}) - 1 : in_year(year));
}

}  // namespace moisson::erp
