/// The control loop against scripted servers: retries, throttling, tokens, ends, resumption.

#include <doctest/doctest.h>

#include <deque>
#include <latch>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/digest.hpp"
#include "base/files.hpp"
#include "http/server_double.hpp"
#include "support/scratch_folder.hpp"
#include "transfer/engine.hpp"

using namespace moisson;
using namespace moisson::transfer;
using namespace moisson::test;
using namespace std::chrono_literals;

namespace {

const std::string pdf = "%PDF-1.4 body %%EOF\n";

/// Judges as the API does, in small.
class TestPolicy : public Policy {
public:
    Result<std::uint64_t> authorize(std::size_t lane, http::Request& request) override {
        if (lane == refused_lane) {
            throw FatalError(ExitCode::refused, ErrorCode::credentials, "the client of this lane was refused");
        }
        if (refuse_after >= 0 && authorized++ >= refuse_after) {
            throw FatalError(ExitCode::refused, ErrorCode::credentials, "the client was refused");
        }
        request.headers.set("Authorization", "Bearer token-" + std::to_string(generation));
        return generation;
    }
    void expired(std::size_t, std::uint64_t which) override {
        ++expirations;
        if (which == generation) {
            ++generation;
            ++renewals;
        }
    }
    Error judge(const http::Response& response) const override {
        Error error;
        error.http_status = response.status;
        error.message = "status " + std::to_string(response.status);
        switch (response.status) {
            case 401: error.code = ErrorCode::token_expired; break;
            case 402: error.code = ErrorCode::quota_spent; break;
            case 429:
                error.code = ErrorCode::throttled;
                error.retry = Retry::later;
                error.retry_after = throttle_wait;
                break;
            case 503:
                error.code = ErrorCode::over_capacity;
                error.retry = Retry::later;
                break;
            default: error.code = ErrorCode::not_found; break;
        }
        return error;
    }
    std::string request_id_of(const http::Headers& headers) const override {
        return std::string(headers.find("X-OAPI-Request-Id").value_or(""));
    }
    Status judge_body(const Job&, const http::Response&, const Kind& kind, std::string_view) const override {
        if (kind.media_type == "text/html") {
            Error error = fail(ErrorCode::not_ready, "no document").value();
            error.retry = Retry::later;
            return fail(error);
        }
        return {};
    }

    std::uint64_t generation = 1;
    int renewals = 0;
    int expirations = 0;
    int authorized = 0;
    int refuse_after = -1;
    std::size_t refused_lane = 99;
    std::chrono::milliseconds throttle_wait{20};
};

class ListSource final : public Source {
public:
    std::optional<Job> next(std::size_t lane) override {
        const auto found = std::find_if(jobs.begin(), jobs.end(), [&](const Job& job) { return job.lane == lane; });
        if (found == jobs.end()) {
            return std::nullopt;
        }
        Job job = std::move(*found);
        jobs.erase(found);
        return job;
    }
    void done(Outcome outcome) override {
        if (on_done) {
            on_done(outcome);
        }
        CHECK(outcomes.count(outcome.tag) == 0);
        outcomes.emplace(outcome.tag, std::move(outcome));
    }
    std::deque<Job> jobs;
    std::map<std::uint64_t, Outcome> outcomes;
    std::function<void(const Outcome&)> on_done;
};

/// Everything that an engine needs, with quick waits.
struct Fixture {
    ScratchFolder folder;
    std::unique_ptr<ObjectStore> store = std::move(*ObjectStore::open(folder.path()));
    TestPolicy policy;
    Pacer pacer{{.rate_per_second = 0}};
    std::vector<Pacer*> lanes{&pacer};
    SilentReporter reporter;
    EngineOptions options;
    std::unique_ptr<Engine> engine;
    ListSource source;

