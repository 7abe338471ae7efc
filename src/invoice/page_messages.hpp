#pragma once
/// What the reading of pages says to people: one row a message, the languages side by side (language/row.hpp). Only for this room.

#include "language/row.hpp"

namespace moisson::invoice::messages {

inline constexpr Row<place::Said, place::Text, place::Text> stands_as_two{
    "{0} stands in the document as \"{1}\" and as \"{2}\": it stays empty.",
    "{0} figure dans le document comme « {1} » et comme « {2} » : cette valeur reste vide."};
inline constexpr Row<place::Said, place::Text> read_as_two_days{
    "{0} stands in the document as \"{1}\", which is one day or another by how one reads it: it stays empty.",
    "{0} figure dans le document comme « {1} », qui est un jour ou un autre selon la lecture : cette valeur reste vide."};
inline constexpr Row<place::Amount> several_sums{
    "Net, tax and gross that fit {0} stand in the document more than once, or as parts of a larger sum: they stay empty.",
    "Plusieurs montants hors taxe, taxe et toutes taxes comprises du document conviennent à {0}, ou sont des parts d'un total : ils "
    "restent vides."};
inline constexpr Row<place::Amount> profiles_disagree{
    "By one profile {0} is the net amount, by another the gross one: nothing is taken.",
    "Selon un profil, {0} est le montant hors taxe ; selon un autre, le montant toutes taxes comprises : rien n'est retenu."};

// values
inline constexpr Row<> invoice_number{"The invoice number", "Le numéro de facture"};
inline constexpr Row<> issue_date{"The date of issue", "La date d'émission"};
inline constexpr Row<> due_date{"The due date", "La date d'échéance"};
inline constexpr Row<> order_reference{"The order reference", "La référence de commande"};
inline constexpr Row<> contract_reference{"The contract reference", "La référence du contrat"};
inline constexpr Row<> iban{"The IBAN", "L'IBAN"};
inline constexpr Row<> credited_invoice{"The credited invoice", "La facture créditée"};

// budgets
inline constexpr Row<place::Count> more_pages{"the PDF has more than {0} {0|page|pages}", "le PDF a plus de {0} {0|page|pages}"};
inline constexpr Row<> pages_cost_more{"its pages cost more to read than a page of text may",
                                       "la lecture de ses pages coûte plus que des pages de texte ne le devraient"};

}  // namespace moisson::invoice::messages
