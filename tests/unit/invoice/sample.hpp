#pragma once
// Invoices as texts, small and whole; tests change what they are about.

#include <doctest/doctest.h>

#include <cstdint>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "invoice/invoice.hpp"
#include "support/scratch_folder.hpp"

namespace moisson::invoice_test {

/// What the reader of a document does whose expected amount, in this currency, is one of these (main.cpp).
inline constexpr std::string_view deed_currency = "KMF";
enum class Deed : std::int64_t { crash = 1, memory, socket, hang, other_document, file_broken, flip = 1000 };

inline Money money(std::int64_t minor, std::string_view currency = "EUR") { return {minor, *find_currency(currency)}; }

inline std::string replaced(std::string text, std::string_view from, std::string_view to) {
    const std::size_t at = text.find(from);
    REQUIRE_MESSAGE(at != std::string::npos, from);
    return text.replace(at, from.size(), to);
}

inline std::string cii() {
    return R"(<?xml version="1.0" encoding="UTF-8"?>
<rsm:CrossIndustryInvoice xmlns:rsm="urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"
 xmlns:ram="urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"
 xmlns:udt="urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100">
<rsm:ExchangedDocumentContext><ram:GuidelineSpecifiedDocumentContextParameter><ram:ID>urn:cen.eu:en16931:2017</ram:ID>
</ram:GuidelineSpecifiedDocumentContextParameter></rsm:ExchangedDocumentContext>
<rsm:ExchangedDocument><ram:ID>F-2026-10-0042</ram:ID><ram:TypeCode>380</ram:TypeCode>
<ram:IssueDateTime><udt:DateTimeString format="102">20261031</udt:DateTimeString></ram:IssueDateTime></rsm:ExchangedDocument>
<rsm:SupplyChainTradeTransaction>
<ram:IncludedSupplyChainTradeLineItem><ram:SpecifiedLineTradeSettlement><ram:ApplicableTradeTax><ram:CategoryCode>Z</ram:CategoryCode>
</ram:ApplicableTradeTax></ram:SpecifiedLineTradeSettlement></ram:IncludedSupplyChainTradeLineItem>
<ram:IncludedSupplyChainTradeLineItem/>
<ram:ApplicableHeaderTradeAgreement>
<ram:SellerTradeParty><ram:ID>cloud</ram:ID>
<ram:GlobalID schemeID="0009">38012986646850</ram:GlobalID><ram:Name>Orange &amp; Fils</ram:Name>
<ram:SpecifiedLegalOrganization><ram:ID schemeID="0002">380129866</ram:ID></ram:SpecifiedLegalOrganization>
<ram:SpecifiedTaxRegistration><ram:ID schemeID="FC">12/345</ram:ID></ram:SpecifiedTaxRegistration>
<ram:SpecifiedTaxRegistration><ram:ID schemeID="VA">FR89 380129866</ram:ID></ram:SpecifiedTaxRegistration></ram:SellerTradeParty>
<ram:BuyerTradeParty><ram:Name>Société Martin</ram:Name>
<ram:SpecifiedLegalOrganization><ram:ID schemeID="0002">73282932000074</ram:ID></ram:SpecifiedLegalOrganization>
</ram:BuyerTradeParty>
<ram:BuyerOrderReferencedDocument><ram:IssuerAssignedID>PO-7</ram:IssuerAssignedID></ram:BuyerOrderReferencedDocument>
<ram:ContractReferencedDocument><ram:IssuerAssignedID>OCB0001234</ram:IssuerAssignedID></ram:ContractReferencedDocument>
</ram:ApplicableHeaderTradeAgreement>
<ram:ApplicableHeaderTradeSettlement>
<ram:InvoiceCurrencyCode>EUR</ram:InvoiceCurrencyCode>
<ram:SpecifiedTradeSettlementPaymentMeans><ram:TypeCode>58</ram:TypeCode><ram:PayeePartyCreditorFinancialAccount>
<ram:IBANID>FR76 3000 6000 0112 3456 7890 189</ram:IBANID></ram:PayeePartyCreditorFinancialAccount>
</ram:SpecifiedTradeSettlementPaymentMeans>
<ram:ApplicableTradeTax><ram:CalculatedAmount>200.00</ram:CalculatedAmount><ram:TypeCode>VAT</ram:TypeCode>
<ram:BasisAmount>1000.00</ram:BasisAmount><ram:CategoryCode>S</ram:CategoryCode>
<ram:RateApplicablePercent>20.00</ram:RateApplicablePercent></ram:ApplicableTradeTax>
<ram:ApplicableTradeTax><ram:CalculatedAmount>2.75</ram:CalculatedAmount><ram:TypeCode>VAT</ram:TypeCode>
<ram:BasisAmount>50.00</ram:BasisAmount><ram:CategoryCode>S</ram:CategoryCode>
<ram:RateApplicablePercent>5.5</ram:RateApplicablePercent></ram:ApplicableTradeTax>
<ram:ApplicableTradeTax><ram:CalculatedAmount>0.00</ram:CalculatedAmount><ram:TypeCode>VAT</ram:TypeCode>
<ram:ExemptionReason>Article 262 ter</ram:ExemptionReason><ram:BasisAmount>10.00</ram:BasisAmount><ram:CategoryCode>K</ram:CategoryCode>
<ram:ExemptionReasonCode>VATEX-EU-IC</ram:ExemptionReasonCode><ram:RateApplicablePercent>0</ram:RateApplicablePercent>
</ram:ApplicableTradeTax>
<ram:BillingSpecifiedPeriod><ram:StartDateTime><udt:DateTimeString format="102">20261001</udt:DateTimeString></ram:StartDateTime>
<ram:EndDateTime><udt:DateTimeString format="102">20261031</udt:DateTimeString></ram:EndDateTime></ram:BillingSpecifiedPeriod>
<ram:SpecifiedTradePaymentTerms><ram:DueDateDateTime><udt:DateTimeString format="102">20261130</udt:DateTimeString>
</ram:DueDateDateTime></ram:SpecifiedTradePaymentTerms>
<ram:SpecifiedTradeSettlementHeaderMonetarySummation><ram:LineTotalAmount>1060.00</ram:LineTotalAmount>
<ram:TaxBasisTotalAmount>1060.00</ram:TaxBasisTotalAmount><ram:TaxTotalAmount currencyID="EUR">202.75</ram:TaxTotalAmount>
<ram:TaxTotalAmount currencyID="USD">220.10</ram:TaxTotalAmount><ram:GrandTotalAmount>1262.75</ram:GrandTotalAmount>
<ram:TotalPrepaidAmount>62.75</ram:TotalPrepaidAmount><ram:DuePayableAmount>1200.00</ram:DuePayableAmount>
</ram:SpecifiedTradeSettlementHeaderMonetarySummation>
</ram:ApplicableHeaderTradeSettlement></rsm:SupplyChainTradeTransaction></rsm:CrossIndustryInvoice>
)";
}

