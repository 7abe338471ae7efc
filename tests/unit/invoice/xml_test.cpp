// Were one of these wrong, the books would hold a number, a date, a party or an amount that the invoice does not say.
#include <doctest/doctest.h>

#include <utility>

#include <fmt/format.h>

#include "sample.hpp"

using namespace moisson;
using namespace moisson::invoice_test;
using std::chrono::year_month_day;

namespace {

year_month_day day(int year, unsigned month, unsigned of_month) {
    return {std::chrono::year(year), std::chrono::month(month), std::chrono::day(of_month)};
}

}  // namespace

TEST_CASE("every value of a CII invoice") {
    const auto reading = read_one(cii());
    const InvoiceValues& values = reading.values;
    CHECK(told(reading) == "");
    CHECK(reading.is_read);
    CHECK(values.from == ValuesFrom::xml);
    CHECK(values.kind == InvoiceKind::invoice);
    CHECK(values.profile == "urn:cen.eu:en16931:2017");
    CHECK(values.number == "F-2026-10-0042");
    CHECK(values.issue_date == day(2026, 10, 31));
    CHECK(values.due_date == day(2026, 11, 30));
    CHECK(values.billed == Period{day(2026, 10, 1), day(2026, 10, 31)});
    CHECK(values.seller == InvoiceParty{"Orange & Fils", "380129866", "38012986646850", "FR89380129866"});
    CHECK(values.buyer == InvoiceParty{"Société Martin", "732829320", "73282932000074", ""});
    CHECK(values.currency == find_currency("EUR"));
    CHECK(values.net == money(106000));
    CHECK(values.vat == money(20275));
    CHECK(values.gross == money(126275));
    CHECK(values.amount_due == money(120000));
    REQUIRE(values.vat_lines.size() == 3);
    CHECK(values.vat_lines[0] == InvoiceVat{"S", parse_big_decimal("20"), money(100000), money(20000), ""});
    CHECK(values.vat_lines[1] == InvoiceVat{"S", parse_big_decimal("5.5"), money(5000), money(275), ""});
    CHECK(values.vat_lines[2] == InvoiceVat{"K", BigDecimal{}, money(1000), money(0), "Article 262 ter"});
    CHECK(values.order_reference == "PO-7");
    CHECK(values.contract_reference == "OCB0001234");
    CHECK(values.payment_means == "58");
    CHECK(values.iban == "FR7630006000011234567890189");
    CHECK(values.credited_invoice.empty());
    CHECK(values.lines == 2);
}

TEST_CASE("every value of a UBL invoice and of a UBL credit note") {
    for (const bool is_credit : {false, true}) {
        const auto reading = read_one(is_credit ? as_credit_note(ubl()) : ubl());
        const InvoiceValues& values = reading.values;
        CHECK(told(reading) == "");
        CHECK(values.kind == (is_credit ? InvoiceKind::credit_note : InvoiceKind::invoice));
        CHECK(values.number == "U-9");
        CHECK(values.issue_date == day(2026, 10, 31));
        CHECK(values.due_date == (is_credit ? std::nullopt : std::optional(day(2026, 11, 30))));
        CHECK(values.seller == InvoiceParty{"Orange", "380129866", "38012986646850", "FR89380129866"});
        CHECK(values.buyer == InvoiceParty{"Martin", "732829320", "", ""});
        CHECK(values.net == money(10000));
        CHECK(values.vat == money(2000));
        CHECK(values.gross == money(12000));
        CHECK(values.amount_due == money(12001));
        REQUIRE(values.vat_lines.size() == 1);
        CHECK(values.vat_lines[0] == InvoiceVat{"S", parse_big_decimal("20"), money(10000), money(2000), ""});
        CHECK(values.credited_invoice == "F-1");
        CHECK(values.order_reference == "PO-8");
        CHECK(values.contract_reference == "C-3");
        CHECK(values.payment_means == "30");
        CHECK(values.iban == "FR7630006000011234567890189");
        CHECK(values.lines == 1);
        CHECK(booked(values).gross == money(is_credit ? -12000 : 12000));
        CHECK(booked(values).vat_lines[0].base == money(is_credit ? -10000 : 10000));
    }
}

