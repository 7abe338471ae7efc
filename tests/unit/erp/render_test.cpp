/// Files: layouts, encodings, lines, splits, totals, and everything that refuses.

#include "erp/support.hpp"

using namespace moisson;
using namespace moisson::erp_test;

namespace {

/// A three-line entry in the file that `keys` describe.
std::string journal(const std::string& keys, const std::string& columns = {}, const std::string& top = {}) {
    const std::string standard = R"(
columns = [
    {name = "account", value = 'line.account'},
    {name = "debit", value = 'line.debit'},
    {name = "credit", value = 'line.credit'},
    {name = "piece", value = 'piece'},
]
)";
    return fmt::format(
        "{}{}\n[mapping]\naccount = {{about = \"a\"}}\nvat_account = {{about = \"v\"}}\nsupplier_account = {{about = \"s\"}}\n"
        "[[file]]\nextension = \"txt\"\nlayout = \"delimited\"\nseparator = \"|\"\n{}\n{}\n"
        "[[file.line]]\ndebit = 'net'\nset = {{account = 'map.account'}}\n"
        "[[file.line]]\nwhen = 'vat <> 0'\ndebit = 'vat'\nset = {{account = 'map.vat_account'}}\n"
        "[[file.line]]\ncredit = 'gross'\nset = {{account = 'map.supplier_account'}}\n",
        about, top, keys, columns.empty() ? standard : columns);
}

}  // namespace

