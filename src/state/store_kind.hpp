#pragma once
/// The kinds of state stores. A further one is a file that defines its StoreKind, and its line at the end of this file. Only the state room
/// includes this.

#include <array>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "state/engine.hpp"

namespace moisson::state {

/// Throws it with the exit code that it means: `locked`, `bad_input` as usage, all else as local.
[[noreturn]] void throw_fatal(Error error);

/// An address of a kind that is known.
struct StateUrl {
    std::string text;   ///< as it was given
    std::string place;  ///< what follows the scheme's colon; all of `text` where no scheme is written
};

/// One function for each of state_url.hpp, which says what they do (`open` gives the engine under the store); `bad_input` for an address
/// that this kind cannot read.
struct StoreKind {
    std::string_view scheme;
    std::unique_ptr<Engine> (*open)(const StateUrl& url, const std::string& holder);
    Status (*check)(const StateUrl& url);
    std::string (*peek_setting)(const StateUrl& url, const std::string& name);
    Result<bool> (*is_there)(const StateUrl& url);
    std::filesystem::path (*local_file)(const StateUrl& url);
};

extern const StoreKind sqlite_kind;
extern const StoreKind postgresql_kind;
/// An address without a scheme is one of the first kind.
inline constexpr std::array store_kinds{&sqlite_kind, &postgresql_kind};

struct AddressedStore {
    const StoreKind& kind;
    StateUrl url;
};
/// FatalError(usage) for an address of no kind.
[[nodiscard]] AddressedStore find_store(const std::string& url);

}  // namespace moisson::state
