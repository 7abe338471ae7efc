#pragma once
/// The source of all jobs of an export: it visits each contract (contract_visit.hpp), makes rows of what is listed (rows.hpp), has their
/// files fetched (file_plan.hpp). Lists and files overlap: a contract's files are asked for as soon as its list is proven whole.

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "api/endpoints.hpp"
#include "api/listing.hpp"
#include "api/perimeter.hpp"
#include "base/clock.hpp"
#include "base/reporter.hpp"
#include "books/books.hpp"
#include "config/job.hpp"
#include "pipeline/closed_books.hpp"
#include "pipeline/evidence.hpp"
#include "pipeline/file_plan.hpp"
#include "pipeline/harvest.hpp"
#include "pipeline/invoice_step.hpp"
#include "pipeline/journal.hpp"
#include "pipeline/list_evidence.hpp"
#include "pipeline/other_months.hpp"
#include "pipeline/perimeters.hpp"
#include "pipeline/records.hpp"
#include "pipeline/rows.hpp"
#include "pipeline/saver.hpp"
#include "pipeline/service.hpp"
#include "state/state_store.hpp"
#include "transfer/engine.hpp"

namespace moisson::pipeline {

/// What lists are asked by, kept with the answers of a part, and taken from there.
class AskedByKeeper {
public:
    virtual ~AskedByKeeper() = default;
    /// The options with which this login asks for the contract's documents; changes them to those that a part used, or uses. What they
    /// point to lives as long as the keeper.
    virtual void keep(const std::string& perimeter, const std::string& contract_id, api::ListingOptions& options) = 0;
};

/// What the collector works with; all outlive it.
struct CollectorContext {
    const config::Job& job;
    std::vector<Login> logins;  ///< by lane
    state::StateStore& state;
    transfer::ObjectStore* store;  ///< null: a plan, nothing is downloaded
    Reporter& reporter;
    std::string run_id;
    const Clock& clock;
    Journal* journal = nullptr;    ///< null: a plan
    ClosedBooks* closed = nullptr; ///< null: closed months are not looked at
    OtherMonths* others = nullptr; ///< null: no more is said of months that are not exported
    const books::CountingRule& rule;
    EvidenceRecorder* evidence = nullptr; ///< null: a plan
    AskedByKeeper* asked_by = nullptr;    ///< null: a run of its own
    InvoiceReader* invoices = nullptr;    ///< null: a plan, or a merge, whose files may have lain here for long
};

/// Loop's thread only.
class Collector final : public transfer::Source {
public:
    explicit Collector(CollectorContext context);
    ~Collector() override;

    /// The perimeter: what the API lists to each login, matched with what the state knows. Before the loop runs.
    void add_contracts(const ListedPerimeters& listed);

    [[nodiscard]] std::optional<transfer::Job> next(std::size_t lane) override;
    void done(transfer::Outcome outcome) override;

    /// Brings objects to disk and saves what is still only in memory. Call after the loop, however it ended.
    void save();
    /// The same, but comes back while the disk is at work; `save` ends it.
    void begin_save();

    /// Once, at the end.
    [[nodiscard]] Harvest take_harvest();

private:
    struct ContractWork;
    struct Task;

    [[nodiscard]] std::optional<Error> failure_of(const std::string& perimeter, const ListedPerimeters& listed) const;
    void note_left_out(const ListedPerimeters& listed, const std::map<std::string, SeenContract>& seen,
                       std::map<std::string, state::ContractRecord>& known);
    void note_perimeters(const ListedPerimeters& listed);
    void add_known(state::ContractRecord record, const ListedPerimeters& listed);
    void note_flaws(const wire::Contract& item, std::string_view answer, const std::string& contract_id = {});
    void start_contract(ContractWork& work);
    void start_gone(ContractWork& work);
    void start_unseen(ContractWork& work);
    void queue(ContractWork& work, bool first);
    void remember_contract(ContractWork& work, const std::optional<std::string>& known_name);
    void begin_visit(ContractWork& work);
    [[nodiscard]] std::optional<transfer::Job> next_question(std::size_t lane);
    [[nodiscard]] std::optional<transfer::Job> next_file(std::size_t lane);
    [[nodiscard]] transfer::Job send(transfer::Job job, Task task);
    void answered(const Task& task, Result<transfer::Answer> answer, int attempts);
    void note_detail(ContractWork& work, const Result<wire::Contract>& detail);
    void refuse_contract(ContractWork& work, const Error& error);
    void login_listed(ContractWork& work);
    void listing_finished(ContractWork& work, JoinedList joined);
    void doubt_list(ContractWork& work, const JoinedList& joined, api::ListingResult& result);
    void tell_shared(const ContractWork& work, const JoinedList& joined);
    void remember_listing(ContractWork& work, const api::ListingResult& result);
    void judge_emptied(ContractWork& work, const api::ListingResult& result);
    void report_listing(ContractWork& work, const api::ListingResult& result);
    void add_of_others(const ContractWork& work);
    void add_rows(ContractWork& work, VersionedContract versioned);
    void keep_version(const Contract& contract, VersionedDocument& versioned);
    void remember_row(ContractWork& work, const VersionedDocument& versioned, const LedgerEntry& entry);
    void add_row(const ListedContract& listed, ContractRows& rows, std::size_t at);
    void add_row_without_id(ContractRows& rows, std::size_t at);
    void add_late_rows(const ListedContract& listed, ContractRows& rows);
    void judge_visibility(ContractWork& work);
    void judge_lists();
    void disown(const ListEvidence::Shared& shared);
    void tell_progress();

    CollectorContext context_;
    const RowRules rules_;
    std::vector<std::unique_ptr<ContractWork>> contracts_;
    // By lane, contracts with a question to ask; those begun first: half-listed ones hold their lists.
    std::vector<std::deque<std::size_t>> ready_;
    std::unordered_map<std::uint64_t, Task> in_flight_;
    std::set<std::size_t> ended_lanes_;  // of which nothing more can be had
    std::uint64_t tag_ = 0;
    bool file_turn_ = false;
    ListEvidence evidence_;
    bool used_cache_ = false;
    std::vector<std::string> disowned_;  // contracts whose new documents are another's
    Saver saver_;
    Harvest harvest_;
    Progress progress_;
    FilePlan files_;
};

}  // namespace moisson::pipeline
