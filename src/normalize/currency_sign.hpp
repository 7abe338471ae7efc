#pragma once
/// Whether a sign beside an amount fits the currency that is known already. Private to this room.

#include <string_view>

#include "domain/currency.hpp"

namespace moisson::normalize {

/// True when `sign` ("€", "EUR", "$" …) can stand for `currency`; an ambiguous sign agrees with each of its currencies.
[[nodiscard]] bool may_mean(std::string_view sign, Currency currency);

}  // namespace moisson::normalize
