// The state store on a SQLite file, opened through Poco Data.
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <functional>
#include <limits>
#include <optional>
#include <system_error>
#include <utility>

#include <Poco/Data/SQLite/Connector.h>
#include <Poco/Data/SQLite/Utility.h>
#include <Poco/Data/Session.h>
#include <Poco/Exception.h>
#include <fmt/format.h>

#include "base/files.hpp"
#include "state/checksum.hpp"
#include "state/engine.hpp"
#include "state/run_lock.hpp"
#include "state/schema.hpp"
#include "state/sqlite_statement.hpp"
#include "state/state_file.hpp"
#include "state/store_kind.hpp"

namespace moisson::state {

namespace {

/// Another program (a person looking into the file) may have it open for a moment; a run never waits longer for it.
constexpr int busy_timeout_ms = 1000;

/// The whole translation of the library's failures; none of its exceptions leaves this folder.
Error to_error(const Poco::Exception& failure, const std::filesystem::path& path) {
    return fail(ErrorCode::state, "cannot open the state file: " + sanitise(failure.displayText()), path.string(),
                "Give this user the right to write the file and its folder, or choose another place (MOISSON_STATE)")
        .value();
}

class Connection {
public:
    /// Throws FatalError.
    explicit Connection(std::filesystem::path path) : path_(std::move(path)) {
        try {
            Poco::Data::SQLite::Connector::registerConnector();
            session_.emplace("SQLite", path_.string());
            handle_ = Poco::Data::SQLite::Utility::dbHandle(*session_);
        } catch (const Poco::Exception& failure) {
            throw_fatal(to_error(failure, path_));
        }
        sqlite3_extended_result_codes(handle_, 1);
        add_checksum_function(handle_, path_);
        sqlite3_busy_timeout(handle_, busy_timeout_ms);
        sqlite3_db_config(handle_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
        keep_log_on_close(1);
        // Exclusive: no shared-memory file, which network file systems lack. 8 MiB of cache: rows of one contract lie together, so more
        // brings nothing (measured with 200,000 rows).
        execute("PRAGMA locking_mode=EXCLUSIVE; PRAGMA cache_size=-8192; PRAGMA trusted_schema=OFF; PRAGMA temp_store=MEMORY",
                "opening it");
    }
    /// Until the file is known to be ours and whole, closing must not write to it.
    void keep_log_on_close(int keep) { sqlite3_db_config(handle_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, keep, nullptr); }
    void execute(const char* sql, std::string_view doing) {
        if (const int result = sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr); result != SQLITE_OK) {
            throw_fatal(sqlite_error(handle_, result, doing, path_));
        }
    }
    [[nodiscard]] sqlite3* handle() const noexcept { return handle_; }
    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

private:
    std::filesystem::path path_;
    std::optional<Poco::Data::Session> session_;
    sqlite3* handle_ = nullptr;  // the session's
};

class SqliteEngine final : public Engine {
public:
    /// `connection` to a file that was checked.
    SqliteEngine(RunLock lock, Connection connection, bool was_open_to_others)
        : lock_(std::move(lock)), connection_(std::move(connection)), was_open_to_others_(was_open_to_others) {
        connection_.keep_log_on_close(0);
        connection_.execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL", "opening it");
        begin_.emplace(connection_.handle(), "BEGIN IMMEDIATE", connection_.path());
        commit_.emplace(connection_.handle(), "COMMIT", connection_.path());
    }

