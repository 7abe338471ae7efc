/// See rebuild.hpp.

#include "pipeline/rebuild.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <system_error>
#include <tuple>

#include <fmt/format.h>

#include "base/digest.hpp"
#include "base/files.hpp"
#include "bundle/bundle.hpp"
#include "bundle/bundle_files.hpp"
#include "bundle/stated_summary.hpp"
#include "pipeline/books_record.hpp"
#include "pipeline/books_tables.hpp"
#include "pipeline/closed_content.hpp"
#include "pipeline/closed_folder.hpp"
#include "pipeline/messages.hpp"
#include "pipeline/publish_folder.hpp"
#include "pipeline/sealed_ledger.hpp"
#include "pipeline/settle.hpp"
#include "pipeline/state_access.hpp"

namespace moisson::pipeline {

namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse(std::string message, std::string hint) {
    throw FatalError(ExitCode::inconsistent, ErrorCode::verification, std::move(message) + ". Nothing was changed", "", std::move(hint));
}

std::string in_words(const ChainLink& link) {
    constexpr std::size_t digits = 12;
    return fmt::format("{} as number {} (bundle.zip {}…)", sanitise(link.folder, 40), link.number, link.bundle_sha256.substr(0, digits));
}

/// What the next publication tells: how many publications the state knew, of how many, and which was the last.
constexpr const char* told_setting = "rebuilt";

/// A published folder that says its place in the chain.
struct Found {
    std::string name;
    fs::path folder;
    bundle::StatedSummary summary;
    [[nodiscard]] ChainLink link() const { return {summary.chain_number, name, summary.ledger_sha256, summary.bundle_sha256}; }
};

std::vector<Found> find_folders(const config::Job& job) {
    std::vector<Found> found;
    for (const std::string& name : published_names(job)) {
        const fs::path folder = fs::path(job.export_.out) / name;
        if (auto summary = bundle::stated_summary(folder); summary && summary->chain_number > 0) {
            found.push_back({name, folder, std::move(*summary)});
        }
    }
    std::sort(found.begin(), found.end(), [](const Found& left, const Found& right) {
        return std::tie(left.summary.chain_number, left.name) < std::tie(right.summary.chain_number, right.name);
    });
    return found;
}

bundle::VerifyReport must_be_sound(const fs::path& path, const std::stop_token& stop) {
    auto report = bundle::verify_caged(path, stop);
    if (!report) {
        const ErrorCode code = report.error().code;
        throw FatalError(code == ErrorCode::cancelled                             ? ExitCode::interrupted
                         : code == ErrorCode::bad_input                           ? ExitCode::usage
                         : code == ErrorCode::disk || code == ErrorCode::internal ? ExitCode::local
                                                                                  : ExitCode::inconsistent,
                         report.error());
    }
    if (!report->problems.empty()) {
        refuse(fmt::format("{} was published last, and is not what was published: {}", sanitise(path.string()),
                           join_sentences(report->problems)),
               "Put it back as it was published, from a backup or an artifact of the CI");
    }
    return std::move(*report);
}

state::Books books_in(const fs::path& bundle, const std::stop_token& stop) {
    auto files = bundle::BundleFiles::open(bundle, stop);
    if (!files) {
        throw FatalError(files.error().code == ErrorCode::cancelled ? ExitCode::interrupted : ExitCode::inconsistent, files.error());
    }
    auto books = read_books([&](const std::string& path, const auto& sink) { return files->read("data/" + path, sink); });
    if (!books && books.error().code == ErrorCode::not_found) {
        throw FatalError(ExitCode::usage, ErrorCode::bad_input,
                         "this bundle carries no books: a version before they were kept made it, or it is a "
                         "partial view",
                         bundle.string(), "Name the bundle of a whole month, made by this version or a later one");
    }
    if (!books) {
        throw FatalError(books.error().code == ErrorCode::bad_input ? ExitCode::usage : ExitCode::inconsistent, books.error());
    }
    return std::move(*books);
}

bool is_prefix(const std::vector<ClosingEvent>& shorter, const std::vector<ClosingEvent>& longer) {
    return shorter.size() <= longer.size() && std::equal(shorter.begin(), shorter.end(), longer.begin());
}

/// What the bundle itself says of its folder.
ChainLink link_of(const fs::path& bundle, const Rebuild& rebuild, const std::stop_token& stop) {
    const bundle::BundleFiles files = must_be_done(bundle::BundleFiles::open(bundle, stop));
    std::string info;
    must_be_done(files.read("bag-info.txt", [&](std::string_view piece) { info += piece; }));
    constexpr std::string_view before = "External-Identifier: moisson-";
    const std::size_t begin = info.find(before);
    const std::size_t name = begin == std::string::npos ? info.size() : begin + before.size();
    Digest ledger;
    must_be_done(files.read("data/ledger.csv", [&](std::string_view piece) { ledger.update(piece); }));
    return {place_of(rebuild.books).number, info.substr(name, info.find('\n', name) - name), ledger.finish_hex(), rebuild.bundle_sha256};
}

/// Every folder that stands is the last one of its name.
void must_be_in_chain(const std::vector<Found>& folders, const std::vector<ChainLink>& chain) {
    for (const Found& one : folders) {
        const ChainLink* const last = last_link_of(chain, one.name);
        if (last == nullptr || *last != one.link()) {
            refuse(fmt::format("two histories: the folder {} says that it was published as number {}, and by {} it was {}", one.name,
                               one.summary.chain_number, sanitise(chain.back().folder, 40),
                               last == nullptr ? std::string("never published") : in_words(*last)),
                   "Put the folder back as it was published last, or move it away");
        }
    }
}

/// What was published last here may have been moved away: the books of an older folder would hand out its postings again. A view's folder
/// is looked at, too; it books nothing.
void must_hold_last_run(const config::Job& job, state::StateStore& state) {
    const std::string run_id = compare_folder(job, state).run_id;
    std::error_code problem;
    fs::directory_iterator folder(job.export_.out, problem);
    bool is_here = run_id.empty();
    for (; !is_here && !problem && folder != fs::directory_iterator(); folder.increment(problem)) {
        is_here = bundle::stated_run_id(folder->path()) == run_id;
    }
    if (!is_here) {
        refuse(fmt::format("the last run that published here was {}, and neither the state nor a folder is of it", sanitise(run_id, 60)),
               "Put the month that was published last back, or make the state again of its bundle: moisson state rebuild FILE");
    }
}

/// Runs that the folders name, and which of them published a month that is open.
void take_runs(const std::vector<Found>& folders, Rebuild& rebuild) {
    for (const Found& one : folders) {
        state::RunRecord run;
        run.run_id = one.summary.run_id;
        run.period = one.name;
        run.started_at = run.finished_at = one.summary.finished_at;
        run.verdict = one.summary.verdict;
        run.exit_code = static_cast<int>(one.summary.verdict == "complete" ? ExitCode::complete : ExitCode::incomplete);
        run.ledger_sha256 = one.summary.ledger_sha256;
        for (PublishedMonth& month : rebuild.books.published) {
            month.run_id = month.ledger_sha256 == run.ledger_sha256 ? run.run_id : month.run_id;
        }
        rebuild.runs.push_back(std::move(run));
        rebuild.folders.push_back(one.name);
    }
}

/// The documents' files of a folder's bundle that the store lacks.
void keep_documents(const fs::path& folder, transfer::ObjectStore& store) {
    Addendum rows;  // what it needs of a ledger's rows is what an addendum's have
    if (read_addendum(folder / "ledger.csv", rows)) {
        restore_addendum_files({rows}, folder / "bundle.zip", store);
    }
}

/// What OUT/.moisson-folder says was closed or opened since the last publication.
class LaterClosings {
public:
    LaterClosings(const config::Job& job, state::StateStore& state, transfer::ObjectStore& store, const Clock& clock,
                  const std::stop_token& stop)
        : job_(job), state_(state), store_(store), clock_(clock), stop_(stop) {}

