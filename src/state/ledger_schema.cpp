#include "state/ledger_schema.hpp"

#include <fmt/format.h>

#include "ledger/columns.hpp"

namespace moisson::state {

namespace {

constexpr std::string_view heading =
    R"(-- The ledger in PostgreSQL (14 or later): the rows of ledger.csv, one per version of a document, with the same column names.
--
-- `moisson export` makes this schema where it is missing and loads it when the job file has [output.database] (jobs/README.md, "The
-- ledger in PostgreSQL"). To prepare it by hand, for a role that may only write rows: psql -f ledger.sql; then grant SELECT, INSERT,
-- UPDATE and DELETE on moisson.ledger to that role. Empty cells of ledger.csv are NULL here, but for document_id.
)";

/// A text between single quotes.
std::string quoted(std::string_view text) {
    std::string out = "'";
    for (const char letter : text) {
        out += letter == '\'' ? "''" : std::string(1, letter);
    }
    return out + "'";
}

std::string table_statement(std::string_view schema) {
    std::string sql = fmt::format("CREATE TABLE {}.ledger (\n", schema);
    for (const ledger::ColumnInfo& column : ledger::column_infos) {
        sql += fmt::format("    {} {}{}{},\n", column.name, column.sql_type, column.sql_rule.empty() ? "" : " ", column.sql_rule);
    }
    return sql +
           "    PRIMARY KEY (contract_id, document_id, version),\n"
           "    CHECK (NOT counted OR (amount IS NOT NULL AND currency IS NOT NULL AND period IS NOT NULL))\n)";
}

}  // namespace

std::vector<std::string> schema_statements(std::string_view schema) {
    std::vector<std::string> statements{
        fmt::format("CREATE SCHEMA IF NOT EXISTS {}", schema),
        table_statement(schema),
        fmt::format("CREATE INDEX ledger_period ON {}.ledger (period, contract_id)", schema),
        fmt::format("COMMENT ON TABLE {}.ledger IS 'One row per version of a document; sums are made over rows with counted, per currency, "
                    "never across. Moisson ledger schema 1'",
                    schema),
    };
    for (const ledger::ColumnInfo& column : ledger::column_infos) {
        statements.push_back(fmt::format("COMMENT ON COLUMN {}.ledger.{} IS {}", schema, column.name, quoted(column.meaning)));
    }
    return statements;
}

std::string schema_file() {
    std::string file(heading);
    bool is_comment = false;
    for (const std::string& statement : schema_statements("moisson")) {
        const bool goes_on = is_comment;
        is_comment = statement.starts_with("COMMENT");
        file += fmt::format("{}{};\n", goes_on ? "" : "\n", statement);
    }
    return file;
}

}  // namespace moisson::state
