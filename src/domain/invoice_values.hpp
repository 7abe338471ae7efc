#pragma once
/// What an invoice says of itself. Read from its bytes by the room `invoice`; kept, booked and compared by others.
///
/// Words and rules: EN 16931-1 (the European standard of electronic invoices); in parentheses its business term, where there is one.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/big_decimal.hpp"
#include "domain/currency.hpp"
#include "domain/money.hpp"
#include "domain/period.hpp"

namespace moisson {

enum class InvoiceKind : std::uint8_t { unknown, invoice, credit_note };

/// Where the values of a document come from. All values of one document come from one place, the best that it has.
enum class ValuesFrom : std::uint8_t {
    none,      ///< the document says nothing that could be read without guessing
    xml,       ///< structured data: UN/CEFACT CII or UBL, embedded in a PDF or a document by itself
    workbook,  ///< named cells of a billing workbook
    text,      ///< the text on a PDF's pages, where it proves itself
};

/// "", "xml", "workbook", "text": the ledger's column `values_from`.
[[nodiscard]] std::string_view to_text(ValuesFrom from) noexcept;

/// Which of the document's amounts the list's amount is.
enum class AmountIs : std::uint8_t {
    unknown,  ///< the document does not tell
    gross,
    net,
    both,     ///< no tax: net and gross are the same
    neither,  ///< it tells amounts, and the list's is none of them
};

[[nodiscard]] std::string_view to_text(AmountIs amount_is) noexcept;

struct InvoiceParty {
    std::string name;    ///< (BT-27, BT-44)
    std::string siren;   ///< nine digits, with a right check digit; empty otherwise (BT-30, BT-47, scheme 0002)
    std::string siret;   ///< fourteen digits (scheme 0009)
    std::string vat_id;  ///< (BT-31, BT-48), without blanks
    friend bool operator==(const InvoiceParty&, const InvoiceParty&) = default;
};

/// One rate of the VAT breakdown (BG-23).
struct InvoiceVat {
    std::string category;             ///< UNTDID 5305: S, Z, E, AE, K, G, O, L, M (BT-118); empty where it was read from text
    std::optional<BigDecimal> rate;   ///< percent (BT-119)
    Money base;                       ///< taxable amount (BT-116)
    Money amount;                     ///< tax (BT-117)
    std::string exemption_reason;     ///< (BT-120), or its code (BT-121) where no text is given
    friend bool operator==(const InvoiceVat&, const InvoiceVat&) = default;
};

/// Each value may be missing. Amounts have the document's own sign (a credit note's are positive as a rule): `booked` turns them. They are
/// in `currency`. Text is UTF-8, without controls, of at most 512 bytes each.
struct InvoiceValues {
    ValuesFrom from = ValuesFrom::none;
    InvoiceKind kind = InvoiceKind::unknown;   ///< (BT-3)
    std::string profile;  ///< of the XML as it names itself ("urn:cen.eu:en16931:2017"), or the name of the text profile (BT-24)
    std::string number;                        ///< (BT-1)
    std::optional<std::chrono::year_month_day> issue_date;  ///< (BT-2)
    std::optional<std::chrono::year_month_day> due_date;    ///< (BT-9)
    std::optional<Period> billed;              ///< the days that it charges for (BT-73, BT-74)
    InvoiceParty seller;
    InvoiceParty buyer;
    std::optional<Currency> currency;          ///< (BT-5)
    std::optional<Money> net;                  ///< without VAT (BT-109)
    std::optional<Money> vat;                  ///< (BT-110), in `currency`
    std::optional<Money> gross;                ///< with VAT (BT-112)
    std::optional<Money> amount_due;           ///< (BT-115)
    std::vector<InvoiceVat> vat_lines;         ///< in the document's order; empty where it has no breakdown
    std::string credited_invoice;              ///< the first preceding invoice that it names (BT-25)
    std::string order_reference;               ///< the buyer's order (BT-13)
    std::string contract_reference;            ///< (BT-12)
    std::string payment_means;                 ///< UNTDID 4461, e.g. "30", "58" (BT-81)
    std::string iban;                          ///< without blanks, with a right check; empty otherwise (BT-84)
    std::uint32_t lines = 0;                   ///< invoice lines (BG-25) that were seen
    friend bool operator==(const InvoiceValues&, const InvoiceValues&) = default;
};

/// The values as the books have them: a credit note's amounts below zero, whatever sign it writes them with.
[[nodiscard]] InvoiceValues booked(InvoiceValues values);

}  // namespace moisson
