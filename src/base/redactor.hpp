#pragma once
/// The secrets of a run and the one table of the forms in which a text may hold them.
///
/// A secret is known as it is; escaped letter by letter in any mixture (percent-encoding in both cases of its digits and `+` for a blank;
/// JSON, XML and `\xNN` escapes); in base64 of both alphabets wherever it stands in the encoded bytes (so also in the Basic form
/// "id:secret"), itself escaped or not; and cut short by `sanitise` ("…" after at least `watched_bytes_min` letters).

#include <bitset>
#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace moisson {

/// The last line of defence: no text on its way out keeps a secret that slipped into it. Any thread.
class Redactor {
public:
    /// Shorter values are not watched: they would blot out harmless words.
    static constexpr std::size_t watched_bytes_min = 6;
    static constexpr std::string_view blot = "***";

    void watch(std::string_view secret);
    /// Whether the text holds a secret in any form.
    [[nodiscard]] bool finds(std::string_view text) const;
    /// The text with `mark` in the place of each.
    [[nodiscard]] std::string clean(std::string_view text, std::string_view mark = blot) const;

private:
    [[nodiscard]] std::size_t length_at(std::string_view text) const;
    /// Where from `at` on a form may begin; the size where nowhere.
    [[nodiscard]] std::size_t next_beginning(std::string_view text, std::size_t at) const;
    void add(std::string form);

    static constexpr std::size_t pairs = 1U << 16U;
    mutable std::mutex mutex_;        ///< guards all below
    std::vector<std::string> forms_;  ///< unescaped; the longest first: one that holds another must not leave its rest behind
    std::bitset<pairs> beginnings_;   ///< the first two bytes that a form can have, escaped or not
    std::bitset<256> first_letters_;  ///< … and its first one, not escaped
};

}  // namespace moisson
