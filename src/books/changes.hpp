#pragma once
/// What is told of a month beside the one before it, and beside itself as it was last published. Pure.

#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "books/history.hpp"
#include "domain/changes.hpp"
#include "domain/closing.hpp"
#include "domain/ledger_entry.hpp"

namespace moisson::books {

/// A row of a published ledger, as much of it as tells whether the document changed.
struct PublishedDocument {
    ClosedRow row;
    std::string contract_name;
    std::string filename;
    bool withdrawn = false;  ///< its row has `no-longer-listed`
};

/// Counted sums by contract and currency where they differ, those of either month alone among them. `before`: the ledger of the month
/// before; `entries`: this month's. `is_first`: whether nothing of a contract counted in any month before. Sums that 64 bits do not hold
/// are left out.
[[nodiscard]] std::vector<SumChange> compare_sums(std::span<const PublishedDocument> before, std::span<const LedgerEntry> entries,
                                                  const std::function<bool(const std::string& contract_id)>& is_first);

/// Documents that are not what they were, each once. Of a document the highest version is compared; what has no id is compared by its
/// version, which is only a running number then.
[[nodiscard]] std::vector<DocumentChange> compare_documents(std::span<const PublishedDocument> before,
                                                            std::span<const LedgerEntry> entries);

/// Whether no document of the contract counts in a month before `month`. `history`: sealed.
[[nodiscard]] bool is_first_month(const History& history, std::string_view contract_id, Month month);

}  // namespace moisson::books
