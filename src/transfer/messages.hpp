#pragma once
/// What transfer says to people: one row a message, the languages side by side (language/row.hpp). Only for this room.

#include "language/row.hpp"

namespace moisson::transfer::messages {

// active_content
inline constexpr Row<> pdf_holds_javascript_reader_may{
    "The PDF holds JavaScript, which a reader may run.",
    "Le PDF contient du JavaScript, qu'un lecteur peut exécuter."};
inline constexpr Row<> pdf_holds_action_starts_another{
    "The PDF holds an action that starts another program.",
    "Le PDF contient une action qui lance un autre programme."};
inline constexpr Row<> pdf_holds_actions_start_themselves{
    "The PDF holds actions that start by themselves.",
    "Le PDF contient des actions qui démarrent d'elles-mêmes."};
inline constexpr Row<> pdf_names_file_program_script{
    "The PDF names a file that is a program or a script.",
    "Le PDF désigne un fichier qui est un programme ou un script."};
inline constexpr Row<> workbook_holds_macros{
    "The workbook holds macros.",
    "Le classeur contient des macros."};
inline constexpr Row<> workbook_links_other_files_sources{
    "The workbook links to other files or sources, which a spreadsheet may load.",
    "Le classeur renvoie à d'autres fichiers ou sources, qu'un tableur peut charger."};
inline constexpr Row<> workbook_holds_dde_link_may_start{
    "The workbook holds a DDE link, which may start another program.",
    "Le classeur contient un lien DDE, qui peut lancer un autre programme."};
inline constexpr Row<> workbook_holds_embedded_objects{
    "The workbook holds embedded objects of other programs.",
    "Le classeur contient des objets incorporés d'autres programmes."};

// engine
inline constexpr Row<place::Number> time_set_whole_run_over_s{
    "the time set for the whole run is over ({0} s)",
    "le temps fixé pour toute l'exécution est écoulé ({0}\u00A0s)"};
inline constexpr Row<place::Number, place::Said> service_asks_wait_s_longer_run_may{
    "the service asks to wait {0} s, longer than this run may: {1}",
    "le service demande d'attendre {0}\u00A0s, plus que cette exécution ne peut : {1}"};
inline constexpr Row<place::Count, place::Said> service_turned_calls_away_times{
    "the service turned calls away {0} {0|time|times} in a row: {1}",
    "le service a repoussé des appels {0} fois de suite : {1}"};

// worker
inline constexpr Row<place::Text> file_ends_too_early_without_end{
    "the file ends too early: {0} without its end mark",
    "le fichier finit trop tôt : {0} sans sa marque de fin"};

}  // namespace moisson::transfer::messages
