#pragma once
/// Published months as Parquet files, for engines that read years at once: DuckDB, Spark, Trino.
///
///     TO/ledger/month=2026-10/ledger.parquet      the rows of OUT/2026-10/ledger.csv
///     TO/usage/month=2026-10/usage.parquet        the lines of its usage.csv, where it has one
///     TO/addenda/month=2026-10/addenda.parquet    the rows of its addenda, which are of months closed before, where it has some
///
/// The columns are those of the CSV files by name and order, with types (samples/engines/README.md). Every file of a table has the same
/// columns, whichever version published the month: what it did not have is empty.

#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "domain/period.hpp"

namespace moisson::pipeline {

struct ParquetFile {
    std::string table;           ///< "ledger", "usage" or "addenda"
    Month month;                 ///< whose folder it is made of
    std::uint64_t rows = 0;
    std::uint64_t size_bytes = 0;
    std::filesystem::path path;
};

struct ParquetRequest {
    std::filesystem::path out;  ///< holds the published months; or is one
    std::filesystem::path to;
    MonthRange months;          ///< others are left alone
};

struct ParquetFiles {
    std::vector<ParquetFile> files;           ///< by month, then ledger, usage, addenda
    std::vector<std::string> not_one_month;   ///< folders of ranges and views: their rows stand in the months' own folders
};

/// Makes the files of every published month anew, each at once or not at all. A file of a table that the month does not have any more goes.
/// What is read is held against the digests of the month's summary.json while it is read.
/// FatalError(usage): no month is there, or `months` names one that is not; (inconsistent): a file is not what was published, or holds a
/// value that its column cannot hold exactly; (local): the disk; (interrupted).
[[nodiscard]] ParquetFiles write_parquet_files(const ParquetRequest& request, const std::stop_token& stop);

}  // namespace moisson::pipeline
