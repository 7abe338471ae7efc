/// Counting, totals, duplicates and reconciliation of ledger rows.
#include <algorithm>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "books/books.hpp"

using namespace moisson;

namespace {

const Contract first_contract{"OCB0000001", "One", "", "", "", "", ""};
const Contract second_contract{"OCB0000002", "Two", "", "", "", "", ""};
const books::CountingRule rule;

Currency currency(std::string_view code) { return find_currency(code).value(); }

Period months(std::string_view first, std::string_view last) {
    return {Month::parse(first).value().first_day(), Month::parse(last).value().last_day()};
}

/// A row as `normalize` and `transfer` leave it: with its file, not counted.
LedgerEntry row(std::string type, std::string id, std::string_view month, std::optional<std::int64_t> minor,
                std::string_view code = "EUR") {
    LedgerEntry entry;
    entry.contract = &first_contract;
    entry.document_type = std::move(type);
    entry.document_id = std::move(id);
    const bool is_final = entry.document_type == "invoices" || entry.document_type == "bills";
    entry.standing = is_final ? Standing::final_ : entry.document_type == "reports" ? Standing::supporting : Standing::provisional;
    if (!month.empty()) {
        entry.period = months(month, month);
    }
    entry.currency = currency(code);
    if (minor) {
        entry.amount = Money{*minor, currency(code)};
    }
    entry.status = DocumentStatus::ok;
    entry.sha256 = std::string(64, 'a');
    entry.size_bytes = 1;
    entry.media_type = "application/pdf";
    entry.path = "documents/" + entry.document_id;
    return entry;
}

struct Counted {
    std::vector<LedgerEntry> entries;
    std::vector<Finding> findings;
    /// Ids of the counted rows, joined by a blank, in row order.
    [[nodiscard]] std::string ids() const {
        std::string text;
        for (const LedgerEntry& entry : entries) {
            if (entry.counted) {
                text += (text.empty() ? "" : " ") + entry.document_id;
            }
        }
        return text;
    }
    [[nodiscard]] std::string codes(std::string_view id, std::uint32_t version = 1) const {
        for (const LedgerEntry& entry : entries) {
            if (entry.document_id == id && entry.version == version) {
                return entry.findings.to_text();
            }
        }
        return "no such row";
    }
    [[nodiscard]] bool says(std::string_view text) const {
        return std::any_of(findings.begin(), findings.end(),
                           [&](const Finding& finding) { return finding.message.english().find(text) != std::string::npos; });
    }
};

Counted count(std::vector<LedgerEntry> entries, const books::CountingRule& with = rule) {
    Counted result{std::move(entries), {}};
    books::apply_counting_rule(result.entries, with, result.findings);
    return result;
}

std::vector<std::string> reconcile(const std::vector<LedgerEntry>& entries) {
    return books::reconcile(entries, books::currency_totals(entries).value(), books::month_totals(entries).value());
}

bool has(const std::vector<std::string>& problems, std::string_view text) {
    return std::any_of(problems.begin(), problems.end(), [&](const std::string& one) { return one.find(text) != std::string::npos; });
}

}  // namespace

TEST_CASE("invoices count when there are any, else bills, and never both") {
    // If this failed, a month would be paid twice in the totals, or not at all.
    Counted made = count({row("bills", "B1", "2026-09", 100), row("invoices", "I1", "2026-10", 200), row("bills", "B2", "2026-10", 190),
                          row("partialBills", "P", "2026-10", 50), row("reports", "R", "2026-10", 7), row("toto", "T", "2026-10", 9)});
    CHECK(made.ids() == "B1 I1");
    CHECK(made.codes("B2") == "invoice-and-bill");
    CHECK(made.codes("B1").empty());
    CHECK(made.codes("P") == "provisional-replaced");
    CHECK(made.says("The final document of 2026-10 has come: I1 (invoices), B2 (bills)."));
    REQUIRE(made.findings.size() == 2);
    CHECK(made.findings[0].contract_id == first_contract.id);
    CHECK(made.findings[0].document_id == "B2");
    CHECK(made.says("1.90 EUR"));
    CHECK(made.says("2026-10"));
    CHECK(reconcile(made.entries).empty());
}

