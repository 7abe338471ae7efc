#pragma once
/// One addendum inside a bag against the bag's files, itself, and what the summary says of it. Only the bundle room includes this header.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "bundle/json.hpp"
#include "bundle/ledger_check.hpp"

namespace moisson::bundle {

/// What the summary's findings say of the rows of addenda, looked up by file: what the closed month counted before stands there alone.
class AddendumSentences {
public:
    /// `summary` outlives it.
    explicit AddendumSentences(const rapidjson::Value& summary);
    using Key = std::pair<std::string_view, std::string_view>;  ///< contract, document
    using OfFile = std::map<Key, std::string_view>;
    /// Those that end "(FILE, booked in PERIOD)".
    [[nodiscard]] const OfFile& of(std::string_view file, std::string_view booking_period) const;

private:
    std::map<std::pair<std::string_view, std::string_view>, OfFile> by_mark_;
};

/// Takes addendum-PERIOD-NN.csv row by row. Rules: the header of the ledger; rows of the closed month, in the ledger's order, each against
/// itself; a file of each row that has one. At the end: rows and differences as the summary states them. One thread.
class AddendumCheck {
public:
    struct Addendum {
        std::string file;
        const rapidjson::Value* statement = nullptr;  ///< the summary's entry, null when it has none
        std::uint64_t rows_max = 0;                   ///< with the header line
    };
    /// `files` sorted by path, `named` by index in it. All outlive the check.
    AddendumCheck(Addendum addendum, const AddendumSentences& sentences, const std::vector<DataFile>& files, std::vector<bool>& named,
                  Problems& problems);

    void feed(std::string_view bytes) { reader_.feed(bytes); }
    void finish();

private:
    void take_row(const CsvReader::Row& given);
    void add_difference(const CsvReader::Row& row);

    const std::string file_;
    const rapidjson::Value* statement_;
    const std::string period_;  ///< as the statement says it
    const AddendumSentences::OfFile& sentences_;
    const std::vector<DataFile>& files_;
    std::vector<bool>& named_;
    Problems& problems_;
    CsvReader reader_;
    std::size_t width_ = 0;
    std::uint64_t rows_ = 0;
    std::string last_;
    std::string last_contract_;
    std::string last_perimeter_;
    std::map<std::string, LedgerTotal> differences_;  ///< by currency code
    bool differences_known_ = true;
};

}  // namespace moisson::bundle
