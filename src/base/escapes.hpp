#pragma once
/// One escaped letter read from a text, whatever escaped it. Pure. Only for this room.

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace moisson {

/// An escaped letter: the bytes that it stands for, and how long its escape is.
struct Letter {
    std::array<char, 4> bytes{};
    std::size_t count = 0;
    std::size_t length = 0;
    [[nodiscard]] std::string_view text() const noexcept { return {bytes.data(), count}; }
};

/// What an escaped letter begins with.
inline constexpr std::string_view escape_marks = "%\\&+";

/// The escape that the text begins with, of any kind; empty when it begins with none. Percent-encoding and `+` for a blank, JSON's escapes,
/// `\xNN`, the references of XML. `text` is not empty.
[[nodiscard]] std::optional<Letter> read_escape(std::string_view text);

/// JSON's escapes (RFC 8259 §7) alone, and `\xNN`. Half of a pair of surrogates is none.
[[nodiscard]] std::optional<Letter> read_backslash(std::string_view text);

}  // namespace moisson
