#include "state/sqlite_statement.hpp"

#include <system_error>

#include <fmt/format.h>

namespace moisson::state {

Error damaged_error(const std::filesystem::path& path, std::string cause) {
    Error error;
    error.code = ErrorCode::state;
    error.message = "the state file is damaged";
    error.where = path.string();
    error.cause = std::move(cause);
    error.hint =
        "Put its newest backup in its place (with its -wal file, if there is one), then run again. Without a backup move it away: the next "
        "export lists and downloads again, and takes over the months that are published with --adopt-folder";
    return error;
}

Error sqlite_error(sqlite3* handle, int result, std::string_view doing, const std::filesystem::path& path) {
    std::string cause = sanitise(handle != nullptr ? sqlite3_errmsg(handle) : sqlite3_errstr(result));
    const int primary = result & 0xff;
    if (primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB) {
        return damaged_error(path, std::move(cause));
    }
    if (const int number = handle != nullptr ? sqlite3_system_errno(handle) : 0;
        number != 0 && (primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN || primary == SQLITE_READONLY)) {
        cause += fmt::format(" ({})", std::generic_category().message(number));
    }
    Error error;
    error.code = ErrorCode::state;
    error.message = fmt::format("the state store failed while {}", doing);
    error.where = path.string();
    error.cause = std::move(cause);
    switch (primary) {
        case SQLITE_FULL: error.hint = "Free space on its disk and run again; what was saved before stands"; break;
        case SQLITE_READONLY:
        case SQLITE_CANTOPEN:
        case SQLITE_PERM:
        case SQLITE_AUTH:
            error.hint = "Give this user the right to write the file and its folder, or choose another place (MOISSON_STATE)";
            break;
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            error.code = ErrorCode::locked;
            error.message = fmt::format("another program has the state file open; failed while {}", doing);
            error.hint = "Close it and run again";
            break;
        default: error.hint = "Check its disk and free space, then run again; what was saved before stands"; break;
    }
    return error;
}

SqliteStatement::SqliteStatement(sqlite3* handle, const char* sql, const std::filesystem::path& path) : handle_(handle), path_(path) {
    if (const int result = sqlite3_prepare_v3(handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement_, nullptr); result != SQLITE_OK) {
        // Our own text cannot be wrong: tables or columns are missing in the file.
        throw_fatal(result == SQLITE_ERROR ? damaged_error(path, sanitise(sqlite3_errmsg(handle)))
                                           : sqlite_error(handle, result, "reading it", path));
    }
}

void SqliteStatement::fail_with(int result) {
    Error error = sqlite_error(handle_, result, sqlite3_stmt_readonly(statement_) != 0 ? "reading it" : "writing to it", path_);
    reset();
    throw_fatal(std::move(error));
}

void SqliteStatement::bind_text(std::string_view text) {
    // A null pointer would bind NULL.
    const char* const data = text.data() == nullptr ? "" : text.data();
    if (const int result = sqlite3_bind_text64(statement_, ++parameter_, data, text.size(), SQLITE_STATIC, SQLITE_UTF8);
        result != SQLITE_OK) {
        fail_with(result);
    }
}

void SqliteStatement::bind_number(std::int64_t number) {
    if (const int result = sqlite3_bind_int64(statement_, ++parameter_, number); result != SQLITE_OK) {
        fail_with(result);
    }
}

void SqliteStatement::execute() {
    const bool has_row = step();
    MOISSON_INVARIANT(!has_row, "a statement without rows gave one");
}

bool SqliteStatement::step() {
    const int result = sqlite3_step(statement_);
    column_ = 0;
    if (result == SQLITE_ROW) {
        return true;
    }
    if (result != SQLITE_DONE) {
        fail_with(result);
    }
    reset();
    return false;
}

void SqliteStatement::reset() noexcept {
    sqlite3_reset(statement_);
    parameter_ = 0;
}

std::string SqliteStatement::text() {
    const int column = column_++;
    const unsigned char* const data = sqlite3_column_text(statement_, column);
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
    return data == nullptr ? std::string() : std::string(static_cast<const char*>(static_cast<const void*>(data)), size);
}

std::int64_t SqliteStatement::number() { return sqlite3_column_int64(statement_, column_++); }

bool SqliteStatement::is_number() const { return sqlite3_column_type(statement_, column_) == SQLITE_INTEGER; }

}  // namespace moisson::state
