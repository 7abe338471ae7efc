/// The workbook in French: every text that is ours changes, the Ledger sheet does not.

#include <doctest/doctest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "language/row.hpp"
#include "ledger/parts.hpp"
#include "ledger/sample.hpp"
#include "ledger/workbook.hpp"

using namespace moisson;
using namespace moisson::ledger_test;

namespace {

using Parts = std::map<std::string, std::string>;

/// What stands between `begin` and `end`, each time.
std::vector<std::string> all_between(const std::string& text, std::string_view begin, std::string_view end) {
    std::vector<std::string> found;
    for (std::size_t at = text.find(begin); at != std::string::npos; at = text.find(begin, at + 1)) {
        const std::size_t start = text.find('>', at) + 1;
        found.push_back(text.substr(start, text.find(end, start) - start));
    }
    return found;
}

/// Rows and a summary with something for every sheet; names hold no letters that a title of ours could have.
/// Messages as rooms make them.
constexpr Row<place::Amount> credit{"A credit of {0}.", "Un avoir de {0}."};
constexpr Row<place::Text> only_type{"Of each document's latest version, {0} count; nothing else does.",
                                     "De la dernière version de chaque document, seul compte le type : {0}."};
constexpr Row<place::Count, place::Number> says_more{"the service says that there {0|is|are} {0} {0|document|documents}, and lists {1}",
                                                     "le service annonce {0} {0|document|documents} et en liste {1}"};
constexpr Row<place::Text> same_bytes{"The same bytes also stand under {0}.", "Les mêmes octets figurent aussi sous {0}."};

struct Everything {
    std::deque<Contract> contracts;
    std::vector<LedgerEntry> entries;
    RunSummary summary;

