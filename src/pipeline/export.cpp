#include "pipeline/export.hpp"

#include <algorithm>
#include <functional>
#include <iterator>
#include <set>

#include <fmt/format.h>

#include "base/days.hpp"
#include "base/files.hpp"
#include "books/books.hpp"
#include "books/to_do.hpp"
#include "domain/verdict.hpp"
#include "pipeline/active_step.hpp"
#include "pipeline/archive_step.hpp"
#include "pipeline/auditor_files.hpp"
#include "pipeline/bookkeeping.hpp"
#include "pipeline/books_record.hpp"
#include "pipeline/catch_up.hpp"
#include "pipeline/changes_step.hpp"
#include "pipeline/closed_folder.hpp"
#include "pipeline/closed_books.hpp"
#include "pipeline/collector.hpp"
#include "pipeline/database.hpp"
#include "pipeline/erp_step.hpp"
#include "pipeline/evidence.hpp"
#include "pipeline/evidence_stamp.hpp"
#include "pipeline/filters.hpp"
#include "pipeline/horizon.hpp"
#include "pipeline/inbox_rows.hpp"
#include "pipeline/inbox_step.hpp"
#include "pipeline/invoice_step.hpp"
#include "pipeline/journal.hpp"
#include "pipeline/local_settings.hpp"
#include "pipeline/other_months.hpp"
#include "pipeline/messages.hpp"
#include "pipeline/notify_step.hpp"
#include "pipeline/publish.hpp"
#include "pipeline/rebuild.hpp"
#include "pipeline/replay_service.hpp"
#include "pipeline/run_id.hpp"
#include "pipeline/scope.hpp"
#include "pipeline/secrecy.hpp"
#include "pipeline/service.hpp"
#include "pipeline/stages.hpp"
#include "pipeline/state_access.hpp"
#include "pipeline/usage_step.hpp"
#include "pipeline/witness.hpp"
#include "state/null_store.hpp"

