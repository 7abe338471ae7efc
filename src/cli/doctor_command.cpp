/// `doctor`: every condition of an export, checked in the order in which an export would meet them. Changes nothing.

#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <set>

#include <fmt/format.h>

#include "base/files.hpp"
#include "cli/commands.hpp"
#include "cli/doctor.hpp"
#include "cli/json_text.hpp"
#include "cli/table.hpp"
#include "http/http.hpp"
#include "pipeline/service.hpp"
#include "state/state_store.hpp"

namespace moisson::cli {

namespace {

constexpr std::uint64_t free_bytes_low = 1'000'000'000;  // a month of a few hundred contracts is some hundred megabytes
constexpr std::uint64_t free_bytes_none = 50'000'000;
/// A token lives an hour: a clock that is off by minutes makes renewals late and file dates wrong.
constexpr std::chrono::seconds clock_offset_max{60};
/// An API key lives two years; a month before that is time to ask for the next.
constexpr std::chrono::days api_key_age_max{700};

class Doctor {
public:
    explicit Doctor(CommandContext& context) : context_(context) {}

    ExitCode run() {
        if (check_job()) {
            const bool credentials = check_credentials();
            check_state();
            check_output();
            check_proxy();
            const bool names = check_dns();
            if (credentials && names) {
                check_service();
            } else {
                add("service", CheckStatus::skip, "not asked: an earlier check failed");
            }
        }
        if (context_.stop.stop_requested()) {
            throw FatalError(ExitCode::interrupted, ErrorCode::cancelled, "stopped before the last check");
        }
        context_.reporter.finish();
        const ExitCode exit_code = exit_code_of(checks_);
        context_.out.write(context_.redactor.clean(context_.options.json ? json(exit_code) : text(exit_code)));
        return exit_code;
    }

private:
    void add(std::string name, CheckStatus status, std::string words, std::string remedy = {}, ExitCode exit_code = ExitCode::complete) {
        checks_.push_back({std::move(name), status, std::move(words), std::move(remedy), exit_code});
    }

    void add_failure(const FatalError& problem, std::string_view otherwise) {
        Check check = check_of_error(problem.error(), otherwise);
        check.exit_code = problem.exit_code();
        checks_.push_back(std::move(check));
    }

    bool check_job() {
        try {
            job_ = config::load_job(context_.options.settings, context_.environment, context_.clock, config::Need::no_credentials);
        } catch (const FatalError& problem) {
            add_failure(problem, "job");
            return false;
        }
        const std::string words = job_.job_file.empty() ? "no job file: settings from options, environment and defaults" : job_.job_file;
        add("job", CheckStatus::ok, fmt::format("{}; period {}", sanitise(words), job_.period.to_text()));
        for (const std::string& warning : job_.warnings) {
            add("job", CheckStatus::warn, warning);
        }
        return true;
    }

    bool check_credentials() {
        if (job_.sandbox) {
            add("credentials", CheckStatus::ok, "the sandbox brings its own");
            return true;
        }
        try {
            const std::size_t warned = job_.warnings.size();
            job_ = load_job_quietly();
            for (std::size_t at = warned; at < job_.warnings.size(); ++at) {
                add("credentials", CheckStatus::warn, job_.warnings[at]);
            }
        } catch (const FatalError& problem) {
            add_failure(problem, "credentials");
            return false;
        }
        const bool basic = !job_.basic.empty();
        add("credentials", CheckStatus::ok,
            basic ? fmt::format("Basic value from {}, API key from {}", job_.origins["api.basic"], job_.origins["api.api_key"])
                  : fmt::format("client id from {}, client secret from {}, API key from {}", job_.origins["api.client_id"],
                                job_.origins["api.client_secret"], job_.origins["api.api_key"]));
        if (const std::string oddity = oddity_of_api_key(job_.api_key.reveal()); !oddity.empty()) {
            add("api-key", CheckStatus::warn, fmt::format("the API key looks odd: {}", oddity),
                "Compare it with the one that was mailed; it may have been cut when it was pasted");
        }
        if (const std::string oddity = basic ? oddity_of_basic(job_.basic.reveal()) : std::string(); !oddity.empty()) {
            add("credentials", CheckStatus::warn, fmt::format("the Basic value looks odd: {}", oddity),
                "Copy the \"Authorization header\" of the application from the developer portal");
        }
        check_key_age();
        return true;
    }

    config::Job load_job_quietly() {
        config::Job job = config::load_job(context_.options.settings, context_.environment, context_.clock, config::Need::credentials);
        watch_secrets(context_.redactor, job);
        return job;
    }

