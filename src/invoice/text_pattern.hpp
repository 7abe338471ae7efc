#pragma once
/// Regular expressions of profiles: one group, which is the value. Only the invoice room includes this header.
///
/// Time is linear in the text, memory is bounded (RE2). Letters of either case are the same.

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace re2 {
class RE2;
}

namespace moisson::invoice {

/// Immutable; copied freely; any thread.
class TextPattern {
public:
    /// `{date}`, `{reference}` and `{iban}` stand for a group of that form. `groups`: how many the pattern must have, 0 or 1. `bad_input`:
    /// it is wrong or too large.
    [[nodiscard]] static Result<TextPattern> compile(std::string_view pattern, int groups);

    [[nodiscard]] bool finds(std::string_view text) const;
    /// Every match, from left to right: what its group holds.
    void each(std::string_view text, const std::function<void(std::string_view)>& take) const;

private:
    std::shared_ptr<const re2::RE2> machine_;
};

}  // namespace moisson::invoice