    std::unique_ptr<Prepared> prepare(const std::string& sql, Rows) override {
        return std::make_unique<SqliteStatement>(connection_.handle(), sql.c_str(), connection_.path());
    }
    std::unique_ptr<Prepared> prepare(Write write, const Table& table) override { return prepare(write_sql(write, table), Rows::few); }
    void begin(Durability durability) override {
        is_relaxed_ = durability == Durability::relaxed;
        if (is_relaxed_) {
            connection_.execute("PRAGMA synchronous=NORMAL", "writing to it");
        }
        begin_->execute();
    }
    void commit() override {
        commit_->execute();
        be_strict_again();
    }
    void rollback() noexcept override {
        // Some failures (a full disk) have rolled back already.
        if (sqlite3_get_autocommit(connection_.handle()) == 0) {
            sqlite3_exec(connection_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
        }
        try {
            be_strict_again();
        } catch (const FatalError&) {
            // What is wrong with the connection is what ended the transaction, and is told by that.
        }
    }
    std::int64_t last_number() override { return sqlite3_last_insert_rowid(connection_.handle()); }
    Error damaged(std::string cause) const override { return damaged_error(connection_.path(), std::move(cause)); }
    bool was_open_to_others() const noexcept override { return was_open_to_others_; }

private:
    void be_strict_again() {
        if (std::exchange(is_relaxed_, false)) {
            connection_.execute("PRAGMA synchronous=FULL", "writing to it");
        }
    }

    // Destroyed from the last to the first: statements, connection, and the lock when nothing is open any more.
    RunLock lock_;
    Connection connection_;
    std::optional<SqliteStatement> begin_;
    std::optional<SqliteStatement> commit_;
    bool is_relaxed_ = false;
    bool was_open_to_others_ = false;
};

void must(Status status) {
    if (!status) {
        status.error().code = status.error().code == ErrorCode::disk ? ErrorCode::state : status.error().code;
        throw_fatal(std::move(status.error()));
    }
}

/// A new file appears under its name whole or not at all, so that an empty or half-made one is always damage.
void create_file(const std::filesystem::path& path) {
    const auto temporary = with_suffix(path, ".new");
    for (const char* suffix : {"", "-wal", "-shm", "-journal"}) {
        must(remove_path(with_suffix(temporary, suffix)));
    }
    // Made here and not by SQLite: its logs and journals take the mode of the file.
    auto made = open_new_file(temporary, Access::own);
    must(made ? Status{} : fail(std::move(made.error())));
    ::close(*made);
    {
        Connection connection(temporary);
        connection.keep_log_on_close(0);
        connection.execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL", "making it");
        connection.execute(fmt::format("BEGIN; PRAGMA application_id={}; PRAGMA user_version={};", application_id, schema_version).c_str(),
                           "making it");
        for (const char* script : schema_scripts) {
            connection.execute(script, "making it");
        }
        connection.execute("COMMIT; PRAGMA wal_checkpoint(TRUNCATE)", "making it");
    }
    must(rename_path(temporary, path));
}

/// Brings an older version's tables up to date, all of it or nothing.
void migrate(Connection& connection) {
    std::int64_t version = 0;
    {
        SqliteStatement version_of(connection.handle(), "PRAGMA user_version", connection.path());
        version = version_of.step() ? version_of.number() : 0;
    }
    if (version == schema_version) {
        return;
    }
    MOISSON_INVARIANT(version >= 1 && version < schema_version, "a version that was not checked");
    connection.execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; BEGIN IMMEDIATE", "bringing it up to date");
    for (auto script = static_cast<std::size_t>(version); script < schema_scripts.size(); ++script) {
        connection.execute(schema_scripts.at(script), "bringing it up to date");
    }
    for (const Table& table : all_tables) {
        const bool is_longer = table.since != 0 && version < table.added.since;
        if (version < table.since || is_longer) {  // all rows were held against the checksums that they had when the file was opened
            connection.execute(seal_all(table).c_str(), "bringing it up to date");
        }
    }
    connection.execute(fmt::format("PRAGMA user_version={}; COMMIT", schema_version).c_str(), "bringing it up to date");
}

bool is_there(const std::filesystem::path& path) {
    std::error_code problem;
    return std::filesystem::symlink_status(path, problem).type() != std::filesystem::file_type::not_found;
}

bool has_log(const std::filesystem::path& path) {
    std::error_code problem;
    const auto size = std::filesystem::file_size(with_suffix(path, "-wal"), problem);
    return !problem && size > 0;
}

/// Looks into the file without changing it. Without a log SQLite is told that nobody writes (immutable): it makes no file beside. With
/// one it needs its shared-memory file to read by, which is removed again unless it was there.
Status look_into(const std::filesystem::path& path, const std::function<Status(sqlite3*)>& look) {
    std::string address = "file:";
    for (const char letter : path.string()) {
        const bool has_meaning = letter == '%' || letter == '?' || letter == '#';
        address += has_meaning ? fmt::format("%{:02x}", static_cast<unsigned char>(letter)) : std::string(1, letter);
    }
    const bool logged = has_log(path);
    const auto shared_memory = with_suffix(path, "-shm");
    const bool remove_shared_memory = logged && !is_there(shared_memory);
    address += logged ? "?mode=ro" : "?mode=ro&immutable=1";
    sqlite3* handle = nullptr;
    const int result = sqlite3_open_v2(address.c_str(), &handle, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, nullptr);
    Status status = result == SQLITE_OK ? Status{} : Status(fail(sqlite_error(handle, result, "opening it", path)));
    if (status) {
        sqlite3_busy_timeout(handle, busy_timeout_ms);
        status = look(handle);
    }
    sqlite3_close(handle);
    if (remove_shared_memory) {
        std::error_code problem;
        std::filesystem::remove(shared_memory, problem);
    }
    return status;
}

/// Version and integrity.
Status check_read_only(const std::filesystem::path& path) {
    return look_into(path, [&](sqlite3* handle) { return check_database(handle, path); });
}

Status check_rights(const std::filesystem::path& path) {
    std::error_code problem;
    std::filesystem::path probe = path;
    if (!is_there(path)) {
        probe = path.parent_path();
        while (!std::filesystem::exists(probe, problem) && probe != probe.parent_path()) {
            probe = probe.parent_path();
        }
    }
    for (const auto& each : {probe, std::filesystem::is_directory(probe, problem) ? probe : probe.parent_path()}) {
        if (::faccessat(AT_FDCWD, each.c_str(), W_OK, AT_EACCESS) != 0) {
            auto failure = fail(ErrorCode::state, "the state store cannot be written", each.string(),
                                "Give this user the right to write there, or choose another place (MOISSON_STATE)");
            failure.value().cause = std::generic_category().message(errno);
            return failure;
        }
    }
    return {};
}

std::unique_ptr<Engine> open(const StateUrl& url, const std::string& holder) {
    const auto path = sqlite_path(url);
    if (!path) {
        throw_fatal(path.error());
    }
    auto open_to_others = make_own_folders(path->parent_path(), ".moisson");
    must(open_to_others ? Status{} : fail(std::move(open_to_others.error())));
    must(check_rights(*path));
    auto lock = RunLock::take(with_suffix(*path, ".lock"), holder);
    if (!lock) {
        throw_fatal(std::move(lock.error()));
    }
    if (!is_there(*path)) {
        must(check_no_stray_log(*path));
        create_file(*path);
    }
    for (const char* suffix : {"", "-wal", "-shm", "-journal"}) {  // before SQLite opens them: closing a descriptor drops its locks
        *open_to_others = keep_to_owner(with_suffix(*path, suffix)) || *open_to_others;
    }
    must(check_header(*path));
    // With a log of a killed run, only a connection that may write can read without leaving a file; it is kept from writing until all is
    // well.
    const bool logged = has_log(*path);
    if (!logged) {
        must(check_read_only(*path));
    }
    Connection connection(*path);
    if (logged) {
        must(check_database(connection.handle(), *path));
    }
    migrate(connection);
    return std::make_unique<SqliteEngine>(std::move(*lock), std::move(connection), *open_to_others);
}

Status check(const StateUrl& url) {
    const auto path = sqlite_path(url);
    if (!path) {
        return fail(path.error());
    }
    if (auto free = RunLock::probe(with_suffix(*path, ".lock")); !free) {
        return free;
    }
    if (auto writable = check_rights(*path); !writable) {
        return writable;
    }
    if (!is_there(*path)) {
        return check_no_stray_log(*path);
    }
    if (auto ours = check_header(*path); !ours) {
        return ours;
    }
    return check_read_only(*path);
}

std::string peek_setting(const StateUrl& url, const std::string& name) {
    std::string value;
    const auto path = sqlite_path(url);
    if (!path || !is_there(*path) || !check_header(*path)) {
        return value;
    }
    const Status looked = look_into(*path, [&](sqlite3* handle) -> Status {
        try {
            SqliteStatement row(handle, "SELECT value FROM setting WHERE name=?", *path);
            row.bind(name);
            value = row.step() ? row.text() : std::string();
            row.reset();
        } catch (const FatalError& failure) {
            return fail(failure.error());
        }
        return {};
    });
    static_cast<void>(looked);  // whoever opens the store will hear of what is wrong with it
    return value;
}

Result<bool> is_made(const StateUrl& url) {
    const auto path = sqlite_path(url);
    std::error_code problem;
    return path ? Result<bool>(std::filesystem::exists(*path, problem)) : fail(path.error());
}

std::filesystem::path local_file(const StateUrl& url) { return url.place; }

}  // namespace

const StoreKind sqlite_kind{"sqlite", open, check, peek_setting, is_made, local_file};

}  // namespace moisson::state
