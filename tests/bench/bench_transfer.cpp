// The transfer stage alone: fetches every URL of a list into an object store, hashed, checked and renamed. Driven by tests/bench/transfer,
// which measures it from outside beside curl, aria2c and rclone.
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "transfer/engine.hpp"

namespace {

using namespace moisson;

class OpenPolicy final : public transfer::Policy {
public:
    Result<std::uint64_t> authorize(std::size_t, http::Request& request) override {
        // A real call carries a token of 600 and a key of 1,200 bytes.
        request.headers.set("Authorization", "Bearer " + std::string(600, 't'));
        request.headers.set("X-API-Key", std::string(1200, 'k'));
        return 1;
    }
    void expired(std::size_t, std::uint64_t) override {}
    Error judge(const http::Response& response) const override {
        return fail(ErrorCode::client_error, "status " + std::to_string(response.status)).value();
    }
    std::string request_id_of(const http::Headers&) const override { return {}; }
    Status judge_body(const transfer::Job&, const http::Response&, const transfer::Kind&, std::string_view) const override { return {}; }
};

class ListSource final : public transfer::Source {
public:
    explicit ListSource(std::vector<http::Url> urls) : urls_(std::move(urls)) {}
    std::optional<transfer::Job> next(std::size_t) override {
        if (next_ == urls_.size()) {
            return std::nullopt;
        }
        transfer::Job job;
        job.tag = next_;
        job.request.url = urls_[next_++];
        job.body_to = transfer::BodyTo::store;
        job.limits.body_max_bytes = 8ULL << 30U;
        return job;
    }
    void done(transfer::Outcome outcome) override {
        if (!outcome.answer) {
            ++failed;
            std::cerr << outcome.answer.error().to_line() << '\n';
        }
    }
    int failed = 0;

private:
    std::vector<http::Url> urls_;
    std::size_t next_ = 0;
};

}  // namespace

// bench_transfer LIST STORE CA_FILE TRANSFERS RATE SYNC: with SYNC 1 it ends only when every byte is on the disk.
int main(int argc, char** argv) {
    if (argc != 7) {
        std::cerr << "usage: bench_transfer LIST STORE CA_FILE TRANSFERS RATE SYNC\n";
        return 2;
    }
    std::vector<http::Url> urls;
    std::ifstream list(argv[1]);
    for (std::string line; std::getline(list, line);) {
        urls.push_back(http::Url::parse(line).value());
    }
    http::ClientOptions client;
    client.ca_file = argv[3];
    auto transport = http::Transport::make(client);
    auto store = transfer::ObjectStore::open(argv[2]);
    if (!transport || !store) {
        std::cerr << "cannot start\n";
        return 1;
    }
    OpenPolicy policy;
    SilentReporter reporter;
    transfer::Pacer pacer({.rate_per_second = std::stod(argv[5])});
    transfer::EngineOptions options;
    options.transfers = std::stoi(argv[4]);
    const std::size_t count = urls.size();
    ListSource source(std::move(urls));
    transfer::Engine engine(options, *transport, store->get(), policy, {&pacer}, system_clock(), reporter);
    engine.run(source, {});
    const Status synced = std::string(argv[6]) == "1" ? (*store)->sync_all() : Status{};
    std::cout << count << " files, " << engine.counts().bytes_received << " bytes, " << engine.counts().retries << " retries, "
              << engine.counts().throttled << " throttled\n";
    return source.failed == 0 && synced ? 0 : 1;
}
