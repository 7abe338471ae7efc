#pragma once
/// One notice as it is kept until it is delivered: the same for every way.

#include <string>

#include "base/clock.hpp"
#include "language/language.hpp"

namespace moisson::notify {

struct Notice {
    /// The same in every try on every way: whoever got it twice can tell (letters, digits and '-').
    std::string id;
    Timestamp made_at{};
    Language language = Language::english;
    std::string markdown;  ///< summary.md
    std::string members;   ///< a JSON object: of summary.json what a notice tells, or of a run that failed why
    friend bool operator==(const Notice&, const Notice&) = default;
};

}  // namespace moisson::notify
