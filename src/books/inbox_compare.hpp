#pragma once
/// Whose an invoice is, and what two documents of one invoice say otherwise. Private to this room.

#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "books/inbox_match.hpp"

namespace moisson::books {

/// Who the sellers of the service's invoices are. Named by SIREN where a document tells it, or where all documents with its VAT id tell the
/// same one, or where the VAT id is a French one, which holds it; else by the VAT id.
class Suppliers {
public:
    Suppliers(std::span<const ServiceInvoice> service, std::span<const InboxInvoice> inbox, std::span<const std::string> given);
    /// Empty where the party tells nothing of that kind.
    [[nodiscard]] std::string name_of(const InvoiceParty& party) const;
    [[nodiscard]] bool is_ours(const std::string& name) const { return ours_.contains(name); }
    /// Known to be somebody else: it is named, and who ours are is known.
    [[nodiscard]] bool is_other(const std::string& name) const { return !name.empty() && !ours_.empty() && !is_ours(name); }
    /// The only one, where there is only one; else empty.
    [[nodiscard]] std::string only_one() const { return ours_.size() == 1 ? *ours_.begin() : std::string(); }

private:
    std::map<std::string, std::set<std::string>> sirens_;  ///< by VAT id
    std::set<std::string> ours_;
};

/// By the sign of what is booked; where that is zero or not told, by what the document calls itself.
[[nodiscard]] bool is_credit(const InvoiceValues* values, const std::optional<Money>& listed) noexcept;

/// What both tell and is not the same, sorted. Where currencies differ no amounts are compared.
[[nodiscard]] std::vector<InboxField> differing(const InvoiceValues& one, const InvoiceValues& other);
/// With the list's amount, where the service's document tells no net or gross of its own; `contracts`: all of the service's.
[[nodiscard]] std::vector<InboxField> differing(const ServiceInvoice& service, const InvoiceValues& inbox,
                                                const std::set<std::string_view>& contracts);

/// The list's amount is the inbox's net or gross.
[[nodiscard]] bool has_amount(const ServiceInvoice& service, const InvoiceValues& inbox) noexcept;
/// Both documents tell the day of issue, and it is the same.
[[nodiscard]] bool is_of_same_day(const ServiceInvoice& service, const InvoiceValues& inbox) noexcept;
/// The day of issue is near enough to what the list says, so that months with equal amounts stay apart.
[[nodiscard]] bool may_be_of_that_day(const ServiceInvoice& service, const InvoiceValues& inbox) noexcept;
[[nodiscard]] bool names_contract(const InvoiceValues& inbox, std::string_view contract) noexcept;

}  // namespace moisson::books
