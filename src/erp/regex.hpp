#pragma once
/// Regular expressions that cannot run away: time is linear in the text, memory is bounded (RE2 underneath, not shown here).

#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace moisson::erp {

/// Immutable; any thread.
class Regex {
public:
    /// RE2's syntax, UTF-8. `bad_input` when it is wrong or too large.
    [[nodiscard]] static Result<Regex> compile(std::string_view pattern);
    Regex(Regex&&) noexcept;
    Regex& operator=(Regex&&) noexcept;
    ~Regex();

    /// Anywhere in the text.
    [[nodiscard]] bool finds(std::string_view text) const;
    /// The whole text.
    [[nodiscard]] bool fits(std::string_view text) const;
    /// Every match replaced; `\1` … stand for groups. False when the replacement names a group that is not there.
    [[nodiscard]] bool replace_all(std::string& text, std::string_view replacement) const;

private:
    struct Machine;
    explicit Regex(std::unique_ptr<Machine> machine);
    std::unique_ptr<Machine> machine_;
};

}  // namespace moisson::erp
