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

#include "state/engine.hpp"
#include "state/store_kind.hpp"

namespace moisson::state {

/// "move it away" and why that is safe.
[[nodiscard]] Error damaged_error(const std::filesystem::path& path, std::string cause);
/// The failure that the handle reports for `result`, with what to do about it.
[[nodiscard]] Error sqlite_error(sqlite3* handle, int result, std::string_view doing, const std::filesystem::path& path);

/// One prepared statement, reused for many rows; must be destroyed before its connection. Every failure throws FatalError.
/// One thread at a time.
class SqliteStatement final : public Prepared {
public:
    /// `path` is for messages and must outlive the statement.
    SqliteStatement(sqlite3* handle, const char* sql, const std::filesystem::path& path);
    ~SqliteStatement() override { sqlite3_finalize(statement_); }

    SqliteStatement& bind(std::string_view text) {
        bind_text(text);
        return *this;
    }
    /// Runs a statement without rows and makes it ready for the next.
    void execute();

    /// Text is not copied: it must stay until `execute` or the last `step`.
    void bind_text(std::string_view text) override;
    void bind_number(std::int64_t number) override;
    [[nodiscard]] bool step() override;
    [[nodiscard]] std::string text() override;
    [[nodiscard]] std::int64_t number() override;
    [[nodiscard]] bool is_number() const override;
    void reset() noexcept override;

private:
    [[noreturn]] void fail_with(int result);
    sqlite3* handle_;
    const std::filesystem::path& path_;
    sqlite3_stmt* statement_ = nullptr;
    int parameter_ = 0;
    int column_ = 0;
};

}  // namespace moisson::state
