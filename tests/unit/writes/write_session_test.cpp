/// What both writes share.

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "writes/write_session.hpp"

using namespace moisson;
using namespace moisson::writes;

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
    job.export_.out = "archive";
    CHECK(write_journal_path(job) == "archive/.moisson/writes.jsonl");
    job.state.state_url = "sqlite:/var/lib/moisson/state.sqlite3";
    CHECK(write_journal_path(job) == "/var/lib/moisson/writes.jsonl");
    job.state.state_url = "state.sqlite3";
    CHECK(write_journal_path(job) == "writes.jsonl");
    job.state.state_url = "postgresql://user@db/moisson";
    CHECK(write_journal_path(job) == "archive/.moisson/writes.jsonl");
    job.state.state_url.clear();
    job.sandbox.enabled = true;
    job.sandbox.scenario = "clean";
    CHECK(write_journal_path(job) == "archive/.moisson/sandbox-clean/writes.jsonl");
}
