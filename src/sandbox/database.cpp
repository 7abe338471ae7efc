// SQLite by its C interface.
#include "sandbox/database.hpp"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/files.hpp"

namespace moisson::sandbox {

namespace {

constexpr std::int64_t application_mark = 0x4d534258;  // "MSBX": tells a sandbox's file from any other SQLite file

constexpr std::string_view schema =
    "CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS api_key (id TEXT PRIMARY KEY, account TEXT NOT NULL, serial INTEGER NOT NULL, issued_at TEXT NOT NULL,"
    "  revoked INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS contract (number INTEGER PRIMARY KEY, ordered_by TEXT NOT NULL, billing_account TEXT NOT NULL,"
    "  offer_code TEXT NOT NULL, name TEXT NOT NULL, support_level TEXT NOT NULL, first_name TEXT NOT NULL, last_name TEXT NOT NULL,"
    "  email TEXT NOT NULL, created_at TEXT NOT NULL, listed_from INTEGER NOT NULL);"
    "CREATE TABLE IF NOT EXISTS user (email TEXT PRIMARY KEY, login TEXT NOT NULL UNIQUE) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS user_role (email TEXT NOT NULL, contract_id TEXT NOT NULL, roles TEXT NOT NULL,"
    "  PRIMARY KEY (email, contract_id)) WITHOUT ROWID;";

struct StatementFinalizer {
    void operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }
};

bool bind(sqlite3_stmt* statement, const Row& values) {
    int at = 0;
    for (const Cell& value : values) {
        ++at;
        int bound = SQLITE_OK;
        if (const auto* number = std::get_if<std::int64_t>(&value)) {
            bound = sqlite3_bind_int64(statement, at, *number);
        } else {
            const std::string& text = text_in(value);
            bound = sqlite3_bind_text64(statement, at, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
        }
        if (bound != SQLITE_OK) {
            return false;
        }
    }
    return true;
}

Cell cell_at(sqlite3_stmt* statement, int column) {
    if (sqlite3_column_type(statement, column) == SQLITE_INTEGER) {
        return std::int64_t{sqlite3_column_int64(statement, column)};
    }
    const unsigned char* bytes = sqlite3_column_text(statement, column);
    const int size = sqlite3_column_bytes(statement, column);
    return bytes == nullptr ? std::string() : std::string(bytes, bytes + size);
}

}  // namespace

struct Database::State {
    std::string path;
    sqlite3* handle = nullptr;

