#pragma once
/// What http says to people: one row a message, the languages side by side (language/row.hpp). Only for this room.

#include "language/row.hpp"

namespace moisson::http::messages {

// channel
inline constexpr Row<place::Text> says_more_than_answer{
    "{0} says more than any answer has",
    "{0} envoie plus que ne contient une réponse"};

// connection
inline constexpr Row<place::Text, place::Said, place::Number> for_ms{
    "{0} {1} for {2} ms",
    "{0} {1} pendant {2}\u00A0ms"};
inline constexpr Row<place::Text, place::Said> tls_failed_while{
    "TLS with {0} failed while {1}",
    "TLS avec {0} a échoué pendant que {1}"};
inline constexpr Row<place::Text, place::Said> broke_connection_while{
    "{0} broke the connection while {1}",
    "{0} a rompu la connexion pendant que {1}"};
inline constexpr Row<> request_sent{
    "the request was sent",
    "la requête était envoyée"};
inline constexpr Row<> took_nothing{
    "took nothing",
    "n'a rien accepté"};
inline constexpr Row<> answer_read{
    "the answer was read",
    "la réponse était lue"};
inline constexpr Row<> sent_nothing{
    "sent nothing",
    "n'a rien envoyé"};

// exchange
inline constexpr Row<place::Count> body_longer_bytes{
    "the body is longer than {0} {0|byte|bytes}",
    "le corps dépasse {0} {0|octet|octets}"};
inline constexpr Row<> answer_not_http{
    "the answer is not HTTP",
    "la réponse n'est pas du HTTP"};
inline constexpr Row<> server_closed_connection_without{
    "the server closed the connection without an answer",
    "le serveur a fermé la connexion sans réponse"};
inline constexpr Row<> answer_ended_within_header_section{
    "the answer ended within its header section",
    "la réponse a pris fin dans son en-tête"};
inline constexpr Row<place::Count, place::Said> body_ended_after_bytes{
    "the body ended after {0} {0|byte|bytes}, {1}",
    "le corps a pris fin après {0} {0|octet|octets}, {1}"};
inline constexpr Row<place::Count> were_announced{
    "{0} {0|was|were} announced",
    "{0} {0|était annoncé|étaient annoncés}"};
inline constexpr Row<> tls_not_closed{
    "and TLS was not closed in order",
    "et TLS n'a pas été fermé dans les règles"};
inline constexpr Row<> before_last_chunk{
    "before its last chunk",
    "avant son dernier morceau"};

// tcp
inline constexpr Row<place::Text> no_connection{
    "no connection to {0}",
    "pas de connexion à {0}"};
inline constexpr Row<place::Text> name_cannot_resolved{
    "the name {0} cannot be resolved",
    "le nom {0} ne peut être résolu"};
inline constexpr Row<place::Text> name_no_address{
    "the name {0} has no address",
    "le nom {0} n'a pas d'adresse"};
inline constexpr Row<place::Text, place::Number> no_connection_within_ms{
    "no connection to {0} within {1} ms",
    "pas de connexion à {0} en {1}\u00A0ms"};

// tls
inline constexpr Row<place::Text, place::Number> no_tls_handshake_within_ms{
    "no TLS handshake with {0} within {1} ms",
    "pas de négociation TLS avec {0} en {1}\u00A0ms"};
inline constexpr Row<place::Text> broke_off_tls_handshake{
    "{0} broke off the TLS handshake",
    "{0} a interrompu la négociation TLS"};
inline constexpr Row<place::Text> tls_handshake_failed{
    "the TLS handshake with {0} failed",
    "la négociation TLS avec {0} a échoué"};

// watch
inline constexpr Row<place::Number> answer_not_whole_after_s_time{
    "the answer was not whole after {0} s, the time limit of one attempt",
    "la réponse n'était pas entière après {0}\u00A0s, la limite d'un essai"};
inline constexpr Row<place::Count, place::Number, place::Count> only_bytes_came_s_least_bytes{
    "only {0} {0|byte|bytes} came in {1} s; at least {2} {2|byte|bytes} a second {2|is|are} expected",
    "{0|seul|seuls} {0} {0|octet est arrivé|octets sont arrivés} en {1}\u00A0s ; au moins {2} {2|octet par seconde est attendu|octets par seconde sont attendus}"};

}  // namespace moisson::http::messages
