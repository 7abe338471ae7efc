#pragma once
/// What the process needs to be before anything else runs. Call once, before any thread starts.

#include <chrono>

namespace moisson::cli {

/// - TZ is UTC: libraries that stamp local time into files see the same everywhere.
/// - Descriptors 0, 1 and 2 exist: where the caller closed one, a file opened later (the state store) would take its number and get the
///   program's talk written into it.
/// - No core dump is written, and no other process of this user can look into the memory (PR_SET_DUMPABLE): both hold the secrets.
/// Returns what the clock on the user's wall shows, minus UTC.
std::chrono::seconds prepare_process();

}  // namespace moisson::cli
