// Bytes that DuckDB and Spark would read as other values, or not at all. tests/consumers/parquet_test.py has DuckDB read whole files.
#include <doctest/doctest.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "parquet/cells.hpp"
#include "parquet/parquet.hpp"
#include "parquet/thrift.hpp"
#include "support/scratch_folder.hpp"

using namespace moisson;
using namespace moisson::parquet;

namespace {

std::string hex(std::string_view bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const char letter : bytes) {
        const auto byte = static_cast<unsigned char>(letter);
        text += digits[byte >> 4U];
        text += digits[byte & 15U];
    }
    return text;
}

std::string value_of(Kind kind, std::string_view text, int scale = 0) {
    std::string out;
    return append_value(out, {"x", kind, scale, false}, text) ? hex(out) : "refused" + hex(out);
}

std::string runs_of(const std::vector<std::uint32_t>& numbers, unsigned bits) {
    std::string out;
    append_runs(out, numbers, bits);
    return out;
}

/// As the format describes it, read the slow way.
std::vector<std::uint32_t> read_runs(const std::string& bytes, unsigned bits) {
    std::vector<std::uint32_t> numbers;
    std::size_t at = 0;
    while (at < bytes.size()) {
        std::uint64_t head = 0;
        for (unsigned shift = 0;; shift += 7) {
            const auto byte = static_cast<unsigned char>(bytes.at(at++));
            head |= std::uint64_t{byte & 0x7FU} << shift;
            if (byte < 0x80) {
                break;
            }
        }
        if ((head & 1U) == 0) {
            std::uint32_t value = 0;
            for (unsigned shift = 0; shift < bits; shift += 8) {
                value |= std::uint32_t{static_cast<unsigned char>(bytes.at(at++))} << shift;
            }
            numbers.insert(numbers.end(), head >> 1U, value);
            continue;
        }
        const std::size_t begin = at;
        for (std::size_t index = 0; index < (head >> 1U) * 8; ++index) {
            std::uint32_t value = 0;
            for (unsigned bit = 0; bit < bits; ++bit) {
                const std::size_t place = index * bits + bit;
                const auto byte = static_cast<unsigned char>(bytes.at(begin + place / 8));
                value |= (std::uint32_t{byte} >> (place % 8) & 1U) << bit;
            }
            numbers.push_back(value);
        }
        at = begin + (head >> 1U) * bits;
    }
    return numbers;
}

}  // namespace

TEST_CASE("an amount would be another by a factor, a sign or a cent") {
    CHECK(value_of(Kind::decimal, "0", 4) == "00000000000000000000000000000000");
    CHECK(value_of(Kind::decimal, "1.50", 4) == "00000000000000000000000000003a98");
    CHECK(value_of(Kind::decimal, "-1.50", 4) == "ffffffffffffffffffffffffffffc568");
    CHECK(value_of(Kind::decimal, "-0.0001", 4) == "ffffffffffffffffffffffffffffffff");
    CHECK(value_of(Kind::decimal, "1.50000000", 4) == value_of(Kind::decimal, "1.5", 4));
    CHECK(value_of(Kind::decimal, "9999999999999999999999999999999999.9999", 4) == "4b3b4ca85a86c47a098a223fffffffff");
    for (const char* text :
         {"10000000000000000000000000000000000", "0.00001", "", "-", ".5", "1.", "1,5", "+1", "1e3", " 1", "1.-5", "--1"}) {
        CAPTURE(text);
        CHECK(value_of(Kind::decimal, text, 4) == "refused");
    }
}

TEST_CASE("days, instants, counts and truths would be others") {
    CHECK(value_of(Kind::day, "1970-01-02") == "01000000");
    CHECK(value_of(Kind::day, "1969-12-31") == "ffffffff");
    CHECK(value_of(Kind::day, "2026-02-29") == "refused");
    CHECK(value_of(Kind::instant, "1970-01-01T00:00:01.002Z") == "ea03000000000000");
    CHECK(value_of(Kind::instant, "yesterday") == "refused");
    CHECK(value_of(Kind::count, "9223372036854775807") == "ffffffffffffff7f");
    for (const char* text : {"9223372036854775808", "-1", "-0", "1.0", ""}) {
        CAPTURE(text);
        CHECK(value_of(Kind::count, text) == "refused");
    }
    CHECK(value_of(Kind::truth, "yes") == "01");
    CHECK(value_of(Kind::truth, "no") == "00");
    CHECK(value_of(Kind::truth, "true") == "refused");
}

