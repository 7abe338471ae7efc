// Consumption reports as CSV: what is read, what is refused, what is said.
#include <fmt/format.h>
#include <sys/resource.h>

#include <csignal>

#include <doctest/doctest.h>

#include "sample.hpp"
#include "support/rounds.hpp"

using namespace moisson;
using namespace moisson::usage_test;

TEST_CASE("a line of a report would be lost or changed on its way into usage.csv") {
    Line line;
    line.subs = "Upfront;2026-01-01;2026-12-31;1 200,00;1.150,5;c3.large;12";
    const Read read = read_lines({line.text()});
    REQUIRE(read.rows.size() == 1);
    CHECK(read.text.substr(0, read.text.find('\n')) ==
          "contract_id,contract_name,period,document_id,version,document_type,line,counted,billing_mode,begin_date,end_date,service_id,"
          "tenant,"
          "country,region,service,code,charge,resource_id,project,tags,quantity,unit,unit_price,amount,volume_discount,discounted_amount,"
          "currency,subs_charge_type,subs_begin_date,subs_end_date,subs_upfront,subs_upfront_discounted,subs_flavor,subs_duration");
    CHECK(read.text.substr(read.text.find('\n') + 1) ==
          "OCB0001001,Name of OCB0001001,2026-10,REP,1,comsumptionRatedReports,2,yes,PayAsYouGo,2026-10-01,2026-10-31,OCB0001001,Tenant,FR,"
          "eu-west-0,Compute,S1,Running,0a1b2c3d,web,\"env=prod,team=1\",744.000,hour,0.01234,10.50,0.50,10.00,EUR,Upfront,2026-01-01,"
          "2026-12-31,1200.00,1150.5,c3.large,12\n");
    CHECK(read.codes().empty());
    CHECK(read.extract.summary.lines == 1);
    CHECK(read.extract.summary.counted_lines == 1);
    CHECK(read.extract.size_bytes == read.text.size());
    CHECK(read.extract.sha256 == sha256_hex(read.text));
}

TEST_CASE("a report with another line end, mark or quoting would be read with shifted columns") {
    struct Case {
        std::string name;
        std::string before;
        std::string line_end;
        std::string project;
        std::string expected;
    };
    const std::vector<Case> cases{
        {"LF", "", "\n", "web", "web"},
        {"CRLF", "", "\r\n", "web", "web"},
        {"mark", "\xEF\xBB\xBF", "\r\n", "web", "web"},
        {"mark twice", "\xEF\xBB\xBF\xEF\xBB\xBF", "\n", "web", "web"},
        {"separator in quotes", "", "\n", "\"a;b\"", "a;b"},
        {"line end in quotes", "", "\r\n", "\"a\r\nb\"", "a\r\nb"},
        {"quotes in quotes", "", "\n", "\"say \"\"hi\"\"\"", "say \"hi\""},
        {"only quotes in quotes", "", "\n", "\"\"\"\"", "\""},
        {"empty quotes", "", "\n", "\"\"", ""},
        {"a quote inside", "", "\n", "19\" rack", "19\" rack"},
        {"blanks at the ends", "", "\n", " web ", " web "},
        {"UTF-8", "", "\n", "Île-de-France", "Île-de-France"},
        {"a comma", "", "\n", "a,b", "a,b"},
        {"blank lines before", "\n\n", "\n", "web", "web"},
    };
    for (const Case& each : cases) {
        CAPTURE(each.name);
        Line line;
        line.project = each.project;
        const Read read = read_lines({Line{}.text(), line.text(), Line{}.text()}, each.line_end, each.before);
        CHECK(read.codes().empty());
        REQUIRE(read.rows.size() == 3);
        CHECK(read.at(1, "project") == each.expected);
        CHECK(read.at(2, "currency") == "EUR");
        CHECK(read.at(2, "subs_duration").empty());
        CHECK(read.total() == "30.00");
    }
}

TEST_CASE("the line number in usage.csv would not find the line in the report") {
    Line tall;
    tall.tags = "\"a\nb\nc\"";
    const Read read = read_lines({Line{}.text(), tall.text(), "", Line{}.text()}, "\n", "\n");
    REQUIRE(read.rows.size() == 3);
    CHECK(read.at(0, "line") == "3");
    CHECK(read.at(1, "line") == "4");
    CHECK(read.at(2, "line") == "8");
}

