#pragma once
/// What a bundle holds for an auditor: README.txt, LISEZ-MOI.txt, index.html and data/ledger.schema.json; and until when it is to be kept.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/reporter.hpp"
#include "bundle/bundle.hpp"
#include "config/job.hpp"
#include "domain/ledger_entry.hpp"
#include "domain/run_summary.hpp"

namespace moisson::pipeline {

/// Fills `summary.organization` and `summary.retention`. What stands in `target` (a published folder, or nothing) and is to be kept for
/// longer stays so: the log says that (`retention-kept`).
void set_retention(const config::Job& job, const std::vector<LedgerEntry>& entries, const std::filesystem::path& target, Reporter& reporter,
                   RunSummary& summary);

/// The page once, in a file of `folder` that goes with this object; the notes for every set of files. One thread.
class AuditorFiles {
public:
    /// `payload`: the bundle's without the schema and the books. FatalError(local).
    AuditorFiles(const RunSummary& summary, const std::vector<LedgerEntry>& entries, const std::vector<bundle::Payload>& payload,
                 const std::filesystem::path& folder);
    AuditorFiles(const AuditorFiles&) = delete;
    AuditorFiles& operator=(const AuditorFiles&) = delete;
    ~AuditorFiles();

    [[nodiscard]] bundle::Payload schema() const;
    /// The tag files, in their order. `payload`: all of the bundle's.
    [[nodiscard]] std::vector<bundle::Payload> tags(const std::vector<bundle::Payload>& payload) const;

private:
    const RunSummary& summary_;
    const std::vector<LedgerEntry>& entries_;
    std::filesystem::path page_;
    std::string page_sha256_;
    std::uint64_t page_bytes_ = 0;
};

/// Fields of bag-info.txt that say whose the bundle is, and until when it is to be kept.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> record_keeping_fields(const RunSummary& summary);

}  // namespace moisson::pipeline
