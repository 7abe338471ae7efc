// If these failed, a contract would be asked for by no machine, or two machines would spend one application's quota at once.
#include <doctest/doctest.h>

#include <map>
#include <set>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "parts/share.hpp"

using namespace moisson;
using namespace moisson::parts;

namespace {

config::PerimeterSettings login(const std::string& name, const std::string& client) {
    config::PerimeterSettings one;
    one.name = name;
    one.api.client_id = config::Secret(client);
    one.api.client_secret = config::Secret("secret of " + client);
    return one;
}

}  // namespace

TEST_CASE("the parts have every contract of every login once, however many they are") {
    config::Job job;
    job.perimeters = {login("north", "first"), login("south", "second"), login("east", "first"), login("west", "third")};
    for (std::uint32_t of = 1; of <= 11; ++of) {
        std::map<std::pair<std::string, std::string>, int> asked;
        for (std::uint32_t number = 1; number <= of; ++number) {
            const Share share = share_of(job, {number, of});
            CHECK_FALSE(share.perimeters.empty());
            for (const std::string& perimeter : share.perimeters) {
                for (int contract = 0; contract < 50; ++contract) {
                    const std::string id = fmt::format("OCB{:07}", contract);
                    asked[{perimeter, id}] += is_in_share(share.contracts, id) ? 1 : 0;
                }
            }
        }
        CHECK(asked.size() == 200);
        for (const auto& [key, times] : asked) {
            CHECK_MESSAGE(times == 1, of << " parts: " << key.first << " " << key.second);
        }
    }
}

TEST_CASE("up to as many parts as applications, no two parts share an application; beyond that they share its rate") {
    config::Job job;
    job.transfer.rate_per_second = 20;
    job.perimeters = {login("north", "first"), login("south", "second"), login("east", "first")};
    CHECK(share_of(job, {1, 2}).perimeters == std::vector<std::string>{"north", "east"});
    CHECK(share_of(job, {2, 2}).perimeters == std::vector<std::string>{"south"});
    CHECK(job_of_share(job, share_of(job, {1, 2})).transfer.rate_per_second == 20);
    const Share third = share_of(job, {3, 3});
    CHECK(third.perimeters == std::vector<std::string>{"north", "east"});
    CHECK(third.contracts == config::ContractShare{1, 2});
    const config::Job own = job_of_share(job, third);
    CHECK(own.transfer.rate_per_second == 10);
    CHECK(own.perimeters.size() == 2);
    CHECK(own.export_.share == config::ContractShare{1, 2});
}

TEST_CASE("a job with one login is shared by its contracts") {
    const config::Job job;
    CHECK(share_of(job, {1, 1}).perimeters == std::vector<std::string>{""});
    CHECK(share_of(job, {2, 3}).contracts == config::ContractShare{1, 3});
    CHECK(job_of_share(job, share_of(job, {2, 3})).perimeters.empty());
}

TEST_CASE("logins of one Basic value are one application; another token endpoint is another one") {
    config::Job job;
    for (const char* const name : {"a", "b", "c"}) {
        config::PerimeterSettings one;
        one.name = name;
        one.api.basic = config::Secret("aWQ6c2VjcmV0");
        job.perimeters.push_back(one);
    }
    job.perimeters[2].api.oauth_url = "https://elsewhere.example/oauth/v3";
    CHECK(share_of(job, {1, 2}).perimeters == std::vector<std::string>{"a", "b"});
    CHECK(share_of(job, {2, 2}).perimeters == std::vector<std::string>{"c"});
}