TEST_CASE("profiles are recorded, and read alike") {
    for (const char* const profile :
         {"urn:factur-x.eu:1p0:basicwl", "urn:cen.eu:en16931:2017#compliant#urn:factur-x.eu:1p0:basic", "urn:cen.eu:en16931:2017",
          "urn:cen.eu:en16931:2017#conformant#urn:factur-x.eu:1p0:extended",
          "urn:cen.eu:en16931:2017#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0",
          "urn:cen.eu:en16931:2017#conformant#urn.cpro.gouv.fr:1p0:extended-ctc-fr"}) {
        CAPTURE(profile);
        const auto reading = read_one(replaced(cii(), "<ram:ID>urn:cen.eu:en16931:2017<", fmt::format("<ram:ID>{}<", profile)));
        CHECK(told(reading) == "");
        CHECK(reading.values.profile == profile);
        CHECK(reading.values.gross == money(126275));
    }
    // MINIMUM has neither lines nor a breakdown nor a due date.
    std::string minimum = cii();
    const auto cut = [&](std::string_view from, std::string_view to) {
        const std::size_t begin = minimum.find(from);
        minimum.erase(begin, minimum.rfind(to) + to.size() - begin);
    };
    cut("<ram:IncludedSupplyChainTradeLineItem>", "<ram:IncludedSupplyChainTradeLineItem/>");
    cut("<ram:SpecifiedTradeSettlementPaymentMeans>", "</ram:SpecifiedTradePaymentTerms>");
    cut("<ram:LineTotalAmount>", "</ram:LineTotalAmount>");
    cut("<ram:TotalPrepaidAmount>", "</ram:TotalPrepaidAmount>");
    minimum = replaced(minimum, ">urn:cen.eu:en16931:2017<", ">urn:factur-x.eu:1p0:minimum<");
    const auto reading = read_one(minimum);
    CHECK(told(reading) == "");
    CHECK(reading.values.vat == money(20275));
    CHECK(reading.values.vat_lines.empty());
    CHECK(!reading.values.due_date);
    CHECK(reading.values.lines == 0);
    CHECK(reading.values.amount_due == money(120000));
}

TEST_CASE("ZUGFeRD 1.0 has other names for the same") {
    std::string text = cii();
    for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{
             {"urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100", "urn:ferd:CrossIndustryDocument:invoice:1p0"},
             {"BusinessInformationEntity:100", "BusinessInformationEntity:12"},
             {"UnqualifiedDataType:100", "UnqualifiedDataType:15"},
             {"CrossIndustryInvoice", "CrossIndustryDocument"},
             {"rsm:ExchangedDocumentContext", "rsm:SpecifiedExchangedDocumentContext"},
             {"rsm:ExchangedDocument>", "rsm:HeaderExchangedDocument>"},
             {"rsm:SupplyChainTradeTransaction", "rsm:SpecifiedSupplyChainTradeTransaction"},
             {"ram:ApplicableHeaderTradeAgreement", "ram:ApplicableSupplyChainTradeAgreement"},
             {"ram:ApplicableHeaderTradeSettlement", "ram:ApplicableSupplyChainTradeSettlement"},
             {"SpecifiedTradeSettlementHeaderMonetarySummation", "SpecifiedTradeSettlementMonetarySummation"},
             {"RateApplicablePercent", "ApplicablePercent"}}) {
        for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
            text.replace(at, from.size(), to);
        }
    }
    const auto reading = read_one(text);
    CHECK(told(reading) == "");
    CHECK(reading.values == read_one(cii()).values);
}

TEST_CASE("names count by their namespace, whatever its prefix") {
    std::string odd = cii();
    for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{
             {"xmlns:rsm=", "xmlns:a-b="}, {"xmlns:ram=", "xmlns="}, {"rsm:", "a-b:"}, {"ram:", ""}}) {
        for (std::size_t at = odd.find(from); at != std::string::npos; at = odd.find(from, at + to.size())) {
            odd.replace(at, from.size(), to);
        }
    }
    CHECK(read_one(odd).values == read_one(cii()).values);
    // The right prefix on another namespace is another name.
    const auto foreign = read_one(replaced(cii(), "CrossIndustryInvoice:100", "CrossIndustryInvoice:999"));
    CHECK(foreign.values == InvoiceValues{});
    CHECK(foreign.is_read);
    CHECK(told(foreign) == "");
}

TEST_CASE("a type says invoice or credit note, or nothing") {
    for (const auto& [type, kind] : std::vector<std::pair<std::string, InvoiceKind>>{{"380", InvoiceKind::invoice},
                                                                                    {"384", InvoiceKind::invoice},
                                                                                    {"386", InvoiceKind::invoice},
                                                                                    {"389", InvoiceKind::invoice},
                                                                                    {"751", InvoiceKind::invoice},
                                                                                    {"381", InvoiceKind::credit_note},
                                                                                    {"261", InvoiceKind::credit_note},
                                                                                    {"396", InvoiceKind::credit_note},
                                                                                    {"220", InvoiceKind::unknown}}) {
        CAPTURE(type);
        const auto reading = read_one(replaced(cii(), ">380<", ">" + type + "<"));
        CHECK(reading.values.kind == kind);
        CHECK((kind == InvoiceKind::unknown) == !told(reading).empty());
    }
    const auto contradiction = read_one(replaced(as_credit_note(ubl()), ">381<", ">380<"));
    CHECK(contradiction.values.kind == InvoiceKind::unknown);
    CHECK(told(contradiction) ==
          "invoice-value-ambiguous: the type (BT-3) cannot be read without guessing (\"380\") and is left empty\n");
}

