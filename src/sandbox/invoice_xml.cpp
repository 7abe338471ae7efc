// Cross Industry Invoice. The order of elements is that of the schemas of Factur-X 1.0; each profile holds those before it.
#include "sandbox/invoice_xml.hpp"

#include <array>

#include <fmt/format.h>

#include "sandbox/decimal.hpp"
#include "sandbox/invoice_words.hpp"
#include "sandbox/xml_text.hpp"

namespace moisson::sandbox {

namespace {

/// How much a profile has room for.
bool has_header(InvoiceProfile profile) noexcept { return profile != InvoiceProfile::minimum; }
bool has_lines(InvoiceProfile profile) noexcept { return has_header(profile) && profile != InvoiceProfile::basic_wl; }
bool is_full(InvoiceProfile profile) noexcept { return has_lines(profile) && profile != InvoiceProfile::basic; }

class Cii {
public:
    Cii(const InvoiceValues& values, InvoiceProfile profile) : values_(values), profile_(profile) {}

    std::string make() {
        xml_.open("rsm:CrossIndustryInvoice",
                  {{"xmlns:rsm", "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"},
                   {"xmlns:qdt", "urn:un:unece:uncefact:data:standard:QualifiedDataType:100"},
                   {"xmlns:ram", "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"},
                   {"xmlns:udt", "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100"}});
        write_head();
        xml_.open("rsm:SupplyChainTradeTransaction");
        if (has_lines(profile_)) {
            write_lines();
        }
        write_agreement();
        xml_.leaf("ram:ApplicableHeaderTradeDelivery", "");
        write_settlement();
        xml_.close();
        xml_.close();
        return xml_.take();
    }

private:
    std::string money(std::int64_t minor) const { return format_decimal(minor, values_.digits); }

    void date(std::string_view name, std::string_view kind, const std::string& day) {
        xml_.open(name);
        xml_.leaf(kind, day, {{"format", "102"}});
        xml_.close();
    }

    void write_head() {
        xml_.open("rsm:ExchangedDocumentContext");
        if (profile_ == InvoiceProfile::french) {
            xml_.open("ram:BusinessProcessSpecifiedDocumentContextParameter");
            xml_.leaf("ram:ID", invoice_of_services);
            xml_.close();
        }
        xml_.open("ram:GuidelineSpecifiedDocumentContextParameter");
        xml_.leaf("ram:ID", names_of(profile_).guideline);
        xml_.close();
        xml_.close();
        xml_.open("rsm:ExchangedDocument");
        xml_.leaf("ram:ID", values_.number);
        xml_.leaf("ram:TypeCode", values_.credit ? "381" : "380");
        date("ram:IssueDateTime", "udt:DateTimeString", compact_day(values_.issued));
        if (has_header(profile_)) {
            for (const InvoiceNote& note : legal_notes()) {
                xml_.open("ram:IncludedNote");
                xml_.leaf("ram:Content", note.text);
                xml_.leaf("ram:SubjectCode", note.subject);
                xml_.close();
            }
        }
        xml_.close();
    }

    void write_line(std::size_t number, const InvoiceLine& line) {
        xml_.open("ram:IncludedSupplyChainTradeLineItem");
        xml_.open("ram:AssociatedDocumentLineDocument");
        xml_.leaf("ram:LineID", fmt::format("{}", number));
        xml_.close();
        xml_.open("ram:SpecifiedTradeProduct");
        if (is_full(profile_)) {
            xml_.leaf("ram:SellerAssignedID", line.code);
        }
        xml_.leaf("ram:Name", line.text);
        xml_.close();
        xml_.open("ram:SpecifiedLineTradeAgreement");
        xml_.open("ram:NetPriceProductTradePrice");
        xml_.leaf("ram:ChargeAmount", format_decimal(line.unit_price_e5, 5));
        xml_.close();
        xml_.close();
        xml_.open("ram:SpecifiedLineTradeDelivery");
        xml_.leaf("ram:BilledQuantity", format_decimal(line.quantity_milli, 3), {{"unitCode", line.unit_code}});
        xml_.close();
        xml_.open("ram:SpecifiedLineTradeSettlement");
        xml_.open("ram:ApplicableTradeTax");
        xml_.leaf("ram:TypeCode", "VAT");
        xml_.leaf("ram:CategoryCode", values_.vat.front().category);
        xml_.leaf("ram:RateApplicablePercent", rate(line.rate_percent));
        xml_.close();
        if (line.net_minor != line.amount_minor) {
            xml_.open("ram:SpecifiedTradeAllowanceCharge");
            xml_.open("ram:ChargeIndicator");
            xml_.leaf("udt:Indicator", "false");
            xml_.close();
            xml_.leaf("ram:ActualAmount", money(line.amount_minor - line.net_minor));
            xml_.leaf("ram:Reason", discount_reason);
            xml_.close();
        }
        xml_.open("ram:SpecifiedTradeSettlementLineMonetarySummation");
        xml_.leaf("ram:LineTotalAmount", money(line.net_minor));
        xml_.close();
        xml_.close();
        xml_.close();
    }

