/// See secrecy.hpp.

#include "pipeline/secrecy.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "api/token_keeper.hpp"

namespace moisson::pipeline {

namespace {

constexpr std::size_t hidden_bytes_min = 6;

/// The longest first: a secret that holds another must not leave its rest behind.
std::vector<std::string> secrets_of(const config::Job& job) {
    std::vector<std::string> secrets;
    for (const config::Secret* secret : {&job.client_secret, &job.basic, &job.api_key, &job.https_proxy, &job.http_proxy,
                                         &job.database_url}) {
        secrets.emplace_back(secret->reveal());
    }
    secrets.push_back(api::clean_basic(job.basic.reveal()));
    secrets.push_back(api::clean_api_key(job.api_key.reveal()));
    if (!job.client_secret.empty()) {
        secrets.push_back(api::make_basic(job.client_id.reveal(), job.client_secret.reveal()));
    }
    std::erase_if(secrets, [](const std::string& secret) { return secret.size() < hidden_bytes_min; });
    std::sort(secrets.begin(), secrets.end(), [](const auto& left, const auto& right) { return left.size() > right.size(); });
    return secrets;
}

void blot_out(const std::vector<std::string>& secrets, std::string& text) {
    constexpr std::string_view blot = "[hidden]";
    for (const std::string& secret : secrets) {
        for (auto at = text.find(secret); at != std::string::npos; at = text.find(secret, at + blot.size())) {
            text.replace(at, secret.size(), blot);
        }
    }
}

}  // namespace

void hide_secrets(const config::Job& job, RunSummary& summary) {
    const std::vector<std::string> secrets = secrets_of(job);
    for (Finding& finding : summary.findings) {
        blot_out(secrets, finding.message);
        blot_out(secrets, finding.detail);
    }
    for (ContractCompleteness& contract : summary.completeness) {
        blot_out(secrets, contract.reason);
    }
}

}  // namespace moisson::pipeline
