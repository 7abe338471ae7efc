#pragma once
/// Rows of invoices that only an inbox has: which of them there are, and which ends because the service delivered the same invoice.
///
/// What the job wants counted (count = "yes") and the service does not have becomes a document of the contract that it names: its bytes go
/// to the store, and what it counts (amount, currency, days) to the state as a document's record. From then on it is known as any other
/// document is, whatever becomes of the inbox. Nothing of it is guessed: what is not clear is no row, and says why.

#include <string>

#include "pipeline/closed_books.hpp"
#include "pipeline/harvest.hpp"
#include "pipeline/inbox_step.hpp"
#include "pipeline/invoice_step.hpp"
#include "state/state_store.hpp"
#include "transfer/object_store.hpp"

namespace moisson::pipeline {

/// What the step works with; all outlive it.
struct InboxRowsContext {
    InvoiceContext invoices;
    transfer::ObjectStore& store;
    const ClosedBooks& closed;
    const std::string& run_id;
    bool books;  ///< false: a view, which gets no new rows and keeps nothing
};

/// Before the books, with all that was listed in the state. Adds new rows to `harvest` (those of closed months to its late ones), has
/// `reader` read them, marks rows whose invoice the service has by now `inbox-delivered`, and fills in what `inboxes` leave open.
///
/// A row's contract is the only one of the perimeter that the invoice names, and its list is whole. Its month and days are the invoice's
/// billing period; where it tells none, the month of its issue, moved by as many months as all of the service's invoices are that tell
/// their day. Its amount is net or gross as the job says, else as the amounts of the service's list turned out to be for the contract, or,
/// where that told none, for all contracts. FatalError(local): the store failed.
void take_inbox_rows(const InboxRowsContext& context, Inboxes& inboxes, InvoiceReader& reader, Harvest& harvest);

}  // namespace moisson::pipeline
