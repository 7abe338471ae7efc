#include "archive/s3_answer.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

#include <fmt/format.h>

#include "archive/xml.hpp"

namespace moisson::archive {

namespace {

struct Meaning {
    std::string_view s3_code;
    ErrorCode code;
    std::string_view message;
    std::string_view hint;
};

/// docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html, and Ceph's QuotaExceeded.
constexpr auto meanings = std::to_array<Meaning>({
    {"InvalidAccessKeyId", ErrorCode::credentials, "the archive does not know the access key", "Check access_key_id of [archive]"},
    {"SignatureDoesNotMatch", ErrorCode::credentials, "the archive refused the signature",
     "Check secret_access_key and region of [archive]"},
    {"ExpiredToken", ErrorCode::credentials, "the archive's session token has expired", "Give keys and session_token anew"},
    {"InvalidToken", ErrorCode::credentials, "the archive refused the session token", "Check session_token of [archive]"},
    {"TokenRefreshRequired", ErrorCode::credentials, "the archive's session token has expired", "Give keys and session_token anew"},
    {"RequestTimeTooSkewed", ErrorCode::credentials, "this machine's clock is not the archive's", "Set this machine's clock"},
    {"AuthorizationHeaderMalformed", ErrorCode::credentials, "the archive refused the signature's form", "Check region of [archive]"},
    {"AccessDenied", ErrorCode::forbidden, "the archive does not allow it", "Give this access key the right to list, read and write there"},
    {"NoSuchBucket", ErrorCode::not_found, "the archive's bucket is not there", "Make the bucket, or check url of [archive]"},
    {"NoSuchKey", ErrorCode::not_found, "the archive has no such object", ""},
    {"PermanentRedirect", ErrorCode::redirect, "the bucket is in another region", "Set region, or endpoint, of [archive]"},
    {"QuotaExceeded", ErrorCode::quota_spent, "the archive is full", "Give it more room"},
    {"EntityTooLarge", ErrorCode::too_large, "the archive takes no object of this size", ""},
    {"XAmzContentSHA256Mismatch", ErrorCode::verification, "the archive got other bytes than were sent", ""},
    {"BadDigest", ErrorCode::verification, "the archive got other bytes than were sent", ""},
});

Error of_status(int status) {
    const auto made = [&](ErrorCode code, std::string_view what, Retry retry = Retry::never) {
        Error error;
        error.code = code;
        error.message = fmt::format("{} (HTTP {})", what, status);
        error.retry = retry;
        return error;
    };
    switch (status) {
        case 401: return made(ErrorCode::credentials, "the archive refused the credentials");
        case 403: return made(ErrorCode::forbidden, "the archive does not allow it");
        case 404: return made(ErrorCode::not_found, "the archive has no such object or bucket");
        case 408: return made(ErrorCode::server_error, "the archive did not get the whole request", Retry::later);
        case 429: return made(ErrorCode::throttled, "the archive asks for fewer requests", Retry::later);
        case 503: return made(ErrorCode::over_capacity, "the archive cannot answer now", Retry::later);
        case 507: return made(ErrorCode::quota_spent, "the archive is full");
        default: break;
    }
    if (status >= 500) {
        return made(ErrorCode::server_error, "the archive failed", Retry::later);
    }
    return status < 400 ? made(ErrorCode::redirect, "the archive is somewhere else")
                        : made(ErrorCode::client_error, "the archive refused the request");
}

}  // namespace

Error judge_s3_answer(const http::Response& response, const std::string& where) {
    Error error = of_status(response.status);
    error.http_status = response.status;
    error.where = where;
    if (const auto xml = read_xml(response.error_body)) {
        const std::string code = text_at(*xml, "Error/Code");
        const std::string region = text_at(*xml, "Error/Region");
        error.cause = sanitise(fmt::format("{}{}{}", code, code.empty() ? "" : ": ", text_at(*xml, "Error/Message")));
        const auto* known = std::find_if(meanings.begin(), meanings.end(), [&](const Meaning& one) { return one.s3_code == code; });
        if (known != meanings.end()) {
            error.code = known->code;
            error.message = fmt::format("{} (HTTP {})", known->message, response.status);
            error.hint = known->hint;
            error.retry = Retry::never;
        } else if (code == "SlowDown" || code == "RequestTimeout" || code == "OperationAborted") {
            error.retry = Retry::later;
        }
        if (!region.empty()) {
            error.hint = fmt::format("The bucket is in the region {}: set region of [archive]", sanitise(region, 40));
        }
    }
    if (const auto region = response.headers.find("x-amz-bucket-region"); region && error.code == ErrorCode::redirect) {
        error.hint = fmt::format("The bucket is in the region {}: set region of [archive]", sanitise(*region, 40));
    }
    if (const auto wish = response.headers.find("Retry-After")) {
        int seconds = 0;
        const auto [end, problem] = std::from_chars(wish->data(), wish->data() + wish->size(), seconds);
        constexpr int seconds_max = 60;
        if (problem == std::errc{} && seconds >= 0) {
            error.retry_after = std::chrono::seconds(std::min(seconds, seconds_max));
        }
    }
    if (const auto id = response.headers.find("x-amz-request-id")) {
        error.request_id = sanitise(*id, 80);
    }
    return error;
}

}  // namespace moisson::archive
