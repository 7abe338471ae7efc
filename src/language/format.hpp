#pragma once
/// Days, months, numbers and amounts as a language writes them. The English form is the one of the data: ISO 8601 and a decimal dot; what
/// is not in that form comes back as it is.

#include <string>
#include <string_view>

#include "language/language.hpp"

namespace moisson {

/// French puts blanks that do not break before ; : ! ? % and inside quotes: a narrow one (Lexique des règles typographiques en usage à
/// l'Imprimerie nationale; a full one before the colon there, the narrow one here as everywhere), and a full one before a unit.
inline constexpr std::string_view narrow_blank = "\u202F";
inline constexpr std::string_view no_break_blank = "\u00A0";

/// True for "12", "-0.50": digits with at most one dot among them.
[[nodiscard]] bool is_decimal(std::string_view text) noexcept;

/// "1234.50": "1 234,50" with narrow blanks in French.
[[nodiscard]] std::string show_number(Language language, std::string_view decimal);
/// "12.50 EUR": "12,50 EUR" with a blank that does not break in French.
[[nodiscard]] std::string show_amount(Language language, std::string_view amount);
/// "2026-10-31", "2026-10-31T08:00:00Z": "31/10/2026", "31/10/2026 08:00:00 UTC" in French. Parts of seconds are left out there.
[[nodiscard]] std::string show_day(Language language, std::string_view day);
/// "2026-10", "2026-08..2026-10", "2026-08..", "..2026-10", "all": "octobre 2026", "août 2026 à octobre 2026", "à partir d'août 2026",
/// "jusqu'à octobre 2026", "tous les mois" in French.
[[nodiscard]] std::string show_months(Language language, std::string_view months);
/// The same behind "de", "d'" in French, but where they begin with a preposition already.
[[nodiscard]] std::string show_of_months(Language language, std::string_view months);

}  // namespace moisson
