#pragma once
/// What earlier runs saw and stored. The only SQL of the program lives behind this door.
///
/// One thread at a time: the control loop's. Every failure of the store throws FatalError(local, state); another holder of the lock
/// FatalError(locked).

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "domain/closing.hpp"
#include "domain/contract.hpp"

namespace moisson::state {

/// One version of one document as the API sent it, with its file where it was fetched. Raw texts, so that rows can be made again.
/// Strings may hold any bytes, NUL included.
struct DocumentRecord {
    std::string contract_id;
    std::string document_id;
    std::uint32_t version = 1;
    std::string document_type;  ///< with `has_…` below false where the API left the member out
    std::string filename;
    std::string period;
    std::string created_at;
    std::string updated_at;
    std::string amount;
    std::uint8_t amount_kind = 0;  ///< wire::AmountKind as a number
    std::string currency;
    /// Bit mask of members that were present: 1 type, 2 filename, 4 period, 8 createdAt, 16 updatedAt, 32 currency. With 64 the document
    /// did not come by the API but by an inbox; with 128 the API delivered the same invoice since, and `updated_at` is that document's id.
    std::uint8_t present = 0;
    std::string sha256;  ///< empty: not fetched
    std::uint64_t size_bytes = 0;
    std::string media_type;
    bool unframed = false;
    bool damaged = false;        ///< the service has it so: it came twice, whole and with the same bytes
    std::string first_seen_run;  ///< run id
    friend bool operator==(const DocumentRecord&, const DocumentRecord&) = default;
};

/// As if the file had never been fetched.
inline void forget_file(DocumentRecord& record) {
    record.sha256.clear();
    record.size_bytes = 0;
    record.media_type.clear();
    record.unframed = false;
    record.damaged = false;
}

struct ContractRecord {
    Contract contract;             ///< list item and detail merged
    std::string list_item_digest;  ///< SHA-256 of the list item's values; a change means: ask for the detail again
    bool detail_known = false;
    bool mixed_list_trusted = false;           ///< when last compared, the mixed list was equal to the six types asked one by one
    std::optional<Month> compared_month = {};  ///< the calendar month of that comparison; empty: before that was kept
    std::uint64_t compared_count = 0;          ///< how long the mixed list was then
    bool proved_by_types = false;              ///< … and each type's list was shorter: no cap of the service cut the mixed list
    std::uint64_t documents_last = 0;          ///< how many were listed last time: a good first limit
    std::string last_seen_run;
    std::optional<Month> first_month;    ///< the last closed month when the contract was first seen; empty: before that was kept
    std::string earlier_name;            ///< before the last renaming
    std::optional<Month> renamed_month;  ///< the last closed month when that was seen
    friend bool operator==(const ContractRecord&, const ContractRecord&) = default;
};

/// What a document's content says of itself, so that no run reads it again. It can be made anew of the file: no bundle carries it.
struct KeptReading {
    std::string sha256;    ///< of the content
    std::string expected;  ///< what it was asked for: the amount of the list
    std::string reader;    ///< what read it: version and profiles
    std::string reading;   ///< any bytes
    friend bool operator==(const KeptReading&, const KeptReading&) = default;
};

struct RunRecord {
    std::string run_id;
    std::string period;
    Timestamp started_at;
    Timestamp finished_at;
    std::string verdict;
    int exit_code = 1;
    std::string ledger_sha256;
};

/// What a published folder shows of the books of another state: all of it is saved by one call, or nothing.
struct Takeover {
    struct Closing {
        ClosedMonth month;
        std::vector<ClosedRow> rows;
        std::vector<ClosedContract> contracts;
        std::vector<HandedPosting> postings;  ///< template name empty
    };
    Adoption adoption;
    std::vector<RunRecord> runs;
    std::vector<ClosingEvent> reopenings;  ///< of months that are closed here and no longer there
    std::vector<Closing> closings;
    std::vector<Addendum> addenda;
    std::vector<HandedPosting> postings;  ///< of open months, template name empty
    std::vector<Month> booked_months;     ///< whose ERP files count as handed out, whatever they held
};

/// All of the books, as a published bundle carries them: a state can be made of it again. Run ids are not in it.
struct Books {
    std::vector<ChainLink> chain;         ///< by number
    std::vector<Adoption> adoptions;      ///< oldest first
    std::vector<Month> adopted_months;    ///< sorted
    std::vector<ClosingEvent> history;    ///< oldest first
    std::vector<ClosedMonth> months;      ///< closed now; by month
    std::vector<ClosedRow> rows;          ///< of these; by month, contract id, document id, version
    std::vector<ClosedContract> judged;   ///< the same; by month, contract id
    std::vector<Addendum> addenda;        ///< by closed month, number
    std::vector<HandedPosting> postings;  ///< as they were handed out, with numbers from 1
    std::vector<TemplateBase> bases;      ///< by template, month
    std::map<std::string, std::vector<EntryNumber>> numbers;  ///< by template; by series, number
    std::vector<PublishedMonth> published;                    ///< by month
    std::vector<ClosedRow> published_rows;                    ///< of these; by contract id, month, document id, version
    std::vector<ContractRecord> contracts;                    ///< by id: names, and what is known of their past
    std::vector<DocumentRecord> documents;                    ///< of all these rows, every version; by contract id, document id, version
};

/// What every store does, whichever it is; `tests/contract` holds each of them to it. Texts may hold any bytes. What is loaded is in the
/// order that is named, texts by their bytes. Each call that saves is one transaction: all of it or, when it throws, nothing; it is on disk
/// when the call returns (of `save_contract` a power cut may cost the last ones: what is lost is asked again), whatever becomes of the
/// process.
class StateStore {
public:
    virtual ~StateStore() = default;
    /// Opening it found files or folders of its own open to other users, as earlier versions made them, and closed them.
    [[nodiscard]] virtual bool was_open_to_others() const noexcept = 0;
    /// The service that this state belongs to, in the caller's words; empty in a new store.
    [[nodiscard]] virtual std::string source() = 0;
    virtual void set_source(const std::string& source) = 0;
    /// A single value by name; empty when it was never set. Never a secret.
    [[nodiscard]] virtual std::string setting(const std::string& name) = 0;
    virtual void set_setting(const std::string& name, const std::string& value) = 0;