    Fixture() {
        options.transfers = 4;
        options.backoff_first = 1ms;
        options.backoff_max = 10ms;
    }
    Engine& make() {
        http::ClientOptions client;
        client.read_timeout = 2s;
        engine = std::make_unique<Engine>(options, *http::Transport::make(client), store.get(), policy, lanes, system_clock(), reporter);
        return *engine;
    }
    void add(const ServerDouble& server, int count, BodyTo body_to = BodyTo::store, const std::string& path = "/file/",
             std::size_t lane = 0) {
        for (int at = 0; at < count; ++at) {
            Job job;
            job.tag = source.jobs.size();
            job.lane = lane;
            job.request.url = *http::Url::parse(server.url(path + std::to_string(job.tag)));
            job.request.origin_bound_headers = {"Authorization"};
            job.body_to = body_to;
            source.jobs.push_back(std::move(job));
        }
    }
    [[nodiscard]] int good() const {
        int count = 0;
        for (const auto& [tag, outcome] : source.outcomes) {
            count += outcome.answer.has_value() ? 1 : 0;
        }
        return count;
    }
};

/// Serves requests on a connection until the client goes; `answer` gets the request and the count of requests to its path so far.
class PathServer {
public:
    using Respond = std::function<bool(Peer&, const std::string& request, const std::string& path, int seen)>;
    explicit PathServer(Respond respond)
        : respond_(std::move(respond)), server_([this](Peer& peer, int) {
              for (std::string request = peer.read_request(); !request.empty(); request = peer.read_request()) {
                  const std::size_t start = request.find(' ') + 1;
                  const std::string path = request.substr(start, request.find(' ', start) - start);
                  int seen = 0;
                  {
                      const std::lock_guard lock(mutex_);
                      seen = seen_[path]++;
                  }
                  server_.note(request);
                  if (!respond_(peer, request, path, seen)) {
                      return;
                  }
              }
          }) {}
    [[nodiscard]] ServerDouble& server() { return server_; }

private:
    Respond respond_;
    std::mutex mutex_;
    std::map<std::string, int> seen_;
    ServerDouble server_;
};

std::string status_reply(int status) { return "HTTP/1.1 " + std::to_string(status) + " x\r\nContent-Length: 0\r\n\r\n"; }

std::string document(const std::string& path) { return "%PDF-1.4 " + path + " %%EOF\n"; }

}  // namespace

TEST_CASE("every job ends once, with its own bytes, whatever the network does on the way") {
    // If this failed, a document would be lost, doubled or exchanged.
    PathServer server([](Peer& peer, const std::string&, const std::string& path, int seen) {
        const int number = std::stoi(path.substr(6));
        const std::string whole = ok_reply(document(path));
        if (seen == 0 && number % 7 == 1) {
            peer.send(whole.substr(0, whole.size() - 3));
            peer.end(End::fin);
            return false;
        }
        if (seen == 0 && number % 7 == 2) {
            peer.end(End::rst);
            return false;
        }
        if (seen < 2 && number % 7 == 3) {
            return peer.send(status_reply(503));
        }
        if (seen == 0 && number % 7 == 4) {
            return peer.send(ok_reply("<html>please wait</html>"));
        }
        if (number % 7 == 5) {
            return peer.send(status_reply(404));
        }
        return peer.send(whole);
    });
    Fixture fixture;
    fixture.add(server.server(), 140);
    fixture.make().run(fixture.source, {});
    REQUIRE(fixture.source.outcomes.size() == 140);
    CHECK(fixture.good() == 120);
    for (const auto& [tag, outcome] : fixture.source.outcomes) {
        CAPTURE(tag);
        if (tag % 7 == 5) {
            REQUIRE_FALSE(outcome.answer.has_value());
            CHECK(outcome.answer.error().code == ErrorCode::not_found);
            CHECK(outcome.attempts == 1);
            continue;
        }
        REQUIRE(outcome.answer.has_value());
        const std::string expected = document("/file/" + std::to_string(tag));
        CHECK(outcome.answer->object->sha256 == sha256_hex(expected));
        CHECK(outcome.answer->object->media_type == "application/pdf");
        CHECK(read_file(fixture.store->path_of(outcome.answer->object->sha256)) == expected);
    }
    CHECK(fixture.engine->counts().retries >= 80);
}