/// A credit note's root, type and lines are put in by `as_credit_note`.
inline std::string ubl() {
    return R"(<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"
 xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
 xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
<cbc:CustomizationID>urn:cen.eu:en16931:2017</cbc:CustomizationID><cbc:ID>U-9</cbc:ID><cbc:IssueDate>2026-10-31</cbc:IssueDate>
<cbc:DueDate>2026-11-30</cbc:DueDate><cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode><cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>
<cac:OrderReference><cbc:ID>PO-8</cbc:ID></cac:OrderReference>
<cac:BillingReference><cac:InvoiceDocumentReference><cbc:ID>F-1</cbc:ID></cac:InvoiceDocumentReference></cac:BillingReference>
<cac:BillingReference><cac:InvoiceDocumentReference><cbc:ID>F-2</cbc:ID></cac:InvoiceDocumentReference></cac:BillingReference>
<cac:ContractDocumentReference><cbc:ID>C-3</cbc:ID></cac:ContractDocumentReference>
<cac:AccountingSupplierParty><cac:Party><cac:PartyIdentification><cbc:ID schemeID="0009">38012986646850</cbc:ID></cac:PartyIdentification>
<cac:PartyName><cbc:Name>A shop's sign</cbc:Name></cac:PartyName>
<cac:PartyTaxScheme><cbc:CompanyID>local 5</cbc:CompanyID><cac:TaxScheme><cbc:ID>LOC</cbc:ID></cac:TaxScheme></cac:PartyTaxScheme>
<cac:PartyTaxScheme><cbc:CompanyID>FR89380129866</cbc:CompanyID><cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:PartyTaxScheme>
<cac:PartyLegalEntity><cbc:RegistrationName>Orange</cbc:RegistrationName><cbc:CompanyID schemeID="0002">380129866</cbc:CompanyID>
</cac:PartyLegalEntity></cac:Party></cac:AccountingSupplierParty>
<cac:AccountingCustomerParty><cac:Party><cac:PartyLegalEntity><cbc:RegistrationName>Martin</cbc:RegistrationName>
<cbc:CompanyID schemeID="0002">732829320</cbc:CompanyID></cac:PartyLegalEntity></cac:Party></cac:AccountingCustomerParty>
<cac:PaymentMeans><cbc:PaymentMeansCode>30</cbc:PaymentMeansCode><cac:PayeeFinancialAccount><cbc:ID>FR7630006000011234567890189</cbc:ID>
</cac:PayeeFinancialAccount></cac:PaymentMeans>
<cac:TaxTotal><cbc:TaxAmount currencyID="EUR">20.00</cbc:TaxAmount>
<cac:TaxSubtotal><cbc:TaxableAmount currencyID="EUR">100.00</cbc:TaxableAmount>
<cbc:TaxAmount currencyID="EUR">20.00</cbc:TaxAmount><cac:TaxCategory><cbc:ID>S</cbc:ID><cbc:Percent>20</cbc:Percent></cac:TaxCategory>
</cac:TaxSubtotal></cac:TaxTotal>
<cac:TaxTotal><cbc:TaxAmount currencyID="SEK">220.00</cbc:TaxAmount></cac:TaxTotal>
<cac:LegalMonetaryTotal><cbc:LineExtensionAmount currencyID="EUR">90.00</cbc:LineExtensionAmount>
<cbc:TaxExclusiveAmount currencyID="EUR">100.00</cbc:TaxExclusiveAmount>
<cbc:TaxInclusiveAmount currencyID="EUR">120.00</cbc:TaxInclusiveAmount>
<cbc:ChargeTotalAmount currencyID="EUR">10.00</cbc:ChargeTotalAmount>
<cbc:PayableRoundingAmount currencyID="EUR">0.01</cbc:PayableRoundingAmount>
<cbc:PayableAmount currencyID="EUR">120.01</cbc:PayableAmount></cac:LegalMonetaryTotal>
<cac:InvoiceLine/></Invoice>)";
}

