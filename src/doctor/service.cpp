/// The steps of `doctor` on the way to the service and in it. One question at each, so that the one that fails can be named.

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "api/endpoints.hpp"
#include "base/counts.hpp"
#include "base/glob.hpp"
#include "books/visibility.hpp"
#include "doctor/steps.hpp"
#include "domain/finding.hpp"
#include "http/http.hpp"
#include "http/probe.hpp"
#include "normalize/normalize.hpp"
#include "pipeline/horizon.hpp"
#include "pipeline/policy.hpp"
#include "pipeline/service.hpp"

namespace moisson::doctor {

namespace {

/// Enough to see whose rights are missing, few enough to stay polite: each asks up to eight lists.
constexpr std::size_t contracts_looked_at_max = 5;
constexpr std::uint64_t answer_bytes_max = 64ULL << 20U;
constexpr int attempts_max = 3;
constexpr std::chrono::seconds duration_max{60};

/// Takes the first bytes of a body and stops the transfer.
class FirstByte final : public http::BodySink {
public:
    [[nodiscard]] Status begin() override { return {}; }
    [[nodiscard]] Status begin_answer(const http::Response& head) override {
        status = head.status;
        media_type = std::string(head.headers.find("Content-Type").value_or(std::string_view{}));
        return {};
    }
    [[nodiscard]] Status write(std::string_view bytes) override {
        if (bytes.empty()) {
            return {};
        }
        first = bytes.substr(0, 16);
        return fail(ErrorCode::cancelled, "one byte is enough");
    }
    int status = 0;
    std::string media_type;
    std::string first;
};

/// Where every contract looked at ends so: what an export would end with.
ExitCode exit_code_of_listing(const api::ListingResult& listing) {
    switch (listing.verdict) {
        case api::ListingVerdict::forbidden: return ExitCode::refused;
        case api::ListingVerdict::failed: return pipeline::exit_code_of(listing.error);
        case api::ListingVerdict::unknown_answer: return ExitCode::unavailable;
        case api::ListingVerdict::capped:
        case api::ListingVerdict::complete: break;
    }
    return ExitCode::incomplete;
}

/// One document that an export would fetch, for the last step.
struct Sample {
    std::string contract_id;
    std::string document_id;
    bool is_final = false;
};

class ServiceVisit {
public:
    ServiceVisit(Visit& visit, pipeline::Service& service) : visit_(visit), service_(service) {}

    void run() {
        if (!check_way()) {
            return;
        }
        if (!visit_.has_credentials) {
            visit_.skip("token", "not asked for: credentials are missing");
            return;
        }
        const bool accepted = check_token();
        check_clock();
        if (!accepted) {
            return;
        }
        const auto contracts = check_perimeter();
        if (!contracts.empty()) {
            check_rights(contracts);
        }
    }

private:
    bool check_way() {
        std::set<std::string> hosts;
        bool open = true;
        for (const std::string& text : {service_.urls().oauth_url, service_.urls().api_url}) {
            const auto url = http::Url::parse(text);
            if (!url) {
                visit_.fail_with("dns", url.error().to_line(), "Correct the URL", ExitCode::usage);
                return false;
            }
            if (hosts.insert(url->scheme + url->host + fmt::to_string(url->port)).second) {
                open = check_host(*url) && open;
            }
        }
        if (hosts.size() > 1) {
            visit_.warn("dns", "token and API are on two hosts; the service wants the token asked for on the API's own host",
                        "Compare MOISSON_OAUTH_URL with MOISSON_API_URL");
        }
        return open;
    }

    bool check_host(const http::Url& url) {
        const std::string proxy = http::proxy_of(*service_.transport(), url);
        const auto steps = http::probe(*service_.transport(), url, visit_.conditions.clock, visit_.conditions.stop);
        for (const http::ProbeStep& step : steps) {
            const std::string_view name = step_of(step.kind, !proxy.empty());
            if (!step.outcome) {
                visit_.add(check_of_error(step.outcome.error(), name));
            } else {
                visit_.ok(name, step.detail);
            }
        }
        const bool open = std::all_of(steps.begin(), steps.end(), [](const http::ProbeStep& step) { return step.outcome.has_value(); });
        if (proxy.empty()) {
            visit_.ok("proxy", fmt::format("none for {}", url.host));
        } else if (open) {
            visit_.skip("connection", "made by the proxy " + proxy);
        }
        if (open && url.scheme == "http") {
            visit_.skip("tls", "plain http, which is only taken on this machine");
        }
        return open;
    }

