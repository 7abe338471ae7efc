#pragma once
/// What an invoice says, on its page and in its XML: parties, numbers, dates, lines, tax and totals, as values.
///
/// The rules are those of EN 16931-1:2017, 6.4 (BR-CO-10 to BR-CO-17, BR-S-08, BR-S-09); everybody in it is made up. Pure; any thread.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sandbox/world.hpp"

namespace moisson::sandbox {

/// Where a value is read: an invoice that is wrong on purpose may say different things in the two.
enum class InvoicePlace { page, xml };

/// Seller or buyer. Texts that it does not have are empty.
struct Party {
    std::string name;
    std::string street;
    std::string postcode;
    std::string city;
    std::string country;       ///< ISO 3166-1 alpha-2
    std::string legal_id;      ///< SIREN (ICD 0002), in Switzerland the UID (0183)
    std::string legal_scheme;  ///< ISO/IEC 6523
    std::string siret;
    std::string vat_id;
};

/// One line. Amounts are in minor units; quantity × price rounded is `amount_minor`, less the discount `net_minor`.
struct InvoiceLine {
    std::string code;
    std::string text;
    std::string unit_code;            ///< UN/ECE Recommendation 20
    std::int64_t quantity_milli = 0;  ///< thousandths
    std::int64_t unit_price_e5 = 0;   ///< 10^-5 of the currency
    std::int64_t amount_minor = 0;
    std::int64_t discount_percent = 0;
    std::int64_t net_minor = 0;
    std::int64_t rate_percent = 0;
};

/// The lines of one rate: their sum, and its tax rounded half away from zero (BR-CO-17).
struct VatPart {
    std::string_view category;  ///< UNCL 5305: S, AE, E, G
    std::int64_t rate_percent = 0;
    std::int64_t base_minor = 0;
    std::int64_t tax_minor = 0;
    std::string_view reason;       ///< why there is no tax; empty where there is
    std::string_view reason_code;  ///< VATEX code list
};

/// Amounts have the sign of the document type: a credit note's are positive too.
struct InvoiceValues {
    bool credit = false;
    std::string number;
    std::string credited_number;  ///< of a credit note
    std::chrono::sys_days issued{};
    std::optional<std::chrono::sys_days> due;
    std::string begin;  ///< "2026-10-01": first and last day of what is charged
    std::string end;
    Party seller;
    Party buyer;
    std::string currency;
    int digits = 2;
    std::string contract_id;
    std::string contract_name;
    std::string order_reference;
    std::string offer_name;
    std::vector<InvoiceLine> lines;
    std::vector<VatPart> vat;
    std::int64_t net_minor = 0;
    std::int64_t tax_minor = 0;
    std::int64_t gross_minor = 0;
    std::int64_t allowance_minor = 0;  ///< off the whole, and charged on it again: at the first rate, so that net and tax stay
    std::int64_t prepaid_minor = 0;    ///< what is due is gross less this
    std::string iban;
    std::string means_code;  ///< UNCL 4461: 30 credit transfer, 58 SEPA credit transfer
    std::uint32_t version = 1;
};

/// Net lines by rate, in the order of the rates: at most two. Never empty.
[[nodiscard]] std::vector<VatPart> vat_parts_of(Vat kind, const std::vector<UsageLine>& lines);

/// An invoice for nothing has one line that says so: EN 16931 wants one at least (BR-16).
[[nodiscard]] std::vector<InvoiceLine> lines_or_none(const InvoiceValues& values);

/// The values of an invoice or credit note, as they stand in that place.
[[nodiscard]] InvoiceValues make_invoice_values(const World& world, const Contract& contract, const Document& document, InvoicePlace place);

}  // namespace moisson::sandbox
