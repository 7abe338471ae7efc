#include "pipeline/service.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <thread>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "api/token_keeper.hpp"
#include "base/counts.hpp"
#include "base/digest.hpp"
#include "base/files.hpp"
#include "base/scratch_folder.hpp"
#include "base/version.hpp"
#include "base/wipe.hpp"
#include "pipeline/contract_visit.hpp"
#include "pipeline/discovery.hpp"
#include "pipeline/policy.hpp"
#include "pipeline/secrecy.hpp"
#include "sandbox/sandbox.hpp"

namespace moisson::pipeline {

namespace {

constexpr int token_attempts_max = 4;

/// Waits in short steps, so that a stop is seen soon; false when stopped.
bool wait_until(std::chrono::steady_clock::time_point due, const Clock& clock, std::stop_token stop) {
    while (clock.steady_now() < due) {
        if (stop.stop_requested()) {
            return false;
        }
        const auto left = due - clock.steady_now();
        std::this_thread::sleep_for(std::min<std::chrono::steady_clock::duration>(left, std::chrono::milliseconds(50)));
    }
    return !stop.stop_requested();
}

http::ClientOptions client_options(const config::Job& job, const std::string& ca_file) {
    http::ClientOptions options;
    options.ca_file = ca_file.empty() ? job.api.ca_file : ca_file;
    options.ca_folder = job.api.ca_folder;
    options.client_certificate_file = job.api.client_certificate_file;
    options.client_key_file = job.api.client_key_file;
    options.redirect_hosts = job.api.redirect_hosts;
    options.connect_timeout = job.transfer.connect_timeout;
    options.read_timeout = job.transfer.read_timeout;
    options.user_agent = std::string(user_agent());
    return options;
}

/// Reads certificates; asks nobody.
auto make_transport(const config::Job& job, const std::string& ca_file) -> decltype(http::Transport::make({})) {
    http::ClientOptions options = client_options(job, ca_file);
    if (!job.sandbox.enabled) {
        const config::ProxySettings& proxies = job.proxies;
        if (auto set = http::apply_proxy_settings(options, proxies.https_proxy.reveal(), proxies.http_proxy.reveal(), proxies.no_proxy);
            !set) {
            return fail(std::move(set.error()));
        }
    }
    return http::Transport::make(std::move(options));
}

api::Credentials credentials_of(const config::ApiSettings& settings) {
    return {settings.basic.empty() ? api::make_basic(settings.client_id.reveal(), settings.client_secret.reveal())
                                   : api::clean_basic(settings.basic.reveal()),
            api::clean_api_key(settings.api_key.reveal())};
}

/// What the sandbox made up for an account and an application of its own.
api::Credentials credentials_of(const sandbox::Sandbox& sandbox, const config::PerimeterSettings& perimeter, Redactor& secrets) {
    const sandbox::Endpoint& endpoint = sandbox.endpoint();
    std::string client_id = endpoint.client_id;
    std::string client_secret = endpoint.client_secret;
    std::string key = perimeter.sandbox_account.empty() ? endpoint.api_key : std::string();
    const sandbox::Directory directory = sandbox.directory();
    for (const sandbox::KeyInfo& one : directory.keys) {
        key = one.account == perimeter.sandbox_account ? one.key : key;
    }
    bool has_application = perimeter.sandbox_application.empty();
    for (const sandbox::ApplicationInfo& one : directory.applications) {
        if (one.name == perimeter.sandbox_application) {
            client_id = one.client_id;
            client_secret = one.client_secret;
            has_application = true;
        }
    }
    const auto must_have = [](bool has, std::string_view what, const std::string& name) {
        if (!has) {
            throw FatalError(ExitCode::usage, ErrorCode::bad_input, fmt::format("the sandbox has no {} \"{}\"", what, sanitise(name, 60)),
                             "[[perimeter]]", fmt::format("Set sandbox_{} to one that moisson sandbox prints", what));
        }
    };
    must_have(!key.empty(), "account", perimeter.sandbox_account);
    must_have(has_application, "application", perimeter.sandbox_application);
    api::Credentials credentials{api::make_basic(client_id, client_secret), api::clean_api_key(key)};
    for (const std::string* const secret : {&credentials.basic, &credentials.api_key, &client_secret}) {
        secrets.watch(*secret);
    }
    return credentials;
}

transfer::EngineOptions engine_options(const config::Job& job) {
    transfer::EngineOptions options;
    options.transfers = job.transfer.transfers;
    options.attempts_max = job.transfer.attempts_max;
    options.run_time_max = job.transfer.max_duration;
    return options;
}

/// An application of the service's portal: its quota and its token, which all of its logins share.
struct Application {
    Application(api::ServiceUrls urls, const std::string& basic, double rate_per_second, const Clock& clock,
                const std::function<Result<std::string>(transfer::Pacer&, const http::Request&)>& exchange)
        : pacer(transfer::PacerOptions{.rate_per_second = rate_per_second}),
          tokens(std::move(urls), basic, clock, [this, exchange](const http::Request& request) { return exchange(pacer, request); }) {}

