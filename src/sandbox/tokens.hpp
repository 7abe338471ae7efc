#pragma once
/// Issues and checks access tokens, and limits how often they are asked for.

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.hpp"
#include "sandbox/scenario.hpp"

namespace moisson::sandbox {

/// Any thread.
class TokenDesk {
public:
    TokenDesk(const ServerRules& rules, std::uint64_t seed, const Clock& clock);

    /// Whether one more token request fits into the last minute (api/README.md §1: 50); counts it when it does.
    [[nodiscard]] bool admit();
    /// The answer's body: with a newline before and blanks after the JSON, as recorded from the real endpoint.
    [[nodiscard]] std::string issue(std::size_t application = 0);

    enum class Validity { good, unknown, expired };
    struct Finding {
        Validity validity = Validity::unknown;
        std::size_t application = 0;  ///< whose token it is, as `issue` was told
    };
    [[nodiscard]] Finding check(std::string_view token) const;
    /// From now on the token counts as expired.
    void kill(std::string_view token);

private:
    using Instant = std::chrono::steady_clock::time_point;
    [[nodiscard]] std::string make_opaque(std::uint64_t number) const;
    [[nodiscard]] std::string make_signed(std::uint64_t number) const;
    void forget_old(Instant now);

    const ServerRules rules_;
    const std::uint64_t seed_;
    const Clock& clock_;
    const std::uint64_t started_;  // makes the tokens of two sandboxes differ
    mutable std::shared_mutex mutex_;
    std::deque<Instant> admitted_;  // protected by mutex_
    struct Issued {
        Instant end;
        std::size_t application = 0;
    };
    struct Hash : std::hash<std::string_view> {
        using is_transparent = void;
    };
    std::unordered_map<std::string, Issued, Hash, std::equal_to<>> tokens_;  // protected by mutex_: what each token is good for
    std::uint64_t issued_ = 0;                                               // protected by mutex_
};

}  // namespace moisson::sandbox
