#pragma once
/// Closed months, what comes after them, and what was handed out to the accounts, as plain values: stored by `state`, judged by `books`,
/// written by `pipeline` and `report`.
///
/// A closed month keeps its ledger for good. What arrives or changes later stands in addenda, each booked in one open month: the one whose
/// export first showed it.

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "domain/books_settings.hpp"
#include "domain/contract.hpp"
#include "domain/entry_number.hpp"
#include "domain/money.hpp"
#include "domain/period.hpp"
#include "domain/posting.hpp"

namespace moisson {

/// The sum of a closed month's counted rows in one currency.
struct ClosedTotal {
    Money total;
    std::uint64_t documents = 0;
    friend bool operator==(const ClosedTotal&, const ClosedTotal&) = default;
};

/// One published file of a closed month, as it was sealed. Its bytes are kept in the object store.
struct ClosedFile {
    std::string path;  ///< relative to the month's folder: "ledger.csv", "erp/fec.txt"
    std::uint64_t size_bytes = 0;
    std::string sha256;
    friend bool operator==(const ClosedFile&, const ClosedFile&) = default;
};

/// A month that is closed now.
struct ClosedMonth {
    Month period = *Month::make(1980, 1);
    std::uint32_t revision = 1;  ///< how often the month was closed: 2 after it was reopened once
    Timestamp closed_at;
    std::string closed_by;
    std::string ledger_sha256;  ///< of OUT/PERIOD/ledger.csv
    std::uint64_t rows = 0;
    std::uint64_t counted = 0;
    std::string verdict;               ///< of the export that was sealed: "complete" or "incomplete"
    std::string reason;                ///< why an incomplete month was accepted; else empty
    std::vector<ClosedTotal> totals;   ///< by currency code
    std::vector<ClosedFile> files;     ///< all that the folder held, summary.json too, by path; empty: closed before that was kept
    std::uint32_t addenda_before = 0;  ///< addenda of earlier revisions: their rows stand in this revision's ledger
    friend bool operator==(const ClosedMonth&, const ClosedMonth&) = default;
};

/// One closing or reopening. Kept for good.
struct ClosingEvent {
    Month period = *Month::make(1980, 1);
    bool closed = true;  ///< false: reopened
    std::uint32_t revision = 1;
    Timestamp at;
    std::string by;
    std::string reason;         ///< of a reopening; of a closing only where the month was incomplete
    std::string ledger_sha256;  ///< of a closing
    friend bool operator==(const ClosingEvent&, const ClosingEvent&) = default;
};

/// What judged one contract in a month that is closed now: its names, and what counted, as they were when it was closed.
struct ClosedContract {
    Month period = *Month::make(1980, 1);
    Contract contract;
    std::vector<std::string> types;      ///< what counted, in order of preference
    std::vector<TypeDecision> decided;   ///< types that the job file explained; reasons left out
    friend bool operator==(const ClosedContract&, const ClosedContract&) = default;
};

/// One row of a closed month's ledger: as much of it as tells whether it changed, and by how much.
struct ClosedRow {
    Month period = *Month::make(1980, 1);
    std::string contract_id;
    std::string document_id;
    std::uint32_t version = 1;
    std::string document_type;
    bool counted = false;
    std::optional<Money> amount;
    std::string sha256;      ///< of the document's file; empty: it had none
    std::string row_sha256;  ///< of the row in ledger.csv, its line end included
    friend bool operator==(const ClosedRow&, const ClosedRow&) = default;
};

/// What happened to a document of a closed month.
enum class Change {
    late,      ///< it was not in the closed ledger
    version,   ///< a new version replaces the one that was closed
    counting,  ///< the same version counts now, or no longer does
    file,      ///< only its file is another one, or is there at last
};
[[nodiscard]] std::string_view to_text(Change change) noexcept;  ///< "late", "version", "counting", "file"

/// One row of an addendum. Once published it never changes.
struct AddendumRow {
    std::string contract_id;
    std::string document_id;
    std::uint32_t version = 1;
    Change change = Change::late;
    std::string document_type;
    bool counted = false;
    std::optional<Money> amount;
    std::optional<Money> counted_before;  ///< what stood in the books of the closed month for this document; empty: nothing
    std::string sha256;                   ///< as `path`, `size_bytes` and `media_type` of the ledger; empty without a file
    std::uint64_t size_bytes = 0;
    std::string media_type;
    std::string path;  ///< in the bundle of the booking month
    std::string csv;   ///< the row as written, its line end included
    friend bool operator==(const AddendumRow&, const AddendumRow&) = default;
};

struct Addendum {
    Month period = *Month::make(1980, 1);          ///< the closed month
    std::uint32_t number = 1;                      ///< of this month's addenda, from 1
    Month booking_period = *Month::make(1980, 1);  ///< the month whose folder holds it, later than `period`
    std::string run_id;
    bool reporting = false;         ///< its rows have the columns of the reporting currency
    std::vector<AddendumRow> rows;  ///< in the ledger's order
    /// "addendum-2026-10-01.csv"
    [[nodiscard]] std::string file_name() const;
    friend bool operator==(const Addendum&, const Addendum&) = default;
};

/// The version that stands in a published row for what an addendum booked: no document has it.
inline constexpr std::uint32_t booked_by_addendum = 2147483647;  // what every store's column holds

/// What addenda of `period` with a higher number than `addenda_before` booked of its documents last: `booked_by_addendum` is their version.
/// By contract id and document id.
[[nodiscard]] std::vector<ClosedRow> rows_of_addenda(std::span<const Addendum> addenda, Month period, std::uint32_t addenda_before);

/// What an addendum adds to the books, for summaries.
struct AddendumSum {
    std::string file;  ///< `Addendum::file_name`
    Month period = *Month::make(1980, 1);
    Month booking_period = *Month::make(1980, 1);
    std::uint64_t rows = 0;
    std::vector<ClosedTotal> differences;  ///< by currency code
};

/// A posting that a published file of a template held. `Posting` is the same with its row.
struct HandedPosting {
    std::int64_t number = 0;  ///< given by the state: later postings have higher ones
    /// The template's name. Empty: the closed ledgers and addenda themselves, which a template that is first used later starts from.
    std::string template_name;
    std::string contract_id;
    std::string document_id;
    std::uint32_t sequence = 1;
    std::uint32_t version = 1;
    PostingKind kind = PostingKind::first;
    Money amount;
    Month period = *Month::make(1980, 1);
    Month booking_period = *Month::make(1980, 1);
    std::string run_id;
    PostingTermsPtr terms;  ///< empty: not known (the closed ledgers' own, and what was booked before this was kept)
    PostingParts parts;     ///< with `terms`
    friend bool operator==(const HandedPosting& left, const HandedPosting& right);
};

/// A template that was first used after `booking_period` was closed takes that month's books, up to the posting `last_number` of the
/// closed ledgers, for handed out: they were booked in another way.
struct TemplateBase {
    std::string template_name;
    Month booking_period = *Month::make(1980, 1);
    std::int64_t last_number = 0;
    std::string run_id;
    friend bool operator==(const TemplateBase&, const TemplateBase&) = default;
};

/// A published folder that another state had made, taken over by this one. Kept for good, and told in every later summary.
struct Adoption {
    std::uint32_t number = 1;  ///< one more than any that the folder had seen
    Timestamp at;
    std::string reason;
    std::string what;  ///< what differed, in words
    friend bool operator==(const Adoption&, const Adoption&) = default;
};

/// A month whose ledger stands in a published folder, of one month or of several, and that is open or was when it was published.
struct PublishedMonth {
    Month period = *Month::make(1980, 1);
    std::string run_id;         ///< the run that published it last
    std::string ledger_sha256;  ///< of that folder's ledger.csv; empty: opened again after addenda, its ledger is not what is booked
    friend bool operator==(const PublishedMonth&, const PublishedMonth&) = default;
};

/// One publication of a folder: a link of the chain that every bundle carries on (samples/bundle.md, "The chain"). A folder that is
/// published again with other bytes has one more link; the last one of a folder's name is what stands there.
struct ChainLink {
    std::uint32_t number = 1;   ///< from 1, one more than the link before
    std::string folder;         ///< its name: "2026-10", "2026-10..2026-12", "all"
    std::string ledger_sha256;  ///< of its ledger.csv
    std::string bundle_sha256;  ///< of its bundle.zip
    friend bool operator==(const ChainLink&, const ChainLink&) = default;
};

/// What a publish adds to the books. Saved before the month shows, confirmed afterwards, so that a run killed in between is settled by
/// looking at what is published.
struct Publication {
    std::string run_id;
    std::string folder;  ///< absolute path of the published folder, whose name is the period's
    std::vector<Addendum> addenda;
    std::vector<HandedPosting> postings;
    std::vector<TemplateBase> bases;
    std::map<std::string, std::vector<EntryNumber>> numbers;  ///< by template: those that its files gave
    std::vector<PublishedMonth> months;  ///< the open months that the folder holds whole; `run_id` as above
    std::vector<ClosedRow> rows;         ///< their rows; without digests and types
    std::optional<ChainLink> link;       ///< of the folder, where it is not the one that stands there already
    /// Whether it adds nothing to the books; months that are published again are no such addition.
    [[nodiscard]] bool empty() const noexcept { return addenda.empty() && postings.empty() && bases.empty() && numbers.empty(); }
};

}  // namespace moisson