TEST_CASE("attempts are bounded, and the last error is the outcome") {
    // If this failed, one broken document would hold the run for ever.
    PathServer server([](Peer& peer, const std::string&, const std::string&, int) { return peer.send(status_reply(503)); });
    Fixture fixture;
    fixture.add(server.server(), 3);
    fixture.make().run(fixture.source, {});
    for (const auto& [tag, outcome] : fixture.source.outcomes) {
        CHECK(outcome.attempts == 5);
        CHECK(outcome.answer.error().code == ErrorCode::over_capacity);
    }
    CHECK(server.server().requests().size() == 15);
}

TEST_CASE("a write is never repeated after an unclear outcome, but is after a clear refusal") {
    // If this failed, a contract could be ordered twice.
    PathServer server([](Peer& peer, const std::string& request, const std::string&, int seen) {
        if (request.starts_with("POST /token")) {
            return peer.send(seen == 0 ? status_reply(401) : ok_reply("made"));
        }
        if (request.starts_with("POST /busy")) {
            return peer.send(seen == 0 ? status_reply(429) : ok_reply("made"));
        }
        if (request.starts_with("POST /over")) {
            return peer.send(status_reply(503));
        }
        peer.end(End::fin);
        return false;
    });
    Fixture fixture;
    Engine& engine = fixture.make();
    const auto post = [&](const std::string& path) {
        Job job;
        job.request.method = "POST";
        job.request.url = *http::Url::parse(server.server().url(path));
        job.request.body = "{}";
        job.repeatable = false;
        return engine.fetch(std::move(job), {});
    };
    CHECK(post("/unclear").answer.error().code == ErrorCode::reset);
    CHECK(post("/over").answer.error().code == ErrorCode::over_capacity);
    CHECK(server.server().requests().size() == 2);
    CHECK(post("/token").answer->body == "made");
    CHECK(post("/busy").answer->body == "made");
    CHECK(server.server().requests().size() == 6);
}

TEST_CASE("a token that dies in the middle costs one renewal and no document") {
    // If this failed, each worker would ask for a token of its own, or documents would be lost.
    PathServer server([](Peer& peer, const std::string& request, const std::string& path, int) {
        const bool fresh = request.find("Bearer token-2") != std::string::npos;
        return peer.send(fresh ? ok_reply(document(path)) : status_reply(401));
    });
    Fixture fixture;
    fixture.add(server.server(), 50);
    fixture.make().run(fixture.source, {});
    CHECK(fixture.good() == 50);
    CHECK(fixture.policy.renewals == 1);
    CHECK(fixture.policy.expirations <= 8);  // at most those that were with the workers
}

TEST_CASE("a service that takes no token at all ends each job after a few renewals") {
    // If this failed, a run would renew tokens for ever.
    PathServer server([](Peer& peer, const std::string&, const std::string&, int) { return peer.send(status_reply(401)); });
    Fixture fixture;
    fixture.add(server.server(), 2);
    fixture.make().run(fixture.source, {});
    CHECK(fixture.source.outcomes.at(0).answer.error().code == ErrorCode::token_expired);
    CHECK(server.server().requests().size() == 8);
}

TEST_CASE("throttling costs no document and slows the whole run") {
    // If this failed, throttled documents would be reported as failed.
    std::atomic<int> calls{0};
    PathServer server([&calls](Peer& peer, const std::string&, const std::string& path, int) {
        return peer.send(calls++ % 5 == 1 ? status_reply(429) : ok_reply(document(path)));
    });
    Fixture fixture;
    fixture.pacer = Pacer({.rate_per_second = 400});
    fixture.add(server.server(), 40);
    fixture.make().run(fixture.source, {});
    CHECK(fixture.good() == 40);
    CHECK(fixture.engine->counts().throttled >= 8);
    CHECK(fixture.pacer.rate_per_second() < 400);
}

