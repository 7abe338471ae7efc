#pragma once
/// What Postman exports as one list of variables: those of an environment, those of a collection, and what stands in a collection's
/// authorizations. Only for this room.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "postman/postman.hpp"

namespace moisson::postman {

struct Variable {
    std::string key;        ///< as messages and references call it
    std::string plain_key;  ///< as roles compare it: without case, hyphens, underscores and blanks
    std::string value;
    bool enabled = true;
    bool of_collection = false;
    bool of_request = false;  ///< it stands in an authorization, a header or a form of the collection
    std::size_t source = 0;        ///< the file that it stands in
    std::size_t offset = 0;        ///< of the variable
    std::size_t value_offset = 0;  ///< of its value
};

/// `variables`: later ones are taken before earlier ones, as Postman takes the environment's before the collection's.
struct Content {
    std::string environment;  ///< name of the environment; empty: none, or without a name
    std::string collection;   ///< likewise
    bool has_environment = false;
    bool has_collection = false;
    [[nodiscard]] bool has_both() const noexcept { return has_environment && has_collection; }
    std::vector<Variable> variables;
};

/// "X-API-Key" and "x_api key" are "xapikey".
[[nodiscard]] std::string plain_key(std::string_view key);

/// Each file is told by what it holds. FatalError(usage) as `read_files` says.
[[nodiscard]] Content read_content(const std::vector<Source>& sources);

}  // namespace moisson::postman
