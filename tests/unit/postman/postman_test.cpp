// Postman environments: what becomes of each variable, which files are refused, and where the secrets go.
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "base/files.hpp"
#include "config/config_support.hpp"
#include "postman/postman.hpp"

namespace moisson::postman::test {

namespace {

using config::test::Folder;
using config::test::StillClock;
using config::test::usage_error_of;

constexpr const char* basic = "Y2xpZW50LW9mLXRoZS1wb3J0YWw6c2VjcmV0";  // client-of-the-portal:secret

std::string variable(const std::string& key, const std::string& value, const std::string& more = R"(,"enabled":true)") {
    return fmt::format(R"({{"key":"{}","value":"{}","type":"default"{}}})", key, value, more);
}

std::string environment(const std::vector<std::string>& variables) {
    return fmt::format("{{\"id\":\"1\",\"name\":\"Cloud Store\",\"values\":[\n{}\n],\"_postman_variable_scope\":\"environment\"}}\n",
                       fmt::join(variables, ",\n"));
}

std::string with(const std::string& key, const std::string& value) {
    return environment(
        {variable("X-API-Key", "abc+/="), variable("client_id", "id"), variable("client_secret", "s3cret"), variable(key, value)});
}

Job parse(const std::string& text) { return postman::parse({{text, "env.json"}}); }

std::map<std::string, std::string> secrets_of(const Job& job) {
    std::map<std::string, std::string> secrets;
    for (const Secret& secret : job.secrets) {
        secrets.emplace(secret.name, secret.value.reveal());
    }
    return secrets;
}

bool has_note(const Job& job, std::string_view part) {
    return std::any_of(job.notes.begin(), job.notes.end(), [&](const std::string& note) { return note.find(part) != std::string::npos; });
}

unsigned mode_of(const std::string& path) {
    struct stat status {};
    REQUIRE(::lstat(path.c_str(), &status) == 0);
    return status.st_mode & 07777U;
}

}  // namespace

TEST_CASE("the environment of Orange's guide becomes a job that loads") {
    // A user of the guide could not get from Postman to a monthly run.
    const Folder folder;
    const std::string text = environment({variable("Host", "https://api.orange.com/cloud/b2b/v1"),
                                          variable("oauth_host", "https://api.orange.com/oauth/v3"), variable("X-API-Key", "abc+/="),
                                          variable("Contract-Id", "OCB0001234"), variable("Token", std::string("Basic ") + basic)});
    const Job job = parse("\xef\xbb\xbf" + text);
    CHECK(job.environment == "Cloud Store");
    CHECK(job.notes.size() == 1);
    CHECK(has_note(job, "partial view"));
    const Target target = target_of(folder.path(""));
    const auto files = write_job(job, target, false);
    REQUIRE(files);
    CHECK(folder.without_folder(fmt::format("{}", fmt::join(*files, " "))) == "DIR/job-secrets/api_key DIR/job-secrets/basic");
    config::CommandLine command_line;
    command_line.job_file = target.job_file;
    const config::Job loaded = config::load_job(command_line, {}, StillClock(), config::Need::credentials);
    CHECK(loaded.api.api_url == "https://api.orange.com/cloud/b2b/v1");
    CHECK(loaded.api.oauth_url == "https://api.orange.com/oauth/v3");
    CHECK(loaded.api.api_key.reveal() == "abc+/=");
    CHECK(loaded.api.basic.reveal() == basic);
    CHECK(loaded.export_.contracts == std::vector<std::string>{"OCB0001234"});
    CHECK(loaded.warnings.empty());
}

TEST_CASE("hosts in every form that people write become base URLs") {
    // The first call of the job would go to a path that does not exist.
    struct Row {
        const char* host;
        const char* oauth;
        const char* api_url;
        const char* oauth_url;
    };
    const Row rows[] = {
        {"api.orange.com", "api.orange.com", "https://api.orange.com/cloud/b2b/v1", "https://api.orange.com/oauth/v3"},
        {"https://api.orange.com/", "", "https://api.orange.com/cloud/b2b/v1", "https://api.orange.com/oauth/v3"},
        {" https://api.orange.com/cloud/b2b/v1/ ", "https://api.orange.com/oauth/v3/token", "https://api.orange.com/cloud/b2b/v1",
         "https://api.orange.com/oauth/v3"},
        {"http://127.0.0.1:8080/cloud/b2b/v1", "", "http://127.0.0.1:8080/cloud/b2b/v1", "http://127.0.0.1:8080/oauth/v3"},
        {"https://gateway.example/x/v1", "https://gateway.example/y", "https://gateway.example/x/v1", "https://gateway.example/y"},
        {"", "", "https://api.orange.com/cloud/b2b/v1", "https://api.orange.com/oauth/v3"},
        {"https://{{server}}/cloud/b2b/v1", "{{server}}", "https://store.example/cloud/b2b/v1", "https://store.example/oauth/v3"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.host);
        const Job job = parse(environment({variable("X-API-Key", "k"), variable("Basic", basic), variable("Host", row.host),
                                                  variable("oauth_host", row.oauth), variable("server", "store.example")}));
        CHECK(job.api_url == row.api_url);
        CHECK(job.oauth_url == row.oauth_url);
    }
}

TEST_CASE("credentials are taken from where they are, and a bearer token is left out with a word") {
    // A job would send a dead token as the application's credentials.
    struct Row {
        std::vector<std::string> variables;
        std::map<std::string, std::string> secrets;
        const char* note;
    };
    const std::string bearer = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJodHRwczovL2FwaS5vcmFuZ2UuY29tL29hdXRoL3YzIn0.c2lnbmF0dXJl";
    const Row rows[] = {
        {{variable("client_id", "id"), variable("client_secret", "s3")}, {{"client_id", "id"}, {"client_secret", "s3"}}, ""},
        {{variable("Client-Id", " id "), variable("ClientSecret", "s3")},
         {{"client_id", "id"}, {"client_secret", "s3"}},
         "taken out of \"Client-Id\""},
        {{variable("Token", std::string("Basic ") + basic)}, {{"basic", basic}}, ""},
        {{variable("token", basic)}, {{"basic", basic}}, ""},
        {{variable("Authorization", std::string("basic  ") + basic)}, {{"basic", basic}}, ""},
        {{variable("Token", "Bearer " + bearer), variable("client_id", "id"), variable("client_secret", "s3")},
         {{"client_id", "id"}, {"client_secret", "s3"}},
         ""},
        {{variable("Token", "Bearer " + bearer)}, {}, "\"Token\" is a bearer token"},
        {{variable("Token", bearer)}, {}, "\"Token\" is a bearer token"},
        {{variable("Token", "i6m2iIcY0SodWSe8oPKBt9UGYFSm")}, {}, "\"Token\" is a bearer token"},
        {{variable("Token", "")}, {}, "no client id and secret and no Basic value"},
        {{}, {}, "no client id and secret and no Basic value"},
    };
    for (const Row& row : rows) {
        std::vector<std::string> variables = row.variables;
        variables.push_back(variable("X-API-Key", "k"));
        CAPTURE(variables.front());
        const Job job = parse(environment(variables));
        std::map<std::string, std::string> expected = row.secrets;
        expected["api_key"] = "k";
        CHECK(secrets_of(job) == expected);
        CHECK(job.has_credentials() == !row.secrets.empty());
        CHECK(has_note(job, row.note) == (*row.note != '\0' || !job.notes.empty()));
    }
}

TEST_CASE("a key with the blanks of a copied document is cleaned, and said so") {
    // The service would refuse the key, and nobody would see why.
    for (const char* pasted : {"ab c\\nd\\r\\ne", " abcde", "abc\\tde\\n", "a\\u00a0bcd\\u200be", "\\ufeffabcde"}) {
        CAPTURE(pasted);
        const Job job = parse(environment({variable("X-API-Key", pasted), variable("Basic", basic)}));
        CHECK(secrets_of(job)["api_key"] == "abcde");
        CHECK(has_note(job, "taken out of \"X-API-Key\""));
    }
}

TEST_CASE("several contracts, none, and variables of no use are told") {
    // A job for one contract would silently be one for all of them.
    CHECK(parse(with("Contract-Id", "OCB0000001, OCB0000002;OCB0000003")).contracts ==
          std::vector<std::string>{"OCB0000001", "OCB0000002", "OCB0000003"});
    const Job all = parse(with("Contract-Id", ""));
    CHECK(all.contracts.empty());
    CHECK(has_note(all, "all contracts that the account sees"));
    CHECK(has_note(parse(with("Content_Type", "application/json")), "of no use to a job: Content_Type"));
    CHECK(parse(environment({variable("X-API-Key", "old"), variable("X-API-Key", "new"), variable("Basic", basic)}))
              .secrets.front()
              .value.reveal() == "new");
}

TEST_CASE("client id and secret of a collection become the job's") {
    // A user of the service's own collection would be told that the environment holds no credentials, and copy them by hand.
    const auto collection = [](const std::string& members) {
        return fmt::format(R"({{"info":{{"name":"Cloud Store","schema":"https://schema.getpostman.com/json/collection/v2.1.0/"}},{}}})",
                           members);
    };
    const auto auth = [](const std::string& type, const std::string& pairs) {
        return fmt::format(R"("auth":{{"type":"{}","{}":[{}]}})", type, type, pairs);
    };
    const std::string login = auth("basic", variable("username", "id") + "," + variable("password", "s3cret"));
    const std::string token_request = R"("request":{"method":"POST","url":{"raw":"{{oauth_host}}/token?x=1"},)";
    const std::string key = environment({variable("X-API-Key", "abc+/="), variable("oauth_host", "https://api.orange.com/oauth/v3")});
    const std::map<std::string, std::string> expected{{"api_key", "abc+/="}, {"client_id", "id"}, {"client_secret", "s3cret"}};
    const std::string rows[] = {
        fmt::format(R"("variable":[{},{}],"item":[])", variable("client_id", "id", ""), variable("client_secret", "s3cret", "")),
        auth("oauth2", variable("clientId", "id") + "," + variable("clientSecret", "s3cret")) + R"(,"item":[])",
        login + R"(,"item":[])",
        R"("item":[{"name":"Token","item":[{)" + token_request + login + "}}]}]",
        R"("item":[{)" + token_request + R"("body":{"mode":"urlencoded","urlencoded":[)" + variable("client_id", "id", "") + "," +
            variable("client_secret", "s3cret", "") + "]}}}]",
    };
    for (const std::string& row : rows) {
        CAPTURE(row);
        CHECK(secrets_of(postman::parse({{key, "env.json"}, {collection(row), "col.json"}})) == expected);
        CHECK(secrets_of(postman::parse({{collection(row), "col.json"}, {key, "env.json"}})) == expected);
    }
    // Alone, when the key stands in it too; a finished Basic value of the token request; a disabled variable does not count.
    const std::string header = R"("request":{"url":"https://api.orange.com/cloud/b2b/v1/contracts","header":[)" +
                               variable("X-API-Key", "abc+/=", "") + "]}";
    const Job alone = parse(collection(R"("item":[{)" + header + "},{" + token_request + R"("header":[)" +
                                              variable("Authorization", std::string("Basic ") + basic, "") + "]}}]"));
    CHECK(secrets_of(alone) == std::map<std::string, std::string>{{"api_key", "abc+/="}, {"basic", basic}});
    CHECK(alone.collection == "Cloud Store");
    CHECK_FALSE(postman::parse({{key, "env.json"},
                               {collection(R"("variable":[)" + variable("client_id", "id", R"(,"disabled":true)") + "]"), "col.json"}})
                    .has_credentials());
}

TEST_CASE("the environment's values come before the collection's, and its empty ones do not hide them") {
    // The job would ask the wrong address, or without the secret that stands in the other file.
    const std::string collection =
        R"({"info":{"name":"C","schema":"https://schema.getpostman.com/json/collection/v2.1.0/collection.json"},"variable":[)" +
        variable("Host", "https://collection.example/v1", "") + "," + variable("client_id", "id", "") + "," +
        variable("client_secret", "s3cret", "") + "]}";
    const std::string full = environment({variable("X-API-Key", "k"), variable("Host", "https://environment.example/v1"),
                                          variable("client_id", ""), variable("client_secret", "")});
    const Job job = postman::parse({{full, "env.json"}, {collection, "col.json"}});
    CHECK(job.api_url == "https://environment.example/v1");
    CHECK(secrets_of(job).at("client_secret") == "s3cret");
    // What a request refers to, and nobody has, says nothing; a later request that shows a refusal is not the one that is meant.
    const std::string sample = environment({variable("X-API-Key", "k"), variable("client_id", "id"), variable("client_secret", "real")});
    const std::string requests =
        R"({"info":{"schema":"https://schema.getpostman.com/json/collection/v2.1.0/"},"item":[{"request":{"url":"{{h}}/token",)"
        R"("auth":{"type":"basic","basic":[{"key":"username","value":"{{client_id}}"},{"key":"password","value":"{{client_secret}}"}]}}},)"
        R"({"request":{"url":"{{h}}/token","auth":{"type":"basic","basic":[{"key":"username","value":"{{client_id}}"},)"
        R"({"key":"password","value":"not the secret"}]}}}]})";
    CHECK(secrets_of(postman::parse({{sample, "env.json"}, {requests, "col.json"}})).at("client_secret") == "real");
    CHECK_FALSE(postman::parse({{environment({variable("X-API-Key", "k")}), "env.json"}, {requests, "col.json"}}).has_credentials());
    CHECK_THROWS_WITH_AS(static_cast<void>(postman::parse({{full, "a.json"}, {full, "b.json"}})), doctest::Contains("second environment"),
                         FatalError);
    CHECK_THROWS_WITH_AS(static_cast<void>(postman::parse({{collection, "a.json"}, {collection, "b.json"}})),
                         doctest::Contains("second collection"), FatalError);
}

TEST_CASE("what cannot be used is refused with its place and a remedy, and never with a value") {
    // The user would be left with "invalid file".
    struct Row {
        std::string text;
        std::string where;
        std::string message;
    };
    const std::string key = variable("X-API-Key", "k");
    const Row rows[] = {
        {"", "env.json", "the file is empty"},
        {" \n", "env.json", "the file is empty"},
        {"\xff\xfe{\0}", "env.json:1:1", "the file is UTF-16, not UTF-8"},
        {"{\"name\":\"\xe9\"}", "env.json:1:10", "the file is not UTF-8"},
        {"<html>", "env.json:1:1", "the file is a web page, not JSON"},
        {"name: Cloud Store\nvalues:\n", "env.json:1:1", "the file is not JSON"},
        {"{\"name\":\"\xc3\xa9\xc3\xa9\",\n \"values\": [}", "env.json:2:13", "the file is not JSON: Invalid value"},
        {"{} {}", "env.json:1:4", "the file is not JSON: something follows after its end"},
        {std::string(100000, '['), "env.json:1:33", "the file is not JSON: nested deeper than 32"},
        {"[]", "env.json:1:1", "a Postman environment or collection is an object, found a list"},
        {"{\"info\":{\"schema\":\"https://schema.getpostman.com/json/collection/v2.1.0/collection.json\"},\"item\":[]}", "env.json",
         "the variable \"X-API-Key\" (the key of a Customer Space login) is missing"},
        {"{\"info\":{\"schema\":\"https://schema.getpostman.com/json/collection/v3.0.0/collection.json\"},\"item\":[]}", "env.json:1:1",
         "this is a Postman collection of a version that Moisson does not know"},
        {"{\"id\":\"1\",\"order\":[],\"requests\":[]}", "env.json:1:1", "this is a Postman collection of version 1"},
        {"{\"version\":1,\"collections\":[],\"environments\":[]}", "env.json:1:1",
         "this is a dump of all Postman data, not one environment or collection"},
        {"{\"name\":\"x\"}", "env.json:1:1",
         "the file has no list \"values\": it is no Postman environment, or one of a version that Moisson does not know"},
        {"{\n  \"values\": {\"Host\": 1}\n}", "env.json:2:13", "\"values\" must be a list of variables, found an object"},
        {"{\"values\":[\n 1]}", "env.json:2:2", "a variable must be an object with a text \"key\", found a number"},
        {"{\"values\":[\n {\"value\":\"x\"}]}", "env.json:2:2", "a variable must be an object with a text \"key\", found one without"},
        {"{\"values\":[\n {\"key\":\"Host\",\"value\":[]}]}", "env.json:2:24", "the value of \"Host\" must be a text, found a list"},
        {"{\"values\":[\n {\"key\":\"Host\",\"enabled\":\"yes\"}]}", "env.json:2:26",
         "\"enabled\" of \"Host\" must be true or false, found a text"},
        {environment({variable("Host", "x")}), "env.json", "the variable \"X-API-Key\" (the key of a Customer Space login) is missing"},
        {environment({variable("Host", "x"), variable("X-API-Ky", "hidden-value")}), "env.json:3:1",
         "the variable \"X-API-Key\" (the key of a Customer Space login) is missing"},
        {environment({variable("Host", "x"), variable("X-API-Key", "hidden-value", R"(,"enabled":false)")}), "env.json:3:1",
         "the variable \"X-API-Key\" (the key of a Customer Space login) is disabled"},
        {environment({variable("X-API-Key", "")}), "env.json:2:28", "the variable \"X-API-Key\" is empty"},
        {environment({variable("X-API-Key", "<your key>")}), "env.json:2:28", "the variable \"X-API-Key\" still holds a placeholder"},
        {environment({variable("X-API-Key", "{{vault:key}}")}), "env.json:2:28",
         "the variable \"X-API-Key\" refers to {{vault:key}}, which the environment does not have"},
        {environment({variable("X-API-Key", "{{X-API-Key}}")}), "env.json:2:28",
         "the variable \"X-API-Key\" refers to {{X-API-Key}}, which leads in a circle"},
        {environment({variable("X-API-Key", "hidden-val\\u0000ue")}), "env.json:2:28",
         "the variable \"X-API-Key\" has a character that no such secret has"},
        {environment({key, variable("client_id", "hidden-value")}), "env.json",
         "the variable \"client_secret\" (the other half of the application's credentials is there) is missing"},
        {environment({key, variable("Token", "Basic hidden-value")}), "env.json:3:24",
         "the variable \"Token\" begins with Basic, but what follows is not the base64 of id:secret"},
        {with("Contract-Id", "OCB*"), "env.json:5:30", "the variable \"Contract-Id\" holds \"OCB*\", which is no contract number"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.message);
        try {
            static_cast<void>(parse(row.text));
            FAIL_CHECK("was taken");
        } catch (const FatalError& problem) {
            CHECK(problem.exit_code() == ExitCode::usage);
            CHECK(problem.error().message == row.message);
            CHECK(problem.error().where == row.where);
            CHECK_FALSE(problem.error().hint.empty());
            CHECK(problem.error().to_line().find("hidden-val") == std::string::npos);
        }
    }
}

TEST_CASE("plain http to another machine is refused") {
    // Every secret would travel readable.
    CHECK_THROWS_AS(static_cast<void>(parse(with("Host", "http://api.orange.com"))), FatalError);
    CHECK_THROWS_AS(static_cast<void>(parse(with("Host", "ftp://api.orange.com"))), FatalError);
    CHECK_THROWS_AS(static_cast<void>(parse(with("oauth_host", "https://user:pw@api.orange.com"))), FatalError);
}

TEST_CASE("environments of older and of Postman's own forms are taken") {
    // A file of a colleague's older Postman would have to be typed again.
    const std::string old =
        "{\"id\":\"1\",\"name\":\"Old\",\"values\":[{\"key\":\"X-API-Key\",\"value\":\"k\",\"type\":\"text\",\"name\":\"X-API-Key\"},"
        "{\"key\":\"Basic\",\"value\":\"" +
        std::string(basic) + "\"}],\"timestamp\":1420000000000,\"synced\":false}";
    CHECK(parse(old).has_credentials());
    CHECK(parse("{\"environment\":" + old + "}").environment == "Old");
}

TEST_CASE("secrets go to files that no one else can read, and nothing that is there is lost") {
    // Another user of the machine could read the key; an existing job would be gone.
    const Folder folder;
    const Job job = parse(with("Contract-Id", "OCB0000001"));
    const Target target = target_of(folder.path("new/orange.toml"));
    REQUIRE(write_job(job, target, false));
    CHECK(mode_of(folder.path("new/orange-secrets")) == 0700);
    for (const char* name : {"api_key", "client_id", "client_secret"}) {
        CHECK(mode_of(folder.path(std::string("new/orange-secrets/") + name)) == 0600);
    }
    const auto text = read_file(folder.path("new/orange.toml"));
    REQUIRE(text);
    CHECK(text->find("s3cret") == std::string::npos);
    CHECK(text->find("abc+/=") == std::string::npos);
    CHECK(*read_file(folder.path("new/orange-secrets/api_key")) == "abc+/=");

    folder.write("new/orange-secrets/api_key", "kept");
    const auto refused = write_job(job, target, false);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::bad_input);
    CHECK(*read_file(folder.path("new/orange-secrets/api_key")) == "kept");
    REQUIRE(write_job(job, target, true));
    CHECK(*read_file(folder.path("new/orange-secrets/api_key")) == "abc+/=");
    CHECK(mode_of(folder.path("new/orange-secrets/api_key")) == 0600);
}

