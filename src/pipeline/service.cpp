#include "pipeline/service.hpp"

#include <algorithm>
#include <thread>

#include <fmt/format.h>

#include "api/token_keeper.hpp"
#include "base/counts.hpp"
#include "base/files.hpp"
#include "base/scratch_folder.hpp"
#include "base/version.hpp"
#include "pipeline/contract_visit.hpp"
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

api::Credentials credentials_of(const config::Job& job, const sandbox::Sandbox* sandbox) {
    api::Credentials credentials;
    if (sandbox != nullptr) {
        const sandbox::Endpoint& endpoint = sandbox->endpoint();
        credentials.basic = api::make_basic(endpoint.client_id, endpoint.client_secret);
        credentials.api_key = api::clean_api_key(endpoint.api_key);
        for (const std::string_view secret :
             {std::string_view(credentials.basic), std::string_view(credentials.api_key), std::string_view(endpoint.client_secret)}) {
            job.secrets->watch(secret);
        }
        return credentials;
    }
    credentials.basic = job.api.basic.empty() ? api::make_basic(job.api.client_id.reveal(), job.api.client_secret.reveal())
                                          : api::clean_basic(job.api.basic.reveal());
    credentials.api_key = api::clean_api_key(job.api.api_key.reveal());
    return credentials;
}

transfer::EngineOptions engine_options(const config::Job& job) {
    transfer::EngineOptions options;
    options.transfers = job.transfer.transfers;
    options.attempts_max = job.transfer.attempts_max;
    options.run_time_max = job.transfer.max_duration;
    return options;
}

/// The same request at another page of its list.
Result<http::Request> at_page(Result<http::Request> request, const std::string& page) {
    if (request && !page.empty()) {
        request->url.path_and_query = page;
    }
    return request;
}

class LiveService final : public Service {
public:
    LiveService(const config::Job& job, transfer::ObjectStore* store, const Clock& clock, Reporter& reporter, std::stop_token stop)
        : job_(job),
          clock_(clock),
          stop_(std::move(stop)),
          pacer_(transfer::PacerOptions{.rate_per_second = job.transfer.rate_per_second}) {
        std::string ca_file;
        if (job.sandbox.enabled) {
            start_sandbox();
            urls_ = {sandbox_->endpoint().api_url, sandbox_->endpoint().oauth_url};
            ca_file = sandbox_->endpoint().ca_file;
        } else {
            urls_ = {job.api.api_url, job.api.oauth_url};
            source_name_ = job.api.api_url;
        }
        open_transport(ca_file);
        session_ = std::make_unique<http::Session>(transport_, clock_);
        tokens_ = std::make_unique<api::TokenKeeper>(urls_, credentials_of(job, sandbox_.get()), clock_,
                                                     [this](const http::Request& request) { return exchange_token(request); });
        policy_ = std::make_unique<ApiPolicy>(*tokens_, *job.secrets);
        engine_ = std::make_unique<transfer::Engine>(engine_options(job), transport_, store, *policy_, pacer_, clock_, reporter);
        reporter_ = &reporter;
    }

    Result<api::PerimeterResult> list_contracts(const api::PerimeterOptions& options) override {
        api::PerimeterListing listing(options);
        while (const auto question = listing.next()) {
            auto request = at_page(api::contracts_request(urls_, question->limit), question->page);
            const http::Url asked = request ? request->url : http::Url{};
            auto answer = fetch(std::move(request));
            used_cache_ = used_cache_ || (answer && api::is_from_cache(answer->headers));
            auto decoded = answer ? api::with_request_id(api::read_contracts(std::move(answer->body), answer->headers, asked),
                                                         answer->headers)
                                  : fail(std::move(answer.error()));
            if (decoded) {
                drop_secrets(*job_.secrets, *decoded);
                listing.answer(std::move(*decoded));
            } else if (listing.failed(decoded.error()) || decoded.error().code == ErrorCode::cancelled) {
                return fail(std::move(decoded.error()));
            }
        }
        return listing.take_result();
    }

