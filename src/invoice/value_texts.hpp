#pragma once
/// Texts of an invoice as values: exact, or empty. Pure. Only the invoice room includes this header.

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "domain/big_decimal.hpp"
#include "domain/invoice_values.hpp"
#include "domain/money.hpp"

namespace moisson::invoice {

/// Controls are blanks, blanks at both ends are left out; cut to limits::text_bytes between two letters. `text` is UTF-8.
[[nodiscard]] std::string clean_text(std::string_view text);
/// The same, and no blank in it.
[[nodiscard]] std::string without_blanks(std::string_view text);

/// Nine digits with a check digit (Luhn).
[[nodiscard]] bool is_siren(std::string_view digits) noexcept;
/// Fourteen digits with a check digit (Luhn); of La Poste (SIREN 356000000) it is enough that the digits add up to a multiple of five.
/// Source: Sirene, "le numéro SIRET"; La Poste's offices ran out of numbers in 1996.
[[nodiscard]] bool is_siret(std::string_view digits) noexcept;
/// ISO 13616: country, two check digits (ISO 7064, mod 97), at most thirty letters and digits; upper case, without blanks.
[[nodiscard]] bool is_iban(std::string_view text) noexcept;

/// xsd:decimal, as both syntaxes have amounts: a sign (`+` too), digits, a dot before, between or behind them. At most 36 digits.
[[nodiscard]] std::optional<BigDecimal> parse_decimal(std::string_view text);
/// Empty where it has more decimals than the currency, not zero, or does not fit.
[[nodiscard]] std::optional<Money> to_money(const BigDecimal& decimal, Currency currency) noexcept;

/// UBL: xsd:date, "2026-10-31", which may name a time zone behind. CII: "20261031" with `format` 102 (UNTDID 2379).
[[nodiscard]] std::optional<std::chrono::year_month_day> parse_date(std::string_view text, std::string_view format);

/// UNTDID 1001, as EN 16931 uses it. Source: the lists of BR-CL-01 in ConnectingEurope/eInvoicing-EN16931, CII and UBL: 81, 83, 261, 262,
/// 296, 308, 381, 396, 420, 458, 502, 503 and 532 are credit notes.
[[nodiscard]] InvoiceKind kind_of(std::string_view type) noexcept;

}  // namespace moisson::invoice
