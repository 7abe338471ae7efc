#include "base/luhn.hpp"

#include <cstddef>

namespace moisson {

bool has_luhn_digit(std::string_view digits) noexcept {
    unsigned sum = 0;
    for (std::size_t at = 0; at < digits.size(); ++at) {
        const char digit = digits[digits.size() - 1 - at];
        if (digit < '0' || digit > '9') {
            return false;
        }
        const auto value = static_cast<unsigned>(digit - '0') << (at % 2);
        sum += value > 9 ? value - 9 : value;
    }
    return sum > 0 && sum % 10 == 0;
}

}  // namespace moisson
