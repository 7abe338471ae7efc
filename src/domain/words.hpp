#pragma once
/// The words of pages and sheets that hold no values, all languages side by side. A word's id is its English text, or the code that it
/// stands for (a verdict, a column of a sheet). In the sources an id is looked up while they compile: one that does not stand here is an
/// error there. Blanks that must not break are written as such.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string_view>

#include "language/message.hpp"

namespace moisson {

inline constexpr auto all_words = std::to_array<MessageText>({
    // verdicts and severities
    {"complete", "complet"},
    {"internal", "erreur interne"},
    {"usage", "erreur d'utilisation"},
    {"incomplete", "incomplet"},
    {"refused", "refusé"},
    {"unavailable", "indisponible"},
    {"inconsistent", "incohérent"},
    {"local", "erreur locale"},
    {"locked", "verrouillé"},
    {"nothing-new", "rien de nouveau"},
    {"interrupted", "interrompu"},
    {"partial-view", "vue partielle"},
    {"overdue", "échu"},
    {"unproven", "non démontré"},
    {"capped", "plafonné"},
    {"forbidden", "interdit"},
    {"failed", "en échec"},
    {"unknown-answer", "réponse inconnue"},
    {"error", "erreur"},
    {"warning", "avertissement"},
    {"info", "information"},
    // expected documents
    {"arrived", "arrivé"},
    {"late", "en retard"},
    {"missing", "manquant"},
    {"not-due", "non échu"},
    {"declared", "déclaré"},
    {"learned", "appris"},
    {"any final type", "tout type définitif"},
    // exchange rates
    {"month-end", "fin de mois"},
    {"month-average", "moyenne du mois"},
    {"issue-day", "jour d'émission"},
    // names of sheets; at most 31 letters with a number behind
    {"Ledger", "Registre"},
    {"Summary", "Synthèse"},
    {"Contracts", "Contrats"},
    {"Completeness", "Complétude"},
    {"Expected", "Attendus"},
    {"Usage lines", "Lignes de consommation"},
    {"Usage by service", "Consommation par service"},
    {"Usage by project", "Consommation par projet"},
    {"Findings", "Constats"},
    {"Run", "Exécution"},
    // titles of columns; the Ledger sheet has those of ledger.csv
    {"contract_id", "contrat"},
    {"contract_name", "nom du contrat"},
    {"offer_name", "offre"},
    {"customer_name", "client"},
    {"document_id", "document"},
    {"document_type", "type de document"},
    {"verdict", "verdict"},
    {"reason", "motif"},
    {"in_period", "en période"},
    {"final", "définitifs"},
    {"counted", "comptés"},
    {"files_ok", "fichiers"},
    {"files_missing", "manquants"},
    {"month", "mois"},
    {"due", "échéance"},
    {"issued", "émis le"},
    {"status", "état"},
    {"source", "source"},
    {"service", "service"},
    {"project", "projet"},
    {"tags", "étiquettes"},
    {"currency", "devise"},
    {"lines", "lignes"},
    {"amount", "montant"},
    {"discounted_amount", "montant remisé"},
    {"others", "autres"},
    {"severity", "gravité"},
    {"code", "code"},
    {"finding", "constat"},
    {"remedy", "que faire"},
    {"name", "nom"},
    {"credits", "avoirs"},
    {"documents", "documents"},
    {"total", "total"},
    {"rates", "cours"},
    {"no rate", "sans cours"},
    {" ", " "},
    // the workbook's summary and run
    {"everything listed, downloaded, reconciled and published", "tout a été listé, téléchargé, rapproché et publié"},
    {"published, but not complete: see Contracts and Findings", "publié, mais incomplet\u202F: voir Contrats et Constats"},
    {"a partial view, not the month", "une vue partielle, pas le mois"},
    {"only", "seulement"},
    {"causes", "causes"},
    {"files asked for", "fichiers demandés"},
    {"none", "aucun"},
    {"see Findings", "voir Constats"},
    {"too large for 64 bits", "trop grand pour 64 bits"},
    {"Totals by currency", "Totaux par devise"},
    {"No document counts in this period.", "Aucun document ne compte sur cette période."},
    {"Months", "Mois"},
    {"Totals by contract and currency", "Totaux par contrat et devise"},
    {"counted otherwise", "comptés autrement"},
    {"tool", "outil"},
    {"version", "version"},
    {"period", "période"},
    {"contracts asked for", "contrats demandés"},
    {"types asked for", "types demandés"},
    {"counting rule", "règle de comptage"},
    {"exchange rates", "cours de change"},
    {"data date", "date des données"},
    {"contracts", "contrats"},
    {"ledger rows", "lignes du registre"},
    {"rows that count", "lignes qui comptent"},
    {"files in the bundle", "fichiers dans l'archive"},
    {"files missing", "fichiers manquants"},
    {"all", "tous"},
    {"Columns of the ledger", "Colonnes du registre"},
    {"The month in which the ledger files the document: the month of its last day.", "Le mois où le registre classe le document\u202F: celui de son dernier jour."},
    {"The contract and its owner, as the service names them.", "Le contrat et son titulaire, tels que le service les nomme."},
    {"The document; a document that changed is kept as a further version.", "Le document\u202F; un document qui a changé est conservé comme une version de plus."},
    {"The kind of document, as the service spells it.", "Le type de document, tel que le service l'écrit."},
    {"final: invoices and bills. provisional: partial ones. supporting: reports.", "final\u202F: factures et relevés. provisional\u202F: documents partiels. supporting\u202F: rapports."},
    {"yes when the row enters the totals. Rows that do not are grey.", "yes quand la ligne entre dans les totaux. Les autres lignes sont grises."},
    {"Exact amount; credits are negative and red. Empty when unknown.", "Montant exact\u202F; les avoirs sont négatifs et rouges. Vide si inconnu."},
    {"What the invoice says of itself; empty where it does not say it, or cannot be read without guessing.",
     "Ce que la facture dit d'elle-même\u202F; vide si elle ne le dit pas ou n'a pas pu être lue avec certitude."},
    {"Without VAT, VAT, and with it, as the invoice says, in the row's currency.",
     "Hors taxe, TVA et toutes taxes comprises, tels que la facture les porte, dans la devise de la ligne."},
    {"xml: the structured data inside the invoice. workbook: its cells. text: its pages, where they prove themselves.",
     "xml\u00A0: les données structurées de la facture. workbook\u00A0: ses cellules. text\u00A0: ses pages, là où elles se démontrent elles-mêmes."},
    {"First and last day covered, both included.", "Premier et dernier jour couverts, tous deux inclus."},
    {"Instants in UTC.", "Dates et heures en UTC."},
    {"The name that the service gave, and where the file lies in the one folder of bundle.zip.", "Le nom donné par le service, et l'emplacement du fichier dans l'unique dossier de bundle.zip."},
    {"The stored file: its length, its digest, its kind as its bytes say.", "Le fichier stocké\u202F: sa longueur, son empreinte, sa nature d'après ses octets."},
    {"ok: the file is in the bundle. not-ready, failed, skipped: it is not, and the findings say why.", "ok\u202F: le fichier est dans l'archive. not-ready, failed, skipped\u202F: il n'y est pas, et les constats disent pourquoi."},
    {"Codes of what was noticed; the sheet Findings has them in words.", "Codes de ce qui a été constaté\u202F; la feuille Constats les donne en toutes lettres."},
    {"What the service sent, unread.", "Ce que le service a envoyé, tel quel."},
    {"Where asked for: the amount in the reporting currency, amount x fx_rate; empty without a rate.", "Sur demande\u202F: le montant dans la devise de conversion, amount x fx_rate\u202F; vide sans cours."},
    {"The rate exactly as used, and the day whose rate it is.", "Le cours exactement tel qu'utilisé, et le jour dont il est le cours."},
    {"&L&A&RPage &P of &N", "&L&A&RPage &P sur &N"},
    // the report
    {"cloud invoice export", "export des factures cloud"},
    {"All months", "Tous les mois"},
    {"Everything that the service lists was downloaded, reconciled and published.", "Tout ce que le service liste a été téléchargé, rapproché et publié."},
    {"Published, but not complete:", "Publié, mais incomplet\u202F:"},
    {"Everything that was asked for was downloaded, reconciled and published.", "Tout ce qui était demandé a été téléchargé, rapproché et publié."},
    {"not asked for", "non demandés"},
    {"Nothing changed since the last run.", "Rien n'a changé depuis la dernière exécution."},
    {"Credentials or rights were refused.", "Les identifiants ou les droits ont été refusés."},
    {"The service did not answer well within the retry budget.", "Le service n'a pas répondu correctement dans les tentatives prévues."},
    {"Reconciliation or verification failed; nothing was published.", "Le rapprochement ou la vérification a échoué\u202F; rien n'a été publié."},
    {"The run was stopped; the next one goes on where it stopped.", "L'exécution a été arrêtée\u202F; la suivante reprend où elle s'est arrêtée."},
    {"The run failed.", "L'exécution a échoué."},
    {"Totals", "Totaux"},
    {"in the perimeter", "dans le périmètre"},
    {"Documents", "Documents"},
    {"Missing files", "Fichiers manquants"},
    {"No document of this period counts.", "Aucun document de cette période ne compte."},
    {"Amount", "Montant"},
    {"too large to add", "trop grand pour être additionné"},
    {"Month", "Mois"},
    {"Contracts by amount", "Contrats par montant"},
    {"Contract", "Contrat"},
    {"without type", "sans type"},
    {" Listed type by type.", " Listé type par type."},
    {"Completeness by contract", "Complétude par contrat"},
    {"A contract is complete when its list was shown to be whole, its files are there, nothing that it owes is overdue and no finding is an error. Those that are not stand first.", "Un contrat est complet quand il est prouvé que sa liste est entière, que ses fichiers sont là, que rien de ce qu'il doit n'est échu et qu'aucun constat n'est une erreur. Ceux qui ne le sont pas figurent en tête."},
    {"Every contract of the perimeter", "Tous les contrats du périmètre"},
    {"Verdict", "Verdict"},
    {"Listed", "Listés"},
    {"In period", "Sur la période"},
    {"Files", "Fichiers"},
    {"Missing", "Manquants"},
    {"Counted amount", "Montant compté"},
    {"What to do:", "Que faire\u202F:"},
    {"What to do", "Que faire"},
    {"What changed", "Ce qui a changé"},
    {"Currency", "Devise"},
    {"Nothing new: every file was there already.", "Rien de nouveau\u202F: tous les fichiers étaient déjà là."},
    {"Nothing.", "Rien."},
    {"Document", "Document"},
    {"What was seen", "Ce qui a été vu"},
    {"Nothing was found odd.", "Rien d'anormal n'a été constaté."},
    {"Published with this page", "Publiés avec cette page"},
    {"File", "Fichier"},
    {"Size", "Taille"},
    {"Source", "Source"},
    {"Period", "Période"},
    {"Only contracts", "Contrats seuls"},
    {"Only types", "Types seuls"},
    {"Data as of", "Données au"},
    {"Started", "Début"},
    {"Took", "Durée"},
    {"Requests", "Requêtes"},
    {"Received", "Reçu"},
    {"Files fetched", "Fichiers téléchargés"},
    {"byte", "octet"},
    {"bytes", "octets"},
    {"kB", "ko"},
    {"MB", "Mo"},
    {"GB", "Go"},
    {"TB", "To"},
    {"PB", "Po"},
    {"EB", "Eo"},
    // what was left out, and what is missing
    {"without files", "sans fichiers"},
    {"the database was not loaded", "la base n'a pas été chargée"},
    {"the archive lacks the month", "le mois manque aux archives"},
    {"no contract in the perimeter", "aucun contrat dans le périmètre"},
    {"the API key expires soon", "la clé API expire bientôt"},
    {"the API key has expired", "la clé API a expiré"},
    {"the clock is off", "l'horloge n'est pas à l'heure"},
    {"closed as incomplete", "clôturé incomplet"},
    // junit.xml
    {"the run as a whole", "l'exécution dans son ensemble"},
});

class Word {
public:
    consteval Word(const char* id) : index_(index_of(id)) {  // NOLINT(google-explicit-constructor): ids are written as texts
        if (index_ == all_words.size()) {
            throw std::invalid_argument("no such word: add it to words.hpp");
        }
    }
    /// Of a code from the data.
    [[nodiscard]] static constexpr std::optional<Word> find(std::string_view id) noexcept {
        const std::size_t index = index_of(id);
        return index < all_words.size() ? std::optional(Word(index)) : std::nullopt;
    }
    [[nodiscard]] constexpr std::string_view in(Language language) const noexcept {
        return all_words[index_].in[static_cast<std::size_t>(language)];
    }
    friend constexpr bool operator==(Word, Word) noexcept = default;

private:
    explicit constexpr Word(std::size_t index) noexcept : index_(index) {}
    /// The size of the table when the word is not there.
    static constexpr std::size_t index_of(std::string_view id) noexcept {
        const auto* const found =
            std::find_if(all_words.begin(), all_words.end(), [&](const MessageText& word) { return word.english() == id; });
        return static_cast<std::size_t>(found - all_words.begin());
    }
    std::size_t index_;
};

}  // namespace moisson
