#pragma once
/// Raw texts of the service against the values made of them, read again in a way of its own. Only the bundle room includes this header.

#include <string_view>

#include "domain/money.hpp"

namespace moisson::bundle {

/// The amount is what the text says under some reading of its separators; of a JSON number under the only one.
[[nodiscard]] bool may_be_amount(std::string_view raw, const Money& amount);
/// The code is what the text says; true for signs and words that name more than one currency.
[[nodiscard]] bool may_be_currency(std::string_view raw, std::string_view code);
/// The days "YYYY-MM-DD" are a period that the text names: its months stand in the text, and so do its days where they are not the month's
/// first and last. True where the text names no month in digits, as long as it names the year.
[[nodiscard]] bool may_be_period(std::string_view raw, std::string_view first_day, std::string_view last_day);

}  // namespace moisson::bundle
