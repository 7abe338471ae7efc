#pragma once
/// The ledger inside a bag against the bag's files, itself and the counting rule; and all that a summary says of it,
/// counted again. Only the bundle room includes this header.

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "bundle/csv_reader.hpp"
#include "bundle/row_check.hpp"
#include "domain/money.hpp"
#include "domain/period.hpp"
#include "domain/rate.hpp"

namespace moisson::bundle {

/// What a file's first 1024 bytes say of its kind.
enum class Beginning {
    zip,        ///< begins as a ZIP
    pdf,        ///< begins as a PDF
    pdf_later,  ///< has a PDF's mark behind other bytes, where readers still look for it (ISO 32000-1, annex H.3)
    other,
};
[[nodiscard]] Beginning beginning_of(std::string_view first_bytes) noexcept;

/// One file under data/ as its own bytes say.
struct DataFile {
    std::string path;  ///< without "data/"
    std::string sha256;
    std::uint64_t size_bytes = 0;
    Beginning beginning = Beginning::other;
};

/// Counted rows of one currency, added up again.
struct LedgerTotal {
    Money total;
    std::uint64_t documents = 0;
    std::uint64_t credits = 0;
    bool fits = true;

    /// False once the sum no longer fits in 64 bits.
    bool add(const Money& money);
};

/// Collects sentences; past a limit it only counts, up to another one (limits.hpp).
class Problems {
public:
    void add(std::string sentence);
    /// So much is wrong that nothing more needs to be looked at.
    [[nodiscard]] bool is_full() const noexcept;
    /// The sentences; the last one counts those left out.
    [[nodiscard]] std::vector<std::string> take();
    [[nodiscard]] bool empty() const noexcept { return sentences_.empty(); }

private:
    std::vector<std::string> sentences_;
    std::uint64_t left_out_ = 0;
};

/// What the bundle's summary says beforehand of how its ledger was made.
struct StatedRules {
    std::vector<std::string> default_types;                       ///< of the counting rule, in order; empty: not known
    std::vector<std::vector<std::string>> other_types;            ///< of other rules
    std::map<std::string, std::size_t> by_contract;               ///< contracts that are counted by another rule, index in `other_types`
    std::map<std::string, std::string> counts_as;                 ///< types that the job file explains: as which they count
    std::set<std::string> closed_months;                          ///< "YYYY-MM": judged by the rules of their closing
    std::string first_month;                                      ///< of the exported months; empty: open
    std::string last_month;
};

/// Rows of one contract and type, latest versions only.
struct TypeFacts {
    std::uint64_t in_period = 0;
    std::uint64_t final_ = 0;
    std::uint64_t counted = 0;
    std::uint64_t files_ok = 0;
    std::uint64_t files_missing = 0;
};

/// A finding's code in a row.
struct RowCode {
    std::uint16_t code = 0;  ///< index in `LedgerFacts::codes`
    bool is_stated = false;  ///< the summary has a sentence for it: what is superseded is history
};

struct ContractFacts {
    std::string name;  ///< of its newest row
    std::string offer_name;
    std::string customer_name;
    std::string perimeter;
    std::map<std::string, TypeFacts> types;
    std::map<std::string, LedgerTotal> sums;  ///< by currency code
    /// Every document of its rows, with the codes of all its versions.
    std::map<std::string, std::vector<RowCode>, std::less<>> documents;
    [[nodiscard]] const std::vector<RowCode>* find_codes(std::string_view document) const;
};

/// A counted document, as an ERP file may show it.
struct BookedDocument {
    Money amount;
    std::string number;          ///< its invoice's; empty: not known
    std::optional<Money> gross;  ///< what its invoice says, where that is not `amount`
};

/// A counted row, as the page shows it.
struct ShownDocument {
    std::string contract_id;
    std::string contract_name;
    std::string document_id;
    std::string document_type;
    std::string filename;
    std::string path;  ///< empty: without a file
    std::string amount;
    std::string currency;
    std::string issued_at;
};

/// The rows of one perimeter.
struct PerimeterFacts {
    std::uint64_t rows = 0;
    std::map<std::string, LedgerTotal> totals;  ///< by currency code
};

/// What a summary can say of a ledger.
struct LedgerFacts {
    std::string top;  ///< the bag's folder
    std::uint64_t rows = 0;
    std::uint64_t counted = 0;
    std::uint64_t documents = 0;  ///< rows with a file
    std::map<std::string, std::uint64_t> by_status;
    std::map<std::string, LedgerTotal> totals;                          ///< by currency code
    std::map<std::pair<std::string, std::string>, LedgerTotal> months;  ///< by currency code and month
    std::map<std::string, ContractFacts, std::less<>> contracts;
    std::map<std::string, PerimeterFacts> perimeters;  ///< by name; the empty one holds rows without any
    std::map<std::string, LedgerTotal> reporting;  ///< counted rows by reporting currency
    std::uint64_t without_rate = 0;                ///< counted rows that were not converted
    std::vector<std::string> codes;                ///< that some row has
    /// Counted documents of one version by id, those whose id stands under one contract alone: what an ERP file posts.
    std::map<std::string, BookedDocument, std::less<>> booked;
    /// The first counted rows: as many as a page shows, and no more than a budget of bytes (limits.hpp).
    std::vector<ShownDocument> shown;
};

/// What the counting rule needs of a row.
struct CountedRow {
    struct Span {
        Month first;
        Month last;
    };
    std::uint64_t number = 0;  ///< in the file
    std::optional<std::uint64_t> version;
    std::string document_id;
    std::string document_type;
    std::string period;
    std::optional<Span> months;  ///< of the days that it bills, where they can be read
    bool counts = false;
    bool could_count = false;  ///< a final document with amount and month
    bool has_reason = false;   ///< a finding that can say why it does not
    bool is_superseded = false;
    bool is_out = false;       ///< no longer listed, and decided not to count, or not the service's: as if it were not there
    bool is_of_inbox = false;  ///< an inbox of the job alone had it
    bool is_final = false;
    bool has_file = false;
    bool lacks_file = false;
};

/// Takes ledger.csv row by row. Rules: the published header; rows strictly ascending by contract, period, type, document, version; each row
/// against itself (row_check.hpp); of a contract and month all rows name the same perimeter; a row with a path names a file of the bag with
/// its digest, length and kind, each file once; every file under documents/ has its row; of a contract's documents only the latest version
/// counts, of its months only one type, the preferred one.
/// Memory: the rows of one contract, and what `facts` holds. One thread.
class LedgerCheck {
public:
    /// `files` sorted by path; all outlive the check. `rows_max`: with the header line.
    LedgerCheck(const std::vector<DataFile>& files, const StatedRules& rules, std::uint64_t rows_max, Problems& problems);