TEST_CASE("lanes share the workers, and each goes by its own quota") {
    // Else: one application's quota holds back the logins of all others, or two logins of one application call twice as often.
    PathServer server([](Peer& peer, const std::string&, const std::string& path, int) { return peer.send(ok_reply(document(path))); });
    Fixture fixture;
    fixture.pacer = Pacer({.rate_per_second = 50});
    Pacer other({.rate_per_second = 50});
    const auto seconds_of = [&](std::vector<Pacer*> lanes) {
        fixture.lanes = std::move(lanes);
        fixture.source.outcomes.clear();
        for (std::size_t lane = 0; lane < fixture.lanes.size(); ++lane) {
            fixture.add(server.server(), 20, BodyTo::store, "/file/", lane);
        }
        const auto begin = std::chrono::steady_clock::now();
        fixture.make().run(fixture.source, {});
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    };
    const double apart = seconds_of({&fixture.pacer, &other});
    CHECK(fixture.good() == 40);
    const double together = seconds_of({&fixture.pacer, &fixture.pacer});
    CHECK(fixture.good() == 40);
    CHECK(together > 0.75);  // 40 calls at 50 a second: no machine is faster than that
    CHECK(apart > 0.35);
}

TEST_CASE("a lane whose credentials are refused, or whose quota is spent, ends alone") {
    // Else: one login that was refused costs all others' month.
    PathServer server([](Peer& peer, const std::string&, const std::string& path, int) {
        return peer.send(path.starts_with("/spent/") ? status_reply(402) : ok_reply(document(path)));
    });
    Fixture fixture;
    Pacer second({.rate_per_second = 0});
    Pacer third({.rate_per_second = 0});
    fixture.lanes = {&fixture.pacer, &second, &third, &third};
    fixture.policy.refused_lane = 1;
    fixture.add(server.server(), 10, BodyTo::store, "/file/", 0);
    fixture.add(server.server(), 10, BodyTo::store, "/file/", 1);
    fixture.add(server.server(), 10, BodyTo::store, "/spent/", 2);
    fixture.add(server.server(), 10, BodyTo::store, "/spent/", 3);  // of the same application
    fixture.make().run(fixture.source, {});
    REQUIRE(fixture.source.outcomes.size() == 40);
    CHECK(fixture.good() == 10);
    CHECK(fixture.source.jobs.empty());
    CHECK_FALSE(fixture.engine->ended_by().has_value());
    for (const auto& [tag, outcome] : fixture.source.outcomes) {
        CAPTURE(tag);
        CHECK(outcome.answer.has_value() == (tag < 10));
        if (tag >= 10) {
            CHECK(outcome.answer.error().code == (tag < 20 ? ErrorCode::credentials : ErrorCode::quota_spent));
        }
    }
    CHECK(server.server().requests().size() <= 10 + 8);  // what was under way together
}

TEST_CASE("where every lane has ended, the run has") {
    PathServer server([](Peer& peer, const std::string&, const std::string&, int) { return peer.send(status_reply(402)); });
    Fixture fixture;
    Pacer second({.rate_per_second = 0});
    fixture.lanes = {&fixture.pacer, &second};
    fixture.add(server.server(), 5, BodyTo::store, "/file/", 0);
    fixture.add(server.server(), 5, BodyTo::store, "/file/", 1);
    fixture.make().run(fixture.source, {});
    CHECK(fixture.source.outcomes.size() == 10);
    REQUIRE(fixture.engine->ended_by().has_value());
    CHECK(fixture.engine->ended_by()->code == ErrorCode::quota_spent);
}

