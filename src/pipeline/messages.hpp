#pragma once
/// What pipeline says to people: one row a message, the languages side by side (language/row.hpp). Only for this room.

#include "language/row.hpp"

namespace moisson::pipeline::messages {

// closed_rules
inline constexpr Row<place::Text> beyond_all_bounds{
    "an amount beyond all bounds {0}",
    "un montant démesuré en {0}"};
/// Several in one breath.
inline constexpr Row<place::Said, place::Said> and_also{
    "{0}, {1}",
    "{0}, {1}"};
inline constexpr Row<> nothing{
    "nothing",
    "rien"};
inline constexpr Row<place::Months, place::Said, place::Said> closed_counts_contract_rule{
    "{0} is closed and counts {1} of this contract by the rule of its closing; by today's rules and names {2} would count. The month stays as it was closed.",
    "{0} est clôturé et retient {1} pour ce contrat selon la règle de sa clôture ; selon les règles et les noms d'aujourd'hui, ce serait {2}. Le mois reste tel qu'il a été clôturé."};

// collector
inline constexpr Row<place::Text> service_listed_contract_without_id{
    "the service listed a contract without an id (name \"{0}\"): its documents cannot be asked for",
    "le service a listé un contrat sans identifiant (nom « {0} ») : ses documents ne peuvent pas être demandés"};
inline constexpr Row<place::Count> contracts_listed_most_service_ever{
    "{0} {0|contract is|contracts are} listed, the most that the service ever gave in one answer",
    "{0} {0|contrat est listé|contrats sont listés}, le maximum que le service ait donné en une réponse"};
inline constexpr Row<place::Text> text_contract_entry_not_utf_8{
    "A text of the contract's entry ({0}) was not UTF-8 and was repaired.",
    "Un texte de l'entrée du contrat ({0}) n'était pas en UTF-8 et a été réparé."};
inline constexpr Row<place::Text> service_gave_two_different_values{
    "The service gave two different values for a member of the contract ({0}); it is left empty.",
    "Le service a donné deux valeurs différentes pour un champ du contrat ({0}) ; le champ reste vide."};
inline constexpr Row<place::Text> service_repeated_secret_job{
    "The service repeated a secret of this job in the contract ({0}); what held it is left empty.",
    "Le service a répété un secret de cette tâche dans le contrat ({0}) ; le champ concerné reste vide."};
inline constexpr Row<place::Text, place::Said> of_perimeter{
    "{0}: {1}",
    "{0} : {1}"};
inline constexpr Row<place::Text, place::Said> login_failed{
    "the login of the perimeter {0}: {1}",
    "l'identifiant du périmètre {0} : {1}"};
inline constexpr Row<place::Text, place::Text, place::Count> contract_shared{
    "Read for the perimeter {0}; also seen by {1}. {2} {2|document is|documents are} listed by the others alone.",
    "Lu pour le périmètre {0} ; vu aussi par {1}. {2} {2|document n'est listé|documents ne sont listés} que par les autres."};
inline constexpr Row<> no_longer_perimeter{
    "no longer in the perimeter",
    "n'est plus dans le périmètre"};
inline constexpr Row<> contract_no_longer_perimeter{
    "The contract is no longer in the perimeter, though it had documents until the month before.",
    "Le contrat n'est plus dans le périmètre, alors qu'il avait des documents jusqu'au mois précédent."};
inline constexpr Row<> text_beside_list_documents_not_utf{
    "A text beside the list of documents was not UTF-8 and was repaired.",
    "Un texte à côté de la liste des documents n'était pas en UTF-8 et a été réparé."};
inline constexpr Row<place::Number> no_document_listed_any_more{
    "no document is listed any more, and earlier runs knew {0}",
    "plus aucun document n'est listé, et des exécutions précédentes en connaissaient {0}"};
inline constexpr Row<place::Text, place::Text> document_named_period_came_without{
    "a document named \"{0}\" of period \"{1}\" came without an id",
    "un document nommé « {0} », de période « {1} », est arrivé sans identifiant"};
inline constexpr Row<place::Count> all_documents_list_listed_under{
    "all {0} {0|document of its list is|documents of its list are} listed under another contract too",
    "les {0} documents de sa liste figurent tous aussi sous un autre contrat"};

// notify_step
inline constexpr Row<place::Count, place::Text> mails_wait{
    "{0} {0|mail was|mails were} not delivered and {0|waits|wait} for the next export, the first one about {1}",
    "{0} {0|message n'a pas été remis et attend|messages n'ont pas été remis et attendent} le prochain export, le premier au sujet de {1}"};
inline constexpr Row<place::Count, place::Text> posts_wait{
    "{0} {0|notice was|notices were} not taken by the webhook and {0|waits|wait} for the next export, the first one about {1}",
    "{0} {0|notification n'a pas été prise par le webhook et attend|notifications n'ont pas été prises par le webhook et attendent} le prochain export, la première au sujet de {1}"};
inline constexpr Row<> run_published_nothing{
    "The run ended without publishing this period:",
    "L'exécution s'est terminée sans publier cette période :"};

// erp_step
inline constexpr Row<place::Text, place::Months, place::Text> template_document_changed_after{
    "template {0}: the document changed after {1} was closed, where it was booked by other settings: {2}",
    "modèle {0} : le document a changé après la clôture de {1}, où il était comptabilisé selon d'autres réglages : {2}"};
inline constexpr Row<place::Text> template_no_file_written_findings{
    "template {0}: no file is written; the findings before say why",
    "modèle {0} : aucun fichier n'est écrit ; les constats qui précèdent disent pourquoi"};
inline constexpr Row<place::Text, place::Count, place::Text> template_amounts_were_booked_other{
    "template {0}: {1} {1|amount was|amounts were} booked by other settings or accounts; {1|it is|they are} taken back and booked anew: {2}",
    "modèle {0} : {1} {1|montant comptabilisé|montants comptabilisés} selon d'autres réglages ou comptes ; {1|extourné, puis comptabilisé|extournés, puis comptabilisés} à nouveau : {2}"};
inline constexpr Row<place::Text, place::Count, place::Text> template_amounts_closed_months{
    "template {0}: {1} {1|amount of closed months is booked as it was|amounts of closed months are booked as they were}, not by today's settings or accounts: {2}",
    "modèle {0} : {1} {1|montant|montants} de mois clos selon les réglages et comptes d'origine, non ceux d'aujourd'hui : {2}"};
inline constexpr Row<place::Text, place::Count> template_earlier_postings_not_say{
    "template {0}: {1} earlier {1|posting does not say its|postings do not say their} net and VAT; today's settings split {1|it|them}",
    "modèle {0} : {1} {1|comptabilisation antérieure|comptabilisations antérieures} sans HT ni TVA ; réparties selon les réglages d'aujourd'hui"};
inline constexpr Row<place::Text, place::Text> template_template_not_asked_now{
    "template {0}: the template {1}, which is not asked for now, has booked in this file's months",
    "modèle {0} : le modèle {1}, qui n'est plus demandé, a déjà comptabilisé des mois de ce fichier"};

// file_plan
inline constexpr Row<> file_earlier_version_gone_from{
    "the file of this earlier version is gone from the cache, or changed there, and cannot be asked for any more",
    "le fichier de cette version antérieure a disparu du cache ou y a changé, et ne peut plus être demandé"};
inline constexpr Row<> service_no_longer_lists_document{
    "the service no longer lists the document, and its file was never fetched",
    "le service ne liste plus le document, et son fichier n'a jamais été téléchargé"};
inline constexpr Row<> service_no_longer_lists_document_2{
    "the service no longer lists the document, and its file is gone from the cache, or changed there",
    "le service ne liste plus le document, et son fichier a disparu du cache ou y a changé"};
inline constexpr Row<> file_kind_not_known{
    "the file is of a kind that is not known",
    "le fichier est d'une nature inconnue"};
inline constexpr Row<place::Number> version_replaced{
    "Version {0} was replaced by a later one and is not counted.",
    "La version {0} a été remplacée par une version ultérieure et ne compte pas."};

// harvest
inline constexpr Row<place::Text> failed{
    "failed: {0}",
    "échec : {0}"};

// horizon
inline constexpr Row<place::Said, place::Said> and_left{
    "{0}; {1}",
    "{0} ; {1}"};

// list_evidence
inline constexpr Row<place::Count, place::Count> lists_contracts_end_exactly{
    "the lists of {0} {0|contract|contracts} end at exactly {1} {1|document|documents}, and none is longer: a limit of the service",
    "les listes de {0} contrats s'arrêtent exactement à {1} {1|document|documents}, et aucune n'est plus longue : une limite du service"};
inline constexpr Row<place::Count> list_ends_documents_most_service{
    "the list ends at {0} {0|document|documents}, the most that the service ever gave, and older ones that it held are gone: a limit",
    "la liste s'arrête à {0} {0|document|documents}, le maximum que le service ait donné, et de plus anciens qu'elle contenait ont disparu : une limite"};
inline constexpr Row<place::Count> documents_listed_most_service_ever{
    "{0} {0|document is|documents are} listed, the most that the service ever gave in one answer",
    "{0} {0|document est listé|documents sont listés}, le maximum que le service ait donné en une réponse"};

// policy
inline constexpr Row<> file_came_empty{
    "the file came empty",
    "le fichier est arrivé vide"};
inline constexpr Row<> web_page_came_file_place{
    "a web page came in the file's place",
    "une page web est arrivée à la place du fichier"};
inline constexpr Row<> message_came_file_place{
    "a message came in the file's place",
    "un message est arrivé à la place du fichier"};
inline constexpr Row<> text_came_place_document_pdf{
    "text came in the place of a document that is a PDF or a workbook",
    "du texte est arrivé à la place d'un document qui est un PDF ou un classeur"};

// rows
inline constexpr Row<> no_readable_amount{
    "no readable amount",
    "aucun montant lisible"};
inline constexpr Row<place::Number, place::Number, place::Said> version_as_before{
    "version {0} replaces version {1}: {2} as before",
    "la version {0} remplace la version {1} : {2} comme avant"};
inline constexpr Row<place::Number, place::Number, place::Said, place::Said> version_differs{
    "version {0} replaces version {1}: {2} before, {3} now",
    "la version {0} remplace la version {1} : {2} avant, {3} à présent"};
inline constexpr Row<place::Number, place::Number, place::Said, place::Said, place::Amount> version_differs_by{
    "version {0} replaces version {1}: {2} before, {3} now, a difference of {4}",
    "la version {0} remplace la version {1} : {2} avant, {3} à présent, soit un écart de {4}"};
inline constexpr Row<place::Number> version_replaces_earlier_one{
    "version {0} replaces an earlier one",
    "la version {0} en remplace une antérieure"};
inline constexpr Row<place::Number, place::Number> version_replaces_version_file{
    "version {0} replaces version {1}: its file is another one, its data are the same",
    "la version {0} remplace la version {1} : son fichier est un autre, ses données sont les mêmes"};

// what invoices say of themselves
inline constexpr Row<place::Count> list_is_gross{
    "the amount of {0} {0|document|documents} is the one with VAT",
    "le montant de {0} {0|document|documents} est celui toutes taxes comprises"};
inline constexpr Row<place::Count> list_is_net{
    "the amount of {0} {0|document|documents} is the one without VAT",
    "le montant de {0} {0|document|documents} est celui hors taxe"};
inline constexpr Row<place::Amount, place::Said> list_is_neither{
    "the list says {0}, the document {1}",
    "la liste indique {0}, le document {1}"};
inline constexpr Row<place::Amount, place::Amount> told_net_and_gross{
    "{0} without VAT and {1} with it",
    "{0} hors taxe et {1} toutes taxes comprises"};
inline constexpr Row<place::Amount> told_net{
    "{0} without VAT",
    "{0} hors taxe"};
inline constexpr Row<place::Amount> told_gross{
    "{0} with VAT",
    "{0} toutes taxes comprises"};
inline constexpr Row<> other_amounts{
    "other amounts",
    "d'autres montants"};
inline constexpr Row<place::Text, place::Text> other_currency{
    "the list says {0}, the document {1}",
    "la liste indique {0}, le document {1}"};
inline constexpr Row<place::Amount> credit_in_document_alone{
    "the document is a credit note, and the list says {0}",
    "le document est un avoir, et la liste indique {0}"};
inline constexpr Row<place::Amount> credit_in_list_alone{
    "the list says {0}, and the document is an invoice",
    "la liste indique {0}, et le document est une facture"};
inline constexpr Row<place::Day, place::Months> other_period{
    "the document was issued on {0}, and the list files it under {1}",
    "le document a été émis le {0}, et la liste le classe en {1}"};
inline constexpr Row<place::Text, place::Text, place::Text> number_twice{
    "{0} of {1} is also the document {2}",
    "{0} de {1} est aussi le document {2}"};
inline constexpr Row<place::Text, place::Text, place::Text, place::Text> number_twice_elsewhere{
    "{0} of {1} is also the document {2} of {3}",
    "{0} de {1} est aussi le document {2} de {3}"};
inline constexpr Row<place::Text, place::Text, place::Text> other_buyer{
    "it is made out to {0}, SIREN {1}, and these are the books of {2}",
    "elle est établie au nom de {0}, SIREN {1}, et ces livres sont ceux de {2}"};
inline constexpr Row<place::Count, place::Day> due_dates_passed{
    "{0} {0|invoice|invoices}, the first since {1}",
    "{0} {0|facture|factures}, la première depuis le {1}"};

// inbox
inline constexpr Row<place::Text, place::Said> inbox_problem{
    "{0}: {1}",
    "{0} : {1}"};
inline constexpr Row<place::Said> inbox_not_fetched{
    "the archive does not give it: {0}",
    "l'archive ne le fournit pas : {0}"};
inline constexpr Row<> inbox_says_nothing{
    "it says nothing of itself that could be read",
    "il ne dit rien de lui-même qui ait pu être lu"};
inline constexpr Row<place::Text, place::Text, place::Amount> inbox_only{
    "{0}: {1}, {2} with VAT",
    "{0} : {1}, {2} TTC"};
inline constexpr Row<place::Text, place::Text> inbox_only_without_amount{
    "{0}: {1}",
    "{0} : {1}"};
inline constexpr Row<place::Text, place::Text, place::Text, place::Text> inbox_differs{
    "{0} and {1} {2} differ in {3}",
    "{0} et {1} {2} diffèrent par {3}"};
inline constexpr Row<place::Text, place::Text> inbox_doubled{
    "{0} is the same invoice as {1}",
    "{0} est la même facture que {1}"};
inline constexpr Row<place::Text> inbox_ambiguous{
    "{0} fits more than one document, or is not the only one that fits",
    "{0} correspond à plusieurs documents, ou n'est pas le seul à correspondre"};
inline constexpr Row<place::Text, place::Text, place::Amount, place::Text> inbox_only_counted{
    "{0}: {1}, {2} with VAT; it counts for {3}",
    "{0} : {1}, {2} TTC ; retenue pour {3}"};
inline constexpr Row<place::Text> inbox_delivered{
    "the service's document {0} is the same invoice, and counts in its place",
    "le document {0} du service est la même facture, et compte à sa place"};
inline constexpr Row<> file_of_inbox_gone{
    "its file came by an inbox and is no longer in the store; the bundle of an earlier publication holds it",
    "son fichier est arrivé par une boîte de réception et n'est plus dans le dépôt ; l'archive d'une publication antérieure le contient"};
inline constexpr Row<place::Text, place::Text, place::Months, place::Said> inbox_late{
    "{0}: {1} of {2}, which is closed, {3}",
    "{0} : {1} de {2}, mois clos, {3}"};
inline constexpr Row<place::Text, place::Text, place::Said> inbox_not_counted{
    "{0}: {1} {2}",
    "{0} : {1} {2}"};
inline constexpr Row<> not_one_contract{
    "names no contract of the perimeter, or more than one",
    "ne cite aucun contrat du périmètre, ou en cite plusieurs"};
inline constexpr Row<> list_not_whole{
    "is of a contract whose list is not whole: the service may have it",
    "relève d'un contrat dont la liste n'est pas complète : le service peut l'avoir"};
inline constexpr Row<> no_identity{
    "does not tell its number, its day of issue and whether it is a credit note",
    "n'indique pas son numéro, son jour d'émission et s'il s'agit d'un avoir"};
inline constexpr Row<> sums_wrong{
    "does not add up in itself",
    "n'est pas cohérente dans ses propres montants"};
inline constexpr Row<> of_another_buyer{
    "is made out to another company than the job's organization",
    "est établie au nom d'une autre société que celle de la tâche"};
inline constexpr Row<> months_differ{
    "does not tell its billing period, and the service's invoices do not all come in the same month after theirs",
    "n'indique pas la période facturée, et les factures du service n'arrivent pas toutes le même mois après la leur"};
inline constexpr Row<> amount_is_unknown{
    "cannot be counted while it is not known whether the service's amounts are with or without VAT: set amount_is in [[invoices.inbox]]",
    "ne peut être retenue tant qu'on ignore si les montants du service sont HT ou TTC : indiquez amount_is dans [[invoices.inbox]]"};
inline constexpr Row<> amount_is_otherwise{
    "cannot be counted: the service's amounts of its contract are not what amount_is in [[invoices.inbox]] says",
    "ne peut être retenue : les montants du service pour son contrat ne sont pas ce que dit amount_is dans [[invoices.inbox]]"};
inline constexpr Row<> has_no_amount{
    "does not tell that amount",
    "n'indique pas ce montant"};
inline constexpr Row<> fits_several{
    "fits more than one document of the service",
    "correspond à plusieurs documents du service"};
inline constexpr Row<> changed_meanwhile{
    "changed or went while the run read it; the next run reads it again",
    "a changé ou disparu pendant sa lecture ; la prochaine exécution la relira"};
inline constexpr Row<place::Text> id_taken{
    "has the id of a document of the service, {0}",
    "porte l'identifiant d'un document du service, {0}"};
inline constexpr Row<place::Count, place::Count> inbox_misses{
    "{0} of {1} counted {1|invoice|invoices}",
    "{0} sur {1} {1|facture retenue|factures retenues}"};
inline constexpr Row<place::Count, place::Count, place::Count> inbox_may_miss{
    "{0} of {1} counted {1|invoice|invoices}; {2} {2|file|files} of the inbox could not be read and may be among them",
    "{0} sur {1} {1|facture retenue|factures retenues} ; {2} {2|fichier|fichiers} de la boîte de réception n'{2|a|ont} pas pu être {2|lu|lus} et {2|peut|peuvent} en faire partie"};

// witness
inline constexpr Row<place::Text, place::Text, place::Text> taken_over_reason{
    "taken over at {0}: {1}; reason: {2}",
    "repris le {0} : {1} ; motif : {2}"};

inline constexpr Row<place::Text, place::Count, place::Count> state_rebuilt{
    "made again of {0}, published last: it knew {1} of {2} publications",
    "refait d'après {0}, publié en dernier : il connaissait {1} publications sur {2}"};

inline constexpr Row<place::Text, place::Count, place::Count> folder_behind{
    "{0}: what stands here is publication {1}, and its last one is {2}",
    "{0} : le dossier présent est la publication {1}, et sa dernière est la {2}"};

}  // namespace moisson::pipeline::messages
