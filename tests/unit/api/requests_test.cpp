// Requests as the service expects them (headers, query, escaping).
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "api/endpoints.hpp"

using namespace moisson;

namespace {

const api::ServiceUrls urls{"https://api.orange.com/cloud/b2b/v1/", "https://api.orange.com/oauth/v3"};

}  // namespace

TEST_CASE("requests go where the service has its endpoints, with Accept and the contract's header") {
    // Else: 406 without Accept, 404 for a wrong path, or one contract's documents are booked under another.
    const auto contracts = api::contracts_request(urls);
    REQUIRE(contracts.has_value());
    CHECK(contracts->method == "GET");
    CHECK(contracts->url.to_text() == "https://api.orange.com/cloud/b2b/v1/contracts");
    CHECK(contracts->headers.find("Accept") == "application/json");
    CHECK_FALSE(contracts->headers.find("X-ECCS-Contract-Id").has_value());

    const auto contract = api::contract_request(urls, "OCB0001234");
    REQUIRE(contract.has_value());
    CHECK(contract->url.path_and_query == "/cloud/b2b/v1/contract");
    CHECK(contract->headers.find("X-ECCS-Contract-Id") == "OCB0001234");
    CHECK(contract->origin_bound_headers.size() == 1);

    const auto mixed = api::documents_request(urls, "OCB0001234", "", 1000);
    REQUIRE(mixed.has_value());
    CHECK(mixed->url.path_and_query == "/cloud/b2b/v1/documents?documentType=&limit=1000");
    const auto typed = api::documents_request(urls, "OCB0001234", "comsumptionRatedReports", 7);
    REQUIRE(typed.has_value());
    CHECK(typed->url.path_and_query == "/cloud/b2b/v1/documents?documentType=comsumptionRatedReports&limit=7");
    CHECK(api::documents_request(urls, "c", "a&b=c", 7)->url.path_and_query == "/cloud/b2b/v1/documents?documentType=a%26b%3Dc&limit=7");

    const auto file = api::file_request(urls, "OCB0001234", "D/1?é");
    REQUIRE(file.has_value());
    CHECK(file->url.path_and_query == "/cloud/b2b/v1/documents/D%2F1%3F%C3%A9/file");
    CHECK(file->headers.find("X-ECCS-Contract-Id") == "OCB0001234");
    CHECK(file->headers.find("Accept") == "application/json");
}

TEST_CASE("no answer is to be kept on the way") {
    // Else: a cache that tells answers apart by address alone gives one contract's list to all: the contract stands in a header.
    for (const auto& request :
         {api::contracts_request(urls), api::contracts_request(urls, 50), api::contract_request(urls, "c"),
          api::documents_request(urls, "c", "", 1), api::file_request(urls, "c", "d"), api::token_request(urls, "x")}) {
        REQUIRE(request.has_value());
        CHECK(request->headers.find("Cache-Control") == "no-store");
    }
    CHECK(api::contracts_request(urls, 50)->url.path_and_query == "/cloud/b2b/v1/contracts?limit=50");
}

TEST_CASE("a document id cannot leave its path") {
    // Else: a hostile id asks another address of the service with our credentials.
    CHECK(api::file_request(urls, "c", "..")->url.path_and_query == "/cloud/b2b/v1/documents/%2E%2E/file");
    CHECK(api::file_request(urls, "c", ".")->url.path_and_query == "/cloud/b2b/v1/documents/%2E/file");
    CHECK(api::file_request(urls, "c", "../contracts")->url.path_and_query == "/cloud/b2b/v1/documents/..%2Fcontracts/file");
    CHECK(api::file_request(urls, "c", "a\r\nX: y")->url.path_and_query == "/cloud/b2b/v1/documents/a%0D%0AX%3A%20y/file");
    CHECK(api::file_request(urls, "c", "").error().code == ErrorCode::bad_input);
}

TEST_CASE("a contract id that cannot stand in a header is refused before anything is sent") {
    // Else: a line end in an id smuggles a second header, or the header is cut and another contract answers.
    for (const std::string_view id :
         {std::string_view(""), std::string_view("a\r\nX-API-Key: b"), std::string_view("a\0b", 3), std::string_view("a\tb"),
          std::string_view("a\x7f"), std::string_view(" a"), std::string_view("a ")}) {
        CAPTURE(id);
        const auto request = api::documents_request(urls, id, "", 10);
        REQUIRE_FALSE(request.has_value());
        CHECK(request.error().code == ErrorCode::bad_input);
        CHECK_FALSE(api::contract_request(urls, id).has_value());
        CHECK_FALSE(api::file_request(urls, id, "d").has_value());
    }
    CHECK(api::contract_request(urls, "OCB 12").has_value());
}

TEST_CASE("a base address that is none is an error") {
    // Else: the run fails later with a message that does not name the setting.
    CHECK_FALSE(api::contracts_request({"not an address", "x"}).has_value());
    CHECK_FALSE(api::token_request({"x", "ftp://api.orange.com"}, "basic").has_value());
}