TEST_CASE("what stands there in two ways, or not as it must, stays empty and is told") {
    struct Case {
        const char* from;
        const char* to;
        const char* told;
    };
    for (const Case& one : std::vector<Case>{
             {"<ram:TypeCode>380", "<ram:ID>F-43</ram:ID><ram:TypeCode>380",
              "the number (BT-1) stands there as \"F-2026-10-0042\" and as \"F-43\" and is left empty"},
             {"<ram:GrandTotalAmount>", "<ram:GrandTotalAmount>1.00</ram:GrandTotalAmount><ram:GrandTotalAmount>",
              "the gross (BT-112) stands there as \"1.00\" and as \"1262.75\" and is left empty"},
             {">1262.75<", ">1262.755<", "the gross (BT-112) cannot be read without guessing (\"1262.755\") and is left empty"},
             {">1262.75<", ">1.262,75<", "the gross (BT-112) cannot be read without guessing (\"1.262,75\") and is left empty"},
             {">1262.75<", ">92233720368547758.08<",
              "the gross (BT-112) cannot be read without guessing (\"92233720368547758.08\") and is left empty"},
             {"<ram:GrandTotalAmount>", "<ram:GrandTotalAmount currencyID=\"USD\">",
              "the gross (BT-112) is told in USD alone, not in the invoice's currency, and is left empty"},
             {">20261031<", ">20261131<", "the issue date (BT-2) cannot be read without guessing (\"20261131\") and is left empty"},
             {"format=\"102\">20261031", "format=\"203\">202610310800",
              "the issue date (BT-2) cannot be read without guessing (\"202610310800\") and is left empty"},
             {">FR89 380129866<", ">FR1</ram:ID><ram:ID schemeID=\"VA\">FR2<",
              "the seller's VAT id (BT-31) stands there as \"FR1\" and as \"FR2\" and is left empty"},
             {">380129866<", ">732829320<",
              "the seller's SIREN (BT-30) stands there as \"732829320\" and as \"380129866\" and is left empty"},
         }) {
        CAPTURE(one.to);
        const auto reading = read_one(replaced(cii(), one.from, one.to));
        CHECK(told(reading) == std::string("invoice-value-ambiguous: ") + one.told + "\n");
        CHECK(reading.is_read);
        CHECK(reading.values.net == money(106000));
    }
    const auto row = read_one(replaced(cii(), "<ram:BasisAmount>50.00</ram:BasisAmount>", ""));
    CHECK(row.values.vat_lines.empty());
    CHECK(told(row) ==
          "invoice-value-ambiguous: its VAT breakdown has a row without base or tax, or with two of them, and is left empty\n");
    const auto bare = read_one(replaced(cii(), ">EUR</ram:Inv", ">EURO</ram:Inv"));
    CHECK(!bare.values.gross);
    CHECK(told(bare) == "invoice-value-ambiguous: the currency (BT-5) cannot be read without guessing (\"EURO\") and is left empty\n");
}

TEST_CASE("the same twice is one, and digits that say nothing are none") {
    const std::string once_more = replaced(cii(), "<ram:GrandTotalAmount>",
                                           "<ram:GrandTotalAmount>+01262.7500</ram:GrandTotalAmount><ram:GrandTotalAmount>");
    const auto reading =
        read_one(replaced(once_more, "<ram:TypeCode>380", "<ram:ID> F-2026-10-0042\n</ram:ID><ram:TypeCode>380"));
    CHECK(told(reading) == "");
    CHECK(reading.values.gross == money(126275));
    CHECK(reading.values.number == "F-2026-10-0042");
}