    bool check_token() {
        try {
            const auto token = service_.fetch_token();
            if (!token) {
                visit_.add(check_of_error(token.error(), "token"));
                return false;
            }
            visit_.ok("token", token->lifetime ? fmt::format("client accepted; a token lives {} s", token->lifetime->count())
                                               : "client accepted; the service names no lifetime");
            return true;
        } catch (const FatalError& problem) {
            visit_.add(problem, "token");
            return false;
        }
    }

    void check_clock() {
        const auto header = service_.last_date_header();
        const auto date = header ? parse_http_date(*header) : std::nullopt;
        if (!date) {
            visit_.skip("clock", "the service sent no date");
            return;
        }
        CredentialHorizon horizon;
        horizon.clock_offset = std::chrono::duration_cast<std::chrono::seconds>(visit_.conditions.clock.now() - *date);
        const std::string sentence = clock_sentence(horizon).english();
        if (sentence.empty()) {
            visit_.ok("clock", "agrees with the service's");
        } else {
            visit_.warn("clock", sentence, std::string(FindingCode("clock-offset").kind().remedy.english()));
        }
    }

    /// One attempt, without the engine's retries.
    [[nodiscard]] Result<http::Response> ask(const http::Request& request, http::BodySink& sink) const {
        http::Limits limits;
        limits.body_max_bytes = answer_bytes_max;
        limits.attempt = visit_.job.transfer.attempt_timeout;
        limits.accept_until_close = true;
        http::Session session(service_.transport(), visit_.conditions.clock);
        return session.exchange(request, sink, limits, visit_.conditions.stop);
    }

    /// How the service answers when the API key is left out; empty when the call does not fail.
    [[nodiscard]] std::optional<Error> refusal_without_key() const {
        auto request = api::contracts_request(service_.urls());
        if (!request || !service_.authorize(*request)) {
            return std::nullopt;
        }
        request->headers.remove("X-API-Key");
        http::StringSink sink;
        auto response = ask(*request, sink);
        if (!response) {
            return std::move(response.error());
        }
        return response->ok() ? std::nullopt : std::optional(pipeline::judge_answer(*response, "/contracts", *visit_.job.secrets));
    }

    std::vector<wire::Contract> check_perimeter() {
        auto listed = service_.list_contracts({});
        if (!listed) {
            Error error = listed.error();
            const bool refused = error.code == ErrorCode::credentials || error.code == ErrorCode::forbidden ||
                                 error.code == ErrorCode::token_expired || (error.code == ErrorCode::not_found && error.gateway_code != 0);
            const auto without_key = refused ? refusal_without_key() : std::nullopt;
            Check check = check_of_refusal(error, without_key ? &*without_key : nullptr);
            if (check.name == "api-key") {
                Error told = error;
                told.hint = check.remedy;
                pipeline::explain_refusal(visit_.horizon, told);
                check.remedy = told.hint;
                if (without_key) {
                    visit_.ok("subscription", "the gateway lets the application through to the API");
                }
            }
            visit_.add(std::move(check));
            return {};
        }
        visit_.ok("subscription", "the application may call the API");
        visit_.ok("api-key", "accepted");
        if (listed->verdict != api::ListingVerdict::complete) {
            visit_.warn("contracts", listed->reason.english(), std::string(FindingCode("list-capped").kind().remedy.english()));
        }
        if (listed->contracts.empty()) {
            visit_.fail_with(
                "contracts", "the API key's login sees no contract at all",
                "A login of type client sees only the contracts on which it is declared, one of type administrator those of its "
                "billing accounts and offers: have the login declared, or ask Orange support for an administrator's key",
                ExitCode::refused);
            return {};
        }
        return wanted(std::move(listed->contracts));
    }

