// The documents' files against their metadata, judged by programs that are not ours where there are any.
#include "sandbox/files.hpp"

#include <cmath>
#include <cstdlib>
#include <filesystem>

#include <doctest/doctest.h>

#include "base/files.hpp"
#include "sandbox/decimal.hpp"
#include "support.hpp"
#include "support/scratch_folder.hpp"

using namespace moisson;
using namespace moisson::sandbox;

namespace {

/// Paths as texts, for commands.
class Scratch {
public:
    [[nodiscard]] std::string write(const std::string& name, const std::string& bytes) const { return folder_.write(name, bytes).string(); }
    [[nodiscard]] std::string file(const std::string& name) const { return (folder_ / name).string(); }

private:
    moisson::test::ScratchFolder folder_;
};

/// What the command prints; its exit status must be 0.
std::string output_of(const Scratch& scratch, const std::string& command) {
    const std::string out = scratch.file("out");
    const int status = std::system((command + " > '" + out + "' 2>&1").c_str());
    const std::string text = read_file(out).value_or("");
    CHECK_MESSAGE(status == 0, command << "\n" << text);
    return text;
}

std::vector<std::string> split(const std::string& text, char at) {
    std::vector<std::string> parts{""};
    for (const char letter : text) {
        if (letter == at) {
            parts.emplace_back();
        } else {
            parts.back() += letter;
        }
    }
    return parts;
}

/// Sum of the DiscountedAmount column, in minor units.
std::int64_t sum_of_rated_csv(std::string text, int digits) {
    if (text.starts_with("\xEF\xBB\xBF")) {
        text.erase(0, 3);
    }
    std::int64_t sum = 0;
    const std::vector<std::string> lines = split(text, '\n');
    REQUIRE(lines.size() > 1);
    CHECK(lines.back().empty());
    for (std::size_t at = 0; at + 1 < lines.size(); ++at) {
        std::vector<std::string> cells = split(lines[at], ';');
        REQUIRE(cells.size() == 27);
        if (at == 0) {
            CHECK(cells[18] == "DiscountedAmount");
            continue;
        }
        std::string& amount = cells[18];
        CHECK(amount.find('.') == std::string::npos);
        std::replace(amount.begin(), amount.end(), ',', '.');
        const std::optional<std::int64_t> minor = parse_decimal(amount, digits);
        REQUIRE(minor.has_value());
        sum += *minor;
    }
    return sum;
}

const Document& find(const std::vector<Document>& documents, DocumentType type, std::uint32_t serial = 0) {
    for (const Document& document : documents) {
        if (document.type == type && document.month.dashed() == "2026-10" && document.serial == serial) {
            return document;
        }
    }
    FAIL("no such document");
    return documents.front();
}

constexpr const char* three_currencies =
    "contracts = 3\nmonths = 3\nlast_month = \"2026-10\"\nfinal = \"both\"\nplain_text = false\n"
    "currencies = [\"EUR\", \"JPY\", \"TND\"]\n";

}  // namespace

TEST_CASE("a consumption report's discounted amounts add up to its bill") {
    // If this fails, reconciliation of detail and bill reports differences that the sandbox made.
    const World world(sandbox::test::scenario_from(three_currencies));
    for (const Contract& contract : world.contracts()) {
        const std::vector<Document> documents = world.documents_of(contract);
        const std::int64_t sum =
            sum_of_rated_csv(make_file(world, contract, find(documents, DocumentType::rated_report))->bytes, contract.digits);
        CHECK(format_decimal(sum, contract.digits) == *find(documents, DocumentType::bills).amount_json);
        CHECK(format_decimal(sum, contract.digits) == *find(documents, DocumentType::invoices).amount_json);
    }
}

TEST_CASE("usage_differs makes a report disagree by just that much") {
    // If this fails, nobody can try what happens when detail and bill disagree.
    const World world(
        sandbox::test::scenario_from("contracts = 1\nfinal = \"bills\"\nlast_month = \"2026-10\"\n[[document]]\ncontract = 1\n"
                                     "type = \"comsumptionRatedReports\"\nusage_differs = \"-12.34\"\n"));
    const Contract& contract = world.contracts().front();
    const std::vector<Document> documents = world.documents_of(contract);
    const Document& report = find(documents, DocumentType::rated_report);
    CHECK(report.amount_json == find(documents, DocumentType::bills).amount_json);
    CHECK(sum_of_rated_csv(make_file(world, contract, report)->bytes, 2) == find(documents, DocumentType::bills).amount_minor - 1234);
}

