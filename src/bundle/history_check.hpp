#pragma once
/// What a summary says of the months before, against the ledger, itself and the page that shows it. What counted then stands in no file of
/// the month. Only the bundle room includes this header.

#include <string>
#include <string_view>

#include "bundle/json.hpp"
#include "bundle/ledger_check.hpp"
#include "bundle/vocabulary.hpp"

namespace moisson::bundle {

/// Thirteen months, this one last and as the ledger has it; each contract once, in order and of the summary's; contracts add up to the
/// totals in every month. `where`: the file's name in sentences.
void check_history(const rapidjson::Value& summary, const std::string& where, const LedgerFacts& facts, Problems& problems);

}  // namespace moisson::bundle
