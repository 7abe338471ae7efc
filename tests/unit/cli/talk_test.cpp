/// What reaches the terminal, the log and the pipe: lines, JSON, progress, errors, and no secret.

#include <algorithm>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "cli/console_reporter.hpp"
#include "cli/json_text.hpp"
#include "cli/output.hpp"
#include "cli/run.hpp"
#include "cli/table.hpp"
#include "support/manual_clock.hpp"

using namespace moisson;
using namespace moisson::cli;

namespace {

/// A file in memory in the place of standard error.
class Capture {
public:
    Capture() : descriptor_(::memfd_create("capture", MFD_CLOEXEC)) { REQUIRE(descriptor_ >= 0); }
    Capture(const Capture&) = delete;
    Capture& operator=(const Capture&) = delete;
    ~Capture() { ::close(descriptor_); }
    [[nodiscard]] int descriptor() const { return descriptor_; }
    /// What came since the last call.
    std::string take() {
        std::string text(1U << 16U, '\0');
        const ssize_t got = ::pread(descriptor_, text.data(), text.size(), taken_);
        REQUIRE(got >= 0);
        text.resize(static_cast<std::size_t>(got));
        taken_ += got;
        return text;
    }

private:
    int descriptor_;
    off_t taken_ = 0;
};

ConsoleOptions plain(const Capture& capture) {
    ConsoleOptions options;
    options.descriptor = capture.descriptor();
    return options;
}

Progress some_progress() {
    Progress progress;
    progress.stage = "documents";
    progress.contracts_done = 3;
    progress.contracts_total = 12;
    progress.documents_listed = 184;
    progress.files_done = 20;
    progress.files_total = 96;
    progress.bytes_received = 3'200'000;
    return progress;
}

}  // namespace

TEST_CASE("a person reading the log would miss a level, a field, or see a terminal steered by a name from outside") {
    Capture capture;
    const moisson::test::ManualClock clock;
    const Redactor redactor;
    ConsoleReporter reporter(plain(capture), clock, redactor);
    reporter.log(LogLevel::info, "a", "twelve contracts");
    reporter.log(LogLevel::warning, "b", "odd \x1b[31m name\nnext", {{"contract", "OCB1"}, {"n", "2\r"}});
    reporter.log(LogLevel::error, "c", "broken");
    reporter.log(LogLevel::debug, "d", "not shown");
    CHECK(capture.take() ==
          "moisson: twelve contracts\n"
          "moisson: warning: odd \\x1b[31m name\\x0anext (contract=OCB1, n=2\\x0d)\n"
          "moisson: error: broken\n");
}

TEST_CASE("a log collector could not count with numbers, or would be told what is not known") {
    Capture capture;
    const moisson::test::ManualClock clock;
    const Redactor redactor;
    ConsoleOptions options = plain(capture);
    options.json = true;
    ConsoleReporter reporter(options, clock, redactor);
    reporter.log(LogLevel::info, "e", "m", {{"attempt", 2}, {"seconds", LogValue::decimal(1250)}, {"code", "reset"}, {"request_id", ""}});
    CHECK(capture.take().ends_with("\"message\": \"m\", \"attempt\": 2, \"seconds\": 1.250, \"code\": \"reset\"}\n"));
}

TEST_CASE("a thousand documents that failed would be a thousand lines, or a log collector would miss some of them") {
    for (const bool json : {false, true}) {
        Capture capture;
        const moisson::test::ManualClock clock;
        const Redactor redactor;
        ConsoleOptions options = plain(capture);
        options.json = json;
        ConsoleReporter reporter(options, clock, redactor);
        for (const char* id : {"a", "b", "c"}) {
            reporter.log(LogLevel::warning, "document-failed", id, {{"contract_id", "OCB1"}, {"document_id", id}, {"code", id}});
        }
        reporter.log(LogLevel::warning, "contract-incomplete", "x", {{"contract_id", "x"}, {"code", "contract-failed"}});
        reporter.log(LogLevel::warning, "contract-incomplete", "y", {{"contract_id", "y"}, {"code", "contract-forbidden"}});
        const std::string lines = capture.take();
        CHECK(std::count(lines.begin(), lines.end(), '\n') == (json ? 5 : 3));
    }
}

