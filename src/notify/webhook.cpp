#include "notify/webhook.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/base64.hpp"
#include "base/digest.hpp"
#include "base/text.hpp"
#include "base/wipe.hpp"

namespace moisson::notify {

namespace {

constexpr std::uint64_t answer_bytes_max = 64U << 10U;
constexpr int timed_out = 408;
constexpr int too_early = 425;
constexpr int too_many = 429;

/// Nobody reads the body of a 2xx: that it begins says all.
class NoSink final : public http::BodySink {
public:
    Status begin() override { return {}; }
    Status begin_answer(const http::Response& /*head*/) override {
        has_begun = true;
        return {};
    }
    Status write(std::string_view bytes) override {
        read_bytes_ += bytes.size();
        return read_bytes_ <= answer_bytes_max ? Status() : fail(ErrorCode::too_large, "nobody reads so much of an answer");
    }
    bool has_begun = false;

private:
    std::uint64_t read_bytes_ = 0;
};

std::optional<std::chrono::milliseconds> wish_of(const http::Response& response) {
    const auto header = response.headers.find("Retry-After");
    unsigned seconds = 0;
    if (!header) {
        return std::nullopt;
    }
    const char* const end = header->data() + header->size();
    const auto [stop, problem] = std::from_chars(header->data(), end, seconds);
    constexpr unsigned seconds_max = 3600;
    return problem == std::errc{} && stop == end
               ? std::optional<std::chrono::milliseconds>(std::chrono::seconds(std::min(seconds, seconds_max)))
               : std::nullopt;
}

Error judge_status(const http::Response& response) {
    const int status = response.status;
    const bool is_later = status >= 500 || status == timed_out || status == too_early || status == too_many;
    Error error =
        fail(is_later ? ErrorCode::server_error : ErrorCode::client_error, fmt::format("the webhook answered with HTTP status {}", status))
            .value();
    error.http_status = status;
    error.retry = is_later ? Retry::later : Retry::never;
    error.retry_after = wish_of(response);
    error.cause = sanitise(response.error_body);
    return error;
}

}  // namespace

std::string webhook_signature(std::string_view secret, std::string_view id, std::string_view timestamp, std::string_view body) {
    constexpr std::string_view prefix = "whsec_";
    auto decoded = secret.starts_with(prefix) ? decode_base64(secret.substr(prefix.size())) : std::nullopt;
    std::string key = decoded ? std::move(*decoded) : std::string(secret);
    const std::string signature = encode_base64(hmac_sha256(key, fmt::format("{}.{}.{}", id, timestamp, body)));
    wipe(key);
    return "v1," + signature;
}

Status send_post(const Post& post, std::shared_ptr<const http::Transport> transport, std::chrono::milliseconds time_max, const Clock& clock,
                 const std::stop_token& stop) {
    http::Request request;
    request.method = "POST";
    request.url = post.url;
    request.body = post.body;
    const std::string timestamp = std::to_string(std::chrono::floor<std::chrono::seconds>(clock.now()).time_since_epoch().count());
    request.headers.set("Content-Type", "application/json");
    request.headers.set("Idempotency-Key", post.id);
    request.headers.set("webhook-id", post.id);
    request.headers.set("webhook-timestamp", timestamp);
    if (!post.secret.empty()) {
        request.headers.set("webhook-signature", webhook_signature(post.secret, post.id, timestamp, post.body));
    }
    http::Limits limits;
    limits.attempt = time_max;
    limits.body_max_bytes = std::uint64_t{1} << 62U;  // of a 2xx: the sink ends it
    limits.error_body_max_bytes = answer_bytes_max;
    limits.redirects_max = 0;
    limits.accept_until_close = true;  // whether its body is whole does not matter
    http::Session session(std::move(transport), clock);
    NoSink sink;
    auto response = session.exchange(request, sink, limits, stop);
    if (sink.has_begun || (response && response->ok())) {
        return {};
    }
    Error error = response ? judge_status(*response) : std::move(response.error());
    error.where = fmt::format("{}://{}", post.url.scheme, post.url.host);
    return fail(std::move(error));
}

}  // namespace moisson::notify
