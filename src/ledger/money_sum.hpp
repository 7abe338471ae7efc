#pragma once
/// Sums of several totals, in a cell. Only the ledger room includes this header.

#include <cstdint>

#include "domain/money.hpp"
#include "ledger/sheet.hpp"

namespace moisson::ledger {

/// Of one currency. `fits` false: the sum passed 64 bits; no number is shown rather than a wrong one.
struct MoneySum {
    Money money;
    std::uint64_t documents = 0;
    bool fits = true;
    void take(const Money& other, std::uint64_t count) {
        money.currency = other.currency;
        documents += count;
        const auto total = add(money, other);
        fits = fits && total.has_value();
        money = total.value_or(money);
    }
};

inline void put_sum(Sheet& sheet, std::uint32_t row, std::uint16_t column, const MoneySum& sum, bool bold = false) {
    if (sum.fits) {
        sheet.money(row, column, sum.money, bold);
    } else {
        sheet.words(row, column, "too large for 64 bits", Look::right);
    }
}

}  // namespace moisson::ledger
