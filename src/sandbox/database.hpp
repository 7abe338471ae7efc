#pragma once
/// The file of `--db`: what was written to a sandbox, kept over restarts. SQLite; one sandbox at a time.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.hpp"

namespace moisson::sandbox {

/// One value of a row.
using Cell = std::variant<std::int64_t, std::string>;
using Row = std::vector<Cell>;

/// One thread at a time.
class Database {
public:
    /// Opens or makes the file and holds it alone until the end. `locked`: another sandbox has it; `state`: it is no sandbox's database, or
    /// of another scenario or seed; `disk`: it cannot be opened.
    [[nodiscard]] static Result<std::unique_ptr<Database>> open(const std::string& path, std::string_view scenario, std::uint64_t seed);
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;
    ~Database();

    /// Runs one statement with `?` for each value. `state`.
    [[nodiscard]] Status run(std::string_view sql, const Row& values = {});
    /// All rows of a query.
    [[nodiscard]] Result<std::vector<Row>> query(std::string_view sql, const Row& values = {});

private:
    struct State;
    explicit Database(std::unique_ptr<State> state);
    [[nodiscard]] Status prepare_schema(std::string_view scenario, std::uint64_t seed);
    std::unique_ptr<State> state_;
};

/// The cell's number or text; 0 or "" when it is of the other kind.
[[nodiscard]] std::int64_t number_in(const Cell& cell) noexcept;
[[nodiscard]] const std::string& text_in(const Cell& cell) noexcept;

}  // namespace moisson::sandbox
