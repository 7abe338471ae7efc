#include "domain/inbox.hpp"

namespace moisson {

std::string_view to_text(InboxClass one) noexcept {
    switch (one) {
        case InboxClass::matched: return "matched";
        case InboxClass::differs: return "differs";
        case InboxClass::only_service: return "only-service";
        case InboxClass::only_inbox: return "only-inbox";
        case InboxClass::doubled: return "doubled";
        case InboxClass::ambiguous: return "ambiguous";
        case InboxClass::other_supplier: return "other-supplier";
        case InboxClass::unreadable: return "unreadable";
    }
    return "";
}

std::string_view to_text(InboxField field) noexcept {
    switch (field) {
        case InboxField::amount: return "amount";
        case InboxField::currency: return "currency";
        case InboxField::net: return "net";
        case InboxField::vat: return "vat";
        case InboxField::gross: return "gross";
        case InboxField::issue_date: return "issue_date";
        case InboxField::due_date: return "due_date";
        case InboxField::contract_reference: return "contract_reference";
        case InboxField::order_reference: return "order_reference";
    }
    return "";
}

}  // namespace moisson
