#pragma once
/// What a sandbox knows: contracts, and the documents of one contract, made on demand from the scenario and its seed.
///
/// Nothing is stored per document: 200,000 of them cost no memory until they are asked for, and then only one contract's at a time.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sandbox/scenario.hpp"

namespace moisson::sandbox {

/// One contract with what GET /contracts and GET /contract say of it. All text is UTF-8.
struct Contract {
    std::uint32_t number = 0;  ///< 1 is the first; rules of the scenario name it so
    std::string id;            ///< "OCB" and 7 digits
    std::string name;
    std::string offer_id;
    std::string offer_name;
    std::string offer_code;       ///< as an order names it; no answer shows it
    std::string billing_account;  ///< no answer shows it
    std::string ordered_by;       ///< the account that ordered it; empty: from the scenario
    std::string platform_id;      ///< empty: the member is left out
    std::size_t customer = 0;     ///< below `customer_count()`
    std::string customer_id;
    std::string customer_name;
    std::string first_name;
    std::string last_name;
    std::string email;
    Timestamp created;
    Timestamp updated;
    std::string currency;                   ///< ISO 4217 code
    int digits = 2;                         ///< the currency's minor digits
    FinalKind final = FinalKind::invoices;  ///< never `alternate`
    ContractAnswer answer = ContractAnswer::normal;
    bool visitor = false;  ///< nobody is more than a visitor of its invoices
    bool documents = true;
    InvoiceProfile profile = InvoiceProfile::plain;
    Vat vat = Vat::standard;
    AmountIs amount_is = AmountIs::net;
    std::optional<Month> from_month;  ///< has no documents of earlier months
    std::uint32_t from_run = 1;
    std::uint32_t until_run = 0;
    std::uint32_t renamed_in_run = 0;
    std::string new_name;

    [[nodiscard]] bool is_there(std::uint32_t run) const noexcept { return run >= from_run && (until_run == 0 || run <= until_run); }
    [[nodiscard]] const std::string& name_in(std::uint32_t run) const noexcept {
        return renamed_in_run != 0 && run >= renamed_in_run ? new_name : name;
    }
};

/// One line of consumption; a month's lines add up to its bill, to the minor unit.
struct UsageLine {
    std::uint32_t service = 0;        ///< index into `cloud_services()`
    std::uint32_t resource = 0;       ///< makes the resource's id
    std::int64_t quantity_milli = 0;  ///< thousandths of the billing unit
    std::int64_t unit_price_e5 = 0;   ///< 10^-5 of the currency
    std::int64_t amount_minor = 0;    ///< before discount
    std::int64_t discount_percent = 0;
    std::int64_t discounted_minor = 0;  ///< what is billed
};

/// One thing that a cloud charges for.
struct CloudService {
    std::string_view name;
    std::string_view code;
    std::string_view category;
    std::string_view charge;
    std::string_view unit;
    std::int64_t unit_price_e5;  ///< of a euro
    std::int64_t quantity_max;   ///< whole units in a month
};
[[nodiscard]] const std::vector<CloudService>& cloud_services();

/// The companies that contracts are made for, by number; one of them is not in France.
[[nodiscard]] std::size_t customer_count() noexcept;
[[nodiscard]] std::string_view customer_name(std::size_t customer) noexcept;
inline constexpr std::size_t swiss_customer = 4;

/// One document as GET /documents lists it, with what its file is made from. An absent optional is a member left out.
struct Document {
    DocumentType type = DocumentType::invoices;
    Month month;
    std::uint32_t serial = 0;         ///< 0: the month's own; from 1: added by rules
    std::uint32_t number_serial = 0;  ///< the serial that its invoice number is counted by: a copy has its original's
    std::uint32_t content = 0;        ///< the serial whose lines it shows
    std::uint32_t scale = 1;
    std::optional<CsvForm> csv;
    InvoiceForm invoice;
    std::uint32_t version = 1;  ///< 2 and more after the fault `reissue`
    std::optional<std::string> id;
    std::optional<std::string> filename;
    std::optional<std::string> period;
    std::optional<std::string> created;  ///< as printed
    std::optional<std::string> updated;
    std::optional<std::string> amount_json;
    std::optional<std::string> currency;
    std::optional<std::string> listed_type;  ///< the type's spelling, unless a rule says otherwise
    Timestamp order;                         ///< lists are sorted by it, newest first
    std::int64_t amount_minor = 0;           ///< what the list and, but for an invoice's faults, the file say
    bool credit = false;
    bool zero = false;
    std::int64_t usage_difference_minor = 0;  ///< added to one line of the file only
    std::uint32_t listed_times = 1;
    FileAnswer file = FileAnswer::whole;
    std::uint64_t file_bytes_min = 0;
    std::uint32_t from_run = 1;
    std::uint32_t until_run = 0;
    std::uint32_t reissued_in_run = 0;
    std::uint32_t reissued_days = 2;
};

/// A login of the Customer Space; its keys are in the Registry. Made from the scenario and its seed.
struct Account {
    AccountRule rule;
    std::string login;
    std::string email;