TEST_CASE("all invoices of a month count, credits too, and all bills where there is no invoice") {
    // If this failed, credit notes would be lost from the totals.
    CHECK(count({row("invoices", "I1", "2026-10", 200), row("invoices", "I2", "2026-10", -50), row("bills", "B", "2026-10", 150)}).ids() ==
          "I1 I2");
    CHECK(count({row("bills", "B1", "2026-10", 200), row("bills", "B2", "2026-10", -50)}).ids() == "B1 B2");
    CHECK(count({row("invoices", "I0", "2026-10", 0)}).ids() == "I0");
}

TEST_CASE("another contract's invoice does not displace a bill") {
    // If this failed, one contract's bill would vanish because of another's invoice.
    std::vector<LedgerEntry> entries{row("invoices", "I", "2026-10", 1), row("bills", "B", "2026-10", 2)};
    entries[1].contract = &second_contract;
    CHECK(count(entries).ids() == "I B");
}

TEST_CASE("only the latest version of a document counts") {
    // If this failed, a corrected invoice would be counted as often as it was corrected.
    std::vector<LedgerEntry> entries{row("invoices", "I", "2026-10", 100), row("invoices", "I", "2026-10", 120),
                                     row("invoices", "I", "2026-10", 110)};
    entries[0].version = 1;
    entries[1].version = 3;
    entries[2].version = 2;
    Counted made = count(entries);
    CHECK(made.entries[1].counted);
    CHECK_FALSE(made.entries[0].counted);
    CHECK_FALSE(made.entries[2].counted);
    CHECK(made.codes("I", 1) == "superseded");
    CHECK(made.codes("I", 2) == "superseded");
    CHECK(made.codes("I", 3).empty());
    CHECK(made.findings.size() == 2);
}

TEST_CASE("a version that was replaced counts nowhere, even where its successor went elsewhere") {
    // If this failed, an invoice corrected to another month, type or an unreadable amount would still count in its old place.
    std::vector<LedgerEntry> moved{row("invoices", "I", "2026-09", 100), row("invoices", "I", "2026-10", 100),
                                   row("bills", "B", "2026-09", 90)};
    moved[1].version = 2;
    Counted made = count(moved);
    CHECK(made.entries[1].counted);
    CHECK_FALSE(made.entries[0].counted);
    CHECK(made.entries[2].counted);  // September has no invoice any more
    std::vector<LedgerEntry> unreadable{row("invoices", "I", "2026-10", 100), row("invoices", "I", "2026-10", std::nullopt)};
    unreadable[1].version = 2;
    CHECK(count(unreadable).ids().empty());
    // The caller knew of a later version that is not among the rows (another month was exported).
    std::vector<LedgerEntry> alone{row("invoices", "I", "2026-09", 100), row("bills", "B", "2026-09", 90)};
    alone[0].findings.insert("superseded");
    made = count(alone);
    CHECK(made.ids() == "B");
    CHECK(made.findings.empty());
}

TEST_CASE("an id belongs to its contract, and documents without an id are each their own") {
    // If this failed, equal ids in two contracts, or missing ids, would hide each other's amounts.
    std::vector<LedgerEntry> entries{row("invoices", "X", "2026-10", 1), row("invoices", "X", "2026-10", 2)};
    entries[1].contract = &second_contract;
    entries[1].version = 2;
    CHECK(count(entries).ids() == "X X");
    std::vector<LedgerEntry> nameless{row("invoices", "", "2026-10", 1), row("invoices", "", "2026-10", 2)};
    nameless[1].version = 2;
    Counted made = count(nameless);
    CHECK(made.entries[0].counted);
    CHECK(made.entries[1].counted);
}

TEST_CASE("a row without amount or period never counts") {
    // If this failed, a total would hold a guess.
    CHECK(count({row("invoices", "I", "2026-10", std::nullopt), row("invoices", "J", "", 5), row("bills", "B", "", 5)}).ids().empty());
    // A bill of another month stands although an invoice without a month exists: it cannot be told what that one replaces.
    CHECK(count({row("invoices", "J", "", 5), row("bills", "B", "2026-10", 5)}).ids() == "B");
}

TEST_CASE("a bill does not silently take the place of an invoice whose amount is unreadable") {
    // If this failed, an estimate would stand in the totals as if it had been invoiced.
    Counted made = count({row("invoices", "I", "2026-10", std::nullopt), row("bills", "B", "2026-10", 100)});
    CHECK(made.ids().empty());
    CHECK(made.codes("B") == "bill-set-aside");
    CHECK(made.says("no readable amount"));
    made = count({row("invoices", "I", "2026-10", std::nullopt), row("invoices", "J", "2026-10", 90), row("bills", "B", "2026-10", 100)});
    CHECK(made.ids() == "J");
    CHECK(made.codes("B") == "invoice-and-bill");
}