    transfer::Pacer pacer;
    api::TokenKeeper tokens;
};

/// Tells of each outcome before the source gets it.
class HeardSource final : public transfer::Source {
public:
    HeardSource(transfer::Source& source, const std::vector<Login>& logins, const Clock& clock, const Service::Listener& listener)
        : source_(source), logins_(logins), clock_(clock), listener_(listener) {}

    std::optional<transfer::Job> next(std::size_t lane) override {
        auto job = source_.next(lane);
        if (job) {
            asked_.insert_or_assign(job->tag, Asked{lane, parts::question_of(job->request), job->request.url});
        }
        return job;
    }

    void done(transfer::Outcome outcome) override {
        auto asked = asked_.extract(outcome.tag);
        MOISSON_INVARIANT(!asked.empty(), "an outcome of what was not asked");
        listener_({logins_[asked.mapped().lane].perimeter, std::move(asked.mapped().question), std::move(asked.mapped().url),
                   outcome.answer, outcome.attempts, clock_.now()});
        source_.done(std::move(outcome));
    }

private:
    struct Asked {
        std::size_t lane = 0;
        std::string question;
        http::Url url;
    };
    transfer::Source& source_;
    const std::vector<Login>& logins_;
    const Clock& clock_;
    const Service::Listener& listener_;
    std::unordered_map<std::uint64_t, Asked> asked_;  ///< by tag
};

class LiveService final : public Service {
public:
    LiveService(const config::Job& job, transfer::ObjectStore* store, const Clock& clock, Reporter& reporter, std::stop_token stop)
        : job_(job), clock_(clock), stop_(std::move(stop)) {
        std::string ca_file;
        if (job.sandbox.enabled) {
            start_sandbox();
            ca_file = sandbox_->endpoint().ca_file;
        }
        open_transport(ca_file);
        session_ = std::make_unique<http::Session>(transport_, clock_);
        std::vector<ApiPolicy::Lane> lanes;
        std::vector<transfer::Pacer*> pacers;
        for (const config::PerimeterSettings& perimeter : config::logins_of(job)) {
            api::Credentials credentials = sandbox_ ? credentials_of(*sandbox_, perimeter, *job.secrets) : credentials_of(perimeter.api);
            api::ServiceUrls urls = sandbox_ ? api::ServiceUrls{sandbox_->endpoint().api_url, sandbox_->endpoint().oauth_url}
                                             : api::ServiceUrls{perimeter.api.api_url, perimeter.api.oauth_url};
            Application& application = application_of(urls, credentials.basic);
            lanes.push_back({application.tokens, credentials.api_key});
            pacers.push_back(&application.pacer);
            wipe(credentials.basic), wipe(credentials.api_key);
            logins_.push_back({perimeter.name, std::move(urls)});
        }
        name_source();
        policy_ = std::make_unique<ApiPolicy>(std::move(lanes), *job.secrets);
        engine_ = std::make_unique<transfer::Engine>(engine_options(job), transport_, store, *policy_, std::move(pacers), clock_, reporter);
        reporter_ = &reporter;
    }

    const std::vector<Login>& logins() const override { return logins_; }

    std::vector<Result<api::PerimeterResult>> list_perimeters(const std::vector<api::PerimeterOptions>& options) override {
        Discovery discovery(job_, logins_, options, [this](const Discovery::Asked& asked) {
            if (evidence_ != nullptr) {
                evidence_->answer_came({"contracts", {}, asked.url, logins_[asked.lane].perimeter}, asked.answer, asked.attempts);
            }
            if (asked.answer) {
                note_date(asked.answer->headers);
                used_cache_ = used_cache_ || api::is_from_cache(asked.answer->headers);
            }
        });
        run(discovery);
        return discovery.take_results();
    }

    Result<wire::Contract> contract(const std::string& contract_id) override {
        return *visit(contract_id, {.detail = true, .list = false}).take_detail();
    }

    api::ListingResult list_documents(const std::string& contract_id) override { return visit(contract_id, {}).take_list(); }

    Result<transfer::StoredObject> fetch_file(const std::string& contract_id, const std::string& document_id,
                                              const std::filesystem::path& target) override;

    Result<api::Token> fetch_token(std::size_t lane) override {
        http::Request probe;
        api::TokenKeeper& tokens = application_of_lane(lane).tokens;
        if (auto authorized = tokens.authorize(probe, {}); !authorized) {
            return fail(std::move(authorized.error()));
        }
        return tokens.current();
    }

