/// Settings, mappings, templates as files: what accountants write, and what is said when it is wrong.

#include "erp/mapping.hpp"
#include "erp/support.hpp"

using namespace moisson;
using namespace moisson::erp_test;

namespace {

std::string load_error(const std::string& text, const ErpJob& job) {
    const auto loaded = erp::load_settings(parse(text), job);
    return loaded ? std::string() : loaded.error().to_line();
}

const std::string mapped =
    "[mapping]\naccount = {about = \"expense account\", pattern = \"[0-9]+\"}\ncost_centre = {about = \"c\", required = false}\n";

}  // namespace

TEST_CASE("the first row of a mapping that fits and has a value wins, column by column") {
    // A contract's own cost centre would get lost, or the default would win.
    Trial trial;
    Books books;
    books.add("A", 100, "EUR", "OCB0001", "Lab one");
    books.add("B", 100, "EUR", "OCB0002", "Lab two").document_type = "bills";
    books.add("C", 100, "USD", "X", "Other");
    const std::string cell = one_cell("map.account & \"/\" & map.cost_centre", mapped);
    const std::string rows =
        "# the accountants' table\ncontract;type;currency;account;cost_centre;comment\n\nOCB0002;;;;CC2;\nOCB*;invoices;;622;;\"a;b\"\n"
        "lab ?*;;;;-;\n*;;USD;699;;\n;;;626;CC0;\n";
    trial.map(rows);
    CHECK(trial.bytes(cell, books.postings) == "622/\n626/CC2\n699/CC0\n");
    std::string crlf = "\xef\xbb\xbf";
    for (const char letter : rows) {
        crlf += letter == '\n' ? "\r\n" : std::string(1, letter);
    }
    trial.map(crlf);
    CHECK(trial.bytes(cell, books.postings) == "622/\n626/CC2\n699/CC0\n");
    trial.map("contract,account,cost_centre\n,626,\"Qualit\xe9, R&D\"\n");
    CHECK(trial.bytes(cell, books.postings) == "626/Qualité, R&D\n626/Qualité, R&D\n626/Qualité, R&D\n");
    trial.map("[[row]]\ncontract = \"OCB0001\"\naccount = 622\n[[row]]\naccount = \"626\"\ncost_centre = \"CC\"\n", "map.toml");
    CHECK(trial.bytes(cell, books.postings) == "622/CC\n626/CC\n626/CC\n");
    // The case of a column's name is no matter in TOML either; it was a cell outside of the row once.
    trial.map("[[row]]\nContract = \"OCB0001\"\nAccount = 622\n[[row]]\naccount = \"626\"\nCOST_CENTRE = \"CC\"\n", "map.toml");
    CHECK(trial.bytes(cell, books.postings) == "622/CC\n626/CC\n626/CC\n");
    const auto twice = erp::Mapping::parse("[[row]]\naccount = \"1\"\nAccount = \"2\"\n", "map.toml");
    REQUIRE(!twice);
    CHECK(twice.error().message == "the column \"account\" is there twice");
}

TEST_CASE("a mapping's key perimeter books each login to its own accounts") {
    // A group's company would find the invoices of another one on its accounts.
    Trial trial;
    Books books;
    books.add("A", 100, "EUR", "OCB0001").document_type = "bills";
    books.add("B", 100, "EUR", "OCB0002");
    books.add("C", 100, "EUR", "OCB0003");
    books.add("D", 100, "EUR", "paris");  // only named so, and read without a perimeter
    books.contract(0).perimeter = books.contract(1).perimeter = "paris";
    books.contract(2).perimeter = "lyon-2";
    const std::string cell = one_cell("perimeter & \"/\" & map.account", mapped);
    trial.map("perimeter;type;account\nparis;bills;601\nparis;;602\nlyon-?;;603\n;;626\n");
    CHECK(trial.bytes(cell, books.postings) == "paris/601\nparis/602\nlyon-2/603\n/626\n");
    trial.map("[[row]]\nperimeter = \"[lp]*\"\naccount = 601\n[[row]]\naccount = 626\n", "map.toml");
    CHECK(trial.bytes(cell, books.postings) == "paris/601\nparis/601\nlyon-2/601\n/626\n");
    trial.map("perimeter;account\n*;626\nparis;601\n");
    CHECK(load_error(cell, trial.job).find("this row fits every document") != std::string::npos);
}

