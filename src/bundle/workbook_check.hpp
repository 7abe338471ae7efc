#pragma once
/// ledger.xlsx against ledger.csv and the summary, cell by cell. Only the bundle room includes this header.

#include "bundle/file_source.hpp"
#include "bundle/json.hpp"
#include "bundle/ledger_check.hpp"
#include "bundle/vocabulary.hpp"

namespace moisson::bundle {

/// Ledger sheets: every cell is the column of its row. Contracts, completeness, expected and findings: every row is an entry of `archived`
/// (the workbook says nothing of the run). Summary and Run: each number and name that is known stands in the summary, and each total stands
/// there. `published` tells whose words they are. The lines of consumption are the first ones of `usage_csv` (null: there is none). Of a
/// month that another version wrote only the Ledger sheets are compared. Returns the workbook's words. `disk` when ledger.csv cannot be
/// read.
[[nodiscard]] Result<Vocabulary> check_workbook(const OpenFile& workbook, const OpenFile& ledger_csv, const OpenFile* usage_csv,
                                                const rapidjson::Value& published, const rapidjson::Value& archived,
                                                const LedgerFacts& facts, Problems& problems);

}  // namespace moisson::bundle
