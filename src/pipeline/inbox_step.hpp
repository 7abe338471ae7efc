#pragma once
/// Steps of the run: e-invoices that came by another way, beside the service's. Read before the books, because one that only an inbox has
/// may be a row (inbox_rows.hpp); told after them, when it is known what counts.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "books/inbox_match.hpp"
#include "domain/finding.hpp"
#include "domain/ledger_entry.hpp"
#include "domain/run_summary.hpp"
#include "invoice/inbox.hpp"
#include "base/scratch_folder.hpp"
#include "pipeline/invoice_step.hpp"

namespace moisson::pipeline {

/// One e-invoice of an inbox, and what became of it.
struct InboxFile {
    invoice::InboxFile file;  ///< its values as `booked`; its name unique among all inboxes of different folders
    std::size_t inbox = 0;    ///< in the job's list
    std::string own_name;     ///< in that inbox
    // Filled by `take_inbox_rows`:
    std::string contract_id;  ///< of the row that it is; empty: it is none
    std::string document_id;
    std::optional<Message> why_not;  ///< why it is no row, though the job wants it to be one
};

/// All inboxes of the job.
struct Inboxes {
    std::vector<InboxFile> files;
    std::vector<invoice::InboxProblem> problems;
    std::uint64_t others = 0;
    bool are_whole = true;  ///< false: one could not be had at all: what is in none may be there
    std::vector<std::string> sellers;
    /// Where each lies on this disk, in the order of the job's list; empty: nothing of it was read.
    std::vector<std::filesystem::path> folders;
    std::vector<ScratchFolder> fetched;  ///< of those that lie in the archive
    std::vector<Finding> findings;  ///< of this run, by `take_inbox_rows`

    /// What says anything of itself; null otherwise.
    [[nodiscard]] const InvoiceValues* values_of(std::size_t at) const noexcept {
        const InvoiceValues& values = files[at].file.reading.values;
        return values.from == ValuesFrom::none ? nullptr : &values;
    }
};

/// What an inbox's invoices are held against, of a row of the service: not yet counted, its texts and values the row's own.
[[nodiscard]] books::ServiceInvoice service_invoice(const LedgerEntry& entry);

/// By how many months `day` comes after its month, counted from the start of both.
[[nodiscard]] int months_between(Month from, std::chrono::year_month_day to);

/// FatalError(usage): a folder of [[invoices.inbox]] is not there, or cannot be read.
void must_see_inboxes(const config::Job& job);

/// Reads the job's inboxes. Nothing where it has none, and for a view, whose missing rows are not missing. FatalErrors as `read_invoices`.
[[nodiscard]] Inboxes read_inboxes(const InvoiceContext& context, const View& view);

/// Fills `summary.inbox` and `summary.run_findings` with what became of the inboxes' invoices beside the counted rows of the exported
/// months. Of this run and not of its data: rows and totals stay as they are. Nothing where the job has no inbox, and for a view. An
/// invoice that only the inbox has is of the months that it charges for; where it does not tell them, of the month of its issue, moved as
/// most of the service's are. `closed`: months, sorted.
void tell_inboxes(const InvoiceContext& context, const Inboxes& inboxes, const std::vector<LedgerEntry>& entries,
                  const std::vector<Month>& closed, RunSummary& summary);

}  // namespace moisson::pipeline
