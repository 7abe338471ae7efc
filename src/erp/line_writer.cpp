/// Lines into bytes and cells.
#include "erp/line_writer.hpp"
#include "erp/messages.hpp"

#include <fmt/format.h>

namespace moisson::erp {

void LineWriter::begin() {
    if (target_ != nullptr && file_.byte_order_mark) {
        target_->buffer += "\xef\xbb\xbf";
    }
}

void LineWriter::write(const LineSpec& line, bool is_continuation) {
    if (file_.layout == Layout::worksheet) {
        write_sheet_cells(line, is_continuation);
        return;
    }
    if (target_ == nullptr) {
        // Refused already: only for the problems of this line.
        if (line.is_text) {
            std::string ignored;
            cells_.append_text(ignored, line.text);
        }
        for (const std::uint32_t cell : line.cells) {
            static_cast<void>(cells_.bytes(cell));
        }
        return;
    }
    if (records_++ > 0) {
        target_->buffer += file_.line_end;
    }
    if (line.is_text) {
        cells_.append_text(target_->buffer, line.text);
    } else {
        write_row_cells(line, is_continuation);
    }
}

void LineWriter::write_row_cells(const LineSpec& line, bool is_continuation) {
    std::string& out = target_->buffer;
    const std::string_view separator = file_.layout == Layout::delimited ? std::string_view(file_.separator) : std::string_view();
    bool first = true;
    for (const std::uint32_t column : line.header_columns) {
        out += first ? std::string_view() : separator;
        first = false;
        cells_.append_name(out, column);
    }
    if (!is_continuation || !file_.parent_first_only) {
        cells_.append_row(out, line, separator);
        return;
    }
    for (const std::uint32_t cell : line.cells) {
        if (!first) {
            out += separator;
        }
        first = false;
        if (cells_.column_of(cell).format.parent) {
            cells_.append_blank(out, cell);
        } else {
            out += cells_.bytes(cell);
        }
    }
}

void LineWriter::write_sheet_cells(const LineSpec& line, bool is_continuation) {
    Worksheet* sheet = target_ == nullptr ? nullptr : target_->sheet();
    const std::uint32_t row = line.at_row != 0 ? line.at_row - 1 : sheet_row_ + line.skip_rows;
    if (row < sheet_row_) {
        evaluator_.report("erp-check-failed", messages::row_sheet_wanted_after_row_written(row + 1, sheet_row_));
        return;
    }
    sheet_row_ = row + 1;
    for (const std::uint32_t index : line.header_columns) {
        const ColumnSpec& column = template_.columns[index];
        if (sheet != nullptr && !sheet->write(row, column.at, Value::of_text(column.name), column.name, {})) {
            evaluator_.report("erp-sheet-full", messages::sheet_no_more_rows);
        }
    }
    for (const std::uint32_t cell : line.cells) {
        const ColumnSpec& column = cells_.column_of(cell);
        if (is_continuation && file_.parent_first_only && column.format.parent) {
            continue;
        }
        const auto [value, text] = cells_.typed(cell);
        if (sheet != nullptr && !sheet->write(row, column.at, value, text, column.format.spreadsheet_format)) {
            evaluator_.report("erp-sheet-full",
                              messages::number_more_15_digits_day_before);
        }
    }
}

void LineWriter::end() {
    if (target_ != nullptr && target_->sheet() == nullptr && records_ > 0 && file_.last_line_end) {
        target_->buffer += file_.line_end;
    }
}

}  // namespace moisson::erp
