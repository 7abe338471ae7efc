#pragma once
/// What workbook, report page, summary.md and junit.xml say with values in it, one row a message, the languages side by side
/// (language/row.hpp). `bundle` checks some of them against what is published. Words without values: words.hpp.

#include "language/row.hpp"

namespace moisson::messages {

// the workbook
inline constexpr Row<place::Months> invoices_of{
    "Invoices of {0}",
    "Factures {0:de}"};
inline constexpr Row<place::Text> converted_to{
    "Converted to {0}",
    "Converti en {0}"};
inline constexpr Row<place::Text> by_month{
    "{0} by month",
    "{0} par mois"};
inline constexpr Row<place::Said, place::Said> says{
    "{0}: {1}",
    "{0} : {1}"};
inline constexpr Row<place::Said> counting_rule_of{
    "counting rule of {0}",
    "règle de comptage pour {0}"};
inline constexpr Row<place::Text, place::Text, place::Text> rates_of_file{
    "{0} of {1} (SHA-256 {2})",
    "{0} de {1} (SHA-256 {2})"};
inline constexpr Row<place::Text, place::Count> contracts_and_more{
    "{0} and {1} more",
    "{0} et {1} {1|autre|autres}"};
inline constexpr Row<place::Text, place::Text> row_of_sheet{
    "{0}, row {1}",
    "{0}, ligne {1}"};
inline constexpr Row<place::Number, place::Number> usage_lines_note{
    "At most {0} lines stand here; usage.csv has all {1}.",
    "Cette feuille montre au plus {0} lignes ; usage.csv contient les {1}."};

// the report: its texts hold markup, and numbers that are written out already
inline constexpr Row<place::Text, place::Text> page_title{
    "{0}, {1}: Moisson export",
    "{0}, {1} : export Moisson"};
inline constexpr Row<place::Text, place::Text> incomplete_because{
    "{0} {1}. See the <a href=\"#findings\">findings</a>.",
    "{0} {1}. Voir les <a href=\"#findings\">constats</a>."};
inline constexpr Row<place::Text> partial_view{
    "A partial view, not the month: {0}. Nothing of it is handed to the accounts, and it is never closed.",
    "Une vue partielle, pas le mois : {0}. Rien n'en est remis à la comptabilité, et elle n'est jamais clôturée."};
inline constexpr Row<place::Count, place::Count> counted_credits{
    "{0} counted, {1} {1|credit|credits}",
    "{0} {0|document retenu|documents retenus}, {1} {1|avoir|avoirs}"};
inline constexpr Row<place::Count, place::Text> counted_rates{
    "{0} counted, {1} rates",
    "{0} {0|retenu|retenus}, cours : {1}"};
inline constexpr Row<place::Count, place::Text> counted_without_rate{
    "{0} counted, {1} without a rate",
    "{0} {0|retenu|retenus}, {1} sans cours"};
inline constexpr Row<place::Count, place::Count> with_their_file{
    "{0} with {0|its|their} file, {1} counted",
    "{0} avec {0|son|leur} fichier, {1} {1|retenu|retenus}"};
inline constexpr Row<place::Count, place::Count> not_ready_failed{
    "{0} not ready, {1} failed",
    "{0} pas encore {0|disponible|disponibles}, {1} non {1|récupéré|récupérés}"};
inline constexpr Row<place::Text> counting_rule{
    "Counting rule: {0} Amounts are never added across currencies.",
    "Règle de comptage : {0} Les montants ne s'additionnent jamais entre devises."};
inline constexpr Row<place::Text, place::Text> counted_by_another_rule{
    "Counted by another rule, {0}: {1}",
    "Comptés selon une autre règle, {0} : {1}"};
inline constexpr Row<place::Count> contracts_named_elsewhere{
    "{0} {0|contract|contracts} (summary.json names {0|it|them})",
    "{0} {0|contrat|contrats} (summary.json {0|le|les} nomme)"};
inline constexpr Row<place::Text, place::Text> converted_with{
    "Converted with the {0} rates of {1}; an extra, the totals by currency are what counts.",
    "Converti aux cours ({0}) de {1} ; à titre indicatif, seuls les totaux par devise font foi."};
inline constexpr Row<place::Text> counted_amounts_by_month{
    "Counted amounts by month, {0}",
    "Montants retenus par mois, {0}"};
inline constexpr Row<place::Text, place::Text, place::Text> largest_contracts{
    "The {0} largest of {1} contracts, {2}",
    "Les {0} plus importants de {1} contrats, {2}"};
inline constexpr Row<place::Text> all_contracts{
    "All contracts with counted documents, {0}",
    "Tous les contrats ayant des documents retenus, {0}"};
inline constexpr Row<place::Count> of_them_counted{
    " ({0} counted)",
    " ({0} {0|retenu|retenus})"};
inline constexpr Row<place::Text, place::Text> expected{
    "{0}expected: {1}",
    "{0}attendus : {1}"};
inline constexpr Row<place::Text, place::Text> and_expected{
    "{0}; expected: {1}",
    "{0} ; attendus : {1}"};
inline constexpr Row<place::Count> more_of_this_kind{
    "{0} more of this kind {0|stands|stand} in ledger.xlsx and summary.json.",
    "{0} {0|autre|autres} du même genre {0|figure|figurent} dans ledger.xlsx et summary.json."};
inline constexpr Row<place::Text, place::Text, place::Text, place::Text, place::Text, place::Text> requests{
    "{0} token, {1} contract, {2} list, {3} file; {4} repeated, {5} throttled",
    "jetons : {0}, contrats : {1}, listes : {2}, fichiers : {3} ; répétées : {4}, ralenties (quota) : {5}"};
inline constexpr Row<place::Text, place::Count> already_there{
    "{0}, {1} already there",
    "téléchargés : {0}, déjà présents : {1}"};
inline constexpr Row<place::Text> written_by{
    "Written by moisson {0}. The reference is <code>ledger.csv</code>; <code>moisson verify</code> checks this month and its bundle from their own bytes.",
    "Produit par Moisson {0}. La référence est <code>ledger.csv</code> ; <code>moisson verify</code> contrôle ce mois et son archive à partir de leurs propres octets."};

inline constexpr Row<place::Count> counted_documents{
    "{0} counted {0|document|documents}",
    "{0} {0|document retenu|documents retenus}"};
inline constexpr Row<place::Count> more_documents{
    "{0} more {0|document stands|documents stand} in ledger.csv and ledger.xlsx.",
    "{0} {0|autre document figure|autres documents figurent} dans ledger.csv et ledger.xlsx."};
inline constexpr Row<place::Count> complete_contracts{
    "{0} complete {0|contract|contracts}",
    "{0} {0|contrat complet|contrats complets}"};
inline constexpr Row<place::Count> kinds_to_know{
    "{0} {0|kind|kinds} of findings for information",
    "{0} {0|nature|natures} de constats à titre d'information"};
inline constexpr Row<place::Count> more_to_do{
    "{0} more",
    "{0} de plus"};

// summary.md: its texts hold Markdown
inline constexpr Row<place::Text, place::Text, place::Text, place::Text> note_sum{
    "{0}: {1}, then {2}{3}",
    "{0} : {1}, puis {2}{3}"};
inline constexpr Row<place::Text> note_documents_changed{
    "Documents since the last publication: {0}",
    "Documents depuis la dernière publication : {0}"};
inline constexpr Row<place::Text, place::Text> note_title{
    "# Moisson, {0}: {1}",
    "# Moisson, {0} : {1}"};
inline constexpr Row<place::Count> more{
    "and {0} more",
    "et {0} {0|autre|autres}"};
inline constexpr Row<place::Count, place::Count, place::Count, place::Count> inbox_pairs{
    "{0} {0|invoice|invoices} came both ways and {0|says|say} the same, {1} {1|differs|differ}; {2} only the service has, {3} only the inbox",
    "{0} {0|facture arrivée|factures arrivées} par les deux voies et {0|identique|identiques}, {1} {1|différente|différentes} ; {2} "
    "seulement par le service, {3} seulement par la boîte de réception"};
inline constexpr Row<place::Count, place::Count, place::Count, place::Count> inbox_rest{
    "In the totals out of the inbox alone: {0}; there twice: {1}; ambiguous or unreadable: {2}; of other suppliers: {3}",
    "Dans les totaux par la seule boîte de réception : {0} ; en double : {1} ; ambiguës ou illisibles : {2} ; d'autres fournisseurs : {3}"};
inline constexpr Row<place::Count, place::Count, place::Count> note_documents{
    "{0} {0|contract|contracts}, {1} {1|document|documents}, {2} with {2|its|their} file.",
    "{0} {0|contrat|contrats}, {1} {1|document|documents}, {2} avec {2|son|leur} fichier."};
inline constexpr Row<place::Count> files_first_fetched{
    "{0} {0|file was|files were} fetched that no earlier run had.",
    "{0} {0|fichier téléchargé|fichiers téléchargés} qu'aucune exécution antérieure n'avait."};
inline constexpr Row<place::Count, place::Months, place::Text> note_addendum{
    "{0} {0|document|documents} of {1}, which is closed: {2}",
    "{0} {0|document|documents} d'un mois clos, {1} : {2}"};
inline constexpr Row<place::Text, place::Text, place::Text, place::Text> note_kind{
    "**{0}** {1}, {2}×: {3}",
    "**{0}** {1}, {2}× : {3}"};
inline constexpr Row<place::Text, place::Text> note_to_do{
    ": {0} *{1}*",
    " : {0} *{1}*"};
inline constexpr Row<place::Text> seen_at{
    "Seen at: {0}",
    "Constaté sur : {0}"};
inline constexpr Row<place::Count> for_information{
    "{0} further {0|finding is|findings are} for information: report.html has them.",
    "{0} {0|autre constat est donné|autres constats sont donnés} à titre d'information : voir report.html."};

// junit.xml
inline constexpr Row<place::Count> errors{
    " ({0} {0|error|errors})",
    " ({0} {0|erreur|erreurs})"};

// what was left out, and what is missing
inline constexpr Row<place::Text> only_perimeters{
    "perimeters {0}",
    "périmètres {0}"};
inline constexpr Row<place::Text> only_contracts{
    "contracts {0}",
    "contrats {0}"};
inline constexpr Row<place::Text> only_types{
    "types {0}",
    "types {0}"};
inline constexpr Row<place::Count> files_missing{
    "{0} {0|file|files} missing",
    "{0} {0|fichier manquant|fichiers manquants}"};
inline constexpr Row<place::Count> contracts_forbidden{
    "{0} {0|contract|contracts} refused",
    "{0} {0|contrat refusé|contrats refusés}"};
inline constexpr Row<place::Count> contracts_failed{
    "{0} {0|contract|contracts} not listed",
    "{0} {0|contrat non listé|contrats non listés}"};
inline constexpr Row<place::Count> contracts_unknown_answer{
    "{0} {0|contract|contracts} with an unknown answer",
    "{0} {0|contrat|contrats} à réponse inconnue"};
inline constexpr Row<place::Count> lists_capped{
    "{0} {0|list|lists} not shown to be whole",
    "{0} {0|liste non prouvée entière|listes non prouvées entières}"};
inline constexpr Row<place::Count> amounts_missing{
    "{0} {0|amount|amounts} missing",
    "{0} {0|montant manquant|montants manquants}"};
inline constexpr Row<place::Count> amounts_unreadable{
    "{0} {0|amount|amounts} unreadable",
    "{0} {0|montant illisible|montants illisibles}"};
inline constexpr Row<place::Count> currencies_missing{
    "{0} {0|currency|currencies} missing",
    "{0} {0|devise manquante|devises manquantes}"};
inline constexpr Row<place::Count> currencies_unreadable{
    "{0} {0|currency|currencies} unreadable",
    "{0} {0|devise illisible|devises illisibles}"};
inline constexpr Row<place::Count> periods_missing{
    "{0} {0|period|periods} missing",
    "{0} {0|période manquante|périodes manquantes}"};
inline constexpr Row<place::Count> periods_unreadable{
    "{0} {0|period|periods} unreadable",
    "{0} {0|période illisible|périodes illisibles}"};
inline constexpr Row<place::Count> owed_missing{
    "{0} owed {0|document|documents} missing",
    "{0} {0|document dû manquant|documents dus manquants}"};
inline constexpr Row<place::Count> lists_emptied{
    "{0} {0|list|lists} emptied",
    "{0} {0|liste vidée|listes vidées}"};
inline constexpr Row<place::Count> types_undecided{
    "{0} {0|document|documents} of an undecided type",
    "{0} {0|document|documents} d'un type non décidé"};
inline constexpr Row<place::Count> withdrawn_undecided{
    "{0} withdrawn {0|document|documents} undecided",
    "{0} {0|document retiré|documents retirés} sans décision"};
inline constexpr Row<place::Count> reports_unreadable{
    "{0} {0|report|reports} unreadable",
    "{0} {0|rapport illisible|rapports illisibles}"};
inline constexpr Row<place::Count> reports_over_budget{
    "{0} {0|report|reports} over budget",
    "{0} {0|rapport|rapports} au-delà du budget"};
inline constexpr Row<place::Count> readers_failed{
    "{0} {0|report|reports} whose reader failed",
    "{0} {0|rapport|rapports} dont le lecteur a échoué"};
inline constexpr Row<place::Count> rates_missing{
    "{0} exchange {0|rate|rates} missing",
    "{0} cours de change {0|manquant|manquants}"};
inline constexpr Row<place::Count> erp_files_refused{
    "{0} ERP {0|file|files} refused",
    "{0} {0|fichier ERP refusé|fichiers ERP refusés}"};
inline constexpr Row<place::Count> sums_differ{
    "{0} {0|sum differs|sums differ}",
    "{0} {0|somme diffère|sommes diffèrent}"};
inline constexpr Row<place::Count, place::Text> sums_differ_by{
    "{0} {0|sum differs|sums differ} by {1}",
    "{0} {0|somme diffère|sommes diffèrent} de {1}"};
inline constexpr Row<place::Count, place::Text> findings_of_kind{
    "{0} {0|finding|findings} {1}",
    "{0} {0|constat|constats} {1}"};

}  // namespace moisson::messages
