#pragma once
/// Digests of the scripts and style sheets that a published page may have, as its content security policy names them: a script of another
/// hand would run in the reader's browser, and a style sheet could hide a row or show a word that is not there. A change of one adds its
/// digest here, and none is ever taken away: pages that earlier builds published stay what they are. Only the bundle room includes this
/// header, and the test of the page (`unit.report`), which says what is missing.

#include <array>
#include <string_view>

namespace moisson::bundle {

inline constexpr auto page_scripts = std::to_array<std::string_view>({
    "sha256-4s/J2b/KJ8O2+PmPbLe+cvYDwZHA1lBNI8nRwmFkUFk=",
});

/// In English and in French: labels of a telephone's cards stand in the style.
inline constexpr auto page_styles = std::to_array<std::string_view>({
    "sha256-fWvVv+7xyXFAxFgVSApQnhX4x9AoREY6lUijlJwv1Cc=",
    "sha256-XCUIZtJQHZYQzAOoECU/SSakjUNCI7mWJwb+jscCop0=",
    "sha256-GjqlLcwRX4fkWIkpxYLW5cLMKn+N1oxvj9edatE4acs=",
    "sha256-yi5QYEDVC5PlcduqgaMsoRexTZJVv7ZScHaOPhYAy8w=",
});

}  // namespace moisson::bundle
