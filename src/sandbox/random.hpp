#pragma once
/// The sandbox's own random numbers: the same everywhere and for ever, and reachable in any order.
///
/// A number is a function of a seed and a key, not of how many were drawn before: so one document of 200,000 is made without the others.

#include <cstdint>
#include <initializer_list>
#include <string_view>

namespace moisson::sandbox {

/// The finalizer of splitmix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014).
[[nodiscard]] constexpr std::uint64_t mix(std::uint64_t value) noexcept {
    value += 0x9e3779b97f4a7c15ULL;
    value = (value ^ (value >> 30U)) * 0xbf58476d1ce4e5b9ULL;
    value = (value ^ (value >> 27U)) * 0x94d049bb133111ebULL;
    return value ^ (value >> 31U);
}

/// One number for a key of several parts.
[[nodiscard]] constexpr std::uint64_t mix_key(std::initializer_list<std::uint64_t> parts) noexcept {
    std::uint64_t state = 0;
    for (const std::uint64_t part : parts) {
        state = mix(state ^ mix(part));
    }
    return state;
}

/// Text as one part of a key (FNV-1a).
[[nodiscard]] constexpr std::uint64_t key_of(std::string_view text) noexcept {
    std::uint64_t hash = 0xcbf29ce484222325ULL;
    for (const char letter : text) {
        hash = (hash ^ static_cast<unsigned char>(letter)) * 0x100000001b3ULL;
    }
    return hash;
}

/// A stream of numbers from one key. One thread at a time.
class Random {
public:
    explicit constexpr Random(std::uint64_t key) noexcept : state_(key) {}
    [[nodiscard]] constexpr std::uint64_t next() noexcept {
        state_ += 0x9e3779b97f4a7c15ULL;
        return mix(state_);
    }
    /// From `low` to `high`, both included; the tiny bias of the remainder does not matter here.
    [[nodiscard]] constexpr std::uint64_t between(std::uint64_t low, std::uint64_t high) noexcept {
        return low + next() % (high - low + 1);
    }

private:
    std::uint64_t state_;
};

/// Whether a chance of `probability` (0..1) comes true for this number.
[[nodiscard]] constexpr bool strikes(std::uint64_t number, double probability) noexcept {
    return static_cast<double>(number >> 11U) * 0x1.0p-53 < probability;
}

}  // namespace moisson::sandbox