TEST_CASE("a log collector would get lines that are no JSON, or a field that hides the message") {
    Capture capture;
    const moisson::test::ManualClock clock;
    const Redactor redactor;
    ConsoleOptions options = plain(capture);
    options.json = true;
    options.level_min = LogLevel::debug;
    options.terminal = true;
    ConsoleReporter reporter(options, clock, redactor);
    reporter.log(LogLevel::debug, "an-event", "quote \" and \n and \xff", {{"contract", "OCB1"}, {"message", "x"}});
    CHECK(capture.take() ==
          "{\"time\": \"2026-11-22T10:00:00.000Z\", \"level\": \"debug\", \"event\": \"an-event\", \"message\": \"quote \\\" and \\n and "
          "\xef\xbf\xbd\", \"contract\": \"OCB1\", \"field_message\": \"x\"}\n");
    reporter.progress(some_progress());
    const std::string line = capture.take();
    CHECK(line.find("\"event\": \"contracts-found\"") != std::string::npos);
    CHECK(line.find('\r') == std::string::npos);
    CHECK(line.find('\x1b') == std::string::npos);
}

TEST_CASE("a person at a terminal would see flicker, leftovers of the progress line, or log lines inside it") {
    Capture capture;
    moisson::test::ManualClock clock;
    const Redactor redactor;
    ConsoleOptions options = plain(capture);
    options.terminal = true;
    {
        ConsoleReporter reporter(options, clock, redactor);
        reporter.progress(some_progress());
        CHECK(capture.take() ==
              "\r\x1b[K"
              "contracts 3/12 · documents 184 · files 20/96 · 3.2 MB");
        clock.advance(std::chrono::milliseconds(99));
        reporter.progress(some_progress());
        CHECK(capture.take().empty());
        clock.advance(std::chrono::milliseconds(1901));
        reporter.progress(some_progress());
        const std::string with_rate = "contracts 3/12 · documents 184 · files 20/96 · 3.2 MB · 1.6 MB/s · 0:07 left";
        CHECK(capture.take() == "\r\x1b[K" + with_rate);
        reporter.log(LogLevel::info, "e", "a line");
        CHECK(capture.take() == "\r\x1b[Kmoisson: a line\n" + with_rate);
        reporter.finish();
        CHECK(capture.take() == "\r\x1b[K");
        reporter.log(LogLevel::info, "e", "after");
        CHECK(capture.take() == "moisson: after\n");
        clock.advance(std::chrono::seconds(1));
        reporter.progress(some_progress());
        CHECK_FALSE(capture.take().empty());
    }
    CHECK(capture.take() == "\r\x1b[K");
}

TEST_CASE("a narrow terminal would wrap the progress line and scroll") {
    for (std::size_t width = 1; width < 90; ++width) {
        CAPTURE(width);
        const std::string line = progress_line(some_progress(), std::chrono::seconds(2), width);
        CHECK(width_of(line) <= width);
        // A cut in the middle of a character would print garbage.
        CHECK(json_quote(line).find("\xef\xbf\xbd") == std::string::npos);
    }
    CHECK(progress_line(Progress{.stage = "publish"}, std::chrono::seconds(9), 80) == "publish …");
    Progress early;
    early.stage = "documents";
    early.contracts_total = 12;
    early.requests = 34;
    CHECK(progress_line(early, std::chrono::seconds(9), 80) == "contracts 0/12 · 34 requests");
    Progress huge = some_progress();
    huge.bytes_received = UINT64_MAX;
    CHECK(progress_line(huge, std::chrono::seconds(100), 200).find("18.4 EB · 184.4 PB/s") != std::string::npos);
    huge.files_total = 100'000;
    CHECK(progress_line(huge, std::chrono::seconds(100), 200).ends_with(" · 120:45:34 left"));
}

