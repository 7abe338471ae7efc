#pragma once
/// AWS Signature Version 4 in the Authorization header: what S3 and its kin ask of every request. Pure.
/// Source: docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html; its examples are unit tests.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "http/http.hpp"

namespace moisson::archive {

struct SigningKeys {
    std::string access_key_id;
    std::string secret_access_key;
    std::string session_token;  ///< of keys that live for hours only; empty: none
    std::string region;
    std::string service = "s3";
};

/// Names and values as they are meant, not encoded.
using Query = std::vector<std::pair<std::string, std::string>>;

/// "/a/b%20c": each part percent-encoded once, as S3 signs it.
[[nodiscard]] std::string encode_path(std::string_view path);
/// Sorted and percent-encoded, "a=1&b=": as it is signed, and as it has to be sent.
[[nodiscard]] std::string encode_query(const Query& query);
/// What the Host header will say.
[[nodiscard]] std::string host_of(const http::Url& url);

/// Sets x-amz-date, x-amz-content-sha256, x-amz-security-token (where there is one) and Authorization, over all headers that `request` has.
/// The request's `path_and_query` is of `encode_path` and `encode_query`. `payload_sha256`: of its body.
void sign(http::Request& request, const std::string& payload_sha256, const SigningKeys& keys, Timestamp now);

}  // namespace moisson::archive