TEST_CASE("an entry of three lines balances to the cent, and a credit note swaps its sides") {
    // The ERP would refuse the entry, or book a credit as an expense.
    Trial trial;
    Books books;
    books.add("A", 12'000);
    books.add("B", -1);
    books.add("C", 100'001);
    CHECK(trial.bytes(journal(""), books.postings) ==
          "626100|100.00|0.00|A\n445660|20.00|0.00|A\n401000|0.00|120.00|A\n"
          "626100|0.00|0.01|B\n401000|0.01|0.00|B\n"
          "626100|833.34|0.00|C\n445660|166.67|0.00|C\n401000|0.00|1000.01|C\n");
    CHECK(trial.bytes(journal("", "", "[entry]\ncredit_notes = \"negative\""), books.postings)
              .find("626100|-0.01|0.00|B\n401000|0.00|-0.01|B\n") != std::string::npos);
    const erp::Rendered rendered = trial.render(journal(""), books.postings);
    REQUIRE(rendered.files.size() == 1);
    REQUIRE(rendered.files[0].totals.size() == 1);
    CHECK(to_decimal(rendered.files[0].totals[0].amount) == "1120.00");
    CHECK(rendered.files[0].totals[0].debit == rendered.files[0].totals[0].credit);
    CHECK(rendered.files[0].rows == 8);
    CHECK(rendered.files[0].entries == 3);
    CHECK(rendered.written == std::vector<std::uint32_t>{0, 1, 2});
    CHECK(rendered.files[0].sha256 == sha256_of_file(trial.options.folder / "trial.txt").value());
    CHECK(rendered.files[0].size_bytes == std::filesystem::file_size(trial.options.folder / "trial.txt"));
}

TEST_CASE("a posting with terms is written as it was booked, whatever settings and mapping say now") {
    // Taking back what was booked would leave cents on the VAT account, or hit accounts where nothing stands.
    Trial trial;
    Books books;
    books.add("A", 12'000);
    const auto settings = erp::load_settings(parse(journal("")), trial.job);
    REQUIRE(settings.has_value());
    erp::Quoter quoter(*settings, {});
    Posting& posting = books.postings.front();
    posting.terms = quoter.terms_now(*posting.entry, posting.amount.currency);
    CHECK(find_term(posting.terms->basis, "amount_is") == std::optional(std::optional<std::string>("gross")));
    CHECK(find_term(posting.terms->basis, "map.account") == std::optional(std::optional<std::string>("626100")));
    CHECK(find_term(posting.terms->basis, "map.vat_rate") == std::optional(std::optional<std::string>("20")));
    CHECK(quoter.terms_now(*posting.entry, posting.amount.currency) == posting.terms);
    posting.parts = quoter.split(posting.amount, posting.terms).value();
    CHECK(posting.parts == PostingParts{12'000, 10'000, 2'000, 12'000, 10'000, 2'000});
    const std::string booked = "626100|100.00|0.00|A\n445660|20.00|0.00|A\n401000|0.00|120.00|A\n";
    CHECK(trial.bytes(journal(""), books.postings) == booked);
    trial.set("amount_is", "net");
    trial.map("contract;account;vat_account;supplier_account;vat_rate\n;1;2;3;10\n");
    CHECK(trial.bytes(journal(""), books.postings) == booked);
    // A correction of net and VAT in two directions, and a column that the template did not ask for then.
    posting.parts = {200, 33'333, -33'133, 200, 33'333, -33'133};
    posting.amount.amount_minor = 200;
    CHECK(trial.bytes(journal(""), books.postings) == "626100|333.33|0.00|A\n445660|0.00|331.33|A\n401000|0.00|2.00|A\n");
    posting.terms = std::make_shared<PostingTerms>(PostingTerms{"amount_is=gross\nmap.account=9\nmap.vat_account\n", ""});
    CHECK(trial.bytes(journal(""), books.postings).starts_with("refused:\nerp-account-missing A"));
}

TEST_CASE("terms tell apart what stands elsewhere in the ERP, and not how it is called") {
    // A changed label would re-book a year, or a corrected account nothing.
    Trial trial;
    Books books;
    books.add("A", 12'000);
    const LedgerEntry& row = *books.postings.front().entry;
    const std::string text = fmt::format(
        "{}\n[mapping]\naccount = {{about = \"a\"}}\naccount_name = {{about = \"n\", label = true}}\n[[file]]\nextension = \"txt\"\n"
        "layout = \"delimited\"\ncolumns = [{{name = \"x\", value = 'map.account & map.account_name & vat'}}]\n[[file.line]]\namount = "
        "'gross'\n",
        about);
    const auto terms = [&](const std::string& mapping) {
        trial.map(mapping);
        return *erp::Quoter(erp::load_settings(parse(text), trial.job).value(), {}).terms_now(row, row.amount->currency);
    };
    const std::string heading = "contract;account;account_name;vat_rate\n";
    const PostingTerms before = terms(heading + ";1;Phone;5.5\n");
    CHECK(terms(heading + ";1;Phone;5.50\n") == before);
    CHECK(terms(heading + ";1;Telephone;5.5\n").basis == before.basis);
    CHECK(terms(heading + ";1;Telephone;5.5\n") != before);
    CHECK(terms(heading + ";2;Phone;5.5\n").basis != before.basis);
    CHECK(terms(heading + ";1;Phone;\n").basis != before.basis);
    CHECK(terms(heading + ";1;Phone;-\n").basis == terms(heading + ";1;Phone;\n").basis);
    CHECK(terms(heading + ";1;Phone;-\n") != terms(heading + ";1;Phone;\n"));
    CHECK(terms(heading + ";1;Phone;0\n").basis == terms(heading + ";1;Phone;\n").basis);
    trial.set("rounding", "down");
    CHECK(terms(heading + ";1;Phone;5.5\n").basis == before.basis);
    trial.set("amount_is", "net");
    const PostingTerms net = terms(heading + ";1;Phone;5.5\n");
    CHECK(differing_terms(before.basis, net.basis, 8) == "amount_is gross -> net");
}

TEST_CASE("net, gross and untaxed amounts are split by the rule that was given") {
    // VAT would be deducted twice, or not at all.
    Trial trial;
    Books books;
    books.add("A", 10'000);
    trial.set("amount_is", "net");
    CHECK(trial.bytes(journal(""), books.postings) == "626100|100.00|0.00|A\n445660|20.00|0.00|A\n401000|0.00|120.00|A\n");
    trial.set("amount_is", "untaxed");
    CHECK(trial.bytes(journal(""), books.postings) == "626100|100.00|0.00|A\n401000|0.00|100.00|A\n");
    trial.set("amount_is", "gross");
    trial.map("contract;account;vat_account;supplier_account;vat_rate\n;626100;445660;401000;5.5\n");
    CHECK(trial.bytes(journal(""), books.postings) == "626100|94.79|0.00|A\n445660|5.21|0.00|A\n401000|0.00|100.00|A\n");
    trial.map("contract;account;vat_account;supplier_account\n;626100;445660;401000\n");
    const erp::Rendered rendered = trial.render(journal(""), books.postings);
    CHECK(!rendered.refused);
    CHECK(has(rendered.findings, "erp-vat-unknown"));
}

TEST_CASE("what is missing or does not fit refuses the whole file and names every document") {
    // A half-right file would be imported.
    struct Case {
        const char* name;
        std::string text;
        const char* mapping;
        const char* code;
        std::vector<std::string> documents;
    };
    const std::string any;
    const std::vector<Case> cases = {
        {"account missing",
         journal(""),
         "contract;account;vat_account;supplier_account\nOCB1;1;2;3\nOCB9;9;9;9\n",
         "erp-account-missing",
         {"B", "C"}},
        {"text too long",
         journal("", "columns = [{name = \"p\", value = 'document_id & contract_id', max = 4}]\n"),
         "",
         "erp-text-too-long",
         {"A", "B", "C"}},
        {"letter lost",
         journal("encoding = \"cp1252\"", "columns = [{name = \"c\", value = 'contract_name'}]\n"),
         "",
         "erp-character-lost",
         {"C"}},
        {"key twice", journal("", "columns = [{name = \"k\", value = 'currency', unique = true}]\n"), "", "erp-key-duplicate", {"B", "C"}},
        {"field empty",
         journal("", "columns = [{name = \"f\", value = 'offer_id', required = true}]\n"),
         "",
         "erp-field-missing",
         {"A", "B", "C"}},
        {"letter not allowed",
         journal("", "columns = [{name = \"c\", value = 'contract_name', allowed = \"A-Z a-z\"}]\n"),
         "",
         "erp-text-not-allowed",
         {"C"}},
        {"check",
         journal("") + "[[check]]\nthat = 'document_id <> \"B\"'\nmessage = 'no {document_id} here'\n",
         "",
         "erp-check-failed",
         {"B"}},
        {"date",
         journal("") + "[[check]]\nthat = 'period_end <= date(\"2026-10-30\")'\ncode = \"erp-date-outside-year\"\n",
         "",
         "erp-date-outside-year",
         {"A", "B", "C"}},
        {"unique", journal("") + "[[check]]\nunique = 'contract_id'\n", "", "erp-key-duplicate", {"C"}},
        {"gap", journal("") + "[[check]]\ncontinuous = 'if(document_id = \"C\", 9, entry)'\n", "", "erp-check-failed", {"C"}},
        {"no rate", journal("", "columns = [{name = \"x\", value = 'local_gross'}]\n"), "", "erp-rate-missing", {"C"}},
        {"unbalanced",
         std::string(about) +
             "[[file]]\nextension = \"t\"\nlayout = \"delimited\"\ncolumns = [{name=\"d\", value='line.debit'}]\n"
             "[[file.line]]\ndebit = 'gross'\n[[file.line]]\ncredit = 'if(document_id = \"B\", net, gross)'\ncontrol = \"none\"\n",
         "",
         "erp-unbalanced",
         {"B"}},
        {"line lost",
         std::string(about) + "[[file]]\nextension = \"t\"\nlayout = \"delimited\"\ncolumns = [{name=\"d\", value='line.debit'}]\n"
                              "[[file.line]]\ndebit = 'gross'\nwhen = 'document_id <> \"B\"'\n[[file.line]]\namount = 'vat'\n",
         "",
         "erp-control-total",
         {"B"}},
        {"no file", journal("where = 'document_id <> \"B\"'"), "", "erp-left-out", {"B"}},
    };
    for (const Case& one : cases) {
        CAPTURE(one.name);
        Trial trial;
        trial.set("local_currency", "EUR");
        trial.map(one.mapping);
        Books books;
        books.add("A", 12'000);
        books.add("B", 6'000, "EUR", "OCB2", "Two");
        books.add("C", 6'000, std::string(one.name) == "no rate" ? "USD" : "EUR", std::string(one.name) == "unique" ? "OCB1" : "OCB3",
                  "Łódź");
        const erp::Rendered rendered = trial.render(one.text, books.postings);
        CHECK(rendered.refused);
        CHECK(rendered.files.empty());
        CHECK(rendered.written.empty());
        CHECK(has(rendered.findings, "erp-file-refused"));
        for (const char* document : {"A", "B", "C"}) {
            CAPTURE(document);
            const bool expected = std::find(one.documents.begin(), one.documents.end(), document) != one.documents.end();
            CHECK(has(rendered.findings, one.code, document) == expected);
        }
        if (std::filesystem::exists(trial.options.folder)) {
            CHECK(std::filesystem::is_empty(trial.options.folder));
        }
    }
}

TEST_CASE("each encoding writes its own bytes, and policies say what becomes of the rest") {
    // Accents would arrive as two signs each, or as question marks.
    struct Case {
        const char* keys;
        const char* expected;
    };
    const Case cases[] = {
        {"encoding = \"utf-8\"", "é€œ\n"},
        {"encoding = \"utf-8\"\nbyte_order_mark = true", "\xef\xbb\xbfé€œ\n"},
        {"encoding = \"cp1252\"", "\xe9\x80\x9c\n"},
        {"encoding = \"iso-8859-15\"", "\xe9\xa4\xbd\n"},
        {"encoding = \"cp850\"\nunmappable = \"transliterate\"",
         "\x82"
         "EURoe\n"},
        {"encoding = \"cp850\"\nunmappable = \"replace\"\nreplacement = \"_\"", "\x82__\n"},
        {"encoding = \"ascii\"\nunmappable = \"transliterate\"", "eEURoe\n"},
        {"line_end = \"crlf\"", "é€œ\r\n"},
        {"line_end = \"cr\"\nlast_line_end = false", "é€œ"},
    };
    for (const Case& one : cases) {
        CAPTURE(one.keys);
        Trial trial;
        Books books;
        books.add("D", 1, "EUR", "OCB1", "é€œ");
        CHECK(
            trial.bytes(
                fmt::format("{}[[file]]\nextension = \"t\"\nlayout = \"delimited\"\n{}\ncolumns = [{{name=\"c\", value='contract_name'}}]\n"
                            "[[file.line]]\namount = 'amount'\n",
                            about, one.keys),
                books.postings) == one.expected);
    }
    Trial trial;
    Books books;
    books.add("D", 1, "EUR", "OCB1", "☃");
    const std::string own = fmt::format(
        "{}[transliterate]\n\"☃\" = \"snow\"\n[[file]]\nextension = \"t\"\nlayout = \"delimited\"\nencoding = \"ascii\"\n"
        "columns = [{{name=\"c\", value='contract_name'}}]\n[[file.line]]\namount = 'amount'\n",
        about);
    CHECK(trial.bytes(own, books.postings) == "snow\n");
}

TEST_CASE("texts from outside cannot break a line or a column") {
    // A tab in a contract's name would shift every field after it.
    struct Case {
        const char* keys;
        const char* name;
        const char* expected;
    };
    const Case cases[] = {
        {"separator = \"\\t\"\nquoting = \"never\"", "a\tb\r\nc\x01 d", "a b c d\tx\n"},
        {"separator = \";\"", "a;b \"c\"", "\"a;b \"\"c\"\"\";x\n"},
        {"separator = \";\"\nquote_inside = \"backslash\"", "a;\"c\\", "\"a;\\\"c\\\\\";x\n"},
        {"separator = \";\"\nquoting = \"all\"", "a", "\"a\";\"x\"\n"},
        {"separator = \";\"\nquoting = \"text\"", "", "\"\";\"x\"\n"},
        {"separator = \";\"", "a\nb", "\"a\nb\";x\n"},
        {"separator = \";\"\nclean = true", "a\nb", "a b;x\n"},
        {"separator = \";\"\nclean = true\nclean_also = \"*|\"", "a*|b", "a b;x\n"},
        {"separator = \";\"\nformula_guard = true", "=1+1", "'=1+1;x\n"},
        {"separator = \";\"", "=1+1", "=1+1;x\n"},
        {"separator = \"~|~\"\nquoting = \"never\"", "a|b~c", "a b c~|~x\n"},
        {"separator = \";\"", " a", "\" a\";x\n"},
    };
    for (const Case& one : cases) {
        CAPTURE(one.keys);
        Trial trial;
        Books books;
        books.add("D", 1, "EUR", "OCB1", one.name);
        CHECK(
            trial.bytes(
                fmt::format("{}[[file]]\nextension = \"t\"\nlayout = \"delimited\"\n{}\ncolumns = [{{name=\"c\", value='contract_name'}}, "
                            "{{name=\"d\", value='\"x\"'}}]\n[[file.line]]\namount = 'amount'\n",
                            about, one.keys),
                books.postings) == one.expected);
    }
}

TEST_CASE("fixed widths count bytes after encoding, and nothing moves") {
    // An accented letter would shift every column behind it.
    const auto fixed = [](const char* encoding, const char* columns) {
        return fmt::format(
            "{}[[file]]\nextension = \"t\"\nlayout = \"fixed\"\nencoding = \"{}\"\ncolumns = [{}]\n[[file.line]]\ndebit = 'amount'\n",
            about, encoding, columns);
    };
    Trial trial;
    Books books;
    books.add("D", -1'234, "EUR", "OCB1", "éèà");
    const char* columns =
        "{name=\"a\", value='contract_name', width=5}, {name=\"b\", value='line.signed', width=9, align=\"right\", pad=\"0\"}, "
        "{name=\"c\", value='minor(line.amount)', width=6, align=\"right\", pad=\"0\"}, {name=\"d\", value='line.side', width=1}";
    CHECK(trial.bytes(fixed("cp1252", columns), books.postings) == "\xe9\xe8\xe0  -00012.34001234C\n");
    CHECK(trial.bytes(fixed("utf-8", columns), books.postings).find("takes 6 bytes; at most 5") != std::string::npos);
    CHECK(trial.bytes(fixed("utf-8", "{name=\"a\", value='contract_name', width=5, too_long=\"cut\"}"), books.postings) == "éè \n");
    CHECK(trial.bytes(fixed("ascii", "{name=\"b\", value='line.signed', width=3}"), books.postings).find("erp-number-too-long D") !=
          std::string::npos);
}

TEST_CASE("keys are shortened stably and collisions are found") {
    // Two documents would become one for the ERP.
    Trial trial;
    Books books;
    books.add("61a0c3d2-9f4e-4b1c-8a77-0d3e5f6a7b8c", 1);
    books.add("61a0c3d2-9f4e-4b1c-8a77-0d3e5f6a7b8d", 1);
    books.add("short", 1);
    const auto text = [](const char* rule) {
        return fmt::format(
            "{}[[file]]\nextension = \"t\"\nlayout = \"delimited\"\ncolumns = [{{name=\"k\", value='piece', max=20, too_long=\"{}\", "
            "unique=true}}]\n"
            "[[file.line]]\namount = 'amount'\n",
            about, rule);
    };
    const std::string shortened = trial.bytes(text("shorten"), books.postings);
    CHECK(std::count(shortened.begin(), shortened.end(), '\n') == 3);
    CHECK(shortened.starts_with("61a0c3d2-9f4e-"));
    CHECK(trial.bytes(text("cut"), books.postings).find("erp-key-duplicate 61a0c3d2-9f4e-4b1c-8a77-0d3e5f6a7b8d") != std::string::npos);
    CHECK(trial.bytes(text("error"), books.postings).find("erp-text-too-long") != std::string::npos);
}

TEST_CASE("foreign amounts are converted with the day's rate and balance in the books' currency") {
    // 1 USD would be booked as 1 EUR, or the entry would miss a cent.
    Trial trial;
    trial.set("local_currency", "EUR");
    int asked = 0;
    trial.options.rates = [&](Currency from, Currency to, std::chrono::year_month_day day) -> std::optional<Rate> {
        ++asked;
        CHECK(from.code() == "USD");
        CHECK(to.code() == "EUR");
        return Rate{*Decimal::parse("0.9137"), day};
    };
    Books books;
    books.add("A", 1'001, "USD");
    books.add("B", 2'000, "USD");
    books.add("C", 500, "EUR");
    const std::string text = fmt::format(
        "{}[mapping]\naccount = {{about=\"a\"}}\n[[file]]\nextension=\"t\"\nlayout=\"delimited\"\n"
        "columns=[{{name=\"a\", value='line.signed'}}, {{name=\"c\", value='local_currency'}}, "
        "{{name=\"f\", value='if(is_foreign, line.foreign & \" \" & currency & \" \" & rate, \"\")'}}]\n"
        "[[file.line]]\ndebit='local_net'\nset={{foreign='net'}}\n[[file.line]]\ndebit='local_vat'\nset={{foreign='vat'}}\n"
        "[[file.line]]\ncredit='local_gross'\nset={{foreign='gross'}}\n",
        about);
    CHECK(trial.bytes(text, books.postings) ==
          "7.62,EUR,8.34 USD 0.9137\n1.53,EUR,1.67 USD 0.9137\n-9.15,EUR,10.01 USD 0.9137\n"
          "15.23,EUR,16.67 USD 0.9137\n3.04,EUR,3.33 USD 0.9137\n-18.27,EUR,20.00 USD 0.9137\n"
          "4.17,EUR,\n0.83,EUR,\n-5.00,EUR,\n");
    CHECK(asked == 1);
}

TEST_CASE("preambles, trailers, groups, totals and distinct values stand where the format wants them") {
    // A head that counts wrong makes an ERP refuse the file.
    Trial trial;
    Books books;
    books.add("A", 1'200, "EUR", "OCB2");
    books.add("B", 2'400, "EUR", "OCB1");
    books.add("C", -600, "EUR", "OCB2");
    const std::string text = fmt::format(R"({}
[mapping]
account = {{about = "a"}}
[select]
group = 'contract_id'
order = ['document_id']
date = 'period_end'
[[file]]
extension = "t"
layout = "text"
[[file.line]]
per = "file"
text = 'head {{total.entries}} {{total.rows}} {{total.groups}} {{total.debit}} {{total.last_date}} {{{{x}}}}'
[[file.line]]
per = "file"
each = 'contract_id'
each_sum = 'line.signed'
text = 'contract {{each.value}} {{each.count}} {{each.sum}}'
[[file.line]]
per = "group"
text = 'group {{group.number}} {{contract_id}} {{group.entries}} {{group.amount}}'
[[file.line]]
debit = 'amount'
text = '''
 {{entry}} {{document_id}} {{line.signed}}
   second'''
[[file.line]]
per = "group-end"
text = 'end {{group.debit}}'
[[file.line]]
per = "file-end"
text = 'foot {{total.amount}}'
)",
                                         about);
    CHECK(trial.bytes(text, books.postings) ==
          "head 3 3 2 36.00 2026-10-31 {x}\ncontract OCB1 1 24.00\ncontract OCB2 2 6.00\n"
          "group 1 OCB1 1 24.00\n 1 B 24.00\n   second\nend 24.00\n"
          "group 2 OCB2 2 6.00\n 2 A 12.00\n   second\n 3 C -6.00\n   second\nend 12.00\nfoot 30.00\n");
}

TEST_CASE("files are split by rows, by a value and by a condition, and no entry is torn apart") {
    // A target that takes 500 lines would cut an invoice in two.
    Trial trial;
    Books books;
    for (int at = 0; at < 5; ++at) {
        books.add(fmt::format("D{}", at), at == 3 ? -1'200 : 1'200, "EUR", "OCB1", "P", at < 2 ? 9U : 10U);
    }
    const auto names = [&](const erp::Rendered& rendered) {
        std::string all;
        for (const erp::RenderedFile& file : rendered.files) {
            all += fmt::format("{}:{}:{} ", file.name, file.entries, file.rows);
        }
        return all;
    };
    CHECK(names(trial.render(journal("rows_max = 7"), books.postings)) == "trial-1.txt:2:6 trial-2.txt:2:6 trial-3.txt:1:3 ");
    CHECK(names(trial.render(journal("rows_max = 2"), books.postings)) ==
          "trial-1.txt:1:3 trial-2.txt:1:3 trial-3.txt:1:3 trial-4.txt:1:3 trial-5.txt:1:3 ");
    CHECK(names(trial.render(journal("split = 'period'"), books.postings)) == "trial-1.txt:2:6 trial-2.txt:3:9 ");
    CHECK(names(trial.render(journal("split = 'period'\nname = 'X_{period}.csv'"), books.postings)) ==
          "X_2026-09.csv:2:6 X_2026-10.csv:3:9 ");
    const std::string two =
        journal("where = 'not is_credit'") +
        "[[file]]\nextension = \"credit.txt\"\nlayout = \"delimited\"\nwhere = 'is_credit'\ncolumns = [{name=\"a\", value='amount'}]\n"
        "[[file.line]]\namount = 'amount'\n";
    CHECK(names(trial.render(two, books.postings)) == "trial.txt:4:12 trial.credit.txt:1:1 ");
    // Names that lead elsewhere, or that two files would share, refuse.
    CHECK(trial.render(journal("name = '../{base}.txt'"), books.postings).refused);
    CHECK(names(trial.render(journal("split = 'period'\nname = 'same.txt'"), books.postings)) == "same-1.txt:2:6 same-2.txt:3:9 ");
}

TEST_CASE("counters count per key from their start, and parents' cells stay empty in further lines") {
    // Numbers would begin at one again in the middle of a journal.
    Trial trial;
    trial.set("start", "41");
    Books books;
    books.add("A", 1'200, "EUR", "OCB1");
    books.add("B", 1'200, "EUR", "OCB2");
    books.add("C", 1'200, "EUR", "OCB1");
    const std::string columns =
        "columns = [{name=\"n\", value='counter.n', parent=true}, {name=\"r\", value='counter.r'}, {name=\"p\", value='piece', "
        "parent=true}]\n";
    const std::string top =
        "[settings]\nstart = {about=\"s\", type=\"number\"}\n[counters]\nn = {key='contract_id', start='setting.start', "
        "restart=\"never\"}\n"
        "r = {per=\"row\"}\n";
    CHECK(trial.bytes(journal("parent_cells = \"first\"", columns, top), books.postings) ==
          "41|1|A\n|2|\n|3|\n41|4|B\n|5|\n|6|\n42|7|C\n|8|\n|9|\n");
    CHECK(trial.bytes(journal("rows_max = 3", columns, top), books.postings) == "41|1|A\n41|2|A\n41|3|A\n");
    auto second = read_file(trial.options.folder / "trial-3.txt");
    REQUIRE(second);
    CHECK(*second == "42|1|C\n42|2|C\n42|3|C\n");
}

TEST_CASE("column families are written by repetition, header and empty ones too") {
    // One of 125 columns would be forgotten.
    Trial trial;
    Books books;
    books.add("A", 100);
    const std::string columns =
        "header = true\ncolumns = [{repeat = 2, columns = [{name = \"Kind {n}\", value = 'case(n, 1, \"contract\", \"\")'}, "
        "{name = \"Content {n}\", value = 'case(n, 1, contract_id, \"\")'}]}, {repeat = 3, name = \"E{n}\", value = '\"\"'}]\n";
    const std::string text = fmt::format(
        "{}[[file]]\nextension=\"t\"\nlayout=\"delimited\"\nseparator=\";\"\n{}[[file.line]]\nper=\"file\"\n"
        "values=['\"EXTF\"', '700', 'export_first_day']\n[[file.line]]\namount='amount'\n",
        about, columns);
    CHECK(trial.bytes(text, books.postings) == "EXTF;700;2026-10-01\nKind 1;Content 1;Kind 2;Content 2;E1;E2;E3\ncontract;OCB1;;;;;\n");
}

TEST_CASE("zero amounts, types and new postings are chosen as told") {
    // An entry of zeros stops several imports; an old posting would be booked again.
    Trial trial;
    Books books;
    books.add("A", 0);
    books.add("B", 100).document_type = "bills";
    books.add("C", 100);
    books.add("D", 100);
    books.postings[3].is_new = false;
    const std::string cell = one_cell("document_id");
    CHECK(trial.bytes(cell, books.postings) == "B\nC\nD\n");
    CHECK(has(trial.render(cell, books.postings).findings, "erp-zero-skipped", "A"));
    CHECK(trial.bytes(one_cell("document_id", "[entry]\nzero_amounts = \"post\""), books.postings) == "A\nB\nC\nD\n");
    CHECK(trial.render(one_cell("document_id", "[entry]\nzero_amounts = \"refuse\""), books.postings).refused);
    CHECK(trial.bytes(one_cell("document_id", "[select]\ntypes = [\"invoices\"]"), books.postings) == "C\nD\n");
    trial.options.only_new = true;
    CHECK(trial.bytes(one_cell("document_id"), books.postings) == "B\nC\n");
    CHECK(trial.render(cell, {}).files.empty());
    CHECK(!trial.render(cell, {}).refused);
}

TEST_CASE("totals over several currencies refuse where a format asks for one") {
    // Euros and dollars would be added.
    Trial trial;
    Books books;
    books.add("A", 100, "EUR");
    books.add("B", 100, "USD");
    const std::string text = one_cell("document_id") + "[[file.line]]\nper = \"file-end\"\nvalues = ['total.amount']\n";
    CHECK(has(trial.render(text, books.postings).findings, "erp-currencies-mixed"));
    const erp::Rendered fine = trial.render(one_cell("document_id"), books.postings);
    REQUIRE(fine.files.size() == 1);
    REQUIRE(fine.files[0].totals.size() == 2);
    CHECK(fine.files[0].totals[1].amount.currency.code() == "USD");
}

TEST_CASE("a worksheet has its values at the addresses, as numbers and texts") {
    // An upload reads cell B10 and nothing else.
    Trial trial;
    Books books;
    books.add("A", 12'345, "EUR", "OCB1", "=1+1");
    const std::string text = fmt::format(
        "{}[[file]]\nextension=\"xlsx\"\nlayout=\"worksheet\"\nsheet=\"Journal\"\n[[file.line]]\nper=\"file\"\nrow=2\n"
        "columns=[{{name=\"t\", at=\"AA\", value='\"Batch\"'}}]\n[[file.line]]\nskip=1\namount='amount'\n"
        "columns=[{{name=\"a\", at=\"B\", value='amount'}}, {{name=\"d\", at=\"C\", value='period_end', cell_format=\"yyyy-mm-dd\"}}, "
        "{{name=\"n\", at=\"E\", value='contract_name'}}]\n",
        about);
    const erp::Rendered rendered = trial.render(text, books.postings);
    REQUIRE(rendered.files.size() == 1);
    const std::string first = rendered.files[0].sha256;
    CHECK(trial.render(text, books.postings).files[0].sha256 == first);
    Books huge;
    huge.add("H", 1'234'567'890'123'456'789);
    CHECK(has(trial.render(text, huge.postings).findings, "erp-sheet-full", "H"));
}

TEST_CASE("a full disk leaves nothing behind and is an error, not a refusal") {
    // A file cut in the middle would be imported.
    Trial trial;
    Books books;
    books.add("A", 100);
    REQUIRE(write_file(trial.options.folder, "a file where the folder should be"));
    const auto rendered = trial.try_render(one_cell("document_id"), books.postings);
    REQUIRE(!rendered);
    CHECK(rendered.error().code == ErrorCode::disk);
}
