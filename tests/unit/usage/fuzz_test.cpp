// Reports with random damage: whatever the bytes are, what comes out is whole, and the same however the work was divided.
#include <fmt/format.h>

#include <random>

#include <doctest/doctest.h>

#include "sample.hpp"
#include "support/rounds.hpp"

using namespace moisson;
using namespace moisson::usage_test;

namespace {

std::string make_report(std::mt19937& random, int lines) {
    static constexpr std::string_view texts[] = {"", "web", "\"a;b\"", "\"say \"\"hi\"\"\"", "\"two\r\nlines\"", "19\" rack", "Île", "x,y"};
    std::string text = random() % 2 == 0 ? "\xEF\xBB\xBF" + heading + "\r\n" : heading + "\n";
    const std::string end = text.ends_with("\r\n") ? "\r\n" : "\n";
    for (int at = 0; at < lines; ++at) {
        Line line;
        line.project = texts[random() % std::size(texts)];
        line.tags = texts[random() % std::size(texts)];
        line.discounted = fmt::format("{},{:02}", random() % 1000, random() % 100);
        text += line.text() + end;
    }
    return text;
}

void damage(std::mt19937& random, std::string& text, std::size_t from) {
    static constexpr char letters[] = "\"\";;\n\r,. -0\0\xFF\xC3\xA9x\"";
    static constexpr std::string_view bytes(letters, sizeof letters - 1);
    for (auto changes = random() % 4; changes > 0; --changes) {
        const std::size_t at = from + random() % (text.size() - from);
        switch (random() % 4) {
            case 0: text[at] = bytes[random() % bytes.size()]; break;
            case 1: text.insert(at, 1, bytes[random() % bytes.size()]); break;
            case 2: text.erase(at, 1 + random() % 40); break;
            default: text.resize(at + 1); break;
        }
        if (text.size() <= from + 1) {
            return;
        }
    }
}

/// Every row has all columns, counted rows add up to the totals, and a broken document has none.
void check_whole(const Read& read) {
    BigDecimal sum;
    std::uint64_t counted = 0;
    for (std::size_t row = 0; row < read.rows.size(); ++row) {
        REQUIRE(read.rows[row].size() == usage::csv_columns.size());
        const std::string text = read.at(row, "discounted_amount");
        const auto amount = parse_big_decimal(text.empty() ? "0" : std::string_view(text));
        REQUIRE(amount.has_value());
        if (read.at(row, "counted") == "yes") {
            ++counted;
            REQUIRE(add_to(sum, *amount));
        }
    }
    REQUIRE(counted == read.extract.summary.counted_lines);
    BigDecimal total;
    for (const UsageSum& of_currency : read.extract.summary.totals) {
        REQUIRE(add_to(total, of_currency.discounted));
    }
    REQUIRE(total == sum);
    REQUIRE((read.codes().find("usage-unreadable") == std::string::npos || counted == 0));
}

}  // namespace

TEST_CASE("a report with some wrong bytes would end the run, or be half counted") {
    std::mt19937 random(20261122);
    for (int round = 0; round < test::rounds(300); ++round) {
        CAPTURE(round);
        std::string text = make_report(random, 1 + static_cast<int>(random() % 20));
        damage(random, text, 0);
        Store store;
        store.add("REP", text);
        usage::Options options;
        options.threads = 1;
        check_whole(read_store(store, options));
    }
}

TEST_CASE("damage in the middle of a long report would be told differently by many threads than by one") {
    std::mt19937 random(7);
    for (int round = 0; round < test::rounds(12); ++round) {
        CAPTURE(round);
        std::string text = make_report(random, 1500);
        damage(random, text, text.size() - 60'000);
        Store store;
        store.add("REP", text);
        usage::Options one;
        one.threads = 1;
        const Read expected = read_store(store, one);
        check_whole(expected);
        usage::Options many;
        many.threads = 4;
        many.chunk_bytes = 777;
        const Read read = read_store(store, many);
        CHECK(read.text == expected.text);
        CHECK(read.extract.findings == expected.extract.findings);
    }
}