TEST_CASE("a CI log would fill with progress, or show no sign of life") {
    Capture capture;
    moisson::test::ManualClock clock;
    const Redactor redactor;
    ConsoleReporter reporter(plain(capture), clock, redactor);
    Progress progress;
    progress.stage = "documents";
    reporter.progress(progress);
    CHECK(capture.take().empty());
    progress = some_progress();
    for (int at = 0; at < 1000; ++at) {
        reporter.progress(progress);
    }
    CHECK(capture.take() == "moisson: 12 contracts found; listing their documents\n");
    clock.advance(std::chrono::seconds(30));
    reporter.progress(progress);
    CHECK(capture.take() == "moisson: contracts 3/12 · documents 184 · files 20/96 · 3.2 MB · 106.6 kB/s · 1:50 left\n");
    progress.contracts_done = 12;
    reporter.progress(progress);
    reporter.progress(progress);
    CHECK(capture.take() == "moisson: 184 documents listed; 96 files to fetch\n");
}

TEST_CASE("a user who asked for quiet would still get lines") {
    Capture capture;
    moisson::test::ManualClock clock;
    const Redactor redactor;
    ConsoleOptions options = plain(capture);
    options.level_min = LogLevel::warning;
    options.progress = false;
    options.terminal = true;
    ConsoleReporter reporter(options, clock, redactor);
    reporter.log(LogLevel::info, "e", "no");
    reporter.progress(some_progress());
    CHECK(capture.take().empty());
    reporter.log(LogLevel::warning, "e", "yes");
    CHECK(capture.take() == "moisson: warning: yes\n");
}

TEST_CASE("a secret that slipped into a message would be in the log for good") {
    Capture capture;
    const moisson::test::ManualClock clock;
    Redactor redactor;
    redactor.watch("s3cr3t");
    redactor.watch("s3cr3t-and-more");
    redactor.watch("abc");  // too short to watch
    ConsoleReporter reporter(plain(capture), clock, redactor);
    reporter.log(LogLevel::info, "e", "a s3cr3t b s3cr3t-and-more abc", {{"k", "xs3cr3tx"}});
    CHECK(capture.take() == "moisson: a *** b *** abc (k=x***x)\n");
    Error error;
    error.message = "sent s3cr3t-and-more";
    for (const ErrorForm form : {ErrorForm::text, ErrorForm::json}) {
        CHECK(format_error(error, ExitCode::refused, form, redactor).find("s3cr3t") == std::string::npos);
    }
}

TEST_CASE("a contract's name would start a command of the CI that shows the log, or end a line of it") {
    Capture capture;
    const moisson::test::ManualClock clock;
    const Redactor redactor;
    for (const bool json : {false, true}) {
        ConsoleOptions options = plain(capture);
        options.json = json;
        ConsoleReporter reporter(options, clock, redactor);
        reporter.log(LogLevel::warning, "e", "::error::x ##vso[task.complete]\n::stop-commands::y", {{"k", "##teamcity[x]\r\x1b[2J"}});
        const std::string told = capture.take();
        CHECK(told.find("##") == std::string::npos);
        CHECK(told.find("\n::") == std::string::npos);
        CHECK(told.find_first_of("\r\x1b") == std::string::npos);
        CHECK(told.find('\n') == told.size() - 1);
    }
}

TEST_CASE("half a secret would be left where a text is cut") {
    Redactor redactor;
    const std::string secret = "0123456789-of-a-secret";
    redactor.watch(secret);
    Error error;
    error.message = "m";
    for (std::size_t before = 3900; before < 4000; ++before) {
        error.cause = std::string(before, 'x') + secret;
        CHECK(format_error(error, ExitCode::refused, ErrorForm::text, redactor).find(secret.substr(0, 6)) == std::string::npos);
    }
}