    [[nodiscard]] virtual std::vector<ContractRecord> load_contracts() = 0;  ///< by contract id
    virtual void save_contract(const ContractRecord& record) = 0;            ///< inserts or replaces by contract id
    /// All versions of a contract's documents, by document id, then version.
    [[nodiscard]] virtual std::vector<DocumentRecord> load_documents(const std::string& contract_id) = 0;
    /// All contracts' documents at once, by contract id, document id, version.
    [[nodiscard]] virtual std::vector<DocumentRecord> load_all_documents() = 0;
    /// All versions of one document, by version.
    [[nodiscard]] virtual std::vector<DocumentRecord> load_versions(const std::string& contract_id, const std::string& document_id) = 0;
    /// Inserts or replaces by (contract id, document id, version).
    virtual void save_documents(std::span<const DocumentRecord> records) = 0;
    /// Takes back the versions that a run was the first to see in a contract: they turned out to be those of another one.
    virtual void forget_documents(const std::string& contract_id, const std::string& run_id) = 0;
    /// Empty where this reader did not read it with this question.
    [[nodiscard]] virtual std::optional<std::string> load_reading(const std::string& sha256, const std::string& expected,
                                                                  const std::string& reader) = 0;
    /// Inserts, or replaces by (content, question) what this or another reader read.
    virtual void save_readings(std::span<const KeptReading> readings) = 0;
    virtual void save_run(const RunRecord& record) = 0;            ///< inserts, or replaces by run id and keeps its place
    [[nodiscard]] virtual std::vector<RunRecord> load_runs() = 0;  ///< oldest first

    // Closed months, addenda and postings.

