// The list of contracts, as whole as the service gives it.
#include <algorithm>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "api/perimeter.hpp"

using namespace moisson;

namespace {

struct Service {
    std::size_t contracts = 60;
    std::size_t cap = 1'000'000;
    bool takes_limit = true;
    std::size_t limit_unasked = 1'000'000;
    std::size_t page_size = 1'000'000;
    std::function<void(wire::Paging&)> say = [](wire::Paging& paging) { static_cast<void>(paging); };
    std::vector<std::uint64_t> limits;

    api::PerimeterResult list(api::PerimeterOptions options = {}) {
        api::PerimeterListing listing(options);
        limits.clear();
        while (const auto question = listing.next()) {
            REQUIRE(limits.size() < 50);
            limits.push_back(question->limit);
            const std::size_t page = question->page.empty() ? 0 : std::stoul(question->page);
            std::size_t most = std::min(cap, question->limit == 0 ? limit_unasked : takes_limit ? question->limit : contracts);
            most = std::min({most, page_size, contracts});
            wire::ContractsAnswer answer;
            for (std::size_t at = page * most; at < std::min(contracts, (page + 1) * most); ++at) {
                answer.contracts.emplace_back();
                answer.contracts.back().id = fmt::format("OCB{:07}", at);
            }
            if (page_size < contracts && (page + 1) * most < contracts) {
                answer.paging.next = std::to_string(page + 1);
            }
            say(answer.paging);
            listing.answer(std::move(answer));
        }
        return listing.take_result();
    }
};

}  // namespace

TEST_CASE("contracts behind a limit of the service") {
    // Else: whole contracts are missing from every month, and the run says complete.
    for (const std::size_t cap : {30U, 99U, 300U}) {
        CAPTURE(cap);
        Service service;
        service.contracts = cap + 20;
        service.cap = cap;
        api::PerimeterResult result = service.list();
        CHECK(result.contracts.size() == cap);
        CHECK(result.unproven);
        CHECK(service.limits.size() == 2);
        // Asked with that length in this month already: not again.
        CHECK(service.list({.probed = cap}).unproven);
        CHECK(service.limits.size() == 1);
        // A default limit that a greater one lifts.
        service.cap = 1'000'000;
        service.limit_unasked = cap;
        result = service.list();
        CHECK(result.contracts.size() == cap + 20);
        CHECK(result.verdict == api::ListingVerdict::complete);
    }
}

TEST_CASE("contracts in pages") {
    // Else: the first page passes for the perimeter.
    Service service;
    service.page_size = 25;
    const api::PerimeterResult result = service.list();
    CHECK(result.contracts.size() == 60);
    CHECK(result.verdict == api::ListingVerdict::complete);
    CHECK_FALSE(result.unproven);
    CHECK(result.answer_max == 25);
}

TEST_CASE("what the service says of more contracts") {
    // Else: 30 of 60 contracts, exit code 0.
    Service service;
    service.cap = 30;
    for (const auto& say : std::vector<std::function<void(wire::Paging&)>>{[](wire::Paging& paging) { paging.total = 60; },
                                                                           [](wire::Paging& paging) { paging.more = "hasmore"; },
                                                                           [](wire::Paging& paging) { paging.pages = 2; }}) {
        service.say = say;
        const api::PerimeterResult result = service.list();
        CHECK(result.verdict == api::ListingVerdict::capped);
        CHECK_FALSE(result.reason.empty());
    }
    service.cap = 1'000'000;
    service.say = [](wire::Paging& paging) { paging.total = 60, paging.total_is_of_all = true; };
    CHECK_FALSE(service.list().unproven);
    CHECK(service.limits.size() == 1);
}

TEST_CASE("few contracts, or fewer than once, are asked for once") {
    // Else: every run asks twice, or a small perimeter is called unproven.
    Service service;
    service.contracts = 9;
    CHECK_FALSE(service.list().unproven);
    CHECK(service.limits.size() == 1);
    service.contracts = 59;
    CHECK_FALSE(service.list({.longest = 60}).unproven);
    CHECK(service.list({.longest = 59}).unproven);
}

TEST_CASE("a service that takes no limit for contracts") {
    // Else: a question that was only a doubt ends the run.
    api::PerimeterListing listing({});
    wire::ContractsAnswer answer;
    for (int number = 0; number < 12; ++number) {
        answer.contracts.emplace_back();
        answer.contracts.back().id = std::to_string(number);
    }
    listing.answer(std::move(answer));
    REQUIRE(listing.next().has_value());
    CHECK(listing.next()->limit > 12);
    CHECK_FALSE(listing.failed(Error{}));
    CHECK_FALSE(listing.next().has_value());
    CHECK(listing.take_result().unproven);
    api::PerimeterListing first({});
    CHECK(first.failed(Error{}));
}
