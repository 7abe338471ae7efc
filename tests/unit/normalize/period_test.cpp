/// Billing periods.
#include <array>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "normalize/normalize.hpp"
#include "support/rounds.hpp"

using namespace moisson;
using normalize::parse_period;
using normalize::parse_period_text;
using normalize::ParsedPeriod;

TEST_CASE("a period is read in the forms found in the wild, to its first and last day") {
    // If this failed, documents would be booked in no month or in a wrong one.
    struct Case {
        std::string_view text;
        std::string_view first;
        std::string_view last;
        bool has_tail = false;
    };
    const std::vector<Case> cases{
        {"202110", "2021-10-01", "2021-10-31"},
        {" 202110 ", "2021-10-01", "2021-10-31"},
        {"202402", "2024-02-01", "2024-02-29"},
        {"202302", "2023-02-01", "2023-02-28"},
        {"202110 anything", "2021-10-01", "2021-10-31", true},
        {"202110-B", "2021-10-01", "2021-10-31", true},
        {"202110_v2", "2021-10-01", "2021-10-31", true},
        {"202110-12", "2021-10-01", "2021-10-31", true},
        {"20211001", "2021-10-01", "2021-10-31", true},
        {"20211031235959", "2021-10-01", "2021-10-31", true},
        {"202110\xff", "2021-10-01", "2021-10-31", true},
        {std::string_view("202110\0x", 8), "2021-10-01", "2021-10-31", true},
        {"202110/OCB0001234", "2021-10-01", "2021-10-31", true},
        {"2021-10", "2021-10-01", "2021-10-31"},
        {"2021‑10", "2021-10-01", "2021-10-31"},
        {"2021/10", "2021-10-01", "2021-10-31"},
        {"2021.10", "2021-10-01", "2021-10-31"},
        {"2021 10", "2021-10-01", "2021-10-31"},
        {"2021-03T", "2021-03-01", "2021-03-31", true},
        {"2021-10 (final)", "2021-10-01", "2021-10-31", true},
        {"10/2021", "2021-10-01", "2021-10-31"},
        {"1/2021", "2021-01-01", "2021-01-31"},
        {"10-2021", "2021-10-01", "2021-10-31"},
        {"10.2021", "2021-10-01", "2021-10-31"},
        {"octobre 2021", "2021-10-01", "2021-10-31"},
        {"OCTOBRE 2021", "2021-10-01", "2021-10-31"},
        {"Octobre\xc2\xa0"
         "2021",
         "2021-10-01", "2021-10-31"},
        {"Oct 2021", "2021-10-01", "2021-10-31"},
        {"oct. 2021", "2021-10-01", "2021-10-31"},
        {"Oct-2021", "2021-10-01", "2021-10-31"},
        {"2021 octobre", "2021-10-01", "2021-10-31"},
        {"October, 2021", "2021-10-01", "2021-10-31"},
        {"janv. 2022", "2022-01-01", "2022-01-31"},
        {"févr. 2022", "2022-02-01", "2022-02-28"},
        {"FÉV 2022", "2022-02-01", "2022-02-28"},
        {"fe\xcc\x81vrier 2022", "2022-02-01", "2022-02-28"},
        {"mars 2022", "2022-03-01", "2022-03-31"},
        {"avr. 2022", "2022-04-01", "2022-04-30"},
        {"mai 2022", "2022-05-01", "2022-05-31"},
        {"juin 2022", "2022-06-01", "2022-06-30"},
        {"juil. 2022", "2022-07-01", "2022-07-31"},
        {"août 2022", "2022-08-01", "2022-08-31"},
        {"AOUT 2022", "2022-08-01", "2022-08-31"},
        {"sept. 2022", "2022-09-01", "2022-09-30"},
        {"déc. 2022", "2022-12-01", "2022-12-31"},
        {"2021-10-01/2021-10-31", "2021-10-01", "2021-10-31"},
        {"2021-10-01 - 2021-10-31", "2021-10-01", "2021-10-31"},
        {"2021-10-01 – 2021-10-31", "2021-10-01", "2021-10-31"},
        {"2021-10-01..2021-10-31", "2021-10-01", "2021-10-31"},
        {"2021-10-01-2021-10-31", "2021-10-01", "2021-10-31"},
        {"2021-10-01T00:00:00.000Z/2021-10-31T23:59:59.999Z", "2021-10-01", "2021-10-31"},
        {"2021-10-01T00:00:00+02:00/2021-10-31T23:59:59+01:00", "2021-10-01", "2021-10-31"},
        {"20211001-20211031", "2021-10-01", "2021-10-31"},
        {"202110-202112", "2021-10-01", "2021-12-31"},
        {"2021-10/2021-12", "2021-10-01", "2021-12-31"},
        {"10/2021 - 12/2021", "2021-10-01", "2021-12-31"},
        {"from 2021-10-01 to 2021-10-31", "2021-10-01", "2021-10-31"},
        {"du 01/10/2021 au 31/10/2021", "2021-10-01", "2021-10-31"},
        {"Du 01/10/2021 au 31/10/2021", "2021-10-01", "2021-10-31"},
        {"Période du 01/10/2021 au 31/10/2021", "2021-10-01", "2021-10-31"},
        {"01/10/2021-31/10/2021", "2021-10-01", "2021-10-31"},
        {"10/01/2021 - 10/31/2021", "2021-10-01", "2021-10-31"},
        {"01.10.2021 - 31.10.2021", "2021-10-01", "2021-10-31"},
        {"1er octobre 2021 au 31 octobre 2021", "2021-10-01", "2021-10-31"},
        {"octobre 2021 à décembre 2021", "2021-10-01", "2021-12-31"},
        {"octobre - décembre 2021", "2021-10-01", "2021-12-31"},
        {"15/09/2021 - 14/10/2021", "2021-09-15", "2021-10-14"},
        {"Q3 2021", "2021-07-01", "2021-09-30"},
        {"T3 2021", "2021-07-01", "2021-09-30"},
        {"2021-Q3", "2021-07-01", "2021-09-30"},
        {"2021Q4", "2021-10-01", "2021-12-31"},
        {"Q1/2021", "2021-01-01", "2021-03-31"},
        {"3e trimestre 2021", "2021-07-01", "2021-09-30"},
        {"3ème trimestre 2021", "2021-07-01", "2021-09-30"},
        {"1er trimestre 2021", "2021-01-01", "2021-03-31"},
        {"2nd quarter 2021", "2021-04-01", "2021-06-30"},
        {"2021-10-05", "2021-10-01", "2021-10-31", true},
        {"2021-10-01T00:00:00Z", "2021-10-01", "2021-10-31", true},
        {"31/10/2021", "2021-10-01", "2021-10-31", true},
        {"10/10/2021", "2021-10-01", "2021-10-31", true},
        {"1er octobre 2021", "2021-10-01", "2021-10-31", true},
        {"October 31, 2021", "2021-10-01", "2021-10-31", true},
    };
    for (const Case& row : cases) {
        CAPTURE(row.text);
        const Result<ParsedPeriod> parsed = parse_period_text(row.text);
        if (!parsed) {
            CAPTURE(parsed.error().message.english());
            REQUIRE(parsed.has_value());
        }
        CHECK(to_text(parsed->period.first) == row.first);
        CHECK(to_text(parsed->period.last) == row.last);
        CHECK(parsed->has_tail == row.has_tail);
        CHECK(parse_period(row.text).value() == parsed->period);
    }
}