TEST_CASE("a text of a report would run when somebody opens usage.csv, and nobody would have been warned") {
    for (const std::string_view text : {"x=1", "-", "+", "", "a@b", "\xc3\xa9"}) {
        CAPTURE(text);
        Line line;
        line.project = text;
        CHECK(read_lines({line.text()}).codes().empty());
    }
    for (const std::string_view text : {"\"=HYPERLINK(\"\"http://x\"\")\"", "+1", "-1", "@SUM(A1)", " =1", "\"\t=1\"",
                                        "\xef\xbc\x9d"
                                        "1"}) {
        CAPTURE(text);
        Line line;
        line.tags = text;
        const Read read = read_lines({Line{}.text(), line.text(), line.text()});
        CHECK(read.codes() == "formula-like");
        CHECK(read.message().find("2 lines, first line 3") != std::string::npos);
        CHECK(read.total() == "30.00");
    }
}

TEST_CASE("a report in Windows-1252 would show broken letters or stop the run") {
    Line line;
    line.project = "\xC9nergie \x80 5 \x9C";
    const Read read = read_lines({Line{}.text(), line.text()});
    REQUIRE(read.rows.size() == 2);
    CHECK(read.at(1, "project") == "Énergie € 5 œ");
    CHECK(read.codes() == "usage-not-utf8");
    CHECK(read.message().find("line 3") != std::string::npos);
    CHECK(read.total() == "20.00");
}

