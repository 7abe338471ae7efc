/// The first half of the collector: which contracts there are, and what is known of each before it is asked for.
#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "base/glob.hpp"
#include "books/declarations.hpp"
#include "normalize/normalize.hpp"
#include "parts/share.hpp"
#include "pipeline/contract_work.hpp"
#include "pipeline/exit_code_of.hpp"
#include "pipeline/known_documents.hpp"
#include "pipeline/messages.hpp"

namespace moisson::pipeline {

namespace {

/// Of a view of some perimeters: a contract stands for the one under which it was read, and is left to it.
bool is_asked_for(const config::Job& job, const std::string& perimeter) {
    const std::vector<std::string>& asked_for = job.export_.perimeters;
    return asked_for.empty() || perimeter.empty() || std::find(asked_for.begin(), asked_for.end(), perimeter) != asked_for.end();
}

}  // namespace

void Collector::add_contracts(const ListedPerimeters& listed) {
    note_perimeters(listed);
    std::map<std::string, state::ContractRecord> known;
    for (state::ContractRecord& record : context_.state.load_contracts()) {
        std::string id = record.contract.id;
        known.emplace(std::move(id), std::move(record));
    }
    const auto seen = join_perimeters(config::logins_of(context_.job), listed);
    harvest_.contracts_listed += seen.size();
    note_left_out(listed, seen, known);
    for (const auto& [id, one] : seen) {
        const auto record = known.find(id);
        const std::string former = record == known.end() ? std::string() : record->second.contract.perimeter;
        if (!any_glob_matches(context_.job.export_.contracts, id, one.item->name) || !is_asked_for(context_.job, former) ||
            !parts::is_in_share(context_.job.export_.share, id)) {
            known.erase(id);
            continue;
        }
        note_flaws(*one.item, "GET /contracts");
        auto work = std::make_unique<ContractWork>();
        work->item = *one.item;
        work->lanes = one.lanes;
        if (record != known.end()) {
            work->missed = former.empty() ? std::nullopt : failure_of(former, listed);
            work->record = std::move(record->second);
            known.erase(record);
        }
        contracts_.push_back(std::move(work));
    }
    for (auto& [id, record] : known) {
        if (!context_.job.export_.part) {  // a part says nothing of what its logins do not show
            add_known(std::move(record), listed);
        }
    }
    // Everything that follows is in contract id order.
    std::sort(contracts_.begin(), contracts_.end(), [](const auto& left, const auto& right) { return left->id() < right->id(); });
    for (std::size_t index = 0; index < contracts_.size(); ++index) {
        contracts_[index]->index = index;
        start_contract(*contracts_[index]);
    }
    progress_.contracts_total = contracts_.size();
}

/// Why the login of that name could not list its contracts; nothing: it could, or there is none. One that read a contract before the job
/// had perimeters is not known: any that failed may be it.
std::optional<Error> Collector::failure_of(const std::string& perimeter, const ListedPerimeters& listed) const {
    for (std::size_t lane = 0; lane < listed.size(); ++lane) {
        if (!listed[lane] && (perimeter.empty() || perimeter == context_.logins[lane].perimeter)) {
            return listed[lane].error();
        }
    }
    return std::nullopt;
}

/// Contracts that a login sees and that no perimeter's patterns name are nobody's: said, so that no slip hides them.
void Collector::note_left_out(const ListedPerimeters& listed, const std::map<std::string, SeenContract>& seen,
                              std::map<std::string, state::ContractRecord>& known) {
    std::set<std::string> told;
    for (const auto& perimeter : listed) {
        for (const wire::Contract& item : perimeter ? perimeter->contracts : std::vector<wire::Contract>()) {
            if (!item.id.empty() && !seen.contains(item.id) && told.insert(item.id).second) {
                known.erase(item.id);
                harvest_.add_finding("contract-left-out", "", item.id);
            }
        }
    }
}

/// What each login's list is worth.
void Collector::note_perimeters(const ListedPerimeters& listed) {
    for (std::size_t lane = 0; lane < listed.size(); ++lane) {
        const std::string& perimeter = context_.logins[lane].perimeter;
        const auto of_login = [&](Message message) {
            return perimeter.empty() ? std::move(message) : Message(messages::of_perimeter(perimeter, message));
        };
        if (!listed[lane]) {
            harvest_.add_failure("perimeter-failed", listed[lane].error(), "");
            Finding& finding = harvest_.findings.back();
            finding.message = of_login(finding.message);
            finding.detail = of_login(finding.detail);
            harvest_.failed_perimeters.push_back(perimeter);
            context_.reporter.log(LogLevel::error, "perimeter-failed", fmt::format("{}: {}", perimeter, listed[lane].error().to_line()));
            continue;
        }
        const api::PerimeterResult& result = *listed[lane];
        if (result.verdict != api::ListingVerdict::complete) {
            harvest_.add_finding("list-capped", of_login(result.reason), "");
        }
        for (const wire::Contract& item : result.contracts) {
            if (item.id.empty()) {
                ++harvest_.contracts_listed;
                note_flaws(item, "GET /contracts");
                harvest_.add_finding("contract-failed", messages::service_listed_contract_without_id(sanitise(item.name)), "");
            }
        }
        if (result.unproven) {
            harvest_.add_finding("list-unproven", of_login(messages::contracts_listed_most_service_ever(result.contracts.size())), "");
        }
        if (context_.store != nullptr) {
            ListEvidence::remember_perimeter(context_.state, context_.clock, perimeter, result);
        }
    }
}

/// A contract that no login lists: it is gone, unless the login that read it before could not list its contracts.
void Collector::add_known(state::ContractRecord record, const ListedPerimeters& listed) {
    const std::vector<std::string>& asked_for = context_.job.export_.perimeters;
    const std::string& perimeter = record.contract.perimeter;
    if (!any_glob_matches(context_.job.export_.contracts, record.contract.id, record.contract.name) ||
        (!asked_for.empty() && (perimeter.empty() || !is_asked_for(context_.job, perimeter)))) {
        return;
    }
    auto work = std::make_unique<ContractWork>();
    work->unseen = failure_of(perimeter, listed);
    work->gone = !work->unseen;
    work->record = std::move(record);
    contracts_.push_back(std::move(work));
}

/// `answer`: of which the contract's entry is.
void Collector::note_flaws(const wire::Contract& item, std::string_view answer, const std::string& contract_id) {
    const std::string& id = contract_id.empty() ? item.id : contract_id;
    if (item.repaired) {
        harvest_.add_finding("text-not-utf8", messages::text_contract_entry_not_utf_8(answer), id);
    }
    if (item.contradicting) {
        harvest_.add_finding("member-contradicting", messages::service_gave_two_different_values(answer), id);
    }
    if (item.secret) {
        harvest_.add_finding("secret-in-answer", messages::service_repeated_secret_job(answer), id);
    }
}

/// What earlier runs knew of it stays.
void Collector::start_gone(ContractWork& work) {
    work.contract = std::make_unique<Contract>(work.record.contract);
    work.declared = books::declarations_of(context_.job.books, *work.contract);
    work.completeness.verdict = Completeness::failed;
    work.completeness.reason = messages::no_longer_perimeter;
    const std::string id = work.contract->id;
    std::vector<state::DocumentRecord> known = context_.state.load_documents(id);
    work.of_inbox = take_of_inbox(known);
    const bool billed_till_now = bills_till(known, context_.job.export_.period);
    const bool owes =
        billed_till_now && !is_billed_in(known, context_.job.export_.period) && !work.declared.frees(*context_.job.export_.period.first);
    VersionedContract versioned = match_versions({}, std::move(known), id, context_.run_id);
    const std::size_t before = harvest_.entries.size();
    add_rows(work, std::move(versioned));
    // One that is asked for by name is told of even when there is nothing of it to show.
    if (harvest_.entries.size() > before || billed_till_now || !context_.job.export_.contracts.empty()) {
        books::tell_declarations(work.declared, *work.contract, context_.job.export_.period, harvest_.findings);
        harvest_.add_finding("contract-gone", billed_till_now ? Message(messages::contract_no_longer_perimeter) : Message(), id);
        harvest_.findings.back().raised = owes;
    }
    ++progress_.contracts_done;
}

/// Its login could not list its contracts, so nobody can be asked for its documents. What earlier runs knew stays.
void Collector::start_unseen(ContractWork& work) {
    work.contract = std::make_unique<Contract>(work.record.contract);
    work.declared = books::declarations_of(context_.job.books, *work.contract);
    work.memory = {work.record.first_month, work.record.earlier_name, work.record.renamed_month};
    const bool is_refused = exit_code_of(*work.unseen) == ExitCode::refused;
    work.completeness.verdict = is_refused ? Completeness::forbidden : Completeness::failed;
    work.completeness.reason = messages::login_failed(work.record.contract.perimeter, Harvest::sentence_of(*work.unseen));
    const std::string& id = work.contract->id;
    harvest_.add_finding(finding_of(work.completeness.verdict), work.completeness.reason, id);
    std::vector<state::DocumentRecord> known = context_.state.load_documents(id);
    work.of_inbox = take_of_inbox(known);
    add_rows(work, match_versions({}, std::move(known), id, context_.run_id));
    ++progress_.contracts_done;
}

void Collector::start_contract(ContractWork& work) {
    if (work.gone) {
        return start_gone(work);
    }
    if (work.unseen) {
        return start_unseen(work);
    }
    const std::string digest = list_item_digest(work.item);
    work.needs_detail = !work.record.detail_known || work.record.list_item_digest != digest;
    if (work.needs_detail) {
        if (work.record.detail_known) {
            // Told once, in the log: in the archive it would make the next run's bytes other than this one's.
            context_.reporter.log(LogLevel::info, "contract-changed",
                                  fmt::format("{}: the contract's entry in the list changed (it was \"{}\", is \"{}\")",
                                              sanitise(work.item.id), sanitise(work.record.contract.name), sanitise(work.item.name)),
                                  {{"contract_id", work.item.id}});
        }
        const std::string perimeter = work.record.contract.perimeter;  // whose list it is, is known once they came
        work.contract = std::make_unique<Contract>(normalize::make_contract(work.item, nullptr));
        work.contract->perimeter = perimeter;
        work.record.detail_known = false;
    } else {
        work.contract = std::make_unique<Contract>(work.record.contract);
    }
    work.declared = books::declarations_of(context_.job.books, *work.contract);
    books::tell_declarations(work.declared, *work.contract, context_.job.export_.period, harvest_.findings);
    remember_contract(work, work.record.contract.id.empty() ? std::nullopt : std::optional(work.record.contract.name));
    work.record.list_item_digest = digest;
    work.record.contract = *work.contract;
    queue(work, false);
}

/// `first`: before those that were not begun.
void Collector::queue(ContractWork& work, bool first) {
    std::deque<std::size_t>& ready = ready_[work.lane()];
    ready.insert(first ? ready.begin() : ready.end(), work.index);
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

}  // namespace moisson::pipeline
