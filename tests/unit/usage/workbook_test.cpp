// "Billing Report" workbooks and ZIP archives.
#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include <random>

#include <doctest/doctest.h>

#include "sample.hpp"
#include "support/rounds.hpp"

using namespace moisson;
using namespace moisson::usage_test;

namespace {

using Parts = std::vector<std::pair<std::string, std::string>>;

std::string make_zip(const Parts& parts) {
    std::size_t room = 65'536;
    for (const auto& [name, text] : parts) {
        room += text.size() + 2 * name.size() + 1024;
    }
    std::string zip(room, '\0');
    std::size_t used = 0;
    archive* writer = archive_write_new();
    archive_write_set_format_zip(writer);
    archive_write_open_memory(writer, zip.data(), zip.size(), &used);
    for (const auto& [name, text] : parts) {
        archive_entry* entry = archive_entry_new();
        archive_entry_set_pathname(entry, name.c_str());
        archive_entry_set_size(entry, static_cast<la_int64_t>(text.size()));
        archive_entry_set_filetype(entry, AE_IFREG);
        archive_entry_set_perm(entry, 0644);
        archive_write_header(writer, entry);
        archive_write_data(writer, text.data(), text.size());
        archive_entry_free(entry);
    }
    archive_write_close(writer);
    archive_write_free(writer);
    zip.resize(used);
    return zip;
}

const std::string xml = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";

std::string workbook_xml(const std::vector<std::string>& names) {
    std::string text = xml + "<workbook xmlns=\"m\" xmlns:r=\"n\"><sheets>";
    for (std::size_t at = 0; at < names.size(); ++at) {
        text += fmt::format("<sheet name=\"{}\" sheetId=\"{}\" r:id=\"rId{}\"/>", names[at], at + 1, at + 1);
    }
    return text + "</sheets></workbook>";
}

const std::string relations =
    xml +
    "<Relationships xmlns=\"p\"><Relationship Id=\"rId1\" Type=\"http://x/worksheet\" Target=\"worksheets/sheet1.xml\"/>"
    "<Relationship Id=\"rId2\" Type=\"http://x/worksheet\" Target=\"/xl/worksheets/sheet2.xml\"/>"
    "<Relationship Id=\"rId9\" Type=\"http://x/sharedStrings\" Target=\"sharedStrings.xml\"/></Relationships>";

/// A row of data: reference, charge, region, service, category, quantity, unit, price, amount, discounted amount.
std::string row_xml(int row, const std::string& service = "Compute", const std::string& discounted = "10.5",
                    const std::string& reference = "0a1b") {
    const auto text = [&](char column, const std::string& value) {
        return fmt::format("<c r=\"{}{}\" t=\"inlineStr\"><is><t>{}</t></is></c>", column, row, value);
    };
    const auto number = [&](char column, const std::string& value) {
        return fmt::format("<c r=\"{}{}\"><v>{}</v></c>", column, row, value);
    };
    return fmt::format("<row r=\"{}\">", row) + text('A', reference) + text('H', "Running") + text('J', "eu-west-0") + text('K', service) +
           text('L', "Server") + number('M', "744") + text('N', "hour") + number('O', "1.4999999999999999E-2") + number('P', "11.16") +
           number('Q', "0.66") + number('R', discounted) + "</row>";
}

Parts workbook(const std::string& rows, const std::vector<std::string>& names = {"Billing Report"}, const std::string& texts = "") {
    return {{"[Content_Types].xml", xml + "<Types/>"},
            {"xl/workbook.xml", workbook_xml(names)},
            {"xl/_rels/workbook.xml.rels", relations},
            {"xl/sharedStrings.xml", xml + "<sst xmlns=\"m\">" + texts + "</sst>"},
            {"xl/worksheets/sheet1.xml", xml + "<worksheet xmlns=\"m\"><sheetData>" + rows + "</sheetData></worksheet>"}};
}

LedgerEntry& add_workbook(Store& store, const std::string& id, const std::string& bytes, const std::string& contract = "OCB0001001") {
    LedgerEntry& entry = store.add(id, bytes, "bills", workbook_type, contract);
    entry.currency = find_currency("EUR");
    return entry;
}

/// Row 13: the names of the quantity, the amount and the discounted amount.
std::string heading_xml(const std::string& quantity = "Quantity", const std::string& amount = "Amount",
                        const std::string& discounted = "Discounted amount") {
    return fmt::format(
        "<row r=\"13\"><c r=\"M13\" t=\"inlineStr\"><is><t>{}</t></is></c>"
        "<c r=\"P13\" t=\"inlineStr\"><is><t>{}</t></is></c>"
        "<c r=\"R13\" t=\"inlineStr\"><is><t>{}</t></is></c></row>",
        quantity, amount, discounted);
}

const std::string preamble =
    "<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>Billing Report</t></is></c></row>"
    "<row r=\"11\"><c r=\"A11\" t=\"inlineStr\"><is><t>Total</t></is></c><c r=\"B11\"><v>21</v></c></row>";
const std::string head = preamble + heading_xml();

}  // namespace

