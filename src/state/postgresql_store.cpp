// The state store in a schema of a PostgreSQL database.
#include <utility>

#include "state/checksum.hpp"
#include "state/postgresql_connection.hpp"
#include "state/postgresql_engine.hpp"
#include "state/postgresql_schema.hpp"
#include "state/schema.hpp"
#include "state/store_kind.hpp"

namespace moisson::state {

namespace {

PostgresqlConnection connect_to(const StateUrl& url, const std::string& holder) {
    auto address = read_postgresql_address(url);
    if (!address) {
        throw_fatal(std::move(address.error()));
    }
    return {std::move(*address), holder};
}

FoundSchema found_in(PostgresqlConnection& connection) {
    auto found = look_at_schema(connection);
    if (!found) {
        throw_fatal(std::move(found.error()));
    }
    return *found;
}

std::unique_ptr<Engine> open_schema(const StateUrl& url, const std::string& holder) {
    PostgresqlConnection connection = connect_to(url, holder);
    connection.take_lock();
    make_schema(connection, found_in(connection));
    check_tables(connection, schema_version);
    auto engine = std::make_unique<PostgresqlEngine>(std::move(connection));
    check_checksums(*engine, schema_version);
    return engine;
}

Status check_schema(const StateUrl& url) {
    try {
        PostgresqlConnection connection = connect_to(url, "doctor");
        if (Status lock = connection.check_lock(); !lock) {
            return lock;
        }
        if (const FoundSchema found = found_in(connection); found.version > 0) {
            check_tables(connection, found.version);
            PostgresqlEngine engine(std::move(connection));
            check_checksums(engine, found.version);
        }
    } catch (const FatalError& failure) {
        return fail(failure.error());
    }
    return {};
}

std::string peek_in_schema(const StateUrl& url, const std::string& name) {
    try {
        PostgresqlConnection connection = connect_to(url, "a glance");
        if (found_in(connection).version == 0) {
            return {};
        }
        PostgresqlEngine engine(std::move(connection));
        Statement row(engine, "SELECT value FROM setting WHERE name=?");
        row.bind(name);
        return row.step() ? row.text() : std::string();
    } catch (const FatalError&) {
        return {};  // whoever opens the store will hear of what is wrong with it
    }
}

Result<bool> is_schema_there(const StateUrl& url) {
    try {
        PostgresqlConnection connection = connect_to(url, "a glance");
        const auto found = look_at_schema(connection);
        return found ? Result<bool>(found->version > 0) : fail(found.error());
    } catch (const FatalError& failure) {
        return fail(failure.error());
    }
}

std::filesystem::path no_file(const StateUrl&) { return {}; }

}  // namespace

const StoreKind postgresql_kind{"postgresql", open_schema, check_schema, peek_in_schema, is_schema_there, no_file};

}  // namespace moisson::state