TEST_CASE("a bill beside nothing but credits is left out with a warning") {
    // If this failed, a month's charges would disappear behind a credit note without a word.
    Counted made = count({row("invoices", "C", "2026-10", -30), row("bills", "B", "2026-10", 100)});
    CHECK(made.ids() == "C");
    CHECK(made.codes("B") == "bill-set-aside");
    CHECK(made.says("only credits or zero"));
    made = count({row("invoices", "C", "2026-10", -30), row("bills", "B", "2026-10", -30)});
    CHECK(made.codes("B") == "invoice-and-bill");
}

TEST_CASE("an invoice over several months displaces the bills of each of them") {
    // If this failed, a quarter would be counted once in its invoice and again in two of its three bills.
    LedgerEntry quarter = row("invoices", "Q", "2026-09", 300);
    quarter.period = months("2026-07", "2026-09");
    Counted made = count({quarter, row("bills", "B6", "2026-06", 1), row("bills", "B7", "2026-07", 100), row("bills", "B8", "2026-08", 100),
                          row("bills", "B9", "2026-09", 100), row("bills", "B10", "2026-10", 1)});
    CHECK(made.ids() == "Q B6 B10");
    for (const std::string_view id : {"B7", "B8", "B9"}) {
        CHECK(made.codes(id) == "invoice-and-bill");
    }
    // The other way round: three invoices cover a quarter's bill, two do not.
    LedgerEntry bill = row("bills", "QB", "2026-09", 300);
    bill.period = months("2026-07", "2026-09");
    made = count({row("invoices", "I7", "2026-07", 1), row("invoices", "I8", "2026-08", 1), row("invoices", "I9", "2026-09", 1), bill});
    CHECK(made.codes("QB") == "invoice-and-bill");
    made = count({row("invoices", "I7", "2026-07", 1), row("invoices", "I9", "2026-09", 1), bill});
    CHECK(made.codes("QB") == "bill-set-aside");
    CHECK(made.ids() == "I7 I9");
    CHECK(made.says("only a part of 2026-07 to 2026-09"));
}

TEST_CASE("the rule can be another one and says itself in words") {
    // If this failed, summary.json would describe another rule than the one used.
    const auto of_types = [](std::vector<std::string> types) {
        return books::CountingRule({CountingChoice{std::move(types), {}, {}}});
    };
    const books::CountingRule bills_first = of_types({"bills", "invoices"});
    Counted made = count({row("invoices", "I", "2026-10", 1), row("bills", "B", "2026-10", 2)}, bills_first);
    CHECK(made.ids() == "B");
    const books::CountingRule only_bills = of_types({"bills"});
    made = count({row("invoices", "I", "2026-09", 1), row("bills", "B", "2026-10", 2), row("", "N", "2026-10", 3)}, only_bills);
    CHECK(made.ids() == "B");
    CHECK(made.codes("I") == "type-not-counted");
    CHECK(made.says("bills count; nothing else does"));
    const books::CountingRule provisional = of_types({"partialBills", "bills"});
    CHECK(count({row("partialBills", "P", "2026-10", 1), row("bills", "B", "2026-10", 2)}, provisional).ids() == "B");
    CHECK(rule.in_words().english().find("invoices count when there are any, else those of bills; never both") != std::string::npos);
    const std::string alone = books::CountingRule::in_words(CountingChoice{{"bills"}, {}, {}}).english();
    CHECK(alone.find("bills count; nothing else") != std::string::npos);
    // Counting anew starts from nothing.
    std::vector<Finding> findings;
    std::vector<LedgerEntry> again{row("reports", "R", "2026-10", 1)};
    again[0].counted = true;
    books::apply_counting_rule(again, rule, findings);
    CHECK_FALSE(again[0].counted);
}

