/// Usage lines as a FOCUS data set: what each column is made of, and what is done with odd lines.

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "base/files.hpp"
#include "focus/columns.hpp"
#include "focus/focus.hpp"
#include "focus/row.hpp"
#include "focus/services.hpp"
#include "focus/tags.hpp"
#include "support/scratch_folder.hpp"

using namespace moisson;
using namespace moisson::focus;

namespace {

constexpr std::string_view header =
    "contract_id,contract_name,period,document_id,version,document_type,line,counted,billing_mode,begin_date,end_date,service_id,tenant,"
    "country,region,service,code,charge,resource_id,project,tags,quantity,unit,unit_price,amount,volume_discount,discounted_amount,"
    "currency,"
    "subs_charge_type,subs_begin_date,subs_end_date,subs_upfront,subs_upfront_discounted,subs_flavor,subs_duration\n";

/// The columns of usage.csv from "quantity" on, and what is before them.
std::string usage_line(const std::string& numbers, const std::string& tags = "", const std::string& what = "ECS,ecs.s3,Machine",
                       const std::string& counted = "yes", const std::string& days = "2026-10-01,2026-10-31") {
    return "C1,Research,2026-10,D1,1,report,2," + counted + ",PayAsYouGo," + days + ",S1,tenant,FR,eu-west-0," + what + ",r1,p1," + tags +
           "," + numbers + "\n";
}

struct Made {
    Result<Written> written;
    std::vector<std::string> lines;
    /// Of a line without quoted cells.
    [[nodiscard]] std::string cell(std::size_t row, std::string_view name) const {
        std::size_t begin = 0;
        for (const Column& column : columns) {
            const std::size_t end = std::min(lines.at(row + 1).find(',', begin), lines.at(row + 1).size());
            if (column.name == name) {
                return lines.at(row + 1).substr(begin, end - begin);
            }
            begin = end + 1;
        }
        FAIL("no such column");
        return {};
    }
};

Made make(const std::string& text) {
    const test::ScratchFolder scratch;
    REQUIRE(write_file(scratch.path() / "usage.csv", text));
    Made made{write(scratch.path() / "usage.csv", scratch.path() / "out", {"Maker", "Publisher", "Issuer", "set", {}}), {}};
    if (const auto rows = read_file(scratch.path() / "out/set.csv")) {
        for (std::size_t begin = 0; begin < rows->size();) {
            const std::size_t end = rows->find('\n', begin);
            made.lines.push_back(rows->substr(begin, end - begin));
            begin = end + 1;
        }
    }
    return made;
}

const std::string plain = "2.5,Hour,0.1,0.25,0.00,0.25,EUR,,,,,,,";

}  // namespace

TEST_CASE("tags become an object, however they are parted, and nothing of them is lost") {
    // A tag by which costs are charged back would be another one, or the cell no JSON.
    CHECK(tags_as_json("") == "");
    CHECK(tags_as_json("  ") == "");
    CHECK(tags_as_json("env=prod,team=3") == R"({"env":"prod","team":"3"})");
    CHECK(tags_as_json("env=prod; path=a,b ;x=1=2") == R"({"env":"prod","path":"a,b","x":"1=2"})");
    CHECK(tags_as_json("env:prod|url:http://x") == R"({"env":"prod","url":"http://x"})");
    CHECK(tags_as_json("alone") == R"({"alone":true})");
    CHECK(tags_as_json("=value") == R"({"=value":true})");
    CHECK(tags_as_json("a=1,a=2") == R"({"a":"1"})");
    CHECK(tags_as_json("say=\"he said \"\"no\"\"; and left\";b=\\") == R"({"say":"he said \"no\"; and left","b":"\\"})");
    CHECK(tags_as_json("a=line\nbreak\tand\x01") == "{\"a\":\"line\\nbreak\\u0009and\\u0001\"}");
    CHECK(tags_as_json(R"({"a": "b", "n": 12, "t": true, "u": null})") == R"({"a":"b","n":12,"t":true,"u":null})");
    CHECK(tags_as_json(R"({"a": {"b": 1}})") == R"({"{\"a\": {\"b\": 1}}":true})");
    CHECK(tags_as_json("{}") == "");
    std::string many;
    for (int at = 0; at < 200'000; ++at) {
        many += std::to_string(at) + ',';
    }
    CHECK(tags_as_json(many).size() == many.size() + 200'000 * 7 + 1);  // in the time of a glance
    CHECK(tags_as_json("\"open=1;b") == R"({"\"open=1;b":true})");
}

TEST_CASE("days are periods of UTC whose end is not in them") {
    // A month would lack its last day, or two charges would overlap.
    CHECK(instant_of("2026-10-01", false) == "2026-10-01T00:00:00Z");
    CHECK(instant_of("2026-10-31", true) == "2026-11-01T00:00:00Z");
    CHECK(instant_of("2026-12-31 23:59:59", true) == "2027-01-01T00:00:00Z");
    CHECK(instant_of("2026-10-31T12:30:00.250Z", true) == "2026-10-31T12:30:00Z");
    CHECK(instant_of("2026-10-31 08:15", false) == "2026-10-31T08:15:00Z");
    for (const std::string_view other :
         {"", "31/10/2026", "2026-02-30", "2026-10-31x", "2026-10-31 25:00", "2026-10-31T", "2026-10-31T10:00+02:00"}) {
        CAPTURE(other);
        CHECK(instant_of(other, true).empty());
    }
}

