#pragma once
/// The parts of a message's text. Only for row.hpp, which checks them while it compiles, and message.cpp, which shows them.

#include <cstddef>
#include <stdexcept>
#include <string_view>

namespace moisson {

/// Words, or a place for a value.
struct TextPiece {
    std::string_view words;  ///< without places; doubled braces still doubled
    bool is_value = false;
    std::size_t value = 0;
    std::string_view hint;  ///< "de"
    std::string_view one;   ///< a word by a count
    std::string_view many;
    [[nodiscard]] constexpr bool is_plural() const noexcept { return !one.empty() || !many.empty(); }
};

/// The next piece; `text` loses it. Throws `std::invalid_argument` at a brace that is neither doubled nor a place: in a constant, that does
/// not compile.
constexpr TextPiece take_piece(std::string_view& text) {
    TextPiece piece;
    if (!text.starts_with('{') || text.starts_with("{{")) {
        std::size_t end = 0;
        while (end < text.size() && (text[end] != '{' || text.substr(end).starts_with("{{"))) {
            const bool is_brace = text[end] == '{' || text[end] == '}';
            if (text[end] == '}' && !text.substr(end).starts_with("}}")) {
                throw std::invalid_argument("a brace that closes nothing");
            }
            end += is_brace ? 2 : 1;
        }
        piece.words = text.substr(0, end);
        text.remove_prefix(end);
        return piece;
    }
    const std::size_t end = text.find('}');
    if (end == std::string_view::npos || end < 2 || text[1] < '0' || text[1] > '9') {
        throw std::invalid_argument("a place is written {0}, {0|one|many} or {0:de}");
    }
    piece.is_value = true;
    piece.value = static_cast<std::size_t>(text[1] - '0');
    const std::string_view rest = text.substr(2, end - 2);
    text.remove_prefix(end + 1);
    if (rest.starts_with(':')) {
        piece.hint = rest.substr(1);
    } else if (rest.starts_with('|')) {
        const std::size_t bar = rest.find('|', 1);
        if (bar == std::string_view::npos || rest.find('|', bar + 1) != std::string_view::npos) {
            throw std::invalid_argument("a word by a count has two forms: {0|one|many}");
        }
        piece.one = rest.substr(1, bar - 1);
        piece.many = rest.substr(bar + 1);
    } else if (!rest.empty()) {
        throw std::invalid_argument("a place is written {0}, {0|one|many} or {0:de}");
    }
    return piece;
}

}  // namespace moisson
