#pragma once
/// One document from what the service said to where it stands. Offline: the state and the published folders are all that it needs.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/job.hpp"
#include "domain/closing.hpp"
#include "domain/ledger_entry.hpp"
#include "state/state_store.hpp"

namespace moisson::pipeline {

struct ExplainedVersion {
    state::DocumentRecord record;  ///< raw texts as the service sent them, and the stored file
    LedgerEntry entry;             ///< what they were read as; counted by the job's rule
    std::vector<Finding> findings;
    std::string rule;  ///< in words: its month's closing's where that is closed, else today's
    std::string why;  ///< why it counts or not, one sentence
};

/// One row of a published file.
struct PublishedRow {
    std::string folder;                                        ///< "2026-10"
    std::string file;                                          ///< "ledger.csv", or an addendum's name
    std::uint64_t line = 0;                                    ///< of the row, the header being 1
    std::vector<std::pair<std::string, std::string>> columns;  ///< name and text, in the file's order
    /// Text of a column; empty when the file has none of that name.
    [[nodiscard]] const std::string& text(std::string_view column) const;
};

struct ExplainedDocument {
    std::unique_ptr<const Contract> contract;
    std::string document_id;
    std::string rule;                        ///< the counting rule of this contract in words
    std::vector<ExplainedVersion> versions;  ///< oldest first
    std::vector<PublishedRow> published;
    std::vector<ClosedMonth> closed_months;  ///< those that a version belongs to
    std::vector<Addendum> addenda;           ///< those that hold it, with its rows only
    std::vector<HandedPosting> postings;     ///< by template, sequence; those of the closed ledgers have no template name
};

/// One for each contract that has the document. FatalError(usage) when the state knows no such document, with the nearest ids.
[[nodiscard]] std::vector<ExplainedDocument> explain_document(const config::Job& job, const std::string& document_id,
                                                              const std::string& contract_id);

}  // namespace moisson::pipeline