    /// The contracts that the job asks for; a pattern that fits none of them is one outside the perimeter, or a slip.
    std::vector<wire::Contract> wanted(std::vector<wire::Contract> contracts) {
        std::sort(contracts.begin(), contracts.end(), [](const auto& left, const auto& right) { return left.id < right.id; });
        const std::size_t seen = contracts.size();
        std::vector<std::string> foreign;
        for (const std::string& pattern : visit_.job.export_.contracts) {
            if (std::none_of(contracts.begin(), contracts.end(),
                             [&](const wire::Contract& one) { return glob_matches(pattern, one.id) || glob_matches(pattern, one.name); })) {
                foreign.push_back(sanitise(pattern, 80));
            }
        }
        std::erase_if(contracts,
                      [&](const wire::Contract& one) { return !any_glob_matches(visit_.job.export_.contracts, one.id, one.name); });
        if (foreign.empty()) {
            visit_.ok("contracts", visit_.job.export_.contracts.empty()
                                       ? plural(seen, "contract")
                                       : fmt::format("{} of {}", format_count(contracts.size()), plural(seen, "contract")));
            return contracts;
        }
        const std::string text =
            fmt::format("of {} that the login sees, none is {}", plural(seen, "contract"), fmt::join(foreign, ", none is "));
        const std::string remedy =
            "Check the contract's number (moisson contracts list shows them); a contract outside the perimeter needs the login declared on "
            "it, or the key of another account";
        if (contracts.empty()) {
            visit_.fail_with("contracts", text, remedy, ExitCode::refused);
        } else {
            visit_.warn("contracts", text, remedy);
        }
        return contracts;
    }

    void check_rights(const std::vector<wire::Contract>& contracts) {
        const std::size_t count = std::min(contracts.size(), contracts_looked_at_max);
        std::size_t problems = 0;
        std::uint64_t documents = 0;
        std::uint64_t finals = 0;
        for (std::size_t at = 0; at < count; ++at) {
            const auto [listed, final_documents, bad] = check_contract(contracts[at].id);
            documents += listed;
            finals += final_documents;
            problems += bad ? 1U : 0U;
        }
        promote_if_all_failed(problems, count);
        if (problems == 0 && finals > 0) {
            visit_.ok("invoices", fmt::format("seen: of {} of {} looked at, {} are invoices or bills", plural(documents, "document"),
                                              plural(count, "contract"), format_count(finals)));
        } else if (problems == 0) {
            visit_.warn("invoices",
                        fmt::format("{} looked at, {}, but no invoice or bill", plural(count, "contract"), plural(documents, "document")),
                        std::string(FindingCode("list-empty").kind().remedy.english()));
        }
        check_file();
    }

    struct Rights {
        std::uint64_t listed = 0;
        std::uint64_t finals = 0;
        bool bad = false;
    };

    Rights check_contract(const std::string& id) {
        const api::ListingResult listing = service_.list_documents(id);
        Rights rights;
        books::Visibility visibility;
        for (const wire::Document& document : listing.documents) {
            const std::string type = document.documentType.value_or("");
            const auto period = normalize::parse_period(document.period.value_or(""));
            visibility.add(type, period ? std::optional(*period) : std::nullopt);
            const bool is_final = standing_of(type) == Standing::final_;
            rights.finals += is_final ? 1U : 0U;
            if (!document.id.empty() && (!sample_ || (is_final && !sample_->is_final))) {
                sample_ = Sample{id, document.id, is_final};
            }
        }
        rights.listed = listing.documents.size();
        const auto hidden = visibility.hidden_invoices(visit_.job.export_.period);
        if (hidden) {
            rights.bad = true;
            visit_.warn("invoices", fmt::format("{}: {} (a Visitor's view)", sanitise(id), *hidden),
                        std::string(FindingCode("invoices-not-visible").kind().remedy.english()));
        } else if (listing.verdict != api::ListingVerdict::complete) {
            rights.bad = true;
            Check check = check_of_error(listing.error, "invoices");
            check.text = fmt::format("{}: {}", sanitise(id), listing.reason.empty() ? check.text : listing.reason.english());
            if (check.remedy.empty()) {
                check.remedy = "Run again; if it stays, report the contract to Orange support";
            }
            // One contract that fails does not end an export: it makes it incomplete.
            check.status = CheckStatus::warning;
            worst_ = exit_code_of_listing(listing);
            visit_.add(std::move(check));
        }
        return rights;
    }