    void run() {
        const auto now = witnessed_closings(job_);
        if (!now) {
            return;
        }
        for (const ClosedMonth& month : state_.load_closed_months()) {
            const bool stands = std::any_of(now->begin(), now->end(), [&](const ClosedMonth& one) {
                return one.period == month.period && one.revision == month.revision;
            });
            if (!stands) {
                reopen(month);
            }
        }
        std::vector<ClosedMonth> later = *now;
        std::sort(later.begin(), later.end(), [](const ClosedMonth& left, const ClosedMonth& right) {
            return std::tie(left.closed_at, left.period) < std::tie(right.closed_at, right.period);
        });
        for (const ClosedMonth& month : later) {
            const std::vector<ClosedMonth> known = state_.load_closed_months();
            if (std::none_of(known.begin(), known.end(), [&](const ClosedMonth& one) { return one.period == month.period; })) {
                close(month);
            }
        }
    }

private:
    void reopen(const ClosedMonth& month) {
        ClosingEvent event;
        event.period = month.period;
        event.closed = false;
        event.revision = month.revision;
        event.at = clock_.now();
        event.by = archived_run;
        event.reason = "opened again before the state was lost; who and why is not known";
        state_.save_reopening(event);
    }

    void close(ClosedMonth month) {
        const std::string text = month.period.to_text();
        const fs::path folder = fs::path(job_.export_.out) / text;
        std::error_code problem;
        if (!fs::exists(folder, problem)) {
            refuse(fmt::format("{} was closed after the last export, and its folder is not here", text),
                   fmt::format("Put the folder of {} back", text));
        }
        static_cast<void>(must_be_sound(folder, stop_));
        auto ledger = read_sealed_ledger(folder / "ledger.csv");
        if (!ledger || ledger->sha256 != month.ledger_sha256) {
            refuse(fmt::format("{} was closed, and its folder is not the one that was closed", text),
                   fmt::format("Put the closed month's own folder back; its ledger.csv has SHA-256 {}", month.ledger_sha256));
        }
        restore_ids(ledger->rows, state_);
        month.totals = totals_of(ledger->rows);
        month.files = keep_files(folder, store_);
        const std::vector<ClosedMonth> months = state_.load_closed_months();
        const auto summary = bundle::stated_summary(folder);
        state_.save_closing(month, ledger->rows, judged_by(month.period, summary.value_or(bundle::StatedSummary{}), *ledger, state_),
                            postings_of(month, ledger->rows, state_.load_addenda(), months, state_.load_postings_of("")));
    }

