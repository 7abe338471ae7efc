#pragma once
/// Cells as bytes of the file: formatted, cleaned, cut, encoded, quoted, padded; kept as long as their value holds.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erp/evaluator.hpp"
#include "erp/template.hpp"

namespace moisson::erp {

/// A set of 128-bit fingerprints with a 64-bit note each. Grows by doubling.
class FingerprintTable {
public:
    struct Entry {
        std::uint64_t first = 0;
        std::uint64_t second = 0;
        std::uint64_t note = 0;
    };
    /// The note kept with the text's fingerprint, which is `note` itself when the text is new.
    std::uint64_t insert(std::string_view text, std::uint64_t note);

private:
    void grow();
    std::vector<Entry> slots_;
    std::size_t count_ = 0;
};

/// A fast fingerprint of a text, two independent halves.
[[nodiscard]] std::pair<std::uint64_t, std::uint64_t> fingerprint(std::string_view text) noexcept;

/// One file's cells. Lives as long as one file of a template is written.
class Cells {
private:
    struct State {
        std::string bytes;
        std::string text;  // before encoding; worksheets only
        Value value;
        std::uint64_t stamp = 0;
        Level level = Level::row;
        bool is_filled = false;
        std::vector<Problem> problems;
    };

public:
    Cells(const Template& of, const FileSpec& file, Evaluator& evaluator);

    /// The finished bytes of one cell.
    [[nodiscard]] const std::string& bytes(std::uint32_t cell) {
        State& state = states_[cell];
        return state.stamp == evaluator_.stamp(state.level) && state.problems.empty() ? state.bytes : fresh(cell, state);
    }
    /// All cells of a line, separators between them. Cells that stay the same for a while are joined once.
    void append_row(std::string& out, const LineSpec& line, std::string_view separator);
    /// What a cell holds in a worksheet: a value and its text, cleaned and checked but not encoded.
    [[nodiscard]] std::pair<Value, std::string_view> typed(std::uint32_t cell);
    /// An empty cell's bytes: what a parent's cell is in further lines.
    void append_blank(std::string& out, std::uint32_t cell);
    /// A column's name as a text cell.
    void append_name(std::string& out, std::uint32_t column);
    /// A text line: literals and values.
    void append_text(std::string& out, const std::vector<TextPart>& parts);
    /// Once for every entry, on its first line: the columns that must be unique.
    void check_unique(const std::vector<std::uint32_t>& cells);
    [[nodiscard]] const ColumnSpec& column_of(std::uint32_t cell) const { return template_.columns[template_.cells[cell].column]; }

private:
    /// Neighbouring cells that change together: by contract or less often, or by entry where several lines share them.
    struct Segment {
        std::vector<std::uint32_t> cells;
        Level level = Level::row;
        bool is_joined = false;
        bool is_first = false;   // else the separator stands before it
        std::uint32_t slot = 0;  // of joined ones
    };
    struct Joined {
        std::string bytes;
        std::uint64_t stamp = 0;
        std::vector<Problem> problems;
    };
    /// Joined segments of one contract, document type and currency.
    struct OfContract {
        std::vector<std::string> bytes;
        std::vector<bool> is_known;
    };
    [[nodiscard]] std::vector<Segment> segments_of(const LineSpec& line);
    [[nodiscard]] const std::string& joined(const Segment& segment, std::string_view separator) {
        const Joined& kept = joined_[segment.slot];
        return kept.stamp == evaluator_.stamp(segment.level) && kept.problems.empty() ? kept.bytes : find_joined(segment, separator);
    }
    [[nodiscard]] const std::string& find_joined(const Segment& segment, std::string_view separator);
    void join(const Segment& segment, std::string_view separator, Joined& into);
    [[nodiscard]] const std::string& fresh(std::uint32_t cell, State& state);
    void refresh(std::uint32_t cell, State& state);
    [[nodiscard]] bool append_simple(const ColumnSpec& column, std::string_view text, std::string& out) const;
    void format(const ColumnSpec& column, const Value& value, std::string& out);
    [[nodiscard]] bool append_plain(const CellFormat& format, const Value& value, std::string& out) const;
    void apply_text_rules(const ColumnSpec& column, std::string_view& text);
    void limit_length(const ColumnSpec& column, std::string_view& text);
    void append_encoded(const ColumnSpec& column, std::string_view text, std::string& out);
    void quote(const ColumnSpec& column, bool is_text, std::size_t begin, std::string& out) const;
    void pad(const ColumnSpec& column, bool is_text, std::size_t begin, std::string& out);
    [[nodiscard]] Message name_of_column(const ColumnSpec& column) const;

    const Template& template_;
    const FileSpec& file_;
    Evaluator& evaluator_;
    std::vector<State> states_;
    bool foreign_[256] = {};
    bool needs_quote_[256] = {};
    bool is_special_[256] = {};  // a byte that any rule may have to look at
    std::string scratch_;
    std::string rule_text_;
    std::string lost_;
    std::vector<std::uint32_t> uses_;                                             // by cell: lines that have it
    std::vector<std::vector<Segment>> segments_;                                  // by line
    std::map<std::pair<std::vector<std::uint32_t>, bool>, std::uint32_t> slots_;  // by cells, and whether they come first
    std::vector<Joined> joined_;
    std::vector<OfContract> of_contract_;  // by the evaluator's serial
    std::uint32_t of_contract_epoch_ = 0;
    std::size_t of_contract_bytes_ = 0;
    std::map<std::uint32_t, FingerprintTable> unique_;
    std::map<std::uint32_t, FingerprintTable> shortened_;
};

}  // namespace moisson::erp
