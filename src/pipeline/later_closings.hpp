#pragma once
/// Closings and reopenings that no published bundle tells yet: what OUT/.moisson-folder says (witness.hpp), and an archive's records.

#include <stop_token>

#include "archive/archive.hpp"
#include "base/clock.hpp"
#include "config/job.hpp"
#include "state/state_store.hpp"
#include "transfer/object_store.hpp"

namespace moisson::pipeline {

/// Brings the state up to what OUT/.moisson-folder says is closed; without that file, nothing. `may_open`: a month that it does not name
/// was opened again since; else it stays closed. FatalError(inconsistent): a closed month's folder is not here, or not the one that was
/// closed; FatalError(local | interrupted).
void apply_witnessed_closings(const config::Job& job, state::StateStore& state, transfer::ObjectStore& store, const Clock& clock,
                              const std::stop_token& stop, bool may_open);

/// The next event of the closings' history. Of a closing the month's own folder stands in OUT, or, where `may_lack_folder` says so (the
/// month was opened again since), its rows stay unknown. FatalErrors as above.
void apply_closing_record(const config::Job& job, const archive::ClosingRecord& record, bool may_lack_folder, state::StateStore& state,
                          transfer::ObjectStore& store, const std::stop_token& stop);

}  // namespace moisson::pipeline
