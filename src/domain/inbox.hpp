#pragma once
/// What became of the invoices that came over a second channel, and of the service's beside them.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/money.hpp"
#include "domain/period.hpp"

namespace moisson {

/// Where one document of either side ends: in exactly one class.
enum class InboxClass : std::uint8_t {
    matched,         ///< "matched": one invoice of each side, and what both tell is the same
    differs,         ///< "differs": one invoice of each side, and values that are not the same
    only_service,    ///< "only-service"
    only_inbox,      ///< "only-inbox": of this supplier, and the service has none like it
    doubled,         ///< "doubled": the same invoice is there more than once on its own side
    ambiguous,       ///< "ambiguous": more than one could be its partner; none was taken
    other_supplier,  ///< "other-supplier": of somebody else, or of nobody who is known; left alone
    unreadable,      ///< "unreadable": tells nothing of itself
};

[[nodiscard]] std::string_view to_text(InboxClass one) noexcept;

/// What may differ between two documents of one invoice.
enum class InboxField : std::uint8_t {
    amount,  ///< the list's amount is neither the net nor the gross of the inbox's
    currency,
    net,
    vat,
    gross,
    issue_date,
    due_date,
    contract_reference,
    order_reference,
};

/// "amount", "currency", … "order_reference".
[[nodiscard]] std::string_view to_text(InboxField field) noexcept;

/// One document of either side that is not another supplier's.
struct InboxDocument {
    InboxClass where = InboxClass::only_inbox;
    std::string name;         ///< in the inbox; empty: it is the service's
    std::string contract_id;  ///< of the service's document: this one, or its partner; of an inbox's that is a row: the row's
    std::string document_id;
    std::string stands_for;   ///< of `doubled`: which one stands for the invoice, as `name` or as document id
    std::vector<InboxField> fields;
    std::string number;
    std::optional<std::chrono::year_month_day> issue_date;
    std::optional<Money> net;
    std::optional<Money> gross;
    bool counted = false;  ///< the invoice is in the totals, or in an addendum, by this document or its partner
    std::optional<Month> late_for;  ///< of an inbox's that the service does not have: the closed month that it is of
};

/// The service's invoices beside those of the job's inboxes.
struct InboxSummary {
    std::uint64_t service = 0;          ///< counted invoices that were looked for
    std::uint64_t files = 0;            ///< of the inboxes, ZIPs unpacked
    std::uint64_t matched = 0;          ///< pairs that say the same
    std::uint64_t other_suppliers = 0;  ///< left alone
    std::uint64_t other_months = 0;     ///< of this supplier, of months that were not exported
    std::uint64_t others = 0;           ///< files that are no e-invoices
    std::uint64_t counted = 0;          ///< of the inboxes alone, and in the totals
    std::vector<InboxDocument> documents;  ///< the inboxes' by name, then the service's by contract and id; pairs that say the same too
};

}  // namespace moisson
