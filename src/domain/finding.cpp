#include "domain/finding.hpp"

#include <algorithm>
#include <array>

#include "base/result.hpp"

namespace moisson {

namespace {

using enum Severity;

// Sorted by code: lookups are binary searches, and FindingCodes keeps indices.
constexpr std::array kinds{
    FindingKind{"addendum-changed", warning, "A document of a closed month changed; the difference is booked in the exported month.", "Look at both versions; the addendum and the closed ledger hold them."},
    FindingKind{"addendum-late", warning, "A document of a closed month came after it was closed; it is booked in the exported month.", ""},
    FindingKind{"amount-missing", error, "A document that counts has no amount.", "Read the file; the row stays out of the totals."},
    FindingKind{"amount-unreadable", error, "The amount could not be read without guessing.", "Read the file; raw_amount holds what the service sent."},
    FindingKind{"amount-unusual", warning, "The contract's sum of the month is far from what its earlier months suggest.", "Compare with the usage report; thresholds are outlier_deviations and outlier_change_percent in [books]."},
    FindingKind{"amount-zero", info, "The amount is zero.", ""},
    FindingKind{"amount-zero-unusual", warning, "The amount is zero, and no earlier month of the contract had that.", "Check whether a voucher or a credit used it up."},
    FindingKind{"answer-from-cache", warning, "A list came out of a cache on the way although none was to be used: it may be old, or another's.", "Have the proxy or gateway on the way pass on requests with Cache-Control: no-store."},
    FindingKind{"api-key-expired", warning, "By what is known of its age, the API key's two years are over.", "Ask Orange support for a new key if the service refuses this one, and set api_key_issued in the job file to its day."},
    FindingKind{"api-key-expires-soon", warning, "The API key's two years are over within 90 days.", "Ask Orange support for the next key now: it is mailed in an encrypted container; then replace the old one everywhere."},
    FindingKind{"bill-set-aside", warning, "An invoice keeps this bill out of the totals but does not plainly replace it.", "Compare the two: the invoice has no readable amount, is a credit, or covers other months; the message says which."},
    FindingKind{"body-unframed", warning, "The service announced no length; the file was accepted because its format proves its own end.", ""},
    FindingKind{"clock-offset", warning, "This machine's clock is not the service's.", "Set the clock (timedatectl set-ntp true): certificates and the API key's age hang on it."},
    FindingKind{"closed-rule-differs", warning, "Today's rules and names would count another amount in a closed month: it stays as it was closed.", "Where today's rules are the right ones for it, open the month again: moisson close PERIOD --reopen \"reason\"."},
    FindingKind{"contract-detail-missing", warning, "The contract's detail could not be fetched; offer and customer columns may be empty.", ""},
    FindingKind{"contract-ended", info, "The job file says that the contract ended: nothing is owed from then on.", ""},
    FindingKind{"contract-failed", error, "The contract's documents could not be listed.", "Run the export again; nothing that was fetched is fetched twice."},
    FindingKind{"contract-forbidden", error, "The account may not see this contract's documents.", "Have a Manager of the contract grant the rights, or use an administrator's API key."},
    FindingKind{"contract-gone", warning, "A contract known from an earlier run is no longer in the perimeter; its known documents are kept.", "Check whether the contract ended or the account's perimeter changed."},
    FindingKind{"contract-new", info, "A contract that earlier months did not know.", "Check that its accounts and cost centre are set up."},
    FindingKind{"contract-no-invoices", info, "The job file says that the contract never shows an invoice or bill.", ""},
    FindingKind{"contract-renamed", info, "The contract has another name than before.", ""},
    FindingKind{"contract-unknown-answer", error, "The service answered something that is not a document list.", "Run again; if it stays, give the request id to Orange support."},
    FindingKind{"credit-note", info, "The amount is negative: a credit.", ""},
    FindingKind{"currency-changed", warning, "The contract is charged in another currency than in its last month.", "Check the contract; totals are never added across currencies."},
    FindingKind{"currency-missing", error, "An amount came without a currency.", "Read the file; the row stays out of the totals."},
    FindingKind{"currency-unreadable", error, "The currency is not one that ISO 4217 knows, or could be several.", "Read the file; raw_currency holds what the service sent."},
    FindingKind{"database-load-failed", error, "The ledger's rows could not be loaded into the database; nothing of this run stands there.", "The report names the cause; the next export loads what is missing."},
    FindingKind{"date-implausible", warning, "A creation or update instant cannot be true; it is left empty.", "Ask Orange support what it should be: a program that has no date writes one such as 0001-01-01 or 9999-12-31."},
    FindingKind{"declaration-contradicted", warning, "A document came although the job file says that the contract shows none.", "Correct [[books.ended]] or [[books.no_invoices]] in the job file; the document counts as any other."},
    FindingKind{"detail-unreadable", warning, "The amount or currency of a document that never counts could not be read.", "The raw columns hold what the service sent."},
    FindingKind{"document-active", warning, "The document holds what may run, or load other files, when somebody opens it: scripts, actions, macros, links, embedded objects.", "Open it where scripts and macros are off; ask Orange support why it has them. What a PDF packs away in compressed objects is not looked at."},
    FindingKind{"document-failed", error, "The file could not be fetched.", "Run the export again."},
    FindingKind{"document-id-conflict", error, "The service listed several documents of one contract under this id, and nothing says which of them holds; only one counts.", "Look in the portal; the rows of this id show what was listed."},
    FindingKind{"document-id-duplicate", warning, "The service listed this document id more than once in one contract; it stands once in the ledger.", ""},
    FindingKind{"document-id-missing", error, "The service listed a document without an id; its file cannot be asked for.", "Look in the portal; report it to Orange support."},
    FindingKind{"document-missing", error, "The service lists the document but says that its file does not exist.", "Ask Orange support, with the request id."},
    FindingKind{"document-not-ready", error, "The file is not there yet: a page or a message came in its place.", "Run the export again later."},
    FindingKind{"document-of-another-contract", error, "The service lists the very same document under several contracts; it counts under none of them.", "Have the proxy or gateway on the way tell requests apart by X-ECCS-Contract-Id, then export again."},
    FindingKind{"document-type-decided", info, "The job file says whether documents of this unknown type count.", ""},
    FindingKind{"document-type-missing", error, "The document has no type; it cannot be told whether it counts.", "Look at the document in the portal."},
    FindingKind{"document-type-undecided", error, "A document of a type that Moisson does not know has an amount, and nobody decided whether it counts.", "Look at the document, then say in [[books.types]] of the job file what the type counts as: \"invoices\", \"bills\" or \"nothing\"."},
    FindingKind{"document-type-unknown", warning, "A document type that Moisson does not know; it is kept as supporting and not counted.", ""},
    FindingKind{"erp-account-missing", error, "The mapping has no value that an ERP file needs.", "Add a row, or a default row, to the mapping; the message names contract, type and column."},
    FindingKind{"erp-booked-elsewhere", warning, "A template's first file holds a month that a template has booked which is not asked for any more: in the same ERP it would stand twice.", "Where it takes the other one's place, say continues = \"NAME\" below [erp.NAME], and take this file back; for another ERP there is nothing to do."},
    FindingKind{"erp-character-lost", error, "A text has a character that the ERP file's encoding does not have.", "Give the template a rule for it: unmappable = \"transliterate\", or a line in [transliterate]."},
    FindingKind{"erp-check-failed", error, "A check of an ERP template failed.", "The message is the template's own."},
    FindingKind{"erp-control-total", error, "The lines of an ERP file do not hold the document's amount.", "The template loses a line or writes one twice: correct it."},
    FindingKind{"erp-currencies-mixed", error, "An ERP file would add amounts of several currencies.", "Split the file by currency, or set local_currency and a rate table."},
    FindingKind{"erp-date-outside-year", error, "A date lies outside the fiscal year of the ERP file.", "Set fiscal_year_begin and fiscal_year_end, or export the other year by itself."},
    FindingKind{"erp-field-missing", error, "A field that the ERP file must have is empty.", "The message names the field."},
    FindingKind{"erp-file-refused", error, "An ERP file was not written.", "Correct what the other findings of this template name, and run again; the rest is published."},
    FindingKind{"erp-key-duplicate", error, "Two documents would have the same key in the ERP file.", "The ERP would take the second for the first: let the template write a longer key."},
    FindingKind{"erp-left-out", error, "No line of an ERP file takes a document that is to be posted.", "Correct the conditions of the template."},
    FindingKind{"erp-nothing-to-post", info, "A template has nothing to post; it has no file.", ""},
    FindingKind{"erp-number-too-long", error, "A number does not fit its place in the ERP file.", "Use a template whose column is wider; ledger.csv has the amount."},
    FindingKind{"erp-rate-missing", error, "There is no exchange rate into the local currency: the document is not converted 1:1.", "Give a rate table that covers the date."},
    FindingKind{"erp-sheet-full", error, "A value does not fit a spreadsheet.", "Split the file: rows_max in the template."},
    FindingKind{"erp-terms-changed", warning, "Settings or accounts are other ones than when documents were booked: these are taken back from where they stand, and booked anew.", "Check that the change is meant; what was corrected in the ERP by hand would be corrected twice."},
    FindingKind{"erp-terms-kept", info, "A document of a closed month changed: the difference is booked by the settings and on the accounts that it was booked by, not by today's.", ""},
    FindingKind{"erp-terms-undecided", error, "A document of a closed month changed, and today's settings split its amount in another way than it was booked.", "Say in the job file below [erp], or [erp.NAME], which is right: closed_terms = \"as-booked\" (the difference by the earlier settings) or \"as-now\" (taken back, and booked anew by today's)."},
    FindingKind{"erp-terms-unknown", info, "What an earlier version of Moisson booked does not say its net and VAT: it is taken as split by today's settings.", ""},
    FindingKind{"erp-text-not-allowed", error, "A text has a character that the ERP does not take in this field.", "The message names field and text."},
    FindingKind{"erp-text-too-long", error, "A text is longer than its field in the ERP file.", "Say in the template what happens: too_long = \"cut\" for labels, \"shorten\" for keys."},
    FindingKind{"erp-unbalanced", error, "Debit and credit of an entry differ.", "Correct the template."},
    FindingKind{"erp-vat-unknown", warning, "The mapping has no VAT rate: the entry has no VAT line.", "Add vat_rate to the mapping; 0 where there is none."},
    FindingKind{"erp-zero-skipped", info, "A document of amount zero is not posted.", ""},
    FindingKind{"file-damaged", warning, "The file came whole, twice with the same bytes, and looks damaged inside; it is kept as it came. An error where the document counts.", "Open the file; ask Orange support for another, then export with --refetch."},
    FindingKind{"file-duplicate", warning, "The same bytes stand under another document id too.", "Check that it is not billed twice."},
    FindingKind{"file-not-requested", info, "The file was not asked for (--no-files).", ""},
    FindingKind{"filename-duplicate", info, "Another document carries the same file name; the archive keeps both apart.", ""},
    FindingKind{"filename-missing", info, "The service gave no file name; the document id serves.", ""},
    FindingKind{"filename-unsafe", warning, "The file name cannot be used as a path; the archive uses a safe one.", ""},
    FindingKind{"folder-adopted", warning, "Months that another state, or a lost one, had published here were taken over.", "What their ERP files held is taken for booked; compare the accounts with the ledgers of these months."},
    FindingKind{"formula-like", warning, "A text begins with = + - or @: a spreadsheet would run it when it opens ledger.csv or usage.csv.", "Open ledger.xlsx, where text is text."},
    FindingKind{"fx-rate-missing", error, "There is no exchange rate for this amount and day: the reporting columns stay empty.", "Bring the rate table up to date, or add the currency to it."},
    FindingKind{"history-unpublished", info, "Months before the first published one have documents and were never published.", "moisson export --due publishes them all, the oldest first; without need of them, nothing is to be done."},
    FindingKind{"invoice-and-bill", info, "An invoice of the same contract and month counts, so this bill does not.", ""},
    FindingKind{"invoice-late", warning, "A document that the contract owed came after its due day.", ""},
    FindingKind{"invoice-missing", warning, "A document that the contract owes for this month is not there, and its due day is over.", "Ask Orange support; where nothing is owed any more, end the rule in [[books.expected]] with until."},
    FindingKind{"invoices-not-visible", error, "Consumption is listed for past months, but never an invoice or bill: the account may not see them.", "Have a Manager of the contract give this login the Manager role on the Invoices section, or use a Manager's API key. A contract signed with another Orange company shows no invoices here at all."},
    FindingKind{"list-capped", error, "The document list could not be shown to be whole: more documents may exist.", "Report the contract; ask Orange support for the list's limit."},
    FindingKind{"list-emptied", error, "No document is listed any more, although earlier runs knew some.", "Check the account's role on the contract, and run again; where the contract ended, say so in [[books.ended]]."},
    FindingKind{"list-empty", warning, "No document is listed. This is not proof that nothing was billed: the role may not see any.", "Check the account's role on the contract (Manager sees invoices)."},
    FindingKind{"list-types-disagree", warning, "The mixed list and the lists by type differ; the union was taken.", ""},
    FindingKind{"list-unproven", warning, "Nothing shows that this list is whole: it is the longest that the service ever gave in one answer.", "Compare its length with the portal. [books] errors may raise this."},
    FindingKind{"media-type-unexpected", warning, "The file is of another kind than its type usually is.", ""},
    FindingKind{"member-contradicting", warning, "The service gave a member twice with different values; it is left empty. An error where it decides what counts.", "Read the file; report it to Orange support, with the request id."},
    FindingKind{"month-outdated", warning, "A published month that is not closed is no longer what is known: documents came, changed, moved or went since.", "Export the month again, or all that is owed: moisson export --due."},
    FindingKind{"month-unpublished", warning, "A month after the first published one has documents and was never published.", "Export it, or all that is owed: moisson export --due."},
    FindingKind{"no-longer-listed", warning, "The service no longer lists a document known from an earlier run; it is kept. An error where the document is of the exported month and not provisional.", "Check the account's perimeter and role."},
    FindingKind{"perimeter-empty", error, "The account sees no contract at all.", "Check that the API key belongs to the right account and is not expired."},
    FindingKind{"period-missing", error, "The document has no period: it cannot be placed in a month and is not counted.", "Read the file."},
    FindingKind{"period-spans-months", warning, "The period covers more than one month; the row stands in the last one.", ""},
    FindingKind{"period-tail", info, "Text follows the month in the period; the month alone was used.", ""},
    FindingKind{"period-unreadable", error, "The period could not be read without guessing; the document is not counted.", "Read the file; raw_period holds what the service sent."},
    FindingKind{"platform-id-missing", info, "The contract has no platform id.", ""},
    FindingKind{"provisional-replaced", info, "The final document of this month has come: it stands in the place of this provisional one.", ""},
    FindingKind{"secret-in-answer", error, "A text of the service's answer repeated a secret of this job; the text is left empty everywhere.", "Have the secret replaced: whoever reads the answers of the service knows it. Report it to Orange support, with the request id."},
    FindingKind{"superseded", info, "A later version of this document exists; this row is not counted.", ""},
    FindingKind{"text-not-utf8", warning, "Text from the service was not valid UTF-8 and was repaired.", ""},
    FindingKind{"timestamp-unreadable", warning, "A creation or update instant could not be read.", ""},
    FindingKind{"type-not-counted", info, "The counting rule of this contract leaves this type of final document out.", ""},
    FindingKind{"updated-after-issue", info, "The document was updated after it was issued.", ""},
    FindingKind{"usage-amount-missing", warning, "Lines of a consumption report have no DiscountedAmount; they count as nothing.", "Look at the lines in the file; the comparison with the bill shows whether it matters."},
    FindingKind{"usage-columns", warning, "A consumption report has more columns than the 27 that are known; they were left out, the lines were used.", "Look at the file's heading; report the new column."},
    FindingKind{"usage-differs", error, "The lines of a contract's consumption do not add up to what is billed for the month.", "Compare usage.csv with the bill; settle it with Orange. usage_tolerance in the job file says what is no difference."},
    FindingKind{"usage-groups-capped", warning, "There are more services or projects than the workbook's usage sheets list; the rest stands in rows \"others\".", "usage.csv has every line."},
    FindingKind{"usage-not-utf8", info, "A consumption report is not in UTF-8; its texts were read as Windows-1252.", ""},
    FindingKind{"usage-number-unreadable", warning, "A quantity, price or discount of a consumption report could not be read without guessing; it is left empty in usage.csv.", "Look at the line in the file."},
    FindingKind{"usage-over-budget", warning, "Reading a document's lines costs more than its size explains, as of a file made to exhaust memory or time; none of them count.", "Look at the file: it may be damaged or made to harm; ask Orange support for another."},
    FindingKind{"usage-reader-failed", warning, "The process that read a document's lines failed; none of them count.", "Keep the file and report it: a reader must survive any file."},
    FindingKind{"usage-sheet-renamed", warning, "A bill's workbook has no sheet \"Billing Report\"; its only sheet was read.", "Check that the lines are what they should be."},
    FindingKind{"usage-total-row", warning, "Lines of a consumption report are totals of other lines; they were left out of usage.csv.", "Check the lines named."},
    FindingKind{"usage-unreadable", error, "The lines of a consumption report could not be read to the end; none of them count.", "Look at the line named; export again if the file was cut, else report it to Orange support."},
    FindingKind{"usage-workbook-unreadable", warning, "The lines of a bill's workbook could not be read to the end; none of them count. The bill itself counts as it would have.", "Look at the line named; the consumption report of the month, where there is one, has the same lines."},
    FindingKind{"version-changed", warning, "The document changed since an earlier run: a new version.", "Compare with the earlier version; both are in the ledger."},
    FindingKind{"withdrawn-decided", info, "The service no longer lists this document; the job file says whether it counts.", ""},
    FindingKind{"withdrawn-undecided", error, "The service no longer lists a document that counts, and nobody decided whether it still does.", "Ask Orange support, then say in [[books.withdrawn]] of the job file whether it counts."},
};

constexpr bool kinds_are_sorted() {
    for (std::size_t at = 1; at < kinds.size(); ++at) {
        if (!(kinds[at - 1].code < kinds[at].code)) {
            return false;
        }
    }
    return true;
}
static_assert(kinds_are_sorted());
static_assert(kinds.size() < 256, "FindingCodes keeps indices in one byte");

std::size_t index_of(std::string_view code) noexcept {
    const auto found = std::lower_bound(kinds.begin(), kinds.end(), code,
                                        [](const FindingKind& kind, std::string_view wanted) { return kind.code < wanted; });
    MOISSON_INVARIANT(found != kinds.end() && found->code == code, "unregistered finding code");
    return static_cast<std::size_t>(found - kinds.begin());
}

}  // namespace

std::string_view to_text(Severity severity) noexcept {
    switch (severity) {
        case Severity::info: return "info";
        case Severity::warning: return "warning";
        case Severity::error: return "error";
    }
    return "error";
}

std::span<const FindingKind> all_finding_kinds() noexcept { return kinds; }

const FindingKind& finding_kind(std::string_view code) noexcept { return kinds[index_of(code)]; }

Finding make_finding(std::string_view code, std::string message, std::string contract_id, std::string document_id) {
    const FindingKind& kind = finding_kind(code);
    return Finding{kind.code, std::move(contract_id), std::move(document_id),
                   message.empty() ? std::string(kind.meaning) : std::move(message), {}};
}

void FindingCodes::insert(std::string_view code) {
    const auto index = static_cast<std::uint8_t>(index_of(code));
    const auto at = std::lower_bound(kinds_.begin(), kinds_.end(), index);
    if (at == kinds_.end() || *at != index) {
        kinds_.insert(at, index);
    }
}

bool FindingCodes::contains(std::string_view code) const noexcept {
    return std::binary_search(kinds_.begin(), kinds_.end(), static_cast<std::uint8_t>(index_of(code)));
}

std::string FindingCodes::to_text() const {
    std::string text;
    for (const std::uint8_t index : kinds_) {
        if (!text.empty()) {
            text += ' ';
        }
        text += kinds[index].code;
    }
    return text;
}

Severity FindingCodes::severity() const noexcept {
    Severity highest = Severity::info;
    for (const std::uint8_t index : kinds_) {
        highest = std::max(highest, kinds[index].severity);
    }
    return highest;
}

}  // namespace moisson
