#pragma once
/// Prepared statements on a SQLite handle, and SQLite's failures as errors. Only the state room includes this.
///
/// Bulk rows go through the library's own calls on Poco's session handle: Poco's binders treat text as C strings and would cut it at a NUL,
/// and cost half the speed (measured, 200,000 rows).

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include <sqlite3.h>

#include "state/store_kind.hpp"

namespace moisson::state {

/// "move it away" and why that is safe.
[[nodiscard]] Error damaged_error(const std::filesystem::path& path, std::string cause);
/// The failure that the handle reports for `result`, with what to do about it.
[[nodiscard]] Error sqlite_error(sqlite3* handle, int result, std::string_view doing, const std::filesystem::path& path);

/// One prepared statement, reused for many rows; must be destroyed before its connection. Every failure throws FatalError.
/// One thread at a time.
class Statement {
public:
    /// `path` is for messages and must outlive the statement.
    Statement(sqlite3* handle, const char* sql, const std::filesystem::path& path);
    ~Statement() { sqlite3_finalize(statement_); }
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;

    /// The next parameter. Text is not copied: it must stay until `execute` or the last `step`.
    Statement& bind(std::string_view text);
    Statement& bind(std::int64_t number);

    /// Runs a statement without rows and makes it ready for the next.
    void execute();
    /// True: a row is there. False: no more, and ready for the next use.
    [[nodiscard]] bool step();
    /// The next column of the row.
    [[nodiscard]] std::string text();
    [[nodiscard]] std::int64_t number();
    /// … which no writer of ours makes smaller than `smallest` or greater than `greatest`: else the file is damaged.
    [[nodiscard]] std::int64_t number_within(std::int64_t smallest, std::int64_t greatest);
    void reset() noexcept;

private:
    [[noreturn]] void fail_with(int result);
    sqlite3* handle_;
    const std::filesystem::path& path_;
    sqlite3_stmt* statement_ = nullptr;
    int parameter_ = 0;
    int column_ = 0;
};

/// Rolls back unless committed. One at a time per connection.
class Transaction {
public:
    Transaction(Statement& begin, Statement& commit, sqlite3* handle);
    ~Transaction();
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    void commit();

private:
    Statement& commit_;
    sqlite3* handle_;
};

}  // namespace moisson::state
