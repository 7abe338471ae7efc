#pragma once
/// The service's invoices beside those of an inbox (an approved platform, a mailbox rule, a person): which are one invoice. Pure.
///
/// Nothing is guessed: a pair is made where bytes, or number and seller, are the same, and where one side has no number only where
/// contract, amount, currency and day leave one choice, seen from either side. Credit notes are matched with credit notes only.

#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "domain/inbox.hpp"
#include "domain/invoice_values.hpp"
#include "domain/period.hpp"

namespace moisson::books {

/// The latest version of a document of the service that is an invoice or charges as one.
struct ServiceInvoice {
    std::string_view contract_id;
    std::string_view document_id;
    std::string_view sha256;      ///< empty without a file
    std::optional<Money> amount;  ///< the list's; negative for a credit
    std::optional<Period> period;
    std::optional<std::chrono::year_month_day> issued;
    const InvoiceValues* values = nullptr;  ///< as `booked`; null where the document says nothing of itself
    bool counted = false;
};

struct InboxInvoice {
    std::string_view name;  ///< unique: where it lies
    std::string_view sha256;
    const InvoiceValues* values = nullptr;  ///< as `booked`; null where it says nothing of itself
};

struct InboxMatch {
    InboxClass where = InboxClass::only_service;
    /// Of `matched` and `differs` the index on the other side; of `doubled` that of the one that stands for it, on its own side.
    std::optional<std::size_t> partner;
    std::vector<InboxField> fields;  ///< sorted: what differs from the partner, for `differs`, and for `doubled` of the inbox
};

struct InboxMatches {
    std::vector<InboxMatch> service;  ///< one for each, in their order
    std::vector<InboxMatch> inbox;
};

/// By these steps, whatever order documents come in:
/// 1. The inbox's that are of another supplier (`sellers`: SIREN, SIRET or VAT ids of this one; those of the service's own invoices are
///    taken to them) and are none of the service's files are left alone; so is what names no known seller and has no partner.
/// 2. The same bytes, or seller, number, kind and year of issue (one that has no date: of the only year that there is), are one invoice:
///    one stands for it, the others are `doubled`. Of the service's that which counts stands, of the inbox's that which differs least.
/// 3. Pairs by bytes; then by seller, number, kind and year; then by number, kind and year where one side names no seller and, of amount,
///    day and contract, one agrees as well (two, where the inbox's is not known to be of this supplier); then, where one side has no
///    number, by contract, amount, currency and day (within 10 of the list's; without that from 10 before to 20 after the period's end).
///    More of the inbox that fits a pair so, and has no other number, is there twice.
/// 4. Where more than one choice is left, all of them are `ambiguous`.
[[nodiscard]] InboxMatches match_inbox(std::span<const ServiceInvoice> service, std::span<const InboxInvoice> inbox,
                                       std::span<const std::string> sellers = {});

}  // namespace moisson::books
