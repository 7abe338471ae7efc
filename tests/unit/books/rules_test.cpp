/// What judges a row: today's rules, what a closing kept, and what only the job file can tell.
#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "books/books.hpp"

using namespace moisson;

namespace {

const Contract contract{"OCB0000001", "One", "", "", "", "", ""};

LedgerEntry row(std::string type, std::string id, const char* first, const char* last, std::int64_t minor) {
    LedgerEntry entry;
    entry.contract = &contract;
    entry.document_id = std::move(id);
    entry.document_type = std::move(type);
    const bool is_final = entry.document_type == "invoices" || entry.document_type == "bills";
    entry.standing = is_final ? Standing::final_ : Standing::supporting;
    if (!is_final) {
        entry.findings.insert("document-type-unknown");
    }
    entry.period = Period{Month::parse(first)->first_day(), Month::parse(last)->last_day()};
    entry.amount = Money{minor, *find_currency("EUR")};
    entry.currency = entry.amount->currency;
    entry.raw_amount = to_decimal(*entry.amount);
    return entry;
}

ClosedContract kept(const char* month, std::vector<std::string> types, std::vector<TypeDecision> decided = {}) {
    return {*Month::parse(month), contract, std::move(types), std::move(decided)};
}

books::CountingRule bills_only() { return books::CountingRule({CountingChoice{{"bills"}, {}, {}}}); }

struct Counted {
    std::vector<LedgerEntry> entries;
    std::vector<Finding> findings;
    [[nodiscard]] std::string ids() const {
        std::string text;
        for (const LedgerEntry& entry : entries) {
            text += entry.counted ? (text.empty() ? "" : " ") + entry.document_id : "";
        }
        return text;
    }
    [[nodiscard]] bool has(std::string_view code, std::string_view id) const {
        return std::any_of(findings.begin(), findings.end(),
                           [&](const Finding& one) { return one.code == code && one.document_id == id; });
    }
};

Counted count(std::vector<LedgerEntry> entries, const books::CountingRule& rule) {
    Counted result{std::move(entries), {}};
    books::apply_counting_rule(result.entries, rule, result.findings);
    return result;
}

BooksSettings with_type(std::string type, std::string counts_as) {
    BooksSettings books;
    books.types.push_back({std::move(type), std::move(counts_as), "a letter of Orange"});
    return books;
}

BooksSettings with_withdrawn(std::string document, bool counts) {
    BooksSettings books;
    books.withdrawn.push_back({{std::move(document)}, {}, counts, "cancelled"});
    return books;
}

}  // namespace

TEST_CASE("a closed month is judged by the rule of its closing, open ones by today's: another rule would book closed months anew") {
    books::CountingRule rule = bills_only();
    rule.keep(kept("2026-07", {"invoices", "bills"}), 0);
    const std::vector<LedgerEntry> rows{row("invoices", "I7", "2026-07", "2026-07", 300), row("bills", "B7", "2026-07", "2026-07", 290),
                                        row("invoices", "I8", "2026-08", "2026-08", 400), row("bills", "B8", "2026-08", "2026-08", 390)};
    CHECK(count(rows, rule).ids() == "I7 B8");
    CHECK(count(rows, rule.today()).ids() == "B7 B8");
}

TEST_CASE("a bill that reaches into a closed month does not count beside the invoice that counts there: the use would be booked twice") {
    books::CountingRule rule = bills_only();
    rule.keep(kept("2026-07", {"invoices", "bills"}), 0);
    const Counted made = count({row("bills", "B", "2026-06", "2026-08", 1000), row("invoices", "I", "2026-07", "2026-07", 300)}, rule);
    CHECK(made.ids() == "I");
    CHECK(made.has("bill-set-aside", "B"));
    CHECK(made.findings[0].message.english().find("I (invoices) of 2026-07, which is closed, counts by the rule of its") !=
          std::string::npos);
    // Of two closed months the one that was closed first stands.
    books::CountingRule two;
    two.keep(kept("2026-07", {"bills"}), 1);
    two.keep(kept("2026-08", {"invoices"}), 0);
    CHECK(count({row("invoices", "I", "2026-07", "2026-08", 5), row("bills", "B", "2026-07", "2026-07", 4)}, two).ids() == "I");
    books::CountingRule other;
    other.keep(kept("2026-07", {"bills"}), 0);
    other.keep(kept("2026-08", {"invoices"}), 1);
    CHECK(count({row("invoices", "I", "2026-07", "2026-08", 5), row("bills", "B", "2026-07", "2026-07", 4)}, other).ids() == "B");
}

TEST_CASE("an invoice that today's rule leaves out keeps no bill of a closed month from counting: nothing would be booked at all") {
    books::CountingRule rule = bills_only();
    rule.keep(kept("2026-07", {"invoices", "bills"}), 0);
    CHECK(count({row("bills", "B", "2026-07", "2026-07", 300), row("invoices", "I", "2026-06", "2026-08", 1000)}, rule).ids() == "B");
}

TEST_CASE("what a closed month counted stands while nothing that touches it changed, whatever a rule says") {
    LedgerEntry bill = row("bills", "B", "2026-06", "2026-08", 1000);
    LedgerEntry invoice = row("invoices", "I", "2026-07", "2026-07", 300);
    bill.counted_when_closed = true;
    const Counted made = count({bill, invoice}, {});
    CHECK(made.ids() == "B I");
    CHECK_FALSE(made.has("invoice-and-bill", "B"));
    CHECK_FALSE(made.has("bill-set-aside", "B"));
    bill.counted_when_closed.reset();
    invoice.counted_when_closed = false;
    CHECK(count({bill, invoice}, {}).ids().empty());
}

