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

namespace moisson::normalize {

/// "EUR", "eur", " Eur ", "€", "Euro", "euros", "US$", "£" … `bad_input` when empty, unknown to ISO 4217, or ambiguous ("$", "kr", "¥").
[[nodiscard]] Result<Currency> parse_currency(std::string_view text);

/// How a decimal text is to be read. JSON numbers follow RFC 8259 (dot, exponent); text follows the forms found in the wild.
enum class AmountSyntax { json_number, text };

/// Exact. `text` accepts "1234.56", "1 234,56 €", "1.234,56", "1'234.56", "(12,30)", "12,30-", "-0", blanks of any Unicode kind, U+2212,
/// and a currency sign or code that agrees with `currency`. `bad_input` when unreadable, ambiguous ("1,234", "1.234": thousands or decimals?),
/// finer than the minor unit with non-zero digits, or too large for 64 bits.
[[nodiscard]] Result<Money> parse_amount(std::string_view text, Currency currency, AmountSyntax syntax);

/// "202110", "202110 anything", "2021-10", "10/2021", "octobre 2021", "Oct 2021", "2021-10-01/2021-10-31", "Q3 2021", "T3 2021" …
/// `bad_input` when unreadable or ambiguous ("01/02/2021").
[[nodiscard]] Result<Period> parse_period(std::string_view text);

/// final: `invoices`, `bills`; provisional: `partialBills`, `partialConsumptionRatedReports`; supporting: all else (api-facts.md §5).
[[nodiscard]] Standing standing_of(std::string_view document_type) noexcept;

/// One ledger row of version 1, status skipped, counted no, path empty; `findings` gets the long form of what the row's codes say.
/// `contract` must outlive the row.
[[nodiscard]] LedgerEntry make_entry(const wire::Document& document, const Contract& contract, std::vector<Finding>& findings);

/// List item and detail merged (the detail wins where it has a value).
[[nodiscard]] Contract make_contract(const wire::Contract& item, const wire::Contract* detail);

}  // namespace moisson::normalize
