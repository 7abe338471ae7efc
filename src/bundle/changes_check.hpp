#pragma once
/// What a summary says has changed, against the ledger, against itself, and against the page that shows it. What was before stands in no
/// file of the month. Only the bundle room includes this header.

#include <string>
#include <string_view>

#include "bundle/json.hpp"
#include "bundle/ledger_check.hpp"
#include "bundle/vocabulary.hpp"

namespace moisson::bundle {

/// Each sum once, now as the ledger has it, with its difference and share; the month before is the one before. `where`: the file's name in
/// sentences.
void check_changed_sums(const rapidjson::Value& summary, const std::string& where, const LedgerFacts& facts, Problems& problems);

/// The page's section has a row for each, with the same values, and none where the summary says nothing. `section`: without its end.
void check_changes_shown(std::string_view section, const rapidjson::Value& summary, const Vocabulary& words, Problems& problems);

}  // namespace moisson::bundle