    Everything() {
        contracts.push_back(plain_contract("OCB1"));
        contracts.front().name = contracts.front().customer_name = contracts.front().offer_name = "N1";
        for (int at = 0; at < 3; ++at) {
            entries.push_back(plain_entry(contracts.front(), "D" + std::to_string(at), at * 1000 - 500, at == 0 ? "USD" : "CHF"));
        }
        summary = summarise(contracts, entries);
        summary.counting_rule = only_type("invoices");
        const std::vector<std::string> several(7, "OCB1");
        summary.counting_uses = {CountingUse{only_type("bills"), {"bills"}, several}};
        summary.reporting = ReportingTotal{{987'650, *find_currency("USD")}, 39, 1, "month-end", "eurofxref-hist.csv", "digest"};
        ContractCompleteness& line = summary.completeness.front();
        line.by_type["invoices"] = TypeCompleteness{14, 2, 2, 1, 2, 0};
        for (const auto status :
             {Expectation::Status::arrived, Expectation::Status::late, Expectation::Status::missing, Expectation::Status::not_due}) {
            Expectation owed;
            owed.due = std::chrono::year(2026) / 11 / 8;
            owed.status = status;
            owed.source = status == Expectation::Status::late ? "learned" : "declared";
            line.expected.push_back(owed);
        }
        for (const auto verdict : {Completeness::capped, Completeness::forbidden, Completeness::failed, Completeness::unknown_answer}) {
            ContractCompleteness broken = summary.completeness.front();
            broken.verdict = verdict;
            broken.reason = says_more(5, 4);
            broken.expected.clear();
            summary.completeness.push_back(broken);
        }
        UsageGroup group;
        group.contract = &contracts.front();
        group.others = true;
        group.sum.currency = *find_currency("CHF");
        summary.usage.by_service = summary.usage.by_project = {group};
        InboxSummary& inbox = summary.inbox.emplace();
        for (const auto where : {InboxClass::matched, InboxClass::differs, InboxClass::only_service, InboxClass::only_inbox,
                                 InboxClass::doubled, InboxClass::ambiguous, InboxClass::unreadable}) {
            InboxDocument one;
            one.where = where;
            one.name = "N1";
            one.counted = where == InboxClass::matched;
            one.net = one.gross = Money{-500, *find_currency("USD")};
            if (where == InboxClass::differs) {
                one.fields = {InboxField::amount, InboxField::currency, InboxField::net, InboxField::vat, InboxField::gross,
                              InboxField::issue_date, InboxField::due_date, InboxField::contract_reference, InboxField::order_reference};
            }
            inbox.documents.push_back(std::move(one));
        }
        summary.findings = {make_finding("contract-forbidden", "", "OCB1"),
                            make_finding("credit-note", credit(Money{-500, *find_currency("USD")}), "OCB1", "D0"),
                            make_finding("file-duplicate", same_bytes("OCB1 D2"), "OCB1", "D1")};
        summary.to_do = {ToDo{summary.findings[0], "N1", "", {}}, ToDo{summary.findings[2], "N1", "Facture_D1.pdf", entries[1].amount}};
        Changes& changes = summary.changes.emplace();
        changes.month_before = Month::parse("2026-09");
        const Currency francs = *find_currency("CHF");
        changes.sums = {SumChange{"OCB1", "N1", francs, {}, Money{5, francs}, true, true},
                        SumChange{"OCB2", "N1", francs, Money{5, francs}, {}}};
    }
};

}  // namespace

TEST_CASE("no text of the workbook is the same in both languages but names, codes and what is so in French") {
    // A new sheet or column would stay English for a French accountant, and nobody would see it.
    const Scratch scratch;
    const Everything books;
    for (const auto& [name, language] : {std::pair("en.xlsx", Language::english), std::pair("fr.xlsx", Language::french)}) {
        const ledger::WorkbookOptions options{scratch / "tmp", 100, {}, language};
        REQUIRE(ledger::write_workbook(scratch / name, books.entries, books.summary, options).has_value());
    }
    const Parts english = parts_of(scratch / "en.xlsx");
    const Parts french = parts_of(scratch / "fr.xlsx");
    const std::vector<std::string> expected{"À faire", "Synthèse", "Documents à comptabiliser", "Contrats", "Exhaustivité", "Attendus",
                                            "Changements", "Constats", "Consommation par service", "Consommation par projet",
                                            "Boîte de réception", "Exécution", "Registre"};
    CHECK(names_of_sheets(french) == expected);
    CHECK(names_of_sheets(english).size() == expected.size());
    const std::string ledger = sheet_of(english, "Ledger");
    const std::string registre = sheet_of(french, "Registre");
    CHECK(ledger.substr(0, ledger.find("<headerFooter>")) == registre.substr(0, registre.find("<headerFooter>")));
    const std::set<std::string> both{"N1", "OCB1", "OCB2", "D0", "D1", "D2", "USD", "CHF", "XXX", "invoices", "documents", "total",
                                     "source",
                                     "code", "causes", "service", "verdict", "version", "contract-forbidden", "credit-note",
                                     "file-duplicate", "moisson", "Document", "Type", "moisson explain D0", "moisson explain D1", "Facture_D0.pdf",
                                     "Facture_D1.pdf", "Facture_D2.pdf",
                                     "sandbox:small", " "};
    std::set<std::string> same;
    for (std::size_t sheet = 1; sheet < expected.size(); ++sheet) {
        const std::string name = "xl/worksheets/sheet" + std::to_string(sheet) + ".xml";
        const std::vector<std::string> told = all_between(english.at(name), "<t", "</t>");
        const std::vector<std::string> shown = all_between(french.at(name), "<t", "</t>");
        REQUIRE(told.size() == shown.size());
        for (std::size_t at = 0; at < told.size(); ++at) {
            const bool is_of_ledger = told[at].find("_") != std::string::npos && expected[sheet - 1] == "Exécution";  // its column names
            if (told[at] == shown[at] && !both.contains(told[at]) && !is_of_ledger &&
                told[at].find_first_of("abcdefghijklmnopqrstuvwxyz") != std::string::npos) {
                same.insert(told[at]);
            }
        }
    }
    // Columns of ledger.csv without a _.
    for (const std::string_view name :
         {"period", "counted", "standing", "status", "findings", "amount, currency", "filename, path", "channel", "perimeter"}) {
        same.erase(std::string(name));
    }
    CAPTURE(same.empty() ? std::string() : *same.begin());
    CHECK(same.empty());
}

TEST_CASE("the French workbook is coloured by its own words and dated as French dates are") {
    // A contract that failed would not stand out in red, or 2026-11-08 would stand among French days.
    const Scratch scratch;
    const Everything books;
    const ledger::WorkbookOptions options{scratch / "tmp", 100, {}, Language::french};
    REQUIRE(ledger::write_workbook(scratch / "fr.xlsx", books.entries, books.summary, options).has_value());
    const Parts parts = parts_of(scratch / "fr.xlsx");
    CHECK(parts.at("xl/styles.xml").find("dd/mm/yyyy") != std::string::npos);
    CHECK(parts.at("xl/styles.xml").find("yyyy-mm-dd") == std::string::npos);
    CHECK(sheet_of(parts, "Contrats").find("<formula>\"accès refusé\"</formula>") != std::string::npos);
    CHECK(sheet_of(parts, "Attendus").find("<formula>\"manquant\"</formula>") != std::string::npos);
    CHECK(sheet_of(parts, "Constats").find("<formula>\"erreur\"</formula>") != std::string::npos);
    CHECK(sheet_of(parts, "Synthèse").find("Page &amp;P sur &amp;N") != std::string::npos);
    CHECK(parts.at("docProps/core.xml").find("Factures d'octobre 2026") != std::string::npos);
}