TEST_CASE("a service that only throttles is given up after the set number of waits") {
    // If this failed, a run would wait for ever.
    PathServer server([](Peer& peer, const std::string&, const std::string&, int) { return peer.send(status_reply(429)); });
    Fixture fixture;
    fixture.options.throttle_waits_max = 3;
    fixture.pacer = Pacer({.rate_per_second = 1000, .rate_floor_per_second = 100});
    fixture.add(server.server(), 10);
    fixture.make().run(fixture.source, {});
    REQUIRE(fixture.source.outcomes.size() == 10);
    for (const auto& [tag, outcome] : fixture.source.outcomes) {
        CHECK(outcome.answer.error().code == ErrorCode::throttled);
    }
    CHECK(server.server().requests().size() <= 16);
}

TEST_CASE("calls that are turned away together are one sign, not many") {
    // If this failed, one burst of a wide run would look like a service that is gone.
    std::latch together(4);
    std::atomic<int> calls{0};
    PathServer server([&](Peer& peer, const std::string&, const std::string& path, int) {
        if (calls++ < 4) {
            together.arrive_and_wait();
            return peer.send(status_reply(429));
        }
        return peer.send(ok_reply(document(path)));
    });
    Fixture fixture;
    fixture.options.throttle_waits_max = 2;
    fixture.add(server.server(), 12);
    fixture.make().run(fixture.source, {});
    CHECK(fixture.good() == 12);
    CHECK(fixture.engine->counts().throttled == 4);
}

TEST_CASE("a wait that the run cannot afford ends it instead of holding it") {
    // If this failed, a service that says "come back tomorrow" would keep a job runner busy until tomorrow.
    PathServer server([](Peer& peer, const std::string&, const std::string&, int) { return peer.send(status_reply(429)); });
    for (const bool by_run : {false, true}) {
        CAPTURE(by_run);
        Fixture fixture;
        fixture.policy.throttle_wait = 3600s;
        fixture.options.item_time_max = by_run ? std::chrono::milliseconds(7200s) : std::chrono::milliseconds(1800s);
        fixture.options.run_time_max = by_run ? std::chrono::milliseconds(1800s) : 0ms;
        fixture.add(server.server(), 10);
        Engine& engine = fixture.make();
        engine.run(fixture.source, {});
        REQUIRE(fixture.source.outcomes.size() == 10);
        REQUIRE(engine.ended_by().has_value());
        CHECK(engine.ended_by()->code == ErrorCode::quota_spent);
        CHECK(engine.ended_by()->message.english().find("3600 s") != std::string::npos);
    }
}

TEST_CASE("the set rate is reached and kept over a whole run") {
    // If this failed, a run would take longer than the quota makes it, or be turned away.
    PathServer server([](Peer& peer, const std::string&, const std::string& path, int) { return peer.send(ok_reply(document(path))); });
    Fixture fixture;
    fixture.pacer = Pacer({.rate_per_second = 100});
    fixture.add(server.server(), 101);
    Engine& engine = fixture.make();
    const auto start = std::chrono::steady_clock::now();
    engine.run(fixture.source, {});
    const auto took = std::chrono::steady_clock::now() - start;
    CHECK(fixture.good() == 101);
    CHECK(took > 980ms);
    CHECK(took < 2000ms);
    CHECK_FALSE(engine.ended_by().has_value());
}

TEST_CASE("a spent quota ends the run at once, and every job hears of it") {
    // If this failed, thousands of useless calls would follow, and the API key might be revoked.
    PathServer server([](Peer& peer, const std::string&, const std::string& path, int) {
        return peer.send(std::stoi(path.substr(6)) < 20 ? ok_reply(document(path)) : status_reply(402));
    });
    Fixture fixture;
    fixture.add(server.server(), 200);
    fixture.make().run(fixture.source, {});
    CHECK(fixture.source.outcomes.size() == 200);
    CHECK(fixture.good() == 20);
    CHECK(fixture.source.outcomes.at(199).answer.error().code == ErrorCode::quota_spent);
    CHECK(server.server().requests().size() <= 28);
}

