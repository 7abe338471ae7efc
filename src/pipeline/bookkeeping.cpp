#include "pipeline/bookkeeping.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/days.hpp"
#include "books/fx.hpp"
#include "books/history.hpp"
#include "bundle/bundle.hpp"
#include "pipeline/scope.hpp"

namespace moisson::pipeline {

namespace {

/// SOURCE_DATE_EPOCH, else the newest instant that the rows carry, else the period's last day.
Timestamp data_date(const std::vector<LedgerEntry>& entries, const MonthRange& period) {
    if (const auto fixed = source_date_epoch()) {
        return *fixed;
    }
    std::optional<Timestamp> newest;
    for (const LedgerEntry& entry : entries) {
        newest = std::max({newest, entry.issued_at, entry.updated_at});
    }
    if (newest) {
        return *newest;
    }
    constexpr std::chrono::year_month_day no_date{std::chrono::year(1980), std::chrono::month(1), std::chrono::day(1)};
    return Timestamp(std::chrono::sys_days(period.last ? period.last->last_day() : no_date));
}

void fill_counts(RunSummary& summary, Harvest& harvest, const std::vector<LedgerEntry>& entries, const RunService& service) {
    summary.contracts = harvest.completeness.size();
    summary.documents = books::count_documents(entries);
    summary.documents.listed = harvest.listed;
    summary.documents.downloaded = harvest.downloaded;
    summary.documents.reused = harvest.reused;
    summary.requests = service.requests(harvest.requests);

    summary.completeness = std::move(harvest.completeness);
    books::fill_completeness(summary.completeness, entries);
}

template <class T>
T must_add_up(Result<T> result) {
    if (!result) {
        throw FatalError(ExitCode::inconsistent, std::move(result.error()));
    }
    return std::move(*result);
}

/// Every perimeter that a contract or a row names (a closed month may have those of an earlier job), and those that could not be listed.
void sum_perimeters(const config::Job& job, const std::vector<std::string>& failed, const std::vector<LedgerEntry>& entries,
                    RunSummary& summary) {
    std::map<std::string, PerimeterSummary> by_name;
    for (PerimeterSummary& one : must_add_up(books::perimeter_totals(entries))) {
        std::string name = one.name;
        by_name.emplace(std::move(name), std::move(one));
    }
    for (const config::PerimeterSettings& login : job.perimeters) {
        by_name[login.name].name = login.name;
        by_name[login.name].organization = login.organization;
    }
    for (const std::string& name : failed) {
        by_name[name].listed = by_name[name].name.empty();
    }
    if (by_name.empty()) {
        return;
    }
    for (const ContractCompleteness& one : summary.completeness) {
        ++by_name[one.contract->perimeter].contracts;
    }
    for (auto& [name, one] : by_name) {
        if (one.contracts > 0 || one.rows > 0 || !one.listed) {
            summary.perimeters.push_back(std::move(one));
        }
    }
}

void reconcile(const config::Job& job, const std::vector<std::string>& failed, RunSummary& summary,
               const std::vector<LedgerEntry>& entries) {
    summary.totals = must_add_up(books::currency_totals(entries));
    summary.month_totals = must_add_up(books::month_totals(entries));
    sum_perimeters(job, failed, entries, summary);
    const std::vector<std::string> problems = books::reconcile(entries, summary.totals, summary.month_totals);
    if (!problems.empty()) {
        throw FatalError(ExitCode::inconsistent, ErrorCode::verification,
                         fmt::format("the ledger does not hold together; nothing was published: {}", fmt::join(problems, "; ")));
    }
}

/// What the month looks like beside the months before it.
void compare_with_history(const BookContext& context, Harvest& harvest, std::vector<LedgerEntry>& entries, RunSummary& summary) {
    const config::Job& job = context.job;
    const books::ExportScope scope{job.export_.period, job.export_.types, day_of(source_date_epoch().value_or(context.clock.now()))};
    harvest.history.seal(context.rule);
    books::check_expectations(harvest.history, job.books, scope, summary.completeness, summary.findings);
    books::check_amounts(harvest.history, job.books, scope, entries, summary.findings);
    books::check_zero_amounts(harvest.history, entries, summary.findings);
    books::check_contracts(harvest.remembered, scope, summary.findings);
    std::vector<books::KnownFile> earlier;
    earlier.reserve(harvest.earlier_files.size());
    for (const EarlierFile& file : harvest.earlier_files) {
        earlier.push_back({file.contract->id, file.document_id, file.sha256, file.month});
    }
    books::mark_earlier_duplicates(entries, earlier, scope, summary.findings);
}

/// Amounts in the reporting currency, beside their own.
void convert(const config::Job& job, const std::optional<books::RateTable>& rates, std::vector<LedgerEntry>& entries, RunSummary& summary) {
    if (!rates || !job.books.reporting_currency) {
        return;
    }
    books::convert_rows(entries, *rates, *job.books.reporting_currency, job.books.rate_rule, summary.findings);
    summary.reporting = must_add_up(books::reporting_total(entries, *rates, *job.books.reporting_currency, job.books.rate_rule));
}

}  // namespace

void keep_books(const BookContext& context, Harvest& harvest, RunResult& result) {
    const config::Job& job = context.job;
    RunSummary& summary = result.summary;
    std::vector<LedgerEntry>& entries = result.entries;
    summary.findings = std::move(harvest.findings);
    if (context.service.used_cache() && harvest.run_findings.empty()) {
        harvest.run_findings.push_back(make_finding("answer-from-cache"));
    }
    std::move(harvest.run_findings.begin(), harvest.run_findings.end(), std::back_inserter(summary.run_findings));
    if (harvest.contracts_listed == 0) {
        summary.findings.push_back(make_finding("perimeter-empty"));
    }
    books::apply_counting_rule(entries, context.rule, summary.findings);
    keep_ledger_rows(job, entries, summary.findings);
    books::mark_duplicates(entries, summary.findings);
    std::sort(entries.begin(), entries.end(), ledger_order);
    bundle::assign_paths(entries);
    fill_counts(summary, harvest, entries, context.service);
    std::vector<const Contract*> contracts;
    std::transform(result.contracts.begin(), result.contracts.end(), std::back_inserter(contracts),
                   [](const std::unique_ptr<const Contract>& one) { return one.get(); });
    summary.counting_uses = context.rule.uses(contracts, context.closed == nullptr ? std::nullopt : std::optional(context.closed->period));
    summary.type_decisions = job.books.types;
    summary.withdrawn_decisions = job.books.withdrawn;
    compare_with_history(context, harvest, entries, summary);
    convert(job, context.rates, entries, summary);
    reconcile(job, harvest.failed_perimeters, summary, entries);
    books::raise_findings(summary.findings, job.books.errors, entries);
    summary.data_date = data_date(entries, summary.period);
}

}  // namespace moisson::pipeline
