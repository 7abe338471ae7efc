#pragma once
/// What the bodies of the write verbs must look like before anything is sent. Pure; sources: api/README.md §7, §8.

#include <string>
#include <string_view>
#include <vector>

#include "api/write_endpoints.hpp"

namespace moisson::api {

struct FieldProblem {
    std::string_view field;  ///< name on the wire: "login", "roles"
    bool fatal = true;       ///< false: it is sent, with a warning
    std::string message;     ///< a sentence that holds the value found
};

/// Takes blanks and line ends off both ends of every text: they come with copied cells.
void trim(NewUser& user);
void trim(NewContract& contract);

/// Every problem, in the printed order of the members.
/// - login: 8 to 64 of A-Z a-z 0-9 . _ - (portal rule, §7); e-mail: one plain address, ASCII; phone: 4 to 15 digits with blanks and
///   + ( ) . - / between them, or empty; names: there, at most 100 bytes, no control characters.
/// - civility and roles: "M" and `contracts`: `visitor` are all that is printed, `manager` is known from the portal. What is near a known
/// word
///   is a slip and an error; any other unknown word is sent with a warning, because no list is published and the service may have more.
/// - a user needs at least one role; a contract needs everything but phones and external references.
[[nodiscard]] std::vector<FieldProblem> check_user(const NewUser& user);
[[nodiscard]] std::vector<FieldProblem> check_new_contract(const NewContract& contract);

/// "contracts=visitor" or "contracts=visitor,manager" added to `roles`; a sentence when it is no such text.
[[nodiscard]] std::string add_role(Roles& roles, std::string_view text);

}  // namespace moisson::api
