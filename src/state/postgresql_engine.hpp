#pragma once
/// The tables of a state in a schema of PostgreSQL. Only the state room includes this.
///
/// Texts are `bytea` there: they may hold any bytes, NUL included, whatever the database's encoding is, and stand in the order of their
/// bytes whatever its collation is. Numbers are `bigint`. All travels in binary form.

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "state/engine.hpp"
#include "state/postgresql_connection.hpp"

namespace moisson::state {

class PostgresqlWrite;

/// Rows that are written one after the other with one statement travel together: at once with the last of a transaction where they are few,
/// by binary COPY where they are many. What was written is seen by every later statement.
class PostgresqlEngine final : public Engine {
public:
    /// `connection` to a schema whose tables are there, and which is locked.
    explicit PostgresqlEngine(PostgresqlConnection connection);
    ~PostgresqlEngine() override;

    [[nodiscard]] std::unique_ptr<Prepared> prepare(const std::string& sql, Rows rows) override;
    [[nodiscard]] std::unique_ptr<Prepared> prepare(Write write, const Table& table) override;
    void flush() override { settle(); }
    void begin(Durability durability) override;
    void commit() override;
    void rollback() noexcept override;
    [[nodiscard]] std::int64_t last_number() override { return last_number_; }
    [[nodiscard]] Error damaged(std::string cause) const override { return connection_.damaged(std::move(cause)); }

    // For its statements.

    [[nodiscard]] PostgresqlConnection& connection() noexcept { return connection_; }
    /// A name that no other statement of the session has.
    [[nodiscard]] std::string next_name();
    /// Before any statement but the next row of the writer that waits: sends what waits, within the transaction that was asked for.
    void settle();
    /// The transaction that was asked for, where the server does not know of it yet.
    void open_transaction();
    /// `writer` has rows that wait; those of another were sent.
    void wait_for(PostgresqlWrite& writer);
    void know(PostgresqlWrite& writer) { writers_.insert(&writer); }
    void forget(PostgresqlWrite& writer) noexcept;
    /// One more than the greatest number that the table has.
    [[nodiscard]] std::int64_t next_number(const char* table);
    /// Rows were removed: numbers are asked anew.
    void forget_numbers() noexcept { numbers_.clear(); }

private:
    void apply_durability();

    PostgresqlConnection connection_;
    std::string synchronous_commit_;  ///< what the session was set up with
    PostgresqlWrite* waiting_ = nullptr;
    std::set<PostgresqlWrite*> writers_;                        ///< all there are
    std::map<std::string, std::int64_t, std::less<>> numbers_;  ///< the last of each table; of this transaction
    std::int64_t last_number_ = 0;
    std::uint64_t names_ = 0;
    bool is_wanted_ = false;  ///< a transaction was begun by the caller
    bool is_open_ = false;    ///< … and the server knows
    Durability durability_ = Durability::full;
    Durability applied_ = Durability::full;
};

}  // namespace moisson::state
