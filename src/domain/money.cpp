/// Exact sums of money and their decimal text.
#include "domain/money.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "language/places.hpp"

namespace moisson {

Result<Money> add(const Money& left, const Money& right) {
    if (left.currency != right.currency) {
        return fail(ErrorCode::bad_input, fmt::format("{} {} and {} {} cannot be added: the currencies differ", to_decimal(left),
                                                      left.currency.code(), to_decimal(right), right.currency.code()));
    }
    Money sum{0, left.currency};
    if (__builtin_add_overflow(left.amount_minor, right.amount_minor, &sum.amount_minor)) {
        return fail(ErrorCode::bad_input, fmt::format("{} + {} {} does not fit in 64 bits of minor units", to_decimal(left),
                                                      to_decimal(right), left.currency.code()));
    }
    return sum;
}

std::string to_decimal(const Money& money) {
    // The magnitude as unsigned, so that the most negative amount has one too.
    const bool is_credit = money.amount_minor < 0;
    const auto bits = static_cast<std::uint64_t>(money.amount_minor);
    const std::uint64_t magnitude = is_credit ? 0U - bits : bits;
    const auto digits = static_cast<std::size_t>(std::max(0, money.currency.minor_digits()));
    std::string text = fmt::format("{:0{}}", magnitude, digits + 1);
    if (digits > 0) {
        text.insert(text.size() - digits, 1, '.');
    }
    if (is_credit) {
        text.insert(0, 1, '-');
    }
    return text;
}

Money::operator place::Amount() const { return {to_decimal(*this), currency.code()}; }

}  // namespace moisson
