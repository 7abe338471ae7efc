#pragma once
/// What the collector keeps of a contract while it is visited, and of a call that is under way. Only collector*.cpp includes this.

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "books/declarations.hpp"
#include "books/visibility.hpp"
#include "pipeline/collector.hpp"
#include "pipeline/contract_visit.hpp"

namespace moisson::pipeline {

struct Collector::ContractWork {
    std::size_t index = 0;
    std::unique_ptr<Contract> contract;
    state::ContractRecord record;
    wire::Contract item;
    bool gone = false;               // known from the state only
    std::optional<Error> unseen;     // known from the state, and its login could not list its contracts: why
    std::optional<Error> missed;     // seen, but not by the login for which it stood until now, which could not list its contracts: why
    bool emptied = false;            // lists nothing any more
    std::vector<std::size_t> lanes;  // logins that see it, in the order in which they are asked
    std::vector<LoginList> lists;    // of those that were asked
    JoinedList joined;               // once all were; without the documents
    books::Declarations declared;
    bool needs_detail = false;
    bool has_detail = false;  // some login gave it in this run
    bool record_changed = false;
    std::vector<state::DocumentRecord> known;     // while it is visited
    std::vector<state::DocumentRecord> of_inbox;  // those of them that no list can have
    std::unique_ptr<ContractVisit> visit;
    books::Visibility visibility;
    books::ContractMemory memory;
    ContractCompleteness completeness;

    [[nodiscard]] const std::string& id() const { return gone || unseen ? record.contract.id : item.id; }
    /// The login that is asked next, or now.
    [[nodiscard]] std::size_t lane() const { return lanes[lists.size()]; }
    [[nodiscard]] ListedContract listed() const { return {*contract, declared, gone, emptied, completeness.verdict, &joined}; }
};

struct Collector::Task {
    std::size_t lane = 0;
    std::size_t contract = 0;
    std::optional<FilePlan::File> file;  // else a question of the contract's visit
    bool is_detail = false;
    http::Url asked = {};  // of a question
};

}  // namespace moisson::pipeline
