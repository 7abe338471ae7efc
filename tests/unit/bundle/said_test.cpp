/// What a page in another language says is held against the summary's English by its values.

#include "bundle/said.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using namespace moisson;
using bundle::says;

namespace {

struct Pair {
    std::string_view english;
    std::string_view french;
};

constexpr Pair pairs[] = {
    {"A credit of -1234.50 EUR.", "Avoir de -1\u202F234,50\u00A0EUR."},
    {"Issued 2026-11-02T09:07:47.372Z, updated 2026-11-03T00:00:00.000Z.",
     "Émis le 02/11/2026 09:07:47 UTC, mis à jour le 03/11/2026 00:00:00 UTC."},
    {"The lines of DOC-1, DOC-2 and 4 more for 2026-08 to 2026-10 add up to 1318.95 EUR, the counted documents to 12 JPY: 0.02 EUR apart.",
     "La somme des lignes de DOC-1, DOC-2 et 4 autres pour août 2026 à octobre 2026 est de 1\u202F318,95\u00A0EUR, celle des documents "
     "retenus de "
     "12\u00A0JPY\u202F: écart de 0,02\u00A0EUR."},
    {"the service knows no such resource [404/60]", "document introuvable auprès du service [404/60]"},
    {"No document of type invoices of 2026-04 is there; it was due by 2026-05-08 (declared in [[books.expected]], job.toml:3:1).",
     "Aucun document de type factures reçu pour avril 2026, attendu au plus tard le 08/05/2026 (déclaré dans [[books.expected]], "
     "job.toml:3:1)."},
    {"The contract \"Fake », renamed 12/10/2026\" is in the perimeter since 2026-10.",
     "Le contrat «\u202FFake », renamed 12/10/2026\u202F» est dans le périmètre depuis octobre 2026."},
    {"This \"bills\" document has no amount.", "Ce document («\u202Frelevés de facturation\u202F») n'a pas de montant."},
    {"1 day is left", "il reste 1 jour"},
    {"access denied", "accès refusé"},
};

std::string with(std::string_view text, std::string_view from, std::string_view to) {
    std::string out(text);
    const std::size_t at = out.find(from);
    REQUIRE(at != std::string::npos);
    return out.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("a French sentence with the values of the English one is what the summary says") {
    // A month in French would be called damaged.
    for (const Pair& pair : pairs) {
        CAPTURE(pair.english);
        CHECK(says(Language::french, pair.french, pair.english));
        CHECK(says(Language::french, pair.english, pair.english));
        CHECK_FALSE(says(Language::english, pair.french, pair.english));
        CHECK(bundle::holds_values("plafonné\u202F: " + std::string(pair.french) + " 17", pair.english));
    }
}

TEST_CASE("a changed value in a French sentence is found") {
    // Somebody could change an amount, a day or an id on the page that people read.
    struct Row {
        std::size_t pair;
        std::string_view from;
        std::string_view to;
    };
    for (const Row& row :
         {Row{0, "234,50", "234,51"}, Row{0, "-1", "1"}, Row{0, "EUR", "USD"}, Row{0, ".", " 7."}, Row{1, "02/11", "03/11"},
          Row{1, "09:07:47", "09:07:48"}, Row{2, "DOC-2", "DOC-3"}, Row{2, "DOC-1, ", ""}, Row{2, "août", "avril"},
          Row{2, "octobre 2026", "octobre 2025"}, Row{2, "JPY", "EUR"}, Row{3, "404/60", "403/50"}, Row{4, "avril", "mai"},
          Row{4, ":3:1", ":3:2"}, Row{5, "renamed", "called"}, Row{6, "relevés de facturation", "factures"}, Row{7, "1 jour", "10 jours"}}) {
        const Pair& pair = pairs[row.pair];
        const std::string changed = with(pair.french, row.from, row.to);
        CAPTURE(changed);
        CHECK_FALSE(says(Language::french, changed, pair.english));
    }
    CHECK_FALSE(says(Language::french, "", "access denied"));
    CHECK_FALSE(says(Language::french, "accès refusé", ""));
    CHECK_FALSE(bundle::holds_values("plafonné", "lists 4"));
}

TEST_CASE("an honest month would be refused for the marks in a file's name") {
    for (const std::string name : {"a\"b.pdf", "\" .pdf", "a \" b\".pdf", "\"\"", " \"a\" .pdf", "plain.pdf"}) {
        CAPTURE(name);
        const std::string english = "The file name \"" + name + "\" holds the character \"; the archive uses a safe one.";
        const auto french = [](const std::string& shown) {
            return "Le nom de fichier « " + shown + " » contient le caractère \" ; un nom sûr le remplace dans l'archive.";
        };
        CHECK(says(Language::french, french(name), english));
        CHECK_FALSE(says(Language::french, french(name + "7"), english));
    }
    CHECK_FALSE(bundle::says(Language::french, "Le contrat « Lyon » manque.", "The contract \"Paris\" is missing."));
    CHECK(bundle::says(Language::english, "of d2", "of d\xef\xbf\xbe" "2"));
}
