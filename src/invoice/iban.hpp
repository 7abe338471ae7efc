#pragma once
/// International bank account numbers. Only the invoice room includes this header. Pure.

#include <string>
#include <string_view>

namespace moisson::invoice {

/// Without blanks, upper case, where length and check digits are right (ISO 13616: two letters, two digits, 15 to 34 in all, remainder 1 by
/// 97; the lengths of the countries of SEPA by the registry). Empty otherwise.
[[nodiscard]] std::string right_iban(std::string_view text);

}  // namespace moisson::invoice
