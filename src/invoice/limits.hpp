#pragma once
/// What reading one document may cost, with the reason for each limit. What passes one is `invoice-over-budget`; nothing of it is used.

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace moisson::invoice::limits {

/// A stored file: it is held whole. Invoices with scanned pages have some megabytes.
inline constexpr std::uint64_t file_bytes = 100ULL << 20U;
/// Structured data. The largest of the public collections has 0.3 MiB; a line costs one or two KiB.
inline constexpr std::uint64_t xml_bytes = 64ULL << 20U;
/// Elements inside elements: CII and UBL need a dozen.
inline constexpr int xml_depth = 64;
/// An unfinished tag, comment or instruction: the parser looks at it from its beginning with every piece that comes.
inline constexpr std::size_t xml_token_bytes = 1U << 20U;
inline constexpr std::size_t xml_memory_bytes = 16U << 20U;

/// Of a text that is kept, and of one that is looked at: a date, an amount, an id. What is longer is cut, or is none of these.
inline constexpr std::size_t text_bytes = 512;
inline constexpr std::size_t raw_text_bytes = 4096;
/// Of such a text in a sentence.
inline constexpr std::size_t shown_bytes = 80;
/// Values of one term that differ: ids of a party come with many schemes.
inline constexpr std::size_t values_of_term = 16;
/// Rates of a VAT breakdown: each category and rate stands once, countries have a handful.
inline constexpr std::size_t vat_lines = 1000;
/// Observations of one document.
inline constexpr std::size_t observations = 64;

/// Embedded files of a PDF that are looked at, nodes of its tree of names and of its tree of pages, and how deep these are.
inline constexpr std::size_t embedded_files = 256;
inline constexpr std::size_t tree_nodes = 20'000;
inline constexpr int tree_depth = 64;
/// Objects that a PDF says it has; its table of them is held whole.
inline constexpr long long pdf_objects = 1'000'000;
/// Embedded files may together unpack to so many times the size of the PDF, and that much more: XML packs to a tenth or a fiftieth.
inline constexpr std::uint64_t unpacked_ratio = 100;
inline constexpr std::uint64_t unpacked_free_bytes = 1ULL << 20U;

/// Of an inbox: what lies in it is looked at up to so many names and so deep; a month of a large group has some thousands.
inline constexpr std::size_t inbox_names = 100'000;
inline constexpr int inbox_depth = 16;
/// A ZIP in it, the entries that it may have, what one of them and what all of them may unpack to (and never to more than the ratio above).
inline constexpr std::uint64_t zip_bytes = 512ULL << 20U;
inline constexpr std::size_t zip_entries = 10'000;
inline constexpr std::uint64_t entry_bytes = 32ULL << 20U;
inline constexpr std::uint64_t unpacked_bytes = 2ULL << 30U;
/// Documents that are read together, and what those of them that a ZIP holds may have: they are in memory until then.
inline constexpr std::size_t inbox_documents_at_once = 128;
inline constexpr std::uint64_t inbox_bytes_at_once = 32ULL << 20U;

/// Processor time of one document; the largest real ones take a tenth of a second.
inline constexpr std::chrono::milliseconds processor_time{5'000};
/// Until a reader that says nothing is ended, by the clock and as its processor time.
inline constexpr std::chrono::milliseconds patience{10'000};
/// What a reader may write to.
inline constexpr std::uint64_t memory_bytes = 256ULL << 20U;

/// Documents that a reader has and has not read: some are at hand while their answers are on the way.
inline constexpr std::size_t documents_ahead = 16;
inline constexpr unsigned readers_max = 4;

/// Profiles of pages that are handed to a reader.
inline constexpr std::size_t profiles = 1000;

}  // namespace moisson::invoice::limits
