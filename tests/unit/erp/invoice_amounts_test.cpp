/// What invoices say of themselves in ERP files: pieces, and net and VAT by rate.

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "domain/invoice_values.hpp"
#include "domain/posting_terms.hpp"
#include "erp/invoice_split.hpp"
#include "erp/support.hpp"

using namespace moisson;
using namespace moisson::erp_test;

namespace {

Money euro(std::int64_t minor) { return {minor, find_currency("EUR").value()}; }

/// Rate in tenths of a percent, base, VAT. A rate below zero is not said.
using Lines = std::vector<std::tuple<int, std::int64_t, std::int64_t>>;

InvoiceValues invoice(std::optional<std::int64_t> net, std::optional<std::int64_t> vat, std::optional<std::int64_t> gross,
                      const Lines& lines = {}, const std::string& number = {}, const std::string& code = "EUR") {
    InvoiceValues values;
    values.from = ValuesFrom::xml;
    values.number = number;
    const Currency currency = find_currency(code).value();
    const auto money = [&](std::optional<std::int64_t> minor) {
        return minor ? std::optional(Money{*minor, currency}) : std::nullopt;
    };
    values.currency = currency;
    values.net = money(net);
    values.vat = money(vat);
    values.gross = money(gross);
    for (const auto& [rate, base, amount] : lines) {
        values.vat_lines.push_back(
            {"S", rate < 0 ? std::nullopt : std::optional(BigDecimal{rate, 1}), {base, currency}, {amount, currency}, {}});
    }
    return values;
}

void say(LedgerEntry& entry, InvoiceValues values) { entry.invoice = std::make_shared<const InvoiceValues>(std::move(values)); }

/// Account, debit, credit, rate, piece: a line for each rate's net and VAT.
std::string by_rate(const std::string& keys = {}, const std::string& amounts = "") {
    const std::string local = amounts.empty() ? "" : "local_";
    return fmt::format(
        "{}\n[mapping]\naccount = {{about = \"a\"}}\nvat_account = {{about = \"v\"}}\nsupplier_account = {{about = \"s\"}}\n"
        "[[file]]\nextension = \"txt\"\nlayout = \"delimited\"\nseparator = \"|\"\n{}\n"
        "columns = [{{name = \"a\", value = 'line.account'}}, {{name = \"d\", value = 'line.debit'}}, {{name = \"c\", value = 'line.credit'}}, "
        "{{name = \"r\", value = 'vat.rate'}}, {{name = \"p\", value = 'piece'}}]\n"
        "[[file.line]]\nper = \"rate\"\ndebit = 'vat.{}base'\nset = {{account = 'map.account'}}\n"
        "[[file.line]]\nper = \"rate\"\nwhen = 'vat.amount <> 0'\ndebit = 'vat.{}amount'\nset = {{account = 'map.vat_account'}}\n"
        "[[file.line]]\ncredit = '{}gross'\nset = {{account = 'map.supplier_account'}}\n",
        about, keys, local, local, local);
}

std::string parts_of(const std::optional<erp::InvoiceSplit>& split) { return split ? erp::text_of_parts(split->parts) : "-"; }

}  // namespace