TEST_CASE("the run's time limit ends what is under way and what waits") {
    // If this failed, --max-duration would not hold.
    PathServer server([](Peer& peer, const std::string&, const std::string&, int) {
        peer.wait_for_close();
        return false;
    });
    Fixture fixture;
    fixture.options.run_time_max = 300ms;
    fixture.add(server.server(), 30);
    const auto start = std::chrono::steady_clock::now();
    fixture.make().run(fixture.source, {});
    CHECK(std::chrono::steady_clock::now() - start < 3000ms);
    CHECK(fixture.source.outcomes.size() == 30);
    for (const auto& [tag, outcome] : fixture.source.outcomes) {
        CHECK(outcome.answer.error().code == ErrorCode::too_slow);
    }
}

TEST_CASE("a stop request drains what is under way and starts nothing new") {
    // If this failed, Ctrl-C would hang, or lose downloads that were whole.
    std::stop_source stop;
    PathServer server([](Peer& peer, const std::string&, const std::string& path, int) {
        if (std::stoi(path.substr(6)) < 10) {
            return peer.send(ok_reply(document(path)));
        }
        peer.wait_for_close();
        return false;
    });
    Fixture fixture;
    fixture.add(server.server(), 100);
    int done = 0;
    fixture.source.on_done = [&](const Outcome&) {
        if (++done == 10) {
            stop.request_stop();
        }
    };
    fixture.make().run(fixture.source, stop.get_token());
    CHECK(fixture.good() == 10);
    CHECK(fixture.source.outcomes.size() <= 18);
    CHECK(fixture.source.jobs.size() >= 82);
    CHECK(fixture.source.outcomes.rbegin()->second.answer.error().code == ErrorCode::cancelled);
}

TEST_CASE("a refused credential ends the run cleanly and keeps what was fetched") {
    // If this failed, a refused renewal would crash the program or lose finished downloads.
    PathServer server([](Peer& peer, const std::string&, const std::string& path, int) { return peer.send(ok_reply(document(path))); });
    Fixture fixture;
    fixture.policy.refuse_after = 20;
    fixture.add(server.server(), 100);
    Engine& engine = fixture.make();
    CHECK_THROWS_AS(engine.run(fixture.source, {}), FatalError);
    CHECK(fixture.source.outcomes.size() <= 20);
    CHECK(fixture.good() == static_cast<int>(fixture.source.outcomes.size()));
    // The engine is at rest and works again.
    fixture.policy.refuse_after = -1;
    fixture.source.jobs.clear();
    fixture.source.outcomes.clear();
    fixture.add(server.server(), 5);
    engine.run(fixture.source, {});
    CHECK(fixture.good() == 5);
}

TEST_CASE("a failing source ends the run cleanly") {
    // If this failed, a full state disk would leave workers running into freed memory.
    PathServer server([](Peer& peer, const std::string&, const std::string& path, int) { return peer.send(ok_reply(document(path))); });
    Fixture fixture;
    fixture.add(server.server(), 50);
    int done = 0;
    fixture.source.on_done = [&done](const Outcome&) {
        if (++done >= 10) {
            throw FatalError(ExitCode::local, ErrorCode::state, "the state store failed");
        }
    };
    CHECK_THROWS_AS(fixture.make().run(fixture.source, {}), FatalError);
    CHECK(fixture.source.outcomes.size() == 9);
}

TEST_CASE("jobs that appear while others are done are run too") {
    // If this failed, files of a contract that is listed late would never be fetched.
    PathServer server([](Peer& peer, const std::string&, const std::string& path, int) { return peer.send(ok_reply(document(path))); });
    Fixture fixture;
    fixture.add(server.server(), 3, BodyTo::memory, "/list/");
    fixture.source.on_done = [&](const Outcome& outcome) {
        for (int at = 0; outcome.tag < 3 && at < 5; ++at) {
            Job job;
            job.tag = 100 + outcome.tag * 5 + static_cast<std::uint64_t>(at);
            job.request.url = *http::Url::parse(server.server().url("/file/" + std::to_string(job.tag)));
            job.body_to = BodyTo::store;
            fixture.source.jobs.push_back(std::move(job));
        }
    };
    fixture.make().run(fixture.source, {});
    CHECK(fixture.source.outcomes.size() == 18);
    CHECK(fixture.good() == 18);
}

