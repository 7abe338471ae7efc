#include "books/declarations.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/glob.hpp"

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
                                        fmt::format("The job file says that the contract ended, with no bill from {} on: {}",
                                                    declarations.ended->since.to_text(), sanitise(declarations.ended->reason, 200)),
                                        contract.id));
    }
    if (declarations.silent != nullptr) {
        findings.push_back(make_finding("contract-no-invoices",
                                        fmt::format("The job file says that the contract never shows an invoice or bill: {}",
                                                    sanitise(declarations.silent->reason, 200)),
                                        contract.id));
    }
}

bool contradicts(const Declarations& declarations, const LedgerEntry& entry, std::string& why) {
    if (entry.standing != Standing::final_) {
        return false;
    }
    if (declarations.ended != nullptr && entry.period && declarations.ended->since <= entry.period->month()) {
        why = fmt::format("A document of {} came, although [[books.ended]] says that there is no bill from {} on.",
                          entry.period->month().to_text(), declarations.ended->since.to_text());
        return true;
    }
    if (declarations.silent != nullptr) {
        why = "A document came, although [[books.no_invoices]] says that the contract never shows an invoice or bill.";
        return true;
    }
    return false;
}

}  // namespace moisson::books
