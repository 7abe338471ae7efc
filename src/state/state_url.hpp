#pragma once
/// Where a state is kept: the address in MOISSON_STATE decides which store opens. "sqlite:PATH" or a plain path is a SQLite file; which
/// other kinds there are is the table in store_kind.hpp.
///
/// An address of no kind, or one that its kind cannot read, is `bad_input` (FatalError(usage) where it is thrown), and its message never
/// shows what follows an unknown scheme: it may hold a password.

#include <filesystem>
#include <memory>
#include <string>

#include "base/result.hpp"
#include "state/state_store.hpp"

namespace moisson::state {

/// Makes what is missing (folders, file); takes the run lock (held until the store is destroyed); checks the store's integrity and schema
/// version (a newer one is refused and left untouched, an older one is brought up to date).
/// `holder` is written for the one who finds the store taken.
[[nodiscard]] std::unique_ptr<StateStore> open_state_store(const std::string& url, const std::string& holder);

/// Read-only probe for `doctor`: ok, or the error that `open_state_store` would end with; makes nothing.
[[nodiscard]] Status check_state_store(const std::string& url);

/// One setting of a store, for `doctor`: takes no lock, makes and changes nothing. Empty when it was never set or cannot be read, as while
/// a run has the store open.
[[nodiscard]] std::string peek_setting(const std::string& url, const std::string& name);

/// Whether a state was ever made there.
[[nodiscard]] bool has_state_store(const std::string& url);

/// The store's file as the address writes it; empty for a store that is no file of this machine, and for an address of no kind. What else
/// belongs to a state (objects, journals) lies beside it.
[[nodiscard]] std::filesystem::path local_file(const std::string& url);

}  // namespace moisson::state
