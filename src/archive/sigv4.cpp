#include "archive/sigv4.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/digest.hpp"
#include "base/text.hpp"
#include "base/wipe.hpp"

namespace moisson::archive {

namespace {

std::string hex(std::string_view bytes) {
    std::string text;
    for (const char byte : bytes) {
        text += fmt::format("{:02x}", static_cast<unsigned char>(byte));
    }
    return text;
}

/// "20130524T000000Z"
std::string stamp_of(Timestamp now) {
    std::string stamp = format_timestamp_seconds(now);
    std::erase_if(stamp, [](char letter) { return letter == '-' || letter == ':'; });
    return stamp;
}

/// Trimmed, runs of blanks as one.
std::string one_line(std::string_view value) {
    std::string text;
    for (const char letter : trim(value, line_blanks)) {
        if (letter != ' ' || text.empty() || text.back() != ' ') {
            text += letter;
        }
    }
    return text;
}

/// The key of a day, a region and a service: derived, so that the secret itself signs nothing.
std::string signing_key(const SigningKeys& keys, std::string_view day) {
    std::string first = "AWS4" + keys.secret_access_key;
    std::string key = hmac_sha256(first, day);
    wipe(first);
    for (const std::string_view part : {std::string_view(keys.region), std::string_view(keys.service), std::string_view("aws4_request")}) {
        key = hmac_sha256(key, part);
    }
    return key;
}

}  // namespace

std::string encode_path(std::string_view path) {
    std::string encoded;
    for (std::size_t begin = 0; begin <= path.size();) {
        const std::size_t end = std::min(path.find('/', begin), path.size());
        encoded += http::percent_encode(path.substr(begin, end - begin));
        encoded += end < path.size() ? "/" : "";
        begin = end + 1;
    }
    return encoded;
}

std::string encode_query(const Query& query) {
    std::vector<std::pair<std::string, std::string>> encoded;
    for (const auto& [name, value] : query) {
        encoded.emplace_back(http::percent_encode(name), http::percent_encode(value));
    }
    std::sort(encoded.begin(), encoded.end());
    std::string text;
    for (const auto& [name, value] : encoded) {
        text += fmt::format("{}{}={}", text.empty() ? "" : "&", name, value);
    }
    return text;
}

std::string host_of(const http::Url& url) {
    const std::string host = url.host.find(':') == std::string::npos ? url.host : "[" + url.host + "]";
    return url.port == (url.scheme == "https" ? 443 : 80) ? host : fmt::format("{}:{}", host, url.port);
}

void sign(http::Request& request, const std::string& payload_sha256, const SigningKeys& keys, Timestamp now) {
    const std::string stamp = stamp_of(now);
    const std::string day = stamp.substr(0, 8);
    request.headers.set("x-amz-date", stamp);
    request.headers.set("x-amz-content-sha256", payload_sha256);
    if (!keys.session_token.empty()) {
        request.headers.set("x-amz-security-token", keys.session_token);
    }
    std::vector<std::pair<std::string, std::string>> headers{{"host", host_of(request.url)}};
    for (const auto& [name, value] : request.headers.all()) {
        headers.emplace_back(lower(name), one_line(value));
    }
    std::sort(headers.begin(), headers.end());
    std::string lines;
    std::string names;
    for (const auto& [name, value] : headers) {
        lines += fmt::format("{}:{}\n", name, value);
        names += fmt::format("{}{}", names.empty() ? "" : ";", name);
    }
    const std::string& target = request.url.path_and_query;
    const std::size_t mark = target.find('?');
    const std::string canonical = fmt::format("{}\n{}\n{}\n{}\n{}\n{}", request.method, target.substr(0, mark),
                                              mark == std::string::npos ? "" : target.substr(mark + 1), lines, names, payload_sha256);
    const std::string scope = fmt::format("{}/{}/{}/aws4_request", day, keys.region, keys.service);
    const std::string to_sign = fmt::format("AWS4-HMAC-SHA256\n{}\n{}\n{}", stamp, scope, sha256_hex(canonical));
    request.headers.set("Authorization", fmt::format("AWS4-HMAC-SHA256 Credential={}/{}, SignedHeaders={}, Signature={}",
                                                     keys.access_key_id, scope, names, hex(hmac_sha256(signing_key(keys, day), to_sign))));
    request.origin_bound_headers = {"Authorization", "x-amz-security-token"};
}

}  // namespace moisson::archive
