#pragma once
/// What the lists of a run show of each other: which may be cut by a cap that the service keeps to itself, and which hold another
/// contract's documents.

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "api/listing.hpp"
#include "api/perimeter.hpp"
#include "api/wire.hpp"
#include "base/clock.hpp"
#include "domain/contract.hpp"
#include "domain/period.hpp"
#include "state/state_store.hpp"

namespace moisson::pipeline {

/// The calendar month of the run (UTC): what a service does may change from one to the next, so proofs are renewed in each.
[[nodiscard]] Month this_month(const Clock& clock);

[[nodiscard]] Completeness to_domain(api::ListingVerdict verdict) noexcept;

/// Control loop's thread only. Contracts go by their place in the run. What it says depends on the lists, not on the order in which they
/// came.
class ListEvidence {
public:
    /// Knows from the state how long lists were in earlier runs. `state` outlives it.
    explicit ListEvidence(state::StateStore& state);

    [[nodiscard]] const api::ListSizes& sizes() const noexcept { return sizes_; }

    /// How the contracts are to be asked for.
    [[nodiscard]] static api::PerimeterOptions perimeter_options(state::StateStore& state, const Clock& clock,
                                                                 const std::string& perimeter);
    /// `perimeter`: the login's, empty where the job has one only.
    static void remember_perimeter(state::StateStore& state, const Clock& clock, const std::string& perimeter,
                                   const api::PerimeterResult& listed);

    /// A list that came. `record`: what earlier runs knew of the contract. `lost_oldest`: documents older than all that is listed were
    /// listed before.
    void note_list(std::size_t contract, const api::ListingResult& result, const state::ContractRecord& record, bool lost_oldest);
    /// A document that a contract's list holds; one without an id says nothing.
    void note_document(std::size_t contract, const wire::Document& document);

    struct Doubt {
        std::size_t contract = 0;
        Completeness verdict = Completeness::unproven;  ///< or capped
        Message reason;
    };
    /// Once all lists are there: those that nothing shows to be whole, by contract.
    [[nodiscard]] std::vector<Doubt> doubts() const;

    struct Shared {
        std::size_t contract = 0;
        std::unordered_set<std::string> documents;  ///< ids that another contract lists too, equal in every member
        bool all = false;                           ///< … and these are all that it lists
    };
    /// By contract.
    [[nodiscard]] std::vector<Shared> shared() const;

    /// For later runs.
    void save(state::StateStore& state) const;

private:
    struct List {
        std::size_t contract = 0;
        std::uint64_t count = 0;
        bool by_type = false;  ///< the length of a type's list; else of the mixed one
        bool lost_oldest = false;
    };
    struct Known {
        std::uint64_t content = 0;  ///< hash of id and members
        std::size_t contract = 0;
        std::string id;
    };
    /// What this run's lists are measured by: where a list became shorter than it was, earlier runs say nothing of today's service.
    [[nodiscard]] api::ListSizes measure() const;

    api::ListSizes known_;  ///< of earlier runs
    api::ListSizes seen_;   ///< of this one
    api::ListSizes sizes_;  ///< of both
    bool shrank_ = false;
    std::vector<List> open_;  ///< nothing but longer lists can show them whole
    std::vector<Known> documents_;
    std::vector<std::uint64_t> listed_;  ///< by contract: documents with an id
};

}  // namespace moisson::pipeline
