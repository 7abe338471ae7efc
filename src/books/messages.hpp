#pragma once
/// What books says to people: one row a message, the languages side by side (language/row.hpp). Only for this room.

#include "language/row.hpp"

namespace moisson::books::messages {

// closing
/// Several in one breath.
inline constexpr Row<place::Said, place::Said> and_also{
    "{0}, {1}",
    "{0}, {1}"};
inline constexpr Row<> nothing{
    "nothing",
    "rien"};
inline constexpr Row<place::Text, place::Months> addendum_booked_in{
    "({0}, booked in {1})",
    "({0}, comptabilisé en {1})"};
inline constexpr Row<place::Months, place::Said, place::Said> late_adds{
    "Came after {0} was closed and adds {1} {2}.",
    "Arrivé après la clôture {0:de} ; montant ajouté : {1} {2}."};
inline constexpr Row<place::Months, place::Number, place::Said, place::Said> changed_counts_as_before{
    "Changed after {0} was closed; version {1} counts {2} as before {3}.",
    "Changé après la clôture {0:de} ; montant retenu, version {1} : {2}, comme avant {3}."};
inline constexpr Row<place::Amount> by_difference{
    ", a difference of {0}",
    ", soit un écart de {0}"};
inline constexpr Row<place::Months, place::Said, place::Number, place::Said, place::Said, place::Said> changed_counts_otherwise{
    "Changed after {0} was closed: it counted {1}, and version {2} counts {3}{4} {5}.",
    "Changé après la clôture {0:de} ; montant retenu avant : {1}, version {2} : {3}{4} {5}."};

// counting
inline constexpr Row<place::Said, place::Months> cover_a_part{
    "the {0} of this contract cover only a part of {1}",
    "les {0} de ce contrat ne couvrent qu'une partie {1:de}"};
inline constexpr Row<place::Said, place::Months> without_readable_amount{
    "the {0} of {1} have no readable amount, so neither they nor this document count",
    "les {0} {1:de} n'ont pas de montant lisible, donc ni eux ni ce document ne comptent"};
inline constexpr Row<place::Said, place::Months> only_credits{
    "the {0} of {1} are only credits or zero, while this document charges",
    "les {0} {1:de} ne sont que des avoirs ou des montants nuls, alors que ce document facture"};
inline constexpr Row<place::Number> version_replaced{
    "Version {0} was replaced by a later one and is not counted.",
    "La version {0} a été remplacée par une version ultérieure et ne compte pas."};
inline constexpr Row<place::Amount> of_amount{
    " of {0}",
    " de {0}"};
inline constexpr Row<place::Said, place::Said, place::Said> not_plainly_replaced{
    "This {0} document{1} is not counted, and nothing plainly replaces it: {2}.",
    "Ce document ({0}){1} ne compte pas, et rien ne le remplace clairement : {2}."};
inline constexpr Row<place::Said, place::Months, place::Said, place::Said> others_count{
    "The {0} of {1} count, so this {2} document{3} does not.",
    "Les {0} {1:de} comptent ; ce document ({2}){3} ne compte donc pas."};
inline constexpr Row<place::Said, place::Said, place::Said> not_counted{
    "This {0} document{1} is not counted: {2}",
    "Ce document ({0}){1} ne compte pas : {2}"};
inline constexpr Row<place::Text, place::Said, place::Months> closed_counts{
    "{0} ({1}) of {2}, which is closed, counts by the rule of its closing",
    "{0} ({1}) {2:de}, mois clôturé, est retenu selon la règle de sa clôture"};
inline constexpr Row<place::Text, place::Text> type_does_not_count{
    "The job file says that documents of type {0} do not count: {1}",
    "Le fichier de tâche dit que les documents de type {0} ne sont pas retenus : {1}"};
inline constexpr Row<place::Text, place::Said, place::Text> type_counts_as{
    "The job file says that documents of type {0} count as {1}: {2}",
    "Le fichier de tâche dit que les documents de type {0} sont retenus comme {1} : {2}"};
inline constexpr Row<place::Text, place::Text> type_undecided{
    "The type {0} is not known, this document has an amount ({1}), and the job file does not say whether it counts.",
    "Le type {0} n'est pas connu, ce document a un montant ({1}), et le fichier de tâche ne dit pas s'il est retenu."};
inline constexpr Row<place::Said, place::Said, place::Text> withdrawn_decided{
    "The service no longer lists this document{0}; the job file says that it {1}: {2}",
    "Le service ne liste plus ce document{0} ; le fichier de tâche dit qu'il {1} : {2}"};
inline constexpr Row<> still_counts{
    "still counts",
    "reste retenu"};
inline constexpr Row<> no_longer_counts{
    "no longer counts",
    "n'est plus retenu"};
inline constexpr Row<place::Said> withdrawn_undecided{
    "The service no longer lists this document{0}, and it still counts: the job file does not say whether it does.",
    "Le service ne liste plus ce document{0}, et il reste retenu : le fichier de tâche ne dit pas s'il l'est."};
inline constexpr Row<place::Said, place::Count> and_more{
    "{0} and {1} more",
    "{0} et {1} {1|autre|autres}"};
inline constexpr Row<place::Months, place::Said> final_document_came{
    "The final document of {0} has come: {1}.",
    "Le document définitif {0:de} est arrivé : {1}."};

// counting_rule
inline constexpr Row<place::Said> rule_of_one{
    "Of each document's latest version, {0} count; nothing else does.",
    "De la dernière version de chaque document, seul compte le type : {0}."};
inline constexpr Row<place::Said> else_those_of{
    "else those of {0}",
    "sinon {0}"};
inline constexpr Row<place::Said, place::Said> then_else_those_of{
    "{0}, else those of {1}",
    "{0}, sinon {1}"};
inline constexpr Row<place::Said, place::Said> rule_of_several{
    "Of a contract and month, the latest versions of {0} count when there are any, {1}; never both. Documents without a readable amount and period, and all other types, never count.",
    "Pour un contrat et un mois, les dernières versions comptent, par type : {0} s'il y en a, {1} ; jamais les deux. Les documents sans montant ni période lisibles, et tous les autres types, ne comptent jamais."};

// declarations
inline constexpr Row<place::Months, place::Text> contract_ended{
    "The job file says that the contract ended, with no bill from {0} on: {1}",
    "Le fichier de configuration indique que le contrat a pris fin, sans facture à partir de {0} : {1}"};
inline constexpr Row<place::Text> contract_without_invoices{
    "The job file says that the contract never shows an invoice or bill: {0}",
    "Le fichier de configuration indique que le contrat ne présente jamais de facture ni de relevé : {0}"};
inline constexpr Row<place::Months, place::Months> came_after_the_end{
    "A document of {0} came, although [[books.ended]] says that there is no bill from {1} on.",
    "Un document {0:de} est arrivé, alors que [[books.ended]] indique qu'il n'y a plus de facture à partir de {1}."};
inline constexpr Row<> came_although_none_is_shown{
    "A document came, although [[books.no_invoices]] says that the contract never shows an invoice or bill.",
    "Un document est arrivé, alors que [[books.no_invoices]] indique que le contrat ne présente jamais de facture ni de relevé."};

// duplicates
inline constexpr Row<place::Said, place::Said> same_bytes{
    "The same bytes also stand under {0}{1}.",
    "Fichier identique à celui de {0}{1}."};
inline constexpr Row<> both_count{
    ", with the same amount, and both count: the totals may hold it twice",
    ", avec le même montant, et les deux comptent : les totaux le contiennent peut-être deux fois"};
inline constexpr Row<place::Text, place::Said> same_file_name{
    "The file name \"{0}\" is also that of {1}.",
    "Le nom de fichier « {0} » est aussi celui de {1}."};

// expectations
inline constexpr Row<place::Text> declared_at{
    "declared in [[books.expected]], {0}",
    "déclaré dans [[books.expected]], {0}"};
inline constexpr Row<> learned_monthly{
    "learned: there was one in each of the 12 months before",
    "d'après les 12 derniers mois : il y en a eu un chaque mois"};
inline constexpr Row<> learned_quarterly{
    "learned: there was one every third month of the 12 before",
    "d'après les 12 derniers mois : il y en a eu un par trimestre"};
inline constexpr Row<> final_document{
    "final document",
    "document définitif"};
inline constexpr Row<place::Said> document_of_type{
    "document of type {0}",
    "document de type {0}"};
inline constexpr Row<place::Said, place::Months, place::Day, place::Said> owed_missing{
    "No {0} of {1} is there; it was due by {2} ({3}).",
    "Aucun {0} reçu pour {1}, attendu au plus tard le {2} ({3})."};
inline constexpr Row<place::Said, place::Months, place::Day, place::Day, place::Said> owed_late{
    "The {0} of {1} was issued on {2}; it was due by {3} ({4}).",
    "Le {0} {1:de} a été émis le {2}, attendu au plus tard le {3} ({4})."};

// fx
inline constexpr Row<place::Text, place::Text> currency_not_in_table{
    "{0} is not in the rate table {1}",
    "{0} n'est pas dans la table des cours {1}"};
inline constexpr Row<place::Text, place::Day, place::Day> table_begins_after{
    "the rate table {0} begins on {1}, after {2}",
    "la table des cours {0} commence le {1}, après le {2}"};
inline constexpr Row<place::Text, place::Day, place::Day> table_ends_before{
    "the rate table {0} ends on {1}, before {2}",
    "la table des cours {0} finit le {1}, avant le {2}"};
inline constexpr Row<place::Text, place::Day, place::Day, place::Count> table_has_a_gap{
    "the rate table {0} has a gap: on {1} its last rates are of {2}, more than {3} days old",
    "la table des cours {0} comporte une lacune : au {1}, ses derniers cours sont du {2}, datant de plus de {3} {3|jour|jours}"};
inline constexpr Row<place::Text, place::Text, place::Day> no_rate_after{
    "{0} has no rate in {1} after {2}",
    "{0} n'a pas de cours dans {1} après le {2}"};
inline constexpr Row<place::Text, place::Text, place::Day> no_rate_before{
    "{0} has no rate in {1} before {2}",
    "{0} n'a pas de cours dans {1} avant le {2}"};
inline constexpr Row<place::Text, place::Text, place::Day> currency_has_a_gap{
    "{0} has a gap in {1}: no rate on {2}",
    "{0} comporte une lacune dans {1} : pas de cours au {2}"};
inline constexpr Row<place::Text, place::Months> no_rates_in_month{
    "the rate table {0} has no rates in {1}",
    "la table des cours {0} n'a pas de cours pour {1}"};
inline constexpr Row<place::Text, place::Number, place::Number, place::Months, place::Text> rate_on_some_days{
    "{0} has a rate on {1} of {2} published days of {3} in {4}",
    "{0} a un cours pour {1} des {2} jours publiés {3:de} dans {4}"};
inline constexpr Row<place::Text, place::Day, place::Day> no_rates_from_to{
    "the rate table {0} has no rates from {1} to {2}",
    "la table des cours {0} n'a pas de cours du {1} au {2}"};
inline constexpr Row<> no_issue_day{
    "the document has no day of issue, and the rate is that of the issue day",
    "le document n'a pas de date d'émission, et le cours est celui du jour d'émission"};
inline constexpr Row<place::Amount, place::Text, place::Said> not_converted{
    "{0} is not converted to {1}: {2}.",
    "{0} n'est pas converti en {1} : {2}."};

// history
inline constexpr Row<place::Text, place::Months> contract_is_new{
    "The contract \"{0}\" is in the perimeter since {1}.",
    "Le contrat « {0} » est dans le périmètre depuis {1}."};
inline constexpr Row<place::Text, place::Months, place::Text> contract_renamed{
    "The contract is called \"{0}\" since {1}; before that it was \"{2}\".",
    "Le contrat s'appelle « {0} » depuis {1} ; auparavant « {2} »."};
inline constexpr Row<place::Text, place::Text, place::Months> same_bytes_earlier{
    "The same bytes already stand under {0} {1} of {2}.",
    "Fichier identique à celui de {0} {1} {2:de}, déjà reçu."};

// outliers
inline constexpr Row<place::Text> more_than_64_bits{
    "more than 64 bits of {0}",
    "plus de 64 bits en {0}"};
inline constexpr Row<place::Months, place::Said, place::Number, place::Said, place::Said> amount_unusual{
    "{0} counts {1}; the median of the {2} months with documents before it is {3}, and half of them are within {4} of that.",
    "Pour {0}, {1} sont retenus ; la médiane des {2} mois précédents avec documents est de {3}, et la moitié d'entre eux s'en écartent d'au plus {4}."};
inline constexpr Row<place::Months, place::Text, place::Months, place::Text> currency_changed{
    "{0} counts in {1}; {2} counted in {3}.",
    "Facturé en {1} pour {0} ; en {3} pour {2}."};
inline constexpr Row<place::Number> zero_unusual{
    "The amount is zero, and none was in the {0} months with counted documents before.",
    "Montant nul, ce qui ne s'était produit aucun des {0} mois précédents ayant des documents retenus."};

// owed
inline constexpr Row<place::Months, place::Count, place::Said, place::Said> month_outdated{
    "{0}: {1} {1|document|documents} came, changed, moved or went since it was published ({2}); what counts differs by {3}.",
    "{0} : {1} {1|document arrivé, modifié, déplacé ou disparu|documents arrivés, modifiés, déplacés ou disparus} depuis la publication ({2}) ; écart des montants retenus : {3}."};
inline constexpr Row<place::Months, place::Count, place::Said> month_unpublished{
    "{0}: {1} {1|document|documents}, of which {2} counts; it was never published.",
    "{0} : {1} {1|document|documents}, montants retenus : {2} ; jamais publié."};
inline constexpr Row<place::Count, place::Months, place::Months, place::Count> history_unpublished{
    "{0} {0|month|months} from {1} to {2} with {3} {3|document|documents} {0|was|were} never published.",
    "{0} mois {1:de} à {2}, avec {3} {3|document|documents}, {0|n'a jamais été publié|n'ont jamais été publiés}."};

// visibility
inline constexpr Row<place::Months> invoices_not_visible{
    "invoices are not visible: consumption is listed, and documents from {0} on, but no invoice or bill of any month",
    "les factures ne sont pas visibles : de la consommation est listée, et des documents depuis {0}, mais aucune facture ni relevé d'aucun mois"};

}  // namespace moisson::books::messages
