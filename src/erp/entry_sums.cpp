/// The control of an entry's sums.
#include "erp/entry_sums.hpp"
#include "erp/messages.hpp"

#include <fmt/format.h>

namespace moisson::erp {

void add_money(Money& sum, bool& has, bool& mixed, const Money& more) {
    if (!has) {
        has = true;
        sum = more;
        return;
    }
    if (sum.currency != more.currency || __builtin_add_overflow(sum.amount_minor, more.amount_minor, &sum.amount_minor)) {
        mixed = true;
    }
}

void EntrySums::add(const LineSpec& line, const Money& debit, const Money& credit) {
    Money directed{debit.amount_minor - credit.amount_minor, debit.currency};
    if (line.is_credit) {
        directed.amount_minor = -directed.amount_minor;
    }
    Sum& control = controls_.at(static_cast<std::size_t>(line.control));
    add_money(control.sum, control.has, control.is_mixed, directed);
    add_money(debit_, has_debit_, is_mixed_, debit);
    add_money(credit_, has_credit_, is_mixed_, credit);
}

/// A kind of line that this entry does not have, because lines of another kind hold the same: the whole amount instead of net and VAT, or
/// the other way round, by a condition of the template.
bool EntrySums::is_covered(Control kind) const {
    const auto has = [&](Control one) { return controls_.at(static_cast<std::size_t>(one)).has; };
    if (has(kind)) {
        return false;
    }
    const bool has_whole = has(Control::gross) || has(Control::amount);
    if (kind == Control::vat) {
        return has_whole && !has(Control::net);
    }
    return has_whole || (kind != Control::net && has(Control::net));
}

void EntrySums::check(const FileSpec& file, Evaluator& evaluator) const {
    if (is_mixed_) {
        evaluator.report("erp-currencies-mixed", messages::lines_entry_several_currencies);
        return;
    }
    if (file.balance && has_debit_ && debit_.amount_minor != credit_.amount_minor) {
        evaluator.report("erp-unbalanced", messages::debit_credit_differ(to_decimal(debit_), Money{credit_.amount_minor, debit_.currency}));
    }
    for (std::size_t at = 1; at < controls_.size(); ++at) {
        const Sum& control = controls_.at(at);
        const auto kind = static_cast<Control>(at);
        if (!file.controls_used.at(at) || is_covered(kind)) {
            continue;
        }
        const Money amount = evaluator.posting().amount;
        Money expected = amount;
        const bool is_local = control.has && control.sum.currency != amount.currency;
        if (kind != Control::amount || is_local) {
            const Amounts& parts = evaluator.amounts();
            const bool as_net = kind == Control::net || (kind == Control::amount && parts.amount_is == AmountIs::net);
            expected = kind == Control::vat ? (is_local ? parts.local_vat : parts.vat)
                       : as_net             ? (is_local ? parts.local_net : parts.net)
                                            : (is_local ? parts.local_gross : parts.gross);
        }
        if (control.is_mixed || control.sum.amount_minor != expected.amount_minor) {
            evaluator.report(
                "erp-control-total",
                messages::lines_hold_document(control.has ? Message(to_decimal(control.sum)) : Message(messages::nothing), expected));
        }
    }
}

}  // namespace moisson::erp
