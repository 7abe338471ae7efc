#include "invoice/iban.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "invoice/value_texts.hpp"

namespace moisson::invoice {

namespace {

struct IbanLength {
    std::string_view country;
    std::size_t length;
};

/// SWIFT IBAN registry, release 97: SEPA.
constexpr auto iban_lengths = std::to_array<IbanLength>({
    {"AD", 24}, {"AT", 20}, {"BE", 16}, {"BG", 22}, {"CH", 21}, {"CY", 28}, {"CZ", 24}, {"DE", 22}, {"DK", 18}, {"EE", 20},
    {"ES", 24}, {"FI", 18}, {"FR", 27}, {"GB", 22}, {"GI", 23}, {"GR", 27}, {"HR", 21}, {"HU", 28}, {"IE", 22}, {"IS", 26},
    {"IT", 27}, {"LI", 21}, {"LT", 20}, {"LU", 20}, {"LV", 21}, {"MC", 27}, {"MT", 31}, {"NL", 18}, {"NO", 15}, {"PL", 28},
    {"PT", 25}, {"RO", 24}, {"SE", 24}, {"SI", 19}, {"SK", 24}, {"SM", 27}, {"VA", 22},
});

}  // namespace

std::string right_iban(std::string_view text) {
    std::string iban;
    for (const char letter : text) {
        if (is_letter_or_digit(letter)) {
            iban += letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 'a' + 'A') : letter;
        } else if (letter != ' ') {
            return {};
        }
    }
    const auto* const country =
        std::find_if(iban_lengths.begin(), iban_lengths.end(), [&](const IbanLength& row) { return iban.starts_with(row.country); });
    const bool has_length = country == iban_lengths.end() || iban.size() == country->length;
    return has_length && is_iban(iban) ? iban : std::string();
}

}  // namespace moisson::invoice