TEST_CASE("a line of a bill's workbook would be lost or changed on its way into usage.csv") {
    Store store;
    const std::string texts =
        "<si><t>Storage; \"cold\"</t></si><si><r><t>Object </t></r><r><t>storage</t></r><rPh sb=\"0\" eb=\"1\"><t>x</t></rPh></si>"
        "<si><t>Caf&#233; &amp; Co</t></si>";
    const std::string shared =
        "<row r=\"17\"><c r=\"A17\"><v>1234567</v></c><c r=\"K17\" t=\"s\"><v>0</v></c><c r=\"L17\" t=\"s\"><v>1</v></c>"
        "<c r=\"H17\" t=\"s\"><v>2</v></c><c r=\"R17\"><v>0.30000000000000004</v></c><c r=\"AB17\"><v>9</v></c></row>";
    add_workbook(store, "BILL",
                 make_zip(workbook(head + row_xml(14) + row_xml(15, "Network", "-2.5") + shared, {"Billing Report"}, texts)));
    const Read read = read_store(store);
    CHECK(read.codes().empty());
    REQUIRE(read.rows.size() == 3);
    CHECK(read.text.substr(read.text.find('\n') + 1, read.text.find('\n', read.text.find('\n') + 1) - read.text.find('\n')) ==
          "OCB0001001,Name of "
          "OCB0001001,2026-10,BILL,1,bills,14,yes,,,,,,,eu-west-0,Compute,Server,Running,0a1b,,,744,hour,0.015,11.16,,10.5,"
          "EUR,,,,,,,\n");
    CHECK(read.at(1, "line") == "15");
    CHECK(read.at(1, "discounted_amount") == "-2.5");
    CHECK(read.at(2, "line") == "17");
    CHECK(read.at(2, "service") == "Storage; \"cold\"");
    CHECK(read.at(2, "code") == "Object storage");
    CHECK(read.at(2, "charge") == "Café & Co");
    CHECK(read.at(2, "resource_id") == "1234567");
    CHECK(read.at(2, "discounted_amount") == "0.3");
    CHECK(read.total() == "8.3");
}

