#include "pipeline/collector.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/glob.hpp"
#include "books/declarations.hpp"
#include "books/visibility.hpp"
#include "normalize/normalize.hpp"
#include "pipeline/contract_work.hpp"
#include "pipeline/exit_code_of.hpp"
#include "pipeline/known_documents.hpp"
#include "pipeline/messages.hpp"
#include "pipeline/policy.hpp"
#include "pipeline/scope.hpp"

namespace moisson::pipeline {

namespace {

/// Failures that the loop gives up the whole run for: nothing published can be better than a half-fetched month.
bool ends_the_run(ErrorCode code) { return code == ErrorCode::quota_spent || code == ErrorCode::throttled || code == ErrorCode::disk; }

}  // namespace

Collector::Collector(CollectorContext context)
    : context_(std::move(context)),
      rules_{context_.rule, context_.job.export_.period, PlausibleTimes(context_.clock.now())},
      ready_(context_.logins.size()),
      evidence_(context_.state),
      saver_(context_.state, context_.store, context_.journal, context_.reporter, context_.clock),
      files_({context_.job, context_.logins, context_.store, context_.reporter, context_.run_id,
              context_.closed != nullptr && context_.closed->exported() != nullptr, context_.evidence, context_.invoices},
             harvest_, saver_, progress_) {
    progress_.stage = "documents";
}
Collector::~Collector() = default;

std::optional<transfer::Job> Collector::next(std::size_t lane) {
    // Turn about, so that files flow while contracts are still being listed and the totals are known early.
    file_turn_ = !file_turn_;
    if (file_turn_) {
        if (auto job = next_file(lane)) {
            return job;
        }
    }
    if (auto job = next_question(lane)) {
        return job;
    }
    if (auto job = next_file(lane)) {
        return job;
    }
    const bool is_over = in_flight_.empty() && !files_.has_queued() &&
                         std::all_of(ready_.begin(), ready_.end(), [](const auto& ready) { return ready.empty(); });
    if (is_over) {
        files_.queue_second_chances();
        return next_file(lane);
    }
    return std::nullopt;
}

transfer::Job Collector::send(transfer::Job job, Task task) {
    job.tag = ++tag_;
    in_flight_.emplace(job.tag, std::move(task));
    return job;
}

void Collector::begin_visit(ContractWork& work) {
    VisitOptions options;
    if (work.lists.empty()) {
        work.known = context_.state.load_documents(work.item.id);
        work.of_inbox = take_of_inbox(work.known);
    }
    options.detail = work.needs_detail && !work.has_detail;
    // A service may change from one month to the next: what was once compared is compared again.
    options.listing.mixed_list_trusted = work.record.mixed_list_trusted && work.record.compared_month == this_month(context_.clock);
    options.listing.compared_count = work.record.compared_count;
    options.listing.sizes = &evidence_.sizes();
    // What earlier runs knew is what the login showed for which the contract stood; of what another one may see, nobody knows.
    if (work.lanes.size() == 1 || context_.logins[work.lane()].perimeter == work.record.contract.perimeter) {
        options.listing.documents_last = work.record.documents_last;
        for (const state::DocumentRecord& record : work.known) {
            const bool is_first = options.listing.known_ids.empty() || options.listing.known_ids.back() != record.document_id;
            if (is_first && record.first_seen_run != seen_by_no_run) {
                options.listing.known_ids.push_back(record.document_id);
            }
        }
    }
    // Documents that went away earlier are told of in every run, but are no reason to doubt the list anew.
    const std::uint64_t known = options.listing.known_ids.size();
    options.listing.missing_last = known - std::min<std::uint64_t>(known, options.listing.documents_last);
    if (context_.asked_by != nullptr) {
        context_.asked_by->keep(context_.logins[work.lane()].perimeter, work.item.id, options.listing);
    }
    work.visit =
        std::make_unique<ContractVisit>(context_.logins[work.lane()].urls, *context_.job.secrets, work.item.id, std::move(options));
}

std::optional<transfer::Job> Collector::next_question(std::size_t lane) {
    std::deque<std::size_t>& ready = ready_[lane];
    while (!ready.empty()) {
        ContractWork& work = *contracts_[ready.front()];
        ready.pop_front();
        if (!work.visit) {
            begin_visit(work);
        }
        auto question = work.visit->next();
        MOISSON_INVARIANT(question.has_value(), "a contract without a question stands in the queue");
        ++(question->is_detail ? harvest_.requests.contracts : harvest_.requests.lists);
        if (question->request) {
            transfer::Job job = make_answer_job(context_.job, std::move(*question->request));
            job.about = {{"contract_id", work.item.id}};
            http::Url asked = job.request.url;
            return send(std::move(job), {lane, work.index, std::nullopt, question->is_detail, std::move(asked)});
        }
        work.visit->give_up(question->request.error());
        login_listed(work);
    }
    return std::nullopt;
}

std::optional<transfer::Job> Collector::next_file(std::size_t lane) {
    auto question = files_.next(lane);
    return question ? std::optional(send(std::move(question->job), {lane, 0, std::move(question->file)})) : std::nullopt;
}

void Collector::done(transfer::Outcome outcome) {
    const auto found = in_flight_.find(outcome.tag);
    MOISSON_INVARIANT(found != in_flight_.end(), "an outcome without a task");
    const Task task = std::move(found->second);
    in_flight_.erase(found);
    if (!outcome.answer) {
        name_limit(outcome.answer.error(), task.file ? "file_bytes_max" : "list_bytes_max");
    }
    if (!outcome.answer && ends_the_run(outcome.answer.error().code)) {
        ended_lanes_.insert(task.lane);
        const bool is_of_all = outcome.answer.error().code == ErrorCode::disk || ended_lanes_.size() == context_.logins.size();
        harvest_.ended_by = is_of_all ? std::optional(outcome.answer.error()) : harvest_.ended_by;
    }
    if (task.file) {
        files_.done(*task.file, std::move(outcome.answer), outcome.attempts);
    } else {
        answered(task, std::move(outcome.answer), outcome.attempts);
    }
    tell_progress();
}

void Collector::answered(const Task& task, Result<transfer::Answer> answer, int attempts) {
    ContractWork& work = *contracts_[task.contract];
    if (context_.evidence != nullptr) {
        context_.evidence->answer_came(
            {task.is_detail ? "contract" : "documents", work.item.id, task.asked, context_.logins[task.lane].perimeter}, answer, attempts);
    }
    const ContractVisit::After after = work.visit->take(std::move(answer));
    used_cache_ = used_cache_ || work.visit->used_cache();
    if (after == ContractVisit::After::later) {
        ++harvest_.requests.retries;
        queue(work, false);
        return;
    }
    auto detail = work.visit->take_detail();
    if (detail && !*detail && detail->error().code == ErrorCode::verification) {
        refuse_contract(work, detail->error());
        return;
    }
    if (detail) {
        note_detail(work, *detail);
    }
    if (after == ContractVisit::After::go_on) {
        queue(work, true);
    } else {
        login_listed(work);
    }
}

void Collector::note_detail(ContractWork& work, const Result<wire::Contract>& detail) {
    if (detail) {
        work.has_detail = true;
        note_flaws(*detail, "GET /contract", work.item.id);
        const std::string perimeter = std::move(work.contract->perimeter);
        *work.contract = normalize::make_contract(work.item, &*detail);
        work.contract->perimeter = perimeter;
        work.contract->id = work.item.id;  // the list's id is the key, whatever the detail repeats
        // Flawed, it is asked for again: every run tells of it until it is mended.
        work.record.detail_known = !detail->repaired && !detail->contradicting && !detail->secret;
    } else if (detail.error().code != ErrorCode::cancelled && work.lists.size() + 1 == work.lanes.size()) {  // no other login is left
        harvest_.add_failure("contract-detail-missing", detail.error(), work.item.id);
    }
    work.record.contract = *work.contract;
    work.record_changed = true;
}

/// What answers for this contract speaks of another one: nothing that it lists can be believed. What earlier runs knew stays.
void Collector::refuse_contract(ContractWork& work, const Error& error) {
    work.visit.reset();
    work.completeness.verdict = Completeness::unknown_answer;
    work.completeness.reason = error.message;
    harvest_.add_finding(finding_of(work.completeness.verdict), error.message, work.item.id);
    harvest_.findings.back().request_id = error.request_id;
    context_.reporter.log(
        LogLevel::warning, "contract-incomplete", error.to_line(),
        {{"contract_id", work.item.id}, {"code", finding_of(work.completeness.verdict).text()}, {"request_id", error.request_id}});
    ++progress_.contracts_done;
    add_rows(work, match_versions({}, std::move(work.known), work.item.id, context_.run_id));
}

/// A contract that several logins see is asked for by each: what one of them may not see is no reason to lose it.
void Collector::login_listed(ContractWork& work) {
    if (work.visit->repaired_list()) {
        harvest_.add_finding("text-not-utf8", messages::text_beside_list_documents_not_utf, work.item.id);
    }
    api::ListingResult result = work.visit->take_list();
    work.visit.reset();
    work.lists.push_back({work.lane(), std::move(result)});
    if (work.lists.size() < work.lanes.size()) {
        queue(work, true);
        return;
    }
    std::optional<std::size_t> former;
    for (const std::size_t lane : work.lanes) {
        former = context_.logins[lane].perimeter == work.record.contract.perimeter ? lane : former;
    }
    listing_finished(work, join_lists(std::exchange(work.lists, {}), former));
}

/// A list may be whole and not all: another login that shows the contract, or did until now, could not be asked to the end.
void Collector::doubt_list(ContractWork& work, const JoinedList& joined, api::ListingResult& result) {
    if (work.missed && result.verdict == api::ListingVerdict::complete) {
        const bool is_refused = exit_code_of(*work.missed) == ExitCode::refused;
        result.verdict = is_refused ? api::ListingVerdict::forbidden : api::ListingVerdict::failed;
        result.reason = messages::login_failed(work.record.contract.perimeter, Harvest::sentence_of(*work.missed));
        result.error = *work.missed;
    } else if (joined.doubtful) {
        result.reason = messages::login_failed(context_.logins[*joined.doubtful].perimeter, result.reason);
    }
}

/// One login's list counts; the others are named.
void Collector::tell_shared(const ContractWork& work, const JoinedList& joined) {
    if (work.lanes.size() == 1) {
        return;
    }
    std::vector<std::string> others;
    for (const std::size_t lane : work.lanes) {
        if (lane != joined.lane) {
            others.push_back(context_.logins[lane].perimeter);
        }
    }
    std::sort(others.begin(), others.end());
    harvest_.add_finding("contract-shared",
                         messages::contract_shared(context_.logins[joined.lane].perimeter, fmt::format("{}", fmt::join(others, ", ")),
                                                   joined.elsewhere.size()),
                         work.item.id);
}

void Collector::listing_finished(ContractWork& work, JoinedList joined) {
    tell_shared(work, joined);
    api::ListingResult result = std::move(joined.result);
    doubt_list(work, joined, result);
    work.joined = std::move(joined);
    work.contract->perimeter = context_.logins[work.joined.lane].perimeter;
    // Whoever showed the contract until now, and could not today, is asked for again the next time.
    const bool may_move = result.verdict == api::ListingVerdict::complete || work.record.contract.perimeter.empty();
    if (may_move && work.record.contract.perimeter != work.contract->perimeter) {
        work.record.contract.perimeter = work.contract->perimeter;
        work.record_changed = true;
    }
    const std::size_t at = work.index;
    evidence_.note_list(at, result, work.record, lost_oldest(work.known, result.documents));
    for (const wire::Document& document : result.documents) {
        evidence_.note_document(at, document);
    }
    report_listing(work, result);
    remember_listing(work, result);
    work.completeness.listed = result.documents.size();
    for (const wire::Document& document : result.documents) {
        ++work.completeness.listed_by_type[document.documentType.value_or("")];
    }
    harvest_.listed += result.documents.size();
    progress_.documents_listed += result.documents.size();
    ++progress_.contracts_done;
    add_rows(work, match_versions(std::move(result.documents), std::move(work.known), work.item.id, context_.run_id));
    if (context_.job.export_.part) {
        add_of_others(work);
    }
    work.joined.further.clear();  // its files are queued
    work.joined.otherwise.clear();
    if (work.record_changed && context_.store != nullptr) {
        work.record.last_seen_run = context_.run_id;
        context_.state.save_contract(work.record);
    }
}

/// Documents that two logins are shown otherwise: another part may have a login that shows more, and by which one of the others decides.
void Collector::add_of_others(const ContractWork& work) {
    if (!context_.job.export_.files) {
        return;
    }
    for (const auto& [id, contents] : work.joined.otherwise) {
        for (const OtherContent& other : contents) {
            std::vector<Finding> ignored;
            const LedgerEntry entry = normalize::make_entry(other.document, *work.contract, ignored, rules_.plausible);
            const bool is_of_closed = entry.period && context_.closed != nullptr &&
                                      std::ranges::binary_search(context_.closed->closed_months(), entry.period->month());
            if (in_ledger(context_.job, entry) || is_of_closed) {
                files_.add_of_others(entry, other);
            }
        }
    }
}

/// What the next run asks by.
void Collector::remember_listing(ContractWork& work, const api::ListingResult& result) {
    state::ContractRecord& record = work.record;
    const state::ContractRecord before = record;
    if (result.compared_with_types && !result.types_agreed) {
        // Doubt outlives a run that could not settle it: else the next one would believe the mixed list unasked.
        record.mixed_list_trusted = false;
    }
    if (result.verdict == api::ListingVerdict::complete && !work.emptied) {
        record.documents_last = result.documents.size();
        if (result.compared_with_types) {
            record.mixed_list_trusted = result.types_agreed;
            record.compared_month = this_month(context_.clock);
            record.compared_count = result.mixed_count;
            record.proved_by_types = result.proof == api::ListingProof::types;
        }
    }
    work.record_changed = work.record_changed || record != before;
}

/// A contract that had documents lists none: whole months do not go away, so the answer is not believed.
void Collector::judge_emptied(ContractWork& work, const api::ListingResult& result) {
    const auto lasting = static_cast<std::size_t>(std::count_if(work.known.begin(), work.known.end(), is_lasting));
    if (result.verdict != api::ListingVerdict::complete || !result.documents.empty() || lasting == 0 || work.declared.ended != nullptr) {
        return;
    }
    work.emptied = true;
    work.completeness.verdict = Completeness::unknown_answer;
    work.completeness.reason = messages::no_document_listed_any_more(lasting);
    harvest_.add_finding("list-emptied", work.completeness.reason, work.item.id);
}

void Collector::report_listing(ContractWork& work, const api::ListingResult& result) {
    const std::string& id = work.item.id;
    work.completeness.verdict = to_domain(result.verdict);
    work.completeness.reason = result.reason;
    work.completeness.type_by_type = result.type_by_type;
    if (work.completeness.verdict != Completeness::complete) {
        harvest_.add_finding(finding_of(work.completeness.verdict), result.reason, id);
        harvest_.findings.back().request_id = result.error.request_id;
        context_.reporter.log(
            LogLevel::warning, "contract-incomplete", fmt::format("{}: {}", sanitise(id), result.reason),
            {{"contract_id", id}, {"code", finding_of(work.completeness.verdict).text()}, {"request_id", result.error.request_id}});
        return;
    }
    if (result.type_by_type) {
        harvest_.add_finding("list-types-disagree", result.reason, id);
    }
    judge_emptied(work, result);
    if (result.documents.empty() && !work.emptied && work.declared.ended == nullptr && work.declared.silent == nullptr) {
        harvest_.add_finding("list-empty", "", id);
    }
    normalize::check_contract(*work.contract, harvest_.findings);
}

/// All rows of the contract, whatever is exported: one that does not stand in the ledger may decide what counts in it.
void Collector::add_rows(ContractWork& work, VersionedContract versioned) {
    const ListedContract listed = work.listed();
    add_of_inbox(versioned, std::move(work.of_inbox));
    ContractRows rows = make_rows(std::move(versioned), listed, rules_);
    std::vector<const std::string*> first_seen;
    for (std::size_t at = 0; at < rows.documents.size(); ++at) {
        keep_version(*work.contract, rows.documents[at]);
        if (!is_of_inbox(rows.documents[at].record)) {  // what the service owes and shows is judged by what it listed
            remember_row(work, rows.documents[at], rows.entries[at]);
        }
        first_seen.push_back(&rows.documents[at].record.first_seen_run);
    }
    if (context_.closed != nullptr) {
        context_.closed->rules().judge(*work.contract, rows.entries, first_seen);
    }
    if (context_.others != nullptr) {
        context_.others->look(*work.contract, rows.entries);  // judged as their own exports judge them: by what closed months keep, too
    }
    if (context_.closed != nullptr && context_.closed->looks_back()) {
        add_late_rows(listed, rows);
    }
    const std::vector<bool> decides = find_deciding(context_.job, rows.entries);
    for (std::size_t at = 0; at < rows.entries.size(); ++at) {
        if (!decides[at]) {
            continue;
        }
        if (at < rows.documents.size()) {
            add_row(listed, rows, at);
        } else {
            add_row_without_id(rows, at);
        }
    }
}

/// A new version, or another file name, goes to the state.
void Collector::keep_version(const Contract& contract, VersionedDocument& versioned) {
    if (versioned.is_new || (versioned.listed && versioned.record.filename != versioned.document.filename.value_or(""))) {
        state::DocumentRecord record = to_record(versioned.document, contract.id, versioned.record.version);
        record.first_seen_run = versioned.record.first_seen_run;
        record.sha256 = versioned.record.sha256;
        record.size_bytes = versioned.record.size_bytes;
        record.media_type = versioned.record.media_type;
        record.unframed = versioned.record.unframed;
        record.damaged = versioned.record.damaged;
        versioned.record = std::move(record);
        saver_.keep(versioned.record);
    }
}

void Collector::add_row(const ListedContract& listed, ContractRows& rows, std::size_t at) {
    VersionedDocument& versioned = rows.documents[at];
    LedgerEntry entry = std::move(rows.entries[at]);
    if (!versioned.latest) {
        // The later version may have moved to another month: said here, this one counts in no month.
        entry.findings.insert("superseded");
    }
    if (!in_ledger(context_.job, entry)) {
        harvest_.entries.push_back(std::move(entry));
        return;
    }
    tell_version(listed, rules_, rows, at, entry, harvest_.findings);
    if (versioned.is_new) {
        ++harvest_.new_versions;
    }
    harvest_.entries.push_back(std::move(entry));
    files_.add(listed, versioned, {harvest_.entries.size() - 1, false});
}

void Collector::add_row_without_id(ContractRows& rows, std::size_t at) {
    LedgerEntry entry = std::move(rows.entries[at]);
    if (in_ledger(context_.job, entry)) {
        harvest_.add_finding("document-id-missing",
                             messages::document_named_period_came_without(sanitise(entry.filename), sanitise(entry.raw_period)),
                             entry.contract->id);
        std::move(rows.of_values[at].begin(), rows.of_values[at].end(), std::back_inserter(harvest_.findings));
    }
    harvest_.entries.push_back(std::move(entry));
}

/// Documents of closed months before the exported one: those that came or changed since, and those that earlier addenda of this month hold.
void Collector::add_late_rows(const ListedContract& listed, ContractRows& rows) {
    std::vector<VersionedDocument>& documents = rows.documents;
    std::vector<LedgerEntry> entries = rows.entries;
    for (std::size_t at = 0; at < documents.size(); ++at) {
        entries[at].sha256 = files_.can_be_had(documents[at]) ? documents[at].record.sha256 : std::string();
    }
    for (const ClosedBooks::Kept& kept : context_.closed->select(listed.contract, entries, harvest_.findings)) {
        LateEntry late{std::move(entries[kept.entry]), kept.change, kept.counted_before, kept.held_sha256};
        if (kept.entry >= documents.size()) {
            harvest_.late.push_back(std::move(late));
            continue;
        }
        VersionedDocument& versioned = documents[kept.entry];
        late.entry.sha256.clear();  // set again where its file is at hand
        if (!kept.shown) {
            harvest_.late.push_back(std::move(late));
            continue;
        }
        // What is found belongs to this run, as if the month were open.
        tell_version(listed, rules_, rows, kept.entry, late.entry, harvest_.findings);
        if (versioned.is_new) {
            ++harvest_.new_versions;
        }
        harvest_.late.push_back(std::move(late));
        files_.add(listed, versioned, {harvest_.late.size() - 1, true});
    }
}

/// What the checks against earlier months need of a row, whether or not it stands in this export.
void Collector::remember_row(ContractWork& work, const VersionedDocument& versioned, const LedgerEntry& entry) {
    work.visibility.add(entry.document_type, entry.period);
    if (!versioned.latest) {
        return;
    }
    const WithdrawnDecision* const decision = entry.withdrawn ? context_.rule.decision_on_withdrawn(entry) : nullptr;
    if (decision == nullptr || decision->counts) {
        harvest_.history.add(entry);
    }
    if (!versioned.record.sha256.empty()) {
        harvest_.remember_file(entry, versioned.record.sha256, context_.job.export_.period);
    }
}

void Collector::save() {
    saver_.save();
    for (const std::string& contract_id : disowned_) {
        context_.state.forget_documents(contract_id, context_.run_id);
    }
}

void Collector::begin_save() { saver_.begin_save(); }

void Collector::tell_progress() {
    progress_.requests = tag_;
    context_.reporter.progress(progress_);
}

/// A whole list of what a Visitor sees is not a whole list.
void Collector::judge_visibility(ContractWork& work) {
    if (!is_whole(work.completeness.verdict) || work.declared.silent != nullptr) {
        return;
    }
    if (const auto reason = work.visibility.hidden_invoices(context_.job.export_.period)) {
        work.completeness.verdict = Completeness::forbidden;
        work.completeness.reason = *reason;
        harvest_.add_finding("invoices-not-visible", *reason, work.item.id);
    }
}

/// What all lists together say of each.
void Collector::judge_lists() {
    for (const ListEvidence::Doubt& doubt : evidence_.doubts()) {
        ContractWork& work = *contracts_[doubt.contract];
        if (work.completeness.verdict == Completeness::complete) {
            work.completeness.verdict = doubt.verdict;
            work.completeness.reason = doubt.reason;
            harvest_.add_finding(finding_of(doubt.verdict), doubt.reason, work.item.id);
        }
    }
    for (const ListEvidence::Shared& shared : evidence_.shared()) {
        disown(shared);
    }
    if (used_cache_) {
        harvest_.run_findings.push_back(make_finding("answer-from-cache"));
    }
    if (context_.store != nullptr) {
        evidence_.save(context_.state);
    }
}

/// The very same documents under several contracts: an answer was given to more than one question, and whose it is is not known.
void Collector::disown(const ListEvidence::Shared& shared) {
    constexpr FindingCode code = "document-of-another-contract";
    ContractWork& work = *contracts_[shared.contract];
    disowned_.push_back(work.item.id);
    if (shared.all) {
        work.completeness.verdict = Completeness::unknown_answer;
        work.completeness.reason = messages::all_documents_list_listed_under(shared.documents.size());
        harvest_.add_finding(finding_of(work.completeness.verdict), work.completeness.reason, work.item.id);
    }
    const auto mark = [&](LedgerEntry& entry, bool shown) {
        if (entry.contract == work.contract.get() && shared.documents.contains(entry.document_id)) {
            entry.findings.insert(code);
            if (shown) {
                harvest_.add_finding(code, "", work.item.id, entry.document_id);
            }
        }
    };
    for (LedgerEntry& entry : harvest_.entries) {
        mark(entry, in_ledger(context_.job, entry));
    }
    for (LateEntry& late : harvest_.late) {
        mark(late.entry, true);
    }
}

Harvest Collector::take_harvest() {
    judge_lists();
    for (auto& work : contracts_) {
        work->completeness.contract = work->contract.get();
        if (!work->gone) {
            judge_visibility(*work);
            harvest_.remembered.push_back({work->contract.get(), work->memory});
            harvest_.completeness.push_back(std::move(work->completeness));
        }
        harvest_.contracts.push_back(std::move(work->contract));
    }
    return std::move(harvest_);
}

}  // namespace moisson::pipeline
