#pragma once
/// One session with a PostgreSQL server that keeps a state, and the server's failures as errors. Only the state room includes this.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "state/postgresql_client.hpp"
#include "state/store_kind.hpp"

namespace moisson::state {

/// "postgresql://user@host:port/database?schema=NAME&…": a state is a schema of a database. All else in it is libpq's.
struct PostgresqlAddress {
    std::vector<std::pair<std::string, std::string>> options;  ///< of libpq
    std::string schema = "moisson_state";                      ///< small letters, digits and `_`
    std::string name;                                          ///< for messages: host, port, database and schema
};

/// `bad_input` for what libpq cannot read, a schema that cannot be, and an address that holds a password: addresses stand in job files, in
/// command lines and in the environment of other programs. Shows nothing of what it refuses. `state`: libpq is missing.
[[nodiscard]] Result<PostgresqlAddress> read_postgresql_address(const StateUrl& url);

/// What a server answered.
using PostgresqlResult = std::unique_ptr<PGresult, decltype(&::PQclear)>;

/// Every failure throws FatalError(local, state). One thread at a time. Movable, not copyable.
class PostgresqlConnection {
public:
    /// Connects, within 10 s unless the address says otherwise. The server must be of version 14 or later. `holder` is shown to whoever
    /// finds the state's lock taken. The session's settings are ours, whatever the server's are: no time limit ends it, each commit is on
    /// disk, and a client that vanished is noticed by the server within a second (its machine: within a minute).
    PostgresqlConnection(PostgresqlAddress address, const std::string& holder);

    /// Commands of ours without parameters; `doing`: "reading it".
    void run(const std::string& commands, std::string_view doing);
    /// One value of the first row, as text, of a statement with text parameters; empty without a row, or where it is NULL.
    [[nodiscard]] std::string ask(const std::string& sql, std::span<const std::string> parameters, std::string_view doing);
    /// Throws unless the result has one of the statuses that mean success. A result that is null is a failure.
    void check(const PGresult* result, std::string_view doing);
    [[noreturn]] void fail_with(const PGresult* result, std::string_view doing);
    [[nodiscard]] PostgresqlResult own(PGresult* result) const { return {result, api_.clear}; }

    /// Takes the lock of this state, which lasts as long as the session. A holder that was killed a moment ago may still be known to the
    /// server: waits for that, up to 3 s. FatalError(locked) names the holder.
    void take_lock();
    /// Whether nobody holds it; takes nothing. Waits as take_lock() does. `locked` names the holder.
    [[nodiscard]] Status check_lock();
    [[nodiscard]] Error error(std::string message, std::string hint) const;
    /// The state's tables are not what this program writes.
    [[nodiscard]] Error damaged(std::string cause) const;
    [[nodiscard]] const PostgresqlAddress& address() const noexcept { return address_; }
    [[nodiscard]] const Libpq& api() const noexcept { return api_; }
    [[nodiscard]] PGconn* handle() const noexcept { return handle_.get(); }

private:
    [[nodiscard]] Error connect_error() const;
    void set_up();
    /// Who holds the lock; empty: nobody.
    [[nodiscard]] std::string lock_holder();
    [[nodiscard]] Error taken_by(const std::string& holder) const;

    PostgresqlAddress address_;
    Libpq api_;
    std::unique_ptr<PGconn, decltype(&::PQfinish)> handle_;
};

}  // namespace moisson::state
