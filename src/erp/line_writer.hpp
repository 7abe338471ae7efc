#pragma once
/// Lines of one file as they are written: records with line ends between them, or cells of a sheet.

#include <cstdint>

#include "erp/cells.hpp"
#include "erp/evaluator.hpp"
#include "erp/target.hpp"
#include "erp/template.hpp"

namespace moisson::erp {

/// Writes into the target's buffer, or its sheet. What stands in the lines is what the evaluator has in hand.
class LineWriter {
public:
    /// All of them outlive the writer. `target`: null when the file is refused already; its lines are evaluated for their problems alone.
    LineWriter(const Template& of, const FileSpec& file, Cells& cells, Evaluator& evaluator, Target* target)
        : template_(of), file_(file), cells_(cells), evaluator_(evaluator), target_(target) {}

    /// Before the first line: the byte order mark.
    void begin();
    /// `is_continuation`: a line of an entry that has one already.
    void write(const LineSpec& line, bool is_continuation);
    /// After the last line: its line end.
    void end();

private:
    void write_row_cells(const LineSpec& line, bool is_continuation);
    void write_sheet_cells(const LineSpec& line, bool is_continuation);

    const Template& template_;
    const FileSpec& file_;
    Cells& cells_;
    Evaluator& evaluator_;
    Target* target_;
    std::uint64_t records_ = 0;  // written so far: line ends stand between them
    std::uint32_t sheet_row_ = 0;
};

}  // namespace moisson::erp
