#include <doctest/doctest.h>

#include "books/books.hpp"
#include "pipeline/scope.hpp"

namespace {

using namespace moisson;

LedgerEntry row(const Contract& contract, std::string id, std::string type, const char* first, const char* last) {
    LedgerEntry entry;
    entry.contract = &contract;
    entry.document_id = std::move(id);
    entry.document_type = std::move(type);
    entry.standing = Standing::final_;
    entry.amount = Money{1000, *find_currency("EUR")};
    entry.currency = entry.amount->currency;
    if (first != nullptr) {
        entry.period = Period{Month::parse(first)->first_day(), Month::parse(last)->last_day()};
    }
    return entry;
}

config::Job job_of(const char* month, std::vector<std::string> types = {}) {
    config::Job job;
    job.period = MonthRange{Month::parse(month), Month::parse(month)};
    job.types = std::move(types);
    return job;
}

/// The ids of the rows that count after the whole way: scope, rule, removal.
std::vector<std::string> counted(const config::Job& job, std::vector<LedgerEntry> entries) {
    std::erase_if(entries, [&](const LedgerEntry& entry) { return !pipeline::in_counting_scope(job, entry); });
    std::vector<Finding> findings;
    books::apply_counting_rule(entries, {}, findings);
    pipeline::keep_ledger_rows(job, entries, findings);
    std::vector<std::string> ids;
    for (const LedgerEntry& entry : entries) {
        if (entry.counted) {
            ids.push_back(entry.document_id);
        }
    }
    return ids;
}

const Contract contract{"OCB1", "", "", "", "", "", ""};

}  // namespace

TEST_CASE("asking for bills alone counts no bill that an invoice replaces: two exports put together would book twice") {
    const std::vector<LedgerEntry> rows{row(contract, "invoice", "invoices", "2026-10", "2026-10"),
                                        row(contract, "bill", "bills", "2026-10", "2026-10")};
    CHECK(counted(job_of("2026-10"), rows) == std::vector<std::string>{"invoice"});
    CHECK(counted(job_of("2026-10", {"bills"}), rows).empty());
    CHECK(counted(job_of("2026-10", {"invoices"}), rows) == std::vector<std::string>{"invoice"});
}

TEST_CASE("a quarter's invoice keeps the bill of its first month out of that month's own export") {
    const std::vector<LedgerEntry> rows{row(contract, "quarter", "invoices", "2026-07", "2026-09"),
                                        row(contract, "bill", "bills", "2026-07", "2026-07")};
    CHECK(counted(job_of("2026-07"), rows).empty());
    CHECK(counted(job_of("2026-09"), rows) == std::vector<std::string>{"quarter"});
    CHECK(counted(job_of("2026-06"), rows).empty());
}

TEST_CASE("a document without a month stands in every month's ledger, so that nobody overlooks it") {
    const LedgerEntry lost = row(contract, "lost", "invoices", nullptr, nullptr);
    CHECK(pipeline::in_ledger(job_of("2026-10"), lost));
    CHECK(pipeline::in_ledger(job_of("2020-01"), lost));
    CHECK_FALSE(pipeline::in_ledger(job_of("2026-10", {"bills"}), lost));
}

TEST_CASE("findings of rows that only decided go with them, those of the contract and of kept rows stay") {
    std::vector<LedgerEntry> rows{row(contract, "invoice", "invoices", "2026-10", "2026-10"),
                                  row(contract, "bill", "bills", "2026-10", "2026-10")};
    std::vector<Finding> findings{make_finding("credit-note", "", "OCB1", "invoice"), make_finding("credit-note", "", "OCB1", "bill"),
                                  make_finding("list-empty", "", "OCB1")};
    pipeline::keep_ledger_rows(job_of("2026-10", {"bills"}), rows, findings);
    CHECK(rows.size() == 1);
    REQUIRE(findings.size() == 2);
    CHECK(findings[0].document_id == "bill");
    CHECK(findings[1].document_id.empty());
}
