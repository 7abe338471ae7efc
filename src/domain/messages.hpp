#pragma once
/// What domain says to people: one row a message, the languages side by side (language/row.hpp). Only for this room.

#include "language/row.hpp"

namespace moisson::messages {

// findings
inline constexpr Row<place::Said, place::Text> with_request_id{
    "{0} (request id {1})",
    "{0} (identifiant de la requête {1})"};

// credentials
inline constexpr Row<place::Count> days{
    "{0} {0|day|days}",
    "{0} {0|jour|jours}"};
inline constexpr Row<place::Day, place::Day> api_key_ends_issued_keys_live_two{
    "the API key ends on {0} (issued on {1}; keys live two years)",
    "la clé d'API expire le {0} (émise le {1} ; une clé vit deux ans)"};
inline constexpr Row<place::Day, place::Day> api_key_ends_latest_use_keys_live{
    "the API key ends on {0} at the latest (it was in use on {1}; keys live two years)",
    "la clé d'API expire le {0} au plus tard (elle était déjà utilisée le {1} ; une clé vit deux ans)"};
inline constexpr Row<place::Day, place::Day> api_key_ends_latest_file_written{
    "the API key ends on {0} at the latest (its file was written on {1}; keys live two years)",
    "la clé d'API expire le {0} au plus tard (son fichier a été écrit le {1} ; une clé vit deux ans)"};
inline constexpr Row<place::Count> days_left{
    "{0} {0|day is|days are} left",
    "il reste {0} {0|jour|jours}"};
inline constexpr Row<place::Count> days_ago{
    "that was {0} {0|day|days} ago",
    "c'était il y a {0} {0|jour|jours}"};
inline constexpr Row<place::Number, place::Said> clock_ahead{
    "this machine's clock is {0} s{1} ahead of the service's",
    "l'horloge de cette machine avance de {0}\u00A0s{1} sur celle du service"};
inline constexpr Row<place::Number, place::Said> clock_behind{
    "this machine's clock is {0} s{1} behind the service's",
    "l'horloge de cette machine retarde de {0}\u00A0s{1} sur celle du service"};
inline constexpr Row<> ends_today{
    "it ends today",
    "elle expire aujourd'hui"};
inline constexpr Row<place::Said> about{
    " (about {0})",
    " (environ {0})"};

// rate
inline constexpr Row<place::Number, place::Number> rate_too_large_too_small{
    "the rate {0} / {1} is too large or too small",
    "le cours {0} / {1} est trop grand ou trop petit"};
inline constexpr Row<place::Count> mean_rates_too_large_too_small{
    "the mean of {0} {0|rate|rates} is too large or too small",
    "la moyenne de {0} cours est trop grande ou trop petite"};
inline constexpr Row<place::Amount, place::Number, place::Text> not_fit_64_bits_minor_units{
    "{0} at {1} does not fit in 64 bits of minor units of {2}",
    "{0} au cours de {1} ne tient pas dans 64 bits d'unités mineures de {2}"};

}  // namespace moisson::messages
