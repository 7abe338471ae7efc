#pragma once
/// What became of the invoices that came over a second channel, and of the service's beside them.

#include <cstdint>
#include <string_view>

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

}  // namespace moisson
