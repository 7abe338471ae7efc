#pragma once
/// One addendum inside a bag against the bag's files, itself, and what the summary says of it. Only the bundle room includes this header.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "bundle/json.hpp"
#include "bundle/ledger_check.hpp"

namespace moisson::bundle {

/// Takes addendum-PERIOD-NN.csv row by row. Rules: the header of the ledger; rows of the closed month, in the ledger's order, each against
/// itself; a file of each row that has one. At the end: rows and differences as the summary states them. One thread.
class AddendumCheck {
public:
    /// `statement`: the summary's entry, null when it has none. `files` sorted by path, `named` by index in it. All outlive the check.
    AddendumCheck(std::string file, const rapidjson::Value* statement, const rapidjson::Value& summary, const std::vector<DataFile>& files,
                  std::vector<bool>& named, Problems& problems);

    void feed(std::string_view bytes) { reader_.feed(bytes); }
    void finish();

private:
    void take_row(const CsvReader::Row& row);
    void add_difference(const CsvReader::Row& row);

    const std::string file_;
    const rapidjson::Value* statement_;
    const std::vector<DataFile>& files_;
    std::vector<bool>& named_;
    Problems& problems_;
    CsvReader reader_;
    std::size_t width_ = 0;
    std::uint64_t rows_ = 0;
    std::string last_;
    std::string last_contract_;
    /// Sentences about this addendum's rows by contract and document: what the closed month counted before stands there alone.
    std::map<std::pair<std::string, std::string>, std::string> sentences_;
    std::map<std::string, LedgerTotal> differences_;  ///< by currency code
    bool differences_known_ = true;
};

}  // namespace moisson::bundle