TEST_CASE("a link in a secret's place is not written through, and a failure leaves nothing behind") {
    // A prepared link would carry the key to a place that others read.
    const Folder folder;
    const Job job = parse(with("Contract-Id", "OCB0000001"));
    REQUIRE(make_folders(folder.path("job-secrets")));
    std::filesystem::create_symlink(folder.path("elsewhere"), folder.path("job-secrets/client_id"));
    const Target target = target_of(folder.path(""));
    CHECK_FALSE(write_job(job, target, false));
    CHECK_FALSE(std::filesystem::exists(folder.path("elsewhere")));
    CHECK_FALSE(std::filesystem::exists(folder.path("job-secrets/api_key")));
    REQUIRE(write_job(job, target, true));
    CHECK_FALSE(std::filesystem::exists(folder.path("elsewhere")));
    CHECK(mode_of(folder.path("job-secrets/client_id")) == 0600);

    REQUIRE(make_folders(folder.path("taken.toml")));
    CHECK_FALSE(write_job(job, target_of(folder.path("taken.toml")), true));
    CHECK_FALSE(std::filesystem::exists(folder.path("taken-secrets")));
}

TEST_CASE("a job without the application's credentials says where they go") {
    // The user would have to guess the key's name.
    const Folder folder;
    const Job job = parse(environment({variable("X-API-Key", "k")}));
    const Target target = target_of(folder.path(""));
    const auto written = write_job(job, target, false);
    REQUIRE(written);
    const auto text = read_file(target.job_file);
    REQUIRE(text);
    CHECK(text->find("\n# basic_file = \"job-secrets/basic\"\n") != std::string::npos);
    config::CommandLine command_line;
    command_line.job_file = target.job_file;
    CHECK_NOTHROW(static_cast<void>(config::load_job(command_line, {}, StillClock(), config::Need::no_credentials)));
    CHECK(config::load_job(command_line, {{"MOISSON_BASIC", basic}}, StillClock(), config::Need::credentials).api.api_key.reveal() == "k");
}

