/// Exchange rates by day, rule and pair; rows and totals in the reporting currency. Reading the table: rate_file.cpp.
#include "books/fx.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <optional>

#include <fmt/format.h>

#include "base/days.hpp"
#include "books/messages.hpp"
#include "books/rate_file.hpp"

namespace moisson::books {

namespace {

__extension__ using Wide = __int128;

using std::chrono::days;
using std::chrono::sys_days;

/// Easter Sunday of the Gregorian calendar, by the method of Meeus, Jones and Butcher.
sys_days easter_of(int year) {
    const int a = year % 19;
    const int b = year / 100;
    const int c = year % 100;
    const int h = (19 * a + b - b / 4 - (b - (b + 8) / 25 + 1) / 3 + 15) % 30;
    const int l = (32 + 2 * (b % 4) + 2 * (c / 4) - h - c % 4) % 7;
    const int m = (a + 11 * h + 22 * l) / 451;
    const int month_and_day = h + l - 7 * m + 114;
    return std::chrono::year(year) / std::chrono::month(static_cast<unsigned>(month_and_day / 31)) /
           std::chrono::day(static_cast<unsigned>(month_and_day % 31 + 1));
}

/// The closing days of the euro system's payment system (TARGET) since 2002, on which the central bank publishes no rates.
bool is_closing_day(sys_days day) {
    const std::chrono::weekday weekday(day);
    if (weekday == std::chrono::Saturday || weekday == std::chrono::Sunday) {
        return true;
    }
    const std::chrono::year_month_day date(day);
    const std::chrono::month_day in_year = date.month() / date.day();
    if (in_year == std::chrono::January / 1 || in_year == std::chrono::May / 1 || in_year == std::chrono::December / 25 ||
        in_year == std::chrono::December / 26) {
        return true;
    }
    const sys_days easter = easter_of(static_cast<int>(date.year()));
    return day == easter - days(2) || day == easter + days(1);
}

/// Every day from `first` to `last`, both included, is one without rates; true when there is none.
bool all_closing_days(sys_days first, sys_days last) {
    constexpr days longest(14);  // no row of closing days comes near: a far end is not walked to
    if (last - first > longest) {
        return false;
    }
    for (; first <= last; first += days(1)) {
        if (!is_closing_day(first)) {
            return false;
        }
    }
    return true;
}

}  // namespace

/// What a table gives for one currency against the base.
struct RateTable::Content {
    RateFile file;
    int age_days_max = 0;

