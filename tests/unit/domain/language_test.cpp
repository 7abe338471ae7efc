/// French and English: the catalogue is whole, sentences are recognised, values are shown as the language writes them.

#include "domain/language.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <chrono>
#include <map>
#include <set>
#include <string>

#include "domain/currency.hpp"
#include "domain/finding.hpp"
#include "domain/french.hpp"

using namespace moisson;

namespace {

/// Blanks as a reader types them, so that the tests can be read.
std::string plain(std::string text) {
    for (const std::string_view blank : {"\u202F", "\u00A0"}) {
        for (std::size_t at = text.find(blank); at != std::string::npos; at = text.find(blank)) {
            text.replace(at, blank.size(), " ");
        }
    }
    return text;
}

std::string in_french(std::string_view sentence) { return plain(translate_sentence(Language::french, sentence)); }

}  // namespace

TEST_CASE("every kind of finding has its French meaning and remedy") {
    // A French reader would be told in English what to do.
    for (const FindingKind& kind : all_finding_kinds()) {
        CAPTURE(kind.code);
        const std::string_view english = kind.meaning.english();
        CHECK(show_text(Language::french, kind.meaning) != english);
        CHECK((kind.remedy.english().empty() || show_text(Language::french, kind.remedy) != kind.remedy.english()));
        CHECK(translate_sentence(Language::french, english) == show_text(Language::french, kind.meaning));
    }
}

TEST_CASE("no text of the catalogue has two translations, and no sheet a name that Excel refuses") {
    // One of two would be shown by chance, or the workbook could not be written.
    std::map<std::string_view, std::string_view> known;
    for (const std::span<const french::Translation> table : french::catalogue()) {
        for (const french::Translation& line : table) {
            CAPTURE(line.english);
            CHECK(known.emplace(line.english, line.french).second);
        }
    }
    std::set<std::string_view> names;
    for (const std::string_view sheet : {"Ledger", "Summary", "Contracts", "Completeness", "Expected", "Usage by service",
                                         "Usage by project", "Usage lines", "Findings", "Run"}) {
        const std::string_view name = translate(Language::french, sheet);
        CHECK(name != sheet);
        CHECK(name.size() <= 28);  // " 9" goes behind it; bytes are at least letters
        CHECK(name.find_first_of("[]:*?/\\'") == std::string_view::npos);
        CHECK(names.insert(name).second);
    }
}

TEST_CASE("a sentence is French with its values as French writes them") {
    // An accountant would read 1.234 as a thousand, or the wrong day.
    struct Row {
        std::string_view english;
        std::string_view french;
    };
    static constexpr Row rows[] = {
        {"A credit of -1234.50 EUR.", "Un avoir de -1 234,50 EUR."},
        {"The lines of DOC-1, DOC-2 and 4 more for 2026-08 to 2026-10 add up to 1318.95 EUR, the counted documents to 12 JPY: 0.02 EUR apart.",
         "La somme des lignes de DOC-1, DOC-2 et 4 autres pour août 2026 à octobre 2026 est de 1 318,95 EUR, celle des documents comptés "
         "de 12 JPY : écart de 0,02 EUR."},
        {"The invoices of 2026-10 count, so this bills document of 12.00 EUR does not.",
         "Les factures d'octobre 2026 comptent ; ce document (relevés) de 12,00 EUR ne compte donc pas."},
        {"The invoices of 2026-01 count, so this bills document does not.",
         "Les factures de janvier 2026 comptent ; ce document (relevés) ne compte donc pas."},
        {"Issued 2026-11-02T09:07:47.372Z, updated 2026-11-03T00:00:00.000Z.",
         "Émis le 02/11/2026 09:07:47 UTC, mis à jour le 03/11/2026 00:00:00 UTC."},
        {"No document of type invoices of 2026-10 is there; it was due by 2026-11-08 (declared in [[books.expected]], job.toml:3:1).",
         "Aucun document de type factures d'octobre 2026 n'est là ; échéance : 08/11/2026 (déclaré dans [[books.expected]], "
         "job.toml:3:1)."},
        {"Changed after 2026-09 was closed: it counted 10.00 EUR, and version 2 counts 12.00 EUR, a difference of 2.00 EUR "
         "(addendum-2026-09-01.csv, booked in 2026-10).",
         "Changé après la clôture de septembre 2026 ; montant compté avant : 10,00 EUR, version 2 : 12,00 EUR, soit un écart de 2,00 EUR "
         "(addendum-2026-09-01.csv, comptabilisé en octobre 2026)."},
        {"Changed after 2026-09 was closed: it counted nothing, and version 2 counts 12.00 EUR (addendum-2026-09-01.csv, booked in 2026-10).",
         "Changé après la clôture de septembre 2026 ; montant compté avant : rien, version 2 : 12,00 EUR (addendum-2026-09-01.csv, "
         "comptabilisé en octobre 2026)."},
        {"version 2 replaces version 1: 10.00 EUR before, 12.00 EUR now, a difference of 2.00 EUR",
         "la version 2 remplace la version 1 : 10,00 EUR avant, 12,00 EUR à présent, soit un écart de 2,00 EUR"},
        {"version 2 replaces version 1: no readable amount before, 12.00 EUR now",
         "la version 2 remplace la version 1 : aucun montant lisible avant, 12,00 EUR à présent"},
        {"version 3 replaces version 2: 12.00 EUR as before", "la version 3 remplace la version 2 : 12,00 EUR comme avant"},
        {"10.00 TND is not converted to EUR: TND is not in the rate table rates.csv.",
         "10,00 TND n'est pas converti en EUR : TND n'est pas dans la table des cours rates.csv."},
        {"the service knows no such resource [404/60]", "le service ne connaît pas cette ressource [404/60]"},
        {"type bills: access denied [403]; the service says that there are 1 documents, and lists 1000",
         "type bills : accès refusé [403] ; le service annonce 1 document et en liste 1 000"},
        {"Of a contract and month, the latest versions of invoices count when there are any, else those of bills; never both. Documents "
         "without a readable amount and period, and all other types, never count.",
         "Pour un contrat et un mois, les dernières versions comptent, par type : factures s'il y en a, sinon relevés ; jamais les deux. "
         "Les documents sans montant ni période lisibles, et tous les autres types, ne comptent jamais."},
        {"this machine's clock is 90000 s (about 1 day) ahead of the service's",
         "l'horloge de cette machine avance de 90 000 s (environ 1 jour) sur celle du service"},
        {"template fec: column \"CompteNum\": \"ABC\" has 9 characters; at most 8",
         "modèle fec : la colonne « CompteNum » : « ABC » a 9 caractères ; au plus 8"},
        {"template fec: column \"Debit\": 12 does not fit its pattern", "modèle fec : la colonne « Debit » : 12 ne correspond pas à son format"},
        {"type bills: the answer is not JSON: Invalid value (at byte 1 of 9); type invoices: the answer is empty where JSON is due",
         "type bills : la réponse n'est pas du JSON : « Invalid value » (octet 1 sur 9) ; type invoices : la réponse est vide alors que du "
         "JSON est attendu"},
        {"type bills: api.orange.com sent nothing for 30000 ms", "type bills : api.orange.com n'a rien envoyé pendant 30 000 ms"},
        {"the body ended after 1000 bytes, 2000 were announced", "le corps a pris fin après 1 000 octets, 2 000 étaient annoncés"},
        {"template fec: the amount is zero; nothing is posted", "modèle fec : le montant est nul ; rien n'est comptabilisé"},
        {"The file name \"CON\" is a device name on Windows; the archive uses a safe one.",
         "Le nom de fichier « CON » est un nom de périphérique sous Windows ; l'archive en utilise un sûr."},
        {"The file name \"a\" holds the invisible character U+202E; the archive uses a safe one.",
         "Le nom de fichier « a » contient le caractère invisible U+202E ; l'archive en utilise un sûr."},
    };
    for (const Row& row : rows) {
        CHECK(in_french(row.english) == row.french);
        CHECK(translate_sentence(Language::english, row.english) == row.english);
    }
}

