#pragma once
/// Rows and findings out of the versions of one contract's documents. Pure: no state, no store, no clock.

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "books/books.hpp"
#include "books/declarations.hpp"
#include "domain/contract.hpp"
#include "domain/finding.hpp"
#include "domain/ledger_entry.hpp"
#include "domain/period.hpp"
#include "domain/plausible.hpp"
#include "domain/run_summary.hpp"
#include "pipeline/perimeters.hpp"
#include "pipeline/records.hpp"

namespace moisson::pipeline {

/// The contract whose documents they are, and what its list is worth. What it refers to outlives it.
struct ListedContract {
    const Contract& contract;
    const books::Declarations& declared;
    bool gone = false;     ///< known from earlier runs only: no longer in the perimeter
    bool emptied = false;  ///< lists nothing any more, and earlier runs knew documents
    Completeness verdict = Completeness::complete;
    const JoinedList* joined = nullptr;  ///< whose list it is, where several logins see the contract; null: the first lane's

    /// The lanes that may give the file of the document as its row has it, in the order in which they are asked; at least one.
    [[nodiscard]] std::vector<std::size_t> lanes_of(const std::string& document_id) const;
    /// Another login lists the document with other content.
    [[nodiscard]] bool is_contradicted(const std::string& document_id) const {
        return joined != nullptr && joined->otherwise.contains(document_id);
    }
    /// What the contract does not list is not there: its list is whole, or says that it has none, or the contract is gone.
    [[nodiscard]] bool misses_unlisted() const noexcept { return gone || emptied || is_whole(verdict); }
};

/// What rows are made by. What it refers to outlives it.
struct RowRules {
    const books::CountingRule& rule;
    MonthRange period;  ///< that is exported
    PlausibleTimes plausible = {};
};

/// Rows, and what was found about each beside its codes.
struct ContractRows {
    std::vector<VersionedDocument> documents;
    std::vector<LedgerEntry> entries;             ///< of `documents` in their order, then of items without an id
    std::vector<std::vector<Finding>> of_values;  ///< by row, what its values show; the flaws of a version that was replaced are history
    std::map<std::size_t, Finding> changes;       ///< by row, the latest versions of documents that earlier runs knew otherwise
};

/// One row a version, with version, standing and whether it was withdrawn; none has a file yet. Items without an id are numbered as
/// versions, and have failed. Every value of a document is read here, once.
[[nodiscard]] ContractRows make_rows(VersionedContract versioned, const ListedContract& listed, const RowRules& rules);

/// What the place of the version at `at` among its document's versions, and in the list, says of it, and what its values show: codes on
/// `entry`, which is its row or a copy of it, and findings that are added to `findings`. Once for a row that is shown, when it is judged.
void tell_version(const ListedContract& listed, const RowRules& rules, const ContractRows& rows, std::size_t at, LedgerEntry& entry,
                  std::vector<Finding>& findings);

/// The sentence for a version whose file alone is another one.
[[nodiscard]] Message other_file(std::uint32_t version);

/// The finding that says why a contract's list is not whole.
[[nodiscard]] FindingCode finding_of(Completeness verdict) noexcept;

}  // namespace moisson::pipeline
