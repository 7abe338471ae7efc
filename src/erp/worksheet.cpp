/// libxlsxwriter keeps the first error of each call here; the finished file is read back, because the library says "written" on a full
/// disk.
#include "erp/worksheet.hpp"

#include <xlsxwriter.h>

#include <array>
#include <map>
#include <mutex>
#include <utility>

#include <fmt/format.h>

#include "domain/money.hpp"
#include "ledger/cell_text.hpp"
#include "ledger/workbook_check.hpp"

namespace moisson::erp {

namespace {

constexpr std::uint32_t sheet_rows_end = 1'048'576;
constexpr std::uint32_t sheet_columns_end = 16'384;
constexpr std::int64_t exact_number_max = 999'999'999'999'999;  // 15 digits: every double holds them
/// Day numbers count from 1899-12-30; before 1900-03-01 spreadsheets do not agree.
constexpr std::int64_t epoch_day_number = 25'569;
constexpr std::int64_t first_agreed_day = -25'508;

/// workbook_close writes the creation time by gmtime(), whose result all threads of the process share (libxlsxwriter 1.1.4), and templates
/// are written side by side.
lxw_error close_alone(lxw_workbook* workbook) {
    static std::mutex mutex;
    const std::scoped_lock lock(mutex);
    return workbook_close(workbook);
}

}  // namespace

std::string column_letters(std::uint32_t column) {
    std::string letters;
    for (std::uint32_t number = column + 1; number > 0; number = (number - 1) / 26) {
        letters.insert(letters.begin(), static_cast<char>('A' + (number - 1) % 26));
    }
    return letters;
}

struct Worksheet::Book {
    std::filesystem::path path;
    lxw_workbook* workbook = nullptr;
    lxw_worksheet* sheet = nullptr;
    lxw_error first_error = LXW_NO_ERROR;
    std::map<std::string, lxw_format*> formats;
    std::uint32_t next_row = 0;
    std::uint64_t rows_with_cells = 0;
    std::uint32_t last_row = 0;
    bool has_row = false;
    bool lists = false;
    std::string listing;

    ~Book() {
        if (workbook != nullptr) {
            lxw_workbook_free(workbook);
        }
    }
    void check(lxw_error code) {
        if (first_error == LXW_NO_ERROR) {
            first_error = code;
        }
    }
    lxw_format* format_for(const std::string& pattern) {
        lxw_format*& format = formats[pattern];
        if (format == nullptr) {
            format = workbook_add_format(workbook);
            MOISSON_INVARIANT(format != nullptr, "no memory for a cell format");
            format_set_num_format(format, pattern.c_str());
        }
        return format;
    }
};

Worksheet::Worksheet(std::unique_ptr<Book> book) : book_(std::move(book)) {}
Worksheet::Worksheet(Worksheet&&) noexcept = default;
Worksheet& Worksheet::operator=(Worksheet&&) noexcept = default;
Worksheet::~Worksheet() = default;

Result<Worksheet> Worksheet::create(const std::filesystem::path& path, const std::string& sheet, Timestamp created) {
    auto book = std::make_unique<Book>();
    book->path = path;
    std::string folder = path.parent_path().string();
    lxw_workbook_options options{};
    options.constant_memory = LXW_TRUE;
    options.tmpdir = folder.data();
    book->workbook = workbook_new_opt(path.c_str(), &options);
    MOISSON_INVARIANT(book->workbook != nullptr, "no memory for a workbook");
    lxw_doc_properties properties{};
    const auto seconds = std::chrono::floor<std::chrono::seconds>(created).time_since_epoch().count();
    // Zero would mean "the present instant" to the library.
    properties.created = static_cast<time_t>(seconds == 0 ? 1 : seconds);
    book->check(workbook_set_properties(book->workbook, &properties));
    book->sheet = workbook_add_worksheet(book->workbook, sheet.c_str());
    if (book->sheet == nullptr) {
        return fail(ErrorCode::disk, "cannot begin the worksheet", path.string(),
                    "look for a full disk or a folder that cannot be written");
    }
    return Worksheet(std::move(book));
}

std::uint32_t Worksheet::next_row() const noexcept { return book_->next_row; }
void Worksheet::list_cells() { book_->lists = true; }
const std::string& Worksheet::cells() const noexcept { return book_->listing; }

bool Worksheet::write(std::uint32_t row, std::uint32_t column, const Value& value, std::string_view text, const std::string& format) {
    Book& book = *book_;
    if (row >= sheet_rows_end || column >= sheet_columns_end) {
        return false;
    }
    if (!book.has_row || row != book.last_row) {
        book.has_row = true;
        book.last_row = row;
        ++book.rows_with_cells;
    }
    book.next_row = row + 1;
    if (value.is_empty && text.empty()) {
        return true;
    }
    if (book.lists) {
        book.listing += fmt::format("{}{}\t{}\n", column_letters(column), row + 1, text);
    }
    const auto at = static_cast<lxw_col_t>(column);
    const bool is_number = !value.is_empty && (value.type == Type::money || value.type == Type::number);
    if (is_number) {
        if (value.number > exact_number_max || value.number < -exact_number_max) {
            return false;
        }
        const unsigned scale = value.type == Type::money ? static_cast<unsigned>(value.currency.minor_digits()) : value.scale;
        const double number = static_cast<double>(value.number) / static_cast<double>(power_of_ten(scale));
        const std::string pattern = !format.empty() ? format : scale == 0 ? "0" : "0." + std::string(scale, '0');
        book.check(worksheet_write_number(book.sheet, row, at, number, book.format_for(pattern)));
        return true;
    }
    if (!value.is_empty && value.type == Type::date && !format.empty()) {
        if (value.number < first_agreed_day) {
            return false;
        }
        book.check(
            worksheet_write_number(book.sheet, row, at, static_cast<double>(value.number + epoch_day_number), book.format_for(format)));
        return true;
    }
    book.check(worksheet_write_string(book.sheet, row, at, ledger::cell_text(text).c_str(), nullptr));
    return true;
}

Status Worksheet::close() {
    Book& book = *book_;
    book.check(close_alone(std::exchange(book.workbook, nullptr)));
    if (book.first_error != LXW_NO_ERROR) {
        Error error = fail(ErrorCode::disk, "cannot write the worksheet", book.path.string(), "look for a full disk").value();
        error.cause = lxw_strerror(book.first_error);
        return fail(std::move(error));
    }
    const std::array<std::uint64_t, 1> rows{book.rows_with_cells};
    return ledger::check_workbook(book.path, rows);
}

}  // namespace moisson::erp