TEST_CASE("text from outside stays as it came") {
    // A contract that is called "failed", or a file name that looks like a sentence of ours, would be shown under another name.
    CHECK(in_french("The contract \"failed\" is in the perimeter since 2026-10.") ==
          "Le contrat « failed » est dans le périmètre depuis octobre 2026.");
    CHECK(in_french("The file name \"2026-10 to 2026-11\" is also that of OCB1 invoices.") ==
          "Le nom de fichier « 2026-10 to 2026-11 » est aussi celui de OCB1 invoices.");
    CHECK(in_french("The contract is called \"x\" since y\" since 2026-10; before that it was \"z\".") ==
          "Le contrat s'appelle « x\" since y » depuis octobre 2026 ; auparavant « z ».");
    CHECK(in_french("a sentence of somebody else; and: more of it") == "a sentence of somebody else; and: more of it");
    CHECK(in_french("A credit of many EUR.") == "A credit of many EUR.");
    CHECK(in_french("Issued 2026-13-40, updated never.") == "Issued 2026-13-40, updated never.");
    CHECK(in_french("").empty());
}

TEST_CASE("a text made to be looked at for long is not") {
    // One file name from a hostile server would keep the report from being written.
    std::string hostile = "The lines of ";
    for (int at = 0; at < 5'000; ++at) {
        hostile += " for 2026-10 add up to 1 EUR, the counted documents to 1 EUR: 1 EUR apart";
    }
    // Each of them would take minutes if every way to read it were tried: then this test does not end within its time.
    CHECK_FALSE(translate_sentence(Language::french, hostile).empty());
    CHECK_FALSE(translate_sentence(Language::french, hostile + ".").empty());
    const std::string marks = std::string(250'000, ';') + std::string(250'000, '"');
    CHECK(translate_sentence(Language::french, marks) == marks);
    std::string parts;
    for (int at = 0; at < 20'000; ++at) {
        parts += "access denied; ";
    }
    CHECK_FALSE(translate_sentence(Language::french, parts).empty());
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
    CHECK(say(Language::french, "Invoices of {}", {"octobre 2026"}) == "Factures\u202F: octobre 2026");
    CHECK(say(Language::english, "Invoices of {}", {"2026-10"}) == "Invoices of 2026-10");
    CHECK(find_language("fr") == Language::french);
    CHECK(find_language("de") == std::nullopt);
}

TEST_CASE("every currency has its French name") {
    // The totals of a French report would be headed in English.
    std::set<std::string_view> known;
    for (const french::Translation& line : french::currencies()) {
        known.insert(line.english);
    }
    for (const std::string_view code : {"EUR", "USD", "CHF", "GBP", "JPY", "TND", "MAD", "XOF", "XPF", "CAD"}) {
        CAPTURE(code);
        CHECK(known.contains(find_currency(code)->info().name));
    }
}
