#pragma once
/// The form of report.html: its policy, its tags and the words that are its own. Only the bundle room includes this header.

#include <string_view>

#include "bundle/json.hpp"
#include "bundle/ledger_check.hpp"
#include "bundle/vocabulary.hpp"

namespace moisson::bundle {

/// A page of this form has a script and a policy that names it; those of earlier builds have none.
[[nodiscard]] bool has_page_script(std::string_view html) noexcept;

/// Of a page with a script: the script and the style are ones that were published, and the policy lets nothing else in. Every tag is one
/// that the page is made of, well nested, and text stands where it is compared. Its headings, heads of tables and remarks are those of its
/// parts, in their order, where this build wrote it. A page without a script must be of an earlier build.
void check_page_markup(std::string_view html, const rapidjson::Value& summary, const LedgerFacts& facts, const Vocabulary& words,
                       Problems& problems);

}  // namespace moisson::bundle