    void feed(std::string_view bytes) { reader_.feed(bytes); }
    void finish();
    [[nodiscard]] LedgerFacts take_facts() { return std::move(facts_); }

private:
    void take_row(const CsvReader::Row& given);
    void check_order(const CsvReader::Row& row, const std::string& where);
    void check_month(const CsvReader::Row& row, const std::string& where);
    void check_perimeter(const CsvReader::Row& row, const std::string& where);
    void check_rate(const CsvReader::Row& row, const std::string& where);
    void count(const CsvReader::Row& row, const std::string& where);
    void note_codes(const CsvReader::Row& row, const std::string& where, std::vector<RowCode>& own);
    void note_booked(const CsvReader::Row& row, const Money& money);
    void note_shown(const CsvReader::Row& row);
    void end_contract();

    const std::vector<DataFile>& files_;
    const StatedRules& rules_;
    Problems& problems_;
    CsvReader reader_;
    std::vector<bool> named_;  ///< by index in `files_`
    std::size_t width_ = 0;    ///< columns; 0: no header yet
    bool has_header_ = false;
    std::tuple<std::string, std::string, std::string, std::string, std::uint64_t> last_key_;
    std::map<std::tuple<std::string, std::string, std::string>, std::string> rates_;  ///< currency, reporting currency, day
    std::string contract_id_;                                                         ///< of the rows in `contract_`
    std::map<std::string, std::string> perimeters_;                                   ///< of that contract, by month
    std::vector<CountedRow> contract_;
    std::map<std::string, std::uint16_t, std::less<>> code_numbers_;                  ///< index in `facts_.codes`
    std::set<std::string> twice_;                                                     ///< ids of documents that stand under two contracts
    std::uint64_t shown_bytes_ = 0;                                                   ///< of `facts_.shown`
    LedgerFacts facts_;
};

/// A row's file: there, with the row's digest, length and kind. `named` (by index in `files`): each file has one row.
void check_file(const CsvReader::Row& row, const std::string& where, const std::vector<DataFile>& files, std::vector<bool>& named,
                Problems& problems);

}  // namespace moisson::bundle