    [[nodiscard]] tl::unexpected<Error> failed(std::string message, std::string hint = {}) const {
        const int code = handle == nullptr ? SQLITE_NOMEM : sqlite3_errcode(handle);
        if (code == SQLITE_BUSY || code == SQLITE_LOCKED) {
            return fail(ErrorCode::locked, "another sandbox has this database open", path, "Stop it first, or name another file");
        }
        if (code == SQLITE_NOTADB) {
            return fail(ErrorCode::state, "the file is no database of a sandbox", path, "Name another file");
        }
        Error error =
            fail(code == SQLITE_CANTOPEN || code == SQLITE_FULL || code == SQLITE_IOERR || code == SQLITE_READONLY ? ErrorCode::disk
                                                                                                                   : ErrorCode::state,
                 std::move(message), path, std::move(hint))
                .value();
        error.cause = handle == nullptr ? "out of memory" : sanitise(sqlite3_errmsg(handle));
        return fail(std::move(error));
    }
};

Database::Database(std::unique_ptr<State> state) : state_(std::move(state)) {}

Database::~Database() {
    if (state_ != nullptr) {
        sqlite3_close(state_->handle);
    }
}

Result<std::unique_ptr<Database>> Database::open(const std::string& path, std::string_view scenario, std::uint64_t seed) {
    auto state = std::make_unique<State>();
    state->path = path;
    // The database's own close runs whatever comes of opening it.
    std::unique_ptr<Database> database(new Database(std::move(state)));
    State& opened = *database->state_;
    // It holds keys. SQLite's journals take the mode of the file.
    const auto made = open_kept_file(path, O_RDWR, Access::own);
    if (!made) {
        return fail(made.error());
    }
    ::close(*made);
    if (sqlite3_open_v2(path.c_str(), &opened.handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr) !=
        SQLITE_OK) {
        return opened.failed("the database cannot be opened");
    }
    if (Status prepared = database->prepare_schema(scenario, seed); !prepared) {
        return fail(prepared.error());
    }
    return database;
}

Status Database::prepare_schema(std::string_view scenario, std::uint64_t seed) {
    // An exclusive lock that is taken once and kept: a second sandbox finds it.
    // What a power loss takes from a rehearsal is not worth waiting for the disk at every listing.
    for (const std::string_view sql : {"PRAGMA locking_mode = EXCLUSIVE", "PRAGMA synchronous = OFF", "BEGIN EXCLUSIVE"}) {
        if (Result<std::vector<Row>> done = query(sql); !done) {
            return fail(done.error());
        }
    }
    const Result<std::vector<Row>> mark = query("PRAGMA application_id");
    const Result<std::vector<Row>> tables = query("SELECT count(*) FROM sqlite_master");
    if (!mark || !tables) {
        return fail(mark ? tables.error() : mark.error());
    }
    const bool is_new = number_in(tables->at(0).at(0)) == 0;
    if (!is_new && number_in(mark->at(0).at(0)) != application_mark) {
        return fail(ErrorCode::state, "the file is no database of a sandbox", state_->path, "Name another file");
    }
    if (sqlite3_exec(state_->handle, std::string(schema).c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
        return state_->failed("the database cannot be prepared");
    }
    const std::string made_for = fmt::format("{} with seed {}", scenario, seed);
    if (Status done = run(fmt::format("PRAGMA application_id = {}", application_mark)); !done) {
        return done;
    }
    if (Status done = run("INSERT OR IGNORE INTO meta VALUES ('scenario', ?)", {made_for}); !done) {
        return done;
    }
    const Result<std::vector<Row>> stored = query("SELECT value FROM meta WHERE name = 'scenario'");
    if (!stored) {
        return fail(stored.error());
    }
    if (text_in(stored->at(0).at(0)) != made_for) {
        return fail(
            ErrorCode::state,
            fmt::format("the database belongs to scenario {}, not to {}", sanitise(text_in(stored->at(0).at(0))), sanitise(made_for)),
            state_->path, "Name another file, or the scenario and seed that it was made with");
    }
    return run("COMMIT");
}

Status Database::run(std::string_view sql, const Row& values) {
    Result<std::vector<Row>> rows = query(sql, values);
    return rows ? Status{} : Status(fail(rows.error()));
}

Result<std::vector<Row>> Database::query(std::string_view sql, const Row& values) {
    sqlite3_stmt* prepared = nullptr;
    if (sqlite3_prepare_v2(state_->handle, sql.data(), static_cast<int>(sql.size()), &prepared, nullptr) != SQLITE_OK) {
        return state_->failed("the database cannot be used");
    }
    const std::unique_ptr<sqlite3_stmt, StatementFinalizer> statement(prepared);
    if (!bind(prepared, values)) {
        return state_->failed("the database cannot be used");
    }
    std::vector<Row> rows;
    for (;;) {
        const int step = sqlite3_step(prepared);
        if (step == SQLITE_DONE) {
            return rows;
        }
        if (step != SQLITE_ROW) {
            return state_->failed("the database cannot be used");
        }
        Row row;
        for (int column = 0; column < sqlite3_column_count(prepared); ++column) {
            row.push_back(cell_at(prepared, column));
        }
        rows.push_back(std::move(row));
    }
}

std::int64_t number_in(const Cell& cell) noexcept {
    const auto* number = std::get_if<std::int64_t>(&cell);
    return number == nullptr ? 0 : *number;
}

const std::string& text_in(const Cell& cell) noexcept {
    static const std::string none;
    const auto* text = std::get_if<std::string>(&cell);
    return text == nullptr ? none : *text;
}

}  // namespace moisson::sandbox
