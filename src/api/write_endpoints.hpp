#pragma once
/// The two write verbs of the Cloud Store Customer Space API (api/README.md §7, §8): bodies, requests, answers. Pure.
///
/// What is sent here is never repeated blindly: the gateway has no idempotency key (§2), and a contract costs money. The requests therefore
/// carry a delivery mark (`http::Request::delivery`).

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/endpoints.hpp"

namespace moisson::api {

/// Both forms are printed, for both verbs; which one the service takes is unknown (api/README.md §13).
enum class WritePath { contracts, contract };

/// Roles of a user by section of the Customer Space, in the order given: {"contracts": ["visitor"]}.
using Roles = std::vector<std::pair<std::string, std::vector<std::string>>>;

/// The body of POST /contracts/{id}/user.
struct NewUser {
    std::string civility;
    std::string last_name;
    std::string first_name;
    std::string email;
    std::string login;
    std::string fix_phone;
    std::string mobile_phone;
    Roles roles;
};

/// The body of POST /contracts/.
struct NewContract {
    std::string billing_account_id;
    std::string offer_code;
    std::string contract_name;
    std::string support_level;
    std::string referent_civility;
    std::string referent_name;
    std::string referent_first_name;
    std::string referent_mail;
    std::string referent_fix_phone;
    std::string referent_mobile_phone;
    std::string reference_ext1;
    std::string reference_ext2;
    std::string reference_ext3;
};

/// A text member of a body: its name on the wire and where its value lies. The order is the printed one.
template <class Body>
struct BodyField {
    std::string_view name;
    std::string Body::*value;
};
[[nodiscard]] const std::vector<BodyField<NewUser>>& user_fields();
[[nodiscard]] const std::vector<BodyField<NewContract>>& contract_fields();

/// One line of JSON with every printed member, empty ones as "" (the printed body has `"mobilePhone": ""`). The texts must be UTF-8.
[[nodiscard]] std::string user_body(const NewUser& user);
[[nodiscard]] std::string contract_body(const NewContract& contract);

/// Without credentials (`TokenKeeper` adds them). `bad_input`: a contract id that cannot stand in a path, or a base URL that is none.
[[nodiscard]] Result<http::Request> add_user_request(const ServiceUrls& urls, WritePath path, std::string_view contract_id,
                                                     const NewUser& user);
[[nodiscard]] Result<http::Request> create_contract_request(const ServiceUrls& urls, WritePath path, const NewContract& contract);

/// What the service says the user is now. A member that the answer lacks (or holds as null) is empty.
struct UserEcho {
    std::vector<std::optional<std::string>> texts;  ///< as `user_fields()`
    std::optional<Roles> roles;
};
/// `bad_answer` for anything but an object that holds a login or an e-mail address, with the byte position; the answer to a success that is
/// empty or unreadable leaves open what was done.
[[nodiscard]] Result<UserEcho> decode_user(std::string body);

/// A member that came back otherwise than it was sent.
struct EchoDifference {
    std::string_view name;           ///< on the wire
    std::string sent;                ///< roles as "contracts=visitor"
    std::optional<std::string> got;  ///< empty: the answer does not hold it
};
/// In the printed order. Not a difference: letters' case in an e-mail address, blanks and signs between a phone number's digits, the order
/// of roles, further roles that the user had before, an empty member that is left out.
[[nodiscard]] std::vector<EchoDifference> compare_user(const NewUser& sent, const UserEcho& echo);
[[nodiscard]] std::string to_text(const Roles& roles);

/// The new contract's number. `bad_answer` when the answer holds none.
[[nodiscard]] Result<std::string> decode_created_contract(std::string body);
/// The billing account that a contract's detail names, where it does: the member is not documented (api/README.md §4). Empty for anything
/// else.
[[nodiscard]] std::string billing_account_of(std::string detail_body);

}  // namespace moisson::api
