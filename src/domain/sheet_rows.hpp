#pragma once
/// Where the rows of the workbook's tables stand: what who writes it and who checks it agree on.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "domain/language.hpp"
#include "domain/page_messages.hpp"

namespace moisson {

/// XLSX's own limit, the heading included. A longer table goes on in further sheets, each with its heading: "Ledger 2", "Ledger 3" …
inline constexpr std::uint32_t sheet_rows_max = 1'048'576;

/// The sheet of contracts has a column for each currency in which something counts, the first so many by their codes.
inline constexpr std::size_t currency_columns_max = 40;

/// Currencies of the thirteen months that stand side by side on Summary; the next ones stand below, with months of their own.
inline constexpr std::size_t currencies_abreast = 6;

struct SheetRowPlace {
    std::uint64_t sheet = 0;  ///< from 0
    std::uint64_t row = 0;    ///< from 1, as people count; the heading is the first

    /// The name of a table's sheet: "Ledger", "Ledger 2".
    [[nodiscard]] std::string name_of(std::string_view table) const {
        return sheet == 0 ? std::string(table) : std::string(table) + " " + std::to_string(sheet + 1);
    }
    /// "Ledger 2, row 17"
    [[nodiscard]] std::string in_words(Language language, std::string_view table) const {
        return messages::row_of_sheet(name_of(table), std::to_string(row)).in(language);
    }
};

/// Of a table's row; `index` from 0, without headings.
[[nodiscard]] constexpr SheetRowPlace place_of_row(std::uint64_t index, std::uint32_t rows_per_sheet_max = sheet_rows_max) noexcept {
    const std::uint64_t rows = rows_per_sheet_max - 1;
    return {index / rows, index % rows + 2};
}

}  // namespace moisson
