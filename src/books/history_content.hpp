#pragma once
/// How the history is packed. Private to this room.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "books/history.hpp"
#include "domain/contract.hpp"

namespace moisson::books {

struct HistoryDocument {
    const Contract* contract = nullptr;
    Period period{};
    std::int64_t amount_minor = 0;
    std::chrono::year_month_day issued{};  ///< not ok(): unknown
    Currency currency;
    std::uint8_t type = 0;  ///< index in `Content::types`
    bool has_amount = false;
    bool counted = false;

    [[nodiscard]] Month month() const noexcept { return period.month(); }
    [[nodiscard]] Money amount() const noexcept { return {amount_minor, currency}; }
};

struct History::Content {
    std::vector<std::string> types;
    std::vector<HistoryDocument> documents;  ///< after `seal`: by contract id, month, currency, amount
    /// After `seal`: where each contract's documents begin and end, by contract id.
    struct Group {
        const Contract* contract = nullptr;
        std::size_t begin = 0;
        std::size_t end = 0;
    };
    std::vector<Group> groups;
    std::optional<Month> newest;  ///< of all contracts

    [[nodiscard]] std::span<const HistoryDocument> documents_of(const Group& group) const {
        return std::span(documents).subspan(group.begin, group.end - group.begin);
    }
    /// Empty when the contract has none.
    [[nodiscard]] std::span<const HistoryDocument> documents_of(std::string_view contract_id) const;
};

/// The job's type filter lets final documents through.
[[nodiscard]] bool has_final_types(const ExportScope& scope);

}  // namespace moisson::books
