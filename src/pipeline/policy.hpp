#pragma once
/// What the transfer loop must know of the API: credentials before each attempt, errors told apart, bodies that are no documents.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/token_keeper.hpp"
#include "base/redactor.hpp"
#include "config/job.hpp"
#include "transfer/engine.hpp"

namespace moisson::pipeline {

/// `authorize` and `expired`: loop's thread; `judge` and `judge_body`: any thread, pure.
class ApiPolicy final : public transfer::Policy {
public:
    /// Whose credentials a lane goes by: a login's key, and the token of its application.
    struct Lane {
        api::TokenKeeper& tokens;
        std::string api_key;
    };
    ApiPolicy(std::vector<Lane> lanes, const Redactor& secrets) : lanes_(std::move(lanes)), secrets_(secrets) {}
    ~ApiPolicy() override;  ///< overwrites the keys
    ApiPolicy(const ApiPolicy&) = delete;
    ApiPolicy& operator=(const ApiPolicy&) = delete;
    /// FatalError(refused) when the client is refused, FatalError(unavailable) when no token can be had, (interrupted) on a stop.
    [[nodiscard]] Result<std::uint64_t> authorize(std::size_t lane, http::Request& request) override;
    void expired(std::size_t lane, std::uint64_t generation) override;
    [[nodiscard]] Error judge(const http::Response& response) const override;
    [[nodiscard]] std::string request_id_of(const http::Headers& headers) const override;
    [[nodiscard]] Status judge_body(const transfer::Job& job, const http::Response& response, const transfer::Kind& kind,
                                    std::string_view first_bytes) const override;

private:
    std::vector<Lane> lanes_;
    const Redactor& secrets_;
};

/// `api::judge` of an answer whose body has lost its secrets.
[[nodiscard]] Error judge_answer(const http::Response& response, std::string_view endpoint, const Redactor& secrets);

/// A request whose answer is read from memory, and one for a file that goes to the store, with the job's limits for each.
[[nodiscard]] transfer::Job make_answer_job(const config::Job& job, http::Request request);
[[nodiscard]] transfer::Job make_file_job(const config::Job& job, http::Request request);

/// An error about a body beyond its limit says which key of the job file's [transfer] raises it: the http room knows no job file.
void name_limit(Error& error, std::string_view key);

}  // namespace moisson::pipeline
