/// Wire documents to ledger rows: every field, every finding.
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "normalize/normalize.hpp"

using namespace moisson;
using normalize::make_entry;
using wire::AmountKind;

namespace {

const Contract contract{"OCB0001234", "Prod", "OF1", "Flexible Engine", "C1", "Client", "P1"};

wire::Document clean_bill() {
    wire::Document document;
    document.id = "DOC-1";
    document.filename = "bill_202110.xlsx";
    document.period = "202110";
    document.createdAt = "2021-11-02T09:07:47.372Z";
    document.updatedAt = "2021-11-02T09:07:47.372Z";
    document.amount = "1234.50";
    document.amount_kind = AmountKind::number;
    document.currency = "EUR";
    document.documentType = "bills";
    return document;
}

struct Made {
    LedgerEntry entry;
    std::vector<Finding> findings;
};

Made make(const wire::Document& document, const Contract& of = contract, const PlausibleTimes& plausible = {}) {
    Made made;
    made.entry = make_entry(document, of, made.findings, plausible);
    return made;
}

}  // namespace

TEST_CASE("a plain bill becomes a row with every field filled and nothing found") {
    // If this failed, the ledger would show a wrong value in the simplest case there is.
    const Made made = make(clean_bill());
    const LedgerEntry& entry = made.entry;
    CHECK(made.findings.empty());
    CHECK(entry.findings.empty());
    CHECK(entry.contract == &contract);
    CHECK(entry.document_id == "DOC-1");
    CHECK(entry.document_type == "bills");
    CHECK(entry.version == 1);
    CHECK(entry.standing == Standing::final_);
    CHECK(entry.status == DocumentStatus::skipped);
    CHECK_FALSE(entry.counted);
    REQUIRE(entry.amount.has_value());
    CHECK(to_decimal(*entry.amount) == "1234.50");
    CHECK(entry.currency->code() == "EUR");
    REQUIRE(entry.period.has_value());
    CHECK(to_text(entry.period->first) == "2021-10-01");
    CHECK(to_text(entry.period->last) == "2021-10-31");
    CHECK(format_timestamp(entry.issued_at.value()) == "2021-11-02T09:07:47.372Z");
    CHECK(entry.updated_at == entry.issued_at);
    CHECK(entry.filename == "bill_202110.xlsx");
    CHECK(entry.path.empty());
    CHECK_FALSE(entry.size_bytes.has_value());
    CHECK(entry.sha256.empty());
    CHECK(entry.media_type.empty());
    CHECK(entry.raw_amount == "1234.50");
    CHECK(entry.raw_currency == "EUR");
    CHECK(entry.raw_period == "202110");
}

