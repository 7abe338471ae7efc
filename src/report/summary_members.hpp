#pragma once
/// The members of summary.json that are of a run, and what they compare with. Only for this room.

#include "domain/run_summary.hpp"
#include "report/json.hpp"

namespace moisson::report {

/// Findings that say what to do, in order.
void write_to_do(Json& json, const RunSummary& summary);
/// The month beside those before it; nothing where there is none.
void write_history(Json& json, const RunSummary& summary);
/// What differs from the month before, and from what was published of the month last; nothing where there is nothing to compare with.
void write_changes(Json& json, const RunSummary& summary);
/// The service's invoices beside those that came by another way; nothing without an inbox.
void write_inbox(Json& json, const RunSummary& summary);

}  // namespace moisson::report
