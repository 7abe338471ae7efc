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
#include "pipeline/closed_folder.hpp"
#include "pipeline/later_closings.hpp"
#include "pipeline/messages.hpp"
#include "pipeline/publish_folder.hpp"
#include "pipeline/sealed_ledger.hpp"
#include "pipeline/settle.hpp"
#include "pipeline/state_access.hpp"

namespace moisson::pipeline {

namespace {

namespace fs = std::filesystem;

/// What the next publication tells: how many publications the state knew, of how many, and which was the last.
constexpr const char* told_setting = "rebuilt";

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
void must_be_in_chain(const std::vector<PublishedFolder>& folders, const std::vector<ChainLink>& chain) {
    for (const PublishedFolder& one : folders) {
        const ChainLink* const last = last_link_of(chain, one.name);
        if (last == nullptr || *last != one.link()) {
            refuse_history(fmt::format("two histories: the folder {} says that it was published as number {}, and by {} it was {}",
                                       one.name, one.summary.chain_number, sanitise(chain.back().folder, 40),
                                       last == nullptr ? std::string("never published") : in_words(*last)),
                           "Put the folder back as it was published last, or move it away");
        }
    }
}

/// Runs that the folders name, and which of them published a month that is open.
void take_runs(const std::vector<PublishedFolder>& folders, Rebuild& rebuild) {
    for (const PublishedFolder& one : folders) {
        state::RunRecord run = run_of(one);
        for (PublishedMonth& month : rebuild.books.published) {
            month.run_id = month.ledger_sha256 == run.ledger_sha256 ? run.run_id : month.run_id;
        }
        rebuild.runs.push_back(std::move(run));
        rebuild.folders.push_back(one.name);
    }
}

}  // namespace

ChainLink PublishedFolder::link() const { return {summary.chain_number, name, summary.ledger_sha256, summary.bundle_sha256}; }

std::vector<PublishedFolder> published_folders(const config::Job& job) {
    std::vector<PublishedFolder> found;
    for (const std::string& name : published_names(job)) {
        const fs::path folder = fs::path(job.export_.out) / name;
        if (auto summary = bundle::stated_summary(folder); summary && summary->chain_number > 0) {
            found.push_back({name, folder, std::move(*summary)});
        }
    }
    std::sort(found.begin(), found.end(), [](const PublishedFolder& left, const PublishedFolder& right) {
        return std::tie(left.summary.chain_number, left.name) < std::tie(right.summary.chain_number, right.name);
    });
    return found;
}

state::RunRecord run_of(const PublishedFolder& folder) {
    state::RunRecord run;
    run.run_id = folder.summary.run_id;
    run.period = folder.name;
    run.started_at = run.finished_at = folder.summary.finished_at;
    run.verdict = folder.summary.verdict;
    run.exit_code = static_cast<int>(folder.summary.verdict == "complete" ? ExitCode::complete : ExitCode::incomplete);
    run.ledger_sha256 = folder.summary.ledger_sha256;
    return run;
}

void keep_documents(const fs::path& folder, transfer::ObjectStore& store) {
    Addendum rows;  // what it needs of a ledger's rows is what an addendum's have
    if (read_addendum(folder / "ledger.csv", rows)) {
        restore_addendum_files({rows}, folder / "bundle.zip", store);
    }
}

void refuse_history(std::string message, std::string hint) {
    throw FatalError(ExitCode::inconsistent, ErrorCode::verification, std::move(message) + ". Nothing was changed", "", std::move(hint));
}

std::string in_words(const ChainLink& link) {
    constexpr std::size_t digits = 12;
    return fmt::format("{} as number {} (bundle.zip {}…)", sanitise(link.folder, 40), link.number, link.bundle_sha256.substr(0, digits));
}

void must_be_sound(const fs::path& path, const std::stop_token& stop) {
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
        refuse_history(fmt::format("{} was published last, and is not what was published: {}", sanitise(path.string()),
                                   join_sentences(report->problems)),
                       "Put it back as it was published, from a backup or an artifact of the CI");
    }
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

void must_hold_last_run(const config::Job& job, state::StateStore& state, const std::string& known) {
    const std::string run_id = compare_folder(job, state).run_id;
    std::error_code problem;
    fs::directory_iterator folder(job.export_.out, problem);
    bool is_here = run_id.empty() || run_id == known;
    for (; !is_here && !problem && folder != fs::directory_iterator(); folder.increment(problem)) {
        is_here = bundle::stated_run_id(folder->path()) == run_id;
    }
    if (!is_here) {
        refuse_history(
            fmt::format("the last run that published here was {}, and neither the state nor a folder is of it", sanitise(run_id, 60)),
            "Put the month that was published last back, or make the state again of its bundle: moisson state rebuild FILE");
    }
}

void must_not_contradict(state::StateStore& state, const state::Books& books, const std::string& head) {
    const std::vector<ChainLink> known = state.load_chain();
    for (std::size_t at = 0; at < known.size(); ++at) {
        if (at >= books.chain.size() || known[at] != books.chain[at]) {
            refuse_history(
                fmt::format("two histories: the state published {}, and by {} {}", in_words(known[at]), sanitise(head, 40),
                            at < books.chain.size() ? "that was " + in_words(books.chain[at]) : std::string("nothing was published then")),
                "moisson state diff names all that differs. Use the state that made the folder, or another --out");
        }
    }
    // What was closed since the last publication stands in no bundle yet.
    const std::vector<ClosingEvent> history = state.load_closing_history();
    const bool knows_later = known.size() == books.chain.size() && is_prefix(books.history, history);
    if (!knows_later && !is_prefix(history, books.history)) {
        refuse_history(
            fmt::format("two histories: the state closed or opened months that {}, published later, knows nothing of", sanitise(head, 40)),
            "moisson state diff names all that differs. Use the state that made the folder, or another --out");
    }
}

std::optional<Rebuild> read_archive(const config::Job& job, const std::stop_token& stop) {
    const std::vector<PublishedFolder> folders = published_folders(job);
    if (folders.empty()) {
        return std::nullopt;
    }
    const PublishedFolder& head = folders.back();
    if (folders.size() > 1 && folders[folders.size() - 2].summary.chain_number == head.summary.chain_number) {
        const PublishedFolder& other = folders[folders.size() - 2];
        refuse_history(fmt::format("two histories: {} and {} both say that they were published as number {}", other.name, head.name,
                                   head.summary.chain_number),
                       "Keep the folders of one state, and move the others away");
    }
    must_be_sound(head.folder, stop);
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

Rebuild rebuild_from(const config::Job& job, const fs::path& bundle, const std::stop_token& stop) {
    must_be_sound(bundle, stop);
    Rebuild rebuild;
    rebuild.books = books_in(bundle, stop);
    rebuild.bundle_sha256 = must_be_done(sha256_of_file(bundle));
    rebuild.head = bundle.filename().string();
    rebuild.books.chain.push_back(link_of(bundle, rebuild, stop));
    std::vector<PublishedFolder> folders = published_folders(job);
    std::erase_if(folders, [&](const PublishedFolder& one) {  // the next run refuses these
        const ChainLink* const last = last_link_of(rebuild.books.chain, one.name);
        return last == nullptr || *last != one.link();
    });
    take_runs(folders, rebuild);
    return rebuild;
}

void apply_rebuild(const config::Job& job, const Rebuild& rebuild, state::StateStore& state, transfer::ObjectStore& store,
                   const Clock& clock, const std::stop_token& stop, const std::function<void()>& archived_closings) {
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
    const std::size_t events = state.load_closing_history().size();
    if (archived_closings) {
        archived_closings();
    }
    apply_witnessed_closings(job, state, store, clock, stop, events == state.load_closing_history().size());
    adopt_last_run(job, state);
    state.set_setting(told_setting, fmt::format("{} {} {}", known, rebuild.books.chain.size(), rebuild.head));
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
