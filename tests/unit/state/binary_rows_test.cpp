// Rows in PostgreSQL's binary forms, byte for byte as its documentation has them.
#include <array>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "state/binary_rows.hpp"
#include "state/postgresql_script.hpp"

using namespace moisson;

namespace {

std::string bytes(std::initializer_list<int> values) {
    std::string text;
    for (const int value : values) {
        text += static_cast<char>(value);
    }
    return text;
}

const std::string head = "PGCOPY\n" + bytes({0xff, '\r', '\n', 0, 0, 0, 0, 0, 0, 0, 0, 0});

}  // namespace

TEST_CASE("numbers go and come as they are") {
    // Else: an amount is another one after its way through the database.
    for (const std::int64_t number : {std::int64_t{0}, std::int64_t{1}, std::int64_t{-1}, std::int64_t{1'234'567'890'123},
                                      std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()}) {
        CHECK(state::from_big_endian(state::to_big_endian(number)) == number);
    }
    CHECK(state::from_big_endian(bytes({0xff, 0xff, 0xff, 0xfe})) == -2);
    CHECK_FALSE(state::from_big_endian("").has_value());
    CHECK_FALSE(state::from_big_endian("12345").has_value());
}

TEST_CASE("whole rows travel, and one that was begun waits") {
    // Else: half a row is sent with those before it, and nothing of the save stands.
    state::BinaryRows rows;
    rows.add(std::string_view("a\0", 2));
    rows.add(std::int64_t{258});
    rows.end_row();
    rows.add(std::string_view("begun"));
    CHECK(rows.rows() == 1);
    CHECK(rows.cells() == 1);
    const std::string row = bytes({0, 2, 0, 0, 0, 2, 'a', 0, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 1, 2});
    const std::vector<std::string> arrays = rows.as_arrays(17, 20);
    REQUIRE(arrays.size() == 2);
    CHECK(arrays[0] == bytes({0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 17, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2, 'a', 0}));
    CHECK(arrays[1] == bytes({0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 20, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 1, 2}));
    CHECK(rows.bytes() == row);
    CHECK(state::copy_head == head);
    CHECK(state::copy_end == bytes({0xff, 0xff}));
    rows.clear();
    CHECK(rows.rows() == 0);
    rows.add(std::int64_t{0});
    rows.end_row();
    CHECK(rows.bytes() == bytes({0, 2, 0, 0, 0, 5, 'b', 'e', 'g', 'u', 'n', 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0}));
}

TEST_CASE("two keys are alike only where all their cells are") {
    // Else: one document takes the place of another.
    const auto key = [](std::string_view first, std::string_view second) {
        state::BinaryRows rows;
        rows.add(first);
        rows.add(second);
        return rows.cells_of_row(std::array<std::size_t, 2>{0, 1});
    };
    CHECK(key("a", "bc") == key("a", "bc"));
    CHECK(key("ab", "c") != key("a", "bc"));
    CHECK(key("", "abc") != key("abc", ""));
}

TEST_CASE("tables are PostgreSQL's: any bytes in texts, keys of any length, and what each column means") {
    // Else: a long file name ends the run, and whoever opens the database has to guess.
    const std::string script = state::postgresql_script(
        "CREATE TABLE thing(                 -- things; all of them\n"
        "  name TEXT NOT NULL,               -- the thing's name\n"
        "  number INTEGER NOT NULL,\n"
        "  PRIMARY KEY(name, number)\n"
        ") WITHOUT ROWID;\n"
        "ALTER TABLE thing ADD COLUMN more TEXT NOT NULL DEFAULT '';  -- later\n");
    CHECK(script ==
          "CREATE TABLE thing(name BYTEA NOT NULL, number BIGINT NOT NULL);\n"
          "CREATE UNIQUE INDEX ON thing(moisson_key(name), number);\n"
          "ALTER TABLE thing ADD COLUMN more BYTEA NOT NULL DEFAULT '';\n"
          "COMMENT ON TABLE thing IS 'things; all of them';\n"
          "COMMENT ON COLUMN thing.name IS 'the thing''s name';\n"
          "COMMENT ON COLUMN thing.more IS 'later';\n");
}
