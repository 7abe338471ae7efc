#include <algorithm>
#include <array>
#include <map>
#include <random>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "books/books.hpp"
#include "books/closing.hpp"
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
    job.export_.period = MonthRange{Month::parse(month), Month::parse(month)};
    job.export_.types = std::move(types);
    return job;
}

config::Job job_of(std::optional<Month> first, std::optional<Month> last) {
    config::Job job;
    job.export_.period = MonthRange{first, last};
    return job;
}

/// The ledger's rows after the whole way: scope, rule, removal.
std::vector<LedgerEntry> ledger_of(const config::Job& job, std::vector<LedgerEntry> entries) {
    const std::vector<bool> decides = pipeline::find_deciding(job, entries);
    for (std::size_t at = entries.size(); at-- > 0;) {
        if (!decides[at]) {
            entries.erase(entries.begin() + static_cast<std::ptrdiff_t>(at));
        }
    }
    std::vector<Finding> findings;
    books::apply_counting_rule(entries, {}, findings);
    pipeline::keep_ledger_rows(job, entries, findings);
    return entries;
}

/// The ids of those that count.
std::vector<std::string> counted(const config::Job& job, const std::vector<LedgerEntry>& all) {
    std::vector<std::string> ids;
    for (const LedgerEntry& entry : ledger_of(job, all)) {
        if (entry.counted) {
            ids.push_back(entry.document_id);
        }
    }
    return ids;
}

const Contract contract{"OCB1", "", "", "", "", "", ""};

/// Documents of one contract over a year: several types and versions, periods of up to five months, some without month or amount.
std::vector<LedgerEntry> random_rows(std::mt19937& random) {
    const auto roll = [&](unsigned below) { return static_cast<int>(random() % below); };
    constexpr std::array<const char*, 3> types{"invoices", "bills", "comsumptionRatedReports"};
    std::vector<LedgerEntry> rows;
    for (int id = 0; id < 2 + roll(14); ++id) {
        for (int version = 1; version <= 1 + roll(3) / 2; ++version) {
            LedgerEntry one = row(contract, fmt::format("d{}", id), types[static_cast<std::size_t>(roll(8) / 3)], nullptr, nullptr);
            one.version = static_cast<std::uint32_t>(version);
            one.standing = one.document_type == types[2] ? Standing::supporting : Standing::final_;
            one.amount = roll(9) == 0 ? std::nullopt : std::optional(Money{100 * roll(50) - 500, *find_currency("EUR")});
            if (roll(12) != 0) {
                const Month first = Month::make(2026, 1)->plus(roll(12));
                one.period = Period{first.first_day(), first.plus(std::max(0, roll(8) - 3)).last_day()};
            }
            rows.push_back(std::move(one));
        }
    }
    for (LedgerEntry& one : rows) {  // as the collector marks them, which knows of all versions
        if (std::any_of(rows.begin(), rows.end(), [&](const LedgerEntry& other) {
                return other.document_id == one.document_id && other.version > one.version;
            })) {
            one.findings.insert("superseded");
        }
    }
    return rows;
}

/// What each row of a ledger says of itself, by document and version.
std::map<std::pair<std::string, std::uint32_t>, std::pair<bool, std::string>> judgements(const std::vector<LedgerEntry>& rows) {
    std::map<std::pair<std::string, std::uint32_t>, std::pair<bool, std::string>> found;
    for (const LedgerEntry& one : rows) {
        found[{one.document_id, one.version}] = {one.counted, one.findings.to_text()};
    }
    return found;
}

/// As a closing keeps a month's ledger.
std::vector<ClosedRow> closed_rows(const std::vector<LedgerEntry>& ledger) {
    std::vector<ClosedRow> rows;
    for (const LedgerEntry& one : ledger) {
        if (one.period) {
            rows.push_back({one.period->month(), one.contract->id, one.document_id, one.version, one.document_type, one.counted, one.amount,
                            one.sha256, ""});
        }
    }
    return rows;
}

}  // namespace