TEST_CASE("a document without length is kept only when its format shows its end") {
    // If this failed, a cut CSV would count as whole.
    PathServer server([](Peer& peer, const std::string&, const std::string& path, int) {
        const int number = std::stoi(path.substr(6));
        peer.send("HTTP/1.1 200 OK\r\n\r\n" + (number == 0 ? pdf : number == 1 ? "a;b\n1;2\n" : pdf.substr(0, 12)));
        peer.end(End::fin);
        return false;
    });
    Fixture fixture;
    fixture.options.attempts_max = 2;
    fixture.add(server.server(), 3);
    fixture.make().run(fixture.source, {});
    REQUIRE(fixture.source.outcomes.at(0).answer.has_value());
    CHECK(fixture.source.outcomes.at(0).answer->object->unframed);
    CHECK(fixture.source.outcomes.at(1).answer.error().code == ErrorCode::truncated);
    CHECK(fixture.source.outcomes.at(2).answer.error().code == ErrorCode::truncated);
    CHECK(fixture.source.outcomes.at(2).attempts == 2);
}

TEST_CASE("an interrupted download goes on where the server shows that it can, and starts again where not") {
    // If this failed, a resumed file could be stitched together from two versions.
    std::string body = "%PDF-1.4 ";
    for (int at = 0; body.size() < 400000; ++at) {
        body += std::to_string(at) + " ";
    }
    body += "%%EOF\n";
    const std::size_t cut_at = 250000;
    struct Row {
        std::string_view name;
        std::string headers;     ///< of the first, cut answer
        std::string rest_range;  ///< Content-Range of the second answer; empty: 200 with the whole
        std::string rest_etag;
        bool asks_for_rest;
        int attempts;
    };
    const std::string total = std::to_string(body.size());
    const std::string right = "bytes 250000-" + std::to_string(body.size() - 1) + "/" + total;
    const Row rows[] = {
        {"strong validator", "ETag: \"v1\"\r\nAccept-Ranges: bytes\r\n", right, "\"v1\"", true, 2},
        {"server sends the whole", "ETag: \"v1\"\r\nAccept-Ranges: bytes\r\n", "", "\"v2\"", true, 2},
        {"other version", "ETag: \"v1\"\r\nAccept-Ranges: bytes\r\n", right, "\"v2\"", true, 3},
        {"other total", "ETag: \"v1\"\r\nAccept-Ranges: bytes\r\n", "bytes 250000-999998/999999", "\"v1\"", true, 3},
        {"other start", "ETag: \"v1\"\r\nAccept-Ranges: bytes\r\n", "bytes 0-" + std::to_string(body.size() - 1) + "/" + total, "\"v1\"",
         true, 3},
        {"weak validator", "ETag: W/\"v1\"\r\nAccept-Ranges: bytes\r\n", right, "\"v1\"", false, 2},
        {"no validator", "Accept-Ranges: bytes\r\n", right, "\"v1\"", false, 2},
        {"no ranges", "ETag: \"v1\"\r\n", right, "\"v1\"", false, 2},
    };
    for (const Row& row : rows) {
        CAPTURE(row.name);
        PathServer server([&](Peer& peer, const std::string& request, const std::string&, int seen) {
            const std::string whole = ok_reply(body, row.headers);
            if (seen == 0) {
                peer.send(whole.substr(0, whole.size() - body.size() + cut_at));
                peer.end(End::fin);
                return false;
            }
            if (request.find("\r\nRange: bytes=250000-\r\n") == std::string::npos || row.rest_range.empty()) {
                return peer.send(whole);
            }
            const std::string rest = body.substr(cut_at);
            return peer.send("HTTP/1.1 206 Partial Content\r\nContent-Length: " + std::to_string(rest.size()) +
                             "\r\nContent-Range: " + row.rest_range + "\r\nETag: " + row.rest_etag + "\r\n\r\n" + rest);
        });
        Fixture fixture;
        fixture.add(server.server(), 1);
        fixture.make().run(fixture.source, {});
        const Outcome& outcome = fixture.source.outcomes.at(0);
        REQUIRE(outcome.answer.has_value());
        CHECK(outcome.answer->object->sha256 == sha256_hex(body));
        CHECK(outcome.answer->object->size_bytes == body.size());
        CHECK(outcome.attempts == row.attempts);
        const std::string second = server.server().requests().at(1);
        CHECK((second.find("If-Range: \"v1\"") != std::string::npos) == row.asks_for_rest);
        CHECK(read_file(fixture.store->path_of(outcome.answer->object->sha256)) == body);
    }
}