TEST_CASE("a user would get an error without the place, the reason or the way out") {
    const Redactor redactor;
    Error error;
    error.code = ErrorCode::credentials;
    error.message = "the client was refused";
    error.where = "https://api.orange.com/oauth/v3/token";
    error.cause = "invalid_client";
    error.hint = "Renew it\n  in the portal";
    error.http_status = 401;
    error.gateway_code = 41;
    error.request_id = "abc";
    CHECK(format_error(error, ExitCode::refused, ErrorForm::text, redactor) ==
          "moisson: error: the client was refused\n"
          "  where:      https://api.orange.com/oauth/v3/token\n"
          "  why:        invalid_client\n"
          "  what to do: Renew it\n"
          "                in the portal\n"
          "  request id: abc\n"
          "  exit code:  4 (refused)\n");
    CHECK(format_error(error, ExitCode::refused, ErrorForm::json, redactor) ==
          "{\"error\": {\"code\": \"credentials\", \"message\": \"the client was refused\", \"where\": "
          "\"https://api.orange.com/oauth/v3/token\", \"cause\": \"invalid_client\", \"hint\": \"Renew it\\n  in the portal\", "
          "\"http_status\": 401, \"gateway_code\": 41, \"request_id\": \"abc\"}, \"verdict\": \"refused\", \"exit_code\": 4}\n");
    Error hostile;
    hostile.message = "a\x1b[2Jb";
    hostile.cause = "c\nd";
    CHECK(format_error(hostile, ExitCode::unavailable, ErrorForm::text, redactor) ==
          "moisson: error: a\\x1b[2Jb\n  why:        c\\x0ad\n  exit code:  5 (unavailable)\n");
    Error stopped;
    stopped.message = "stopped; what was fetched is kept";
    CHECK(format_error(stopped, ExitCode::terminated, ErrorForm::text, redactor) ==
          "moisson: stopped; what was fetched is kept\n  exit code:  143 (interrupted)\n");
}

TEST_CASE("a user who pipes into head would see an error, and one whose disk is full would see none") {
    std::array<int, 2> ends{};
    REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
    const auto before = std::signal(SIGPIPE, SIG_IGN);
    const Redactor redactor;
    Output out(ends[1], OutputForm::text, redactor);
    out.write("first");
    CHECK_FALSE(out.closed());
    ::close(ends[0]);
    out.write("second");
    CHECK(out.closed());
    out.write("third");
    ::close(ends[1]);
    std::signal(SIGPIPE, before);

    const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
    REQUIRE(full >= 0);
    Output nowhere(full, OutputForm::text, redactor);
    try {
        nowhere.write("text");
        FAIL("a full disk was taken for success");
    } catch (const FatalError& problem) {
        CHECK(problem.exit_code() == ExitCode::local);
        CHECK(problem.error().message == "cannot write to standard output");
    }
    ::close(full);
}

TEST_CASE("a program that reads --json would get text that is no JSON") {
    JsonWriter writer;
    writer.begin_object();
    writer.key("empty").begin_array().end_array();
    writer.key("list").begin_array().number(-1).count(UINT64_MAX).boolean(true).null().text("\x01\t\x7f\\é").end_array();
    writer.key("object").begin_object().end_object();
    writer.end_object();
    CHECK(writer.finish() ==
          "{\n  \"empty\": [],\n  \"list\": [\n    -1,\n    18446744073709551615,\n    true,\n    null,\n    "
          "\"\\u0001\\t\\u007f\\\\é\"\n  ],\n"
          "  \"object\": {}\n}\n");
    CHECK(json_quote(std::string_view("a\0b", 3)) == "\"a\\u0000b\"");
    CHECK(json_quote("\xc3") == "\"\xef\xbf\xbd\"");
    CHECK(json_quote("\xed\xa0\x80") == "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
}

TEST_CASE("a table's columns would not line up, or a name from outside would break them") {
    CHECK(
        format_table({{"id"}, {"amount", Align::right}, {"name"}}, {{"A", "1.00", "Société"}, {"BBB", "-12.50", "x\ny"}, {"C", "", ""}}) ==
        "id   amount  name\n"
        "A      1.00  Société\n"
        "BBB  -12.50  x\\x0ay\n"
        "C\n");
}