TEST_CASE("invoices are PDFs that pdfinfo and qpdf accept, with their total in the text") {
    // If this fails, a client that checks its downloads refuses the sandbox's invoices.
    const Scratch scratch;
    const World world(sandbox::test::built_in("small"));
    struct Row {
        std::size_t contract;
        std::uint32_t serial;
        const char* text;
    };
    const Row rows[] = {{1, 0, "FACTURE"}, {1, 1, "CREDIT NOTE"}, {1, 2, "0,00"}, {3, 0, "CHF"}, {5, 0, "TND"}};
    for (const Row& row : rows) {
        CAPTURE(row.contract);
        CAPTURE(row.serial);
        const Contract& contract = world.contracts()[row.contract - 1];
        const std::vector<Document> documents = world.documents_of(contract);
        const Document& document = find(documents, DocumentType::invoices, row.serial);
        const Result<FileContent> content = make_file(world, contract, document);
        REQUIRE(content.has_value());
        CHECK(content->media_type == "application/pdf");
        CHECK(content->bytes.starts_with("%PDF-"));
        const std::string path = scratch.write("invoice.pdf", content->bytes);
        CHECK(output_of(scratch, "pdfinfo '" + path + "'").find("Pages:") != std::string::npos);
        CHECK(output_of(scratch, "qpdf --check '" + path + "'").find("No syntax or stream encoding errors found") != std::string::npos);
        const std::string text = output_of(scratch, "pdftotext -layout '" + path + "' -");
        CHECK(text.find(row.text) != std::string::npos);
        CHECK(text.find(format_decimal(document.amount_minor, contract.digits, ',')) != std::string::npos);
    }
}

TEST_CASE("a long invoice goes over several pages") {
    // If this fails, lines of a large invoice fall off the page.
    const Scratch scratch;
    const World world(
        sandbox::test::scenario_from("contracts = 1\nfinal = \"invoices\"\nlines_min = 200\nlines_max = 200\nlast_month = \"2026-10\"\n"));
    const Contract& contract = world.contracts().front();
    const std::string path =
        scratch.write("long.pdf", *make_invoice_pdf(world, contract, find(world.documents_of(contract), DocumentType::invoices)));
    CHECK(output_of(scratch, "pdfinfo '" + path + "'").find("Pages:           4") != std::string::npos);
    CHECK(output_of(scratch, "qpdf --check '" + path + "'").find("No syntax") != std::string::npos);
}

TEST_CASE("a bill is a workbook with its sheet, preamble and columns, and its lines add up") {
    // If this fails, a client that reads bills as the real ones are finds other columns here.
    const Scratch scratch;
    const World world(sandbox::test::scenario_from(three_currencies));
    for (const Contract& contract : world.contracts()) {
        const std::vector<Document> documents = world.documents_of(contract);
        const Document& bill = find(documents, DocumentType::bills);
        const Result<FileContent> content = make_file(world, contract, bill);
        REQUIRE(content.has_value());
        const std::string path = scratch.write("bill.xlsx", content->bytes);
        CHECK(output_of(scratch, "unzip -p '" + path + "' xl/workbook.xml").find("name=\"Billing Report\"") != std::string::npos);
        const std::string sheet = output_of(scratch, "unzip -p '" + path + "' xl/worksheets/sheet1.xml");
        std::int64_t sum = 0;
        std::size_t rows = 0;
        for (std::size_t row = 14;; ++row, ++rows) {
            const std::string cell = "<c r=\"R" + std::to_string(row) + "\"><v>";
            const std::size_t at = sheet.find(cell);
            if (at == std::string::npos) {
                break;
            }
            const std::size_t begin = at + cell.size();
            // Cells are doubles, printed with 16 digits (9.949999999999999): rounding to the minor unit gives the exact amount back.
            const double value = std::stod(sheet.substr(begin, sheet.find('<', begin) - begin));
            sum += std::llround(value * static_cast<double>(power_of_ten(contract.digits)));
        }
        CHECK(rows == world.lines_of(contract, bill).size());
        CHECK(sum == bill.amount_minor);
        CHECK(sheet.find("<c r=\"R13\" t=\"s\">") != std::string::npos);
    }
}

TEST_CASE("a document's bytes are the same each time, and a new version has others") {
    // If this fails, digests change without cause, or a replaced document is not seen.
    const World one(sandbox::test::built_in("clean"));
    const World same(sandbox::test::built_in("clean"));
    for (const std::size_t number : {std::size_t{0}, std::size_t{1}}) {
        const std::vector<Document> documents = one.documents_of(one.contracts()[number]);
        for (const Document& document : documents) {
            if (document.month.dashed() < "2026-10") {
                continue;
            }
            const std::string bytes = make_file(one, one.contracts()[number], document)->bytes;
            CHECK(bytes == make_file(same, same.contracts()[number], document)->bytes);
            CHECK(bytes != make_file(one, one.contracts()[number], one.reissued(one.contracts()[number], document, 2))->bytes);
        }
    }
}

