#pragma once
/// From whole lines of a consumption report to rows of usage.csv, sums and groups. Only the usage room includes this header.

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/usage_summary.hpp"
#include "usage/line_cutter.hpp"
#include "usage/messages.hpp"
#include "usage/number.hpp"
#include "usage/report_columns.hpp"

namespace moisson::usage {

/// A document whose rows do so is over its budget.
inline constexpr const Row<>& rows_too_long = messages::rows_usage_csv_become_longer_size;

/// Bytes that grow without being cleared first.
class RawBuffer {
public:
    [[nodiscard]] char* data() noexcept { return memory_.get(); }
    [[nodiscard]] const char* data() const noexcept { return memory_.get(); }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] std::string_view bytes() const noexcept { return {memory_.get(), size_}; }
    void resize(std::size_t size) noexcept { size_ = size; }  ///< within what was reserved
    void clear() noexcept { size_ = 0; }
    /// Room for `bytes` behind the present end.
    char* reserve(std::size_t bytes) {
        if (capacity_ - size_ < bytes) {
            const std::size_t capacity = size_ + bytes + (size_ + bytes) / 2;
            std::unique_ptr<char[]> larger(new char[capacity]);
            if (size_ > 0) {
                std::memcpy(larger.get(), memory_.get(), size_);
            }
            memory_ = std::move(larger);
            capacity_ = capacity;
        }
        return memory_.get() + size_;
    }
    /// Gives the memory back when it is more than `bytes`.
    void shrink_to(std::size_t bytes) {
        if (capacity_ > bytes) {
            memory_.reset();
            size_ = capacity_ = 0;
        }
    }

private:
    std::unique_ptr<char[]> memory_;
    std::size_t size_ = 0;
    std::size_t capacity_ = 0;
};

/// What holds for all lines of one document; set before its first line is read.
struct Shape {
    std::string prefix;  ///< "contract_id,contract_name,period,document_id,version,document_type," of usage.csv
    bool counted = false;
    std::optional<Currency> currency;  ///< the document's own, for lines without one
    std::size_t columns = known_columns;
    DecimalMark mark = DecimalMark::unknown;
    bool watches_marks = false;       ///< `mark` was learned, and may turn out to be another one
    bool heading_is_strange = false;  ///< there is a heading, and it does not name Amount and DiscountedAmount where they are expected
    bool lines_are_rows = false;      ///< a line's number counts records, not line ends: of a workbook
    std::uint64_t line_limit = 0;     ///< the first line that is not read any more; 0: none
    std::size_t rows_bytes_max = SIZE_MAX;  ///< of one call of `read`
};

/// How often something was seen, and where first.
struct Sightings {
    std::uint64_t count = 0;
    std::uint64_t first_line = 0;
    std::string sample;
    std::uint64_t columns = 0;  ///< of a line with more columns than are known, in the place of a sample
    void add(std::uint64_t line, std::string_view text) {
        if (count++ == 0) {
            first_line = line;
            sample.assign(text.substr(0, 60));
        }
    }
    void add_columns(std::uint64_t line, std::uint64_t count_of_columns) {
        if (count == 0) {
            columns = count_of_columns;
        }
        add(line, {});
    }
    void add(const Sightings& later) {
        if (count == 0) {
            first_line = later.first_line;
            sample = later.sample;
            columns = later.columns;
        }
        count += later.count;
    }
};

/// Why a document could not be read to its end.
enum class Trouble : std::uint8_t {
    unreadable,     ///< it is not what it should be
    over_budget,    ///< it costs more than a document may
    reader_failed,  ///< its reader crashed, hung or was ended
    count
};

struct LineError {
    std::uint64_t line = 0;
    Message message;
    Trouble kind = Trouble::unreadable;
};

/// What the numbers of a document show of their decimal mark. The mark is learned from the first lines; where later ones show the other
/// one, a number such as "1,234" that was read by the first could be another number.
struct MarksSeen {
    Sightings comma;  ///< numbers in which a comma can only stand before decimals
    Sightings dot;    ///< the same with a dot
    Sightings leant;  ///< numbers that could be read in two ways, and were read by the mark of the file
    void add(const MarksSeen& later) {
        comma.add(later.comma);
        dot.add(later.dot);
        leant.add(later.leant);
    }
    /// Why a number may have been read wrongly, with its line, when `mark` is what they were read by; empty: all agree.
    [[nodiscard]] std::optional<LineError> contradiction(DecimalMark mark) const;
};

/// Groups by a text and a currency, in order of first sight. Bounded by the caller.
class Groups {
public:
    struct Group {
        std::uint64_t hash = 0;
        std::size_t text_begin = 0;
        std::uint32_t text_size = 0;
        UsageSum sum;
    };
    /// The group's sum, made when there is none. Pointers end with the next call.
    UsageSum& at(std::string_view text, Currency currency);
    /// The same with what `hash_of` says, as another table of groups knows it.
    UsageSum& at(std::string_view text, Currency currency, std::uint64_t hash);
    [[nodiscard]] UsageSum* find(std::string_view text, Currency currency, std::uint64_t hash);
    [[nodiscard]] const std::vector<Group>& all() const noexcept { return groups_; }
    [[nodiscard]] std::string_view text_of(const Group& group) const noexcept {
        return std::string_view(texts_).substr(group.text_begin, group.text_size);
    }
    [[nodiscard]] std::size_t text_bytes() const noexcept { return texts_.size(); }
    void clear() noexcept;

private:
    /// Looked at first: most slots are told apart by a part of the hash, without a look at the group.
    struct Slot {
        std::uint32_t group = 0;  // index + 1 into groups_; 0: free
        std::uint32_t tag = 0;
    };
    [[nodiscard]] std::size_t slot_of(std::string_view text, Currency currency, std::uint64_t hash) const noexcept;
    void grow();
    std::string texts_;
    std::vector<Group> groups_;
    std::vector<Slot> slots_;
};

