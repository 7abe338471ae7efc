#include <atomic>
#include <future>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "base/threads.hpp"

using namespace moisson;

TEST_CASE("there is always a core, and never more than asked for") {
    CHECK(cores_up_to(0) == 1);
    CHECK(cores_up_to(1) == 1);
    CHECK(cores_up_to(64) >= 1);
    CHECK(cores_up_to(64) <= 64);
}

TEST_CASE("threads take what is to be done from one counter, each thing once") {
    // Else: a month is checked in part, or twice.
    for (const std::size_t threads : {std::size_t{0}, std::size_t{1}, std::size_t{5}}) {
        std::vector<int> done(1000);
        std::atomic<std::size_t> next{0};
        run_on_threads(threads, [&] {
            for (std::size_t at = next++; at < done.size(); at = next++) {
                ++done[at];
            }
        });
        CHECK(done == std::vector<int>(1000, 1));
    }
}

TEST_CASE("what a thread throws is thrown when all have ended") {
    // Else: a thread ends the process, or goes on beside what is being taken apart.
    std::atomic<int> begun{0};
    std::atomic<int> ended{0};
    const auto work = [&] {
        const int number = begun++;
        while (begun < 3) {
            std::this_thread::yield();
        }
        ++ended;
        if (number == 1) {
            throw std::runtime_error("the second");
        }
    };
    CHECK_THROWS_WITH(run_on_threads(3, work), "the second");
    CHECK(ended == 3);
}

TEST_CASE("jobs give what they return, or throw, in their own future") {
    // Else: a failed piece is taken for another piece, or waited for without end.
    Workers<std::string> workers(3, "tools");
    CHECK(workers.count() == 3);
    std::vector<std::future<std::string>> results;
    for (int at = 0; at < 100; ++at) {
        results.push_back(workers.submit([at](std::string& tools) {
            if (at == 50) {
                throw std::runtime_error("fifty");
            }
            return tools + std::to_string(at);
        }));
    }
    for (int at = 0; at < 100; ++at) {
        if (at == 50) {
            CHECK_THROWS_WITH(results[50].get(), "fifty");
        } else {
            CHECK(results[static_cast<std::size_t>(at)].get() == "tools" + std::to_string(at));
        }
    }
}
