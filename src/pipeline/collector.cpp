#include "pipeline/collector.hpp"

#include <algorithm>
#include <iterator>
#include <limits>
#include <set>
#include <unordered_set>

#include <fmt/format.h>

#include "base/glob.hpp"
#include "books/declarations.hpp"
#include "books/visibility.hpp"
#include "normalize/normalize.hpp"
#include "pipeline/policy.hpp"
#include "pipeline/scope.hpp"
#include "pipeline/secrecy.hpp"

namespace moisson::pipeline {

namespace {

/// How often an answer that is whole but not what was asked for is asked for again: a list for a contract, a file for a document.
constexpr int asked_again_max = 2;

enum class TaskKind { detail, list, file };

Completeness to_domain(api::ListingVerdict verdict) {
    switch (verdict) {
        case api::ListingVerdict::complete: return Completeness::complete;
        case api::ListingVerdict::capped: return Completeness::capped;
        case api::ListingVerdict::forbidden: return Completeness::forbidden;
        case api::ListingVerdict::failed: return Completeness::failed;
        case api::ListingVerdict::unknown_answer: return Completeness::unknown_answer;
    }
    return Completeness::failed;
}

/// Failures that the loop gives up the whole run for: nothing published can be better than a half-fetched month.
bool ends_the_run(ErrorCode code) {
    return code == ErrorCode::quota_spent || code == ErrorCode::throttled || code == ErrorCode::disk;
}

/// True where the error's own message is a sentence and a status: no counts of bytes, times, ports or texts of the service.
bool is_plain(ErrorCode code) {
    switch (code) {
        case ErrorCode::not_ready:
        case ErrorCode::not_found:
        case ErrorCode::forbidden:
        case ErrorCode::credentials:
        case ErrorCode::over_capacity:
        case ErrorCode::server_error:
        case ErrorCode::client_error: return true;
        default: return false;
    }
}

/// True when a document is of the month before the period: a contract that ends then and there is missed in the period itself.
bool bills_till(const std::vector<state::DocumentRecord>& known, const MonthRange& period) {
    return period.first && std::any_of(known.begin(), known.end(), [&](const state::DocumentRecord& record) {
        const auto parsed = normalize::parse_period_text(record.period);
        return parsed && parsed->period.month().plus(1) == *period.first;
    });
}

/// A final document of one of the period's months is known: its bill came before the contract went.
bool is_billed_in(const std::vector<state::DocumentRecord>& known, const MonthRange& period) {
    return std::any_of(known.begin(), known.end(), [&](const state::DocumentRecord& record) {
        const auto parsed = normalize::parse_period_text(record.period);
        return normalize::standing_of(record.document_type) == Standing::final_ && parsed && period.contains(parsed->period.month());
    });
}

/// Provisional documents go when the final one comes: that one is gone means nothing.
bool is_lasting(const state::DocumentRecord& record) { return normalize::standing_of(record.document_type) != Standing::provisional; }

/// Lasting documents that earlier runs listed and this list lacks, all of them older than everything that it holds.
bool lost_oldest(const std::vector<state::DocumentRecord>& known, const std::vector<wire::Document>& listed) {
    std::unordered_set<std::string_view> ids;
    std::string_view oldest = "~";  // behind every instant
    for (const wire::Document& document : listed) {
        ids.insert(document.id);
        oldest = std::min(oldest, document.createdAt ? std::string_view(*document.createdAt) : std::string_view());
    }
    bool lost = false;
    for (const state::DocumentRecord& record : known) {
        if (is_lasting(record) && !ids.contains(record.document_id)) {
            if (record.created_at.empty() || record.created_at >= oldest) {
                return false;
            }
            lost = true;
        }
    }
    return lost;
}

/// The version before, where the document has one.
const VersionedDocument* earlier_version(const std::vector<VersionedDocument>& documents, std::size_t at) {
    return at > 0 && documents[at - 1].record.document_id == documents[at].record.document_id ? &documents[at - 1] : nullptr;
}

std::string other_file(std::uint32_t version) {
    return fmt::format("version {} replaces version {}: its file is another one, its data are the same", version, version - 1);
}

/// What a new version changes, with the difference where both amounts can be read.
std::string describe_change(const VersionedDocument& earlier, const VersionedDocument& versioned, const LedgerEntry& entry) {
    if (same_version(versioned.document, earlier.record)) {
        return other_file(entry.version);
    }
    std::vector<Finding> unused;
    const std::optional<Money> before = normalize::make_entry(to_wire(earlier.record), *entry.contract, unused).amount;
    const auto words = [](const std::optional<Money>& money) {
        return money ? fmt::format("{} {}", to_decimal(*money), money->currency.code()) : std::string("no readable amount");
    };
    std::string text = fmt::format("version {} replaces version {}", entry.version, earlier.record.version);
    if (before == entry.amount) {
        return fmt::format("{}: {} as before", text, words(before));
    }
    text += fmt::format(": {} before, {} now", words(before), words(entry.amount));
    if (before && entry.amount && before->amount_minor != std::numeric_limits<std::int64_t>::min()) {
        if (const auto difference = add(*entry.amount, Money{-before->amount_minor, before->currency})) {
            text += fmt::format(", a difference of {} {}", to_decimal(*difference), difference->currency.code());
        }
    }
    return text;
}

std::string_view finding_of(Completeness verdict) {
    switch (verdict) {
        case Completeness::capped: return "list-capped";
        case Completeness::forbidden: return "contract-forbidden";
        case Completeness::unknown_answer: return "contract-unknown-answer";
        case Completeness::unproven: return "list-unproven";
        case Completeness::complete:
        case Completeness::failed: break;
    }
    return "contract-failed";
}

}  // namespace

struct Collector::ContractWork {
    std::size_t index = 0;
    std::unique_ptr<Contract> contract;
    state::ContractRecord record;
    wire::Contract item;
    bool gone = false;          // known from the state only
    bool emptied = false;       // lists nothing any more
    books::Declarations declared;
    bool needs_detail = false;
    bool record_changed = false;
    int asked_again = 0;
    std::vector<state::DocumentRecord> known;
    std::unique_ptr<api::ContractListing> listing;
    http::Url asked;  // the list's first page
    books::Visibility visibility;
    books::ContractMemory memory;
    ContractCompleteness completeness;
};

struct Collector::FileWork {
    std::size_t contract = 0;
    std::size_t entry = 0;  // in harvest_.entries, or harvest_.late
    bool late = false;
    state::DocumentRecord record;
    int asked_again = 0;
};

/// A document as the ledger would hold it, and what was found about its values.
struct Collector::ReadRow {
    LedgerEntry entry;
    std::vector<Finding> findings;
};

struct Collector::Task {
    TaskKind kind = TaskKind::list;
    std::size_t contract = 0;
    std::optional<FileWork> file;
};

Collector::Collector(CollectorContext context)
    : context_(std::move(context)),
      plausible_(context_.clock.now()),
      evidence_(context_.state),
      saver_(context_.state, context_.store, context_.journal, context_.reporter, context_.clock) {
    progress_.stage = "documents";
}
Collector::~Collector() = default;

void Collector::add_finding(std::string_view code, std::string message, const std::string& contract_id, const std::string& document_id) {
    harvest_.findings.push_back(make_finding(code, std::move(message), contract_id, document_id));
}

void Collector::add_failure(std::string_view code, const Error& error, const std::string& contract_id, const std::string& document_id) {
    Finding finding = make_finding(code, is_plain(error.code) ? error.message : fmt::format("failed: {}", to_text(error.code)), contract_id,
                                   document_id);
    finding.detail = error.to_line();
    harvest_.findings.push_back(std::move(finding));
}

void Collector::add_contracts(const api::PerimeterResult& listed) {
    if (listed.verdict != api::ListingVerdict::complete) {
        add_finding("list-capped", listed.reason, "");
    }
    harvest_.contracts_listed = listed.contracts.size();
    std::map<std::string, state::ContractRecord> known;
    for (state::ContractRecord& record : context_.state.load_contracts()) {
        std::string id = record.contract.id;
        known.emplace(std::move(id), std::move(record));
    }
    std::map<std::string, const wire::Contract*> by_id;  // sorted: everything that follows is in contract id order
    for (const wire::Contract& item : listed.contracts) {
        if (item.id.empty()) {
            note_flaws(item, "GET /contracts");
            add_finding("contract-failed",
                        fmt::format("the service listed a contract without an id (name \"{}\"): its documents cannot be asked for",
                                    sanitise(item.name)),
                        "");
            continue;
        }
        by_id.emplace(item.id, &item);
    }
    if (listed.unproven) {
        add_finding("list-unproven",
                    fmt::format("{} contracts are listed, the most that the service ever gave in one answer", listed.contracts.size()), "");
    }
    if (context_.store != nullptr) {
        ListEvidence::remember_perimeter(context_.state, context_.clock, listed);
    }
    const auto wanted = [&](const std::string& id, const std::string& name) {
        return any_glob_matches(context_.job.contracts, id, name);
    };
    for (const auto& [id, item] : by_id) {
        if (!wanted(id, item->name)) {
            known.erase(id);
            continue;
        }
        note_flaws(*item, "GET /contracts");
        auto work = std::make_unique<ContractWork>();
        work->item = *item;
        if (const auto found = known.find(id); found != known.end()) {
            work->record = std::move(found->second);
            known.erase(found);
        }
        contracts_.push_back(std::move(work));
    }
    for (auto& [id, record] : known) {
        if (wanted(id, record.contract.name)) {
            auto work = std::make_unique<ContractWork>();
            work->gone = true;
            work->record = std::move(record);
            contracts_.push_back(std::move(work));
        }
    }
    std::sort(contracts_.begin(), contracts_.end(), [](const auto& left, const auto& right) {
        return (left->gone ? left->record.contract.id : left->item.id) < (right->gone ? right->record.contract.id : right->item.id);
    });
    for (std::size_t index = 0; index < contracts_.size(); ++index) {
        contracts_[index]->index = index;
        start_contract(*contracts_[index]);
    }
    progress_.contracts_total = contracts_.size();
}

/// `answer`: of which the contract's entry is.
void Collector::note_flaws(const wire::Contract& item, std::string_view answer, const std::string& contract_id) {
    const std::string& id = contract_id.empty() ? item.id : contract_id;
    if (item.repaired) {
        add_finding("text-not-utf8", fmt::format("A text of the contract's entry ({}) was not UTF-8 and was repaired.", answer), id);
    }
    if (item.contradicting) {
        add_finding("member-contradicting",
                    fmt::format("The service gave two different values for a member of the contract ({}); it is left empty.", answer), id);
    }
    if (item.secret) {
        add_finding("secret-in-answer",
                    fmt::format("The service repeated a secret of this job in the contract ({}); what held it is left empty.", answer), id);
    }
}

void Collector::start_contract(ContractWork& work) {
    if (work.gone) {
        work.contract = std::make_unique<Contract>(work.record.contract);
        work.declared = books::declarations_of(context_.job.books, *work.contract);
        work.completeness.verdict = Completeness::failed;
        work.completeness.reason = "no longer in the perimeter";
        const std::string id = work.contract->id;
        std::vector<state::DocumentRecord> known = context_.state.load_documents(id);
        const bool billed_till_now = bills_till(known, context_.job.period);
        const bool owes = billed_till_now && !is_billed_in(known, context_.job.period) && !work.declared.frees(*context_.job.period.first);
        VersionedContract versioned = match_versions({}, std::move(known), id, context_.run_id);
        const std::size_t before = harvest_.entries.size();
        add_rows(work, std::move(versioned));
        // One that is asked for by name is told of even when there is nothing of it to show.
        if (harvest_.entries.size() > before || billed_till_now || !context_.job.contracts.empty()) {
            books::tell_declarations(work.declared, *work.contract, context_.job.period, harvest_.findings);
            add_finding(
                "contract-gone",
                billed_till_now ? "The contract is no longer in the perimeter, though it had documents until the month before." : "", id);
            harvest_.findings.back().raised = owes;
        }
        ++progress_.contracts_done;
        return;
    }
    const std::string digest = list_item_digest(work.item);
    work.needs_detail = !work.record.detail_known || work.record.list_item_digest != digest;
    if (work.needs_detail) {
        if (work.record.detail_known) {
            // Told once, in the log: in the archive it would make the next run's bytes other than this one's.
            context_.reporter.log(LogLevel::info, "contract-changed",
                                  fmt::format("{}: the contract's entry in the list changed (it was \"{}\", is \"{}\")",
                                              sanitise(work.item.id), sanitise(work.record.contract.name), sanitise(work.item.name)));
        }
        work.contract = std::make_unique<Contract>(normalize::make_contract(work.item, nullptr));
        work.record.detail_known = false;
    } else {
        work.contract = std::make_unique<Contract>(work.record.contract);
    }
    work.declared = books::declarations_of(context_.job.books, *work.contract);
    books::tell_declarations(work.declared, *work.contract, context_.job.period, harvest_.findings);
    remember_contract(work, work.record.contract.id.empty() ? std::nullopt : std::optional(work.record.contract.name));
    work.record.list_item_digest = digest;
    work.record.contract = *work.contract;
    ready_.push_back(work.index);
}

void Collector::remember_contract(ContractWork& work, const std::optional<std::string>& known_name) {
    state::ContractRecord& record = work.record;
    work.memory = {record.first_month, record.earlier_name, record.renamed_month};
    const books::ContractMemory before = work.memory;
    books::remember_contract(work.memory, known_name, *work.contract, this_month(context_.clock).plus(-1));
    if (work.memory != before) {
        record.first_month = work.memory.first_month;
        record.earlier_name = work.memory.earlier_name;
        record.renamed_month = work.memory.renamed_month;
        work.record_changed = true;
    }
}

std::optional<transfer::Job> Collector::next() {
    // Turn about, so that files flow while contracts are still being listed and the totals are known early.
    file_turn_ = !file_turn_;
    if (file_turn_) {
        if (auto job = next_file()) {
            return job;
        }
    }
    if (auto job = next_question()) {
        return job;
    }
    if (auto job = next_file()) {
        return job;
    }
    if (in_flight_.empty() && !second_chances_.empty()) {
        files_.swap(second_chances_);
        return next_file();
    }
    return std::nullopt;
}

transfer::Job Collector::make_job(const Task& task, http::Request request) {
    transfer::Job job;
    job.tag = ++tag_;
    job.request = std::move(request);
    job.limits.attempt = context_.job.attempt_timeout;
    const bool is_file = task.kind == TaskKind::file;
    job.body_to = is_file ? transfer::BodyTo::store : transfer::BodyTo::memory;
    job.limits.body_max_bytes = is_file ? context_.job.file_bytes_max : context_.job.list_bytes_max;
    job.limits.accept_until_close = is_file;
    return job;
}

Result<http::Request> Collector::list_request(ContractWork& work) {
    if (!work.listing) {
        work.known = context_.state.load_documents(work.item.id);
        api::ListingOptions options;
        // A service may change from one month to the next: what was once compared is compared again.
        options.mixed_list_trusted = work.record.mixed_list_trusted && work.record.compared_month == this_month(context_.clock);
        options.compared_count = work.record.compared_count;
        options.sizes = &evidence_.sizes();
        options.documents_last = work.record.documents_last;
        for (const state::DocumentRecord& record : work.known) {
            if (options.known_ids.empty() || options.known_ids.back() != record.document_id) {
                options.known_ids.push_back(record.document_id);
            }
        }
        // Documents that went away earlier are told of in every run, but are no reason to doubt the list anew.
        options.missing_last = options.known_ids.size() - std::min<std::uint64_t>(options.known_ids.size(), options.documents_last);
        work.listing = std::make_unique<api::ContractListing>(std::move(options));
    }
    const auto question = work.listing->next();
    MOISSON_INVARIANT(question.has_value(), "a contract without a question stands in the queue");
    auto request = api::documents_request(context_.urls, work.item.id, question->document_type, question->limit);
    if (request) {
        work.asked = request->url;
        if (!question->page.empty()) {
            request->url.path_and_query = question->page;
        }
    }
    return request;
}

std::optional<transfer::Job> Collector::next_question() {
    while (!ready_.empty()) {
        ContractWork& work = *contracts_[ready_.front()];
        ready_.pop_front();
        Task task;
        task.contract = work.index;
        Result<http::Request> request = fail(ErrorCode::internal, "no request");
        if (work.needs_detail) {
            task.kind = TaskKind::detail;
            request = api::contract_request(context_.urls, work.item.id);
            ++harvest_.requests.contracts;
        } else {
            task.kind = TaskKind::list;
            request = list_request(work);
            ++harvest_.requests.lists;
        }
        if (!request) {
            // An id that cannot stand in a header: no question can be asked, and the contract says so.
            work.needs_detail = false;
            if (!work.listing) {
                work.listing = std::make_unique<api::ContractListing>(api::ListingOptions{});
            }
            while (work.listing->next()) {
                work.listing->failed(request.error());
            }
            listing_finished(work);
            continue;
        }
        transfer::Job job = make_job(task, std::move(*request));
        in_flight_.emplace(job.tag, std::move(task));
        return job;
    }
    return std::nullopt;
}

std::optional<transfer::Job> Collector::next_file() {
    while (!files_.empty()) {
        Task task;
        task.kind = TaskKind::file;
        task.file = std::move(files_.front());
        files_.pop_front();
        const bool is_paper = normalize::is_paper(entry_of(*task.file).document_type);
        auto request = api::file_request(context_.urls, task.file->record.contract_id, task.file->record.document_id);
        if (!request) {
            file_failed(*task.file, request.error());
            continue;
        }
        ++harvest_.requests.files;
        transfer::Job job = make_job(task, std::move(*request));
        job.table_allowed = !is_paper;
        in_flight_.emplace(job.tag, std::move(task));
        return job;
    }
    return std::nullopt;
}

void Collector::done(transfer::Outcome outcome) {
    const auto found = in_flight_.find(outcome.tag);
    MOISSON_INVARIANT(found != in_flight_.end(), "an outcome without a task");
    const Task task = std::move(found->second);
    in_flight_.erase(found);
    if (!outcome.answer) {
        name_limit(outcome.answer.error(), task.kind == TaskKind::file ? "file_bytes_max" : "list_bytes_max");
    }
    if (!outcome.answer && ends_the_run(outcome.answer.error().code)) {
        harvest_.ended_by = outcome.answer.error();
    }
    switch (task.kind) {
        case TaskKind::detail: detail_done(*contracts_[task.contract], outcome); break;
        case TaskKind::list: list_done(*contracts_[task.contract], outcome); break;
        case TaskKind::file: file_done(*task.file, outcome); break;
    }
    tell_progress();
}

/// A whole answer that is not what the endpoint gives is often a passing fault behind the gateway: the same question once more, before
/// it is believed. False when that was done often enough.
bool Collector::ask_again(ContractWork& work) {
    if (work.asked_again >= asked_again_max) {
        return false;
    }
    ++work.asked_again;
    ++harvest_.requests.retries;
    ready_.push_back(work.index);
    return true;
}

void Collector::detail_done(ContractWork& work, transfer::Outcome& outcome) {
    note_cache(outcome);
    auto detail =
        outcome.answer ? api::read_contract(std::move(outcome.answer->body), work.item.id) : fail(std::move(outcome.answer.error()));
    const bool is_anothers = !detail && detail.error().code == ErrorCode::verification;
    if (!detail && (is_anothers || detail.error().code == ErrorCode::bad_answer) && ask_again(work)) {
        return;
    }
    work.needs_detail = false;
    work.asked_again = 0;
    if (is_anothers) {
        refuse_contract(work, detail.error());
        return;
    }
    if (detail) {
        drop_secrets(*context_.job.secrets, *detail);
        note_flaws(*detail, "GET /contract", work.item.id);
        *work.contract = normalize::make_contract(work.item, &*detail);
        work.contract->id = work.item.id;  // the list's id is the key, whatever the detail repeats
        // Flawed, it is asked for again: every run tells of it until it is mended.
        work.record.detail_known = !detail->repaired && !detail->contradicting && !detail->secret;
    } else if (detail.error().code != ErrorCode::cancelled) {
        add_failure("contract-detail-missing", detail.error(), work.item.id);
    }
    work.record.contract = *work.contract;
    work.record_changed = true;
    ready_.push_front(work.index);
}

/// What answers for this contract speaks of another one: nothing that it lists can be believed. What earlier runs knew stays.
void Collector::refuse_contract(ContractWork& work, const Error& error) {
    work.completeness.verdict = Completeness::unknown_answer;
    work.completeness.reason = error.message;
    add_finding(finding_of(work.completeness.verdict), error.message, work.item.id);
    context_.reporter.log(LogLevel::warning, "contract-incomplete", error.to_line());
    ++progress_.contracts_done;
    add_rows(work, match_versions({}, context_.state.load_documents(work.item.id), work.item.id, context_.run_id));
}

void Collector::note_cache(const transfer::Outcome& outcome) {
    used_cache_ = used_cache_ || (outcome.answer && api::is_from_cache(outcome.answer->headers));
}

void Collector::list_done(ContractWork& work, transfer::Outcome& outcome) {
    note_cache(outcome);
    auto decoded = outcome.answer ? api::read_documents(std::move(outcome.answer->body), outcome.answer->headers, work.asked)
                                  : fail(std::move(outcome.answer.error()));
    const auto question = work.listing->next();
    const bool is_mixed = question && question->document_type.empty();
    const bool unreadable = decoded ? decoded->is_null && is_mixed : decoded.error().code == ErrorCode::bad_answer;
    if (unreadable && ask_again(work)) {
        return;
    }
    work.asked_again = 0;
    if (decoded) {
        drop_secrets(*context_.job.secrets, *decoded);
        if (decoded->repaired) {
            add_finding("text-not-utf8", "A text beside the list of documents was not UTF-8 and was repaired.", work.item.id);
        }
        work.listing->answer(std::move(*decoded));
    } else {
        work.listing->failed(decoded.error());
    }
    if (work.listing->next()) {
        ready_.push_front(work.index);
    } else {
        listing_finished(work);
    }
}

void Collector::listing_finished(ContractWork& work) {
    api::ListingResult result = work.listing->take_result();
    work.listing.reset();
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
    if (work.record_changed && context_.store != nullptr) {
        work.record.last_seen_run = context_.run_id;
        context_.state.save_contract(work.record);
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
    work.completeness.reason = fmt::format("no document is listed any more, and earlier runs knew {}", lasting);
    add_finding("list-emptied", work.completeness.reason, work.item.id);
}

void Collector::report_listing(ContractWork& work, const api::ListingResult& result) {
    const std::string& id = work.item.id;
    work.completeness.verdict = to_domain(result.verdict);
    work.completeness.reason = result.reason;
    work.completeness.type_by_type = result.type_by_type;
    if (work.completeness.verdict != Completeness::complete) {
        add_finding(finding_of(work.completeness.verdict), result.reason, id);
        context_.reporter.log(LogLevel::warning, "contract-incomplete", fmt::format("{}: {}", sanitise(id), result.reason));
        return;
    }
    if (result.type_by_type) {
        add_finding("list-types-disagree", result.reason, id);
    }
    judge_emptied(work, result);
    if (result.documents.empty() && !work.emptied && work.declared.ended == nullptr && work.declared.silent == nullptr) {
        add_finding("list-empty", "", id);
    }
    normalize::check_contract(*work.contract, harvest_.findings);
}

void Collector::add_rows(ContractWork& work, VersionedContract versioned) {
    // All rows of the contract, whatever is exported: one that does not stand in the ledger may decide what counts in it.
    std::vector<LedgerEntry> entries;
    std::vector<std::vector<Finding>> findings;
    const auto read = [&](const wire::Document& document, std::uint32_t version) -> LedgerEntry& {
        entries.push_back(normalize::make_entry(document, *work.contract, findings.emplace_back(), plausible_));
        entries.back().version = version;
        return entries.back();
    };
    for (VersionedDocument& one : versioned.documents) {
        read(one.document, one.record.version);
        keep_version(work, one);
    }
    note_withdrawn(work, versioned.documents, entries);
    for (std::size_t at = 0; at < versioned.documents.size(); ++at) {
        context_.rule.set_standing(entries[at]);
        remember_row(work, versioned.documents[at], entries[at]);
    }
    std::uint32_t number = 0;
    for (const wire::Document& document : versioned.without_id) {
        LedgerEntry& entry = read(document, ++number);
        entry.status = DocumentStatus::failed;
        entry.findings.insert("document-id-missing");
    }
    if (context_.closed != nullptr) {
        std::vector<const std::string*> first_seen;
        std::transform(versioned.documents.begin(), versioned.documents.end(), std::back_inserter(first_seen),
                       [](const VersionedDocument& one) { return &one.record.first_seen_run; });
        context_.closed->rules().judge(*work.contract, entries, first_seen);
    }
    if (context_.others != nullptr) {
        context_.others->look(*work.contract, entries);  // judged as their own exports judge them: by what closed months keep, too
    }
    if (context_.closed != nullptr && context_.closed->looks_back()) {
        add_late_rows(work, versioned.documents, entries);
    }
    const std::vector<bool> decides = find_deciding(context_.job, entries);
    for (std::size_t at = 0; at < entries.size(); ++at) {
        if (!decides[at]) {
            continue;
        }
        ReadRow row{std::move(entries[at]), std::move(findings[at])};
        if (at < versioned.documents.size()) {
            add_row(work, versioned.documents[at], earlier_version(versioned.documents, at), std::move(row));
        } else {
            add_row_without_id(work, std::move(row));
        }
    }
}

/// Documents that an earlier run knew and a whole list no longer has. Where a list was capped or refused nothing is known of them. What is
/// older than all that is listed may only be too old for the service's list; in the months that are asked for that is told all the same.
void Collector::note_withdrawn(const ContractWork& work, const std::vector<VersionedDocument>& documents,
                               std::vector<LedgerEntry>& entries) const {
    if (work.gone || !is_whole(work.completeness.verdict)) {
        return;
    }
    const bool has_ended = work.declared.ended != nullptr;  // its documents may go with it
    std::optional<Month> oldest;
    for (std::size_t at = 0; at < documents.size(); ++at) {
        if (documents[at].listed && entries[at].period && (!oldest || entries[at].period->month() < *oldest)) {
            oldest = entries[at].period->month();
        }
    }
    for (std::size_t at = 0; at < documents.size(); ++at) {
        LedgerEntry& entry = entries[at];
        if (!entry.period || !documents[at].latest || documents[at].id_listed) {
            entry.withdrawn = false;
            continue;
        }
        const Month month = entry.period->month();
        const bool is_missed = !has_ended && ((oldest && !(month < *oldest)) || context_.job.period.contains(month));
        entry.withdrawn = is_missed || context_.rule.decision_on_withdrawn(entry) != nullptr;
    }
}

/// A new version, or another file name, goes to the state.
void Collector::keep_version(const ContractWork& work, VersionedDocument& versioned) {
    if (versioned.is_new || (versioned.listed && versioned.record.filename != versioned.document.filename.value_or(""))) {
        state::DocumentRecord record = to_record(versioned.document, work.contract->id, versioned.record.version);
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

void Collector::add_row(ContractWork& work, VersionedDocument& versioned, const VersionedDocument* earlier, ReadRow row) {
    auto& [entry, findings] = row;
    if (!versioned.latest) {
        // The later version may have moved to another month: said here, this one counts in no month, and its flaws are history.
        entry.findings.insert("superseded");
        findings.clear();
    }
    if (!in_ledger(context_.job, entry)) {
        harvest_.entries.push_back(std::move(entry));
        return;
    }
    note_version(work, versioned, earlier, entry);
    harvest_.findings.insert(harvest_.findings.end(), std::make_move_iterator(findings.begin()), std::make_move_iterator(findings.end()));
    if (versioned.is_new) {
        ++harvest_.new_versions;
    }
    harvest_.entries.push_back(std::move(entry));
    plan_file(work, versioned, harvest_.entries.size() - 1, false);
}

/// What the row's place among its document's versions, and in the list, says of it.
void Collector::note_version(ContractWork& work, const VersionedDocument& versioned, const VersionedDocument* earlier, LedgerEntry& entry) {
    const auto note = [&](std::string_view code, std::string message) {
        entry.findings.insert(code);
        add_finding(code, std::move(message), work.contract->id, entry.document_id);
    };
    if (!versioned.latest) {
        note("superseded", fmt::format("Version {} was replaced by a later one and is not counted.", entry.version));
    }
    if (versioned.listed_in_conflict && versioned.listed) {
        note("document-id-conflict", "");
    } else if (versioned.listed_twice && versioned.latest) {
        note("document-id-duplicate", "");
    }
    if (versioned.changed_since_known && versioned.latest) {
        note("version-changed", earlier == nullptr ? fmt::format("version {} replaces an earlier one", entry.version)
                                                   : describe_change(*earlier, versioned, entry));
    }
    if (!versioned.id_listed && versioned.latest && is_missed(work)) {
        note("no-longer-listed", "");
        // Of a final document that a whole list lacks, the counting rule says more.
        const bool is_told = entry.standing == Standing::provisional || (entry.standing == Standing::final_ && entry.withdrawn);
        harvest_.findings.back().raised =
            !is_told && work.declared.ended == nullptr && context_.rule.decision_on_withdrawn(entry) == nullptr;
    }
    std::string why;
    if (versioned.latest && versioned.listed && books::contradicts(work.declared, entry, why)) {
        note("declaration-contradicted", std::move(why));
    }
}

/// What the contract does not list is not there: its list is whole, or says that it has none, or the contract is gone.
bool Collector::is_missed(const ContractWork& work) {
    return work.gone || work.emptied || is_whole(work.completeness.verdict);
}

/// Documents of closed months before the exported one: those that came or changed since, and those that earlier addenda of this month hold.
/// `entries`: of `documents`, then of those without an id.
void Collector::add_late_rows(ContractWork& work, std::vector<VersionedDocument>& documents, std::vector<LedgerEntry> entries) {
    for (std::size_t at = 0; at < documents.size(); ++at) {
        entries[at].sha256 = documents[at].record.sha256;
    }
    for (const ClosedBooks::Kept& kept : context_.closed->select(*work.contract, entries, harvest_.findings)) {
        LateEntry late{std::move(entries[kept.entry]), kept.change, kept.counted_before, kept.held_sha256};
        if (kept.entry < documents.size()) {
            add_late_row(work, documents[kept.entry], earlier_version(documents, kept.entry), std::move(late), kept.shown);
        } else {
            harvest_.late.push_back(std::move(late));
        }
    }
}

void Collector::add_late_row(ContractWork& work, VersionedDocument& versioned, const VersionedDocument* earlier, LateEntry late,
                             bool shown) {
    late.entry.sha256.clear();  // set again where its file is at hand
    if (!shown) {
        harvest_.late.push_back(std::move(late));
        return;
    }
    // Once more for what is found: the long form belongs to this run, as if the month were open.
    std::vector<Finding> findings;
    static_cast<void>(normalize::make_entry(versioned.document, *work.contract, findings, plausible_));
    note_version(work, versioned, earlier, late.entry);
    if (versioned.latest) {
        std::move(findings.begin(), findings.end(), std::back_inserter(harvest_.findings));
    }
    if (versioned.is_new) {
        ++harvest_.new_versions;
    }
    harvest_.late.push_back(std::move(late));
    plan_file(work, versioned, harvest_.late.size() - 1, true);
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
    const state::DocumentRecord& record = versioned.record;
    const bool before = entry.period && context_.job.period.first && entry.period->month() < *context_.job.period.first;
    if (before && !record.sha256.empty()) {
        harvest_.earlier_files.push_back({work.contract.get(), entry.document_id, record.sha256, entry.period->month()});
    }
}

void Collector::add_row_without_id(ContractWork& work, ReadRow row) {
    auto& [entry, findings] = row;
    if (!in_ledger(context_.job, entry)) {
        harvest_.entries.push_back(std::move(entry));
        return;
    }
    add_finding("document-id-missing", fmt::format("a document named \"{}\" of period \"{}\" came without an id", sanitise(entry.filename),
                                                   sanitise(entry.raw_period)), work.contract->id);
    harvest_.findings.insert(harvest_.findings.end(), std::make_move_iterator(findings.begin()), std::make_move_iterator(findings.end()));
    harvest_.entries.push_back(std::move(entry));
}

LedgerEntry& Collector::entry_of(const FileWork& file) {
    return file.late ? harvest_.late[file.entry].entry : harvest_.entries[file.entry];
}

void Collector::plan_file(ContractWork& work, VersionedDocument& versioned, std::size_t entry, bool late) {
    LedgerEntry& row = late ? harvest_.late[entry].entry : harvest_.entries[entry];
    state::DocumentRecord& record = versioned.record;
    // What was sealed with a closed month stays as it was sealed.
    const bool sealed = late ? !harvest_.late[entry].change : context_.closed != nullptr && context_.closed->exported() != nullptr;
    if (!record.sha256.empty() && !sealed && holds_no_document(row, record)) {
        state::forget_file(record);
        row.status = DocumentStatus::not_ready;  // until its file comes
        saver_.keep(record);
    }
    const bool again = context_.job.refetch && context_.job.files && !late && versioned.latest && versioned.id_listed;
    if (!again && !record.sha256.empty() && (context_.store == nullptr || context_.store->has(record.sha256, record.size_bytes))) {
        note_stored(row, record);
        ++harvest_.reused;
        return;
    }
    if (!context_.job.files) {
        row.findings.insert("file-not-requested");
        return;
    }
    if (versioned.latest && !versioned.id_listed && !is_missed(work)) {
        row.findings.insert(finding_of(work.completeness.verdict));  // why its file was not asked for
    }
    if (versioned.latest && !versioned.id_listed && is_missed(work)) {
        lose_file(row, record.sha256.empty()
                           ? "the service no longer lists the document, and its file was never fetched"
                           : "the service no longer lists the document, and its file is gone from the cache, or changed there");
    }
    if (!versioned.latest && !record.sha256.empty()) {
        lose_file(row, "the file of this earlier version is gone from the cache, or changed there, and cannot be asked for any more");
    }
    if (!versioned.latest || !versioned.id_listed) {
        return;
    }
    if (context_.store == nullptr) {
        const auto why = !record.sha256.empty()    ? PlannedFile::Why::again
                         : record.version == 1 ? PlannedFile::Why::new_
                                               : PlannedFile::Why::changed;
        const bool is_new = late && row.period && harvest_.late[entry].change.has_value();
        const auto closed_month = is_new ? std::optional(row.period->month()) : std::nullopt;
        harvest_.to_fetch.push_back(
            {work.contract.get(), record.document_id, record.version, row.document_type, row.filename, why, closed_month});
        return;
    }
    ++progress_.files_total;
    FileWork file;
    file.contract = work.index;
    file.entry = entry;
    file.late = late;
    file.record = record;
    files_.push_back(std::move(file));
}

/// Its file cannot be had any more.
void Collector::lose_file(LedgerEntry& row, std::string_view why) {
    row.status = DocumentStatus::failed;
    row.findings.insert("document-missing");
    add_finding("document-missing", std::string(why), row.contract->id, row.document_id);
}

void Collector::note_stored(LedgerEntry& entry, const state::DocumentRecord& record) {
    entry.status = DocumentStatus::ok;
    entry.sha256 = record.sha256;
    entry.size_bytes = record.size_bytes;
    entry.media_type = record.media_type;
    const auto note = [&](std::string_view code, std::string message) {
        entry.findings.insert(code);
        add_finding(code, std::move(message), entry.contract->id, entry.document_id);
    };
    if (record.unframed) {
        note("body-unframed", "");
    }
    if (record.damaged && entry.findings.contains("superseded")) {
        entry.findings.insert("file-damaged");  // said on the row; a version that was replaced owes nobody its file
    } else if (record.damaged) {
        note("file-damaged", "");
    }
    if (record.media_type == "application/octet-stream") {
        note("media-type-unexpected", "the file is of a kind that is not known");
    }
}

/// True when what is stored for the document is a text that an earlier version of the program took for its file.
bool Collector::holds_no_document(const LedgerEntry& row, const state::DocumentRecord& record) const {
    const bool may_be_text = transfer::is_textual(record.media_type) || record.media_type == "application/octet-stream";
    if (!may_be_text) {
        return false;
    }
    const auto kind = context_.store == nullptr ? std::nullopt : context_.store->kind_of_stored(record.sha256);
    const std::string_view media_type = kind ? kind->media_type : std::string_view(record.media_type);
    return transfer::is_message(media_type) || (transfer::is_textual(media_type) && normalize::is_paper(row.document_type));
}

void Collector::file_done(const FileWork& file, transfer::Outcome& outcome) {
    if (!outcome.answer) {
        const Error& error = outcome.answer.error();
        if (error.code == ErrorCode::not_ready && file.asked_again < asked_again_max) {
            FileWork again = file;
            ++again.asked_again;
            second_chances_.push_back(std::move(again));
            return;
        }
        file_failed(file, error);
        return;
    }
    MOISSON_INVARIANT(outcome.answer->object.has_value(), "a stored file without its object");
    const transfer::StoredObject& object = *outcome.answer->object;
    state::DocumentRecord record = file.record;
    record.sha256 = object.sha256;
    record.size_bytes = object.size_bytes;
    record.media_type = object.media_type;
    record.unframed = object.unframed;
    record.damaged = object.damaged;
    if (!file.late && !file.record.sha256.empty() && file.record.sha256 != record.sha256) {
        add_version(file, std::move(record));
    } else {
        note_stored(entry_of(file), record);
        saver_.keep_fetched(std::move(record));
    }
    ++harvest_.downloaded;
    ++progress_.files_done;
    progress_.bytes_received += object.size_bytes;
}

/// The service gives other bytes than before for a document whose data are the same: they are its next version.
void Collector::add_version(const FileWork& file, state::DocumentRecord record) {
    const std::size_t earlier = file.entry;
    LedgerEntry entry = harvest_.entries[earlier];
    const auto note = [&](LedgerEntry& row, std::string_view code, std::string message) {
        row.findings.insert(code);
        add_finding(code, std::move(message), row.contract->id, row.document_id);
    };
    record.version = file.record.version + 1;
    record.first_seen_run = context_.run_id;
    entry.version = record.version;
    note(entry, "version-changed", other_file(entry.version));
    note(harvest_.entries[earlier], "superseded",
         fmt::format("Version {} was replaced by a later one and is not counted.", file.record.version));
    if (context_.store->has(file.record.sha256, file.record.size_bytes)) {
        note_stored(harvest_.entries[earlier], file.record);
    } else {
        lose_file(harvest_.entries[earlier],
                  "the file of this earlier version is gone from the cache, or changed there, and cannot be asked for any more");
    }
    note_stored(entry, record);
    harvest_.entries.push_back(std::move(entry));
    ++harvest_.new_versions;
    saver_.keep_fetched(std::move(record));
}

void Collector::file_failed(const FileWork& file, const Error& error) {
    LedgerEntry& entry = entry_of(file);
    ++progress_.files_done;
    if (!file.record.sha256.empty() && context_.store->has(file.record.sha256, file.record.size_bytes)) {
        // Asked for once more although it is here: what is here stands.
        note_stored(entry, file.record);
        ++harvest_.reused;
        context_.reporter.log(LogLevel::warning, "refetch-failed", fmt::format("{} {}: the file that was fetched earlier stands: {}",
                                                                               sanitise(entry.contract->id), sanitise(entry.document_id),
                                                                               error.to_line()));
        return;
    }
    std::string_view code = "document-failed";
    entry.status = DocumentStatus::failed;
    if (error.code == ErrorCode::not_ready) {
        code = "document-not-ready";
        entry.status = DocumentStatus::not_ready;
    } else if (error.code == ErrorCode::not_found) {
        code = "document-missing";
    }
    entry.findings.insert(code);
    add_failure(code, error, entry.contract->id, entry.document_id);
    context_.reporter.log(LogLevel::warning, code, fmt::format("{} {}: {}", sanitise(entry.contract->id), sanitise(entry.document_id),
                                                               error.to_line()));
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
    if (const auto reason = work.visibility.hidden_invoices(context_.job.period)) {
        work.completeness.verdict = Completeness::forbidden;
        work.completeness.reason = *reason;
        add_finding("invoices-not-visible", *reason, work.item.id);
    }
}

/// What all lists together say of each.
void Collector::judge_lists() {
    for (const ListEvidence::Doubt& doubt : evidence_.doubts()) {
        ContractWork& work = *contracts_[doubt.contract];
        if (work.completeness.verdict == Completeness::complete) {
            work.completeness.verdict = doubt.verdict;
            work.completeness.reason = doubt.reason;
            add_finding(finding_of(doubt.verdict), doubt.reason, work.item.id);
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
    constexpr std::string_view code = "document-of-another-contract";
    ContractWork& work = *contracts_[shared.contract];
    disowned_.push_back(work.item.id);
    if (shared.all) {
        work.completeness.verdict = Completeness::unknown_answer;
        work.completeness.reason =
            fmt::format("all {} documents of its list are listed under another contract too", shared.documents.size());
        add_finding(finding_of(work.completeness.verdict), work.completeness.reason, work.item.id);
    }
    const auto mark = [&](LedgerEntry& entry, bool shown) {
        if (entry.contract == work.contract.get() && shared.documents.contains(entry.document_id)) {
            entry.findings.insert(code);
            if (shown) {
                add_finding(code, "", work.item.id, entry.document_id);
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

Collector::Harvest Collector::take_harvest() {
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
