#pragma once
/// What one document has cost so far, asked in every loop that it can lengthen. Only the usage room includes this header.

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>

#include "base/result.hpp"
#include "usage/limits.hpp"

namespace moisson::usage {

/// One document, one thread: the one that unpacks and cuts it. What is over budget stays so: `too_large` with a sentence, or `cancelled`.
class Budget {
public:
    Budget(const Limits& limits, std::uint64_t stored_bytes, const FreeCosts& free, std::stop_token stop);

    /// Bytes were taken from the file: only time and the stop request are looked at.
    [[nodiscard]] Status took() { return check(); }
    /// So many bytes came out of the archive.
    [[nodiscard]] Status unpacked(std::uint64_t bytes);
    /// Over budget for a reason of the caller's.
    tl::unexpected<Error> exceed(Message message);
    /// An error that is told instead of what followed from it.
    [[nodiscard]] const std::optional<Error>& failure() const noexcept { return failure_; }
    /// Of the reader that found `error`, which may follow from being over budget.
    [[nodiscard]] Error first_of(Error error) const { return failure_ ? *failure_ : std::move(error); }
    [[nodiscard]] const Limits& limits() const noexcept { return limits_; }
    [[nodiscard]] std::uint64_t unpacked_bytes() const noexcept { return unpacked_bytes_; }
    [[nodiscard]] std::uint64_t milliseconds() const noexcept;

private:
    [[nodiscard]] Status check();

    const Limits& limits_;
    std::uint64_t stored_bytes_;
    FreeCosts free_;
    std::stop_token stop_;
    std::uint64_t unpacked_bytes_ = 0;
    std::uint64_t began_ms_;
    std::optional<Error> failure_;
};

}  // namespace moisson::usage
