#include "pipeline/part_run.hpp"

#include <algorithm>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/files.hpp"
#include "base/user.hpp"
#include "books/counting_rule.hpp"
#include "parts/outcomes.hpp"
#include "parts/share.hpp"
#include "pipeline/collector.hpp"
#include "pipeline/exit_code_of.hpp"
#include "pipeline/horizon.hpp"
#include "pipeline/journal.hpp"
#include "pipeline/provenance.hpp"
#include "pipeline/publish_folder.hpp"
#include "pipeline/records.hpp"
#include "pipeline/replay_service.hpp"
#include "pipeline/run_id.hpp"
#include "pipeline/scope.hpp"
#include "pipeline/secrecy.hpp"
#include "pipeline/service.hpp"
#include "pipeline/stages.hpp"
#include "pipeline/state_access.hpp"
#include "state/state_copy.hpp"
#include "state/state_url.hpp"

namespace moisson::pipeline {

namespace fs = std::filesystem;

namespace {

constexpr std::chrono::seconds state_wait_min{600};  // other parts read the state at the same time, each for as long as a copy takes

std::string make_mark() {
    std::random_device random;
    return fmt::format("secret-{:08x}{:08x}{:08x}", random(), random(), random());
}

/// The folder of all parts of the month.
fs::path parts_folder(const config::Job& job) {
    return fs::path(job.export_.out) / "parts" / publication_name(job.export_.period, view_of(job));
}

/// Where a part works: its own state and what it heard, until it is sealed; then what it fetched. The folder stays: its lock is the part's.
class Workplace {
public:
    Workplace(const config::Job& job, const fs::path& folder)
        : path_(folder / fmt::format(".{}", parts::folder_name(*job.export_.part))) {
        must_be_done(make_folders(path_, Access::own));
        lock_.emplace(path_, job.export_.lock_wait);
    }
    [[nodiscard]] fs::path state() const { return path_ / "state.sqlite3"; }
    [[nodiscard]] fs::path fresh_state() const { return path_ / "fresh.sqlite3"; }
    [[nodiscard]] fs::path outcomes() const { return path_ / parts::outcomes_name; }

private:
    fs::path path_;
    std::optional<FolderLock> lock_;
};

/// A store's file and what lies beside it.
void remove_state(const fs::path& file) {
    for (const char* const ending : {"", "-wal", "-shm", "-journal", ".lock", ".fetched"}) {
        must_be_done(remove_path(file.string() + ending));
    }
}

config::Job with_state(config::Job job, const fs::path& file) {
    job.state.state_url = fmt::format("sqlite:{}", file.string());
    return job;
}

/// What an attempt that was killed had fetched, or the part as it was made before: versions whose file is here.
std::vector<state::DocumentRecord> files_of_attempt(const config::Job& own, const fs::path& file, const transfer::ObjectStore& store) {
    std::error_code problem;
    std::vector<state::DocumentRecord> records;
    if (fs::exists(file, problem)) {
        const auto state = state::open_state_store(own.state.state_url, "export of a part");
        must_be_done(recover_journal(journal_path(own), *state, store));
        records = state->load_all_documents();
    } else if (const auto journal = read_file(journal_path(own))) {
        records = read_journal(*journal);
    }
    std::sort(records.begin(), records.end(), [](const auto& left, const auto& right) {
        return std::tie(left.contract_id, left.document_id, left.version) < std::tie(right.contract_id, right.document_id, right.version);
    });
    std::erase_if(records, [&](const state::DocumentRecord& one) { return one.sha256.empty() || !store.has(one.sha256, one.size_bytes); });
    return records;
}

/// Those of them that the state does not have; both by contract, document, version.
std::vector<state::DocumentRecord> lacking_in(state::StateStore& state, const std::vector<state::DocumentRecord>& fetched) {
    std::vector<state::DocumentRecord> lacking;
    std::map<std::pair<std::string, std::uint32_t>, std::string> known;  // of one contract: the file of each version
    const std::string* contract = nullptr;
    for (const state::DocumentRecord& one : fetched) {
        if (contract == nullptr || *contract != one.contract_id) {
            contract = &one.contract_id;
            known.clear();
            for (state::DocumentRecord& record : state.load_documents(one.contract_id)) {
                known.emplace(std::pair(std::move(record.document_id), record.version), std::move(record.sha256));
            }
        }
        const auto version = known.find({one.document_id, one.version});
        if (version == known.end()) {
            lacking.push_back(one);
            lacking.back().first_seen_run = seen_by_no_run;
        } else if (version->second.empty()) {
            lacking.push_back(one);
        }
    }
    return lacking;
}

/// The state of the month as it is now, and the files that this part has fetched before.
std::unique_ptr<state::StateStore> copy_of_state(const config::Job& job, const config::Job& own, const Workplace& place,
                                                 const transfer::ObjectStore& store, Reporter& reporter, const std::stop_token& stop) {
    const std::vector<state::DocumentRecord> fetched = files_of_attempt(own, place.state(), store);
    remove_state(place.fresh_state());
    const std::string fresh = with_state(job, place.fresh_state()).state.state_url;
    config::Job patient = job;
    patient.export_.lock_wait = std::max(job.export_.lock_wait, state_wait_min);
    auto state = when_free(patient, reporter, stop, [&] {
        if (has_state(job)) {
            static_cast<void>(state::copy_state(config::state_url_of(job), fresh, stop));
        }
        return state::open_state_store(fresh, "export of a part");
    });
    state->save_documents(lacking_in(*state, fetched));
    state.reset();
    must_be_done(rename_path(place.fresh_state(), place.state()));  // at every instant one of the two knows what was fetched
    must_be_done(remove_path(journal_path(own)));
    return state::open_state_store(own.state.state_url, "export of a part");
}

/// One part. Its members are opened in this order.
class PartRun final : public AskedByKeeper {
public:
    PartRun(const config::Job& job, const Clock& clock, Reporter& reporter, std::stop_token stop)
        : job_(job),
          share_(parts::share_of(job, *job.export_.part)),
          folder_(parts_folder(job)),
          place_(job, folder_),
          own_(with_state(parts::job_of_share(job, share_), place_.state())),
          clock_(clock),
          reporter_(reporter),
          stop_(std::move(stop)),
          stages_(reporter, clock, stop_),
          rule_(job.books) {
        header_.program = parts::program_of_parts();
        header_.part = *job.export_.part;
        header_.period = job.export_.period;
        header_.view = view_of(job);
        header_.refetch = job.export_.refetch;
        header_.job_sha256 = job.job_file_sha256;
        for (const config::PerimeterSettings& one : job.perimeters) {
            header_.perimeters.push_back(one.name);
        }
        header_.share = share_.contracts;
        header_.run_id = make_run_id(clock);
        header_.host = host_name();
        header_.began_at = clock.now();
        header_.mark = make_mark();
    }