TEST_CASE("each oddity of a document stands as its code on the row and as a sentence in the list") {
    // If this failed, something was left out or repaired without a word.
    struct Case {
        std::string_view name;
        void (*change)(wire::Document&);
        std::string_view codes;  // exactly these on the row
        std::string_view said;   // in one of the messages
    };
    const std::vector<Case> cases{
        {"no amount",
         [](wire::Document& d) {
             d.amount.clear();
             d.amount_kind = AmountKind::absent;
         },
         "amount-missing", "bills"},
        {"null amount",
         [](wire::Document& d) {
             d.amount = "null";
             d.amount_kind = AmountKind::null;
         },
         "amount-missing", "bills"},
        {"empty text amount",
         [](wire::Document& d) {
             d.amount = " ";
             d.amount_kind = AmountKind::string;
         },
         "amount-missing", "bills"},
        {"amount that is an object",
         [](wire::Document& d) {
             d.amount = "{}";
             d.amount_kind = AmountKind::other;
         },
         "amount-unreadable", "{}"},
        {"too fine", [](wire::Document& d) { d.amount = "1.005"; }, "amount-unreadable", "1.005"},
        {"ambiguous text",
         [](wire::Document& d) {
             d.amount = "1,234";
             d.amount_kind = AmountKind::string;
         },
         "amount-unreadable", "1,234"},
        {"formula as amount",
         [](wire::Document& d) {
             d.amount = "=1+1";
             d.amount_kind = AmountKind::string;
         },
         "amount-unreadable formula-like", "=1+1"},
        {"credit", [](wire::Document& d) { d.amount = "-12.30"; }, "credit-note", "credit of 12.30 EUR"},
        {"credit in parentheses",
         [](wire::Document& d) {
             d.amount = "(12,30)";
             d.amount_kind = AmountKind::string;
         },
         "credit-note", "credit of 12.30 EUR"},
        {"zero", [](wire::Document& d) { d.amount = "0"; }, "amount-zero", "zero"},
        {"no currency", [](wire::Document& d) { d.currency.reset(); }, "currency-missing", "1234.50"},
        {"blank currency", [](wire::Document& d) { d.currency = "  "; }, "currency-missing", "1234.50"},
        {"ambiguous currency", [](wire::Document& d) { d.currency = "$"; }, "currency-unreadable", "could be any of"},
        {"unknown currency", [](wire::Document& d) { d.currency = "QQQ"; }, "currency-unreadable", "QQQ"},
        {"neither amount nor currency",
         [](wire::Document& d) {
             d.currency.reset();
             d.amount.clear();
             d.amount_kind = AmountKind::absent;
         },
         "amount-missing", "bills"},
        {"no period", [](wire::Document& d) { d.period.reset(); }, "period-missing", "no period"},
        {"empty period", [](wire::Document& d) { d.period = ""; }, "period-missing", "no period"},
        {"unreadable period", [](wire::Document& d) { d.period = "01/02/2021"; }, "period-unreadable", "01/02/2021"},
        {"period with tail", [](wire::Document& d) { d.period = "202110-X"; }, "period-tail", "202110-X"},
        {"quarter", [](wire::Document& d) { d.period = "Q3 2021"; }, "period-spans-months", "2021-07-01 to 2021-09-30"},
        {"no type", [](wire::Document& d) { d.documentType.reset(); }, "document-type-missing", "no type"},
        {"unknown type", [](wire::Document& d) { d.documentType = "toto"; }, "document-type-unknown", "toto"},
        {"type in another case", [](wire::Document& d) { d.documentType = "Bills"; }, "document-type-unknown", "Bills"},
        {"no id", [](wire::Document& d) { d.id.clear(); }, "", ""},
        {"no file name", [](wire::Document& d) { d.filename.reset(); }, "filename-missing", "file name"},
        {"path as file name", [](wire::Document& d) { d.filename = "../../etc/passwd"; }, "filename-unsafe", "path separator"},
        {"formula as file name", [](wire::Document& d) { d.filename = "=cmd|' /C calc'!A0"; }, "filename-unsafe formula-like", "=cmd"},
        {"minus as file name", [](wire::Document& d) { d.filename = "-rf.pdf"; }, "formula-like", "-rf.pdf"},
        {"file name that is not UTF-8", [](wire::Document& d) { d.filename = "facture\xe9.pdf"; }, "filename-unsafe text-not-utf8",
         "\\xe9"},
        {"formula as period", [](wire::Document& d) { d.period = "@SUM(A1)"; }, "formula-like period-unreadable", "@SUM"},
        {"updated later", [](wire::Document& d) { d.updatedAt = "2021-11-05T00:00:00.000Z"; }, "updated-after-issue", "2021-11-05"},
        {"unreadable instant", [](wire::Document& d) { d.createdAt = "yesterday"; }, "timestamp-unreadable", "yesterday"},
        {"instant without zone", [](wire::Document& d) { d.updatedAt = "2021-11-05T00:00:00"; }, "timestamp-unreadable", "updatedAt"},
        {"no instants",
         [](wire::Document& d) {
             d.createdAt.reset();
             d.updatedAt.reset();
         },
         "", ""},
        {"instants with blanks", [](wire::Document& d) { d.createdAt = " 2021-11-02T09:07:47.372Z "; }, "", ""},
    };
    for (const Case& row : cases) {
        CAPTURE(row.name);
        wire::Document document = clean_bill();
        row.change(document);
        const Made made = make(document);
        CHECK(made.entry.findings.to_text() == row.codes);
        bool is_said = row.said.empty();
        for (const Finding& finding : made.findings) {
            CHECK(made.entry.findings.contains(finding.code));
            CHECK(finding.contract_id == contract.id);
            CHECK(finding.document_id == document.id);
            is_said = is_said || finding.message.english().find(row.said) != std::string::npos;
        }
        CHECK(is_said);
        CHECK_FALSE(made.entry.counted);
        // What was sent stands beside what was understood.
        CHECK(made.entry.filename == document.filename.value_or(""));
        CHECK(made.entry.raw_period == document.period.value_or(""));
        CHECK(made.entry.raw_currency == document.currency.value_or(""));
        if (made.entry.amount) {
            CHECK(made.entry.amount->currency == made.entry.currency.value());
        }
    }
}