TEST_CASE("a file that looks damaged is kept when it comes twice the same, and marked") {
    // If this failed, the only file that the service has would be thrown away in every run, or a cut one would pass for whole.
    PathServer server([](Peer& peer, const std::string&, const std::string& path, int seen) {
        const std::string damaged = "%PDF-1.4 " + path;
        if (path == "/file/1") {
            return peer.send(ok_reply(seen == 0 ? damaged : damaged + " %%EOF\n"));  // once on the way
        }
        if (path == "/file/2") {
            return peer.send(ok_reply(damaged + std::to_string(seen)));  // never the same
        }
        return peer.send(ok_reply(damaged));
    });
    Fixture fixture;
    fixture.add(server.server(), 3);
    fixture.make().run(fixture.source, {});
    const auto& kept = fixture.source.outcomes.at(0);
    REQUIRE(kept.answer.has_value());
    CHECK(kept.attempts == 2);
    CHECK(kept.answer->object->damaged);
    CHECK(read_file(fixture.store->path_of(kept.answer->object->sha256)) == "%PDF-1.4 /file/0");
    REQUIRE(fixture.source.outcomes.at(1).answer.has_value());
    CHECK_FALSE(fixture.source.outcomes.at(1).answer->object->damaged);
    REQUIRE_FALSE(fixture.source.outcomes.at(2).answer.has_value());
    CHECK(fixture.source.outcomes.at(2).answer.error().code == ErrorCode::truncated);
}

TEST_CASE("a body that breaks off again and again is resumed as often as attempts allow") {
    // If this failed, big files could never be fetched over bad lines.
    std::string body = "%PDF-1.4 " + std::string(900000, 'x') + "%%EOF\n";
    PathServer server([&body](Peer& peer, const std::string& request, const std::string&, int) {
        const std::size_t range = request.find("Range: bytes=");
        const std::size_t from = range == std::string::npos ? 0 : std::stoul(request.substr(range + 13));
        const std::string left = body.substr(from);
        std::string head = "HTTP/1.1 " + std::string(from == 0 ? "200 OK" : "206 Partial Content") +
                           "\r\nContent-Length: " + std::to_string(left.size()) + "\r\nETag: \"v1\"\r\nAccept-Ranges: bytes\r\n";
        if (from > 0) {
            head += "Content-Range: bytes " + std::to_string(from) + "-" + std::to_string(body.size() - 1) + "/" +
                    std::to_string(body.size()) + "\r\n";
        }
        peer.send(head + "\r\n" + left.substr(0, 250000));
        peer.end(End::fin);
        return false;
    });
    Fixture fixture;
    fixture.add(server.server(), 1);
    fixture.make().run(fixture.source, {});
    REQUIRE(fixture.source.outcomes.at(0).answer.has_value());
    CHECK(fixture.source.outcomes.at(0).answer->object->sha256 == sha256_hex(body));
    CHECK(fixture.source.outcomes.at(0).attempts == 4);
    CHECK(fixture.engine->counts().bytes_received == body.size());
}
