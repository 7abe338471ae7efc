// Credentials as people paste them, and the life of the one token.
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "api/token_keeper.hpp"
#include "support/manual_clock.hpp"

using namespace moisson;
using namespace std::chrono_literals;

namespace {

/// A token endpoint that answers what it was told to, then numbered tokens.
struct TokenServer {
    std::deque<Result<std::string>> answers;
    std::vector<http::Request> requests;
    std::string lifetime = "3600";

    api::TokenKeeper::Exchange exchange() {
        return [this](const http::Request& request) -> Result<std::string> {
            requests.push_back(request);
            if (!answers.empty()) {
                Result<std::string> answer = std::move(answers.front());
                answers.pop_front();
                return answer;
            }
            return fmt::format(R"({{"access_token":"token-{}","token_type":"Bearer"{}}})", requests.size(),
                               lifetime.empty() ? std::string() : R"(,"expires_in":)" + lifetime);
        };
    }
};

Error make_error(ErrorCode code, Retry retry) {
    Error error;
    error.code = code;
    error.message = "said so";
    error.retry = retry;
    return error;
}

const api::ServiceUrls urls{"https://api.example.net/cloud/b2b/v1", "https://api.example.net/oauth/v3"};

struct Fixture {
    test::ManualClock clock;
    TokenServer server;
    api::TokenKeeper keeper{urls, "aWQ6c2VjcmV0", clock, server.exchange()};

    std::string authorization() {
        http::Request request;
        const auto generation = keeper.authorize(request, "key");
        return generation ? std::string(request.headers.find("Authorization").value_or("none"))
                          : "error: " + generation.error().message.english();
    }
};

}  // namespace

TEST_CASE("credentials are cleaned of what pasting adds, and of nothing else") {
    // Else: a key copied from the PDF is refused, or a good one is damaged.
    CHECK(api::make_basic("id", "secret") == "aWQ6c2VjcmV0");
    CHECK(api::make_basic("", "") == "Og==");
    CHECK(api::make_basic("a", "") == "YTo=");
    CHECK(api::make_basic("\xff\xfe", "\x01") == "//46AQ==");

    for (const std::string_view text :
         {"aWQ6c2VjcmV0", " aWQ6c2VjcmV0\n", "Basic aWQ6c2VjcmV0", "basic  aWQ6c2VjcmV0\r\n", "BASIC\taWQ6c2VjcmV0",
          "Authorization: Basic aWQ6c2VjcmV0", "aWQ6\nc2Vj\ncmV0\n", "Basic\naWQ6c2VjcmV0"}) {
        CAPTURE(text);
        CHECK(api::clean_basic(text) == "aWQ6c2VjcmV0");
    }
    CHECK(api::clean_basic("basicAAA") == "basicAAA");
    CHECK(api::clean_basic("").empty());
    CHECK(api::clean_basic("Basic") == "Basic");

    CHECK(api::clean_api_key(" ab c\td\r\ne\vf+/=\n") == "abcdef+/=");
    CHECK(api::clean_api_key("\xef\xbb\xbfk\xc2\xa0"
                             "e\xe2\x80\x8by\xc2\xad") == "key");
    CHECK(api::clean_api_key("é€") == "é€");
    CHECK(api::clean_api_key("\n \t").empty());
}

TEST_CASE("one token serves every call until 80 % of its life") {
    // Else: a token a call, and the token endpoint throttles after 50 a minute.
    Fixture fixture;
    for (int call = 0; call < 100; ++call) {
        CHECK(fixture.authorization() == "Bearer token-1");
        fixture.clock.advance(28s);
    }
    CHECK(fixture.server.requests.size() == 1);
    fixture.clock.advance(79s);
    CHECK(fixture.authorization() == "Bearer token-1");
    fixture.clock.advance(1s);
    CHECK(fixture.authorization() == "Bearer token-2");
    CHECK(fixture.keeper.fetched() == 2);
    CHECK(fixture.keeper.current().value == "token-2");

    const http::Request& request = fixture.server.requests.front();
    CHECK(request.method == "POST");
    CHECK(request.url.to_text() == "https://api.example.net/oauth/v3/token");
    CHECK(request.body == "grant_type=client_credentials");
    CHECK(request.headers.find("Authorization") == "Basic aWQ6c2VjcmV0");
    CHECK(request.headers.find("Accept") == "application/json");
    CHECK(request.headers.find("Content-Type") == "application/x-www-form-urlencoded");
    CHECK_FALSE(request.headers.find("X-API-Key").has_value());
    CHECK(request.origin_bound_headers == std::vector<std::string>{"Authorization"});
}

TEST_CASE("a token whose life is not named, or named as text, is renewed in time") {
    // Else: a run of more than an hour ends in refusals.
    struct Case {
        std::string_view lifetime;
        std::chrono::seconds renewed_after;
    };
    for (const Case& each : std::vector<Case>{{"", 2880s}, {"\"600\"", 480s}, {"1", 1s}, {"0", 2880s}, {"7776000", 6220800s}}) {
        CAPTURE(each.lifetime);
        Fixture fixture;
        fixture.server.lifetime = each.lifetime;
        CHECK(fixture.authorization() == "Bearer token-1");
        fixture.clock.advance(each.renewed_after - 1s);
        CHECK(fixture.authorization() == "Bearer token-1");
        fixture.clock.advance(1s);
        CHECK(fixture.authorization() == "Bearer token-2");
    }
}

