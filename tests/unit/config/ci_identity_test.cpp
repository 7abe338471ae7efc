// Which CI job a run is, as its system says it.
#include "config/ci_identity.hpp"

#include <doctest/doctest.h>

#include <set>

using namespace moisson::config;

TEST_CASE("a CI system is known by its own sign, and says who asked for what, where") {
    // If this failed, evidence would name no job, or another system's.
    CHECK(ci_identity_of({}).system.empty());
    CHECK(ci_identity_of({{"CI", "true"}, {"BUILD_NUMBER", "7"}, {"GITHUB_ACTIONS", "false"}}).system.empty());
    const CiIdentity github = ci_identity_of(
        {{"GITHUB_ACTIONS", "true"}, {"GITHUB_RUN_ID", "12"}, {"GITHUB_SHA", ""}, {"GITHUB_TOKEN", "ghs_x"}});
    CHECK(github.system == "GitHub Actions");
    REQUIRE(github.variables.size() == 1);
    CHECK(github.variables[0].first == "GITHUB_RUN_ID");
    CHECK(github.variables[0].second == "12");
    const CiIdentity jenkins = ci_identity_of({{"JENKINS_URL", "https://ci/"}, {"BUILD_NUMBER", "7"}, {"JOB_NAME", "a\x1b[31m\nb"}});
    CHECK(jenkins.system == "Jenkins");
    REQUIRE(jenkins.variables.size() == 3);
    CHECK(jenkins.variables[1].second.find('\x1b') == std::string::npos);
    CHECK(jenkins.variables[1].second.find('\n') == std::string::npos);
}

TEST_CASE("no variable that evidence names is one that holds a secret") {
    // If this failed, a CI token would be published with the month.
    std::set<std::string_view> names;
    for (const CiSystem& system : known_ci_systems()) {
        CHECK_FALSE(system.sign.empty());
        CHECK_FALSE(system.variables.empty());
        for (const std::string_view name : system.variables) {
            CAPTURE(name);
            for (const std::string_view part : {"TOKEN", "PASSWORD", "SECRET", "KEY", "REPOSITORY_URL", "AUTH", "CREDENTIAL"}) {
                CHECK(name.find(part) == std::string_view::npos);
            }
        }
        names.insert(system.name);
    }
    CHECK(names.size() == known_ci_systems().size());
}
