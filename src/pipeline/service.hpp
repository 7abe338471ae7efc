#pragma once
/// The way to the service for a run: transport, engine, tokens, and the embedded sandbox where the job asks for it.
/// The export and every other command that talks to the API go through it, so that pacing, retries and tokens are one.
///
/// A job has one login, or those of its [[perimeter]] tables. Each is a lane of the one engine; logins of one application share its token
/// and its quota. Calls that name no login go by the first one.

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "api/endpoints.hpp"
#include "api/listing.hpp"
#include "api/perimeter.hpp"
#include "api/wire.hpp"
#include "base/clock.hpp"
#include "base/reporter.hpp"
#include "config/job.hpp"
#include "domain/run_summary.hpp"
#include "parts/outcomes.hpp"
#include "pipeline/evidence.hpp"
#include "pipeline/exit_code_of.hpp"
#include "transfer/engine.hpp"
#include "transfer/object_store.hpp"

namespace moisson::pipeline {

/// Whose calls a lane makes.
struct Login {
    std::string perimeter;  ///< its name in the job; empty: the job's only login
    api::ServiceUrls urls;
};

/// The API base URL, several joined by ", ".
[[nodiscard]] std::string source_of(const std::vector<Login>& logins);

/// What an export asks: the service itself, or the answers that parts hold (replay_service.hpp). Loop's thread only.
class RunService {
public:
    virtual ~RunService() = default;

    /// By lane, in the job's order; at least one.
    [[nodiscard]] virtual const std::vector<Login>& logins() const = 0;
    [[nodiscard]] const api::ServiceUrls& urls() const { return logins().front().urls; }
    /// The API base URL, several joined by ", ", or "sandbox:<scenario>".
    [[nodiscard]] virtual const std::string& source_name() const = 0;

    /// Each login's contracts, asked for side by side; `options` and what is given back by lane. Each is the whole list as far as the
    /// service gives it: pages followed, doubts asked after. A client that is refused throws FatalError(refused) where it is the only one.
    [[nodiscard]] virtual std::vector<Result<api::PerimeterResult>> list_perimeters(const std::vector<api::PerimeterOptions>& options) = 0;
    /// Of the first login.
    [[nodiscard]] Result<api::PerimeterResult> list_contracts(const api::PerimeterOptions& options);
    /// Runs many jobs through the loop.
    virtual void run(transfer::Source& source) = 0;

    /// Tells `evidence` of every answer to `list_perimeters` from now on; it outlives the service.
    virtual void record(EvidenceRecorder& evidence) = 0;
    /// Whether a list of contracts came out of a cache on the way.
    [[nodiscard]] virtual bool used_cache() const = 0;
    /// What was asked until now, by whoever asked it. `harvest`: what the collector counted of this run's own questions.
    [[nodiscard]] virtual RequestCounts requests(const RequestCounts& harvest) const = 0;
};

/// The service itself. Loop's thread only.
class Service : public RunService {
public:
    /// `store` may be null when no file will be fetched; it must outlive the service. Starts the sandbox when `job.sandbox.enabled`.
    /// FatalError(usage) for settings that cannot work, FatalError(local) for an unreadable CA file.
    [[nodiscard]] static std::unique_ptr<Service> open(const config::Job& job, transfer::ObjectStore* store, const Clock& clock,
                                                       Reporter& reporter, std::stop_token stop);
    /// Whether the certificates and the proxy that the job names can be used, as `open` uses them. Asks nobody.
    [[nodiscard]] static Status check_settings(const config::Job& job);

    /// One call each, through the engine (paced, retried). A refused client or key throws FatalError(refused).
    [[nodiscard]] virtual Result<wire::Contract> contract(const std::string& contract_id) = 0;
    /// The whole list, proven as the export does it, but without other contracts' lists to compare it with.
    [[nodiscard]] virtual api::ListingResult list_documents(const std::string& contract_id) = 0;
    /// Fetches one file to `target` (atomic, judged as the export does it). Needs no object store of its own.
    [[nodiscard]] virtual Result<transfer::StoredObject> fetch_file(const std::string& contract_id, const std::string& document_id,
                                                                    const std::filesystem::path& target) = 0;
    /// Only the token, for `doctor`: its life where the server names one.
    [[nodiscard]] virtual Result<api::Token> fetch_token(std::size_t lane = 0) = 0;
    /// The `Date` header of the last answer, for the clock's offset; empty when none came.
    [[nodiscard]] virtual std::optional<std::string> last_date_header() const = 0;
    /// What became of a question of `run` or `list_perimeters`, before whoever asked it learns it.
    using Listener = std::function<void(const parts::Heard&)>;
    virtual void tell(Listener listener) = 0;

    /// For a call that goes past the engine (one attempt, no retries): adds token and API key; the connections' settings.
    [[nodiscard]] virtual Status authorize(http::Request& request) = 0;
    [[nodiscard]] virtual std::shared_ptr<const http::Transport> transport() const = 0;

    /// Attempts, retries, throttles, bytes so far; per-endpoint counts are the caller's.
    [[nodiscard]] virtual const transfer::EngineCounts& counts() const = 0;
    [[nodiscard]] virtual std::uint64_t tokens_fetched() const = 0;

    void record(EvidenceRecorder& evidence) override { static_cast<void>(evidence); }
    [[nodiscard]] bool used_cache() const override { return false; }
    [[nodiscard]] RequestCounts requests(const RequestCounts& harvest) const override;
};

}  // namespace moisson::pipeline
