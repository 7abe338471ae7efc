#pragma once
/// Exchange rates from a table, and the ledger's amounts in the reporting currency. Every step is exact decimal arithmetic; a rate that
/// is not there is an error in words, never 1.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "domain/books_settings.hpp"
#include "domain/finding.hpp"
#include "domain/ledger_entry.hpp"
#include "domain/rate.hpp"
#include "domain/run_summary.hpp"

namespace moisson::books {

/// Rates of one base currency by day. Immutable; any thread may ask.
class RateTable {
public:
    /// Reads the European Central Bank's `eurofxref-hist.csv` as published (header `Date,USD,JPY,…`, trailing commas, `N/A`, newest day
    /// first; units of a currency for 1 EUR), or a file of the user's own: header `date,currency,rate` in any order, optionally `base` (one
    /// for the whole file; default EUR), rate = units of `currency` for 1 unit of `base`. Own files may part fields by `;` and then have
    /// decimal commas. At most 64 MiB; UTF-8, a byte order mark is skipped; LF or CRLF; fields may be quoted.
    /// `bad_input` with file, line and column: an unknown header, a day that does not exist, an unreadable rate, a day twice.
    [[nodiscard]] static Result<RateTable> read(const std::filesystem::path& path, int age_days_max);
    [[nodiscard]] static Result<RateTable> parse(std::string_view text, const std::string& path, int age_days_max);
    RateTable(RateTable&&) noexcept;
    RateTable& operator=(RateTable&&) noexcept;
    ~RateTable();

    /// What one unit of `from` is worth in `to`. Own currency: exactly 1. From the base: as published. Else a quotient of two published
    /// rates, rounded half away from zero to 15 significant digits.
    ///
    /// `issue_day`: the rate of `day`. `month_end`: of the last day of `day`'s month. Where that day has no rates at all (weekend, bank
    /// holiday), the last published day before it, at most `age_days_max` days back.
    /// `month_average`: for each currency the mean of its rates on that month's published days, rounded half away from zero to 15
    /// significant digits, before any quotient; `day` is the last of them.
    ///
    /// `bad_input`, the message a sentence about currency and day, in these cases: the currency is not in the table; it has no rate on the
    /// published day (a gap, or it ended); the day (the month's last day, for an average) is past the table's end, closing days of the euro
    /// system (weekends, 1 January, Good Friday, Easter Monday, 1 May, 25 and 26 December) left aside; it is before its beginning.
    [[nodiscard]] Result<Rate> rate(Currency from, Currency to, std::chrono::year_month_day day, RateRule rule) const;

    [[nodiscard]] const std::string& name() const noexcept;    ///< file name without folder
    [[nodiscard]] const std::string& sha256() const noexcept;  ///< of the file's bytes
    [[nodiscard]] Currency base() const noexcept;

private:
    struct Content;
    explicit RateTable(std::unique_ptr<const Content> content);
    std::unique_ptr<const Content> content_;
};

/// Fills `reporting` of every row with amount and period (issue day: and `issued_at`) that can be converted. A counted row that cannot be
/// gets `fx-rate-missing`; the others stay empty without a word, since they enter no total. After counting.
void convert_rows(std::vector<LedgerEntry>& entries, const RateTable& table, Currency reporting_currency, RateRule rule,
                  std::vector<Finding>& findings);

/// The counted rows' `reporting`, added up. `bad_input` on overflow.
[[nodiscard]] Result<ReportingTotal> reporting_total(std::span<const LedgerEntry> entries, const RateTable& table,
                                                     Currency reporting_currency, RateRule rule);

}  // namespace moisson::books