namespace moisson::pipeline {

namespace {

RunSummary start_summary(const config::Job& job, const Clock& clock, const books::CountingRule& rule) {
    RunSummary summary;
    summary.run_id = make_run_id(clock);
    summary.started_at = clock.now();
    summary.period = job.export_.period;
    summary.view = view_of(job);
    summary.counting_rule = rule.in_words();
    return summary;
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

/// Lists, and downloads on the way. The last files are still being brought to disk when this returns.
void collect(RunService& service, Collector& collector) {
    service.run(collector);
    collector.begin_save();
}

/// Whatever ends the work, what was fetched is kept, and what was read of it.
template <class Work>
void keep_what_was_fetched(Collector& collector, std::optional<InvoiceReader>& invoices, Work work) {
    try {
        work();
    } catch (const FatalError&) {
        collector.save();
        if (invoices) {
            invoices->keep();
        }
        throw;
    }
    collector.save();
}

/// No contract at all could be read: that is the service's or the account's failure, not an incomplete month.
void refuse_empty_harvest(const Harvest& harvest) {
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
    const Message& reason = harvest.completeness.front().reason;
    if (all(Completeness::forbidden)) {
        throw FatalError(ExitCode::refused, ErrorCode::forbidden,
                         fmt::format("the account may not see the documents of any contract: {}", reason), "",
                         "Check that the API key belongs to an account with rights on these contracts");
    }
    if (all(Completeness::failed)) {
        throw FatalError(ExitCode::unavailable, ErrorCode::server_error, fmt::format("no contract's documents could be listed: {}", reason),
                         "", "Run again later; nothing that was fetched is fetched twice");
    }
}

void sort_findings(std::vector<Finding>& findings) {
    std::sort(findings.begin(), findings.end(), [](const Finding& left, const Finding& right) {
        return std::tie(left.contract_id, left.document_id, left.code, left.message) <
               std::tie(right.contract_id, right.document_id, right.code, right.message);
    });
    // Whatever the number of calls that showed it: one thing is found once.
    const auto is_same = [](const Finding& left, const Finding& right) {
        return std::tie(left.contract_id, left.document_id, left.code, left.message, left.detail, left.raised) ==
               std::tie(right.contract_id, right.document_id, right.code, right.message, right.detail, right.raised);
    };
    findings.erase(std::unique(findings.begin(), findings.end(), is_same), findings.end());
}

/// All has been found that this run finds: the findings in order, and what they make of the run.
void conclude(const config::Job& job, RunSummary& summary) {
    books::raise_findings(summary.run_findings, job.books.errors, {});  // those of documents were raised where they were counted
    hide_secrets(job, summary);
    sort_findings(summary.findings);
    summary.exit_code = exit_code_of(causes_of(summary));
}

/// The month stays as it was closed, and the run ends as it was sealed.
void tell_closed(const ClosedMonth& closed, bool published_again, RunSummary& summary, Reporter& reporter) {
    summary.closed_incomplete = closed.verdict != verdict_of(ExitCode::complete);
    summary.exit_code = exit_code_of(causes_of(summary));
    reporter.log(LogLevel::info, "closed",
                 fmt::format("{} is closed since {}{}", closed.period.to_text(), format_timestamp_seconds(closed.closed_at),
                             published_again ? "; its folder was gone, and is published again as it was closed, byte for byte"
                                             : " and as it was: nothing was written"));
}

/// Those of usage lines book nothing.
std::vector<std::string> names_of_booking(const std::vector<ReadyTemplate>& templates) {
    std::vector<std::string> names;
    for (const ReadyTemplate& one : templates) {
        if (!erp::info_of(*one.settings).of_usage) {
            names.push_back(one.name);
        }
    }
    return names;
}

void save_run(state::StateStore& state, const RunSummary& summary) {
    state::RunRecord record;
    record.run_id = summary.run_id;
    record.period = publication_name(summary.period, summary.view);
    record.started_at = summary.started_at;
    record.finished_at = summary.finished_at;
    record.verdict = verdict_of(summary);
    record.exit_code = static_cast<int>(summary.exit_code);
    record.ledger_sha256 = summary.files.empty() ? std::string() : summary.files.front().sha256;
    state.save_run(record);
}

/// Files in the object store are no longer what they were when they were fetched. They are gone from it now: the next run fetches them.
class ChangedFiles final : public FatalError {
public:
    explicit ChangedFiles(const FatalError& problem) : FatalError(problem) {}
};

/// One run. Its members are opened in this order, and `run` goes through its steps.
class Run {
public:
    /// `parts` null: the service is asked.
    Run(const config::Job& job, Mode mode, MonthParts* parts, const Clock& clock, Reporter& reporter, std::stop_token stop)
        : job_(job),
          parts_(parts),
          exporting_(mode == Mode::export_),
          clock_(clock),
          reporter_(reporter),
          stop_(std::move(stop)),
          stages_(reporter, clock, stop_),
          rule_(job.books),
          settings_(open_local_settings(job, exporting_)),
          catch_up_(job, clock, reporter, stop_) {
        watch_secrets(job);
        must_see_inboxes(job);
        result_.summary = start_summary(job, clock, rule_);
    }

    RunResult run() {
        try {
            return go();
        } catch (const ChangedFiles&) {
            throw;  // it begins anew
        } catch (const FatalError& problem) {
            tell_failure(problem);
            throw;
        }
    }

private:
    RunResult go() {
        open();
        discover();
        keep_what_was_fetched(*collector_, invoices_, [&] {
            collect(*service_, *collector_);
            if (exporting_ && parts_ == nullptr) {
                note_heard(*state_, clock_.now());
            }
            stages_.done("lists and files");
            Harvest harvest = collector_->take_harvest();
            refuse_empty_harvest(harvest);
            check_types(job_, harvest);
            if (exporting_) {
                usage_reader_ = start_usage_reader(job_, harvest.entries, stop_);
                invoices_->read(harvest.entries, harvest.late);
                stages_.done("what invoices say");
                take_inboxes(harvest);
            }
            keep_the_books(harvest);
            if (exporting_) {
                make_files();
            }
            conclude(job_, result_.summary);
            if (exporting_) {
                bring_out(harvest);
            }
        });
        if (exporting_) {
            save_run(*state_, result_.summary);
            if (result_.published) {
                stamp_published({job_, settings_.evidence, clock_, stop_}, result_.folder, reporter_, result_.summary);
            }
            archive();
            if (result_.published && closed_->exported() == nullptr) {
                notices_->tell(result_.summary);
            }
        } else {
            result_.summary.finished_at = clock_.now();
        }
        return std::move(result_);
    }

    /// Whatever becomes of it, the run ends with what it failed by.
    void tell_failure(const FatalError& problem) {
        if (!notices_) {
            return;
        }
        try {
            notices_->tell_failure(problem, result_.summary);
        } catch (const FatalError& other) {
            reporter_.log(LogLevel::warning, "notice-not-delivered", other.error().to_line());
        }
    }

    void open() {
        keep_sandbox_apart(job_);
        if (exporting_ && job_.export_.adopt_folder.empty() && !has_state(job_)) {  // before a state is made
            if (state::NullStore none; !catch_up_.plan(none)) {
                must_belong_together(job_, none);
            }
        }
        const std::string& run_id = result_.summary.run_id;
        state_ = when_free(job_, reporter_, stop_, [&] { return exporting_ ? open_state(job_, run_id) : open_state_for_reading(job_); });
        store_ = exporting_ ? open_object_store(job_) : nullptr;
        tell_of_rights(job_, *state_, store_.get(), reporter_);
        open_service();
        if (exporting_) {
            evidence_.emplace(job_, clock_, run_id, state_folder(job_), provenance_path(job_));
            service_->record(*evidence_);
            invoices_.emplace(invoice_context());
        }
        result_.summary.source = service_->source_name();
        claim_state(*state_, service_->source_name(), exporting_);
        if (job_.export_.adopt_folder.empty()) {
            bring_up_to_date();
        } else if (exporting_) {
            adopt_folder(job_, *state_, *store_, clock_, stop_);
        }
        if (exporting_) {
            take_over_journal(job_, *state_, *store_, reporter_);
            std::vector<Addendum> addenda = state_->load_addenda();
            std::erase_if(addenda, [&](const Addendum& one) { return !job_.export_.period.contains(one.booking_period); });
            restore_addendum_files(addenda, std::filesystem::path(job_.export_.out) / job_.export_.period.to_text() / "bundle.zip",
                                   *store_);
        }
        closed_.emplace(job_, names_of_booking(settings_.templates), *state_, rule_, run_id, exporting_);
        if (exporting_) {
            closed_->check_exported_folder(stop_);
            notices_.emplace(job_, *state_, clock_, reporter_, stop_);
            for (Finding& finding : notices_->catch_up()) {
                result_.summary.run_findings.push_back(std::move(finding));
            }
        }
        others_.emplace(job_, *state_, rule_, day_of(clock_.now()));
        journal_.emplace(journal_path(job_));
        collector_.emplace(CollectorContext{job_, service_->logins(), *state_, store_.get(), reporter_, run_id, clock_,
                                            exporting_ ? &*journal_ : nullptr, &*closed_, &*others_, rule_,
                                            exporting_ ? &*evidence_ : nullptr, parts_,
                                            exporting_ && parts_ == nullptr ? &*invoices_ : nullptr});
        stages_.done("start");
    }

    /// The service itself, or what parts heard from it.
    void open_service() {
        if (parts_ != nullptr) {
            parts_->keep_files(*store_, stop_);
            service_ = replay(job_, *parts_, stop_);
            return;
        }
        auto live = Service::open(job_, store_.get(), clock_, reporter_, stop_);
        live_ = live.get();
        service_ = std::move(live);
    }

    /// A state that is lost or behind is made again of what was published.
    void bring_up_to_date() {
        if (exporting_) {
            catch_up_.apply(catch_up_.plan(*state_), *state_, *store_);
        } else {
            catch_up_.must_know_all(*state_);
        }
        if (auto finding = rebuild_finding(*state_)) {
            reporter_.log(LogLevel::warning, "state-rebuilt", finding->message.english());
            result_.summary.run_findings.push_back(std::move(*finding));
        }
        must_belong_together(job_, *state_);
        const std::string name = publication_name(job_.export_.period, result_.summary.view);
        if (exporting_ && result_.summary.view.is_whole()) {
            catch_up_.bring_back(name, *state_, *store_);
        }
        for (Finding& finding : catch_up_.older_folders(name, *state_)) {
            result_.summary.run_findings.push_back(std::move(finding));
        }
    }

    /// Two machines may publish at once: of each place in the chain the archive has one.
    void archive() {
        const bool is_archived = !job_.archive.url.empty() && result_.summary.view.is_whole();
        if (is_archived) {
            catch_up_.must_have_been_alone(*state_);
        }
        archive_published(job_, result_.folder, *state_, clock_, reporter_, stop_, result_.summary);
        if (is_archived) {
            catch_up_.must_have_been_alone(*state_);
        }
        if (auto finding = catch_up_.not_read()) {
            result_.summary.findings.push_back(std::move(*finding));
        }
    }

    /// The perimeter's contracts. Without them there is nothing to publish.
    void discover() {
        std::vector<api::PerimeterOptions> options;
        for (const Login& login : service_->logins()) {
            options.push_back(ListEvidence::perimeter_options(*state_, clock_, login.perimeter));
        }
        ListedPerimeters listed = service_->list_perimeters(options);
        must_be_listed(listed);
        if (parts_ != nullptr) {
            parts_->must_be_news(*state_);
        } else if (exporting_) {
            note_heard(*state_, clock_.now());
        }
        check_contract_patterns(job_, listed, *state_);
        if (live_ != nullptr) {  // each part has told of its own credentials
            Horizons horizons = credential_horizons(job_, *state_, *live_, listed, clock_, exporting_);
            result_.summary.credentials = std::move(horizons.first);
            std::ranges::move(horizons.findings, std::back_inserter(result_.summary.run_findings));
        }
        for (Finding& finding : adoption_findings(*state_)) {
            result_.summary.run_findings.push_back(std::move(finding));
        }
        collector_->add_contracts(listed);
        stages_.done("contracts");
    }

    /// One login that cannot list its contracts costs these, named; where none can, or the run was told to stop, nothing can be published.
    void must_be_listed(ListedPerimeters& listed) {
        const std::vector<config::PerimeterSettings> logins = config::logins_of(job_);
        const auto read = [&](const std::string& name) { return state_->setting(name); };
        const Error* first = nullptr;
        bool is_any_listed = false;
        for (std::size_t lane = 0; lane < listed.size(); ++lane) {
            is_any_listed = is_any_listed || listed[lane].has_value();
            if (!listed[lane]) {
                explain_refusal(key_horizon(config::job_of_login(job_, logins[lane]), read, clock_), listed[lane].error());
                first = first == nullptr || listed[lane].error().code == ErrorCode::cancelled ? &listed[lane].error() : first;
            }
        }
        if (first != nullptr && (!is_any_listed || first->code == ErrorCode::cancelled)) {
            throw FatalError(exit_code_of(*first), *first);
        }
    }

    /// What counts of a closed month is as it was closed.
    void take_inboxes(Harvest& harvest) {
        const bool has_rows =
            std::any_of(harvest.entries.begin(), harvest.entries.end(), [](const auto& one) { return one.channel == Channel::inbox; }) ||
            std::any_of(harvest.late.begin(), harvest.late.end(), [](const auto& one) { return one.entry.channel == Channel::inbox; });
        if (closed_->exported() != nullptr || (job_.invoices.inboxes.empty() && !has_rows)) {
            return;
        }
        collector_->save();  // what was listed just now is looked up in the state
        inboxes_ = read_inboxes(invoice_context(), result_.summary.view);
        const InboxRowsContext context{invoice_context(), *store_, *closed_, result_.summary.run_id, result_.summary.view.is_whole()};
        take_inbox_rows(context, inboxes_, *invoices_, harvest);
        stages_.done("inboxes");
    }

    void keep_the_books(Harvest& harvest) {
        result_.contracts = std::move(harvest.contracts);
        result_.entries = std::move(harvest.entries);
        result_.to_fetch = std::move(harvest.to_fetch);
        keep_books({job_, rule_, settings_.rates, closed_->exported(), *service_, clock_}, harvest, result_);
        closed_->take(std::move(harvest.late), settings_.rates, result_.summary);
        result_.as_closed = closed_->rules().take_contracts();
        result_.owed = owed_months();
        std::vector<Finding> others = others_->findings();
        std::move(others.begin(), others.end(), std::back_inserter(result_.summary.run_findings));
        stages_.done("books");
    }

    /// The months that exports would make what they should be. The last one is among them also when it was published before all of its
    /// files were there, and when closed months owe something that no other owed month books.
    [[nodiscard]] std::vector<Month> owed_months() const {
        std::vector<Month> months = others_->owed();
        const bool is_month =
            job_.export_.period.first && job_.export_.period.first == job_.export_.period.last && result_.summary.view.is_whole();
        if (!is_month || closed_->exported() != nullptr) {
            return months;
        }
        const auto booked_by_none = [&](Month closed) { return months.empty() || !(closed < months.back()); };
        const bool misses_a_file = std::any_of(result_.to_fetch.begin(), result_.to_fetch.end(), [&](const PlannedFile& file) {
            return !file.closed_month || booked_by_none(*file.closed_month);
        });
        const std::vector<Addendum>& addenda = closed_->publication().addenda;
        const bool owes_an_addendum =
            std::any_of(addenda.begin(), addenda.end(), [&](const Addendum& one) { return booked_by_none(one.period); });
        const auto at = std::lower_bound(months.begin(), months.end(), *job_.export_.period.first);
        if ((misses_a_file || owes_an_addendum) && (at == months.end() || *at != *job_.export_.period.first)) {
            months.insert(at, *job_.export_.period.first);
        }
        return months;
    }

    /// What is made from the ledger and its files, before the summary that tells of it.
    void make_files() {
        folder_.emplace(job_.export_.out, publication_name(result_.summary.period, result_.summary.view), result_.summary.run_id,
                        job_.output.file_mode);
        mark_active_documents(result_.entries, *store_, result_.summary, stop_);
        stages_.done("active content");
        tell_invoices(invoice_context(), invoices_->readings(), result_.entries, result_.summary);
        invoices_.reset();
        if (closed_->exported() == nullptr) {
            tell_inboxes(invoice_context(), inboxes_, result_.entries, closed_->closed_months(), result_.summary);
        }
        read_usage({job_, *store_, folder_->path(), reporter_, stop_}, result_.entries, result_.summary, std::move(usage_reader_));
        stages_.done("usage");
        write_erp_files({job_, settings_, *closed_, folder_->path(), reporter_, stop_}, result_.entries, result_.summary);
        stages_.done("ERP files");
        if (closed_->exported() == nullptr) {
            load_database(job_, result_.entries, result_.summary, reporter_);
        }
    }

    [[nodiscard]] InvoiceContext invoice_context() const { return {job_, *store_, *state_, clock_, reporter_, stop_}; }

    void bring_out(const Harvest& harvest) {
        const std::string earlier = published_ledger_digest(folder_->target());
        result_.folder = folder_->target();
        tell_history(harvest.history, result_.entries, result_.summary);
        tell_changes(result_.folder, harvest.history, result_.entries, result_.summary);
        result_.summary.to_do = books::make_to_do(result_.summary, result_.entries);
        set_retention(job_, result_.entries, folder_->target(), reporter_, result_.summary);
        const PublishContext context{
            .store = *store_,
            .folder = *folder_,
            .clock = clock_,
            .stages = stages_,
            .language = find_language(job_.language).value_or(Language::english),
            .before_rename = [&] { save_before_it_shows(); },
            .accept_ledger =
                [&](const auto& ledger, const auto& sha256) {
                    if (closed_->exported() == nullptr) {
                        others_->describe(result_.entries, sha256, closed_->publication());
                    }
                    return closed_->is_to_publish(ledger, sha256);
                },
            .evidence = &*evidence_,
            .stop = stop_,
            .books = books_to_carry(),
            .books_something = !closed_->publication().empty(),
            .chain = state_->load_chain(),
            .keep_link = [&](ChainLink link) { closed_->publication().link = std::move(link); }};
        const bool closed_is_gone = closed_->folder_is_gone();
        if (closed_->exported() == nullptr) {
            must_hold_addendum_files(result_.summary.addenda, *store_);
        }
        try {
            result_.published = publish(context, result_.entries, result_.summary);
        } catch (const FatalError& problem) {
            if (problem.error().code == ErrorCode::verification && drop_changed_files() > 0) {
                throw ChangedFiles(problem);
            }
            throw;
        }
        if (result_.published) {
            closed_->end_publication();
            forget_rebuild(*state_);
        } else {
            if (closed_is_gone) {
                publish_closed(*closed_->exported(), *store_, *folder_);
            } else {
                keep_closed_files();
            }
            tell_closed(*closed_->exported(), closed_is_gone, result_.summary, reporter_);
            result_.published = closed_is_gone;
        }
        result_.nothing_new = !closed_is_gone && harvest.downloaded == 0 && earlier == result_.summary.files.front().sha256 &&
                              !closed_->books_something();
    }

    /// A view's bundle carries none: it books nothing.
    [[nodiscard]] std::function<state::Books()> books_to_carry() {
        if (!result_.summary.view.is_whole()) {
            return {};
        }
        return [&] {
            collector_->save();
            const Month of_data = Month::of(day_of(result_.summary.data_date));
            return books_with(*state_, closed_->publication(), job_.export_.period.last.value_or(of_data));
        };
    }

    /// A month that is there must not outlive, in a power loss or a kill, what the state knows of its files, its books and its run.
    void save_before_it_shows() {
        collector_->save();
        if (closed_->publication().link) {
            catch_up_.must_be_alone(*state_);
        }
        closed_->begin_publication();
        notices_->keep(result_.summary);
        save_run(*state_, result_.summary);
        write_witness(job_, *state_, result_.summary.run_id);
    }

    /// Of a month that was closed before that was done.
    void keep_closed_files() {
        const ClosedMonth& closed = *closed_->exported();
        if (closed.files.empty()) {
            state_->save_closed_files(closed.period, keep_files(result_.folder, *store_));
        }
    }

    /// How many of the files that the bundle was to hold had other bytes than when they were fetched.
    std::size_t drop_changed_files() {
        std::set<std::string> wanted;
        for (const LedgerEntry& entry : result_.entries) {
            wanted.insert(entry.sha256);
        }
        for (const Addendum& addendum : result_.summary.addenda) {
            for (const AddendumRow& row : addendum.rows) {
                wanted.insert(row.sha256);
            }
        }
        wanted.erase("");
        std::size_t changed = 0;
        for (const std::string& sha256 : wanted) {
            auto dropped = store_->drop_if_changed(sha256);
            if (!dropped) {
                throw FatalError(ExitCode::local, std::move(dropped.error()));
            }
            if (*dropped) {
                ++changed;
                reporter_.log(LogLevel::warning, "cached-file-changed",
                              fmt::format("a fetched file changed on this disk and is fetched again: {}",
                                          store_->path_of(sha256).string()));
            }
        }
        return changed;
    }

    const config::Job& job_;
    MonthParts* parts_;
    bool exporting_;
    const Clock& clock_;
    Reporter& reporter_;
    std::stop_token stop_;
    Stages stages_;
    books::CountingRule rule_;
    LocalSettings settings_;
    CatchUp catch_up_;
    RunResult result_;
    std::unique_ptr<state::StateStore> state_;
    std::unique_ptr<transfer::ObjectStore> store_;
    std::optional<EvidenceRecorder> evidence_;
    std::unique_ptr<RunService> service_;
    Service* live_ = nullptr;  // where it is the service itself
    std::optional<ClosedBooks> closed_;
    std::optional<OtherMonths> others_;
    std::optional<Journal> journal_;
    std::optional<Collector> collector_;
    std::optional<PublishFolder> folder_;
    std::optional<Notices> notices_;
    std::optional<InvoiceReader> invoices_;
    Inboxes inboxes_;
    std::unique_ptr<cage::Cage> usage_reader_;  // from the books on, until it reads
};

}  // namespace

RunResult run(const config::Job& job, Mode mode, const Clock& clock, Reporter& reporter, std::stop_token stop) {
    try {
        return Run(job, mode, nullptr, clock, reporter, stop).run();
    } catch (const ChangedFiles&) {
        // Nothing was published. Once more from the beginning: what was dropped is asked for, and what cannot be had is named.
    }
    return Run(job, mode, nullptr, clock, reporter, std::move(stop)).run();
}

RunResult merge(const config::Job& job, MonthParts& parts, const Clock& clock, Reporter& reporter, std::stop_token stop) {
    parts.must_be_of(job);
    try {
        return Run(job, Mode::export_, &parts, clock, reporter, stop).run();
    } catch (const ChangedFiles&) {
        // The parts have them still.
    }
    return Run(job, Mode::export_, &parts, clock, reporter, std::move(stop)).run();
}

}  // namespace moisson::pipeline