TEST_CASE("a period with two readings, or none, is refused and says why") {
    // If this failed, a bill would silently move to another month.
    struct Case {
        std::string_view text;
        std::string_view why;
    };
    const std::vector<Case> cases{
        {"", "empty"},
        {" \xc2\xa0", "empty"},
        {"01/02/2021", "more than one way"},
        {"02.01.2021", "more than one way"},
        {"01/10/2021 - 05/10/2021", "more than one way"},
        {"05/10/2021 - 09/11/2021", "more than one way"},
        {"2021-10-31/2021-10-01", "ends before it begins"},
        {"202112-202110", "ends before it begins"},
        {"2021-10-01/2021-11-01", "first day of a month"},
        {"2021-10-01T00:00:00Z/2021-11-01T00:00:00Z", "first day of a month"},
        {"2021-09-30T22:00:00Z", "not a form"},
        {"2021-09-30T22:00:00Z/2021-10-31T21:59:59Z", "not a form"},
        {"2021-10-05 14:30", "not a form"},
        {"2021", "not a form"},
        {"2010", "not a form"},
        {"oct 21", "not a form"},
        {"octobre", "not a form"},
        {"jui 2021", "not a form"},
        {"Q5 2021", "not a form"},
        {"Q0 2021", "not a form"},
        {"202113", "not a form"},
        {"202100", "not a form"},
        {"102021", "not a form"},
        {"01102021", "not a form"},
        {"2021-13", "not a form"},
        {"2021-1", "not a form"},
        {"2021-10/12", "not a form"},
        {"13/2021", "not a form"},
        {"31/02/2021", "not a form"},
        {"2021-02-30", "not a form"},
        {"01/257/2021", "not a form"},
        {"257/01/2021", "not a form"},
        {"01/10/12021", "not a form"},
        {"5 foo octobre 2021", "not a form"},
        {"3 foo trimestre 2021", "not a form"},
        {"octobre 2021 2022", "not a form"},
        {"Q3 Q3 2021", "not a form"},
        {"Q3 octobre 2021", "not a form"},
        {"octobre: 2021", "not a form"},
        {"2021-10-01T00:00:01Z/2021-10-31", "not a form"},
        {"2021-10-01T00:00:00Z foo/2021-10-31", "not a form"},
        {"2021-10-1", "not a form"},
        {"1850-10", "not a form"},
        {"3021-10", "not a form"},
        {"toto", "not a form"},
        {"null", "not a form"},
        {"-202110", "not a form"},
        {"x202110", "not a form"},
        {"２０２１１０", "not a form"},
        {"\xff", "\\xff"},
        {"octobre novembre 2021", "not a form"},
    };
    for (const Case& row : cases) {
        CAPTURE(row.text);
        const Result<ParsedPeriod> parsed = parse_period_text(row.text);
        if (parsed) {
            CAPTURE(to_text(parsed->period.first));
            REQUIRE_FALSE(parsed.has_value());
        }
        CHECK(parsed.error().code == ErrorCode::bad_input);
        CAPTURE(parsed.error().message.english());
        CHECK(parsed.error().message.english().find(row.why) != std::string::npos);
    }
}

