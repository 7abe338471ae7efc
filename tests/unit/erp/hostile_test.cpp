/// Templates, mappings and documents made to break something: each ends soon, with an error or a file, and never with a crash.

#include <chrono>
#include <random>

#include "erp/mapping.hpp"
#include "erp/support.hpp"
#include "support/rounds.hpp"

using namespace moisson;
using namespace moisson::erp_test;

namespace {

std::string repeated(const std::string& text, std::size_t count) {
    std::string all;
    for (std::size_t at = 0; at < count; ++at) {
        all += text;
    }
    return all;
}

}  // namespace

TEST_CASE("deep nesting, endless chains and huge expressions are refused, not obeyed") {
    // One template would take the whole run's stack with it.
    const std::string cases[] = {
        repeated("(", 100'000) + "1" + repeated(")", 100'000),
        repeated("not ", 100'000) + "true",
        repeated("-", 100'000) + "1",
        repeated("upper(", 50'000) + "\"a\"" + repeated(")", 50'000),
        "1" + repeated(" + 1", 100'000),
        "\"a\"" + repeated(" & \"a\"", 100'000),
        "true" + repeated(" or true", 100'000),
        "first(" + repeated("\"a\", ", 100'000) + "\"b\")",
        repeated("if(true, ", 100'000),
    };
    for (const std::string& one : cases) {
        CAPTURE(one.substr(0, 20));
        CHECK(!problem_of(one_cell(one)).empty());
    }
    std::string chain = "[let]\na0 = 'document_id & \"x\"'\n";
    for (int at = 1; at < 2'000; ++at) {
        chain += fmt::format("a{} = 'a{} & \"x\"'\n", at, at - 1);
    }
    CHECK(problem_of(one_cell("a1999", chain)).find("nested deeper") != std::string::npos);
    CHECK(!problem_of(repeated("[", 10'000)).empty());
    CHECK(problem_of(repeated("a.", 60'000) + "a = 1\n").find("the template has a key of more than 32 parts") != std::string::npos);
    for (const std::string& deep : {repeated("a.", 60'000) + "a = 1\n", "[" + repeated("a.", 60'000) + "a]\n"}) {
        const auto mapping = moisson::erp::Mapping::parse(deep, "map.toml");
        REQUIRE_FALSE(mapping);
        CHECK(mapping.error().message == "the mapping has a key of more than 32 parts");
        CHECK(mapping.error().where.starts_with("map.toml:1:"));
    }
    CHECK(!problem_of("a = " + repeated("[", 100'000)).empty());
    CHECK(!problem_of(std::string(2U << 20U, '#')).empty());
    CHECK(!problem_of(std::string("a\0b", 3)).empty());
    CHECK(!problem_of("\xff\xfe").empty());
    CHECK(!problem_of(one_cell("1", "") + "[[file.line]]\namount='amount'\ncolumns = [{repeat = 1000, columns = [" +
                      repeated("{name=\"a\", value='1'},", 6) + "]}]\n")
               .empty());
}

TEST_CASE("texts cannot grow without end") {
    // A doubling expression would eat the machine's memory.
    Trial trial;
    Books books;
    books.add("A", 100);
    std::string doubling = "[let]\na0 = 'repeat(\"0123456789\", 1000)'\n";
    for (int at = 1; at < 40; ++at) {
        doubling += fmt::format("a{0} = 'a{1} & a{1}'\n", at, at - 1);
    }
    CHECK(trial.bytes(one_cell("a39", doubling), books.postings).find("erp-text-too-long A") != std::string::npos);
    CHECK(trial.bytes(one_cell("replace(repeat(\"a\", 1000), \"a\", repeat(\"b\", 1000))"), books.postings).find("erp-text-too-long") !=
          std::string::npos);
    CHECK(trial.bytes(one_cell("length(pad_left(\"a\", 999999999))"), books.postings) == "1001\n");
    CHECK(trial.bytes(one_cell("add_months(period_end, 999999)"), books.postings).find("erp-field-missing") != std::string::npos);
    CHECK(trial.bytes(one_cell("add_days(period_end, 99999999999)"), books.postings).find("erp-field-missing") != std::string::npos);
    CHECK(trial.bytes(one_cell("due_date(period_end, \"99999999999999999999\")"), books.postings).find("erp-field-missing") !=
          std::string::npos);
}

TEST_CASE("a regular expression cannot run away") {
    // (a+)+$ takes years in other engines.
    Trial trial;
    Books books;
    books.add("A", 100, "EUR", "OCB1", std::string(30'000, 'a') + "!");
    const auto start = std::chrono::steady_clock::now();
    CHECK(trial.bytes(one_cell("if(matches(contract_name, \"^(a+)+$\"), \"y\", \"n\")"), books.postings) == "n\n");
    CHECK(trial.bytes(one_cell("length(regex_replace(contract_name, \"(a*)*b\", \"\"))"), books.postings) == "30001\n");
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(5));
    CHECK(!problem_of(one_cell("matches(\"a\", \"((a{100}){100}){100}\")")).empty());
    CHECK(!problem_of(one_cell("matches(\"a\", \"" + std::string(5'000, 'a') + "\")")).empty());
}

TEST_CASE("documents with the worst texts and amounts end in a file or a refusal") {
    // The server decides what stands in these fields.
    const std::string texts[] = {"",
                                 " ",
                                 std::string("a\0b", 3),
                                 "\xff\xfe\xfd",
                                 "\xed\xa0\x80",
                                 "\xe2\x80\xae"
                                 "evil",
                                 "a\r\n\tb",
                                 "\"",
                                 "\"\"\"",
                                 "{amount}",
                                 "'",
                                 "\\",
                                 std::string(100'000, 'x'),
                                 repeated("é", 50'000),
                                 "=HYPERLINK(\"x\")",
                                 "../../etc/passwd",
                                 "\xc2\x85",
                                 "\xef\xbb\xbf"};
    for (const std::string& text : texts) {
        CAPTURE(text.substr(0, 30));
        for (const std::int64_t minor : {std::int64_t{1}, INT64_MAX, INT64_MIN, std::int64_t{-1}}) {
            Trial trial;
            Books books;
            LedgerEntry& entry = books.add(text, minor, "EUR", text, text);
            entry.document_type = text;
            entry.filename = text;
            for (const char* name : {"fec", "csv-fr", "hledger"}) {
                auto settings = erp::load_settings(*erp::load_template(name), erp::sandbox_job());
                REQUIRE(settings);
                const auto rendered = erp::render(**settings, books.postings, trial.options);
                REQUIRE(rendered);
                CHECK(rendered->refused != !rendered->files.empty());
                CHECK((!rendered->refused || has(rendered->findings, "erp-file-refused")));
            }
        }
    }
}

TEST_CASE("templates and mappings with flipped bytes are read or refused") {
    // A damaged file would take the run with it.
    std::mt19937 random(7);
    const auto text = erp::text_of(**erp::load_template("hledger"));
    Books books;
    books.add("A", 1'200);
    int good = 0;
    for (int round = 0; round < test::rounds(400); ++round) {
        std::string damaged = text;
        for (int at = 0; at < 3; ++at) {
            const auto place = random() % damaged.size();
            damaged[place] = round % 4 == 0 ? static_cast<char>(random()) : static_cast<char>(' ' + random() % 95U);
        }
        const auto parsed = erp::parse_template(damaged, "hledger.toml");
        if (!parsed) {
            CHECK(parsed.error().where.starts_with("hledger.toml:"));
            continue;
        }
        ++good;
        Trial trial;
        if (const auto settings = erp::load_settings(*parsed, erp::sandbox_job())) {
            CHECK(erp::render(**settings, books.postings, trial.options).has_value());
        }
    }
    CHECK(good > 0);
}

TEST_CASE("a thousand times the same problem is told a thousand times, and the rest counted") {
    // A million findings would fill the report.
    Trial trial;
    Books books;
    for (int at = 0; at < 3'000; ++at) {
        books.add(fmt::format("D{}", at), 100);
    }
    const erp::Rendered rendered = trial.render(one_cell("refuse(\"no\")"), books.postings);
    CHECK(rendered.refused);
    CHECK(rendered.findings.size() == 1'002);
    CHECK(std::any_of(rendered.findings.begin(), rendered.findings.end(),
                      [](const Finding& finding) { return finding.message == "and 2000 more of this kind"; }));
}
