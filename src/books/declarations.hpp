#pragma once
/// What the job file says of contracts that show nothing any more, or never did: [[books.ended]] and [[books.no_invoices]]. Pure.

#include <vector>

#include "domain/books_settings.hpp"
#include "domain/contract.hpp"
#include "domain/finding.hpp"
#include "domain/ledger_entry.hpp"
#include "domain/period.hpp"

namespace moisson::books {

/// The contract's declarations; null: none. They point into `settings`.
struct Declarations {
    const EndedContract* ended = nullptr;
    const SilentContract* silent = nullptr;

    /// Owes no bill of this month.
    [[nodiscard]] bool frees(Month month) const noexcept { return silent != nullptr || (ended != nullptr && ended->since <= month); }
};

[[nodiscard]] Declarations declarations_of(const BooksSettings& settings, const Contract& contract) noexcept;

/// `contract-ended` where the contract ended before or in the exported months, `contract-no-invoices`: shown in every run.
void tell_declarations(const Declarations& declarations, const Contract& contract, const MonthRange& exported,
                       std::vector<Finding>& findings);

/// A final document that should not have come after all: true, and `why` says what it contradicts. It counts as any other.
[[nodiscard]] bool contradicts(const Declarations& declarations, const LedgerEntry& entry, Message& why);

}  // namespace moisson::books