TEST_CASE("a bill of three months is kept out by the invoice of one of them in every export: months put together would book both") {
    std::vector<LedgerEntry> rows{row(contract, "bill", "bills", "2026-06", "2026-08"),
                                  row(contract, "invoice", "invoices", "2026-07", "2026-07")};
    rows[0].amount->amount_minor = 100000;
    rows[1].amount->amount_minor = 30000;
    CHECK(counted(job_of("2026-06"), rows).empty());
    CHECK(counted(job_of("2026-07"), rows) == std::vector<std::string>{"invoice"});
    CHECK(counted(job_of("2026-08"), rows).empty());
    CHECK(counted(job_of(Month::parse("2026-08"), Month::parse("2026-12")), rows).empty());
    CHECK(counted(job_of(std::nullopt, std::nullopt), rows) == std::vector<std::string>{"invoice"});
}

TEST_CASE("month by month, in ranges, all at once and after closing the same rows count, and say the same of themselves") {
    std::mt19937 random(20260731);
    for (int trial = 0; trial < 400; ++trial) {
        CAPTURE(trial);
        const std::vector<LedgerEntry> rows = random_rows(random);
        const auto all = judgements(ledger_of(job_of(std::nullopt, std::nullopt), rows));
        REQUIRE(all.size() == rows.size());
        std::vector<ClosedRow> closed;
        std::vector<ClosedMonth> months;
        std::size_t with_month = 0;
        const Month begin = *Month::make(2026, 1);
        for (int month = 0; month < 17; ++month) {
            const std::vector<LedgerEntry> ledger = ledger_of(job_of(begin.plus(month), begin.plus(month)), rows);
            for (const auto& [place, judgement] : judgements(ledger)) {
                CHECK(judgement == all.at(place));
            }
            std::ranges::copy(closed_rows(ledger), std::back_inserter(closed));
            months.emplace_back().period = begin.plus(month);
            with_month += closed_rows(ledger).size();
        }
        CHECK(with_month == static_cast<std::size_t>(std::ranges::count_if(rows, [](const auto& one) { return one.period.has_value(); })));
        const Month first = begin.plus(static_cast<int>(random() % 12));
        for (const auto& [place, judgement] : judgements(ledger_of(job_of(first, first.plus(static_cast<int>(random() % 6))), rows))) {
            CHECK(judgement == all.at(place));
        }
        // Closed one after the other, while the service changes nothing: no month owes anything.
        const auto documents = books::closed_documents(closed, {}, months, contract.id);
        std::vector<LedgerEntry> now = ledger_of(job_of(std::nullopt, std::nullopt), rows);
        CHECK(books::find_late(now, documents, months, begin.plus(17)).empty());
    }
}

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

TEST_CASE("of a document that moved to another month, only what is said of the version that stayed is kept") {
    // Else: the summary says of a document what its row here does not, and verify refuses the month.
    std::vector<LedgerEntry> rows{row(contract, "moved", "bills", "2026-10", "2026-10"),
                                  row(contract, "moved", "bills", "2026-08", "2026-08")};
    rows[0].findings.insert("superseded");
    rows[0].findings.insert("updated-after-issue");
    rows[1].version = 2;
    rows[1].findings.insert("invoice-and-bill");
    rows[1].findings.insert("updated-after-issue");
    std::vector<Finding> findings{make_finding("superseded", "", "OCB1", "moved"), make_finding("invoice-and-bill", "", "OCB1", "moved"),
                                  make_finding("updated-after-issue", "", "OCB1", "moved")};
    pipeline::keep_ledger_rows(job_of("2026-10"), rows, findings);
    REQUIRE(rows.size() == 1);
    REQUIRE(findings.size() == 2);
    CHECK(findings[0].code == FindingCode("superseded"));
    CHECK(findings[1].code == FindingCode("updated-after-issue"));
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
