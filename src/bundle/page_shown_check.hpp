#pragma once
/// What report.html shows beyond its texts: the documents that count, pictures of the months, links from row to row. Only the bundle room
/// includes this header.

#include <string_view>

#include "bundle/json.hpp"
#include "bundle/ledger_check.hpp"
#include "bundle/vocabulary.hpp"

namespace moisson::bundle {

/// The documents that count, each with its values, in the ledger's order, and with the way to its file; the months of each currency and
/// contract, as columns and as figures, computed again from the summary's history; each link leads to the row of the contract or document
/// that it names.
void check_page_shown(std::string_view html, const rapidjson::Value& summary, const LedgerFacts& facts, const Vocabulary& words,
                      Problems& problems);

}  // namespace moisson::bundle
