// Were an amount taken for another, VAT would be booked wrong by what a reader guessed; the list's amount would count as confirmed where
// the invoice says something else.
#include "invoice/page_amounts.hpp"

#include <doctest/doctest.h>

#include "invoice/page_lines.hpp"
#include "page_pdf.hpp"

using namespace moisson;
using namespace moisson::invoice;
using namespace moisson::invoice::test;

namespace {

std::string amounts(std::string_view text, std::string_view currency = "EUR") {
    std::string found;
    for (const TextAmount& amount : amounts_in(fold(text), *find_currency(currency))) {
        found += fmt::format("{}{}", found.empty() ? "" : " ", amount.minor);
    }
    return found;
}

using Rows = std::vector<std::vector<std::string>>;

PageReading read_rows(const Rows& cells, std::optional<std::int64_t> expected) {
    PagePdf pdf;
    pdf.page(rows(cells));
    return read(pdf, expected ? std::optional(euros(*expected)) : std::nullopt);
}

const Rows two_rates{{"Facture n° F2026-0042"},       {"Désignation", "Montant"},
                     {"Serveurs", "1 000,00"},        {"Livres", "50,00"},
                     {"Total HT", "1 050,00 €"},      {"TVA 20,00 %", "1 000,00", "200,00"},
                     {"TVA 5,50 %", "50,00", "2,75"}, {"Total TVA", "202,75 €"},
                     {"Total TTC", "1 252,75 €"}};

std::string sum_of(const PageReading& reading) {
    const InvoiceValues& values = reading.values;
    return values.net && values.vat && values.gross
               ? fmt::format("{}+{}={}", values.net->amount_minor, values.vat->amount_minor, values.gross->amount_minor)
               : "";
}

}  // namespace

TEST_CASE("an amount is read as people of several countries write it") {
    CHECK(amounts("1 234,56") == "123456");
    CHECK(amounts("1\u202f234,56\u00a0€") == "123456");
    CHECK(amounts("1.234,56 EUR") == "123456");
    CHECK(amounts("€1,234.56") == "123456");
    CHECK(amounts("EUR 1234.56") == "123456");
    CHECK(amounts("1’234.56") == "123456");
    CHECK(amounts("12 345 678,90") == "1234567890");
    CHECK(amounts("-12,00") == "-1200");
    CHECK(amounts("\u2212 12,00 €") == "-1200");
    CHECK(amounts("12,00-") == "-1200");
    CHECK(amounts("(12,00)") == "-1200");
    CHECK(amounts("- € 12,00") == "-1200");
    CHECK(amounts("Total TTC ........ 12,00 €") == "1200");
    CHECK(amounts("Total : -12,00 Rabatt 3,50") == "-1200 350");
    CHECK(amounts("1,234", "JPY") == "1234");
    CHECK(amounts("1 234,567 DT", "TND") == "1234567");
    CHECK(amounts("0,05") == "5");
}

TEST_CASE("a number of which one cannot say that it is an amount is none") {
    for (const std::string_view text :
         {"1234",        "12,5",        "12,345",         "20,00 %",   "12.10.2026", "31/10/2026",    "1.23.45",  "12 345,67,89",
          "2026-120,00", "A120,00",     "Total - 120,00", "USD 12,00", "12,00 $",    "12,00 CHF",     "1,234,56", "1.234.56",
          "0123,45",     "1234 567,89", "1 23,45,6",      "120,00m",   "120,00/h",   "01.23.45.67.89"}) {
        CHECK_MESSAGE(amounts(text).empty(), text << " is " << amounts(text));
    }
    CHECK(amounts("12,00 $", "USD") == "1200");
}

TEST_CASE("percentages are read, and nothing else is one") {
    const auto rates = rates_in(fold("TVA 20,00 % de 5.5% et 100 %, 120 %, -3 %, 2 000 %"));
    REQUIRE(rates.size() >= 3);
    CHECK(rates[0].percent == BigDecimal{20, 0});
    CHECK(rates[1].percent == BigDecimal{55, 1});
    CHECK(rates[2].percent == BigDecimal{100, 0});
}

