#pragma once
/// The source of all jobs of an export: contract details, document lists, files; and what became of each.
/// Lists and files overlap: a contract's files are asked for as soon as its list is proven whole.

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "api/endpoints.hpp"
#include "api/listing.hpp"
#include "base/clock.hpp"
#include "base/reporter.hpp"
#include "books/history.hpp"
#include "config/job.hpp"
#include "domain/ledger_entry.hpp"
#include "domain/plausible.hpp"
#include "domain/run_summary.hpp"
#include "pipeline/closing.hpp"
#include "pipeline/journal.hpp"
#include "pipeline/list_evidence.hpp"
#include "pipeline/other_months.hpp"
#include "pipeline/planned_file.hpp"
#include "pipeline/records.hpp"
#include "pipeline/saver.hpp"
#include "state/state_store.hpp"
#include "transfer/engine.hpp"

namespace moisson::pipeline {

/// What the collector works with; all outlive it.
struct CollectorContext {
    const config::Job& job;
    api::ServiceUrls urls;
    state::StateStore& state;
    transfer::ObjectStore* store;  ///< null: a plan, nothing is downloaded
    Reporter& reporter;
    std::string run_id;
    const Clock& clock;
    Journal* journal = nullptr;    ///< null: a plan
    ClosedBooks* closed = nullptr; ///< null: closed months are not looked at
    OtherMonths* others = nullptr; ///< null: no more is said of months that are not exported
    const books::CountingRule& rule;
};

/// Loop's thread only.
class Collector final : public transfer::Source {
public:
    explicit Collector(CollectorContext context);
    ~Collector() override;

    /// The perimeter: what the API lists, matched with what the state knows. Before the loop runs.
    void add_contracts(const api::PerimeterResult& listed);

    [[nodiscard]] std::optional<transfer::Job> next() override;
    void done(transfer::Outcome outcome) override;

    /// Brings objects to disk and saves what is still only in memory. Call after the loop, however it ended.
    void save();
    /// The same, but comes back while the disk is at work; `save` ends it.
    void begin_save();

    /// The stored file of a document of a month before the exported ones.
    struct EarlierFile {
        const Contract* contract = nullptr;
        std::string document_id;
        std::string sha256;
        Month month;
    };

    struct Harvest {
        std::vector<std::unique_ptr<const Contract>> contracts;  ///< by id; owns what the pointers point to
        std::vector<LedgerEntry> entries;                        ///< all that decide what counts, unsorted: see scope.hpp
        std::vector<LateEntry> late;                             ///< rows of closed months that this run is about, unsorted
        std::vector<Finding> findings;
        std::vector<Finding> run_findings;                       ///< of this run and not of its data
        std::vector<ContractCompleteness> completeness;          ///< by contract id; file counts still zero
        RequestCounts requests;
        std::uint64_t listed = 0;
        std::uint64_t downloaded = 0;
        std::uint64_t reused = 0;
        std::vector<PlannedFile> to_fetch;                       ///< of a plan alone
        std::size_t contracts_listed = 0;                        ///< by the service, whatever the job asks for
        std::optional<Error> ended_by;                           ///< a spent quota or a full disk ended the run early
        books::History history;                                  ///< final documents of all months; not sealed yet
        std::vector<books::RememberedContract> remembered;       ///< contracts in the perimeter, by id
        std::vector<EarlierFile> earlier_files;
        std::uint64_t new_versions = 0;  ///< documents or versions that no earlier run knew, in the period
    };
    /// Once, at the end.
    [[nodiscard]] Harvest take_harvest();

private:
    struct ContractWork;
    struct FileWork;
    struct ReadRow;
    struct Task;

    [[nodiscard]] std::optional<transfer::Job> next_question();
    [[nodiscard]] std::optional<transfer::Job> next_file();
    [[nodiscard]] transfer::Job make_job(const Task& task, http::Request request);
    void note_flaws(const wire::Contract& item, std::string_view answer, const std::string& contract_id = {});
    void start_contract(ContractWork& work);
    [[nodiscard]] bool ask_again(ContractWork& work);
    [[nodiscard]] Result<http::Request> list_request(ContractWork& work);
    void refuse_contract(ContractWork& work, const Error& error);
    void detail_done(ContractWork& work, transfer::Outcome& outcome);
    void list_done(ContractWork& work, transfer::Outcome& outcome);
    void listing_finished(ContractWork& work);
    void remember_listing(ContractWork& work, const api::ListingResult& result);
    void judge_emptied(ContractWork& work, const api::ListingResult& result);
    [[nodiscard]] static bool is_missed(const ContractWork& work);
    void judge_lists();
    void disown(const ListEvidence::Shared& shared);
    void note_cache(const transfer::Outcome& outcome);
    void report_listing(ContractWork& work, const api::ListingResult& result);
    void add_rows(ContractWork& work, VersionedContract versioned);
    void keep_version(const ContractWork& work, VersionedDocument& versioned);
    void add_row(ContractWork& work, VersionedDocument& versioned, const VersionedDocument* earlier, ReadRow row);
    void add_late_rows(ContractWork& work, std::vector<VersionedDocument>& documents, std::vector<LedgerEntry> entries);
    void note_withdrawn(const ContractWork& work, const std::vector<VersionedDocument>& documents, std::vector<LedgerEntry>& entries) const;
    void add_late_row(ContractWork& work, VersionedDocument& versioned, const VersionedDocument* earlier, LateEntry late, bool shown);
    void note_version(ContractWork& work, const VersionedDocument& versioned, const VersionedDocument* earlier, LedgerEntry& entry);
    void add_version(const FileWork& file, state::DocumentRecord record);
    void remember_row(ContractWork& work, const VersionedDocument& versioned, const LedgerEntry& entry);
    void remember_contract(ContractWork& work, const std::optional<std::string>& known_name);
    void judge_visibility(ContractWork& work);
    void add_row_without_id(ContractWork& work, ReadRow row);
    void plan_file(ContractWork& work, VersionedDocument& versioned, std::size_t entry, bool late);
    [[nodiscard]] LedgerEntry& entry_of(const FileWork& file);
    [[nodiscard]] bool holds_no_document(const LedgerEntry& row, const state::DocumentRecord& record) const;
    void file_done(const FileWork& file, transfer::Outcome& outcome);
    void file_failed(const FileWork& file, const Error& error);
    void lose_file(LedgerEntry& row, std::string_view why);
    void note_stored(LedgerEntry& entry, const state::DocumentRecord& record);
    void add_finding(std::string_view code, std::string message, const std::string& contract_id, const std::string& document_id = {});
    void add_failure(std::string_view code, const Error& error, const std::string& contract_id, const std::string& document_id = {});
    void tell_progress();

    CollectorContext context_;
    const PlausibleTimes plausible_;  // of this run
    std::vector<std::unique_ptr<ContractWork>> contracts_;
    std::deque<std::size_t> ready_;       // contracts with a question to ask; those begun first: half-listed ones hold their lists
    std::deque<FileWork> files_;          // files to ask for
    std::deque<FileWork> second_chances_; // not ready at first: asked once more when all else is done
    std::unordered_map<std::uint64_t, Task> in_flight_;
    std::uint64_t tag_ = 0;
    bool file_turn_ = false;
    ListEvidence evidence_;
    bool used_cache_ = false;
    std::vector<std::string> disowned_;   // contracts whose new documents are another's
    Saver saver_;
    Harvest harvest_;
    Progress progress_;
};

}  // namespace moisson::pipeline
