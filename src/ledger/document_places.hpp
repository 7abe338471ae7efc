#pragma once
/// Where the documents that findings name stand in the workbook. Only the ledger room includes this header.

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "domain/ledger_entry.hpp"
#include "domain/run_summary.hpp"

namespace moisson::ledger {

/// Of each document that a finding of the data names: its row of the latest version. Views into what it was made of.
class DocumentPlaces {
public:
    struct Place {
        const LedgerEntry* entry = nullptr;  ///< never null in an answer
        std::uint64_t ledger_index = 0;      ///< among all rows
        std::uint64_t counted_index = 0;     ///< among those that count; means nothing where the entry does not
    };
    DocumentPlaces(std::span<const LedgerEntry> entries, const RunSummary& summary);

    /// Null where the ledger has no such document.
    [[nodiscard]] const Place* find(std::string_view contract_id, std::string_view document_id) const;
    /// Null where the perimeter has no such contract.
    [[nodiscard]] const std::uint64_t* find_contract(std::string_view contract_id) const;
    /// Empty where it has none.
    [[nodiscard]] std::string_view name_of(std::string_view contract_id) const;

private:
    using Name = std::pair<std::string_view, std::string_view>;  // contract and document id
    struct Hash {
        std::size_t operator()(const Name& name) const noexcept {
            const std::hash<std::string_view> hash;
            return hash(name.first) * 31 + hash(name.second);
        }
    };
    std::unordered_map<Name, Place, Hash> places_;
    std::unordered_map<std::string_view, std::uint64_t> contracts_;  // index among those of the perimeter
    const RunSummary& summary_;
};

}  // namespace moisson::ledger
