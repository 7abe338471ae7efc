#include "invoice/terms.hpp"

#include <algorithm>
#include <array>
#include <span>

#include "base/result.hpp"
#include "base/xml.hpp"

namespace moisson::invoice {

namespace {

/// A prefix of the paths below; documents may call their namespaces what they like.
struct Namespace {
    std::string_view prefix;
    std::string_view uri;
};

struct PathRow {
    std::string_view path;
    Term term;
    std::string_view attribute = {};
};

// What was D16B in 2016 is D22B today: the names of the namespaces stayed.
constexpr std::array<Namespace, 3> cii_namespaces{{
    {"rsm", "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"},
    {"ram", "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"},
    {"udt", "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100"},
}};

constexpr std::array cii_rows{
    PathRow{"rsm:ExchangedDocumentContext/ram:GuidelineSpecifiedDocumentContextParameter/ram:ID", Term::profile},
    PathRow{"rsm:ExchangedDocument/ram:ID", Term::number},
    PathRow{"rsm:ExchangedDocument/ram:TypeCode", Term::type},
    PathRow{"rsm:ExchangedDocument/ram:IssueDateTime/udt:DateTimeString", Term::issue_date, "format"},
    PathRow{"rsm:SupplyChainTradeTransaction/ram:IncludedSupplyChainTradeLineItem", Term::line},
    PathRow{"@agreement/ram:SellerTradeParty/ram:ID", Term::seller_id, "schemeID"},
    PathRow{"@agreement/ram:SellerTradeParty/ram:GlobalID", Term::seller_id, "schemeID"},
    PathRow{"@agreement/ram:SellerTradeParty/ram:Name", Term::seller_name},
    PathRow{"@agreement/ram:SellerTradeParty/ram:SpecifiedLegalOrganization/ram:ID", Term::seller_id, "schemeID"},
    PathRow{"@agreement/ram:SellerTradeParty/ram:SpecifiedTaxRegistration/ram:ID", Term::seller_tax_id, "schemeID"},
    PathRow{"@agreement/ram:BuyerTradeParty/ram:ID", Term::buyer_id, "schemeID"},
    PathRow{"@agreement/ram:BuyerTradeParty/ram:GlobalID", Term::buyer_id, "schemeID"},
    PathRow{"@agreement/ram:BuyerTradeParty/ram:Name", Term::buyer_name},
    PathRow{"@agreement/ram:BuyerTradeParty/ram:SpecifiedLegalOrganization/ram:ID", Term::buyer_id, "schemeID"},
    PathRow{"@agreement/ram:BuyerTradeParty/ram:SpecifiedTaxRegistration/ram:ID", Term::buyer_tax_id, "schemeID"},
    PathRow{"@agreement/ram:BuyerOrderReferencedDocument/ram:IssuerAssignedID", Term::order},
    PathRow{"@agreement/ram:ContractReferencedDocument/ram:IssuerAssignedID", Term::contract},
    PathRow{"@settlement/ram:InvoiceCurrencyCode", Term::currency},
    PathRow{"@settlement/ram:SpecifiedTradeSettlementPaymentMeans/ram:TypeCode", Term::payment_means},
    PathRow{"@settlement/ram:SpecifiedTradeSettlementPaymentMeans/ram:PayeePartyCreditorFinancialAccount/ram:IBANID", Term::iban},
    PathRow{"@settlement/ram:ApplicableTradeTax", Term::vat_line},
    PathRow{"@settlement/ram:ApplicableTradeTax/ram:CalculatedAmount", Term::vat_amount, "currencyID"},
    PathRow{"@settlement/ram:ApplicableTradeTax/ram:ExemptionReason", Term::vat_reason},
    PathRow{"@settlement/ram:ApplicableTradeTax/ram:BasisAmount", Term::vat_base, "currencyID"},
    PathRow{"@settlement/ram:ApplicableTradeTax/ram:CategoryCode", Term::vat_category},
    PathRow{"@settlement/ram:ApplicableTradeTax/ram:ExemptionReasonCode", Term::vat_reason_code},
    PathRow{"@settlement/ram:ApplicableTradeTax/@rate", Term::vat_rate},
    PathRow{"@settlement/ram:BillingSpecifiedPeriod/ram:StartDateTime/udt:DateTimeString", Term::billed_from, "format"},
    PathRow{"@settlement/ram:BillingSpecifiedPeriod/ram:EndDateTime/udt:DateTimeString", Term::billed_until, "format"},
    PathRow{"@settlement/ram:SpecifiedTradePaymentTerms", Term::payment_terms},
    PathRow{"@settlement/ram:SpecifiedTradePaymentTerms/ram:DueDateDateTime/udt:DateTimeString", Term::due_date, "format"},
    PathRow{"@settlement/ram:SpecifiedTradePaymentTerms/ram:ApplicableTradePaymentDiscountTerms", Term::discount},
    PathRow{"@settlement/@sums/ram:LineTotalAmount", Term::lines_total, "currencyID"},
    PathRow{"@settlement/@sums/ram:ChargeTotalAmount", Term::charges, "currencyID"},
    PathRow{"@settlement/@sums/ram:AllowanceTotalAmount", Term::allowances, "currencyID"},
    PathRow{"@settlement/@sums/ram:TaxBasisTotalAmount", Term::net, "currencyID"},
    PathRow{"@settlement/@sums/ram:TaxTotalAmount", Term::vat, "currencyID"},
    PathRow{"@settlement/@sums/ram:RoundingAmount", Term::rounding, "currencyID"},
    PathRow{"@settlement/@sums/ram:GrandTotalAmount", Term::gross, "currencyID"},
    PathRow{"@settlement/@sums/ram:TotalPrepaidAmount", Term::prepaid, "currencyID"},
    PathRow{"@settlement/@sums/ram:DuePayableAmount", Term::amount_due, "currencyID"},
    PathRow{"@settlement/ram:InvoiceReferencedDocument/ram:IssuerAssignedID", Term::credited_invoice},
};

/// Steps that CII and ZUGFeRD 1.0 call differently.
struct Step {
    std::string_view name;
    std::string_view cii;
    std::string_view zugferd;
};
constexpr std::array<Step, 7> steps{{
    {"@agreement", "rsm:SupplyChainTradeTransaction/ram:ApplicableHeaderTradeAgreement",
     "rsm:SpecifiedSupplyChainTradeTransaction/ram:ApplicableSupplyChainTradeAgreement"},
    {"@settlement", "rsm:SupplyChainTradeTransaction/ram:ApplicableHeaderTradeSettlement",
     "rsm:SpecifiedSupplyChainTradeTransaction/ram:ApplicableSupplyChainTradeSettlement"},
    {"@sums", "ram:SpecifiedTradeSettlementHeaderMonetarySummation", "ram:SpecifiedTradeSettlementMonetarySummation"},
    {"@rate", "ram:RateApplicablePercent", "ram:ApplicablePercent"},
    {"rsm:ExchangedDocumentContext", "rsm:ExchangedDocumentContext", "rsm:SpecifiedExchangedDocumentContext"},
    {"rsm:ExchangedDocument", "rsm:ExchangedDocument", "rsm:HeaderExchangedDocument"},
    {"rsm:SupplyChainTradeTransaction", "rsm:SupplyChainTradeTransaction", "rsm:SpecifiedSupplyChainTradeTransaction"},
}};

constexpr std::array<Namespace, 3> zugferd_namespaces{{
    {"rsm", "urn:ferd:CrossIndustryDocument:invoice:1p0"},
    {"ram", "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:12"},
    {"udt", "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:15"},
}};

constexpr std::array<Namespace, 2> ubl_namespaces{{
    {"cac", "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"},
    {"cbc", "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"},
}};

constexpr std::array ubl_rows{
    PathRow{"cbc:CustomizationID", Term::profile},
    PathRow{"cbc:ID", Term::number},
    PathRow{"cbc:IssueDate", Term::issue_date},
    PathRow{"cbc:DueDate", Term::due_date},
    PathRow{"cbc:InvoiceTypeCode", Term::type},
    PathRow{"cbc:CreditNoteTypeCode", Term::type},
    PathRow{"cbc:DocumentCurrencyCode", Term::currency},
    PathRow{"cac:InvoicePeriod/cbc:StartDate", Term::billed_from},
    PathRow{"cac:InvoicePeriod/cbc:EndDate", Term::billed_until},
    PathRow{"cac:OrderReference/cbc:ID", Term::order},
    PathRow{"cac:BillingReference/cac:InvoiceDocumentReference/cbc:ID", Term::credited_invoice},
    PathRow{"cac:ContractDocumentReference/cbc:ID", Term::contract},
    PathRow{"cac:AccountingSupplierParty/cac:Party/cac:PartyIdentification/cbc:ID", Term::seller_id, "schemeID"},
    PathRow{"cac:AccountingSupplierParty/cac:Party/cac:PartyTaxScheme", Term::seller_registration},
    PathRow{"cac:AccountingSupplierParty/cac:Party/cac:PartyTaxScheme/cbc:CompanyID", Term::tax_id},
    PathRow{"cac:AccountingSupplierParty/cac:Party/cac:PartyTaxScheme/cac:TaxScheme/cbc:ID", Term::tax_scheme},
    PathRow{"cac:AccountingSupplierParty/cac:Party/cac:PartyLegalEntity/cbc:RegistrationName", Term::seller_name},
    PathRow{"cac:AccountingSupplierParty/cac:Party/cac:PartyLegalEntity/cbc:CompanyID", Term::seller_id, "schemeID"},
    PathRow{"cac:AccountingCustomerParty/cac:Party/cac:PartyIdentification/cbc:ID", Term::buyer_id, "schemeID"},
    PathRow{"cac:AccountingCustomerParty/cac:Party/cac:PartyTaxScheme", Term::buyer_registration},
    PathRow{"cac:AccountingCustomerParty/cac:Party/cac:PartyTaxScheme/cbc:CompanyID", Term::tax_id},
    PathRow{"cac:AccountingCustomerParty/cac:Party/cac:PartyTaxScheme/cac:TaxScheme/cbc:ID", Term::tax_scheme},
    PathRow{"cac:AccountingCustomerParty/cac:Party/cac:PartyLegalEntity/cbc:RegistrationName", Term::buyer_name},
    PathRow{"cac:AccountingCustomerParty/cac:Party/cac:PartyLegalEntity/cbc:CompanyID", Term::buyer_id, "schemeID"},
    PathRow{"cac:PaymentMeans/cbc:PaymentMeansCode", Term::payment_means},
    PathRow{"cac:PaymentMeans/cbc:PaymentDueDate", Term::due_date},
    PathRow{"cac:PaymentMeans/cac:PayeeFinancialAccount/cbc:ID", Term::iban},
    PathRow{"cac:TaxTotal/cbc:TaxAmount", Term::vat, "currencyID"},
    PathRow{"cac:TaxTotal/cac:TaxSubtotal", Term::vat_line},
    PathRow{"cac:TaxTotal/cac:TaxSubtotal/cbc:TaxableAmount", Term::vat_base, "currencyID"},
    PathRow{"cac:TaxTotal/cac:TaxSubtotal/cbc:TaxAmount", Term::vat_amount, "currencyID"},
    PathRow{"cac:TaxTotal/cac:TaxSubtotal/cac:TaxCategory/cbc:ID", Term::vat_category},
    PathRow{"cac:TaxTotal/cac:TaxSubtotal/cac:TaxCategory/cbc:Percent", Term::vat_rate},
    PathRow{"cac:TaxTotal/cac:TaxSubtotal/cac:TaxCategory/cbc:TaxExemptionReasonCode", Term::vat_reason_code},
    PathRow{"cac:TaxTotal/cac:TaxSubtotal/cac:TaxCategory/cbc:TaxExemptionReason", Term::vat_reason},
    PathRow{"cac:LegalMonetaryTotal/cbc:LineExtensionAmount", Term::lines_total, "currencyID"},
    PathRow{"cac:LegalMonetaryTotal/cbc:TaxExclusiveAmount", Term::net, "currencyID"},
    PathRow{"cac:LegalMonetaryTotal/cbc:TaxInclusiveAmount", Term::gross, "currencyID"},
    PathRow{"cac:LegalMonetaryTotal/cbc:AllowanceTotalAmount", Term::allowances, "currencyID"},
    PathRow{"cac:LegalMonetaryTotal/cbc:ChargeTotalAmount", Term::charges, "currencyID"},
    PathRow{"cac:LegalMonetaryTotal/cbc:PrepaidAmount", Term::prepaid, "currencyID"},
    PathRow{"cac:LegalMonetaryTotal/cbc:PayableRoundingAmount", Term::rounding, "currencyID"},
    PathRow{"cac:LegalMonetaryTotal/cbc:PayableAmount", Term::amount_due, "currencyID"},
    PathRow{"cac:InvoiceLine", Term::line},
    PathRow{"cac:CreditNoteLine", Term::line},
};

std::string full_name(std::string_view uri, std::string_view local) {
    std::string name(uri);
    name += xml_name_separator;
    name += local;
    return name;
}

/// Puts a path below `node`, step by step.
void add(PathNode& node, std::string_view path, const PathRow& row, std::span<const Namespace> namespaces) {
    PathNode* at = &node;
    while (!path.empty()) {
        const std::string_view step = path.substr(0, path.find('/'));
        path.remove_prefix(std::min(path.size(), step.size() + 1));
        const std::size_t colon = step.find(':');
        const auto space = std::find_if(namespaces.begin(), namespaces.end(),
                                        [&](const Namespace& one) { return one.prefix == step.substr(0, colon); });
        MOISSON_INVARIANT(space != namespaces.end() && colon != std::string_view::npos, "each step has a prefix of the table");
        const std::string name = full_name(space->uri, step.substr(colon + 1));
        auto child = std::find_if(at->children.begin(), at->children.end(), [&](const PathNode& one) { return one.name == name; });
        if (child == at->children.end()) {
            child = at->children.insert(child, PathNode{name, Term::none, {}, {}});
        }
        at = &*child;
    }
    at->term = row.term;
    at->attribute = row.attribute;
}

/// A row's path in one of the two syntaxes.
std::string resolved(std::string_view path, bool is_zugferd) {
    std::string result;
    while (!path.empty()) {
        const std::string_view step = path.substr(0, path.find('/'));
        path.remove_prefix(std::min(path.size(), step.size() + 1));
        const auto* const found = std::find_if(steps.begin(), steps.end(), [&](const Step& one) { return one.name == step; });
        result += result.empty() ? "" : "/";
        result += found == steps.end() ? step : is_zugferd ? found->zugferd : found->cii;
    }
    return result;
}

Syntax cii_syntax(std::string_view root, std::span<const Namespace> namespaces, bool is_zugferd) {
    Syntax syntax;
    syntax.root.name = full_name(namespaces.front().uri, root);
    for (const PathRow& row : cii_rows) {
        add(syntax.root, resolved(row.path, is_zugferd), row, namespaces);
    }
    return syntax;
}

Syntax ubl_syntax(std::string_view root, InvoiceKind kind) {
    Syntax syntax;
    syntax.kind = kind;
    syntax.root.name = full_name("urn:oasis:names:specification:ubl:schema:xsd:" + std::string(root) + "-2", root);
    for (const PathRow& row : ubl_rows) {
        add(syntax.root, row.path, row, ubl_namespaces);
    }
    return syntax;
}

}  // namespace

const PathNode* PathNode::find(std::string_view child) const noexcept {
    const auto found = std::find_if(children.begin(), children.end(), [&](const PathNode& one) { return one.name == child; });
    return found == children.end() ? nullptr : &*found;
}

const Syntax* find_syntax(std::string_view root) {
    static const std::array<Syntax, 4> syntaxes{
        cii_syntax("CrossIndustryInvoice", cii_namespaces, false),
        cii_syntax("CrossIndustryDocument", zugferd_namespaces, true),
        ubl_syntax("Invoice", InvoiceKind::invoice),
        ubl_syntax("CreditNote", InvoiceKind::credit_note),
    };
    const auto* const found = std::find_if(syntaxes.begin(), syntaxes.end(), [&](const Syntax& one) { return one.root.name == root; });
    return found == syntaxes.end() ? nullptr : found;
}

}  // namespace moisson::invoice
