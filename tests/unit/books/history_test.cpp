/// What is odd against earlier months: owed documents, amounts, currencies, zeros, contracts, files.

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "books/books.hpp"
#include "books/history.hpp"

using namespace moisson;
using namespace moisson::books;

namespace {

Contract make_contract(const char* id, const char* name = "Name") {
    Contract contract;
    contract.id = id;
    contract.name = name;
    return contract;
}
const Contract one = make_contract("OCB1", "Production");
const Contract other = make_contract("OCB2", "Test");

std::chrono::year_month_day day(std::string_view text) {
    return std::chrono::year_month_day(std::chrono::floor<std::chrono::days>(*parse_timestamp(std::string(text) + "T00:00:00Z")));
}

Month month(std::string_view text) { return *Month::parse(text); }

/// Issued on a day of the month after.
LedgerEntry row(const Contract& contract, Month filed, std::int64_t minor, int issue_day = 3, const char* type = "invoices",
                const char* code = "EUR") {
    LedgerEntry entry;
    entry.contract = &contract;
    entry.document_id = fmt::format("{}-{}-{}", type, filed.to_text(), minor);
    entry.document_type = type;
    entry.standing = Standing::final_;
    entry.amount = Money{minor, *find_currency(code)};
    entry.currency = entry.amount->currency;
    entry.period = Period{filed.first_day(), filed.last_day()};
    if (issue_day > 0) {
        entry.issued_at = Timestamp(std::chrono::sys_days(filed.plus(1).first_day()) + std::chrono::days(issue_day - 1));
    }
    return entry;
}

/// Months `first` to `last`, one row each.
std::vector<LedgerEntry> monthly(const Contract& contract, const char* first, const char* last, std::int64_t minor = 10'000,
                                 int issue_day = 3) {
    std::vector<LedgerEntry> rows;
    for (Month at = month(first); at <= month(last); at = at.plus(1)) {
        rows.push_back(row(contract, at, minor, issue_day));
    }
    return rows;
}

std::vector<LedgerEntry> operator+(std::vector<LedgerEntry> left, const std::vector<LedgerEntry>& right) {
    left.insert(left.end(), right.begin(), right.end());
    return left;
}

ExportScope scope_of(const char* first, const char* last, const char* today = "2026-11-22") {
    ExportScope scope;
    scope.period = {month(first), month(last)};
    scope.today = day(today);
    return scope;
}

/// The rows, counted; a history of them; what the checks say.
struct Books {
    explicit Books(std::vector<LedgerEntry> rows, const CountingRule& rule = CountingRule()) : entries(std::move(rows)) {
        std::vector<Finding> ignored;
        apply_counting_rule(entries, rule, ignored);
        for (const LedgerEntry& entry : entries) {
            history.add(entry);
        }
        history.seal(rule);
    }
    /// "code contract: message" of each finding, one a line.
    [[nodiscard]] std::string told() const {
        std::string text;
        for (const Finding& finding : findings) {
            text += fmt::format("{}{} {}: {}\n", finding.raised ? "!" : "", finding.code, finding.contract_id, finding.message);
        }
        return text;
    }
    std::string expectations(const ExportScope& scope, const BooksSettings& settings = {}) {
        completeness.clear();
        for (const Contract* contract : {&one, &other}) {
            completeness.push_back({});
            completeness.back().contract = contract;
            completeness.back().verdict = Completeness::complete;
        }
        findings.clear();
        check_expectations(history, settings, scope, completeness, findings);
        return told();
    }
    std::string amounts(const ExportScope& scope, const BooksSettings& settings = {}) {
        findings.clear();
        check_amounts(history, settings, scope, entries, findings);
        check_zero_amounts(history, entries, findings);
        return told();
    }

    std::vector<LedgerEntry> entries;
    History history;
    std::vector<ContractCompleteness> completeness;
    std::vector<Finding> findings;
};

BooksSettings declared(ExpectedDocuments rule) {
    BooksSettings settings;
    rule.where = "job file line 31";
    settings.expected = {std::move(rule)};
    return settings;
}

}  // namespace