    void keep(const std::string& perimeter, const std::string& contract_id, api::ListingOptions& options) override {
        options.sizes = &sizes_.emplace_back(*options.sizes);  // as they are now: the merge, too, decides by these
        must_be_done(outcomes_->add_asked_by(perimeter, contract_id, asked_by(options)));
    }

    PartResult run() {
        open();
        const ListedPerimeters listed = list();
        collector_->add_contracts(listed);
        stages_.done("contracts");
        try {
            service_->run(*collector_);
        } catch (const FatalError&) {
            collector_->save();
            throw;
        }
        collector_->save();
        stages_.done("lists and files");
        Harvest harvest = collector_->take_harvest();
        if (harvest.ended_by) {
            throw FatalError(exit_code_of(*harvest.ended_by), *harvest.ended_by);
        }
        seal(harvest);
        return {std::move(header_), folder_ / parts::folder_name(*job_.export_.part)};
    }

private:
    void open() {
        keep_sandbox_apart(job_);
        if (auto made = make_own_folders(state_folder(job_), ".moisson"); !made) {
            throw FatalError(ExitCode::local, std::move(made.error()));
        }
        store_ = open_object_store(job_);
        state_ = copy_of_state(job_, own_, place_, *store_, reporter_, stop_);
        stages_.done("state");
        service_ = Service::open(own_, store_.get(), clock_, reporter_, stop_);
        header_.source = service_->source_name();
        for (const Login& login : service_->logins()) {
            header_.logins.push_back({login.perimeter, login.urls.api_url, login.urls.oauth_url});
        }
        outcomes_.emplace(must_be_done(parts::OutcomeWriter::create(place_.outcomes(), header_.mark, *job_.secrets)));
        service_->tell([this](const parts::Heard& heard) {
            parts::Heard own = heard;
            own.run_id = header_.run_id;
            must_be_done(outcomes_->add(own));
        });
        closed_.emplace(own_, std::vector<std::string>(), *state_, rule_, header_.run_id, true);
        journal_.emplace(journal_path(own_));
        evidence_.emplace(job_, clock_, header_.run_id, place_.state().parent_path(), provenance_path(job_));
        evidence_->keep_files_alone();
        collector_.emplace(CollectorContext{own_, service_->logins(), *state_, store_.get(), reporter_, header_.run_id, clock_, &*journal_,
                                            &*closed_, nullptr, rule_, &*evidence_, this});
        stages_.done("start");
    }

