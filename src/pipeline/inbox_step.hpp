#pragma once
/// Step of the run: e-invoices that came by another way, beside the service's.

#include <vector>

#include "domain/ledger_entry.hpp"
#include "domain/run_summary.hpp"
#include "pipeline/invoice_step.hpp"

namespace moisson::pipeline {

/// FatalError(usage): a folder of [[invoices.inbox]] is not there, or cannot be read.
void must_see_inboxes(const config::Job& job);

/// Reads the job's inboxes and fills `summary.inbox` and `summary.run_findings` with what became of their invoices beside the counted rows
/// of the exported months. Of this run and not of its data: rows and totals stay as they are. Nothing where the job has no inbox, and in
/// a view, whose missing rows are not missing. An invoice that only the inbox has is of the month of its issue, moved as most of the
/// service's are. FatalErrors as `read_invoices`.
void match_inboxes(const InvoiceContext& context, const std::vector<LedgerEntry>& entries, RunSummary& summary);

}  // namespace moisson::pipeline
