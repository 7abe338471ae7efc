#pragma once
/// What normalize says to people: one row a message, the languages side by side (language/row.hpp). Only for this room.

#include "language/row.hpp"

namespace moisson::normalize::messages {

// amount
inline constexpr Row<place::Text, place::Said> amount{
    "the amount \"{0}\" {1}",
    "le montant « {0} » {1}"};
inline constexpr Row<place::Text, place::Count> finer_minor_unit_decimals{
    "is finer than the minor unit of {0} ({1} {1|decimal|decimals})",
    "est plus fin que l'unité mineure de {0} ({1} {1|décimale|décimales})"};
inline constexpr Row<place::Text> too_large_64_bits_minor_units{
    "is too large for 64 bits of minor units of {0}",
    "est trop grand pour 64 bits d'unités mineures de {0}"};
inline constexpr Row<> not_decimal_number{
    "is not a decimal number",
    "n'est pas un nombre décimal"};
inline constexpr Row<> mixes_separators_way_no_notation{
    "mixes separators in a way that no notation has",
    "mélange les séparateurs comme aucune notation ne le fait"};
inline constexpr Row<> could_thousands_decimals{
    "could be thousands or decimals",
    "peut se lire en milliers ou en décimales"};
inline constexpr Row<> separator_no_thousands_end{
    "has a separator where no thousands end",
    "a un séparateur là où ne finissent pas des milliers"};
inline constexpr Row<> empty{
    "is empty",
    "est vide"};
inline constexpr Row<> holds_no_digits{
    "holds no digits",
    "ne contient pas de chiffres"};
inline constexpr Row<> more_one_sign_lone_parenthesis{
    "has more than one sign, or a lone parenthesis",
    "a plus d'un signe, ou une parenthèse isolée"};
inline constexpr Row<place::Text, place::Text> carries_not{
    "carries \"{0}\", which is not {1}",
    "porte « {0} », qui n'est pas {1}"};
inline constexpr Row<> too_long{
    "is too long",
    "est trop long"};
inline constexpr Row<> not_json_number{
    "is not a JSON number",
    "n'est pas un nombre JSON"};

// currency
inline constexpr Row<> no_currency_given{
    "no currency is given",
    "aucune devise n'est donnée"};
inline constexpr Row<place::Text> not_currency_iso_4217_knows{
    "\"{0}\" is not a currency that ISO 4217 knows",
    "« {0} » n'est pas une devise connue de la norme ISO 4217"};
inline constexpr Row<place::Text, place::Text> could_any{
    "\"{0}\" could be any of {1}",
    "« {0} » peut désigner : {1}"};

// entry
inline constexpr Row<place::Text> type_not_known_document_kept{
    "The type \"{0}\" is not known; the document is kept as supporting and not counted.",
    "Le type « {0} » est inconnu ; le document est conservé comme justificatif et ne compte pas."};
inline constexpr Row<place::Said> currency_cannot_used{
    "The currency cannot be used: {0}.",
    "La devise est inutilisable : {0}."};
inline constexpr Row<place::Text> amount_came_without_currency{
    "The amount \"{0}\" came without a currency.",
    "Le montant « {0} » est arrivé sans devise."};
inline constexpr Row<place::Said> document_no_amount{
    "This \"{0}\" document has no amount.",
    "Ce document (« {0} ») n'a pas de montant."};
inline constexpr Row<place::Text> amount_neither_number_nor_text{
    "The amount is neither a number nor a text: \"{0}\".",
    "Le montant n'est ni un nombre ni un texte : « {0} »."};
inline constexpr Row<place::Said> amount_not_read{
    "The amount was not read: {0}.",
    "Le montant n'a pas été lu : {0}."};
inline constexpr Row<place::Amount> credit{
    "A credit of {0}.",
    "Avoir de {0}."};
inline constexpr Row<place::Said> period_not_read{
    "The period was not read: {0}.",
    "La période n'a pas été lue : {0}."};
inline constexpr Row<place::Text, place::Text, place::Text> period_not_taken_not_within_years{
    "The period \"{0}\" was not taken: it is not within the years {1} to {2}.",
    "La période « {0} » n'a pas été retenue : elle est hors des années {1} à {2}."};
inline constexpr Row<place::Text, place::Months> period_taken{
    "The period \"{0}\" was taken as {1}.",
    "La période « {0} » a été lue comme {1}."};
inline constexpr Row<place::Text, place::Day, place::Day, place::Months> period_runs_from_row_stands{
    "The period \"{0}\" runs from {1} to {2}; the row stands in {3}.",
    "La période « {0} » va du {1} au {2} ; la ligne figure en {3}."};
inline constexpr Row<place::Text, place::Text> not_instant{
    "{0} is not an instant: \"{1}\".",
    "{0} n'est pas une date : « {1} »."};
inline constexpr Row<place::Text, place::Text, place::Text, place::Text> not_within_years_left_empty{
    "{0} is \"{1}\", which is not within the years {2} to {3}: it was left empty.",
    "{0} vaut « {1} », hors des années {2} à {3} : la date est laissée vide."};
inline constexpr Row<place::Day, place::Day> issued_updated{
    "Issued {0}, updated {1}.",
    "Émis le {0}, mis à jour le {1}."};
inline constexpr Row<place::Text, place::Said> file_name_archive_uses_safe_one{
    "The file name \"{0}\" {1}; the archive uses a safe one.",
    "Le nom de fichier « {0} » {1} ; un nom sûr le remplace dans l'archive."};
inline constexpr Row<place::Text, place::Text> column_holds_spreadsheet_would_run{
    "The column {0} holds \"{1}\", which a spreadsheet would run.",
    "La colonne {0} contient « {1} », qu'un tableur exécuterait."};
inline constexpr Row<place::Text, place::Text> column_not_utf_8{
    "The column {0} is not UTF-8: \"{1}\".",
    "La colonne {0} n'est pas en UTF-8 : « {1} »."};
inline constexpr Row<place::Text> service_repeated_secret_job_left{
    "The service repeated a secret of this job in {0}; it is left empty.",
    "Le service a répété un secret de cette tâche dans {0} ; le champ reste vide."};
inline constexpr Row<place::Text> service_gave_two_different_values{
    "The service gave two different values for {0}; it is left empty.",
    "Le service a donné deux valeurs différentes pour {0} ; le champ reste vide."};
inline constexpr Row<> text_document_entry_list_not_utf_8{
    "A text of the document's entry in the list was not UTF-8 and was repaired.",
    "Un texte de l'entrée du document dans la liste n'était pas en UTF-8 et a été réparé."};

// filename
inline constexpr Row<> holds_path_separator{
    "holds a path separator",
    "contient un séparateur de chemin"};
inline constexpr Row<> holds_nul{
    "holds a NUL",
    "contient un caractère nul"};
inline constexpr Row<place::Text> holds_invisible_character_u{
    "holds the invisible character U+{0}",
    "contient le caractère invisible U+{0}"};
inline constexpr Row<place::Text> holds_character{
    "holds the character {0}",
    "contient le caractère {0}"};
inline constexpr Row<place::Number, place::Number> bytes_long_past{
    "is {0} bytes long, past {1}",
    "fait {0} octets, plus de {1}"};
inline constexpr Row<> not_utf_8{
    "is not UTF-8",
    "n'est pas en UTF-8"};
inline constexpr Row<> names_folder{
    "names a folder",
    "désigne un dossier"};
inline constexpr Row<> begins_ends_blank{
    "begins or ends with a blank",
    "commence ou finit par un espace"};
inline constexpr Row<> ends_dot{
    "ends with a dot",
    "finit par un point"};
inline constexpr Row<> device_name_windows{
    "is a device name on Windows",
    "est un nom de périphérique sous Windows"};

// period
inline constexpr Row<place::Text, place::Said> period{
    "the period \"{0}\" {1}",
    "la période « {0} » {1}"};
inline constexpr Row<> ends_before_begins{
    "ends before it begins",
    "finit avant de commencer"};
inline constexpr Row<> can_read_more_one_way_day_month{
    "can be read in more than one way (day or month first?)",
    "peut se lire de plusieurs façons (jour ou mois d'abord ?)"};
inline constexpr Row<> ends_first_day_month_not_said{
    "ends on the first day of a month: it is not said whether that day is included",
    "finit le premier jour d'un mois : il n'est pas dit si ce jour est compris"};
inline constexpr Row<> names_two_months{
    "names two months",
    "nomme deux mois"};
inline constexpr Row<> not_form_known{
    "is not a form that is known",
    "n'a pas une forme connue"};

}  // namespace moisson::normalize::messages