    const config::Job& job_;
    state::StateStore& state_;
    transfer::ObjectStore& store_;
    const Clock& clock_;
    const std::stop_token& stop_;
};

}  // namespace

void must_not_contradict(state::StateStore& state, const state::Books& books, const std::string& head) {
    const std::vector<ChainLink> known = state.load_chain();
    for (std::size_t at = 0; at < known.size(); ++at) {
        if (at >= books.chain.size() || known[at] != books.chain[at]) {
            refuse(
                fmt::format("two histories: the state published {}, and by {} {}", in_words(known[at]), sanitise(head, 40),
                            at < books.chain.size() ? "that was " + in_words(books.chain[at]) : std::string("nothing was published then")),
                "moisson state diff names all that differs. Use the state that made the folder, or another --out");
        }
    }
    // What was closed since the last publication stands in no bundle yet.
    const std::vector<ClosingEvent> history = state.load_closing_history();
    const bool knows_later = known.size() == books.chain.size() && is_prefix(books.history, history);
    if (!knows_later && !is_prefix(history, books.history)) {
        refuse(
            fmt::format("two histories: the state closed or opened months that {}, published later, knows nothing of", sanitise(head, 40)),
            "moisson state diff names all that differs. Use the state that made the folder, or another --out");
    }
}

std::optional<Rebuild> read_archive(const config::Job& job, const std::stop_token& stop) {
    const std::vector<Found> folders = find_folders(job);
    if (folders.empty()) {
        return std::nullopt;
    }
    const Found& head = folders.back();
    if (folders.size() > 1 && folders[folders.size() - 2].summary.chain_number == head.summary.chain_number) {
        const Found& other = folders[folders.size() - 2];
        refuse(fmt::format("two histories: {} and {} both say that they were published as number {}", other.name, head.name,
                           head.summary.chain_number),
               "Keep the folders of one state, and move the others away");
    }
    static_cast<void>(must_be_sound(head.folder, stop));
    Rebuild rebuild;
    rebuild.books = books_in(head.folder / "bundle.zip", stop);
    rebuild.books.chain.push_back(head.link());
    rebuild.source = head.summary.source;
    rebuild.bundle_sha256 = head.summary.bundle_sha256;
    rebuild.head = head.name;
    must_be_in_chain(folders, rebuild.books.chain);
    take_runs(folders, rebuild);
    return rebuild;
}

