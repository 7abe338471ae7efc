#pragma once
/// One row of the ledger: one version of one document. Column names and meaning: samples/ledger.md, "ledger.csv".

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "domain/contract.hpp"
#include "domain/document_type.hpp"
#include "domain/finding.hpp"
#include "domain/money.hpp"
#include "domain/period.hpp"
#include "domain/rate.hpp"

namespace moisson {

enum class DocumentStatus {
    ok,         ///< its file is in the store, whole
    not_ready,  ///< "not-ready": the service does not have it yet
    failed,     ///< could not be fetched; the findings say why
    skipped,    ///< not asked for (plan, or an earlier version whose file was never fetched)
};

[[nodiscard]] std::string_view to_text(DocumentStatus status) noexcept;

/// Which way a document came.
enum class Channel : std::uint8_t {
    service,  ///< "service": the service listed it
    inbox,    ///< "inbox": an inbox of the job alone had it
};

[[nodiscard]] std::string_view to_text(Channel channel) noexcept;

/// A row's amount in the reporting currency: amount = row's amount x rate, rounded half away from zero.
/// Packed into 24 bytes: every row of a ledger has room for one.
struct Reporting {
    std::int64_t amount_minor = 0;
    std::int64_t rate_digits = 1;
    std::chrono::year_month_day day{};  ///< of the rate
    Currency currency;                  ///< the reporting currency
    std::uint8_t rate_decimals = 0;

    [[nodiscard]] Money amount() const noexcept { return {amount_minor, currency}; }
    /// Exactly as used: reporting currency for one unit of the row's currency.
    [[nodiscard]] Decimal rate() const noexcept { return {rate_digits, rate_decimals}; }
    friend bool operator==(const Reporting&, const Reporting&) = default;
};

struct InvoiceValues;  // invoice_values.hpp

struct LedgerEntry {
    /// Never null; points into the run's contract table, which outlives every entry.
    const Contract* contract = nullptr;

    std::string document_id;    ///< as the server sent it; of an inbox: "inbox-" and the first 32 digits of its SHA-256
    std::string document_type;  ///< as the server spelt it
    std::uint32_t version = 1;  ///< from 1; (contract id, document id, version) is unique
    Channel channel = Channel::service;
    Standing standing = Standing::supporting;
    DocumentStatus status = DocumentStatus::skipped;
    bool counted = false;  ///< enters the totals; implies `amount` and `period`
    bool withdrawn = false;  ///< known from an earlier run, and missing from a list that left nothing out
    /// Set where the row stands in a closed month that kept no rule, and nothing that touches it changed since: what it counted.
    std::optional<bool> counted_when_closed;

    std::optional<Money> amount;      ///< empty when unknown
    std::optional<Currency> currency; ///< may be known where the amount is not; equals amount->currency when both are
    std::optional<Period> period;     ///< empty when unreadable or ambiguous
    std::optional<Timestamp> issued_at;   ///< the API's createdAt
    std::optional<Timestamp> updated_at;  ///< the API's updatedAt

    std::string filename;    ///< as the server sent it
    std::string path;        ///< in the bundle, '/' between parts, ASCII, unique; empty without a file
    std::optional<std::uint64_t> size_bytes;
    std::string sha256;      ///< lower-case hex; empty without a file
    std::string media_type;  ///< found from the bytes, e.g. "application/pdf"; empty without a file

    /// The JSON number's or string's own text; of an inbox, as the two below, what was taken out of the invoice when it first counted.
    std::string raw_amount;
    std::string raw_currency;
    std::string raw_period;
    /// What the document says of itself, its amounts as `booked`; null: nothing is known. Rows with the same content share it.
    std::shared_ptr<const InvoiceValues> invoice;
    std::optional<Reporting> reporting;  ///< empty without a reporting currency, an amount or a rate
    FindingCodes findings;
};

/// What a row adds to the totals: nothing, or its amount.
[[nodiscard]] inline std::optional<Money> counted_amount(bool counted, const std::optional<Money>& amount) {
    return counted ? amount : std::nullopt;
}

/// The ledger's written order: contract_id, period (empty first), document_type, document_id, version. Bytewise, no locale.
[[nodiscard]] bool ledger_order(const LedgerEntry& left, const LedgerEntry& right) noexcept;

}  // namespace moisson
