/// Sentences of ERP files' findings in French. A template's own messages, and errors in the template's text, stay as they were written.

#include "domain/french.hpp"

namespace moisson::french {

namespace {

constexpr auto erp_lines = std::to_array<Translation>({
    {"template {}: {}", "modèle {0:w} : {1:t}"},
    {"and {} more of this kind", "et {0:n} {0|autre|autres} du même genre"},
    {"template {}: none of its files takes this document", "modèle {0:w} : aucun de ses fichiers ne reprend ce document"},
    {"template {}: {} amounts were booked by other settings or accounts; they are taken back and booked anew: {}", "modèle {0:w} : {1:n} {1|montant comptabilisé|montants comptabilisés} selon d'autres réglages ou comptes ; {1|extourné, puis comptabilisé|extournés, puis comptabilisés} à nouveau : {2}"},
    {"template {}: {} amounts of closed months are booked as they were, not by today's settings or accounts: {}", "modèle {0:w} : {1:n} {1|montant|montants} de mois clos selon les réglages et comptes d'origine, non ceux d'aujourd'hui : {2}"},
    {"template {}: the document changed after {} was closed, where it was booked by other settings: {}", "modèle {0:w} : le document a changé après la clôture de {1:m}, où il était comptabilisé selon d'autres réglages : {2}"},
    {"template {}: {} earlier postings do not say their net and VAT; today's settings split them", "modèle {0:w} : {1:n} {1|comptabilisation antérieure|comptabilisations antérieures} sans HT ni TVA ; réparties selon les réglages d'aujourd'hui"},
    {"template {}: the template {}, which is not asked for now, has booked in this file's months", "modèle {0:w} : le modèle {1}, qui n'est plus demandé, a déjà comptabilisé des mois de ce fichier"},
    {"template {}: the amount is zero{}", "modèle {0:w} : le montant est nul{1:o}"},
    {"; nothing is posted", " ; rien n'est comptabilisé"},
    {"template {}: the mapping has no vat_rate for {}; no VAT line is written", "modèle {0:w} : la table de correspondance n'a pas de vat_rate pour {1:t} ; aucune ligne de TVA n'est écrite"},
    {"template {}: the file name \"{}\" {}", "modèle {0:w} : le nom de fichier « {1} » {2:t}"},
    {"template {}: nothing to post{}; no file is written", "modèle {0:w} : rien à comptabiliser{1:o} ; aucun fichier n'est écrit"},
    {" that earlier files do not hold", " qui ne figure déjà dans les fichiers précédents"},
    {"the entry of {} lies outside the fiscal year from {} to {}", "l'écriture du {0:d} est hors de l'exercice du {1:d} au {2:d}"},
    {"is made twice", "est produit deux fois"},
    {"cannot be used", "est inutilisable"},
    {"template {}: no file is written; the findings before say why", "modèle {0:w} : aucun fichier n'est écrit ; les constats qui précèdent disent pourquoi"},
    {"the amount of line \"{}\" is empty", "le montant de la ligne « {0} » est vide"},
    {"an amount does not fit in 64 bits of minor units", "un montant ne tient pas dans 64 bits d'unités mineures"},
    {"more than {} different values of an \"each\"", "plus de {0:n} valeurs différentes d'un « each »"},
    {"the file's total does not fit in 64 bits of minor units", "le total du fichier ne tient pas dans 64 bits d'unités mineures"},
    {"no line of the file takes this document", "aucune ligne du fichier ne reprend ce document"},
    {"the lines of the entry are in several currencies", "les lignes de l'écriture sont en plusieurs devises"},
    {"debit {} and credit {} {} differ", "le débit {0:n} et le crédit {1:n}\u00A0{2} diffèrent"},
    {"the lines hold {} where the document has {} {}", "montant des lignes : {0:t} ; montant du document : {1:n}\u00A0{2}"},
    {"the check at line {} of the template failed", "le contrôle de la ligne {0:n} du modèle a échoué"},
    {"row {} of the sheet is wanted after row {} was written", "la ligne {0:n} de la feuille est demandée après l'écriture de la ligne {1:n}"},
    {"the sheet has no more rows", "la feuille n'a plus de lignes"},
    {"a number has more than 15 digits, a day is before 1900-03-01, or the sheet has no more rows", "un nombre a plus de 15 chiffres, un jour précède le 01/03/1900, ou la feuille n'a plus de lignes"},
    {"a total over several currencies is asked for; split the file by currency", "un total sur plusieurs devises est demandé ; séparez le fichier par devise"},
    {"the mapping has no {} for contract {}, type {}", "la table de correspondance n'a pas de {0} pour le contrat {1}, type {2:t}"},
    {"the piece date is asked from {}, which this document does not have", "la date de pièce est demandée à {0}, que ce document n'a pas"},
    {"the amount with its VAT does not fit in 64 bits of minor units", "le montant TVA comprise ne tient pas dans 64 bits d'unités mineures"},
    {"there is no rate from {} to {} for {}", "il n'y a pas de cours de {0:c} vers {1:c} au {2:d}"},
    {"counter {} has no whole number to start with", "le compteur {0} n'a pas de nombre entier de départ"},
    {"a text of {} bytes was made; at most {}", "un texte de {0:n} octets a été produit ; au plus {1:n}"},
    {"a number does not fit in 64 bits", "un nombre ne tient pas dans 64 bits"},
    {"{} and {} are added", "{0:c} et {1:c} sont additionnés"},
    {"{} and {} are compared", "{0:c} et {1:c} sont comparés"},
    {"a number does not fit in 18 digits", "un nombre ne tient pas en 18 chiffres"},
    {"the table \"{}\" has nothing for \"{}\"", "la table « {0} » n'a rien pour « {1} »"},
    {"\"{}\" is no number", "« {0} » n'est pas un nombre"},
    {"a replacement makes a text that is too long, or names a group that is not there", "un remplacement produit un texte trop long, ou nomme un groupe absent"},
    {"{} does not fit the pattern \"{}\"", "{0} ne correspond pas au format « {1} »"},
    {"there is no time zone \"{}\"", "il n'y a pas de fuseau horaire « {0} »"},
    {"a date outside the years 1 to 9999", "une date hors des années 1 à 9999"},
    {"a date is moved by something that is no whole number", "une date est décalée de ce qui n'est pas un nombre entier"},
    {"\"{}\" is no day such as 2026-01-31", "« {0} » n'est pas un jour tel que 2026-01-31"},
    {"an instant has no day without the setting time_zone", "un instant n'a pas de jour sans le réglage time_zone"},
    {"the terms \"{}\" are not understood; write days, months and eom: \"30\", \"30 eom\", \"2m\"", "les conditions « {0} » ne sont pas comprises ; écrivez jours, mois et eom : « 30 », « 30 eom », « 2m »"},
    {"the fiscal year is asked for, but the setting fiscal_year_begin is not given", "l'exercice est demandé, mais le réglage fiscal_year_begin n'est pas donné"},
    {"the value at line {} of the template", "la valeur à la ligne {0:n} du modèle"},
    {"column \"{}\"", "la colonne « {0} »"},
    {"{} is empty", "{0:t} est vide"},
    {"{}: {} does not fit its pattern", "{0:t} : {1} ne correspond pas à son format"},
    {"{} does not fit its pattern", "{0} ne correspond pas à son format"},
    {"{}: {} is longer than {} characters", "{0:t} : {1} dépasse {2:n} {2|caractère|caractères}"},
    {"{}: \"{}\" has a character that may not stand there", "{0:t} : « {1} » contient un caractère qui n'y est pas admis"},
    {"{}: \"{}\" has {} characters; at most {}", "{0:t} : « {1} » a {2:n} caractères ; au plus {3:n}"},
    {"{}: \"{}\" and another text both become \"{}\"", "{0:t} : « {1} » et un autre texte deviennent tous deux « {2} »"},
    {"{}: {} does not have {}", "{0:t} : {1} n'a pas {2}"},
    {"{} holds the quote {}, which may not stand inside", "{0:t} contient le guillemet {1}, qui n'y est pas admis"},
    {"{}: \"{}\" takes {} bytes; at most {}", "{0:t} : « {1} » occupe {2:n} octets ; au plus {3:n}"},
    {"{}: \"{}\" stands there twice", "{0:t} : « {1} » y figure deux fois"},
});

}  // namespace

std::span<const Translation> erp_sentences() noexcept { return erp_lines; }

std::array<std::span<const Translation>, 4> catalogue() noexcept { return {sentences(), erp_sentences(), currencies(), words()}; }

}  // namespace moisson::french
