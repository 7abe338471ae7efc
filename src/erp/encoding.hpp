#pragma once
/// Character sets of ERP files: what UTF-8 text becomes in them, and what to write for a letter that they do not have. Pure.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace moisson::erp {

enum class Charset : std::uint8_t { utf_8, ascii, iso_8859_15, cp1252, cp850 };

/// "utf-8", "ascii", "iso-8859-15", "cp1252", "cp850"; case and '_' do not matter. Empty when not known.
[[nodiscard]] std::optional<Charset> find_charset(std::string_view name);
[[nodiscard]] std::string_view name_of(Charset charset) noexcept;

/// What happens to a letter that the character set does not have.
struct LossPolicy {
    enum class Kind : std::uint8_t { error, transliterate, replace } kind = Kind::error;
    std::string replacement;                       ///< of `replace`
    std::map<std::string, std::string> own_rules;  ///< UTF-8 letter to text, before the built-in rules; for any kind
};

/// Appends the text in the character set. False when a letter was lost: `lost` then names it ("é U+00E9"), and the rest is not written.
[[nodiscard]] bool encode(std::string& out, std::string_view utf8, Charset charset, const LossPolicy& policy, std::string& lost);

/// Bytes of the character set as UTF-8; bytes without a letter become U+FFFD.
[[nodiscard]] std::string decode_text(std::string_view bytes, Charset charset);
/// UTF-16 that begins with its byte order mark, as UTF-8 without one; a half of a pair, or of a unit, becomes U+FFFD.
[[nodiscard]] std::string decode_utf16(std::string_view bytes);
/// Appends one letter as UTF-8.
void append_letter(std::string& out, char32_t letter);

/// The built-in rule for one letter, in ASCII: "é" -> "e", "œ" -> "oe", "€" -> "EUR". Empty when there is none.
[[nodiscard]] std::optional<std::string_view> transliterate(char32_t letter);
/// The text with every letter beyond ASCII replaced by its rule; letters without a rule stay.
[[nodiscard]] std::string transliterate_text(std::string_view utf8);

/// Decodes the well-formed sequence at the start of `text`; its length goes to `length`.
[[nodiscard]] char32_t decode_letter(std::string_view text, std::size_t& length) noexcept;

[[nodiscard]] inline bool is_ascii(std::string_view text) noexcept {
    unsigned char all = 0;
    for (const char letter : text) {
        all = static_cast<unsigned char>(all | static_cast<unsigned char>(letter));
    }
    return all < 0x80;
}

}  // namespace moisson::erp
