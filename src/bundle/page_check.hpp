#pragma once
/// report.html, junit.xml and summary.md against the summary that they were made with, in a month that this version wrote: its words are
/// known. Only the bundle room includes this header.

#include <string>
#include <string_view>

#include "bundle/json.hpp"
#include "bundle/ledger_check.hpp"
#include "bundle/vocabulary.hpp"
#include "domain/language.hpp"

namespace moisson::bundle {

/// Title, verdict, totals, counts, findings, contracts, months, files and run: each number, name and sentence that the page shows of them.
void check_page(std::string_view html, const rapidjson::Value& summary, const LedgerFacts& facts, const Vocabulary& words,
                Problems& problems);

/// Verdict, number of contracts and of failed ones, each contract's name, failure and findings.
void check_junit(std::string_view xml, const rapidjson::Value& summary, const rapidjson::Value& archived, const Vocabulary& words,
                 Problems& problems);

/// The months of the summary in words, "octobre 2026", "All months"; and as they stand at the head of a page, "Octobre 2026".
[[nodiscard]] std::string months_of(const rapidjson::Value& summary, Language language);
[[nodiscard]] std::string at_head(std::string words);

/// Title, causes, totals, and how often each kind of finding is there.
void check_note(std::string_view note, const rapidjson::Value& summary, const Vocabulary& words, Problems& problems);

}  // namespace moisson::bundle
