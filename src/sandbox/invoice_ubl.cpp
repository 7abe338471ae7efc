// UBL 2.1. The order of elements is that of its schemas; Invoice and CreditNote differ in a few names and in where the due date stands.
#include "sandbox/invoice_ubl.hpp"

#include <fmt/format.h>

#include "sandbox/decimal.hpp"
#include "sandbox/invoice_words.hpp"
#include "sandbox/xml_text.hpp"

namespace moisson::sandbox {

namespace {

class Ubl {
public:
    Ubl(const InvoiceValues& values, std::string_view guideline) : values_(values), guideline_(guideline) {}

    std::string make() {
        const std::string_view name = values_.credit ? "CreditNote" : "Invoice";
        xml_.open(name, {{"xmlns", values_.credit ? "urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2"
                                                  : "urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"},
                         {"xmlns:cac", "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"},
                         {"xmlns:cbc", "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"}});
        write_head();
        write_references();
        write_party("cac:AccountingSupplierParty", values_.seller);
        write_party("cac:AccountingCustomerParty", values_.buyer);
        write_payment();
        if (values_.allowance_minor != 0) {
            write_allowance(false);
            write_allowance(true);
        }
        write_tax();
        write_totals();
        write_lines();
        xml_.close();
        return xml_.take();
    }

private:
    void money(std::string_view name, std::int64_t minor) {
        xml_.leaf(name, format_decimal(minor, values_.digits), {{"currencyID", values_.currency}});
    }
    void in(std::string_view outer, std::string_view name, std::string_view text) {
        xml_.open(outer);
        xml_.leaf(name, text);
        xml_.close();
    }

    void write_head() {
        xml_.leaf("cbc:CustomizationID", guideline_);
        xml_.leaf("cbc:ProfileID", invoice_of_services);
        xml_.leaf("cbc:ID", values_.number);
        xml_.leaf("cbc:IssueDate", dashed_day(values_.issued));
        if (values_.due && !values_.credit) {
            xml_.leaf("cbc:DueDate", dashed_day(*values_.due));
        }
        xml_.leaf(values_.credit ? "cbc:CreditNoteTypeCode" : "cbc:InvoiceTypeCode", values_.credit ? "381" : "380");
        for (const InvoiceNote& note : legal_notes()) {
            xml_.leaf("cbc:Note", fmt::format("#{}#{}", note.subject, note.text));
        }
        xml_.leaf("cbc:DocumentCurrencyCode", values_.currency);
        xml_.open("cac:InvoicePeriod");
        xml_.leaf("cbc:StartDate", values_.begin);
        xml_.leaf("cbc:EndDate", values_.end);
        xml_.close();
    }

    void write_references() {
        in("cac:OrderReference", "cbc:ID", values_.order_reference);
        if (values_.credit) {
            xml_.open("cac:BillingReference");
            in("cac:InvoiceDocumentReference", "cbc:ID", values_.credited_number);
            xml_.close();
        }
        in("cac:ContractDocumentReference", "cbc:ID", values_.contract_id);
    }

    void write_party(std::string_view name, const Party& party) {
        xml_.open(name);
        xml_.open("cac:Party");
        if (party.legal_scheme == siren_scheme) {
            xml_.leaf("cbc:EndpointID", party.legal_id, {{"schemeID", directory_scheme}});
        }
        if (!party.siret.empty()) {
            xml_.open("cac:PartyIdentification");
            xml_.leaf("cbc:ID", party.siret, {{"schemeID", siret_scheme}});
            xml_.close();
        }
        xml_.open("cac:PostalAddress");
        xml_.leaf("cbc:StreetName", party.street);
        xml_.leaf("cbc:CityName", party.city);
        xml_.leaf("cbc:PostalZone", party.postcode);
        in("cac:Country", "cbc:IdentificationCode", party.country);
        xml_.close();
        if (!party.vat_id.empty()) {
            xml_.open("cac:PartyTaxScheme");
            xml_.leaf("cbc:CompanyID", party.vat_id);
            in("cac:TaxScheme", "cbc:ID", "VAT");
            xml_.close();
        }
        xml_.open("cac:PartyLegalEntity");
        xml_.leaf("cbc:RegistrationName", party.name);
        xml_.leaf("cbc:CompanyID", party.legal_id, {{"schemeID", party.legal_scheme}});
        xml_.close();
        xml_.close();
        xml_.close();
    }