TEST_CASE("an amount under an unknown type is an error until the job file says what it counts as") {
    for (const char* type : {"creditNotes", "Invoices", "invoices ", "factures"}) {
        CAPTURE(type);
        const std::vector<LedgerEntry> rows{row("invoices", "I", "2026-10", "2026-10", 100), row(type, "X", "2026-10", "2026-10", -40),
                                            row("bills", "B", "2026-10", "2026-10", 90)};
        const Counted undecided = count(rows, {});
        CHECK(undecided.ids() == "I");
        CHECK(undecided.has("document-type-undecided", "X"));
        const Counted as_invoice = count(rows, books::CountingRule(with_type(type, "invoices")));
        CHECK(as_invoice.ids() == "I X");
        CHECK(as_invoice.has("document-type-decided", "X"));
        CHECK_FALSE(as_invoice.has("document-type-undecided", "X"));
        CHECK(as_invoice.entries[1].standing == Standing::final_);
        for (const std::string& problem : books::reconcile(as_invoice.entries, books::currency_totals(as_invoice.entries).value(),
                                                           books::month_totals(as_invoice.entries).value())) {
            CHECK(problem.find("both count") == std::string::npos);
        }
        const Counted as_nothing = count(rows, books::CountingRule(with_type(type, "")));
        CHECK(as_nothing.ids() == "I");
        CHECK_FALSE(as_nothing.has("document-type-undecided", "X"));
    }
    CHECK_FALSE(count({row("creditNotes", "X", "2026-10", "2026-10", 0)}, {}).has("document-type-undecided", "X"));
    LedgerEntry unreadable = row("creditNotes", "X", "2026-10", "2026-10", 0);
    unreadable.amount.reset();
    unreadable.raw_amount = "12,3,4";
    CHECK(count({unreadable}, {}).has("document-type-undecided", "X"));
}

TEST_CASE("a decision that comes after a closing changes nothing in it") {
    books::CountingRule rule(with_type("creditNotes", "invoices"));
    rule.keep(kept("2026-10", {"invoices", "bills"}), 0);
    const std::vector<LedgerEntry> rows{row("invoices", "I", "2026-10", "2026-10", 100), row("creditNotes", "X", "2026-10", "2026-10", -40),
                                        row("creditNotes", "Y", "2026-11", "2026-11", -7)};
    CHECK(count(rows, rule).ids() == "I Y");
    rule.keep(kept("2026-10", {"invoices", "bills"}, {{"creditNotes", "invoices", ""}}), 0);
    CHECK(count(rows, rule).ids() == "I X Y");
}

TEST_CASE("a document that was withdrawn and counts is an error until the job file says whether it still does") {
    std::vector<LedgerEntry> rows{row("invoices", "I", "2026-10", "2026-10", 100), row("bills", "B", "2026-10", "2026-10", 90)};
    rows[0].withdrawn = true;
    const Counted undecided = count(rows, {});
    CHECK(undecided.ids() == "I");
    CHECK(undecided.has("withdrawn-undecided", "I"));
    const Counted stays = count(rows, books::CountingRule(with_withdrawn("I", true)));
    CHECK(stays.ids() == "I");
    CHECK(stays.has("withdrawn-decided", "I"));
    CHECK_FALSE(stays.has("withdrawn-undecided", "I"));
    // The bill that it kept out counts again, as if the invoice had never been there.
    const Counted gone = count(rows, books::CountingRule(with_withdrawn("I*", false)));
    CHECK(gone.ids() == "B");
    CHECK(gone.has("withdrawn-decided", "I"));
    // Another document's decision, a document that is listed, one that does not count: nothing to decide.
    CHECK(count(rows, books::CountingRule(with_withdrawn("J", false))).has("withdrawn-undecided", "I"));
    rows[0].withdrawn = false;
    CHECK(count(rows, books::CountingRule(with_withdrawn("I", false))).ids() == "I");
    rows[1].withdrawn = true;
    CHECK_FALSE(count(rows, {}).has("withdrawn-undecided", "B"));
}

TEST_CASE("an invoice of an inbox counts beside whatever the service's documents do, until the service delivers it") {
    // A bill of the same month would be set aside for an invoice that charges something else, or the invoice be booked twice.
    std::vector<LedgerEntry> rows{row("bills", "B7", "2026-07", "2026-07", 290), row("invoices", "of-inbox", "2026-07", "2026-07", 300)};
    rows[1].channel = Channel::inbox;
    CHECK(count(rows, {}).ids() == "B7 of-inbox");
    CHECK(count(rows, bills_only()).ids() == "B7 of-inbox");
    CHECK(count(rows, {}).findings.empty());
    rows[1].counted_when_closed = false;  // judged by itself in a closed month, too
    CHECK(count(rows, {}).ids() == "B7 of-inbox");
    rows[1].findings.insert("inbox-delivered");
    CHECK(count(rows, {}).ids() == "B7");
    rows[1].findings = {};
    rows[1].withdrawn = true;
    CHECK(count(rows, books::CountingRule(with_withdrawn("of-inbox", false))).ids() == "B7");
    CHECK(count(rows, books::CountingRule(with_withdrawn("of-inbox", false))).has("withdrawn-decided", "of-inbox"));
    rows[1].withdrawn = false;
    rows[1].amount.reset();
    CHECK(count(rows, {}).ids() == "B7");
}
