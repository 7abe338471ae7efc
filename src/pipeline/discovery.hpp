#pragma once
/// Asks each login for its contracts. One question of each is under way at a time, so that all wait for the slowest only.

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "api/endpoints.hpp"
#include "api/perimeter.hpp"
#include "base/result.hpp"
#include "config/job.hpp"
#include "http/http.hpp"
#include "pipeline/service.hpp"
#include "transfer/engine.hpp"

namespace moisson::pipeline {

/// Loop's thread only.
class Discovery final : public transfer::Source {
public:
    struct Asked {
        std::size_t lane = 0;
        http::Url url;
        Result<transfer::Answer>& answer;
        int attempts = 0;
    };
    /// Is told of every answer.
    using Heard = std::function<void(const Asked&)>;

    /// `options` by lane; `job` outlives it.
    Discovery(const config::Job& job, const std::vector<Login>& logins, const std::vector<api::PerimeterOptions>& options, Heard heard);

    [[nodiscard]] std::optional<transfer::Job> next(std::size_t lane) override;
    void done(transfer::Outcome outcome) override;

    /// By lane. What was not asked to its end, because the run was told to stop, is `cancelled`.
    [[nodiscard]] std::vector<Result<api::PerimeterResult>> take_results();

private:
    struct List {
        std::string perimeter;
        api::ServiceUrls urls;
        api::PerimeterListing listing;
        http::Url asked;
        bool is_asking = false;
        std::optional<Error> problem;
    };

    const config::Job& job_;
    Heard heard_;
    std::vector<List> lists_;
};

}  // namespace moisson::pipeline
