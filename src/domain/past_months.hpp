#pragma once
/// A month's counted sums beside those of the twelve months before it: made by `books`, told by `report`. Of a run and not of its data:
/// what counts in earlier months is told by what is listed today.

#include <optional>
#include <string>
#include <vector>

#include "domain/big_decimal.hpp"
#include "domain/currency.hpp"
#include "domain/period.hpp"

namespace moisson {

/// The exported month and as many before it as make the same month of the year before the first one.
inline constexpr int past_months_shown = 13;

/// Counted sums in one currency, a month each.
struct PastSums {
    std::string contract_id;    ///< empty: of all contracts
    std::string contract_name;
    Currency currency;
    std::vector<std::optional<Int128>> amounts_minor;  ///< as many as there are months; empty: nothing counts. Whatever fits a ledger fits
};

struct PastMonths {
    std::vector<Month> months;        ///< one after the other, the exported one last
    std::vector<PastSums> totals;     ///< by currency code
    std::vector<PastSums> contracts;  ///< by contract id and currency code; each has something in some month, and they add up to `totals`
};

/// "-1234.50": exactly the currency's digits.
[[nodiscard]] std::string to_decimal(Int128 amount_minor, Currency currency);

}  // namespace moisson
