#pragma once
/// The head of a hash tree over a list that only grows (RFC 9162 §2.1.1, as certificates are logged): noted on paper or signed, it holds
/// every entry that was ever made. Pure.

#include <span>
#include <string>

namespace moisson {

/// SHA-256 in lower-case hexadecimal of the tree over these leaves, oldest first. Of no leaves: the digest of nothing.
[[nodiscard]] std::string tree_head(std::span<const std::string> leaves);

}  // namespace moisson
