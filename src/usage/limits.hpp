#pragma once
/// What reading may cost: the one table of limits, with the reason for each. A document that passes one is `usage-over-budget`; none of its
/// lines count, and the month is published.
///
/// Where cost can grow without size (packing, texts that rows share), a document may use what its stored bytes explain and some more for
/// free; the run as a whole has so much to give away and no more, so that ten thousand small bombs are no large one.

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace moisson::usage {

/// A cost that a document's stored bytes explain by a ratio, and what it and the run may use beyond that.
struct Allowance {
    std::uint64_t ratio;        ///< for each stored byte
    std::uint64_t free;         ///< for a document, whatever its size
    std::uint64_t free_of_run;  ///< for all documents together
    [[nodiscard]] std::uint64_t explained(std::uint64_t stored_bytes) const noexcept { return ratio * stored_bytes; }
};

struct Limits {
    /// Bytes that come out of a ZIP or of parts of a workbook. Real sheets unpack to 10 to 30 times their size, deflate's most is 1032.
    Allowance unpacked{100, 64ULL << 20U, 1ULL << 30U};
    /// Bytes of usage.csv. A line of a report grows by its contract's name and some digits, a packed one by what packing took.
    Allowance rows{100, 1ULL << 20U, 64ULL << 20U};
    /// Milliseconds of processor time for 1 MiB of what is stored and unpacked: twenty times what it takes. The free
    /// ones are for documents that cost time without being large; waiting for a reader that says nothing is charged as much.
    Allowance milliseconds{100, 20'000, 300'000};

    /// By the clock, beside these: what a child takes to start and to be given a turn on a busy machine.
    std::uint64_t patience_milliseconds = 10'000;

    /// Lines, or rows, of one document: fifty times the largest reports known.
    std::uint64_t lines = 100'000'000;
    /// Rows of one piece of about 1 MiB, while it is held: ten times what lines of the shortest kind become.
    std::size_t piece_rows_bytes = 32U << 20U;

    /// A tag of XML with its attributes, a comment, a processing instruction: while it is not whole, the parser looks at it from its
    /// beginning with every piece that comes. A text is none of these. A sheet's longest tag has a hundred bytes.
    std::size_t xml_token_bytes = 1U << 20U;
    /// What the XML parser holds: an unfinished tag twice, and every name that it has seen. Workbooks know some hundred names.
    std::size_t xml_memory_bytes = 16U << 20U;
    /// A workbook's texts that cells share, with what it takes to find them: held whole. Larger ones would not open in a spreadsheet.
    std::size_t shared_texts_bytes = 64U << 20U;
    /// A workbook inside a ZIP is held whole, too.
    std::size_t inner_workbook_bytes = 64U << 20U;
    /// The list of sheets, and the lists of where parts lie: a workbook of a thousand sheets has 100 KiB of them.
    std::uint64_t small_part_bytes = 4U << 20U;
    /// Entries of an archive that are looked at in search of a part.
    std::size_t archive_entries = 10'000;

    /// What `bytes` and that much for free may take.
    [[nodiscard]] std::chrono::milliseconds time_for(std::uint64_t bytes, std::uint64_t free) const noexcept {
        return std::chrono::milliseconds(milliseconds.explained(bytes >> 20U) + free);
    }
};

/// What of the run's free costs is left for one document.
struct FreeCosts {
    std::uint64_t unpacked = 0;
    std::uint64_t rows = 0;
    std::uint64_t milliseconds = 0;
};

}  // namespace moisson::usage
