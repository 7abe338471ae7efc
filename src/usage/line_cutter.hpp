#pragma once
/// Lines of a consumption report cut into fields. The usual line is cut without a single allocation: the positions of all separators
/// first, then what stands between them. Only the usage room includes this header.

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "usage/report_columns.hpp"
#include "usage/messages.hpp"
#include "usage/scan.hpp"

namespace moisson::usage {

/// A line that is longer is refused.
inline constexpr std::size_t line_bytes_max = 1U << 20U;
inline constexpr const Row<>& line_too_long = messages::longer_1_mib_no_line_report;
/// Fields in a line that are looked at; a line with more is refused.
inline constexpr std::size_t fields_max = 1024;
/// Readable bytes behind the end of the lines, so that sixteen bytes can be looked at anywhere.
inline constexpr std::size_t padding_bytes = 64;

/// Without blanks and tabs at both ends.
[[nodiscard]] inline std::string_view trim(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) {
        text.remove_prefix(1);
    }
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) {
        text.remove_suffix(1);
    }
    return text;
}

/// Keeps its memory from text to text. One thread.
class LineCutter {
public:
    struct Field {
        const char* begin = nullptr;
        std::uint32_t size = 0;
        bool escaped = false;  ///< stood in quotes, and has doubled ones inside
        [[nodiscard]] std::string_view text() const noexcept { return {begin, size}; }
    };
    enum class Taken { line, blank, broken };

    /// `lines`: whole records, the last one perhaps without its line end, with `padding_bytes` readable behind them. They outlive the
    /// fields.
    void begin(std::string_view lines);
    /// Cuts the next line, of which there is one while `position` is not behind the end. `columns`: fields past these are surplus.
    [[nodiscard]] Taken take(std::size_t columns);
    /// Makes the line that began at `line_begin`, the last that was taken, the next one again.
    void take_again(std::size_t line_begin);

    /// Where the next line begins.
    [[nodiscard]] std::size_t position() const noexcept { return line_begin_; }
    /// All bytes at hand are UTF-8.
    [[nodiscard]] bool is_text_valid() const noexcept { return is_text_valid_; }

    // Of the line that was taken last.
    [[nodiscard]] const Field& field(std::size_t column) const noexcept { return fields_[column]; }
    [[nodiscard]] std::size_t field_count() const noexcept { return field_count_; }
    [[nodiscard]] bool surplus_has_text() const noexcept { return surplus_has_text_; }
    /// How many lines of the file it takes: more than one where line ends stand in quotes.
    [[nodiscard]] std::uint64_t lines_in_record() const noexcept { return lines_in_record_; }
    /// No line end behind it.
    [[nodiscard]] bool ended_by_file() const noexcept { return ended_by_file_; }
    /// After `broken`.
    [[nodiscard]] const Message& why_broken() const noexcept { return why_broken_; }

private:
    [[nodiscard]] Taken take_plain_line(std::size_t columns);
    [[nodiscard]] Taken end_line(std::size_t line_begin);
    [[nodiscard]] bool take_quoted(Field& field);
    [[nodiscard]] bool is_blank() const noexcept;

    std::string_view lines_;
    std::unique_ptr<std::uint32_t[]> index_memory_;
    std::size_t index_capacity_ = 0;
    Index separators_;
    std::uint32_t* index_ = nullptr;  // of separators_
    std::size_t index_at_ = 0;
    std::size_t line_end_at_ = 0;  // into separators_.line_ends; where there are no quotes
    bool is_text_valid_ = true;
    bool has_nul_ = false;
    std::size_t line_begin_ = 0;  // of the next line
    std::uint64_t lines_in_record_ = 1;
    bool ended_by_file_ = false;
    Message why_broken_;
    std::array<Field, known_columns> fields_;
    std::size_t field_count_ = 0;
    bool surplus_has_text_ = false;
};

}  // namespace moisson::usage
