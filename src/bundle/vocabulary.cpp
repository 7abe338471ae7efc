/// See vocabulary.hpp.

#include "bundle/vocabulary.hpp"

#include <algorithm>
#include <array>

#include "domain/document_type.hpp"
#include "domain/page_messages.hpp"

namespace moisson::bundle {

namespace {

/// What words of domain/words.hpp and document_type.hpp were until the build of December 2026 that first called completeness
/// "exhaustivité", for those that are compared as they stand. A word that is changed again needs a second table.
constexpr auto former_words = std::to_array<MessageText>({
    {"capped", "plafonné"},
    {"forbidden", "interdit"},
    {"failed", "en échec"},
    {"not-due", "non échu"},
    {"learned", "appris"},
    {"Completeness", "Complétude"},
    {"in_period", "en période"},
    {"counted", "comptés"},
    {"discounted_amount", "montant remisé"},
    {"counted otherwise", "comptés autrement"},
    {"rows that count", "lignes qui comptent"},
    {"Completeness by contract", "Complétude par contrat"},
    {"Counted amount", "Montant compté"},
    {"Only contracts", "Contrats seuls"},
    {"Only types", "Types seuls"},
    {"bills", "relevés"},
    {"partialBills", "factures partielles"},
});
static_assert(std::all_of(former_words.begin(), former_words.end(), [](const MessageText& word) {
                  return Word::find(word.english()) || find_document_type(word.english()) != nullptr;
              }), "a former word is another text of a word of today");

// Rows of ledgers have that name in other files of the room.
constexpr moisson::Row<place::Months> former_title{"Invoices of {0}", "Factures : {0}"};

}  // namespace

std::string_view Vocabulary::word(Word word) const noexcept { return word_of(word.in(Language::english)); }

std::string_view Vocabulary::word_of(std::string_view code) const noexcept {
    const auto* const former =
        std::find_if(former_words.begin(), former_words.end(), [&](const MessageText& one) { return one.english() == code; });
    return has_former_words_ && former != former_words.end() ? former->in[static_cast<std::size_t>(language_)]
                                                             : moisson::word_of(language_, code);
}

std::string Vocabulary::title_of(const MonthRange& months) const {
    return has_former_words_ ? former_title(months).in(language_) : messages::invoices_of(months).in(language_);
}

}  // namespace moisson::bundle
