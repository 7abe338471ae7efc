#pragma once
/// A table that may run over several sheets. Only the ledger room includes this header.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ledger/sheet.hpp"
#include "ledger/sheets.hpp"

namespace moisson::ledger {

/// Each of its sheets begins with the same heading, is filtered by it, and prints one page wide with it on every page.
class LongTable {
public:
    struct Form {
        std::vector<double> widths;                     ///< of its columns, in characters
        std::vector<std::uint16_t> number_columns = {};  ///< their titles stand to the right
        Paper paper = Paper::landscape;
        std::uint16_t frozen_columns = 1;
    };
    LongTable(Book& book, Word name, const std::vector<Word>& names, Form form, std::uint32_t rows_per_sheet_max);

    /// A further column, whose title is no word of ours; before the first row. It holds numbers.
    void add_column(std::string_view title, double width);
    /// The same of one that holds texts.
    void add_text_column(std::string_view title, double width);
    /// Cells of that column that hold one of these words are coloured so.
    void colour(std::uint16_t column, std::vector<std::pair<Word, Look>> words);
    /// The sheet for the next row, which is `row()`.
    Sheet& next_row();
    [[nodiscard]] std::uint32_t row() const noexcept { return row_; }
    /// Behind the last row. `none`: what stands under the heading of a table without rows; without it there is no sheet then.
    void finish(std::optional<Word> none = {});

private:
    void begin_sheet();
    void end_sheet();

    Book& book_;
    Word name_;
    std::vector<std::string> titles_;
    Form form_;
    std::uint32_t rows_max_;
    std::uint16_t colour_column_ = 0;
    std::vector<std::pair<Word, Look>> words_;
    Sheet* sheet_ = nullptr;
    std::size_t sheets_ = 0;
    std::uint32_t row_ = 0;
};

}  // namespace moisson::ledger
