#pragma once
/// Closed months as one run sees them: what came late or changed, which addenda and postings follow, and when they count as booked.
///
/// Only an export of one whole open month takes what closed months before it still owe. Ranges show the addenda of their months and change
/// nothing; a partial view (a filter, or no files) shows none and changes nothing.

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "books/books.hpp"
#include "books/closing.hpp"
#include "books/fx.hpp"
#include "books/postings.hpp"
#include "config/job.hpp"
#include "domain/closing.hpp"
#include "domain/ledger_entry.hpp"
#include "domain/posting.hpp"
#include "domain/run_summary.hpp"
#include "pipeline/closed_rules.hpp"
#include "pipeline/template_books.hpp"
#include "state/state_store.hpp"

namespace moisson::pipeline {

/// A row of a closed month that this run is about.
struct LateEntry {
    LedgerEntry entry;
    std::optional<Change> change;            ///< set: it belongs into a new addendum
    std::optional<Money> counted_before;     ///< what the closed month counts for the document
    std::optional<std::string> held_sha256;  ///< set: an addendum of the exported month holds the row, with this file (empty: without)
};

/// One run's view. Control loop's thread.
class ClosedBooks {
public:
    /// `rule` and `state` outlive it; `rule` gets what closed months keep of it. `templates`: names under which the job's files book
    /// (template_books.hpp). Below, a `template_name` is one of these.
    ClosedBooks(const config::Job& job, std::vector<std::string> templates, state::StateStore& state, books::CountingRule& rule,
                std::string run_id, bool exporting);

    /// The month that is exported, when it is closed. Not for a view of it, which is published beside it.
    [[nodiscard]] const ClosedMonth* exported() const noexcept;
    /// Months closed now, sorted.
    [[nodiscard]] const std::vector<Month>& closed_months() const noexcept { return closed_; }
    /// The open month that takes what closed ones before it owe; empty: this export takes nothing.
    [[nodiscard]] std::optional<Month> booking() const noexcept { return booking_; }
    /// Whether rows of closed months are looked at.
    [[nodiscard]] bool looks_back() const noexcept { return looks_back_; }

    /// What judges the rows of closed months. Its `judge` comes before `select`.
    [[nodiscard]] ClosedRules& rules() noexcept { return rules_; }

    /// One row that a contract's closed months need.
    struct Kept {
        std::size_t entry = 0;  ///< index of the row
        bool shown = false;     ///< it stands in an addendum of this month, old or new: its findings and its file belong to this run
        std::optional<Change> change;
        std::optional<Money> counted_before;
        std::optional<std::string> held_sha256;
    };
    /// `entries`: all rows of one contract, judged, files that the store has already filled in. Counts them, and says which are needed.
    /// `findings` gets what closed months need a decision on, and where today's rules would count otherwise.
    [[nodiscard]] std::vector<Kept> select(const Contract& contract, std::vector<LedgerEntry>& entries, std::vector<Finding>& findings);

    /// After the transfers: makes the new addenda, and fills the summary's closed months, addenda and findings.
    /// `rates`: of the job's reporting currency, when it has one: the rows are converted as the ledger's.
    void take(std::vector<LateEntry> late, const std::optional<books::RateTable>& rates, RunSummary& summary);

    /// The postings of one template for this export, rows of closed months among them. `entries`: the ledger's; they and this object
    /// outlive the postings. `terms`: the template's. FatalError(inconsistent) on overflow.
    [[nodiscard]] std::vector<Posting> make_postings(const std::string& template_name, const std::vector<LedgerEntry>& entries,
                                                     books::TermsSource terms, books::PostingNotes& notes);
    /// Whether its postings hang on what other templates book in this run: `make_postings` comes after their `book`.
    [[nodiscard]] bool is_shared(const std::string& template_name) const { return templates_.is_shared(template_name); }
    /// The template's files hold `written` (indices into `postings`): the new ones among them are booked when the month is published. Once
    /// for each template; not called for one whose files were refused.
    void book(const std::string& template_name, std::span<const Posting> postings, std::span<const std::uint32_t> written);
    /// The numbers that entries of the template, and of those whose books it goes on with, have from earlier files.
    [[nodiscard]] std::vector<EntryNumber> numbers_of(const std::string& template_name) const;
    /// Those that this run's files gave: kept when the month is published.
    void keep_numbers(const std::string& template_name, std::vector<EntryNumber> numbers);

    /// The template's files were refused: the open months of `entries` are still to be booked by it, even when they are closed meanwhile.
    void owe(const std::string& template_name, const std::vector<LedgerEntry>& entries);
    /// Closed months that the template takes for booked in another way, because its first file comes after they were closed.
    [[nodiscard]] std::vector<Month> taken_for_booked(const std::string& template_name) const;

