#include "api/token_keeper.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/base64.hpp"
#include "base/text.hpp"
#include "base/wipe.hpp"

namespace moisson::api {

namespace {

/// So many tokens called expired within a minute are no coincidence.
constexpr std::size_t rejections_max = 10;
constexpr std::chrono::seconds rejections_window{60};
/// How long a failed renewal is put off while the old token lives.
constexpr std::chrono::seconds renewal_pause{30};

/// Blank characters that pasted text carries: ASCII white space, NUL, and in UTF-8 U+00A0, U+00AD, U+200B..U+200F, U+2028, U+2029, U+202F,
/// U+2060, U+FEFF.
std::string without_blanks(std::string_view text) {
    static constexpr std::string_view wide[] = {"\xc2\xa0",     "\xc2\xad",     "\xe2\x80\x8b", "\xe2\x80\x8c",
                                                "\xe2\x80\x8d", "\xe2\x80\x8e", "\xe2\x80\x8f", "\xe2\x80\xa8",
                                                "\xe2\x80\xa9", "\xe2\x80\xaf", "\xe2\x81\xa0", "\xef\xbb\xbf"};
    std::string kept;
    while (!text.empty()) {
        const auto blank = std::find_if(std::begin(wide), std::end(wide), [&](std::string_view each) { return text.starts_with(each); });
        if (blank != std::end(wide)) {
            text.remove_prefix(blank->size());
            continue;
        }
        const char letter = text.front();
        if (letter != ' ' && letter != '\0' && (letter < '\t' || letter > '\r')) {
            kept += letter;
        }
        text.remove_prefix(1);
    }
    return kept;
}

std::string_view trim_blanks(std::string_view text) {
    while (!text.empty() && without_blanks(text.substr(0, 1)).empty()) {
        text.remove_prefix(1);
    }
    while (!text.empty() && without_blanks(text.substr(text.size() - 1)).empty()) {
        text.remove_suffix(1);
    }
    return text;
}

void bind_to_origin(http::Request& request, std::string_view name) {
    auto& names = request.origin_bound_headers;
    if (std::find(names.begin(), names.end(), name) == names.end()) {
        names.emplace_back(name);
    }
}

}  // namespace

std::string make_basic(std::string_view client_id, std::string_view client_secret) {
    return encode_base64(fmt::format("{}:{}", client_id, client_secret));
}

std::string clean_basic(std::string_view text) {
    std::string_view rest = trim_blanks(text);
    if (constexpr std::string_view name = "authorization:"; starts_with_ignoring_case(rest, name)) {
        rest = trim_blanks(rest.substr(name.size()));
    }
    // Without a blank after it, "basic" is the beginning of some Base64.
    if (constexpr std::string_view scheme = "basic"; starts_with_ignoring_case(rest, scheme) && rest.size() > scheme.size() &&
                                                     rest.size() != trim_blanks(rest.substr(scheme.size())).size() + scheme.size()) {
        rest.remove_prefix(scheme.size());
    }
    return without_blanks(rest);
}

std::string oddity_of_basic(std::string_view basic) {
    const auto decoded = decode_base64(basic);
    if (!decoded) {
        return "it is not base64";
    }
    const auto colon = decoded->find(':');
    if (colon == std::string::npos || colon == 0 || colon + 1 == decoded->size()) {
        return "it does not hold a client id and a client secret";
    }
    return {};
}

std::string clean_api_key(std::string_view text) { return without_blanks(text); }

TokenKeeper::TokenKeeper(ServiceUrls urls, std::string basic, const Clock& clock, Exchange exchange)
    : urls_(std::move(urls)), basic_(std::move(basic)), clock_(clock), exchange_(std::move(exchange)) {}

TokenKeeper::~TokenKeeper() {
    for (std::string* secret : {&basic_, &token_.value}) {
        wipe(*secret);
    }
}

Result<std::uint64_t> TokenKeeper::authorize(http::Request& request, const std::string& api_key) {
    const auto now = clock_.steady_now();
    if (!valid_ || now >= renew_at_) {
        if (auto fetched = fetch(); !fetched) {
            const Error& error = fetched.error();
            const bool can_wait = valid_ && now < expires_at_ && error.code != ErrorCode::credentials && error.code != ErrorCode::cancelled;
            if (!can_wait) {
                return fail(std::move(fetched.error()));
            }
            renew_at_ = now + renewal_pause;
        }
    }
    request.headers.set("Authorization", "Bearer " + token_.value);
    bind_to_origin(request, "Authorization");
    if (!api_key.empty()) {
        request.headers.set("X-API-Key", api_key);
        bind_to_origin(request, "X-API-Key");
    }
    bind_to_origin(request, "X-ECCS-Contract-Id");
    return generation_;
}

void TokenKeeper::expired(std::uint64_t generation) {
    // Many calls in flight may report the same token; only the first report counts.
    if (generation != generation_ || !valid_) {
        return;
    }
    valid_ = false;
    rejections_.push_back(clock_.steady_now());
}

Status TokenKeeper::fetch() {
    const auto now = clock_.steady_now();
    std::erase_if(rejections_, [&](auto instant) { return instant + rejections_window <= now; });
    if (rejections_.size() >= rejections_max) {
        return fail(
            ErrorCode::credentials, fmt::format("the service called {} fresh tokens expired within a minute", rejections_.size()),
            "POST /token",
            "Compare this machine's clock with the service's (moisson doctor); if they agree, ask Orange support, with a request id");
    }
    const auto request = token_request(urls_, basic_);
    if (!request) {
        return fail(request.error());
    }
    const auto body = exchange_(*request);
    if (!body) {
        Error error = body.error();
        // The service says the same of a wrong value and of one that it cannot even decode; here the difference can be seen.
        if (const std::string oddity = oddity_of_basic(basic_); error.code == ErrorCode::credentials && !oddity.empty()) {
            error.message = fmt::format("{}: the Basic value is no good in itself, {}", error.message, oddity);
            error.hint =
                "Copy the finished Authorization header of your application from the developer portal (My apps) into MOISSON_BASIC "
                "once more, whole and alone; or give client id and client secret instead";
        }
        return fail(std::move(error));
    }
    auto token = decode_token(*body);
    if (!token) {
        return fail(std::move(token.error()));
    }
    token_ = std::move(*token);
    ++generation_;
    valid_ = true;
    // Counted from before the request: the life began no earlier than the server's answer.
    const std::chrono::milliseconds lifetime = token_.lifetime.value_or(token_lifetime_default);
    renew_at_ = now + lifetime * 8 / 10;
    expires_at_ = now + lifetime;
    return {};
}

}  // namespace moisson::api
