/// If these fail, who opens the workbook first meets a wrong list of what to do or to book, a link to another row, or a file that no
/// program opens.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "base/files.hpp"
#include "bundle/sheet_reader.hpp"
#include "domain/invoice_values.hpp"
#include "domain/sheet_rows.hpp"
#include "domain/to_do.hpp"
#include "ledger/parts.hpp"
#include "ledger/sample.hpp"
#include "ledger/sheet.hpp"
#include "ledger/workbook.hpp"

using namespace moisson;
using namespace moisson::ledger_test;

namespace {

/// Rows of the sheet, heading first, as `verify` reads them.
std::vector<std::vector<std::string>> rows_of(const std::filesystem::path& path, const std::string& name) {
    const auto file = bundle::OpenFile::at(path);
    REQUIRE(file.has_value());
    const auto names = bundle::read_sheet_names(*file);
    REQUIRE(names.has_value());
    const auto sheet = static_cast<std::size_t>(std::find(names->begin(), names->end(), name) - names->begin());
    std::vector<std::vector<std::string>> rows;
    REQUIRE(bundle::read_sheets(*file, [&](const bundle::SheetRow& row) {
                if (row.sheet == sheet) {
                    auto& cells = rows.emplace_back();
                    for (const bundle::Cell& cell : row.cells) {
                        cells.push_back(cell.text);
                    }
                }
            }).has_value());
    return rows;
}

std::size_t count_in(const std::string& text, std::string_view wanted) {
    std::size_t count = 0;
    for (std::size_t at = text.find(wanted); at != std::string::npos; at = text.find(wanted, at + wanted.size())) {
        ++count;
    }
    return count;
}

/// A month with a hostile name, a document that counts, one that does not, and something to do about each, a contract and the run.
struct Month26 {
    std::deque<Contract> contracts;
    std::vector<LedgerEntry> entries;
    RunSummary summary;

