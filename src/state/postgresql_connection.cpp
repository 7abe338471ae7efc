/// See postgresql_connection.hpp.

#include "state/postgresql_connection.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <functional>
#include <thread>

#include <fmt/format.h>

#include "base/digest.hpp"
#include "base/text.hpp"
#include "base/user.hpp"

namespace moisson::state {

namespace {

constexpr int version_min = 140000;  // client_connection_check_interval, by which a killed holder's lock falls in mid-query

Error bad_address(std::string message, std::string hint) {
    return fail(ErrorCode::bad_input, std::move(message), {}, std::move(hint)).value();
}

constexpr const char* address_hint = "Write postgresql://user@host:5432/database?schema=NAME";

bool is_schema_name(std::string_view name) {
    constexpr std::size_t letters_max = 63;  // of any name in PostgreSQL
    const auto is_letter = [](char letter) { return (letter >= 'a' && letter <= 'z') || letter == '_'; };
    return !name.empty() && name.size() <= letters_max && is_letter(name.front()) && !name.starts_with("pg_") &&
           std::ranges::all_of(name, [&](char letter) { return is_letter(letter) || (letter >= '0' && letter <= '9'); });
}

/// Takes `schema=NAME` out of the address's query, which libpq would not know. False: it stands there twice.
bool take_schema(std::string& address, std::string& schema) {
    constexpr std::string_view key = "schema=";
    const std::size_t question = address.find('?');
    if (question == std::string::npos) {
        return true;
    }
    std::string rest;
    int found = 0;
    for (std::size_t begin = question + 1; begin <= address.size();) {
        const std::size_t end = std::min(address.find('&', begin), address.size());
        const std::string part = address.substr(begin, end - begin);
        if (part.starts_with(key)) {
            schema = part.substr(key.size());
            ++found;
        } else if (!part.empty()) {
            rest += fmt::format("{}{}", rest.empty() ? "?" : "&", part);
        }
        begin = end + 1;
    }
    address = address.substr(0, question) + rest;
    return found <= 1;
}

std::string name_of(const PostgresqlAddress& address) {
    std::string host = "localhost";
    std::string port;
    std::string database;
    for (const auto& [keyword, value] : address.options) {
        if (keyword == "host" || (keyword == "hostaddr" && host == "localhost")) {
            host = value;
        } else if (keyword == "port") {
            port = ":" + value;
        } else if (keyword == "dbname") {
            database = value;
        }
    }
    return sanitise(fmt::format("postgresql://{}{}/{}?schema={}", host, port, database, address.schema), 200);
}

/// Asks until it is so; false: it never was, in the 3 s in which a server must notice that a lock's holder was killed.
bool is_in_time(const std::function<bool()>& is_so) {
    constexpr std::chrono::milliseconds patience{3000};
    constexpr std::chrono::milliseconds pause{100};
    const auto until = std::chrono::steady_clock::now() + patience;
    while (!is_so()) {
        if (std::chrono::steady_clock::now() >= until) {
            return false;
        }
        std::this_thread::sleep_for(pause);
    }
    return true;
}

/// 64 bits of the schema's name; a database keeps its locks apart from other databases'.
std::string lock_key(const PostgresqlAddress& address) {
    const std::string digits = sha256_hex("moisson state " + address.schema).substr(0, 16);
    return fmt::format("{}", static_cast<std::int64_t>(std::stoull(digits, nullptr, 16)));
}

void say_nothing(void*, const char*) {}

}  // namespace

Result<PostgresqlAddress> read_postgresql_address(const StateUrl& url) {
    if (!url.place.starts_with("//")) {
        return fail(bad_address("the state store's address cannot be read", address_hint));
    }
    const auto api = libpq();
    if (!api) {
        return fail(api.error());
    }
    PostgresqlAddress address;
    std::string text = url.text;
    if (!take_schema(text, address.schema) || !is_schema_name(address.schema)) {
        return fail(
            bad_address("the state store's address names no schema that can be",
                        "Write schema=NAME once, with small letters, digits and _, as in postgresql://user@host/database?schema=books"));
    }
    auto given = parse_address(*api, text);
    if (!given) {
        return fail(bad_address("the state store's address cannot be read", address_hint));
    }
    for (const auto& [keyword, value] : *given) {
        if (keyword == "password") {
            return fail(bad_address("the state store's address holds a password, which other programs could see there",
                                    "Leave it out, and name a file with it in PGPASSFILE (or write ~/.pgpass): "
                                    "host:port:database:user:password, mode 0600"));
        }
    }
    address.options = std::move(*given);
    address.name = name_of(address);
    return address;
}

PostgresqlConnection::PostgresqlConnection(PostgresqlAddress address, const std::string& holder)
    : address_(std::move(address)), api_{}, handle_(nullptr, nullptr) {
    auto api = libpq();
    if (!api) {
        throw_fatal(std::move(api.error()));
    }
    api_ = *api;
    // The later one of a name counts: those that the address gives, then ours.
    std::vector<std::pair<std::string, std::string>> options{{"connect_timeout", "10"},
                                                             {"tcp_user_timeout", "60000"},
                                                             {"keepalives_idle", "30"},
                                                             {"keepalives_interval", "10"},
                                                             {"keepalives_count", "3"}};
    options.insert(options.end(), address_.options.begin(), address_.options.end());
    const std::string shown = fmt::format("{} (pid {} on {})", holder, ::getpid(), host_name());
    options.insert(options.end(), {{"client_encoding", "UTF8"}, {"application_name", shown}});
    std::vector<const char*> keywords;
    std::vector<const char*> values;
    for (const auto& [keyword, value] : options) {
        keywords.push_back(keyword.c_str());
        values.push_back(value.c_str());
    }
    keywords.push_back(nullptr);
    values.push_back(nullptr);
    handle_ = {api_.connectdb_params(keywords.data(), values.data(), 0), api_.finish};
    if (handle_ == nullptr || api_.status(handle_.get()) != CONNECTION_OK) {
        throw_fatal(connect_error());
    }
    api_.set_notice_processor(handle_.get(), say_nothing, nullptr);
    if (const int version = api_.server_version(handle_.get()); version < version_min) {
        throw_fatal(error(fmt::format("the state database is PostgreSQL {}, and a state needs 14 or later", version / 10000),
                          "Name a newer server in MOISSON_STATE, or keep the state in a file"));
    }
    set_up();
}

void PostgresqlConnection::set_up() {
    run("SET client_min_messages = warning; SET standard_conforming_strings = on; SET statement_timeout = 0; SET lock_timeout = '60s'; "
        "SET idle_session_timeout = 0; SET idle_in_transaction_session_timeout = 0; SET jit = off; SET work_mem = '64MB'; SET temp_buffers "
        "= '32MB'; "
        "SET default_transaction_isolation = 'read committed'; SET tcp_keepalives_idle = 30; SET tcp_keepalives_interval = 10; "
        "SET tcp_keepalives_count = 3; "
        "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') IN ('off', 'local'); "
        "SELECT set_config('search_path', '\"" +
            address_.schema + "\"', false)",
        "opening it");
    // A server on a system that cannot tell of closed connections refuses the setting; there the lock falls with the query.
    static_cast<void>(own(api_.exec(handle_.get(), "SET client_connection_check_interval = '1s'")));
}

Error PostgresqlConnection::error(std::string message, std::string hint) const {
    return fail(ErrorCode::state, std::move(message), address_.name, std::move(hint)).value();
}

Error PostgresqlConnection::damaged(std::string cause) const {
    Error damage = error("the state in the database is damaged",
                         "Restore the schema from the database's backup. Without one drop it: the next export makes the state again of the "
                         "months that are published");
    damage.cause = std::move(cause);
    return damage;
}

Error PostgresqlConnection::connect_error() const {
    const std::string cause = handle_ == nullptr ? std::string("no memory") : std::string(api_.error_message(handle_.get()));
    const auto says = [&](std::string_view words) { return cause.find(words) != std::string::npos; };
    Error failure;
    if (handle_ != nullptr && api_.connection_needs_password(handle_.get()) != 0) {
        failure = error("the state database asks for a password, and none was found",
                        "Name a file with it in PGPASSFILE, or write ~/.pgpass: host:port:database:user:password, mode 0600");
    } else if (says("authentication") || says("pg_hba.conf") || says("role \"")) {
        failure =
            error("the state database refused the user", "Check the user in MOISSON_STATE and the password in PGPASSFILE (or ~/.pgpass)");
    } else if (says("database \"")) {
        failure = error("the state database is not there", "Check its name in MOISSON_STATE, or make it: createdb");
    } else {
        failure = error("the state database cannot be reached",
                        "Check host and port in MOISSON_STATE, and that the server runs; nothing is lost, the next run goes on");
    }
    failure.cause = sanitise(cause, 400);
    return failure;
}

void PostgresqlConnection::fail_with(const PGresult* result, std::string_view doing) {
    const char* const field = result == nullptr ? nullptr : api_.result_error_field(result, PG_DIAG_SQLSTATE);
    const std::string_view code = field == nullptr ? std::string_view() : std::string_view(field);
    const char* const primary = result == nullptr ? nullptr : api_.result_error_field(result, PG_DIAG_MESSAGE_PRIMARY);
    const std::string cause = primary != nullptr ? std::string(primary) : std::string(api_.error_message(handle_.get()));
    Error failure;
    if (api_.status(handle_.get()) != CONNECTION_OK || code.starts_with("08") || code.starts_with("57P")) {
        failure = error(fmt::format("the state database went away while {}", doing),
                        "What was saved before stands, and files that were fetched since are noted beside OUT: run again when it is back, "
                        "and they are taken over");
    } else if (code == "25006") {
        failure = error("the state database is read-only", "Name the server that takes writes (the primary) in MOISSON_STATE");
    } else if (code.starts_with("53")) {
        failure = error(fmt::format("the state database has no room left while {}", doing),
                        "Free space or memory on its server and run again; what was saved before stands");
    } else if (code == "42501") {
        failure =
            error("the state database's user lacks a right",
                  fmt::format("Make the user the owner of the schema {}, or grant CREATE and TEMPORARY on the database", address_.schema));
    } else if (code.starts_with("XX00") || code == "42P01" || code == "42703") {
        failure = damaged({});
    } else {
        failure = error(fmt::format("the state store failed while {}", doing), "The cause is the server's; what was saved before stands");
    }
    failure.cause = sanitise(code.empty() ? cause : fmt::format("{} ({})", cause, code), 400);
    throw_fatal(std::move(failure));
}

void PostgresqlConnection::check(const PGresult* result, std::string_view doing) {
    constexpr std::array good{PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_SINGLE_TUPLE, PGRES_COPY_IN};
    if (result == nullptr || std::find(good.begin(), good.end(), api_.result_status(result)) == good.end()) {
        fail_with(result, doing);
    }
}

void PostgresqlConnection::run(const std::string& commands, std::string_view doing) {
    const PostgresqlResult result = own(api_.exec(handle_.get(), commands.c_str()));
    check(result.get(), doing);
}

std::string PostgresqlConnection::ask(const std::string& sql, std::span<const std::string> parameters, std::string_view doing) {
    std::vector<const char*> values;
    for (const std::string& parameter : parameters) {
        values.push_back(parameter.c_str());
    }
    const PostgresqlResult result =
        own(api_.exec_params(handle_.get(), sql.c_str(), static_cast<int>(values.size()), nullptr, values.data(), nullptr, nullptr, 0));
    check(result.get(), doing);
    return api_.ntuples(result.get()) == 0 ? std::string() : std::string(api_.getvalue(result.get(), 0, 0));
}

std::string PostgresqlConnection::lock_holder() {
    return ask(
        "SELECT COALESCE(NULLIF(application_name, ''), 'another process') FROM pg_locks JOIN pg_stat_activity USING (pid) "
        "WHERE locktype = 'advisory' AND granted AND objsubid = 1 AND pg_locks.pid <> pg_backend_pid() "
        "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) "
        "AND ((classid::bigint << 32) | objid::bigint) = $1::bigint",
        std::vector{lock_key(address_)}, "asking for its lock");
}

Error PostgresqlConnection::taken_by(const std::string& holder) const {
    return fail(ErrorCode::locked, fmt::format("another run holds the state: {}", sanitise(holder, 200)), address_.name,
                "Wait until it has ended; the lock falls with its connection")
        .value();
}

void PostgresqlConnection::take_lock() {
    const auto taken = [this] {
        return ask("SELECT pg_try_advisory_lock($1::bigint)", std::vector{lock_key(address_)}, "asking for its lock") == "t";
    };
    if (!is_in_time(taken)) {
        const std::string holder = lock_holder();
        throw_fatal(taken_by(holder.empty() ? "another process" : holder));
    }
}

Status PostgresqlConnection::check_lock() {
    std::string holder;
    const auto is_free = [&] {
        holder = lock_holder();
        return holder.empty();
    };
    return is_in_time(is_free) ? Status() : fail(taken_by(holder));
}

}  // namespace moisson::state
