#pragma once
/// Days, months and words in the language of what people read. The languages themselves and messages: room `language`.

#include <chrono>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "domain/period.hpp"
#include "domain/words.hpp"
#include "language/language.hpp"
#include "language/message.hpp"

namespace moisson {

/// A word of pages and sheets. The view lives as long as the program.
[[nodiscard]] constexpr std::string_view translate(Language language, Word word) noexcept { return word.in(language); }
/// The word of a code from the data (a verdict, a status, a document type); one that is not known as it is spelt: then the view lives as
/// long as `code`.
[[nodiscard]] std::string_view word_of(Language language, std::string_view code) noexcept;

/// A text of a table that holds no values.
[[nodiscard]] std::string show_text(Language language, const MessageText& text);

/// "31/10/2026" in French, else "2026-10-31".
[[nodiscard]] std::string day_for_people(Language language, std::chrono::year_month_day day);
/// "31/10/2026 08:00:00 UTC" in French, else "2026-10-31T08:00:00Z".
[[nodiscard]] std::string instant_for_people(Language language, Timestamp instant);
/// "octobre 2026" in French, else "2026-10".
[[nodiscard]] std::string month_for_people(Language language, Month month);
/// "octobre 2026", "août 2026 à octobre 2026"; else "2026-10", "2026-08..2026-10". As `MonthRange::to_text` for a range that is open.
[[nodiscard]] std::string months_for_people(Language language, const MonthRange& months);
/// A number written with a dot: "1 234,50" with narrow no-break blanks in French, else as it is.
[[nodiscard]] std::string decimal_for_people(Language language, std::string_view decimal);

}  // namespace moisson
