#pragma once
/// The lines inside consumption reports (the 27-column CSV) and "Billing Report" workbooks: read exactly, written to `usage.csv`, added up
/// for chargeback and compared with the bill of the same contract and month.
///
/// The door of the room. Formats: api/README.md §6. No floating point anywhere. Memory, time and bytes out are bounded whatever the files
/// hold (limits.hpp), and what reads them can be a process apart (`Options::confined`).

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "cage/cage.hpp"
#include "domain/big_decimal.hpp"
#include "domain/finding.hpp"
#include "domain/ledger_entry.hpp"
#include "domain/usage_summary.hpp"
#include "usage/limits.hpp"

namespace moisson::usage {

/// The header line of `usage.csv`, in order: who the line belongs to, then the report's 27 columns. Amounts are exact decimal text with a
/// dot; dates and texts stand as the report has them.
inline constexpr std::array<std::string_view, 35> csv_columns{"contract_id",
                                                              "contract_name",
                                                              "period",
                                                              "document_id",
                                                              "version",
                                                              "document_type",
                                                              "line",
                                                              "counted",
                                                              "billing_mode",
                                                              "begin_date",
                                                              "end_date",
                                                              "service_id",
                                                              "tenant",
                                                              "country",
                                                              "region",
                                                              "service",
                                                              "code",
                                                              "charge",
                                                              "resource_id",
                                                              "project",
                                                              "tags",
                                                              "quantity",
                                                              "unit",
                                                              "unit_price",
                                                              "amount",
                                                              "volume_discount",
                                                              "discounted_amount",
                                                              "currency",
                                                              "subs_charge_type",
                                                              "subs_begin_date",
                                                              "subs_end_date",
                                                              "subs_upfront",
                                                              "subs_upfront_discounted",
                                                              "subs_flavor",
                                                              "subs_duration"};

/// A document and the stored file with its bytes (plain CSV, XLSX, or a ZIP that holds one of them).
struct Source {
    const LedgerEntry* entry = nullptr;  ///< never null; outlives the result
    std::filesystem::path file;
};

/// True for the latest version of a rated consumption report, partial or not, with a stored file, and for a bill (partial or not) that is
/// a workbook or a ZIP. Other rows have no lines to read.
[[nodiscard]] bool is_source(const LedgerEntry& entry) noexcept;

struct Options {
    unsigned threads = 0;  ///< 0: one for each core, 8 at most
    std::stop_token stop;
    std::size_t groups_max = 100'000;     ///< groups by service, and as many by project, before "others"; smaller in tests
    std::size_t chunk_bytes = 1U << 20U;  ///< smaller in tests; the result does not depend on it
    Limits limits;                        ///< smaller in tests
    /// Documents are read in a child process, which holds nothing (cage.hpp). The program's `main` must give `reader_job` to
    /// `cage::run_if_child`.
    bool confined = false;
};

/// What such a child does.
[[nodiscard]] cage::Job reader_job();

/// Starts the child of a confined `extract` with these options while its caller still does something else. Null: none is to be had, or the
/// options want none; `extract` then tries by itself and says why. Of the calling thread, as the `extract` that takes it.
[[nodiscard]] std::unique_ptr<cage::Cage> start_reader(const Options& options);

struct Extract {
    UsageSummary summary;
    std::vector<Finding> findings;            ///< by contract id, document id, code
    std::uint64_t size_bytes = 0;             ///< of usage.csv; 0 when no line was found and no file was written
    std::string sha256;                       ///< of usage.csv; empty when none was written
    std::optional<cage::Confinement> reader;  ///< what held the child back that read the documents; none: there was no child
};

/// Reads all sources and writes `usage_csv`: header and one row per line, sorted by contract id, month, reports before partial reports
/// before workbooks, document id, line; RFC 4180 with the quoting of ledger.csv, LF. Atomic, and the same bytes with any number of threads.
/// `usage_csv` empty: reads, adds up and writes nothing.
///
/// `counted` is `yes` where the line enters sums and comparison. Of a contract and month the rated consumption reports count; the workbook
/// counts where no report could be read whole; partial documents, documents without a period, and a second document with the same bytes
/// never do. A sum over counted rows so holds nothing twice.
///
/// A report that cannot be read to its end is named by `usage-unreadable` (error) with the line, a workbook by `usage-workbook-unreadable`
/// (warning); the lines before it are written as not counted. Of a document that is over budget (`usage-over-budget`) or whose reader
/// failed
/// (`usage-reader-failed`; both are errors for a report and warnings for a workbook) no line is written. `disk` when a stored file cannot
/// be read or usage.csv cannot be written, `cancelled` on a stop request, which is answered within a second: nothing is left behind.
/// `internal` when no child can be started. `reader`: of `start_reader`, or null.
[[nodiscard]] Result<Extract> extract(std::span<const Source> sources, const std::filesystem::path& usage_csv, const Options& options = {},
                                      std::unique_ptr<cage::Cage> reader = {});

/// Compares, by contract, month and currency, the counted lines' DiscountedAmount with the counted rows of `entries`, and adds differences,
/// `compared` and findings to `extract`. A difference of up to `tolerance`, included, is none.
///
/// Agreement with the counted rows, or with these without their credit notes (which are about other months), is agreement. Documents over
/// several months are compared over these months together, where each of them has lines. Where a document of the month has lines that could
/// not be read to the end, nothing is compared: the error is there already. Months with lines but no counted document, or the other way
/// round, are no difference.
void compare(std::span<const LedgerEntry> entries, const BigDecimal& tolerance, Extract& extract);

}  // namespace moisson::usage
