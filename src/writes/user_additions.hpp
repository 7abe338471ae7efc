#pragma once
/// Users to be added to a contract, each sent once and judged by what the service answered.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "api/write_endpoints.hpp"
#include "writes/write_session.hpp"

namespace moisson::writes {

/// added: as sent. login_kept: the e-mail address had a login before and keeps it (portal rule, api/README.md §7). differs: it was added,
/// but something else than asked for stands in the answer.
enum class UserVerdict { added, login_kept, differs, refused, not_sent, unclear };
[[nodiscard]] std::string_view to_text(UserVerdict verdict) noexcept;  ///< "added", "login-kept", …

/// One user and what became of it.
struct UserRow {
    api::NewUser user;
    std::uint64_t line = 0;  ///< in the file; 0: from options
    UserVerdict verdict = UserVerdict::not_sent;
    std::string login = {};  ///< the one that the user has now, as far as known
    std::string note = {};
    std::vector<api::EchoDifference> differences = {};
    WriteEnd end = {};
};

/// The users of a file (users_file.hpp). FatalError(usage) with all that is wrong with them; warnings are logged.
[[nodiscard]] std::vector<UserRow> load_users(const std::string& path, Reporter& reporter);

class UserAdditions {
public:
    /// `session` outlives it; at least one row, each checked. FatalError(usage) when the contract's id cannot be sent.
    UserAdditions(WriteSession& session, std::string contract_id, std::vector<UserRow> rows);

    /// Tells of users whose earlier addition has no known end.
    void warn_of_open_writes();
    /// Asks for a token, then sends one row after the other: each is noted in the journal before and after. Ends early, with the rest not
    /// sent, on a stop, where every further row would meet the same, and after three in a row without a clear answer. FatalError when no
    /// token is to be had: nothing was sent.
    void send_all();

    [[nodiscard]] const std::vector<UserRow>& rows() const { return rows_; }
    /// Unclear beats all: who repeats without looking must be warned. Then a stop; then what stands in every row; else some failed.
    [[nodiscard]] ExitCode exit_code() const;
    /// What ends the command with that code: one row's failure in full, a stop, a journal that failed, else the sum of it. Not of
    /// `complete`.
    [[nodiscard]] Error error_of(ExitCode exit_code) const;

private:
    [[nodiscard]] Result<http::Request> request_of(const UserRow& row);
    void send(UserRow& row);
    [[nodiscard]] bool any(UserVerdict verdict) const { return count(verdict) > 0; }
    [[nodiscard]] std::ptrdiff_t count(UserVerdict verdict) const;

    WriteSession& session_;
    std::string contract_id_;
    std::vector<UserRow> rows_;
    bool stopped_ = false;
    Status journalled_ = {};  ///< the first outcome that could not be recorded
};

}  // namespace moisson::writes
