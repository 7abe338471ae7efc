#pragma once
/// A state moved from one store to another, whichever kinds they are.

#include <cstdint>
#include <stop_token>
#include <string>

#include "base/result.hpp"

namespace moisson::state {

struct StateCopied {
    std::uint64_t documents = 0;  ///< versions of documents
    std::uint64_t rows = 0;       ///< of all tables
};

/// Copies every row of the state at `from` to the store at `to`, which is made where it is missing and must hold nothing; holds both, and
/// reads all of it back before it counts. All of it, or the target stays empty. Addresses as in state_url.hpp; a state of an earlier
/// version is brought up to date first. FatalError(usage): an address of no store, nothing to copy, a target that holds something;
/// FatalError(inconsistent): what was read back is not what was written; FatalError(local | locked | interrupted).
[[nodiscard]] StateCopied copy_state(const std::string& from, const std::string& to, const std::stop_token& stop);

}  // namespace moisson::state
