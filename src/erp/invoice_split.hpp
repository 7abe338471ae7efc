#pragma once
/// What an invoice says of an amount that is to be booked: whether it is gross or net, and its VAT by rate. Pure.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/invoice_values.hpp"
#include "domain/money.hpp"
#include "erp/value.hpp"

namespace moisson::erp {

/// One VAT rate of an invoice, in minor units of its currency.
struct RatePart {
    Value rate;  ///< percent; empty: the invoice does not say it, and has this part alone
    std::int64_t base_minor = 0;
    std::int64_t vat_minor = 0;
};

/// A document's amount as its invoice has it. The parts add up to net and VAT, and these to gross.
struct InvoiceSplit {
    bool amount_is_net = false;  ///< the amount that is booked is the net one; false: the gross one
    std::vector<RatePart> parts;  ///< each rate once, the highest first; never empty
    std::int64_t net_minor = 0;
    std::int64_t vat_minor = 0;
    std::int64_t gross_minor = 0;

    [[nodiscard]] std::int64_t amount_minor() const noexcept { return amount_is_net ? net_minor : gross_minor; }
};

enum class InvoiceSays : std::uint8_t {
    nothing,  ///< no values, another currency, or values that contradict each other or the amount
    gross,    ///< the amount is the gross one; not how much of it is VAT
    net,
    split,    ///< both
};

struct InvoiceReading {
    InvoiceSays says = InvoiceSays::nothing;
    std::optional<InvoiceSplit> split;  ///< of `split`
};

/// Nothing is guessed: net and VAT must make gross, the rates' bases and tax must make net and VAT, each rate's tax must be that of its
/// base within one unit of the currency (EN 16931, BR-S-09), and the amount must be the gross or the net one. `values`: null when none are
/// known.
[[nodiscard]] InvoiceReading read_invoice(const InvoiceValues* values, const Money& amount);

/// Whether the part's tax is that of its base at its rate, as `read_invoice` asks it.
[[nodiscard]] bool is_tax_of(const RatePart& part, Currency currency);

/// "20:10000:2000 5.5:5000:275": the parts as a text that posting terms hold.
[[nodiscard]] std::string text_of_parts(const std::vector<RatePart>& parts);
/// What `text_of_parts` wrote, with its sums; empty for anything else.
[[nodiscard]] std::optional<InvoiceSplit> parse_parts(std::string_view text, bool amount_is_net);

}  // namespace moisson::erp
