// Requests and answers of the two write verbs.
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "api/write_endpoints.hpp"

using namespace moisson;
using namespace moisson::api;

namespace {

const ServiceUrls urls{"https://api.orange.com/cloud/b2b/v1/", "https://api.orange.com/oauth/v3"};

NewUser user() { return {"M", "Du\"pont", "Jean", "jean@example.com", "jean.dupont", "+33 1", "", {{"contracts", {"visitor"}}}}; }

std::string differences(const NewUser& sent, const std::string& body) {
    const auto echo = decode_user(body);
    REQUIRE(echo.has_value());
    std::string text;
    for (const EchoDifference& one : compare_user(sent, *echo)) {
        text += std::string(one.name) + "=" + one.got.value_or("(none)") + ";";
    }
    return text;
}

}  // namespace

TEST_CASE("a write would go to another address, or be taken for form data") {
    const auto add = add_user_request(urls, WritePath::contracts, "OCB0001234", user());
    REQUIRE(add.has_value());
    CHECK(add->method == "POST");
    CHECK(add->url.to_text() == "https://api.orange.com/cloud/b2b/v1/contracts/OCB0001234/user");
    CHECK(add->headers.find("Content-Type") == "application/json");
    CHECK(add->headers.find("Accept") == "application/json");
    CHECK_FALSE(add->headers.find("X-ECCS-Contract-Id").has_value());
    REQUIRE(add->delivery != nullptr);
    CHECK(add->delivery->load() == http::Delivery::not_sent);
    CHECK(add->body == R"({"civility":"M","lastName":"Du\"pont","firstName":"Jean","email":"jean@example.com","login":"jean.dupont",)"
                       R"("fixPhone":"+33 1","mobilePhone":"","roles":{"contracts":["visitor"]}})");
    CHECK(add_user_request(urls, WritePath::contract, "OCB1", user())->url.path_and_query == "/cloud/b2b/v1/contract/OCB1/user");
    CHECK(create_contract_request(urls, WritePath::contracts, {})->url.path_and_query == "/cloud/b2b/v1/contracts/");
    CHECK(create_contract_request(urls, WritePath::contract, {})->url.path_and_query == "/cloud/b2b/v1/contract/");
    CHECK(contract_body({}).starts_with(R"({"billingAccountId":"","offerCode":"","contractName":"",)"));
}

TEST_CASE("a contract id would lead a write to another address") {
    CHECK(add_user_request(urls, WritePath::contracts, "a/../b?c", user())->url.path_and_query ==
          "/cloud/b2b/v1/contracts/a%2F..%2Fb%3Fc/user");
    for (const char* wrong : {"", ".", "..", "OCB 1", "OCB1\r\nX: y", "OCB\xc3\xa9"}) {
        CAPTURE(wrong);
        CHECK_FALSE(add_user_request(urls, WritePath::contracts, wrong, user()).has_value());
    }
}

TEST_CASE("a person would believe the login that was sent, not the one that holds") {
    const std::string same = user_body(user());
    CHECK(differences(user(), same).empty());
    const auto with = [&](const std::string& from, const std::string& to) {
        std::string body = same;
        const auto at = body.find(from);
        REQUIRE(at != std::string::npos);
        return body.replace(at, from.size(), to);
    };
    CHECK(differences(user(), with("jean.dupont", "old.login")) == "login=old.login;");
    CHECK(differences(user(), with("\"jean.dupont\"", "null")) == "login=(none);");
    CHECK(differences(user(), with("jean@example.com", "JEAN@Example.com")).empty());
    CHECK(differences(user(), with("+33 1", "+331")).empty());
    CHECK(differences(user(), with("+33 1", "331")) == "fixPhone=331;");
    CHECK(differences(user(), with(",\"mobilePhone\":\"\"", "")).empty());
    CHECK(differences(user(), with("\"mobilePhone\":\"\"", "\"mobilePhone\":\"06\"")) == "mobilePhone=06;");
    CHECK(differences(user(), with("[\"visitor\"]", "[\"manager\",\"visitor\"]")).empty());
    CHECK(differences(user(), with("[\"visitor\"]", "\"visitor\"")).empty());
    CHECK(differences(user(), with("[\"visitor\"]", "[]")) == "roles=contracts=;");
    CHECK(differences(user(), with("\"contracts\"", "\"invoices\"")) == "roles=invoices=visitor;");
    CHECK(differences(user(), with("{\"contracts\":[\"visitor\"]}", "null")) == "roles=(none);");
    CHECK(differences(user(), with("\"roles\"", "\"more\":{\"a\":[{\"login\":\"x\"}]},\"roles\"")).empty());
}

TEST_CASE("an answer that says nothing would count as a user or a contract") {
    for (const char* body : {"", "  ", "<html></html>", "[]", "\"x\"", "{}", R"({"status":"ok"})", R"({"login":null})", R"({"login":""})",
                             "{\"login\":\"x\"", R"({"login":["x"]})"}) {
        CAPTURE(body);
        const auto echo = decode_user(body);
        REQUIRE_FALSE(echo.has_value());
        CHECK(echo.error().code == ErrorCode::bad_answer);
        CHECK(echo.error().hint.find("not known") != std::string::npos);
    }
    for (const char* body : {"", "[]", "{}", R"({"id":""})", R"({"id":null})", R"({"id":{}})", "{\"id\":\"OCB1\"", "<html>"}) {
        CAPTURE(body);
        const auto id = decode_created_contract(body);
        REQUIRE_FALSE(id.has_value());
        CHECK(id.error().code == ErrorCode::bad_answer);
    }
    CHECK(decode_created_contract("\n {\"id\":\"OCB0009293\"} \n") == "OCB0009293");
    CHECK(decode_created_contract(R"({"x":1,"id":9293})") == "9293");
}

TEST_CASE("two departments' contracts of one name would be taken for one") {
    CHECK(billing_account_of(R"({"id":"OCB1","billingAccountId":"BA1"})") == "BA1");
    CHECK(billing_account_of(R"({"billingAccount":42})") == "42");
    for (const char* body : {"", "[]", "{}", R"({"billingAccountId":null})", R"({"customer":{"billingAccountId":"BA1"}})"}) {
        CAPTURE(body);
        CHECK(billing_account_of(body).empty());
    }
}
