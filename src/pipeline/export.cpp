#include "pipeline/export.hpp"

#include <algorithm>
#include <random>

#include <fmt/format.h>

#include "base/files.hpp"
#include "books/books.hpp"
#include "bundle/bundle.hpp"
#include "pipeline/collector.hpp"
#include "pipeline/database.hpp"
#include "pipeline/journal.hpp"
#include "pipeline/publish.hpp"
#include "pipeline/scope.hpp"
#include "pipeline/secrecy.hpp"
#include "pipeline/service.hpp"
#include "pipeline/stages.hpp"
#include "pipeline/state_access.hpp"

namespace moisson::pipeline {

namespace {

std::string make_run_id(const Clock& clock) {
    std::string stamp = format_timestamp_seconds(clock.now());
    std::erase_if(stamp, [](char letter) { return letter == '-' || letter == ':'; });
    std::random_device random;
    return fmt::format("{}-{:08x}", stamp, random());
}

RunSummary start_summary(const config::Job& job, const Clock& clock, const books::CountingRule& rule) {
    RunSummary summary;
    summary.run_id = make_run_id(clock);
    summary.started_at = clock.now();
    summary.period = job.period;
    summary.contract_filter = job.contracts;
    summary.type_filter = job.types;
    summary.counting_rule = rule.in_words();
    return summary;
}

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

void stop_if_asked(const std::stop_token& stop) {
    if (stop.stop_requested()) {
        throw FatalError(ExitCode::interrupted, ErrorCode::cancelled, "stopped; what was fetched is kept", "",
                         "The next run goes on where this one stopped");
    }
}

/// What a killed run had fetched and not yet saved.
void take_over_journal(const config::Job& job, state::StateStore& state, const transfer::ObjectStore& store, Reporter& reporter) {
    const auto files = recover_journal(journal_path(job), state, store);
    if (!files) {
        throw FatalError(ExitCode::local, files.error());
    }
    if (*files > 0) {
        reporter.log(LogLevel::info, "files-taken-over", fmt::format("{} files that an interrupted run had fetched are kept", *files));
    }
}

/// The perimeter's contracts. Without them there is nothing to publish.
std::vector<wire::Contract> discover(Service& service) {
    auto contracts = service.list_contracts();
    if (!contracts) {
        throw FatalError(exit_code_of(contracts.error()), contracts.error());
    }
    return std::move(*contracts);
}

/// Lists, and downloads on the way. The last files are still being brought to disk when this returns.
void collect(Service& service, Collector& collector, const std::stop_token& stop) {
    service.run(collector);
    collector.begin_save();
    stop_if_asked(stop);
}

/// Whatever ends the work, what was fetched is kept.
template <class Work>
void keep_what_was_fetched(Collector& collector, Work work) {
    try {
        work();
    } catch (const FatalError&) {
        collector.save();
        throw;
    }
    collector.save();
}

/// No contract at all could be read: that is the service's or the account's failure, not an incomplete month.
void refuse_empty_harvest(const Collector::Harvest& harvest) {
    if (harvest.ended_by) {
        throw FatalError(exit_code_of(*harvest.ended_by), *harvest.ended_by);
    }
    if (harvest.completeness.empty() || harvest.listed > 0) {
        return;
    }
    const auto all = [&](Completeness verdict) {
        return std::all_of(harvest.completeness.begin(), harvest.completeness.end(),
                           [&](const ContractCompleteness& one) { return one.verdict == verdict; });
    };
    const std::string& reason = harvest.completeness.front().reason;
    if (all(Completeness::forbidden)) {
        throw FatalError(ExitCode::refused, ErrorCode::forbidden, "the account may not see the documents of any contract: " + reason, "",
                         "Check that the API key belongs to an account with rights on these contracts");
    }
    if (all(Completeness::failed)) {
        throw FatalError(ExitCode::unavailable, ErrorCode::server_error, "no contract's documents could be listed: " + reason, "",
                         "Run again later; nothing that was fetched is fetched twice");
    }
}

void fill_counts(RunSummary& summary, Collector::Harvest& harvest, const std::vector<LedgerEntry>& entries, const Service& service) {
    summary.contracts = harvest.completeness.size();
    summary.documents = books::count_documents(entries);
    summary.documents.listed = harvest.listed;
    summary.documents.downloaded = harvest.downloaded;
    summary.documents.reused = harvest.reused;
    summary.requests = harvest.requests;
    summary.requests.token = service.tokens_fetched();
    summary.requests.contracts += 1;  // the list itself
    summary.requests.retries += service.counts().retries;
    summary.requests.throttled = service.counts().throttled;
    summary.requests.bytes_received = service.counts().bytes_received;

    summary.completeness = std::move(harvest.completeness);
    std::map<const Contract*, ContractCompleteness*> by_contract;
    for (ContractCompleteness& one : summary.completeness) {
        by_contract[one.contract] = &one;
    }
    for (const LedgerEntry& entry : entries) {
        const auto found = by_contract.find(entry.contract);
        if (found == by_contract.end() || entry.findings.contains("superseded")) {
            continue;
        }
        ++found->second->in_period;
        found->second->files_ok += entry.status == DocumentStatus::ok ? 1U : 0U;
        found->second->files_missing += entry.status == DocumentStatus::failed || entry.status == DocumentStatus::not_ready ? 1U : 0U;
    }
}

template <class T>
T must_add_up(Result<T> result) {
    if (!result) {
        throw FatalError(ExitCode::inconsistent, std::move(result.error()));
    }
    return std::move(*result);
}

void reconcile(RunSummary& summary, const std::vector<LedgerEntry>& entries) {
    summary.totals = must_add_up(books::currency_totals(entries));
    summary.month_totals = must_add_up(books::month_totals(entries));
    const std::vector<std::string> problems = books::reconcile(entries, summary.totals, summary.month_totals);
    if (!problems.empty()) {
        throw FatalError(ExitCode::inconsistent, ErrorCode::verification,
                         fmt::format("the ledger does not hold together; nothing was published: {}", fmt::join(problems, "; ")));
    }
}

void sort_findings(std::vector<Finding>& findings) {
    std::sort(findings.begin(), findings.end(), [](const Finding& left, const Finding& right) {
        return std::tie(left.contract_id, left.document_id, left.code, left.message) <
               std::tie(right.contract_id, right.document_id, right.code, right.message);
    });
    findings.erase(std::unique(findings.begin(), findings.end()), findings.end());
}

ExitCode verdict(const RunSummary& summary) {
    const bool whole = std::all_of(summary.completeness.begin(), summary.completeness.end(), [](const ContractCompleteness& one) {
        return one.verdict == Completeness::complete;
    });
    const bool clean = std::none_of(summary.findings.begin(), summary.findings.end(),
                                    [](const Finding& finding) { return finding.severity() == Severity::error; });
    return whole && clean ? ExitCode::complete : ExitCode::incomplete;
}

/// Rows into a ledger: order, counting, paths, totals.
void close_books(const config::Job& job, RunResult& result, Collector::Harvest& harvest, const books::CountingRule& rule,
                 const Service& service) {
    RunSummary& summary = result.summary;
    summary.findings = std::move(harvest.findings);
    if (harvest.completeness.empty()) {
        summary.findings.push_back(make_finding("perimeter-empty"));
    }
    books::apply_counting_rule(result.entries, rule, summary.findings);
    keep_ledger_rows(job, result.entries, summary.findings);
    books::mark_duplicates(result.entries, summary.findings);
    std::sort(result.entries.begin(), result.entries.end(), ledger_order);
    bundle::assign_paths(result.entries);
    reconcile(summary, result.entries);
    fill_counts(summary, harvest, result.entries, service);
    summary.data_date = data_date(result.entries, summary.period);
}

/// All has been found that this run finds: the findings in order, and what they make of the run.
void conclude(const config::Job& job, RunSummary& summary) {
    hide_secrets(job, summary);
    sort_findings(summary.findings);
    summary.exit_code = verdict(summary);
}

void save_run(state::StateStore& state, const RunSummary& summary) {
    state::RunRecord record;
    record.run_id = summary.run_id;
    record.period = summary.period.to_text();
    record.started_at = summary.started_at;
    record.finished_at = summary.finished_at;
    record.verdict = verdict_of(summary.exit_code);
    record.exit_code = static_cast<int>(summary.exit_code);
    record.ledger_sha256 = summary.files.empty() ? std::string() : summary.files.front().sha256;
    state.save_run(record);
}

}  // namespace

RunResult run(const config::Job& job, Mode mode, const Clock& clock, Reporter& reporter, std::stop_token stop) {
    const books::CountingRule rule;
    const bool exporting = mode == Mode::export_;
    RunResult result;
    Stages stages(reporter, clock);
    result.summary = start_summary(job, clock, rule);

    keep_sandbox_apart(job);
    const auto state = exporting ? open_state(job, result.summary.run_id) : open_state_for_reading(job);
    const auto store = exporting ? open_object_store(job) : nullptr;
    const auto service = Service::open(job, store.get(), clock, reporter, stop);
    result.summary.source = service->source_name();
    claim_state(*state, service->source_name(), exporting);

    if (exporting) {
        take_over_journal(job, *state, *store, reporter);
    }
    Journal journal(journal_path(job));
    Collector collector(CollectorContext{job, service->urls(), *state, store.get(), reporter, result.summary.run_id, clock,
                                         exporting ? &journal : nullptr});
    stages.done("start");
    const std::vector<wire::Contract> listed = discover(*service);
    collector.add_contracts(listed, service->contracts_announced());
    stages.done("contracts");
    keep_what_was_fetched(collector, [&] {
        collect(*service, collector, stop);
        stages.done("lists and files");

        Collector::Harvest harvest = collector.take_harvest();
        refuse_empty_harvest(harvest);
        result.contracts = std::move(harvest.contracts);
        result.entries = std::move(harvest.entries);
        result.files_to_fetch = harvest.files_to_fetch;
        close_books(job, result, harvest, rule, *service);
        stages.done("books");
        if (exporting) {
            load_database(job, result.entries, result.summary, reporter);
        }
        conclude(job, result.summary);
        if (!exporting) {
            result.summary.finished_at = clock.now();
            return;
        }
        const std::string earlier = published_ledger_digest(job.out, job.period);
        // A month that is there must not outlive, in a power loss, what the state knows of its files.
        const PublishOptions options{.out = job.out, .temporary_folder = {}, .before_rename = [&] { collector.save(); }};
        result.folder = publish(result.entries, result.summary, *store, options, clock, stages);
        result.published = true;
        result.nothing_new = harvest.downloaded == 0 && earlier == result.summary.files.front().sha256;
    });
    if (exporting) {
        save_run(*state, result.summary);
    }
    return result;
}

}  // namespace moisson::pipeline