    /// A key shows no date; the file that holds it does.
    void check_key_age() {
        std::error_code problem;
        const auto written =
            job_.api_key_file.empty() ? std::filesystem::file_time_type{} : std::filesystem::last_write_time(job_.api_key_file, problem);
        if (job_.api_key_file.empty() || problem) {
            add("api-key", CheckStatus::skip, "its age cannot be told (only a key in a file has a date); keys live 2 years");
            return;
        }
        const auto when = std::chrono::floor<std::chrono::milliseconds>(std::chrono::file_clock::to_sys(written));
        const auto age = std::chrono::floor<std::chrono::days>(context_.clock.now() - Timestamp(when));
        const bool old = age > api_key_age_max;
        add("api-key", old ? CheckStatus::warn : CheckStatus::ok,
            fmt::format("its file was written {} ago; keys live 2 years",
                        plural(static_cast<std::uint64_t>(std::max<std::int64_t>(age.count(), 0)), "day")),
            old ? "Ask support for a new key before this one ends" : "");
    }

    void check_state() {
        const std::string url = config::state_url_of(job_);
        const Status state = state::check_state_store(url);
        if (state) {
            add("state", CheckStatus::ok, sanitise(without_user(url)));
            return;
        }
        Check check = check_of_error(state.error(), "state");
        check.exit_code = state.error().code == ErrorCode::locked      ? ExitCode::locked
                          : state.error().code == ErrorCode::bad_input ? ExitCode::usage
                                                                       : ExitCode::local;
        checks_.push_back(std::move(check));
    }

    void check_output() {
        std::error_code problem;
        std::filesystem::path probe = std::filesystem::absolute(job_.out, problem).lexically_normal();
        while (!std::filesystem::exists(probe, problem) && probe.has_parent_path() && probe != probe.parent_path()) {
            probe = probe.parent_path();
        }
        const std::string where = sanitise(job_.out);
        if (!std::filesystem::is_directory(probe, problem)) {
            add("output", CheckStatus::fail, fmt::format("{} is not a folder", sanitise(probe.string())), "Choose another --out",
                ExitCode::local);
            return;
        }
        if (::access(probe.c_str(), W_OK | X_OK) != 0) {
            add("output", CheckStatus::fail, fmt::format("{} cannot be written to ({})", where, sanitise(probe.string())),
                "Give this user the right to write there or choose another --out", ExitCode::local);
            return;
        }
        const auto space = free_bytes(probe);
        if (!space) {
            add("output", CheckStatus::warn, fmt::format("{}: {}", where, space.error().to_line()));
        } else if (*space < free_bytes_none) {
            add("output", CheckStatus::fail, fmt::format("{}: only {} free", where, format_bytes(*space)),
                "Free space or choose another --out", ExitCode::local);
        } else {
            add("output", *space < free_bytes_low ? CheckStatus::warn : CheckStatus::ok,
                fmt::format("{}: {} free", where, format_bytes(*space)),
                *space < free_bytes_low ? "Free space: documents are kept twice, in the store and in the bundle" : "");
        }
    }

    void check_proxy() {
        const bool secure = job_.api_url.starts_with("https:");
        const config::Secret& proxy = secure ? job_.https_proxy : job_.http_proxy;
        if (job_.sandbox || proxy.empty()) {
            add("proxy", CheckStatus::ok, "none");
            return;
        }
        add("proxy", CheckStatus::ok,
            fmt::format("{} (from {})", sanitise(without_user(proxy.reveal())),
                        job_.origins[secure ? "proxy.https_proxy" : "proxy.http_proxy"]));
    }

    /// With a proxy, the proxy resolves: names are only looked up where this machine has to.
    bool check_dns() {
        if (job_.sandbox || !job_.https_proxy.empty() || !job_.http_proxy.empty()) {
            add("dns", CheckStatus::skip, job_.sandbox ? "the sandbox is on this machine" : "left to the proxy");
            return true;
        }
        std::set<std::string> hosts;
        for (const std::string& url : {job_.api_url, job_.oauth_url}) {
            const auto parsed = http::Url::parse(url);
            if (!parsed) {
                add("dns", CheckStatus::fail, parsed.error().to_line(), "Correct the URL", ExitCode::usage);
                return false;
            }
            hosts.insert(parsed->host);
        }
        for (const std::string& host : hosts) {
            addrinfo wanted{};
            wanted.ai_socktype = SOCK_STREAM;
            addrinfo* found = nullptr;
            const int problem = ::getaddrinfo(host.c_str(), nullptr, &wanted, &found);
            if (problem != 0) {
                add("dns", CheckStatus::fail, fmt::format("{} does not resolve: {}", sanitise(host), ::gai_strerror(problem)),
                    "Check the name, the network and the resolver; behind a company proxy set HTTPS_PROXY", ExitCode::unavailable);
                return false;
            }
            ::freeaddrinfo(found);
        }
        add("dns", CheckStatus::ok, fmt::format("{}", fmt::join(hosts, ", ")));
        if (hosts.size() > 1) {
            add("dns", CheckStatus::warn, "token and API are on two hosts; the service wants the token asked for on the API's own host");
        }
        return true;
    }

    void check_service() {
        try {
            const auto service = pipeline::Service::open(job_, nullptr, context_.clock, context_.reporter, context_.stop);
            if (check_token(*service)) {
                check_clock(*service);
                check_contracts(*service);
            }
        } catch (const FatalError& problem) {
            if (problem.exit_code() == ExitCode::interrupted) {
                throw;
            }
            add_failure(problem, "settings");
        }
    }

