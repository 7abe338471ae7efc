/// See close_month.hpp.

#include "pipeline/close_month.hpp"

#include <algorithm>
#include <memory>

#include <fmt/format.h>

#include "base/days.hpp"
#include "base/text.hpp"
#include "books/closing.hpp"
#include "bundle/bundle.hpp"
#include "bundle/stated_summary.hpp"
#include "pipeline/archive_step.hpp"
#include "pipeline/books_record.hpp"
#include "pipeline/catch_up.hpp"
#include "pipeline/closed_content.hpp"
#include "pipeline/closed_folder.hpp"
#include "pipeline/sealed_ledger.hpp"
#include "pipeline/settle.hpp"
#include "pipeline/state_access.hpp"
#include "pipeline/verify_month.hpp"
#include "pipeline/witness.hpp"

namespace moisson::pipeline {

namespace {

constexpr std::size_t problems_named_max = 5;

[[noreturn]] void refuse(ExitCode exit_code, std::string message, std::string hint = {}) {
    const ErrorCode code = exit_code == ExitCode::usage ? ErrorCode::bad_input : ErrorCode::verification;
    throw FatalError(exit_code, code, std::move(message), "", std::move(hint));
}

/// As an export does it (rebuild.hpp): a closing must know all that was closed and published.
std::unique_ptr<state::StateStore> open_books(const config::Job& job, const Clock& clock, Reporter& reporter, const std::stop_token& stop) {
    bring_up_to_date(job, clock, reporter, stop);
    auto state = open_state_for_reading(job);
    must_belong_together(job, *state);
    if (state->source().empty()) {
        refuse(ExitCode::usage, fmt::format("nothing was exported to {} yet", sanitise(job.export_.out)),
               "Name the folder with --out or the job file, and add --sandbox when it holds the sandbox's months");
    }
    settle_publications(*state, job.export_.out);
    return state;
}

const ClosedMonth* find(const std::vector<ClosedMonth>& months, Month period) {
    const auto found = std::find_if(months.begin(), months.end(), [&](const ClosedMonth& one) { return one.period == period; });
    return found == months.end() ? nullptr : &*found;
}

std::filesystem::path folder_of(const config::Job& job, Month period) { return std::filesystem::path(job.export_.out) / period.to_text(); }

SealedLedger read_ledger(const std::filesystem::path& folder) {
    auto ledger = read_sealed_ledger(folder / "ledger.csv");
    if (!ledger) {
        throw FatalError(ledger.error().code == ErrorCode::verification ? ExitCode::inconsistent : ExitCode::local, ledger.error());
    }
    return std::move(*ledger);
}

/// The published folder against its own bytes.
void check_bytes(const std::filesystem::path& folder, const std::stop_token& stop) {
    const auto report = verify_month(folder, stop);
    if (!report) {
        const ErrorCode code = report.error().code;
        throw FatalError(code == ErrorCode::cancelled                             ? ExitCode::interrupted
                         : code == ErrorCode::disk || code == ErrorCode::internal ? ExitCode::local
                                                                                  : ExitCode::inconsistent,
                         report.error());
    }
    if (!report->problems.empty()) {
        const std::size_t named = std::min(report->problems.size(), problems_named_max);
        refuse(ExitCode::inconsistent,
               fmt::format("{} is not what was published, so it cannot be closed: {}{}", folder.string(),
                           fmt::join(report->problems.begin(), report->problems.begin() + static_cast<std::ptrdiff_t>(named), "; "),
                           named < report->problems.size() ? fmt::format("; and {} more", report->problems.size() - named) : ""),
               "Export the month again, then close it");
    }
}

/// The export that made the folder: whole, of all contracts, and of this state.
void check_export(const CloseRequest& request, const bundle::StatedSummary& summary, const SealedLedger& ledger, state::StateStore& state) {
    const std::string month = request.period.to_text();
    if (summary.filtered || ledger.files_not_requested) {
        refuse(ExitCode::usage,
               fmt::format("{} was published {}, so it cannot be closed", month, summary.filtered ? "as a partial view" : "without files"),
               fmt::format("Export all of it: moisson export --period {}", month));
    }
    const auto runs = state.load_runs();
    if (std::none_of(runs.begin(), runs.end(),
                     [&](const state::RunRecord& run) { return run.period == month && run.ledger_sha256 == ledger.sha256; })) {
        refuse(ExitCode::inconsistent, fmt::format("the state knows no export of {} with this ledger", month),
               fmt::format("Export it with this state first: moisson export --period {}", month));
    }
    const std::vector<ChainLink> chain = state.load_chain();
    const ChainLink* const last = last_link_of(chain, month);
    if (last != nullptr && last->ledger_sha256 != ledger.sha256) {
        refuse(ExitCode::inconsistent,
               fmt::format("{} was published again since with another ledger, and what stands here is older", month),
               fmt::format("Export it again, then close it: moisson export --period {}", month));
    }
    if (summary.verdict != "complete" && request.accept_incomplete.empty()) {
        refuse(
            ExitCode::inconsistent, fmt::format("{} is {}: contracts or documents are missing or failed", month, summary.verdict),
            fmt::format("Look at its findings and export it again, or close it as it is: moisson close {} --accept-incomplete \"reason\"",
                        month));
    }
}

std::uint32_t closings_of(const std::vector<ClosingEvent>& history, Month period) {
    return static_cast<std::uint32_t>(
        std::count_if(history.begin(), history.end(), [&](const ClosingEvent& one) { return one.closed && one.period == period; }));
}

/// A month that is closed already is as it was, or something is wrong.
CloseResult closed_before(const config::Job& job, const ClosedMonth& month, const std::filesystem::path& folder, state::StateStore& state,
                          const std::stop_token& stop) {
    std::error_code problem;
    if (!std::filesystem::exists(folder, problem)) {
        refuse(ExitCode::inconsistent, fmt::format("{} is closed, and its folder is gone", month.period.to_text()),
               fmt::format("moisson export --period {} publishes the month as it was closed", month.period.to_text()));
    }
    must_be_as_closed(month, folder, stop);
    if (month.files.empty()) {  // closed before its files were kept
        state.save_closed_files(month.period, keep_files(folder, *open_object_store(job)));
    }
    return {month, true};
}

}  // namespace

CloseResult close_month(const config::Job& job, const CloseRequest& request, const Clock& clock, Reporter& reporter) {
    const auto state = open_books(job, clock, reporter, request.stop);
    const std::string text = request.period.to_text();
    const std::filesystem::path folder = folder_of(job, request.period);
    const std::vector<ClosedMonth> months = state->load_closed_months();
    if (const ClosedMonth* const closed = find(months, request.period)) {
        CloseResult before = closed_before(job, *closed, folder, *state, request.stop);
        archive_closings(job, *state, clock, reporter, request.stop);
        return before;
    }
    const auto summary = bundle::stated_summary(folder);
    if (!summary) {
        refuse(ExitCode::usage, fmt::format("{} is not published in {}", text, sanitise(job.export_.out)),
               fmt::format("Export it first: moisson export --period {}", text));
    }
    const std::chrono::year_month_day today = day_of(clock.now());
    if (!(request.period < Month::of(today))) {
        refuse(ExitCode::usage, fmt::format("{} is not over yet", text), "Close it when its last day is past (UTC)");
    }
    check_bytes(folder, request.stop);
    SealedLedger ledger = read_ledger(folder);
    restore_ids(ledger.rows, *state);
    check_export(request, *summary, ledger, *state);

    const std::vector<Addendum> addenda = state->load_addenda();
    CloseResult result;
    ClosedMonth& month = result.month;
    month.period = request.period;
    month.revision = closings_of(state->load_closing_history(), request.period) + 1;
    month.closed_at = clock.now();
    month.closed_by = request.by;
    month.ledger_sha256 = ledger.sha256;
    month.rows = ledger.row_count;
    month.counted = ledger.counted;
    month.verdict = summary->verdict;
    month.reason = summary->verdict == "complete" ? std::string() : request.accept_incomplete;
    month.totals = totals_of(ledger.rows);
    for (const Addendum& addendum : addenda) {
        month.addenda_before = addendum.period == request.period ? std::max(month.addenda_before, addendum.number) : month.addenda_before;
    }
    month.files = keep_files(folder, *open_object_store(job));
    state->save_closing(month, ledger.rows, judged_by(request.period, *summary, ledger, *state),
                        postings_of(month, ledger.rows, addenda, months, state->load_postings_of("")));
    write_witness(job, *state, {});
    archive_closings(job, *state, clock, reporter, request.stop);
    return result;
}

ClosingEvent reopen_month(const config::Job& job, Month period, const std::string& reason, const std::string& by, const Clock& clock,
                          Reporter& reporter) {
    const auto state = open_books(job, clock, reporter, {});
    const auto months = state->load_closed_months();
    const ClosedMonth* const closed = find(months, period);
    if (closed == nullptr) {
        refuse(ExitCode::usage, fmt::format("{} is not closed", period.to_text()), "moisson close --list shows the closed months");
    }
    if (is_blank(reason)) {
        refuse(ExitCode::usage, "a closed month is opened again only with a reason, which is kept", "Write --reopen \"reason\"");
    }
    ClosingEvent event;
    event.period = period;
    event.closed = false;
    event.revision = closed->revision;
    event.at = clock.now();
    event.by = by;
    event.reason = reason;
    state->save_reopening(event);
    write_witness(job, *state, {});
    archive_closings(job, *state, clock, reporter, {});
    return event;
}

ClosingList list_closings(const config::Job& job) {
    const auto state = open_state_for_reading(job);
    must_belong_together(job, *state);
    if (state->source().empty()) {
        return {};
    }
    settle_publications(*state, job.export_.out);
    return {state->load_closed_months(), state->load_closing_history(), state->load_addenda()};
}

}  // namespace moisson::pipeline
