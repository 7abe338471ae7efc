#pragma once
/// A stored document as a stream of lines in the report's form, whatever it is packed in. Only the usage room includes this header.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "usage/archive.hpp"
#include "usage/lines.hpp"

namespace moisson::usage {

/// Bytes in order. One thread.
class ByteSource {
public:
    virtual ~ByteSource() = default;
    /// Fills `to` with up to `size` bytes and returns how many; fewer only at the end. `disk`: the stored file cannot be read.
    [[nodiscard]] virtual Result<std::size_t> read(char* to, std::size_t size) = 0;
    /// Why the end came early (line 0: none in particular); empty when it is the end indeed.
    [[nodiscard]] virtual std::optional<LineError> trouble() const { return std::nullopt; }
    /// A sheet of another name was read; empty otherwise.
    [[nodiscard]] virtual std::string other_sheet() const { return {}; }
};

/// What reads a document.
struct Input {
    std::unique_ptr<ByteSource> source;
    bool is_workbook = false;  ///< lines as `WorkbookSource` makes them: no heading, a dot before decimals, one record a row of the sheet
};

/// `media_type` is the ledger's. `disk`: the stored file cannot be read; `too_large`: over budget; any other error is a sentence about this
/// document. `file` outlives what is returned.
[[nodiscard]] Result<Input> open_input(StoredFile& file, std::string_view media_type);

/// The rows of the "Billing Report" sheet as lines of a consumption report: blank up to row 13, then one record a row. The archive is
/// `file`, or `bytes` where these are not empty.
[[nodiscard]] Result<std::unique_ptr<ByteSource>> open_workbook(StoredFile& file, std::string bytes = {});

inline constexpr std::string_view zip_type = "application/zip";

/// `error` as what ended a document, at that line (0: none in particular).
[[nodiscard]] LineError trouble_of(std::uint64_t line, const Error& error);

/// Whole records, cut from a source.
struct Piece {
    RawBuffer buffer;  ///< with padding behind `lines`
    std::size_t lines_size = 0;
    std::uint64_t first_line = 1;
    bool is_last = false;            ///< nothing follows
    std::optional<LineError> error;  ///< what ended the source early, after these lines
    [[nodiscard]] std::string_view lines() const noexcept { return {buffer.data(), lines_size}; }
};

/// Cuts a source at the ends of records: at line ends outside of quotes. One thread.
class Cutter {
public:
    Cutter(ByteSource& source, bool lines_are_rows) : source_(source), lines_are_rows_(lines_are_rows) {}
    /// At least one record, and about `bytes`; byte order marks at the file's beginning are left out. `disk` alone is an error; all else
    /// is in `piece.error`, and the piece is the last.
    [[nodiscard]] Status next(Piece& piece, std::size_t bytes);

private:
    struct Scan {
        std::size_t at = 0;          // looked at so far
        std::size_t record_end = 0;  // behind the last record that ended
        bool in_quotes = false;
        std::uint64_t line_ends = 0;     // up to `at`
        std::uint64_t lines_at_end = 0;  // line ends (or records) up to `record_end`
        std::uint64_t records = 0;
    };
    void look(Scan& scan, std::string_view bytes, bool at_end) const;
    void look_outside(Scan& scan, std::string_view bytes) const;
    void begin(RawBuffer& buffer);

    ByteSource& source_;
    bool lines_are_rows_;
    std::string rest_;  // of the last piece: the beginning of a record
    std::uint64_t line_ = 1;
    bool has_begun_ = false;
    bool lines_end_with_cr_ = false;  // and with nothing else, as old spreadsheets of the Macintosh write
    bool at_end_ = false;
    std::optional<LineError> error_;
};

}  // namespace moisson::usage