TEST_CASE("until when a discount is given is not when an invoice is due") {
    const std::string terms = "<ram:SpecifiedTradePaymentTerms><ram:DueDateDateTime><udt:DateTimeString format=\"102\">20261110"
                              "</udt:DateTimeString></ram:DueDateDateTime>";
    const std::string discount = "<ram:ApplicableTradePaymentDiscountTerms><ram:CalculationPercent>2</ram:CalculationPercent>"
                                 "</ram:ApplicableTradePaymentDiscountTerms>";
    const std::string end = "</ram:SpecifiedTradePaymentTerms>";
    const auto with = [&](const std::string& more) {
        return read_one(replaced(cii(), "<ram:SpecifiedTradePaymentTerms>", more + "<ram:SpecifiedTradePaymentTerms>"));
    };
    const auto discounted = with(terms + discount + end);
    CHECK(told(discounted) == "");
    CHECK(discounted.values.due_date == day(2026, 11, 30));
    const auto instalment = with(terms + end);
    CHECK(told(instalment) ==
          "invoice-value-ambiguous: the due date (BT-9) stands there as \"20261110\" and as \"20261130\" and is left empty\n");
    const std::string close = "</ram:DueDateDateTime>";
    const auto alone = read_one(replaced(cii(), close + end, close + discount + end));
    CHECK(alone.values.due_date == day(2026, 11, 30));
    const auto doubled = read_one(replaced(cii(), close, close + terms.substr(terms.find("<ram:DueDate"))));
    CHECK(!doubled.values.due_date);
}

TEST_CASE("ids without a right check digit are none") {
    std::string text = replaced(cii(), ">380129866<", ">380129867<");
    text = replaced(text, ">38012986646850<", ">38012986646851<");
    text = replaced(text, "7890 189<", "7890 188<");
    const auto reading = read_one(text);
    CHECK(reading.values.seller.siren.empty());
    CHECK(reading.values.seller.siret.empty());
    CHECK(reading.values.iban.empty());
    // La Poste's offices have numbers of another rule.
    text = replaced(replaced(cii(), ">380129866<", ">356000000<"), ">38012986646850<", ">35600000049837<");
    CHECK(read_one(text).values.seller.siret == "35600000049837");
}

TEST_CASE("amounts that do not make each other are told with their figures") {
    struct Case {
        const char* from;
        const char* to;
        const char* told;
    };
    for (const Case& one : std::vector<Case>{
             {">1262.75<", ">1262.76<",
              "vat-sum-wrong: net 1060.00 EUR and VAT 202.75 EUR do not make the gross 1262.76 EUR\n"
              "vat-sum-wrong: gross, prepaid amount and rounding make 1200.01 EUR, the amount due is 1200.00 EUR\n"},
             {">2.75<", ">2.74<", "vat-sum-wrong: the taxes of all rates make 202.74 EUR, the VAT is 202.75 EUR\n"},
             {"LineTotalAmount>1060.00", "LineTotalAmount>1059.99",
              "vat-sum-wrong: lines, allowances and charges make 1059.99 EUR, the net is 1060.00 EUR\n"},
             {">1200.00<", ">1200.01<", "vat-sum-wrong: gross, prepaid amount and rounding make 1200.00 EUR, the amount due is 1200.01 EUR\n"},
             {">5.5<", ">8<", "vat-sum-wrong: 8 % of 50.00 EUR is not 2.75 EUR\n"},
             {"Percent>0<", "Percent>0.00<", ""},
             {">5.5<", ">7.4<", ""},  // less than a unit away: taxes of lines, each rounded, may add up so
         }) {
        CAPTURE(one.to);
        const auto reading = read_one(replaced(cii(), one.from, one.to));
        CHECK(told(reading) == one.told);
        CHECK(reading.values.net == money(106000));
    }
}

TEST_CASE("the list's amount is told as what the document has it for") {
    const auto is = [](const std::string& text, Money expected) { return read_one(text, expected).amount_is; };
    CHECK(is(cii(), money(126275)) == AmountIs::gross);
    CHECK(is(cii(), money(106000)) == AmountIs::net);
    CHECK(is(cii(), money(106001)) == AmountIs::neither);
    CHECK(is(cii(), money(-126275)) == AmountIs::neither);
    CHECK(is(cii(), money(126275, "USD")) == AmountIs::neither);
    CHECK(read_one(cii()).amount_is == AmountIs::unknown);
    CHECK(is(as_credit_note(ubl()), money(-12000)) == AmountIs::gross);
    CHECK(is(as_credit_note(ubl()), money(12000)) == AmountIs::neither);
    const std::string untaxed = replaced(replaced(cii(), "TaxBasisTotalAmount>1060.00", "TaxBasisTotalAmount>1262.75"),
                                         "<ram:TaxTotalAmount currencyID=\"EUR\">202.75", "<ram:TaxTotalAmount currencyID=\"EUR\">0");
    CHECK(is(untaxed, money(126275)) == AmountIs::both);
    const std::string gross_alone =
        replaced(replaced(cii(), "<ram:TaxBasisTotalAmount>", "<ram:Other>"), "</ram:TaxBasisTotalAmount>", "</ram:Other>");
    CHECK(is(gross_alone, money(106000)) == AmountIs::unknown);
}

