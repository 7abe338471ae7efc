#pragma once
/// What a run was asked to leave out. Whatever it leaves is a partial view of its months, never the months themselves.

#include <string>
#include <vector>

#include "domain/language.hpp"

namespace moisson {

struct View {
    std::vector<std::string> contracts;  ///< globs on contract id or name; empty: all
    std::vector<std::string> types;      ///< empty: all
    bool files = true;                   ///< false: the ledger from metadata alone
    std::vector<std::string> perimeters = {};  ///< names; empty: all

    /// Nothing is left out: the export is the month.
    [[nodiscard]] bool is_whole() const noexcept { return contracts.empty() && types.empty() && perimeters.empty() && files; }

    /// "bills-3f9a1c2b": a readable part of at most 40 bytes (ASCII letters, digits, `.`, `_`, `-`), and 8 digits of the SHA-256 of the
    /// whole filter. The same whatever the order of its parts and their repetitions. Empty when nothing is left out.
    [[nodiscard]] std::string label() const;
    friend bool operator==(const View&, const View&) = default;
};

/// "contracts OCB0001*, OCB2; types bills; without files"; empty when nothing is left out.
[[nodiscard]] std::string in_words(Language language, const View& view);

}  // namespace moisson
