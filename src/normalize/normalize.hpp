#pragma once
/// Wire records to domain values. Pure functions; what is ambiguous or unreadable stays empty, with a finding that carries the raw text.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/wire.hpp"
#include "base/result.hpp"
#include "domain/contract.hpp"
#include "domain/currency.hpp"
#include "domain/finding.hpp"
#include "domain/ledger_entry.hpp"
#include "domain/money.hpp"
#include "domain/period.hpp"
#include "domain/plausible.hpp"

namespace moisson::normalize {

/// "EUR", "eur", " Eur ", "€", "Euro", "euros", "US$", "£" … `bad_input` when empty, unknown to ISO 4217, or ambiguous ("$", "kr", "¥").
[[nodiscard]] Result<Currency> parse_currency(std::string_view text);

/// How a decimal text is to be read. JSON numbers follow RFC 8259 (dot, exponent); text follows the forms found in the wild.
enum class AmountSyntax { json_number, text };

/// Exact. `bad_input` when unreadable, ambiguous, finer than the minor unit with non-zero digits ("1.5000" EUR is 1.50, "1.005" EUR is
/// refused), or too large for 64 bits. Work is linear in the text, whatever the exponent says.
///
/// `text` accepts "1234.56", "1 234,56 €", "1.234,56", "1'234.56", "(12,30)", "12,30-", "-0", blanks of any Unicode kind, U+2212,
/// and a currency sign or code that agrees with `currency` ("$" agrees with each dollar). One sign at most: minus or plus before or after,
/// or parentheses. Separators are read so, and in no other way:
/// - a blank or an apostrophe parts thousands; of two kinds of separator the last one, standing once, is the decimal mark and the other
///   parts thousands; one kind standing twice or more parts thousands;
/// - thousands stand in groups of exactly three digits, the first of one to three and not beginning with 0;
/// - a single dot or comma is the decimal mark when it cannot part thousands: not exactly three digits after it, or before it nothing, a
///   leading 0, or more than three digits ("0,500", "1234.560");
/// - a single dot or comma with exactly three digits after it and one to three before it ("1,234", "1.234") is ambiguous in every currency:
///   those of three decimals (TND, KWD …) write both one in full minor digits and a thousand so.
[[nodiscard]] Result<Money> parse_amount(std::string_view text, Currency currency, AmountSyntax syntax);

struct ParsedPeriod {
    Period period;
    /// Not all of the text went into the period: something follows the month, or a single day was named and stands for its month.
    bool has_tail = false;
    [[nodiscard]] bool spans_months() const noexcept { return Month::of(period.first) != Month::of(period.last); }
};

/// A month, quarter or range of days; years 1990 to 2099. Case, accents, kinds of blanks and dashes do not matter:
/// "202110", "2021-10", "2021/10", "10/2021", "octobre 2021", "oct. 2021", "Oct-2021", "Q3 2021", "2021-T3", "3e trimestre 2021";
/// ranges of two months or days, both included: "2021-10-01/2021-10-31", "2021-10 - 2021-12", "202110-202112",
/// "du 01/10/2021 au 31/10/2021", "1 octobre 2021 au 31 octobre 2021", "octobre - décembre 2021".
/// With a tail: any text after YYYYMM ("202110-B", "20211001"; api/README.md §5), text that is no number after YYYY-MM, and a single day
/// ("2021-10-05", "31/10/2021", "5 octobre 2021"), which stands for its whole month.
/// `bad_input` when unreadable or when more than one reading remains: "01/02/2021" (day or month first; in a range one end can settle it
/// for both), a range that ends before it begins, a range that ends on the first day of a month (is that day included?), an instant that is
/// not a day's first or last minute (its month depends on a time zone), a bare year ("2010" may be YYMM), two-digit years.
[[nodiscard]] Result<ParsedPeriod> parse_period_text(std::string_view text);

/// The period alone of `parse_period_text`.
[[nodiscard]] Result<Period> parse_period(std::string_view text);

/// True for types whose files are papers: PDF or workbook, never text. Unknown types are when they call themselves an invoice, a bill or a
/// credit.
[[nodiscard]] bool is_paper(std::string_view document_type);

/// One ledger row of version 1, status skipped, counted no, path empty; `findings` gets the long form of what the row's codes say (for the
/// contract's own texts only the row is marked: `check_contract` says it once). Text stands as the server sent it, bytes that are not
/// UTF-8 and NUL included; sentences are sanitised. Without a readable currency the amount stays empty (its digits are unknown).
/// A missing id is the caller's to report: it decides what becomes of the row.
/// An amount or currency that cannot be read is an error on final documents and the warning `detail-unreadable` on all others, which never
/// count. An instant or a period outside of `plausible` stays empty. `contract` must outlive the row.
[[nodiscard]] LedgerEntry make_entry(const wire::Document& document, const Contract& contract, std::vector<Finding>& findings,
                                     const PlausibleTimes& plausible = {});

/// List item and detail merged (the detail wins where it has a value; the id is always the list's).
[[nodiscard]] Contract make_contract(const wire::Contract& item, const wire::Contract* detail);

/// What is odd about a contract itself, said once per contract: platform-id-missing, formula-like, text-not-utf8.
void check_contract(const Contract& contract, std::vector<Finding>& findings);

}  // namespace moisson::normalize
