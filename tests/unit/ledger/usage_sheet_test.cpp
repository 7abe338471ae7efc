/// The workbook's usage sheets: exact cells, "others", further sheets, no sheet without lines.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <map>

#include "ledger/parts.hpp"
#include "ledger/sample.hpp"
#include "ledger/workbook.hpp"

using namespace moisson;
using namespace moisson::ledger_test;

namespace {

UsageGroup group(const Contract& contract, const std::string& name, std::string_view discounted) {
    UsageGroup made;
    made.contract = &contract;
    made.month = *Month::make(2026, 10);
    made.service = made.project = name;
    made.tags = "=team";
    made.sum = {*find_currency("EUR"), 3, *parse_big_decimal("1.5"), *parse_big_decimal(discounted)};
    return made;
}

bool holds(const std::string& sheet, const std::string& text) { return sheet.find(text) != std::string::npos; }

}  // namespace

TEST_CASE("usage sheets hold every digit of a sum, as numbers where spreadsheets hold them and as text beyond") {
    // A charge-back made from the sheet would not add up to the bill.
    const Scratch scratch;
    const Contract contract = plain_contract("C");
    RunSummary summary;
    summary.usage.by_service = {group(contract, "ECS", "1234.560000"), group(contract, "EVS", "-0.0000125"), group(contract, "OBS", "0"),
                                group(contract, "NAT", "1234567890123456.78")};
    summary.usage.by_service.push_back(group(contract, "", "7"));
    summary.usage.by_service.back().others = true;
    summary.usage.by_project = {group(contract, "web", "1")};
    REQUIRE(ledger::write_workbook(scratch / "l.xlsx", {}, summary, {scratch / "tmp"}).has_value());
    const auto parts = parts_of(scratch / "l.xlsx");
    const std::string services = sheet_of(parts, "Usage by service");
    for (const std::string value :
         {"<v>1234.56</v>", "<v>-1.25E-05</v>", "<v>0</v>", "<t>1234567890123456.78</t>", "<t>others</t>", "<v>7</v>"}) {
        CAPTURE(value);
        CHECK(holds(services, value));
    }
    const std::string projects = sheet_of(parts, "Usage by project");
    CHECK(holds(projects, "<t>web</t>"));
    CHECK(holds(projects, "<t>=team</t>"));
    CHECK_FALSE(holds(projects, "<f>"));
}

TEST_CASE("usage rows past a sheet's limit go to further sheets, and a month without lines has no usage sheet") {
    // The rest of a large month would be missing from the workbook.
    const Scratch scratch;
    const Contract contract = plain_contract("C");
    RunSummary summary;
    REQUIRE(ledger::write_workbook(scratch / "none.xlsx", {}, summary, {scratch / "tmp"}).has_value());
    CHECK(sheet_of(parts_of(scratch / "none.xlsx"), "Usage by service").empty());
    for (int at = 0; at < 7; ++at) {
        summary.usage.by_service.push_back(group(contract, fmt::format("service-{}", at), "1"));
    }
    ledger::WorkbookOptions options;
    options.temporary_folder = scratch / "tmp";
    options.rows_per_sheet_max = 4;
    REQUIRE(ledger::write_workbook(scratch / "l.xlsx", {}, summary, options).has_value());
    const auto parts = parts_of(scratch / "l.xlsx");
    CHECK(holds(sheet_of(parts, "Usage by service"), "service-2"));
    CHECK(holds(sheet_of(parts, "Usage by service 2"), "service-5"));
    CHECK(holds(sheet_of(parts, "Usage by service 3"), "service-6"));
    CHECK(sheet_of(parts, "Usage by service 4").empty());
    CHECK(sheet_of(parts, "Usage by project").empty());
}

TEST_CASE("a text of a report would be a formula on the sheet of lines, or the sheet would not say that there are more lines") {
    const Scratch scratch;
    RunSummary summary;
    summary.usage.lines = 34'512;
    const std::vector<std::vector<std::string>> lines{{"contract_id", "line", "project", "quantity", "amount"},
                                                      {"=C", "2", "=HYPERLINK(\"http://x\")", "744.000", "-10.50"},
                                                      {"C", "3", "-5", "1234567890123456.789", ""}};
    ledger::WorkbookOptions options;
    options.temporary_folder = scratch / "tmp";
    options.usage_lines = lines;
    REQUIRE(ledger::write_workbook(scratch / "l.xlsx", {}, summary, options).has_value());
    const std::string sheet = sheet_of(parts_of(scratch / "l.xlsx"), "Usage lines");
    for (const std::string value :
         {"<t>contract_id</t>", "<t>=C</t>", "<v>2</v>", "<t>=HYPERLINK(", "<v>744</v>", "<v>-10.5</v>", "<t>-5</t>",
          "<t>1234567890123456.789</t>", "<t>At most 5000 lines stand here; usage.csv has all 34512.</t>"}) {
        CAPTURE(value);
        CHECK(holds(sheet, value));
    }
    CHECK_FALSE(holds(sheet, "<f>"));
    options.language = Language::french;
    REQUIRE(ledger::write_workbook(scratch / "f.xlsx", {}, summary, options).has_value());
    CHECK(holds(sheet_of(parts_of(scratch / "f.xlsx"), "Lignes de consommation"), "Cette feuille montre au plus"));
}
