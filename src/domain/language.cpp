/// See language.hpp.

#include "domain/language.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "domain/currency.hpp"
#include "domain/document_type.hpp"
#include "language/format.hpp"
#include "language/row.hpp"

namespace moisson {

namespace {

template <std::size_t at>
constexpr bool word_is_said = language_checks::is_plain_text(all_words[at]);
// By an array: a fold of more than 256 parts is too deep for clang.
static_assert([]<std::size_t... at>(std::index_sequence<at...>) {
    constexpr std::array<bool, sizeof...(at)> are_said{word_is_said<at>...};
    return std::all_of(are_said.begin(), are_said.end(), [](bool is_said) { return is_said; });
}(std::make_index_sequence<all_words.size()>{}), "every word stands there in every language");

static_assert(std::all_of(document_types.begin(), document_types.end(),
                          [](const DocumentType& type) { return type.words.english() == type.name && !type.words.in[1].empty(); }));

}  // namespace

std::string_view word_of(Language language, std::string_view code) noexcept {
    if (const auto word = Word::find(code)) {
        return word->in(language);
    }
    const DocumentType* type = find_document_type(code);
    return type == nullptr ? code : type->words.in[static_cast<std::size_t>(language)];
}

std::string show_text(Language language, const MessageText& text) { return Message(text, {}).in(language); }

std::string Currency::name_in(Language language) const { return show_text(language, info().name); }

std::string day_for_people(Language language, std::chrono::year_month_day day) { return show_day(language, to_text(day)); }

std::string instant_for_people(Language language, Timestamp instant) { return show_day(language, format_timestamp_seconds(instant)); }

std::string month_for_people(Language language, Month month) { return show_months(language, month.to_text()); }

std::string months_for_people(Language language, const MonthRange& months) { return show_months(language, months.to_text()); }

std::string decimal_for_people(Language language, std::string_view decimal) { return show_number(language, decimal); }

}  // namespace moisson
