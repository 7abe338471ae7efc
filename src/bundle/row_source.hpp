#pragma once
/// A table's rows one after the other, for who compares them with rows of elsewhere. Only the bundle room includes this header.

#include <algorithm>
#include <cstdint>
#include <deque>
#include <optional>
#include <string_view>
#include <utility>

#include "bundle/csv_reader.hpp"
#include "bundle/file_source.hpp"

namespace moisson::bundle {

/// Reads on as rows are asked for. `file` outlives it. One thread.
class RowSource {
public:
    explicit RowSource(const OpenFile& file) : file_(file), reader_([this](const CsvReader::Row& row) { rows_.push_back(row); }) {}
    RowSource(const RowSource&) = delete;
    RowSource& operator=(const RowSource&) = delete;

    /// The heading first. Empty behind the last row.
    [[nodiscard]] std::optional<CsvReader::Row> next() {
        constexpr std::uint64_t piece_bytes = 64U << 10U;
        while (rows_.empty() && offset_ < size_bytes_) {
            const auto piece = file_.read_at(offset_, std::min(piece_bytes, size_bytes_ - offset_));
            offset_ = piece ? offset_ + piece->size() : size_bytes_;
            reader_.feed(piece ? std::string_view(*piece) : std::string_view());
        }
        if (rows_.empty()) {
            return std::nullopt;
        }
        CsvReader::Row row = std::move(rows_.front());
        rows_.pop_front();
        return row;
    }

private:
    const OpenFile& file_;
    const std::uint64_t size_bytes_ = file_.size_bytes().value_or(0);
    std::uint64_t offset_ = 0;
    CsvReader reader_;
    std::deque<CsvReader::Row> rows_;
};

}  // namespace moisson::bundle
