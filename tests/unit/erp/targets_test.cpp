/// Built-in templates whose target computes, parses or refuses by rules of its own.

#include <cmath>
#include <map>
#include <regex>
#include <set>

#include "erp/support.hpp"

using namespace moisson;
using namespace moisson::erp_test;

namespace {

std::string built_in(const std::string& name) { return erp::text_of(*erp::load_template(name).value()); }

/// Comma-separated cells without quotes inside.
std::vector<std::vector<std::string>> rows_of(const std::string& bytes, char separator = ',') {
    std::vector<std::vector<std::string>> rows;
    std::size_t begin = 0;
    while (begin < bytes.size()) {
        const std::size_t end = std::min(bytes.find('\n', begin), bytes.size());
        std::vector<std::string> cells(1);
        bool quoted = false;
        for (const char letter : bytes.substr(begin, end - begin)) {
            if (letter == '"') {
                quoted = !quoted;
            } else if (letter == separator && !quoted) {
                cells.emplace_back();
            } else if (letter != '\r') {
                cells.back() += letter;
            }
        }
        rows.push_back(std::move(cells));
        begin = end + 1;
    }
    return rows;
}

/// Odoo's own rounding of a tax to the cent: in doubles, half away from zero, with its correction for what binary cannot hold.
double rounded_by_odoo(double amount) {
    const double cents = amount / 0.01;
    const double epsilon = std::ldexp(std::abs(cents), -52);
    return (cents < 0 ? -std::floor(std::abs(cents) + epsilon + 0.5) : std::floor(cents + epsilon + 0.5)) * 0.01;
}

std::int64_t in_cents(double amount) { return std::llround(amount * 100); }

struct Bill {
    std::string type;
    double base = 0;          ///< of all lines
    double tax_per_line = 0;  ///< company setting "round per line"
    double taxed = 0;         ///< for "round globally": one tax, rounded once
    std::size_t lines = 0;
};

/// What Odoo makes of the import: the bills by their reference, the tax computed from each line's price and its tax alone.
std::map<std::string, Bill> imported_by_odoo(const std::string& bytes, double rate) {
    const auto rows = rows_of(bytes);
    REQUIRE(rows.front().size() == 15);
    std::map<std::string, Bill> bills;
    Bill* bill = nullptr;
    for (std::size_t at = 1; at < rows.size(); ++at) {
        const auto& row = rows[at];
        if (!row[0].empty()) {
            bill = &bills[row[3]];
            bill->type = row[1];
        }
        REQUIRE(bill != nullptr);
        const double price = std::stod(row[13]);
        ++bill->lines;
        bill->base += price;
        if (row[14] == "TVA") {
            bill->tax_per_line += rounded_by_odoo(price * rate / 100);
            bill->taxed += price;
        } else {
            CHECK(row[14].empty());
        }
    }
    return bills;
}

std::string odoo_map(const std::string& rate) {
    return "contract;account;odoo_partner;odoo_tax;vat_rate\n;626100;base.orange;TVA;" + rate + "\n";
}

}  // namespace