TEST_CASE("files that are filled up keep their sums and stay readable") {
    // If this fails, transfers of large files cannot be tried, or only with files that a careful client refuses.
    const Scratch scratch;
    const World world(
        sandbox::test::scenario_from("contracts = 1\nfinal = \"invoices\"\nlast_month = \"2026-10\"\nfile_bytes_min = 70000\n"
                                     "[[document]]\ncontract = 1\ntype = \"comsumptionRatedReports\"\nfile_bytes_min = 3000000\n"));
    const Contract& contract = world.contracts().front();
    const std::vector<Document> documents = world.documents_of(contract);
    const FileContent invoice = make_file(world, contract, find(documents, DocumentType::invoices)).value();
    CHECK(invoice.bytes.size() >= 70000);
    CHECK(invoice.bytes.size() < 71000);
    CHECK(invoice.bytes.find("%%EOF", invoice.bytes.size() - 10) != std::string::npos);
    const std::string path = scratch.write("large.pdf", invoice.bytes);
    CHECK(output_of(scratch, "qpdf --check '" + path + "'").find("No syntax or stream encoding errors found") != std::string::npos);
    CHECK(output_of(scratch, "pdftotext '" + path + "' -").find("FACTURE") != std::string::npos);
    const Document& report = find(documents, DocumentType::rated_report);
    const std::string csv = make_file(world, contract, report)->bytes;
    CHECK(csv.size() >= 3000000);
    CHECK(sum_of_rated_csv(csv, 2) == report.amount_minor);
}

TEST_CASE("zipped files hold the plain file") {
    // If this fails, `zipped=1` gives something else than the document.
    const Scratch scratch;
    const Result<std::string> zip = make_zip("a.csv", "one;two\n");
    REQUIRE(zip.has_value());
    const std::string path = scratch.write("a.zip", *zip);
    CHECK(output_of(scratch, "unzip -p '" + path + "' a.csv") == "one;two\n");
    CHECK(output_of(scratch, "unzip -t '" + path + "'").find("No errors") != std::string::npos);
}

TEST_CASE("a rated report is written in the form that the scenario asks for") {
    // If this fails, a reader of consumption is tried with another file than the test says.
    struct Row {
        const char* form;
        std::size_t columns;
        bool ends_whole;
    };
    const Row rows[] = {
        {"", 27, true},           {"\"bom\", \"crlf\"", 27, true}, {"\"28-columns\"", 28, true}, {"\"26-columns\"", 26, true},
        {"\"latin1\"", 27, true}, {"\"total-row\"", 27, true},     {"\"long-field\"", 27, true}, {"\"cut\"", 27, false}};
    for (const Row& row : rows) {
        const std::string form = row.form;
        CAPTURE(form);
        const World world(
            sandbox::test::scenario_from("contracts = 1\nlast_month = \"2026-10\"\n[[contract]]\nnumber = 1\nname = \"Genève\"\n"
                                         "[[document]]\ncontract = 1\ntype = \"comsumptionRatedReports\"\ncsv = [" +
                                         form + "]\n"));
        const Contract& contract = world.contracts().front();
        const std::vector<Document> documents = world.documents_of(contract);
        const Document& report = find(documents, DocumentType::rated_report);
        std::string text = make_file(world, contract, report)->bytes;
        CHECK(text.starts_with("\xEF\xBB\xBF") == (form.find("bom") != std::string::npos));
        CHECK((text.find("\r\n") != std::string::npos) == (form.find("crlf") != std::string::npos));
        CHECK((text.find("Gen\xe8ve;") != std::string::npos) == (form == "\"latin1\""));
        CHECK((text.find("Genève;") != std::string::npos) == (form != "\"latin1\""));
        CHECK((text.size() > 10'000'000) == (form == "\"long-field\""));
        CHECK((text.back() == '\n') == row.ends_whole);
        const std::vector<std::string> lines = split(text, '\n');
        CHECK(split(lines[0], ';').size() == row.columns);
        CHECK(split(lines[1], ';').size() == row.columns);
        const std::string total = lines[lines.size() - 2];
        CHECK(total.starts_with("Total;") == (form == "\"total-row\""));
        if (form == "\"total-row\"") {
            std::string amount = split(total, ';')[18];
            std::replace(amount.begin(), amount.end(), ',', '.');
            CHECK(amount == *report.amount_json);
        } else if (row.columns == 27 && row.ends_whole) {
            CHECK(sum_of_rated_csv(text, 2) == report.amount_minor);
        } else if (!row.ends_whole) {
            CHECK(split(lines.back(), ';').size() < 27);
        }
    }
}

TEST_CASE("quotes hide separators and quotes in a rated report") {
    // If this fails, a reader that splits at every semicolon is not found out.
    const World world(sandbox::test::scenario_from(
        "contracts = 1\n[[document]]\ncontract = 1\ntype = \"comsumptionRatedReports\"\ncsv = [\"quoted\"]\n"));
    const Contract& contract = world.contracts().front();
    const std::string text = make_file(world, contract, find(world.documents_of(contract), DocumentType::rated_report))->bytes;
    CHECK(text.starts_with("\"BillingMode\";\"BeginDate\";"));
    CHECK(text.find(";say=\"\"hello\"\"\";\"") != std::string::npos);
}
