#pragma once
/// What invoices say of themselves against the list and against each other. Pure.

#include <chrono>
#include <optional>
#include <span>
#include <vector>

#include "domain/finding.hpp"
#include "domain/invoice_values.hpp"
#include "domain/ledger_entry.hpp"
#include "domain/retention.hpp"
#include "invoice/invoice.hpp"

namespace moisson::pipeline {

/// A row of the ledger, no replaced version, with what was read of its file.
struct ReadRow {
    LedgerEntry* entry = nullptr;
    const InvoiceValues* values = nullptr;  ///< as `booked`; null: the document says nothing
    AmountIs amount_is = AmountIs::unknown;
    std::span<const invoice::Observation> observations;
    const Organization* whose = nullptr;  ///< the company whose contract it is; null: the job does not say
};

/// Findings, those of documents marked in their rows too:
///
/// - `amount-is-gross`, `amount-is-net`: once for each contract, with how many of its documents say so. Those without VAT say nothing.
/// - `inside-differs`: another currency, kind or amount, raised where the row counts; or issued long before or after its months. An amount
///   that came out of a page's text is `amount-is-neither`: text proves itself less than data do.
/// - `invoice-number-duplicate`: one seller, number and year in several documents; raised where more than one of them counts. An invoice
///   and a bill that say the same are one thing told twice by the service, as long as one of them alone counts.
/// - `buyer-unexpected`: another SIREN than the row's `whose`.
/// - what the reader observed.
[[nodiscard]] std::vector<Finding> judge_invoices(std::span<const ReadRow> rows);

/// `due-date-passed`, one for all counted rows whose due date is before `today`. It comes with the calendar: a finding of the run.
[[nodiscard]] std::optional<Finding> due_by_now(std::span<const ReadRow> rows, std::chrono::sys_days today);

}  // namespace moisson::pipeline