TEST_CASE("totals are exact, by currency, and the same in any order of rows") {
    // If this failed, the sum that the accounts department books would depend on the order of answers.
    constexpr std::int64_t huge = std::numeric_limits<std::int64_t>::max();
    std::vector<LedgerEntry> entries{row("invoices", "A", "2026-10", huge),     row("invoices", "B", "2026-10", huge),
                                     row("invoices", "C", "2026-10", -huge),    row("invoices", "D", "2026-10", -huge + 5),
                                     row("invoices", "E", "2026-11", 7, "USD"), row("invoices", "F", "2026-12", -7, "USD"),
                                     row("bills", "G", "2026-09", 9, "JPY")};
    entries[6].contract = &second_contract;
    Counted made = count(entries);
    const auto totals = books::currency_totals(made.entries);
    REQUIRE(totals.has_value());
    REQUIRE(totals->size() == 3);
    CHECK((*totals)[0].total == Money{5, currency("EUR")});
    CHECK((*totals)[0].documents == 4);
    CHECK((*totals)[0].credits == 2);
    CHECK((*totals)[1].total == Money{9, currency("JPY")});
    CHECK((*totals)[2].total == Money{0, currency("USD")});
    const auto by_month = books::month_totals(made.entries);
    REQUIRE(by_month.has_value());
    REQUIRE(by_month->size() == 4);
    CHECK((*by_month)[0].month.to_text() == "2026-10");
    CHECK((*by_month)[1].total == Money{7, currency("USD")});
    CHECK((*by_month)[3].contract == &second_contract);
    CHECK(reconcile(made.entries).empty());
    std::mt19937 random(3);
    for (int round = 0; round < 50; ++round) {
        std::shuffle(made.entries.begin(), made.entries.end(), random);
        const auto again = books::currency_totals(made.entries);
        REQUIRE(again.has_value());
        CHECK((*again)[0].total == (*totals)[0].total);
    }
    CHECK(books::currency_totals({}).value().empty());
    CHECK(books::month_totals({}).value().empty());
}

TEST_CASE("a sum that does not fit is an error that names the currency") {
    // If this failed, a total could wrap around into a negative sum.
    Counted made = count({row("invoices", "A", "2026-10", std::numeric_limits<std::int64_t>::max()), row("invoices", "B", "2026-10", 1)});
    const auto totals = books::currency_totals(made.entries);
    REQUIRE_FALSE(totals.has_value());
    CHECK(totals.error().code == ErrorCode::bad_input);
    CHECK(totals.error().message.english().find("EUR") != std::string::npos);
    // The last sums that fit do.
    constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
    made = count({row("invoices", "A", "2026-10", most - 1), row("invoices", "B", "2026-10", 1)});
    CHECK(books::currency_totals(made.entries).value()[0].total.amount_minor == most);
    CHECK(reconcile(made.entries).empty());
    made = count({row("invoices", "A", "2026-10", -most), row("invoices", "B", "2026-10", -1)});
    CHECK(books::currency_totals(made.entries).value()[0].total.amount_minor == std::numeric_limits<std::int64_t>::min());
    CHECK(reconcile(made.entries).empty());
    made = count({row("invoices", "A", "2026-10", most), row("invoices", "B", "2026-10", 1)});
    const auto by_month = books::month_totals(made.entries);
    REQUIRE_FALSE(by_month.has_value());
    CHECK(by_month.error().message.english().find("OCB0000001 in 2026-10") != std::string::npos);
}

TEST_CASE("the same bytes or the same name under two documents are named on each of them") {
    // If this failed, an invoice delivered under two ids would be paid twice without a warning.
    std::vector<LedgerEntry> entries{row("invoices", "A", "2026-10", 1), row("invoices", "B", "2026-11", 1),
                                     row("invoices", "C", "2026-10", 1), row("invoices", "D", "2026-10", 1),
                                     row("invoices", "E", "2026-10", 1)};
    entries[0].filename = "bill.pdf";
    entries[1].filename = "bill.pdf";  // another month
    entries[2].filename = "bill.pdf";
    entries[2].sha256 = std::string(64, 'c');
    entries[3].sha256.clear();
    entries[4].sha256.clear();
    std::vector<Finding> findings;
    books::mark_duplicates(entries, findings);
    CHECK(entries[0].findings.to_text() == "file-duplicate filename-duplicate");
    CHECK(entries[1].findings.to_text() == "file-duplicate");
    CHECK(entries[2].findings.to_text() == "filename-duplicate");
    CHECK(entries[3].findings.empty());
    CHECK(findings.size() == 4);
    CHECK(std::any_of(findings.begin(), findings.end(), [](const Finding& one) {
        return one.document_id == "B" && one.message == "The same bytes also stand under OCB0000001 A.";
    }));
    // Two versions of one document with the same bytes are no duplicate.
    std::vector<LedgerEntry> versions{row("invoices", "A", "2026-10", 1), row("invoices", "A", "2026-10", 2)};
    versions[1].version = 2;
    versions[0].filename = versions[1].filename = "x";
    findings.clear();
    books::mark_duplicates(versions, findings);
    CHECK(findings.empty());
    // The same id in another contract is another document.
    versions[1].contract = &second_contract;
    books::mark_duplicates(versions, findings);
    CHECK(findings.size() == 2);
}

