/// See long_table.hpp.

#include "ledger/long_table.hpp"

namespace moisson::ledger {

LongTable::LongTable(Book& book, Word name, const std::vector<Word>& names, Form form, std::uint32_t rows_per_sheet_max)
    : book_(book), name_(name), form_(std::move(form)), rows_max_(rows_per_sheet_max - 1) {
    for (const std::string_view title : titles(book, names)) {
        titles_.emplace_back(title);
    }
}

void LongTable::add_column(std::string_view title, double width) {
    form_.number_columns.push_back(static_cast<std::uint16_t>(titles_.size()));
    form_.widths.push_back(width);
    titles_.emplace_back(title);
}

void LongTable::add_text_column(std::string_view title, double width) {
    form_.widths.push_back(width);
    titles_.emplace_back(title);
}

void LongTable::colour(std::uint16_t column, std::vector<std::pair<Word, Look>> words) {
    colour_column_ = column;
    words_ = std::move(words);
}

void LongTable::begin_sheet() {
    sheet_ = &book_.add_sheet(name_of(book_, name_, sheets_++));
    sheet_->widths(form_.widths);
    sheet_->header(0, {titles_.begin(), titles_.end()}, form_.number_columns);
    row_ = 0;
}

void LongTable::end_sheet() {
    sheet_->freeze(1, form_.frozen_columns);
    sheet_->print(1, 0, form_.paper);
    if (row_ > 0) {
        sheet_->filter(0, row_, static_cast<std::uint16_t>(titles_.size()));
        for (const auto& [word, look] : words_) {
            sheet_->mark_word(1, row_, colour_column_, translate(book_.language(), word), look);
        }
    }
    sheet_ = nullptr;
}

Sheet& LongTable::next_row() {
    if (sheet_ == nullptr || row_ == rows_max_) {
        if (sheet_ != nullptr) {
            end_sheet();
        }
        begin_sheet();
    }
    ++row_;
    return *sheet_;
}

void LongTable::finish(std::optional<Word> none) {
    if (sheet_ == nullptr && sheets_ == 0 && none) {
        begin_sheet();
        sheet_->words(1, 0, *none, Look::muted);
    }
    if (sheet_ != nullptr) {
        end_sheet();
    }
}

}  // namespace moisson::ledger
