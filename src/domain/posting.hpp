#pragma once
/// What the accounts book: one amount of one document, once. Made by `books` from counted rows and from what was booked before, written by
/// `erp`. A first booking carries the whole amount; whatever changes later is a posting of its own with the difference, so that importing a
/// file again, or a later file after an earlier one, books nothing twice.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "domain/ledger_entry.hpp"
#include "domain/money.hpp"
#include "domain/period.hpp"

namespace moisson {

enum class PostingKind {
    first,       ///< the document's whole amount: its first posting of the template
    correction,  ///< what changes later: a difference, or the whole amount anew after a withdrawal
    withdrawal,  ///< takes back what was booked: the document no longer counts (a bill that an invoice replaced), moved, or stood elsewhere
};

[[nodiscard]] std::string_view to_text(PostingKind kind) noexcept;

/// How an amount was booked: what the settings and the mapping said then. Two canonical texts of the same form, one `NAME=VALUE` a line;
/// a name without '=' had no value. Made and understood by `erp`; everybody else compares them.
struct PostingTerms {
    std::string basis;    ///< what decides amounts and accounts: a posting with another basis stands elsewhere in the ERP
    std::string remarks;  ///< labels, terms of payment, rounding: they come back with the posting, and a change of them books nothing
    friend bool operator==(const PostingTerms&, const PostingTerms&) = default;
};
using PostingTermsPtr = std::shared_ptr<const PostingTerms>;

/// Adds one line. Both texts may hold any bytes; the name has no '='.
void append_term(std::string& text, std::string_view name, std::optional<std::string_view> value);
/// What a line of the text says. Outer empty: no line of that name; inner empty: the name had no value.
[[nodiscard]] std::optional<std::optional<std::string>> find_term(std::string_view text, std::string_view name);
/// "vat_rate 20 -> 10, map.account 626000 -> -": the lines that differ, in the order of the texts; at most `named_max`.
[[nodiscard]] std::string differing_terms(std::string_view left, std::string_view right, std::size_t named_max);

/// What happens to a document of a closed month that changed, when today's settings would split its amount otherwise.
enum class ClosedTerms : std::uint8_t {
    ask,        ///< nothing is written: only the accountant knows which is right
    as_booked,  ///< the difference, by the settings that it was booked by
    as_now,     ///< all of it taken back, and booked anew by today's
};

/// A posting's parts in minor units: of its own currency, and of the local one (the same where nothing is converted).
struct PostingParts {
    std::int64_t gross_minor = 0;
    std::int64_t net_minor = 0;
    std::int64_t vat_minor = 0;
    std::int64_t local_gross_minor = 0;
    std::int64_t local_net_minor = 0;
    std::int64_t local_vat_minor = 0;
    friend bool operator==(const PostingParts&, const PostingParts&) = default;
};

struct Posting {
    /// The row as it stands now (of a withdrawal: the row that no longer counts). Never null; outlives the posting.
    const LedgerEntry* entry = nullptr;
    PostingKind kind = PostingKind::first;
    std::uint32_t sequence = 1;  ///< of this document's postings, from 1; with contract and document id it is the import key
    std::uint32_t version = 1;   ///< the document's version that led to it
    Money amount;                ///< signed, as the ledger counts it: negative for credits, and for differences downwards
    /// How it is booked, with `parts` then; empty: by today's settings, as a whole amount.
    PostingTermsPtr terms;
    PostingParts parts;
    Month period = *Month::make(1980, 1);          ///< the document's own month
    Month booking_period = *Month::make(1980, 1);  ///< the month in whose file it stands: another one than `period` when that was closed
                                                   ///< before, or when the document moved
    bool late = false;   ///< `booking_period` differs from `period`: its month was closed, or the document left it
    bool is_new = true;  ///< no earlier file of this template held it (`--since-last` gives only these)

    /// Contract id, document id and sequence joined by '/': unique, the same in every run. "OCB0001234/INV-77/1"
    [[nodiscard]] std::string key() const;
};

/// The written order of postings: booking period, period, contract id, document id, sequence. Bytewise, no locale.
[[nodiscard]] bool posting_order(const Posting& left, const Posting& right) noexcept;

}  // namespace moisson
