/// See saver.hpp.

#include "pipeline/saver.hpp"

#include <span>

namespace moisson::pipeline {

namespace {

/// A power loss costs at most the downloads of about this long; a killed process none, for the journal has them at once.
constexpr std::chrono::seconds save_interval{2};
/// Bounds memory, and how long one group of rows keeps the loop.
constexpr std::size_t records_per_save = 5000;

void must(Status status) {
    if (!status) {
        throw FatalError(ExitCode::local, std::move(status.error()));
    }
}

}  // namespace

Saver::Saver(state::StateStore& state, const transfer::ObjectStore* store, Journal* journal, Reporter& reporter, const Clock& clock)
    : state_(state), store_(store), journal_(journal), reporter_(reporter), clock_(clock), saved_at_(clock.steady_now()) {}

void Saver::keep(state::DocumentRecord record) {
    if (store_ == nullptr) {
        return;
    }
    add(std::move(record));
    step();
}

void Saver::keep_fetched(state::DocumentRecord record) {
    if (store_ == nullptr) {
        return;
    }
    add(std::move(record));
    files_unflushed_ = true;
    write_journal();
    step();
}

void Saver::begin_save() {
    if (flush_.valid()) {
        finish_flush();
    }
    if (!unsaved_.empty()) {
        begin_flush();
    }
}

void Saver::save() {
    if (flush_.valid()) {
        finish_flush();
    }
    if (!unsaved_.empty()) {
        begin_flush();
        finish_flush();
    }
}

void Saver::add(state::DocumentRecord record) { unsaved_.push_back(std::move(record)); }

/// A fetched file costs its request only once, even when the process is killed before the next save.
void Saver::write_journal() {
    if (journal_ == nullptr) {
        return;
    }
    if (auto written = journal_->append(std::span(unsaved_).subspan(journaled_)); !written) {
        // The state is saved all the same; only a kill before that would cost the downloads since the last save.
        reporter_.log(LogLevel::warning, "journal-failed", written.error().to_line());
    }
    journaled_ = unsaved_.size();
}

void Saver::step() {
    if (flush_.valid()) {
        if (flush_.wait_for(std::chrono::seconds(0)) == std::future_status::ready || unsaved_.size() >= records_per_save) {
            finish_flush();
        }
        return;
    }
    if (unsaved_.size() >= records_per_save || (files_unflushed_ && clock_.steady_now() - saved_at_ >= save_interval)) {
        begin_flush();
    }
}

void Saver::begin_flush() {
    flushing_ = std::exchange(unsaved_, {});
    journaled_ = 0;
    std::promise<Status> flushed;
    flush_ = flushed.get_future();
    if (std::exchange(files_unflushed_, false)) {
        flusher_ = std::jthread([store = store_, promise = std::move(flushed)]() mutable { promise.set_value(store->sync_all()); });
        return;
    }
    flushed.set_value({});
}

void Saver::finish_flush() {
    must(flush_.get());
    state_.save_documents(flushing_);
    flushing_.clear();
    saved_at_ = clock_.steady_now();
    if (journal_ == nullptr) {
        return;
    }
    // The state holds the group; what came meanwhile is all that the journal has to stand for.
    must(journal_->replace(std::span(unsaved_).first(journaled_)));
}

}  // namespace moisson::pipeline
