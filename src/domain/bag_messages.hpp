#pragma once
/// What README.txt and LISEZ-MOI.txt of a bundle say, the languages side by side (language/row.hpp). Only for this room.

#include "language/row.hpp"

namespace moisson::messages::notes {

inline constexpr Row<> what{"What this is", "Ce que c'est"};
inline constexpr Row<place::Months, place::Text, place::Text> what_of_month{
    "The accounting archive of {0}: the documents that the service {1} gave, a ledger with one row for each version of each document, and what "
    "is needed to check both. {2} made it. It is a BagIt bag (RFC 8493).",
    "L'archive comptable {0:de} : les documents fournis par le service {1}, un registre avec une ligne par version de chaque document, et de quoi "
    "vérifier l'un et l'autre. Elle a été produite par {2}. C'est un paquet BagIt (RFC 8493)."};
inline constexpr Row<place::Months, place::Text, place::Text> what_of_view{
    "A partial view of {0}, not the month: bag-info.txt says what was left out. It holds documents that the service {1} gave and a ledger with "
    "one row for each version of each of them. {2} made it. It is a BagIt bag (RFC 8493).",
    "Une vue partielle {0:de}, pas le mois : bag-info.txt dit ce qui a été laissé de côté. Elle contient des documents fournis par le service {1} "
    "et un registre avec une ligne par version de chacun d'eux. Elle a été produite par {2}. C'est un paquet BagIt (RFC 8493)."};
inline constexpr Row<place::Text> whose{"Organization: {0}.", "Organisation : {0}."};
inline constexpr Row<place::Text> whose_siren{"Its SIREN is {0}.", "Son numéro SIREN est {0}."};
inline constexpr Row<place::Day, place::Number, place::Day> keep{
    "Keep it until {0}, {1} years after the end of the fiscal year on {2}. It is ready for deposit in a certified archive.",
    "À conserver jusqu'au {0}, soit {1} ans après la fin de l'exercice, le {2}. Elle est prête à être déposée dans un système d'archivage certifié."};
inline constexpr Row<place::Day, place::Number, place::Day> keep_longer{
    "Keep it until {0}, longer than {1} years after the end of the fiscal year on {2}. It is ready for deposit in a certified archive.",
    "À conserver jusqu'au {0}, au-delà des {1} ans qui suivent la fin de l'exercice, le {2}. Elle est prête à être déposée dans un système d'archivage "
    "certifié."};
inline constexpr Row<> where{"What is where", "Où se trouve quoi"};
inline constexpr Row<> check{"How to check it", "Comment la vérifier"};
inline constexpr Row<> check_bag{
    "In this folder, where bagit.txt lies, with the tools of any Linux system. Nothing is printed where all is well; otherwise each changed or "
    "missing file is named. bagit.py or another BagIt program checks the same.",
    "Dans ce dossier, celui de bagit.txt, avec les outils de tout système Linux. Rien ne s'affiche si tout va bien ; sinon, chaque fichier modifié "
    "ou manquant est nommé. bagit.py ou un autre logiciel BagIt vérifie la même chose."};
inline constexpr Row<> check_seal{
    "In the folder of bundle.zip, which this folder was unpacked from: its last 64 characters are the SHA-256 of all bytes before them. Both lines "
    "must show the same.",
    "Dans le dossier de bundle.zip, dont ce dossier a été extrait : ses 64 derniers caractères sont l'empreinte SHA-256 de tous les octets qui les "
    "précèdent. Les deux lignes doivent être identiques."};
inline constexpr Row<> check_program{
    "With Moisson itself, everything against everything, there too. It says what contradicts, and ends with exit code 6 then.",
    "Avec Moisson, chaque élément contre tous les autres, au même endroit. Le programme dit ce qui se contredit, et se termine alors avec "
    "le code 6."};
inline constexpr Row<> check_chain{
    "The chain: this archive names those that were published before it. In the folder of the months, with the archive that was published "
    "last:",
    "La chaîne : cette archive nomme celles qui ont été publiées avant elle. Dans le dossier des mois, avec l'archive publiée en dernier "
    ":"};
inline constexpr Row<> check_stamps{
    "Time stamp and signature, where they stand beside bundle.zip: they are of evidence.json, which has the SHA-256 of bundle.zip. tsa-ca.pem and "
    "seal-ca.pem hold the certificates that you trust.",
    "Horodatage et signature, s'ils se trouvent à côté de bundle.zip : ils portent sur evidence.json, qui contient l'empreinte SHA-256 de "
    "bundle.zip. tsa-ca.pem et seal-ca.pem contiennent les certificats auxquels vous vous fiez."};
inline constexpr Row<> posting{"From a posting to its document", "D'une écriture à sa pièce"};
inline constexpr Row<> posting_way{
    "In an entry of the FEC (PieceRef), as in the other files for an ERP, stands the document's id: DOCUMENT, from its second posting on "
    "DOCUMENT-2, DOCUMENT-3 ... The row of data/ledger.csv with this document_id has the file's path and sha256; of several versions the last one "
    "counts. The file has that digest, and manifest-sha256.txt has it too.",
    "Une écriture du FEC (PieceRef), comme celles des autres fichiers pour un ERP, porte l'identifiant du document : DOCUMENT puis, à partir de sa "
    "deuxième écriture, DOCUMENT-2, DOCUMENT-3 ... La ligne de data/ledger.csv qui a ce document_id donne le chemin (path) et l'empreinte (sha256) "
    "du fichier ; de plusieurs versions, la dernière fait foi. Le fichier a cette empreinte, et manifest-sha256.txt la contient aussi."};
inline constexpr Row<> posting_way_by_number{
    "In an entry of the FEC (PieceRef), as in the other files for an ERP, stands the invoice's number, or the document's id where the number is not "
    "known or not of one document alone: PIECE, from its second posting on PIECE-2, PIECE-3 ... The row of data/ledger.csv with this invoice_number "
    "or document_id has the file's path and sha256; of several versions the last one counts. The file has that digest, and manifest-sha256.txt has "
    "it too.",
    "Une écriture du FEC (PieceRef), comme celles des autres fichiers pour un ERP, porte le numéro de la facture, ou l'identifiant du document si ce "
    "numéro est inconnu ou n'est pas celui d'un seul document : PIECE puis, à partir de sa deuxième écriture, PIECE-2, PIECE-3 ... La ligne de "
    "data/ledger.csv qui a ce numéro (invoice_number) ou cet identifiant (document_id) donne le chemin (path) et l'empreinte (sha256) du fichier ; de "
    "plusieurs versions, la dernière fait foi. Le fichier a cette empreinte, et manifest-sha256.txt la contient aussi."};
inline constexpr Row<> posting_mark{
    "A label that begins with NO FILE or SANS PIECE says that the document's file was not there when the entry was written.",
    "Un libellé qui commence par SANS PIECE ou NO FILE signale que le fichier du document manquait quand l'écriture a été produite."};
inline constexpr Row<place::Text, place::Text> posting_example{"For example {0}, whose digest is {1}:",
                                                               "Par exemple {0}, dont l'empreinte est {1} :"};
inline constexpr Row<> dictionary{"The columns of data/ledger.csv", "Les colonnes de data/ledger.csv"};
inline constexpr Row<> dictionary_form{
    "Comma, quotes as in RFC 4180, decimal point, days as YYYY-MM-DD, UTF-8. data/ledger.schema.json says the same for programs (CSV on "
    "the Web).",
    "Virgule, guillemets selon la RFC 4180, point décimal, dates AAAA-MM-JJ, UTF-8. data/ledger.schema.json dit la même chose aux "
    "programmes (CSV on "
    "the Web)."};
inline constexpr Row<> not_inside{
    "ledger.xlsx (the ledger for people) and report.html (the report of the run) stand beside bundle.zip and not in it: they are in the language of "
    "the job, and the report tells of its run, while this archive is the same to the byte whenever it is made.",
    "ledger.xlsx (le registre pour les personnes) et report.html (le rapport de l'exécution) se trouvent à côté de bundle.zip et non dedans : ils "
    "sont dans la langue de la tâche, et le rapport parle de son exécution, alors que cette archive est la même à l'octet près à chaque "
    "fois."};

}  // namespace moisson::messages::notes