    /// What is not asked for any more: a perimeter's own files, in whose place these book something, and where the template has booked
    /// nothing at all yet, other templates that booked months of this export, whose place it may be meant to take. After `make_postings`.
    [[nodiscard]] std::vector<std::string> booked_elsewhere(const std::string& template_name) const;

    /// Whether `ledger`, just written, is to be published. True for an open month, and for one closed before its files were kept whose
    /// folder is gone, when it is the one that was closed. False: the closed month stands, or is published again from what was kept.
    /// FatalError(inconsistent), naming what would change, when a closed month would not be what it was.
    [[nodiscard]] bool is_to_publish(const std::filesystem::path& ledger, const std::string& sha256) const;
    /// The exported month is closed, and nothing stands in its place.
    [[nodiscard]] bool folder_is_gone() const;
    /// FatalError(inconsistent) when the folder of the exported month, which is closed, is not as it was.
    void check_exported_folder(const std::stop_token& stop) const;

    /// This run books something that no earlier one did: an addendum, or a posting of an ERP file. A view never does: its ERP files are
    /// previews.
    [[nodiscard]] bool books_something() const noexcept { return !is_view_ && !publication_.empty(); }
    /// The publication, for what else the state keeps of it.
    [[nodiscard]] Publication& publication() noexcept { return publication_; }
    [[nodiscard]] const Publication& publication() const noexcept { return publication_; }
    /// The last step before the month shows: what it adds to the books is saved, as pending.
    void begin_publication();
    /// The month shows.
    void end_publication();

private:
    void convert(const books::RateTable& rates, Currency currency, std::vector<Finding>& findings);
    void add_addendum(Month period, const std::vector<std::size_t>& rows, bool reporting);
    [[nodiscard]] std::vector<TemplateBase> new_bases_for(const std::string& template_name) const;
    [[nodiscard]] const std::vector<TemplateBase>& bases_for(const std::string& template_name) const;
    [[nodiscard]] FilesHistory whole_history_of(const std::string& template_name,
                                                const std::function<std::vector<HandedPosting>(const std::string&)>& take,
                                                std::vector<const LedgerEntry*> rows) const;
    [[nodiscard]] FilesHistory shared_history_of(const std::string& template_name, const std::vector<const LedgerEntry*>& rows);
    void note_taken_over(const std::string& template_name, const std::vector<HandedPosting>& left, const std::vector<Posting>& postings);
    [[nodiscard]] std::map<std::size_t, Kept> find_late(const std::string& contract_id, const std::vector<LedgerEntry>& entries) const;
    [[nodiscard]] bool stands_before_booking(const std::vector<LedgerEntry>& entries, const std::string& document_id) const;
    void keep_other_versions(const std::vector<LedgerEntry>& entries, std::map<std::size_t, Kept>& kept) const;
    [[nodiscard]] std::vector<std::size_t> booked_late(const std::string& contract_id, const std::vector<LedgerEntry>& entries) const;

    const config::Job& job_;
    state::StateStore& state_;
    const books::CountingRule& rule_;
    std::string run_id_;
    std::vector<ClosedMonth> months_;
    std::vector<Month> closed_;      ///< the same as months only
    const std::vector<Addendum> addenda_before_;  ///< those of earlier runs
    ClosedRules rules_;
    std::vector<Month> taken_;       ///< these, and months of a folder that was taken over: a template starts after them
    std::uint32_t sequence_floor_ = 0;
    std::vector<Addendum> addenda_;  ///< all, new ones included after `take`
    std::vector<TemplateBase> booked_;
    std::vector<TemplateBase> bases_;
    TemplateBooks templates_;
    mutable std::map<std::string, std::vector<TemplateBase>> bases_of_;  ///< as `bases_for` found them
    std::optional<RowPerimeters> perimeters_;                            ///< of the rows that postings are made of
    std::map<std::string, std::vector<HandedPosting>> postings_of_;      ///< as loaded, of templates with files of perimeters
    std::map<std::string, std::set<std::string>> taken_over_;            ///< by name, those in whose place its files book something
    std::map<std::string, std::vector<HandedPosting>> voided_;           ///< by name, what is kept with what its files book
    std::optional<Month> booking_;  ///< the open month that takes what closed ones owe
    bool looks_back_ = false;
    bool is_view_ = false;  ///< a partial view: books nothing
    std::vector<LateEntry> late_;
    Publication publication_;
};

}  // namespace moisson::pipeline
