#pragma once
/// Reads the users of `users add --file`: JSON or CSV, with a place for every value so that a problem names file, line and column. Pure.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "api/write_checks.hpp"
#include "base/result.hpp"
#include "writes/field_problems.hpp"

namespace moisson::writes {

/// Lines and columns count from 1, columns in bytes.
struct Place {
    std::uint64_t line = 1;
    std::uint64_t column = 1;
};

struct FileUser {
    api::NewUser user;                                 ///< trimmed
    Place place;                                       ///< of the row, or of the object's brace
    std::map<std::string, Place, std::less<>> places;  ///< of each member that was there
};

struct UsersFile {
    std::vector<FileUser> users;
    std::vector<PlacedProblem> problems;  ///< of the text: unknown members, wrong kinds, rows of another length, roles that are none
};

inline constexpr std::uint64_t users_file_max_bytes = 16ULL << 20U;
inline constexpr std::size_t users_max = 10'000;

/// JSON: an array of objects (or one object) with the API's member names, roles as {"contracts": ["visitor"]} or a text.
/// CSV: a header line with the API's member names, comma or semicolon, RFC 4180 quotes, LF or CRLF, a byte order mark; the column `roles`
/// holds texts such as "contracts=visitor", several parted by blanks, semicolons or bars.
/// `bad_input` with "NAME:LINE:COLUMN" in `where` when the text cannot be read any further: no JSON, no header, an open quote, too many
/// rows.
[[nodiscard]] Result<UsersFile> read_users_json(std::string_view text, const std::string& name);
[[nodiscard]] Result<UsersFile> read_users_csv(std::string_view text, const std::string& name);

/// What `check_user` finds in each row, and e-mail addresses or logins that stand in two rows; in the order of the file.
[[nodiscard]] std::vector<PlacedProblem> check_users(const std::vector<FileUser>& users, const std::string& name);

}  // namespace moisson::writes