TEST_CASE("a contract that moves to another login has the accounts of each where a closed month names it otherwise") {
    // A correction of a closed month would be booked to the company that the contract belongs to now.
    Trial trial;
    Books books;
    books.add("A", 100, "EUR", "OCB0001");
    books.add("A", -20, "EUR", "OCB0001");
    books.contract(0).perimeter = "lyon";
    books.contract(1).perimeter = "paris";
    trial.map("perimeter;account\nparis;601\nlyon;602\n;626\n");
    CHECK(trial.bytes(one_cell("map.account", mapped), books.postings) == "602\n601\n");
}

TEST_CASE("several mapping files complete each other") {
    // Suppliers and accounts are often kept by different people.
    Trial trial;
    Books books;
    books.add("A", 100);
    REQUIRE(write_file(trial.scratch.path() / "one.csv", "contract;account\n;626\n"));
    REQUIRE(write_file(trial.scratch.path() / "two.csv", "contract;cost_centre\n;CC\n"));
    trial.job.common["mapping"] = ErpValue{{"one.csv", "two.csv"}, "job.toml:1"};
    CHECK(trial.bytes(one_cell("map.account & map.cost_centre", mapped), books.postings) == "626CC\n");
}

TEST_CASE("a mapping that cannot be right is named with file and line") {
    // A slip in row 812 would be looked for by hand.
    struct Case {
        const char* csv;
        const char* expected;
    };
    const Case cases[] = {
        {"contract;acount\n;626\n", "the mapping has no column \"account\""},
        {"contract;account\n;626;1\n", "map.csv:2"},
        {"contract;account\n;62x\n", "account = \"62x\" does not have the form"},
        {"contract;account\n;626\nOCB1;622\n", "this row fits every document"},
        {"contract;account\n", "the mapping has no rows"},
        {"contract;account;account\n;1;1\n", "the column \"account\" is there twice"},
        {"contract;account\n;\"626\n", "the quote that opens in line 2 is not closed"},
        {"contract;account\n;\"626\"x\n", "text follows a closing quote"},
        {"contract;account;vat_rate\n;626;twenty\n", "vat_rate = \"twenty\" must be a number"},
        {"contract;account;vat_rate\n;626;200\n", "must be a percentage from 0 to 100"},
        {"contract;type\n;x\n", "no column besides the keys"},
        {"contract;my account\n;x\n", "\"my account\" cannot be a column's name"},
    };
    for (const Case& one : cases) {
        CAPTURE(one.csv);
        Trial trial;
        trial.map(one.csv);
        const std::string error = load_error(one_cell("map.account", mapped), trial.job);
        CAPTURE(error);
        CHECK(error.find(one.expected) != std::string::npos);
        CHECK(error.find("map.csv") != std::string::npos);
    }
    Trial trial;
    trial.set("mapping", "not-there.csv");
    CHECK(load_error(one_cell("map.account", mapped), trial.job).find("job.toml:1") != std::string::npos);
    trial.job.common.erase("mapping");
    CHECK(load_error(one_cell("map.account", mapped), trial.job).find("needs a mapping with the column \"account\"") != std::string::npos);
}

TEST_CASE("settings are looked for in [erp.NAME], then [erp], then the template, and must fit") {
    // A misspelt setting would silently not be obeyed.
    const std::string top =
        "[settings]\nsiren = {about = \"nine digits\", pattern = \"[0-9]{9}\"}\nstyle = {about = \"s\", choices = [\"a\", \"b\"], default "
        "= \"a\"}\n"
        "first = {about = \"f\", type = \"date\", required = false}\n";
    const std::string cell = one_cell("setting.siren & setting.style & setting.first", top);
    Trial trial;
    Books books;
    books.add("A", 100);
    CHECK(load_error(cell, trial.job).find("template trial needs the setting \"siren\": nine digits (job.toml)") != std::string::npos);
    trial.set("siren", "123456789");
    CHECK(trial.bytes(cell, books.postings) == "123456789a\n");
    trial.job.by_template["trial"]["siren"] = ErpValue{{"987654321"}, "job.toml:9"};
    trial.job.by_template["trial"]["first"] = ErpValue{{"2026-02-28"}, "job.toml:10"};
    CHECK(trial.bytes(cell, books.postings) == "987654321a2026-02-28\n");
    const auto wrong = [&](const std::string& name, const std::string& text) {
        ErpJob job = trial.job;
        job.by_template["trial"][name] = ErpValue{{text}, "job.toml:11"};
        return load_error(cell, job);
    };
    CHECK(wrong("siren", "12").find("job.toml:11") != std::string::npos);
    CHECK(wrong("style", "c").find("is none of: a, b") != std::string::npos);
    CHECK(wrong("first", "2026-02-30").find("must be a day") != std::string::npos);
    CHECK(wrong("sirne", "1").find("Did you mean \"siren\"?") != std::string::npos);
    CHECK(wrong("amount_is", "brutto").find("is none of: gross, net, untaxed") != std::string::npos);
    CHECK(wrong("local_currency", "EURO").find("no currency of ISO 4217") != std::string::npos);
    CHECK(wrong("time_zone", "Europe/Atlantis").find("no time zone") != std::string::npos);
    CHECK(wrong("time_zone", "../../etc/passwd").find("no time zone") != std::string::npos);
}

