// Were a value taken that stands on the page twice, or a misspelt key passed over, a wrong number or date would be booked in silence.
#include "invoice/profile.hpp"

#include <doctest/doctest.h>

#include "invoice/iban.hpp"
#include "page_pdf.hpp"
#include "support/scratch_folder.hpp"

using namespace moisson;
using namespace moisson::invoice;
using namespace moisson::invoice::test;

namespace {

PageReading read_page(const std::vector<std::vector<std::string>>& cells) {
    PagePdf pdf;
    pdf.page(rows(cells));
    return read(pdf, std::nullopt);
}

std::string problem_of(const std::string& text) {
    const std::vector<ProfileText> texts{{"mine", text}};
    const auto profiles = parse_profiles(texts);
    return profiles ? "" : profiles.error().to_line();
}

const std::string head = "schema = 1\nname = \"mine\"\nabout = \"x\"\n[match]\nany = [\"x\"]\n";

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

std::chrono::year_month_day day(int year, unsigned month, unsigned of_month) {
    return {std::chrono::year(year), std::chrono::month(month), std::chrono::day(of_month)};
}

}  // namespace

TEST_CASE("numbers, dates, references and the IBAN are taken beside or below their names") {
    const PageReading beside = read_page({{"Facture n° F2026-0042 du 31/10/2026"},
                                          {"Date d'échéance :", "30 novembre 2026"},
                                          {"Commande n° 4500012345"},
                                          {"N° de contrat : CTR-77/A"},
                                          {"IBAN : FR76 3000 6000 0112 3456 7890 189 BIC AGRIFRPP"}});
    CHECK(beside.values.from == ValuesFrom::text);
    CHECK(beside.values.number == "F2026-0042");
    CHECK(beside.values.issue_date == day(2026, 10, 31));
    CHECK(beside.values.due_date == day(2026, 11, 30));
    CHECK(beside.values.order_reference == "4500012345");
    CHECK(beside.values.contract_reference == "CTR-77/A");
    CHECK(beside.values.iban == "FR7630006000011234567890189");

    const PageReading below = read_page({{"Facture n°", "Date de facture", "Échéance"}, {"F-1", "31/10/2026", "30/11/2026"}});
    CHECK(below.values.number == "F-1");
    CHECK(below.values.issue_date == day(2026, 10, 31));
    CHECK(below.values.due_date == day(2026, 11, 30));
}

TEST_CASE("two different values are none, and the reader says so") {
    const PageReading reading = read_page({{"Facture n° F-1"}, {"Facture n° F-2"}, {"Échéance : 30/11/2026"}, {"Échéance : 30/11/2026"}});
    CHECK(reading.values.number.empty());
    CHECK(reading.values.due_date == day(2026, 11, 30));
    REQUIRE(reading.observations.size() == 1);
    CHECK(has(reading.observations[0].message.english(), "\"F-1\" and as \"F-2\""));
}

TEST_CASE("a date that is two days by how one reads it stays empty") {
    CHECK(read_page({{"Invoice no. I-1"}, {"Due date: 31/10/2026"}}).values.due_date == day(2026, 10, 31));
    const PageReading unclear = read_page({{"Invoice no. I-1"}, {"Due date: 10/11/2026"}});
    CHECK(!unclear.values.due_date);
    CHECK(unclear.observations.size() == 1);
    CHECK(read_page({{"Invoice no. I-1"}, {"Due date: November 10, 2026"}}).values.due_date == day(2026, 11, 10));
}

TEST_CASE("a date that stands beside the word invoice is not its date unless it says so") {
    CHECK(
        read_page({{"Handelsrechnung (380) Nr. 471102 vom 05.03.2018"}, {"Rechnung gemäß Bestellung vom 01.03.2018."}}).values.issue_date ==
        day(2018, 3, 5));
    CHECK(!read_page({{"Rechnung gemäß Bestellung vom 01.03.2018."}, {"Facture relative à la commande du 01/03/2018"}}).values.issue_date);
}

TEST_CASE("a page that no profile knows says nothing") {
    const PageReading reading = read_page({{"Lettre"}, {"Total TTC", "120,00"}});
    CHECK(reading.values == InvoiceValues{});
    CHECK(reading.amount_is == AmountIs::unknown);
}

TEST_CASE("an IBAN has its country's length and right check digits") {
    CHECK(right_iban("DE89 3704 0044 0532 0130 00") == "DE89370400440532013000");
    CHECK(right_iban("DE89 3704 0044 0532 0130 01").empty());
    CHECK(right_iban("FR76 3000 6000 0112 3456 7890 18").empty());
    CHECK(right_iban("GB82 WEST 1234 5698 7654 32") == "GB82WEST12345698765432");
}

TEST_CASE("a wrong profile is refused with its place, and a slip with the key that is meant") {
    CHECK(problem_of(head).empty());
    CHECK(has(problem_of(head + "[labels]\nnett = [\"a\"]\n"), "mine:7:1"));
    CHECK(has(problem_of(head + "[labels]\nnett = [\"a\"]\n"), "Did you mean \"net\"?"));
    CHECK(has(problem_of(head + "[labels]\nnet = [\"a\"]\ngross = [\"A\"]\n"), "stands in two lists"));
    CHECK(has(problem_of(head + "[patterns]\nnumber = ['n°']\n"), "needs one group"));
    CHECK(has(problem_of(head + "[patterns]\nnumber = ['(']\n"), "cannot be used"));
    CHECK(has(problem_of(head + "[dates]\nforms = [\"D MMMM YYYY\"]\n"), "months"));
    CHECK(has(problem_of(head + "[dates]\nforms = [\"DD/MM\"]\n"), "one day, one month and one year"));
    CHECK(has(problem_of("schema = 1\nname = \"mine\"\nabout = \"x\"\n"), "[match]"));
    CHECK(has(problem_of("schema = 1\nname = \"other\"\n"), "must be the file's"));
    CHECK(has(problem_of("schema = [["), "mine:1"));
}

TEST_CASE("the user's profiles are asked first, and take the place of built-in ones") {
    const moisson::test::ScratchFolder folder;
    const std::string own =
        "schema = 1\nname = \"NAME\"\nabout = \"x\"\n[match]\nany = [\"bordereau\"]\n"
        "[patterns]\nnumber = ['bordereau {reference}']\n";
    for (const std::string name : {"zz", "generic-fr"}) {
        std::string text = own;
        text.replace(text.find("NAME"), 4, name);
        folder.write(name + ".toml", text);
    }
    folder.write("notes.txt", "no profile");
    const auto texts = profile_texts(folder.path().string());
    REQUIRE(texts);
    std::string names;
    for (const ProfileText& text : *texts) {
        names += text.name + " ";
    }
    CHECK(names == "generic-fr zz orange-business generic-de generic-en ");
    const auto profiles = parse_profiles(*texts);
    REQUIRE(profiles);
    PagePdf pdf;
    pdf.page(rows({{"Bordereau B-12"}}));
    CHECK(read_pages(pdf.pdf(), std::nullopt, *profiles)->values.number == "B-12");
    CHECK(profile_texts((folder / "missing").string()).error().code == ErrorCode::disk);
}
