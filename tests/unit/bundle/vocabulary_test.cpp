#include <doctest/doctest.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "bundle/said.hpp"
#include "bundle/vocabulary.hpp"

using namespace moisson;
using bundle::Vocabulary;

namespace {

Vocabulary told_by(Language language, const std::vector<std::string_view>& sheets) {
    return Vocabulary::told_by(language,
                               [&](std::string_view title) { return std::find(sheets.begin(), sheets.end(), title) != sheets.end(); });
}

}  // namespace

TEST_CASE("a month published before has the words of its time, and no others") {
    const Vocabulary former = told_by(Language::french, {"Registre", "Synthèse", "Complétude"});
    CHECK(former.word("Completeness") == "Complétude");
    CHECK(former.word("Contracts") == "Contrats");
    CHECK(former.word_of("forbidden") == "interdit");
    CHECK(former.word_of("bills") == "relevés");
    CHECK(former.word_of("a code of another build") == "a code of another build");
    const auto month = Month::parse("2026-10");
    REQUIRE(month);
    const MonthRange october{month, month};
    CHECK(former.title_of(october) == "Factures\u202F: octobre 2026");
    const Vocabulary today = told_by(Language::french, {"Registre", "Synthèse", "Exhaustivité"});
    CHECK(today.word("Completeness") == "Exhaustivité");
    CHECK(today.word_of("forbidden") == "accès refusé");
    CHECK(today.word_of("bills") == "relevés de facturation");
    CHECK(today.title_of(october) == "Factures d'octobre 2026");
    // English was not changed: a sheet that has the former French title is no reason to take other words.
    CHECK(told_by(Language::english, {"Complétude"}).word("Completeness") == "Completeness");
    CHECK(told_by(Language::english, {"Completeness"}).word_of("bills") == "bills");
}

TEST_CASE("a sentence of a former month may name a document type as it did") {
    const std::string_view english = "This \"bills\" document has no amount.";
    const std::string_view former = "Ce document («\u202Frelevés\u202F») n'a pas de montant.";
    CHECK(bundle::says(Vocabulary(Language::french, true), former, english));
    CHECK_FALSE(bundle::says(Language::french, former, english));
}
