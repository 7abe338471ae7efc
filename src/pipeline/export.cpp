#include "pipeline/export.hpp"

#include <algorithm>
#include <random>

#include <fmt/format.h>

#include "base/files.hpp"
#include "books/books.hpp"
#include "pipeline/bookkeeping.hpp"
#include "pipeline/closing.hpp"
#include "pipeline/collector.hpp"
#include "pipeline/database.hpp"
#include "pipeline/erp_step.hpp"
#include "pipeline/journal.hpp"
#include "pipeline/publish.hpp"
#include "pipeline/secrecy.hpp"
#include "pipeline/service.hpp"
#include "pipeline/stages.hpp"
#include "pipeline/state_access.hpp"
#include "pipeline/usage_step.hpp"

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

/// All has been found that this run finds: the findings in order, and what they make of the run.
void conclude(const config::Job& job, RunSummary& summary) {
    hide_secrets(job, summary);
    sort_findings(summary.findings);
    summary.exit_code = verdict(summary);
}

/// The month stays as it was closed, and the run ends as it was sealed.
void tell_closed(const ClosedMonth& closed, RunSummary& summary, Reporter& reporter) {
    if (closed.verdict != verdict_of(ExitCode::complete)) {
        summary.exit_code = ExitCode::incomplete;
    }
    reporter.log(LogLevel::info, "closed", fmt::format("{} is closed since {} and as it was: nothing was written",
                                                       closed.period.to_text(), format_timestamp_seconds(closed.closed_at)));
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
    const books::CountingRule rule(job.books.counting);
    const bool exporting = mode == Mode::export_;
    RunResult result;
    Stages stages(reporter, clock);
    result.summary = start_summary(job, clock, rule);

    check_template_names(job);
    keep_sandbox_apart(job);
    const auto state = exporting ? open_state(job, result.summary.run_id) : open_state_for_reading(job);
    const auto store = exporting ? open_object_store(job) : nullptr;
    const auto service = Service::open(job, store.get(), clock, reporter, stop);
    result.summary.source = service->source_name();
    claim_state(*state, service->source_name(), exporting);

    if (exporting) {
        take_over_journal(job, *state, *store, reporter);
    }
    ClosedBooks closed(job, *state, rule, result.summary.run_id, exporting);
    Journal journal(journal_path(job));
    Collector collector(CollectorContext{job, service->urls(), *state, store.get(), reporter, result.summary.run_id, clock,
                                         exporting ? &journal : nullptr, &closed});
    stages.done("start");
    const std::vector<wire::Contract> listed = discover(*service);
    collector.add_contracts(listed, service->contracts_announced());
    stages.done("contracts");
    std::optional<PublishFolder> folder;
    keep_what_was_fetched(collector, [&] {
        collect(*service, collector, stop);
        stages.done("lists and files");

        Collector::Harvest harvest = collector.take_harvest();
        refuse_empty_harvest(harvest);
        result.contracts = std::move(harvest.contracts);
        result.entries = std::move(harvest.entries);
        result.files_to_fetch = harvest.files_to_fetch;
        keep_books(job, rule, harvest, *service, clock, result);
        closed.take(std::move(harvest.late), result.summary);
        stages.done("books");
        if (exporting) {
            folder.emplace(job.out, result.summary.period.to_text(), result.summary.run_id);
            read_usage(job, result.entries, *store, folder->path(), result.summary, stop);
            stages.done("usage");
        }
        if (exporting) {
            write_erp_files(job, result.entries, closed, folder->path(), result.summary, reporter);
            stages.done("ERP files");
        }
        if (exporting && closed.exported() == nullptr) {
            load_database(job, result.entries, result.summary, reporter);
        }
        conclude(job, result.summary);
        if (!exporting) {
            result.summary.finished_at = clock.now();
            return;
        }
        const std::string earlier = published_ledger_digest(job.out, job.period);
        result.folder = folder->target();
        // A month that is there must not outlive, in a power loss, what the state knows of its files and its books.
        const PublishOptions options{
            .before_rename =
                [&] {
                    collector.save();
                    closed.begin_publication();
                },
            .accept_ledger = [&](const auto& ledger, const auto& sha256) { return closed.is_to_publish(ledger, sha256, earlier); }};
        result.published = publish(result.entries, result.summary, *store, *folder, options, clock, stages);
        if (result.published) {
            closed.end_publication();
        } else {
            tell_closed(*closed.exported(), result.summary, reporter);
        }
        result.nothing_new = harvest.downloaded == 0 && earlier == result.summary.files.front().sha256 && !closed.has_new_addenda();
    });
    if (exporting) {
        save_run(*state, result.summary);
    }
    return result;
}

}  // namespace moisson::pipeline
