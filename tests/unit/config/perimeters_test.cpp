// If these failed, two logins would be taken for one, a key would go to a stranger, or a login would be left out without a word.
#include "config_support.hpp"

using namespace moisson;
using namespace moisson::config;
using namespace moisson::config::test;

namespace {

const std::string client = "[api]\nclient_id = \"id\"\nclient_secret = \"secret\"\n";

Job load_group(const std::string& text, const Environment& environment = {}, std::vector<std::string> asked_for = {}) {
    const Folder folder;
    CommandLine command_line;
    command_line.job_file = folder.write("job.toml", text);
    command_line.perimeters = std::move(asked_for);
    return load(command_line, environment, Need::credentials);
}

std::string problem_of_group(const std::string& text, const Environment& environment = {}) {
    return problem_of_job(text, environment, Need::credentials);
}

}  // namespace

TEST_CASE("each perimeter has a key of its own; the application may be one") {
    const Job job = load_group(client +
                                   "[[perimeter]]\nname = \"north\"\napi_key = \"key-of-north\"\napi_key_issued = 2026-01-02\n"
                                   "[[perimeter]]\nname = \"south.1\"\nbasic = \"aWQyOnNlY3JldDI=\"\ncontracts = [\"OCB2*\"]\n",
                               {{"MOISSON_PERIMETER_SOUTH_1_API_KEY", "key-of-south"}});
    REQUIRE(job.perimeters.size() == 2);
    CHECK(job.perimeters[0].name == "north");
    CHECK(job.perimeters[0].api.client_secret.reveal() == "secret");
    CHECK(job.perimeters[0].api.api_key.reveal() == "key-of-north");
    CHECK(job.perimeters[0].api.api_key_issued.has_value());
    CHECK(job.perimeters[1].api.basic.reveal() == "aWQyOnNlY3JldDI=");
    CHECK(job.perimeters[1].api.client_secret.empty());
    CHECK(job.perimeters[1].api.api_key.reveal() == "key-of-south");
    CHECK(job.perimeters[1].contracts == std::vector<std::string>{"OCB2*"});
    CHECK(job.api.api_key.empty());
    CHECK(job.origins.at("perimeter.south.1.api_key") == "environment MOISSON_PERIMETER_SOUTH_1_API_KEY");
    CHECK(logins_of(job).size() == 2);
    const Job single = job_of_login(job, job.perimeters[1]);
    CHECK(single.perimeters.empty());
    CHECK(single.api.api_key.reveal() == "key-of-south");
}

TEST_CASE("a job without perimeters has the one login of [api]") {
    const Job job = load_group(client + "api_key = \"k-e-y\"\n");
    CHECK(job.perimeters.empty());
    REQUIRE(logins_of(job).size() == 1);
    CHECK(logins_of(job).front().name.empty());
    CHECK(logins_of(job).front().api.api_key.reveal() == "k-e-y");
}

TEST_CASE("--perimeter takes some of them, by their names") {
    const std::string text =
        client + "[[perimeter]]\nname = \"north\"\napi_key = \"aaaaaaa\"\n[[perimeter]]\nname = \"south\"\napi_key = \"bbbbbbb\"\n";
    const Job job = load_group(text, {}, {"south"});
    REQUIRE(job.perimeters.size() == 1);
    CHECK(job.perimeters[0].name == "south");
    CHECK(job.export_.perimeters == std::vector<std::string>{"south"});
    CHECK(usage_error_of([&] { (void)load_group(text, {}, {"sout"}); }) ==
          "option --perimeter | the job has no perimeter \"sout\" | Did you mean \"south\"?");
    CHECK(usage_error_of([&] { (void)load_group(client + "api_key = \"k-e-y\"\n", {}, {"north"}); }) ==
          "option --perimeter | the job has no perimeter \"north\" | Its [api] is its only login: leave --perimeter out");
}

TEST_CASE("names, keys and patterns that cannot be are refused where they stand") {
    const std::string north = "[[perimeter]]\nname = \"north\"\napi_key = \"aaaaaaa\"\n";
    CHECK(problem_of_group(client + "[[perimeter]]\napi_key = \"aaaaaaa\"\n").starts_with("DIR/job.toml:4 | a perimeter has no name"));
    CHECK(problem_of_group(client + "[[perimeter]]\nname = \"no/rth\"\n")
              .starts_with("DIR/job.toml:5 | \"no/rth\" cannot be the name of a perimeter"));
    CHECK(problem_of_group(client + north + "[[perimeter]]\nname = \"North\"\napi_key = \"bbbbbbb\"\n")
              .starts_with("DIR/job.toml:8 | two perimeters are called \"North\""));
    CHECK(problem_of_group(client + north + "[[perimeter]]\nname = \"south\"\napi_key = \"aaaaaaa\"\n").find("have the same API key") !=
          std::string::npos);
    CHECK(problem_of_group(client + north + "contracts = [\"OCB[\"]\n").find("cannot be used") != std::string::npos);
    CHECK(problem_of_group(client + north + "api_url = \"ftp://x\"\n").starts_with("DIR/job.toml:7 | api_url cannot be used"));
    CHECK(problem_of_group(client + "api_key = \"ccccccc\"\n" + north).starts_with("DIR/job.toml:4 | [api] has an API key"));
    CHECK(problem_of_group(client + north + "pi_key = \"x\"\n").find("Did you mean \"api_key\"?") != std::string::npos);
}

TEST_CASE("a variable of no perimeter is told of: a slip would take another application's client") {
    const Job job = load_group(client + "[[perimeter]]\nname = \"north\"\napi_key = \"key-of-north\"\n",
                               {{"MOISSON_PERIMETER_NROTH_CLIENT_ID", "x"}, {"MOISSON_PERIMETER_NORTH_BASIC", ""}});
    std::string told;
    for (const std::string& warning : job.warnings) {
        told += warning.starts_with("the environment variable") ? warning : "";
    }
    CHECK(told == "the environment variable MOISSON_PERIMETER_NROTH_CLIENT_ID is of no perimeter of the job");
}

TEST_CASE("a perimeter without its key says each way to give it") {
    const std::string problem = problem_of_group(client + "[[perimeter]]\nname = \"north-1\"\n");
    CHECK(problem.starts_with("DIR/job.toml:4 | missing credentials of a perimeter: API key"));
    CHECK(problem.find(
              "MOISSON_PERIMETER_NORTH_1_API_KEY, MOISSON_PERIMETER_NORTH_1_API_KEY_FILE or MOISSON_PERIMETER_NORTH_1_API_KEY_COMMAND") !=
          std::string::npos);
}

TEST_CASE("a secret of the environment goes to no address of the job file") {
    const std::string text = client + "[[perimeter]]\nname = \"north\"\napi_url = \"https://elsewhere.example/v1\"\n";
    CHECK(problem_of_group(text, {{"MOISSON_PERIMETER_NORTH_API_KEY", "key-of-north"}})
              .starts_with("DIR/job.toml:6 | api_url of the job file decides who gets the credentials of the perimeter north"));
    CHECK(problem_of_group(text + "api_key = \"key-of-north\"\n") == "no error");
    const std::string of_api = client + "api_url = \"https://elsewhere.example/v1\"\n[[perimeter]]\nname = \"north\"\n";
    CHECK(problem_of_group(of_api, {{"MOISSON_PERIMETER_NORTH_API_KEY", "key-of-north"}}).find("decides who gets") != std::string::npos);
}