/// Adds one line's amounts; false on overflow.
[[nodiscard]] bool add_line(UsageSum& sum, const ReadNumber& before, const ReadNumber& discounted) noexcept;
/// Adds another sum of the same currency; false on overflow.
[[nodiscard]] bool add_sum(UsageSum& sum, const UsageSum& other) noexcept;
/// Adds it to the sum of its currency, which is made when there is none; false on overflow.
[[nodiscard]] bool add_by_currency(std::vector<UsageSum>& sums, const UsageSum& other);

/// What lines gave.
struct Yield {
    RawBuffer rows;                       ///< of usage.csv
    std::vector<std::uint32_t> row_ends;  ///< in `rows`
    std::uint64_t lines = 0;
    std::vector<UsageSum> sums;  ///< in order of first sight
    Groups by_service;           ///< text: service
    Groups by_project;           ///< text: project, NUL, tags
    Sightings without_amount;
    Sightings unreadable_numbers;
    Sightings not_utf8;
    Sightings formula_like;  ///< texts that a spreadsheet would run when it opens usage.csv
    Sightings more_columns;
    Sightings total_rows;
    DecimalMark mark = DecimalMark::unknown;  ///< what the numbers were read by
    MarksSeen marks;
    BigDecimal total_row;              ///< the last total row's DiscountedAmount
    std::string other_sheet;           ///< a sheet of another name was read; empty otherwise
    bool counted = false;              ///< as the document
    bool is_no_source = false;         ///< a packed bill that is no workbook: it has no lines to read
    bool is_last = false;              ///< nothing of the document follows
    std::uint64_t unpacked_bytes = 0;  ///< of the document so far, with what was taken ahead
    std::uint64_t milliseconds = 0;    ///< of processor time for unpacking and cutting the document so far
    std::optional<LineError> error;    ///< the first line that cannot be read; nothing after it was
    void clear();
};

/// Reads lines; keeps its memory from call to call. One thread.
class LineReader {
public:
    /// `lines`: whole records, the last one perhaps without its line end, with `padding_bytes` readable behind them; `first_line`: the
    /// number of the first. Fills `yield`, which was cleared.
    void read(const Shape& shape, std::string_view lines, std::uint64_t first_line, Yield& yield);

    /// Finds the shape of a document by its first lines (`lines` as above: the beginning of the file, without byte order marks). Sets
    /// `shape.columns` and `shape.mark`.
    struct Start {
        std::size_t bytes = 0;           ///< to skip: the heading, and blank lines before it
        std::uint64_t line = 1;          ///< number of the first line after them
        std::size_t columns = 0;         ///< how many there are, where there are more than known ones; else 0
        std::optional<LineError> error;  ///< why the file cannot be used
    };
    [[nodiscard]] Start find_start(std::string_view lines, Shape& shape);

private:
    using Field = LineCutter::Field;
    void note_mark(std::string_view text, DecimalMark mark, bool has_decimals, MarksSeen& marks) const;
    [[nodiscard]] bool is_total_row() const;
    [[nodiscard]] bool is_heading(const Shape& shape);
    [[nodiscard]] bool names_amounts() const;
    [[nodiscard]] Message doubt_about_heading() const;
    /// Empty when the line has as many fields as it must.
    [[nodiscard]] Message doubt_about_columns(const Shape& shape, Yield& yield);
    /// Empty when the row was written.
    [[nodiscard]] Message put_row(const Shape& shape, Yield& yield);
    [[nodiscard]] char* put_text(char* out, const Field& field, Yield& yield);
    [[nodiscard]] char* put_rare_text(char* out, const Field& field, Yield& yield);
    [[nodiscard]] char* put_number(char* out, std::size_t column, const Shape& shape, ReadNumber& number, Yield& yield) const;
    [[nodiscard]] std::string_view plain_text(const Field& field, std::string& scratch) const;
    [[nodiscard]] std::optional<Currency> read_currency(const Shape& shape);
    [[nodiscard]] bool add_up(Currency currency, const ReadNumber& before, const ReadNumber& discounted, Yield& yield);
    void learn_mark(std::string_view lines, Shape& shape);

    LineCutter cutter_;
    std::uint64_t line_ = 0;
    std::array<char, 3> last_currency_text_{};  // as the column has it
    std::optional<Currency> last_currency_;
    std::string service_text_;
    std::string project_text_;
    std::string scratch_;
};

/// The text of a number column where it is no more than that: "quantity", "unit_price" …
[[nodiscard]] std::string_view usage_column_name(std::size_t report_column) noexcept;

/// Appends a field of usage.csv: quoted when it holds a comma, quote, CR or LF, or begins or ends with a blank, as in ledger.csv.
void append_csv_field(std::string& out, std::string_view value);

}  // namespace moisson::usage
