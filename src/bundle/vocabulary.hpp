#pragma once
/// The words of a month's pages and sheets, as the build that published it had them: a sentence that reads better today does not make an
/// honest month of yesterday a forgery. Only the bundle room includes this header.

#include <string>
#include <string_view>

#include "domain/language.hpp"
#include "domain/period.hpp"

namespace moisson::bundle {

/// Copied freely.
class Vocabulary {
public:
    /// Words of today, unless it is said otherwise.
    Vocabulary(Language language, bool has_former_words = false) noexcept  // NOLINT(google-explicit-constructor): of today
        : language_(language), has_former_words_(has_former_words) {}

    /// As the `language` of a published month has them, told by its titles: former ones when `has` finds the former title of the sheet
    /// and section on completeness.
    template <class Has>
    [[nodiscard]] static Vocabulary told_by(Language language, const Has& has) {
        const Vocabulary former(language, true);
        const std::string_view title = former.word("Completeness");
        return title != translate(language, "Completeness") && has(title) ? former : Vocabulary(language);
    }

    [[nodiscard]] Language language() const noexcept { return language_; }
    /// The view lives as long as the program.
    [[nodiscard]] std::string_view word(Word word) const noexcept;
    /// Of a verdict, a status, a document type; one that is not known as it is spelt: then the view lives as long as `code`.
    [[nodiscard]] std::string_view word_of(std::string_view code) const noexcept;
    /// Of the sheet that sums the months up.
    [[nodiscard]] std::string title_of(const MonthRange& months) const;

private:
    Language language_;
    bool has_former_words_;
};

}  // namespace moisson::bundle