TEST_CASE("a reader would skip a row group that holds what it looks for") {
    const auto bytes = [](Kind kind, const char* text) {
        std::string out;
        REQUIRE(append_value(out, {"x", kind, 4, false}, text));
        return out;
    };
    CHECK(comes_before(Kind::decimal, bytes(Kind::decimal, "-2"), bytes(Kind::decimal, "-1")));
    CHECK(comes_before(Kind::decimal, bytes(Kind::decimal, "-1"), bytes(Kind::decimal, "1")));
    CHECK_FALSE(comes_before(Kind::decimal, bytes(Kind::decimal, "256"), bytes(Kind::decimal, "3")));
    CHECK(comes_before(Kind::count, bytes(Kind::count, "3"), bytes(Kind::count, "256")));
    CHECK(comes_before(Kind::day, bytes(Kind::day, "1969-12-31"), bytes(Kind::day, "1970-01-01")));
    CHECK(comes_before(Kind::text, "a", "\xC3\xA9"));
    CHECK(comes_before(Kind::text, "", "a"));
}

TEST_CASE("numbers in runs would come back as others") {
    CHECK(hex(runs_of(std::vector<std::uint32_t>(10, 1), 1)) == "1401");
    CHECK(hex(runs_of({0, 1, 2, 3, 4, 5, 6, 7}, 3)) == "0388c6fa");  // the format's own example
    std::mt19937 random(7);
    for (int round = 0; round < 3000; ++round) {
        const auto bits = static_cast<unsigned>(1 + random() % 17);
        std::vector<std::uint32_t> numbers;
        while (numbers.size() < random() % 300) {
            const auto value = static_cast<std::uint32_t>(random() & ((1U << bits) - 1));
            numbers.insert(numbers.end(), random() % 3 == 0 ? 1 + random() % 40 : 1, value);
        }
        std::vector<std::uint32_t> read = read_runs(runs_of(numbers, bits), bits);
        CHECK(read.size() >= numbers.size());
        CHECK(read.size() < numbers.size() + 8);  // the last group of eight is filled up
        read.resize(numbers.size());
        REQUIRE(read == numbers);
    }
}

TEST_CASE("a footer's structs would not be read as they were meant") {
    ThriftWriter out;
    out.begin_struct();
    out.i32(1, -1);
    out.begin_struct(3);
    out.truth(1, true);
    out.end_struct();
    out.i64(4, 300);
    out.list(5, ThriftWriter::Element::binary, 1);
    out.element(std::string_view("ab"));
    out.end_struct();
    CHECK(hex(out.bytes()) == "15012c1100" "16d804" "19180261" "6200");
    ThriftWriter many;
    many.begin_struct();
    many.list(1, ThriftWriter::Element::i32, 15);
    CHECK(hex(many.bytes()) == "19f50f");
}

TEST_CASE("a row that does not fit would be half in the file, and a file that is not finished would be read") {
    const test::ScratchFolder folder;
    const std::filesystem::path path = folder.path() / "a" / "t.parquet";
    {
        auto writer = Writer::create(path, {{"id", Kind::text, 0, true}, {"amount", Kind::decimal, 2, false}}, {});
        REQUIRE(writer);
        const std::vector<std::string> good{"x", "1.00"};
        const std::vector<std::string> bad{"x", "1.001"};
        CHECK(writer->add(good));
        const Status refused = writer->add(bad);
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code == ErrorCode::bad_input);
        CHECK(refused.error().message == "amount \"1.001\" does not fit its column");
        CHECK_FALSE(writer->add(std::vector<std::string>{"x"}));
    }
    CHECK_FALSE(std::filesystem::exists(path));
    CHECK(std::distance(std::filesystem::directory_iterator(path.parent_path()), std::filesystem::directory_iterator()) == 0);
}
