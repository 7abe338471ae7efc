#pragma once
/// Which rows belong together: the latest version of each document, and the months that a contract's rows cover. Private to this room.

#include <compare>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "domain/ledger_entry.hpp"

namespace moisson::books {

/// A document; one without an id is told apart by its version, which is only a running number then. What it points to outlives it.
struct DocumentKey {
    std::string_view contract_id;
    std::string_view document_id;
    std::uint32_t running = 0;
    friend auto operator<=>(const DocumentKey&, const DocumentKey&) = default;
};
struct HashOfDocument {
    std::size_t operator()(const DocumentKey& key) const noexcept;
};
[[nodiscard]] DocumentKey document_key(const LedgerEntry& entry);

/// For each row whether it is the latest version of its document. Rows that carry `superseded` never are; of two rows with the same version
/// the first is; a row without a document id stands for a document of its own (its version is only a running number).
[[nodiscard]] std::vector<bool> find_latest(std::span<const LedgerEntry> entries);

/// Months since year 0, for arithmetic on spans.
[[nodiscard]] std::int64_t month_index(std::chrono::year_month_day day) noexcept;

/// The document is listed under several contracts: whose it is is not known, and it counts nowhere.
[[nodiscard]] bool is_disputed(const LedgerEntry& entry) noexcept;

/// A set of months as merged spans, first and last included. Built by `add` then `seal`, asked after.
class MonthSet {
public:
    void add(const Period& period);
    /// Sorts and merges; adjacent spans become one.
    void seal();
    /// Some month of the period is in the set.
    [[nodiscard]] bool touches(const Period& period) const;
    /// Every month of the period is in the set.
    [[nodiscard]] bool covers(const Period& period) const;
    [[nodiscard]] bool empty() const noexcept { return spans_.empty(); }

private:
    std::vector<std::pair<std::int64_t, std::int64_t>> spans_;
};

}  // namespace moisson::books
