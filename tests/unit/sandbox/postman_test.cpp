// What the sandbox gives to Postman. newman runs it in tests/conformance; here stands what newman does not look at.
#include <filesystem>

#include "base/files.hpp"
#include "sandbox/postman.hpp"
#include "support.hpp"
#include "support/scratch_folder.hpp"

namespace moisson::sandbox::test {

namespace {

Endpoint endpoint_of(const std::string& account) {
    Endpoint endpoint;
    endpoint.api_url = "http://127.0.0.1:8080/cloud/b2b/v1";
    endpoint.oauth_url = "http://127.0.0.1:8080/oauth/v3";
    endpoint.client_id = "id";
    endpoint.client_secret = "se\"cret";
    endpoint.api_key = "key+/";
    endpoint.scenario = "small";
    endpoint.account = account;
    return endpoint;
}

Directory directory() {
    Directory found;
    found.billing_accounts = {"BA1", "BA2"};
    found.offers = {{"HONEY", "Flexible Engine"}, {"SUGAR", "Cloud Avenue"}};
    found.accounts.resize(2);
    found.accounts[0].name = "admin";
    found.accounts[0].contracts = {"OCB0000001", "OCB0000002"};
    found.accounts[1].name = "north";
    found.accounts[1].contracts = {"OCB0000002"};
    found.accounts[1].billing_accounts = {"BA2"};
    found.accounts[1].offers = {"SUGAR"};
    return found;
}

bool has(const std::string& environment, const std::string& name, const std::string& value) {
    return environment.find("{\"key\":\"" + name + "\",\"value\":\"" + value + "\",") != std::string::npos;
}

}  // namespace

TEST_CASE("the environment fits the account that it is for") {
    // The collection would ask for a contract that the account does not see, and order what it may not.
    const std::string admin = postman_environment(endpoint_of("admin"), directory());
    CHECK(has(admin, "Contract-Id", "OCB0000001"));
    CHECK(has(admin, "billing_account", "BA1"));
    CHECK(has(admin, "offer_code", "HONEY"));
    CHECK(has(admin, "Token", ""));
    CHECK(has(admin, "client_secret", "se\\\"cret"));
    CHECK(admin.find("ca_file") == std::string::npos);
    const std::string north = postman_environment(endpoint_of("north"), directory());
    CHECK(has(north, "Contract-Id", "OCB0000002"));
    CHECK(has(north, "billing_account", "BA2"));
    CHECK(has(north, "offer_code", "SUGAR"));
    CHECK(north == postman_environment(endpoint_of("north"), directory()));
}

TEST_CASE("a sandbox without contracts and with TLS has an environment too") {
    // Starting an empty sandbox for Postman would crash.
    Endpoint endpoint = endpoint_of("");
    endpoint.ca_file = "ca.pem";
    const std::string environment = postman_environment(endpoint, Directory{});
    CHECK(has(environment, "Contract-Id", ""));
    CHECK(environment.find("{\"key\":\"ca_file\",\"value\":\"/") != std::string::npos);
}

TEST_CASE("the collection inside the program is the one of samples/") {
    // What the sandbox writes would be another one than what is documented.
    const auto sample = read_file(std::string(MOISSON_SOURCE_DIR) + "/samples/sandbox.postman_collection.json");
    REQUIRE(sample);
    CHECK(postman_collection() == *sample);
}

TEST_CASE("both files are written, and a folder that cannot be made is named") {
    // The user would look for files that are not there.
    const moisson::test::ScratchFolder folder;
    const auto files = write_postman((folder / "new/explore").string(), endpoint_of("admin"), directory());
    REQUIRE(files);
    CHECK(*read_file(files->environment) == postman_environment(endpoint_of("admin"), directory()));
    CHECK(*read_file(files->collection) == postman_collection());
    CHECK(write_postman((folder / "new/explore").string(), endpoint_of("north"), directory()));
    CHECK(*read_file(files->environment) == postman_environment(endpoint_of("north"), directory()));

    folder.write("taken", "a file");
    const auto refused = write_postman((folder / "taken").string(), endpoint_of("admin"), directory());
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::disk);
    CHECK(refused.error().where.find("taken") != std::string::npos);
}

}  // namespace moisson::sandbox::test
