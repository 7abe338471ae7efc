#pragma once
/// Brings what a run learns and fetches into the state store, without holding up the transfers.
///
/// A state row that names a digest is a promise that the file is on disk, so each group of rows waits for a flush of the object store. The
/// flush runs on a thread of its own while further files arrive; the journal stands in for rows that the state does not hold yet.

#include <chrono>
#include <cstddef>
#include <future>
#include <thread>
#include <vector>

#include "base/clock.hpp"
#include "base/reporter.hpp"
#include "base/result.hpp"
#include "pipeline/journal.hpp"
#include "state/state_store.hpp"
#include "transfer/object_store.hpp"

namespace moisson::pipeline {

/// Control loop's thread only; every failure of disk or state is FatalError(local). What was kept and not saved is lost with the object:
/// call `save` on every way out.
class Saver {
public:
    /// `store` null: a plan, which keeps nothing. `journal` may be null. All outlive it.
    Saver(state::StateStore& state, const transfer::ObjectStore* store, Journal* journal, Reporter& reporter, const Clock& clock);

    /// A row whose file, if any, was on disk before this run.
    void keep(state::DocumentRecord record);
    /// A row whose file has just come: it is in the journal when this returns.
    void keep_fetched(state::DocumentRecord record);
    /// What was kept is being brought to disk when this returns; `save` waits for it.
    void begin_save();
    /// Everything kept is on disk and in the state when this returns.
    void save();

private:
    void add(state::DocumentRecord record);
    void write_journal();
    void step();
    void begin_flush();
    void finish_flush();

    state::StateStore& state_;
    const transfer::ObjectStore* store_;
    Journal* journal_;
    Reporter& reporter_;
    const Clock& clock_;
    std::vector<state::DocumentRecord> unsaved_;
    std::size_t journaled_ = 0;                    ///< of the unsaved ones, those that the journal holds
    bool files_unflushed_ = false;                 ///< whether any of the unsaved ones has a file of this run
    std::vector<state::DocumentRecord> flushing_;  ///< wait for `flush_`
    std::future<Status> flush_;
    std::jthread flusher_;                         ///< joined by its destructor, or when the next one takes its place
    std::chrono::steady_clock::time_point saved_at_;
};

}  // namespace moisson::pipeline
