#pragma once
/// An exact amount: a count of minor units and its currency. No floating point on its way, ever.

#include <compare>
#include <cstdint>
#include <string>

#include "base/result.hpp"
#include "domain/currency.hpp"

namespace moisson {

namespace place {
struct Amount;
}

struct Money {
    std::int64_t amount_minor = 0;  ///< in minor units of `currency`; negative for credits
    Currency currency;

    operator place::Amount() const;  // NOLINT(google-explicit-constructor): a value of a message
    friend bool operator==(const Money&, const Money&) = default;
};

/// Exact sum; `bad_input` when the currencies differ or the result does not fit (both are named in the message).
[[nodiscard]] Result<Money> add(const Money& left, const Money& right);

/// Decimal text with exactly the currency's digits, dot, leading `-` for credits: "1234.56", "-0.05", "12" (JPY), "1.500" (TND).
[[nodiscard]] std::string to_decimal(const Money& money);

}  // namespace moisson
