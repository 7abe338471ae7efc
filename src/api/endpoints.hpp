#pragma once
/// Requests and answers of the Cloud Store Customer Space API (api/README.md §1..§6). Pure: nothing here opens a connection.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/wire.hpp"
#include "base/result.hpp"
#include "http/http.hpp"

namespace moisson::api {

/// Most documents that one answer may hold; a list is never asked beyond it. Far above any contract met (36 months of every type are some
/// thousands), low enough that an answer of empty objects cannot eat the machine's memory.
inline constexpr std::uint64_t documents_max = 2'000'000;

/// Base URLs; a trailing slash is dropped.
struct ServiceUrls {
    std::string api_url;
    std::string oauth_url;
};

/// Credentials are added later (`TokenKeeper`, `Credentials`); the contract header X-ECCS-Contract-Id is set here. Errors: a base URL that
/// cannot be parsed, or an id that cannot stand in a header (control characters).
/// Every request says `Cache-Control: no-store`: the contract stands in a header, and what keeps answers by address alone would give one
/// contract's to all. `limit` 0: none is named.
[[nodiscard]] Result<http::Request> contracts_request(const ServiceUrls& urls, std::uint64_t limit = 0);
[[nodiscard]] Result<http::Request> contract_request(const ServiceUrls& urls, std::string_view contract_id);
/// `document_type` empty: `documentType=` (the mixed list).
[[nodiscard]] Result<http::Request> documents_request(const ServiceUrls& urls, std::string_view contract_id, std::string_view document_type,
                                                      std::uint64_t limit);
[[nodiscard]] Result<http::Request> file_request(const ServiceUrls& urls, std::string_view contract_id, std::string_view document_id);
[[nodiscard]] Result<http::Request> token_request(const ServiceUrls& urls, std::string_view basic);

/// What a token answer holds. `lifetime` is absent when the server names none that can be read as a positive number of seconds.
struct Token {
    std::string value;
    std::optional<std::chrono::seconds> lifetime;
};
[[nodiscard]] Result<Token> decode_token(std::string_view body);

/// Decoders: `bad_answer` for anything but what the endpoint returns (not JSON, wrong shape, deeper than 64, not UTF-8), with position; an
/// error object that came with success keeps its `gateway_code`. Numbers are kept as their raw text; a member given twice keeps its last
/// value; unknown members and the members of nested values are passed over. Items without an id are kept, with an empty one. More than
/// `documents_max` items are refused. Speed: a 50 MB document list at 90 MB/s or more, without a second copy of the body.
/// Paging is what the members beside the list say; `read_contracts` and `read_documents` add the headers.
[[nodiscard]] Result<wire::ContractsAnswer> decode_contracts(std::string body);
[[nodiscard]] Result<wire::Contract> decode_contract(std::string body);
[[nodiscard]] Result<wire::DocumentsAnswer> decode_documents(std::string body);

/// A whole answer with what its headers say of further pages: `Link`, `Content-Range`, counts (of X-Total-Count and X-Result-Count the
/// higher, for sister APIs swap the two, api/README.md §10). A next page is kept where it is at the origin and path of `asked`.
[[nodiscard]] Result<wire::ContractsAnswer> read_contracts(std::string body, const http::Headers& headers, const http::Url& asked);
[[nodiscard]] Result<wire::DocumentsAnswer> read_documents(std::string body, const http::Headers& headers, const http::Url& asked);
/// As `decode_contract`, and the detail is that of `contract_id`: another id in it is `verification` (one without an id is believed).
[[nodiscard]] Result<wire::Contract> read_contract(std::string body, std::string_view contract_id);

/// Whether the answer came out of a cache on the way (RFC 9111 §5.1: `Age` above 0; or `X-Cache: Hit …`).
[[nodiscard]] bool is_from_cache(const http::Headers& headers);

/// X-OAPI-Request-Id, by which support finds a call (api/README.md §2). Empty when there is none, or one longer than any id: a secret that
/// was cut would not be known again.
[[nodiscard]] std::string request_id_of(const http::Headers& headers);

/// What was read of an answer with these headers; what could not be read gets the call's request id.
template <class T>
[[nodiscard]] Result<T> with_request_id(Result<T> decoded, const http::Headers& headers) {
    if (!decoded && decoded.error().request_id.empty()) {
        decoded.error().request_id = request_id_of(headers);
    }
    return decoded;
}

/// Text from the service for people's eyes: it may repeat what it was sent, so long runs of the letters that tokens and keys are made of
/// become "[hidden]".
[[nodiscard]] std::string hide_secrets(std::string_view text);

/// An answer outside 2xx as an Error with code, retry class, status, gateway code and request id, from both error shapes
/// (gateway `code/message/description`, OAuth `error/error_description`), HTML or nothing. Keyed on status and code, never on texts;
/// the text only tells a quota over days or months (`quota_spent`, never repeated) from every other limit (`throttled`) in 403/53 and 429.
/// Retry-After is honoured, as seconds or as a date against the answer's own Date. Refused credentials name their kind: the application's
/// (token endpoint) or the login's API key (every other call), and where to renew it. `endpoint` goes to `where`.
[[nodiscard]] Error judge(const http::Response& response, std::string_view endpoint);

}  // namespace moisson::api