    Status authorize(http::Request& request) override {
        const auto authorized = policy_->authorize(0, request);
        return authorized ? Status{} : fail(authorized.error());
    }

    std::shared_ptr<const http::Transport> transport() const override { return transport_; }

    std::optional<std::string> last_date_header() const override { return last_date_; }
    void record(EvidenceRecorder& evidence) override { evidence_ = &evidence; }
    bool used_cache() const override { return used_cache_; }

    void run(transfer::Source& source) override {
        if (!listener_) {
            engine_->run(source, stop_);
            return;
        }
        HeardSource heard(source, logins_, clock_, listener_);
        engine_->run(heard, stop_);
    }
    void tell(Listener listener) override { listener_ = std::move(listener); }

    const std::string& source_name() const override { return source_name_; }
    const transfer::EngineCounts& counts() const override { return engine_->counts(); }
    std::uint64_t tokens_fetched() const override {
        std::uint64_t fetched = 0;
        for (const auto& [key, application] : applications_) {
            fetched += application->tokens.fetched();
        }
        return fetched;
    }

private:
    void start_sandbox() {
        sandbox::Options options;
        options.scenario = job_.sandbox.scenario;
        options.tls = true;
        options.account = job_.sandbox.account;
        options.database = job_.sandbox.database;
        options.run = job_.sandbox.run == 0 ? std::nullopt : std::optional(job_.sandbox.run);
        auto started = sandbox::Sandbox::start(options);
        if (!started) {
            const Error& error = started.error();
            throw FatalError(error.code == ErrorCode::bad_input ? ExitCode::usage
                             : error.code == ErrorCode::locked  ? ExitCode::locked
                                                                : ExitCode::local,
                             error);
        }
        sandbox_ = std::move(*started);
    }

    void name_source() {
        source_name_ = sandbox_ ? "sandbox:" + sandbox_->endpoint().scenario : source_of(logins_);
    }

    /// One for each Basic value at each token endpoint: the gateway counts by application.
    Application& application_of(const api::ServiceUrls& urls, const std::string& basic) {
        std::unique_ptr<Application>& application = applications_[{urls.oauth_url, sha256_hex(basic)}];
        if (!application) {
            application = std::make_unique<Application>(
                urls, basic, job_.transfer.rate_per_second, clock_,
                [this](transfer::Pacer& pacer, const http::Request& request) { return exchange_token(pacer, request); });
        }
        of_lane_.push_back(application.get());
        return *application;
    }

    [[nodiscard]] Application& application_of_lane(std::size_t lane) { return *of_lane_[lane]; }

    void open_transport(const std::string& ca_file) {
        auto transport = make_transport(job_, ca_file);
        if (!transport) {
            throw FatalError(transport.error().code == ErrorCode::disk ? ExitCode::local : ExitCode::usage, transport.error());
        }
        transport_ = *transport;
    }

    ContractVisit visit(const std::string& contract_id, VisitOptions options) {
        ContractVisit visit(urls(), *job_.secrets, contract_id, std::move(options));
        while (auto question = visit.next()) {
            if (question->request) {
                visit.take(fetch(std::move(question->request)));
            } else {
                visit.give_up(question->request.error());
            }
        }
        return visit;
    }

    Result<transfer::Answer> fetch(Result<http::Request> request) {
        if (!request) {
            return fail(std::move(request.error()));
        }
        transfer::Outcome outcome = engine_->fetch(make_answer_job(job_, std::move(*request)), stop_);
        if (outcome.answer) {
            note_date(outcome.answer->headers);
        } else {
            name_limit(outcome.answer.error(), "list_bytes_max");
        }
        return std::move(outcome.answer);
    }

    void note_date(const http::Headers& headers) {
        if (const auto date = headers.find("Date")) {
            last_date_ = std::string(*date);
        }
    }