TEST_CASE("a range is settled by the one end that can be read in one way only") {
    // If this failed, "du 01/10/2021 au 31/10/2021" could be taken for January.
    CHECK(to_text(parse_period("du 01/10/2021 au 31/10/2021").value().first) == "2021-10-01");
    CHECK(to_text(parse_period("13/09/2021 - 02/10/2021").value().last) == "2021-10-02");
    CHECK(to_text(parse_period("09/13/2021 - 10/02/2021").value().last) == "2021-10-02");
    // Read with the month first it would end before it begins; one reading is left.
    CHECK(to_text(parse_period("05/10/2021 - 02/11/2021").value().last) == "2021-11-02");
}

TEST_CASE("every month comes back from every way to write it") {
    // If this failed, one month of the year would be lost in one of the notations.
    const std::array<std::array<std::string_view, 4>, 12> names{{{"janvier", "janv.", "January", "Jan"},
                                                                 {"février", "févr.", "February", "Feb"},
                                                                 {"mars", "mars", "March", "Mar"},
                                                                 {"avril", "avr.", "April", "Apr"},
                                                                 {"mai", "mai", "May", "May"},
                                                                 {"juin", "juin", "June", "Jun"},
                                                                 {"juillet", "juil.", "July", "Jul"},
                                                                 {"août", "aoû.", "August", "Aug"},
                                                                 {"septembre", "sept.", "September", "Sep"},
                                                                 {"octobre", "oct.", "October", "Oct"},
                                                                 {"novembre", "nov.", "November", "Nov"},
                                                                 {"décembre", "déc.", "December", "Dec"}}};
    for (int year = 1990; year <= 2099; ++year) {
        for (unsigned month = 1; month <= 12; ++month) {
            const Month expected = Month::make(year, month).value();
            std::vector<std::string> texts{
                fmt::format("{:04}{:02}", year, month),
                fmt::format("{:04}-{:02}", year, month),
                fmt::format("{:02}/{:04}", month, year),
                fmt::format("{:04}{:02} tail", year, month),
                fmt::format("{}/{}", to_text(expected.first_day()), to_text(expected.last_day())),
                fmt::format("du 01/{0:02}/{1:04} au {2}/{0:02}/{1:04}", month, year, static_cast<unsigned>(expected.last_day().day()))};
            for (const std::string_view name : names[month - 1]) {
                texts.push_back(fmt::format("{} {}", name, year));
            }
            for (const std::string& text : texts) {
                CAPTURE(text);
                const Result<ParsedPeriod> parsed = parse_period_text(text);
                REQUIRE(parsed.has_value());
                CHECK(parsed->period.first == expected.first_day());
                CHECK(parsed->period.last == expected.last_day());
                CHECK(parsed->period.month() == expected);
                CHECK_FALSE(parsed->spans_months());
            }
        }
    }
}

TEST_CASE("whatever is read as a period is a real one") {
    // If this failed, a damaged text could give a row a last day before its first, or a day that no calendar has.
    constexpr std::uint64_t seed = 42;
    std::mt19937_64 random(seed);
    const std::array<std::string_view, 24> pieces{"2021", "10",         "1", "31",   "-",          "/",         " ",   ".",
                                                  "oct",  "février",    "Q", "3",    "T00:00:00Z", " au ",      "du ", "202110",
                                                  "..",   "2022-02-28", "é", "\xff", "12",         "trimestre", "Z",   "99"};
    int read = 0;
    for (int round = 0; round < test::rounds(100'000); ++round) {
        std::string text;
        for (std::uint64_t count = random() % 8; count > 0; --count) {
            text += pieces[random() % pieces.size()];
        }
        const Result<ParsedPeriod> parsed = parse_period_text(text);
        if (!parsed) {
            continue;
        }
        ++read;
        CAPTURE(seed);
        CAPTURE(text);
        CHECK(parsed->period.first.ok());
        CHECK(parsed->period.last.ok());
        CHECK(std::chrono::sys_days{parsed->period.first} <= std::chrono::sys_days{parsed->period.last});
    }
    CHECK(read > test::rounds(1'000));
    CHECK_FALSE(parse_period_text(std::string(1'000'000, '/')).has_value());
    CHECK_FALSE(parse_period_text("202610_202611").has_value());
    CHECK_FALSE(parse_period_text("202610202611").has_value());
    CHECK(parse_period_text("202610_202610").value().period.month().to_text() == "2026-10");
    CHECK(parse_period_text("20261001").value().period.month().to_text() == "2026-10");
    CHECK(parse_period_text("202110" + std::string(1'000'000, ' ') + "x").value().has_tail);
    CHECK_FALSE(parse_period_text("202110" + std::string(1'000'000, ' ')).value().has_tail);
}
