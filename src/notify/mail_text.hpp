#pragma once
/// A mail as it goes over the wire: headers and two bodies that say the same (RFC 5322, 2045 to 2047). Pure.

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "language/language.hpp"

namespace moisson::notify {

struct Mail {
    std::string from;  ///< addresses that `config::is_mail_address` takes
    std::vector<std::string> to;
    std::string subject;  ///< any text
    std::string id;       ///< letters, digits and '-': of Message-ID and boundary
    Timestamp date{};
    Language language = Language::english;
    std::string text;  ///< UTF-8
    std::string html;  ///< the same for who can show it
};

/// Lines end with CR LF; every line is ASCII, of at most 998 bytes, and none begins with a dot.
[[nodiscard]] std::string mail_text(const Mail& mail);

/// The value of a header that holds text for people (RFC 2047): as it is where it is plain ASCII of one short line, else in encoded words
/// of at most 75 letters, each of whole characters. What ends a line, and every other control character, is shown escaped (`\x0a`).
[[nodiscard]] std::string header_words(std::string_view text);

/// "Wed, 02 Dec 2026 00:31:55 +0000"
[[nodiscard]] std::string mail_date(Timestamp instant);

}  // namespace moisson::notify
