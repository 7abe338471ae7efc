#pragma once
/// Property of amounts: whatever text is accepted, no digit is invented, lost or moved, and the sign is the text's.
/// Run by libFuzzer (money_text.cpp) and by a seeded loop in tests/unit/normalize/fuzz_test.cpp.

#include <array>
#include <string>
#include <string_view>

#include "normalize/normalize.hpp"

namespace moisson::fuzz {

/// The ASCII digits of `text` without leading and trailing zeros.
inline std::string significant_digits(std::string_view text) {
    std::string digits;
    for (const char byte : text) {
        if (byte >= '0' && byte <= '9' && (byte != '0' || !digits.empty())) {
            digits += byte;
        }
    }
    digits.erase(digits.find_last_not_of('0') + 1);
    return digits;
}

inline bool has_minus(std::string_view text) {
    for (const std::string_view sign : {"-", "(", "\xe2\x88\x92", "\xe2\x80\x92", "\xe2\x80\x93", "\xef\xb9\xa3", "\xef\xbc\x8d"}) {
        if (text.find(sign) != std::string_view::npos) {
            return true;
        }
    }
    return false;
}

/// Empty when the property holds; else what is wrong.
inline std::string money_text_problem(std::string_view text) {
    using normalize::AmountSyntax;
    constexpr std::array<std::string_view, 4> codes{"EUR", "JPY", "TND", "CLF"};
    for (const std::string_view code : codes) {
        const Currency currency = find_currency(code).value();
        for (const AmountSyntax syntax : {AmountSyntax::json_number, AmountSyntax::text}) {
            const Result<Money> money = normalize::parse_amount(text, currency, syntax);
            if (!money) {
                if (money.error().code != ErrorCode::bad_input || money.error().message.empty()) {
                    return "a refusal without a reason";
                }
                continue;
            }
            const std::string decimal = to_decimal(*money);
            if (normalize::parse_amount(decimal, currency, AmountSyntax::json_number) != *money) {
                return "the decimal text " + decimal + " does not come back";
            }
            // The exponent's digits are no digits of the amount.
            const std::string_view mantissa = syntax == AmountSyntax::json_number ? text.substr(0, text.find_first_of("eE")) : text;
            if (significant_digits(mantissa) != significant_digits(decimal)) {
                return "the digits became " + decimal;
            }
            if (money->amount_minor < 0 ? !has_minus(mantissa) : (money->amount_minor > 0 && has_minus(mantissa))) {
                return "the sign became that of " + decimal;
            }
        }
    }
    if (const Result<Currency> currency = normalize::parse_currency(text); currency && currency->code() == "XXX") {
        return "no currency taken for one";
    }
    return {};
}

}  // namespace moisson::fuzz
