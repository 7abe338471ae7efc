#pragma once
/// What a summary.json says against the ledger, against itself, and against the other files that say the same. Only the bundle room
/// includes this header.

#include <string>
#include <string_view>
#include <vector>

#include "bundle/json.hpp"
#include "bundle/ledger_check.hpp"
#include "domain/verdict.hpp"

namespace moisson::bundle {

/// The exported months as "YYYY-MM"; a bound that is open is empty.
struct StatedPeriod {
    std::string first;
    std::string last;
};
[[nodiscard]] StatedPeriod stated_period(const rapidjson::Value& summary);

/// Why it is not complete, as far as it says so.
[[nodiscard]] std::vector<Cause> stated_causes(const rapidjson::Value& summary);

/// This version of the program wrote the month: pages and sheets have its words.
[[nodiscard]] bool is_of_this_version(const rapidjson::Value& summary);
/// … built from the same sources: what a kind of finding means, and what to do, is said in the same words. `summary`: the published one, an
/// archived one does not tell.
[[nodiscard]] bool is_of_this_build(const rapidjson::Value& summary);

/// Whether this version words a counting rule of known types so; true for one of others. In a page of another language no word of it can
/// be compared.
[[nodiscard]] bool is_rule_of_this_version(std::string_view rule);

/// What the ledger is judged by.
[[nodiscard]] StatedRules stated_rules(const rapidjson::Value& summary);

/// Contracts, documents, totals, months, completeness and reporting total, each counted again; findings against the ledger's column.
/// `where`: the file's name in sentences.
void check_against_ledger(const rapidjson::Value& summary, const std::string& where, const LedgerFacts& facts, Problems& problems);

/// Verdict and exit code, findings in order and with the severity of their kind, expectations, counting rules, usage and the run's times:
/// no member contradicts another.
void check_own_statements(const rapidjson::Value& summary, const std::string& where, Problems& problems);

/// Everything that the summary inside the bundle says stands in the published one, too.
void check_same_statements(const rapidjson::Value& published, const rapidjson::Value& archived, Problems& problems);

/// closed-months.csv has a row for each closed month of the summary, with the same values.
void check_closed_months(const rapidjson::Value& summary, std::string_view csv, Problems& problems);

/// bag-info.txt and the name of the top folder say period, source and tool of the summary.
void check_bag_info(const rapidjson::Value& summary, std::string_view bag_info, std::string_view top, Problems& problems);

}  // namespace moisson::bundle
