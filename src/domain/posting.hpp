#pragma once
/// What the accounts book: one amount of one document, once. Made by `books` from counted rows and from what was booked before, written by
/// `erp`. A first booking carries the whole amount; whatever changes later is a posting of its own with the difference, so that importing a
/// file again, or a later file after an earlier one, books nothing twice.

#include <cstdint>
#include <string>
#include <string_view>

#include "domain/ledger_entry.hpp"
#include "domain/money.hpp"
#include "domain/period.hpp"

namespace moisson {

enum class PostingKind {
    first,       ///< the document's whole amount
    correction,  ///< the difference that a later version makes
    withdrawal,  ///< takes back what was booked of a document that no longer counts (a bill that an invoice replaced)
};

[[nodiscard]] std::string_view to_text(PostingKind kind) noexcept;

struct Posting {
    /// The row as it stands now (of a withdrawal: the row that no longer counts). Never null; outlives the posting.
    const LedgerEntry* entry = nullptr;
    PostingKind kind = PostingKind::first;
    std::uint32_t sequence = 1;  ///< of this document's postings, from 1; with contract and document id it is the import key
    std::uint32_t version = 1;   ///< the document's version that led to it
    Money amount;                ///< signed, as the ledger counts it: negative for credits, and for differences downwards
    /// What earlier postings of the same template booked of this document in this month and currency, in minor units. Net and VAT are those
    /// of both together less those of what was booked before, so that a withdrawal leaves no cent on any account.
    std::int64_t booked_before_minor = 0;
    Month period = *Month::make(1980, 1);          ///< the document's own month
    Month booking_period = *Month::make(1980, 1);  ///< the month in whose books it stands: later than `period` when that was closed before
    bool late = false;           ///< `booking_period` differs from `period`: it stands in an addendum
    bool is_new = true;          ///< no earlier file of this template held it (`--since-last` gives only these)

    /// Contract id, document id and sequence joined by '/': unique, the same in every run. "OCB0001234/INV-77/1"
    [[nodiscard]] std::string key() const;
};

/// The written order of postings: booking period, period, contract id, document id, sequence. Bytewise, no locale.
[[nodiscard]] bool posting_order(const Posting& left, const Posting& right) noexcept;

}  // namespace moisson
