/// Pictures of the thirteen months. Geometry alone is rounded: every amount stands beside its picture as a text.

#include "report/page.hpp"

#include <algorithm>

#include "base/gate.hpp"

namespace moisson::report {

namespace {

/// A column takes eight of ten units; the zero line is where all columns begin.
constexpr int column_step = 10;

struct Scale {
    Int128 top = 0;     ///< largest amount, at least 0
    Int128 bottom = 0;  ///< smallest one, at most 0
    int height = 0;     ///< of the picture, in its units

    Scale(const std::vector<std::optional<Int128>>& amounts, int units) : height(units) {
        for (const std::optional<Int128>& amount : amounts) {
            top = std::max(top, amount.value_or(0));
            bottom = std::min(bottom, amount.value_or(0));
        }
    }
    /// How far from the upper edge an amount is, rounded down.
    [[nodiscard]] int at(Int128 amount) const {
        return top == bottom ? height : static_cast<int>((top - amount) * height / (top - bottom));
    }
};

/// "M5 40V12"
std::string column(const Scale& scale, std::size_t index, Int128 amount) {
    return fmt::format("M{} {}V{}", static_cast<int>(index) * column_step + column_step / 2, scale.at(0), scale.at(amount));
}

std::string decimal_of(const std::optional<Int128>& amount, const PastSums& sums, Language language) {
    return amount ? group_thousands(to_decimal(*amount, sums.currency), language) : std::string(translate(language, "nothing"));
}

}  // namespace

std::string history_chart(const PastSums& sums, const std::vector<Month>& months, Language language) {
    constexpr int height = 100;
    const Scale scale(sums.amounts_minor, height);
    const int width = static_cast<int>(months.size()) * column_step;
    std::string out = fmt::format(
        "<svg class=\"history\" viewBox=\"0 0 {} {}\" preserveAspectRatio=\"none\" aria-hidden=\"true\">"
        "<path class=\"zero\" d=\"M0 {}H{}\"/>",
        width, height, scale.at(0), width);
    for (std::size_t at = 0; at < months.size(); ++at) {
        const std::optional<Int128>& amount = sums.amounts_minor[at];
        const std::string_view colour = amount.value_or(0) < 0 ? "credit" : at + 1 == months.size() ? "now" : "past";
        out += fmt::format("<path class=\"{}\" d=\"{}\"><title>{}, {}{}{}</title></path>", colour, column(scale, at, amount.value_or(0)),
                           month_for_people(language, months[at]), decimal_of(amount, sums, language), amount ? "\u00A0" : "",
                           amount ? sums.currency.code() : std::string_view());
    }
    return out + "</svg>";
}

std::string sparkline(const PastSums& sums, Language language) {
    constexpr int height = 24;
    const Scale scale(sums.amounts_minor, height);
    std::string texts;
    std::string path;
    for (std::size_t at = 0; at < sums.amounts_minor.size(); ++at) {
        const std::optional<Int128>& amount = sums.amounts_minor[at];
        texts += (at == 0 ? "" : "; ") + (amount ? decimal_of(amount, sums, language) : "\u2013");
        if (amount.value_or(0) != 0) {
            path += column(scale, at, *amount);
        }
    }
    return fmt::format("<svg class=\"spark\" viewBox=\"0 0 {} {}\" role=\"img\"><title>{}\u00A0{}</title><path d=\"{}\"/></svg>",
                       static_cast<int>(sums.amounts_minor.size()) * column_step, height, texts, sums.currency.code(), path);
}

}  // namespace moisson::report
