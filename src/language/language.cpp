#include "language/language.hpp"

namespace moisson {

std::string_view to_text(Language language) noexcept { return language == Language::french ? "fr" : "en"; }

std::optional<Language> find_language(std::string_view code) noexcept {
    return code == "fr" ? std::optional(Language::french) : code == "en" ? std::optional(Language::english) : std::nullopt;
}

}  // namespace moisson