TEST_CASE("a large group of equal files is named briefly") {
    // If this failed, 10,000 equal files would make 10,000 sentences of 10,000 names.
    std::vector<LedgerEntry> entries;
    for (int at = 0; at < 2'000; ++at) {
        entries.push_back(row("reports", fmt::format("R{:04}", at), "2026-10", std::nullopt));
    }
    std::vector<Finding> findings;
    books::mark_duplicates(entries, findings);
    REQUIRE(findings.size() == 2'000);
    CHECK(findings[0].message == "The same bytes also stand under OCB0000001 R0001, OCB0000001 R0002, OCB0000001 R0003 and 1996 more.");
}

TEST_CASE("documents are counted by what became of their files") {
    // If this failed, the summary would call a run whole that is not.
    std::vector<LedgerEntry> entries{row("invoices", "A", "2026-10", 1), row("invoices", "B", "2026-10", 1),
                                     row("reports", "C", "2026-10", 1), row("reports", "D", "2026-10", 1)};
    entries[1].status = DocumentStatus::failed;
    entries[2].status = DocumentStatus::not_ready;
    entries[3].status = DocumentStatus::skipped;
    const DocumentCounts counts = books::count_documents(count(entries).entries);
    CHECK(counts.rows == 4);
    CHECK(counts.counted == 2);
    CHECK(counts.ok == 1);
    CHECK(counts.failed == 1);
    CHECK(counts.not_ready == 1);
    CHECK(counts.skipped == 1);
}

TEST_CASE("each broken rule of a ledger is found before it is published") {
    // If this failed, a ledger that contradicts itself would go out as correct.
    struct Case {
        std::string_view said;
        void (*breaks)(std::vector<LedgerEntry>&);
    };
    const std::vector<Case> cases{
        {"stands in the ledger twice",
         [](std::vector<LedgerEntry>& rows) {
             rows.push_back(rows[0]);
             rows.back().counted = false;
             rows.back().path = "other";
         }},
        {"share the path", [](std::vector<LedgerEntry>& rows) { rows[1].path = rows[0].path; }},
        {"counts without an amount", [](std::vector<LedgerEntry>& rows) { rows[0].amount.reset(); }},
        {"counts without a period", [](std::vector<LedgerEntry>& rows) { rows[0].period.reset(); }},
        {"standing is provisional", [](std::vector<LedgerEntry>& rows) { rows[0].standing = Standing::provisional; }},
        {"a later version exists",
         [](std::vector<LedgerEntry>& rows) {
             rows.push_back(rows[0]);
             rows.back().version = 2;
             rows.back().path = "v2";
         }},
        {"both count", [](std::vector<LedgerEntry>& rows) { rows[1].counted = true; }},
        {"another currency", [](std::vector<LedgerEntry>& rows) { rows[0].currency = currency("USD"); }},
        {"without digest", [](std::vector<LedgerEntry>& rows) { rows[0].sha256 = "abc"; }},
        {"without digest", [](std::vector<LedgerEntry>& rows) { rows[0].size_bytes.reset(); }},
        {"without digest", [](std::vector<LedgerEntry>& rows) { rows[0].media_type.clear(); }},
        {"without digest", [](std::vector<LedgerEntry>& rows) { rows[0].path.clear(); }},
        {"no finding that says why",
         [](std::vector<LedgerEntry>& rows) {
             rows[1].status = DocumentStatus::failed;
             rows[1].path.clear();
         }},
        {"has a path but", [](std::vector<LedgerEntry>& rows) { rows[1].status = DocumentStatus::skipped; }},
    };
    const Counted whole =
        count({row("invoices", "I", "2026-10", 100), row("bills", "B", "2026-10", 90), row("invoices", "J", "2026-11", 5, "USD")});
    REQUIRE(reconcile(whole.entries).empty());
    std::vector<LedgerEntry> planned = whole.entries;
    planned[1].status = DocumentStatus::skipped;  // a plan, or an earlier version: no file, and no reason needed
    planned[1].path.clear();
    CHECK(reconcile(planned).empty());
    for (const Case& one : cases) {
        CAPTURE(one.said);
        std::vector<LedgerEntry> entries = whole.entries;
        one.breaks(entries);
        CHECK(has(reconcile(entries), one.said));
    }
}

TEST_CASE("totals that do not match the rows are found, by one minor unit or one document") {
    // If this failed, a wrong total would be published beside right rows.
    const Counted whole =
        count({row("invoices", "I", "2026-10", 100), row("invoices", "K", "2026-11", -1), row("invoices", "J", "2026-11", 5, "USD")});
    const auto totals = books::currency_totals(whole.entries).value();
    const auto by_month = books::month_totals(whole.entries).value();
    REQUIRE(books::reconcile(whole.entries, totals, by_month).empty());
    for (std::size_t at = 0; at < totals.size(); ++at) {
        for (const std::int64_t shift : {std::int64_t{1}, std::int64_t{-1}, std::int64_t{1'000'000'000'000}}) {
            auto wrong = totals;
            wrong[at].total.amount_minor += shift;
            CHECK(has(books::reconcile(whole.entries, wrong, by_month), "do not add up"));
        }
        auto wrong = totals;
        wrong[at].documents += 1;
        CHECK(has(books::reconcile(whole.entries, wrong, by_month), "documents"));
        wrong = totals;
        wrong.erase(wrong.begin() + static_cast<std::ptrdiff_t>(at));
        CHECK(has(books::reconcile(whole.entries, wrong, by_month), "currencies count"));
    }
    for (std::size_t at = 0; at < by_month.size(); ++at) {
        auto wrong = by_month;
        wrong[at].total.amount_minor -= 1;
        CHECK(has(books::reconcile(whole.entries, totals, wrong), "monthly totals"));
        wrong = by_month;
        wrong[at].documents += 1;
        CHECK(has(books::reconcile(whole.entries, totals, wrong), "monthly totals"));
    }
    auto invented = totals;
    invented.push_back({Money{7, currency("JPY")}, 1, 0});
    CHECK(has(books::reconcile(whole.entries, invented, by_month), "the counted rows in JPY do not add up"));
    // A ledger with many problems names the first ones and counts the rest.
    std::vector<LedgerEntry> broken;
    for (int at = 0; at < 200; ++at) {
        broken.push_back(row("reports", fmt::format("{}", at), "2026-10", std::nullopt));
        broken.back().sha256.clear();
    }
    const std::vector<std::string> problems = reconcile(broken);
    CHECK(problems.size() == 51);
    CHECK(problems.back() == "and 150 more");
}

TEST_CASE("whatever the rows are, counting and sums hold together and do not depend on their order") {
    // If this failed, some mix of documents would be counted twice, or differently in two runs.
    constexpr std::uint64_t seed = 4217;
    std::mt19937_64 random(seed);
    const std::vector<std::string> types{"invoices", "bills", "partialBills", "reports", "toto"};
    const std::vector<std::string_view> codes{"EUR", "USD", "JPY", "TND"};
    for (int round = 0; round < 300; ++round) {
        std::vector<LedgerEntry> entries;
        const std::uint64_t size = random() % 60;
        for (std::uint64_t at = 0; at < size; ++at) {
            const std::string month = random() % 10 == 0 ? "" : fmt::format("2026-{:02}", 1 + random() % 4);
            const std::int64_t minor = static_cast<std::int64_t>(random() % 2'000'000) - 500'000;
            LedgerEntry entry =
                row(types[random() % types.size()], fmt::format("D{}", at / 2), month, minor, codes[random() % codes.size()]);
            if (random() % 10 == 0) {
                entry.amount.reset();
            }
            entry.contract = random() % 2 == 0 ? &first_contract : &second_contract;
            entry.version = static_cast<std::uint32_t>(1 + at % 2);
            entry.path = fmt::format("p{}", at);
            entries.push_back(std::move(entry));
        }
        CAPTURE(seed);
        CAPTURE(round);
        Counted made = count(entries);
        CHECK(reconcile(made.entries).empty());
        std::shuffle(entries.begin(), entries.end(), random);
        Counted again = count(entries);
        std::sort(made.entries.begin(), made.entries.end(), ledger_order);
        std::sort(again.entries.begin(), again.entries.end(), ledger_order);
        for (std::size_t at = 0; at < made.entries.size(); ++at) {
            CHECK(made.entries[at].document_id == again.entries[at].document_id);
            CHECK(made.entries[at].counted == again.entries[at].counted);
            CHECK(made.entries[at].findings.to_text() == again.entries[at].findings.to_text());
        }
    }
}
