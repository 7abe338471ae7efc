/// Expressions: what they say, and where a wrong one is wrong.

#include "erp/pattern.hpp"
#include "erp/support.hpp"

using namespace moisson;
using namespace moisson::erp_test;

TEST_CASE("every function and operator gives the value that templates/README.md promises") {
    // A user's template would write other values than the reference says.
    Trial trial;
    trial.set("time_zone", "Europe/Paris");
    trial.set("fiscal_year_begin", "2026-04-01");
    Books books;
    LedgerEntry& entry = books.add("INV-7", -12'345, "EUR", "OCB1", "Été à Œuvres");
    entry.filename = "a,b;c";
    struct Case {
        const char* expression;
        const char* expected;
    };
    const Case cases[] = {
        {"document_id & \"/\" & 3 & \"/\" & amount & \"/\" & period_end", "INV-7/3/-123.45/2026-10-31"},
        {"if(amount < 0, \"credit\", \"invoice\")", "credit"},
        {"if(is_credit and not is_late or false, \"y\", \"n\")", "y"},
        {"if(amount = -123.45, \"y\", \"n\")", "y"},
        {"if(1.50 = 1.5 and 2 > 1 and 1 <= 1 and \"a\" < \"b\" and 1 <> 2, \"y\", \"n\")", "y"},
        {"1 + 2 * 3 - -4", "11"},
        {"0.1 + 0.2", "0.3"},
        {"-amount + amount", "0.00"},
        {"amount * 0.5", "-61.73"},
        {"abs(amount)", "123.45"},
        {"debit(amount) & \" \" & credit(amount)", "0.00 123.45"},
        {"sign(amount) & \" \" & minor(amount)", "-1 -12345"},
        {"share(amount, 60)", "-74.07"},
        {"with_vat(net, 20) & \" \" & without_vat(amount, 20)", "-123.46 -102.88"},
        {"round(2.345, 2) & \" \" & round(2, 4)", "2.35 2"},
        {"number(\" 12.50 \")", "12.5"},
        {"case(document_type, \"bills\", \"B\", \"invoices\", \"I\", \"?\")", "I"},
        {"case(\"x\", \"a\", \"A\")", ""},
        {"first(\"\", platform_id, \"z\")", "z"},
        {"if(empty(platform_id) and not empty(document_id), \"y\", \"n\")", "y"},
        {"min(3, 1.5, 2) & \" \" & max(period_start, period_end)", "1.5 2026-10-31"},
        {"upper(\"été œ ÿ\") & lower(\"ÉTÉ ŒŸ\")", "ÉTÉ Œ Ÿété œÿ"},
        {"ascii(contract_name)", "Ete a OEuvres"},
        {"cut(\"éàü\", 2) & \"|\" & tail(\"éàü\", 2) & \"|\" & mid(\"éàüö\", 2, 2)", "\"éà|àü|àü\""},
        {"pad_left(\"7\", 3, \"0\") & pad_right(\"é\", 3, \".\") & \"!\"", "007é..!"},
        {"part(\"a,b,c\", \",\", 2) & part(\"a,b\", \",\", 5)", "b"},
        {"replace(filename, \",\", \"-\") & regex_replace(\"a1b22\", \"[0-9]+\", \"<\\\\0>\")", "a-b;ca<1>b<22>"},
        {"repeat(\"ab\", 3) & slug(contract_name) & slug(\"a b\", \"_\")", "abababEte-a-OEuvresa_b"},
        {"short_digest(\"x\", 8) & \" \" & shorten(\"abcdefghijklmnop\", 12) & \" \" & shorten(\"short\", 12)",
         "2d711642 abcde-f39dac short"},
        {"length(\"éàü\")", "3"},
        {"if(contains(\"abc\", \"b\") and starts_with(\"abc\", \"a\") and ends_with(\"abc\", \"c\") and matches(\"abc\", \"^a.c$\"), "
         "\"y\", \"n\")",
         "y"},
        {"trim(\"  a b \") & clean(\"\\tx\\ny\")", "a bx y"},
        {"text(amount, \"# ##0,00-\") & \"/\" & text(1234567.8, \"# ##0,00\") & \"/\" & text(0, \"0,00;\") & \"/\" & text(5, \"000\")",
         "123,45-/1 234 567,80//005"},
        {"text(amount, \"(0.00)\") & text(5, \"+0\") & text(1.5, \"0.##\") & text(amount, \"0,*\")", "(123.45)+51.5-123,45"},
        {"text(period_end, \"DD/MM/YYYY\") & text(period_end, \"D.M.YY\") & text(issued_at, \"YYYYMMDDhhmmssfff\")",
         "31/10/202631.10.2620261031233000000"},
        {"date_of(issued_at) & \" \" & date_of(issued_at, \"UTC\") & \" \" & text(in_zone(issued_at, \"Asia/Tokyo\"), \"hh:mm\")",
         "2026-11-01 2026-10-31 08:30"},
        {"add_days(date(\"2026-02-27\"), 2) & \" \" & add_months(date(\"2026-01-31\"), 1) & \" \" & start_of_month(period_end)",
         "2026-03-01 2026-02-28 2026-10-01"},
        {"end_of_month(date(\"2028-02-03\")) & day(period_end) & month(period_end) & year(period_end)", "2028-02-2931102026"},
        {"due_date(date(\"2026-10-31\"), \"30 eom\") & due_date(date(\"2026-10-15\"), \"eom 10\") & due_date(date(\"2026-10-31\"), \"1m\")",
         "2026-11-302026-11-102026-11-30"},
        {"year_begin(period_end) & year_end(period_end) & year_begin(date(\"2026-03-31\"))", "2026-04-012027-03-312025-04-01"},
        {"translate(\"kinds\", document_type) & translate(\"kinds\", \"x\", \"none\")", "INVnone"},
        {"piece & \" \" & key & \" \" & period & \" \" & kind & \" \" & row & entry & line_number", "INV-7 OCB1/INV-7/1 2026-10 first 111"},
    };
    for (const Case& one : cases) {
        CAPTURE(one.expression);
        std::string expected = one.expected;
        if (expected.find('|') != std::string::npos && expected.front() != '"') {
            expected = "\"" + expected + "\"";
        }
        CHECK(trial.bytes(one_cell(one.expression, "[tables.kinds]\ninvoices = \"INV\""), books.postings) == expected + "\n");
    }
}

TEST_CASE("a wrong expression is named with line, column and the nearest name") {
    // A user would search a template of a hundred lines for a slip.
    struct Case {
        const char* expression;
        const char* expected;
    };
    const Case cases[] = {
        {"contrat_id", "t.toml:9:36 there is no \"contrat_id\" Did you mean \"contract_id\"?"},
        {"upper(", "t.toml:9:42 the expression ends where a value should stand "},
        {"uper(\"a\")", "t.toml:9:36 there is no function \"uper\" Did you mean \"upper\"?"},
        {"\"é\" & nonsense", "t.toml:9:42 there is no \"nonsense\" "},
        {"amount + \"1\"", "t.toml:9:43 + and - take two numbers or two amounts, found an amount and a text "},
        {"cut(\"a\")", "t.toml:9:36 cut(…) takes 2 arguments, found 1 "},
        {"cut(\"a\", \"b\")", "t.toml:9:45 cut(…): expected a number here, found a text "},
        {"amount = \"x\"", "t.toml:9:43 an amount cannot be compared with a text "},
        {"\"open", "t.toml:9:36 the text is not closed with a \" "},
        {"(1 + 2", "t.toml:9:42 a \")\" is missing The \"(\" is at column 36"},
        {"1 2", "t.toml:9:38 expected an operator or the end here, found \"2\" "},
        {"text(amount, \"YYYY\")",
         "t.toml:9:49 the pattern \"YYYY\" has no 0 (or more than 18) before the decimal mark For example \"0,00\""},
        {"text(period_end, \"QQ\")",
         "t.toml:9:53 the pattern \"QQ\" has the letter Q, which stands for nothing (put letters between single quotes) For example "
         "\"YYYY-MM-DD\""},
        {"matches(\"a\", \"(\")", "t.toml:9:49 the regular expression \"(\" cannot be used: missing ): ( "},
        {"matches(\"a\", document_id)", "t.toml:9:49 matches(…): expected a regular expression between double quotes here, found a text "},
        {"translate(\"none\", \"a\")", "t.toml:9:46 there is no table \"none\" Tables are [tables.NAME]"},
        {"map.account", "t.toml:9:36 there is no \"map.account\" "},
        {"each.value", "t.toml:9:36 \"each.value\" has no meaning here templates/README.md, \"Fields\", says where each may stand"},
        {"is_late", "t.toml:9:36 a truth value cannot be written Say what to write: if(…, \"yes\", \"no\")"},
        {"99999999999999999999", "t.toml:9:36 \"99999999999999999999\" is no number At most 18 digits, 9 of them after a dot"},
        {"amount == 1", "t.toml:9:43 equality is written with one = "},
    };
    for (const Case& one : cases) {
        CAPTURE(one.expression);
        CHECK(problem_of(one_cell(one.expression)) == one.expected);
    }
}

TEST_CASE("patterns write numbers exactly or not at all") {
    // A cent would vanish by rounding on the way into a file.
    struct Case {
        const char* pattern;
        std::int64_t number;
        unsigned scale;
        const char* expected;
    };
    const Case cases[] = {
        {"0,00", 5, 2, "0,05"},
        {"0,00", -5, 2, "-0,05"},
        {"0.00", INT64_MIN, 2, "-92233720368547758.08"},
        {"0", 1200, 2, "12"},
        {"0", 1250, 2, "(lost)"},
        {"0,00", 12345, 3, "(lost)"},
        {"0,00", 12340, 3, "12,34"},
        {"0,00", 7, 0, "7,00"},
        {"0,*", 7, 3, "0,007"},
        {"0.###", 1500, 3, "1.5"},
        {"#.##0,00", 123456789, 2, "1.234.567,89"},
        {"# ##0", 999, 0, "999"},
        {"0000", -12, 0, "-0012"},
        {"0,00-", -12, 2, "0,12-"},
        {"+0,00", 12, 2, "+0,12"},
        {"(0)", -3, 0, "(3)"},
        {"0,00;-", 0, 2, "-"},
        {"000000000000000000", 1, 0, "000000000000000001"},
    };
    for (const Case& one : cases) {
        CAPTURE(one.pattern);
        const auto pattern = erp::NumberPattern::parse(one.pattern);
        REQUIRE(pattern);
        std::string text;
        const bool fits = pattern->append(text, one.number, one.scale, one.scale);
        CHECK((fits ? text : "(lost)") == one.expected);
    }
    for (const char* wrong : {"", "abc", "0.0.0", "#0", "0;;", "1", "0,0x", "0000000000000000000", "# #0"}) {
        CAPTURE(wrong);
        CHECK(erp::NumberPattern::parse(wrong).has_value() == (std::string(wrong) == "0;;"));
    }
}

TEST_CASE("names of [let] may use each other in any order, and a circle is found") {
    // A template whose names point at each other would never end.
    Trial trial;
    Books books;
    books.add("D", 100);
    CHECK(trial.bytes(one_cell("a", "[let]\na = 'b & \"!\"'\nb = 'c & \"?\"'\nc = 'document_id'"), books.postings) == "D?!\n");
    CHECK(problem_of(one_cell("a", "[let]\na = 'b'\nb = 'a'")).find("is made of itself") != std::string::npos);
    CHECK(problem_of(one_cell("\"x\"", "[let]\namount = '1'")).find("has a meaning already") != std::string::npos);
}

TEST_CASE("a number that does not fit refuses the document instead of wrapping") {
    // A total would turn negative silently.
    Trial trial;
    Books books;
    books.add("BIG", INT64_MAX);
    for (const char* expression :
         {"amount + amount", "amount * 1000", "with_vat(amount, 100)", "999999999999999999 * 999999999999999999"}) {
        CAPTURE(expression);
        const std::string text = trial.bytes(one_cell(expression), books.postings);
        CHECK(text.find("erp-number-too-long BIG") != std::string::npos);
        CHECK_FALSE(std::filesystem::exists(trial.scratch / "erp/trial.txt"));
    }
}
