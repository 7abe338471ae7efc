/// ledger.csv: quoting, exact amounts, text as the server sent it.

#include <doctest/doctest.h>

#include "domain/invoice_values.hpp"
#include "ledger/csv_writer.hpp"
#include "ledger/sample.hpp"

using namespace moisson;
using namespace moisson::ledger_test;

namespace {

std::string row_of(const LedgerEntry& entry) {
    std::string row;
    ledger::append_csv_row(row, entry);
    return row;
}

/// RFC 4180, read independently of the writer. `rows` of fields.
std::vector<std::vector<std::string>> read_csv(const std::string& text) {
    std::vector<std::vector<std::string>> rows;
    std::vector<std::string> row;
    std::string field;
    for (std::size_t at = 0; at < text.size();) {
        if (text[at] == '"') {
            for (++at; at < text.size(); ++at) {
                if (text[at] == '"') {
                    if (at + 1 < text.size() && text[at + 1] == '"') {
                        ++at;
                    } else {
                        break;
                    }
                }
                field += text[at];
            }
            ++at;
        } else if (text[at] == ',' || text[at] == '\n') {
            row.push_back(std::move(field));
            field.clear();
            if (text[at] == '\n') {
                rows.push_back(std::move(row));
                row.clear();
            }
            ++at;
        } else {
            field += text[at++];
        }
    }
    CHECK(row.empty());
    CHECK(field.empty());
    return rows;
}

}  // namespace

TEST_CASE("the header is the published one") {
    // An ERP import that names its columns would find none of them.
    std::string header;
    ledger::append_csv_header(header);
    CHECK(header ==
          "period,contract_id,contract_name,offer_id,offer_name,customer_id,customer_name,document_id,version,document_type,standing,"
          "counted,amount,currency,period_start,period_end,issued_at,updated_at,filename,path,size_bytes,sha256,media_type,status,"
          "findings,raw_amount,raw_currency,raw_period,invoice_number,net_amount,vat_amount,gross_amount,due_date,credited_invoice,"
          "order_reference,values_from,channel,perimeter\n");
}

TEST_CASE("a plain row, byte by byte") {
    // Machines that read the ledger would misplace a value.
    const Contract contract = plain_contract("OCB0001234");
    LedgerEntry entry = plain_entry(contract, "D1", -123456);
    entry.findings.insert("credit-note");
    entry.findings.insert("amount-zero");
    CHECK(row_of(entry) ==
          "2026-10,OCB0001234,Contract OCB0001234,FE,Flexible Engine,C-17,Société Générique,D1,1,invoices,final,yes,-1234.56,EUR,"
          "2026-10-01,2026-10-31,2026-11-02T09:07:47.372Z,2026-11-03T00:00:00.000Z,Facture_D1.pdf,"
          "documents/OCB0001234/2026-10/invoices/Facture_D1.pdf,12345," +
              std::string(64, 'a') + ",application/pdf,ok,amount-zero credit-note,-1234.56,EUR,202610,,,,,,,,,service,\n");
}

TEST_CASE("what the document says of itself stands behind what the list said") {
    // An amount would be read as VAT, or in a currency that it is not in.
    const Contract contract = plain_contract("OCB0001234");
    LedgerEntry entry = plain_entry(contract, "D1", -120000);
    const std::string without = row_of(entry);
    InvoiceValues values;
    values.from = ValuesFrom::xml;
    values.number = "F, 2026/1";
    values.net = Money{-100000, entry.amount->currency};
    values.vat = Money{-20000, entry.amount->currency};
    values.gross = Money{-120000, entry.amount->currency};
    values.due_date = std::chrono::year(2026) / 11 / 30;
    values.credited_invoice = "F-77";
    values.order_reference = "PO 4";
    const auto end_of = [&] {
        entry.invoice = std::make_shared<const InvoiceValues>(values);
        const std::string row = row_of(entry);
        const std::string start = without.substr(0, without.size() - std::string(",,,,,,,,service,\n").size());
        REQUIRE(row.starts_with(start));
        return row.substr(start.size());
    };
    CHECK(end_of() == "\"F, 2026/1\",-1000.00,-200.00,-1200.00,2026-11-30,F-77,PO 4,xml,service,\n");
    for (auto* const amount : {&values.net, &values.vat, &values.gross}) {
        (*amount)->currency = *find_currency("CHF");
    }
    values.from = ValuesFrom::text;
    values.due_date.reset();
    CHECK(end_of() == "\"F, 2026/1\",,,,,F-77,PO 4,text,service,\n");
    entry.channel = Channel::inbox;
    CHECK(row_of(entry).ends_with(",text,inbox,\n"));
}