inline std::string as_credit_note(std::string text) {
    text = replaced(std::move(text), "<Invoice xmlns=\"urn:oasis:names:specification:ubl:schema:xsd:Invoice-2\"",
                    "<CreditNote xmlns=\"urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2\"");
    text = replaced(std::move(text), "<cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode>",
                    "<cbc:CreditNoteTypeCode>381</cbc:CreditNoteTypeCode>");
    text = replaced(std::move(text), "<cbc:DueDate>2026-11-30</cbc:DueDate>", "");
    return replaced(std::move(text), "<cac:InvoiceLine/></Invoice>", "<cac:CreditNoteLine/></CreditNote>");
}

/// Documents read through the door.
class Documents {
public:
    void add(std::string_view bytes, std::optional<Money> expected = {}, std::string name = {}) {
        const auto path = folder_ / std::to_string(sources_.size());
        std::ofstream(path, std::ios::binary) << bytes;
        sources_.push_back({path, std::move(name), expected});
    }
    [[nodiscard]] std::vector<invoice::Reading> read(const invoice::Options& options = {}) const {
        auto readings = invoice::read_all(sources_, options);
        REQUIRE_MESSAGE(readings.has_value(), readings.error().to_line());
        REQUIRE(readings->size() == sources_.size());
        return std::move(*readings);
    }
    [[nodiscard]] const std::vector<invoice::Source>& sources() const { return sources_; }

private:
    test::ScratchFolder folder_;
    std::vector<invoice::Source> sources_;
};

inline invoice::Reading read_one(std::string_view bytes, std::optional<Money> expected = {}) {
    Documents documents;
    documents.add(bytes, expected);
    return documents.read().front();
}

/// "code: message" of each, one a line.
inline std::string told(const invoice::Reading& reading) {
    std::string text;
    for (const invoice::Observation& one : reading.observations) {
        text += std::string(one.code) + ": " + one.message.english() + "\n";
    }
    return text;
}

}  // namespace moisson::invoice_test