TEST_CASE("Odoo's own tax on the imported lines gives the document's VAT and total to the cent") {
    // 0.03 at 20 % would be 0.04 in Odoo: every sixth bill a cent off what the supplier is owed.
    for (const char* amount_is : {"gross", "net"}) {
        for (const char* rate : {"20", "10", "5.5", "2.1", "8.5", "19", "7", "0.9", "25", "0"}) {
            CAPTURE(amount_is);
            CAPTURE(rate);
            Trial trial;
            trial.set("amount_is", amount_is);
            trial.map(odoo_map(rate));
            Books books;
            std::map<std::string, std::int64_t> amounts;
            const auto add = [&](std::int64_t minor) {
                const std::string id = fmt::format("D{}", minor);
                amounts[id] = minor;
                books.add(id, minor);
            };
            for (std::int64_t minor = 1; minor <= 300; ++minor) {
                add(minor);
                add(-minor);
            }
            for (std::int64_t minor = 123'400; minor < 123'460; ++minor) {
                add(minor);
            }
            std::size_t with_rounding = 0;
            for (const auto& [id, bill] : imported_by_odoo(trial.bytes(built_in("odoo"), books.postings), std::stod(rate))) {
                CAPTURE(id);
                const std::int64_t amount = std::abs(amounts.at(id));
                const double factor = std::stod(rate) / 100;
                const bool is_net = std::string_view(amount_is) == "net";
                // By another way than the program's: from the amount as a fraction.
                const std::int64_t net =
                    is_net ? amount : std::llround(std::floor(static_cast<double>(amount) / (1 + factor) + 0.5 + 1e-9));
                const std::int64_t vat = is_net ? in_cents(rounded_by_odoo(static_cast<double>(amount) / 100 * factor)) : amount - net;
                CHECK(bill.type == (amounts.at(id) < 0 ? "in_refund" : "in_invoice"));
                CHECK(in_cents(bill.base) == net);
                CHECK(in_cents(bill.tax_per_line) == vat);
                CHECK(in_cents(rounded_by_odoo(bill.taxed * factor)) == vat);
                CHECK(in_cents(bill.base + bill.tax_per_line) == net + vat);
                with_rounding += bill.lines > 1 ? 1U : 0U;
            }
            if (std::string_view(rate) == "20") {
                CHECK((with_rounding > 0) == (std::string_view(amount_is) == "gross"));
            }
        }
    }
}

