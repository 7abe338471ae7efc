#pragma once
/// The control loop: all scheduling, retrying and accounting on the calling thread; workers only exchange one request and its body.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/reporter.hpp"
#include "base/result.hpp"
#include "http/http.hpp"
#include "transfer/object_store.hpp"
#include "transfer/pacer.hpp"

namespace moisson::transfer {

enum class BodyTo {
    memory,  ///< `Answer::body`
    store,   ///< streamed to the object store, `Answer::object`
};

/// One thing to fetch. Without credentials: `Policy::authorize` adds them right before each attempt.
struct Job {
    std::uint64_t tag = 0;  ///< the caller's; comes back in the outcome
    std::size_t lane = 0;   ///< the engine's: whose credentials and quota it goes by
    http::Request request;
    BodyTo body_to = BodyTo::memory;
    http::Limits limits;
    LogFields about = {};    ///< whom it is for (contract_id, document_id): stands in what is logged of it
    bool repeatable = true;  ///< false for POST: never retried after an unclear outcome
    bool table_allowed = true;  ///< BodyTo::store: text that is a table counts as a document (reports); papers are never text
    std::string damaged_sha256; ///< the workers': digest of the last body that came whole and looked damaged inside
};

struct Answer {
    int status = 0;
    http::Headers headers;
    std::string body;                    ///< BodyTo::memory
    std::optional<StoredObject> object;  ///< BodyTo::store
    http::Url url = {};                                      ///< after redirects
    std::shared_ptr<const http::PeerCertificate> peer = {};  ///< null without TLS
    Timestamp sent_at = {};                                  ///< of the attempt that came through, as `http::Response` has them
    Timestamp head_at = {};
};

struct Outcome {
    std::uint64_t tag = 0;
    Result<Answer> answer;  ///< the last attempt's error when all failed
    int attempts = 0;
};

/// What the API knows and the loop does not.
class Policy {
public:
    virtual ~Policy() = default;
    /// Loop's thread, before each attempt. Adds the lane's credentials; may itself exchange a request (a token). Returns the generation of
    /// the credentials used. A refused credential throws FatalError(refused).
    [[nodiscard]] virtual Result<std::uint64_t> authorize(std::size_t lane, http::Request& request) = 0;
    /// Loop's thread: an attempt with this generation was answered `token_expired`; the lane's next `authorize` must renew if it is still
    /// the current one.
    virtual void expired(std::size_t lane, std::uint64_t generation) = 0;
    /// Worker's thread, pure: an answer outside 2xx as an error with its retry class.
    [[nodiscard]] virtual Error judge(const http::Response& response) const = 0;
    /// Worker's thread, pure: by which support finds a call, of the answer's headers; for what breaks after them.
    [[nodiscard]] virtual std::string request_id_of(const http::Headers& headers) const = 0;
    /// Worker's thread, pure: a whole 2xx body meant for the store; an error when it is no document (a page, a message). Whether it
    /// looks damaged is the worker's to judge.
    [[nodiscard]] virtual Status judge_body(const Job& job, const http::Response& response, const Kind& kind,
                                            std::string_view first_bytes) const = 0;
};

/// Gives jobs and takes outcomes; loop's thread only.
class Source {
public:
    virtual ~Source() = default;
    /// The lane's next job; empty when there is none at the moment (more may come from `done`). The run ends when no lane has one and
    /// nothing is in flight.
    [[nodiscard]] virtual std::optional<Job> next(std::size_t lane) = 0;
    virtual void done(Outcome outcome) = 0;
};

struct EngineOptions {
    int transfers = 8;                             ///< workers, 1..64
    int attempts_max = 5;                          ///< per job, first one included
    std::chrono::milliseconds backoff_first{500};  ///< doubles each time, ± 20 % jitter
    std::chrono::milliseconds backoff_max{std::chrono::seconds(30)};
    std::chrono::milliseconds item_time_max{std::chrono::minutes(30)};  ///< one job, all attempts and waits
    std::chrono::milliseconds run_time_max{0};                          ///< the whole run; 0: no limit
    int throttle_waits_max = 30;  ///< in a row for the whole run, before the service counts as unavailable
};

struct EngineCounts {
    std::uint64_t attempts = 0;
    std::uint64_t retries = 0;
    std::uint64_t throttled = 0;
    std::uint64_t bytes_received = 0;
};

/// Owns the workers. Build it after the transport; destroy it before the store.
///
/// It has one lane or several: ways to the service, each with credentials of its own, whose jobs start in turn under one bound of workers.
/// Lanes that share a pacer share a quota.
class Engine {
public:
    /// `lanes`: the pacer of each, at least one; they outlive it.
    Engine(EngineOptions options, std::shared_ptr<const http::Transport> transport, ObjectStore* store, Policy& policy,
           std::vector<Pacer*> lanes, const Clock& clock, Reporter& reporter);
    ~Engine();

    /// Runs until `source` is exhausted; every job that `next` gave is then answered once by `done`. It ends earlier in these ways:
    ///
    /// - `stop`: nothing new starts; what is under way ends as done or `cancelled`, what waits for a retry as `cancelled`; `next` is not
    ///   asked again.
    /// - `quota_spent`, `disk`, throttled more than `throttle_waits_max` times in a row, `run_time_max` over (`too_slow`): what is under
    ///   way is drained (cancelled in the second and fourth case), and every job that `source` still has is asked for and answered with
    ///   that error.
    /// - FatalError from the policy or the source: workers come to rest, whole answers under way still go to `done`, then it is thrown on.
    ///
    /// Where there are several lanes, a spent quota, one that throttles too often, and credentials that are refused end the lanes that
    /// share the pacer, and the run only with the last of them: every job that `source` has for those is answered with that error.
    ///
    /// Throttled attempts and those with an expired token do not count against `attempts_max`. Downloads into the store that break off go
    /// on where they stopped when the server showed a strong ETag and `Accept-Ranges: bytes`. Blocks; a stop request ends it within about
    /// one fifth of a second.
    void run(Source& source, std::stop_token stop);
    /// One job through the same loop.
    [[nodiscard]] Outcome fetch(Job job, std::stop_token stop);
    [[nodiscard]] const EngineCounts& counts() const noexcept;
    /// Why the last `run` ended before its source was exhausted; empty when it was.
    [[nodiscard]] const std::optional<Error>& ended_by() const noexcept;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace moisson::transfer
