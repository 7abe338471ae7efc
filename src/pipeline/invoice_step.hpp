#pragma once
/// Step of the run: what invoices say of themselves. Their files are read once for each content, before the books; what that says about the
/// list and the rows is told after them, when it is known what counts.

#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/reporter.hpp"
#include "config/job.hpp"
#include "domain/ledger_entry.hpp"
#include "domain/run_summary.hpp"
#include "invoice/invoice.hpp"
#include "pipeline/closed_books.hpp"
#include "state/state_store.hpp"
#include "transfer/object_store.hpp"

namespace moisson::pipeline {

/// What the step works with; all outlive it.
struct InvoiceContext {
    const config::Job& job;
    const transfer::ObjectStore& store;
    state::StateStore& state;
    const Clock& clock;
    Reporter& reporter;
    const std::stop_token& stop;
};

/// Which reader reads: what it makes of a document changes with its version and with the user's profiles. FatalError(usage): their folder
/// cannot be read.
[[nodiscard]] std::string reader_name(const std::string& profiles_folder);

/// What was read, by content and amount of the list.
class InvoiceReadings {
public:
    struct Known {
        invoice::Reading reading;                     ///< its values moved to `values`
        std::shared_ptr<const InvoiceValues> values;  ///< as `booked`; null where the document says nothing
    };
    /// Null where the row's file was not read.
    [[nodiscard]] const Known* find(const LedgerEntry& entry) const;
    void add(InvoiceReadings more) { known_.merge(more.known_); }

private:
    friend InvoiceReadings read_invoices(const InvoiceContext& context, std::vector<LedgerEntry>& entries, std::vector<LateEntry>& late);
    std::map<std::pair<std::string, std::string>, Known> known_;
};

/// Fills `invoice` of the final rows of the exported months, and of those that closed months need, whose files are PDF or XML. What an
/// earlier run read of the same bytes, with the same amount of the list, the same reader and the same profiles, is taken from the state;
/// what is read anew is kept there. Documents are read in child processes. Does nothing with [invoices] read off.
/// FatalError(usage): a profile is wrong; FatalError(local): a stored file could not be read, or no child be started;
/// FatalError(interrupted): a stop was asked for; what was read until then is kept.
[[nodiscard]] InvoiceReadings read_invoices(const InvoiceContext& context, std::vector<LedgerEntry>& entries, std::vector<LateEntry>& late);

/// Adds what the readings say of these rows, the ledger's, to rows and `summary.findings`, and invoices that are due by now to
/// `summary.run_findings`.
void tell_invoices(const InvoiceContext& context, const InvoiceReadings& readings, std::vector<LedgerEntry>& entries, RunSummary& summary);

}  // namespace moisson::pipeline
