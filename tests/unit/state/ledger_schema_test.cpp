/// The ledger's table in PostgreSQL, and the file that is made from it.

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "base/files.hpp"
#include "state/ledger_schema.hpp"

using namespace moisson;

TEST_CASE("samples/ledger.sql makes the table that the program makes") {
    // Who prepares the table by hand would get one that the next export refuses.
    const std::filesystem::path page = std::filesystem::path(MOISSON_SOURCE_DIR) / "samples/ledger.sql";
    if (std::getenv("MOISSON_WRITE_PAGES") != nullptr) {
        REQUIRE(write_file(page, state::schema_file()).has_value());
        return;
    }
    CHECK_MESSAGE(read_file(page).value() == state::schema_file(),
                  "write it anew: MOISSON_WRITE_PAGES=1 build/release/tests/test_state -tc='samples/ledger.sql*'");
}

TEST_CASE("the table stands in the schema that the job names") {
    // Rows would go to a table of another job.
    const auto statements = state::schema_statements("books_2026");
    REQUIRE(statements.size() > 4);
    CHECK(statements.front() == "CREATE SCHEMA IF NOT EXISTS books_2026");
    for (const std::string& statement : statements) {
        CAPTURE(statement);
        CHECK(statement.find("moisson.") == std::string::npos);
        CHECK(statement.find("books_2026") != std::string::npos);
    }
}
