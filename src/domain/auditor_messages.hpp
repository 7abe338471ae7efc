#pragma once
/// What index.html of a bundle says, the languages side by side (language/row.hpp). Only for this room.

#include "language/row.hpp"

namespace moisson::messages::auditor {

inline constexpr Row<place::Months> title_of_month{"Accounting archive of {0}", "Archive comptable {0:de}"};
inline constexpr Row<place::Months> title_of_view{"Partial view of {0}, not the month", "Vue partielle {0:de}, pas le mois"};
inline constexpr Row<place::Text> about{
    "Every document of this archive, with a link to its file. How to check the archive, what the ledger's columns mean and how a posting leads to "
    "its document: {0}.",
    "Chaque document de cette archive, avec un lien vers son fichier. Comment vérifier l'archive, ce que signifient les colonnes du registre et "
    "comment une écriture mène à sa pièce : {0}."};
inline constexpr Row<place::Day, place::Day> keep{
    "Keep until {0} (the fiscal year ends on {1}). Ready for deposit in a certified archive.",
    "À conserver jusqu'au {0} (l'exercice se termine le {1}). Prête à être déposée dans un système d'archivage certifié."};
inline constexpr Row<place::Text> siren{"SIREN {0}", "SIREN {0}"};
inline constexpr Row<place::Text> source{"Source: {0}", "Source : {0}"};
inline constexpr Row<> totals{"Totals by currency", "Totaux par devise"};
inline constexpr Row<> currency{"Currency", "Devise"};
inline constexpr Row<> total{"Total", "Total"};
inline constexpr Row<> documents_counted{"Documents counted", "Documents retenus"};
inline constexpr Row<> credits{"Credits among them", "Dont avoirs"};
inline constexpr Row<> nothing_counted{"No document counts.", "Aucun document n'est retenu."};
inline constexpr Row<> missing{"What is missing", "Ce qui manque"};
inline constexpr Row<> nothing_missing{
    "Nothing: every contract is complete, and every document has its file.",
    "Rien : chaque contrat est complet, et chaque document a son fichier."};
inline constexpr Row<> without_files{"The files were not asked for.", "Les fichiers n'ont pas été demandés."};
inline constexpr Row<> contracts_missing{"Contracts that are not complete", "Contrats incomplets"};
inline constexpr Row<> files_missing{"Documents without their file", "Documents sans leur fichier"};
inline constexpr Row<> why{"Why", "Pourquoi"};
inline constexpr Row<> documents{"Documents", "Documents"};
inline constexpr Row<place::Text> documents_of{"Documents of {0}", "Documents de {0}"};
inline constexpr Row<> contract{"Contract", "Contrat"};
inline constexpr Row<> month{"Month", "Mois"};
inline constexpr Row<> type{"Type", "Type"};
inline constexpr Row<> document{"Document", "Document"};
inline constexpr Row<> version{"Version", "Version"};
inline constexpr Row<> amount{"Amount", "Montant"};
inline constexpr Row<> counted{"Counted", "Retenu"};
inline constexpr Row<> file{"File", "Fichier"};
inline constexpr Row<> state{"State", "État"};
inline constexpr Row<> digest{"SHA-256", "SHA-256"};
inline constexpr Row<> yes{"yes", "oui"};
inline constexpr Row<> no{"no", "non"};
inline constexpr Row<> not_ready{"not ready", "pas encore disponible"};
inline constexpr Row<> failed{"failed", "non récupéré"};
inline constexpr Row<> skipped{"skipped", "non demandé"};
inline constexpr Row<> late{"What arrived or changed after a month was closed", "Ce qui est arrivé ou a changé après une clôture"};
inline constexpr Row<> other_files{"The other files", "Les autres fichiers"};

}  // namespace moisson::messages::auditor
