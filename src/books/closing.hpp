#pragma once
/// Closed months against what is known now: which documents came late or changed. Pure functions over rows.

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "domain/closing.hpp"
#include "domain/ledger_entry.hpp"

namespace moisson::books {

/// What stands in the books of a closed month for one document: its row in the closed ledger, or in the latest addendum since.
struct ClosedDocument {
    Month period = *Month::make(1980, 1);
    std::string document_id;
    std::uint32_t running = 0;  ///< version of a document without an id, which is only a running number; else 0
    std::uint32_t version = 1;
    bool counted = false;
    std::optional<Money> amount;
    std::string sha256;
    Month held_in = *Month::make(1980, 1);  ///< the month whose folder holds that row: `period`, or an addendum's booking month
    friend bool operator==(const ClosedDocument&, const ClosedDocument&) = default;
};

/// One contract's documents in the months closed now, by month, document id, running number. `rows`: the contract's; `addenda`: all.
[[nodiscard]] std::vector<ClosedDocument> closed_documents(std::span<const ClosedRow> rows, std::span<const Addendum> addenda,
                                                           std::span<const ClosedMonth> months, const std::string& contract_id);

/// Whether the addendum adds to the closed ledger of its month as that stands: false when the month is open, or was closed again since and
/// holds the rows itself. `months`: closed now, sorted.
[[nodiscard]] bool is_current(const Addendum& addendum, std::span<const ClosedMonth> months);

/// A row that belongs into an addendum.
struct LateRow {
    std::size_t entry = 0;  ///< index of the row
    Change change = Change::late;
    std::optional<Money> counted_before;  ///< what the closed month counts for the document; empty: nothing
};

/// The rows of one contract (all months, after counting) that differ from what its closed months before `booking` hold; of each document
/// and month only the latest row is looked at. In the order of the rows.
[[nodiscard]] std::vector<LateRow> find_late(std::span<const LedgerEntry> entries, std::span<const ClosedDocument> documents,
                                             std::span<const ClosedMonth> months, Month booking);

/// How a closed ledger would change, one sentence for each document, sorted; rows without a month are not compared. Empty: not at all.
/// Both sides in any order; only rows of `period`.
[[nodiscard]] std::vector<std::string> name_differences(std::span<const ClosedRow> closed, std::span<const ClosedRow> now);

/// Whether a closed ledger would be another one in its books: documents, versions, amounts, what counts, or files. Only rows of one month.
[[nodiscard]] bool changes_books(std::span<const ClosedRow> closed, std::span<const ClosedRow> now);

/// What an addendum adds to the books, by currency code; amounts that do not fit are left out (they are reported where they are booked).
[[nodiscard]] std::vector<ClosedTotal> differences_of(const Addendum& addendum);

/// The finding's sentence for one row of an addendum.
[[nodiscard]] Message describe(const AddendumRow& row, const Addendum& addendum);

}  // namespace moisson::books
