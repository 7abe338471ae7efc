/// The judgements of `doctor` that need no network.

#include "doctor/check.hpp"

#include <string>

#include <doctest/doctest.h>

using namespace moisson;
using namespace moisson::doctor;

namespace {

Error error_of(ErrorCode code, int status = 0, int gateway_code = 0) {
    Error error;
    error.code = code;
    error.message = "m";
    error.where = "w";
    error.cause = "c";
    error.hint = "h";
    error.http_status = status;
    error.gateway_code = gateway_code;
    return error;
}

bool mentions(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a person with a mangled key would be told that all is well") {
    const std::string good = std::string(1'200, 'A') + "+/==";
    CHECK(oddity_of_api_key(good).empty());
    CHECK(oddity_of_api_key("short") == "it has only 5 characters");
    CHECK(oddity_of_api_key(good + " x\n") == "it has blanks or line ends inside, which are taken out before use");
    CHECK(oddity_of_api_key(good + "é") == "it has characters that no key is known to have");
}

TEST_CASE("a failure would be blamed on the wrong part of the way") {
    using Kind = http::ProbeStep::Kind;
    for (const bool through_proxy : {false, true}) {
        CHECK(step_of(Kind::name, through_proxy) == "dns");
        CHECK(step_of(Kind::tls, through_proxy) == "tls");
        CHECK(step_of(Kind::proxy, through_proxy) == "proxy");
    }
    CHECK(step_of(Kind::connection, false) == "connection");
    CHECK(step_of(Kind::connection, true) == "proxy");

    Error error = error_of(ErrorCode::credentials);
    error.request_id = "req-7";
    const Check refused = check_of_error(error, "token");
    CHECK(refused.name == "token");
    CHECK(refused.status == CheckStatus::failed);
    CHECK(refused.exit_code == ExitCode::refused);
    CHECK(refused.text == "m (w): c (request id req-7)");
    CHECK(refused.remedy == "h");
    CHECK(check_of_error(error_of(ErrorCode::timeout), "tls").exit_code == ExitCode::unavailable);
    CHECK(check_of_error(error_of(ErrorCode::disk), "output").exit_code == ExitCode::local);
}

TEST_CASE("an unsubscribed application would be sent for a new key, or an expired key to the portal") {
    struct Case {
        int status;
        int code;
        int status_without;  // 0: not tried; 200: it was accepted
        int code_without;
        std::string_view step;
    };
    const auto error_for = [](int status, int code) {
        return error_of(status == 401 ? ErrorCode::credentials : status == 403 ? ErrorCode::forbidden : ErrorCode::not_found, status, code);
    };
    const Case cases[] = {
        {403, 50, 0, 0, "subscription"}, {403, 50, 403, 50, "subscription"}, {403, 50, 401, 40, "api-key"},
        {403, 51, 0, 0, "subscription"}, {403, 52, 0, 0, "api-key"},         {401, 41, 0, 0, "api-key"},
        {401, 41, 401, 40, "api-key"},   {401, 41, 401, 41, "subscription"}, {401, 41, 400, 25, "api-key"},
        {401, 40, 401, 40, "api-key"},   {404, 60, 401, 40, "api-key"},      {404, 60, 0, 0, "api-key"},
    };
    for (const Case& each : cases) {
        CAPTURE(each.status);
        CAPTURE(each.code);
        CAPTURE(each.status_without);
        const Error without = error_for(each.status_without, each.code_without);
        const Check check = check_of_refusal(error_for(each.status, each.code), each.status_without == 0 ? nullptr : &without);
        CHECK(check.name == each.step);
        CHECK(check.status == CheckStatus::failed);
        CHECK(check.exit_code == ExitCode::refused);
        CHECK_FALSE(check.remedy.empty());
        if (each.code != 40) {
            CHECK(mentions(check.remedy,
                           each.step == "subscription" ? "subscribed to the Cloud Store Customer Space API" : "Ask Orange support"));
        }
    }
    const Error expired = error_of(ErrorCode::token_expired, 401, 42);
    CHECK(check_of_refusal(expired, &expired).name == "token");
    CHECK(check_of_refusal(expired, nullptr).name == "api-key");
    const Check down = check_of_refusal(error_of(ErrorCode::over_capacity, 503, 6), nullptr);
    CHECK(down.name == "contracts");
    CHECK(down.exit_code == ExitCode::unavailable);
    CHECK(check_of_refusal(error_of(ErrorCode::not_found, 404, 0), nullptr).name == "contracts");  // a wrong base address
}

TEST_CASE("a step would be missing without a word, or stand out of its order") {
    const std::vector<Check> checks = in_order({{"token", CheckStatus::failed, "refused", "", ExitCode::refused},
                                                {"state", CheckStatus::ok, "there", "", ExitCode::complete},
                                                {"job", CheckStatus::ok, "fine", "", ExitCode::complete},
                                                {"job", CheckStatus::warning, "odd", "", ExitCode::complete}});
    REQUIRE(checks.size() == doctor_steps().size() + 1);
    CHECK(checks[0].text == "fine");
    CHECK(checks[1].text == "odd");
    std::size_t skipped = 0;
    std::size_t at = 0;
    for (const Check& check : checks) {
        skipped += check.status == CheckStatus::skipped ? 1U : 0U;
        at += &check == &checks[1] ? 0U : 1U;
        CHECK(check.name == doctor_steps()[at - 1]);
    }
    CHECK(skipped == doctor_steps().size() - 3);
}

TEST_CASE("a script would get another exit code than that of the first failure") {
    std::vector<Check> checks = {{"job", CheckStatus::ok, "fine", "", ExitCode::complete},
                                 {"x", CheckStatus::warning, "odd", "", ExitCode::local}};
    CHECK(exit_code_of(checks) == ExitCode::complete);
    checks.push_back({"token", CheckStatus::failed, "refused", "renew\nit", ExitCode::refused});
    checks.push_back({"later", CheckStatus::failed, "down", "", ExitCode::unavailable});
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
