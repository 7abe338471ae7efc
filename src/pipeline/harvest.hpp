#pragma once
/// What a run brings in from the service and from what earlier runs knew, before the books are kept.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "books/books.hpp"
#include "books/history.hpp"
#include "domain/contract.hpp"
#include "domain/finding.hpp"
#include "domain/ledger_entry.hpp"
#include "domain/run_summary.hpp"
#include "pipeline/closed_books.hpp"
#include "pipeline/planned_file.hpp"
#include "transfer/object_store.hpp"

namespace moisson::pipeline {

/// The stored file of a document of a month before the exported ones.
struct EarlierFile {
    const Contract* contract = nullptr;
    std::string document_id;
    std::string sha256;
    Month month;
};

/// A file as whoever merges a part may ask for it: for a row of another login than the part's, or under another one that lists it so.
struct AskableFile {
    std::string contract_id;
    std::string document_id;
    std::vector<std::size_t> lanes;           ///< the logins that are shown the document alike, in the order in which they are asked
    std::optional<transfer::StoredObject> object;  ///< empty: it is not here
};

struct Harvest {
    std::vector<std::unique_ptr<const Contract>> contracts;  ///< by id; owns what the pointers point to
    std::vector<LedgerEntry> entries;                        ///< all that decide what counts, unsorted: see scope.hpp
    std::vector<LateEntry> late;                             ///< rows of closed months that this run is about, unsorted
    std::vector<Finding> findings;
    std::vector<Finding> run_findings;               ///< of this run and not of its data
    std::vector<ContractCompleteness> completeness;  ///< by contract id; file counts still zero
    RequestCounts requests;
    std::uint64_t listed = 0;
    std::uint64_t downloaded = 0;
    std::uint64_t reused = 0;
    std::vector<PlannedFile> to_fetch;                  ///< of a plan alone
    std::vector<AskableFile> askable;                   ///< of a part alone
    std::vector<std::string> failed_perimeters;         ///< names of those whose login could not list its contracts
    std::size_t contracts_listed = 0;                   ///< by the service, whatever the job asks for
    std::optional<Error> ended_by;                      ///< a spent quota or a full disk ended the run early
    books::History history;                             ///< final documents of all months; not sealed yet
    std::vector<books::RememberedContract> remembered;  ///< contracts in the perimeter, by id
    std::vector<EarlierFile> earlier_files;
    std::uint64_t new_versions = 0;  ///< documents or versions that no earlier run knew, in the period

    /// The row's file, where its month is before the exported ones.
    void remember_file(const LedgerEntry& row, const std::string& sha256, const MonthRange& exported);
    void add_finding(FindingCode code, Message message, const std::string& contract_id, const std::string& document_id = {});
    /// The sentence of a failure that is the same in every run that fails so: it stands in the archive.
    [[nodiscard]] static Message sentence_of(const Error& error);
    /// The finding's sentence is the same in every run that fails so; what else is known of the error goes into its detail.
    void add_failure(FindingCode code, const Error& error, const std::string& contract_id, const std::string& document_id = {});
};

}  // namespace moisson::pipeline
