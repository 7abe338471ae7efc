#pragma once
/// The ledger's columns, once: what each is called, means and is in every place, and how an entry's value is handed on. ledger.csv, the
/// Ledger sheets and the database are three writers that walk this table; samples/ledger.sql and the table of samples/ledger.md are made
/// from it (CONTRIBUTING.md, "Rules"). `bundle` has a list of its own on purpose: what checks the ledger must not share its mistakes.
///
/// A writer is a class with these members; each call is one cell of the row, in the order of the table:
///
///     text(string_view)       from outside: anything may stand in it; empty is no value
///     key(string_view)        the same, but never without a value: it tells rows apart
///     word(string_view)       one of ours: nothing in it needs quotes
///     codes(FindingCodes)     words joined by a blank; empty is no value
///     truth(bool)             yes or no
///     count(uint64_t)
///     money(Money)            decimal(Decimal)
///     month(Month)            day(year_month_day)            instant(Timestamp)
///     nothing()               no value

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>
#include <tuple>

#include "domain/invoice_values.hpp"
#include "domain/ledger_entry.hpp"
#include "domain/words.hpp"

namespace moisson::ledger {

/// How a sheet shows a column: figures stand to the right, what the service sent and digests are grey.
enum class Shown : std::uint8_t { plain, muted, figure };

struct ColumnInfo {
    std::string_view name;
    MessageText titles;          ///< for people; in ledger.schema.json
    std::string_view french;     ///< the meaning in French, for the files in the bundle
    std::string_view meaning;    ///< in the database and, with "empty" for NULL, in samples/ledger.md and the files in the bundle
    std::string_view note = {};  ///< what samples/ledger.md says beside it, Markdown
    Word sheet_help;             ///< the Run sheet's sentence, which is translated; one for neighbours that have the same
    std::string_view sql_type;
    std::string_view sql_rule = {};
    double width;  ///< in a sheet, in characters
    Shown shown = Shown::plain;
    bool is_folded = false;      ///< of use to few people: its column in the Ledger sheet waits behind a button
    bool only_reporting = false;  ///< only where the job has a reporting currency; behind all others. The database has it always
};

template <class Put>
struct Column : ColumnInfo {
    Put put;  ///< (writer, entry): one call of the writer
};
template <class Put>
Column(ColumnInfo, Put) -> Column<Put>;

// Sentences of the Run sheet that several columns share.
inline constexpr Word help_contract = "The contract and its owner, as the service names them.";
inline constexpr Word help_document = "The document; a document that changed is kept as a further version.";
inline constexpr Word help_amount = "Exact amount; credits are negative and red. Empty when unknown.";
inline constexpr Word help_days = "First and last day covered, both included.";
inline constexpr Word help_instants = "Instants in UTC.";
inline constexpr Word help_names = "The name that the service gave, and where the file lies in the one folder of bundle.zip.";
inline constexpr Word help_file = "The stored file: its length, its digest, its kind as its bytes say.";
inline constexpr Word help_raw = "What the service sent, unread.";
inline constexpr Word help_values = "What the invoice says of itself; empty where it does not say it, or cannot be read without guessing.";
inline constexpr Word help_values_amounts = "Without VAT, VAT, and with it, as the invoice says, in the row's currency.";
inline constexpr Word help_values_from =
    "xml: the structured data inside the invoice. workbook: its cells. text: its pages, where they prove themselves.";
inline constexpr Word help_channel = "service: the service listed it. inbox: an inbox of the job file alone had it.";
inline constexpr Word help_perimeter = "The perimeter of the job file under which the contract was read; empty where it has none.";
inline constexpr Word help_reporting = "Where asked for: the amount in the reporting currency, amount x fx_rate; empty without a rate.";
inline constexpr Word help_rate = "The rate exactly as used, and the day whose rate it is.";

/// An amount that the document says, in the row's own currency.
[[nodiscard]] inline const Money* told_amount(const LedgerEntry& entry, std::optional<Money> InvoiceValues::*which) noexcept {
    const std::optional<Money>* const told = entry.invoice ? &(entry.invoice.get()->*which) : nullptr;
    const bool is_shown = told != nullptr && *told && entry.currency == (*told)->currency;
    return is_shown ? &**told : nullptr;
}
void put_told(auto& out, const Money* told) { told != nullptr ? out.money(*told) : out.nothing(); }

inline constexpr auto ledger_columns = std::tuple{
    Column{ColumnInfo{.name = "period",
                      .titles = {"Month", "Mois"},
                      .french = "Mois auquel la ligne est rattachée, AAAA-MM ; le dernier si le document en couvre plusieurs ; vide si le "
                                "texte du service est illisible",
                      .meaning = "Month in which the row is filed, YYYY-MM; the last one where the document covers several; NULL when the "
                                 "service's text could not be read",
                      .sheet_help = "The month in which the ledger files the document: the month of its last day.",
                      .sql_type = "text",
                      .sql_rule = "CHECK (period ~ '^[0-9]{4}-[0-9]{2}$')",
                      .width = 9},
           [](auto& out, const LedgerEntry& entry) { entry.period ? out.month(entry.period->month()) : out.nothing(); }},
    Column{ColumnInfo{.name = "contract_id",
                      .titles = {"Contract", "Contrat"},
                      .french = "Numéro du contrat, par exemple OCB0001234",
                      .meaning = "Contract number, for example OCB0001234",
                      .sheet_help = help_contract,
                      .sql_type = "text",
                      .sql_rule = "NOT NULL",
                      .width = 13},
           [](auto& out, const LedgerEntry& entry) { out.key(entry.contract->id); }},
    Column{ColumnInfo{.name = "contract_name",
                      .titles = {"Name of the contract", "Nom du contrat"},
                      .french = "Nom du contrat",
                      .meaning = "Name of the contract",
                      .sheet_help = help_contract,
                      .sql_type = "text",
                      .width = 26},
           [](auto& out, const LedgerEntry& entry) { out.text(entry.contract->name); }},
    Column{ColumnInfo{.name = "offer_id",
                      .titles = {"Offer", "Offre"},
                      .french = "Identifiant de l'offre du contrat",
                      .meaning = "Id of the offer that the contract is for",
                      .note = "from the contract's detail; may be empty",
                      .sheet_help = help_contract,
                      .sql_type = "text",
                      .width = 10,
                      .is_folded = true},
           [](auto& out, const LedgerEntry& entry) { out.text(entry.contract->offer_id); }},
    Column{ColumnInfo{.name = "offer_name",
                      .titles = {"Name of the offer", "Nom de l'offre"},
                      .french = "Nom de l'offre",
                      .meaning = "Name of the offer",
                      .note = "from the contract's detail; may be empty",
                      .sheet_help = help_contract,
                      .sql_type = "text",
                      .width = 20,
                      .is_folded = true},
           [](auto& out, const LedgerEntry& entry) { out.text(entry.contract->offer_name); }},
    Column{ColumnInfo{.name = "customer_id",
                      .titles = {"Customer", "Client"},
                      .french = "Identifiant du client titulaire du contrat",
                      .meaning = "Id of the customer to whom the contract belongs",
                      .note = "from the contract's detail; may be empty",
                      .sheet_help = help_contract,
                      .sql_type = "text",
                      .width = 13,
                      .is_folded = true},
           [](auto& out, const LedgerEntry& entry) { out.text(entry.contract->customer_id); }},
    Column{ColumnInfo{.name = "customer_name",
                      .titles = {"Name of the customer", "Nom du client"},
                      .french = "Nom du client",
                      .meaning = "Name of the customer",
                      .note = "from the contract's detail; may be empty",
                      .sheet_help = help_contract,
                      .sql_type = "text",
                      .width = 26,
                      .is_folded = true},
           [](auto& out, const LedgerEntry& entry) { out.text(entry.contract->customer_name); }},
    Column{ColumnInfo{.name = "document_id",
                      .titles = {"Document", "Document"},
                      .french = "Identifiant du document chez le service ; vide s'il n'en a pas donné",
                      .meaning = "The service's id of the document; empty text where it gave none",
                      .sheet_help = help_document,
                      .sql_type = "text",
                      .sql_rule = "NOT NULL",
                      .width = 36},
           [](auto& out, const LedgerEntry& entry) { out.key(entry.document_id); }},
    Column{
        ColumnInfo{.name = "version",
                   .titles = {"Version", "Version"},
                   .french = "À partir de 1 ; un document modifié par le service reçoit la suivante, et les lignes antérieures restent",
                   .meaning = "From 1; a document that the service changed gets the next one, and the earlier rows stay",
                   .note = "changed is one whose `updatedAt`, amount, currency, period or type moved, or (found by `--refetch`) its bytes",
                   .sheet_help = help_document,
                   .sql_type = "integer",
                   .sql_rule = "NOT NULL CHECK (version > 0)",
                   .width = 8,
                   .shown = Shown::figure},
        [](auto& out, const LedgerEntry& entry) { out.count(entry.version); }},
    Column{ColumnInfo{.name = "document_type",
                      .titles = {"Type of document", "Type de document"},
                      .french = "Tel que le service l'écrit : invoices (factures), bills (relevés de facturation), reports, partialBills, "
                                "partialConsumptionRatedReports, comsumptionRatedReports",
                      .meaning = "As the service spells it: invoices, bills, reports, partialBills, "
                                 "partialConsumptionRatedReports, comsumptionRatedReports",
                      .sheet_help = "The kind of document, as the service spells it.",
                      .sql_type = "text",
                      .width = 24},
           [](auto& out, const LedgerEntry& entry) { out.text(entry.document_type); }},
    Column{ColumnInfo{.name = "standing",
                      .titles = {"Standing", "Statut"},
                      .french = "final (factures, relevés), provisional (documents partiels) ou supporting (rapports)",
                      .meaning = "final (invoices, bills), provisional (partial types) or supporting (reports)",
                      .sheet_help = "final: invoices and bills. provisional: partial ones. supporting: reports.",
                      .sql_type = "text",
                      .sql_rule = "NOT NULL CHECK (standing IN ('final', 'provisional', 'supporting'))",
                      .width = 12},
           [](auto& out, const LedgerEntry& entry) { out.word(to_text(entry.standing)); }},
    Column{ColumnInfo{.name = "counted",
                      .titles = {"Counted", "Retenu"},
                      .french = "Si le montant entre dans les totaux : yes (oui) ou no (non)",
                      .meaning = "Whether the amount enters the totals",
                      .note = "`yes` or `no`",
                      .sheet_help = "yes when the row enters the totals. Rows that do not are grey.",
                      .sql_type = "boolean",
                      .sql_rule = "NOT NULL",
                      .width = 9},
           [](auto& out, const LedgerEntry& entry) { out.truth(entry.counted); }},
    Column{ColumnInfo{.name = "amount",
                      .titles = {"Amount", "Montant"},
                      .french = "Exact, avec les décimales de la devise ; négatif pour un avoir ; vide si inconnu",
                      .meaning = "Exact, with the currency's minor digits; negative for credits; NULL when unknown",
                      .sheet_help = help_amount,
                      .sql_type = "numeric",
                      .width = 19,
                      .shown = Shown::figure},
           [](auto& out, const LedgerEntry& entry) { entry.amount ? out.money(*entry.amount) : out.nothing(); }},
    Column{ColumnInfo{.name = "currency",
                      .titles = {"Currency", "Devise"},
                      .french = "Code ISO 4217",
                      .meaning = "ISO 4217 code",
                      .sheet_help = help_amount,
                      .sql_type = "text",
                      .sql_rule = "CHECK (currency ~ '^[A-Z]{3}$')",
                      .width = 9},
           [](auto& out, const LedgerEntry& entry) {
               const Currency currency = entry.amount ? entry.amount->currency : entry.currency.value_or(Currency{});
               currency != Currency{} ? out.word(currency.code()) : out.nothing();
           }},
    Column{ColumnInfo{.name = "period_start",
                      .titles = {"First day", "Premier jour"},
                      .french = "Premier jour couvert par le document, inclus",
                      .meaning = "First day that the document covers, included",
                      .sheet_help = help_days,
                      .sql_type = "date",
                      .width = 12},
           [](auto& out, const LedgerEntry& entry) { entry.period ? out.day(entry.period->first) : out.nothing(); }},
    Column{ColumnInfo{.name = "period_end",
                      .titles = {"Last day", "Dernier jour"},
                      .french = "Dernier jour couvert par le document, inclus",
                      .meaning = "Last day that the document covers, included",
                      .sheet_help = help_days,
                      .sql_type = "date",
                      .width = 12},
           [](auto& out, const LedgerEntry& entry) { entry.period ? out.day(entry.period->last) : out.nothing(); }},
    Column{ColumnInfo{.name = "issued_at",
                      .titles = {"Issued", "Émis le"},
                      .french = "Quand le service a établi le document (createdAt), en UTC",
                      .meaning = "When the service made the document (createdAt)",
                      .note = "UTC",
                      .sheet_help = help_instants,
                      .sql_type = "timestamp with time zone",
                      .width = 19},
           [](auto& out, const LedgerEntry& entry) { entry.issued_at ? out.instant(*entry.issued_at) : out.nothing(); }},
    Column{ColumnInfo{.name = "updated_at",
                      .titles = {"Updated", "Modifié le"},
                      .french = "Quand le service l'a modifié pour la dernière fois (updatedAt), en UTC",
                      .meaning = "When the service last changed it (updatedAt)",
                      .note = "UTC",
                      .sheet_help = help_instants,
                      .sql_type = "timestamp with time zone",
                      .width = 19,
                      .is_folded = true},
           [](auto& out, const LedgerEntry& entry) { entry.updated_at ? out.instant(*entry.updated_at) : out.nothing(); }},
    Column{
        ColumnInfo{.name = "filename",
                   .titles = {"File name", "Nom du fichier"},
                   .french = "Nom du fichier tel que le service l'a envoyé ; ce n'est jamais un chemin sûr",
                   .meaning = "File name as the service sent it; never a path to trust",
                   .note = "text stands as it came, a leading `=` too (finding `formula-like`): people open `ledger.xlsx`, where text is "
                           "text; a NUL alone is written as U+2400 (␀), because readers cut a line there",
                   .sheet_help = help_names,
                   .sql_type = "text",
                   .width = 36},
        [](auto& out, const LedgerEntry& entry) { out.text(entry.filename); }},
    Column{ColumnInfo{.name = "path",
                      .titles = {"Path", "Chemin"},
                      .french = "Emplacement du fichier dans cette archive, à partir du dossier de bagit.txt ; vide sans fichier",
                      .meaning = "Where the file lies in the month's bundle.zip; NULL without a file",
                      .note = "it begins below the bundle's top folder",
                      .sheet_help = help_names,
                      .sql_type = "text",
                      .width = 40,
                      .shown = Shown::muted,
                      .is_folded = true},
           [](auto& out, const LedgerEntry& entry) { out.text(entry.path); }},
    Column{ColumnInfo{.name = "size_bytes",
                      .titles = {"Size", "Taille"},
                      .french = "Taille du fichier en octets",
                      .meaning = "Size of the file in bytes",
                      .sheet_help = help_file,
                      .sql_type = "bigint",
                      .sql_rule = "CHECK (size_bytes >= 0)",
                      .width = 12,
                      .shown = Shown::figure,
                      .is_folded = true},
           [](auto& out, const LedgerEntry& entry) { entry.size_bytes ? out.count(*entry.size_bytes) : out.nothing(); }},
    Column{ColumnInfo{.name = "sha256",
                      .titles = {"SHA-256", "SHA-256"},
                      .french = "Empreinte SHA-256 du fichier, en hexadécimal minuscule",
                      .meaning = "SHA-256 of the file, lower-case hexadecimal",
                      .sheet_help = help_file,
                      .sql_type = "text",
                      .sql_rule = "CHECK (sha256 ~ '^[0-9a-f]{64}$')",
                      .width = 18,
                      .shown = Shown::muted,
                      .is_folded = true},
           [](auto& out, const LedgerEntry& entry) { out.text(entry.sha256); }},
    Column{ColumnInfo{.name = "media_type",
                      .titles = {"Kind of file", "Nature du fichier"},
                      .french = "Nature du fichier, d'après ses octets",
                      .meaning = "Kind of the file, found from its bytes",
                      .sheet_help = help_file,
                      .sql_type = "text",
                      .width = 18,
                      .is_folded = true},
           [](auto& out, const LedgerEntry& entry) { out.text(entry.media_type); }},
    Column{ColumnInfo{.name = "status",
                      .titles = {"State of the file", "État du fichier"},
                      .french = "ok (le fichier est là), not-ready (pas encore disponible), failed (non récupéré) ou skipped (non demandé)",
                      .meaning = "ok (the file is there), not-ready, failed or skipped",
                      .sheet_help = "ok: the file is in the bundle. not-ready, failed, skipped: it is not, and the findings say why.",
                      .sql_type = "text",
                      .sql_rule = "NOT NULL CHECK (status IN ('ok', 'not-ready', 'failed', 'skipped'))",
                      .width = 10},
           [](auto& out, const LedgerEntry& entry) { out.word(to_text(entry.status)); }},
    Column{ColumnInfo{.name = "findings",
                      .titles = {"Findings", "Constats"},
                      .french = "Codes de ce qui a été constaté, séparés par une espace",
                      .meaning = "Codes of what was noticed, joined by a blank; jobs/findings.md",
                      .sheet_help = "Codes of what was noticed; the sheet Findings has them in words.",
                      .sql_type = "text",
                      .width = 30},
           [](auto& out, const LedgerEntry& entry) { out.codes(entry.findings); }},
    Column{ColumnInfo{.name = "raw_amount",
                      .titles = {"Amount as sent", "Montant reçu"},
                      .french = "Le montant, tel que le service l'a écrit",
                      .meaning = "The amount's own text in the service's answer",
                      .sheet_help = help_raw,
                      .sql_type = "text",
                      .width = 14,
                      .shown = Shown::muted,
                      .is_folded = true},
           [](auto& out, const LedgerEntry& entry) { out.text(entry.raw_amount); }},
    Column{ColumnInfo{.name = "raw_currency",
                      .titles = {"Currency as sent", "Devise reçue"},
                      .french = "La devise, telle que le service l'a écrite",
                      .meaning = "The currency's own text in the service's answer",
                      .sheet_help = help_raw,
                      .sql_type = "text",
                      .width = 12,
                      .shown = Shown::muted,
                      .is_folded = true},
           [](auto& out, const LedgerEntry& entry) { out.text(entry.raw_currency); }},
    Column{ColumnInfo{.name = "raw_period",
                      .titles = {"Period as sent", "Période reçue"},
                      .french = "La période, telle que le service l'a écrite",
                      .meaning = "The period's own text in the service's answer",
                      .sheet_help = help_raw,
                      .sql_type = "text",
                      .width = 12,
                      .shown = Shown::muted,
                      .is_folded = true},
           [](auto& out, const LedgerEntry& entry) { out.text(entry.raw_period); }},
    Column{ColumnInfo{.name = "invoice_number",
                      .titles = {"Invoice number", "Numéro de facture"},
                      .french = "Numéro de la facture, tel qu'elle le porte ; vide si le document ne dit rien de lisible avec certitude",
                      .meaning = "Number of the invoice, as it says itself; NULL where the document says nothing that can be read without "
                                 "guessing",
                      .note = "this and the seven columns after it come out of the document, never out of the list; `values_from` "
                              "says from where",
                      .sheet_help = help_values,
                      .sql_type = "text",
                      .width = 20},
           [](auto& out, const LedgerEntry& entry) { entry.invoice ? out.text(entry.invoice->number) : out.nothing(); }},
    Column{ColumnInfo{.name = "net_amount",
                      .titles = {"Net", "Montant HT"},
                      .french = "Montant hors taxe que porte la facture, négatif pour un avoir, dans la devise currency ; vide si inconnu",
                      .meaning = "Without VAT, as the invoice says, negative for a credit note; in currency; NULL when unknown",
                      .note = "empty, as `vat_amount` and `gross_amount`, where the invoice is in another currency than `currency`",
                      .sheet_help = help_values_amounts,
                      .sql_type = "numeric",
                      .width = 19,
                      .shown = Shown::figure},
           [](auto& out, const LedgerEntry& entry) { put_told(out, told_amount(entry, &InvoiceValues::net)); }},
    Column{ColumnInfo{.name = "vat_amount",
                      .titles = {"VAT", "TVA"},
                      .french = "TVA que porte la facture, de même",
                      .meaning = "VAT, as the invoice says; like net_amount",
                      .sheet_help = help_values_amounts,
                      .sql_type = "numeric",
                      .width = 19,
                      .shown = Shown::figure},
           [](auto& out, const LedgerEntry& entry) { put_told(out, told_amount(entry, &InvoiceValues::vat)); }},
    Column{ColumnInfo{.name = "gross_amount",
                      .titles = {"Gross", "Montant TTC"},
                      .french = "Montant toutes taxes comprises que porte la facture, de même",
                      .meaning = "With VAT, as the invoice says; like net_amount",
                      .note = "`amount` is what the list says: finding `amount-is-gross` or `amount-is-net` tells which of these it is",
                      .sheet_help = help_values_amounts,
                      .sql_type = "numeric",
                      .width = 19,
                      .shown = Shown::figure},
           [](auto& out, const LedgerEntry& entry) { put_told(out, told_amount(entry, &InvoiceValues::gross)); }},
    Column{ColumnInfo{.name = "due_date",
                      .titles = {"Due", "Échéance"},
                      .french = "Date d'échéance que porte la facture",
                      .meaning = "Day on which it is due, as the invoice says",
                      .sheet_help = help_values,
                      .sql_type = "date",
                      .width = 12},
           [](auto& out, const LedgerEntry& entry) {
               entry.invoice && entry.invoice->due_date ? out.day(*entry.invoice->due_date) : out.nothing();
           }},
    Column{ColumnInfo{.name = "credited_invoice",
                      .titles = {"Credits invoice", "Facture rectifiée"},
                      .french = "Numéro de la facture à laquelle se rapporte un avoir, tel qu'il le porte",
                      .meaning = "Number of the invoice that a credit note is about, as it says itself",
                      .sheet_help = help_values,
                      .sql_type = "text",
                      .width = 20,
                      .is_folded = true},
           [](auto& out, const LedgerEntry& entry) { entry.invoice ? out.text(entry.invoice->credited_invoice) : out.nothing(); }},
    Column{ColumnInfo{.name = "order_reference",
                      .titles = {"Order", "Commande"},
                      .french = "Référence de la commande de l'acheteur, telle que la facture la porte",
                      .meaning = "The buyer's order, as the invoice names it",
                      .sheet_help = help_values,
                      .sql_type = "text",
                      .width = 20,
                      .is_folded = true},
           [](auto& out, const LedgerEntry& entry) { entry.invoice ? out.text(entry.invoice->order_reference) : out.nothing(); }},
    Column{ColumnInfo{.name = "values_from",
                      .titles = {"Values from", "Source des valeurs"},
                      .french = "D'où viennent ces valeurs : xml (données structurées de la facture), workbook (classeur) ou text (texte "
                                "des pages, là où il se démontre lui-même) ; vide si le document ne dit rien de lisible avec certitude",
                      .meaning = "Where these values come from: xml (the invoice's structured data), workbook, or text (of its pages, "
                                 "where it proves itself); NULL where the document says nothing that can be read without guessing",
                      .sheet_help = help_values_from,
                      .sql_type = "text",
                      .sql_rule = "CHECK (values_from IN ('xml', 'workbook', 'text'))",
                      .width = 12,
                      .is_folded = true},
           [](auto& out, const LedgerEntry& entry) { entry.invoice ? out.word(to_text(entry.invoice->from)) : out.nothing(); }},
    Column{ColumnInfo{.name = "channel",
                      .titles = {"Channel", "Canal"},
                      .french = "Par où le document est arrivé : service (le service l'a listé) ou inbox (seule une boîte de réception du "
                                "fichier de tâche l'avait)",
                      .meaning = "Which way the document came: service (the service listed it) or inbox (an inbox of the job file alone "
                                 "had it)",
                      .note = "of `inbox`, `document_id` is made of the file's digest, and the three raw columns hold what was taken out "
                              "of the invoice when it first counted",
                      .sheet_help = help_channel,
                      .sql_type = "text",
                      .sql_rule = "CHECK (channel IN ('service', 'inbox'))",
                      .width = 9,
                      .is_folded = true},
           [](auto& out, const LedgerEntry& entry) { out.word(to_text(entry.channel)); }},
    Column{ColumnInfo{.name = "perimeter",
                      .titles = {"Perimeter", "Périmètre"},
                      .french = "Le périmètre du fichier de tâche ([[perimeter]], un identifiant de connexion) sous lequel le contrat a "
                                "été lu ; vide si le fichier n'en a pas",
                      .meaning = "The perimeter of the job file ([[perimeter]], a login) under which the contract was read; NULL where the "
                                 "job file has none",
                      .note = "rows of a closed month keep the one that they were closed with",
                      .sheet_help = help_perimeter,
                      .sql_type = "text",
                      .width = 13,
                      .is_folded = true},
           [](auto& out, const LedgerEntry& entry) { out.text(entry.contract->perimeter); }},
    Column{ColumnInfo{.name = "reporting_amount",
                      .titles = {"Amount converted", "Montant converti"},
                      .french = "Le montant dans la devise de conversion ; vide sans cours connu",
                      .meaning = "amount in the reporting currency; NULL without one, and where no rate is known",
                      .sheet_help = help_reporting,
                      .sql_type = "numeric",
                      .width = 19,
                      .shown = Shown::figure,
                      .only_reporting = true},
           [](auto& out, const LedgerEntry& entry) { entry.reporting ? out.money(entry.reporting->amount()) : out.nothing(); }},
    Column{ColumnInfo{.name = "reporting_currency",
                      .titles = {"Converted to", "Devise de conversion"},
                      .french = "Code ISO 4217 de reporting_amount",
                      .meaning = "ISO 4217 code of reporting_amount",
                      .sheet_help = help_reporting,
                      .sql_type = "text",
                      .sql_rule = "CHECK (reporting_currency ~ '^[A-Z]{3}$')",
                      .width = 18,
                      .only_reporting = true},
           [](auto& out, const LedgerEntry& entry) { entry.reporting ? out.word(entry.reporting->currency.code()) : out.nothing(); }},
    Column{ColumnInfo{.name = "fx_rate",
                      .titles = {"Rate", "Cours"},
                      .french = "Unités de reporting_currency pour une unité de currency, tel qu'utilisé",
                      .meaning = "Units of reporting_currency for one unit of currency, as used",
                      .sheet_help = help_rate,
                      .sql_type = "numeric",
                      .sql_rule = "CHECK (fx_rate > 0)",
                      .width = 19,
                      .shown = Shown::figure,
                      .only_reporting = true},
           [](auto& out, const LedgerEntry& entry) { entry.reporting ? out.decimal(entry.reporting->rate()) : out.nothing(); }},
    Column{ColumnInfo{.name = "fx_date",
                      .titles = {"Day of the rate", "Jour du cours"},
                      .french = "Jour de ce cours ; pour une moyenne mensuelle, son dernier jour",
                      .meaning = "Day of that rate; of a month's average its last day",
                      .sheet_help = help_rate,
                      .sql_type = "date",
                      .width = 12,
                      .only_reporting = true},
           [](auto& out, const LedgerEntry& entry) { entry.reporting ? out.day(entry.reporting->day) : out.nothing(); }},
};

/// What the columns are, without the ways to write them.
inline constexpr auto column_infos =
    std::apply([](const auto&... column) { return std::array{static_cast<const ColumnInfo&>(column)...}; }, ledger_columns);

/// Those that every ledger has: the first ones.
inline constexpr std::size_t fixed_columns = static_cast<std::size_t>(
    std::count_if(column_infos.begin(), column_infos.end(), [](const ColumnInfo& one) { return !one.only_reporting; }));
static_assert(std::is_partitioned(column_infos.begin(), column_infos.end(), [](const ColumnInfo& one) { return !one.only_reporting; }));

/// Which columns a ledger has.
enum class CsvColumns { fixed, with_reporting };

[[nodiscard]] constexpr std::size_t column_count(CsvColumns which) noexcept {
    return which == CsvColumns::fixed ? fixed_columns : column_infos.size();
}

/// The column's position; a name that is not in the table does not compile.
[[nodiscard]] consteval std::uint16_t column_at(std::string_view name) {
    std::size_t at = 0;
    while (column_infos.at(at).name != name) {
        ++at;
    }
    return static_cast<std::uint16_t>(at);
}

}  // namespace moisson::ledger
