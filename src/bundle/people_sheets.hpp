#pragma once
/// The sheets that people read first, against ledger.csv and the summaries: what is to be done, documents to book, findings, changes.
/// Months that earlier builds published have no such sheets but the findings. Only the bundle room includes this header.

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "bundle/json.hpp"
#include "bundle/ledger_check.hpp"
#include "bundle/row_source.hpp"
#include "bundle/sheet_tables.hpp"

namespace moisson::bundle {

/// Everything given outlives it. One thread.
class PeopleSheets {
public:
    struct Given {
        const Vocabulary& words;
        SheetTables& tables;
        RowSource& ledger;  ///< of its own: it reads ahead of the Ledger sheets
        const rapidjson::Value& published;
        const rapidjson::Value& archived;
        bool is_of_this_build = false;
        Problems& problems;
    };
    explicit PeopleSheets(const Given& given);

    /// A row of "Documents to book", heading or not: the next one of ledger.csv that counts.
    void take_document(const SheetRow& row);
    /// The next row of ledger.csv, without its heading, as the Ledger sheets come by.
    void take_ledger_row(const CsvReader::Row& row);
    /// All rows were taken. `names`: of the sheets, in their order. Findings in the order of the workbook, most serious first.
    void finish(const std::vector<std::string>& names);

private:
    /// The latest version of a document that a finding names.
    struct NamedDocument {
        std::uint64_t version = 0;  ///< 0: the ledger has none
        std::string amount;
        std::string filename;
        bool counts = false;
        std::uint64_t ledger_index = 0;
        std::uint64_t counted_index = 0;
    };
    struct Item;

    void check_documents_end(bool has_sheet);
    void check_findings();
    void check_to_do();
    void check_changes(bool has_sheet);
    [[nodiscard]] std::vector<Item> items() const;
    [[nodiscard]] const NamedDocument* find(const rapidjson::Value& finding) const;
    [[nodiscard]] std::string name_of(std::string_view contract_id) const;
    [[nodiscard]] std::string row_of(const rapidjson::Value& finding) const;
    [[nodiscard]] std::string word(Word word) const { return std::string(given_.words.word(word)); }

    const Given given_;
    std::map<std::string, std::map<std::string, NamedDocument, std::less<>>, std::less<>> named_;  ///< by contract and document
    std::map<std::string, std::pair<std::uint64_t, std::string>, std::less<>> contracts_;           ///< place and name by id
    std::vector<const rapidjson::Value*> findings_;  ///< as the sheet has them
    std::vector<std::string> whys_;                  ///< what the sheet of findings says of each
    CsvReader::Row room_;
    std::uint64_t ledger_rows_ = 0;
    std::uint64_t counted_rows_ = 0;
    std::uint64_t documents_ = 0;  ///< rows that were compared
    bool is_none_said_ = false;
    bool has_header_ = false;
};

}  // namespace moisson::bundle
