#include "invoice/sums.hpp"

#include "invoice/messages.hpp"
#include "invoice/observation.hpp"

namespace moisson::invoice {

namespace {

Int128 minor_of(const std::optional<Money>& money) noexcept { return money ? Int128{money->amount_minor} : Int128{0}; }

/// For a sentence: a sum beyond what an amount holds has been told as wrong by then.
place::Amount amount_of(Int128 minor, Currency currency) {
    const auto digits = static_cast<std::uint8_t>(currency.minor_digits());
    return {to_decimal(BigDecimal{minor, digits}, digits), currency.code()};
}

Int128 power_of_ten(int exponent) noexcept {
    Int128 power = 1;
    for (; exponent > 0; --exponent) {
        power *= 10;
    }
    return power;
}

/// `rate` has at most nine digits (xml_values.cpp), so nothing overflows.
bool is_tax_of(const InvoiceVat& line) noexcept {
    const BigDecimal rate = line.rate.value_or(BigDecimal{});
    if (rate.value == 0) {
        return line.amount.amount_minor == 0;
    }
    const Int128 hundred = 100 * power_of_ten(rate.scale);
    const Int128 difference = Int128{line.base.amount_minor} * rate.value - Int128{line.amount.amount_minor} * hundred;
    const Int128 tolerance = hundred * power_of_ten(line.amount.currency.minor_digits());
    return -tolerance < difference && difference < tolerance;
}

}  // namespace

void check_sums(const InvoiceValues& values, const SumTerms& terms, std::vector<Observation>& observations) {
    const auto wrong = [&](Message message) { observe(observations, "vat-sum-wrong", std::move(message)); };
    if (!values.currency) {
        return;
    }
    const Currency currency = *values.currency;
    if (values.net && terms.lines_total && terms.is_whole) {
        const Int128 net = minor_of(terms.lines_total) - minor_of(terms.allowances) + minor_of(terms.charges);
        if (net != values.net->amount_minor) {
            wrong(messages::lines_are_not_net(amount_of(net, currency), *values.net));
        }
    }
    if (!values.vat_lines.empty() && values.vat) {
        Int128 vat = 0;
        for (const InvoiceVat& line : values.vat_lines) {
            vat += line.amount.amount_minor;
        }
        if (vat != values.vat->amount_minor) {
            wrong(messages::rates_are_not_vat(amount_of(vat, currency), *values.vat));
        }
    }
    const bool knows_vat = values.vat || terms.tells_no_vat;
    if (values.net && values.gross && knows_vat && minor_of(values.net) + minor_of(values.vat) != values.gross->amount_minor) {
        wrong(values.vat ? messages::net_and_vat_are_not_gross(*values.net, *values.vat, *values.gross)
                         : messages::net_is_not_gross(*values.net, *values.gross));
    }
    if (values.gross && values.amount_due && terms.is_whole && terms.tells_prepaid) {
        const Int128 due = minor_of(values.gross) - minor_of(terms.prepaid) + minor_of(terms.rounding);
        if (due != values.amount_due->amount_minor) {
            wrong(messages::due_is_not_gross(amount_of(due, currency), *values.amount_due));
        }
    }
    for (const InvoiceVat& line : values.vat_lines) {
        if (!is_tax_of(line)) {
            const BigDecimal rate = line.rate.value_or(BigDecimal{});
            wrong(messages::rate_is_not_tax(to_short_decimal(rate), line.base, line.amount));
        }
    }
}

}  // namespace moisson::invoice
