/// libxlsxwriter's calls, each with its return code looked at.

#include "ledger/sheet.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <utility>

#include "base/version.hpp"
#include "ledger/cell_text.hpp"
#include "ledger/workbook_parts.hpp"

namespace moisson::ledger {

namespace {

constexpr std::uint32_t ink = 0x1F3A4D;
constexpr std::uint32_t grey = 0x7F7F7F;
constexpr std::uint32_t blue = 0x1F5FA8;
/// Excel's limit for one sheet; past it the library refuses, and Excel leaves out all.
constexpr std::uint32_t links_max = 65'530;
constexpr std::int64_t exact_minor_max = 999'999'999'999'999;
/// Serial day 0 of spreadsheets; right from 1900-03-01 on (before it Excel counts a day that never was).
constexpr std::chrono::sys_days serial_zero = std::chrono::year{1899} / 12 / 30;
constexpr std::chrono::sys_days serial_first = std::chrono::year{1900} / 3 / 1;

void fill(lxw_format* format, std::uint32_t background, std::uint32_t letters) {
    format_set_bg_color(format, background);
    format_set_font_color(format, letters);
}

void dress(lxw_format* format, Look look, Language language) {
    if (look != Look::header && look != Look::header_right) {
        format_set_align(format, LXW_ALIGN_VERTICAL_TOP);
    }
    switch (look) {
        case Look::plain:
        case Look::top: break;
        case Look::wrapped: format_set_text_wrap(format); break;
        case Look::link:
            format_set_font_color(format, blue);
            format_set_underline(format, LXW_UNDERLINE_SINGLE);
            break;
        case Look::muted: format_set_font_color(format, grey); break;
        case Look::right: format_set_align(format, LXW_ALIGN_RIGHT); break;
        case Look::header:
        case Look::header_right:
            format_set_bold(format);
            fill(format, ink, LXW_COLOR_WHITE);
            format_set_align(format, LXW_ALIGN_VERTICAL_CENTER);
            if (look == Look::header_right) {
                format_set_align(format, LXW_ALIGN_RIGHT);
                format_set_indent(format, 1);
            }
            break;
        case Look::title:
            format_set_bold(format);
            format_set_font_size(format, 18);
            format_set_font_color(format, ink);
            break;
        case Look::section:
            format_set_bold(format);
            format_set_font_size(format, 13);
            format_set_font_color(format, ink);
            break;
        case Look::label: format_set_bold(format); break;
        case Look::day:
            format_set_num_format(format, language == Language::french ? "dd/mm/yyyy" : "yyyy-mm-dd");
            format_set_align(format, LXW_ALIGN_LEFT);
            break;
        case Look::instant:
            format_set_num_format(format, language == Language::french ? "dd/mm/yyyy hh:mm:ss" : "yyyy-mm-dd hh:mm:ss");
            format_set_align(format, LXW_ALIGN_LEFT);
            break;
        case Look::count: format_set_num_format(format, "#,##0_)"); break;
        case Look::good: fill(format, 0xE2F0D9, 0x2E6B1F); break;
        case Look::warn: fill(format, 0xFFF2CC, 0x7F6000); break;
        case Look::bad: fill(format, 0xF8D7DA, 0x842029); break;
        case Look::faded: format_set_font_color(format, 0x8C8C8C); break;
    }
}

double serial_of(Timestamp value) {
    return static_cast<double>((value - Timestamp{serial_zero}).count()) / 86'400'000.0;
}

}  // namespace

std::string money_format(Currency currency) {
    const std::string number = currency.minor_digits() == 0
                                   ? std::string("#,##0")
                                   : fmt::format("#,##0.{}", std::string(static_cast<std::size_t>(currency.minor_digits()), '0'));
    return fmt::format("{0}\\ [${1}]_);[Red]\\-{0}\\ [${1}]_)", number, currency.code());
}

std::uint16_t pages_wide(double letters, double repeated) {
    constexpr double readable = 220;  // on one page: letters of seven points
    return static_cast<std::uint16_t>(1 + std::max(0.0, std::ceil((letters - readable) / (readable - repeated))));
}

void Sheet::begin_rows(std::uint16_t width) {
    // The library numbers formats as it writes them; those of the rows above come first.
    for (lxw_format* format : book_->looks_) {
        if (format != nullptr) {
            static_cast<void>(lxw_format_get_xf_index(format));
        }
    }
    packed_ = std::make_unique<PackedRows>(book_->folder_, width);
    width_ = width;
}

void Sheet::end_rows() {
    if (auto finished = packed_->finish(); !finished && !book_->failed_) {
        book_->failed_ = std::move(finished.error());
    }
    if (packed_->packed().bytes == 0) {
        packed_.reset();
    } else if (sheet_ != nullptr) {
        // The rows' place in the library's file, and what tells it how far the sheet reaches.
        book_->check(worksheet_write_number(sheet_, last_row_, static_cast<lxw_col_t>(width_ - 1), 0, nullptr));
    }
}

void Sheet::write(std::uint32_t row, std::uint16_t column, const std::string& shown, lxw_format* format) {
    if (packed_ != nullptr) {
        packed_->text(row, column, shown, format == nullptr ? 0 : lxw_format_get_xf_index(format));
    } else {
        book_->check(worksheet_write_string(sheet_, row, column, shown.c_str(), format));
    }
}

void Sheet::write(std::uint32_t row, std::uint16_t column, double value, lxw_format* format) {
    if (packed_ != nullptr) {
        packed_->number(row, column, value, format == nullptr ? 0 : lxw_format_get_xf_index(format));
    } else {
        book_->check(worksheet_write_number(sheet_, row, column, value, format));
    }
}

bool Sheet::begin(std::uint32_t row) {
    if (sheet_ == nullptr) {
        return false;
    }
    MOISSON_INVARIANT(rows_ == 0 || row >= last_row_, "rows of a sheet are written from top to bottom");
    if (rows_ == 0 || row != last_row_) {
        ++rows_;
        if (book_->stop_.stop_requested() && !book_->failed_) {
            book_->failed_ = Error{};
            book_->failed_->code = ErrorCode::cancelled;
            book_->failed_->message = "stopped while the workbook was written";
            book_->failed_->where = book_->path_.string();
        }
    }
    last_row_ = row;
    return !book_->failed_;
}

void Sheet::text(std::uint32_t row, std::uint16_t column, std::string_view value, Look look) {
    if (value.empty() || !begin(row)) {
        return;
    }
    std::string& shown = book_->text_;
    if (is_plain_cell_text(value)) {
        shown.assign(value);
    } else {
        shown = cell_text(value);
    }
    write(row, column, shown, book_->look(look));
}

void Sheet::words(std::uint32_t row, std::uint16_t column, Word word, Look look) { text(row, column, word.in(book_->language_), look); }

void Sheet::word_of(std::uint32_t row, std::uint16_t column, std::string_view code, Look look) {
    text(row, column, moisson::word_of(book_->language_, code), look);
}

void Sheet::sentence(std::uint32_t row, std::uint16_t first_column, std::uint16_t last_column, std::string_view value) {
    if (!value.empty() && begin(row)) {
        lxw_format* const wrapped = book_->look(Look::wrapped);
        book_->check(worksheet_merge_range(sheet_, row, first_column, row, last_column, cell_text(value).c_str(), wrapped));
    }
}

void Sheet::number(std::uint32_t row, std::uint16_t column, double value, Look look) {
    if (begin(row)) {
        write(row, column, value, book_->look(look));
    }
}

void Sheet::count(std::uint32_t row, std::uint16_t column, std::uint64_t value) {
    if (value > static_cast<std::uint64_t>(exact_minor_max)) {
        text(row, column, fmt::format("{}", value), Look::right);
        return;
    }
    number(row, column, static_cast<double>(value), Look::count);
}

void Sheet::money(std::uint32_t row, std::uint16_t column, const Money& value, bool bold) {
    if (value.amount_minor > exact_minor_max || value.amount_minor < -exact_minor_max) {
        text(row, column, to_decimal(value), Look::right);
        return;
    }
    // Both operands are exact, so the quotient is the double nearest to the decimal amount: the one a spreadsheet would read from its text.
    static constexpr std::array<double, 5> units{1, 10, 100, 1000, 10000};
    const double shown = static_cast<double>(value.amount_minor) / units.at(static_cast<std::size_t>(value.currency.minor_digits()));
    if (begin(row)) {
        write(row, column, shown, book_->money_look(value.currency, bold));
    }
}

void Sheet::decimal(std::uint32_t row, std::uint16_t column, const Decimal& value) {
    constexpr int decimals_max = 22;  // 10^22 is the last power of ten that a double holds
    if (value.digits > exact_minor_max || value.decimals > decimals_max) {
        text(row, column, value.to_text(), Look::right);
        return;
    }
    double unit = 1;
    for (int at = 0; at < value.decimals; ++at) {
        unit *= 10;
    }
    number(row, column, static_cast<double>(value.digits) / unit);  // both exact: the double nearest to the rate
}

namespace {

/// The double that prints as this decimal; empty where there may be none.
std::optional<double> double_of(const BigDecimal& value) {
    // Up to this scale the divisor is exact; further digits than these are zeros nearly always.
    static constexpr std::array<double, 16> units{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
    BigDecimal shown = value;
    while (shown.scale > 0 && shown.value % 10 == 0) {
        shown.value /= 10;
        --shown.scale;
    }
    if (shown.scale >= units.size() || shown.value > exact_minor_max || shown.value < -exact_minor_max) {
        return std::nullopt;
    }
    return static_cast<double>(static_cast<std::int64_t>(shown.value)) / units.at(shown.scale);
}

}  // namespace

void Sheet::amount(std::uint32_t row, std::uint16_t column, const BigDecimal& value, Currency currency) {
    const auto exact = double_of(value);
    if (!exact) {
        text(row, column, to_short_decimal(value, std::max(0, currency.minor_digits())), Look::right);
    } else if (begin(row)) {
        write(row, column, *exact, book_->money_look(currency, false));
    }
}

void Sheet::figure(std::uint32_t row, std::uint16_t column, const BigDecimal& value) {
    if (const auto exact = double_of(value)) {
        number(row, column, *exact);
    } else {
        text(row, column, to_decimal(value), Look::right);
    }
}

void Sheet::day(std::uint32_t row, std::uint16_t column, std::chrono::year_month_day value) {
    const std::chrono::sys_days day{value};
    if (day < serial_first) {
        text(row, column, fmt::format("{:04}-{:02}-{:02}", static_cast<int>(value.year()), static_cast<unsigned>(value.month()),
                                      static_cast<unsigned>(value.day())));
        return;
    }
    number(row, column, static_cast<double>((day - serial_zero).count()), Look::day);
}

void Sheet::instant(std::uint32_t row, std::uint16_t column, Timestamp value) {
    if (value < Timestamp{serial_first} || value >= Timestamp{std::chrono::sys_days{std::chrono::year{10000} / 1 / 1}}) {
        text(row, column, format_timestamp(value));
        return;
    }
    number(row, column, serial_of(value), Look::instant);
}

void Sheet::link(std::uint32_t row, std::uint16_t column, std::string_view value, std::string_view target, std::uint64_t target_row) {
    if (links_ == links_max) {
        text(row, column, value);
        return;
    }
    if (value.empty() || !begin(row)) {
        return;
    }
    ++links_;
    const std::string place = fmt::format("internal:'{}'!A{}", target, target_row + 1);
    book_->check(worksheet_write_url_opt(sheet_, row, column, place.c_str(), book_->look(Look::link), cell_text(value).c_str(), nullptr));
}

void Sheet::header(std::uint32_t row, const std::vector<std::string_view>& names, const std::vector<std::uint16_t>& number_columns) {
    for (std::size_t column = 0; column < names.size() && begin(row); ++column) {
        const auto at = static_cast<lxw_col_t>(column);
        const bool is_number = std::find(number_columns.begin(), number_columns.end(), at) != number_columns.end();
        book_->check(worksheet_write_string(sheet_, row, at, std::string(names[column]).c_str(),
                                            book_->look(is_number ? Look::header_right : Look::header)));
    }
}

namespace {

/// How wide a letter is, in tenths of a digit, in which columns are measured: rather too much than too little, in the letters that
/// spreadsheet programs take. What continues a letter in UTF-8 has no width of its own.
std::size_t tenths_of(char letter) {
    constexpr std::string_view narrow = "fijlrtI.,;:'!|()[]- ";
    if ((static_cast<unsigned char>(letter) & 0xC0U) == 0x80U) {
        return 0;
    }
    if (letter == 'm' || letter == 'w' || letter == 'M' || letter == 'W') {
        return 17;
    }
    return letter >= 'A' && letter <= 'Z' ? 12 : narrow.find(letter) != std::string_view::npos ? 6 : 10;
}

/// Lines that a text takes in a column of so many digits, broken between words as programs do it, and within words that are longer.
std::size_t lines_of(std::string_view text, std::size_t digits) {
    const std::size_t room = digits * 10;
    std::size_t lines = 1;
    std::size_t used = 0;
    std::size_t word = 0;
    const auto take_word = [&] {
        if (used > 0 && used + tenths_of(' ') + word > room) {
            ++lines;
            used = 0;
        }
        used += (used > 0 ? tenths_of(' ') : 0) + std::exchange(word, 0);
        for (; used > room; used -= room) {
            ++lines;
        }
    };
    for (const char letter : text) {
        if (letter == '\n') {
            take_word();
            ++lines;
            used = 0;
        } else if (letter == ' ') {
            take_word();
        } else {
            word += tenths_of(letter);
        }
    }
    take_word();
    return lines;
}

}  // namespace

void Sheet::fit_height(std::uint32_t row, std::initializer_list<std::pair<std::string_view, std::size_t>> texts_and_widths) {
    static constexpr double line_points = 15;
    static constexpr std::size_t lines_max = 12;
    std::size_t lines = 1;
    for (const auto& [text, width] : texts_and_widths) {
        lines = std::max(lines, std::min(lines_max, lines_of(text, width)));
    }
    if (lines > 1 && sheet_ != nullptr) {
        further_lines_ += static_cast<std::uint32_t>(lines - 1);
        book_->check(worksheet_set_row(sheet_, row, line_points * static_cast<double>(lines), nullptr));
    }
}

void Sheet::heading(std::uint32_t row, std::string_view value, Look look) {
    constexpr double points_title = 26;
    constexpr double points_section = 19;
    if (sheet_ != nullptr) {
        book_->check(worksheet_set_row(sheet_, row, look == Look::title ? points_title : points_section, nullptr));
    }
    text(row, 0, value, look);
}

void Sheet::widths(const std::vector<double>& characters) {
    widths_ = characters;
    for (std::size_t column = 0; column < characters.size() && sheet_ != nullptr; ++column) {
        const auto at = static_cast<lxw_col_t>(column);
        book_->check(worksheet_set_column(sheet_, at, at, characters[column], book_->look(Look::top)));
    }
}

void Sheet::fold(std::uint16_t first_column, std::uint16_t last_column) {
    lxw_row_col_options folded{};
    folded.hidden = 1;
    folded.level = 1;
    for (std::uint16_t column = first_column; column <= last_column && sheet_ != nullptr; ++column) {
        book_->check(worksheet_set_column_opt(sheet_, column, column, widths_.at(column), book_->look(Look::top), &folded));
    }
    const std::size_t button = std::size_t{last_column} + 1;
    if (sheet_ != nullptr && button < widths_.size()) {
        lxw_row_col_options closed{};
        closed.collapsed = 1;
        const auto at = static_cast<lxw_col_t>(button);
        book_->check(worksheet_set_column_opt(sheet_, at, at, widths_[button], book_->look(Look::top), &closed));
    }
}

void Sheet::hide_gridlines() {
    if (sheet_ != nullptr) {
        worksheet_gridlines(sheet_, LXW_HIDE_ALL_GRIDLINES);
    }
}

void Sheet::freeze(std::uint32_t rows, std::uint16_t columns) {
    if (sheet_ != nullptr) {
        worksheet_freeze_panes(sheet_, rows, columns);
    }
}

void Sheet::filter(std::uint32_t first_row, std::uint32_t last_row, std::uint16_t columns) {
    if (sheet_ == nullptr) {
        return;
    }
    book_->check(worksheet_autofilter(sheet_, first_row, 0, last_row, static_cast<lxw_col_t>(columns - 1)));
}

void Sheet::print(std::uint16_t pages_wide, std::uint32_t repeat_row, Paper paper, std::uint16_t repeat_columns) {
    if (sheet_ == nullptr) {
        return;
    }
    static constexpr std::uint8_t paper_a4 = 9;
    paper == Paper::landscape ? worksheet_set_landscape(sheet_) : worksheet_set_portrait(sheet_);
    worksheet_set_paper(sheet_, paper_a4);
    worksheet_set_margins(sheet_, 0.4, 0.4, 0.5, 0.5);
    worksheet_fit_to_pages(sheet_, pages_wide, 0);
    book_->check(worksheet_repeat_rows(sheet_, repeat_row, repeat_row));
    if (repeat_columns > 0) {
        book_->check(worksheet_repeat_columns(sheet_, 0, static_cast<lxw_col_t>(repeat_columns - 1)));
    }
    book_->check(worksheet_set_footer(sheet_, std::string(translate(book_->language_, "&L&A&RPage &P of &N")).c_str()));
}

void Sheet::mark_word(std::uint32_t first_row, std::uint32_t last_row, std::uint16_t column, std::string_view word, Look look) {
    if (sheet_ == nullptr) {
        return;
    }
    std::string quoted = fmt::format("=\"{}\"", word);
    lxw_conditional_format condition{};
    condition.type = LXW_CONDITIONAL_TYPE_CELL;
    condition.criteria = LXW_CONDITIONAL_CRITERIA_EQUAL_TO;
    condition.value_string = quoted.data();
    condition.format = book_->look(look);
    book_->check(worksheet_conditional_format_range(sheet_, first_row, column, last_row, column, &condition));
}

void Sheet::mark_where(std::uint32_t first_row, std::uint32_t last_row, std::uint16_t last_column, const std::string& formula, Look look) {
    if (sheet_ == nullptr) {
        return;
    }
    lxw_conditional_format condition{};
    condition.type = LXW_CONDITIONAL_TYPE_FORMULA;
    std::string text = formula;
    condition.value_string = text.data();
    condition.format = book_->look(look);
    book_->check(worksheet_conditional_format_range(sheet_, first_row, 0, last_row, last_column, &condition));
}

void Sheet::column_chart(std::uint32_t row, std::uint16_t column, const ColumnChart& chart) {
    if (sheet_ == nullptr) {
        return;
    }
    lxw_chart* drawn = workbook_add_chart(book_->workbook_, LXW_CHART_COLUMN);
    lxw_chart_series* series = drawn == nullptr ? nullptr : chart_add_series(drawn, nullptr, nullptr);
    if (series == nullptr) {
        book_->check(LXW_ERROR_MEMORY_MALLOC_FAILED);
        return;
    }
    chart_series_set_categories(series, name_.c_str(), chart.first_row, chart.labels, chart.last_row, chart.labels);
    chart_series_set_values(series, name_.c_str(), chart.first_row, chart.values, chart.last_row, chart.values);
    lxw_chart_fill solid{};
    solid.color = 0x2A7F9E;
    chart_series_set_fill(series, &solid);
    chart_title_set_name(drawn, chart.title.c_str());
    lxw_chart_font title_font{};
    title_font.size = 12;
    title_font.bold = LXW_TRUE;
    chart_title_set_name_font(drawn, &title_font);
    chart_legend_set_position(drawn, LXW_CHART_LEGEND_NONE);
    std::string number_format = chart.number_format;
    chart_axis_set_num_format(drawn->y_axis, number_format.data());
    if (!chart.has_credits) {
        chart_axis_set_min(drawn->y_axis, 0);  // programs choose another where values are near each other
    }
    lxw_chart_line pale{};
    pale.color = 0xD9D9D9;
    pale.width = 0.5F;
    chart_axis_major_gridlines_set_line(drawn->y_axis, &pale);
    lxw_chart_options options{};
    constexpr double library_width = 480;
    constexpr double library_height = 288;
    options.x_scale = chart.width / library_width;
    options.y_scale = chart.height / library_height;
    options.x_offset = chart.indent;
    book_->check(worksheet_insert_chart_opt(sheet_, row, column, drawn, &options));
}

Book::Book(const std::filesystem::path& path, const Options& options)
    : path_(path), folder_(options.temporary_folder), language_(options.language), stop_(options.stop) {
    if (auto bare = AtomicFile::create(folder_ / "workbook", Access::own)) {
        bare_ = std::move(*bare);
    } else {
        failed_ = std::move(bare.error());
    }
    // libxlsxwriter takes `char*` where it only reads.
    std::string folder = folder_.string();
    lxw_workbook_options settings{};
    settings.constant_memory = LXW_TRUE;
    settings.tmpdir = folder.data();
    workbook_ = workbook_new_opt((bare_ ? bare_->temporary_path() : path).c_str(), &settings);
    MOISSON_INVARIANT(workbook_ != nullptr, "no memory for a workbook");
    set_properties(options);
}

Book::~Book() {
    if (workbook_ != nullptr) {
        lxw_workbook_free(workbook_);
    }
}

void Book::set_properties(const Options& options) {
    std::string author = fmt::format("{} {}", program_name, version());
    std::string title = options.title;
    lxw_doc_properties properties{};
    properties.title = title.data();
    properties.author = author.data();
    const auto seconds = std::chrono::floor<std::chrono::seconds>(options.created).time_since_epoch().count();
    // Zero would mean "the present instant" to the library.
    properties.created = static_cast<time_t>(seconds == 0 ? 1 : seconds);
    check(workbook_set_properties(workbook_, &properties));
}

void Book::check(lxw_error code) {
    if (first_error_ == LXW_NO_ERROR) {
        first_error_ = code;
    }
}

Sheet& Book::add_sheet(const std::string& name) {
    auto sheet = std::make_unique<Sheet>();
    sheet->book_ = this;
    sheet->name_ = name;
    sheet->sheet_ = workbook_add_worksheet(workbook_, name.c_str());
    if (sheet->sheet_ == nullptr) {
        check(LXW_ERROR_CREATING_TMPFILE);
    }
    sheets_.push_back(std::move(sheet));
    return *sheets_.back();
}

lxw_format* Book::look(Look look) {
    if (look == Look::plain) {
        return nullptr;
    }
    static_assert(static_cast<std::size_t>(Look::faded) + 1 == look_count);
    lxw_format*& format = looks_.at(static_cast<std::size_t>(look));
    if (format == nullptr) {
        format = workbook_add_format(workbook_);
        MOISSON_INVARIANT(format != nullptr, "no memory for a cell format");
        dress(format, look, language_);
    }
    return format;
}

lxw_format* Book::money_look(Currency currency, bool bold) {
    const std::pair key(currency, bold);
    if (last_money_look_.second != nullptr && last_money_look_.first == key) {
        return last_money_look_.second;
    }
    lxw_format*& format = money_looks_[key];
    if (format == nullptr) {
        format = workbook_add_format(workbook_);
        MOISSON_INVARIANT(format != nullptr, "no memory for a cell format");
        format_set_num_format(format, money_format(currency).c_str());
        format_set_align(format, LXW_ALIGN_VERTICAL_TOP);
        if (bold) {
            format_set_bold(format);
        }
    }
    last_money_look_ = {key, format};
    return format;
}

Status Book::close() {
    const lxw_error closed = workbook_close(workbook_);
    workbook_ = nullptr;
    check(closed);
    if (failed_) {
        return fail(*failed_);
    }
    if (first_error_ == LXW_NO_ERROR) {
        std::vector<RowsOfSheet> rows;
        for (std::size_t at = 0; at < sheets_.size(); ++at) {
            if (sheets_[at]->packed_ != nullptr) {
                rows.push_back({at, sheets_[at]->last_row_, sheets_[at]->packed_.get()});
            }
        }
        return put_together(bare_->temporary_path(), path_, rows).and_then([&](const std::vector<WrittenSheet>& written) {
            return check_workbook(path_, rows_by_sheet(), written);
        });
    }
    Error error;
    error.code = ErrorCode::disk;
    error.message = "cannot write the workbook";
    error.where = path_.string();
    error.hint = "look for a full disk or a folder that cannot be written";
    error.cause = lxw_strerror(first_error_);
    return fail(std::move(error));
}

std::vector<std::uint64_t> Book::rows_by_sheet() const {
    std::vector<std::uint64_t> rows;
    for (const auto& sheet : sheets_) {
        rows.push_back(sheet->rows());
    }
    return rows;
}

}  // namespace moisson::ledger
