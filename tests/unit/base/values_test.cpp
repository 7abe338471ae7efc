/// Clock texts, UTF-8, sanitised text, errors and exit codes.
#include <cstdlib>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "base/clock.hpp"
#include "base/exit_code.hpp"
#include "base/result.hpp"
#include "base/utf8.hpp"
#include "base/version.hpp"

using namespace moisson;
using namespace std::chrono_literals;

namespace {

Timestamp at(int year, unsigned month, unsigned day, std::chrono::milliseconds since_midnight = 0ms) {
    return Timestamp{std::chrono::sys_days{std::chrono::year{year} / std::chrono::month{month} / std::chrono::day{day}}} + since_midnight;
}

/// Sets an environment variable for one scope.
class Variable {
public:
    Variable(const char* name, const char* value) : name_(name) {
        if (value == nullptr) {
            ::unsetenv(name);
        } else {
            ::setenv(name, value, 1);
        }
    }
    Variable(const Variable&) = delete;
    Variable& operator=(const Variable&) = delete;
    ~Variable() { ::unsetenv(name_); }

private:
    const char* name_;
};

}  // namespace

TEST_CASE("instants are written in UTC to the millisecond and read back") {
    // If this failed, issued_at would be off by the machine's time zone, or by a rounding.
    CHECK(format_timestamp(at(2021, 8, 18, 9h + 7min + 47s + 372ms)) == "2021-08-18T09:07:47.372Z");
    CHECK(format_timestamp(at(1969, 12, 31, 23h + 59min + 59s + 999ms)) == "1969-12-31T23:59:59.999Z");
    CHECK(format_timestamp_seconds(at(2021, 8, 18, 9h + 7min + 47s + 999ms)) == "2021-08-18T09:07:47Z");
    struct Case {
        std::string_view text;
        Timestamp expected;
    };
    const std::vector<Case> cases{
        {"2021-08-18T09:07:47.372Z", at(2021, 8, 18, 9h + 7min + 47s + 372ms)},
        {"2021-08-18t09:07:47z", at(2021, 8, 18, 9h + 7min + 47s)},
        {"2021-08-18 09:07Z", at(2021, 8, 18, 9h + 7min)},
        {"2021-08-18T09:07:47.3Z", at(2021, 8, 18, 9h + 7min + 47s + 300ms)},
        {"2021-08-18T09:07:47.372999999Z", at(2021, 8, 18, 9h + 7min + 47s + 372ms)},
        {"2021-08-18T01:30:00+02:00", at(2021, 8, 17, 23h + 30min)},
        {"2021-08-18T23:30:00-0230", at(2021, 8, 19, 2h)},
        {"2021-08-18T01:30:00+02", at(2021, 8, 17, 23h + 30min)},
        {"2024-02-29T00:00:00Z", at(2024, 2, 29)},
        {"2016-12-31T23:59:60Z", at(2017, 1, 1)},
    };
    for (const Case& row : cases) {
        CAPTURE(row.text);
        const auto parsed = parse_timestamp(row.text);
        REQUIRE(parsed.has_value());
        CHECK(format_timestamp(*parsed) == format_timestamp(row.expected));
        CHECK(parse_timestamp(format_timestamp(*parsed)) == parsed);
    }
}

TEST_CASE("an instant without its zone, or that no calendar has, is refused") {
    // If this failed, a date would be guessed.
    for (const std::string_view text : {"",
                                        "2021-08-18",
                                        "2021-08-18T09:07:47",
                                        "2021-08-18T09:07:47.Z",
                                        "2021-02-29T00:00:00Z",
                                        "2021-13-01T00:00:00Z",
                                        "2021-00-01T00:00:00Z",
                                        "2021-01-32T00:00:00Z",
                                        "2021-01-01T24:00:00Z",
                                        "2021-01-01T00:60:00Z",
                                        "2021-01-01T00:00:61Z",
                                        "2021-01-01T00:00:00+15:00",
                                        "2021-01-01T00:00:00+01:60",
                                        "2021-01-01T00:00:00Zx",
                                        " 2021-01-01T00:00:00Z",
                                        "21-01-01T00:00:00Z",
                                        "2021-1-1T00:00:00Z",
                                        "1629277667372",
                                        "2021-01-01T00:00:00+",
                                        "20210101T000000Z"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_timestamp(text).has_value());
    }
}

TEST_CASE("SOURCE_DATE_EPOCH is taken only when it is a number of seconds") {
    // If this failed, published bytes would change from one day to the next.
    const auto with = [](const char* value) {
        const Variable variable("SOURCE_DATE_EPOCH", value);
        return source_date_epoch();
    };
    CHECK_FALSE(with(nullptr).has_value());
    CHECK(with("0") == Timestamp{});
    CHECK(format_timestamp(with("1790812800").value()) == "2026-10-01T00:00:00.000Z");
    for (const char* bad : {"", "x", "1x", "-1", " 1", "1.5", "99999999999999999999"}) {
        CAPTURE(bad);
        CHECK_FALSE(with(bad).has_value());
    }
}

