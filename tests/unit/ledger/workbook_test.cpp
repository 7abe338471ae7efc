/// ledger.xlsx: typed cells, repaired texts, further sheets, the same bytes every time.

#include <doctest/doctest.h>

#include <clocale>
#include <cstdlib>
#include <algorithm>
#include <map>

#include "base/utf8.hpp"
#include "ledger/cell_text.hpp"
#include "ledger/parts.hpp"
#include "ledger/sample.hpp"
#include "ledger/workbook.hpp"
#include "ledger/workbook_check.hpp"

using namespace moisson;
using namespace moisson::ledger_test;

namespace {

std::size_t count_of(const std::string& text, std::string_view wanted) {
    std::size_t count = 0;
    for (std::size_t at = text.find(wanted); at != std::string::npos; at = text.find(wanted, at + 1)) {
        ++count;
    }
    return count;
}

struct Books {
    std::deque<Contract> contracts;
    std::vector<LedgerEntry> entries;
    RunSummary summary;
};

Books sample_books() {
    Books books;
    for (int at = 0; at < 4; ++at) {
        books.contracts.push_back(plain_contract("OCB000000" + std::to_string(at)));
    }
    for (unsigned at = 0; at < 40; ++at) {
        books.entries.push_back(plain_entry(books.contracts.at(at % 4), std::string("D").append(std::to_string(at)),
                                            static_cast<std::int64_t>(at) * 12345 - 20000,
                                            at % 5 == 0 ? "USD" : at % 7 == 0 ? "JPY" : "EUR",
                                            1 + at % 10));
    }
    books.entries.at(3).counted = false;
    books.entries.at(3).status = DocumentStatus::failed;
    books.entries.at(5).filename = "=cmd|' /C calc'!A0";
    books.entries.at(6).filename = std::string("nul\0byte", 8) + "\x01\xff_x0041_\xef\xbf\xbf<&>\"";
    std::sort(books.entries.begin(), books.entries.end(), ledger_order);
    books.summary = summarise(books.contracts, books.entries);
    books.summary.completeness.at(2).verdict = Completeness::forbidden;
    books.summary.completeness.at(2).reason = "rights refused (403/52)";
    books.summary.findings.push_back(make_finding("contract-forbidden", "", "OCB0000002"));
    books.summary.findings.push_back(make_finding("formula-like", "The file name begins with =.", "OCB0000001", "D5"));
    return books;
}

}  // namespace

TEST_CASE("cell texts are repaired, never refused and never broken") {
    // One hostile file name would make a workbook that no program opens.
    using namespace std::string_literals;
    struct Row {
        std::string raw;
        std::string shown;
    };
    for (const Row& row : {Row{"plain", "plain"}, Row{"é€😀", "é€😀"}, Row{"a\0b"s, "a␀b"}, Row{"\x01\x1f\x7f", "␁␟␡"},
                           Row{"a\tb\nc", "a\tb\nc"}, Row{"a\r\nb", "a\nb"}, Row{"a\rb", "a␍b"}, Row{"\xff", "�"}, Row{"\xc3", "�"},
                           Row{"\xed\xa0\x80", "���"}, Row{"\xef\xbf\xbe", "�"}, Row{"_x0041_", "_x005F_x0041_"}, Row{"_x004_", "_x004_"},
                           Row{"_x00e9_x", "_x005F_x00e9_x"}, Row{"=1+1", "=1+1"}, Row{"", ""}}) {
        CAPTURE(row.raw);
        CHECK(ledger::cell_text(row.raw) == row.shown);
        CHECK(ledger::is_plain_cell_text(row.raw) <= (row.raw == row.shown));
    }
}

