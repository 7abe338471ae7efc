#pragma once
/// Reads RFC 4180 CSV with LF line ends as a stream, strictly. Written for verification: it shares nothing with the writer.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace moisson::bundle {

/// Feed pieces of any size, then `finish`. Memory: one row. One thread.
class CsvReader {
public:
    using Row = std::vector<std::string>;
    explicit CsvReader(std::function<void(const Row&)> on_row) : on_row_(std::move(on_row)) {}

    void feed(std::string_view bytes);
    /// Empty when the text was whole and well formed; else a sentence. Nothing is handed on after the first error.
    [[nodiscard]] std::string finish();
    /// From 1, of the row being read.
    [[nodiscard]] std::uint64_t row_number() const noexcept { return row_number_; }

private:
    enum class State { field_start, plain, quoted, quote_in_quoted };
    void take(char letter);
    void end_field();

    std::function<void(const Row&)> on_row_;
    State state_ = State::field_start;
    Row row_;
    std::string field_;
    std::string problem_;
    std::uint64_t row_number_ = 1;
};

}  // namespace moisson::bundle
