#include "parts/share.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <map>
#include <utility>

#include "base/digest.hpp"

namespace moisson::parts {

namespace {

/// What two logins of one application have in common; never shown.
std::string application_of(const config::PerimeterSettings& login, bool in_sandbox) {
    if (in_sandbox) {
        return login.sandbox_application;
    }
    const config::ApiSettings& api = login.api;
    const std::string secret = api.basic.empty() ? api.client_id.reveal() + ":" + api.client_secret.reveal() : api.basic.reveal();
    return api.oauth_url + " " + sha256_hex(secret);
}

}  // namespace

Share share_of(const config::Job& job, config::PartNumber part) {
    std::map<std::string, std::size_t> places;
    std::vector<std::vector<std::string>> applications;
    for (const config::PerimeterSettings& login : config::logins_of(job)) {
        const auto [place, is_new] = places.try_emplace(application_of(login, job.sandbox.enabled), applications.size());
        if (is_new) {
            applications.emplace_back();
        }
        applications[place->second].push_back(login.name);
    }
    const std::size_t index = part.number - 1;
    const std::size_t count = applications.size();
    Share share;
    if (part.of <= count) {
        std::vector<std::string> own;
        for (std::size_t application = index; application < count; application += part.of) {
            own.insert(own.end(), applications[application].begin(), applications[application].end());
        }
        for (const config::PerimeterSettings& login : config::logins_of(job)) {
            if (std::find(own.begin(), own.end(), login.name) != own.end()) {
                share.perimeters.push_back(login.name);
            }
        }
        return share;
    }
    const std::size_t application = index % count;
    share.perimeters = applications[application];
    share.contracts.index = static_cast<std::uint32_t>(index / count);
    share.contracts.of = static_cast<std::uint32_t>((part.of - application + count - 1) / count);
    return share;
}

config::Job job_of_share(const config::Job& job, const Share& share) {
    config::Job own = job;
    std::erase_if(own.perimeters, [&](const config::PerimeterSettings& one) {
        return std::find(share.perimeters.begin(), share.perimeters.end(), one.name) == share.perimeters.end();
    });
    own.transfer.rate_per_second /= share.contracts.of;
    own.export_.share = share.contracts;
    return own;
}

bool is_in_share(const config::ContractShare& share, std::string_view contract_id) {
    if (share.of <= 1) {
        return true;
    }
    const std::string digest = sha256_hex(contract_id).substr(0, 15);
    std::uint64_t number = 0;
    std::from_chars(digest.data(), digest.data() + digest.size(), number, 16);
    return number % share.of == share.index;
}

}  // namespace moisson::parts
