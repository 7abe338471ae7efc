#pragma once
/// Until when a month is to be kept, as it says itself: who shortens that contradicts what it follows from.

#include <chrono>
#include <map>
#include <optional>
#include <string>

#include "bundle/json.hpp"
#include "bundle/ledger_check.hpp"
#include "domain/retention.hpp"

namespace moisson::bundle {

/// What a summary says; empty when it says nothing, or nothing that can be read. Of a folder: bundle.hpp.
[[nodiscard]] std::optional<Retention> stated_retention(const rapidjson::Value& summary);

/// The last day of what a summary is about: of its months, else of the latest month that a row is filed in ("YYYY-MM", or empty), else of
/// the data's. Empty: it says nothing that can be read.
[[nodiscard]] std::optional<std::chrono::year_month_day> stated_last_day(const rapidjson::Value& summary, const std::string& latest_month);

/// The member `retention`, where there is one: the fiscal year holds `last_day`, the years are as many as the law wants at least, and the
/// end follows from both.
void check_retention(const rapidjson::Value& summary, const std::optional<std::chrono::year_month_day>& last_day, Problems& problems);

/// Fields of bag-info.txt, by name: each that a summary's `organization` and `retention` give, and no other one.
void check_record_keeping(const rapidjson::Value& summary, const std::multimap<std::string, std::string>& fields, Problems& problems);

}  // namespace moisson::bundle
