/// See past_months_check.hpp.

#include "bundle/past_months_check.hpp"

#include <algorithm>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "bundle/cell_compare.hpp"
#include "bundle/sheet_tables.hpp"
#include "bundle/summary_check.hpp"
#include "domain/sheet_rows.hpp"

namespace moisson::bundle {

namespace {

using rapidjson::Value;

class PastMonthsSheet {
public:
    PastMonthsSheet(const std::vector<SheetRow>& sheet, const PastMonthsGiven& given, const Value& history)
        : sheet_(sheet), given_(given), totals_(items_member(history, "totals")), months_(items_member(history, "months")) {}

    /// A column a currency, so many side by side, the next ones below. `number`: of the first heading.
    std::set<std::uint64_t> check_abreast(std::uint64_t number) {
        std::set<std::uint64_t> rows;
        constexpr auto abreast = static_cast<rapidjson::SizeType>(currencies_abreast);
        for (rapidjson::SizeType first = 0; first < totals_.Size(); first += abreast, ++number) {
            const rapidjson::SizeType end = std::min(totals_.Size(), first + abreast);
            std::vector<std::string> head{std::string(given_.words.word("month"))};
            for (rapidjson::SizeType at = first; at < end; ++at) {
                head.push_back(text_member(totals_[at], "currency"));
            }
            hold(number++, head, false);
            for (rapidjson::SizeType month = 0; month < months_.Size(); ++month) {
                std::vector<std::string> cells{text_of(months_[month])};
                for (rapidjson::SizeType at = first; at < end; ++at) {
                    const Value& amounts = items_member(totals_[at], "amounts");
                    cells.push_back(month < amounts.Size() ? text_of(amounts[month]) : std::string());
                }
                rows.insert(number);
                hold(number++, cells, true);
            }
        }
        return rows;
    }

    /// As former builds had them: one currency below the other. `number`: of the first month.
    std::set<std::uint64_t> check_below(std::uint64_t number) {
        std::set<std::uint64_t> rows;
        for (const Value& series : totals_.GetArray()) {
            const std::string code = text_member(series, "currency");
            const auto total = given_.facts.totals.find(code);
            const Value& amounts = items_member(series, "amounts");
            for (rapidjson::SizeType at = 0; at < std::min(amounts.Size(), months_.Size()); ++at, ++number) {
                const bool is_last = at + 1 == months_.Size();
                const std::string documents =
                    is_last && total != given_.facts.totals.end() ? fmt::format("{}", total->second.documents) : std::string();
                hold(number, {text_of(months_[at]), "", code, documents, text_of(amounts[at])}, true);
                rows.insert(number);
            }
        }
        return rows;
    }

    [[nodiscard]] const SheetRow& row(std::uint64_t number) const {
        static const SheetRow none;
        const auto found = std::find_if(sheet_.begin(), sheet_.end(), [&](const SheetRow& one) { return one.number == number; });
        return found == sheet_.end() ? none : *found;
    }

private:
    /// The row shows these and no more. `has_numbers`: its cells are months, codes of currencies, and numbers.
    void hold(std::uint64_t number, const std::vector<std::string>& wanted, bool has_numbers) {
        const SheetRow& shown = row(number);
        for (std::size_t at = 0; at < std::max(shown.cells.size(), wanted.size()); ++at) {
            const std::string_view text = at < wanted.size() ? std::string_view(wanted[at]) : std::string_view{};
            const bool is_number = has_numbers && at > 0 && !find_currency(text);
            if (!shows_value(shown.at(at), text, is_number ? Shows::number : Shows::text)) {
                given_.problems.add(fmt::format("ledger.xlsx: Summary row {}: {} is not what the history has there: {}", number,
                                                sanitise(shown.at(at).text, 60), text.empty() ? "nothing" : sanitise(text, 60)));
            }
        }
    }

    const std::vector<SheetRow>& sheet_;
    const PastMonthsGiven& given_;
    const Value& totals_;
    const Value& months_;
};

}  // namespace

std::set<std::uint64_t> check_past_months_sheet(const std::vector<SheetRow>& sheet, const PastMonthsGiven& given) {
    const Value* const history = find_member(given.published, "history");
    const Value& totals = history == nullptr ? items_member(given.published, "") : items_member(*history, "totals");
    const auto heading = std::find_if(sheet.begin(), sheet.end(),
                                      [&](const SheetRow& row) { return row.at(0).text == given.words.word("Thirteen months"); });
    if ((heading == sheet.end()) != totals.Empty() && (heading != sheet.end() || given.is_of_this_build)) {
        given.problems.add("ledger.xlsx: Summary and the summary do not both tell the months before");
    }
    if (heading == sheet.end() || history == nullptr) {
        return {};
    }
    PastMonthsSheet months(sheet, given, *history);
    const std::string& first = months.row(heading->number + 1).at(1).text;
    const bool is_abreast = given.is_of_this_build || (!totals.Empty() && first == text_member(totals[0], "currency"));
    return is_abreast ? months.check_abreast(heading->number + 1) : months.check_below(heading->number + 2);
}

}  // namespace moisson::bundle