TEST_CASE("a service's name has one category") {
    // Storage would be charged as compute, or the category be none that FOCUS knows.
    CHECK(service_of("ECS").category == "Compute");
    CHECK(service_of("Elastic Volume Service (EVS)").subcategory == "Block Storage");
    CHECK(service_of("Cloud Backup and Recovery").subcategory == "Backup Storage");
    CHECK(service_of("rds").category == "Databases");
    CHECK(service_of("As you like it").category == "Other");
    CHECK(service_of("").subcategory == "Other (Other)");
    CHECK(service_of(std::string(5'000, 'x')).category == "Other");
}

TEST_CASE("a line's kind follows from what it has") {
    // A refund would be consumption, or a reservation's payment would be spread nowhere and counted twice.
    const Made made = make(std::string(header) + usage_line(plain) + usage_line(",,,-5.00,0.00,-5.00,EUR,,,,,,,", "", ",,Gesture") +
                           usage_line(",,,5.00,0.00,5.00,EUR,,,,,,,", "", ",,Fee") +
                           usage_line("1,Month,300,300.00,30.00,270.00,EUR,Upfront,,,300.00,270.00,s3,12") +
                           usage_line("744,Hour,0.04,29.76,0,29.76,EUR,Monthly,,,300.00,,s3,12") +
                           usage_line("-2,Hour,0.1,-0.20,0,-0.20,EUR,,,,,,,") + usage_line("2,Hour,-0.1,-0.20,0,-0.20,EUR,,,,,,,"));
    REQUIRE(made.written);
    REQUIRE(made.lines.size() == 8);
    const std::vector<std::string> categories{"Usage", "Credit", "Adjustment", "Purchase", "Usage", "Usage", "Credit"};
    for (std::size_t row = 0; row < categories.size(); ++row) {
        CAPTURE(row);
        CHECK(made.cell(row, "ChargeCategory") == categories[row]);
    }
    CHECK(made.cell(0, "ListCost") == "0.25");
    CHECK(made.cell(0, "ConsumedQuantity") == "2.5");
    CHECK(made.cell(0, "ChargePeriodEnd") == "2026-11-01T00:00:00Z");
    CHECK(made.cell(0, "InvoiceIssuerName") == "Issuer");
    CHECK(made.cell(1, "ListCost") == "-5.00");
    CHECK(made.cell(1, "PricingQuantity").empty());
    CHECK(made.cell(1, "ServiceName") == "Gesture");
    CHECK(made.cell(3, "EffectiveCost") == "0");
    CHECK(made.cell(3, "ChargeFrequency") == "One-Time");
    CHECK(made.cell(4, "EffectiveCost") == "29.76");
    CHECK(made.cell(4, "ChargeFrequency") == "Recurring");
    CHECK(made.cell(4, "PricingCategory") == "Other");
    CHECK(made.cell(4, "ConsumedQuantity") == "744");
    CHECK(made.cell(3, "ConsumedQuantity").empty());
    REQUIRE(made.written->billed.size() == 1);
    CHECK(to_decimal(made.written->billed[0].cost) == "299.61");
}

TEST_CASE("only lines that count and bill something are rows") {
    // A sum over the rows would hold a line twice.
    const Made made = make(std::string(header) + usage_line(plain, "", "ECS,e,M", "no") + usage_line("1,Hour,1,,,,,,,,,,,"));
    REQUIRE(made.written);
    CHECK(made.written->files.empty());
    CHECK(made.lines.empty());
}

TEST_CASE("quotes, line ends and blanks in texts come through") {
    // A resource's name would be cut, and the row have other columns.
    const Made made =
        make(std::string(header) + usage_line(plain, "\"a=\"\"x\"\"\ny\"", "\"E,CS\",\"a \"\"b\"\"\",\" lead\"", "yes", "odd,days"));
    REQUIRE(made.written);
    CHECK(made.written->files.at(0).rows == 1);
    std::string row;
    for (std::size_t at = 1; at < made.lines.size(); ++at) {
        row += made.lines[at];
    }
    CHECK(row.find(R"(,"a ""b"""," lead",,"a ""b""",tenant,tenant,"{""a"":""\""x\""\ny""}",)") != std::string::npos);
    CHECK(row.find(",2026-11-01T00:00:00Z,2026-10-01T00:00:00Z,2.5,") != std::string::npos);
}

TEST_CASE("a file that is not as it was written is refused, and leaves nothing") {
    // What somebody changed would be published as the service's own.
    for (const std::string& text :
         {std::string("a,b\n"), std::string(header).substr(0, 40), std::string(header) + "C1,x\n",
          std::string(header) + usage_line(plain).substr(0, 60), std::string(header) + usage_line("1,H,1,1,0,1.2.3,EUR,,,,,,,"),
          std::string(header) + usage_line("1,H,1,1,0,1.2,,,,,,,,"), std::string(header) + usage_line(plain, "\"x\"y")}) {
        CAPTURE(text);
        const Made made = make(text);
        REQUIRE(!made.written);
        CHECK(made.written.error().code == ErrorCode::verification);
        CHECK(made.lines.empty());
    }
}
