#pragma once
/// libxlsxwriter behind two small classes: every return code is looked at, every text repaired, every row counted.
/// Only the ledger room includes this header.

#include <xlsxwriter.h>

#include <array>
#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/files.hpp"
#include "base/result.hpp"
#include "domain/big_decimal.hpp"
#include "domain/language.hpp"
#include "domain/money.hpp"
#include "domain/rate.hpp"
#include "ledger/packed_rows.hpp"

namespace moisson::ledger {

/// The looks of the workbook; `Book` makes each once.
enum class Look {
    plain,
    wrapped,    ///< long sentences: several lines, at the top
    muted,      ///< grey: what the service sent, digests, paths
    right,      ///< amounts that had to stay text
    header,
    header_right,  ///< above numbers
    title,
    section,
    label,      ///< names in name-and-value tables
    top,        ///< plain, at the top of a row of several lines
    link,       ///< leads to another place of the workbook; one line: not every program breaks it
    day,
    instant,
    count,
    good,       ///< conditional: green
    warn,       ///< conditional: amber
    bad,        ///< conditional: red
    faded,      ///< conditional: grey letters
};
inline constexpr std::size_t look_count = 18;

/// How a sheet lies on A4.
enum class Paper { landscape, portrait };

/// Pages side by side, A4 across, on which columns of so many letters in all can be read; `repeated`: of those that stand on each page.
[[nodiscard]] std::uint16_t pages_wide(double letters, double repeated);

class Book;

/// One sheet. Rows are written from top to bottom; within a row cells in any order. Owned by its Book.
class Sheet {
public:
    void text(std::uint32_t row, std::uint16_t column, std::string_view value, Look look = Look::plain);
    void number(std::uint32_t row, std::uint16_t column, double value, Look look = Look::plain);
    void count(std::uint32_t row, std::uint16_t column, std::uint64_t value);
    /// A text over the columns first..last, whose cells become one: a sentence that is wider than a column of the tables below it.
    void sentence(std::uint32_t row, std::uint16_t first_column, std::uint16_t last_column, std::string_view value);
    /// A number with its currency's format while it fits 15 digits, which every double holds; else text.
    void money(std::uint32_t row, std::uint16_t column, const Money& value, bool bold = false);
    /// A number while its decimals are a power of ten that a double holds; else text.
    void decimal(std::uint32_t row, std::uint16_t column, const Decimal& value);
    /// As `money`, for an amount that may be finer than the currency's minor unit; shown in the currency's digits, and holds them all.
    void amount(std::uint32_t row, std::uint16_t column, const BigDecimal& value, Currency currency);
    /// The same without a format.
    void figure(std::uint32_t row, std::uint16_t column, const BigDecimal& value);
    /// Days before 1900-03-01 have no agreed serial number: text.
    void day(std::uint32_t row, std::uint16_t column, std::chrono::year_month_day value);
    void instant(std::uint32_t row, std::uint16_t column, Timestamp value);
    /// A text of ours, in the workbook's language.
    void words(std::uint32_t row, std::uint16_t column, Word word, Look look = Look::plain);
    /// The word of a code: a verdict, a status.
    void word_of(std::uint32_t row, std::uint16_t column, std::string_view code, Look look = Look::plain);
    /// A text that leads to column A of a row (from 0) of the sheet `target`, for so many as a sheet may have; behind those it is plain.
    void link(std::uint32_t row, std::uint16_t column, std::string_view value, std::string_view target, std::uint64_t target_row);
    /// A table's head: names in header look from column 0; those above numbers stand to the right.
    void header(std::uint32_t row, const std::vector<std::string_view>& names, const std::vector<std::uint16_t>& number_columns = {});
    /// A title or the name of a section, in a row of its own height: not every program gives it that by itself.
    void heading(std::uint32_t row, std::string_view value, Look look);
    /// Room for the longest of these wrapped texts in columns of these widths: not every program fits a row's height by itself. Before the
    /// row's cells.
    void fit_height(std::uint32_t row, std::initializer_list<std::pair<std::string_view, std::size_t>> texts_and_widths);
    /// Lines that rows have beside their first one.
    [[nodiscard]] std::uint32_t further_lines() const noexcept { return further_lines_; }
    /// Also sets what stands in these columns to the top of its row; not the rows of `begin_rows`, which have one line each. First of all.
    void widths(const std::vector<double>& characters);
    /// Columns that are folded away under one button, for who does not need them; `widths` beforehand.
    void fold(std::uint16_t first_column, std::uint16_t last_column);
    void hide_gridlines();
    void freeze(std::uint32_t rows, std::uint16_t columns);
    void filter(std::uint32_t first_row, std::uint32_t last_row, std::uint16_t columns);
    /// A4, `pages_wide` wide, the row above the data repeated on every page, and the first `repeat_columns` columns, which say whose row it
    /// is.
    void print(std::uint16_t pages_wide, std::uint32_t repeat_row, Paper paper = Paper::landscape, std::uint16_t repeat_columns = 0);
    /// Colours cells of the column that equal `word`.
    void mark_word(std::uint32_t first_row, std::uint32_t last_row, std::uint16_t column, std::string_view word, Look look);
    /// Colours cells of the range where the formula (in terms of its top left cell) holds.
    void mark_where(std::uint32_t first_row, std::uint32_t last_row, std::uint16_t last_column, const std::string& formula, Look look);
    /// A column chart of rows first..last: `labels` and `values` are columns of this sheet.
    struct ColumnChart {
        std::string title;
        std::string number_format;
        std::uint32_t first_row = 0;
        std::uint32_t last_row = 0;
        std::uint16_t labels = 0;
        std::uint16_t values = 0;
        double width = 600;  ///< pixels; a column of N characters has 7 N + 5, a row 20
        double height = 288;
        std::int32_t indent = 0;  ///< pixels from the column's left edge
        bool has_credits = false;  ///< a value is below zero; else columns begin there, and are as high as their values say
    };
    void column_chart(std::uint32_t row, std::uint16_t column, const ColumnChart& chart);
    /// For many rows of one kind: all cells of the rows from now on, in the order of their columns, go past the library (packed_rows.hpp).
    void begin_rows(std::uint16_t width);
    /// Their end; the sheet takes no more cells.
    void end_rows();
    [[nodiscard]] std::uint64_t rows() const noexcept { return rows_; }

private:
    friend class Book;
    /// Counts the row; false when the sheet could not be made (`Book::close` says why).
    [[nodiscard]] bool begin(std::uint32_t row);
    void write(std::uint32_t row, std::uint16_t column, const std::string& shown, lxw_format* format);
    void write(std::uint32_t row, std::uint16_t column, double value, lxw_format* format);
    Book* book_ = nullptr;
    lxw_worksheet* sheet_ = nullptr;
    std::string name_;
    std::uint64_t rows_ = 0;
    std::uint32_t last_row_ = 0;
    std::uint32_t links_ = 0;
    std::uint32_t further_lines_ = 0;
    std::vector<double> widths_;
    std::unique_ptr<PackedRows> packed_;
    std::uint16_t width_ = 0;  ///< of the packed rows
};

/// One workbook being written. One thread.
class Book {
public:
    struct Options {
        std::filesystem::path temporary_folder;
        std::string title;
        Timestamp created;  ///< the only instant in the file
        Language language = Language::english;
        std::stop_token stop = {};  ///< rows after a stop are not written, and `close` says `cancelled`
    };
    Book(const std::filesystem::path& path, const Options& options);
    ~Book();
    Book(const Book&) = delete;
    Book& operator=(const Book&) = delete;

