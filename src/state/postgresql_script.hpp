#pragma once
/// The tables of schema.hpp as PostgreSQL makes them. Only the state room includes this.

#include <string>
#include <string_view>

namespace moisson::state {

/// The function in the schema that texts of keys are found by. PostgreSQL's indexes take 2,700 bytes a row, and what a service calls its
/// documents has no bound: of a text of more than 256 bytes that many stand in the key, and its SHA-256, so that no two are alike.
inline constexpr std::string_view key_function = "moisson_key";

/// A script of schema.hpp: `bytea` for TEXT, `bigint` for INTEGER, keys by `key_function`, and what it says beside tables and columns as
/// their comments.
[[nodiscard]] std::string postgresql_script(const char* script);

}  // namespace moisson::state
