#pragma once
/// What Postman needs to explore a running sandbox: an environment with its addresses and credentials, and the collection of
/// samples/sandbox.postman_collection.json, which has every verb with tests of the answers.

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "sandbox/sandbox.hpp"

namespace moisson::sandbox {

/// The collection (Postman's format v2.1): the same for every sandbox, since all that differs is in the environment.
[[nodiscard]] std::string_view postman_collection() noexcept;

/// The environment as Postman exports one. Variables: Host and oauth_host (base URLs), X-API-Key, Contract-Id (the first contract that the
/// account sees; empty when there is none) and Token (empty: the collection's first request fills it), as Orange's own environment calls
/// them; client_id and client_secret of the application; billing_account and offer_code for an order within the perimeter; ca_file where
/// the sandbox serves https. Same sandbox, same text.
[[nodiscard]] std::string postman_environment(const Endpoint& endpoint, const Directory& directory);

struct PostmanFiles {
    std::string environment;  ///< path of moisson-sandbox.postman_environment.json
    std::string collection;   ///< path of moisson-sandbox.postman_collection.json
};

/// Writes both into the folder, which is made if need be; files of these names are replaced. `disk`.
[[nodiscard]] Result<PostmanFiles> write_postman(const std::string& folder, const Endpoint& endpoint, const Directory& directory);

}  // namespace moisson::sandbox