TEST_CASE("nothing that only the accountant knows is assumed") {
    // Gross would be taken for net.
    Trial trial;
    trial.job.common.erase("amount_is");
    CHECK(load_error(one_cell("net"), trial.job).find("needs the setting \"amount_is\"") != std::string::npos);
    CHECK(load_error(one_cell("amount"), trial.job).empty());
    trial.job.common.erase("date_from");
    CHECK(load_error(one_cell("piece_date"), trial.job).find("needs the setting \"date_from\"") != std::string::npos);
    trial.set("date_from", "issued_at");
    CHECK(load_error(one_cell("piece_date"), trial.job).find("needs the setting \"time_zone\"") != std::string::npos);
}

TEST_CASE("the piece date is the local day, and what came late stands in the open month") {
    // 31 October 23:30 UTC is 1 November in Paris: the wrong month's VAT.
    Trial trial;
    trial.set("date_from", "issued_at");
    trial.set("time_zone", "Europe/Paris");
    Books books;
    books.add("A", 100);
    CHECK(trial.bytes(one_cell("piece_date"), books.postings) == "2026-11-01\n");
    trial.set("date_from", "period_end");
    books.postings[0].late = true;
    books.postings[0].booking_period = *Month::make(2026, 11);
    books.postings[0].sequence = 2;
    CHECK(trial.bytes(
              one_cell("piece_date & \" \" & posting_date & \" \" & booking_period & \" \" & piece & \" \" & if(is_late, \"late\", \"\")"),
              books.postings) == "2026-10-31 2026-11-30 2026-11 A-2 late\n");
    trial.set("date_from", "updated_at");
    CHECK(has(trial.render(one_cell("piece_date"), books.postings).findings, "erp-field-missing", "A"));
}

TEST_CASE("a template is found by path, in the job's folder, or built in; the nearest name is offered") {
    // A user's own format would be shadowed or not found.
    Trial trial;
    const auto loaded = erp::load_template("fec");
    REQUIRE(loaded);
    CHECK(erp::info_of(**loaded).origin == "built in");
    REQUIRE(write_file(trial.scratch.path() / "own" / "house.toml", one_cell("document_id")));
    REQUIRE(write_file(trial.scratch.path() / "own" / "fec.toml", one_cell("document_id")));
    trial.set("template_folder", "own");
    CHECK(erp::load_template("house", trial.job).has_value());
    CHECK(erp::info_of(**erp::load_template("fec", trial.job)).origin != "built in");
    CHECK(erp::load_template((trial.scratch.path() / "own/house.toml").string()).has_value());
    for (const char* wrong : {"fac", "../fec", "", "house", "a b"}) {
        CAPTURE(wrong);
        CHECK(!erp::load_template(wrong));
    }
    CHECK(erp::load_template("fac").error().hint == "Did you mean \"fec\"?");
    CHECK(erp::load_template("nowhere/x.toml").error().hint == "Check the path");
    REQUIRE(write_file(trial.scratch.path() / "long.toml", std::string((1U << 20U) + 1, '#')));
    CHECK(erp::load_template((trial.scratch.path() / "long.toml").string()).error().hint == "A template has at most 1 MiB");
}

