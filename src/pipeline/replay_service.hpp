#pragma once
/// The service as the parts of a month heard it: each question is answered as the part that asked it was answered, and nobody is asked.

#include <deque>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "api/listing.hpp"
#include "config/job.hpp"
#include "parts/outcomes.hpp"
#include "parts/part.hpp"
#include "pipeline/collector.hpp"
#include "pipeline/service.hpp"
#include "transfer/object_store.hpp"

namespace moisson::pipeline {

/// The parts of a month that belong together. They outlive the run that merges them.
class MonthParts final : public AskedByKeeper {
public:
    /// Opens the folders and holds them against each other. FatalError(usage): one that is no part, is missing, was made twice with other
    /// answers, of another job, month or version; FatalError(inconsistent): bytes that are not those of the manifests; FatalError(local).
    /// What is wrong with all of them is told at once.
    [[nodiscard]] static MonthParts open(const std::vector<std::string>& folders);

    struct One {
        parts::Part part;
        parts::OutcomeReader outcomes;
    };
    [[nodiscard]] std::vector<One>& all() noexcept { return parts_; }  ///< by number; each once
    [[nodiscard]] const std::vector<One>& all() const noexcept { return parts_; }
    [[nodiscard]] const parts::PartHeader& header() const noexcept { return parts_.front().part.header; }

    /// The next answer to the question, of the first part that has one. Empty: none was asked it, or not once more.
    struct Found {
        const parts::Part* part;
        parts::Heard heard;
    };
    [[nodiscard]] std::optional<Found> take(const std::string& perimeter, const http::Request& request);

    /// With which options the login asked for the contract's documents; unchanged where no part did.
    void keep(const std::string& perimeter, const std::string& contract_id, api::ListingOptions& options) override;

    /// FatalError(usage) when the job is not the one that the parts were made by.
    void must_be_of(const config::Job& job) const;

    /// FatalError(usage) for parts that asked before what the state has heard (note_heard, or the merge before), unless they are of those
    /// that were merged last: what has changed since would change back. From now on the state has heard these.
    void must_be_news(state::StateStore& state) const;

    /// Brings their files into `store`. FatalError(inconsistent) for one whose bytes are not those of its name, FatalError(local).
    void keep_files(transfer::ObjectStore& store, const std::stop_token& stop) const;

private:
    std::vector<One> parts_;
    parts::OutcomeIndex index_;  // of parts_
    std::deque<api::ListSizes> sizes_;
};

/// The state knows from now on what the service had then, from the service itself.
void note_heard(state::StateStore& state, Timestamp until);

[[nodiscard]] parts::AskedBy asked_by(const api::ListingOptions& options);
[[nodiscard]] parts::AskedBy asked_by(const api::PerimeterOptions& options);

/// `job` and `parts` outlive it. What no part asked throws FatalError(inconsistent) with the part that should have: it was made
/// before the contract was listed, or with another state.
[[nodiscard]] std::unique_ptr<RunService> replay(const config::Job& job, MonthParts& parts, std::stop_token stop);

}  // namespace moisson::pipeline
