/// Exact decimals, their quotient and their product with money, in 128 bits.
#include "domain/rate.hpp"
#include "domain/messages.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

namespace moisson {

namespace {

__extension__ using Wide = unsigned __int128;

constexpr int digits_max = 18;
constexpr int quotient_digits = 15;  // what a spreadsheet's cell and every double hold
constexpr int decimals_max = 36;

constexpr Wide power_of_ten(int exponent) {
    Wide power = 1;
    for (; exponent > 0; --exponent) {
        power *= 10;
    }
    return power;
}

constexpr Wide quotient_least = power_of_ten(quotient_digits - 1);

/// numerator / denominator / 10^decimals to fifteen significant digits, half away from zero; empty where it does not fit. Neither is zero.
std::optional<Decimal> divide_wide(Wide numerator, Wide denominator, int decimals) {
    // numerator x 10^shift / denominator is to have exactly fifteen digits in front of its point.
    while (numerator / denominator < quotient_least) {
        numerator *= 10;
        ++decimals;
    }
    while (numerator / denominator >= quotient_least * 10) {
        denominator *= 10;
        --decimals;
    }
    Wide quotient = numerator / denominator;
    quotient += (numerator % denominator) * 2 >= denominator ? 1U : 0U;
    while (decimals > 0 && quotient % 10 == 0) {
        quotient /= 10;
        --decimals;
    }
    for (; decimals < 0 && quotient < power_of_ten(digits_max); ++decimals) {
        quotient *= 10;
    }
    if (decimals < 0 || decimals > decimals_max || quotient >= power_of_ten(digits_max)) {
        return std::nullopt;
    }
    return Decimal{static_cast<std::int64_t>(quotient), static_cast<std::uint8_t>(decimals)};
}

}  // namespace

std::optional<Decimal> Decimal::parse(std::string_view text) noexcept {
    Decimal value{0, 0};
    bool behind_point = false;
    bool has_digit = false;
    int significant = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char letter = text[at];
        if (letter == '.' && !behind_point && has_digit && at + 1 < text.size()) {
            behind_point = true;
            continue;
        }
        if (letter < '0' || letter > '9') {
            return std::nullopt;
        }
        has_digit = true;
        significant += value.digits > 0 || letter != '0' ? 1 : 0;
        value.decimals = static_cast<std::uint8_t>(value.decimals + (behind_point ? 1 : 0));
        if (significant > digits_max || value.decimals > decimals_max) {
            return std::nullopt;
        }
        value.digits = value.digits * 10 + (letter - '0');
    }
    return value.digits > 0 ? std::optional(value) : std::nullopt;
}

std::string Decimal::to_text() const {
    std::string text = fmt::format("{:0{}}", digits, static_cast<std::size_t>(decimals) + 1);
    if (decimals > 0) {
        text.insert(text.size() - decimals, 1, '.');
    }
    return text;
}

Result<Decimal> divide(const Decimal& left, const Decimal& right) {
    const auto quotient =
        divide_wide(static_cast<Wide>(left.digits), static_cast<Wide>(right.digits), static_cast<int>(left.decimals) - right.decimals);
    if (!quotient) {
        return fail(ErrorCode::bad_input, messages::rate_too_large_too_small(left.to_text(), right.to_text()));
    }
    return *quotient;
}

Result<Decimal> mean(std::span<const Decimal> values) {
    MOISSON_INVARIANT(!values.empty() && values.size() <= 31, "a mean of 1 to 31 rates");
    if (values.size() == 1) {
        return values.front();
    }
    const int decimals = std::max_element(values.begin(), values.end(), [](const Decimal& left, const Decimal& right) {
                             return left.decimals < right.decimals;
                         })->decimals;
    Wide sum = 0;  // at most 31 x 10^18 x 10^18
    for (const Decimal& value : values) {
        sum += static_cast<Wide>(value.digits) * power_of_ten(decimals - value.decimals);
    }
    const auto quotient = divide_wide(sum, values.size(), decimals);
    if (!quotient) {
        return fail(ErrorCode::bad_input, messages::mean_rates_too_large_too_small(values.size()));
    }
    return *quotient;
}

Result<Money> convert(const Money& amount, const Decimal& rate, Currency to) {
    const bool is_credit = amount.amount_minor < 0;
    const auto bits = static_cast<std::uint64_t>(amount.amount_minor);
    Wide product = static_cast<Wide>(is_credit ? 0U - bits : bits) * static_cast<std::uint64_t>(rate.digits);
    int exponent = rate.decimals + std::max(0, amount.currency.minor_digits()) - std::max(0, to.minor_digits());
    const Wide limit = std::numeric_limits<std::int64_t>::max();
    for (; exponent < 0 && product <= limit; ++exponent) {
        product *= 10;
    }
    if (exponent > 0) {
        // A product has at most 37 digits: beyond that nothing is left, and no power of ten would fit.
        const Wide divisor = power_of_ten(std::min(exponent, 38));
        const Wide rest = product % divisor;
        product = exponent > 38 ? 0 : product / divisor + (rest >= divisor - rest ? 1U : 0U);
    }
    if (exponent < 0 || product > limit) {
        return fail(ErrorCode::bad_input, messages::not_fit_64_bits_minor_units(amount, rate.to_text(), to.code()));
    }
    const auto minor = static_cast<std::int64_t>(product);
    return Money{is_credit ? -minor : minor, to};
}

}  // namespace moisson
