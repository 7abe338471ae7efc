#pragma once
/// How numbers, amounts, dates and instants are written: compiled patterns. templates/README.md, "Patterns". Pure.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace moisson::erp {

/// "0,00", "0.00", "# ##0,00", "000000000000", "0.00-", "(0.00)", "+0", "0.##", "0,*" (the currency's digits), "0,00;" (zero is blank).
class NumberPattern {
public:
    [[nodiscard]] static Result<NumberPattern> parse(std::string_view text);

    /// Appends number / 10^scale; `currency_digits` is what `*` stands for. False, and nothing appended, when a digit that is not zero
    /// would be lost.
    [[nodiscard]] bool append(std::string& out, std::int64_t number, unsigned scale, unsigned currency_digits) const;

private:
    [[nodiscard]] bool append_simple(std::string& out, std::int64_t number, unsigned scale, unsigned currency_digits) const;

    enum class Sign : std::uint8_t { leading, always, trailing, parentheses };
    Sign sign_ = Sign::leading;
    bool has_zero_ = false;
    bool currency_decimals_ = false;
    char mark_ = '\0';  // none: no decimals
    unsigned integer_min_ = 1;
    unsigned decimals_min_ = 0;
    unsigned decimals_max_ = 0;
    std::string group_;  // between groups of three digits
    std::string zero_;
};

/// "YYYYMMDD", "DD/MM/YYYY", "DDMMYY", "D.M.YYYY", "YYYY-MM-DDThh:mm:ssZ", "YYYYMMDDhhmmssfff". What is no token stands for itself;
/// letters between single quotes too.
class DatePattern {
public:
    [[nodiscard]] static Result<DatePattern> parse(std::string_view text);
    /// Days since 1970 and milliseconds of that day. False for years outside 0..9999.
    [[nodiscard]] bool append(std::string& out, std::int64_t days, std::int64_t milliseconds) const;

private:
    enum class Token : std::uint8_t { year4, year2, month2, month1, day2, day1, hour, minute, second, milli, literal };
    struct Part {
        Token token = Token::literal;
        char letter = '\0';
    };
    std::vector<Part> parts_;
};

}  // namespace moisson::erp
