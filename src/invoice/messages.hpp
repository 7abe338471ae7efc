#pragma once
/// What invoice says to people: one row a message, the languages side by side (language/row.hpp). Only for this room.

#include <array>

#include "language/row.hpp"

namespace moisson::invoice::messages {

// of a document
inline constexpr Row<place::Text, place::Said> of_document{
    "{0}: {1}.",
    "{0} : {1}."};
inline constexpr Row<> cannot_open_stored_file{
    "cannot open the stored file",
    "le fichier stocké ne peut être ouvert"};
inline constexpr Row<> cannot_read_stored_file{
    "the stored file cannot be read",
    "le fichier stocké ne peut être lu"};
inline constexpr Row<place::Count> file_too_large{
    "it is larger than {0} MiB",
    "il dépasse {0} Mio"};
inline constexpr Row<> takes_too_long{
    "it takes longer to read than any invoice",
    "sa lecture dure plus longtemps que celle d'une facture"};
inline constexpr Row<> takes_too_much_memory{
    "it takes more memory than any invoice",
    "sa lecture prend plus de mémoire que celle d'une facture"};
inline constexpr Row<place::Said> reader_failed{
    "its reader failed: {0}",
    "son lecteur a échoué : {0}"};
inline constexpr Row<place::Said> no_reader{
    "documents cannot be read: {0}",
    "les documents ne peuvent être lus : {0}"};

// an inbox
inline constexpr Row<place::Text> inbox_cannot_open{
    "it cannot be opened ({0})",
    "ouverture impossible ({0})"};
inline constexpr Row<> inbox_changed{
    "it changed while it was read",
    "modifié pendant sa lecture"};
inline constexpr Row<place::Count> inbox_holds_more{
    "it holds more than {0} files; those beyond are not read",
    "il contient plus de {0} fichiers ; ceux au-delà ne sont pas lus"};
inline constexpr Row<place::Count> inbox_too_deep{
    "it lies more than {0} folders deep",
    "situé à plus de {0} dossiers de profondeur"};
inline constexpr Row<> zip_broken{
    "it is no whole ZIP file",
    "ce n'est pas un fichier ZIP entier"};
inline constexpr Row<> zip_encrypted{
    "it is encrypted",
    "il est chiffré"};
inline constexpr Row<place::Count> zip_holds_more{
    "it holds more than {0} files",
    "il contient plus de {0} fichiers"};
inline constexpr Row<> zip_unpacks_to_more{
    "it unpacks to more than invoices do",
    "décompressé, il est plus volumineux que ne le sont des factures"};

// XML
inline constexpr Row<place::Count> xml_too_large{
    "its XML is larger than {0} MiB",
    "son XML dépasse {0} Mio"};
inline constexpr Row<place::Text> xml_broken{
    "its XML is broken ({0})",
    "son XML est endommagé ({0})"};
inline constexpr Row<> xml_has_document_type{
    "its XML has a document type, which no invoice has",
    "son XML a un type de document, ce qu'aucune facture n'a"};
inline constexpr Row<> xml_too_deep{
    "its XML is nested too deeply",
    "son XML est imbriqué trop profondément"};
inline constexpr Row<> xml_token_too_long{
    "its XML has a tag or a comment longer than an invoice's",
    "son XML a une balise ou un commentaire plus long que ceux d'une facture"};
inline constexpr Row<> xml_takes_more_memory{
    "its XML takes more memory than an invoice's",
    "son XML prend plus de mémoire que celui d'une facture"};
inline constexpr Row<place::Count> too_many_rates{
    "its VAT breakdown has more than {0} {0|row|rows}",
    "sa ventilation de TVA a plus de {0} {0|ligne|lignes}"};

// PDF
inline constexpr Row<place::Text> pdf_broken{
    "the PDF is broken ({0})",
    "le PDF est endommagé ({0})"};
inline constexpr Row<> pdf_encrypted{
    "the PDF asks for a password",
    "le PDF demande un mot de passe"};
inline constexpr Row<place::Count> pdf_too_many_objects{
    "the PDF says that it has more than {0} {0|object|objects}",
    "le PDF annonce plus de {0} {0|objet|objets}"};
inline constexpr Row<> pdf_names_in_circle{
    "the PDF's list of embedded files refers to itself",
    "la liste des fichiers joints du PDF se contient elle-même"};
inline constexpr Row<> pdf_pages_in_circle{
    "the PDF's list of pages refers to itself",
    "la liste des pages du PDF se contient elle-même"};
inline constexpr Row<> pdf_tree_too_large{
    "the PDF's lists are larger than any invoice's",
    "les listes du PDF dépassent celles d'une facture"};
inline constexpr Row<place::Count> pdf_too_many_files{
    "the PDF holds more than {0} embedded {0|file|files}",
    "le PDF contient plus de {0} {0|fichier joint|fichiers joints}"};
inline constexpr Row<place::Text> embedded_too_large{
    "the embedded file {0} unpacks to more than its size explains",
    "décompressé, le fichier joint {0} dépasse ce que sa taille explique"};
inline constexpr Row<place::Text> embedded_broken{
    "the embedded file {0} cannot be unpacked",
    "le fichier joint {0} ne peut être décompressé"};
inline constexpr Row<place::Text, place::Said> in_embedded{
    "in the embedded file {0} {1}",
    "dans le fichier joint {0}, {1}"};
inline constexpr Row<place::Text, place::Text> two_invoices{
    "the embedded files {0} and {1} are invoices that say different things: neither is taken",
    "les fichiers joints {0} et {1} sont des factures qui se contredisent : aucune n'est retenue"};

// values
inline constexpr Row<place::Said, place::Text, place::Text> said_twice{
    "{0} stands there as \"{1}\" and as \"{2}\" and is left empty",
    "{0} : on y lit « {1} » et « {2} », rien n'est retenu"};
inline constexpr Row<place::Said, place::Text> cannot_be_read{
    "{0} cannot be read without guessing (\"{1}\") and is left empty",
    "{0} : « {1} » ne peut être lu avec certitude, rien n'est retenu"};
inline constexpr Row<place::Said, place::Text> other_currency{
    "{0} is told in {1} alone, not in the invoice's currency, and is left empty",
    "{0} : seul un montant en {1} est donné, non dans la devise de la facture, rien n'est retenu"};
inline constexpr Row<> amounts_without_currency{
    "it tells amounts without a currency, and they are left empty",
    "ses montants sont sans devise, aucun n'est retenu"};
inline constexpr Row<> breakdown_incomplete{
    "its VAT breakdown has a row without base or tax, or with two of them, and is left empty",
    "sa ventilation de TVA a une ligne sans base ou sans taxe, ou avec deux, elle n'est pas retenue"};

// terms
inline constexpr Row<> term_profile{"the profile (BT-24)", "le profil (BT-24)"};
inline constexpr Row<> term_number{"the number (BT-1)", "le numéro (BT-1)"};
inline constexpr Row<> term_type{"the type (BT-3)", "le type (BT-3)"};
inline constexpr Row<> term_issue_date{"the issue date (BT-2)", "la date d'émission (BT-2)"};
inline constexpr Row<> term_due_date{"the due date (BT-9)", "la date d'échéance (BT-9)"};
inline constexpr Row<> term_billed{"the billing period (BT-73, BT-74)", "la période facturée (BT-73, BT-74)"};
inline constexpr Row<> term_currency{"the currency (BT-5)", "la devise (BT-5)"};
inline constexpr Row<> term_seller_name{"the seller's name (BT-27)", "le nom du vendeur (BT-27)"};
inline constexpr Row<> term_seller_siren{"the seller's SIREN (BT-30)", "le SIREN du vendeur (BT-30)"};
inline constexpr Row<> term_seller_siret{"the seller's SIRET (BT-29)", "le SIRET du vendeur (BT-29)"};
inline constexpr Row<> term_seller_vat_id{"the seller's VAT id (BT-31)", "le numéro de TVA du vendeur (BT-31)"};
inline constexpr Row<> term_buyer_name{"the buyer's name (BT-44)", "le nom de l'acheteur (BT-44)"};
inline constexpr Row<> term_buyer_siren{"the buyer's SIREN (BT-47)", "le SIREN de l'acheteur (BT-47)"};
inline constexpr Row<> term_buyer_siret{"the buyer's SIRET (BT-46)", "le SIRET de l'acheteur (BT-46)"};
inline constexpr Row<> term_buyer_vat_id{"the buyer's VAT id (BT-48)", "le numéro de TVA de l'acheteur (BT-48)"};
inline constexpr Row<> term_order{"the order (BT-13)", "la commande (BT-13)"};
inline constexpr Row<> term_contract{"the contract (BT-12)", "le contrat (BT-12)"};
inline constexpr Row<> term_payment_means{"the payment means (BT-81)", "le moyen de paiement (BT-81)"};
inline constexpr Row<> term_iban{"the IBAN (BT-84)", "l'IBAN (BT-84)"};
inline constexpr Row<> term_lines_total{"the sum of lines (BT-106)", "le total des lignes (BT-106)"};
inline constexpr Row<> term_allowances{"the allowances (BT-107)", "les remises (BT-107)"};
inline constexpr Row<> term_charges{"the charges (BT-108)", "les frais (BT-108)"};
inline constexpr Row<> term_net{"the net (BT-109)", "le montant HT (BT-109)"};
inline constexpr Row<> term_vat{"the VAT (BT-110)", "la TVA (BT-110)"};
inline constexpr Row<> term_gross{"the gross (BT-112)", "le montant TTC (BT-112)"};
inline constexpr Row<> term_prepaid{"the prepaid amount (BT-113)", "le montant déjà payé (BT-113)"};
inline constexpr Row<> term_rounding{"the rounding (BT-114)", "l'arrondi (BT-114)"};
inline constexpr Row<> term_amount_due{"the amount due (BT-115)", "le montant à payer (BT-115)"};
inline constexpr Row<> term_vat_base{"a base of the VAT breakdown (BT-116)", "une base de la ventilation de TVA (BT-116)"};
inline constexpr Row<> term_vat_amount{"a tax of the VAT breakdown (BT-117)", "une taxe de la ventilation de TVA (BT-117)"};
inline constexpr Row<> term_vat_rate{"a rate of the VAT breakdown (BT-119)", "un taux de la ventilation de TVA (BT-119)"};

// sums
inline constexpr Row<place::Amount, place::Amount, place::Amount> net_and_vat_are_not_gross{
    "net {0} and VAT {1} do not make the gross {2}",
    "{0} HT et {1} de TVA ne font pas {2} TTC"};
inline constexpr Row<place::Amount, place::Amount> net_is_not_gross{
    "net {0} and gross {1} differ, and there is no VAT",
    "{0} HT et {1} TTC diffèrent, et il n'y a pas de TVA"};
inline constexpr Row<place::Amount, place::Amount> lines_are_not_net{
    "lines, allowances and charges make {0}, the net is {1}",
    "lignes, remises et frais font {0}, le montant HT est de {1}"};
inline constexpr Row<place::Amount, place::Amount> rates_are_not_vat{
    "the taxes of all rates make {0}, the VAT is {1}",
    "les taxes de tous les taux font {0}, la TVA est de {1}"};
inline constexpr Row<place::Amount, place::Amount> due_is_not_gross{
    "gross, prepaid amount and rounding make {0}, the amount due is {1}",
    "montant TTC, acompte et arrondi font {0}, le montant à payer est de {1}"};
inline constexpr Row<place::Number, place::Amount, place::Amount> rate_is_not_tax{
    "{0} % of {1} is not {2}",
    "{0} % de {1} ne font pas {2}"};

/// All of them: what a reader's process says comes out of it as a number in this list and values (cage/message_values.hpp).
inline constexpr auto of_readers = std::to_array<AnyRow>({
    of_document, cannot_open_stored_file, cannot_read_stored_file, file_too_large, takes_too_long, takes_too_much_memory, reader_failed,
    no_reader, xml_too_large, xml_broken, xml_has_document_type, xml_too_deep, xml_token_too_long, xml_takes_more_memory, too_many_rates,
    pdf_broken, pdf_encrypted, pdf_too_many_objects, pdf_names_in_circle, pdf_pages_in_circle, pdf_tree_too_large, pdf_too_many_files,
    embedded_too_large, embedded_broken, in_embedded, two_invoices, said_twice, cannot_be_read, other_currency, amounts_without_currency,
    breakdown_incomplete, term_profile, term_number, term_type, term_issue_date, term_due_date, term_billed, term_currency,
    term_seller_name, term_seller_siren, term_seller_siret, term_seller_vat_id, term_buyer_name, term_buyer_siren, term_buyer_siret,
    term_buyer_vat_id,
    term_order, term_contract, term_payment_means, term_iban, term_lines_total, term_allowances, term_charges, term_net, term_vat,
    term_gross, term_prepaid, term_rounding, term_amount_due, term_vat_base, term_vat_amount, term_vat_rate, net_and_vat_are_not_gross,
    net_is_not_gross, lines_are_not_net, rates_are_not_vat, due_is_not_gross, rate_is_not_tax,
});

}  // namespace moisson::invoice::messages
