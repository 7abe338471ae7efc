#pragma once
/// What usage says to people: one row a message, the languages side by side (language/row.hpp). Only for this room.

#include <array>

#include "language/row.hpp"

namespace moisson::usage::messages {

// archive
inline constexpr Row<> cannot_read_stored_file{
    "cannot read the stored file",
    "le fichier stocké ne peut être lu"};
inline constexpr Row<place::Count> holds_more_files{
    "it holds more than {0} {0|file|files}",
    "il contient plus de {0} {0|fichier|fichiers}"};

// budget
inline constexpr Row<> takes_longer_read_size_explains{
    "it takes longer to read than its size explains",
    "sa lecture dure plus longtemps que sa taille ne l'explique"};
inline constexpr Row<place::Count> unpacks_more_times_size{
    "it unpacks to more than {0} {0|time|times} its size",
    "décompressé, il dépasse {0} fois sa taille"};

// compare
inline constexpr Row<place::Said, place::Count> and_more{
    "{0} and {1} more",
    "{0} et {1} {1|autre|autres}"};
inline constexpr Row<place::Said, place::Months, place::Text> lines_add_up_more_can_held{
    "The lines of {0} for {1} add up to more {2} than can be held.",
    "La somme des lignes de {0} pour {1} dépasse ce qui peut être représenté en {2}."};
inline constexpr Row<place::Said, place::Months, place::Amount, place::Amount, place::Amount> lines_add_up_counted_documents{
    "The lines of {0} for {1} add up to {2}, the counted documents to {3}: {4} apart.",
    "La somme des lignes de {0} pour {1} est de {2}, celle des documents retenus de {3} : écart de {4}."};

// confined
inline constexpr Row<place::Said> reader_failed{
    "its reader failed: {0}",
    "son lecteur a échoué : {0}"};

// extract
inline constexpr Row<place::Said, place::Text> with_cause{
    "{0}: {1}",
    "{0} : {1}"};
inline constexpr Row<place::Said, place::Text> with_cause_in_brackets{
    "{0} ({1})",
    "{0} ({1})"};
inline constexpr Row<> sum_lines_not_fit_38_digits{
    "the sum of its lines does not fit in 38 digits",
    "la somme de ses lignes ne tient pas en 38 chiffres"};
inline constexpr Row<> neither_line_nor_any_other_holds{
    "neither this line nor any other holds a discounted amount: the layout is another one",
    "ni cette ligne ni aucune autre ne porte de montant après remise : la disposition est autre"};
inline constexpr Row<> documents_run_cost_more_their_size{
    "documents of this run have cost more than their size explains, and this is one of them",
    "des documents de cette exécution ont coûté plus que leur taille ne l'explique, et celui-ci en fait partie"};
inline constexpr Row<place::Number> line{
    "line {0}",
    "la ligne {0}"};
inline constexpr Row<place::Number, place::Number> lines_first_line{
    "{0} lines, first line {1}",
    "{0} lignes, dont la première est la ligne {1}"};
inline constexpr Row<place::Text, place::Number, place::Said> line_lines_not_counted{
    "{0}, line {1}: {2}. Its lines are not counted.",
    "{0}, ligne {1} : {2}. Ses lignes ne comptent pas."};
inline constexpr Row<place::Text, place::Said> lines_not_counted{
    "{0}: {1}. Its lines are not counted.",
    "{0} : {1}. Ses lignes ne comptent pas."};
inline constexpr Row<place::Text, place::Said> no_discountedamount_nothing_added{
    "{0}: no DiscountedAmount in {1}; nothing is added for it.",
    "{0} : pas de DiscountedAmount dans {1} ; rien n'est ajouté à ce titre."};
inline constexpr Row<place::Text, place::Text, place::Said> cannot_read_without_guessing_left{
    "{0}: {1} in {2} cannot be read without guessing and is left empty.",
    "{0} : {1} dans {2} ne peut être lu avec certitude et reste vide."};
inline constexpr Row<place::Text, place::Said> texts_not_utf_8_were_read_windows{
    "{0}: texts in {1} are not UTF-8 and were read as Windows-1252.",
    "{0} : des textes dans {1} ne sont pas en UTF-8 et ont été lus en Windows-1252."};
inline constexpr Row<place::Text, place::Said, place::Text> texts_such_spreadsheet_would_run{
    "{0}: texts in {1} are such as a spreadsheet would run, the first one \"{2}\".",
    "{0} : des textes dans {1} sont tels qu'un tableur les exécuterait, le premier étant « {2} »."};
inline constexpr Row<place::Text, place::Said, place::Number> n_27_known_from_line_others_were{
    "{0}: {1} where 27 are known, from line {2} on; the others were left out, the lines were used.",
    "{0} : {1} au lieu des 27 connues, à partir de la ligne {2} ; les autres ont été écartées, les lignes ont été utilisées."};
inline constexpr Row<> lines_several_currencies{
    "the lines are in several currencies",
    "les lignes sont en plusieurs devises"};
inline constexpr Row<> lines_file_add_up_same{
    "the lines of the file add up to the same",
    "la somme des lignes du fichier est la même"};
inline constexpr Row<place::Number> lines_file_add_up{
    "the lines of the file add up to {0}",
    "la somme des lignes du fichier est de {0}"};
inline constexpr Row<place::Text, place::Said, place::Number, place::Said> totals_left_out_last_one_says{
    "{0}: totals in {1}, left out; the last one says {2}, {3}.",
    "{0} : des totaux dans {1}, écartés ; le dernier indique {2}, {3}."};
inline constexpr Row<place::Text, place::Text> no_sheet_billing_report_only_sheet{
    "{0}: there is no sheet \"Billing Report\"; the only sheet, \"{1}\", was read.",
    "{0} : il n'y a pas de feuille « Billing Report » ; l'unique feuille, « {1} », a été lue."};
inline constexpr Row<> contract_names_too_long_stand{
    "its contract's names are too long to stand before each line",
    "les noms de son contrat sont trop longs pour précéder chaque ligne"};

// input
inline constexpr Row<> zip_cannot_opened{
    "the ZIP cannot be opened",
    "l'archive ZIP ne peut être ouverte"};
inline constexpr Row<> zip_directory_cannot_read{
    "the ZIP's directory cannot be read",
    "le répertoire de l'archive ZIP ne peut être lu"};
inline constexpr Row<> zip_holds_no_file{
    "the ZIP holds no file",
    "l'archive ZIP ne contient aucun fichier"};
inline constexpr Row<> what_zip_holds_cannot_unpacked{
    "what the ZIP holds cannot be unpacked",
    "le contenu de l'archive ZIP ne peut être extrait"};
inline constexpr Row<> zip_holds_more_one_file{
    "the ZIP holds more than one file",
    "l'archive ZIP contient plus d'un fichier"};
inline constexpr Row<> workbook_inside_zip_larger_64_mib{
    "the workbook inside the ZIP is larger than 64 MiB",
    "le classeur dans l'archive ZIP dépasse 64 Mio"};
inline constexpr Row<place::Text> file_neither_csv_nor_workbook{
    "the file is {0}, neither a CSV nor a workbook",
    "le fichier est de type {0}, ni CSV ni classeur"};

// line_cutter
inline constexpr Row<> more_thousand_fields{
    "it has more than a thousand fields",
    "elle a plus de mille champs"};
inline constexpr Row<> quote_opened_not_closed_file_cut{
    "a quote that is opened is not closed: the file is cut, or a quote is missing",
    "un guillemet ouvert n'est pas fermé : le fichier est coupé, ou un guillemet manque"};
inline constexpr Row<> text_follows_closing_quote{
    "text follows a closing quote",
    "du texte suit un guillemet fermant"};
inline constexpr Row<> holds_zero_byte_file_damaged_not{
    "it holds a zero byte: the file is damaged, or not in UTF-8 or Windows-1252",
    "elle contient un octet nul : le fichier est abîmé, ou n'est ni en UTF-8 ni en Windows-1252"};

// line_cutter
inline constexpr Row<> longer_1_mib_no_line_report{
    "it is longer than 1 MiB, which no line of a report is",
    "elle dépasse 1 Mio, ce qu'aucune ligne de rapport ne fait"};

// lines
inline constexpr Row<place::Count> columns{
    "{0} {0|column|columns}",
    "{0} {0|colonne|colonnes}"};
inline constexpr Row<place::Count, place::Count> file_ends_middle_fields{
    "the file ends in the middle of it: {0} of {1} {1|field|fields} {0|is|are} there",
    "le fichier finit au milieu de celle-ci : {0} {0|champ|champs} sur {1} y {0|est|sont}"};
inline constexpr Row<place::Count, place::Count> fields_expected{
    "it has {0} {0|field|fields} where {1} {1|is|are} expected",
    "elle a {0} {0|champ|champs} au lieu de {1}"};
inline constexpr Row<> discountedamount_larger_amount{
    "its DiscountedAmount is larger than its Amount, and the heading names neither: they may stand in each other's place",
    "son DiscountedAmount dépasse son Amount, et l'en-tête ne nomme pas les deux : ils peuvent être intervertis"};
inline constexpr Row<place::Text> discountedamount_cannot_read{
    "its DiscountedAmount \"{0}\" cannot be read without guessing",
    "son DiscountedAmount « {0} » ne peut être lu avec certitude"};
inline constexpr Row<> no_currency_nor_document{
    "it has no currency, nor does the document",
    "elle n'a pas de devise, le document non plus"};
inline constexpr Row<place::Text> currency_not_one_iso_4217_knows{
    "its currency \"{0}\" is not one that ISO 4217 knows",
    "sa devise « {0} » n'est pas connue de la norme ISO 4217"};
inline constexpr Row<> sum_up_not_fit_38_digits{
    "the sum up to it does not fit in 38 digits",
    "la somme jusque-là ne tient pas en 38 chiffres"};
inline constexpr Row<place::Number, place::Text, place::Number> column_known_column_columns_stand{
    "column {0} is {1}, which is known as column {2}: the columns stand in another order",
    "la colonne {0} est {1}, connue comme colonne {2} : les colonnes sont dans un autre ordre"};
inline constexpr Row<place::Number, place::Text, place::Number, place::Text> column_column_amounts_stand{
    "column {0} is \"{1}\" and column {2} \"{3}\": the amounts stand in another order",
    "la colonne {0} est « {1} » et la colonne {2} « {3} » : les montants sont dans un autre ordre"};
inline constexpr Row<place::Text, place::Number, place::Text> can_read_two_ways_line_mark_stands{
    "\"{0}\" can be read in two ways, and line {1} has \"{2}\": which mark stands before decimals cannot be told",
    "« {0} » peut se lire de deux façons, et la ligne {1} porte « {2} » : le signe qui précède les décimales ne peut être déterminé"};

// lines
inline constexpr Row<> rows_usage_csv_become_longer_size{
    "its rows in usage.csv become longer than its size explains",
    "ses lignes dans usage.csv deviennent plus longues que sa taille ne l'explique"};

// pass
inline constexpr Row<> more_lines_any_report{
    "it has more lines than any report",
    "il a plus de lignes que tout rapport"};

// plan
inline constexpr Row<> cannot_open_stored_file{
    "cannot open the stored file",
    "le fichier stocké ne peut être ouvert"};

// workbook
inline constexpr Row<> workbook_cannot_opened{
    "the workbook cannot be opened",
    "le classeur ne peut être ouvert"};
inline constexpr Row<> workbook_directory_cannot_read{
    "the workbook's directory cannot be read",
    "le répertoire du classeur ne peut être lu"};
inline constexpr Row<place::Text> workbook_no_part{
    "the workbook has no part {0}",
    "le classeur n'a pas de partie {0}"};
inline constexpr Row<> workbook_cannot_unpacked{
    "the workbook cannot be unpacked",
    "le classeur ne peut être extrait"};
inline constexpr Row<place::Text> workbook_part_too_large{
    "the workbook's part {0} is too large",
    "la partie {0} du classeur est trop grande"};
inline constexpr Row<> workbook_more_thousand_sheets{
    "the workbook has more than a thousand sheets",
    "le classeur a plus de mille feuilles"};
inline constexpr Row<> workbook_more_ten_thousand{
    "the workbook has more than ten thousand relationships",
    "le classeur a plus de dix mille relations"};
inline constexpr Row<> text_workbook_longer_1_mib{
    "a text of the workbook is longer than 1 MiB",
    "un texte du classeur dépasse 1 Mio"};
inline constexpr Row<> workbook_texts_take_more_64_mib{
    "the workbook's texts take more than 64 MiB",
    "les textes du classeur dépassent 64 Mio"};
inline constexpr Row<> cell_longer_1_mib{
    "a cell is longer than 1 MiB",
    "une cellule dépasse 1 Mio"};
inline constexpr Row<place::Number> no_row_up_names_quantity_amount{
    "no row up to {0} names quantity, amount and discounted amount in the columns of a Billing Report: the layout is another one",
    "aucune ligne jusqu'à la ligne {0} ne nomme quantité, montant et montant après remise dans les colonnes d'un Billing Report : la disposition est autre"};
inline constexpr Row<place::Number> row_after_row_no_number_can{
    "the row after row {0} has no number that can be",
    "la ligne après la ligne {0} n'a pas un numéro possible"};
inline constexpr Row<> cell_no_column{
    "a cell has no column",
    "une cellule n'a pas de colonne"};
inline constexpr Row<> cell_names_text_not{
    "a cell names a text that is not there",
    "une cellule renvoie à un texte absent"};
inline constexpr Row<place::Number> holds_amounts_but_lines_begin_row{
    "it holds amounts, but lines begin in row {0}: the layout is another one",
    "elle contient des montants, mais les lignes commencent à la ligne {0} : la disposition est autre"};
inline constexpr Row<place::Count, place::Text> workbook_sheets_none_called{
    "of the workbook's {0} {0|sheet|sheets} none is called \"{1}\"",
    "parmi les {0} {0|feuille|feuilles} du classeur, aucune ne s'appelle « {1} »"};
inline constexpr Row<> workbook_no_such_part_sheet{
    "the workbook has no such part as its sheet",
    "le classeur n'a pas la partie qui serait sa feuille"};
inline constexpr Row<> sheet_cannot_unpacked{
    "the sheet cannot be unpacked",
    "la feuille ne peut être extraite"};

// xml
inline constexpr Row<> xml_takes_more_memory_workbook{
    "its XML takes more memory than a workbook's",
    "son XML prend plus de mémoire que celui d'un classeur"};
inline constexpr Row<> xml_tag_comment_longer_workbook{
    "its XML has a tag or a comment longer than a workbook's",
    "son XML a une balise ou un commentaire plus long que ceux d'un classeur"};

/// All of them: what a reader's process says comes out of it as a number in this list and values (reader_frames.hpp).
inline constexpr auto of_readers = std::to_array<AnyRow>({
    cannot_read_stored_file, holds_more_files, takes_longer_read_size_explains, unpacks_more_times_size, and_more,
    lines_add_up_more_can_held, lines_add_up_counted_documents, reader_failed, with_cause, with_cause_in_brackets,
    sum_lines_not_fit_38_digits, neither_line_nor_any_other_holds, documents_run_cost_more_their_size, line, lines_first_line,
    line_lines_not_counted, lines_not_counted, no_discountedamount_nothing_added, cannot_read_without_guessing_left,
    texts_not_utf_8_were_read_windows, texts_such_spreadsheet_would_run, n_27_known_from_line_others_were, lines_several_currencies,
    lines_file_add_up_same, lines_file_add_up, totals_left_out_last_one_says, no_sheet_billing_report_only_sheet,
    contract_names_too_long_stand, zip_cannot_opened, zip_directory_cannot_read, zip_holds_no_file, what_zip_holds_cannot_unpacked,
    zip_holds_more_one_file, workbook_inside_zip_larger_64_mib, file_neither_csv_nor_workbook, more_thousand_fields,
    quote_opened_not_closed_file_cut, text_follows_closing_quote, holds_zero_byte_file_damaged_not, longer_1_mib_no_line_report,
    columns, file_ends_middle_fields, fields_expected, discountedamount_larger_amount, discountedamount_cannot_read,
    no_currency_nor_document, currency_not_one_iso_4217_knows, sum_up_not_fit_38_digits, column_known_column_columns_stand,
    column_column_amounts_stand, can_read_two_ways_line_mark_stands, rows_usage_csv_become_longer_size, more_lines_any_report,
    cannot_open_stored_file, workbook_cannot_opened, workbook_directory_cannot_read, workbook_no_part, workbook_cannot_unpacked,
    workbook_part_too_large, workbook_more_thousand_sheets, workbook_more_ten_thousand, text_workbook_longer_1_mib,
    workbook_texts_take_more_64_mib, cell_longer_1_mib, no_row_up_names_quantity_amount, row_after_row_no_number_can, cell_no_column,
    cell_names_text_not, holds_amounts_but_lines_begin_row, workbook_sheets_none_called, workbook_no_such_part_sheet,
    sheet_cannot_unpacked, xml_takes_more_memory_workbook, xml_tag_comment_longer_workbook,
});

}  // namespace moisson::usage::messages