TEST_CASE("the list's amount is confirmed as gross or as net, and the sum that proves it is taken") {
    const PageReading gross = read_rows(two_rates, 125'275);
    CHECK(gross.amount_is == AmountIs::gross);
    CHECK(sum_of(gross) == "105000+20275=125275");
    CHECK(gross.values.from == ValuesFrom::text);
    CHECK(gross.values.number == "F2026-0042");
    REQUIRE(gross.values.vat_lines.size() == 2);
    CHECK(*gross.values.vat_lines[0].rate == BigDecimal{20, 0});
    CHECK(gross.values.vat_lines[0].base == euros(100'000));
    CHECK(gross.values.vat_lines[1].amount == euros(275));

    const PageReading net = read_rows(two_rates, 105'000);
    CHECK(net.amount_is == AmountIs::net);
    CHECK(sum_of(net) == "105000+20275=125275");
}

TEST_CASE("an amount that is a cent or ten off, or stands for something else, is never confirmed") {
    for (const std::int64_t right : {125'275, 105'000}) {
        for (const std::int64_t off : {-10, -1, 1, 10}) {
            const PageReading reading = read_rows(two_rates, right + off);
            CHECK(reading.amount_is == AmountIs::neither);
            CHECK(sum_of(reading).empty());
        }
    }
    CHECK(read_rows(two_rates, 20'275).amount_is == AmountIs::unknown);  // the tax
    CHECK(read_rows(two_rates, 0).amount_is == AmountIs::unknown);
    CHECK(read_rows(two_rates, -125'275).amount_is == AmountIs::unknown);  // the other sign
    CHECK(read_rows(two_rates, std::nullopt).amount_is == AmountIs::unknown);
    CHECK(sum_of(read_rows(two_rates, std::nullopt)).empty());
}

TEST_CASE("sums of parts do not fool it") {
    const Rows parts{{"Facture n° F1"},      {"Total HT", "50,00"},  {"TVA 20 %", "10,00"},  {"Total TTC", "60,00"},
                     {"Total HT", "100,00"}, {"Total TVA", "20,00"}, {"Total TTC", "120,00"}};
    CHECK(sum_of(read_rows(parts, 12'000)) == "10000+2000=12000");
    const PageReading part = read_rows(parts, 6'000);
    CHECK(part.amount_is == AmountIs::unknown);
    CHECK(sum_of(part).empty());
    REQUIRE(!part.observations.empty());
    CHECK(part.observations.front().code == FindingCode("invoice-value-ambiguous"));

    // 70 + 50 = 120, but a tax of 71 % is none.
    const Rows chance{{"Facture n° F1"}, {"Total HT", "70,00"}, {"TVA", "50,00"}, {"Total TTC", "120,00"}};
    CHECK(sum_of(read_rows(chance, 12'000)).empty());
    CHECK(read_rows(chance, 11'999).amount_is == AmountIs::unknown);
    // "Sous-total" is no total.
    const Rows sub{{"Facture n° F1"}, {"Sous-total TTC", "60,00"}, {"Montant", "120,00"}};
    CHECK(read_rows(sub, 6'000).amount_is == AmountIs::unknown);
}

TEST_CASE("without a sum the label alone says it, where it is the only one") {
    CHECK(read_rows({{"Facture n° F1"}, {"Net à payer", "120,00 €"}}, 12'000).amount_is == AmountIs::gross);
    CHECK(read_rows({{"Facture n° F1"}, {"Montant HT", "100,00 €"}}, 10'000).amount_is == AmountIs::net);
    CHECK(read_rows({{"Facture n° F1"}, {"Montant", "120,00 €"}}, 12'000).amount_is == AmountIs::unknown);
    // The largest of its label, or it is a part.
    CHECK(read_rows({{"Facture n° F1"}, {"Total TTC", "60,00 €"}, {"Total TTC", "120,00 €"}}, 6'000).amount_is == AmountIs::unknown);
    // A line item below a heading is no total.
    CHECK(read_rows({{"Facture n° F1"}, {"Service", "Montant HT"}, {"a", "10,00"}, {"b", "20,00"}}, 1'000).amount_is == AmountIs::unknown);
    CHECK(sum_of(read_rows({{"Facture n° F1"}, {"Net à payer", "120,00 €"}}, 12'000)).empty());
}

TEST_CASE("labels above their amounts are read, and an invoice without tax is both") {
    const PageReading above = read_rows({{"Facture n° F1"}, {"Total HT", "TVA", "Total TTC"}, {"100,00", "20,00", "120,00"}}, 12'000);
    CHECK(sum_of(above) == "10000+2000=12000");
    const PageReading both = read_rows({{"Facture n° F1"}, {"Total HT", "100,00"}, {"TVA 0 %", "0,00"}, {"Total TTC", "100,00"}}, 10'000);
    CHECK(both.amount_is == AmountIs::both);
    CHECK(sum_of(both) == "10000+0=10000");
    // By the English words alone it would be the gross amount: what is proved counts, not what a label says.
    const PageReading bilingual = read_rows(
        {{"FACTURE / INVOICE"}, {"Total HT / Net", "100,00"}, {"TVA 0,00 % / VAT", "0,00"}, {"Net à payer / Amount due EUR", "100,00"}},
        10'000);
    CHECK(bilingual.amount_is == AmountIs::both);
}

TEST_CASE("an amount that stands there without a label is not said to be another one") {
    // The heading's labels reach its first row, a part; the total stands in the last.
    const Rows table{
        {"Rechnung Nr. R1"}, {"Nettobetrag", "MwSt-Betrag", "Endbetrag"}, {"321,40", "61,07", "382,47"}, {"448,99", "70,00", "518,99"}};
    CHECK(read_rows(table, 51'899).amount_is == AmountIs::unknown);
    CHECK(read_rows(table, 51'898).amount_is == AmountIs::neither);
}

TEST_CASE("what is left to pay after a deposit is neither net nor gross") {
    const Rows deposit{{"Facture n° F1"}, {"Total HT", "100,00"}, {"TVA 20 %", "20,00"}, {"Total TTC", "120,00"}, {"Net à payer", "30,00"}};
    CHECK(read_rows(deposit, 3'000).amount_is == AmountIs::unknown);
    CHECK(read_rows(deposit, 12'000).amount_is == AmountIs::gross);
}

TEST_CASE("a credit note has its amounts with a minus or without") {
    PagePdf plain;
    plain.page(put(50, 800, "AVOIR", 18) +
               rows({{"Avoir n° A-7"}, {"Total HT", "100,00"}, {"TVA 20 %", "20,00"}, {"Total TTC", "120,00"}}));
    const PageReading reading = read(plain, euros(-12'000));
    CHECK(reading.values.kind == InvoiceKind::credit_note);
    CHECK(reading.amount_is == AmountIs::gross);
    CHECK(sum_of(reading) == "10000+2000=12000");
    CHECK(booked(reading.values).gross == euros(-12'000));
    CHECK(reading.values.number == "A-7");

    PagePdf minus;
    minus.page(put(50, 800, "AVOIR", 18) + rows({{"Total HT", "-100,00"}, {"TVA 20 %", "-20,00"}, {"Total TTC", "-120,00"}}));
    CHECK(sum_of(read(minus, euros(-12'000))) == "-10000+-2000=-12000");
    CHECK(read(minus, euros(-12'001)).amount_is == AmountIs::neither);
}

TEST_CASE("the sum may stand on the last of several pages, in German and in English") {
    PagePdf german;
    german.page(rows({{"Rechnung Nr. R-9"}, {"Server", "100,00"}, {"Zwischensumme", "100,00"}}));
    german.page(rows({{"Nettobetrag", "1.100,00 EUR"}, {"MwSt. 19 %", "209,00 EUR"}, {"Rechnungsbetrag", "1.309,00 EUR"}}));
    const PageReading reading = read(german, euros(130'900));
    CHECK(sum_of(reading) == "110000+20900=130900");
    CHECK(reading.values.profile == "generic-de");
    REQUIRE(reading.values.vat_lines.size() == 1);
    CHECK(reading.values.vat_lines[0].base == euros(110'000));

    PagePdf english;
    english.page(rows({{"Invoice No. INV-3"}, {"Subtotal", "£1,100.00"}, {"VAT 20%", "£220.00"}, {"Amount due", "£1,320.00"}}));
    const Money pounds{132'000, *find_currency("GBP")};
    CHECK(read(english, pounds).amount_is == AmountIs::gross);
    CHECK(read(english, euros(132'000)).amount_is == AmountIs::unknown);
}