TEST_CASE("what cannot be read on a document that never counts does not make the run incomplete") {
    // If this failed, a usage report without an amount would make every month exit with 3.
    for (const std::string_view type : {"reports", "partialBills", "partialConsumptionRatedReports", "comsumptionRatedReports"}) {
        CAPTURE(type);
        wire::Document document = clean_bill();
        document.documentType = std::string(type);
        document.amount_kind = AmountKind::absent;
        document.amount.clear();
        document.currency.reset();
        CHECK(make(document).findings.empty());
        document.amount = "12,345";
        document.amount_kind = AmountKind::string;
        document.currency = "EUR";
        CHECK(make(document).entry.findings.to_text() == "detail-unreadable");
        document.currency.reset();
        CHECK(make(document).entry.findings.to_text() == "detail-unreadable");
        document.amount = "-3";
        document.amount_kind = AmountKind::number;
        document.currency = "EUR";
        CHECK(make(document).entry.findings.to_text().empty());
        CHECK(make(document).entry.findings.severity() == Severity::info);
    }
}

TEST_CASE("a known currency is kept where the amount cannot be read, and no amount without its currency") {
    // If this failed, a row could show money without a unit.
    wire::Document document = clean_bill();
    document.amount = "1.005";
    Made made = make(document);
    CHECK_FALSE(made.entry.amount.has_value());
    CHECK(made.entry.currency->code() == "EUR");
    CHECK(made.entry.raw_amount == "1.005");
    document = clean_bill();
    document.currency = "$";
    made = make(document);
    CHECK_FALSE(made.entry.amount.has_value());
    CHECK_FALSE(made.entry.currency.has_value());
    CHECK(made.entry.raw_amount == "1234.50");
    CHECK(made.entry.raw_currency == "$");
}

TEST_CASE("file names that cannot be a path anywhere are named as unsafe") {
    // If this failed, a server's text could write outside the bundle or break its unpacking on another system.
    struct Case {
        std::string_view name;
        bool is_unsafe;
    };
    const std::string long_name(256, 'a');
    const std::string longest_name(255, 'a');
    const std::vector<Case> cases{
        {"bill.pdf", false},
        {"Facture n°12 été.pdf", false},
        {"a b.pdf", false},
        {".bashrc", false},
        {"COM.pdf", false},
        {"console.txt", false},
        {"COM10.txt", false},
        {"..a", false},
        {"请求.pdf", false},
        {longest_name, false},
        {"a/b.pdf", true},
        {"..", true},
        {".", true},
        {"..\\x", true},
        {"/etc/passwd", true},
        {"C:\\x", true},
        {"CON", true},
        {"con.pdf", true},
        {"Nul.tar.gz", true},
        {"COM1", true},
        {"lpt9.txt", true},
        {"COM¹.txt", true},
        {"aux .txt", true},
        {"x.", true},
        {"x ", true},
        {" x", true},
        {std::string_view("a\0b.pdf", 7), true},
        {"a\nb", true},
        {"a\x7f", true},
        {"a\xc2\x85", true},
        {"a\xe2\x80\xae"
         "fdp.exe",
         true},
        {"a\xe2\x81\xa6", true},
        {"a\xe2\x80\x8b"
         "b",
         true},
        {"\xef\xbb\xbf"
         "a",
         true},
        {"a\xff", true},
        {"a?b", true},
        {"a|b", true},
        {long_name, true},
    };
    for (const Case& row : cases) {
        CAPTURE(row.name);
        wire::Document document = clean_bill();
        document.filename = std::string(row.name);
        const Made made = make(document);
        CHECK(made.entry.findings.contains("filename-unsafe") == row.is_unsafe);
        CHECK(made.entry.filename == row.name);
        for (const Finding& finding : made.findings) {
            for (const char byte : finding.message.english()) {
                CHECK(static_cast<unsigned char>(byte) >= 0x20);
            }
        }
    }
}

