#include "domain/past_months.hpp"

#include <algorithm>

namespace moisson {

std::string to_decimal(Int128 amount_minor, Currency currency) {
    return to_decimal(BigDecimal{amount_minor, static_cast<std::uint8_t>(std::max(0, currency.minor_digits()))});
}

}  // namespace moisson
