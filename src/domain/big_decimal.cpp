/// Exact decimals: integers of 128 bits with a power of ten.
#include "domain/big_decimal.hpp"

#include <algorithm>
#include <array>

namespace moisson {

namespace {

__extension__ using UInt128 = unsigned __int128;

constexpr std::array<Int128, big_decimal_scale_max + 1> make_powers() {
    std::array<Int128, big_decimal_scale_max + 1> powers{};
    Int128 power = 1;
    for (Int128& entry : powers) {
        entry = power;
        power *= 10;
    }
    return powers;
}
constexpr auto powers_of_ten = make_powers();

/// False when the result does not fit; `value` is then as it was.
bool scale_up(Int128& value, int digits) noexcept {
    Int128 scaled = 0;
    if (__builtin_mul_overflow(value, powers_of_ten.at(static_cast<std::size_t>(digits)), &scaled)) {
        return false;
    }
    value = scaled;
    return true;
}

void strip_zeros(BigDecimal& decimal) noexcept {
    while (decimal.scale > 0 && decimal.value % 10 == 0) {
        decimal.value /= 10;
        --decimal.scale;
    }
}

std::string digits_of(const BigDecimal& decimal) {
    UInt128 magnitude = decimal.value < 0 ? UInt128{0} - static_cast<UInt128>(decimal.value) : static_cast<UInt128>(decimal.value);
    std::string text;
    do {
        text += static_cast<char>('0' + static_cast<int>(magnitude % 10));
        magnitude /= 10;
    } while (magnitude != 0);
    while (text.size() <= decimal.scale) {
        text += '0';
    }
    std::reverse(text.begin(), text.end());
    return text;
}

}  // namespace

std::strong_ordering operator<=>(const BigDecimal& left, const BigDecimal& right) noexcept {
    BigDecimal one = left;
    BigDecimal other = right;
    if (one.scale != other.scale) {
        BigDecimal& coarse = one.scale < other.scale ? one : other;
        const BigDecimal& fine = one.scale < other.scale ? other : one;
        if (!scale_up(coarse.value, fine.scale - coarse.scale)) {
            // Too large to be written with the other's digits, so larger than anything the other can be.
            const bool is_less = (coarse.value < 0) == (&coarse == &one);
            return is_less ? std::strong_ordering::less : std::strong_ordering::greater;
        }
    }
    return one.value < other.value   ? std::strong_ordering::less
           : one.value > other.value ? std::strong_ordering::greater
                                     : std::strong_ordering::equal;
}

bool add_to(BigDecimal& sum, const BigDecimal& other) noexcept {
    BigDecimal one = sum;
    BigDecimal two = other;
    if (one.scale != two.scale) {
        BigDecimal& coarse = one.scale < two.scale ? one : two;
        const int digits = one.scale < two.scale ? two.scale - one.scale : one.scale - two.scale;
        if (!scale_up(coarse.value, digits)) {
            // Zeros at the end may be all that the finer scale holds.
            one = sum;
            two = other;
            strip_zeros(one);
            strip_zeros(two);
            if (!scale_up(one.value, std::max(0, two.scale - one.scale)) || !scale_up(two.value, std::max(0, one.scale - two.scale))) {
                return false;
            }
        }
        one.scale = std::max(one.scale, two.scale);
    }
    if (__builtin_add_overflow(one.value, two.value, &one.value)) {
        return false;
    }
    sum = one;
    return true;
}

BigDecimal negated(BigDecimal decimal) noexcept {
    decimal.value = -decimal.value;
    return decimal;
}

BigDecimal to_exact(const Money& money) noexcept {
    return {money.amount_minor, static_cast<std::uint8_t>(std::max(0, money.currency.minor_digits()))};
}

std::optional<BigDecimal> parse_big_decimal(std::string_view text) noexcept {
    const bool is_negative = text.starts_with('-');
    text.remove_prefix(is_negative ? 1 : 0);
    BigDecimal decimal;
    int digits = 0;
    bool after_dot = false;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char letter = text[at];
        if (letter == '.' && !after_dot && at > 0 && at + 1 < text.size()) {
            after_dot = true;
            continue;
        }
        if (letter < '0' || letter > '9' || ++digits > big_decimal_digits_max) {
            return std::nullopt;
        }
        decimal.value = decimal.value * 10 + (letter - '0');
        decimal.scale = static_cast<std::uint8_t>(decimal.scale + (after_dot ? 1 : 0));
    }
    if (digits == 0) {
        return std::nullopt;
    }
    return is_negative ? negated(decimal) : decimal;
}

std::string to_decimal(const BigDecimal& decimal, int digits_min) {
    std::string text = digits_of(decimal);
    const auto zeros = static_cast<std::size_t>(std::max(0, digits_min - decimal.scale));
    if (decimal.scale > 0) {
        text.insert(text.size() - decimal.scale, 1, '.');
    } else if (zeros > 0) {
        text += '.';
    }
    text.append(zeros, '0');
    if (decimal.value < 0) {
        text.insert(0, 1, '-');
    }
    return text;
}

std::string to_short_decimal(const BigDecimal& decimal, int digits_min) {
    BigDecimal shown = decimal;
    strip_zeros(shown);
    return to_decimal(shown, digits_min);
}

}  // namespace moisson
