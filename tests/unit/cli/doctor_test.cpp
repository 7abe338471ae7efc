/// The judgements of `doctor` that need no network.

#include "cli/doctor.hpp"

#include <string>

#include <doctest/doctest.h>

using namespace moisson;
using namespace moisson::cli;

TEST_CASE("a person with a mangled key would be told that all is well") {
    const std::string good = std::string(1'200, 'A') + "+/==";
    CHECK(oddity_of_api_key(good).empty());
    CHECK(oddity_of_api_key("short") == "it has only 5 characters");
    CHECK(oddity_of_api_key(good + " x\n") == "it has blanks or line ends inside, which are taken out before use");
    CHECK(oddity_of_api_key(good + "é") == "it has characters that no key is known to have");
    CHECK(oddity_of_basic("aWQ6c2VjcmV0").empty());
    CHECK(oddity_of_basic("Basic aWQ6c2VjcmV0\n").empty());
    CHECK(oddity_of_basic("aWQ=") == "it does not hold a client id and a client secret");
    CHECK(oddity_of_basic("OnNlY3JldA==") == "it does not hold a client id and a client secret");
    CHECK(oddity_of_basic("aWQ6") == "it does not hold a client id and a client secret");
    CHECK(oddity_of_basic("id:secret") == "it is not base64");
    CHECK(oddity_of_basic("") == "it does not hold a client id and a client secret");
}

TEST_CASE("a failure would be blamed on the wrong part of the way") {
    const auto check_of = [](ErrorCode code) {
        Error error;
        error.code = code;
        error.message = "m";
        error.where = "w";
        error.cause = "c";
        error.hint = "h";
        return check_of_error(error, "token");
    };
    CHECK(check_of(ErrorCode::dns).name == "dns");
    CHECK(check_of(ErrorCode::certificate).name == "tls");
    CHECK(check_of(ErrorCode::tls).name == "tls");
    CHECK(check_of(ErrorCode::proxy).name == "proxy");
    CHECK(check_of(ErrorCode::connect).name == "connection");
    const Check refused = check_of(ErrorCode::credentials);
    CHECK(refused.name == "token");
    CHECK(refused.exit_code == ExitCode::refused);
    CHECK(refused.text == "m (w): c");
    CHECK(refused.remedy == "h");
    CHECK(check_of(ErrorCode::timeout).exit_code == ExitCode::unavailable);
}

TEST_CASE("a script would get another exit code than that of the first failure") {
    std::vector<Check> checks = {{"job", CheckStatus::ok, "fine", "", ExitCode::complete},
                                 {"x", CheckStatus::warn, "odd", "", ExitCode::local}};
    CHECK(exit_code_of(checks) == ExitCode::complete);
    checks.push_back({"token", CheckStatus::fail, "refused", "renew\nit", ExitCode::refused});
    checks.push_back({"later", CheckStatus::fail, "down", "", ExitCode::unavailable});
    CHECK(exit_code_of(checks) == ExitCode::refused);
    CHECK(checks_text(checks) ==
          "ok    job           fine\n"
          "warn  x             odd\n"
          "FAIL  token         refused\n"
          "                    -> renew\n"
          "                       it\n"
          "FAIL  later         down\n");
}

TEST_CASE("a proxy's or database's password would be printed by doctor") {
    CHECK(without_user("http://user:pa55@proxy:3128/x") == "http://proxy:3128/x");
    CHECK(without_user("http://us@er:pa55@proxy") == "http://proxy");
    CHECK(without_user("postgresql://u:p@db/moisson?x=a@b") == "postgresql://db/moisson?x=a@b");
    CHECK(without_user("sqlite:out/x") == "sqlite:out/x");
    CHECK(without_user("http://proxy") == "http://proxy");
}
