#include "domain/bag_notes.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.hpp"
#include "domain/bag_messages.hpp"

namespace moisson {

namespace {

constexpr std::size_t line_letters = 96;

namespace said = messages::notes;

/// A file or folder of the bag.
struct BagPlace {
    std::string_view path;
    bool BagNotes::*when;  ///< null: always
    MessageText meaning;
};
constexpr auto places = std::to_array<BagPlace>({
    {"index.html", nullptr, {"every document, with a link to its file", "chaque document, avec un lien vers son fichier"}},
    {"bag-info.txt",
     nullptr,
     {"what the archive says of itself: retention, identifiers", "ce que l'archive dit d'elle-même : conservation, identifiants"}},
    {"data/documents/", nullptr, {"the documents, as they came", "les documents, tels qu'ils ont été reçus"}},
    {"data/ledger.csv", nullptr, {"the ledger; its columns: see below", "le registre ; ses colonnes : voir plus bas"}},
    {"data/ledger.schema.json", nullptr, {"what its columns mean, for programs", "ce que signifient ses colonnes, pour les programmes"}},
    {"data/summary.json", nullptr, {"totals, completeness, findings", "totaux, exhaustivité, constats"}},
    {"data/erp/", &BagNotes::has_erp_files, {"the files for an ERP", "les fichiers pour un ERP"}},
    {"data/addendum-*.csv",
     &BagNotes::has_addenda,
     {"what arrived or changed after a month was closed", "ce qui est arrivé ou a changé après une clôture"}},
    {"data/closed-months.csv", &BagNotes::has_closed_months, {"the months that are closed", "les mois clôturés"}},
    {"data/books/", &BagNotes::has_books, {"the books that later months go on from", "les livres dont partent les mois suivants"}},
    {"manifest-*.txt", nullptr, {"the digest of each file below data/", "l'empreinte de chaque fichier sous data/"}},
    {"tagmanifest-*.txt", nullptr, {"the digest of each file beside data/", "l'empreinte de chaque fichier à côté de data/"}},
});

constexpr std::string_view chain_command =
    "unzip -p {0}/bundle.zip 'moisson-*/data/books/chain.csv' | tail -n +2 | awk -F, '{{last[$2] = $4}} END {{for (name in last) print "
    "last[name] \"  \" name \"/bundle.zip\"}}' | sort -k 2 | sha256sum -c";

class NotesWriter {
public:
    NotesWriter(Language language, const BagNotes& notes) : language_(language), notes_(notes) {}

    std::string write() {
        heading(notes_.bag, '=');
        write_what();
        write_places();
        write_checks();
        write_posting();
        write_columns();
        return std::move(out_);
    }

private:
    void heading(std::string_view text, char line) {
        out_ += fmt::format("{}{}\n{}\n", out_.empty() ? "" : "\n", text, std::string(count_letters(text), line));
    }
    void heading(const Row<>& message) { heading(message.in(language_), '-'); }
    void paragraph(const Message& message) { put_wrapped(message.in(language_)); }

    static std::size_t count_letters(std::string_view text) {
        return static_cast<std::size_t>(
            std::count_if(text.begin(), text.end(), [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U; }));
    }

    /// Broken between words.
    void put_wrapped(std::string_view text, std::string_view indent = "") {
        out_ += '\n';
        std::size_t letters = 0;
        for (const std::string_view word : split_words_of(text)) {
            const std::size_t length = count_letters(word);
            if (letters > 0 && letters + 1 + length > line_letters) {
                out_ += '\n';
                letters = 0;
            }
            out_ += letters == 0 ? indent : std::string_view(" ");
            out_ += word;
            letters += length + (letters == 0 ? indent.size() : 1);
        }
        out_ += '\n';
    }
    static std::vector<std::string_view> split_words_of(std::string_view text) {
        std::vector<std::string_view> words;
        while (!text.empty()) {
            const std::size_t end = std::min(text.find(' '), text.size());
            if (end > 0) {
                words.push_back(text.substr(0, end));
            }
            text.remove_prefix(std::min(end + 1, text.size()));
        }
        return words;
    }
    void commands(std::initializer_list<std::string> lines) {
        out_ += '\n';
        for (const std::string& line : lines) {
            out_ += fmt::format("    {}\n", line);
        }
    }

