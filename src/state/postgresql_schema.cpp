/// See postgresql_schema.hpp.

#include "state/postgresql_schema.hpp"

#include <cstddef>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "state/checksum.hpp"
#include "state/postgresql_script.hpp"
#include "state/schema.hpp"

namespace moisson::state {

namespace {

/// One row: the version of the tables beside it.
constexpr const char* version_table = "moisson_state";

tl::unexpected<Error> refused(const PostgresqlConnection& connection, std::string message, std::string hint) {
    return fail(connection.error(std::move(message), std::move(hint)));
}

std::string value_of(PostgresqlConnection& connection, const std::string& sql) { return connection.ask(sql, {}, "looking at it"); }

bool may(PostgresqlConnection& connection, const std::string& question) {
    return value_of(connection, fmt::format("SELECT {}", question)) == "t";
}

std::int64_t version_in(PostgresqlConnection& connection) {
    const std::string version =
        value_of(connection, fmt::format("SELECT max(version) FROM \"{}\".{}", connection.address().schema, version_table));
    return version.empty() ? 0 : std::stoll(version);
}

Status check_rights_in(PostgresqlConnection& connection, const FoundSchema& found) {
    const std::string& schema = connection.address().schema;
    if (value_of(connection, "SHOW transaction_read_only") == "on") {
        return refused(connection, "the state database is read-only", "Name the server that takes writes (the primary) in MOISSON_STATE");
    }
    if (!may(connection, "has_database_privilege(current_database(), 'TEMPORARY')") ||
        (!found.is_there && !may(connection, "has_database_privilege(current_database(), 'CREATE')"))) {
        return refused(connection, "the state database's user lacks a right",
                       "Grant CREATE and TEMPORARY on the database, or make the user the owner of the schema");
    }
    const bool may_use =
        !found.is_there ||
        (found.version == 0
             ? may(connection, fmt::format("has_schema_privilege('{}', 'USAGE') AND has_schema_privilege('{}', 'CREATE')", schema, schema))
             : may(connection, fmt::format("bool_and(has_table_privilege(oid, 'SELECT') AND has_table_privilege(oid, 'INSERT') AND "
                                           "has_table_privilege(oid, 'UPDATE') AND has_table_privilege(oid, 'DELETE')) "
                                           "FROM pg_class WHERE relkind = 'r' AND relnamespace = to_regnamespace('\"{}\"')",
                                           schema)));
    if (!may_use) {
        return refused(connection, "the state database's user lacks a right",
                       fmt::format("Make the user the owner of the schema {} and of its tables", schema));
    }
    return {};
}

}  // namespace

Result<FoundSchema> look_at_schema(PostgresqlConnection& connection) {
    const std::string& schema = connection.address().schema;
    FoundSchema found;
    if (may(connection, fmt::format("to_regnamespace('\"{}\"') IS NOT NULL", schema))) {
        // Asked of the catalog, which anyone may read.
        const auto count = [&](const std::string& which) {
            return value_of(connection, fmt::format("SELECT count(*) FROM pg_class WHERE relnamespace = to_regnamespace('\"{}\"') AND {}",
                                                    schema, which));
        };
        const bool has_version = count(fmt::format("relname = '{}'", version_table)) != "0";
        if (!has_version && count("relkind IN ('r', 'p', 'v', 'm', 'f', 'S')") != "0") {
            return refused(connection, fmt::format("the schema {} holds tables that are no state of Moisson's", schema),
                           "Name another schema in MOISSON_STATE (?schema=NAME). Nothing was changed");
        }
        found = {true, has_version ? version_in(connection) : 0};
        if (has_version && found.version < 1) {
            return fail(connection.damaged(fmt::format("its version is {}, which no Moisson wrote", found.version)));
        }
    }
    if (found.version > schema_version) {
        return refused(connection,
                       fmt::format("the state was written by a newer Moisson (its version is {}, this program knows {})", found.version,
                                   schema_version),
                       "Use that newer Moisson, or name another schema in MOISSON_STATE. Nothing was changed");
    }
    if (Status rights = check_rights_in(connection, found); !rights) {
        return fail(std::move(rights.error()));
    }
    return found;
}

void make_schema(PostgresqlConnection& connection, const FoundSchema& found) {
    const auto version = static_cast<std::size_t>(found.version);
    if (version == schema_scripts.size()) {
        return;
    }
    std::string commands = "BEGIN;\n";
    if (!found.is_there) {
        commands += fmt::format("CREATE SCHEMA \"{}\";\n", connection.address().schema);
    }
    if (version == 0) {
        // Not STRICT: the server puts the body of such a function in its place only where that is strict, too, and a call for each key of
        // each row took half of a save's time.
        commands += fmt::format(
            "CREATE TABLE {0}(version BIGINT NOT NULL);\nINSERT INTO {0} VALUES(0);\n"
            "COMMENT ON TABLE {0} IS 'the version of the tables beside it, which hold a state of Moisson''s';\n"
            "CREATE FUNCTION {1}(BYTEA) RETURNS BYTEA LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT CASE WHEN "
            "octet_length($1) <= 256 THEN $1 ELSE substring($1 FROM 1 FOR 256) || sha256($1) END $$;\n",
            version_table, key_function);
    }
    // A table that comes under a checksum in a later version has to be sealed here, too; those of today have it from the beginning.
    for (std::size_t script = version; script < schema_scripts.size(); ++script) {
        commands += postgresql_script(schema_scripts.at(script));
    }
    for (const Table& table : all_tables) {
        const bool has_rows_from_before = version > 0 && version >= table.since;
        if (has_rows_from_before && table.since != 0 && version < table.added.since) {
            commands += fmt::format("{};\n", seal_added(table));
        }
    }
    commands += fmt::format("UPDATE {} SET version = {};\nCOMMIT", version_table, schema_version);
    connection.run(commands, version == 0 ? "making it" : "bringing it up to date");
}

void check_tables(PostgresqlConnection& connection, std::int64_t version) {
    std::string commands;
    for (const Table& table : all_tables) {
        if (table.since > version) {
            continue;
        }
        commands += fmt::format("SELECT {}{} FROM {} LIMIT 0;", columns_at(table, version), table.is_numbered ? ",number" : "", table.name);
    }
    connection.run(commands, "looking at it");
}

}  // namespace moisson::state
