#pragma once
/// Reads RFC 4180 CSV with LF line ends as a stream, strictly. Written for verification: it shares nothing with the writer.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace moisson::bundle {

/// Feed pieces of any size, then `finish`. Memory: one row, which is bounded (limits.hpp), as are its columns. One thread.
class CsvReader {
public:
    using Row = std::vector<std::string>;
    /// `rows_max`: with the header line; more are over budget.
    explicit CsvReader(std::function<void(const Row&)> on_row, std::uint64_t rows_max = UINT64_MAX)
        : on_row_(std::move(on_row)), rows_max_(rows_max) {}

    void feed(std::string_view bytes);
    /// Empty when the text was whole and well formed; else a sentence. Nothing is handed on after the first error.
    [[nodiscard]] std::string finish();
    /// From 1, of the row being read.
    [[nodiscard]] std::uint64_t row_number() const noexcept { return row_number_; }

private:
    enum class State { field_start, plain, quoted, quote_in_quoted };
    [[nodiscard]] std::size_t plain_letters(std::string_view bytes) const noexcept;
    void take(char letter);
    void take_text(std::string_view text);
    void end_field();
    void end_row();

    std::function<void(const Row&)> on_row_;
    const std::uint64_t rows_max_;
    State state_ = State::field_start;
    Row row_;
    std::string field_;
    std::size_t row_bytes_ = 0;
    std::string problem_;
    std::uint64_t row_number_ = 1;
};

/// Rows that a table may have, with its header line, when it takes so many bytes in the archive.
[[nodiscard]] std::uint64_t rows_max_of(std::uint64_t packed_bytes) noexcept;

}  // namespace moisson::bundle