TEST_CASE("a broken report would be counted as if it were whole, or its error would not name the line") {
    const std::string good = Line{}.text();
    struct Case {
        std::string name;
        std::string text;
        std::uint64_t lines;  // written before the error
        std::vector<std::string> words;
    };
    const std::vector<Case> cases{
        {"26 columns", heading + "\n" + good + "\n" + good.substr(0, good.rfind(';')) + "\n" + good + "\n", 1, {"line 3", "26", "27"}},
        {"26 columns everywhere",
         heading.substr(0, heading.rfind(';')) + "\n" + good.substr(0, good.rfind(';')) + "\n",
         0,
         {"line 1", "26"}},
        {"cut in a line", heading + "\n" + good + "\n" + good.substr(0, 60), 1, {"line 3", "ends in the middle"}},
        {"cut in quotes", heading + "\n" + good + "\nPayAsYouGo;\"2026", 1, {"line 3", "not closed"}},
        {"cut in the heading", heading.substr(0, 80), 0, {"line 1", "ends in the middle"}},
        {"separator in a text without quotes", heading + "\n" + good + "\n" + "a;" + good + "\n", 1, {"line 3", "28", "27"}},
        {"text after quotes", heading + "\n" + good + "\n\"a\"b;" + good + "\n", 1, {"line 3", "closing quote"}},
        {"an amount that is none",
         heading + "\n" + good + "\n" + with_discounted("n/a").text() + "\n",
         1,
         {"line 3", "n/a", "DiscountedAmount"}},
        {"an amount that could be two",
         heading + "\n" + with_discounted("1,234").text() + "\n" + with_discounted("12.34.5").text() + "\n",
         1,
         {"line 3", "12.34.5"}},
        {"no such currency", heading + "\n" + Line{.currency = "XYZ"}.text() + "\n", 0, {"line 2", "XYZ"}},
        {"no currency", heading + "\n" + Line{.currency = ""}.text() + "\n", 0, {"line 2", "no currency"}},
        {"a zero byte", heading + "\n" + good + "\n" + std::string("P\0y", 3) + good.substr(3) + "\n", 1, {"line 3", "zero byte"}},
        {"10 MB in a field",
         heading + "\n" + good + "\n" + Line{.tags = std::string(10'000'000, 'x')}.text() + "\n" + good + "\n",
         1,
         {"line 3", "1 MiB"}},
        {"10 MB in a quoted field",
         heading + "\n" + good + "\n" + Line{.tags = "\"" + std::string(10'000'000, '\n') + "\""}.text() + "\n",
         1,
         {"line 3", "1 MiB"}},
        {"10 MB and the end", heading + "\n" + good + "\n" + std::string(10'000'000, 'x'), 1, {"line 3", "1 MiB"}},
        {"a page", "<html><body>not yet</body></html>\n", 0, {"line 1", "1 field "}},
        {"columns in another order",
         "BillingMode;BeginDate;EndDate;ServiceID;TenantLabel;Country;Region;ServiceCloud;CodeLabel;ChargeLabel;IdResource;Project;Tags;"
         "Quantity;BillingUnit;UnitPrice;DiscountedAmount;VolumeDiscount;Amount;Currency;a;b;c;d;e;f;g\n" +
             good + "\n",
         0,
         {"line 1", "another order", "DiscountedAmount"}},
        {"thousands of fields", heading + "\n" + std::string(5000, ';') + "\n", 0, {"line 2"}},
    };
    for (const Case& each : cases) {
        CAPTURE(each.name);
        Store store;
        store.add("REP", each.text);
        store.add_bill("INV", 99'999);
        Read read = read_store(store);
        usage::compare(store.entries(), *parse_big_decimal("0.01"), read.extract);
        REQUIRE(read.codes() == "usage-unreadable");
        CHECK(read.extract.findings.front().severity() == Severity::error);
        for (const std::string& word : each.words) {
            CAPTURE(read.message());
            CHECK(read.message().find(word) != std::string::npos);
        }
        CHECK(read.message().size() < 400);
        CHECK(read.rows.size() == each.lines);
        for (std::size_t row = 0; row < read.rows.size(); ++row) {
            CHECK(read.at(row, "counted") == "no");
        }
        CHECK(read.extract.summary.counted_lines == 0);
        CHECK(read.extract.summary.totals.empty());
        REQUIRE(read.extract.summary.documents.size() == 1);
        CHECK_FALSE(read.extract.summary.documents.front().counted);
        CHECK_FALSE(read.extract.summary.documents.front().whole);
    }
}

TEST_CASE("a last line without a line end would be lost") {
    Store store;
    store.add("REP", heading + "\n" + Line{}.text() + "\n" + Line{}.text());
    const Read read = read_store(store);
    CHECK(read.rows.size() == 2);
    CHECK(read.codes().empty());
}

TEST_CASE("a 28th column would be swallowed, or would stop the month") {
    SUBCASE("with a heading and values") {
        Store store;
        store.add("REP", heading + ";CarbonGrams\n" + Line{}.text() + ";12\n" + Line{}.text() + ";\n");
        const Read read = read_store(store);
        CHECK(read.codes() == "usage-columns");
        CHECK(read.message().find("28") != std::string::npos);
        CHECK(read.rows.size() == 2);
        CHECK(read.total() == "20.00");
    }
    SUBCASE("a separator at the end of every line but the heading") {
        const Read read = read_lines({Line{}.text() + ";", Line{}.text() + ";"});
        CHECK(read.codes() == "usage-columns");
        CHECK(read.rows.size() == 2);
    }
    SUBCASE("a separator at the end of every line") {
        Store store;
        store.add("REP", heading + ";\n" + Line{}.text() + ";\n" + Line{}.text() + ";\n");
        const Read read = read_store(store);
        CHECK(read.codes() == "usage-columns");
        CHECK(read.rows.size() == 2);
    }
}

TEST_CASE("the first line of a report without a heading would be taken for one") {
    Store store;
    store.add("REP", Line{}.text() + "\n" + Line{}.text() + "\n");
    const Read read = read_store(store);
    CHECK(read.rows.size() == 2);
    CHECK(read.at(0, "line") == "1");
}

TEST_CASE("a first line whose numbers cannot be read would be dropped as a heading, without a word") {
    const auto first = [](const Line& line) {
        Store store;
        store.add("REP", line.text() + "\n" + Line{}.text() + "\n");
        return read_store(store);
    };
    Line odd;
    odd.quantity = odd.unit_price = odd.amount = "n/a";
    odd.discounted = "12.34.5";
    Line words = odd;
    words.discounted = "n/a";
    Line foreign = odd;
    foreign.quantity = foreign.unit_price = foreign.amount = foreign.discounted = "10,00 EUR";
    foreign.currency = "";
    for (const Line& each : {odd, words, foreign}) {
        CAPTURE(each.discounted);
        const Read read = first(each);
        CHECK(read.codes() == "usage-unreadable");
        CHECK(read.message().find("line 1") != std::string::npos);
        CHECK(read.total().empty());
    }
    // A heading in words of its own is one.
    Store store;
    store.add("REP", "a;b;c;d;e;f;g;h;i;j;k;l;m;Menge;n;Preis;Betrag;o;Betrag nach Rabatt;p;q;r;s;t;u;v;w\n" + Line{}.text() + "\n");
    const Read read = read_store(store);
    CHECK(read.codes().empty());
    CHECK(read.rows.size() == 1);
}

TEST_CASE("amounts that changed places under headings of their own would be taken for each other") {
    const auto report = [](const std::string& before, const std::string& after, const std::string& amount, const std::string& discounted) {
        Store store;
        Line line;
        line.amount = amount;
        line.discounted = discounted;
        store.add("REP", "a;b;c;d;e;f;g;h;i;j;k;l;m;q;n;r;" + before + ";o;" + after + ";p;s;t;u;v;w;x;y\n" + Line{}.text() + "\n" +
                             line.text() + "\n");
        return read_store(store);
    };
    CHECK(report("Montant remisé", "Montant", "10,50", "10,50").message().find("another order") != std::string::npos);
    CHECK(report("Net amount", "Amount", "10,50", "10,50").message().find("another order") != std::string::npos);
    CHECK(report("discounted_amount", "amount", "10,50", "10,50").message().find("another order") != std::string::npos);
    const Read unnamed = report("Col16", "Col18", "10,00", "10,50");
    CHECK(unnamed.codes() == "usage-unreadable");
    CHECK(unnamed.message().find("line 3: its DiscountedAmount is larger than its Amount") != std::string::npos);
    CHECK(report("Col16", "Col18", "-10,00", "-10,50").codes() == "usage-unreadable");
    CHECK(report("Col16", "Col18", "10,50", "10,00").total() == "20.00");
    // Where the heading names both, it is believed.
    CHECK(report("Amount", "Discounted Amount", "10,00", "10,50").total() == "20.50");
    CHECK(report("Montant", "Montant remisé", "10,00", "10,50").total() == "20.50");
}

TEST_CASE("lines that end with CR alone would be no lines, and what is said of them false") {
    Line quoted;
    quoted.project = "\"a;b\"";
    const Read read = read_lines({Line{}.text(), quoted.text(), Line{}.text()}, "\r");
    CHECK(read.codes().empty());
    REQUIRE(read.rows.size() == 3);
    CHECK(read.at(1, "line") == "3");
    CHECK(read.at(1, "project") == "a;b");
    CHECK(read.total() == "30.00");
    Store store;
    store.add("REP", "\xEF\xBB\xBF" + Line{}.text() + "\r" + Line{}.text());
    CHECK(read_store(store).total() == "20.00");
    usage::Options small;
    small.chunk_bytes = 100;
    std::string text = heading;
    for (int at = 0; at < 2000; ++at) {
        text += "\r" + Line{}.text();
    }
    Store large;
    large.add("REP", text);
    CHECK(read_store(large, small).total() == "20000.00");
    CHECK(read_store(large).total() == "20000.00");
}

TEST_CASE("a decimal mark learned from the first lines would be wrong for the rest") {
    const auto report = [](const std::string& early, const std::string& late, std::size_t chunk_bytes = 1U << 20U) {
        Line whole;
        whole.quantity = "7";
        whole.unit_price = "1";
        whole.amount = "5000";
        whole.discounted = early;
        Line last = whole;
        last.discounted = late;
        std::string text = heading + "\n";
        for (int at = 0; at < 2000; ++at) {
            text += whole.text() + "\n";
        }
        text += last.text() + "\n";
        Store store;
        store.add("REP", text);
        usage::Options options;
        options.chunk_bytes = chunk_bytes;
        return read_store(store, options);
    };
    struct Case {
        std::string early;
        std::string late;
        bool can_be_told;
    };
    const std::vector<Case> cases{
        {"1,234", "12.50", false},      // 1.234 or 1234
        {"12,50", "1.234", true},       // 1234: nothing contradicts the comma
        {"1,234", "1,234,567", false},  // commas part thousands
        {"1.234,5", "12.5", true},      // odd, and no number depends on it
        {"1,234", "12,50", true},      {"12", "12.50", true},
    };
    for (const Case& each : cases) {
        CAPTURE(each.early);
        CAPTURE(each.late);
        for (const std::size_t chunk_bytes : {std::size_t{1000}, std::size_t{1} << 20U}) {
            const Read read = report(each.early, each.late, chunk_bytes);
            CHECK(read.codes() == (each.can_be_told ? "" : "usage-unreadable"));
            if (!each.can_be_told) {
                CHECK(read.message().find("line 2: \"" + each.early + "\" can be read in two ways") != std::string::npos);
                CHECK(read.message().find("line 2002 has \"" + each.late + "\"") != std::string::npos);
                CHECK(read.total().empty());
            }
        }
    }
    Line grouped;
    grouped.quantity = "1.500";
    Line dotted;
    dotted.quantity = "7.5";
    CHECK(read_lines({grouped.text(), dotted.text()}).codes() == "usage-number-unreadable");  // 1500 or 1.500: both marks are there
}

TEST_CASE("a total row would double the sum, or a real line would be taken for one") {
    const std::string blanks = ";;;;;;;;;;;;";
    struct Case {
        std::string name;
        std::string line;
        bool is_total;
    };
    const std::vector<Case> cases{
        {"first column", "Total" + blanks + ";;;;20,00;;20,00;EUR;;;;;;;", true},
        {"in the label", ";;;;;;;;;Sous-total HT :;;;;;;;20,00;;20,00;EUR;;;;;;;", true},
        {"nothing but amounts", blanks + ";;;;20,00;;20,00;EUR;;;;;;;", true},
        {"a service that begins so", "PayAsYouGo;2026-10-01;2026-10-31;OCB0001001;T;FR;r;Total Care;S;Fee;;;;1;;;20,00;;20,00;EUR;;;;;;;",
         false},
        {"another word", "Totaliser" + blanks + ";;;;20,00;;20,00;EUR;;;;;;;", false},
        {"with a price", "Total" + blanks + ";;;1,00;20,00;;20,00;EUR;;;;;;;", false},
        {"beside contract and dates", ";2026-10-01;2026-10-31;OCB0001001;T;FR;;TOTAL HT;;;;;;;;;20,00;;20,00;EUR;;;;;;;", true},
        {"contract and dates alone", ";2026-10-01;2026-10-31;OCB0001001;T;FR;;;;;;;;;;;20,00;;20,00;EUR;;;;;;;", true},
        {"with a quantity", "Montant total" + blanks + ";1488;hour;;20,00;;20,00;EUR;;;;;;;", true},
        {"twice the word", "Total;;;;;;;Total général;;;;;;;;;20,00;;20,00;EUR;;;;;;;", true},
        {"a fee without a price", "PayAsYouGo;2026-10-01;2026-10-31;OCB0001001;T;FR;r;Fee;S;;;;;;;;20,00;;20,00;EUR;;;;;;;", false},
    };
    for (const Case& each : cases) {
        CAPTURE(each.name);
        const Read read = read_lines({Line{}.text(), Line{}.text(), each.line});
        CHECK(read.rows.size() == (each.is_total ? 2U : 3U));
        CHECK(read.codes() == (each.is_total ? "usage-total-row" : ""));
        CHECK(read.total() == (each.is_total ? "20.00" : "40.00"));
    }
    const Read agreeing = read_lines({Line{}.text(), "Total" + blanks + ";;;;10,00;;10,00;EUR;;;;;;;"});
    CHECK(agreeing.message().find("add up to the same") != std::string::npos);
    const Read other = read_lines({Line{}.text(), "Total" + blanks + ";;;;10,00;;10,01;EUR;;;;;;;"});
    CHECK(other.message().find("says 10.01, the lines of the file add up to 10.00") != std::string::npos);
}

TEST_CASE("a number that cannot be read would be guessed, or the whole line would be lost") {
    const Read read = read_lines({Line{.quantity = "12.34.5"}.text(), Line{.unit_price = "n/a"}.text(), with_discounted("").text()});
    REQUIRE(read.rows.size() == 3);
    CHECK(read.at(0, "quantity").empty());
    CHECK(read.at(1, "unit_price").empty());
    CHECK(read.at(2, "discounted_amount").empty());
    CHECK(read.codes() == "usage-amount-missing usage-number-unreadable");
    CHECK(read.extract.findings[1].message.english().find("Quantity \"12.34.5\" in 2 lines, first line 2") != std::string::npos);
    CHECK(read.extract.findings[0].message.english().find("line 4") != std::string::npos);
    CHECK(read.total() == "20.00");
}

TEST_CASE("dots before decimals in one file would be read by the rule of another") {
    Line line;
    line.quantity = "1.500";
    line.unit_price = "0.01";
    line.amount = "12.500";
    line.volume_discount = "0.00";
    line.discounted = "12.500";
    const Read dots = read_lines({line.text()});
    REQUIRE(dots.rows.size() == 1);
    CHECK(dots.at(0, "discounted_amount") == "12.500");
    Line german;
    german.quantity = "1.500";
    german.discounted = "1.234";
    const Read commas = read_lines({german.text()});
    REQUIRE(commas.rows.size() == 1);
    CHECK(commas.at(0, "quantity") == "1500");
    CHECK(commas.at(0, "discounted_amount") == "1234");
}

TEST_CASE("exact sums: cents and fractions of cents would get lost") {
    const Read read =
        read_lines({with_discounted("0,1").text(), with_discounted("0,2").text(), with_discounted("0,000000000000000001").text(),
                    with_discounted("-1 000 000 000 000,25").text(), with_discounted("999.999.999.999,95").text()});
    CHECK(read.codes().empty());
    CHECK(read.total() == "0.000000000000000001");
}

TEST_CASE("currencies would be added to one another") {
    Store store;
    LedgerEntry& entry = store.add("REP", heading + "\n" + Line{.currency = "usd"}.text() + "\n" + Line{}.text() + "\n" +
                                              Line{.currency = "€"}.text() + "\n" + Line{.currency = ""}.text() + "\n");
    entry.currency = find_currency("CHF");
    const Read read = read_store(store);
    REQUIRE(read.rows.size() == 4);
    CHECK(read.at(0, "currency") == "USD");
    CHECK(read.at(2, "currency") == "EUR");
    CHECK(read.at(3, "currency") == "CHF");
    REQUIRE(read.extract.summary.totals.size() == 3);
    CHECK(read.extract.summary.totals[0].currency.code() == "CHF");
    CHECK(to_decimal(read.extract.summary.totals[1].discounted) == "20.00");
    CHECK(read.extract.summary.by_service.size() == 3);
}

TEST_CASE("usage.csv would differ with the number of threads or the size of the pieces") {
    Store store;
    const int lines = test::rounds(3000);
    for (int document = 0; document < 7; ++document) {
        std::string text = document % 2 == 0 ? "\xEF\xBB\xBF" + heading + "\r\n" : heading + "\n";
        for (int at = 0; at < lines + document; ++at) {
            Line line;
            line.service = fmt::format("Service {}", at % 11);
            line.project = at % 5 == 0 ? fmt::format("\"p;{}\r\nx\"", at % 13) : fmt::format("p{}", at % 700);
            line.tags = fmt::format("t=\"{}", at % 900);
            line.discounted = fmt::format("{},{:02}", at, at % 100);
            text += line.text() + (document % 2 == 0 ? "\r\n" : "\n");
        }
        if (document == 4) {
            text += "cut;in the";
        }
        store.add(fmt::format("REP{}", document), text, "comsumptionRatedReports", "text/csv", fmt::format("OCB000100{}", document % 3),
                  static_cast<unsigned>(1 + document % 4));
    }
    usage::Options one;
    one.threads = 1;
    const Read expected = read_store(store, one);
    CHECK(expected.rows.size() == 7U * static_cast<unsigned>(lines) + 21);
    CHECK(expected.codes() == "usage-unreadable");
    for (const unsigned threads : {2U, 3U, 8U}) {
        for (const std::size_t chunk_bytes : {std::size_t{1000}, std::size_t{40'000}, std::size_t{1} << 20U}) {
            CAPTURE(threads);
            CAPTURE(chunk_bytes);
            usage::Options options;
            options.threads = threads;
            options.chunk_bytes = chunk_bytes;
            const Read read = read_store(store, options);
            CHECK(read.text == expected.text);
            CHECK(read.extract.sha256 == expected.extract.sha256);
            CHECK(read.extract.findings == expected.extract.findings);
            REQUIRE(read.extract.summary.by_project.size() == expected.extract.summary.by_project.size());
            for (std::size_t at = 0; at < read.extract.summary.by_project.size(); ++at) {
                const UsageGroup& left = read.extract.summary.by_project[at];
                const UsageGroup& right = expected.extract.summary.by_project[at];
                CHECK((left.project == right.project && left.tags == right.tags && left.sum.discounted == right.sum.discounted &&
                       left.sum.lines == right.sum.lines && left.month == right.month));
            }
        }
    }
}

TEST_CASE("a month with more projects than can be listed would lose money, or list others by chance") {
    Store store;
    std::string text = heading + "\n";
    for (int at = 0; at < 1000; ++at) {
        Line line;
        line.project = fmt::format("p{}", at % 100);
        text += line.text() + "\n";
    }
    store.add("REP", text);
    for (const unsigned threads : {1U, 4U}) {
        usage::Options options;
        options.groups_max = 30;
        options.threads = threads;
        options.chunk_bytes = 2000;
        const Read read = read_store(store, options);
        CHECK(read.codes() == "usage-groups-capped");
        const auto& groups = read.extract.summary.by_project;
        REQUIRE(groups.size() == 31);
        CHECK(groups.back().others);
        CHECK(groups.back().sum.lines == 700);
        CHECK(to_decimal(groups.back().sum.discounted) == "7000.00");
        CHECK(groups.front().project == "p0");
        CHECK(groups[29].project == "p9");
    }
}

TEST_CASE("a report and a second one with the same bytes would be billed to a project twice") {
    Store store;
    const std::string text = heading + "\n" + Line{}.text() + "\n";
    store.add("A", text);
    store.add("B", text);
    store.add("C", heading + "\n" + Line{.resource = "other"}.text() + "\n");
    store.add("P", text, "partialConsumptionRatedReports");
    LedgerEntry& no_month = store.add("N", text + Line{}.text() + "\n");
    no_month.period.reset();
    LedgerEntry& earlier = store.add("E", text);
    earlier.findings.insert("superseded");
    LedgerEntry& report = store.add("R", text, "reports");
    CHECK_FALSE(usage::is_source(report));
    CHECK_FALSE(usage::is_source(earlier));
    const Read read = read_store(store);
    CHECK(read.rows.size() == 6);
    CHECK(read.total() == "20.00");
    CHECK(read.extract.summary.counted_lines == 2);
    for (std::size_t row = 0; row < read.rows.size(); ++row) {
        const std::string id = read.at(row, "document_id");
        CHECK(read.at(row, "counted") == (id == "A" || id == "C" ? "yes" : "no"));
        CHECK(read.at(row, "period") == (id == "N" ? "" : "2026-10"));
    }
}

TEST_CASE("a run without reports would publish an empty usage.csv, and a stopped one half of it") {
    Store store;
    CHECK(read_store(store).text.empty());
    store.add("REP", heading + "\n");
    const Read read = read_store(store);
    CHECK(read.text.empty());
    CHECK(read.extract.sha256.empty());
    CHECK(read.codes().empty());
    store.add("REP2", heading + "\n" + Line{}.text() + "\n");
    std::stop_source stop;
    stop.request_stop();
    usage::Options options;
    options.stop = stop.get_token();
    const auto sources = store.sources();
    const auto stopped = usage::extract(sources, store.csv(), options);
    REQUIRE_FALSE(stopped.has_value());
    CHECK(stopped.error().code == ErrorCode::cancelled);
    CHECK_FALSE(std::filesystem::exists(store.csv()));
}

TEST_CASE("a stored file that is gone would be taken for an empty report") {
    Store store;
    const LedgerEntry& entry = store.add("REP", heading + "\n" + Line{}.text() + "\n");
    std::filesystem::remove(store.folder() / entry.sha256);
    const auto sources = store.sources();
    for (const unsigned threads : {1U, 4U}) {
        usage::Options options;
        options.threads = threads;
        const auto extract = usage::extract(sources, store.csv(), options);
        REQUIRE_FALSE(extract.has_value());
        CHECK(extract.error().code == ErrorCode::disk);
        CHECK(extract.error().where.find(entry.sha256) != std::string::npos);
    }
}

TEST_CASE("a disk that is full would leave half a usage.csv, or hold the run for ever") {
    Store store;
    std::string text = heading + "\n";
    for (int at = 0; at < 20'000; ++at) {
        text += Line{}.text() + "\n";
    }
    store.add("REP", text);
    const auto sources = store.sources();
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit before{};
    REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
    for (const unsigned threads : {1U, 4U}) {
        usage::Options options;
        options.threads = threads;
        options.chunk_bytes = 20'000;
        const rlimit small{1'000'000, before.rlim_max};
        REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
        const auto extract = usage::extract(sources, store.csv(), options);
        REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);
        REQUIRE_FALSE(extract.has_value());
        CHECK(extract.error().code == ErrorCode::disk);
        std::size_t files = 0;
        for (const auto& item : std::filesystem::directory_iterator(store.folder())) {
            files += item.path().filename().string().starts_with("usage.csv") ? 1U : 0U;
        }
        CHECK(files == 0);
    }
    std::signal(SIGXFSZ, SIG_DFL);
}