    Result<wire::Contract> contract(const std::string& contract_id) override {
        return *visit(contract_id, {.detail = true, .list = false}).take_detail();
    }

    api::ListingResult list_documents(const std::string& contract_id) override { return visit(contract_id, {}).take_list(); }

    Result<transfer::StoredObject> fetch_file(const std::string& contract_id, const std::string& document_id,
                                              const std::filesystem::path& target) override;

    Result<api::Token> fetch_token() override {
        http::Request probe;
        if (auto authorized = tokens_->authorize(probe); !authorized) {
            return fail(std::move(authorized.error()));
        }
        return tokens_->current();
    }

    Status authorize(http::Request& request) override {
        const auto authorized = tokens_->authorize(request);
        return authorized ? Status{} : fail(authorized.error());
    }

    std::shared_ptr<const http::Transport> transport() const override { return transport_; }

    std::optional<std::string> last_date_header() const override { return last_date_; }
    void record(EvidenceRecorder& evidence) override { evidence_ = &evidence; }
    bool used_cache() const override { return used_cache_; }

    void run(transfer::Source& source) override { engine_->run(source, stop_); }

    const api::ServiceUrls& urls() const override { return urls_; }
    const std::string& source_name() const override { return source_name_; }
    const transfer::EngineCounts& counts() const override { return engine_->counts(); }
    std::uint64_t tokens_fetched() const override { return tokens_->fetched(); }

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
        source_name_ = "sandbox:" + sandbox_->endpoint().scenario;
    }

    void open_transport(const std::string& ca_file) {
        auto transport = make_transport(job_, ca_file);
        if (!transport) {
            throw FatalError(transport.error().code == ErrorCode::disk ? ExitCode::local : ExitCode::usage, transport.error());
        }
        transport_ = *transport;
    }

    ContractVisit visit(const std::string& contract_id, VisitOptions options) {
        ContractVisit visit(urls_, *job_.secrets, contract_id, std::move(options));
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
        const http::Url asked = request->url;
        transfer::Outcome outcome = engine_->fetch(make_answer_job(job_, std::move(*request)), stop_);
        if (evidence_ != nullptr) {
            evidence_->answer_came({"contracts", {}, asked}, outcome.answer, outcome.attempts);
        }
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
    Result<std::string> exchange_token(const http::Request& request) {
        auto backoff = std::chrono::milliseconds(500);
        for (int attempt = 1;; ++attempt) {
            if (!wait_until(pacer_.next_slot(clock_.steady_now()), clock_, stop_)) {
                return fail(ErrorCode::cancelled, "stopped while asking for a token");
            }
            pacer_.take(clock_.steady_now());
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
    api::ServiceUrls urls_;
    std::shared_ptr<const http::Transport> transport_;
    transfer::Pacer pacer_;
    std::unique_ptr<http::Session> session_;
    std::unique_ptr<api::TokenKeeper> tokens_;
    std::unique_ptr<ApiPolicy> policy_;
    std::unique_ptr<transfer::Engine> engine_;
    Reporter* reporter_ = nullptr;
    EvidenceRecorder* evidence_ = nullptr;
    std::optional<std::string> last_date_;
    bool used_cache_ = false;
};

Result<transfer::StoredObject> LiveService::fetch_file(const std::string& contract_id, const std::string& document_id,
                                                       const std::filesystem::path& target) {
    auto request = api::file_request(urls_, contract_id, document_id);
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
    transfer::Engine engine(engine_options(job_), transport_, store->get(), *policy_, pacer_, clock_, *reporter_);
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

std::unique_ptr<Service> Service::open(const config::Job& job, transfer::ObjectStore* store, const Clock& clock, Reporter& reporter,
                                       std::stop_token stop) {
    return std::make_unique<LiveService>(job, store, clock, reporter, std::move(stop));
}

Status Service::check_settings(const config::Job& job) {
    auto transport = make_transport(job, {});
    return transport ? Status() : Status(fail(std::move(transport.error())));
}

}  // namespace moisson::pipeline
