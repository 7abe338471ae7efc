#include "books/inbox_compare.hpp"

#include <algorithm>

#include "base/luhn.hpp"

namespace moisson::books {

namespace {

using Day = std::chrono::year_month_day;

constexpr std::chrono::days days_around_listing{10};  // between the list's day and the document's
constexpr std::chrono::days days_before_end{10};      // of the period, where the list gives no day: 31 days in all,
constexpr std::chrono::days days_after_end{20};       // so that one month's invoice is not taken for the next one's

/// Of a French VAT id, "FR", two signs and the SIREN (CGI, annexe II, article 242 nonies A; the key: BOFiP BOI-TVA-DECLA-20-10-20);
/// empty of any other.
std::string siren_in(const std::string& vat_id) {
    const std::string siren = vat_id.size() == 13 && vat_id.starts_with("FR") ? vat_id.substr(4) : std::string();
    return has_luhn_digit(siren) ? siren : std::string();
}

std::string siren_of(const InvoiceParty& party) { return !party.siren.empty() ? party.siren : party.siret.substr(0, 9); }

/// In capitals and without blanks, points and dashes.
std::string plain(std::string_view id) {
    std::string text;
    for (const char letter : id) {
        if (letter >= 'a' && letter <= 'z') {
            text += static_cast<char>(letter - 'a' + 'A');
        } else if ((letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9')) {
            text += letter;
        }
    }
    return text;
}

std::optional<Currency> currency_of(const InvoiceValues& values) {
    return values.currency ? values.currency
           : values.gross  ? std::optional(values.gross->currency)
           : values.net    ? std::optional(values.net->currency)
                           : std::nullopt;
}

template <class Value>
void compare(const std::optional<Value>& one, const std::optional<Value>& other, InboxField field, std::vector<InboxField>& fields) {
    if (one && other && *one != *other) {
        fields.push_back(field);
    }
}

void compare(std::string_view one, std::string_view other, InboxField field, std::vector<InboxField>& fields) {
    if (!one.empty() && !other.empty() && one != other) {
        fields.push_back(field);
    }
}

std::int64_t leading(const InvoiceValues& values) {
    for (const auto* const amount : {&values.gross, &values.net, &values.amount_due}) {
        if (*amount && (*amount)->amount_minor != 0) {
            return (*amount)->amount_minor;
        }
    }
    return 0;
}

}  // namespace

Suppliers::Suppliers(std::span<const ServiceInvoice> service, std::span<const InboxInvoice> inbox, std::span<const std::string> given) {
    const auto learn = [&](const InvoiceValues* values) {
        if (values != nullptr && !values->seller.vat_id.empty() && !siren_of(values->seller).empty()) {
            sirens_[plain(values->seller.vat_id)].insert(siren_of(values->seller));
        }
    };
    std::for_each(service.begin(), service.end(), [&](const ServiceInvoice& one) { learn(one.values); });
    std::for_each(inbox.begin(), inbox.end(), [&](const InboxInvoice& one) { learn(one.values); });
    const auto add = [&](const InvoiceParty& party) {
        if (std::string name = name_of(party); !name.empty()) {
            ours_.insert(std::move(name));
        }
    };
    for (const ServiceInvoice& one : service) {
        if (one.values != nullptr) {
            add(one.values->seller);
        }
    }
    for (const std::string& id : given) {
        InvoiceParty party;
        const std::string text = plain(id);
        const bool is_number = std::all_of(text.begin(), text.end(), [](char letter) { return letter >= '0' && letter <= '9'; });
        if (is_number && (text.size() == 9 || text.size() == 14)) {
            party.siren = text.substr(0, 9);
        } else {
            party.vat_id = text;
        }
        add(party);
    }
}

std::string Suppliers::name_of(const InvoiceParty& party) const {
    if (std::string siren = siren_of(party); !siren.empty()) {
        return siren;
    }
    std::string vat_id = plain(party.vat_id);
    if (const auto found = sirens_.find(vat_id); found != sirens_.end() && found->second.size() == 1) {
        return *found->second.begin();
    }
    std::string inside = siren_in(vat_id);
    return inside.empty() ? vat_id : inside;
}

bool is_credit(const InvoiceValues* values, const std::optional<Money>& listed) noexcept {
    if (values != nullptr && leading(*values) != 0) {
        return leading(*values) < 0;
    }
    if (values != nullptr && values->kind != InvoiceKind::unknown) {
        return values->kind == InvoiceKind::credit_note;
    }
    return listed && listed->amount_minor < 0;
}

std::vector<InboxField> differing(const InvoiceValues& one, const InvoiceValues& other) {
    std::vector<InboxField> fields;
    compare(currency_of(one), currency_of(other), InboxField::currency, fields);
    if (fields.empty()) {
        compare(one.net, other.net, InboxField::net, fields);
        compare(one.vat, other.vat, InboxField::vat, fields);
        compare(one.gross, other.gross, InboxField::gross, fields);
    }
    compare(one.issue_date, other.issue_date, InboxField::issue_date, fields);
    compare(one.due_date, other.due_date, InboxField::due_date, fields);
    compare(one.contract_reference, other.contract_reference, InboxField::contract_reference, fields);
    compare(one.order_reference, other.order_reference, InboxField::order_reference, fields);
    return fields;
}

std::vector<InboxField> differing(const ServiceInvoice& service, const InvoiceValues& inbox, const std::set<std::string_view>& contracts) {
    static const InvoiceValues nothing;
    const InvoiceValues& own = service.values != nullptr ? *service.values : nothing;
    std::vector<InboxField> fields = differing(own, inbox);
    const bool is_compared = (own.net && inbox.net) || (own.gross && inbox.gross);
    if (!is_compared && service.amount && (inbox.net || inbox.gross) && currency_of(inbox)) {
        if (service.amount->currency != *currency_of(inbox)) {
            fields.push_back(InboxField::currency);
        } else if (!has_amount(service, inbox)) {
            fields.push_back(InboxField::amount);
        }
    }
    // A reference of another kind says nothing against the contract; the number of another contract does.
    if (own.contract_reference.empty() && inbox.contract_reference != service.contract_id && contracts.contains(inbox.contract_reference)) {
        fields.push_back(InboxField::contract_reference);
    }
    std::sort(fields.begin(), fields.end());
    fields.erase(std::unique(fields.begin(), fields.end()), fields.end());
    return fields;
}

bool has_amount(const ServiceInvoice& service, const InvoiceValues& inbox) noexcept {
    return service.amount && (service.amount == inbox.net || service.amount == inbox.gross);
}

bool is_of_same_day(const ServiceInvoice& service, const InvoiceValues& inbox) noexcept {
    return service.values != nullptr && service.values->issue_date && service.values->issue_date == inbox.issue_date;
}

bool may_be_of_that_day(const ServiceInvoice& service, const InvoiceValues& inbox) noexcept {
    if (!inbox.issue_date) {
        return false;
    }
    const std::chrono::sys_days day(*inbox.issue_date);
    if (service.issued) {
        const std::chrono::sys_days listed(*service.issued);
        return day >= listed - days_around_listing && day <= listed + days_around_listing;
    }
    if (!service.period) {
        return false;
    }
    const std::chrono::sys_days end(service.period->last);
    return day >= end - days_before_end && day < end + days_after_end;
}

bool names_contract(const InvoiceValues& inbox, std::string_view contract) noexcept {
    return inbox.contract_reference == contract || inbox.order_reference == contract;
}

}  // namespace moisson::books