    /// Whether the contract is in its perimeter, or it is declared on it.
    [[nodiscard]] bool sees(const Contract& contract) const;
    /// What it is in the invoices section of the contract.
    [[nodiscard]] Role invoices_role(const Contract& contract) const;
};

/// An application of the developer portal; made from the seed.
struct Application {
    ApplicationRule rule;
    std::string client_id;
    std::string client_secret;
};

/// The text of an account's key: 1,200 characters of base64 alphabet, like the printed sample. `serial` 1 is the first one.
[[nodiscard]] std::string make_key_text(std::uint64_t seed, std::string_view account, std::uint32_t serial);

/// Immutable after construction: any thread may ask.
class World {
public:
    explicit World(Scenario scenario);

    /// `bad_input` when a [[document]] rule changes a document that the scenario does not have.
    [[nodiscard]] Status check() const;
    [[nodiscard]] const Scenario& scenario() const noexcept { return scenario_; }
    [[nodiscard]] const std::vector<Account>& accounts() const noexcept { return accounts_; }
    [[nodiscard]] const std::vector<Application>& applications() const noexcept { return applications_; }
    [[nodiscard]] const std::vector<Contract>& contracts() const noexcept { return contracts_; }
    [[nodiscard]] const Contract* find_contract(std::string_view id) const noexcept;

    /// All documents of the contract, newest first. A visitor sees no final ones (samples/README.md, "Accounts").
    [[nodiscard]] std::vector<Document> documents_of(const Contract& contract, Role role = Role::manager) const;
    /// The document after `version - 1` reissues: same id, later `updatedAt`, other amounts and bytes.
    [[nodiscard]] Document reissued(const Contract& contract, const Document& document, std::uint32_t version) const;

    /// The lines behind a month's final documents, of the given version; empty for a zero amount.
    [[nodiscard]] std::vector<UsageLine> lines_of(const Contract& contract, Month month, std::uint32_t serial, std::uint32_t version) const;
    /// The lines that the document's own file shows: credits negative, none for zero, the difference of `usage_differs` in the first.
    [[nodiscard]] std::vector<UsageLine> lines_of(const Contract& contract, const Document& document) const;

private:
    [[nodiscard]] Contract make_contract(std::uint32_t number) const;
    void add_month(const Contract& contract, Month month, std::vector<Document>& documents) const;
    [[nodiscard]] Document make_document(const Contract& contract, Month month, DocumentType type, std::uint32_t serial) const;
    [[nodiscard]] Document make_copy(const Contract& contract, const DocumentRule& rule, const std::vector<Document>& documents,
                                     std::uint32_t serial) const;
    void fill_amount(const Contract& contract, Document& document) const;
    void apply(const Contract& contract, const DocumentRule& rule, Document& document) const;
    [[nodiscard]] bool is_listed(const Contract& contract, DocumentType type, Month month) const noexcept;

    Scenario scenario_;
    std::vector<Account> accounts_;
    std::vector<Application> applications_;
    std::vector<Contract> contracts_;
};

}  // namespace moisson::sandbox
