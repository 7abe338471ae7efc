#include "config/ci_identity.hpp"

#include <array>

#include "base/result.hpp"

namespace moisson::config {

namespace {

using Names = std::string_view;

// docs.github.com, "Default environment variables".
constexpr std::array<Names, 12> github{"GITHUB_SERVER_URL",  "GITHUB_REPOSITORY", "GITHUB_WORKFLOW_REF",     "GITHUB_JOB",
                                       "GITHUB_RUN_ID",      "GITHUB_RUN_NUMBER", "GITHUB_RUN_ATTEMPT",      "GITHUB_EVENT_NAME",
                                       "GITHUB_REF",         "GITHUB_SHA",        "GITHUB_TRIGGERING_ACTOR", "RUNNER_NAME"};
// docs.gitlab.com, "Predefined CI/CD variables reference".
constexpr std::array<Names, 13> gitlab{"CI_SERVER_URL", "CI_PROJECT_PATH",   "CI_PIPELINE_ID",   "CI_PIPELINE_SOURCE",   "CI_JOB_ID",
                                       "CI_JOB_NAME",   "CI_JOB_URL",        "CI_JOB_STARTED_AT", "CI_COMMIT_REF_NAME",   "CI_COMMIT_SHA",
                                       "CI_RUNNER_ID",  "GITLAB_USER_LOGIN", "CI_RUNNER_DESCRIPTION"};
// www.jenkins.io, "Using environment variables"; BUILD_USER_ID is the Build User Vars plugin's.
constexpr std::array<Names, 9> jenkins{"JENKINS_URL", "JOB_NAME",  "BUILD_NUMBER", "BUILD_TAG",    "BUILD_URL",
                                       "NODE_NAME",   "GIT_COMMIT", "GIT_BRANCH",   "BUILD_USER_ID"};
// learn.microsoft.com, "Use predefined variables".
constexpr std::array<Names, 10> azure{"SYSTEM_COLLECTIONURI", "SYSTEM_TEAMPROJECT",   "BUILD_DEFINITIONNAME", "BUILD_BUILDID",
                                      "BUILD_BUILDNUMBER",    "BUILD_REASON",         "BUILD_REQUESTEDFOR",   "BUILD_SOURCEBRANCH",
                                      "BUILD_SOURCEVERSION",  "AGENT_NAME"};
// support.atlassian.com, "Variables and secrets"; circleci.com, "Built-in environment variables"; buildkite.com, "Environment variables";
// www.jetbrains.com, "Predefined build parameters".
constexpr std::array<Names, 6> bitbucket{"BITBUCKET_WORKSPACE", "BITBUCKET_REPO_FULL_NAME", "BITBUCKET_BUILD_NUMBER",
                                         "BITBUCKET_STEP_UUID", "BITBUCKET_BRANCH",         "BITBUCKET_COMMIT"};
constexpr std::array<Names, 7> circle{"CIRCLE_PROJECT_USERNAME", "CIRCLE_PROJECT_REPONAME", "CIRCLE_JOB", "CIRCLE_BUILD_NUM",
                                      "CIRCLE_BRANCH",           "CIRCLE_SHA1",             "CIRCLE_USERNAME"};
constexpr std::array<Names, 8> buildkite{"BUILDKITE_ORGANIZATION_SLUG", "BUILDKITE_PIPELINE_SLUG", "BUILDKITE_BUILD_NUMBER",
                                         "BUILDKITE_JOB_ID",            "BUILDKITE_BUILD_URL",     "BUILDKITE_BRANCH",
                                         "BUILDKITE_COMMIT",            "BUILDKITE_BUILD_CREATOR"};
constexpr std::array<Names, 4> teamcity{"TEAMCITY_PROJECT_NAME", "TEAMCITY_BUILDCONF_NAME", "BUILD_NUMBER", "BUILD_VCS_NUMBER"};

constexpr std::array<CiSystem, 8> systems{{{"GitHub Actions", "GITHUB_ACTIONS", "true", github},
                                           {"GitLab CI", "GITLAB_CI", "true", gitlab},
                                           {"Azure Pipelines", "TF_BUILD", "", azure},
                                           {"Bitbucket Pipelines", "BITBUCKET_BUILD_NUMBER", "", bitbucket},
                                           {"CircleCI", "CIRCLECI", "true", circle},
                                           {"Buildkite", "BUILDKITE", "true", buildkite},
                                           {"TeamCity", "TEAMCITY_VERSION", "", teamcity},
                                           {"Jenkins", "JENKINS_URL", "", jenkins}}};

constexpr std::size_t shown_max = 200;

}  // namespace

std::span<const CiSystem> known_ci_systems() noexcept { return systems; }

CiIdentity ci_identity_of(const Environment& environment) {
    CiIdentity identity;
    for (const CiSystem& system : systems) {
        const auto sign = environment.find(std::string(system.sign));
        if (sign == environment.end() || sign->second.empty() || (!system.value.empty() && sign->second != system.value)) {
            continue;
        }
        identity.system = system.name;
        for (const std::string_view name : system.variables) {
            const auto found = environment.find(std::string(name));
            if (found != environment.end() && !found->second.empty()) {
                identity.variables.emplace_back(name, sanitise(found->second, shown_max));
            }
        }
        break;
    }
    return identity;
}

}  // namespace moisson::config