    /// The token call runs on the loop's thread with a session of its own: one renewal for all workers. Paced like any other call.
    Result<std::string> exchange_token(transfer::Pacer& pacer, const http::Request& request) {
        auto backoff = std::chrono::milliseconds(500);
        for (int attempt = 1;; ++attempt) {
            if (!wait_until(pacer.next_slot(clock_.steady_now()), clock_, stop_)) {
                return fail(ErrorCode::cancelled, "stopped while asking for a token");
            }
            pacer.take(clock_.steady_now());
            http::StringSink sink;
            http::Limits limits;
            limits.body_max_bytes = 1U << 20U;
            limits.attempt = std::chrono::seconds(60);
            auto response = session_->exchange(request, sink, limits, stop_);
            if (response) {
                note_date(response->headers);
            }
            if (response && response->ok()) {
                if (const auto token = api::decode_token(sink.bytes)) {
                    job_.secrets->watch(token->value);
                }
                return std::move(sink.bytes);
            }
            Error error = response ? judge_answer(*response, request.url.path_and_query, *job_.secrets) : std::move(response.error());
            if (error.retry == Retry::never || attempt >= token_attempts_max) {
                return fail(std::move(error));
            }
            const auto wait = error.retry_after.value_or(backoff);
            reporter_->log(LogLevel::info, "token-retry",
                           fmt::format("attempt {} of {}, next in {}: {}", attempt, token_attempts_max, format_wait(wait), error.to_line()),
                           {{"code", to_text(error.code)},
                            {"request_id", error.request_id},
                            {"attempt", attempt},
                            {"attempts_max", token_attempts_max},
                            {"wait_ms", wait.count()}});
            if (!wait_until(clock_.steady_now() + wait, clock_, stop_)) {
                return fail(ErrorCode::cancelled, "stopped while asking for a token");
            }
            backoff *= 2;
        }
    }

    const config::Job& job_;
    const Clock& clock_;
    std::stop_token stop_;
    std::unique_ptr<sandbox::Sandbox> sandbox_;
    std::string source_name_;
    std::vector<Login> logins_;
    std::shared_ptr<const http::Transport> transport_;
    std::unique_ptr<http::Session> session_;
    std::map<std::pair<std::string, std::string>, std::unique_ptr<Application>> applications_;  ///< by token endpoint and digest of Basic
    std::vector<Application*> of_lane_;
    std::unique_ptr<ApiPolicy> policy_;
    std::unique_ptr<transfer::Engine> engine_;
    Reporter* reporter_ = nullptr;
    EvidenceRecorder* evidence_ = nullptr;
    Listener listener_;
    std::optional<std::string> last_date_;
    bool used_cache_ = false;
};

Result<transfer::StoredObject> LiveService::fetch_file(const std::string& contract_id, const std::string& document_id,
                                                       const std::filesystem::path& target) {
    auto request = api::file_request(urls(), contract_id, document_id);
    if (!request) {
        return fail(std::move(request.error()));
    }
    std::filesystem::path beginning = target;
    beginning += ".";
    if (auto made = make_folders(target.parent_path()); !made) {
        return fail(std::move(made.error()));
    }
    const auto scratch = ScratchFolder::make(beginning);
    if (!scratch) {
        return fail(scratch.error());
    }
    auto store = transfer::ObjectStore::open(scratch->path());
    if (!store) {
        return fail(std::move(store.error()));
    }
    transfer::Engine engine(engine_options(job_), transport_, store->get(), *policy_, {&application_of_lane(0).pacer}, clock_, *reporter_);
    auto fetched = engine.fetch(make_file_job(job_, *request), stop_).answer;
    for (int asked_again = 0; !fetched && is_file_asked_again(fetched.error(), asked_again); ++asked_again) {
        fetched = engine.fetch(make_file_job(job_, *request), stop_).answer;
    }
    if (!fetched) {
        name_limit(fetched.error(), "file_bytes_max");
        return fail(std::move(fetched.error()));
    }
    transfer::StoredObject object = *fetched->object;
    if (auto set = set_modes((*store)->path_of(object.sha256), job_.output.file_mode); !set) {
        return fail(std::move(set.error()));
    }
    if (auto moved = rename_path((*store)->path_of(object.sha256), target); !moved) {
        return fail(std::move(moved.error()));
    }
    return object;
}

}  // namespace

std::string source_of(const std::vector<Login>& logins) {
    std::set<std::string> urls;
    for (const Login& login : logins) {
        urls.insert(login.urls.api_url);
    }
    return fmt::format("{}", fmt::join(urls, ", "));
}

std::unique_ptr<Service> Service::open(const config::Job& job, transfer::ObjectStore* store, const Clock& clock, Reporter& reporter,
                                       std::stop_token stop) {
    return std::make_unique<LiveService>(job, store, clock, reporter, std::move(stop));
}

Result<api::PerimeterResult> RunService::list_contracts(const api::PerimeterOptions& options) {
    std::vector<api::PerimeterOptions> all(logins().size());
    all.front() = options;
    return std::move(list_perimeters(all).front());
}

RequestCounts Service::requests(const RequestCounts& harvest) const {
    RequestCounts requests = harvest;
    requests.token = tokens_fetched();
    requests.contracts += logins().size();  // the lists themselves
    requests.retries += counts().retries;
    requests.throttled = counts().throttled;
    requests.bytes_received = counts().bytes_received;
    return requests;
}

Status Service::check_settings(const config::Job& job) {
    auto transport = make_transport(job, {});
    return transport ? Status() : Status(fail(std::move(transport.error())));
}

}  // namespace moisson::pipeline