TEST_CASE("a wrong template is named with line, column and what to write") {
    // A template that another person wrote would have to be guessed at.
    struct Case {
        std::string text;
        const char* expected;
    };
    const std::string head(about);
    const std::string file = "[[file]]\nextension = \"t\"\nlayout = \"delimited\"\ncolumns = [{name = \"x\", value = 'amount'}]\n";
    const Case cases[] = {
        {"[about", "t.toml:1:7"},
        {"", "the template has no [about]"},
        {head, "the template has no [[file]]"},
        {"[about]\ntarget = 1\n", "t.toml:2:10 \"target\" must be a text"},
        {head + "[setings]\n", "t.toml:4:2 the template has no \"setings\" Did you mean \"settings\"?"},
        {head + file, "this file has no line per entry"},
        {head + file + "[[file.line]]\n", "no line says which amount"},
        {head + file + "[[file.line]]\ndebit = 'gross'\ncredit = 'net'\n", "t.toml:10:10 a line has one of debit, credit and amount"},
        {head + file + "[[file.line]]\ndebit = 'document_id'\n", "\"debit\" must be an amount, found a text"},
        {head + file + "[[file.line]]\namount = 'amount'\nwen = 'true'\n", "t.toml:10:1 line has no \"wen\" Did you mean \"when\"?"},
        {head + file + "[[file.line]]\namount = 'amount'\nper = \"page\"\n",
         "\"page\" is none of: entry, rate, file, group, group-end, file-end"},
        {head + file + "[[file.line]]\namount = 'amount'\nper = \"group\"\n", "only a line per entry or rate has a debit"},
        {head + "[[file]]\nextension = \"t\"\nlayout = \"fixed\"\ncolumns = [{name = \"x\", value = 'amount'}]\n", "has no \"width\""},
        {head + "[[file]]\nextension = \"../t\"\nlayout = \"fixed\"\n", "an extension is made of letters and digits"},
        {head + "[[file]]\nextension = \"t\"\n", "a [[file]] needs layout"},
        {head + "[[file]]\nextension = \"t\"\nlayout = \"delimited\"\nencoding = \"latin-99\"\n", "the encoding \"latin-99\" is not known"},
        {head + "[[file]]\nextension = \"t\"\nlayout = \"delimited\"\ncolumns = [{name = \"x\", value = 'document_id', format = "
                "\"0.00\"}]\n[[file.line]]\namount='amount'\n",
         "this pattern does not fit a text"},
        {head + "[[file]]\nextension = \"t\"\nlayout = \"text\"\n[[file.line]]\namount = 'amount'\ntext = 'a {document_id'\n",
         "expected a \"}\" here"},
        {head + "[[file]]\nextension = \"t\"\nlayout = \"text\"\n[[file.line]]\namount = 'amount'\ntext = '''\nfirst\nab } c'''\n",
         "t.toml:11:4 a \"}\" without its \"{\""},
        {head + "[[file]]\nextension = \"t\"\nlayout = \"text\"\n[[file.line]]\namount = 'amount'\ntext = \"\"\"\nx\\\n   y {nope}\"\"\"\n",
         "t.toml:11:7 there is no \"nope\""},
    };
    for (const Case& one : cases) {
        CAPTURE(one.text);
        const std::string problem = problem_of(one.text);
        CAPTURE(problem);
        CHECK(problem.find(one.expected) != std::string::npos);
        CHECK(problem.starts_with("t.toml:"));
    }
}

TEST_CASE("a slip in a table or a key that all templates share is named, and what may belong to another template is left alone") {
    // A setting would be silently not obeyed, or a job refused for a template that it asks for at other times.
    const erp::TemplatePtr own = parse(erp::text_of(**erp::load_template("fec")), "folder/own.toml");
    const auto said = [&](const ErpJob& job) {
        const Status names = erp::check_names(job, std::vector<erp::TemplatePtr>{own});
        return names ? std::string() : names.error().to_line();
    };
    ErpJob job;
    const auto value = [](const char* where) { return ErpValue{{"x"}, where}; };
    for (const char* table : {"fec", "own", "sage", "another-one"}) {
        job.by_template[table]["siren"] = value("job.toml:3");
    }
    for (const char* key : {"template_folder", "mapping", "amount_is", "fiscal_year_begin", "something_else"}) {
        job.common[key] = value("job.toml:2");
    }
    CHECK(said(job).empty());
    ErpJob with_table = job;
    with_table.by_template["onw"]["siren"] = value("job.toml:9");
    CHECK(said(with_table) == "no template has the table [erp.onw] (job.toml:9). Did you mean [erp.own]?");
    job.common["mappign"] = value("job.toml:7");
    CHECK(said(job) == "no template has the setting \"mappign\" (job.toml:7). Did you mean \"mapping\"?");
}
