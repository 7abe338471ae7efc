// Months that an export is not about, and what they owe.
#include <deque>
#include <random>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "books/owed.hpp"

using namespace moisson;

namespace {

Month month(std::string_view text) { return Month::parse(text).value(); }
Money money(std::int64_t minor, std::string_view code = "EUR") { return {minor, find_currency(code).value()}; }

const Contract& contract() {
    static const Contract one = [] {
        Contract made;
        made.id = "OCB0000001";
        return made;
    }();
    return one;
}

LedgerEntry known(std::string_view period, std::string id, std::int64_t minor, bool counted = true, std::uint32_t version = 1,
                  std::string_view code = "EUR") {
    LedgerEntry entry;
    entry.contract = &contract();
    entry.document_id = std::move(id);
    entry.version = version;
    entry.period = Period{month(period).first_day(), month(period).last_day()};
    entry.amount = money(minor, code);
    entry.counted = counted;
    return entry;
}

ClosedRow published(std::string_view period, std::string id, std::int64_t minor, bool counted = true, std::uint32_t version = 1) {
    ClosedRow row;
    row.period = month(period);
    row.contract_id = contract().id;
    row.document_id = std::move(id);
    row.version = version;
    row.counted = counted;
    row.amount = money(minor);
    return row;
}

books::OwedMonths months(std::vector<Month> published_months, std::vector<Month> closed = {}) {
    return {std::move(published_months), std::move(closed), month("2026-12")};
}

std::string text_of(const books::OwedMonth& one) {
    std::string text = fmt::format("{} {} {}", one.period.to_text(), one.published ? "outdated" : "unpublished", one.documents);
    for (const ClosedTotal& total : one.differences) {
        text += fmt::format(" {}{}", to_decimal(total.total), total.total.currency.code());
    }
    return text;
}

}  // namespace

TEST_CASE("a document that came, changed, moved or went in a published month would stand nowhere, without a word") {
    struct Case {
        std::string name;
        std::vector<LedgerEntry> known;
        std::vector<ClosedRow> published;
        std::vector<std::string> expected;
    };
    const std::vector<Case> cases{
        {"as it was", {known("2026-10", "A", 100)}, {published("2026-10", "A", 100)}, {}},
        {"late", {known("2026-10", "A", 100), known("2026-10", "B", 55)}, {published("2026-10", "A", 100)}, {"2026-10 outdated 1 0.55EUR"}},
        {"a late credit", {known("2026-10", "A", -100)}, {}, {"2026-10 outdated 1 -1.00EUR"}},
        {"reissued", {known("2026-10", "A", 100), known("2026-10", "A", 130, true, 2)}, {published("2026-10", "A", 100)}, {"2026-10 outdated 1 0.30EUR"}},
        {"reissued in another currency",
         {known("2026-10", "A", 100, true, 2, "USD")},
         {published("2026-10", "A", 100)},
         {"2026-10 outdated 1 -1.00EUR 1.00USD"}},
        {"the same sum, another version", {known("2026-10", "A", 100, true, 2)}, {published("2026-10", "A", 100)}, {"2026-10 outdated 1"}},
        {"counts no longer", {known("2026-10", "A", 100, false)}, {published("2026-10", "A", 100)}, {"2026-10 outdated 1 -1.00EUR"}},
        {"gone", {}, {published("2026-10", "A", 100)}, {"2026-10 outdated 1 -1.00EUR"}},
        {"moved",
         {known("2026-11", "A", 100, true, 2)},
         {published("2026-10", "A", 100)},
         {"2026-10 outdated 1 -1.00EUR", "2026-11 unpublished 1 1.00EUR"}},
        {"a month that nobody published",
         {known("2026-10", "A", 100), known("2026-11", "B", 7), known("2026-11", "C", 8, false)},
         {published("2026-10", "A", 100)},
         {"2026-11 unpublished 2 0.07EUR"}},
        {"a month that is not over", {known("2027-01", "A", 100)}, {}, {}},
        {"a closed month", {known("2026-08", "A", 100)}, {}, {}},
        {"no month", {[] { LedgerEntry entry = known("2026-10", "A", 100, false); entry.period.reset(); return entry; }()}, {}, {}},
    };
    for (const Case& each : cases) {
        CAPTURE(each.name);
        books::OwedMonths owed = months({month("2026-10")}, {month("2026-08")});
        owed.add(contract().id, each.known, each.published);
        std::vector<std::string> found;
        for (const books::OwedMonth& one : owed.owed()) {
            found.push_back(text_of(one));
        }
        CHECK(found == each.expected);
    }
}

TEST_CASE("differences of a month would not add up to what is known less what was published") {
    std::mt19937 random(11);
    const auto any = [&](int count) { return static_cast<int>(random() % static_cast<unsigned>(count)); };
    for (int round = 0; round < 300; ++round) {
        std::vector<LedgerEntry> now;
        std::vector<ClosedRow> before;
        std::map<std::string, std::int64_t> expected;  // by month
        for (int document = 0; document < 12; ++document) {
            const std::string id = fmt::format("D{}", document);
            const std::string period = fmt::format("2026-{:02}", 9 + any(3));
            const bool is_published = any(3) > 0;
            const bool is_known = any(6) > 0;
            if (is_published) {
                const std::int64_t amount = any(2000) - 500;
                const bool counted = any(4) > 0;
                before.push_back(published(period, id, amount, counted));
                expected[period] -= counted ? amount : 0;
            }
            if (is_known) {
                const std::string moved = any(5) == 0 ? fmt::format("2026-{:02}", 9 + any(3)) : period;
                const std::int64_t amount = any(2000) - 500;
                const bool counted = any(4) > 0;
                now.push_back(known(moved, id, amount, counted, 2));
                expected[moved] += counted ? amount : 0;
            }
        }
        books::OwedMonths owed = months({month("2026-09"), month("2026-10"), month("2026-11")});
        owed.add(contract().id, now, before);
        std::map<std::string, std::int64_t> found;
        for (const books::OwedMonth& one : owed.owed()) {
            for (const ClosedTotal& total : one.differences) {
                found[one.period.to_text()] += total.total.amount_minor;
            }
        }
        std::erase_if(expected, [](const auto& one) { return one.second == 0; });
        CHECK(found == expected);
    }
}

TEST_CASE("a month that is owed would be told without its documents and sums, or history as if it were a fault") {
    books::OwedMonths owed = months({month("2026-10")});
    std::vector<LedgerEntry> now{known("2025-01", "H1", 100), known("2026-02", "H2", 100), known("2026-11", "N", 250)};
    for (int document = 0; document < 7; ++document) {
        now.push_back(known("2026-10", fmt::format("L{}", document), 100));
    }
    owed.add(contract().id, now, {});
    const std::vector<Finding> findings = books::findings_of(owed.owed(), month("2026-10"));
    REQUIRE(findings.size() == 3);
    CHECK(findings[0].code.text() == "month-outdated");
    CHECK(findings[0].message ==
          "2026-10: 7 documents came, changed, moved or went since it was published (OCB0000001/L0, OCB0000001/L1, OCB0000001/L2, "
          "OCB0000001/L3, OCB0000001/L4 and 2 more); what counts differs by 7.00 EUR.");
    CHECK(findings[1].code.text() == "month-unpublished");
    CHECK(findings[1].message == "2026-11: 1 document, of which 2.50 EUR counts; it was never published.");
    CHECK(findings[2].code.text() == "history-unpublished");
    CHECK(findings[2].severity() == Severity::info);
    CHECK(findings[2].message == "2 months from 2025-01 to 2026-02 with 2 documents were never published.");
}