TEST_CASE("every call carries both credentials, bound to their origin") {
    // Else: the key follows a redirect to a stranger, or the call is refused for want of it.
    Fixture fixture;
    http::Request request;
    request.origin_bound_headers = {"X-ECCS-Contract-Id"};
    REQUIRE(fixture.keeper.authorize(request, "key").has_value());
    REQUIRE(fixture.keeper.authorize(request, "key").has_value());
    CHECK(request.headers.find("Authorization") == "Bearer token-1");
    CHECK(request.headers.find("X-API-Key") == "key");
    CHECK(request.origin_bound_headers == std::vector<std::string>{"X-ECCS-Contract-Id", "Authorization", "X-API-Key"});
    CHECK(request.headers.all().size() == 2);
}

TEST_CASE("many calls that report one expired token cause one renewal") {
    // Else: sixteen workers ask sixteen tokens at the same instant.
    Fixture fixture;
    http::Request request;
    const auto first = fixture.keeper.authorize(request, "key");
    REQUIRE(first.has_value());
    for (int worker = 0; worker < 16; ++worker) {
        fixture.keeper.expired(*first);
    }
    const auto second = fixture.keeper.authorize(request, "key");
    REQUIRE(second.has_value());
    CHECK(*second != *first);
    fixture.keeper.expired(*first);  // a late report about the old one
    CHECK(fixture.keeper.authorize(request, "key").value_or(0) == *second);
    CHECK(fixture.server.requests.size() == 2);
    CHECK(request.headers.find("Authorization") == "Bearer token-2");
}

TEST_CASE("a service that calls every fresh token expired ends in an error, not in a storm of tokens") {
    // Else: the access is revoked for too many token requests.
    Fixture fixture;
    http::Request request;
    int rounds = 0;
    Result<std::uint64_t> generation = fixture.keeper.authorize(request, "key");
    while (generation && rounds < 100) {
        fixture.keeper.expired(*generation);
        generation = fixture.keeper.authorize(request, "key");
        ++rounds;
    }
    REQUIRE_FALSE(generation.has_value());
    CHECK(generation.error().code == ErrorCode::credentials);
    CHECK(fixture.server.requests.size() == 10);
    fixture.clock.advance(61s);
    CHECK(fixture.keeper.authorize(request, "key").has_value());
}

TEST_CASE("a renewal that fails for a moment does not end a run whose token still lives") {
    // Else: one 503 of the token endpoint at minute 48 costs the night's export.
    Fixture fixture;
    CHECK(fixture.authorization() == "Bearer token-1");
    fixture.clock.advance(2880s);
    fixture.server.answers.emplace_back(tl::unexpected(make_error(ErrorCode::over_capacity, Retry::later)));
    CHECK(fixture.authorization() == "Bearer token-1");
    CHECK(fixture.authorization() == "Bearer token-1");
    CHECK(fixture.server.requests.size() == 2);
    fixture.clock.advance(30s);
    CHECK(fixture.authorization() == "Bearer token-3");

    fixture.clock.advance(3600s);
    fixture.server.answers.emplace_back(tl::unexpected(make_error(ErrorCode::over_capacity, Retry::later)));
    CHECK(fixture.authorization() == "error: said so");
    fixture.server.answers.emplace_back(tl::unexpected(make_error(ErrorCode::credentials, Retry::never)));
    CHECK(fixture.authorization() == "error: said so");
    fixture.server.answers.emplace_back("<html>");
    CHECK(fixture.authorization().starts_with("error: the answer is an HTML"));
    CHECK(fixture.authorization() == "Bearer token-7");
}

TEST_CASE("a person with a mangled Basic value would be told to look for a wrong secret") {
    CHECK(api::oddity_of_basic("aWQ6c2VjcmV0").empty());
    CHECK(api::oddity_of_basic("aWQ=") == "it does not hold a client id and a client secret");
    CHECK(api::oddity_of_basic("OnNlY3JldA==") == "it does not hold a client id and a client secret");
    CHECK(api::oddity_of_basic("aWQ6") == "it does not hold a client id and a client secret");
    CHECK(api::oddity_of_basic("id:secret") == "it is not base64");
    CHECK(api::oddity_of_basic("aWQ6c2Vjcm=V0") == "it is not base64");
    CHECK(api::oddity_of_basic("") == "it does not hold a client id and a client secret");

    test::ManualClock clock;
    TokenServer server;
    api::TokenKeeper keeper{urls, "id:secret", clock, server.exchange()};
    server.answers.push_back(fail(make_error(ErrorCode::credentials, Retry::never)));
    http::Request request;
    const auto refused = keeper.authorize(request, "key");
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().message == "said so: the Basic value is no good in itself, it is not base64");
    CHECK(refused.error().hint.starts_with("Copy the finished Authorization header"));
    // Another failure is not the value's.
    server.answers.push_back(fail(make_error(ErrorCode::timeout, Retry::never)));
    CHECK(keeper.authorize(request, "key").error().message == "said so");
}
