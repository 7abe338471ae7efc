#pragma once
/// Which label stands beside which amount. Only the invoice room includes this header. Pure.

#include <cstdint>
#include <optional>
#include <set>
#include <vector>

#include "domain/big_decimal.hpp"
#include "domain/currency.hpp"
#include "invoice/page_lines.hpp"
#include "invoice/profile.hpp"

namespace moisson::invoice {

/// Amounts of one document that are looked at: an invoice has some hundred.
inline constexpr std::size_t labelled_amounts_max = 50'000;

struct LabelledAmount {
    Role role = Role::never;
    std::int64_t minor = 0;
    bool is_alone = false;  ///< no other amount shares the label: it is what the label says
};

/// A line with one percentage that a tax label belongs to: what it says of one rate.
struct RateLine {
    BigDecimal rate;
    std::optional<std::int64_t> base;  ///< where base and tax on it fit the rate
    std::int64_t vat = 0;
    friend bool operator==(const RateLine&, const RateLine&) = default;
};

struct LabelledPage {
    std::vector<LabelledAmount> amounts;  ///< those with a label: before them on their line, or, where none is there, in the cell above
    std::vector<RateLine> rates;          ///< each once
    std::set<std::int64_t> stated;        ///< every amount, with a label or without
};

[[nodiscard]] LabelledPage label_amounts(const std::vector<PageLine>& lines, const Profile& profile, Currency currency);

}  // namespace moisson::invoice