    void write_what() {
        heading(said::what);
        paragraph((notes_.is_view ? said::what_of_view : said::what_of_month)(place::Months(notes_.period), notes_.source, notes_.program));
        std::string whole;
        if (!notes_.organization.name.empty()) {
            whole = said::whose(notes_.organization.name).in(language_);
        }
        if (!notes_.organization.siren.empty()) {
            whole += (whole.empty() ? "" : " ") + said::whose_siren(notes_.organization.siren).in(language_);
        }
        if (!whole.empty()) {
            put_wrapped(whole);
        }
        const Retention& retention = notes_.retention;
        const bool is_longer = retention.at_least == retention.until;
        paragraph((is_longer ? said::keep_longer : said::keep)(retention.until, retention.years, retention.fiscal_year_end));
    }

    void write_places() {
        heading(said::where);
        out_ += '\n';
        for (const BagPlace& one : places) {
            if (one.when == nullptr || notes_.*one.when) {
                out_ += fmt::format("{:<24}  {}\n", one.path, show_text(language_, one.meaning));
            }
        }
        paragraph(said::not_inside);
    }

    void write_checks() {
        heading(said::check);
        paragraph(said::check_bag);
        commands({"sha256sum -c --quiet manifest-sha256.txt tagmanifest-sha256.txt",
                  "sha512sum -c --quiet manifest-sha512.txt tagmanifest-sha512.txt"});
        paragraph(said::check_seal);
        commands({"head -c -64 bundle.zip | sha256sum", "tail -c 64 bundle.zip"});
        paragraph(said::check_program);
        commands({"moisson verify bundle.zip"});
        if (notes_.has_chain) {
            paragraph(said::check_chain);
            commands({fmt::format(chain_command, notes_.bag.substr(notes_.bag.find('-') + 1))});
        }
        paragraph(said::check_stamps);
        commands({"sha256sum bundle.zip", "grep -A 3 '\"bundle\"' evidence.json",
                  "openssl ts -verify -in evidence.json.tsr -data evidence.json -CAfile tsa-ca.pem",
                  "openssl cms -verify -binary -inform DER -in evidence.json.p7s -content evidence.json -CAfile seal-ca.pem -purpose any "
                  "-out /dev/null"});
    }

    void write_posting() {
        heading(said::posting);
        paragraph(notes_.has_numbers ? said::posting_way_by_number : said::posting_way);
        paragraph(said::posting_mark);
        if (notes_.example) {
            paragraph(said::posting_example(notes_.example->document_id, notes_.example->sha256));
            commands({fmt::format("grep -F {} data/ledger.csv", notes_.example->document_id),
                      fmt::format("sha256sum {}", notes_.example->path),
                      fmt::format("grep -F {} manifest-sha256.txt", notes_.example->path)});
        }
    }

    void write_columns() {
        heading(said::dictionary);
        paragraph(said::dictionary_form);
        for (const NotedColumn& column : notes_.columns) {
            out_ += fmt::format("\n{} ({})", column.name, column.title);
            put_wrapped(column.meaning, "  ");
        }
    }

    const Language language_;
    const BagNotes& notes_;
    std::string out_;
};

}  // namespace

bool is_plain_word(std::string_view text) noexcept {
    return !text.empty() && text.front() != '-' && std::all_of(text.begin(), text.end(), [](char letter) {
        return is_letter_or_digit(letter) || std::string_view("._-/").find(letter) != std::string_view::npos;
    });
}

std::string bag_notes(Language language, const BagNotes& notes) { return NotesWriter(language, notes).write(); }

}  // namespace moisson