    /// `name`: at most 31 characters, unique.
    Sheet& add_sheet(const std::string& name);
    [[nodiscard]] Language language() const noexcept { return language_; }
    /// Writes the file and reads it back: ZIP directory, every part, the bytes of our rows, every sheet's row count. The first failure of
    /// all calls, if there was one. The book takes no more calls.
    [[nodiscard]] Status close();
    /// Rows written, by sheet, in the order of `add_sheet`.
    [[nodiscard]] std::vector<std::uint64_t> rows_by_sheet() const;

private:
    friend class Sheet;
    void check(lxw_error code);
    [[nodiscard]] lxw_format* look(Look look);
    [[nodiscard]] lxw_format* money_look(Currency currency, bool bold);
    void set_properties(const Options& options);

    std::filesystem::path path_;
    std::filesystem::path folder_;      ///< temporary
    std::optional<AtomicFile> bare_;    ///< what the library writes; the rows come into `path_` with it. Never committed
    std::optional<Error> failed_;       ///< the first failure beside the library
    Language language_;
    std::stop_token stop_;
    lxw_workbook* workbook_ = nullptr;
    lxw_error first_error_ = LXW_NO_ERROR;
    std::vector<std::unique_ptr<Sheet>> sheets_;
    std::array<lxw_format*, look_count> looks_{};
    std::map<std::pair<Currency, bool>, lxw_format*> money_looks_;
    std::pair<std::pair<Currency, bool>, lxw_format*> last_money_look_{};  ///< most rows have the currency of the row before
    std::string text_;  ///< the cell text at hand, ended by a NUL; kept for its memory
};

/// "#,##0.00\ [$EUR]_);[Red]\-#,##0.00\ [$EUR]_)": code after the number, credits red, exactly the currency's digits.
[[nodiscard]] std::string money_format(Currency currency);

}  // namespace moisson::ledger
