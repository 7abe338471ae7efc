#pragma once
/// Puts a month's files together in a folder of their own and brings them to OUT/PERIOD by one rename.

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "domain/ledger_entry.hpp"
#include "domain/run_summary.hpp"
#include "pipeline/stages.hpp"
#include "transfer/object_store.hpp"

namespace moisson::pipeline {

struct PublishOptions {
    std::filesystem::path out;              ///< OUT
    std::filesystem::path temporary_folder; ///< on a disk with room, for the workbook
    std::function<void()> before_rename;    ///< the last step before the new month shows; may throw FatalError
};

/// Writes ledger.csv, ledger.xlsx, bundle.zip, report.html, junit.xml and summary.json (in this order) and publishes them together.
/// `summary.files` and `summary.finished_at` are filled on the way. Returns OUT/PERIOD.
/// FatalError(local): disk, folder; FatalError(inconsistent): a stored file's bytes are not those of its digest. In both cases what was
/// published before stands untouched.
[[nodiscard]] std::filesystem::path publish(const std::vector<LedgerEntry>& entries, RunSummary& summary,
                                            const transfer::ObjectStore& store, const PublishOptions& options, const Clock& clock,
                                            Stages& stages);

/// SHA-256 of OUT/PERIOD/ledger.csv as it stands; empty when there is none.
[[nodiscard]] std::string published_ledger_digest(const std::filesystem::path& out, const MonthRange& period);

}  // namespace moisson::pipeline