std::optional<Rebuild> plan_rebuild(const config::Job& job, state::StateStore& state, const std::stop_token& stop) {
    if (compare_folder(job, state).sentences.empty()) {
        return std::nullopt;
    }
    auto rebuild = read_archive(job, stop);
    if (rebuild) {
        must_not_contradict(state, rebuild->books, rebuild->head);
        must_hold_last_run(job, state);
    }
    return rebuild;
}

Rebuild rebuild_from(const config::Job& job, const fs::path& bundle, const std::stop_token& stop) {
    static_cast<void>(must_be_sound(bundle, stop));
    Rebuild rebuild;
    rebuild.books = books_in(bundle, stop);
    rebuild.bundle_sha256 = must_be_done(sha256_of_file(bundle));
    rebuild.head = bundle.filename().string();
    rebuild.books.chain.push_back(link_of(bundle, rebuild, stop));
    std::vector<Found> folders = find_folders(job);
    std::erase_if(folders, [&](const Found& one) {  // the next run refuses these
        const ChainLink* const last = last_link_of(rebuild.books.chain, one.name);
        return last == nullptr || *last != one.link();
    });
    take_runs(folders, rebuild);
    return rebuild;
}

void apply_rebuild(const config::Job& job, const Rebuild& rebuild, state::StateStore& state, transfer::ObjectStore& store,
                   const Clock& clock, const std::stop_token& stop) {
    const std::size_t known = state.load_chain().size();
    settle_publications(state, job.export_.out);
    if (state.load_closing_history().size() <= rebuild.books.history.size()) {
        state.restore(rebuild.books, rebuild.runs, archived_run);
    } else {  // it has all of these books, and closings since: only what was closed after them is missing
        for (const state::RunRecord& run : rebuild.runs) {
            state.save_run(run);
        }
    }
    if (!rebuild.source.empty()) {
        claim_state(state, rebuild.source, true);
    }
    for (const ClosedMonth& month : rebuild.books.months) {
        const fs::path folder = fs::path(job.export_.out) / month.period.to_text();
        std::error_code problem;
        if (!month.files.empty() && fs::exists(folder, problem) && compare_with_closed(month, folder, stop).empty()) {
            static_cast<void>(keep_files(folder, store));
        }
    }
    for (const std::string& name : rebuild.folders) {
        keep_documents(fs::path(job.export_.out) / name, store);
    }
    LaterClosings(job, state, store, clock, stop).run();
    adopt_last_run(job, state);
    state.set_setting(told_setting, fmt::format("{} {} {}", known, rebuild.books.chain.size(), rebuild.head));
}

void bring_up_to_date(const config::Job& job, const Clock& clock, const std::stop_token& stop) {
    const auto rebuild = plan_rebuild(job, *open_state_for_reading(job), stop);
    if (rebuild) {
        apply_rebuild(job, *rebuild, *open_state(job, "rebuild"), *open_object_store(job), clock, stop);
    }
}

std::optional<Finding> rebuild_finding(state::StateStore& state) {
    const std::string text = state.setting(told_setting);
    std::size_t known = 0;
    std::size_t all = 0;
    const char* const end = text.data() + text.size();
    const auto first = std::from_chars(text.data(), end, known);
    if (first.ec != std::errc{} || first.ptr == end) {
        return std::nullopt;
    }
    const auto second = std::from_chars(first.ptr + 1, end, all);
    if (second.ec != std::errc{} || second.ptr == end) {
        return std::nullopt;
    }
    return make_finding("state-rebuilt", messages::state_rebuilt(sanitise(std::string(second.ptr + 1, end), 60), known, all));
}

void forget_rebuild(state::StateStore& state) {
    if (!state.setting(told_setting).empty()) {
        state.set_setting(told_setting, "");
    }
}

}  // namespace moisson::pipeline
