/// French and English: every kind of finding, word and currency has both, and values are shown as the language writes them.

#include "domain/language.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>

#include "domain/currency.hpp"
#include "domain/document_type.hpp"
#include "domain/finding.hpp"
#include "domain/money.hpp"
#include "domain/page_messages.hpp"
#include "language/row.hpp"

using namespace moisson;

TEST_CASE("every kind of finding has its French meaning and remedy") {
    // A French reader would be told in English what to do.
    for (const FindingKind& kind : all_finding_kinds()) {
        CAPTURE(kind.code);
        CHECK(show_text(Language::french, kind.meaning) != kind.meaning.english());
        CHECK((kind.remedy.english().empty() || show_text(Language::french, kind.remedy) != kind.remedy.english()));
        CHECK(show_text(Language::english, kind.meaning) == kind.meaning.english());
    }
}

TEST_CASE("no word has two rows, and no sheet a name that Excel refuses") {
    // One of two would be shown by chance, or the workbook could not be written.
    std::set<std::string_view> known;
    for (const MessageText& word : all_words) {
        CAPTURE(word.english());
        CHECK(known.insert(word.english()).second);
    }
    std::set<std::string_view> names;
    for (const Word sheet : {Word("To do"), Word("Documents to book"), Word("Changes"), Word("Inbox"), Word("Ledger"), Word("Summary"),
                             Word("Contracts"), Word("Completeness"), Word("Expected"),
                             Word("Usage by service"), Word("Usage by project"), Word("Usage lines"), Word("Findings"), Word("Run")}) {
        const std::string_view name = translate(Language::french, sheet);
        CHECK(name != translate(Language::english, sheet));
        CHECK(name.size() <= 28);  // " 9" goes behind it; bytes are at least letters
        CHECK(name.find_first_of("[]:*?/\\'") == std::string_view::npos);
        CHECK(names.insert(name).second);
    }
}

TEST_CASE("codes from the data have their words, and other codes stay as they are") {
    // A verdict that an archive of another version has would stand empty on the page.
    CHECK(word_of(Language::french, "complete") == "complet");
    CHECK(word_of(Language::english, "complete") == "complete");
    CHECK(word_of(Language::french, "bills") == "relevés de facturation");
    CHECK(word_of(Language::french, "a new verdict") == "a new verdict");
    CHECK(words_of_type("bills").in(Language::french) == "relevés de facturation");
    CHECK(words_of_type("Fake », renamed").in(Language::french) == "Fake », renamed");
}

TEST_CASE("days, months and numbers of pages follow the language") {
    // Two forms of one date would stand on one page.
    const Month october = *Month::parse("2026-10");
    CHECK(day_for_people(Language::french, october.last_day()) == "31/10/2026");
    CHECK(day_for_people(Language::english, october.last_day()) == "2026-10-31");
    CHECK(instant_for_people(Language::french, *parse_timestamp("2026-10-31T08:00:00Z")) == "31/10/2026 08:00:00 UTC");
    CHECK(instant_for_people(Language::english, *parse_timestamp("2026-10-31T08:00:00Z")) == "2026-10-31T08:00:00Z");
    CHECK(month_for_people(Language::french, *Month::parse("2026-02")) == "février 2026");
    CHECK(months_for_people(Language::french, MonthRange{october, october}) == "octobre 2026");
    CHECK(months_for_people(Language::french, MonthRange{Month::parse("2026-08"), october}) == "août 2026 à octobre 2026");
    CHECK(months_for_people(Language::french, MonthRange{}) == "tous les mois");
    CHECK(months_for_people(Language::english, MonthRange{Month::parse("2026-08"), october}) == "2026-08..2026-10");
    CHECK(decimal_for_people(Language::french, "-1234567.50") == "-1\u202F234\u202F567,50");
    CHECK(decimal_for_people(Language::french, "n/a") == "n/a");
    CHECK(messages::invoices_of(october).in(Language::french) == "Factures d'octobre 2026");
    CHECK(messages::invoices_of(october).english() == "Invoices of 2026-10");
}

TEST_CASE("values of the domain stand in messages as each language writes them") {
    // An amount or a span in a finding would be written otherwise than in the ledger beside it.
    const Row<place::Months, place::Amount> row{"{1} in {0}", "{1} au titre {0:de}"};
    const Message message = row(span_of(*Month::parse("2026-08"), *Month::parse("2026-10")), Money{-123'450, *find_currency("EUR")});
    CHECK(message.english() == "-1234.50 EUR in 2026-08 to 2026-10");
    CHECK(message.in(Language::french) == "-1\u202F234,50\u00A0EUR au titre d'août 2026 à octobre 2026");
    CHECK(row(*Month::parse("2026-02"), Money{500, *find_currency("JPY")}).english() == "500 JPY in 2026-02");
}

TEST_CASE("every currency has its French name") {
    // The totals of a French report would be headed in English.
    CHECK(find_currency("CHF")->name_in(Language::french) == "Franc suisse");
    CHECK(find_currency("CHF")->name_in(Language::english) == "Swiss Franc");
    for (const CurrencyInfo& currency : all_currencies()) {
        CHECK_FALSE(show_text(Language::french, currency.name).empty());
    }
}