TEST_CASE("an invoice that came every month and now does not would not be missed") {
    Books books(monthly(one, "2025-10", "2026-09"));
    CHECK(books.expectations(scope_of("2026-10", "2026-10")) ==
          "invoice-missing OCB1: No final document of 2026-10 is there; it was due by 2026-11-08 (learned: there was one in each of the 12 "
          "months before).\n");
    REQUIRE(books.completeness[0].expected.size() == 1);
    CHECK(books.completeness[0].expected[0].status == Expectation::Status::missing);
    CHECK(books.completeness[1].expected.empty());
    // On the due day itself nothing is late yet.
    CHECK(books.expectations(scope_of("2026-10", "2026-10", "2026-11-08")).empty());
    CHECK(books.completeness[0].expected[0].status == Expectation::Status::not_due);
    CHECK_FALSE(books.expectations(scope_of("2026-10", "2026-10", "2026-11-09")).empty());
    // Switched off, or an export of nothing that could be final.
    BooksSettings settings;
    settings.learn_expectations = false;
    CHECK(books.expectations(scope_of("2026-10", "2026-10"), settings).empty());
    ExportScope reports = scope_of("2026-10", "2026-10");
    reports.types = {"reports"};
    CHECK(books.expectations(reports).empty());
    reports.types = {"reports", "bills"};
    CHECK_FALSE(books.expectations(reports).empty());
}

TEST_CASE("an expectation would be learned from less than twelve months, or from a contract that ended") {
    CHECK(Books(monthly(one, "2025-11", "2026-09")).expectations(scope_of("2026-10", "2026-10")).empty());
    CHECK(Books(monthly(one, "2024-01", "2025-06") + monthly(one, "2025-08", "2026-09"))
              .expectations(scope_of("2026-08", "2026-08"))
              .empty());
    // The first month without one is told of, those after it are not.
    Books ended(monthly(one, "2024-01", "2025-06") + monthly(other, "2024-01", "2026-10"));
    CHECK(ended.expectations(scope_of("2025-01", "2026-10")) ==
          "invoice-missing OCB1: No final document of 2025-07 is there; it was due by 2025-08-08 (learned: there was one in each of the 12 "
          "months before).\n");
    // An open range ends with the data, not with the calendar.
    Books all(monthly(one, "2025-01", "2026-03") + monthly(other, "2025-01", "2026-04"));
    ExportScope open;
    open.today = day("2026-11-22");
    CHECK(all.expectations(open) ==
          "invoice-missing OCB1: No final document of 2026-04 is there; it was due by 2026-05-08 (learned: there was one in each of the 12 "
          "months before).\n");
    // A contract whose list is not whole says so elsewhere.
    std::vector<Finding> findings;
    all.completeness[0].verdict = Completeness::failed;
    check_expectations(all.history, {}, open, all.completeness, findings);
    CHECK(findings.empty());
}

