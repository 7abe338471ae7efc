#include "pipeline/stamp_authority.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "base/version.hpp"
#include "evidence/timestamp.hpp"
#include "http/http.hpp"
#include "transfer/pacer.hpp"

namespace moisson::pipeline {

namespace {

constexpr int questions_max = 3;
constexpr std::chrono::seconds question_time_max{60};
constexpr int busy_status = 429;
constexpr int timed_out_status = 408;

/// The job's way out, with nothing of its credentials.
auto make_way_out(const config::Job& job) -> decltype(http::Transport::make({})) {
    http::ClientOptions options;
    options.ca_file = job.api.ca_file;
    options.ca_folder = job.api.ca_folder;
    options.connect_timeout = job.transfer.connect_timeout;
    options.read_timeout = job.transfer.read_timeout;
    options.user_agent = std::string(user_agent());
    const config::ProxySettings& proxies = job.proxies;
    if (auto set = http::apply_proxy_settings(options, proxies.https_proxy.reveal(), proxies.http_proxy.reveal(), proxies.no_proxy); !set) {
        return fail(std::move(set.error()));
    }
    return http::Transport::make(std::move(options));
}

/// In short steps, so that a stop is seen soon; false when stopped.
bool wait_for_slot(std::chrono::steady_clock::time_point due, const Clock& clock, const std::stop_token& stop) {
    while (!stop.stop_requested() && clock.steady_now() < due) {
        const auto left = due - clock.steady_now();
        std::this_thread::sleep_for(std::min<std::chrono::steady_clock::duration>(left, std::chrono::milliseconds(50)));
    }
    return !stop.stop_requested();
}

Error status_error(const http::Response& response) {
    const bool later = response.status >= 500 || response.status == busy_status || response.status == timed_out_status;
    Error error = fail(later ? ErrorCode::server_error : ErrorCode::client_error,
                       fmt::format("the time stamp authority answered with HTTP status {}", response.status))
                      .value();
    error.http_status = response.status;
    error.retry = later ? Retry::later : Retry::never;
    return error;
}

}  // namespace

Result<std::string> StampAuthority::ask(std::string_view sha256, const evidence::Trust& trust, const std::stop_token& stop) {
    const std::string hint = "The authority may be asked again later";
    auto question = evidence::make_timestamp_request(sha256);
    auto url = http::Url::parse(job_.evidence.tsa_url);
    auto transport = make_way_out(job_);
    if (!question || !url || !transport) {
        return fail(!question ? question.error() : !url ? url.error() : transport.error());
    }
    http::Request request;
    request.method = "POST";
    request.url = std::move(*url);
    request.headers.set("Content-Type", "application/timestamp-query");
    request.headers.set("Accept", "application/timestamp-reply");
    request.body = *question;
    http::Limits limits;
    limits.body_max_bytes = evidence::token_bytes_max;
    limits.attempt = question_time_max;
    http::Session session(*transport, clock_);
    transfer::Pacer pacer(transfer::PacerOptions{.rate_per_second = 1.0});
    Error last;
    for (int attempt = 1; attempt <= questions_max; ++attempt) {
        if (!wait_for_slot(pacer.next_slot(clock_.steady_now()), clock_, stop)) {
            return fail(ErrorCode::cancelled, "stopped while a time stamp was asked for");
        }
        pacer.take(clock_.steady_now());
        http::StringSink sink;
        auto response = session.exchange(request, sink, limits, stop);
        if (response && response->ok()) {
            if (auto good = evidence::check_timestamp_answer(*question, sink.bytes, trust); good) {
                return std::move(sink.bytes);
            } else {
                last = std::move(good.error());
                last.message = fmt::format("the time stamp authority's answer cannot be used: {}", last.message);
            }
            break;  // the same question gets the same answer
        }
        last = response ? status_error(*response) : std::move(response.error());
        if (last.retry == Retry::never) {
            break;
        }
        pacer.slow_down(clock_.steady_now(), std::chrono::milliseconds(0));
    }
    last.where = request.url.for_people();
    last.hint = last.hint.empty() ? hint : last.hint;
    return fail(std::move(last));
}

Status StampAuthority::check(const config::Job& job) {
    auto url = http::Url::parse(job.evidence.tsa_url);
    return url ? Status() : Status(fail(std::move(url.error())));
}

}  // namespace moisson::pipeline
