#pragma once
/// What verification takes from a file that a stranger may have made: every bound in one place, each with its reason. They follow from the
/// form of what is published, never from its size: a ledger of a million rows has none but what its own packed bytes give. What is beyond
/// is "over budget", a problem like others. Only the bundle room includes this header.

#include <cstddef>
#include <cstdint>

namespace moisson::bundle::limits {

// Archives. Deflate unpacks to a thousand times its length at most; a published month packs 3:1 to 8:1, its summary alone 66:1.
/// A bundle or workbook of any length may unpack to so much …
inline constexpr std::uint64_t unpacked_bytes = 64ULL << 20U;
/// … and a longer one to so many times its own length more.
inline constexpr std::uint64_t unpacked_ratio = 60;
/// The directory is read in pieces of this size.
inline constexpr std::uint64_t directory_piece_bytes = 1ULL << 20U;
/// Parts of a workbook: those published have fewer than 60.
inline constexpr std::size_t workbook_parts = 10'000;

/// Files of a published folder: seven, ERP files and addenda.
inline constexpr std::size_t folder_files = 10'000;

// Tables. A ledger's row takes 50 packed bytes and more: ids, days and amounts differ from row to row.
/// Rows that a table of any length may have …
inline constexpr std::uint64_t rows = 100'000;
/// … and one more for so many of its packed bytes.
inline constexpr std::uint64_t packed_bytes_per_row = 16;
/// A ledger has 32 columns.
inline constexpr std::size_t columns = 64;
/// Texts of the service are kept whole, but none is a document of its own.
inline constexpr std::size_t row_bytes = 1U << 20U;
/// There are some 160 codes of findings; a row has a few.
inline constexpr std::size_t codes_of_row = 64;
inline constexpr std::size_t codes_of_document = 256;  // all its versions together
inline constexpr std::size_t codes = 4096;
/// Document types that one counting rule prefers in turn; the service has six.
inline constexpr std::size_t types_of_rule = 64;

// summary.json: its memory is its text and what the tree takes for each value, counted before the tree is made.
inline constexpr std::uint64_t json_bytes = 96ULL << 20U;
/// … and so many times the length of the bundle (or of the published text) more: 200,000 rows with two findings each.
inline constexpr std::uint64_t json_ratio = 12;
/// Of the tree: 16 for the value, the rest while it is put together.
inline constexpr std::uint64_t json_value_bytes = 24;
/// A summary has five levels.
inline constexpr std::size_t json_depth = 32;
/// The largest object has some 40 members; one has a member for each document type.
inline constexpr std::size_t json_members = 256;
/// Documents that one contract owes: some a month.
inline constexpr std::size_t expected_of_contract = 4096;

// Tag files and closed months are held while they are compared.
inline constexpr std::uint64_t tag_bytes = 64ULL << 10U;
inline constexpr std::uint64_t closed_months_bytes = 16ULL << 20U;
/// index.html is held: a row of 500 bytes holds a digest, which does not pack.
inline constexpr std::uint64_t auditor_page_bytes = 16ULL << 20U;
inline constexpr std::uint64_t auditor_page_ratio = 8;
/// A manifest that differs is held, to name the lines, up to so many times its right length.
inline constexpr std::uint64_t manifest_ratio = 2;

// Sheets: 28 cells of 32,767 letters, each spelt with 6 bytes at most.
inline constexpr std::size_t sheet_row_bytes = 16U << 20U;
inline constexpr std::size_t sheet_columns = 64;
inline constexpr std::size_t sheet_names_bytes = 1U << 20U;
inline constexpr std::size_t sheets = 4096;
/// Rows of the sheets beside the ledger are held: so many bytes, and so many times the workbook's length more.
inline constexpr std::uint64_t sheet_held_bytes = 48ULL << 20U;
inline constexpr std::uint64_t sheet_held_ratio = 8;

// report.html and junit.xml.
/// The longest cell tells what a contract lacks: 240 months in words.
inline constexpr std::size_t page_cell_bytes = 256U << 10U;

/// Counted documents that a page shows are held until it is read: so many rows …
inline constexpr std::size_t page_documents = 2500;
/// … and so many bytes of texts: 6 kB for each of them.
inline constexpr std::uint64_t page_documents_bytes = 16ULL << 20U;

// ERP files. A longer line is no entry; the file is not looked into.
inline constexpr std::size_t erp_line_bytes = 1U << 20U;
/// Numbers kept of all entries: so many, and so many more for each document.
inline constexpr std::size_t erp_numbers = 1'000'000;
inline constexpr std::size_t erp_numbers_per_document = 32;

// The child that verifies. 10 MB take 50 to 150 MB and two seconds.
inline constexpr std::uint64_t child_bytes = 128ULL << 20U;
/// … and so many times the length of all files more, but no more than a machine has.
inline constexpr std::uint64_t child_bytes_ratio = 16;
inline constexpr std::uint64_t child_bytes_max = 4ULL << 30U;
/// On a slow machine, with other work on it, from a slow disk.
inline constexpr std::uint64_t child_seconds = 20;
inline constexpr std::uint64_t child_seconds_per_megabyte = 2;

// What is said.
inline constexpr std::size_t sentences = 1000;
/// Further ones are counted up to here; then nothing more is looked at.
inline constexpr std::uint64_t counted_sentences = 100'000;

}  // namespace moisson::bundle::limits
