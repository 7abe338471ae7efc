#pragma once
/// Step of the run: documents that run something when a person opens them.

#include <stop_token>
#include <vector>

#include "domain/ledger_entry.hpp"
#include "domain/run_summary.hpp"
#include "transfer/object_store.hpp"

namespace moisson::pipeline {

/// Looks at the bytes of every row's file and adds `document-active` to row and `summary.findings`. The bytes alone decide: every run says
/// the same, and the state has to keep nothing. FatalError(local): a stored file could not be read; FatalError(interrupted): a stop was
/// asked for.
void mark_active_documents(std::vector<LedgerEntry>& entries, const transfer::ObjectStore& store, RunSummary& summary,
                           const std::stop_token& stop);

}  // namespace moisson::pipeline
