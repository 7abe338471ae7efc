#pragma once
/// Puts a month's files together in a folder of their own and brings them to OUT/PERIOD by one rename.

#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "domain/ledger_entry.hpp"
#include "domain/run_summary.hpp"
#include "pipeline/evidence.hpp"
#include "pipeline/publish_folder.hpp"
#include "pipeline/stages.hpp"
#include "state/state_store.hpp"
#include "transfer/object_store.hpp"

namespace moisson::pipeline {

/// What publishing works with; all outlive it.
struct PublishContext {
    const transfer::ObjectStore& store;
    PublishFolder& folder;
    const Clock& clock;
    Stages& stages;
    Language language = Language::english;  ///< of what people read; never of codes or of summary.json
    /// The last step before the new month shows; may throw FatalError.
    std::function<void()> before_rename;
    /// Asked with the written ledger and its digest: false when the month is to stay as it stands. May throw FatalError.
    std::function<bool(const std::filesystem::path& ledger, const std::string& sha256)> accept_ledger;
    EvidenceRecorder* evidence = nullptr;  ///< null: the folder gets none
    std::stop_token stop = {};             ///< until `before_rename`: FatalError(interrupted)
    /// The books that the bundle carries on, as they are once the month shows. Not set for a view: its bundle carries none.
    std::function<state::Books()> books = {};
    bool books_something = false;  ///< the publication adds to the books of before
    std::vector<ChainLink> chain = {};  ///< before this publication
    /// Given the folder's new link, where it gets one: the last step before `before_rename`.
    std::function<void(ChainLink)> keep_link = {};
};

/// Writes ledger.csv, the addenda, ledger.xlsx, bundle.zip, report.html, junit.xml, summary.md, evidence/answers.zip, evidence.json and
/// summary.json (in this order) into the folder, beside what earlier steps put there and named in `summary.files`, and publishes all of it
/// together. `summary.retention` is set before. `summary.files` (ledger.csv first) and `summary.finished_at` are filled on the way. False
/// when the ledger was not accepted: nothing is published then.
/// FatalError(local): disk, folder; FatalError(inconsistent): a stored file's bytes are not those of its digest. In both cases what was
/// published before stands untouched.
[[nodiscard]] bool publish(const PublishContext& context, const std::vector<LedgerEntry>& entries, RunSummary& summary);

/// SHA-256 of the published folder's ledger.csv as it stands; empty when there is none.
[[nodiscard]] std::string published_ledger_digest(const std::filesystem::path& folder);

}  // namespace moisson::pipeline
