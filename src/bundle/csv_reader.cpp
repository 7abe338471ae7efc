#include "bundle/csv_reader.hpp"

#include <fmt/format.h>

namespace moisson::bundle {

void CsvReader::end_field() {
    row_.push_back(std::move(field_));
    field_.clear();
    state_ = State::field_start;
}

void CsvReader::take(char letter) {
    if (state_ == State::quoted) {
        if (letter == '"') {
            state_ = State::quote_in_quoted;
        } else {
            field_ += letter;
        }
        return;
    }
    if (letter == ',') {
        end_field();
        return;
    }
    if (letter == '\n') {
        end_field();
        on_row_(row_);
        row_.clear();
        ++row_number_;
        return;
    }
    if (letter == '"' && state_ == State::field_start) {
        state_ = State::quoted;
        return;
    }
    if (letter == '"' && state_ == State::quote_in_quoted) {
        field_ += letter;
        state_ = State::quoted;
        return;
    }
    if (letter == '"' || letter == '\r' || state_ == State::quote_in_quoted) {
        problem_ = fmt::format("row {}: a quote or line end stands where none may", row_number_);
        return;
    }
    state_ = State::plain;
    field_ += letter;
}

void CsvReader::feed(std::string_view bytes) {
    for (const char letter : bytes) {
        if (!problem_.empty()) {
            return;
        }
        take(letter);
    }
}

std::string CsvReader::finish() {
    if (problem_.empty() && (state_ != State::field_start || !row_.empty())) {
        problem_ = fmt::format("row {}: the text ends in the middle of it", row_number_);
    }
    return problem_;
}

}  // namespace moisson::bundle
