#pragma once
/// The language of what people read: workbook, report and JUnit texts. Codes, CSV headers, summary.json, terminal: English.
///
/// English sentences are the keys of a catalogue, as with gettext: rooms make findings in English alone, and a sentence with values in it
/// is recognised by its pattern when a page is written. So a finding that was made long ago, or was read back from the state, can be shown
/// in any language, and what is archived does not depend on the reader. A test holds every pattern of the sources against the catalogue.

#include <chrono>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "domain/period.hpp"
#include "language/language.hpp"
#include "language/message.hpp"

namespace moisson {

/// A text of ours without values. What the catalogue does not know stays English. The view lives as long as the program, or as `english`.
[[nodiscard]] std::string_view translate(Language language, std::string_view english);

/// A pattern of ours, `{}` where values go, filled in order; values stand as they are given. Each `{}` needs a value.
[[nodiscard]] std::string say(Language language, std::string_view english, std::initializer_list<std::string_view> values);

/// A whole English sentence with its values already in it. Amounts, numbers, days and months become those of the language, text from
/// outside stays. What no pattern fits stays English. Bounded work on any text; any number of threads.
[[nodiscard]] std::string translate_sentence(Language language, std::string_view sentence);
/// A message; what of it is plain English text is translated as a sentence.
[[nodiscard]] std::string show_message(Language language, const Message& message);
/// A text of a table.
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
