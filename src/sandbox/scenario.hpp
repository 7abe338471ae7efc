#pragma once
/// A scenario: everything that a sandbox serves, as read from a TOML file. The files in samples/ explain each key.
///
/// Pure data; what follows from it (contracts, documents, files) is made in world.hpp. Immutable after reading.

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "sandbox/calendar.hpp"
#include "sandbox/sandbox.hpp"

namespace moisson::sandbox {

/// Exact spellings of GET /documents `documentType`; the misspelt one is the service's own.
enum class DocumentType { invoices, bills, reports, rated_report, partial_bills, partial_rated_report };
inline constexpr int document_types = 6;
[[nodiscard]] std::string_view spelling_of(DocumentType type) noexcept;
[[nodiscard]] std::optional<DocumentType> parse_document_type(std::string_view text) noexcept;

/// What a closed month is charged with.
enum class FinalKind { alternate, invoices, bills, both };

/// What an invoice's PDF holds: its page alone, or with XML in a profile of Factur-X 1.0. `french` is the extension of XP Z12-012.
enum class InvoiceProfile { plain, minimum, basic_wl, basic, en16931, extended, french };

/// How tax is laid on an invoice's lines: 20 %, 20 and 10 %, or none, and why.
enum class Vat { standard, two_rates, exempt, reverse_charge, export_outside };

/// Whether the list's amount of an invoice is without tax or with it.
enum class AmountIs { net, gross };

/// What a request for a document's file gets.
enum class FileAnswer { whole, missing, html, json, empty };

/// What requests that name the contract get.
enum class ContractAnswer { normal, forbidden };

enum class TokenForm { signed_text, opaque, alternate };
enum class ExpiryForm { number, text, alternate };
enum class CodeForm { number, text };
enum class Framing { length, chunked, mixed };

/// Status and gateway code of an answer whose real value nobody knows.
struct Refusal {
    int status = 401;
    int code = 41;
};

/// What a login is in the portal: declared on contracts, or over all contracts of a perimeter.
enum class AccountType { client, administrator };

/// What a login may do in one section of the portal.
enum class Role { none, visitor, manager };

/// Whether an application of the developer portal may use the API.
enum class Subscription { subscribed, unsubscribed, pending, revoked };

/// A login of the Customer Space.
struct AccountRule {
    std::string name;
    AccountType type = AccountType::administrator;
    std::vector<std::string> billing_accounts;  ///< an administrator's; empty: all
    std::vector<std::string> offers;            ///< codes, an administrator's; empty: all
    std::set<std::uint32_t> contracts;          ///< numbers of the contracts that a client is declared on
    std::set<std::uint32_t> visitor_of;         ///< contracts on which it is no more than a visitor of the invoices
    Role contracts_role = Role::manager;        ///< manager: may order
    Role invoices_role = Role::manager;         ///< visitor: partial documents and reports only; none: refused
    Role users_role = Role::manager;            ///< manager: may add users
    std::uint32_t key_age_days = 100;
    bool key_revoked = false;
};

/// An application of the developer portal.
struct ApplicationRule {
    std::string name;
    Subscription subscription = Subscription::subscribed;
};

/// How document lists are sorted.
enum class ListOrder { newest, oldest, mixed };
/// What a file's Content-Type says.
enum class MediaTypes { exact, octets, json };
/// Name of the entry in a zipped file.
enum class ZipEntry { id, filename, folder };
/// Shape of a refusal by the token endpoint whose body nobody has seen.
enum class RefusalBody { oauth, gateway, html, empty };

/// Which spelling of the POST paths is served.
enum class PostPaths { both, plural, singular };
/// Which media types a POST body may be called.
enum class PostTypes { lenient, json };

struct ServerRules {
    std::uint32_t token_life_s = 3600;
    TokenForm token_form = TokenForm::signed_text;
    ExpiryForm expires_in = ExpiryForm::number;
    std::uint32_t token_requests_per_minute = 50;  ///< 0: no limit
    std::uint32_t requests_per_second = 0;         ///< spike arrest; 0: none
    std::uint32_t default_limit = 10;
    std::uint32_t limit_max = 0;                                      ///< 0: every limit is honoured
    std::uint32_t contracts_limit = 0;                                ///< contracts without a `limit`; 0: all
    std::optional<DocumentType> default_type{DocumentType::reports};  ///< without `documentType`; empty: all types
    ListOrder order = ListOrder::newest;
    bool period_is_issue_month = false;  ///< `period` names the month after the one consumed
    std::string period_tail;             ///< follows YYYYMM
    MediaTypes media_types = MediaTypes::exact;
    bool disposition = true;  ///< whether files have Content-Disposition
    ZipEntry zip_entry = ZipEntry::id;
    RefusalBody token_406 = RefusalBody::oauth;
    RefusalBody token_429 = RefusalBody::gateway;
    std::uint32_t latency_ms = 0;
    CodeForm error_codes = CodeForm::number;
    Framing framing = Framing::length;
    bool ranges = true;
    bool count_headers = false;
    Refusal bad_api_key{401, 41};
    std::optional<Refusal> expired_api_key;  ///< empty: as a wrong one
    std::optional<Refusal> revoked_api_key;  ///< empty: as a wrong one
    Refusal foreign_contract{404, 60};
    Refusal foreign_order{400, 24};  ///< an order for a billing account or an offer outside the perimeter
    Refusal missing_role{403, 52};   ///< a write by an account whose role does not allow it
    bool visitor_refused = false;    ///< a visitor who asks for invoices gets `missing_role` instead of an empty list
    PostPaths post_paths = PostPaths::both;
    PostTypes post_types = PostTypes::lenient;
    std::uint32_t user_status = 200;
    std::uint32_t order_status = 200;
    std::uint32_t created_listed_after = 0;  ///< listings of the contracts that an ordered one is not in yet
    std::uint32_t key_life_days = 730;
    std::vector<std::string> role_sections{"contracts"};
    std::vector<std::string> role_names{"visitor", "manager"};
};

/// What `faults` do where their name alone leaves it open.
struct FaultRules {
    std::uint32_t page_cap = 25;
    std::uint32_t stall_s = 30;
    std::uint32_t trickle_s = 60;
    std::uint32_t slow_tls_ms = 3000;
    std::uint32_t write_late_listings = 2;         ///< listings that an order of `write-late` is missing from
    std::string quota = ": 2500 calls per month";  ///< follows "global quota limit" in the description; the bare words are known
};

/// What a scenario, or a contract, says of invoices. An empty one is dealt to the contracts in turn.
struct InvoiceRules {
    std::optional<InvoiceProfile> profile;
    std::optional<Vat> vat;
    AmountIs amount_is = AmountIs::net;
};

/// Changes one contract.
struct ContractRule {
    InvoiceRules invoices;
    std::optional<std::string> name;
    std::optional<std::string> currency;
    std::optional<std::string> billing_account;
    std::optional<FinalKind> final;
    ContractAnswer answer = ContractAnswer::normal;
    bool platform_id = true;
    bool visitor = false;
    bool documents = true;
    std::optional<Month> from_month;   ///< has no documents of earlier months
    std::uint32_t from_run = 1;        ///< in the perimeter from this listing of the contracts on
    std::uint32_t until_run = 0;       ///< in it up to this one; 0: for good
    std::uint32_t renamed_in_run = 0;  ///< called `new_name` from this one on; 0: never
    std::string new_name;
};

/// How a rated report's CSV is written: what is known of it leaves much open, and readers meet damaged ones.
struct CsvForm {
    bool mark = false;        ///< begins with a byte order mark
    bool crlf = false;        ///< lines end with CR LF
    bool latin1 = false;      ///< ISO 8859-1 instead of UTF-8
    bool quoted = false;      ///< every field in quotes, and a `;` and quotes inside one
    bool total = false;       ///< a last row with the sums
    bool wide = false;        ///< a 28th column
    bool narrow = false;      ///< 26 columns: the last is not there
    bool cut = false;         ///< ends in the middle of a line, in the middle of the file
    bool long_field = false;  ///< 10 MB in one field
};

/// What an invoice says besides, and what it says wrongly: by one unit of its currency where it is an amount.
struct InvoiceForm {
    bool allowance = false;       ///< one unit off the whole, and a charge of one unit: the net amount stays
    bool prepaid = false;         ///< a tenth was paid in advance: what is due is less than gross
    bool other_amount = false;    ///< page and XML say more than the list
    bool xml_amount = false;      ///< the XML alone says more
    bool page_amount = false;     ///< the page alone says more
    bool vat_sum = false;         ///< the tax is more than that of the rates, and than gross less net
    bool another_buyer = false;   ///< page and XML name a buyer with another SIREN
    bool number_doubled = false;  ///< the number of the month's own invoice; of that one, the number of the month before
    bool no_due_date = false;
};

/// Changes one document, or adds one.
struct DocumentRule {
    Month month;
    DocumentType type = DocumentType::invoices;
    bool add = false;
    std::optional<std::string> id;
    std::optional<std::string> filename;
    std::optional<std::string> period;
    std::optional<std::string> currency;
    std::optional<std::string> amount_json;  ///< raw JSON text
    std::vector<std::string> leave_out;      ///< members of the list item
    bool credit = false;
    bool zero = false;
    bool copy = false;             ///< an added one: the same file as the month's own, under another id
    std::uint32_t scale = 1;       ///< quantities and amounts times this
    std::uint32_t lines_from = 0;  ///< the lines of the n-th added document of the contract; 0: its own
    std::optional<CsvForm> csv;    ///< empty: by the scenario
    InvoiceForm invoice;
    std::uint32_t created_days = 0;          ///< made so much later than usual
    std::optional<std::string> listed_type;  ///< `documentType` as listed, when it is not the type's spelling
    std::uint32_t updated_days = 0;
    std::uint32_t from_run = 1;         ///< listed from this listing of the contracts on
    std::uint32_t until_run = 0;        ///< listed up to this one; 0: for good
    std::uint32_t reissued_in_run = 0;  ///< other amounts and bytes and a later updatedAt from this one on; 0: never
    std::uint32_t reissued_days = 2;    ///< that updatedAt lies so long after createdAt; each further reissue a day later
    std::uint32_t listed_times = 1;
    FileAnswer file = FileAnswer::whole;
    std::uint64_t file_bytes_min = 0;  ///< 0: the scenario's
    std::string usage_differs;         ///< decimal text in the contract's currency; empty: not
};

struct Scenario {
    std::string name;
    std::uint64_t seed = 1;
    std::uint32_t contracts = 12;
    std::uint32_t months = 14;
    Month last_month;
    std::vector<std::string> currencies{"EUR"};
    std::vector<std::string> billing_accounts{"BA0000101", "BA0000102", "BA0000103"};
    FinalKind final = FinalKind::alternate;
    std::uint32_t usage_months = 0;
    std::uint32_t reports_months = 0;
    InvoiceRules invoices;
    bool partials = true;
    bool plain_text = true;  ///< CSV files without byte order mark and with LF; else mixed by contract
    std::uint32_t lines_min = 6;
    std::uint32_t lines_max = 24;
    std::uint64_t file_bytes_min = 0;           ///< PDF and CSV files are filled up to this
    std::vector<AccountRule> accounts;          ///< the first is the default; never empty
    std::vector<ApplicationRule> applications;  ///< the first is the default; never empty
    ServerRules server;
    FaultRules fault_rules;
    std::vector<Fault> faults;
    std::map<std::uint32_t, ContractRule> contract_rules;               ///< by number, 1 is the first contract
    std::map<std::uint32_t, std::vector<DocumentRule>> document_rules;  ///< by contract number, in the file's order
};

/// One thing that the Customer Space sells.
struct Offer {
    std::string_view id;    ///< as a contract shows it
    std::string_view code;  ///< as an order names it; the printed one is "HONEY", the others are made up
    std::string_view name;
};
[[nodiscard]] const std::vector<Offer>& all_offers();

/// ISO 4217 code that contract `number` (from 1) is billed in.
[[nodiscard]] const std::string& currency_of(const Scenario& scenario, std::uint32_t number);

/// Minor digits of the currencies that a scenario may name: 2, but 0 and 3 where ISO 4217 says so.
[[nodiscard]] int minor_digits_of(std::string_view currency) noexcept;

/// `bad_input` with `where` = "file:line:column" for bad TOML, unknown keys (the nearest known one is named), wrong types, values out of
/// range, and rules that name a contract or month outside the scenario. The options' contracts, months and seed beat the file's.
[[nodiscard]] Result<Scenario> parse_scenario(std::string_view toml_text, const std::string& file, const Options& options, Timestamp now);

/// The scenario that the options name: a built-in one or a file.
[[nodiscard]] Result<Scenario> load_scenario(const Options& options, Timestamp now);

}  // namespace moisson::sandbox