TEST_CASE("a text past a cell's limit is cut and says so") {
    // libxlsxwriter would leave the cell out.
    const std::string note = "… [cut: 32768 characters, the whole text is in ledger.csv]";
    CHECK(ledger::cell_text(std::string(32767, 'x')) == std::string(32767, 'x'));
    const std::string cut = ledger::cell_text(std::string(32768, 'x'));
    CHECK(cut.ends_with(note));
    CHECK(cut.size() <= 32767 + 2);
    // Four-byte characters count twice for Excel.
    std::string wide;
    for (int at = 0; at < 16384; ++at) {
        wide += "😀";
    }
    const std::string cut_wide = ledger::cell_text(wide);
    CHECK(cut_wide.ends_with(note));
    CHECK(is_utf8(cut_wide));
}

TEST_CASE("the workbook has its sheets, typed cells, and no formula") {
    // An accountant could not sum amounts that are text, and a hostile name would run.
    const Scratch scratch;
    const Books books = sample_books();
    REQUIRE(ledger::write_workbook(scratch / "ledger.xlsx", books.entries, books.summary, {scratch / "tmp"}).has_value());
    const auto parts = parts_of(scratch / "ledger.xlsx");
    CHECK(names_of_sheets(parts) ==
          std::vector<std::string>{"To do", "Summary", "Documents to book", "Contracts", "Findings", "Run", "Ledger"});
    const std::string sheet = sheet_of(parts, "Ledger");
    CHECK(count_of(sheet, "<row ") == 41);
    CHECK(sheet.find("<f>") == std::string::npos);
    CHECK(sheet.find("=cmd|&apos; /C calc&apos;!A0") + sheet.find("=cmd|' /C calc'!A0") != std::string::npos);
    CHECK(sheet.find("nul␀byte␁�_x005F_x0041_�&lt;&amp;&gt;") != std::string::npos);
    CHECK(sheet.find("<v>-76.55</v>") != std::string::npos);
    CHECK(sheet.find("<v>46326</v>") != std::string::npos);  // 2026-10-31
    CHECK(sheet.find("state=\"frozen\"") != std::string::npos);
    CHECK(sheet.find("<autoFilter ref=\"A1:AL41\"/>") != std::string::npos);
    CHECK(parts.at("xl/styles.xml").find("[$EUR]") != std::string::npos);
    CHECK(parts.contains("xl/charts/chart2.xml"));  // more would not stand on one page
    CHECK_FALSE(parts.contains("xl/charts/chart3.xml"));
    CHECK(std::filesystem::is_empty(scratch / "tmp"));
}

