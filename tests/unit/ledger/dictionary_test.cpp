/// What the columns mean, for who has a bundle alone.

#include <doctest/doctest.h>

#include <set>
#include <string>

#include "ledger/dictionary.hpp"

using namespace moisson;

TEST_CASE("every column has a title and a meaning in both languages") {
    // An auditor would find a column that nobody explains.
    for (const auto language : {Language::english, Language::french}) {
        std::set<std::string> titles;
        const auto columns = ledger::noted_columns(language, ledger::CsvColumns::with_reporting);
        REQUIRE(columns.size() == ledger::column_infos.size());
        for (const NotedColumn& column : columns) {
            CAPTURE(column.name);
            CHECK(titles.insert(column.title).second);
            CHECK(column.meaning.size() > 5);
            CHECK(column.meaning.find("NULL") == std::string::npos);
        }
    }
    CHECK(ledger::noted_columns(Language::french, ledger::CsvColumns::fixed).size() == ledger::fixed_columns);
}
