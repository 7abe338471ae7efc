#pragma once
/// What a summary says is to be done, against its findings and against the page that shows it. Only the bundle room includes this header.

#include <string>
#include <string_view>

#include "bundle/json.hpp"
#include "bundle/ledger_check.hpp"
#include "bundle/vocabulary.hpp"

namespace moisson::bundle {

/// Errors before warnings, each a finding of the summary, with its kind's words, who acts and the command; of a month that the same build
/// wrote, all of them. `where`: the file's name in sentences. A summary without the member says nothing.
void check_to_do(const rapidjson::Value& summary, const std::string& where, Problems& problems);

/// The page's section shows the first ones in the same order, with their documents, files and amounts. `section`: without its end.
void check_to_do_shown(std::string_view section, const rapidjson::Value& summary, const Vocabulary& words, Problems& problems);

}  // namespace moisson::bundle