TEST_CASE("texts that a spreadsheet would run are named, numbers are not") {
    // If this failed, opening ledger.csv could start a program, or each credit note would be suspect.
    struct Case {
        std::string_view text;
        bool is_formula;
    };
    const std::vector<Case> cases{{"=1", true},  {"+1", true},  {"-1", true},   {"@x", true},   {"\tx", true}, {"\rx", true},
                                  {" =1", true}, {"＝1", true}, {"x=1", false}, {"1-1", false}, {"", false},   {"'=1", false}};
    for (const Case& row : cases) {
        CAPTURE(row.text);
        wire::Document document = clean_bill();
        document.id = std::string(row.text) + "id";
        CHECK(make(document).entry.findings.contains("formula-like") == (row.is_formula));
    }
    wire::Document credit = clean_bill();
    credit.amount = "-5";
    CHECK_FALSE(make(credit).entry.findings.contains("formula-like"));
}

TEST_CASE("a contract's own oddities are said once, and marked on each of its rows") {
    // If this failed, a hostile contract name would pass in silence or flood the findings of a big run.
    const Contract odd{"OCB1", "=HYPERLINK(\"x\")", "", "\xff", "", "", ""};
    const Made made = make(clean_bill(), odd);
    CHECK(made.findings.empty());
    CHECK(made.entry.findings.to_text() == "formula-like text-not-utf8");
    std::vector<Finding> findings;
    normalize::check_contract(odd, findings);
    REQUIRE(findings.size() == 3);
    CHECK(findings[0].code.text() == "platform-id-missing");
    CHECK(findings[1].code.text() == "formula-like");
    CHECK(findings[2].code.text() == "text-not-utf8");
    for (const Finding& finding : findings) {
        CHECK(finding.contract_id == "OCB1");
        CHECK(finding.document_id.empty());
    }
    findings.clear();
    normalize::check_contract(contract, findings);
    CHECK(findings.empty());
}

TEST_CASE("the contract's detail fills and corrects the list item, and never empties it") {
    // If this failed, offer and customer columns would be lost although the service sent them.
    wire::Contract item;
    item.id = "OCB1";
    item.name = "list name";
    item.offer_name = "Flexible Engine";
    CHECK(normalize::make_contract(item, nullptr) == Contract{"OCB1", "list name", "", "Flexible Engine", "", "", ""});
    wire::Contract detail;
    detail.id = "OCB2";
    detail.name = "detail name";
    detail.offer_id = "O";
    detail.customer_id = "C";
    detail.customer_name = "Client";
    detail.platformId = "P";
    CHECK(normalize::make_contract(item, &detail) == Contract{"OCB1", "detail name", "O", "Flexible Engine", "C", "Client", "P"});
}

