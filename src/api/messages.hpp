#pragma once
/// What api says to people: one row a message, the languages side by side (language/row.hpp). Only for this room.

#include "language/row.hpp"

namespace moisson::api::messages {

// decode
inline constexpr Row<place::Text> service_answered_success_but_error{
    "the service answered with success, but with an error object (code {0})",
    "le service a répondu par un succès, mais avec un objet d'erreur (code {0})"};
inline constexpr Row<place::Text, place::Text> service_answered_detail_contract{
    "the service answered with the detail of contract {0} where that of {1} was asked for",
    "le service a répondu par le détail du contrat {0} alors que celui de {1} était demandé"};

// json_reader
inline constexpr Row<> answer_empty_json_due{
    "the answer is empty where JSON is due",
    "la réponse est vide alors que du JSON est attendu"};
inline constexpr Row<place::Number> answer_html_xml_page_not_json_byte{
    "the answer is an HTML or XML page, not JSON (at byte {0})",
    "la réponse est une page HTML ou XML, pas du JSON (octet {0})"};
inline constexpr Row<place::Text, place::Number> answer_cannot_used_byte{
    "the answer cannot be used: {0} (at byte {1})",
    "la réponse est inutilisable : « {0} » (octet {1})"};
inline constexpr Row<place::Text, place::Number, place::Number> answer_not_json_byte{
    "the answer is not JSON: {0} (at byte {1} of {2})",
    "la réponse n'est pas du JSON : « {0} » (octet {1} sur {2})"};

// judge
inline constexpr Row<> application_call_quota_spent{
    "the application's call quota is spent",
    "le quota d'appels de l'application est épuisé"};
inline constexpr Row<> service_asks_slow_down{
    "the service asks to slow down",
    "le service demande de ralentir"};
inline constexpr Row<> token_endpoint_refused_client_id{
    "the token endpoint refused the client id and secret (the application's credentials, not the API key)",
    "le point d'accès des jetons a refusé le client id et le secret (ceux de l'application, pas la clé d'API)"};
inline constexpr Row<> token_endpoint_not_accept_request{
    "the token endpoint did not accept the request",
    "le point d'accès des jetons n'a pas accepté la requête"};
inline constexpr Row<> token_expired{
    "the token has expired",
    "le jeton a expiré"};
inline constexpr Row<> service_found_no_credentials_call{
    "the service found no credentials in the call: Authorization or X-API-Key was lost on the way",
    "le service n'a pas trouvé d'identifiants dans l'appel : Authorization ou X-API-Key s'est perdu en route"};
inline constexpr Row<> service_refused_api_key_token{
    "the service refused the API key (the token of the client id and secret was accepted before)",
    "le service a refusé la clé d'API (le jeton du client id et du secret avait été accepté)"};
inline constexpr Row<> access_denied_application_not{
    "access denied: the application is not subscribed to the API, or the API key's login may not see this",
    "accès refusé : l'application n'est pas abonnée à l'API, ou le compte de cette clé d'API n'a pas accès à cette ressource"};
inline constexpr Row<> application_blocked{
    "the application is blocked",
    "l'application est bloquée"};
inline constexpr Row<> login_blocked{
    "the login is blocked",
    "l'identifiant est bloqué"};
inline constexpr Row<> access_denied{
    "access denied",
    "accès refusé"};
inline constexpr Row<> service_finds_no_contracts_api_key{
    "the service finds no contracts for this API key, or nothing at this address",
    "le service ne trouve pas de contrat pour cette clé d'API, ou rien à cette adresse"};
inline constexpr Row<> service_knows_no_such_resource{
    "the service knows no such resource",
    "document introuvable auprès du service"};
inline constexpr Row<> address_leads_nowhere_404_not_from{
    "the address leads nowhere (404, not from the gateway)",
    "l'adresse ne mène nulle part (404, hors de la passerelle)"};
inline constexpr Row<> service_over_capacity_down_moment{
    "the service is over capacity or down for a moment",
    "le service est saturé ou momentanément arrêté"};
inline constexpr Row<> service_failed{
    "the service failed",
    "le service a échoué"};
inline constexpr Row<> value_address_not_valid{
    "a value in the address is not valid",
    "une valeur de l'adresse n'est pas valide"};
inline constexpr Row<> service_found_no_body_request{
    "the service found no body in the request",
    "le service n'a pas trouvé de corps dans la requête"};
inline constexpr Row<> service_could_not_read_request{
    "the service could not read the request's body",
    "le service n'a pas pu lire le corps de la requête"};
inline constexpr Row<> field_missing{
    "a field is missing",
    "un champ manque"};
inline constexpr Row<> field_value_not_accepted{
    "a field has a value that is not accepted",
    "un champ a une valeur qui n'est pas acceptée"};
inline constexpr Row<> service_misses_header{
    "the service misses a header",
    "il manque un en-tête au service"};
inline constexpr Row<> header_value_not_accepted{
    "a header has a value that is not accepted",
    "un en-tête a une valeur qui n'est pas acceptée"};
inline constexpr Row<> service_misses_query_parameter{
    "the service misses a query parameter",
    "il manque un paramètre au service"};
inline constexpr Row<> query_parameter_value_not_accepted{
    "a query parameter has a value that is not accepted",
    "un paramètre a une valeur qui n'est pas acceptée"};
inline constexpr Row<> address_not_take_such_request{
    "this address does not take such a request",
    "cette adresse n'accepte pas une telle requête"};
inline constexpr Row<> request_too_large_service{
    "the request is too large for the service",
    "la requête est trop grande pour le service"};
inline constexpr Row<> address_too_long_service{
    "the address is too long for the service",
    "l'adresse est trop longue pour le service"};
inline constexpr Row<> service_not_take_request_kind_body{
    "the service does not take the request's kind of body",
    "le service n'accepte pas ce type de corps de requête"};
inline constexpr Row<> conflicts_what_already{
    "it conflicts with what is there already",
    "cela entre en conflit avec l'existant"};
inline constexpr Row<> service_not_accept_request{
    "the service did not accept the request",
    "le service n'a pas accepté la requête"};
inline constexpr Row<> service_cannot_answer_form_asked{
    "the service cannot answer in the form asked for",
    "le service ne peut pas répondre sous la forme demandée"};
inline constexpr Row<> proxy_asks_credentials{
    "the proxy asks for credentials",
    "le proxy demande des identifiants"};
inline constexpr Row<> service_gave_up_waiting_request{
    "the service gave up waiting for the request",
    "le service a cessé d'attendre la requête"};
inline constexpr Row<> service_redirects_should_answer{
    "the service redirects where it should answer",
    "le service redirige au lieu de répondre"};
inline constexpr Row<> answer_no_final_status{
    "the answer has no final status",
    "la réponse n'a pas de statut final"};
inline constexpr Row<place::Said, place::Text> with_status{
    "{0} [{1}]",
    "{0} [{1}]"};

inline constexpr Row<place::Said> text_is_cut{
    "{0}, as far as can be told: its text is cut",
    "{0}, autant qu'on puisse le dire : son texte est coupé"};

// listing
inline constexpr Row<> service_answered_place{
    "the service answered {{\"documents\": null}} in its place",
    "le service a répondu {{\"documents\": null}} à sa place"};
inline constexpr Row<> service_answered_place_contract{
    "the service answered {{\"documents\": null}} in the place of the contract's list",
    "le service a répondu {{\"documents\": null}} à la place de la liste du contrat"};
inline constexpr Row<place::Said, place::Count, place::Count> list_still_held_documents{
    "the list{0} still held {1} {1|document|documents} when {2} {2|was|were} asked for, the most that is asked",
    "la liste{0} contenait encore {1} {1|document|documents} pour {2} {2|demandé|demandés}, le maximum que l'on demande"};
inline constexpr Row<place::Text> of_a_type{
    " of {0}",
    " de {0}"};
inline constexpr Row<place::Number> service_names_one_page_after_other{
    "the service names one page after the other, and page {0} brings nothing new",
    "le service annonce une page après l'autre, et la page {0} n'apporte rien de nouveau"};
inline constexpr Row<place::Said> service_says_more_lists_names{
    "the service says that there is more than it lists, and names nothing that can be followed ({0})",
    "le service annonce davantage qu'il ne liste, sans rien indiquer qui puisse être suivi ({0})"};
inline constexpr Row<place::Count> pages{
    "{0} {0|page|pages}",
    "{0} {0|page|pages}"};
inline constexpr Row<place::Number, place::Said> page_list{
    "page {0} of the list: {1}",
    "page {0} de la liste : {1}"};
inline constexpr Row<place::Text, place::Said> of_type{
    "type {0}: {1}",
    "type {0} : {1}"};
inline constexpr Row<place::Count, place::Number> list_holds_documents_when_asked{
    "the list holds {0} {0|document|documents} when asked for few, and {1} when asked for many",
    "la liste contient {0} {0|document|documents} quand on en demande peu, et {1} quand on en demande beaucoup"};
inline constexpr Row<place::Text, place::Count, place::Number> list_stops_documents_mixed_list{
    "the list of {0} stops at {1} {1|document|documents} as the mixed list does, although there are {2} in all: a limit of the service",
    "la liste de {0} s'arrête à {1} {1|document|documents} comme la liste générale, alors qu'il y en a {2} en tout : une limite du service"};
inline constexpr Row<place::Count, place::Number> service_says_documents_lists{
    "the service says that there {0|is|are} {0} {0|document|documents}, and lists {1}",
    "le service annonce {0} {0|document|documents} et en liste {1}"};
inline constexpr Row<place::Text, place::Said> type_service_answered_documents{
    "type {0}: the service answered {{\"documents\": null}}, although {1}",
    "type {0} : le service a répondu {{\"documents\": null}}, alors que {1}"};
inline constexpr Row<> mixed_list_holds_documents{
    "the mixed list holds documents of it",
    "la liste générale en contient des documents"};
inline constexpr Row<> mixed_list_not_hold_everything{
    "the mixed list does not hold everything",
    "la liste générale ne contient pas tout"};

/// Several problems of one list.
inline constexpr Row<place::Said, place::Said> and_also{
    "{0}; {1}",
    "{0} ; {1}"};

// perimeter
inline constexpr Row<place::Number> service_names_one_page_contracts{
    "the service names one page of contracts after the other, and page {0} brings nothing new",
    "le service annonce une page de contrats après l'autre, et la page {0} n'apporte rien de nouveau"};
inline constexpr Row<place::Number, place::Said> page_contracts_could_not{
    "page {0} of the contracts could not be had: {1}",
    "la page {0} des contrats n'a pas pu être obtenue : {1}"};
inline constexpr Row<place::Said> service_says_more_contracts_lists{
    "the service says that there are more contracts than it lists, and names nothing that can be followed ({0})",
    "le service annonce plus de contrats qu'il n'en liste, sans rien indiquer qui puisse être suivi ({0})"};
inline constexpr Row<place::Count, place::Number> service_says_contracts_lists{
    "the service says that there {0|is|are} {0} {0|contract|contracts}, and lists {1}",
    "le service annonce {0} {0|contrat|contrats} et en liste {1}"};
inline constexpr Row<place::Count, place::Count> list_still_held_contracts{
    "the list still held {0} {0|contract|contracts} when {1} {1|was|were} asked for, the most that is asked",
    "la liste contenait encore {0} {0|contrat|contrats} pour {1} {1|demandé|demandés}, le maximum que l'on demande"};

}  // namespace moisson::api::messages