    [[nodiscard]] Result<Rate> of_day(Currency currency, sys_days day) const;
    [[nodiscard]] Result<Rate> of_month(Currency currency, Month month) const;

private:
    [[nodiscard]] Result<const RateFile::Series*> series_of(Currency currency) const;
    [[nodiscard]] Result<sys_days> published_day(std::span<const sys_days> published, sys_days day) const;
    [[nodiscard]] tl::unexpected<Error> no_rate(Currency currency, const RateFile::Series& series, sys_days day) const;
};

Result<const RateFile::Series*> RateTable::Content::series_of(Currency currency) const {
    const auto found = file.series.find(currency);
    if (found == file.series.end() || found->second.days.empty()) {
        return fail(ErrorCode::bad_input, messages::currency_not_in_table(currency.code(), file.name));
    }
    return &found->second;
}

/// The last of `published` that is not after `day`.
Result<sys_days> RateTable::Content::published_day(std::span<const sys_days> published, sys_days day) const {
    const auto after = std::upper_bound(published.begin(), published.end(), day);
    if (after == published.begin()) {
        return fail(ErrorCode::bad_input,
                    messages::table_begins_after(file.name, published.front(), day));
    }
    const sys_days found = *std::prev(after);
    if (after == published.end() && !all_closing_days(found + days(1), day)) {
        return fail(ErrorCode::bad_input, messages::table_ends_before(file.name, found, day));
    }
    if (day - found > days(age_days_max)) {
        return fail(ErrorCode::bad_input, messages::table_has_a_gap(file.name, day, found, age_days_max));
    }
    return found;
}

tl::unexpected<Error> RateTable::Content::no_rate(Currency currency, const RateFile::Series& series, sys_days day) const {
    const bool ended = series.days.back() < day;
    const bool begins = day < series.days.front();
    return fail(ErrorCode::bad_input,
                ended    ? messages::no_rate_after(currency.code(), file.name, series.days.back())
                : begins ? messages::no_rate_before(currency.code(), file.name, series.days.front())
                         : messages::currency_has_a_gap(currency.code(), file.name, day));
}

Result<Rate> RateTable::Content::of_day(Currency currency, sys_days day) const {
    const auto series = series_of(currency);
    if (!series) {
        return fail(series.error());
    }
    // A row of the central bank's file holds all currencies of its day; a file of one's own has days of its own for each.
    const std::span<const sys_days> published = file.by_day ? std::span<const sys_days>(file.days) : (*series)->days;
    const auto found = published_day(published, day);
    if (!found) {
        return fail(found.error());
    }
    const auto at = std::lower_bound((*series)->days.begin(), (*series)->days.end(), *found);
    if (at == (*series)->days.end() || *at != *found) {
        return no_rate(currency, **series, *found);
    }
    return Rate{(*series)->values[static_cast<std::size_t>(at - (*series)->days.begin())], std::chrono::year_month_day(*found)};
}

Result<Rate> RateTable::Content::of_month(Currency currency, Month month) const {
    const auto series = series_of(currency);
    if (!series) {
        return fail(series.error());
    }
    const auto part_of = [&](std::span<const sys_days> all) {
        const auto begin = std::lower_bound(all.begin(), all.end(), sys_days(month.first_day()));
        return all.subspan(static_cast<std::size_t>(begin - all.begin()),
                           static_cast<std::size_t>(std::upper_bound(begin, all.end(), sys_days(month.last_day())) - begin));
    };
    const std::span<const sys_days> rated = part_of((*series)->days);
    const std::span<const sys_days> published = file.by_day ? part_of(file.days) : rated;
    if (rated.empty()) {
        return published.empty()
                   ? fail(ErrorCode::bad_input, messages::no_rates_in_month(file.name, month))
                   : no_rate(currency, **series, published.back());
    }
    if (rated.size() < published.size()) {
        return fail(ErrorCode::bad_input, messages::rate_on_some_days(currency.code(), rated.size(),
                                                      published.size(), month, file.name));
    }
    if (file.by_day || rated.size() > 1) {  // one rate in a file of one's own is that month's rate
        const std::span<const sys_days> all = file.by_day ? std::span<const sys_days>(file.days) : (*series)->days;
        sys_days previous = sys_days(month.first_day()) - days(1);
        for (const sys_days day : published) {
            if (day - previous > days(age_days_max + 1) || (day == all.front() && !all_closing_days(previous + days(1), day - days(1)))) {
                return fail(ErrorCode::bad_input, messages::no_rates_from_to(file.name,
                                                              previous + days(1), day - days(1)));
            }
            previous = day;
        }
        if (const auto last = published_day(all, sys_days(month.last_day())); !last) {
            return fail(last.error());
        }
    }
    const auto first = static_cast<std::size_t>(rated.data() - (*series)->days.data());
    const auto value = mean(std::span((*series)->values).subspan(first, rated.size()));
    if (!value) {
        return fail(value.error());
    }
    return Rate{*value, std::chrono::year_month_day(rated.back())};
}

RateTable::RateTable(std::unique_ptr<const Content> content) : content_(std::move(content)) {}
RateTable::RateTable(RateTable&&) noexcept = default;
RateTable& RateTable::operator=(RateTable&&) noexcept = default;
RateTable::~RateTable() = default;

Result<RateTable> RateTable::parse(std::string_view text, const std::string& path, int age_days_max) {
    auto file = parse_rate_file(text, path);
    if (!file) {
        return fail(std::move(file.error()));
    }
    auto content = std::make_unique<Content>();
    content->file = std::move(*file);
    content->age_days_max = age_days_max;
    return RateTable(std::move(content));
}

Result<RateTable> RateTable::read(const std::filesystem::path& path, int age_days_max) {
    auto text = read_rate_file(path);
    if (!text) {
        return fail(std::move(text.error()));
    }
    return parse(*text, path.string(), age_days_max);
}

const std::string& RateTable::name() const noexcept { return content_->file.name; }
const std::string& RateTable::sha256() const noexcept { return content_->file.sha256; }
Currency RateTable::base() const noexcept { return content_->file.base; }

Result<Rate> RateTable::rate(Currency from, Currency to, std::chrono::year_month_day day, RateRule rule) const {
    if (from == to) {
        return Rate{Decimal{1, 0}, rule == RateRule::issue_day ? day : Month::of(day).last_day()};
    }
    const auto against_base = [&](Currency currency) -> Result<Rate> {
        switch (rule) {
            case RateRule::month_average: return content_->of_month(currency, Month::of(day));
            case RateRule::month_end: return content_->of_day(currency, sys_days(Month::of(day).last_day()));
            case RateRule::issue_day: break;
        }
        return content_->of_day(currency, sys_days(day));
    };
    const Currency base = content_->file.base;
    if (from == base) {
        return against_base(to);
    }
    const auto below = against_base(from);
    if (!below) {
        return below;
    }
    const auto above = to == base ? Result<Rate>(Rate{Decimal{1, 0}, below->day}) : against_base(to);
    if (!above) {
        return above;
    }
    const auto value = divide(above->value, below->value);
    if (!value) {
        return fail(value.error());
    }
    return Rate{*value, std::min(below->day, above->day)};
}

namespace {

/// The day that the rule asks of the row; empty when the row does not have it.
std::optional<std::chrono::year_month_day> day_of(const LedgerEntry& entry, RateRule rule) {
    if (rule != RateRule::issue_day) {
        return entry.period ? std::optional(entry.period->month().last_day()) : std::nullopt;
    }
    return entry.issued_at ? std::optional(moisson::day_of(*entry.issued_at)) : std::nullopt;
}

/// Asks the table once for each currency and day.
class Rates {
public:
    Rates(const RateTable& table, Currency to, RateRule rule) : table_(table), to_(to), rule_(rule) {}

