#pragma once
/// Whether a contract's list shows what a Visitor's role shows: consumption, and never an invoice. Pure.
///
/// Source: api/README.md §9. In the Customer Space a Visitor sees simulations and consumption, only a Manager sees invoices; so a list
/// without invoices proves nothing about what was billed.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "domain/period.hpp"
#include "language/message.hpp"

namespace moisson::books {

/// What the documents of one contract, all months and all versions, show of the role that lists them. Feed it everything that is known of
/// the contract: what the service lists now and what earlier runs saw.
class Visibility {
public:
    /// `period` is empty where it could not be read.
    void add(std::string_view document_type, const std::optional<Period>& period);

    /// The reason why invoices must be taken for hidden, in the same words for the same documents; empty when nothing says so.
    ///
    /// They are hidden when consumption is shown (types that hold its lines and are not final: of any month, a Visitor's begins on the 1st
    /// of the running one), documents of any known type reach back before the last month there is (that of another document, or the one in
    /// which `exported` ends: the bill of a month is made in the next), and no invoice and no bill is shown for any month at all. A
    /// document of a type that Moisson does not know, or of none, may be the invoice under another name: then nothing is claimed. No clock
    /// is asked: the same documents give the same answer on any day.
    [[nodiscard]] std::optional<Message> hidden_invoices(const MonthRange& exported) const;

private:
    std::uint64_t final_ = 0;
    std::uint64_t consumption_ = 0;
    std::uint64_t unknown_ = 0;
    std::optional<Month> oldest_;
    std::optional<Month> newest_;
};

}  // namespace moisson::books
