#pragma once
/// Step of the run: what invoices say of themselves. Their files are read once for each content, from when they come and before the books;
/// what that says about the list and the rows is told after them, when it is known what counts.

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

using ReadingKey = std::pair<std::string, std::string>;  ///< SHA-256 of the content, and the list's amount, as text

/// What was read, by content and amount of the list.
class InvoiceReadings {
public:
    struct Known {
        invoice::Reading reading;                     ///< its values moved to `values`
        std::shared_ptr<const InvoiceValues> values;  ///< as `booked`; null where the document says nothing
    };
    /// Null where the row's file was not read.
    [[nodiscard]] const Known* find(const LedgerEntry& entry) const;

private:
    friend class InvoiceReader;
    std::map<ReadingKey, Known> known_;
};

/// Reads the final rows of the exported months, and of those that closed months need, whose files are PDF or XML: each content once, in
/// child processes, beside the download where it has just come. What an earlier run read of the same bytes, with the same amount of the
/// list, the same reader and the same profiles, is taken from the state; what is read anew is kept there. Does nothing with [invoices] read
/// off. One thread.
class InvoiceReader {
public:
    /// No child starts before the first document. FatalError(usage): a profile is wrong.
    explicit InvoiceReader(const InvoiceContext& context);
    ~InvoiceReader();
    InvoiceReader(const InvoiceReader&) = delete;
    InvoiceReader& operator=(const InvoiceReader&) = delete;

    /// The file of a row, or of a late one, has just come from the service into the store: its bytes are known to be those of its name, and
    /// are not digested again. Returns at once; FatalErrors are those of the state.
    void file_came(const LedgerEntry& row, bool late);
    /// What was read until now is in the state.
    void keep();
    /// Fills `invoice` of the rows. FatalError(local): a stored file could not be read, or no child be started; FatalError(interrupted): a
    /// stop was asked for; what was read until then is kept.
    void read(std::vector<LedgerEntry>& entries, std::vector<LateEntry>& late);
    [[nodiscard]] const InvoiceReadings& readings() const noexcept { return readings_; }

private:
    using Order = std::pair<const ReadingKey, InvoiceReadings::Known>;
    [[nodiscard]] bool is_exported(const LedgerEntry& row) const;
    void order(const LedgerEntry& row, ReadingKey key);
    void recall(const LedgerEntry& row, ReadingKey key);
    void take(std::vector<invoice::TaggedReading> read);
    void save();

    const InvoiceContext context_;
    std::string name_;
    InvoiceReadings readings_;
    std::vector<Order*> orders_;  // in `readings_`, by the readers' tag
    std::vector<state::KeptReading> unsaved_;
    std::size_t recalled_ = 0;
    std::size_t told_ = 0;                     // of the orders
    std::unique_ptr<invoice::Readers> readers_;  // null: nothing is read
};

/// Adds what the readings say of these rows, the ledger's, to rows and `summary.findings`, and invoices that are due by now to
/// `summary.run_findings`.
void tell_invoices(const InvoiceContext& context, const InvoiceReadings& readings, std::vector<LedgerEntry>& entries, RunSummary& summary);

}  // namespace moisson::pipeline
