// Requests of the service, without credentials.
#include <algorithm>

#include <fmt/format.h>

#include "api/endpoints.hpp"

namespace moisson::api {

namespace {

Result<http::Url> make_url(std::string_view base, std::string_view path_and_query) {
    while (base.ends_with('/')) {
        base.remove_suffix(1);
    }
    return http::Url::parse(std::string(base) + std::string(path_and_query));
}

Result<http::Request> make_request(std::string_view base, std::string_view path_and_query) {
    auto url = make_url(base, path_and_query);
    if (!url) {
        return fail(std::move(url.error()));
    }
    http::Request request;
    request.url = std::move(*url);
    // Left out, the gateway answers 406; for files the same value is the one known to work (api/README.md §1, §6).
    request.headers.set("Accept", "application/json");
    // RFC 9111 §5.2.1.5. What keeps answers by address alone would give one contract's to another.
    request.headers.set("Cache-Control", "no-store");
    return request;
}

Result<http::Request> make_contract_request(std::string_view base, std::string_view path_and_query, std::string_view contract_id) {
    const bool printable = std::string_view::npos == contract_id.find_first_of(std::string_view("\0\t\r\n", 4)) &&
                           std::all_of(contract_id.begin(), contract_id.end(),
                                       [](char letter) { return static_cast<unsigned char>(letter) >= 0x20 && letter != 0x7f; });
    // A header value loses its outer blanks on the way: the request would ask for another contract.
    if (contract_id.empty() || !printable || contract_id.front() == ' ' || contract_id.back() == ' ') {
        return fail(ErrorCode::bad_input, fmt::format("the contract id \"{}\" cannot be sent in a header", sanitise(contract_id, 60)),
                    "X-ECCS-Contract-Id");
    }
    auto request = make_request(base, path_and_query);
    if (request) {
        request->headers.set("X-ECCS-Contract-Id", std::string(contract_id));
        request->origin_bound_headers.emplace_back("X-ECCS-Contract-Id");
    }
    return request;
}

/// One path segment. "." and ".." survive percent-encoding and would name another path.
std::string encode_segment(std::string_view text) {
    if (text == ".") {
        return "%2E";
    }
    if (text == "..") {
        return "%2E%2E";
    }
    return http::percent_encode(text);
}

}  // namespace

Result<http::Request> contracts_request(const ServiceUrls& urls, std::uint64_t limit) {
    return make_request(urls.api_url, limit == 0 ? "/contracts" : fmt::format("/contracts?limit={}", limit));
}

Result<http::Request> contract_request(const ServiceUrls& urls, std::string_view contract_id) {
    return make_contract_request(urls.api_url, "/contract", contract_id);
}

Result<http::Request> documents_request(const ServiceUrls& urls, std::string_view contract_id, std::string_view document_type,
                                        std::uint64_t limit) {
    return make_contract_request(
        urls.api_url, fmt::format("/documents?documentType={}&limit={}", http::percent_encode(document_type), limit), contract_id);
}

Result<http::Request> file_request(const ServiceUrls& urls, std::string_view contract_id, std::string_view document_id) {
    if (document_id.empty()) {
        return fail(ErrorCode::bad_input, "a document without an id has no file to ask for", std::string(contract_id));
    }
    return make_contract_request(urls.api_url, fmt::format("/documents/{}/file", encode_segment(document_id)), contract_id);
}

Result<http::Request> token_request(const ServiceUrls& urls, std::string_view basic) {
    auto request = make_request(urls.oauth_url, "/token");
    if (request) {
        request->method = "POST";
        request->headers.set("Content-Type", "application/x-www-form-urlencoded");
        request->headers.set("Authorization", fmt::format("Basic {}", basic));
        request->origin_bound_headers.emplace_back("Authorization");
        request->body = "grant_type=client_credentials";
    }
    return request;
}

}  // namespace moisson::api