    const Result<Rate>& find(Currency from, std::chrono::year_month_day day) {
        const auto [found, is_new] = known_.try_emplace({from, sys_days(day)}, Rate{});
        if (is_new) {
            found->second = table_.rate(from, to_, day, rule_);
        }
        return found->second;
    }

private:
    const RateTable& table_;
    Currency to_;
    RateRule rule_;
    std::map<std::pair<Currency, sys_days>, Result<Rate>> known_;
};

Result<Reporting> convert_row(const LedgerEntry& entry, Rates& rates, Currency to, RateRule rule) {
    const auto day = day_of(entry, rule);
    if (!day) {
        return fail(ErrorCode::bad_input, messages::no_issue_day);
    }
    const Result<Rate>& rate = rates.find(entry.amount->currency, *day);
    if (!rate) {
        return fail(rate.error());
    }
    const auto money = convert(*entry.amount, rate->value, to);
    if (!money) {
        return fail(money.error());
    }
    return Reporting{money->amount_minor, rate->value.digits, rate->day, to, rate->value.decimals};
}

}  // namespace

void convert_rows(std::vector<LedgerEntry>& entries, const RateTable& table, Currency reporting_currency, RateRule rule,
                  std::vector<Finding>& findings) {
    Rates rates(table, reporting_currency, rule);
    for (LedgerEntry& entry : entries) {
        entry.reporting.reset();
        if (!entry.amount || (!entry.period && !entry.counted)) {
            continue;
        }
        auto converted = convert_row(entry, rates, reporting_currency, rule);
        if (converted) {
            entry.reporting = *converted;
        } else if (entry.counted) {
            entry.findings.insert("fx-rate-missing");
            findings.push_back(
                make_finding("fx-rate-missing",
                             messages::not_converted(*entry.amount,
                                         reporting_currency.code(), converted.error().message),
                             entry.contract->id, entry.document_id));
        }
    }
}

Result<ReportingTotal> reporting_total(std::span<const LedgerEntry> entries, const RateTable& table, Currency reporting_currency,
                                       RateRule rule) {
    ReportingTotal total{.total = {0, reporting_currency},
                         .rate_rule = std::string(to_text(rule)),
                         .rates_file = table.name(),
                         .rates_sha256 = table.sha256()};
    Wide sum = 0;
    for (const LedgerEntry& entry : entries) {
        if (!entry.counted) {
            continue;
        }
        if (entry.reporting) {
            sum += entry.reporting->amount_minor;
            ++total.documents;
        } else {
            ++total.documents_missing;
        }
    }
    if (sum > std::numeric_limits<std::int64_t>::max() || sum < std::numeric_limits<std::int64_t>::min()) {
        return fail(ErrorCode::bad_input, fmt::format("the sum of {} converted documents in {} does not fit in 64 bits of minor units",
                                                      total.documents, reporting_currency.code()));
    }
    total.total.amount_minor = static_cast<std::int64_t>(sum);
    return total;
}

}  // namespace moisson::books