    /// Whoever is refused alone here is one of several in the month.
    ListedPerimeters list() {
        std::vector<api::PerimeterOptions> options;
        for (const Login& login : service_->logins()) {
            options.push_back(ListEvidence::perimeter_options(*state_, clock_, login.perimeter));
            must_be_done(outcomes_->add_asked_by(login.perimeter, {}, asked_by(options.back())));
        }
        ListedPerimeters listed;
        try {
            listed = service_->list_perimeters(options);
        } catch (const FatalError& problem) {
            if (asks_all() || problem.exit_code() != ExitCode::refused) {
                throw;
            }
            for (const Login& login : service_->logins()) {
                must_be_done(outcomes_->add_refusal(login.perimeter, problem.error(), clock_.now(), header_.run_id));
                listed.emplace_back(fail(problem.error()));
            }
        }
        for (std::size_t lane = 0; lane < listed.size(); ++lane) {
            if (listed[lane]) {
                continue;
            }
            const Error& error = listed[lane].error();
            if (error.code == ErrorCode::cancelled) {
                throw FatalError(exit_code_of(error), error);
            }
            const std::string& perimeter = service_->logins()[lane].perimeter;
            header_.missing.push_back(perimeter.empty() ? error.to_line() : fmt::format("{}: {}", perimeter, error.to_line()));
        }
        if (asks_all() && std::none_of(listed.begin(), listed.end(), [](const auto& one) { return one.has_value(); })) {
            throw FatalError(exit_code_of(listed.front().error()), listed.front().error());
        }
        for (const Finding& finding : credential_horizons(own_, *state_, *service_, listed, clock_, false).findings) {
            header_.warnings.push_back(finding.message.english());
            reporter_.log(LogLevel::warning, finding.code, finding.message.english());
        }
        return listed;
    }

    /// No other part asks other logins.
    [[nodiscard]] bool asks_all() const { return service_->logins().size() == config::logins_of(job_).size(); }

    void seal(const Harvest& harvest) {
        const std::set<std::string> objects = note_files(harvest);
        stop_if_asked(stop_);
        must_be_done(store_->sync_all());
        must_be_done(outcomes_->finish());
        PublishFolder made(folder_, parts::folder_name(*job_.export_.part), header_.run_id, job_.output.file_mode);
        must_be_done(rename_path(place_.outcomes(), made.path() / parts::outcomes_name));
        std::vector<std::pair<std::string, std::string>> names;
        for (const std::string& sha256 : objects) {
            names.emplace_back(parts::object_name(sha256), sha256);
            take_object(sha256, made.path() / names.back().first);
        }
        header_.requests = service_->requests(harvest.requests);
        header_.contracts = harvest.completeness.size();
        header_.documents = harvest.listed;
        header_.exit_code = header_.missing.empty() ? ExitCode::complete : ExitCode::incomplete;
        header_.made_at = clock_.now();
        must_be_done(parts::seal_part(made.path(), header_, names));
        made.publish();
        outcomes_.reset();
        keep_records(objects);
        stages_.last_done("part");
    }

    /// Made again, the part asks for no file that it has.
    void keep_records(const std::set<std::string>& objects) {
        std::vector<state::DocumentRecord> records = state_->load_all_documents();
        std::erase_if(records, [&](const state::DocumentRecord& one) { return !objects.contains(one.sha256); });
        state_.reset();
        remove_state(place_.state());
        remove_state(place_.fresh_state());
        if (auto kept = Journal(journal_path(own_)).append(records); !kept) {
            reporter_.log(LogLevel::warning, "journal-failed", kept.error().to_line());
        }
    }

    /// Which objects the part holds. Files that were here already are answers, too: whoever merges may not have them.
    std::set<std::string> note_files(const Harvest& harvest) {
        std::set<std::string> objects;
        ProvenanceIndex provenance;
        std::vector<const LedgerEntry*> rows;
        for (const LedgerEntry& entry : harvest.entries) {
            rows.push_back(&entry);
        }
        for (const LateEntry& late : harvest.late) {
            rows.push_back(&late.entry);
        }
        for (const AskableFile& file : harvest.askable) {
            if (file.object) {
                provenance.want(file.contract_id, file.document_id, file.object->sha256);
            }
        }
        provenance.read(provenance_path(job_));
        for (const AskableFile& file : harvest.askable) {
            note_askable(file, provenance);
            if (file.object && objects.insert(file.object->sha256).second) {
                header_.file_bytes += file.object->size_bytes;
            }
        }
        std::set<std::string> lacking;
        for (const LedgerEntry* const row : rows) {
            if (row->status == DocumentStatus::ok && !row->sha256.empty()) {
                header_.file_bytes += objects.insert(row->sha256).second ? row->size_bytes.value_or(0) : 0;
                ++header_.files;
            } else if (job_.export_.files && row->status != DocumentStatus::ok && row->status != DocumentStatus::skipped) {
                lacking.insert(row->contract->id);
            }
        }
        for (const ContractCompleteness& one : harvest.completeness) {
            if (!is_whole(one.verdict)) {
                header_.missing.push_back(fmt::format("{}: {}: {}", sanitise(one.contract->id), to_text(one.verdict), one.reason));
            } else if (lacking.contains(one.contract->id)) {
                header_.missing.push_back(fmt::format("{}: files are missing", sanitise(one.contract->id)));
            }
        }
        return objects;
    }