TEST_CASE("a quarter's invoice would be missed in each of its months") {
    std::vector<LedgerEntry> rows;
    for (const char* filed : {"2025-09", "2025-12", "2026-03", "2026-06"}) {
        rows.push_back(row(one, month(filed), 30'000));
        rows.back().period->first = month(filed).plus(-2).first_day();
    }
    Books books(rows);
    CHECK(books.expectations(scope_of("2026-07", "2026-08")).empty());
    CHECK(books.expectations(scope_of("2026-09", "2026-09")) ==
          "invoice-missing OCB1: No final document of 2026-07 to 2026-09 is there; it was due by 2026-10-08 (learned: there was one every "
          "third "
          "month of the 12 before).\n");
    rows.push_back(row(one, month("2026-09"), 30'000));
    CHECK(Books(rows).expectations(scope_of("2026-09", "2026-09")).empty());
}

TEST_CASE("an invoice that came late would pass, or be called late by a rule that nobody could know") {
    // Slowest of twelve months: the 12th; three days of grace.
    std::vector<LedgerEntry> rows = monthly(one, "2025-10", "2026-08") + monthly(one, "2026-09", "2026-09", 10'000, 12);
    CHECK(Books(rows + std::vector<LedgerEntry>{row(one, month("2026-10"), 1, 15)}).expectations(scope_of("2026-10", "2026-10")).empty());
    CHECK(Books(rows + std::vector<LedgerEntry>{row(one, month("2026-10"), 1, 16)}).expectations(scope_of("2026-10", "2026-10")) ==
          "invoice-late OCB1: The final document of 2026-10 was issued on 2026-11-16; it was due by 2026-11-15 (learned: there was one in "
          "each of "
          "the 12 months before).\n");
    // The first document of the month decides; a credit note that follows is not late.
    CHECK(Books(rows + std::vector<LedgerEntry>{row(one, month("2026-10"), 1, 16), row(one, month("2026-10"), 2, 4)})
              .expectations(scope_of("2026-10", "2026-10"))
              .empty());
    // Documents that were all loaded on one day tell nothing of when they are issued.
    std::vector<LedgerEntry> loaded = monthly(one, "2025-10", "2026-10");
    for (LedgerEntry& entry : loaded) {
        entry.issued_at = parse_timestamp("2026-11-20T00:00:00Z");
    }
    CHECK(Books(loaded).expectations(scope_of("2026-10", "2026-10")).empty());
    // Without any day of issue the month after is given eleven days.
    Books undated(monthly(one, "2025-10", "2026-09", 10'000, 0));
    CHECK(undated.expectations(scope_of("2026-10", "2026-10", "2026-11-11")).empty());
    CHECK_FALSE(undated.expectations(scope_of("2026-10", "2026-10", "2026-11-12")).empty());
}

TEST_CASE("a declared rule would not be kept, or be kept for contracts and months that it does not name") {
    Books books(monthly(one, "2026-01", "2026-08") + std::vector<LedgerEntry>{row(one, month("2026-09"), 5, 20)});
    CHECK(books.expectations(scope_of("2026-08", "2026-10"), declared({.contracts = {"ocb1"}})) ==
          "invoice-late OCB1: The final document of 2026-09 was issued on 2026-10-20; it was due by 2026-10-08 (declared in "
          "[[books.expected]], "
          "job file line 31).\n"
          "!invoice-missing OCB1: No final document of 2026-10 is there; it was due by 2026-11-08 (declared in [[books.expected]], job "
          "file line "
          "31).\n");
    CHECK(books.completeness[0].expected.size() == 3);
    CHECK(books.findings[1].severity() == Severity::error);
    // Another day, another type, another end.
    CHECK(books.expectations(scope_of("2026-09", "2026-10"), declared({.due_day = 25})).empty());
    CHECK(books.expectations(scope_of("2026-08", "2026-08"), declared({.type = "bills"})) ==
          "!invoice-missing OCB1: No document of type bills of 2026-08 is there; it was due by 2026-09-08 (declared in [[books.expected]], "
          "job file "
          "line 31).\n");
    CHECK(books.expectations(scope_of("2026-10", "2026-10"), declared({.until = month("2026-09")})).empty());
    CHECK(books.expectations(scope_of("2025-10", "2025-12"), declared({})).empty());  // before its first document
    CHECK_FALSE(books.expectations(scope_of("2025-12", "2025-12"), declared({.from = month("2025-12")})).empty());
    // A contract that never had a document owes one only where the rule names it.
    CHECK(books.expectations(scope_of("2026-08", "2026-08"), declared({})).empty());
    CHECK(books.expectations(scope_of("2026-08", "2026-08"), declared({.contracts = {"Test"}})).starts_with("!invoice-missing OCB2"));
    // A declaration takes the place of what would be learned.
    Books learned(monthly(one, "2025-08", "2026-09"));
    CHECK(learned.expectations(scope_of("2026-10", "2026-10"), declared({.until = month("2026-09")})).empty());
    // Quarters: of the calendar, or counted from the first month owed.
    const auto months_owed = [&](ExpectedDocuments rule) {
        rule.every_months = 3;
        rule.contracts = {"OCB2"};
        std::string text;
        (void)books.expectations(scope_of("2026-01", "2026-09"), declared(rule));
        for (const Expectation& expected : books.completeness[1].expected) {
            text += expected.month.to_text() + " ";
        }
        return text;
    };
    CHECK(months_owed({}) == "2026-03 2026-06 2026-09 ");
    CHECK(months_owed({.from = month("2026-02")}) == "2026-02 2026-05 2026-08 ");
}

TEST_CASE("a sum ten times the usual would pass, or one that is as usual be told of") {
    const std::vector<LedgerEntry> history = [] {
        std::vector<LedgerEntry> rows;
        const std::int64_t amounts[] = {100'000, 102'000, 98'000, 101'000, 99'000, 103'000, 97'000, 100'500, 99'500, 102'500};
        for (std::size_t at = 0; at < std::size(amounts); ++at) {
            rows.push_back(row(one, month("2025-12").plus(static_cast<int>(at)), amounts[at]));
        }
        return rows;
    }();
    const auto told = [&](std::int64_t minor, const BooksSettings& settings = {}) {
        return Books(history + std::vector<LedgerEntry>{row(one, month("2026-10"), minor)})
            .amounts(scope_of("2026-10", "2026-10"), settings);
    };
    CHECK(told(1'000'000) ==
          "amount-unusual OCB1: 2026-10 counts 10000.00 EUR; the median of the 10 months with documents before it is 1002.50 EUR, and half "
          "of them are "
          "within 15.00 EUR of that.\n");
    CHECK(told(1'000).find("10.00 EUR") != std::string::npos);
    CHECK(told(-100'000).find("-1000.00 EUR") != std::string::npos);
    CHECK(told(103'000).empty());
    CHECK(told(125'000).empty());  // far in deviations, but less than 30 %
    CHECK_FALSE(told(131'000).empty());
    BooksSettings strict;
    strict.outlier_change_percent = 10;
    CHECK_FALSE(told(125'000, strict).empty());
    strict.outlier_deviations = 100;
    CHECK(told(125'000, strict).empty());
    BooksSettings off;
    off.outliers = false;
    CHECK(told(1'000'000, off).empty());
    // The row is marked and named where it is alone.
    Books books(history + std::vector<LedgerEntry>{row(one, month("2026-10"), 900'000)});
    CHECK(books.amounts(scope_of("2026-10", "2026-10")) != "");
    CHECK(books.findings[0].document_id == "invoices-2026-10-900000");
    CHECK(books.entries.back().findings.contains("amount-unusual"));
    Books two(history + std::vector<LedgerEntry>{row(one, month("2026-10"), 900'000), row(one, month("2026-10"), 5)});
    CHECK(two.amounts(scope_of("2026-10", "2026-10")) != "");
    CHECK(two.findings[0].document_id.empty());
    // Only months of the export are told of.
    CHECK(books.amounts(scope_of("2026-01", "2026-09")).empty());
}

TEST_CASE("short, flat and wild histories would make noise every month") {
    const auto told = [](std::vector<LedgerEntry> rows) { return Books(std::move(rows)).amounts(scope_of("2026-10", "2026-10")); };
    // Seven months are too few, eight are enough.
    CHECK(told(monthly(one, "2026-03", "2026-09", 1'000) + monthly(one, "2026-10", "2026-10", 900'000)).empty());
    CHECK_FALSE(told(monthly(one, "2026-02", "2026-09", 1'000) + monthly(one, "2026-10", "2026-10", 900'000)).empty());
    // Flat: a change of less than ten units, or of less than 30 %, is nothing.
    CHECK(told(monthly(one, "2025-10", "2026-09", 1'000) + monthly(one, "2026-10", "2026-10", 2'000)).empty());
    CHECK(told(monthly(one, "2025-10", "2026-09", 100'000) + monthly(one, "2026-10", "2026-10", 129'000)).empty());
    CHECK_FALSE(told(monthly(one, "2025-10", "2026-09", 100'000) + monthly(one, "2026-10", "2026-10", 131'000)).empty());
    // Wild: from 10 to 10,000 in no order.
    std::vector<LedgerEntry> wild;
    std::int64_t amount = 7;
    for (int back = 24; back > 0; --back) {
        amount = amount * 7919 % 1'000'003;
        wild.push_back(row(one, month("2026-10").plus(-back), amount));
    }
    CHECK(told(wild + std::vector<LedgerEntry>{row(one, month("2026-10"), 999'999)}).empty());
    // Steady growth is usual.
    std::vector<LedgerEntry> growing;
    for (int back = 24; back >= 0; --back) {
        growing.push_back(row(one, month("2026-10").plus(-back), 100'000 + (24 - back) * 10'000));
    }
    CHECK(told(growing).empty());
    // Sums near the limit of 64 bits do not wrap.
    constexpr std::int64_t huge = 9'000'000'000'000'000'000;
    CHECK(told(monthly(one, "2025-10", "2026-09", huge) + monthly(one, "2025-10", "2026-09", huge - 1) +
               monthly(one, "2026-10", "2026-10", -huge))
              .find("is more than 64 bits of EUR") != std::string::npos);
}

TEST_CASE("another currency, or a zero where there never was one, would pass") {
    std::vector<LedgerEntry> rows = monthly(one, "2026-06", "2026-09");
    rows.push_back(row(one, month("2026-10"), 10'000, 3, "invoices", "USD"));
    Books books(rows);
    CHECK(books.amounts(scope_of("2026-10", "2026-10")) == "currency-changed OCB1: 2026-10 counts in USD; 2026-09 counted in EUR.\n");
    rows.push_back(row(one, month("2026-11"), 10'000, 3, "invoices", "USD"));
    CHECK(Books(rows).amounts(scope_of("2026-11", "2026-11")).empty());
    BooksSettings off;
    off.outliers = false;
    CHECK_FALSE(Books(rows).amounts(scope_of("2026-10", "2026-10"), off).empty());

    const auto zero = [](std::vector<LedgerEntry> before) {
        return Books(std::move(before) + std::vector<LedgerEntry>{row(one, month("2026-10"), 0)}).amounts(scope_of("2026-10", "2026-10"));
    };
    // Three months are enough for the zero, too few for the sum.
    Books first(monthly(one, "2026-07", "2026-09") + std::vector<LedgerEntry>{row(one, month("2026-10"), 0)});
    CHECK(first.amounts(scope_of("2026-10", "2026-10")) ==
          "amount-zero-unusual OCB1: The amount is zero, and none was in the 3 months with counted documents before.\n");
    CHECK(first.entries.back().findings.contains("amount-zero-unusual"));
    CHECK(zero(monthly(one, "2026-08", "2026-09")).empty());
    CHECK(zero(monthly(one, "2026-06", "2026-09") + monthly(one, "2026-05", "2026-05", 0)).empty());
}

TEST_CASE("history would count other documents than the ledger does") {
    // Both an invoice and a bill in each month, of equal amounts: the sum of a month is one of them.
    std::vector<LedgerEntry> rows;
    for (int back = 12; back >= 0; --back) {
        rows.push_back(row(one, month("2026-10").plus(-back), 10'000));
        rows.push_back(row(one, month("2026-10").plus(-back), 90'000, 3, "bills"));
    }
    rows.push_back(row(one, month("2026-10"), 70'000, 3, "partialBills"));
    rows.back().standing = Standing::provisional;
    rows.push_back(row(one, month("2026-10"), 70'000));
    rows.back().findings.insert("superseded");
    CHECK(Books(rows).amounts(scope_of("2026-10", "2026-10")).empty());
    Books bills(rows, CountingRule({CountingChoice{{"bills"}, {"OCB1"}, {}}}));
    CHECK(bills.amounts(scope_of("2026-10", "2026-10")).empty());
    rows[rows.size() - 4].amount->amount_minor = 500'000;  // the last invoice
    CHECK(Books(rows).amounts(scope_of("2026-10", "2026-10")).find("counts 5000.00 EUR") != std::string::npos);
    CHECK(Books(rows, CountingRule({CountingChoice{{"bills"}, {"OCB1"}, {}}})).amounts(scope_of("2026-10", "2026-10")).empty());
}

TEST_CASE("a new or renamed contract would be told of in every month, or only in the first run of its month") {
    ContractMemory first;
    remember_contract(first, std::nullopt, one, month("2026-09"));
    ContractMemory second;
    remember_contract(second, std::nullopt, other, month("2026-10"));
    const auto told = [&](const char* first_month, const char* last_month) {
        std::vector<Finding> findings;
        const std::vector<RememberedContract> contracts{{&one, first}, {&other, second}};
        check_contracts(contracts, scope_of(first_month, last_month), findings);
        std::string text;
        for (const Finding& finding : findings) {
            text += fmt::format("{} {}: {}\n", finding.code, finding.contract_id, finding.message);
        }
        return text;
    };
    CHECK(told("2026-10", "2026-10") == "contract-new OCB2: The contract \"Test\" is in the perimeter since 2026-10.\n");
    CHECK(told("2026-09", "2026-09").empty());  // the first contracts of all
    CHECK(told("2026-11", "2026-11").empty());
    remember_contract(second, "Test", other, month("2026-11"));  // seen again: nothing changes
    CHECK(told("2026-11", "2026-11").empty());
    remember_contract(second, "Old name", other, month("2026-11"));
    CHECK(told("2026-11", "2026-11") ==
          "contract-renamed OCB2: The contract is called \"Test\" since 2026-11; before that it was \"Old name\".\n");
    remember_contract(second, "Test", other, month("2026-12"));
    CHECK(told("2026-12", "2026-12").empty());
    CHECK(told("2026-11", "2026-11").starts_with("contract-renamed"));
    // A state that is older than such memories: who has none was there before.
    first = {};
    CHECK(told("2026-10", "2026-10").starts_with("contract-new OCB2"));
}

TEST_CASE("the file of last month under a new id would be paid again") {
    std::vector<LedgerEntry> entries{row(one, month("2026-10"), 1), row(one, month("2026-10"), 2), row(other, month("2026-10"), 3)};
    entries[0].sha256 = std::string(64, 'a');
    entries[1].sha256 = std::string(64, 'b');
    const std::string a(64, 'a');
    const std::string b(64, 'b');
    const std::vector<KnownFile> earlier{{"OCB1", "OLD", a, month("2026-08")},
                                         {"OCB1", "LATER", b, month("2026-11")},
                                         {"OCB1", entries[1].document_id, b, month("2026-09")},
                                         {"OCB2", "", "", month("2026-08")}};
    std::vector<Finding> findings;
    mark_earlier_duplicates(entries, earlier, scope_of("2026-10", "2026-10"), findings);
    REQUIRE(findings.size() == 1);
    CHECK(findings[0].message == "The same bytes already stand under OCB1 OLD of 2026-08.");
    CHECK(entries[0].findings.to_text() == "file-duplicate");
    CHECK(entries[1].findings.empty());
}

TEST_CASE("documents with the same bytes and amount that both count would look like any other copy") {
    std::vector<LedgerEntry> entries{row(one, month("2026-10"), 500), row(other, month("2026-10"), 500), row(other, month("2026-10"), 7)};
    for (LedgerEntry& entry : entries) {
        entry.sha256 = std::string(64, 'a');
        entry.counted = true;
    }
    std::vector<Finding> findings;
    mark_duplicates(entries, findings);
    std::size_t twice = 0;
    for (const Finding& finding : findings) {
        twice += finding.message.english().find("both count: the totals may hold it twice") != std::string::npos ? 1U : 0U;
    }
    CHECK(findings.size() == 3);
    CHECK(twice == 2);
}

TEST_CASE("what a job raises to an error would be another document's finding, or one that does not count") {
    std::vector<LedgerEntry> entries{row(one, month("2026-10"), 1), row(one, month("2026-10"), 2)};
    entries[0].counted = true;
    std::vector<Finding> findings{make_finding("media-type-unexpected", "", "OCB1", entries[0].document_id),
                                  make_finding("media-type-unexpected", "", "OCB1", entries[1].document_id),
                                  make_finding("contract-gone", "", "OCB2"), make_finding("list-empty", "", "OCB2")};
    const std::vector<std::string> codes{"media-type-unexpected", "contract-gone"};
    raise_findings(findings, codes, entries);
    CHECK(findings[0].severity() == Severity::error);
    CHECK(findings[1].severity() == Severity::warning);
    CHECK(findings[2].severity() == Severity::error);
    CHECK(findings[3].severity() == Severity::warning);
}

TEST_CASE("the certificate would not add up") {
    std::vector<LedgerEntry> entries{row(one, month("2026-10"), 1), row(one, month("2026-10"), 2),
                                     row(one, month("2026-10"), 3, 3, "bills"), row(one, month("2026-10"), 4, 3, "reports")};
    entries[0].status = DocumentStatus::ok;
    entries[1].status = DocumentStatus::failed;
    entries[2].status = DocumentStatus::ok;
    entries[3].standing = Standing::supporting;
    entries[3].findings.insert("superseded");
    std::vector<Finding> findings;
    apply_counting_rule(entries, {}, findings);
    std::vector<ContractCompleteness> completeness(1);
    completeness[0].contract = &one;
    completeness[0].listed_by_type = {{"invoices", 14}, {"reports", 3}};
    for (int again = 0; again < 2; ++again) {
        fill_completeness(completeness, entries);
        const ContractCompleteness& contract = completeness[0];
        CHECK(contract.in_period == 3);
        CHECK(contract.files_ok == 2);
        CHECK(contract.files_missing == 1);
        const TypeCompleteness& invoices = contract.by_type.at("invoices");
        CHECK(invoices.listed == 14);
        CHECK(invoices.in_period == 2);
        CHECK(invoices.final_ == 2);
        CHECK(invoices.counted == 2);
        CHECK(invoices.files_ok == 1);
        CHECK(invoices.files_missing == 1);
        CHECK(contract.by_type.at("bills").counted == 0);
        CHECK(contract.by_type.at("bills").listed == 0);
        CHECK(contract.by_type.at("reports").in_period == 0);
    }
}

TEST_CASE("one contract's rule would be used for another, or not be told") {
    Contract engine = make_contract("OCB3", "Engine");
    engine.offer_name = "Flexible Engine";
    engine.offer_id = "FE";
    const CountingRule rule({CountingChoice{{"bills"}, {"OCB1"}, {}}, CountingChoice{{"bills", "invoices"}, {}, {"flexible*"}}});
    CHECK(rule.choice_for(one).types == std::vector<std::string>{"bills"});
    CHECK(rule.choice_for(engine).types == std::vector<std::string>{"bills", "invoices"});
    CHECK(rule.choice_for(other).types == std::vector<std::string>{"invoices", "bills"});
    const std::vector<const Contract*> contracts{&other, &engine, &one};
    const auto uses = rule.uses(contracts);
    REQUIRE(uses.size() == 2);
    CHECK(uses[0].contracts == std::vector<std::string>{"OCB1"});
    CHECK(uses[0].rule == "Of each document's latest version, bills count; nothing else does.");
    CHECK(uses[1].contracts == std::vector<std::string>{"OCB3"});
    CHECK(uses[1].rule.english().find("bills count when there are any, else those of invoices") != std::string::npos);
    CHECK(CountingRule().uses(contracts).empty());
    // The first that fits decides.
    CHECK(CountingRule({CountingChoice{}, CountingChoice{{"bills"}, {}, {}}}).choice_for(one).types.size() == 2);
    const CountingRule by_login({CountingChoice{{"bills"}, {}, {}, {"nor*"}}});
    CHECK(by_login.choice_for(one).types.size() == 2);
    Contract of_north = one;
    of_north.perimeter = "north";
    CHECK(by_login.choice_for(of_north).types == std::vector<std::string>{"bills"});

    std::vector<LedgerEntry> entries{row(one, month("2026-10"), 1),    row(one, month("2026-10"), 2, 3, "bills"),
                                     row(other, month("2026-10"), 3),  row(other, month("2026-10"), 4, 3, "bills"),
                                     row(engine, month("2026-10"), 5), row(engine, month("2026-10"), 6, 3, "bills")};
    std::vector<Finding> findings;
    apply_counting_rule(entries, rule, findings);
    std::vector<bool> counted;
    for (const LedgerEntry& entry : entries) {
        counted.push_back(entry.counted);
    }
    CHECK(counted == std::vector<bool>{false, true, true, false, false, true});
    CHECK(entries[0].findings.to_text() == "type-not-counted");
    CHECK(entries[4].findings.to_text() == "invoice-and-bill");
}
