// The numbers of an invoice, from the same lines as the usage reports.
#include "sandbox/invoice_values.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

#include <fmt/format.h>

#include "sandbox/decimal.hpp"
#include "sandbox/files.hpp"
#include "sandbox/invoice_parties.hpp"

namespace moisson::sandbox {

namespace {

constexpr int days_to_pay = 30;

/// Every third line is of the lower rate where there are two.
std::int64_t rate_of(Vat kind, std::size_t line) noexcept {
    switch (kind) {
        case Vat::standard: return 20;
        case Vat::two_rates: return line % 3 == 2 ? 10 : 20;
        case Vat::exempt:
        case Vat::reverse_charge:
        case Vat::export_outside: return 0;
    }
    return 0;
}

VatPart part_of(Vat kind, std::int64_t rate) {
    VatPart part;
    part.rate_percent = rate;
    switch (kind) {
        case Vat::standard:
        case Vat::two_rates: part.category = "S"; break;
        case Vat::exempt:
            part.category = "E";
            part.reason = "Exonération de TVA, article 261, 4-4° du CGI / VAT exempt";
            part.reason_code = "VATEX-EU-132-1I";
            break;
        case Vat::reverse_charge:
            part.category = "AE";
            part.reason = "Autoliquidation / Reverse charge";
            part.reason_code = "VATEX-EU-AE";
            break;
        case Vat::export_outside:
            part.category = "G";
            part.reason = "Hors Union européenne / Outside the European Union";
            part.reason_code = "VATEX-EU-G";
            break;
    }
    return part;
}

template <class Line, class Net>
std::vector<VatPart> add_up(Vat kind, const std::vector<Line>& lines, const Net& net_of) {
    std::vector<VatPart> parts{part_of(kind, rate_of(kind, 0))};
    for (std::size_t at = 0; at < lines.size(); ++at) {
        const std::int64_t rate = rate_of(kind, at);
        auto part = std::find_if(parts.begin(), parts.end(), [rate](const VatPart& one) { return one.rate_percent == rate; });
        if (part == parts.end()) {
            part = parts.insert(parts.end(), part_of(kind, rate));
        }
        part->base_minor += net_of(lines[at]);
    }
    for (VatPart& part : parts) {
        part.tax_minor = divide_half_up(part.base_minor * part.rate_percent, 100);
    }
    return parts;
}

std::string_view unit_code_of(std::string_view unit) noexcept { return unit == "Hour" ? "HUR" : (unit == "GB" ? "E34" : "E20"); }

/// Counted through the contracts, of which a scenario has 100,000 at most, and once more for each further document of a contract's
/// month: so every number is there once, and is known without the others.
std::string number_of(const Contract& contract, Month month, std::uint32_t serial) {
    return fmt::format("OBS-{}-{:06}", month.dashed(), std::uint64_t{serial} * 100000 + contract.number);
}

void set_numbers(const Contract& contract, const Document& document, InvoiceValues& values) {
    values.number = number_of(contract, document.month, document.number_serial);
    if (document.invoice.number_doubled) {
        values.number = number_of(contract, document.number_serial > 0 ? document.month : document.month.plus(-1), 0);
    }
    if (document.credit) {
        values.credited_number = number_of(contract, document.month, 0);
    }
    values.order_reference = fmt::format("CMD-{}-{:05}", document.month.plus(-12).year(), 40000 + contract.number);
}

void set_lines(const World& world, const Contract& contract, const Document& document, InvoiceValues& values) {
    const std::int64_t sign = document.credit ? -1 : 1;
    std::size_t at = 0;
    for (const UsageLine& used : world.lines_of(contract, document)) {
        const CloudService& service = cloud_services()[used.service];
        InvoiceLine line;
        line.code = service.code;
        line.text = service.charge;
        line.unit_code = unit_code_of(service.unit);
        line.quantity_milli = sign * used.quantity_milli;
        line.unit_price_e5 = used.unit_price_e5;
        line.amount_minor = sign * used.amount_minor;
        line.discount_percent = used.discount_percent;
        line.net_minor = sign * used.discounted_minor;
        line.rate_percent = rate_of(contract.vat, at++);
        values.lines.push_back(std::move(line));
    }
}

/// One unit of the currency more, on a line of its own, so that the sums are right in themselves.
void add_one_unit(const Contract& contract, InvoiceValues& values) {
    InvoiceLine line;
    line.code = "fee.other";
    line.text = "Frais divers / Other fee";
    line.unit_code = "C62";
    line.quantity_milli = 1000;
    line.unit_price_e5 = 100000;
    line.amount_minor = power_of_ten(contract.digits);
    line.net_minor = line.amount_minor;
    line.rate_percent = rate_of(contract.vat, values.lines.size());
    values.lines.push_back(std::move(line));
}

void set_totals(const Contract& contract, const Document& document, InvoiceValues& values) {
    values.vat = add_up(contract.vat, values.lines, [](const InvoiceLine& line) { return line.net_minor; });
    for (const VatPart& part : values.vat) {
        values.net_minor += part.base_minor;
        values.tax_minor += part.tax_minor;
    }
    values.gross_minor = values.net_minor + values.tax_minor;
    if (document.invoice.allowance) {
        values.allowance_minor = power_of_ten(contract.digits);
    }
    if (document.invoice.prepaid) {
        values.prepaid_minor = divide_half_up(values.gross_minor, 10);
    }
    if (document.invoice.vat_sum) {
        values.tax_minor += power_of_ten(contract.digits);
    }
}

}  // namespace

std::vector<VatPart> vat_parts_of(Vat kind, const std::vector<UsageLine>& lines) {
    return add_up(kind, lines, [](const UsageLine& line) { return line.discounted_minor; });
}

std::vector<InvoiceLine> lines_or_none(const InvoiceValues& values) {
    if (!values.lines.empty()) {
        return values.lines;
    }
    InvoiceLine none;
    none.code = "none";
    none.text = "Aucune consommation / No consumption";
    none.unit_code = "C62";
    none.quantity_milli = 1000;
    none.rate_percent = values.vat.front().rate_percent;
    return {none};
}

InvoiceValues make_invoice_values(const World& world, const Contract& contract, const Document& document, InvoicePlace place) {
    const InvoiceForm& faults = document.invoice;
    InvoiceValues values;
    values.credit = document.credit;
    values.version = document.version;
    set_numbers(contract, document, values);
    values.issued = std::chrono::floor<std::chrono::days>(document.order);
    if (!faults.no_due_date) {
        values.due = values.issued + std::chrono::days(days_to_pay);
    }
    values.begin = begin_date(document);
    values.end = end_date(document);
    values.seller = supplier();
    values.buyer = faults.another_buyer ? another_buyer() : buyer_of(contract);
    values.currency = shown_currency(contract, document);
    values.digits = contract.digits;
    values.contract_id = contract.id;
    values.contract_name = contract.name;
    values.offer_name = contract.offer_name;
    set_lines(world, contract, document, values);
    const bool here = place == InvoicePlace::page ? faults.page_amount : faults.xml_amount;
    if (faults.other_amount || here) {
        add_one_unit(contract, values);
    }
    set_totals(contract, document, values);
    values.iban = supplier_iban;
    values.means_code = values.currency == "EUR" ? "58" : "30";
    return values;
}

}  // namespace moisson::sandbox
