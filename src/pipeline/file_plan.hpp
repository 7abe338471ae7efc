#pragma once
/// The plan of files: for each row whether its file is at hand, is asked for, or cannot be had; and what becomes of what is asked for.

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/endpoints.hpp"
#include "base/reporter.hpp"
#include "base/result.hpp"
#include "config/job.hpp"
#include "pipeline/evidence.hpp"
#include "pipeline/harvest.hpp"
#include "pipeline/invoice_step.hpp"
#include "pipeline/records.hpp"
#include "pipeline/rows.hpp"
#include "pipeline/saver.hpp"
#include "pipeline/service.hpp"
#include "state/state_store.hpp"
#include "transfer/engine.hpp"

namespace moisson::pipeline {

/// A row's place in a harvest, which grows: in `entries`, or in `late`.
struct RowPlace {
    std::size_t at = 0;
    bool late = false;
};

/// What the plan works with; all outlive it.
struct FilePlanContext {
    const config::Job& job;
    const std::vector<Login>& logins;  ///< by lane
    transfer::ObjectStore* store;  ///< null: a plan, nothing is downloaded
    Reporter& reporter;
    const std::string& run_id;
    bool is_closed = false;  ///< the exported month: its files stay as they were sealed with it
    EvidenceRecorder* evidence = nullptr;  ///< null: nobody asks where files came from
    InvoiceReader* invoices = nullptr;     ///< null: files are not read while others come
};

/// Loop's thread only. Marks rows of `harvest` and adds findings, further versions and counts to it; what came goes to `saver`.
class FilePlan {
public:
    FilePlan(FilePlanContext context, Harvest& harvest, Saver& saver, Progress& progress);

    /// Whether the version's file is at hand, or the service may still give it.
    [[nodiscard]] bool can_be_had(const VersionedDocument& versioned) const;

    /// Decides on the file of a row: it is at hand, is queued (of a plan: noted in `Harvest::to_fetch`), or the row says why there is none.
    /// Of a part, notes in `Harvest::askable` who may be asked for it.
    void add(const ListedContract& listed, VersionedDocument& versioned, RowPlace place);
    /// Of a part: has the file fetched that those logins give who are shown the document otherwise. Whoever merges may stand by them.
    void add_of_others(const LedgerEntry& entry, const OtherContent& other);

    struct File {
        std::optional<RowPlace> place;   ///< empty: of others (`add_of_others`)
        std::vector<std::size_t> lanes;  ///< the one that is asked, and those that are asked should it not give the file
        state::DocumentRecord record;
        bool is_paper = false;
        std::optional<std::size_t> askable = {};  ///< of a part: its place in `Harvest::askable`
        int asked_again = 0;
        std::shared_ptr<const Error> refused = {};  ///< what an earlier lane was answered, when it is another one's turn
        [[nodiscard]] std::size_t lane() const { return lanes.front(); }
    };
    struct Question {
        File file;
        transfer::Job job;  ///< without a tag
    };
    /// The next file that the lane is asked for; empty when none is queued.
    [[nodiscard]] std::optional<Question> next(std::size_t lane);
    /// Files wait to be asked for, in some lane.
    [[nodiscard]] bool has_queued() const noexcept;
    /// When all else is done: files that were not ready at first are queued once more.
    void queue_second_chances() { queued_.swap(second_chances_); }
    /// The answer to what `next` gave.
    void done(const File& file, Result<transfer::Answer> answer, int attempts);

private:
    [[nodiscard]] LedgerEntry& row_at(RowPlace place);
    [[nodiscard]] bool holds_no_document(const LedgerEntry& row, const state::DocumentRecord& record) const;
    [[nodiscard]] bool has_file(const state::DocumentRecord& record) const;
    void note(LedgerEntry& row, FindingCode code, Message message);
    void add_of_inbox(LedgerEntry& row, const state::DocumentRecord& record);
    void note_stored(LedgerEntry& row, const state::DocumentRecord& record);
    void lose(LedgerEntry& row, const Message& why);
    void note_wanted(const Contract& contract, const VersionedDocument& versioned, RowPlace place);
    void note_askable(const state::DocumentRecord& record, std::vector<std::size_t> lanes, bool is_here);
    void queue(File file);
    void came(const File& file, const transfer::Answer& answer, int attempts);
    void came_to_row(const File& file, RowPlace place, const transfer::Answer& answer, int attempts);
    void add_version(RowPlace place, const state::DocumentRecord& before, state::DocumentRecord record);
    void read_ahead(const LedgerEntry& row, bool late);
    [[nodiscard]] bool ask_another(const File& file, const Error& error);
    void failed(const File& file, const Error& error, int attempts);

    FilePlanContext context_;
    Harvest& harvest_;
    Saver& saver_;
    Progress& progress_;
    std::vector<std::deque<File>> queued_;  // by lane
    std::vector<std::deque<File>> second_chances_;
};

}  // namespace moisson::pipeline
