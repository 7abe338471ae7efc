#pragma once
/// What the tables of a state (schema.hpp) are read and written through, whichever database holds them: SQLite's file or a schema of
/// PostgreSQL. The SQL is what both understand, with "?" for parameters. Only the state room includes this.
///
/// Every failure throws FatalError, and then nothing of the transaction stands. One thread at a time.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "state/schema.hpp"

namespace moisson::state {

enum class Rows : std::uint8_t {
    few,   ///< other statements may run before the last row was read
    many,  ///< never all in memory; nothing else runs before the last row was read, or `reset`
};

enum class Write : std::uint8_t {
    insert,    ///< a second row of a key is an error; the engine gives the row of a numbered table its number
    replace,   ///< takes the place of the row with the table's key; in a numbered table that row's number stays
    numbered,  ///< as `insert`, and the number of a numbered table's row is bound first
};

enum class Durability : std::uint8_t {
    full,     ///< on disk when `commit` returns
    relaxed,  ///< the process may die, but a power cut may cost it
};

/// One statement, made ready once and used for many rows. What each database does differently; callers use `Statement`.
class Prepared {
public:
    Prepared() = default;
    Prepared(const Prepared&) = delete;
    Prepared& operator=(const Prepared&) = delete;
    virtual ~Prepared() = default;

    virtual void bind_text(std::string_view text) = 0;
    virtual void bind_number(std::int64_t number) = 0;
    [[nodiscard]] virtual bool step() = 0;
    [[nodiscard]] virtual std::string text() = 0;
    [[nodiscard]] virtual std::int64_t number() = 0;
    [[nodiscard]] virtual bool is_number() const = 0;
    virtual void reset() noexcept = 0;
};

/// An open database that holds the tables, and the run's lock on it.
class Engine {
public:
    Engine() = default;
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;
    virtual ~Engine() = default;

    [[nodiscard]] virtual std::unique_ptr<Prepared> prepare(const std::string& sql, Rows rows) = 0;
    /// Binds the table's columns in their order and computes the checksum itself. Rows may travel together: an error of one may come with a
    /// later one, or with `commit`.
    [[nodiscard]] virtual std::unique_ptr<Prepared> prepare(Write write, const Table& table) = 0;
    /// Rows that wait go: before a statement ends that wrote some, while its transaction goes on.
    virtual void flush() {}
    virtual void begin(Durability durability) = 0;
    virtual void commit() = 0;
    /// Also without a transaction, and where the connection is gone.
    virtual void rollback() noexcept = 0;
    /// Of the row of a numbered table that was written last.
    [[nodiscard]] virtual std::int64_t last_number() = 0;
    /// The error for rows that no writer of ours wrote.
    [[nodiscard]] virtual Error damaged(std::string cause) const = 0;
    [[nodiscard]] virtual bool was_open_to_others() const noexcept { return false; }
};

/// A statement of an engine, which outlives it.
class Statement {
public:
    Statement(Engine& engine, const std::string& sql, Rows rows = Rows::few) : engine_(engine), prepared_(engine.prepare(sql, rows)) {}
    Statement(Engine& engine, Write write, const Table& table) : engine_(engine), prepared_(engine.prepare(write, table)) {}

    /// The next parameter. Text may not be copied: it must stay until `execute` or the last `step`.
    Statement& bind(std::string_view text) {
        prepared_->bind_text(text);
        return *this;
    }
    Statement& bind(std::int64_t number) {
        prepared_->bind_number(number);
        return *this;
    }
    /// Runs a statement without rows and makes it ready for the next.
    void execute();
    /// True: a row is there. False: no more, and ready for the next use.
    [[nodiscard]] bool step() { return prepared_->step(); }
    /// The next column of the row.
    [[nodiscard]] std::string text() { return prepared_->text(); }
    [[nodiscard]] std::int64_t number() { return prepared_->number(); }
    /// … which no writer of ours makes smaller than `smallest` or greater than `greatest`: else the state is damaged.
    [[nodiscard]] std::int64_t number_within(std::int64_t smallest, std::int64_t greatest);
    /// Whether the next column is a number; else it is a text.
    [[nodiscard]] bool is_number() const { return prepared_->is_number(); }
    void reset() noexcept { prepared_->reset(); }

private:
    Engine& engine_;
    std::unique_ptr<Prepared> prepared_;
};

/// Rolls back unless committed. One at a time per engine.
class Transaction {
public:
    explicit Transaction(Engine& engine, Durability durability = Durability::full) : engine_(&engine) { engine.begin(durability); }
    ~Transaction() {
        if (engine_ != nullptr) {
            engine_->rollback();
        }
    }
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    void commit() {
        engine_->commit();
        engine_ = nullptr;
    }

private:
    Engine* engine_;
};

}  // namespace moisson::state
