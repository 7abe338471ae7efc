#pragma once
/// One counted line of usage.csv as one row of the data set. Only this room includes this header.

#include <optional>
#include <string>
#include <string_view>

#include "domain/big_decimal.hpp"
#include "focus/focus.hpp"
#include "focus/line_reader.hpp"

namespace moisson::focus {

/// Appends a cell: quoted when it holds a comma, quote, CR or LF, or begins or ends with a blank.
void append_cell(std::string& out, std::string_view text);

/// The header line.
[[nodiscard]] std::string header_line();

/// "2026-10-01" → "2026-10-01T00:00:00Z"; as an end, which is the day's last moment: "2026-10-02T00:00:00Z". Also with a time behind the
/// day, of UTC where it names no zone: an end is then that instant, and the second after one that ends in :59. Empty: it cannot be read.
[[nodiscard]] std::string instant_of(std::string_view text, bool is_end);

/// Exact, with the digits that it has; empty when it does not fit.
[[nodiscard]] std::optional<BigDecimal> product(const BigDecimal& one, const BigDecimal& other) noexcept;

/// Makes rows; keeps what lines in a row have in common. One thread.
class RowMaker {
public:
    explicit RowMaker(const Options& options);
    /// Appends the row and gives its BilledCost; appends nothing and gives none where nothing is billed. `verification`: a number or month
    /// is not as usage.csv has it.
    [[nodiscard]] Result<std::optional<BigDecimal>> make(const Fields& fields, std::string& out);

private:
    /// What a charge is, and the numbers that go with it.
    struct Charge {
        std::string_view category;
        std::string_view frequency;
        std::string_view pricing;
        bool is_priced = false;   ///< quantity, unit and price are all known
        bool is_usage = false;    ///< and were consumed
        bool is_prepaid = false;  ///< it pays what later charges use
        std::string cost;         ///< quantity × price
    };
    [[nodiscard]] Charge charge_of(const Fields& fields, const BigDecimal& billed);
    [[nodiscard]] Status keep_periods(const Fields& fields);
    void keep_service(const Fields& fields);
    void append_rest(const Fields& fields, std::string& out);

    // As cells.
    std::string issuer_;  // InvoiceIssuerName
    std::string provider_;
    std::string providers_;  // ProviderName,PublisherName
    std::string scratch_;
    // What the line before had, and what came of it.
    std::string period_text_, begin_text_, end_text_;
    std::string billing_start_, billing_end_, charge_start_, charge_end_;
    std::string service_text_, service_cells_;
    bool has_service_ = false;
    std::string tags_text_, tags_cell_;
};

}  // namespace moisson::focus