TEST_CASE("a name with line ends and quotes stays inside its comment") {
    // The job file would not load, or hold a key that nobody wrote.
    const Folder folder;
    const Job job = parse(R"({"name":"a\n[api]\napi_key = \"x\"","values":[)" + variable("X-API-Key", "k") + "]}");
    const Target target = target_of(folder.path(""));
    REQUIRE(write_job(job, target, false));
    config::CommandLine command_line;
    command_line.job_file = target.job_file;
    CHECK_NOTHROW(static_cast<void>(config::load_job(command_line, {}, StillClock(), config::Need::no_credentials)));
}

TEST_CASE("a file that is cut anywhere is refused, and never more than that") {
    // A half-saved file would crash the program or lose variables without a word.
    const std::string text = with("Contract-Id", "OCB0000001");
    for (std::size_t length = 0; length + 2 < text.size(); ++length) {
        CHECK_THROWS_AS(static_cast<void>(parse(text.substr(0, length))), FatalError);
    }
}

TEST_CASE("a file with any byte changed is taken or refused with its place, never more") {
    // A damaged file would crash the program instead of being named.
    const std::string text = with("Contract-Id", "OCB0000001 {{client_id}} \\u00e9");
    const std::string strange = "{}[]\",:\\u0 \n\x80\xff";
    for (std::size_t at = 0; at < text.size(); ++at) {
        for (const char letter : strange) {
            std::string changed = text;
            changed[at] = letter;
            try {
                static_cast<void>(parse(changed));
            } catch (const FatalError& problem) {
                CHECK(problem.error().where.starts_with("env.json"));
                CHECK_FALSE(problem.error().hint.empty());
            }
        }
    }
}

TEST_CASE("a huge file and a missing one are told apart") {
    // The user would wait for a file that is not what it should be.
    const Folder folder;
    const std::string huge = folder.write("huge.json", std::string((4U << 20U) + 1, ' '));
    CHECK_THROWS_WITH_AS(static_cast<void>(postman::read_files({huge})), doctest::Contains("longer than 4 MiB"), FatalError);
    CHECK_THROWS_WITH_AS(static_cast<void>(postman::read_files({folder.path("none.json")})), doctest::Contains("cannot read"),
                         FatalError);
}

}  // namespace moisson::postman::test