TEST_CASE("an invoice's amounts are used when they prove themselves, and else not at all") {
    // A contradiction would be booked as if it were an invoice.
    using erp::InvoiceSays;
    struct Row {
        const char* what;
        InvoiceValues values;
        std::int64_t amount;
        InvoiceSays says;
        std::string parts;
    };
    const Lines two{{200, 10'000, 2'000}, {55, 5'000, 275}};
    InvoiceValues dollars = invoice(10'000, 2'000, 12'000, {}, {}, "USD");
    const std::vector<Row> rows = {
        {"two rates, of the gross amount", invoice(15'000, 2'275, 17'275, two), 17'275, InvoiceSays::split, "20:10000:2000 5.5:5000:275"},
        {"the same of the net one", invoice(15'000, 2'275, 17'275, two), 15'000, InvoiceSays::split, "20:10000:2000 5.5:5000:275"},
        {"one sum is not told", invoice(15'000, std::nullopt, 17'275, two), 15'000, InvoiceSays::split, "20:10000:2000 5.5:5000:275"},
        {"the highest rate first, each once", invoice(15'000, 2'275, 17'275, {{55, 5'000, 275}, {200, 4'000, 800}, {200, 6'000, 1'200}}),
         17'275, InvoiceSays::split, "20:10000:2000 5.5:5000:275"},
        {"no breakdown", invoice(10'000, 2'000, 12'000), 12'000, InvoiceSays::split, "-:10000:2000"},
        {"no breakdown and no tax", invoice(10'000, 0, 10'000), 10'000, InvoiceSays::split, "0:10000:0"},
        {"one rate that is not said", invoice(10'000, 2'000, 12'000, {{-1, 10'000, 2'000}}), 12'000, InvoiceSays::split, "-:10000:2000"},
        {"a credit note", invoice(-15'000, -2'275, -17'275, {{200, -10'000, -2'000}, {55, -5'000, -275}}), -17'275, InvoiceSays::split,
         "20:-10000:-2000 5.5:-5000:-275"},
        {"gross alone", invoice(std::nullopt, std::nullopt, 12'000), 12'000, InvoiceSays::gross, "-"},
        {"net alone", invoice(12'000, std::nullopt, std::nullopt), 12'000, InvoiceSays::net, "-"},
        {"another amount", invoice(10'000, 2'000, 12'000), 11'999, InvoiceSays::nothing, "-"},
        {"the other sign", invoice(10'000, 2'000, 12'000), -12'000, InvoiceSays::nothing, "-"},
        {"another currency", dollars, 12'000, InvoiceSays::nothing, "-"},
        {"net and VAT are not gross", invoice(10'000, 2'001, 12'000), 12'000, InvoiceSays::nothing, "-"},
        {"bases are not net", invoice(15'001, 2'275, 17'276, two), 17'276, InvoiceSays::nothing, "-"},
        {"tax by rate is not VAT", invoice(15'000, 2'276, 17'276, two), 17'276, InvoiceSays::nothing, "-"},
        {"tax that is not its base's", invoice(15'000, 2'275, 17'275, {{200, 5'000, 275}, {55, 10'000, 2'000}}), 17'275,
         InvoiceSays::nothing, "-"},
        {"tax of no rate", invoice(10'000, 50, 10'050, {{0, 10'000, 50}}), 10'050, InvoiceSays::nothing, "-"},
        {"several rates, one of them not said", invoice(15'000, 2'275, 17'275, {{200, 10'000, 2'000}, {-1, 5'000, 275}}), 17'275,
         InvoiceSays::nothing, "-"},
        {"a rate above the whole", invoice(10'000, 20'000, 30'000, {{2'000, 10'000, 20'000}}), 30'000, InvoiceSays::nothing, "-"},
        {"sums beyond 64 bits", invoice(INT64_MAX, INT64_MAX, INT64_MAX), INT64_MAX, InvoiceSays::nothing, "-"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.what);
        const erp::InvoiceReading reading = erp::read_invoice(&row.values, euro(row.amount));
        CHECK(reading.says == row.says);
        CHECK(parts_of(reading.split) == row.parts);
        if (reading.split) {
            CHECK(reading.split->amount_minor() == row.amount);
            const auto again = erp::parse_parts(row.parts, reading.split->amount_is_net);
            CHECK(parts_of(again) == row.parts);
            CHECK(again->gross_minor == reading.split->gross_minor);
        }
    }
    CHECK(erp::read_invoice(nullptr, euro(1)).says == InvoiceSays::nothing);
    for (const char* text : {"", "20", "20:1", "20:1:", "20:1:2 ", "x:1:2", "20:1:2x", "20:99999999999999999999:1"}) {
        CHECK_FALSE(erp::parse_parts(text, false));
    }
}

TEST_CASE("an invoice of several rates has a line for each of them, in either currency to the cent") {
    // VAT of another rate would be declared, or the target would compute another gross amount.
    Trial trial;
    trial.set("amount_is", "document");
    Books books;
    say(books.add("A", 17'276), invoice(15'001, 2'275, 17'276, {{55, 5'001, 275}, {200, 10'000, 2'000}}));
    say(books.add("B", -10'000), invoice(-10'000, -2'000, -12'000, {{200, -10'000, -2'000}}));
    CHECK(trial.bytes(by_rate(), books.postings) ==
          "626100|100.00|0.00|20|A\n626100|50.01|0.00|5.5|A\n445660|20.00|0.00|20|A\n445660|2.75|0.00|5.5|A\n401000|0.00|172.76||A\n"
          "626100|0.00|100.00|20|B\n445660|0.00|20.00|20|B\n401000|120.00|0.00|20|B\n");
    // A third of a cent in each part: the rest goes to the largest.
    trial.set("local_currency", "EUR");
    trial.options.rates = [](Currency, Currency, std::chrono::year_month_day day) {
        return std::optional(Rate{Decimal::parse("0.333333").value(), day});
    };
    Books foreign;
    say(foreign.add("A", 17'276, "USD"), invoice(15'001, 2'275, 17'276, {{55, 5'001, 275}, {200, 10'000, 2'000}}, {}, "USD"));
    CHECK(trial.bytes(by_rate("", "local"), foreign.postings) ==
          "626100|33.33|0.00|20|A\n626100|16.67|0.00|5.5|A\n445660|6.67|0.00|20|A\n445660|0.92|0.00|5.5|A\n401000|0.00|57.59||A\n");
}

TEST_CASE("where the invoice says nothing of VAT the mapping does, and nothing is guessed of the amount") {
    // An amount would be taken for gross because most are.
    Trial trial;
    trial.set("amount_is", "document");
    Books books;
    books.add("A", 12'000);
    CHECK(trial.bytes(by_rate(), books.postings).starts_with("refused:\nerp-field-missing A template trial: amount_is = \"document\""));
    const std::string gross = "626100|100.00|0.00|20|A\n445660|20.00|0.00|20|A\n401000|0.00|120.00|20|A\n";
    trial.set("amount_is_otherwise", "gross");
    CHECK(trial.bytes(by_rate(), books.postings) == gross);
    LedgerEntry& entry = const_cast<LedgerEntry&>(*books.postings.front().entry);
    say(entry, invoice(10'000, 2'000, 12'001));
    CHECK(trial.bytes(by_rate(), books.postings) == gross);
    trial.set("amount_is_otherwise", "net");
    say(entry, invoice(std::nullopt, std::nullopt, 12'000));  // what it does say goes first
    CHECK(trial.bytes(by_rate(), books.postings) == gross);
    trial.map("contract;account;vat_account;supplier_account\n;626100;445660;401000\n");
    const erp::Rendered rendered = trial.render(by_rate(), books.postings);
    CHECK(!rendered.refused);
    CHECK(has(rendered.findings, "erp-vat-unknown"));
    // Its own VAT needs no rate of the mapping.
    say(entry, invoice(10'000, 2'000, 12'000, {{200, 10'000, 2'000}}));
    CHECK(trial.bytes(by_rate(), books.postings) == gross);
    CHECK(!has(trial.render(by_rate(), books.postings).findings, "erp-vat-unknown"));
}

TEST_CASE("a rate that the invoice does not say is the mapping's only where the VAT is of that") {
    // A target that computes VAT would be given a rate that nobody stated.
    Trial trial;
    trial.set("amount_is", "document");
    Books books;
    say(books.add("A", 12'000), invoice(10'000, 2'000, 12'000));
    say(books.add("B", 11'500), invoice(10'000, 1'500, 11'500));
    const std::string text = one_cell("vat.source & \" \" & vat.count & \" \" & text(net) & \" \" & first(text(vat.rate), \"-\")");
    CHECK(trial.bytes(text, books.postings) == "invoice 1 100.00 20\ninvoice 1 100.00 -\n");
}

TEST_CASE("rows of a mapping for one VAT rate hold for that rate's lines, also when the posting comes back") {
    // VAT of two rates would stand on one account, or be taken back from another one than it stands on.
    Trial trial;
    trial.set("amount_is", "document");
    const std::string keyed =
        "for_rate;account;vat_account;supplier_account;vat_rate\n5,5;;445662;;\n20 %;;445661;;\n;626100;445660;401000;20\n";
    trial.map(keyed);
    Books books;
    say(books.add("A", 17'275), invoice(15'000, 2'275, 17'275, {{200, 10'000, 2'000}, {55, 5'000, 275}}));
    say(books.add("B", 10'550), invoice(10'000, 550, 10'550, {{55, 10'000, 550}}));
    const std::string booked =
        "626100|100.00|0.00|20|A\n626100|50.00|0.00|5.5|A\n445661|20.00|0.00|20|A\n445662|2.75|0.00|5.5|A\n401000|0.00|172.75||A\n"
        "626100|100.00|0.00|5.5|B\n445662|5.50|0.00|5.5|B\n401000|0.00|105.50|5.5|B\n";
    CHECK(trial.bytes(by_rate(), books.postings) == booked);
    erp::Quoter quoter(erp::load_settings(parse(by_rate()), trial.job).value(), {});
    for (Posting& posting : books.postings) {
        posting.terms = quoter.terms_now(*posting.entry, posting.amount.currency);
        posting.parts = quoter.split(posting.amount, posting.terms).value();
    }
    CHECK(find_term(books.postings.front().terms->basis, "map.vat_account@5.5") == std::optional(std::optional<std::string>("445662")));
    trial.map("");
    trial.set("amount_is", "gross");
    CHECK(trial.bytes(by_rate(), books.postings) == booked);
    for (Posting& posting : books.postings) {  // taken back
        posting.amount.amount_minor = -posting.amount.amount_minor;
        posting.parts = quoter.split(posting.amount, posting.terms).value();
    }
    CHECK(trial.bytes(by_rate(), books.postings) ==
          "626100|0.00|100.00|20|A\n626100|0.00|50.00|5.5|A\n445661|0.00|20.00|20|A\n445662|0.00|2.75|5.5|A\n401000|172.75|0.00||A\n"
          "626100|0.00|100.00|5.5|B\n445662|0.00|5.50|5.5|B\n401000|105.50|0.00|5.5|B\n");
    CHECK_FALSE(quoter.split(euro(5), books.postings.front().terms));
    trial.map("for_rate;account;vat_account;supplier_account\nhalf;1;2;3\n");
    CHECK(trial.try_render(by_rate(), books.postings).error().message.english().find("for_rate = \"half\"") != std::string::npos);
}

TEST_CASE("terms hold what the invoice said before all that documents share, and a later value is another basis") {
    // A value found later would change a month that was booked, or be booked on top.
    Trial trial;
    trial.set("amount_is", "document");
    trial.set("amount_is_otherwise", "gross");
    Books books;
    LedgerEntry& row = books.add("A", 12'000);
    erp::Quoter quoter(erp::load_settings(parse(by_rate()), trial.job).value(), {});
    const PostingTerms before = *quoter.terms_now(row, row.amount->currency);
    CHECK(before.basis.starts_with("amount_is=gross\n"));
    say(row, invoice(10'000, 2'000, 12'000, {{200, 10'000, 2'000}}, "FA-1"));
    const PostingTerms after = *quoter.terms_now(row, row.amount->currency);
    CHECK(after.basis.starts_with("document.amount=gross\ndocument.vat=20:10000:2000\namount_is=document\n"));
    CHECK(after.remarks.starts_with("document.piece=FA-1\n"));
    CHECK(differing_terms(before.basis, after.basis, 8) ==
          "amount_is gross -> document, map.vat_rate 20 -> -, document.amount, document.vat");
    CHECK(*quoter.terms_without_invoice(row, row.amount->currency) != after);
    CHECK(find_term(quoter.terms_without_invoice(row, row.amount->currency)->basis, "amount_is") ==
          std::optional(std::optional<std::string>("gross")));
    say(row, invoice(10'000, 2'000, 12'000, {{200, 10'000, 2'000}}, "FA-2"));
    const PostingTerms renamed = *quoter.terms_now(row, row.amount->currency);
    CHECK(renamed.basis == after.basis);  // a number that is found later books nothing
    CHECK(without_document(renamed.remarks) == without_document(after.remarks));
}

TEST_CASE("the piece is the invoice's number as it was booked, unless several documents have it or the settings want ids") {
    // The accountant could not match an entry with the supplier's paper, or two entries would be one.
    Trial trial;
    Books books;
    LedgerEntry& a = books.add("DOC-1", 12'000);
    LedgerEntry& b = books.add("DOC-2", 12'000);
    LedgerEntry& c = books.add("FA-9", 12'000);
    LedgerEntry& d = books.add("DOC-4", 12'000);
    say(a, invoice({}, {}, {}, {}, "FA-1"));
    say(b, invoice({}, {}, {}, {}, "FA-2"));
    say(d, invoice({}, {}, {}, {}, "FA-9"));
    books.postings[1].sequence = 3;
    const auto pieces = [&] { return trial.bytes(one_cell("piece & \" \" & first(piece_number, \"-\")"), books.postings); };
    CHECK(pieces() == "FA-1 FA-1\nFA-2-3 FA-2\nFA-9 -\nFA-9 FA-9\n");
    const auto remember = [&] {
        erp::Quoter quoter(erp::load_settings(parse(one_cell("piece")), trial.job).value(), {});
        std::vector<LedgerEntry> rows{a, b, c, d};
        quoter.know(rows);
        for (Posting& posting : books.postings) {
            posting.terms = quoter.terms_now(*posting.entry, posting.amount.currency);
        }
    };
    remember();
    CHECK(pieces() == "FA-1 FA-1\nFA-2-3 FA-2\nFA-9 -\nDOC-4 -\n");  // the number of one is the id of another
    say(b, invoice({}, {}, {}, {}, "FA-1"));
    CHECK(pieces() == "FA-1 FA-1\nFA-2-3 FA-2\nFA-9 -\nDOC-4 -\n");  // as it was booked
    remember();
    CHECK(pieces() == "DOC-1 -\nDOC-2-3 -\nFA-9 -\nDOC-4 -\n");
    for (Posting& posting : books.postings) {  // of a version of Moisson that knew no numbers
        posting.terms = std::make_shared<PostingTerms>(PostingTerms{"amount_is=gross\n", "rounding=half-up\n"});
    }
    CHECK(pieces() == "DOC-1 -\nDOC-2-3 -\nFA-9 -\nDOC-4 -\n");
    for (Posting& posting : books.postings) {
        posting.terms.reset();
    }
    trial.set("piece", "document-id");
    CHECK(pieces() == "DOC-1 -\nDOC-2-3 -\nFA-9 -\nDOC-4 -\n");
}

TEST_CASE("what the invoice says can be written as it is") {
    Trial trial;
    Books books;
    InvoiceValues values = invoice(10'000, 2'000, 12'000, {}, "FA-1");
    values.due_date = std::chrono::year_month_day{std::chrono::year{2026}, std::chrono::month{12}, std::chrono::day{15}};
    values.credited_invoice = "FA-0";
    values.order_reference = "PO-7";
    say(books.add("A", 12'000), values);
    books.add("B", 5);
    std::string text = "document_id";
    for (const char* const field : {"invoice_number", "due_date", "credited_invoice", "order_reference", "values_from", "document.net",
                                    "document.vat", "document.gross"}) {
        text += fmt::format(" & \" \" & {}", field);
    }
    CHECK(trial.bytes(one_cell(text + " & \">\""), books.postings) ==
          "A FA-1 2026-12-15 FA-0 PO-7 xml 100.00 20.00 120.00>\nB        >\n");
}

TEST_CASE("a check per rate names what does not hold for one of them") {
    Trial trial;
    trial.set("amount_is", "document");
    Books books;
    say(books.add("A", 17'275), invoice(15'000, 2'275, 17'275, {{200, 10'000, 2'000}, {55, 5'000, 275}}));
    const std::string check = "\n[[check]]\nper = \"rate\"\nthat = 'vat.rate > 10'\nmessage = '{vat.rate} of {vat.count}'\n";
    CHECK(trial.bytes(by_rate() + check, books.postings) ==
          "refused:\nerp-check-failed A template trial: 5.5 of 2\nerp-file-refused  template trial: no file is written; the findings before say why");
    CHECK(problem_of(by_rate() + "\n[[check]]\nper = \"rate\"\nunique = 'piece'\n").find("goes with \"that\"") != std::string::npos);
}
