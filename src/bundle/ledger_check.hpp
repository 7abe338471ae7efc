#pragma once
/// The ledger inside a bag against the bag's files, and its totals. Only the bundle room includes this header.

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "bundle/csv_reader.hpp"
#include "domain/money.hpp"
#include "domain/period.hpp"
#include "domain/rate.hpp"

namespace moisson::bundle {

/// One file under data/ as its own bytes say.
struct DataFile {
    std::string path;  ///< without "data/"
    std::string sha256;
    std::uint64_t size_bytes = 0;
};

/// Counted rows of one currency, added up again.
struct LedgerTotal {
    Money total;
    std::uint64_t documents = 0;
    std::uint64_t credits = 0;
    bool fits = true;
};

/// Collects sentences; past a limit it only counts.
class Problems {
public:
    void add(std::string sentence);
    /// The sentences; the last one counts those left out.
    [[nodiscard]] std::vector<std::string> take();
    [[nodiscard]] bool empty() const noexcept { return sentences_.empty(); }

private:
    std::vector<std::string> sentences_;
    std::uint64_t left_out_ = 0;
};

/// Takes ledger.csv row by row. Rules: the published header; rows strictly ascending by contract, period, type, document, version; a row
/// with a path names a file of the bag with its digest and length, each file once; every file under documents/ has its row; counted rows
/// have period, amount and currency, the amount with exactly the currency's digits; a converted amount is amount x rate. One thread.
class LedgerCheck {
public:
    /// `files` sorted by path; both outlive the check.
    LedgerCheck(const std::vector<DataFile>& files, Problems& problems);

    void feed(std::string_view bytes) { reader_.feed(bytes); }
    void finish();
    [[nodiscard]] const std::map<std::string, LedgerTotal>& totals() const noexcept { return totals_; }
    [[nodiscard]] std::uint64_t rows() const noexcept { return rows_; }
    [[nodiscard]] std::uint64_t documents() const noexcept { return documents_; }

private:
    void take_row(const CsvReader::Row& row);
    void check_order(const CsvReader::Row& row, const std::string& where);
    void check_file(const CsvReader::Row& row, const std::string& where);
    void check_reporting(const CsvReader::Row& row, const std::string& where);
    void count_amount(const CsvReader::Row& row, const std::string& where);

    const std::vector<DataFile>& files_;
    Problems& problems_;
    CsvReader reader_;
    std::vector<bool> named_;  ///< by index in `files_`
    bool has_header_ = false;
    bool has_reporting_ = false;  ///< the header has the reporting columns
    std::uint64_t rows_ = 0;
    std::uint64_t documents_ = 0;
    std::tuple<std::string, std::string, std::string, std::string, std::uint64_t> last_key_;
    std::map<std::string, LedgerTotal> totals_;
};

}  // namespace moisson::bundle
