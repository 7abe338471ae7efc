#pragma once
/// What erp says to people: one row a message, the languages side by side (language/row.hpp). Only for this room.

#include "language/row.hpp"

namespace moisson::erp::messages {

// cells
inline constexpr Row<place::Number> value_line_template{
    "the value at line {0} of the template",
    "la valeur à la ligne {0} du modèle"};
inline constexpr Row<place::Text> column_named{
    "column \"{0}\"",
    "la colonne « {0} »"};
inline constexpr Row<place::Said> field_empty{
    "{0} is empty",
    "{0} est vide"};
inline constexpr Row<place::Said, place::Text> not_fit_pattern{
    "{0}: {1} does not fit its pattern",
    "{0} : {1} ne correspond pas à son format"};
inline constexpr Row<place::Said, place::Text, place::Count> longer_characters{
    "{0}: {1} is longer than {2} {2|character|characters}",
    "{0} : {1} dépasse {2} {2|caractère|caractères}"};
inline constexpr Row<place::Said, place::Text> character_may_not_stand{
    "{0}: \"{1}\" has a character that may not stand there",
    "{0} : « {1} » contient un caractère qui n'y est pas admis"};
inline constexpr Row<place::Said, place::Text, place::Count, place::Number> characters_most{
    "{0}: \"{1}\" has {2} {2|character|characters}; at most {3}",
    "{0} : « {1} » a {2} {2|caractère|caractères} ; au plus {3}"};
inline constexpr Row<place::Said, place::Text, place::Text> another_text_both_become{
    "{0}: \"{1}\" and another text both become \"{2}\"",
    "{0} : « {1} » et un autre texte deviennent tous deux « {2} »"};
inline constexpr Row<place::Said, place::Text, place::Text> character_lost{
    "{0}: {1} does not have {2}",
    "{0} : {1} n'a pas {2}"};
inline constexpr Row<place::Said, place::Text> holds_quote_may_not_stand_inside{
    "{0} holds the quote {1}, which may not stand inside",
    "{0} contient le guillemet {1}, qui n'y est pas admis"};
inline constexpr Row<place::Said, place::Text, place::Count, place::Number> takes_bytes_most{
    "{0}: \"{1}\" takes {2} {2|byte|bytes}; at most {3}",
    "{0} : « {1} » occupe {2} {2|octet|octets} ; au plus {3}"};
inline constexpr Row<place::Text> text_not_fit_pattern{
    "{0} does not fit its pattern",
    "{0} ne correspond pas à son format"};
inline constexpr Row<place::Said, place::Text> stands_twice{
    "{0}: \"{1}\" stands there twice",
    "{0} : « {1} » y figure deux fois"};

// date_functions
inline constexpr Row<place::Text> no_time_zone{
    "there is no time zone \"{0}\"",
    "il n'y a pas de fuseau horaire « {0} »"};
inline constexpr Row<> date_outside_years_1_9999{
    "a date outside the years 1 to 9999",
    "une date hors des années 1 à 9999"};
inline constexpr Row<> date_moved_something_no_whole{
    "a date is moved by something that is no whole number",
    "une date est décalée de ce qui n'est pas un nombre entier"};
inline constexpr Row<place::Text> no_day_such_2026_01_31{
    "\"{0}\" is no day such as 2026-01-31",
    "« {0} » n'est pas un jour tel que 2026-01-31"};
inline constexpr Row<> instant_no_day_without_setting{
    "an instant has no day without the setting time_zone",
    "un instant n'a pas de jour sans le réglage time_zone"};
inline constexpr Row<place::Text> terms_not_understood_write_days{
    "the terms \"{0}\" are not understood; write days, months and eom: \"30\", \"30 eom\", \"2m\"",
    "les conditions « {0} » ne sont pas comprises ; écrivez jours, mois et eom : « 30 », « 30 eom », « 2m »"};
inline constexpr Row<> fiscal_year_asked_but_setting{
    "the fiscal year is asked for, but the setting fiscal_year_begin is not given",
    "l'exercice est demandé, mais le réglage fiscal_year_begin n'est pas donné"};

// door
inline constexpr Row<place::Text, place::Said> of_template{
    "template {0}: {1}",
    "modèle {0} : {1}"};

// entry_sums
inline constexpr Row<> lines_entry_several_currencies{
    "the lines of the entry are in several currencies",
    "les lignes de l'écriture sont en plusieurs devises"};
inline constexpr Row<place::Number, place::Amount> debit_credit_differ{
    "debit {0} and credit {1} differ",
    "le débit {0} et le crédit {1} diffèrent"};
inline constexpr Row<place::Said, place::Amount> lines_hold_document{
    "the lines hold {0} where the document has {1}",
    "montant des lignes : {0} ; montant du document : {1}"};
inline constexpr Row<> nothing{
    "nothing",
    "rien"};

// evaluator
inline constexpr Row<> total_over_several_currencies{
    "a total over several currencies is asked for; split the file by currency",
    "un total sur plusieurs devises est demandé ; séparez le fichier par devise"};
inline constexpr Row<place::Text, place::Text, place::Said> mapping_no_contract_type{
    "the mapping has no {0} for contract {1}, type {2}",
    "la table de correspondance n'a pas de {0} pour le contrat {1}, type {2}"};
inline constexpr Row<place::Text> piece_date_asked_from_document_not{
    "the piece date is asked from {0}, which this document does not have",
    "la date de pièce est demandée à {0}, que ce document n'a pas"};
inline constexpr Row<place::Text, place::Text, place::Day> no_rate_from{
    "there is no rate from {0} to {1} for {2}",
    "il n'y a pas de cours de {0} vers {1} au {2}"};
inline constexpr Row<place::Text> counter_no_whole_number_start{
    "counter {0} has no whole number to start with",
    "le compteur {0} n'a pas de nombre entier de départ"};

// expression
inline constexpr Row<place::Text> no_number{
    "\"{0}\" is no number",
    "« {0} » n'est pas un nombre"};

// finding_list
inline constexpr Row<place::Count> more_of_this_kind{
    "and {0} more of this kind",
    "et {0} {0|autre|autres} du même genre"};

// functions
inline constexpr Row<place::Number, place::Number> text_bytes_made_most{
    "a text of {0} bytes was made; at most {1}",
    "un texte de {0} octets a été produit ; au plus {1}"};
inline constexpr Row<> number_not_fit_64_bits{
    "a number does not fit in 64 bits",
    "un nombre ne tient pas dans 64 bits"};
inline constexpr Row<place::Text, place::Text> added{
    "{0} and {1} are added",
    "{0} et {1} sont additionnés"};
inline constexpr Row<> amount_not_fit_64_bits_minor_units{
    "an amount does not fit in 64 bits of minor units",
    "un montant ne tient pas dans 64 bits d'unités mineures"};
inline constexpr Row<> number_not_fit_18_digits{
    "a number does not fit in 18 digits",
    "un nombre ne tient pas en 18 chiffres"};
inline constexpr Row<place::Text, place::Text> compared{
    "{0} and {1} are compared",
    "{0} et {1} sont comparés"};
inline constexpr Row<place::Text, place::Text> table_nothing{
    "the table \"{0}\" has nothing for \"{1}\"",
    "la table « {0} » n'a rien pour « {1} »"};
inline constexpr Row<> replacement_makes_text_too_long{
    "a replacement makes a text that is too long, or names a group that is not there",
    "un remplacement produit un texte trop long, ou nomme un groupe absent"};
inline constexpr Row<place::Text, place::Text> not_fit_pattern_named{
    "{0} does not fit the pattern \"{1}\"",
    "{0} ne correspond pas au format « {1} »"};

// line_writer
inline constexpr Row<place::Number, place::Number> row_sheet_wanted_after_row_written{
    "row {0} of the sheet is wanted after row {1} was written",
    "la ligne {0} de la feuille est demandée après l'écriture de la ligne {1}"};
inline constexpr Row<> sheet_no_more_rows{
    "the sheet has no more rows",
    "la feuille n'a plus de lignes"};
inline constexpr Row<> number_more_15_digits_day_before{
    "a number has more than 15 digits, a day is before 1900-03-01, or the sheet has no more rows",
    "un nombre a plus de 15 chiffres, un jour précède le 01/03/1900, ou la feuille n'a plus de lignes"};

// mapping

// pattern

// render
inline constexpr Row<place::Text> template_none_files_takes_document{
    "template {0}: none of its files takes this document",
    "modèle {0} : aucun de ses fichiers ne reprend ce document"};
inline constexpr Row<place::Text, place::Said> template_nothing_post_no_file{
    "template {0}: nothing to post{1}; no file is written",
    "modèle {0} : rien à comptabiliser{1} ; aucun fichier n'est écrit"};
inline constexpr Row<> earlier_files_not_hold{
    " that earlier files do not hold",
    " qui ne figure déjà dans les fichiers précédents"};
inline constexpr Row<place::Text> amount_line_empty{
    "the amount of line \"{0}\" is empty",
    "le montant de la ligne « {0} » est vide"};
inline constexpr Row<place::Number> more_different_values_each{
    "more than {0} different values of an \"each\"",
    "plus de {0} valeurs différentes d'un « each »"};
inline constexpr Row<> file_total_not_fit_64_bits_minor{
    "the file's total does not fit in 64 bits of minor units",
    "le total du fichier ne tient pas dans 64 bits d'unités mineures"};
inline constexpr Row<> no_line_file_takes_document{
    "no line of the file takes this document",
    "aucune ligne du fichier ne reprend ce document"};
inline constexpr Row<place::Text, place::Said> template_mapping_no_vat_rate_no{
    "template {0}: the mapping has no vat_rate for {1}; no VAT line is written",
    "modèle {0} : la table de correspondance n'a pas de vat_rate pour {1} ; aucune ligne de TVA n'est écrite"};
inline constexpr Row<place::Day, place::Day, place::Day> entry_lies_outside_fiscal_year{
    "the entry of {0} lies outside the fiscal year from {1} to {2}",
    "l'écriture du {0} est hors de l'exercice du {1} au {2}"};
inline constexpr Row<place::Number> check_line_template_failed{
    "the check at line {0} of the template failed",
    "le contrôle de la ligne {0} du modèle a échoué"};

// selection
inline constexpr Row<place::Text, place::Said> template_amount_zero{
    "template {0}: the amount is zero{1}",
    "modèle {0} : le montant est nul{1}"};
inline constexpr Row<> nothing_posted{
    "; nothing is posted",
    " ; rien n'est comptabilisé"};

// terms
inline constexpr Row<> amount_vat_not_fit_64_bits_minor{
    "the amount with its VAT does not fit in 64 bits of minor units",
    "le montant TVA comprise ne tient pas dans 64 bits d'unités mineures"};
inline constexpr Row<place::Amount, place::Amount> amount_not_invoices{
    "{0} is to be split, and the invoice splits {1}",
    "{0} est à répartir, et la facture répartit {1}"};
inline constexpr Row<> invoice_not_say_amount{
    "amount_is = \"document\", and the invoice's values are not there or do not prove themselves: set amount_is_otherwise to gross, net or untaxed",
    "amount_is = \"document\", et les valeurs de la facture sont absentes ou ne se prouvent pas : réglez amount_is_otherwise sur gross, net ou untaxed"};

// written_files
inline constexpr Row<place::Text, place::Text, place::Said> template_file_name{
    "template {0}: the file name \"{1}\" {2}",
    "modèle {0} : le nom de fichier « {1} » {2}"};
inline constexpr Row<> made_twice{
    "is made twice",
    "est produit deux fois"};
inline constexpr Row<> cannot_used{
    "cannot be used",
    "est inutilisable"};
inline constexpr Row<place::Text> template_no_file_written_findings{
    "template {0}: no file is written; the findings before say why",
    "modèle {0} : aucun fichier n'est écrit ; les constats qui précèdent disent pourquoi"};

}  // namespace moisson::erp::messages