    void write_payment() {
        xml_.open("cac:PaymentMeans");
        xml_.leaf("cbc:PaymentMeansCode", values_.means_code);
        if (values_.due && values_.credit) {
            xml_.leaf("cbc:PaymentDueDate", dashed_day(*values_.due));
        }
        xml_.leaf("cbc:PaymentID", values_.number);
        in("cac:PayeeFinancialAccount", "cbc:ID", values_.iban);
        xml_.close();
        in("cac:PaymentTerms", "cbc:Note", payment_terms);
    }

    void write_allowance(bool charge) {
        xml_.open("cac:AllowanceCharge");
        xml_.leaf("cbc:ChargeIndicator", charge ? "true" : "false");
        xml_.leaf("cbc:AllowanceChargeReason", charge ? charge_reason : allowance_reason);
        money("cbc:Amount", values_.allowance_minor);
        write_category("cac:TaxCategory", without_reason(values_.vat.front().rate_percent));
        xml_.close();
    }

    void write_tax() {
        xml_.open("cac:TaxTotal");
        money("cbc:TaxAmount", values_.tax_minor);
        for (const VatPart& part : values_.vat) {
            xml_.open("cac:TaxSubtotal");
            money("cbc:TaxableAmount", part.base_minor);
            money("cbc:TaxAmount", part.tax_minor);
            write_category("cac:TaxCategory", part);
            xml_.close();
        }
        xml_.close();
    }

    VatPart without_reason(std::int64_t rate_percent) const {
        VatPart part;
        part.category = values_.vat.front().category;
        part.rate_percent = rate_percent;
        return part;
    }

    void write_category(std::string_view name, const VatPart& part) {
        xml_.open(name);
        xml_.leaf("cbc:ID", part.category);
        xml_.leaf("cbc:Percent", fmt::format("{}.00", part.rate_percent));
        if (!part.reason.empty()) {
            xml_.leaf("cbc:TaxExemptionReasonCode", part.reason_code);
            xml_.leaf("cbc:TaxExemptionReason", part.reason);
        }
        in("cac:TaxScheme", "cbc:ID", "VAT");
        xml_.close();
    }

    void write_totals() {
        xml_.open("cac:LegalMonetaryTotal");
        money("cbc:LineExtensionAmount", values_.net_minor);
        money("cbc:TaxExclusiveAmount", values_.net_minor);
        money("cbc:TaxInclusiveAmount", values_.gross_minor);
        if (values_.allowance_minor != 0) {
            money("cbc:AllowanceTotalAmount", values_.allowance_minor);
            money("cbc:ChargeTotalAmount", values_.allowance_minor);
        }
        if (values_.prepaid_minor != 0) {
            money("cbc:PrepaidAmount", values_.prepaid_minor);
        }
        money("cbc:PayableAmount", values_.gross_minor - values_.prepaid_minor);
        xml_.close();
    }

    void write_line(std::size_t number, const InvoiceLine& line) {
        xml_.open(values_.credit ? "cac:CreditNoteLine" : "cac:InvoiceLine");
        xml_.leaf("cbc:ID", fmt::format("{}", number));
        xml_.leaf(values_.credit ? "cbc:CreditedQuantity" : "cbc:InvoicedQuantity", format_decimal(line.quantity_milli, 3),
                  {{"unitCode", line.unit_code}});
        money("cbc:LineExtensionAmount", line.net_minor);
        if (line.net_minor != line.amount_minor) {
            xml_.open("cac:AllowanceCharge");
            xml_.leaf("cbc:ChargeIndicator", "false");
            xml_.leaf("cbc:AllowanceChargeReason", discount_reason);
            money("cbc:Amount", line.amount_minor - line.net_minor);
            xml_.close();
        }
        xml_.open("cac:Item");
        xml_.leaf("cbc:Name", line.text);
        in("cac:SellersItemIdentification", "cbc:ID", line.code);
        write_category("cac:ClassifiedTaxCategory", without_reason(line.rate_percent));
        xml_.close();
        xml_.open("cac:Price");
        xml_.leaf("cbc:PriceAmount", format_decimal(line.unit_price_e5, 5), {{"currencyID", values_.currency}});
        xml_.close();
        xml_.close();
    }

    void write_lines() {
        const std::vector<InvoiceLine> lines = lines_or_none(values_);
        for (std::size_t at = 0; at < lines.size(); ++at) {
            write_line(at + 1, lines[at]);
        }
    }

    const InvoiceValues& values_;
    std::string_view guideline_;
    XmlText xml_;
};

}  // namespace

std::string make_ubl(const InvoiceValues& values, std::string_view guideline) { return Ubl(values, guideline).make(); }

}  // namespace moisson::sandbox