TEST_CASE("documents of other encodings, and such as are no invoices") {
    std::string latin = replaced(cii(), "UTF-8", "ISO-8859-1");
    latin = replaced(latin, "Société", "Soci\xe9t\xe9");
    CHECK(read_one(latin).values.buyer.name == "Société Martin");
    std::string wide = "\xff\xfe";
    for (const char letter : replaced(replaced(cii(), "UTF-8", "UTF-16"), "Société", "Societe")) {
        wide += letter;
        wide += '\0';
    }
    CHECK(read_one(wide).values.gross == money(126275));
    for (const char* const other : {"", "PK\x03\x04", "ID,Amount\n1,2\n", "<!DOCTYPE html><html></html>", "<a><b/></a>", "<a/>",
                                    "<?xml version=\"1.0\"?><a b=\"c\"/>"}) {
        const auto reading = read_one(other);
        CHECK(reading.is_read);
        CHECK(told(reading) == "");
        CHECK(reading.values == InvoiceValues{});
    }
}

TEST_CASE("hostile XML costs no more than an observation") {
    const std::string head = "<?xml version=\"1.0\"?>\n";
    const auto told_of = [](const std::string& text) {
        const auto reading = read_one(text);
        CHECK(!reading.is_read);
        CHECK(reading.values == InvoiceValues{});
        return told(reading);
    };
    CHECK(told_of(head + "<!DOCTYPE lolz [<!ENTITY lol \"lol\"><!ENTITY lol2 \"&lol;&lol;&lol;\">]><lolz>&lol2;</lolz>") ==
          "invoice-unreadable: its XML has a document type, which no invoice has\n");
    CHECK(told_of(head + "<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>") ==
          "invoice-unreadable: its XML has a document type, which no invoice has\n");
    std::string deep = cii().substr(0, cii().find("<rsm:ExchangedDocument>"));
    for (int depth = 0; depth < 100; ++depth) {
        deep += "<a>";
    }
    CHECK(told_of(deep) == "invoice-unreadable: its XML is nested too deeply\n");
    CHECK(told_of(cii().substr(0, 2000)).starts_with("invoice-unreadable: its XML is broken ("));
    CHECK(told_of(replaced(cii(), "Société", "Soci\xe9t\xe9")).starts_with("invoice-unreadable: its XML is broken (not well-formed"));
    CHECK(told_of(replaced(cii(), "UTF-8", "EBCDIC-FR")).starts_with("invoice-unreadable: its XML is broken ("));
    CHECK(told_of(replaced(cii(), "Orange &amp; Fils", "&nbsp;")).starts_with("invoice-unreadable: its XML is broken ("));
    // An attribute larger than any file that is read, and one that is not.
    std::string attribute = replaced(cii(), "<ram:TypeCode>", "<ram:TypeCode a=\"" + std::string(100U << 20U, 'x') + "\">");
    CHECK(told_of(attribute) == "invoice-over-budget: it is larger than 100 MiB\n");
    attribute = replaced(cii(), "<ram:TypeCode>", "<ram:TypeCode a=\"" + std::string(20U << 20U, 'x') + "\">");
    CHECK(told_of(attribute) == "invoice-over-budget: its XML has a tag or a comment longer than an invoice's\n");
}

TEST_CASE("a billing period is both of its days, in order, or none") {
    // A row would stand in a month that the invoice does not charge for.
    const std::string from = "<udt:DateTimeString format=\"102\">20261001</udt:DateTimeString></ram:StartDateTime>";
    const auto told_with = [&](const char* day) { return read_one(replaced(cii(), from, replaced(from, "20261001", day))).values.billed; };
    CHECK(told_with("20261030") == Period{day(2026, 10, 30), day(2026, 10, 31)});
    CHECK(!told_with("20261101"));
    CHECK(!told_with("20261399"));
    const std::string start = "<ram:StartDateTime>" + from;
    CHECK(!read_one(replaced(cii(), start, "")).values.billed);
    const auto ubl_with = read_one(replaced(ubl(), "<cbc:DueDate>",
                                            "<cac:InvoicePeriod><cbc:StartDate>2026-10-01</cbc:StartDate><cbc:EndDate>2026-12-31</cbc:EndDate>"
                                            "</cac:InvoicePeriod><cbc:DueDate>"));
    CHECK(ubl_with.values.billed == Period{day(2026, 10, 1), day(2026, 12, 31)});
}