TEST_CASE("a month with report and workbook would be counted twice, or not at all when the report is broken") {
    const std::string good = heading + "\n" + with_discounted("10,50").text() + "\n";
    const std::string book = make_zip(workbook(head + row_xml(14)));
    SUBCASE("both whole") {
        Store store;
        add_workbook(store, "A-BILL", book);
        store.add("REP", good);
        store.add_bill("INV", 1'050);
        Read read = read_store(store);
        usage::compare(store.entries(), *parse_big_decimal("0.01"), read.extract);
        CHECK(read.codes().empty());
        REQUIRE(read.rows.size() == 2);
        CHECK(read.at(0, "document_id") == "REP");
        CHECK(read.at(0, "counted") == "yes");
        CHECK(read.at(1, "counted") == "no");
        CHECK(read.total() == "10.50");
        CHECK(read.extract.summary.documents[1].reason == "the consumption report of the month counts");
    }
    SUBCASE("the report is cut") {
        Store store;
        add_workbook(store, "A-BILL", book);
        store.add("REP", good + "cut");
        const Read read = read_store(store);
        CHECK(read.codes() == "usage-unreadable");
        REQUIRE(read.rows.size() == 2);
        CHECK(read.at(0, "counted") == "no");
        CHECK(read.at(1, "counted") == "yes");
        CHECK(read.total() == "10.5");
    }
    SUBCASE("the workbook is damaged") {
        Store store;
        add_workbook(store, "A-BILL", book.substr(0, book.size() / 2));
        store.add("REP", good);
        store.add_bill("INV", 1'052);
        Read read = read_store(store);
        usage::compare(store.entries(), *parse_big_decimal("0.01"), read.extract);
        CHECK(read.codes() == "usage-workbook-unreadable usage-differs");
        CHECK(read.extract.findings[0].severity() == Severity::warning);
    }
    SUBCASE("another contract's report") {
        Store store;
        add_workbook(store, "BILL", book, "OCB0001002");
        store.add("REP", good);
        CHECK(read_store(store).extract.summary.counted_lines == 2);
    }
}

TEST_CASE("a damaged, hostile or strange workbook would stop the run, be counted in part, or eat all memory") {
    struct Case {
        std::string name;
        std::string bytes;
        std::string codes;
        std::vector<std::string> words;
        std::uint64_t rows;
    };
    const std::string good = head + row_xml(14);
    const std::string whole = make_zip(workbook(good + row_xml(15)));
    Parts no_sheet = workbook(good);
    no_sheet.pop_back();
    Parts entities = workbook(good);
    entities.back().second =
        "<?xml version=\"1.0\"?><!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]><worksheet>&b;</worksheet>";
    Parts cut_xml = workbook(good);
    cut_xml.back().second.resize(cut_xml.back().second.size() - 20);
    std::string deep;
    for (int at = 0; at < 1000; ++at) {
        deep += "<a>";
    }
    const std::vector<Case> cases{
        {"cut", whole.substr(0, whole.size() / 2), "usage-workbook-unreadable", {"cannot be"}, 0},
        {"no ZIP", "nothing of that kind", "usage-workbook-unreadable", {"cannot be opened"}, 0},
        {"another name", make_zip(workbook(good, {"Rapport"})), "usage-sheet-renamed", {"Rapport"}, 1},
        {"two other names", make_zip(workbook(good, {"One", "Two"})), "usage-workbook-unreadable", {"2 sheets", "Billing Report"}, 0},
        {"no sheet", make_zip(no_sheet), "usage-workbook-unreadable", {"no such part"}, 0},
        {"entities", make_zip(entities), "usage-workbook-unreadable", {"document type"}, 0},
        {"cut XML", make_zip(cut_xml), "usage-workbook-unreadable", {"line 15", "XML is broken"}, 1},
        {"deep XML", make_zip(workbook(good + deep)), "usage-workbook-unreadable", {"nested"}, 1},
        {"no such text",
         make_zip(workbook(good + "<row r=\"15\"><c r=\"K15\" t=\"s\"><v>7</v></c></row>")),
         "usage-workbook-unreadable",
         {"line 15", "not there"},
         1},
        {"a negative text",
         make_zip(workbook(good + "<row r=\"15\"><c r=\"K15\" t=\"s\"><v>-1</v></c></row>")),
         "usage-workbook-unreadable",
         {"line 15", "not there"},
         1},
        {"rows out of order", make_zip(workbook(good + row_xml(14))), "usage-workbook-unreadable", {"row 14"}, 1},
        {"row past the end", make_zip(workbook(good + row_xml(1'048'577))), "usage-workbook-unreadable", {"number"}, 1},
        {"the last row", make_zip(workbook(good + row_xml(1'048'576))), "", {}, 2},
        {"data begin early", make_zip(workbook(row_xml(13) + row_xml(14))), "usage-workbook-unreadable", {"line 13", "layout"}, 0},
        {"data begin late",
         make_zip(workbook(row_xml(14, "Service", "Discounted amount") + row_xml(15))),
         "usage-workbook-unreadable",
         {"line 14", "discounted amount"},
         0},
        {"10 MB in a cell",
         make_zip(workbook(good + row_xml(15, std::string(10'000'000, 'x')))),
         "usage-workbook-unreadable",
         {"1 MiB"},
         1},
        {"a total row",
         make_zip(
             workbook(good + "<row r=\"15\"><c r=\"A15\" t=\"inlineStr\"><is><t>Total</t></is></c><c r=\"R15\"><v>10.5</v></c></row>")),
         "usage-total-row",
         {"add up to the same"},
         1},
    };
    for (const Case& each : cases) {
        CAPTURE(each.name);
        Store store;
        add_workbook(store, "BILL", each.bytes);
        const Read read = read_store(store);
        CHECK(read.codes() == each.codes);
        CHECK(read.rows.size() == each.rows);
        for (const std::string& word : each.words) {
            CAPTURE(read.message());
            CHECK(read.message().find(word) != std::string::npos);
        }
        const bool is_whole = each.codes != "usage-workbook-unreadable";
        CHECK(read.extract.summary.counted_lines == (is_whole ? each.rows : 0));
    }
}

TEST_CASE("numbers that stand in a workbook as text would be lost or read by another rule") {
    Store store;
    const std::string rows = head +
                             "<row r=\"14\"><c r=\"A14\" t=\"str\"><v>x</v></c><c r=\"M14\" t=\"inlineStr\"><is><t>1 234,5</t></is></c>"
                             "<c r=\"R14\" t=\"inlineStr\"><is><t>12,50</t></is></c></row>";
    add_workbook(store, "BILL", make_zip(workbook(rows)));
    const Read read = read_store(store);
    CHECK(read.codes().empty());
    REQUIRE(read.rows.size() == 1);
    CHECK(read.at(0, "quantity") == "1234.5");
    CHECK(read.at(0, "discounted_amount") == "12.50");
}

TEST_CASE("a workbook of a program that writes prefixes, or leaves out what can be counted, would be read as empty") {
    Store store;
    std::string rows;
    for (int row = 1; row <= 12; ++row) {
        rows += "<x:row/>";
    }
    rows += "<x:row>";
    for (int column = 0; column < 18; ++column) {
        rows += fmt::format("<x:c t=\"inlineStr\"><x:is><x:t>{}</x:t></x:is></x:c>", column == 12   ? "Quantité"
                                                                                     : column == 15 ? "Montant"
                                                                                     : column == 17 ? "Montant remisé"
                                                                                                    : "");
    }
    rows += "</x:row>";
    rows += "<x:row>";
    for (const std::string_view value : {"ref", "", "", "", "", "", "", "Running", "", "eu", "ECS", "Cat"}) {
        rows += fmt::format("<x:c t=\"inlineStr\"><x:is><x:t>{}</x:t></x:is></x:c>", value);
    }
    for (const std::string_view value : {"1", "h", "2", "2.5", "0", "2.5"}) {
        rows += fmt::format("<x:c{}><x:v>{}</x:v></x:c>", value == "h" ? " t=\"str\"" : "", value);
    }
    Parts parts = workbook("");
    parts.back().second = xml + "<x:worksheet xmlns:x=\"m\"><x:sheetData>" + rows + "</x:row></x:sheetData></x:worksheet>";
    add_workbook(store, "BILL", make_zip(parts));
    const Read read = read_store(store);
    CHECK(read.codes().empty());
    REQUIRE(read.rows.size() == 1);
    CHECK(read.at(0, "line") == "14");
    CHECK(read.at(0, "service") == "ECS");
    CHECK(read.at(0, "unit") == "h");
    CHECK(read.total() == "2.5");
}

TEST_CASE("a workbook of another layout would be read as lines that add up to nothing, and its bill would be wrong every month") {
    struct Case {
        std::string name;
        std::string rows;
        std::string word;
    };
    const std::string elsewhere =
        "<row r=\"14\"><c r=\"A14\" t=\"inlineStr\"><is><t>ECS</t></is></c><c r=\"C14\"><v>3</v></c><c r=\"D14\"><v>10.5</v></c></row>";
    const std::vector<Case> cases{
        {"no heading at all", preamble + elsewhere, "layout"},
        {"a heading in other columns",
         preamble +
             "<row r=\"13\"><c r=\"C13\" t=\"inlineStr\"><is><t>Quantity</t></is></c><c r=\"D13\" "
             "t=\"inlineStr\"><is><t>Amount</t></is></c></row>" +
             elsewhere,
         "layout"},
        {"a heading that is further down", preamble + elsewhere + "<row r=\"15\"/>" + row_xml(16), "layout"},
        {"amounts that changed places", preamble + heading_xml("Quantity", "Discounted amount", "Amount") + row_xml(14), "layout"},
        {"French, changed places", preamble + heading_xml("Quantité", "Montant remisé", "Montant") + row_xml(14), "layout"},
        {"no line with an amount", head + elsewhere, "neither this line nor any other"},
        {"nothing but a preamble", preamble, "layout"},
    };
    for (const Case& each : cases) {
        CAPTURE(each.name);
        Store store;
        add_workbook(store, "BILL", make_zip(workbook(each.rows)));
        store.add_bill("INV", 1'050);
        Read read = read_store(store);
        usage::compare(store.entries(), *parse_big_decimal("0.01"), read.extract);
        CHECK(read.codes() == "usage-workbook-unreadable");
        CHECK(read.extract.findings.front().severity() == Severity::warning);
        CHECK(read.message().find(each.word) != std::string::npos);
        CHECK(read.extract.summary.compared == 0);
        CHECK(read.extract.summary.totals.empty());
    }
    for (const auto& [quantity, amount, discounted] : std::vector<std::array<std::string, 3>>{{"QUANTITY", "AMOUNT", "DISCOUNTED_AMOUNT"},
                                                                                              {"Quantité", "Montant HT", "Montant net HT"},
                                                                                              {"Qty", "Total price", "Net amount"}}) {
        CAPTURE(amount);
        Store store;
        add_workbook(store, "BILL", make_zip(workbook(preamble + heading_xml(quantity, amount, discounted) + row_xml(14))));
        const Read read = read_store(store);
        CHECK(read.codes().empty());
        CHECK(read.total() == "10.5");
    }
}

TEST_CASE("a workbook whose parts have other names would not be read") {
    const std::string rows = head + "<row r=\"14\"><c r=\"K14\" t=\"s\"><v>0</v></c><c r=\"R14\"><v>10.5</v></c></row>";
    const std::string sheet = xml + "<worksheet xmlns=\"m\"><sheetData>" + rows + "</sheetData></worksheet>";
    const std::string texts = xml + "<sst xmlns=\"m\"><si><t>Compute</t></si></sst>";
    const auto relation = [](const std::string& id, const std::string& type, const std::string& target) {
        return fmt::format("<Relationship Id=\"{}\" Type=\"http://x/{}\" Target=\"{}\"/>", id, type, target);
    };
    const auto relations_xml = [](const std::string& inside) { return xml + "<Relationships xmlns=\"p\">" + inside + "</Relationships>"; };
    struct Case {
        std::string name;
        Parts parts;
    };
    const std::vector<Case> cases{
        {"letters of another case",
         {{"_rels/.rels", relations_xml(relation("a", "officeDocument", "xl/workbook.xml"))},
          {"xl/Workbook.xml", workbook_xml({"Billing Report"})},
          {"xl/_rels/Workbook.xml.rels",
           relations_xml(relation("rId1", "worksheet", "worksheets/Sheet1.xml") + relation("b", "sharedStrings", "SharedStrings.xml"))},
          {"xl/sharedStrings.xml", texts},
          {"xl/worksheets/sheet1.xml", sheet}}},
        {"another workbook part",
         {{"_rels/.rels", relations_xml(relation("a", "officeDocument", "/xl/workbook2.xml"))},
          {"xl/workbook2.xml", workbook_xml({"Billing Report"})},
          {"xl/_rels/workbook2.xml.rels",
           relations_xml(relation("rId1", "worksheet", "/xl/worksheets/s.xml") + relation("b", "sharedStrings", "texts2.xml"))},
          {"xl/texts2.xml", texts},
          {"xl/worksheets/s.xml", sheet}}},
        {"steps upwards, and another folder",
         {{"_rels/.rels", relations_xml(relation("a", "officeDocument", "./book/workbook.xml"))},
          {"book/workbook.xml", workbook_xml({"Billing Report"})},
          {"book/_rels/workbook.xml.rels",
           relations_xml(relation("rId1", "worksheet", "../xl/worksheets/sheet1.xml") + relation("b", "sharedStrings", "../xl/./sst.xml"))},
          {"xl/sst.xml", texts},
          {"xl/worksheets/sheet1.xml", sheet}}},
        {"backslashes",
         {{"_rels\\.rels", relations_xml(relation("a", "officeDocument", "xl\\workbook.xml"))},
          {"xl\\workbook.xml", workbook_xml({"Billing Report"})},
          {"xl\\_rels\\workbook.xml.rels", relations_xml(relation("rId1", "worksheet", "worksheets\\sheet1.xml") +
                                                         relation("b", "sharedStrings", "\\xl\\sharedStrings.xml"))},
          {"xl\\sharedStrings.xml", texts},
          {"xl\\worksheets\\sheet1.xml", sheet}}},
    };
    for (const Case& each : cases) {
        CAPTURE(each.name);
        Store store;
        add_workbook(store, "BILL", make_zip(each.parts));
        const Read read = read_store(store);
        CAPTURE(read.message());
        CHECK(read.codes().empty());
        REQUIRE(read.rows.size() == 1);
        CHECK(read.at(0, "service") == "Compute");
        CHECK(read.total() == "10.5");
    }
}

TEST_CASE("a workbook whose document has no currency would be added to sums in none") {
    Store store;
    store.add("BILL", make_zip(workbook(head + row_xml(14))), "bills", workbook_type);
    const Read read = read_store(store);
    CHECK(read.codes() == "usage-workbook-unreadable");
    CHECK(read.message().find("line 14: it has no currency, nor does the document") != std::string::npos);
}

TEST_CASE("a report that came as a ZIP would not be read, or one of two in it would be") {
    const std::string report = "\xEF\xBB\xBF" + heading + "\r\n" + Line{}.text() + "\r\n";
    const auto read_zip = [](const std::string& bytes, const std::string& type = "comsumptionRatedReports") {
        Store store;
        store.add("REP", bytes, type, "application/zip").currency = find_currency("EUR");
        return read_store(store);
    };
    const Read one = read_zip(make_zip({{"a/", ""}, {"a/report.csv", report}}));
    CHECK(one.codes().empty());
    CHECK(one.total() == "10.00");
    const Read two = read_zip(make_zip({{"a.csv", report}, {"b.csv", report}}));
    CHECK(two.codes() == "usage-unreadable");
    CHECK(two.message().find("more than one file") != std::string::npos);
    CHECK(two.extract.summary.counted_lines == 0);
    CHECK(read_zip(make_zip({})).codes() == "usage-unreadable");
    const std::string zip = make_zip({{"a.csv", report}});
    CHECK(read_zip(zip.substr(0, 60)).codes() == "usage-unreadable");
    const Read paper = read_zip(make_zip({{"bill.pdf", "%PDF-1.4 %%EOF"}}), "bills");
    CHECK(paper.codes().empty());
    CHECK(paper.extract.summary.documents.empty());
    const Read book = read_zip(make_zip({{"bill.xlsx", make_zip(workbook(head + row_xml(14)))}}), "bills");
    CHECK(book.codes().empty());
    CHECK(book.total() == "10.5");
}

TEST_CASE("a PDF in a report's place would be taken for an empty report, and a PDF bill for a broken workbook") {
    Store store;
    store.add("REP", "%PDF-1.4 %%EOF", "comsumptionRatedReports", "application/pdf");
    CHECK_FALSE(usage::is_source(store.add("BILL", "%PDF-1.4 other %%EOF", "bills", "application/pdf")));
    const Read read = read_store(store);
    CHECK(read.codes() == "usage-unreadable");
    CHECK(read.message().find("application/pdf") != std::string::npos);
}

TEST_CASE("a workbook with some wrong bytes would end the run, or be half counted") {
    std::mt19937 random(20261122);
    static constexpr std::string_view pieces[] = {"<",       ">",   "\"",   "&",   "<c r=\"R15\">", "</row>", "<row r=\"3\">",
                                                  "t=\"s\"", "1E9", "\xFF", "]]>", "<!--"};
    for (int round = 0; round < test::rounds(200); ++round) {
        CAPTURE(round);
        Parts parts = workbook(head + row_xml(14) + row_xml(15, "Network", "2.5") + row_xml(16), {"Billing Report"}, "<si><t>x</t></si>");
        std::string& text = parts[random() % parts.size()].second;
        for (auto changes = 1 + random() % 3; changes > 0 && !text.empty(); --changes) {
            const std::size_t at = random() % text.size();
            if (random() % 2 == 0) {
                text.insert(at, pieces[random() % std::size(pieces)]);
            } else {
                text.erase(at, 1 + random() % 8);
            }
        }
        std::string zip = make_zip(parts);
        if (random() % 4 == 0) {
            zip[random() % zip.size()] = static_cast<char>(random());
        }
        Store store;
        add_workbook(store, "BILL", zip);
        const Read read = read_store(store);
        std::uint64_t counted = 0;
        for (std::size_t row = 0; row < read.rows.size(); ++row) {
            REQUIRE(read.rows[row].size() == usage::csv_columns.size());
            counted += read.at(row, "counted") == "yes" ? 1U : 0U;
        }
        REQUIRE(counted == read.extract.summary.counted_lines);
        REQUIRE((read.codes().find("usage-workbook-unreadable") == std::string::npos || counted == 0));
    }
}