    [[nodiscard]] virtual std::vector<ClosedMonth> load_closed_months() = 0;     ///< closed now; by month
    [[nodiscard]] virtual std::vector<ClosingEvent> load_closing_history() = 0;  ///< oldest first
    /// Rows of all months closed now, of one contract; by month, document id, version.
    [[nodiscard]] virtual std::vector<ClosedRow> load_closed_rows(const std::string& contract_id) = 0;
    /// Rows of one closed month; by contract id, document id, version.
    [[nodiscard]] virtual std::vector<ClosedRow> load_closed_rows(Month period) = 0;
    /// What judged one contract in the months closed now that kept it; by month.
    [[nodiscard]] virtual std::vector<ClosedContract> load_closed_contracts(const std::string& contract_id) = 0;
    /// `contracts`: what judged the month; `postings`: what this closing adds to the books, template name empty.
    virtual void save_closing(const ClosedMonth& month, std::span<const ClosedRow> rows, std::span<const ClosedContract> contracts,
                              std::span<const HandedPosting> postings) = 0;
    /// `event.closed` is false. The month's rows and files and what judged it go, its history and addenda stay. Where addenda followed its
    /// last closing, what they booked stands in its published rows (`rows_of_addenda`), and the published month has no ledger any more:
    /// an export owes the books the difference, though the ledger may be the one that stands there.
    virtual void save_reopening(const ClosingEvent& event) = 0;

    [[nodiscard]] virtual std::vector<Addendum> load_addenda() = 0;  ///< by closed month, number; rows included
    /// Postings of one contract, all templates; by document id, template, sequence. A second one with the same of these four is an error.
    [[nodiscard]] virtual std::vector<HandedPosting> load_postings(const std::string& contract_id) = 0;
    /// Postings of one template, all contracts; by contract id, document id, sequence.
    [[nodiscard]] virtual std::vector<HandedPosting> load_postings_of(const std::string& template_name) = 0;
    /// For each template and booking month with postings, the last one's number; `run_id` empty. By template, month.
    [[nodiscard]] virtual std::vector<TemplateBase> load_booked_months() = 0;
    [[nodiscard]] virtual std::vector<TemplateBase> load_template_bases() = 0;  ///< by template, month
    /// Numbers that entries of the template's files have; by series, number. Within a series no number and no posting stands twice.
    [[nodiscard]] virtual std::vector<EntryNumber> load_entry_numbers(const std::string& template_name) = 0;

    virtual void adopt(const Takeover& takeover) = 0;
    [[nodiscard]] virtual std::vector<Adoption> load_adoptions() = 0;    ///< oldest first
    [[nodiscard]] virtual std::vector<Month> load_adopted_months() = 0;  ///< `booked_months` of all of them, sorted
    /// For a month that was closed before its files were kept. Replaces those that are.
    virtual void save_closed_files(Month period, std::span<const ClosedFile> files) = 0;

    /// Publications, by number; those that are pending too.
    [[nodiscard]] virtual std::vector<ChainLink> load_chain() = 0;
    /// The books are these from now on, whatever they were; contracts and documents come on top of those that are kept, and replace those
    /// of the same key. `runs`: those that published the folders which stand. `run_id` stands in the place of the runs that nobody knows.
    virtual void restore(const Books& books, std::span<const RunRecord> runs, const std::string& run_id) = 0;

    /// Months that were published, by month. Where a publication is pending, what it replaces and what it brings.
    [[nodiscard]] virtual std::vector<PublishedMonth> load_published_months() = 0;
    /// Their rows of one contract, by month, document id, version; without digests and types.
    [[nodiscard]] virtual std::vector<ClosedRow> load_published_rows(const std::string& contract_id) = 0;

    /// Saves all of it as pending: it counts as saved from now on, unless `end_publication` takes it back. One of a run at a time.
    virtual void begin_publication(const Publication& publication) = 0;
    /// Run id and folder of what is pending, by run id; without addenda, postings, bases and numbers.
    [[nodiscard]] virtual std::vector<Publication> pending_publications() = 0;
    /// `published` false: everything that `begin_publication` saved under this run id goes. True: it stays, and what earlier runs published
    /// of its months goes.
    virtual void end_publication(const std::string& run_id, bool published) = 0;
};

}  // namespace moisson::state
