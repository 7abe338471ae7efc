#include "bundle/retention_check.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/days.hpp"
#include "base/files.hpp"
#include "base/luhn.hpp"
#include "bundle/bundle.hpp"
#include "bundle/summary_check.hpp"
#include "domain/period.hpp"

namespace moisson::bundle {

namespace {

using rapidjson::Value;
using std::chrono::year_month_day;

constexpr std::uint64_t standing_bytes_max = 1ULL << 30U;
constexpr std::string_view siren_before = "SIREN ";
/// What a bundle claims of itself, and no more: it is no certified archive.
constexpr std::string_view deposit_sentence = "Ready for deposit in a certified archive";
constexpr std::size_t siren_digits = 9;
constexpr int year_max = 9999;  ///< a later one has no form

/// The same day so many years later; the end of February stays its end. Counted here a second time (domain/retention.cpp): what verifies
/// must not share the mistakes of what writes.
year_month_day later_by(year_month_day day, int years) {
    const year_month_day moved = day + std::chrono::years(years);
    if (static_cast<int>(moved.year()) > year_max) {
        return std::chrono::year(year_max) / std::chrono::December / 31;
    }
    const bool ends_february = day.month() == std::chrono::February && static_cast<unsigned>(day.day()) >= 28;
    return ends_february || !moved.ok() ? year_month_day(moved.year() / moved.month() / std::chrono::last) : moved;
}

void check_siren(const std::string& siren, Problems& problems) {
    if (!siren.empty() && (siren.size() != siren_digits || !has_luhn_digit(siren))) {
        problems.add(fmt::format("data/summary.json: \"{}\" is no SIREN", sanitise(siren, 40)));
    }
}

}  // namespace

std::optional<Retention> stated_retention(const Value& summary) {
    const Value& stated = object_member(summary, "retention");
    const auto end = parse_day(text_member(stated, "fiscal_year_end"));
    const auto until = parse_day(text_member(stated, "until"));
    const std::string at_least = text_member(stated, "at_least");
    const std::uint64_t years = count_member(stated, "years");
    Retention found;
    if (!end || !until || years > RetentionTerms::years_max || (!at_least.empty() && !parse_day(at_least))) {
        return std::nullopt;
    }
    found.fiscal_year_end = *end;
    found.until = *until;
    found.years = static_cast<int>(years);
    found.at_least = parse_day(at_least);
    return found;
}

std::optional<Retention> stated_retention(const std::filesystem::path& folder) {
    auto text = read_file(folder / "summary.json", standing_bytes_max);
    if (!text) {
        return std::nullopt;
    }
    const std::uint64_t memory_max = json_memory_max(text->size());
    const auto summary = Json::parse(std::move(*text), memory_max);
    return summary ? stated_retention(summary->root()) : std::nullopt;
}

std::optional<year_month_day> stated_last_day(const Value& summary, const std::string& latest_month) {
    std::string month = stated_period(summary).last;
    if (month.empty()) {
        month = latest_month.empty() ? text_member(summary, "data_date").substr(0, std::string_view("2026-10").size()) : latest_month;
    }
    const auto found = Month::parse(month);
    return found ? std::optional(found->last_day()) : std::nullopt;
}

void check_retention(const Value& summary, const std::optional<year_month_day>& last_day, Problems& problems) {
    if (find_member(summary, "retention") == nullptr) {
        return;
    }
    const auto stated = stated_retention(summary);
    if (!stated || !last_day) {
        problems.add("data/summary.json: until when it is to be kept cannot be read");
        return;
    }
    const auto days = std::chrono::sys_days(stated->fiscal_year_end) - std::chrono::sys_days(*last_day);
    const bool is_too_late = static_cast<int>(last_day->year()) < year_max && stated->fiscal_year_end >= later_by(*last_day, 1);
    if (days.count() < 0 || is_too_late) {
        problems.add(fmt::format("data/summary.json: retention: a fiscal year that ends on {} does not hold {}",
                                 to_text(stated->fiscal_year_end), to_text(*last_day)));
    }
    if (stated->years < RetentionTerms::years_min) {
        problems.add(fmt::format("data/summary.json: its retention was shortened: {} years, and {} are the least", stated->years,
                                 RetentionTerms::years_min));
    }
    const year_month_day by_years = later_by(stated->fiscal_year_end, stated->years);
    const year_month_day wanted = std::max(by_years, stated->at_least.value_or(by_years));
    if (stated->until != wanted) {
        problems.add(fmt::format("data/summary.json: its retention was {}: it ends on {}, and what it is made of gives {}",
                                 stated->until < wanted ? "shortened" : "changed", to_text(stated->until), to_text(wanted)));
    }
}

void check_record_keeping(const Value& summary, const std::multimap<std::string, std::string>& fields, Problems& problems) {
    const Value& organization = object_member(summary, "organization");
    const std::string name = sanitise(text_member(organization, "name"));
    const std::string siren = text_member(organization, "siren");
    check_siren(siren, problems);
    for (const Value& perimeter : items_member(summary, "perimeters").GetArray()) {
        check_siren(text_member(object_member(perimeter, "organization"), "siren"), problems);
    }
    const auto stated = stated_retention(summary);
    std::vector<std::pair<std::string, std::string>> wanted = {
        {"Source-Organization", name},
        {"Moisson-Fiscal-Year-End", stated ? to_text(stated->fiscal_year_end) : std::string()},
        {"Moisson-Retention-Years", stated ? fmt::to_string(stated->years) : std::string()},
        {"Moisson-Retention-Until", stated ? to_text(stated->until) : std::string()},
        {"Internal-Sender-Description", stated ? std::string(deposit_sentence) : std::string()},
    };
    for (const auto& [field, value] : wanted) {
        const auto [first, last] = fields.equal_range(field);
        const bool is_right = value.empty() ? first == last : first != last && std::next(first) == last && first->second == value;
        if (!is_right) {
            problems.add(fmt::format("bag-info.txt: {} is not what data/summary.json says", field));
        }
    }
    const auto [first, last] = fields.equal_range("External-Identifier");
    const auto is_siren = [&](const auto& field) { return field.second.starts_with(siren_before); };
    const auto count = std::count_if(first, last, is_siren);
    const auto one = std::find_if(first, last, is_siren);
    if (count != (siren.empty() ? 0 : 1) || (one != last && one->second.substr(siren_before.size()) != siren)) {
        problems.add("bag-info.txt: the SIREN is not the one of data/summary.json");
    }
}

}  // namespace moisson::bundle