TEST_CASE("converted amounts, counting rules and what is owed have their places in the workbook") {
    // An accountant could not see at which rate a sum was made, or that an invoice is missing.
    const Scratch scratch;
    Books books = sample_books();
    for (LedgerEntry& entry : books.entries) {
        entry.reporting = Reporting{12'345, 921'658'986'175'115, std::chrono::year(2026) / 10 / 30, *find_currency("EUR"), 15};
    }
    books.summary.reporting = ReportingTotal{{987'650, *find_currency("EUR")}, 39, 1, "month-end", "eurofxref-hist.csv", "digest"};
    books.summary.counting_uses = {CountingUse{"Of each latest version, bills count.", {"bills"}, {"OCB0000001"}}};
    books.summary.completeness.at(0).by_type["invoices"] = TypeCompleteness{14, 2, 2, 1, 2, 0};
    Expectation owed;
    owed.due = std::chrono::year(2026) / 11 / 8;
    owed.status = Expectation::Status::missing;
    owed.source = "declared";
    books.summary.completeness.at(0).expected = {owed, owed, owed};
    REQUIRE(ledger::write_workbook(scratch / "l.xlsx", books.entries, books.summary, {scratch / "tmp", 41}).has_value());
    const auto parts = parts_of(scratch / "l.xlsx");
    const auto names = names_of_sheets(parts);
    CHECK(std::find(names.begin(), names.end(), "Completeness") != names.end());
    CHECK(std::find(names.begin(), names.end(), "Expected") != names.end());
    const std::string sheet = sheet_of(parts, "Ledger");
    CHECK(sheet.find("<autoFilter ref=\"A1:AP41\"/>") != std::string::npos);
    CHECK(sheet.find("<v>123.45</v>") != std::string::npos);
    CHECK(sheet.find("<v>0.921658986175115</v>") != std::string::npos);
    CHECK(sheet.find("<v>46325</v>") != std::string::npos);  // 2026-10-30
    CHECK(sheet.find("reporting_amount") != std::string::npos);
    const std::string summary = sheet_of(parts, "Summary");
    CHECK(summary.find("Converted to EUR") != std::string::npos);
    CHECK(summary.find("<v>9876.5</v>") != std::string::npos);
    CHECK(summary.find("OCB0000001: Of each latest version, bills count.") != std::string::npos);
    // Long lists go on in further sheets.
    REQUIRE(ledger::write_workbook(scratch / "l.xlsx", {}, books.summary, {scratch / "tmp", 3}).has_value());
    const auto more = names_of_sheets(parts_of(scratch / "l.xlsx"));
    CHECK(std::find(more.begin(), more.end(), "Expected 2") != more.end());
    CHECK(std::find(more.begin(), more.end(), "Expected 3") == more.end());
}

TEST_CASE("rows past a sheet's limit go to further sheets") {
    // Excel would refuse the file, or rows would be lost.
    const Scratch scratch;
    const Books books = sample_books();
    struct Row {
        std::uint32_t rows_max;
        std::vector<std::uint64_t> rows;
    };
    for (const Row& row : {Row{41, {41}}, Row{40, {40, 2}}, Row{16, {16, 16, 11}}, Row{21, {21, 21}}}) {
        CAPTURE(row.rows_max);
        REQUIRE(ledger::write_workbook(scratch / "l.xlsx", books.entries, books.summary, {scratch / "tmp", row.rows_max}).has_value());
        const auto parts = parts_of(scratch / "l.xlsx");
        for (std::size_t sheet = 0; sheet < row.rows.size(); ++sheet) {
            const std::string name = sheet == 0 ? "Ledger" : "Ledger " + std::to_string(sheet + 1);
            CHECK(count_of(sheet_of(parts, name), "<row ") == row.rows.at(sheet));
        }
        const std::string last = row.rows.size() == 1 ? "Ledger" : "Ledger " + std::to_string(row.rows.size());
        CHECK(names_of_sheets(parts).back() == last);
    }
}

TEST_CASE("the same books give the same bytes in every time zone and locale") {
    // A month published again would look changed.
    const Scratch scratch;
    const Books books = sample_books();
    const char* zone = std::getenv("TZ");
    const std::string before = zone == nullptr ? "" : zone;
    std::string first;
    for (const char* name : {"UTC", "Pacific/Auckland", "America/St_Johns"}) {
        ::setenv("TZ", name, 1);
        ::tzset();
        REQUIRE(ledger::write_workbook(scratch / "l.xlsx", books.entries, books.summary, {scratch / "tmp"}).has_value());
        const std::string bytes = read_file(scratch / "l.xlsx").value();
        first = first.empty() ? bytes : first;
        CHECK(bytes == first);
    }
    ::setenv("TZ", before.c_str(), 1);
    ::tzset();
    // A locale with decimal commas, where the machine has one: a sibling process may have been started under it.
    const std::string plain = std::setlocale(LC_ALL, nullptr);
    for (const char* name : {"sv_SE.UTF-8", "fr_FR.UTF-8", "de_DE.UTF-8"}) {
        if (std::setlocale(LC_ALL, name) != nullptr) {
            REQUIRE(ledger::write_workbook(scratch / "l.xlsx", books.entries, books.summary, {scratch / "tmp"}).has_value());
            CHECK(read_file(scratch / "l.xlsx").value() == first);
        }
    }
    std::setlocale(LC_ALL, plain.c_str());
    // What differs from run to run must not show.
    RunSummary other = books.summary;
    other.run_id = "run-2";
    other.started_at += std::chrono::hours{1};
    other.finished_at += std::chrono::hours{2};
    other.requests.files = 77;
    other.documents.downloaded = 3;
    REQUIRE(ledger::write_workbook(scratch / "l.xlsx", books.entries, other, {scratch / "tmp"}).has_value());
    CHECK(read_file(scratch / "l.xlsx").value() == first);
}

TEST_CASE("an empty month is a workbook all the same") {
    // A month without documents would have no workbook to show that.
    const Scratch scratch;
    RunSummary summary;
    REQUIRE(ledger::write_workbook(scratch / "l.xlsx", {}, summary, {scratch / "tmp"}).has_value());
    CHECK(count_of(sheet_of(parts_of(scratch / "l.xlsx"), "Ledger"), "<row ") == 1);
}

TEST_CASE("amounts are numbers while every digit survives, text beyond") {
    // The last digits of a large amount would change without a word.
    const Scratch scratch;
    const Contract contract = plain_contract("C");
    std::vector<LedgerEntry> entries;
    for (const std::int64_t minor : {INT64_C(999999999999999), INT64_C(-999999999999999), INT64_C(1000000000000000), INT64_MAX,
                                     INT64_MIN}) {
        entries.push_back(plain_entry(contract, "D", minor));
        entries.back().counted = false;
        entries.back().raw_amount.clear();
    }
    REQUIRE(ledger::write_workbook(scratch / "l.xlsx", entries, summarise({}, entries), {scratch / "tmp"}).has_value());
    const std::string sheet = sheet_of(parts_of(scratch / "l.xlsx"), "Ledger");
    CHECK(sheet.find("<v>9999999999999.99</v>") != std::string::npos);
    CHECK(sheet.find("<v>-9999999999999.99</v>") != std::string::npos);
    CHECK(sheet.find("<t>10000000000000.00</t>") != std::string::npos);
    CHECK(sheet.find("<t>92233720368547758.07</t>") != std::string::npos);
    CHECK(sheet.find("<t>-92233720368547758.08</t>") != std::string::npos);
}

TEST_CASE("a workbook that is cut or misses rows does not pass the read-back") {
    // On a full temporary disk the library reports success and leaves a cut sheet.
    const Scratch scratch;
    const Books books = sample_books();
    REQUIRE(ledger::write_workbook(scratch / "l.xlsx", books.entries, books.summary, {scratch / "tmp"}).has_value());
    const std::string bytes = read_file(scratch / "l.xlsx").value();
    const std::uint64_t right[] = {2};  // nothing is to be done
    const std::uint64_t wrong[] = {3};
    CHECK(ledger::check_workbook(scratch / "l.xlsx", right).has_value());
    CHECK_FALSE(ledger::check_workbook(scratch / "l.xlsx", wrong).has_value());
    for (std::size_t size = 0; size < bytes.size(); size += 1 + bytes.size() / 200) {
        CAPTURE(size);
        REQUIRE(write_file(scratch / "cut.xlsx", bytes.substr(0, size)).has_value());
        CHECK_FALSE(ledger::check_workbook(scratch / "cut.xlsx", right).has_value());
    }
}

TEST_CASE("where no file can be written, the error says so and nothing is left") {
    // A month would be published without its workbook.
    const Scratch scratch;
    const Books books = sample_books();
    REQUIRE(write_file(scratch / "file", "x").has_value());
    const auto no_target = ledger::write_workbook(scratch / "file/l.xlsx", books.entries, books.summary, {scratch / "tmp"});
    REQUIRE_FALSE(no_target.has_value());
    CHECK(no_target.error().code == ErrorCode::disk);
    const auto no_temporary = ledger::write_workbook(scratch / "out/l.xlsx", books.entries, books.summary, {scratch / "file"});
    REQUIRE_FALSE(no_temporary.has_value());
    CHECK(no_temporary.error().code == ErrorCode::disk);
    CHECK_FALSE(std::filesystem::exists(scratch / "out/l.xlsx"));
}