TEST_CASE("UTF-8 is told from what only looks like it") {
    // If this failed, broken text would reach files that must be UTF-8.
    for (const std::string_view good :
         {"", "a", "é", "€", "𝄞", "\x7f", "\xed\x9f\xbf", "\xee\x80\x80", "\xf4\x8f\xbf\xbf", "\xef\xbf\xbf"}) {
        CAPTURE(good);
        CHECK(is_utf8(good));
    }
    for (const std::string_view bad : {"\x80", "\xff", "\xc0\x80", "\xc1\xbf", "\xc3", "\xe0\x80\x80", "\xe2\x82", "\xed\xa0\x80",
                                       "\xf0\x80\x80\x80", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "a\xe9z"}) {
        CAPTURE(bad);
        CHECK_FALSE(is_utf8(bad));
    }
    CHECK(is_utf8(std::string_view("a\0b", 3)));
    CHECK(utf8_sequence_length("€x") == 3);
    CHECK(utf8_sequence_length("") == 0);
    // Cut anywhere, a character is either whole or not there.
    const std::string text = "é€𝄞a";
    std::set<std::size_t> bounds{0, 2, 5, 9, 10};
    for (std::size_t length = 0; length <= text.size(); ++length) {
        CHECK(is_utf8(std::string_view(text).substr(0, length)) == bounds.contains(length));
    }
}

TEST_CASE("text from outside cannot steer a terminal, turn a line or flood a log") {
    // If this failed, a document's name could rewrite what the operator sees.
    CHECK(sanitise("Facture été €") == "Facture été €");
    CHECK(sanitise("a\nb\tc\x1b[31m\x7f") == "a\\x0ab\\x09c\\x1b[31m\\x7f");
    CHECK(sanitise(std::string_view("a\0b", 3)) == "a\\x00b");
    CHECK(sanitise("caf\xe9") == "caf\\xe9");
    CHECK(sanitise("\xc2\x9b"
                   "31m") == "\\xc2\\x9b31m");  // C1: the one-character form of ESC [
    CHECK(sanitise("\xe2\x80\xae"
                   "fdp") == "\\xe2\\x80\\xaefdp");  // right-to-left override
    CHECK(sanitise("\xe2\x81\xa6x\xe2\x80\x8b\xef\xbb\xbf\xe2\x80\xa8\xd8\x9c") ==
          "\\xe2\\x81\\xa6x\\xe2\\x80\\x8b\\xef\\xbb\\xbf\\xe2\\x80\\xa8\\xd8\\x9c");
    CHECK(sanitise("\xc2\xa0\xe2\x80\x93\xe2\x82\xac") == "\xc2\xa0–€");
    CHECK(sanitise(std::string(1000, 'x'), 10) == "xxxxxxxxxx…");
    CHECK(sanitise("xxxxxxxxxx", 10) == "xxxxxxxxxx");
    CHECK(sanitise("").empty());
    for (int byte = 0; byte < 256; ++byte) {
        CHECK(is_utf8(sanitise(std::string("a") + static_cast<char>(byte) + "b")));
    }
}

TEST_CASE("an error says what, where, why and what to do, and leaves out what it does not know") {
    // If this failed, people would have to guess from half a sentence.
    Error error = fail(ErrorCode::disk, "cannot write", "out/x", "Free space").value();
    error.cause = "No space left";
    CHECK(error.to_line() == "cannot write (out/x): No space left. Free space");
    CHECK(fail(ErrorCode::disk, "cannot write").value().to_line() == "cannot write");
    const FatalError fatal(ExitCode::local, error);
    CHECK(fatal.exit_code() == ExitCode::local);
    CHECK(std::string(fatal.what()) == error.to_line());
    CHECK(FatalError(ExitCode::usage, ErrorCode::bad_input, "bad", "job.toml:3").error().where == "job.toml:3");
}

TEST_CASE("every error code has a word of its own, and every exit code its verdict") {
    // If this failed, a CI job could not tell two outcomes apart.
    std::set<std::string_view> words;
    for (int code = 0; code <= static_cast<int>(ErrorCode::internal); ++code) {
        words.insert(to_text(static_cast<ErrorCode>(code)));
    }
    CHECK(words.size() == static_cast<std::size_t>(ErrorCode::internal) + 1);
    struct Case {
        int code;
        std::string_view verdict;
    };
    const std::vector<Case> cases{{0, "complete"}, {1, "internal"},    {2, "usage"},         {3, "incomplete"},
                                  {4, "refused"},  {5, "unavailable"}, {6, "inconsistent"},  {7, "local"},
                                  {8, "locked"},   {9, "nothing-new"}, {130, "interrupted"}, {143, "interrupted"}};
    for (const Case& row : cases) {
        CHECK(verdict_of(static_cast<ExitCode>(row.code)) == row.verdict);
    }
    CHECK(user_agent().starts_with("moisson/"));
    CHECK(user_agent().find(version()) != std::string_view::npos);
    CHECK_FALSE(git_description().empty());
}
