#include "bundle/csv_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "bundle/limits.hpp"

namespace moisson::bundle {

/// How many of the first letters belong to the field as they stand.
std::size_t CsvReader::plain_letters(std::string_view bytes) const noexcept {
    if (state_ == State::quoted) {
        return std::min(bytes.find('"'), bytes.size());
    }
    if (state_ == State::quote_in_quoted) {
        return 0;
    }
    const auto is_special = [](char letter) { return letter == ',' || letter == '\n' || letter == '"' || letter == '\r'; };
    return static_cast<std::size_t>(std::find_if(bytes.begin(), bytes.end(), is_special) - bytes.begin());
}

void CsvReader::take_text(std::string_view text) {
    row_bytes_ += text.size();
    if (row_bytes_ > limits::row_bytes) {
        problem_ = fmt::format("row {}: over budget: longer than {} bytes", row_number_, limits::row_bytes);
        return;
    }
    field_ += text;
    state_ = state_ == State::field_start ? State::plain : state_;
}

void CsvReader::end_field() {
    row_.push_back(std::move(field_));
    field_.clear();
    state_ = State::field_start;
    if (row_.size() > limits::columns) {
        problem_ = fmt::format("row {}: over budget: more than {} columns", row_number_, limits::columns);
    }
}

void CsvReader::end_row() {
    end_field();
    if (row_number_ > rows_max_) {
        problem_ = fmt::format("row {}: over budget: more rows than so few packed bytes hold", row_number_);
    }
    if (problem_.empty()) {
        on_row_(row_);
    }
    row_.clear();
    row_bytes_ = 0;
    ++row_number_;
}

void CsvReader::take(char letter) {
    if (state_ == State::quoted) {
        state_ = State::quote_in_quoted;
        return;
    }
    if (letter == ',') {
        end_field();
        return;
    }
    if (letter == '\n') {
        end_row();
        return;
    }
    if (letter == '"' && state_ == State::field_start) {
        state_ = State::quoted;
        return;
    }
    if (letter == '"' && state_ == State::quote_in_quoted) {
        state_ = State::quoted;
        take_text("\"");
        return;
    }
    problem_ = fmt::format("row {}: a quote or line end stands where none may", row_number_);
}

void CsvReader::feed(std::string_view bytes) {
    while (!bytes.empty() && problem_.empty()) {
        const std::size_t plain = plain_letters(bytes);
        if (plain > 0) {
            take_text(bytes.substr(0, plain));
        } else {
            take(bytes.front());
        }
        bytes.remove_prefix(std::max<std::size_t>(plain, 1));
    }
}

std::string CsvReader::finish() {
    if (problem_.empty() && (state_ != State::field_start || !row_.empty())) {
        problem_ = fmt::format("row {}: the text ends in the middle of it", row_number_);
    }
    return problem_;
}

std::uint64_t rows_max_of(std::uint64_t packed_bytes) noexcept { return 1 + limits::rows + packed_bytes / limits::packed_bytes_per_row; }

}  // namespace moisson::bundle
