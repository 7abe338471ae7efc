/// The table of columns, and the page that is made from it.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <set>
#include <string>

#include "base/files.hpp"
#include "ledger/columns.hpp"

using namespace moisson;

namespace {

const std::filesystem::path page = std::filesystem::path(MOISSON_SOURCE_DIR) / "samples/ledger.md";
constexpr std::string_view heading = "| column | meaning |\n|---|---|\n";

std::string table() {
    std::string text(heading);
    for (const ledger::ColumnInfo& column : ledger::column_infos) {
        std::string meaning(column.meaning);
        if (const auto at = meaning.find("NULL"); at != std::string::npos) {
            meaning.replace(at, 4, "empty");  // what a file has in its place
        }
        text += fmt::format("| `{}` | {}{}{}{} |\n", column.name, meaning, column.note.empty() ? "" : "; ", column.note,
                            column.only_reporting ? "; only with [a reporting currency](../jobs/README.md#the-reporting-currency)" : "");
    }
    return text;
}

}  // namespace

TEST_CASE("samples/ledger.md has every column as the program writes it") {
    // Who reads a ledger would look up a column that is not there, or in vain.
    std::string text = read_file(page).value();
    const std::size_t begin = text.find(heading);
    REQUIRE(begin != std::string::npos);
    const std::size_t end = text.find("\n\n", begin) + 1;
    const std::string wanted = table();
    if (std::getenv("MOISSON_WRITE_PAGES") != nullptr) {
        REQUIRE(write_file(page, text.replace(begin, end - begin, wanted)).has_value());
        return;
    }
    CHECK_MESSAGE(text.substr(begin, end - begin) == wanted,
                  "write it anew: MOISSON_WRITE_PAGES=1 build/release/tests/test_ledger -tc='samples/ledger.md*'");
}

TEST_CASE("every column has its own name, a width and a meaning everywhere") {
    // A sheet would hide a column, or a database would refuse the table.
    std::set<std::string_view> names;
    for (const ledger::ColumnInfo& column : ledger::column_infos) {
        CAPTURE(column.name);
        CHECK(names.insert(column.name).second);
        CHECK(column.width >= 8);
        CHECK(!column.meaning.empty());
        CHECK(!column.sql_type.empty());
    }
}