TEST_CASE("Odoo is not handed a tax whose rate is not known, nor VAT without a tax") {
    // Odoo would add 20 % to an amount that has it already, or book the net amount for the whole.
    Trial trial;
    Books books;
    books.add("A", 12'000);
    trial.map("contract;account;odoo_partner;odoo_tax;vat_rate\n;626100;base.orange;TVA;\n");
    CHECK(trial.bytes(built_in("odoo"), books.postings).find("no vat_rate") != std::string::npos);
    trial.map("contract;account;odoo_partner;odoo_tax;vat_rate\n;626100;base.orange;;20\n");
    CHECK(trial.bytes(built_in("odoo"), books.postings).find("no odoo_tax") != std::string::npos);
    trial.map(odoo_map("0"));
    CHECK(trial.bytes(built_in("odoo"), books.postings).find(",1,120.00,TVA\n") != std::string::npos);
}

TEST_CASE("Xero's own tax on the imported lines gives the document's total to the cent") {
    // Xero computes the tax of each line from its unit amount; what stands in TaxAmount does not count.
    const std::string map = "contract;account;supplier_name;tax_type;tax_free_type;vat_rate\n;626;Orange;20% (VAT on Expenses);No VAT;20\n";
    for (const char* amounts : {"exclusive", "inclusive"}) {
        CAPTURE(amounts);
        Trial trial;
        trial.set("date_format", "YYYY-MM-DD");
        trial.set("unit_amounts", amounts);
        trial.map(map);
        Books books;
        for (std::int64_t minor = 1; minor <= 240; ++minor) {
            books.add(fmt::format("D{}", minor), minor);
        }
        std::map<std::string, std::int64_t> totals;
        const auto rows = rows_of(trial.bytes(built_in("xero"), books.postings));
        for (std::size_t at = 1; at < rows.size(); ++at) {
            const std::int64_t price = in_cents(std::stod(rows[at][17]));
            // No half cent at 20 %: rounding half up and half to even agree.
            const bool adds_tax = rows[at][19] != "No VAT" && std::string_view(amounts) == "exclusive";
            totals[rows[at][10]] += price + (adds_tax ? std::llround(static_cast<double>(price) * 0.2) : 0);
        }
        REQUIRE(totals.size() == 240);
        for (const auto& [id, total] : totals) {
            CHECK(fmt::format("D{}", total) == id);
        }
    }
    Trial trial;
    trial.set("date_format", "YYYY-MM-DD");
    trial.map("contract;account;supplier_name;tax_type;vat_rate\n;626;Orange;20% (VAT on Expenses);20\n");
    Books books;
    books.add("A", 3);
    CHECK(trial.bytes(built_in("xero"), books.postings).find("tax_free_type") != std::string::npos);
}

TEST_CASE("QuickBooks' own tax on the imported lines gives the document's total to the cent") {
    // With a tax code, QuickBooks computes the tax of each line; without one, what is written counts.
    for (const char* code : {"20.0% S", ""}) {
        CAPTURE(code);
        Trial trial;
        trial.set("date_format", "YYYY-MM-DD");
        trial.map(fmt::format("contract;account;supplier_name;tax_code;tax_free_code;vat_rate\n;626;Orange;{};No VAT;20\n", code));
        Books books;
        for (std::int64_t minor = 1; minor <= 240; ++minor) {
            books.add(fmt::format("D{}", minor), minor);
        }
        std::map<std::string, std::int64_t> totals;
        std::size_t lines = 0;
        const auto rows = rows_of(trial.bytes(built_in("quickbooks"), books.postings));
        for (std::size_t at = 1; at < rows.size(); ++at, ++lines) {
            const std::int64_t price = in_cents(std::stod(rows[at][8]));
            const std::int64_t tax = in_cents(std::stod(rows[at][10]));
            if (!std::string_view(code).empty()) {
                CHECK(tax == (rows[at][9] == code ? std::llround(static_cast<double>(price) * 0.2) : 0));
            }
            totals[rows[at][0]] += price + tax;
        }
        REQUIRE(totals.size() == 240);
        for (const auto& [id, total] : totals) {
            CHECK(fmt::format("D{}", total) == id);
        }
        CHECK((lines > 240) == !std::string_view(code).empty());
    }
}

TEST_CASE("Beancount's account names are written as they are, or refused with the part that is wrong") {
    // bean-check would refuse the whole file after the month was published.
    const auto render = [](const std::string& account, const std::string& setting = {}, const std::string& value = {}) {
        Trial trial;
        if (!setting.empty()) {
            trial.set(setting, value);
        }
        trial.map("contract;account;vat_account;supplier_account;supplier_name;vat_rate\n;" + account + ";445660;401000;Orange;20\n");
        Books books;
        books.add("A", 12'000);
        return trial.bytes(built_in("beancount"), books.postings);
    };
    for (const char* good : {"Expenses:Cloud", "Expenses:Éclair", "Expenses:626100", "Expenses:A-", "Expenses:Œuvre:Жук", "Assets:A日"}) {
        CAPTURE(good);
        CHECK(render(good).find(fmt::format("1970-01-01 open {}\n", good)) != std::string::npos);
    }
    CHECK(render("626100").find("open Expenses:626100\n") != std::string::npos);
    for (const char* bad : {"Expenses:Cloud Services", "Expenses:cloud", "Expenses:Te_st", "Expenses:éclair", "Expenses::A",
                            "Expenses:A:", "Expenses:-A", "Expenses:A.b", "Expenses:日本", "cloud", "expenses:Cloud", "Depenses:Cloud"}) {
        CAPTURE(bad);
        const std::string text = render(bad);
        CHECK(text.find("refused:") == 0);
        CHECK(text.find("erp-text-not-allowed") != std::string::npos);
        CHECK(text.find("(account)") != std::string::npos);
    }
    const std::string renamed = render("Dépenses:Cloud", "name_expenses", "Dépenses");
    CHECK(renamed.find("option \"name_expenses\" \"Dépenses\"\n") == 0);
    CHECK(renamed.find("open Dépenses:Cloud\n") != std::string::npos);
}

TEST_CASE("DATEV's field Kurs has its form, or the amount is booked in the local currency") {
    // DATEV refuses a whole batch for one rate below 1.
    const std::regex form("[1-9][0-9]{0,3},[0-9]{2,6}");
    for (const auto& [rate, expected] : std::vector<std::pair<const char*, const char*>>{{"0.9", "1,111111"},
                                                                                         {"1", "1,000000"},
                                                                                         {"1.165", ""},
                                                                                         {"1.0000004", "1,000000"},
                                                                                         {"0.0001", ""},
                                                                                         {"0.00010001", "9999,000100"},
                                                                                         {"0.0061", "163,934426"},
                                                                                         {"1000", ""}}) {
        CAPTURE(rate);
        Trial trial;
        trial.set("local_currency", "EUR");
        trial.set("fiscal_year_begin", "2026-01-01");
        trial.set("adviser_number", "1001");
        trial.set("client_number", "1");
        trial.map("contract;datev_account;datev_supplier_account;datev_vat_account;datev_tax_key;vat_rate\n;4806;70001;1576;9;20\n");
        trial.options.rates = [text = std::string(rate)](Currency, Currency, std::chrono::year_month_day day) {
            return std::optional(Rate{Decimal::parse(text).value(), day});
        };
        Books books;
        books.add("A", 12'000'000, "USD");
        const auto rows = rows_of(trial.bytes(built_in("datev"), books.postings), ';');
        REQUIRE(rows.size() == 3);
        CHECK(rows[2][3] == expected);
        CHECK(rows[2][2] == (std::string_view(expected).empty() ? "EUR" : "USD"));
        CHECK((rows[2][3].empty() || std::regex_match(rows[2][3], form)));
        CHECK(rows[2][4].empty() == rows[2][3].empty());
        CHECK(rows[2][5].empty() == rows[2][3].empty());
    }
}

TEST_CASE("a French Excel keeps an identifier that looks like a number, a day or a formula") {
    // 00042 would become 42, 1E5 a hundred thousand, 1-2 the first of February, twenty digits fifteen and five zeros.
    const auto cells = [](const std::string& id) {
        Trial trial;
        Books books;
        books.add(id, 100);
        return rows_of(trial.bytes(built_in("csv-fr"), books.postings), ';').at(1);
    };
    for (const char* kept : {"00042",   "1E5",        "12345678901234567890",
                             "+33",     "-5",         "=1",
                             "@a",      "1-2",        "1/2",
                             "12/2026", "2026-10-01", "3 mars",
                             "MARS-26", "sept1",      "10:30",
                             "1,5",     "1.5",        "5 %",
                             "12 €",    "VRAI",       "true",
                             "1e-5",    "1\u00a0234", "DÉC-26",
                             "42"}) {
        CAPTURE(kept);
        CHECK(cells(kept)[6] == "'" + std::string(kept));
    }
    for (const char* plain :
         {"INV-2026-10-001", "61a0c3d2-9f4e-4b1c-8a77-0d3e5f6a7b8c", "A1", "DOC-1", "Marseille 2", "1 rue X", "vrai ou faux"}) {
        CAPTURE(plain);
        CHECK(cells(plain)[6] == plain);
    }
    CHECK(cells("A1")[0] == "10/2026");
    CHECK(cells("A1")[10] == "1,00");
}

TEST_CASE("a mapping is read as a French Excel saves it") {
    // "5,50 %" would be refused after an hour of typing, or be another rate.
    const auto vat_of = [](const std::string& mapping) {
        Trial trial;
        trial.map(mapping);
        Books books;
        books.add("A", 10'550);
        const auto rendered =
            trial.try_render(one_cell("text(vat) & map.account", "[mapping]\naccount = {about = \"a\"}\n"), books.postings);
        return rendered ? trial.scratch.read("erp/trial.txt") : rendered.error().message.english();
    };
    const auto with = [](const std::string& rate) { return "contract;account;vat_rate\n;Télécom;" + rate + "\n"; };
    for (const char* rate : {"5.5", "5,5", "5,50", "5.5%", "5,50 %", "5,50\u00a0%", "5,50\u202f%", "\u00a05,5 ", "\"5,5 %\"", "05,5"}) {
        CAPTURE(rate);
        CHECK(vat_of(with(rate)) == "5.50Télécom\n");
    }
    for (const char* rate : {"5,5,5", "5.5,5", "5,5 %%", "% 5,5", "5 5", "5,5 €", ",5", "5,", "-5,5", "101 %", "abc", "5,5\u00a0EUR"}) {
        CAPTURE(rate);
        CHECK(vat_of(with(rate)).find("vat_rate = ") == 0);
    }
    const auto utf16 = [](const std::u16string& text, bool big_endian) {
        std::string bytes;
        for (const char16_t unit : text) {
            const char high = static_cast<char>(unit >> 8U);
            const char low = static_cast<char>(unit & 0xffU);
            bytes += big_endian ? high : low;
            bytes += big_endian ? low : high;
        }
        return bytes;
    };
    const std::u16string sheet = u"\ufeff\"# a comment; with marks\"\t\t\r\ncontract\taccount\tvat_rate\r\n\tTélécom 😀\t5,50\u00a0%\r\n";
    for (const bool big_endian : {false, true}) {
        CHECK(vat_of(utf16(sheet, big_endian)) == "5.50Télécom 😀\n");
    }
    CHECK(vat_of(utf16(sheet, false) + "x").find("cells under") != std::string::npos);
    CHECK(vat_of("\xef\xbb\xbf" + with("5,5 %")) == "5.50Télécom\n");
    CHECK(vat_of("contract;account;vat_rate\r\n;T\xe9l\xe9"
                 "com;5,50\xa0%\r\n") == "5.50Télécom\n");
}

TEST_CASE("FEC: the file's name is SIREN, FEC and the end of the year; a mistyped SIREN is refused") {
    // The authority's program refuses a file under another name, and a wrong SIREN is another company's.
    Trial trial;
    trial.set("siren", "732829320");
    trial.set("fiscal_year_begin", "2025-10-01");
    trial.set("fiscal_year_end", "2026-10-31");
    trial.map(
        "contract;journal;account;account_name;vat_account;vat_account_name;supplier_account;supplier_account_name;supplier;"
        "supplier_name;vat_rate\n;ACH;626100;T;445660;V;401000;S;ORANGE;Orange;20\n");
    Books books;
    books.add("A", 12'000);
    const erp::Rendered rendered = trial.render(built_in("fec"), books.postings);
    REQUIRE(rendered.files.size() == 1);
    CHECK(rendered.files[0].name == "732829320FEC20261031.txt");
    for (const char* good : {"356000000", "552100554", "380129866"}) {
        trial.set("siren", good);
        CHECK(trial.try_render(built_in("fec"), books.postings).has_value());
    }
    for (const char* bad : {"732829321", "723829320", "000000000", "73282932", "7328293200", "732 829 320", "73282932A"}) {
        CAPTURE(bad);
        trial.set("siren", bad);
        const auto refused = trial.try_render(built_in("fec"), books.postings);
        REQUIRE_FALSE(refused.has_value());
        CHECK(refused.error().message.english().find("siren = ") == 0);
        CHECK(refused.error().where == "job.toml:1");
    }
}

TEST_CASE("FEC: numbers go on from file to file, and an entry keeps the one that it has") {
    // Numbers that begin at 1 every month stand twelve times in the books: the sequence is neither unique nor unbroken.
    Trial trial;
    trial.set("siren", "732829320");
    trial.set("fiscal_year_begin", "2026-07-01");
    trial.set("fiscal_year_end", "2027-06-30");
    trial.map(
        "contract;type;journal;account;account_name;vat_account;vat_account_name;supplier_account;supplier_account_name;supplier;"
        "supplier_name;vat_rate\nOCB2;;AC2;;;;;;;;;\n;;ACH;626100;T;445660;V;401000;S;ORANGE;Orange;20\n");
    const auto numbers = [&](const std::vector<Posting>& postings) {
        const erp::Rendered rendered = trial.render(built_in("fec"), postings);
        for (const EntryNumber& given : rendered.numbers) {
            trial.options.numbers.push_back(given);
        }
        std::vector<std::string> found;
        if (!rendered.files.empty()) {
            for (const auto& row : rows_of(trial.scratch.read("erp/" + rendered.files.front().name), '\t')) {
                const std::string line = fmt::format("{} {} {}", row.at(0), row.at(2), row.at(8));
                if (row[0] != "JournalCode" && (found.empty() || found.back() != line)) {
                    found.push_back(line);
                }
            }
        }
        return found;
    };
    using Lines = std::vector<std::string>;
    Books november;
    november.add("N1", 1200, "EUR", "OCB1", "P", 11);
    november.add("N2", 1200, "EUR", "OCB1", "P", 11);
    CHECK(numbers(november.postings) == Lines{"ACH 1 N1", "ACH 2 N2"});
    // An earlier month that comes later; another journal has a sequence of its own.
    Books october;
    october.add("O1", 1200);
    october.add("O2", 1200, "EUR", "OCB2");
    CHECK(numbers(october.postings) == Lines{"AC2 1 O2", "ACH 3 O1"});
    // Again, with one more in front: it gets the next number, and stands behind.
    november.add("N0", 1200, "EUR", "OCB0", "P", 11);
    std::rotate(november.postings.begin(), november.postings.begin() + 2, november.postings.end());
    CHECK(numbers(november.postings) == Lines{"ACH 1 N1", "ACH 2 N2", "ACH 4 N0"});
    CHECK(numbers(october.postings) == Lines{"AC2 1 O2", "ACH 3 O1"});
    // A raised start is gone on from; a new year begins at it.
    trial.set("first_number", "100");
    Books december;
    december.add("D1", 1200, "EUR", "OCB1", "P", 12);
    CHECK(numbers(december.postings) == Lines{"ACH 100 D1"});
    trial.set("first_number", "1");
    december.add("D2", 1200, "EUR", "OCB1", "P", 12);
    CHECK(numbers(december.postings) == Lines{"ACH 100 D1", "ACH 101 D2"});
    trial.set("fiscal_year_begin", "2026-01-01");
    trial.set("fiscal_year_end", "2026-12-31");
    CHECK(numbers(december.postings) == Lines{"ACH 1 D1", "ACH 2 D2"});
}

TEST_CASE("an entry outside of the fiscal year is refused in every template that dates entries, and nothing to post is said") {
    // A batch for another year would be imported into this one, or a missing file would look like a failure.
    for (const char* name : {"fec", "datev", "hledger"}) {
        CAPTURE(name);
        Trial trial;
        trial.set("siren", "732829320");
        trial.set("local_currency", "EUR");
        trial.set("adviser_number", "1001");
        trial.set("client_number", "1");
        trial.set("fiscal_year_begin", "2025-11-01");
        trial.set("fiscal_year_end", "2026-10-30");
        trial.map(
            "contract;journal;account;account_name;vat_account;vat_account_name;supplier_account;supplier_account_name;supplier;"
            "supplier_name;datev_account;datev_supplier_account;datev_vat_account;vat_rate\n"
            ";ACH;626100;T;445660;V;401000;S;ORANGE;Orange;4806;70001;1576;20\n");
        Books books;
        books.add("A", 12'000);
        CHECK(trial.bytes(built_in(name), books.postings)
                  .find("the entry of 2026-10-31 lies outside the fiscal year from 2025-11-01 to 2026-10-30") != std::string::npos);
        trial.set("fiscal_year_end", "2026-10-31");
        CHECK(trial.bytes(built_in(name), books.postings).find("refused:") == std::string::npos);
        const erp::Rendered nothing = trial.render(built_in(name), {});
        CHECK(nothing.files.empty());
        CHECK_FALSE(nothing.refused);
        CHECK(has(nothing.findings, "erp-nothing-to-post"));
        CHECK_FALSE(has(trial.render(built_in(name), books.postings).findings, "erp-nothing-to-post"));
    }
}