    /// Each of the logins that are shown a document alike has an answer: its own, or the one of the last of them that was asked. It is what
    /// the run before that fetched the file, where it was here already.
    void note_askable(const AskableFile& file, const ProvenanceIndex& provenance) {
        std::vector<std::pair<std::string, http::Request>> questions;
        const std::pair<std::string, http::Request>* answered = nullptr;
        for (const std::size_t lane : file.lanes) {
            const Login& login = service_->logins()[lane];
            auto request = api::file_request(login.urls, file.contract_id, file.document_id);
            if (!request) {
                return;  // nobody can ask for it
            }
            questions.emplace_back(login.perimeter, std::move(*request));
        }
        for (const auto& question : questions) {
            answered = outcomes_->has(question.first, question.second) ? &question : answered;
        }
        if (answered == nullptr && file.object) {
            answered = &questions.front();
            must_be_done(outcomes_->add(heard_before(file, *answered, provenance)));
        }
        for (const auto& [perimeter, request] : questions) {
            if (answered != nullptr && !outcomes_->has(perimeter, request)) {
                must_be_done(outcomes_->add_same(perimeter, request, answered->first, answered->second));
            }
        }
    }

    /// How the file came that is here already.
    [[nodiscard]] parts::Heard heard_before(const AskableFile& file, const std::pair<std::string, http::Request>& question,
                                            const ProvenanceIndex& provenance) const {
        const http::Url& asked = question.second.url;
        transfer::Answer answer;
        answer.object = file.object;
        parts::Heard heard{question.first, parts::question_of(question.second), asked, std::move(answer), 0, clock_.now(), header_.run_id};
        if (const auto known = provenance.find(file.contract_id, file.document_id, file.object->sha256)) {
            heard.run_id = known->run_id;
            heard.attempts = known->call.attempts;
            heard.answer->status = known->call.status;
            heard.answer->sent_at = known->call.sent_at;
            heard.answer->head_at = known->call.head_at;
            heard.answer->url = asked;
            for (const auto& [name, value] : known->call.headers) {
                heard.answer->headers.add(name, value);
            }
            heard.answer->peer = known->call.peer ? std::make_shared<const http::PeerCertificate>(*known->call.peer) : nullptr;
        }
        return heard;
    }

    /// A second name for the file where that can be had, else a copy.
    void take_object(const std::string& sha256, const fs::path& target) {
        std::error_code problem;
        must_be_done(make_folders(target.parent_path()));
        fs::create_hard_link(store_->path_of(sha256), target, problem);
        if (problem) {
            problem.clear();
            fs::copy_file(store_->path_of(sha256), target, problem);
        }
        if (problem) {
            must_be_done(disk_error("cannot keep a file in the part", target, problem.value()));
        }
    }

    const config::Job& job_;
    const parts::Share share_;
    const fs::path folder_;
    Workplace place_;
    const config::Job own_;
    const Clock& clock_;
    Reporter& reporter_;
    std::stop_token stop_;
    Stages stages_;
    books::CountingRule rule_;
    parts::PartHeader header_;
    std::deque<api::ListSizes> sizes_;  // of each list, when it was begun
    std::unique_ptr<transfer::ObjectStore> store_;
    std::unique_ptr<state::StateStore> state_;
    std::unique_ptr<Service> service_;
    std::optional<parts::OutcomeWriter> outcomes_;
    std::optional<ClosedBooks> closed_;
    std::optional<Journal> journal_;
    std::optional<EvidenceRecorder> evidence_;
    std::optional<Collector> collector_;
};

}  // namespace

PartResult make_part(const config::Job& job, const Clock& clock, Reporter& reporter, std::stop_token stop) {
    watch_secrets(job);
    return PartRun(job, clock, reporter, std::move(stop)).run();
}

}  // namespace moisson::pipeline
