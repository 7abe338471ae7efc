// What invoices say of themselves against the list and against each other.
#include "pipeline/invoice_findings.hpp"

#include <algorithm>
#include <deque>
#include <string>

#include <doctest/doctest.h>

using namespace moisson;

namespace {

const Currency euro = *find_currency("EUR");

/// Rows of October 2026 with what their documents say.
struct Scene {
    std::deque<Contract> contracts;
    std::deque<LedgerEntry> entries;
    std::deque<InvoiceValues> values;
    std::vector<pipeline::ReadRow> rows;

    struct Told {
        LedgerEntry& entry;
        InvoiceValues& values;
        pipeline::ReadRow& row;
    };
    /// 100.00 without VAT, 120.00 with it; the list says the latter.
    Told add(const std::string& document_id, const std::string& contract_id = "OCB1") {
        auto contract = std::find_if(contracts.begin(), contracts.end(), [&](const Contract& one) { return one.id == contract_id; });
        if (contract == contracts.end()) {
            contracts.emplace_back().id = contract_id;
            contract = std::prev(contracts.end());
        }
        LedgerEntry& entry = entries.emplace_back();
        entry.contract = &*contract;
        entry.document_id = document_id;
        entry.document_type = "invoices";
        entry.standing = Standing::final_;
        entry.counted = true;
        entry.amount = Money{12'000, euro};
        entry.currency = euro;
        const Month month = *Month::parse("2026-10");
        entry.period = Period{month.first_day(), month.last_day()};
        InvoiceValues& told = values.emplace_back();
        told.from = ValuesFrom::xml;
        told.kind = InvoiceKind::invoice;
        told.number = "F-" + document_id;
        told.issue_date = std::chrono::year(2026) / 11 / 2;
        told.due_date = std::chrono::year(2026) / 12 / 2;
        told.seller.name = "Orange Business";
        told.seller.siren = "345039416";
        told.buyer.siren = "732829320";
        told.currency = euro;
        told.net = Money{10'000, euro};
        told.vat = Money{2'000, euro};
        told.gross = Money{12'000, euro};
        rows.reserve(64);
        rows.push_back({&entry, &told, AmountIs::gross, {}, nullptr});
        return {entry, told, rows.back()};
    }
    [[nodiscard]] std::vector<Finding> judge(const Organization& whose = {}) const {
        std::vector<pipeline::ReadRow> of_company = rows;
        for (pipeline::ReadRow& row : of_company) {
            row.whose = &whose;
        }
        return pipeline::judge_invoices(of_company);
    }
    /// "code document message", raised ones with '!' before.
    [[nodiscard]] std::vector<std::string> told(const Organization& whose = {}) const {
        std::vector<std::string> texts;
        for (const Finding& finding : judge(whose)) {
            if (finding.code != "amount-is-gross" && finding.code != "amount-is-net") {
                texts.push_back((finding.raised ? "!" : "") + std::string(finding.code.text()) + " " + finding.document_id + ": " +
                                finding.message.english());
            }
        }
        return texts;
    }
};

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("an honest month says once for each contract what the list's amount is, and nothing else") {
    // Accounts would learn it a thousand times, or be frightened by a month that is right.
    Scene scene;
    scene.add("a");
    scene.add("b");
    scene.add("c", "OCB2").row.amount_is = AmountIs::net;
    scene.add("d", "OCB3").row.amount_is = AmountIs::both;
    scene.add("e", "OCB4").row.amount_is = AmountIs::unknown;
    const std::vector<Finding> findings = scene.judge({"Exemple SA", "732829320"});
    REQUIRE(findings.size() == 2);
    CHECK(findings[0] == make_finding("amount-is-gross", "the amount of 2 documents is the one with VAT", "OCB1"));
    CHECK(findings[1] == make_finding("amount-is-net", "the amount of 1 document is the one without VAT", "OCB2"));
    CHECK(findings[0].severity() == Severity::info);
    for (const LedgerEntry& entry : scene.entries) {
        CHECK(entry.findings.empty());
    }
}

TEST_CASE("where list and document say different things the row says so, and a month in which it counts is not complete") {
    // A wrong amount would be booked without a word.
    Scene scene;
    const auto told = scene.add("a");
    Texts wanted;
    SUBCASE("an amount that is none of the document's") {
        told.row.amount_is = AmountIs::neither;
        wanted = {"!inside-differs a: the list says 120.00 EUR, the document 100.00 EUR without VAT and 120.00 EUR with it"};
    }
    SUBCASE("what is left to pay is an amount of the document, too") {
        told.row.amount_is = AmountIs::neither;
        told.values.amount_due = told.entry.amount;
    }
    SUBCASE("read from text, which proves less") {
        told.row.amount_is = AmountIs::neither;
        told.values.from = ValuesFrom::text;
        wanted = {"amount-is-neither a: the list says 120.00 EUR, the document 100.00 EUR without VAT and 120.00 EUR with it"};
    }
    SUBCASE("a row that does not count") {
        told.row.amount_is = AmountIs::neither;
        told.entry.counted = false;
        wanted = {"inside-differs a: the list says 120.00 EUR, the document 100.00 EUR without VAT and 120.00 EUR with it"};
    }
    SUBCASE("another currency") {
        told.values.currency = find_currency("CHF");
        wanted = {"!inside-differs a: the list says EUR, the document CHF"};
    }
    SUBCASE("a credit note that the list has as a charge") {
        told.values.kind = InvoiceKind::credit_note;
        told.values.gross = Money{-12'000, euro};
        wanted = {"!inside-differs a: the document is a credit note, and the list says 120.00 EUR"};
    }
    SUBCASE("a charge that the list has as a credit") {
        told.entry.amount = Money{-12'000, euro};
        wanted = {"!inside-differs a: the list says -120.00 EUR, and the document is an invoice"};
    }
    SUBCASE("issued a year before its month") {
        told.values.issue_date = std::chrono::year(2025) / 11 / 2;
        wanted = {"inside-differs a: the document was issued on 2025-11-02, and the list files it under 2026-10"};
    }
    SUBCASE("issued a quarter before its month, as subscriptions are") { told.values.issue_date = std::chrono::year(2026) / 7 / 2; }
    SUBCASE("of a document that says nothing there is nothing to say") {
        told.row.values = nullptr;
        told.row.amount_is = AmountIs::neither;
    }
    CHECK(scene.told() == wanted);
    CHECK(told.entry.findings.empty() == wanted.empty());
}

TEST_CASE("one invoice in two documents is told of, whoever holds the second") {
    // It would be paid twice.
    Scene scene;
    const auto first = scene.add("a");
    const auto second = scene.add("b");
    first.values.number = second.values.number = "F-1";
    Texts wanted;
    SUBCASE("both count") {
        wanted = {"!invoice-number-duplicate a: F-1 of Orange Business is also the document b",
                  "!invoice-number-duplicate b: F-1 of Orange Business is also the document a"};
    }
    SUBCASE("one counts, of the same type") {
        second.entry.counted = false;
        wanted = {"invoice-number-duplicate a: F-1 of Orange Business is also the document b",
                  "invoice-number-duplicate b: F-1 of Orange Business is also the document a"};
    }
    SUBCASE("a bill beside the invoice, which keeps it out") {
        second.entry.counted = false;
        second.entry.document_type = "bills";
    }
    SUBCASE("another year") { second.values.issue_date = std::chrono::year(2027) / 1 / 2; }
    SUBCASE("another seller") { second.values.seller.siren = "732829320"; }
    SUBCASE("two versions of one document") { second.entry.document_id = "a"; }
    CHECK(scene.told() == wanted);
}

TEST_CASE("in another contract it is named with its contract") {
    Scene scene;
    scene.add("a").values.number = "F-1";
    scene.add("b", "OCB2").values.number = "F-1";
    CHECK(scene.told() == Texts{"!invoice-number-duplicate a: F-1 of Orange Business is also the document b of OCB2",
                                "!invoice-number-duplicate b: F-1 of Orange Business is also the document a of OCB1"});
}

TEST_CASE("an invoice to another company than the job's is told of, and only where both say who they are") {
    // Its VAT could not be deducted.
    Scene scene;
    scene.add("a").values.buyer = {"Autre SARL", "542107651", "", ""};
    scene.add("b").values.buyer = {"Sans numéro", "", "", ""};
    scene.add("c").values.buyer = {"Exemple SA", "", "73282932000074", ""};
    CHECK(scene.told({"Exemple SA", "732829320"}) ==
          Texts{"buyer-unexpected a: it is made out to Autre SARL, SIREN 542107651, and these are the books of 732829320"});
    CHECK(scene.told().empty());
}

TEST_CASE("what the reader observed stands with its document") {
    Scene scene;
    const std::vector<invoice::Observation> observed{{"document-active", "it runs something"}};
    scene.add("a").row.observations = observed;
    CHECK(scene.told() == Texts{"document-active a: it runs something"});
    CHECK(scene.entries.front().findings.contains("document-active"));
}

TEST_CASE("what is due by now is counted once for the run, credits aside") {
    Scene scene;
    scene.add("a");
    scene.add("b").values.due_date = std::chrono::year(2026) / 11 / 20;
    scene.add("c").values.kind = InvoiceKind::credit_note;
    scene.add("d").entry.counted = false;
    CHECK_FALSE(pipeline::due_by_now(scene.rows, std::chrono::sys_days{std::chrono::year(2026) / 11 / 20}).has_value());
    const auto due = pipeline::due_by_now(scene.rows, std::chrono::sys_days{std::chrono::year(2026) / 12 / 3});
    REQUIRE(due.has_value());
    CHECK(*due == make_finding("due-date-passed", "2 invoices, the first since 2026-11-20"));
}