TEST_CASE("an instant or a month that cannot be true is left empty and named, never booked") {
    // 0001-01-01, which says "not set", would stand in the books as a day, and 9999-12-31 would date the workbook.
    const PlausibleTimes plausible(*parse_timestamp("2026-11-30T00:00:00Z"));
    CHECK(plausible.last_year() == 2031);
    const auto of = [&](const char* created, const char* updated) {
        wire::Document document = clean_bill();
        document.createdAt = created;
        document.updatedAt = updated;
        return make(document, contract, plausible);
    };
    const char* fine = "2021-11-02T09:07:47.372Z";
    for (const char* never :
         {"0001-01-01T00:00:00Z", "0000-01-01T00:00:00Z", "1899-12-30T00:00:00Z", "1900-01-01T00:00:00Z", "1970-01-01T00:00:00Z",
          "1970-01-01T01:00:00+01:00", "1980-01-01T00:00:00Z", "2000-01-01T00:00:00Z", "2004-12-31T23:59:59Z", "2032-01-01T00:00:00Z",
          "2038-01-19T03:14:07Z", "2099-12-31T23:59:59Z", "9999-12-31T23:59:59Z"}) {
        CAPTURE(never);
        const Made created = of(never, fine);
        CHECK_FALSE(created.entry.issued_at.has_value());
        CHECK(created.entry.updated_at == parse_timestamp(fine));
        CHECK((created.entry.findings.contains("date-implausible") || created.entry.findings.contains("timestamp-unreadable")));
        CHECK_FALSE(created.entry.findings.contains("updated-after-issue"));
        REQUIRE(created.findings.size() == 1);
        CHECK(created.findings[0].message.english().find(never) != std::string::npos);
        const Made updated = of(fine, never);
        CHECK(updated.entry.issued_at == parse_timestamp(fine));
        CHECK_FALSE(updated.entry.updated_at.has_value());
    }
    for (const char* true_one : {"2005-01-01T00:00:00Z", "2026-12-24T00:00:00Z", "2031-12-31T23:59:59Z"}) {
        CAPTURE(true_one);
        CHECK(of(true_one, true_one).findings.empty());
        CHECK(of(true_one, true_one).entry.issued_at == parse_timestamp(true_one));
    }
    for (const char* never : {"000101", "190001", "197001", "199912", "200412", "203201", "209912", "999912", "0001-01", "9999-12-31"}) {
        CAPTURE(never);
        wire::Document document = clean_bill();
        document.period = never;
        const Made made = make(document, contract, plausible);
        CHECK_FALSE(made.entry.period.has_value());
        CHECK(made.entry.findings.contains("period-unreadable"));
    }
}

TEST_CASE("a member with two values costs what hangs on it, and no more") {
    // If this failed, one of two amounts would be booked without a word, or a file name would stop a month.
    struct Case {
        std::uint8_t member;
        bool error;
    };
    for (const Case& each : {Case{wire::member_amount, true}, Case{wire::member_updated_at, true}, Case{wire::member_filename, false},
                             Case{wire::member_created_at, false}}) {
        wire::Document document = clean_bill();
        document.contradicting = each.member;
        const Made made = make(document);
        REQUIRE(made.findings.size() == 1);
        CHECK(made.findings.front().code.text() == "member-contradicting");
        CHECK((made.findings.front().severity() == Severity::error) == each.error);
        CHECK(made.entry.findings.contains("member-contradicting"));
        document.documentType = "reports";
        CHECK(make(document).findings.front().severity() == Severity::warning);
    }
    wire::Document document = clean_bill();
    document.repaired = true;
    CHECK(make(document).entry.findings.to_text() == "text-not-utf8");
}

TEST_CASE("papers are never text, reports may be") {
    // If this failed, an error text would stand as an invoice, or a consumption report would never come.
    for (const char* type : {"invoices", "bills", "partialBills", "Invoices", "creditNotes", "Avoirs", "FACTURES"}) {
        CAPTURE(type);
        CHECK(normalize::is_paper(type));
    }
    for (const char* type : {"reports", "comsumptionRatedReports", "partialConsumptionRatedReports", "", "exports"}) {
        CAPTURE(type);
        CHECK_FALSE(normalize::is_paper(type));
    }
}