    /// Where nothing that was looked at is well, an export fails, or cannot be whole.
    void promote_if_all_failed(std::size_t problems, std::size_t count) {
        if (problems < count) {
            return;
        }
        for (Check& check : visit_.checks) {
            if (check.name == "invoices" && check.status == CheckStatus::warning) {
                check.status = CheckStatus::failed;
                check.exit_code = worst_;
            }
        }
    }

    void check_file() {
        if (!sample_) {
            visit_.skip("file", "there is no document to read");
            return;
        }
        const std::string what = fmt::format("{} of {}", sanitise(sample_->document_id), sanitise(sample_->contract_id));
        auto request = api::file_request(service_.urls(), sample_->contract_id, sample_->document_id);
        if (!request) {
            visit_.add(check_of_error(request.error(), "file"));
            return;
        }
        if (auto authorized = service_.authorize(*request); !authorized) {
            visit_.add(check_of_error(authorized.error(), "file"));
            return;
        }
        request->headers.set("Range", "bytes=0-0");
        FirstByte sink;
        auto response = ask(*request, sink);
        if (!sink.first.empty()) {
            // The bytes decide: what the service calls its files is not known. A blank alone leaves the word to the media type.
            const bool blank = sink.first.front() == ' ' || sink.first.front() == '\n' || sink.first.front() == '\r';
            const bool page = sink.first.front() == '<' || (blank && sink.media_type.starts_with("text/html"));
            const bool message = sink.first.front() == '{' || (blank && sink.media_type.starts_with("application/json"));
            if (page || message) {
                visit_.warn("file", fmt::format("{}: a {} came in the file's place", what, page ? "web page" : "message"),
                            "The document may not be made yet: run again later; check the proxy if it stays");
            } else {
                visit_.ok("file", fmt::format("one byte of {} read ({}, status {})", what,
                                              sink.media_type.empty() ? "no media type" : sanitise(sink.media_type, 60), sink.status));
            }
            return;
        }
        if (response && response->ok()) {
            visit_.warn("file", fmt::format("{}: the file came empty", what), "Run again later; ask Orange support if it stays");
            return;
        }
        Check check = check_of_error(response ? pipeline::judge_answer(*response, "file", *visit_.job.secrets) : response.error(), "file");
        check.text = fmt::format("{}: {}", what, check.text);
        if (response && response->status == 404) {  // one document that is listed and not there makes an export incomplete, no more
            check.status = CheckStatus::warning;
        }
        visit_.add(std::move(check));
    }

    Visit& visit_;
    pipeline::Service& service_;
    std::optional<Sample> sample_;
    ExitCode worst_ = ExitCode::refused;
};

/// Without settings for TLS nothing can be opened; the name can still be looked up.
void look_up_name(Visit& visit) {
    const auto url = http::Url::parse(visit.job.api.api_url);
    if (!url || visit.job.sandbox.enabled || !visit.job.proxies.https_proxy.empty()) {
        return;
    }
    const auto addresses = http::resolve(url->host);
    if (addresses) {
        visit.ok("dns", fmt::format("{} is {}", sanitise(url->host), fmt::join(*addresses, ", ")));
    } else {
        visit.add(check_of_error(addresses.error(), "dns"));
    }
}

}  // namespace

namespace {

void check_login(Visit& visit) {
    const Conditions& conditions = visit.conditions;
    // A look, not an export: whoever waits wants to hear what is wrong now.
    visit.job.transfer.attempts_max = std::min(visit.job.transfer.attempts_max, attempts_max);
    visit.job.transfer.max_duration =
        visit.job.transfer.max_duration.count() == 0 ? duration_max : std::min(visit.job.transfer.max_duration, duration_max);
    std::unique_ptr<pipeline::Service> service;
    try {
        service = pipeline::Service::open(visit.job, nullptr, conditions.clock, conditions.reporter, conditions.stop);
    } catch (const FatalError& problem) {
        visit.add(problem, visit.job.sandbox.enabled ? "connection" : "tls");
        look_up_name(visit);
        return;
    }
    try {
        ServiceVisit(visit, *service).run();
    } catch (const FatalError& problem) {
        visit.add(problem, "token");
    }
}

}  // namespace

void check_service(Visit& visit) { look_at_logins(visit, check_login); }

}  // namespace moisson::doctor
