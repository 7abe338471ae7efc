#pragma once
/// How dates are written: "DD/MM/YYYY", "D MMMM YYYY". Only the invoice room includes this header. Pure.

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace moisson::invoice {

/// Names of the twelve months, folded (page_lines.hpp), each with its short forms; from several languages where a page has them.
using MonthNames = std::array<std::vector<std::string>, 12>;

/// D, DD, M, MM, MMMM (a name), YY (of this century), YYYY; what is no token stands for itself, a blank for one or more.
class DateForm {
public:
    /// `bad_input`: not one day, month and year, or a letter that is no token.
    [[nodiscard]] static Result<DateForm> parse(std::string_view text);
    /// The day that the whole of a folded text writes in this form; empty where it writes none.
    [[nodiscard]] std::optional<std::chrono::year_month_day> read(std::string_view folded, const MonthNames& names) const;
    [[nodiscard]] bool has_name() const noexcept;

private:
    enum class Token : std::uint8_t { day, day2, month, month2, month_name, year2, year4, blank, literal };
    struct Part {
        Token token;
        char letter = '\0';
    };
    std::vector<Part> parts_;
};

/// The one day that the forms read; empty where none does, or two read different days.
[[nodiscard]] std::optional<std::chrono::year_month_day> read_date(std::string_view folded, std::span<const DateForm> forms,
                                                                   const MonthNames& names, bool& is_ambiguous);

}  // namespace moisson::invoice
