#pragma once
/// What cage says to people: one row a message, the languages side by side (language/row.hpp). Only for this room.

#include "language/row.hpp"

namespace moisson::cage::messages {

// cage
inline constexpr Row<> asked_system_something_no_reader{
    "it asked the system for something that no reader needs",
    "il a demandé au système ce dont aucun lecteur n'a besoin"};
inline constexpr Row<> takes_longer_read_size_explains{
    "it takes longer to read than its size explains",
    "sa lecture dure plus longtemps que sa taille ne l'explique"};
inline constexpr Row<> killed_system_want_memory_somebody{
    "it was killed, by the system for want of memory or by somebody",
    "il a été tué, par le système faute de mémoire ou par quelqu'un"};
inline constexpr Row<place::Number> crashed_signal{
    "it crashed (signal {0})",
    "il s'est écrasé (signal {0})"};
inline constexpr Row<> ended_too_early{
    "it ended too early",
    "il s'est terminé trop tôt"};
inline constexpr Row<> needed_more_memory_reader_gets{
    "it needed more memory than a reader gets",
    "il lui fallait plus de mémoire qu'un lecteur n'en reçoit"};
inline constexpr Row<place::Number> failed_code{
    "it failed (code {0})",
    "il a échoué (code {0})"};
inline constexpr Row<> went_silent{
    "it went silent",
    "il s'est tu"};
inline constexpr Row<> what_said_no_answer_reader{
    "what it said is no answer of a reader",
    "ce qu'il a dit n'est pas la réponse d'un lecteur"};
inline constexpr Row<> what_said_cannot{
    "what it said cannot be",
    "ce qu'il a dit ne peut être"};

inline constexpr Row<place::Text> what_said_cannot_because{
    "what it said cannot be: {0}",
    "ce qu'il a dit ne peut être : {0}"};

}  // namespace moisson::cage::messages