    bool check_token(pipeline::Service& service) {
        try {
            const auto token = service.fetch_token();
            if (!token) {
                checks_.push_back(check_of_error(token.error(), "token"));
                return false;
            }
            if (service.urls().oauth_url.starts_with("https:")) {
                add("tls", CheckStatus::ok,
                    job_.ca_file.empty() || job_.sandbox ? "certificate accepted"
                                                         : "certificate accepted with " + sanitise(job_.ca_file));
            } else {
                add("tls", CheckStatus::skip, "plain http on this machine");
            }
            add("token", CheckStatus::ok,
                token->lifetime ? fmt::format("client accepted; a token lives {} s", token->lifetime->count())
                                : "client accepted; the service names no lifetime");
            return true;
        } catch (const FatalError& problem) {
            if (problem.exit_code() == ExitCode::interrupted) {
                throw;
            }
            add_failure(problem, "token");
            return false;
        }
    }

    void check_clock(const pipeline::Service& service) {
        const auto header = service.last_date_header();
        const auto date = header ? parse_http_date(*header) : std::nullopt;
        if (!date) {
            add("clock", CheckStatus::skip, "the service sent no date");
            return;
        }
        const auto offset = std::chrono::duration_cast<std::chrono::seconds>(context_.clock.now() - *date);
        const bool off = offset > clock_offset_max || offset < -clock_offset_max;
        add("clock", off ? CheckStatus::warn : CheckStatus::ok,
            off ? fmt::format("this machine is {} s {} the service", std::abs(offset.count()), offset.count() > 0 ? "ahead of" : "behind")
                : "agrees with the service's",
            off ? "Set the clock (timedatectl set-ntp true)" : "");
    }

    void check_contracts(pipeline::Service& service) {
        auto contracts = service.list_contracts();
        if (!contracts) {
            checks_.push_back(check_of_error(contracts.error(), "contracts"));
            return;
        }
        if (contracts->empty()) {
            add("contracts", CheckStatus::warn, "the API key was accepted and sees no contract",
                "Ask for a key of an administrator login, or declare the login on the contracts");
            return;
        }
        add("contracts", CheckStatus::ok, fmt::format("API key accepted; {}", plural(contracts->size(), "contract")));
        const auto first = std::min_element(contracts->begin(), contracts->end(),
                                            [](const auto& left, const auto& right) { return left.id < right.id; });
        const api::ListingResult listing = service.list_documents(first->id);
        if (listing.verdict == api::ListingVerdict::complete) {
            add("documents", CheckStatus::ok, fmt::format("{}: {}", sanitise(first->id), plural(listing.documents.size(), "document")));
            return;
        }
        Check check = check_of_error(listing.error, "documents");
        check.text = fmt::format("{}: {}", sanitise(first->id), listing.reason.empty() ? check.text : listing.reason);
        // One contract that fails does not end an export: it makes it incomplete.
        check.status = listing.verdict == api::ListingVerdict::failed ? CheckStatus::fail : CheckStatus::warn;
        checks_.push_back(std::move(check));
    }

    [[nodiscard]] std::string text(ExitCode exit_code) const {
        std::string words = checks_text(checks_);
        if (context_.options.verbosity > 0) {
            words += "\nwhere each setting comes from:\n";
            for (const auto& [key, origin] : job_.origins) {
                words += fmt::format("  {:<34}  {}\n", key, origin);
            }
        }
        const auto failed =
            std::count_if(checks_.begin(), checks_.end(), [](const Check& check) { return check.status == CheckStatus::fail; });
        return words + (failed == 0 ? "all is well: an export can run\n"
                                    : fmt::format("{} failed (exit code {})\n", plural(static_cast<std::uint64_t>(failed), "check"),
                                                  static_cast<int>(exit_code)));
    }

    [[nodiscard]] std::string json(ExitCode exit_code) const {
        JsonWriter writer;
        writer.begin_object();
        writer.key("schema").number(1);
        writer.key("verdict").text(verdict_of(exit_code));
        writer.key("exit_code").number(static_cast<int>(exit_code));
        writer.key("checks").begin_array();
        for (const Check& check : checks_) {
            writer.begin_object();
            writer.key("name").text(check.name);
            writer.key("status").text(check.status == CheckStatus::fail ? "fail" : to_text(check.status));
            writer.key("text").text(check.text);
            writer.key("remedy").text(check.remedy);
            writer.end_object();
        }
        writer.end_array();
        writer.key("settings").begin_object();
        for (const auto& [key, origin] : job_.origins) {
            writer.key(key).text(origin);
        }
        writer.end_object().end_object();
        return writer.finish();
    }

    CommandContext& context_;
    config::Job job_;
    std::vector<Check> checks_;
};

}  // namespace

ExitCode run_doctor(CommandContext& context) {
    return Doctor(context).run();
}

}  // namespace moisson::cli