    void write_lines() {
        const std::vector<InvoiceLine> lines = lines_or_none(values_);
        for (std::size_t at = 0; at < lines.size(); ++at) {
            write_line(at + 1, lines[at]);
        }
    }

    static std::string rate(std::int64_t percent) { return fmt::format("{}.00", percent); }

    void write_party(std::string_view name, const Party& party, bool seller) {
        xml_.open(name);
        if (has_header(profile_) && !party.siret.empty()) {
            xml_.leaf("ram:GlobalID", party.siret, {{"schemeID", siret_scheme}});
        }
        xml_.leaf("ram:Name", party.name);
        xml_.open("ram:SpecifiedLegalOrganization");
        xml_.leaf("ram:ID", party.legal_id, {{"schemeID", party.legal_scheme}});
        xml_.close();
        if (seller || has_header(profile_)) {
            xml_.open("ram:PostalTradeAddress");
            if (has_header(profile_)) {
                xml_.leaf("ram:PostcodeCode", party.postcode);
                xml_.leaf("ram:LineOne", party.street);
                xml_.leaf("ram:CityName", party.city);
            }
            xml_.leaf("ram:CountryID", party.country);
            xml_.close();
        }
        if (is_full(profile_) && party.legal_scheme == siren_scheme) {
            xml_.open("ram:URIUniversalCommunication");
            xml_.leaf("ram:URIID", party.legal_id, {{"schemeID", directory_scheme}});
            xml_.close();
        }
        if (!party.vat_id.empty() && (seller || has_header(profile_))) {
            xml_.open("ram:SpecifiedTaxRegistration");
            xml_.leaf("ram:ID", party.vat_id, {{"schemeID", "VA"}});
            xml_.close();
        }
        xml_.close();
    }

    void write_agreement() {
        xml_.open("ram:ApplicableHeaderTradeAgreement");
        write_party("ram:SellerTradeParty", values_.seller, true);
        write_party("ram:BuyerTradeParty", values_.buyer, false);
        xml_.open("ram:BuyerOrderReferencedDocument");
        xml_.leaf("ram:IssuerAssignedID", values_.order_reference);
        xml_.close();
        if (has_header(profile_)) {
            xml_.open("ram:ContractReferencedDocument");
            xml_.leaf("ram:IssuerAssignedID", values_.contract_id);
            xml_.close();
        }
        xml_.close();
    }

    void write_means() {
        xml_.open("ram:SpecifiedTradeSettlementPaymentMeans");
        xml_.leaf("ram:TypeCode", values_.means_code);
        xml_.open("ram:PayeePartyCreditorFinancialAccount");
        xml_.leaf("ram:IBANID", values_.iban);
        xml_.close();
        xml_.close();
    }

    void write_vat() {
        for (const VatPart& part : values_.vat) {
            xml_.open("ram:ApplicableTradeTax");
            xml_.leaf("ram:CalculatedAmount", money(part.tax_minor));
            xml_.leaf("ram:TypeCode", "VAT");
            if (!part.reason.empty()) {
                xml_.leaf("ram:ExemptionReason", part.reason);
            }
            xml_.leaf("ram:BasisAmount", money(part.base_minor));
            xml_.leaf("ram:CategoryCode", part.category);
            if (!part.reason_code.empty()) {
                xml_.leaf("ram:ExemptionReasonCode", part.reason_code);
            }
            xml_.leaf("ram:RateApplicablePercent", rate(part.rate_percent));
            xml_.close();
        }
    }

    void write_period() {
        const auto day = [](const std::string& dashed) { return dashed.substr(0, 4) + dashed.substr(5, 2) + dashed.substr(8, 2); };
        xml_.open("ram:BillingSpecifiedPeriod");
        date("ram:StartDateTime", "udt:DateTimeString", day(values_.begin));
        date("ram:EndDateTime", "udt:DateTimeString", day(values_.end));
        xml_.close();
    }

