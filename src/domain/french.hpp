#pragma once
/// The French catalogue: tables of English text and its French. Only for language.cpp and the catalogue's test.
///
/// In the English key `{}` is a value. In the French text `{0}` is the first value as it stands, and a kind says how it is shown:
/// `{0:n}` a number, `{0:a}` an amount such as "12.50 EUR", `{0:d}` a day or instant, `{0:m}` a month or several, `{0:de}` the same behind
/// "de" or "d'", `{0:q}` a text between quotes, `{0:y}` a document type between quotes, `{0:t}` an amount, day, month or text of this
/// catalogue, `{0:o}` a text of this catalogue or none at all, `{0:w}` a word without blanks, `{0:c}` a currency's code,
/// `{0|jour|jours}` a word by the number. Kinds other than t also bind the pattern: it fits only where the value is such a one. A brace of
/// the text is doubled.
/// Blanks before ; : ! ? and inside « » are written plainly here; language.cpp makes them narrow and unbreakable.

#include <array>
#include <span>
#include <string_view>

namespace moisson::french {

struct Translation {
    std::string_view english;
    std::string_view french;
};

/// Findings' sentences, with values.
[[nodiscard]] std::span<const Translation> sentences() noexcept;
/// The sentences of ERP files' findings.
[[nodiscard]] std::span<const Translation> erp_sentences() noexcept;
/// The names of currencies.
[[nodiscard]] std::span<const Translation> currencies() noexcept;
/// What workbook, report and JUnit say around them.
[[nodiscard]] std::span<const Translation> words() noexcept;

/// All of them but the meanings of findings (finding_kinds.hpp); those without findings' sentences, `currencies` and `words`, last.
[[nodiscard]] std::array<std::span<const Translation>, 4> catalogue() noexcept;

}  // namespace moisson::french
