#include "books/declarations.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/glob.hpp"
#include "books/messages.hpp"

namespace moisson::books {

namespace {

template <class Declared>
const Declared* find(const std::vector<Declared>& all, const Contract& contract) noexcept {
    const auto found = std::find_if(all.begin(), all.end(), [&](const Declared& one) {
        return glob_matches(one.contract, contract.id) || glob_matches(one.contract, contract.name);
    });
    return found == all.end() ? nullptr : &*found;
}

}  // namespace

Declarations declarations_of(const BooksSettings& settings, const Contract& contract) noexcept {
    return {find(settings.ended, contract), find(settings.no_invoices, contract)};
}

void tell_declarations(const Declarations& declarations, const Contract& contract, const MonthRange& exported,
                       std::vector<Finding>& findings) {
    if (declarations.ended != nullptr && (!exported.last || declarations.ended->since <= *exported.last)) {
        findings.push_back(make_finding("contract-ended",
                                        messages::contract_ended(declarations.ended->since, sanitise(declarations.ended->reason, 200)),
                                        contract.id));
    }
    if (declarations.silent != nullptr) {
        findings.push_back(make_finding("contract-no-invoices",
                                        messages::contract_without_invoices(sanitise(declarations.silent->reason, 200)),
                                        contract.id));
    }
}

bool contradicts(const Declarations& declarations, const LedgerEntry& entry, Message& why) {
    if (entry.standing != Standing::final_) {
        return false;
    }
    if (declarations.ended != nullptr && entry.period && declarations.ended->since <= entry.period->month()) {
        why = messages::came_after_the_end(entry.period->month(), declarations.ended->since);
        return true;
    }
    if (declarations.silent != nullptr) {
        why = messages::came_although_none_is_shown;
        return true;
    }
    return false;
}

}  // namespace moisson::books
