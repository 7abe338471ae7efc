#pragma once
/// The thirteen months of the workbook's Summary sheet against the history of the published summary. Only the bundle room includes this
/// header.

#include <cstdint>
#include <set>
#include <vector>

#include "bundle/json.hpp"
#include "bundle/ledger_check.hpp"
#include "bundle/sheet_reader.hpp"
#include "bundle/vocabulary.hpp"

namespace moisson::bundle {

struct PastMonthsGiven {
    const Vocabulary& words;
    const rapidjson::Value& published;
    const LedgerFacts& facts;
    bool is_of_this_build = false;
    Problems& problems;
};

/// `sheet`: all rows of Summary. Returns the numbers of the rows that show a month: none in workbooks of before they did.
[[nodiscard]] std::set<std::uint64_t> check_past_months_sheet(const std::vector<SheetRow>& sheet, const PastMonthsGiven& given);

}  // namespace moisson::bundle