    void write_allowance(bool charge) {
        xml_.open("ram:SpecifiedTradeAllowanceCharge");
        xml_.open("ram:ChargeIndicator");
        xml_.leaf("udt:Indicator", charge ? "true" : "false");
        xml_.close();
        xml_.leaf("ram:ActualAmount", money(values_.allowance_minor));
        xml_.leaf("ram:Reason", charge ? charge_reason : allowance_reason);
        xml_.open("ram:CategoryTradeTax");
        xml_.leaf("ram:TypeCode", "VAT");
        xml_.leaf("ram:CategoryCode", values_.vat.front().category);
        xml_.leaf("ram:RateApplicablePercent", rate(values_.vat.front().rate_percent));
        xml_.close();
        xml_.close();
    }

    void write_terms() {
        xml_.open("ram:SpecifiedTradePaymentTerms");
        xml_.leaf("ram:Description", payment_terms);
        if (values_.due) {
            date("ram:DueDateDateTime", "udt:DateTimeString", compact_day(*values_.due));
        }
        xml_.close();
    }

    void write_totals() {
        xml_.open("ram:SpecifiedTradeSettlementHeaderMonetarySummation");
        if (has_header(profile_)) {
            xml_.leaf("ram:LineTotalAmount", money(values_.net_minor));
            if (values_.allowance_minor != 0) {
                xml_.leaf("ram:ChargeTotalAmount", money(values_.allowance_minor));
                xml_.leaf("ram:AllowanceTotalAmount", money(values_.allowance_minor));
            }
        }
        xml_.leaf("ram:TaxBasisTotalAmount", money(values_.net_minor));
        xml_.leaf("ram:TaxTotalAmount", money(values_.tax_minor), {{"currencyID", values_.currency}});
        xml_.leaf("ram:GrandTotalAmount", money(values_.gross_minor));
        if (has_header(profile_) && values_.prepaid_minor != 0) {
            xml_.leaf("ram:TotalPrepaidAmount", money(values_.prepaid_minor));
        }
        xml_.leaf("ram:DuePayableAmount", money(values_.gross_minor - values_.prepaid_minor));
        xml_.close();
    }

    void write_settlement() {
        xml_.open("ram:ApplicableHeaderTradeSettlement");
        if (has_header(profile_)) {
            xml_.leaf("ram:PaymentReference", values_.number);
        }
        xml_.leaf("ram:InvoiceCurrencyCode", values_.currency);
        if (has_header(profile_)) {
            write_means();
            write_vat();
            write_period();
            if (values_.allowance_minor != 0) {
                write_allowance(false);
                write_allowance(true);
            }
            write_terms();
        }
        write_totals();
        if (has_header(profile_) && values_.credit) {
            xml_.open("ram:InvoiceReferencedDocument");
            xml_.leaf("ram:IssuerAssignedID", values_.credited_number);
            xml_.close();
        }
        xml_.close();
    }

    const InvoiceValues& values_;
    InvoiceProfile profile_;
    XmlText xml_;
};

}  // namespace

ProfileNames names_of(InvoiceProfile profile) noexcept {
    switch (profile) {
        case InvoiceProfile::plain: return {};
        case InvoiceProfile::minimum: return {"urn:factur-x.eu:1p0:minimum", "MINIMUM", "Data"};
        case InvoiceProfile::basic_wl: return {"urn:factur-x.eu:1p0:basicwl", "BASIC WL", "Data"};
        case InvoiceProfile::basic: return {"urn:cen.eu:en16931:2017#compliant#urn:factur-x.eu:1p0:basic", "BASIC", "Alternative"};
        case InvoiceProfile::en16931: return {"urn:cen.eu:en16931:2017", "EN 16931", "Alternative"};
        case InvoiceProfile::extended:
            return {"urn:cen.eu:en16931:2017#conformant#urn:factur-x.eu:1p0:extended", "EXTENDED", "Alternative"};
        case InvoiceProfile::french:
            return {"urn:cen.eu:en16931:2017#conformant#urn.cpro.gouv.fr:1p0:extended-ctc-fr", "EXTENDED", "Alternative"};
    }
    return {};
}

std::string make_cii(const InvoiceValues& values, InvoiceProfile profile) { return Cii(values, profile).make(); }

}  // namespace moisson::sandbox