TEST_CASE("the perimeter under which the contract was read stands behind the channel") {
    // Who books each login to its own accounts would find it under another name, or in another place in each ledger.
    Contract contract = plain_contract("OCB0001234");
    contract.perimeter = "paris, \"est\"";
    const LedgerEntry entry = plain_entry(contract, "D1", 1);
    CHECK(row_of(entry).ends_with(",service,\"paris, \"\"est\"\"\"\n"));
    std::string row;
    ledger::append_csv_row(row, entry, ledger::CsvColumns::with_reporting);
    CHECK(row.ends_with(",service,\"paris, \"\"est\"\"\",,,,\n"));
}

TEST_CASE("the reporting columns stand behind the fixed ones, and only where they are asked for") {
    // A converted amount would be read as something else, or every import of other users would meet four columns more.
    const Contract contract = plain_contract("OCB0001234");
    LedgerEntry entry = plain_entry(contract, "D1", 10850, "USD");
    const std::string fixed = row_of(entry);
    const std::string start = fixed.substr(0, fixed.size() - 1);
    const auto row_with = [&] {
        std::string row;
        ledger::append_csv_row(row, entry, ledger::CsvColumns::with_reporting);
        return row;
    };
    CHECK(row_with() == start + ",,,,\n");
    struct Row {
        Decimal rate;
        const char* text;
    };
    for (const Row& row :
         {Row{{921'658'986'175'115, 15}, "0.921658986175115"}, Row{{10850, 4}, "1.0850"}, Row{{1, 0}, "1"}, Row{{625, 7}, "0.0000625"},
          Row{{544'306'553'450'904, 21}, "0.000000544306553450904"}, Row{{16'000, 0}, "16000"},
          Row{{999'999'999'999'999'999, 18}, "0.999999999999999999"}, Row{{5, 36}, "0.000000000000000000000000000000000005"}}) {
        CAPTURE(row.text);
        entry.reporting = Reporting{10'000, row.rate.digits, std::chrono::year(2026) / 10 / 30, *find_currency("EUR"), row.rate.decimals};
        CHECK(row.rate.to_text() == row.text);
        CHECK(row_with() == start + ",100.00,EUR," + row.text + ",2026-10-30\n");
    }
    CHECK(row_of(entry) == fixed);
    std::string header;
    ledger::append_csv_header(header, ledger::CsvColumns::with_reporting);
    CHECK(header.ends_with(",values_from,channel,perimeter,reporting_amount,reporting_currency,fx_rate,fx_date\n"));
    const Scratch scratch;
    REQUIRE(
        ledger::write_ledger_csv(scratch / "ledger.csv", std::vector<LedgerEntry>{entry}, ledger::CsvColumns::with_reporting).has_value());
    CHECK(read_file(scratch / "ledger.csv").value() == header + row_with());
}

TEST_CASE("unknown values are empty, not zero") {
    // An unreadable amount would look like a free document.
    const Contract contract = plain_contract("C");
    LedgerEntry entry;
    entry.contract = &contract;
    CHECK(row_of(entry) ==
          ",C,Contract C,FE,Flexible Engine,C-17,Société Générique,,1,,supporting,no,,,,,,,,,,,,skipped,,,,,,,,,,,,,service,\n");
    entry.currency = find_currency("USD");
    CHECK(row_of(entry).find(",no,,USD,,") != std::string::npos);
}

TEST_CASE("amounts carry exactly their currency's digits") {
    // A sum in the ledger would differ from the invoice.
    struct Row {
        std::int64_t minor;
        const char* currency;
        const char* text;
    };
    const Contract contract = plain_contract("C");
    for (const Row& row : {Row{0, "EUR", "0.00"}, Row{5, "EUR", "0.05"}, Row{-5, "EUR", "-0.05"}, Row{12, "JPY", "12"},
                           Row{1500, "TND", "1.500"}, Row{INT64_MAX, "EUR", "92233720368547758.07"},
                           Row{INT64_MIN, "EUR", "-92233720368547758.08"}, Row{INT64_MIN, "JPY", "-9223372036854775808"}}) {
        CAPTURE(row.text);
        LedgerEntry entry = plain_entry(contract, "D", row.minor, row.currency);
        const auto rows = read_csv(row_of(entry));
        CHECK(rows.at(0).at(12) == row.text);
        CHECK(rows.at(0).at(12) == to_decimal(*entry.amount));
    }
}

TEST_CASE("fields are quoted where RFC 4180 asks, and only there") {
    // A comma in a customer's name would shift every column after it.
    struct Row {
        std::string text;
        std::string written;
    };
    using namespace std::string_literals;
    const Contract contract = plain_contract("C");
    for (const Row& row : {Row{"a,b", "\"a,b\""}, Row{"say \"x\"", "\"say \"\"x\"\"\""}, Row{"a\nb", "\"a\nb\""}, Row{"a\rb", "\"a\rb\""},
                           Row{" a", "\" a\""}, Row{"a ", "\"a \""}, Row{"a b", "a b"}, Row{"=1+1", "=1+1"}, Row{"\"", "\"\"\"\""},
                           Row{"a\0b"s, "\"a\xe2\x90\x80" "b\""s}, Row{"\xff\xfe", "\xff\xfe"}, Row{"é", "é"}, Row{"../x", "../x"}}) {
        CAPTURE(row.text);
        LedgerEntry entry = plain_entry(contract, "D", 1);
        entry.filename = row.text;
        entry.path.clear();
        entry.sha256.clear();
        CHECK(row_of(entry).find("000Z," + row.written + ",,12345,") != std::string::npos);
    }
}

TEST_CASE("what is written is what is read, for every byte but NUL") {
    // A hostile file name would end a row early or vanish.
    Contract contract = plain_contract("C");
    for (int letter = 1; letter < 256; ++letter) {
        for (const std::string& text : {std::string(1, static_cast<char>(letter)),
                                        std::string("x").append(3, static_cast<char>(letter)) + "y",
                                        std::string(4000, static_cast<char>(letter))}) {
            LedgerEntry entry = plain_entry(contract, text, 1);
            entry.filename = text;
            entry.raw_period = text;
            contract.name = text;
            const auto rows = read_csv(row_of(entry));
            REQUIRE(rows.size() == 1);
            REQUIRE(rows.front().size() == ledger::fixed_columns);
            CHECK(rows.front().at(2) == text);
            CHECK(rows.front().at(7) == text);
            CHECK(rows.front().at(18) == text);
            CHECK(rows.front().at(27) == text);
        }
    }
}

TEST_CASE("the file holds header and rows in the order given, however many threads make them") {
    // The published ledger would miss rows at a buffer's edge, or have them in another order.
    const Scratch scratch;
    const Contract contract = plain_contract("OCB0001234");
    for (const int rows : {0, 1, 511, 512, 513, 3000, 20'000}) {
        CAPTURE(rows);
        std::vector<LedgerEntry> entries;
        std::string expected;
        ledger::append_csv_header(expected);
        for (int at = 0; at < rows; ++at) {
            entries.push_back(plain_entry(contract, std::string("D").append(std::to_string(at)), at));
            entries.back().filename = std::string(static_cast<std::size_t>(at) % 700U, '"');
            ledger::append_csv_row(expected, entries.back());
        }
        REQUIRE(ledger::write_ledger_csv(scratch / "sub/ledger.csv", entries).has_value());
        CHECK(read_file(scratch / "sub/ledger.csv").value() == expected);
        CHECK(read_csv(expected).size() == static_cast<std::size_t>(rows) + 1);
    }
}

TEST_CASE("a folder that cannot be written is an error, not an empty ledger") {
    // A month would be published without its ledger.
    const Scratch scratch;
    REQUIRE(write_file(scratch / "file", "x").has_value());
    const auto written = ledger::write_ledger_csv(scratch / "file/ledger.csv", {});
    REQUIRE_FALSE(written.has_value());
    CHECK(written.error().code == ErrorCode::disk);
}
