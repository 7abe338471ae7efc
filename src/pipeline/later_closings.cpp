/// See later_closings.hpp.

#include "pipeline/later_closings.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <tuple>

#include <fmt/format.h>

#include "bundle/stated_summary.hpp"
#include "pipeline/books_tables.hpp"
#include "pipeline/closed_content.hpp"
#include "pipeline/closed_folder.hpp"
#include "pipeline/rebuild.hpp"
#include "pipeline/sealed_ledger.hpp"
#include "pipeline/witness.hpp"

namespace moisson::pipeline {

namespace {

namespace fs = std::filesystem;

/// As `close` did it.
void close_again(const config::Job& job, ClosedMonth month, state::StateStore& state, transfer::ObjectStore& store,
                 const std::stop_token& stop) {
    const std::string text = month.period.to_text();
    const fs::path folder = fs::path(job.export_.out) / text;
    std::error_code problem;
    if (!fs::exists(folder, problem)) {
        refuse_history(fmt::format("{} was closed after the last export, and its folder is not here", text),
                       fmt::format("Put the folder of {} back", text));
    }
    must_be_sound(folder, stop);
    auto ledger = read_sealed_ledger(folder / "ledger.csv");
    if (!ledger || ledger->sha256 != month.ledger_sha256) {
        refuse_history(fmt::format("{} was closed, and its folder is not the one that was closed", text),
                       fmt::format("Put the closed month's own folder back; its ledger.csv has SHA-256 {}", month.ledger_sha256));
    }
    restore_ids(ledger->rows, state);
    const auto summary = bundle::stated_summary(folder).value_or(bundle::StatedSummary{});
    if (month.verdict.empty()) {  // a record that describes no month
        month.rows = ledger->row_count;
        month.counted = ledger->counted;
        month.verdict = summary.verdict;
    }
    month.totals = totals_of(ledger->rows);
    month.files = keep_files(folder, store);
    const std::vector<ClosedMonth> months = state.load_closed_months();
    state.save_closing(month, ledger->rows, judged_by(month.period, summary, *ledger, state),
                       postings_of(month, ledger->rows, state.load_addenda(), months, state.load_postings_of("")));
}

void open_again(const ClosedMonth& month, state::StateStore& state, const Clock& clock) {
    ClosingEvent event;
    event.period = month.period;
    event.closed = false;
    event.revision = month.revision;
    event.at = clock.now();
    event.by = archived_run;
    event.reason = "opened again before the state was lost; who and why is not known";
    state.save_reopening(event);
}

}  // namespace

void apply_witnessed_closings(const config::Job& job, state::StateStore& state, transfer::ObjectStore& store, const Clock& clock,
                              const std::stop_token& stop, bool may_open) {
    const auto now = witnessed_closings(job);
    if (!now) {
        return;
    }
    for (const ClosedMonth& month : state.load_closed_months()) {
        const bool stands = std::any_of(
            now->begin(), now->end(), [&](const ClosedMonth& one) { return one.period == month.period && one.revision == month.revision; });
        if (!stands && may_open) {
            open_again(month, state, clock);
        }
    }
    std::vector<ClosedMonth> later = *now;
    std::sort(later.begin(), later.end(), [](const ClosedMonth& left, const ClosedMonth& right) {
        return std::tie(left.closed_at, left.period) < std::tie(right.closed_at, right.period);
    });
    for (const ClosedMonth& month : later) {
        const std::vector<ClosingEvent> history = state.load_closing_history();
        const std::vector<ClosedMonth> known = state.load_closed_months();
        const bool is_closed = std::any_of(known.begin(), known.end(), [&](const ClosedMonth& one) { return one.period == month.period; });
        const bool was_closed = std::any_of(history.begin(), history.end(), [&](const ClosingEvent& event) {
            return event.closed && event.period == month.period && event.revision == month.revision;
        });
        if (!is_closed && !was_closed) {
            close_again(job, month, state, store, stop);
        }
    }
}

void apply_closing_record(const config::Job& job, const archive::ClosingRecord& record, bool may_lack_folder, state::StateStore& state,
                          transfer::ObjectStore& store, const std::stop_token& stop) {
    if (!record.event.closed) {
        state.save_reopening(record.event);
        return;
    }
    ClosedMonth month = record.month;
    if (month.ledger_sha256.empty()) {
        month.revision = record.event.revision;
        month.closed_at = record.event.at;
        month.closed_by = record.event.by;
        month.reason = record.event.reason;
        month.ledger_sha256 = record.event.ledger_sha256;
    }
    std::error_code problem;
    if (may_lack_folder && !fs::exists(fs::path(job.export_.out) / month.period.to_text(), problem)) {
        state.save_closing(month, {}, {}, {});
        return;
    }
    close_again(job, std::move(month), state, store, stop);
}

}  // namespace moisson::pipeline