    Month26() {
        contracts = {plain_contract("OCB1"), plain_contract("OCB2")};
        contracts[0].name = "=HYPERLINK(\"http://x\")";
        entries = {plain_entry(contracts[0], "D0", 100), plain_entry(contracts[0], "D1", -250), plain_entry(contracts[1], "D2", 99'99)};
        entries[0].counted = false;
        summary = summarise(contracts, entries);
        summary.findings = {make_finding("contract-forbidden", "", "OCB2"), make_finding("credit-note", "", "OCB1", "D1"),
                            make_finding("document-missing", "", "OCB1", "D0"), make_finding("file-duplicate", "", "OCB1", "D1")};
        summary.run_findings = {make_finding("api-key-expires-soon")};
        add(summary.run_findings[0], "", "", {}, true);
        add(summary.findings[2], contracts[0].name, entries[0].filename, entries[0].amount);
        add(summary.findings[0], contracts[1].name, "", {});
        add(summary.findings[3], contracts[0].name, entries[1].filename, entries[1].amount);
    }

    void add(const Finding& finding, const std::string& name, const std::string& file, std::optional<Money> amount, bool of_run = false) {
        summary.to_do.push_back({finding, name, file, amount, of_run});
    }

    [[nodiscard]] std::filesystem::path written(const Scratch& scratch, ledger::WorkbookOptions options = {}) const {
        options.temporary_folder = scratch / "tmp";
        const std::filesystem::path path = scratch / "l.xlsx";
        REQUIRE(ledger::write_workbook(path, entries, summary, options).has_value());
        return path;
    }
};

}  // namespace

TEST_CASE("what to do stands first, in order, with the way to each row, and nothing of the run alone") {
    // The month would look other with every run, or who clicks would land on another document.
    const Scratch scratch;
    const Month26 month;
    const auto path = month.written(scratch);
    const auto rows = rows_of(path, "To do");
    REQUIRE(rows.size() == 4);
    CHECK(rows[1].at(0) == "error");
    CHECK(rows[1].at(4) == "=HYPERLINK(\"http://x\")");
    CHECK(rows[1].at(5) == "D0");
    CHECK(rows[1].at(6) == "1");
    CHECK(rows[1].at(9) == "Ledger, row 2");
    CHECK(rows[1].at(10) == "moisson explain D0");
    CHECK(rows[2].at(9) == "Contracts, row 3");
    CHECK(rows[3].at(9) == "Documents to book, row 2");
    const auto parts = parts_of(path);
    const std::string sheet = sheet_of(parts, "To do");
    CHECK(sheet.find("<f>") == std::string::npos);
    for (const std::string place : {"'Ledger'!A2", "'Contracts'!A3", "'Documents to book'!A2"}) {
        CAPTURE(place);
        CHECK(sheet.find("location=\"" + place + "\"") != std::string::npos);
    }
    CHECK(parts.contains("xl/worksheets/_rels/sheet1.xml.rels") == false);  // no link leads out of the workbook
}

TEST_CASE("links lead to the sheet on which a long table goes on") {
    const Scratch scratch;
    Month26 month;
    for (int at = 0; at < 7; ++at) {
        month.entries.push_back(plain_entry(month.contracts[1], fmt::format("E{}", at), 100 + at));
    }
    month.summary.findings.push_back(make_finding("file-duplicate", "", "OCB2", "E6"));
    month.add(month.summary.findings.back(), "name", "file", {});
    ledger::WorkbookOptions options;
    options.rows_per_sheet_max = 4;
    options.language = Language::french;
    const auto path = month.written(scratch, options);
    const auto rows = rows_of(path, "À faire 2");
    REQUIRE(rows.size() == 2);
    CHECK(rows[1].at(9) == "Documents à comptabiliser 3, ligne 4");
    CHECK(sheet_of(parts_of(path), "À faire 2").find("location=\"'Documents à comptabiliser 3'!A4\"") != std::string::npos);
    CHECK(rows_of(path, "Documents à comptabiliser 3").at(3).at(5) == "E6");
    CHECK(place_of_row(sheet_rows_max - 2).row == sheet_rows_max);
    CHECK(place_of_row(sheet_rows_max - 1).name_of("Ledger") == "Ledger 2");
    CHECK(place_of_row(sheet_rows_max - 1).row == 2);
}

TEST_CASE("documents to book are the rows that count, and no others") {
    // An accountant would book a bill beside its invoice.
    const Scratch scratch;
    Month26 month;
    auto values = std::make_shared<InvoiceValues>();
    values->number = "F-1";
    values->net = Money{-200, *find_currency("EUR")};
    values->vat = Money{-50, *find_currency("EUR")};
    month.entries[1].invoice = values;
    const auto rows = rows_of(month.written(scratch), "Documents to book");
    REQUIRE(rows.size() == 3);
    CHECK(rows[0] == std::vector<std::string>{"Issued", "Contract", "Name of the contract", "Type", "Invoice number", "Document", "Month",
                                              "Amount", "Currency", "Net", "VAT", "File"});
    CHECK(rows[1] == std::vector<std::string>{"46328", "OCB1", "=HYPERLINK(\"http://x\")", "invoices", "F-1", "D1", "2026-10", "-2.5",
                                              "EUR", "-2", "-0.5", "Facture_D1.pdf"});
    CHECK(rows[2].at(5) == "D2");
    ledger::WorkbookOptions options;
    options.language = Language::french;
    CHECK(rows_of(month.written(scratch, options), "Documents à comptabiliser").at(1).at(3) == "factures");
}

TEST_CASE("findings stand by how serious they are, with names and amounts") {
    const Scratch scratch;
    const Month26 month;
    const auto rows = rows_of(month.written(scratch), "Findings");
    REQUIRE(rows.size() == 5);
    std::vector<std::string> seen;
    for (const auto& row : rows) {
        seen.push_back(row.at(0) + " " + row.at(1) + " " + row.at(3) + " " + row.at(5));
    }
    CHECK(seen[1] == "error contract-forbidden Contract OCB2 ");
    CHECK(seen[2] == "error document-missing =HYPERLINK(\"http://x\") 1");
    CHECK(seen[4].starts_with("info "));
}

TEST_CASE("an empty month says so on each of its sheets") {
    // A sheet that was lost would look the same.
    const Scratch scratch;
    Month26 month;
    month.entries.clear();
    month.summary = RunSummary{};
    const auto path = month.written(scratch);
    CHECK(rows_of(path, "To do").at(1).at(0) == "Nothing is to be done.");
    CHECK(rows_of(path, "Documents to book").at(1).at(0) == "No document counts in this period.");
    CHECK(rows_of(path, "Contracts").at(1).at(0) == "no contract in the perimeter");
    CHECK(rows_of(path, "Findings").at(1).at(0) == "Nothing was found odd.");
}

TEST_CASE("sums stand beside those of the month before, and make the workbook one that is written again") {
    // A workbook of last week's comparison would be linked into the month.
    const Scratch scratch;
    Month26 month;
    CHECK(ledger::may_stand(month.written(scratch), month.summary, Language::english));
    CHECK_FALSE(ledger::may_stand(month.written(scratch), month.summary, Language::french));
    const Currency euro = *find_currency("EUR");
    Changes& changes = month.summary.changes.emplace();
    changes.was_published = true;
    CHECK(ledger::may_stand(month.written(scratch), month.summary, Language::english));
    changes.month_before = Month::parse("2026-09");
    changes.sums = {SumChange{"OCB1", "=1+1", euro, Money{10'000, euro}, Money{8'750, euro}, false, true},
                    SumChange{"OCB2", "b", euro, Money{500, euro}, {}}};
    const auto path = month.written(scratch);
    CHECK_FALSE(ledger::may_stand(path, month.summary, Language::english));
    const auto rows = rows_of(path, "Changes");
    CHECK(rows.at(1) == std::vector<std::string>{"OCB1", "=1+1", "EUR", "100", "87.5", "-12.5", "-12.5", "unusual"});
    CHECK(rows.at(2) == std::vector<std::string>{"OCB2", "b", "EUR", "5", "", "-5", "-100", "nothing any more"});
    month.summary.changes.reset();
    CHECK_FALSE(ledger::may_stand(path, month.summary, Language::english));
}

TEST_CASE("more links than a sheet may have are texts, and a text past a cell's limit is cut") {
    // Excel would drop every link, or call the file damaged.
    const Scratch scratch;
    Month26 month;
    month.entries[0].filename = std::string(40'000, 'x');
    month.summary.to_do[1].filename = month.entries[0].filename;
    for (int at = 0; at < 65'600; ++at) {
        month.add(month.summary.findings[3], "name", "file", {});
    }
    const auto path = month.written(scratch);
    const auto rows = rows_of(path, "To do");
    CHECK(rows.size() == 65'604);
    CHECK(rows.back().at(9) == "Documents to book, row 2");
    CHECK(rows.at(1).at(7).find("[cut: 40000 characters") != std::string::npos);
    CHECK(count_in(sheet_of(parts_of(path), "To do"), "<hyperlink ") == 65'530);
}

TEST_CASE("every sheet prints on A4 with its heading on each page, and what few people need is folded away") {
    const Scratch scratch;
    const Month26 month;
    const auto path = month.written(scratch);
    const auto parts = parts_of(path);
    for (const std::string& name : names_of_sheets(parts)) {
        CAPTURE(name);
        const std::string sheet = sheet_of(parts, name);
        CHECK(sheet.find("paperSize=\"9\"") != std::string::npos);
        CHECK(sheet.find("fitToHeight=\"0\"") != std::string::npos);
        const std::string& names = parts.at("xl/workbook.xml");
        const bool has_titles = names.find(fmt::format("{}!$1:$1<", name)) != std::string::npos ||
                                names.find(fmt::format(">'{}'!$1:$1<", name)) != std::string::npos;
        CHECK(has_titles);
    }
    // A page to the right would not say whose rows it goes on with.
    CHECK(parts.at("xl/workbook.xml").find(">Ledger!$A:$B,Ledger!$1:$1<") != std::string::npos);
    const std::string sheet = sheet_of(parts, "Ledger");
    CHECK(sheet.find("fitToWidth=\"2\"") != std::string::npos);
    CHECK(count_in(sheet, "outlineLevel=\"1\"") == 17);
    CHECK(sheet.find("outlineLevelCol=\"1\"") != std::string::npos);
    CHECK_FALSE(parts.contains("xl/charts/chart1.xml"));  // one month: a chart of one bar
}

TEST_CASE("the thirteen months of each currency stand side by side, with as many charts below as a page takes") {
    // Five currencies would fill two pages with a list, and one chart of them all would be drawn.
    const Scratch scratch;
    Month26 month;
    PastMonths& history = month.summary.history.emplace();
    for (int back = past_months_shown - 1; back >= 0; --back) {
        history.months.push_back(Month::parse("2026-10")->plus(-back));
    }
    for (const std::string_view code : {"CHF", "EUR", "GBP", "JPY", "TND", "USD", "XOF"}) {
        PastSums sums{"", "", *find_currency(code), std::vector<std::optional<Int128>>(past_months_shown)};
        sums.amounts_minor.front() = 150;
        sums.amounts_minor.back() = -25;
        history.totals.push_back(std::move(sums));
    }
    const auto path = month.written(scratch);
    const auto rows = rows_of(path, "Summary");
    const auto heading = std::find_if(rows.begin(), rows.end(), [](const auto& row) { return row.at(0) == "Thirteen months"; });
    REQUIRE(rows.end() - heading == 1 + 2 * (1 + past_months_shown));
    CHECK(heading[1] == std::vector<std::string>{"month", "CHF", "EUR", "GBP", "JPY", "TND", "USD"});
    CHECK(heading[2] == std::vector<std::string>{"2025-10", "1.5", "1.5", "1.5", "150", "0.15", "1.5"});
    CHECK(heading[3] == std::vector<std::string>{"2025-11"});
    CHECK(heading[14] == std::vector<std::string>{"2026-10", "-0.25", "-0.25", "-0.25", "-25", "-0.025", "-0.25"});
    CHECK(heading[15] == std::vector<std::string>{"month", "XOF"});
    CHECK(heading[28] == std::vector<std::string>{"2026-10", "-25"});
    const auto parts = parts_of(path);
    CHECK(parts.contains("xl/charts/chart4.xml"));
    CHECK_FALSE(parts.contains("xl/charts/chart5.xml"));
    CHECK(parts.at("xl/charts/chart1.xml").find("EUR by month") != std::string::npos);  // what most documents are in comes first
    CHECK(parts.at("xl/charts/chart1.xml").find("<c:min ") == std::string::npos);
    history.totals.resize(3);
    history.totals[0].amounts_minor.front().reset();
    history.totals[1].amounts_minor.back() = 145;
    const auto fewer = parts_of(month.written(scratch));
    CHECK(fewer.contains("xl/charts/chart2.xml"));
    CHECK_FALSE(fewer.contains("xl/charts/chart3.xml"));  // one column is no picture
    // A month would look like half of another that is only a little larger.
    CHECK(fewer.at("xl/charts/chart1.xml").find("<c:min val=\"0\"/>") != std::string::npos);
}

TEST_CASE("a row is as high as its words need, whatever letters they have") {
    // French rows would be a third higher than their texts, or a text would lose its last line.
    struct Case {
        std::string name;
        std::string height;  ///< none: a row of one line has the program's own
    };
    for (const Case& one : {Case{std::string(22, 'x'), ""}, Case{"éééééééééé éééééééééé", ""}, Case{std::string(23, 'x'), "30"},
                            Case{std::string(20, 'X'), "30"},
                            Case{"aaaaaaaaaaaa bbbbbbbbbbbb cccccccccccc", "45"},
                            Case{"aaaaaaaaaa bbbbbbbbbb cccccccccc", "30"}}) {
        CAPTURE(one.name);
        const Scratch scratch;
        Month26 month;
        month.contracts[1].name = one.name;
        month.summary.findings.clear();
        month.summary.to_do.clear();
        const std::string sheet = sheet_of(parts_of(month.written(scratch)), "Contracts");
        const std::size_t row = sheet.find("<row r=\"3\"");
        const std::string head = sheet.substr(row, sheet.find('>', row) - row);
        REQUIRE(row != std::string::npos);
        CHECK((head.find(" ht=") == std::string::npos) == one.height.empty());
        CHECK((one.height.empty() || head.find(fmt::format(" ht=\"{}\"", one.height)) != std::string::npos));
    }
}
