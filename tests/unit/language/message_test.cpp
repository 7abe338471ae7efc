/// Messages: words of both languages, words by their count, values as a language writes them, and texts from outside that stay texts.

#include <doctest/doctest.h>

#include <chrono>
#include <string>

#include "language/format.hpp"
#include "language/row.hpp"

using namespace moisson;

namespace {

constexpr Row<place::Count> listed{"{0} {0|document is|documents are} listed", "{0} {0|document est listé|documents sont listés}"};
constexpr Row<place::Text, place::Months> renamed{"The contract is called \"{0}\" since {1}.", "Le contrat s'appelle « {0} » depuis {1}."};
constexpr Row<place::Months, place::Amount, place::Said> late{"Came after {0} was closed and adds {1} {2}.",
                                                              "Arrivé après la clôture {0:de} ; montant ajouté : {1} {2}."};
constexpr Row<place::Day, place::Number> seen{"{1} on {0}", "{1} le {0}"};
constexpr Row<> nothing{"nothing", "rien"};
constexpr Row<> braces{"{{\"documents\": null}}", "{{\"documents\": null}} ?"};

/// Blanks as a reader types them, so that the tests can be read.
std::string in_french(const Message& message) {
    std::string text = message.in(Language::french);
    for (const std::string_view blank : {narrow_blank, no_break_blank}) {
        for (std::size_t at = text.find(blank); at != std::string::npos; at = text.find(blank)) {
            text.replace(at, blank.size(), " ");
        }
    }
    return text;
}

}  // namespace

TEST_CASE("words go by their count as each language has it") {
    // "1 documents are listed", or « 0 documents sont listés », would stand on a page that an auditor reads.
    CHECK(listed(0).english() == "0 documents are listed");
    CHECK(listed(1).english() == "1 document is listed");
    CHECK(listed(-1).english() == "-1 document is listed");
    CHECK(listed(2U).english() == "2 documents are listed");
    CHECK(listed(1000).english() == "1000 documents are listed");
    CHECK(in_french(listed(0)) == "0 document est listé");
    CHECK(in_french(listed(1)) == "1 document est listé");
    CHECK(in_french(listed(2)) == "2 documents sont listés");
    CHECK(in_french(listed(1'234'567)) == "1 234 567 documents sont listés");
}

TEST_CASE("a text from outside is never read as ours") {
    // A contract that is called like a piece of our sentence would change what the sentence says.
    for (const std::string_view name : {"Fake », renamed", "{0}", "{1|a|b}", "a}b{", "nothing", "2026-10", "12.50 EUR", "x\" since y", "",
                                        "; : ! ?", "« »", "\xff\xfe"}) {
        const Message message = renamed(name, place::Months("2026-10"));
        const std::string text(name);
        CHECK(message.english() == "The contract is called \"" + text + "\" since 2026-10.");
        CHECK(message.in(Language::french) == "Le contrat s'appelle «\u202F" + text + "\u202F» depuis octobre 2026.");
        CHECK(Message(name).in(Language::french) == name);
    }
}

TEST_CASE("values are shown as the language writes them") {
    // An accountant would read 1.234 as a thousand, or the wrong day.
    const Message where = late(place::Months("2026-08"), place::Amount("-1234.50", "EUR"), nothing);
    CHECK(where.english() == "Came after 2026-08 was closed and adds -1234.50 EUR nothing.");
    CHECK(in_french(where) == "Arrivé après la clôture d'août 2026 ; montant ajouté : -1 234,50 EUR rien.");
    CHECK(where.in(Language::french).find("-1\u202F234,50\u00A0EUR") != std::string::npos);
    const std::chrono::year_month_day day{std::chrono::year(2026), std::chrono::month(11), std::chrono::day(2)};
    CHECK(seen(day, "12345.67").english() == "12345.67 on 2026-11-02");
    CHECK(in_french(seen(day, "12345.67")) == "12 345,67 le 02/11/2026");
    CHECK(in_french(seen(place::Day("2026-11-02T09:07:47.372Z"), 5)) == "5 le 02/11/2026 09:07:47 UTC");
    CHECK(in_french(seen(place::Day("2026-13-40"), "many")) == "many le 2026-13-40");
    CHECK(braces().english() == "{\"documents\": null}");
    CHECK(in_french(braces) == "{\"documents\": null} ?");
}

TEST_CASE("months, numbers and amounts follow the language") {
    // Two forms of one date would stand on one page.
    const Language french = Language::french;
    CHECK(show_months(french, "2026-02") == "février 2026");
    CHECK(show_months(french, "2026-08..2026-10") == "août 2026 à octobre 2026");
    CHECK(show_months(french, "2026-08 to 2026-10") == "août 2026 à octobre 2026");
    CHECK(show_months(french, "2026-08..") == "à partir d'août 2026");
    CHECK(show_months(french, "..2026-10") == "jusqu'à octobre 2026");
    CHECK(show_months(french, "all") == "tous les mois");
    CHECK(show_months(french, "2026-13") == "2026-13");
    CHECK(show_months(french, "..") == "..");
    CHECK(show_months(Language::english, "2026-08..2026-10") == "2026-08..2026-10");
    CHECK(show_of_months(french, "2026-01") == "de janvier 2026");
    CHECK(show_of_months(french, "2026-04") == "d'avril 2026");
    CHECK(show_of_months(french, "2026-08..2026-10") == "d'août 2026 à octobre 2026");
    CHECK(show_of_months(french, "2026-08..") == "à partir d'août 2026");
    CHECK(show_of_months(french, "all") == "de tous les mois");
    CHECK(show_number(french, "-1234567.50") == "-1\u202F234\u202F567,50");
    CHECK(show_number(french, "n/a") == "n/a");
    CHECK(show_number(french, "1.2.3") == "1.2.3");
    CHECK(show_amount(french, "n/a EUR") == "n/a EUR");
    CHECK(show_day(french, "2026-02-29") == "2026-02-29");
    CHECK(show_day(french, "0000-01-01") == "0000-01-01");
    CHECK(find_language("fr") == french);
    CHECK(find_language("de") == std::nullopt);
}

TEST_CASE("messages are the same when they say the same in English") {
    // One thing noticed twice would stand in the report twice.
    CHECK(listed(2) == Message("2 documents are listed"));
    CHECK(listed(2) < listed(3));
    CHECK(Message().empty());
    CHECK(Message("").empty());
    CHECK_FALSE(listed(2).empty());
    CHECK(listed(2).row() == &listed.text());
}

TEST_CASE("a secret is hidden in every value, and in what values make together") {
    // A secret that a contract's name repeats would stand in a published file.
    const auto hide = [](std::string_view text) {
        std::string out(text);
        for (std::size_t at = out.find("s3cret"); at != std::string::npos; at = out.find("s3cret")) {
            out.replace(at, 6, "***");
        }
        return out;
    };
    Message inside = renamed("my s3cret", place::Months("2026-10"));
    inside.change_texts(hide);
    CHECK(inside.english() == "The contract is called \"my ***\" since 2026-10.");
    CHECK(inside.row() == &renamed.text());
    Message nested = late(place::Months("2026-10"), place::Amount("1", "EUR"), renamed("s3cret", place::Months("2026-09")));
    nested.change_texts(hide);
    CHECK(nested.in(Language::french).find("s3cret") == std::string::npos);
    constexpr Row<place::Text, place::Text> joined{"{0}{1}", "{0}{1}"};
    Message together = joined("s3c", "ret");
    together.change_texts(hide);
    CHECK(together.in(Language::french) == "***");
}
