#pragma once
/// Closed months and their addenda as tables that are published. Pure.

#include <string>
#include <vector>

#include "base/clock.hpp"
#include "domain/closing.hpp"

namespace moisson::pipeline {

/// An addendum's bytes: the ledger's header and its rows.
[[nodiscard]] std::string addendum_csv(const Addendum& addendum);
/// closed-months.csv of the bundle: one row for each closed month that the summary names.
/// `time`: how `closed_at` is written; to the second for people.
[[nodiscard]] std::string closed_months_csv(const std::vector<ClosedMonth>& months,
                                            std::string (*time)(Timestamp) = format_timestamp_seconds);

}  // namespace moisson::pipeline
