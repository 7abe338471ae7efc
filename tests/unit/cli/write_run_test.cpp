/// What both write commands share.

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "cli/write_run.hpp"

using namespace moisson;
using namespace moisson::cli;

namespace {

class CountingReporter final : public Reporter {
public:
    void log(LogLevel, std::string_view, std::string_view, const LogFields&) override { ++lines; }
    void progress(const Progress&) override {}
    int lines = 0;
};

}  // namespace

TEST_CASE("Ctrl-C would cut a write that is on its way, or be forgotten after it") {
    using http::Delivery;
    struct Row {
        Delivery when_asked;
        bool waits;
    };
    for (const Row& row : {Row{Delivery::not_sent, false}, Row{Delivery::sent, true}, Row{Delivery::answered, false}}) {
        CAPTURE(static_cast<int>(row.when_asked));
        std::stop_source outer;
        CountingReporter reporter;
        PatientStop stop(outer.get_token(), reporter);
        const auto delivery = std::make_shared<std::atomic<Delivery>>(row.when_asked);
        stop.begin(delivery);
        outer.request_stop();
        CHECK(stop.token().stop_requested() == !row.waits);
        CHECK(reporter.lines == (row.waits ? 1 : 0));
        stop.end();
        CHECK(stop.token().stop_requested());
    }
    std::stop_source outer;
    CountingReporter reporter;
    PatientStop quiet(outer.get_token(), reporter);
    quiet.begin(std::make_shared<std::atomic<Delivery>>(Delivery::sent));
    quiet.end();
    CHECK_FALSE(quiet.token().stop_requested());
    outer.request_stop();
    CHECK(quiet.token().stop_requested());
    const PatientStop late(outer.get_token(), reporter);
    CHECK(late.token().stop_requested());
}

TEST_CASE("a rehearsal's record would stand in the real journal, or two runs would not find each other's") {
    config::Job job;
    CHECK(write_journal_path(job) == "out/.moisson/writes.jsonl");
    job.out = "archive";
    CHECK(write_journal_path(job) == "archive/.moisson/writes.jsonl");
    job.state_url = "sqlite:/var/lib/moisson/state.sqlite3";
    CHECK(write_journal_path(job) == "/var/lib/moisson/writes.jsonl");
    job.state_url = "state.sqlite3";
    CHECK(write_journal_path(job) == "writes.jsonl");
    job.state_url = "postgresql://user@db/moisson";
    CHECK(write_journal_path(job) == "archive/.moisson/writes.jsonl");
    job.state_url.clear();
    job.sandbox = true;
    job.scenario = "clean";
    CHECK(write_journal_path(job) == "archive/.moisson/sandbox-clean/writes.jsonl");
}

TEST_CASE("a request shown to others would hold a credential") {
    http::Request request;
    request.method = "POST";
    request.url = *http::Url::parse("https://api.orange.com/cloud/b2b/v1/contracts/");
    request.headers.set("Content-Type", "application/json");
    request.body = "{\"a\":1}";
    CHECK(request_text(request) ==
          "POST https://api.orange.com/cloud/b2b/v1/contracts/\nAuthorization: Bearer [token]\nX-API-Key: [API key]\n"
          "Content-Type: application/json\n\n{\"a\":1}\n");
}

TEST_CASE("a script would be asked, and wait for ever") {
    WriteOptions options;
    options.yes = true;
    check_can_ask(options);
    options.yes = false;
    options.dry_run = true;
    check_can_ask(options);
}
