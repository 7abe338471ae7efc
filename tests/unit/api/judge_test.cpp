// Answers outside 2xx as errors: the tables of the gateway and of the token endpoint, quotas, Retry-After, and secrets kept in.
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "api/endpoints.hpp"

using namespace moisson;

namespace {

http::Response make_response(int status, std::string body, std::string_view path = "/cloud/b2b/v1/documents?documentType=&limit=1000") {
    http::Response response;
    response.status = status;
    response.error_body = std::move(body);
    response.url.scheme = "https";
    response.url.host = "api.orange.com";
    response.url.path_and_query = path;
    response.headers.set("X-OAPI-Request-Id", "req-1");
    return response;
}

std::string gateway_body(int code) { return fmt::format(R"({{"code":{},"message":"Title","description":"Sentence."}})", code); }

bool mentions(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("every documented status and code has its error and retry class") {
    // Else: throttling is taken for a refusal, a refusal is repeated until the access is revoked, or a token is renewed for nothing.
    using enum ErrorCode;
    struct Case {
        int status;
        int code;  // 0: no JSON body
        ErrorCode error;
        Retry retry;
    };
    const std::vector<Case> cases{
        {400, 20, client_error, Retry::never},  {400, 21, client_error, Retry::never}, {400, 22, client_error, Retry::never},
        {400, 23, client_error, Retry::never},  {400, 24, client_error, Retry::never}, {400, 25, client_error, Retry::never},
        {400, 26, client_error, Retry::never},  {400, 27, client_error, Retry::never}, {400, 28, client_error, Retry::never},
        {400, 0, client_error, Retry::never},   {401, 40, credentials, Retry::never},  {401, 41, credentials, Retry::never},
        {401, 42, token_expired, Retry::later}, {401, 0, credentials, Retry::never},   {403, 50, forbidden, Retry::never},
        {403, 51, forbidden, Retry::never},     {403, 52, forbidden, Retry::never},    {403, 53, throttled, Retry::later},
        {403, 0, forbidden, Retry::never},      {403, 99, forbidden, Retry::never},    {404, 60, not_found, Retry::never},
        {404, 0, not_found, Retry::never},      {405, 61, client_error, Retry::never}, {406, 62, client_error, Retry::never},
        {406, 0, client_error, Retry::never},   {407, 0, proxy, Retry::never},         {408, 63, server_error, Retry::later},
        {409, 69, client_error, Retry::never},  {411, 64, client_error, Retry::never}, {412, 65, client_error, Retry::never},
        {413, 66, client_error, Retry::never},  {414, 67, client_error, Retry::never}, {415, 68, client_error, Retry::never},
        {418, 0, client_error, Retry::never},   {425, 0, client_error, Retry::later},  {429, 53, throttled, Retry::later},
        {429, 0, throttled, Retry::later},      {500, 1, server_error, Retry::later},  {500, 0, server_error, Retry::later},
        {501, 0, server_error, Retry::never},   {502, 1, server_error, Retry::later},  {502, 0, server_error, Retry::later},
        {503, 5, over_capacity, Retry::later},  {503, 6, over_capacity, Retry::later}, {503, 0, server_error, Retry::later},
        {504, 6, server_error, Retry::later},   {504, 0, server_error, Retry::later},  {505, 0, server_error, Retry::never},
        {599, 0, server_error, Retry::later},   {302, 0, redirect, Retry::never},      {304, 0, redirect, Retry::never},
        {199, 0, protocol, Retry::never},
    };
    for (const Case& each : cases) {
        CAPTURE(each.status);
        CAPTURE(each.code);
        const Error error = api::judge(make_response(each.status, each.code == 0 ? "" : gateway_body(each.code)), "GET /documents");
        CHECK(to_text(error.code) == to_text(each.error));
        CHECK(error.retry == each.retry);
        CHECK(error.http_status == each.status);
        CHECK(error.gateway_code == each.code);
        CHECK(error.request_id == "req-1");
        CHECK(error.where == "GET /documents");
        CHECK_FALSE(error.message.empty());
        CHECK_MESSAGE(!error.hint.empty(), "every error says what to do");
        CHECK(mentions(error.message.english(), fmt::to_string(each.status)));
        CHECK_FALSE(error.retry_after.has_value());
    }
}

TEST_CASE("the code may be a number or a numeric text, with blanks around the body") {
    // Else: an expired token is not renewed because a back-end quotes its codes.
    for (const std::string_view body : {R"({"code":42})", R"({"code":"42"})", R"({"code":" 42 ","message":"x"})",
                                        "\n {\"message\":\"m\",\"code\":42} \n", "\xef\xbb\xbf{\"code\":42}"}) {
        CAPTURE(body);
        CHECK(api::judge(make_response(401, std::string(body)), "x").code == ErrorCode::token_expired);
    }
    for (const std::string_view body :
         {R"({"code":4200000000000000000042})", R"({"code":"42x"})", R"({"code":-42})", R"({"code":null})", R"({"code":[42]})",
          R"([{"code":42}])", R"({"x":{"code":42}})", R"({"code":42)", "42", "\"42\"", "Expired credentials"}) {
        CAPTURE(body);
        CHECK(api::judge(make_response(401, std::string(body)), "x").code == ErrorCode::credentials);
    }
}

TEST_CASE("a refusal whose text is cut before its code is asked again") {
    // Else: an expired token, or "slow down", whose text breaks off on the way ends the run as if the key had been refused.
    const auto judge = [](int status, std::string body, bool cut = true) {
        http::Response response = make_response(status, std::move(body));
        response.error_body_cut = cut;
        return api::judge(response, "x");
    };
    for (const auto& [status, body] : std::vector<std::pair<int, std::string>>{
             {401, ""}, {401, "{"}, {401, R"({"message":"Expired cred)"}, {403, R"({"code":5)"},
             {403, "\n {\"cod"}, {404, "{"}, {400, ""}}) {
        CAPTURE(status);
        CAPTURE(body);
        CHECK(judge(status, body).retry == Retry::later);
        CHECK(judge(status, body, false).retry == Retry::never);
    }
    CHECK(judge(401, "<html><body>").retry == Retry::never);  // not the gateway's own: no code was to come
    CHECK(judge(405, "{").retry == Retry::never);
    CHECK(judge(403, gateway_body(50)).retry == Retry::never);  // what broke off said nothing more
}

TEST_CASE("a long quota is not waited for, every other limit is") {
    // Else: a run sleeps for weeks on a monthly quota, or gives up at a spike that passes in a second.
    struct Case {
        std::string_view description;
        ErrorCode code;
    };
    const std::vector<Case> cases{
        {"The application has made too many calls and has exceeded the rate limit for this service.", ErrorCode::throttled},
        {"spike arrest limit", ErrorCode::throttled},
        {"global quota limit", ErrorCode::throttled},
        {"quota of 600 calls a minute reached", ErrorCode::throttled},
        {"quota reached, no calls today", ErrorCode::throttled},
        {"spike arrest of the monthly quota policy", ErrorCode::throttled},
        {"rate limit of the day", ErrorCode::throttled},
        {"global quota limit: 2500 calls per month", ErrorCode::quota_spent},
        {"Monthly QUOTA exceeded", ErrorCode::quota_spent},
        {"quota of 1000/day", ErrorCode::quota_spent},
        {"le quota du mois est atteint", ErrorCode::quota_spent},
        {"", ErrorCode::throttled},
    };
    for (const Case& each : cases) {
        CAPTURE(each.description);
        for (const int status : {403, 429}) {
            const Error error = api::judge(
                make_response(status, fmt::format(R"({{"code":53,"message":"Too many requests","description":"{}"}})", each.description)),
                "x");
            CHECK(to_text(error.code) == to_text(each.code));
            CHECK(error.retry == (each.code == ErrorCode::throttled ? Retry::later : Retry::never));
        }
    }
}

TEST_CASE("Retry-After is honoured as seconds and as a date") {
    // Else: the run comes back too early and is throttled again, or trusts a wrong clock.
    using std::chrono::milliseconds;
    struct Case {
        std::string_view retry_after;
        std::string_view date;
        std::optional<milliseconds> expected;
    };
    const std::vector<Case> cases{
        {"7", "", milliseconds(7000)},
        {" 120 ", "", milliseconds(120'000)},
        {"0", "", std::nullopt},  // at once: the own back-off holds
        {"000", "", std::nullopt},
        {"99999999999999999999", "", milliseconds(86'400'000)},
        {"-5", "", std::nullopt},
        {"soon", "", std::nullopt},
        {"", "", std::nullopt},
        {"Sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:07 GMT", milliseconds(30'000)},
        {"Thu, 01 Mar 2096 00:00:00 GMT", "Wed, 29 Feb 2096 23:59:50 GMT", milliseconds(10'000)},
        {"Sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 09:49:37 GMT", std::nullopt},
        {"Sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 GMT", std::nullopt},
        {"Sun, 06 Nov 2994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 GMT", milliseconds(86'400'000)},
        {"Sun, 06 Nov 1994 08:49:37 GMT", "", std::nullopt},
        {"Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:07 GMT", std::nullopt},
        {"Sun, 06 Nov 1994 8:49:37 GMT", "Sun, 06 Nov 1994 08:49:07 GMT", std::nullopt},
    };
    for (const Case& each : cases) {
        CAPTURE(each.retry_after);
        for (const int status : {429, 503, 500}) {
            http::Response response = make_response(status, "");
            response.headers.set("Retry-After", std::string(each.retry_after));
            if (!each.date.empty()) {
                response.headers.set("Date", std::string(each.date));
            }
            CHECK(api::judge(response, "x").retry_after == each.expected);
        }
    }
    http::Response refused = make_response(403, gateway_body(50));
    refused.headers.set("Retry-After", "5");
    CHECK_FALSE(api::judge(refused, "x").retry_after.has_value());
}

TEST_CASE("a refusal names which of the two credentials it was and where to renew it") {
    // Else: someone renews the API key for weeks while the client secret is wrong.
    const std::string token_path = "/oauth/v3/token";
    for (const std::string_view description :
         {"The requested service needs credentials, but the ones provided were invalid.", "Unable to decode Basic authorization."}) {
        const Error error =
            api::judge(make_response(401, fmt::format(R"({{"error":"invalid_client","error_description":"{}"}})", description), token_path),
                       "POST /token");
        CHECK(error.code == ErrorCode::credentials);
        CHECK(error.retry == Retry::never);
        CHECK(mentions(error.message.english(), "client id and secret"));
        CHECK(mentions(error.message.english(), "not the API key"));
        CHECK(mentions(error.message.english(), "401 invalid_client"));
        CHECK(mentions(error.hint, "developer portal"));
        CHECK(mentions(error.hint, "MOISSON_CLIENT_ID"));
        CHECK(error.cause == description);
    }
    CHECK(api::judge(make_response(401, "<html>", token_path), "x").code == ErrorCode::credentials);
    CHECK(mentions(api::judge(make_response(401, gateway_body(41), token_path), "x").message.english(), "client id and secret"));
    CHECK(api::judge(make_response(400, R"({"error":"unauthorized_client"})", token_path), "x").code == ErrorCode::credentials);
    for (const std::string_view name : {"invalid_request", "unsupported_grant_type"}) {
        const Error error = api::judge(
            make_response(400, fmt::format(R"({{"error":"{}","error_description":"Missing grant_type in body"}})", name), token_path), "x");
        CHECK(error.code == ErrorCode::client_error);
        CHECK(mentions(error.message.english(), name));
    }
    CHECK(api::judge(make_response(429, "", token_path), "x").code == ErrorCode::throttled);
    CHECK(api::judge(make_response(415, R"({"error":"invalid_request"})", token_path), "x").code == ErrorCode::client_error);
    CHECK(mentions(api::judge(make_response(406, "", token_path), "x").hint, "Accept"));

    const Error either = api::judge(make_response(403, gateway_body(50)), "GET /contracts");
    CHECK(mentions(either.message.english(), "application"));
    CHECK(mentions(either.message.english(), "API key"));
    CHECK(mentions(either.hint, "MOISSON_API_KEY"));

    const Error key = api::judge(make_response(401, gateway_body(41)), "GET /contracts");
    CHECK(mentions(key.message.english(), "API key"));
    CHECK(mentions(key.message.english(), "[401/41]"));
    CHECK(mentions(key.hint, "two years"));
    CHECK(mentions(key.hint, "MOISSON_API_KEY"));
}

TEST_CASE("HTML, plain text and nothing at all are told apart from the gateway's answers") {
    // Else: a company proxy's page is reported as a refusal by Orange.
    const Error page = api::judge(make_response(403, "<html><head><TITLE> Blocked by\n policy </TITLE></head></html>"), "x");
    CHECK(page.code == ErrorCode::forbidden);
    CHECK(page.gateway_code == 0);
    CHECK(mentions(page.cause, "an HTML page \"Blocked by"));
    CHECK(mentions(page.hint, "proxy"));
    CHECK(api::judge(make_response(502, "<html>no title"), "x").cause == "an HTML page");
    CHECK(api::judge(make_response(502, "Bad Gateway\n"), "x").cause == "Bad Gateway");
    CHECK(api::judge(make_response(502, ""), "x").cause.empty());
    CHECK(mentions(api::judge(make_response(404, "<html>"), "x").hint, "MOISSON_API_URL"));
    CHECK(mentions(api::judge(make_response(404, gateway_body(60)), "x").hint, "perimeter"));
    CHECK(api::judge(make_response(400, R"({"code":20,"message":"free text","description":"Invalid URL parameter value"})"), "x").cause ==
          "free text - Invalid URL parameter value");
}

TEST_CASE("no secret and no control character of an answer reaches an error") {
    // Else: a token ends in a CI log, or a terminal runs escape codes of a server.
    const std::string secret = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJodHRwczovL2FwaS5vcmFuZ2UuY29tIn0.c2lnbmF0dXJl";
    for (const std::string& body : {"Bearer " + secret, fmt::format(R"({{"code":41,"message":"bad token {}"}})", secret),
                                    "<title>" + secret + "</title>", fmt::format(R"({{"error":"{}"}})", secret)}) {
        for (const int status : {400, 401, 403, 500}) {
            const std::string line = api::judge(make_response(status, body), "x").to_line();
            CAPTURE(line);
            CHECK_FALSE(mentions(line, secret.substr(0, 20)));
        }
    }
    http::Response response = make_response(500, "a\x1b[31mb\xff");
    response.headers.set("X-OAPI-Request-Id", "id\x1b[0m");
    const Error error = api::judge(response, "x");
    CHECK(error.cause == "a\\x1b[31mb\\xff");
    CHECK(error.request_id == "id\\x1b[0m");
}

TEST_CASE("a request that the gateway could read and did not like is told in words, and what to do") {
    // Else: a person sees a number, or is sent to check a key that is good.
    struct Case {
        int status;
        int code;
        std::string_view message;
        std::string_view hint;
    };
    const std::vector<Case> cases{
        {400, 20, "a value in the address", "ids of contract"},
        {400, 21, "no body", "proxy"},
        {400, 22, "could not read", "request id"},
        {400, 23, "a field is missing", "Correct the field"},
        {400, 24, "a field has a value", "Correct the field"},
        {400, 25, "misses a header", "proxy"},
        {400, 26, "a header has a value", "OCB"},
        {400, 27, "misses a query parameter", "request id"},
        {400, 28, "a query parameter has a value", "--type"},
        {405, 61, "does not take such a request", "MOISSON_API_URL"},
        {413, 66, "too large", "less"},
        {414, 67, "too long", "ids"},
        {415, 68, "kind of body", "Content-Type"},
        {409, 69, "conflicts", "Customer Space"},
        {411, 64, "did not accept", "request id"},
        {400, 0, "did not accept", "base addresses"},
    };
    for (const Case& each : cases) {
        CAPTURE(each.code);
        const Error error = api::judge(make_response(each.status, each.code == 0 ? "" : gateway_body(each.code)), "x");
        CHECK(mentions(error.message.english(), each.message));
        CHECK(mentions(error.hint, each.hint));
    }
}

TEST_CASE("a contract outside the perimeter is not blamed on the key alone") {
    // Else: a person has a good key renewed because of a mistyped contract number.
    const auto hint = [](int status, int code, std::string_view path) {
        return api::judge(make_response(status, gateway_body(code), path), "x").hint;
    };
    for (const std::string_view path :
         {"/cloud/b2b/v1/contract", "/cloud/b2b/v1/documents?documentType=", "/cloud/b2b/v1/documents/1/file"}) {
        CAPTURE(path);
        CHECK(mentions(hint(401, 41, path), "outside its login's perimeter"));
        CHECK(mentions(hint(403, 50, path), "outside its login's perimeter"));
        CHECK(mentions(hint(404, 60, path), "outside its login's perimeter"));
        CHECK_FALSE(mentions(hint(401, 40, path), "perimeter"));
        CHECK_FALSE(mentions(hint(403, 53, path), "perimeter"));
    }
    CHECK_FALSE(mentions(hint(401, 41, "/cloud/b2b/v1/contracts"), "outside its login's perimeter"));
    CHECK_FALSE(mentions(hint(401, 41, "/oauth/v3/token"), "outside its login's perimeter"));
}

TEST_CASE("an API key that ended is named as a cause in every dress that the service may give it") {
    // Else: a person compares clocks, or corrects a good address, where only support can help.
    const std::string_view path = "/cloud/b2b/v1/contracts";
    for (const auto& [status, code] : {std::pair{401, 41}, {401, 42}, {403, 50}, {403, 52}, {404, 60}}) {
        CAPTURE(status);
        CAPTURE(code);
        const Error error = api::judge(make_response(status, gateway_body(code), path), "x");
        CHECK(mentions(error.hint, "API key"));
        CHECK(mentions(error.hint, "two years"));
    }
    CHECK(mentions(api::judge(make_response(404, gateway_body(60), path), "x").hint, "MOISSON_API_URL"));
    CHECK(mentions(api::judge(make_response(404, "", path), "x").hint, "MOISSON_API_URL"));
}
