/// See catch_up.hpp.

#include "pipeline/catch_up.hpp"

#include <algorithm>
#include <filesystem>
#include <set>
#include <system_error>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "base/digest.hpp"
#include "base/files.hpp"
#include "bundle/stated_summary.hpp"
#include "domain/evidence_names.hpp"
#include "pipeline/books_record.hpp"
#include "pipeline/closed_folder.hpp"
#include "pipeline/exit_code_of.hpp"
#include "pipeline/later_closings.hpp"
#include "pipeline/messages.hpp"
#include "pipeline/publish.hpp"
#include "pipeline/publish_folder.hpp"
#include "pipeline/state_access.hpp"
#include "pipeline/witness.hpp"

namespace moisson::pipeline {

namespace {

namespace fs = std::filesystem;

/// The list of the archive's generations when the state knew all of them.
constexpr const char* seen_setting = "archive-seen";

constexpr const char* two_histories_hint =
    "Go on with one of the two: with the state, the OUT or the archive of the history that counts; what another one published stays where "
    "it is";

[[noreturn]] void end_by_archive(Error error) {
    const ExitCode code =
        error.code == ErrorCode::verification || error.code == ErrorCode::bad_answer ? ExitCode::inconsistent : exit_code_of(error);
    throw FatalError(code, std::move(error));
}

bool knows(const std::vector<ChainLink>& chain, const ChainLink& link) {
    return link.number > 0 && link.number <= chain.size() && chain[link.number - 1] == link;
}

/// `who` says that `link` was published; the chain is longer, and must know it.
void must_know(const std::vector<ChainLink>& chain, const ChainLink& link, std::string_view who) {
    if (!knows(chain, link)) {
        refuse_history(fmt::format("two histories: {} says {}, and by {} {}", who, in_words(link),
                                   chain.empty() ? std::string("the state") : sanitise(chain.back().folder, 40) + ", published last,",
                                   link.number <= chain.size() ? "that was " + in_words(chain[link.number - 1])
                                                               : std::string("nothing was published then")),
                       two_histories_hint);
    }
}

/// When and by whom is told differently by a state that was made again; what happened is the same.
bool is_same_event(const ClosingEvent& one, const ClosingEvent& other) {
    return std::tie(one.period, one.closed, one.revision, one.ledger_sha256) ==
           std::tie(other.period, other.closed, other.revision, other.ledger_sha256);
}

std::string in_words(const ClosingEvent& event) {
    return fmt::format("{} {}", event.period.to_text(), event.closed ? "was closed" : "was opened again");
}

bool is_closed_as(const ClosedMonth& month, const archive::Manifest& manifest) {
    const bool all_there = std::all_of(month.files.begin(), month.files.end(), [&](const ClosedFile& file) {
        const archive::ArchivedFile* const found = manifest.find(file.path);
        return found != nullptr && found->sha256 == file.sha256;
    });
    return !month.files.empty() && all_there &&
           std::all_of(manifest.files.begin(), manifest.files.end(), [&](const archive::ArchivedFile& one) {
               return is_added_evidence(one.path) ||
                      std::any_of(month.files.begin(), month.files.end(), [&](const ClosedFile& file) { return file.path == one.path; });
           });
}

/// What tells one list of an archive from another.
std::string digest_of(const std::vector<archive::Generation>& generations) {
    Digest digest;
    for (const archive::Generation& one : generations) {
        digest.update(one.key());
    }
    return digest.finish_hex();
}

bool is_folder_there(const config::Job& job, const std::string& name) {
    std::error_code problem;
    return fs::exists(fs::path(job.export_.out) / name, problem);
}

}  // namespace

CatchUp::CatchUp(const config::Job& job, const Clock& clock, Reporter& reporter, std::stop_token stop)
    : job_(job), clock_(clock), reporter_(reporter), stop_(std::move(stop)) {}

void CatchUp::look(state::StateStore& state) {
    if (has_looked_ || job_.archive.url.empty()) {
        return;
    }
    has_looked_ = true;
    const Status read = read_all(state.setting(seen_setting));
    if (!read && read.error().code == ErrorCode::cancelled) {
        throw FatalError(ExitCode::interrupted, read.error());
    }
    const bool is_something_here = has_state(job_) || !published_names(job_).empty() || !job_.export_.previous.empty();
    if (!read && !is_something_here) {
        Error error = read.error();
        error.hint =
            fmt::format("{}{}Neither a state nor a month is here, and what the archive holds must be known before anything is booked",
                        error.hint, error.hint.empty() ? "" : ". ");
        end_by_archive(std::move(error));
    }
    if (!read) {
        problem_ = read.error();
        reporter_.log(LogLevel::warning, "archive-not-read", job_.secrets->clean(read.error().to_line()));
    }
    const bool has_books = std::any_of(manifests_.begin(), manifests_.end(), [](const auto& one) { return one.chain_number > 0; });
    if (!manifests_.empty() && !has_books && !is_something_here) {
        refuse_history(
            fmt::format("the archive {} holds months that carry no books: a version before they were kept made them", store_->name()),
            "Bring them to OUT (moisson archive get), and take the folder over: moisson export --adopt-folder \"reason\"");
    }
}

Status CatchUp::read_all(const std::string& seen) {
    auto opened = archive::open_store(job_, clock_, stop_);
    if (!opened) {
        return fail(std::move(opened.error()));
    }
    store_ = std::move(*opened);
    Status read = read_store(seen);
    if (!read) {
        store_.reset();
        listed_.clear();
        manifests_.clear();
        closings_.clear();
    }
    return read;
}

Status CatchUp::read_store(const std::string& seen) {
    if (Status ours = must_be_own_source(); !ours) {
        return ours;
    }
    auto generations = archive::list_generations(*store_);
    if (!generations) {
        return fail(std::move(generations.error()));
    }
    listed_ = std::move(*generations);
    // The state knew all of these when they were noted: nobody else archived since.
    if (seen.empty() || seen != digest_of(listed_)) {
        if (Status read = read_manifests(); !read) {
            return read;
        }
    }
    auto closings = archive::list_closings(*store_);
    if (!closings) {
        return fail(std::move(closings.error()));
    }
    closings_ = std::move(*closings);
    return {};
}

Status CatchUp::must_be_own_source() {
    const std::string& scenario = job_.sandbox.scenario;
    if (!job_.sandbox.enabled) {
        return archive::must_be_of(*store_, job_.api.api_url);
    }
    const bool is_a_file = scenario.find_first_of("/.") != std::string::npos;
    return is_a_file ? Status() : archive::must_be_of(*store_, "sandbox:" + (scenario.empty() ? std::string("small") : scenario));
}

/// The manifests of all that was listed; those that are known already stay.
Status CatchUp::read_manifests() {
    std::set<std::string> known;
    for (const archive::Manifest& one : manifests_) {
        known.insert(one.generation.key());
    }
    for (const archive::Generation& one : listed_) {
        if (known.contains(one.key())) {
            continue;
        }
        auto manifest = archive::read_manifest(*store_, one);
        if (!manifest) {
            return fail(std::move(manifest.error()));
        }
        manifests_.push_back(std::move(*manifest));
    }
    return {};
}

/// The same where something is to be fetched. FatalError where the archive fails.
void CatchUp::need_manifests() {
    if (Status read = read_manifests(); !read) {
        end_by_archive(std::move(read.error()));
    }
}

/// Generations that came since the last look.
Status CatchUp::read_news() {
    auto generations = archive::list_generations(*store_);
    if (!generations) {
        return fail(std::move(generations.error()));
    }
    if (digest_of(*generations) == digest_of(listed_)) {
        return {};
    }
    listed_ = std::move(*generations);
    return read_manifests();
}

/// The last publication of the archive. Of two with one number the one that was archived first; whoever made the other was told so.
const archive::Manifest* CatchUp::head() const {
    const archive::Manifest* last = nullptr;
    for (const archive::Manifest& one : manifests_) {
        const auto place = [](const archive::Manifest& manifest) {
            return std::tuple(-static_cast<std::int64_t>(manifest.chain_number), manifest.archived_at, manifest.generation.manifest_sha256);
        };
        if (one.chain_number > 0 && (last == nullptr || place(one) < place(*last))) {
            last = &one;
        }
    }
    return last;
}

const archive::Manifest* CatchUp::find(const ChainLink& link) const {
    const archive::Manifest* found = nullptr;
    for (const archive::Manifest& one : manifests_) {
        if (one.link() == link && (found == nullptr || found->generation.number < one.generation.number)) {
            found = &one;
        }
    }
    return found;
}

std::optional<Rebuild> CatchUp::read_previous(state::StateStore& state, std::string& run_id) {
    if (job_.export_.previous.empty()) {
        return std::nullopt;
    }
    std::error_code problem;
    const fs::path given = job_.export_.previous;
    const fs::path bundle = fs::is_directory(given, problem) ? given / "bundle.zip" : given;
    const auto sha256 = sha256_of_file(bundle);
    if (!sha256) {
        throw FatalError(ExitCode::usage, ErrorCode::bad_input, fmt::format("--previous cannot be read: {}", sha256.error().message),
                         bundle.string(), "Name the bundle.zip of the month that was published last, or its folder");
    }
    for (const ChainLink& link : state.load_chain()) {
        if (link.bundle_sha256 == *sha256) {
            return std::nullopt;
        }
    }
    if (!previous_) {
        previous_ = rebuild_from(job_, bundle, stop_);
    }
    Rebuild rebuild = *previous_;
    rebuild.head = rebuild.books.chain.back().folder;
    if (const auto summary = bundle::stated_summary(bundle.parent_path()); summary && summary->bundle_sha256 == *sha256) {
        run_id = summary->run_id;
        rebuild.source = summary->source;
    }
    must_not_contradict(state, rebuild.books, rebuild.head);
    return rebuild;
}

/// All files of the month, proved, in the place of what stands there.
void CatchUp::bring(const archive::Manifest& manifest, state::StateStore* state) {
    const std::string& name = manifest.generation.month;
    {
        PublishFolder made(job_.export_.out, name, "archive", job_.output.file_mode);
        for (const archive::ArchivedFile& file : manifest.files) {
            if (Status fetched = archive::fetch_file(*store_, manifest, file.path, made.path() / file.path); !fetched) {
                end_by_archive(std::move(fetched.error()));
            }
        }
        made.publish();
    }
    reporter_.log(LogLevel::info, "fetched",
                  fmt::format("{} came from the archive {}: publication {}", name, store_->name(), manifest.chain_number));
    const auto summary = bundle::stated_summary(fs::path(job_.export_.out) / name);
    if (summary && state != nullptr) {
        state->save_run(run_of({name, fs::path(job_.export_.out) / name, *summary}));
    }
}

/// Folders of OUT that were published again since, and archived.
void CatchUp::bring_newer(const std::vector<ChainLink>& chain, state::StateStore* state) {
    for (const PublishedFolder& one : published_folders(job_)) {
        const ChainLink* const last = last_link_of(chain, one.name);
        if (last == nullptr || *last == one.link() || !knows(chain, one.link())) {
            continue;
        }
        need_manifests();
        if (const archive::Manifest* const newer = find(*last)) {
            bring(*newer, state);
        }
    }
}

/// OUT gets what the archive has and neither OUT nor the state know.
void CatchUp::bring_head(state::StateStore& state) {
    const std::vector<ChainLink> known = state.load_chain();
    const archive::Manifest* const last = head();
    if (last == nullptr || knows(known, last->link())) {
        bring_newer(known, &state);
        return;
    }
    const ChainLink link = last->link();
    const std::vector<PublishedFolder> folders = published_folders(job_);
    const bool is_here = std::any_of(folders.begin(), folders.end(), [&](const PublishedFolder& one) { return one.link() == link; });
    if (!is_here && link.number <= known.size()) {
        must_know(known, link, "the archive");
    }
    const std::uint32_t last_here = folders.empty() ? 0 : folders.back().summary.chain_number;
    if (link.number < last_here || (!is_here && link.number == last_here)) {
        return;  // OUT knows more; whether it knows this, `plan` looks at
    }
    state::Books books;
    {
        PublishFolder made(job_.export_.out, link.folder, "archive", job_.output.file_mode);
        if (Status fetched = archive::fetch_file(*store_, *last, "bundle.zip", made.path() / "bundle.zip"); !fetched) {
            end_by_archive(std::move(fetched.error()));
        }
        books = books_in(made.path() / "bundle.zip", stop_);
    }
    books.chain.push_back(link);
    must_not_contradict(state, books, fmt::format("{} of the archive", link.folder));
    for (const PublishedFolder& one : folders) {
        must_know(books.chain, one.link(), "the folder");
    }
    const auto is_other = [&](const archive::Manifest& one) {
        return one.chain_number == link.number && one.link().bundle_sha256 != link.bundle_sha256;
    };
    if (const auto other = std::find_if(manifests_.begin(), manifests_.end(), is_other); other != manifests_.end()) {
        refuse_history(fmt::format("two histories: the archive has {} and {}", in_words(link), in_words(other->link())),
                       "Two machines published at once. Export on the one whose month counts: the archive then goes on from there");
    }
    bring_newer(books.chain, nullptr);  // before the head: what a kill leaves undone is seen again
    if (!is_here) {
        bring(*last, nullptr);
    }
}

/// What OUT and --previous say, the longer of the two.
std::optional<Rebuild> CatchUp::read_folder(state::StateStore& state, const std::optional<Rebuild>& previous,
                                            const std::string& previous_run) {
    FolderDoubts doubts = compare_folder(job_, state);
    recognised_ = std::move(doubts.recognised);
    if (doubts.sentences.empty() && !previous) {
        return std::nullopt;
    }
    std::optional<Rebuild> folder = read_archive(job_, stop_);
    if (folder && previous && previous->books.chain.size() > folder->books.chain.size()) {
        for (const PublishedFolder& one : published_folders(job_)) {
            must_know(previous->books.chain, one.link(), "the folder");
        }
        folder.reset();
    }
    if (folder) {
        must_not_contradict(state, folder->books, folder->head);
        must_hold_last_run(job_, state);
        if (previous) {
            must_know(folder->books.chain, previous->books.chain.back(), "--previous");
        }
        return folder;
    }
    if (previous) {
        must_hold_last_run(job_, state, previous_run);
    }
    return previous;
}

std::optional<Rebuild> CatchUp::plan(state::StateStore& state) {
    look(state);
    std::string previous_run;
    const auto previous = read_previous(state, previous_run);
    if (store_ != nullptr) {
        bring_head(state);
    }
    auto rebuild = read_folder(state, previous, previous_run);
    for (const std::string& name : recognised_) {
        if (const auto summary = bundle::stated_summary(fs::path(job_.export_.out) / name)) {
            state.save_run(run_of({name, fs::path(job_.export_.out) / name, *summary}));
        }
    }
    if (const archive::Manifest* const last = head()) {
        must_know(rebuild ? rebuild->books.chain : state.load_chain(), last->link(), "the archive");
    }
    return rebuild;
}

void CatchUp::apply(const std::optional<Rebuild>& rebuild, state::StateStore& state, transfer::ObjectStore& store) {
    if (rebuild) {
        apply_rebuild(job_, *rebuild, state, store, clock_, stop_, [&] { apply_closings(state, store); });
    } else if (store_ != nullptr) {
        const std::size_t known = state.load_closing_history().size();
        apply_closings(state, store);
        if (state.load_closing_history().size() != known) {
            write_witness(job_, state, {});
        }
    }
}

/// Those that come after the history. FatalError(inconsistent): the archive's are of another one.
std::vector<archive::ClosingRecord> CatchUp::later_closings(const std::vector<ClosingEvent>& history) {
    std::vector<archive::ClosingRecord> later;
    std::optional<ClosingEvent> last = history.empty() ? std::nullopt : std::optional(history.back());
    auto number = static_cast<std::uint32_t>(history.size());
    for (const archive::ClosingKey& key : closings_) {
        if (key.number < number || key.number > number + 1) {
            continue;  // known; or one before it is not there (yet)
        }
        auto record = archive::read_closing(*store_, key);
        if (!record) {
            end_by_archive(std::move(record.error()));
        }
        if (key.number == number && !is_same_event(*last, record->event)) {
            refuse_history(fmt::format("two histories: event {} of the closings is here that {}, and in the archive that {}", number,
                                       in_words(*last), in_words(record->event)),
                           two_histories_hint);
        }
        if (key.number == number + 1) {
            ++number;
            last = record->event;
            later.push_back(std::move(*record));
        }
    }
    return later;
}

/// The folder that was closed.
void CatchUp::bring_closed(const archive::ClosingRecord& record, state::StateStore& state) {
    const std::string name = record.event.period.to_text();
    if (published_ledger_digest(fs::path(job_.export_.out) / name) == record.event.ledger_sha256) {
        return;
    }
    need_manifests();
    const archive::Manifest* closed = nullptr;
    for (const archive::Manifest& one : manifests_) {
        const archive::ArchivedFile* const ledger = one.find("ledger.csv");
        if (one.generation.month == name && ledger != nullptr && ledger->sha256 == record.event.ledger_sha256 &&
            (closed == nullptr || closed->generation.number < one.generation.number)) {
            closed = &one;
        }
    }
    if (closed != nullptr) {
        bring(*closed, &state);
    }
}

void CatchUp::apply_closings(state::StateStore& state, transfer::ObjectStore& store) {
    if (store_ == nullptr) {
        return;
    }
    const std::vector<archive::ClosingRecord> later = later_closings(state.load_closing_history());
    for (std::size_t at = 0; at < later.size(); ++at) {
        const archive::ClosingRecord& record = later[at];
        const bool is_opened_again = std::any_of(later.begin() + static_cast<std::ptrdiff_t>(at), later.end(), [&](const auto& one) {
            return !one.event.closed && one.event.period == record.event.period;
        });
        if (record.event.closed) {
            bring_closed(record, state);
        }
        apply_closing_record(job_, record, is_opened_again, state, store, stop_);
        reporter_.log(LogLevel::info, "closing-learned", fmt::format("the archive tells that {}", in_words(record.event)));
    }
}

void CatchUp::must_know_all(state::StateStore& state) {
    look(state);
    bool is_behind = read_folder(state, std::nullopt, {}).has_value();
    if (const archive::Manifest* const last = head(); last != nullptr && !is_behind) {
        is_behind = !knows(state.load_chain(), last->link());
    }
    if (is_behind) {
        throw FatalError(
            ExitCode::inconsistent, ErrorCode::verification,
            fmt::format("the state does not know what {} holds", head() == nullptr ? sanitise(job_.export_.out) : store_->name()),
            job_.export_.out, "moisson state rebuild makes it again of the folder, and so does the next export");
    }
}

void CatchUp::bring_back(const std::string& name, state::StateStore& state, transfer::ObjectStore& store) {
    if (store_ == nullptr || is_folder_there(job_, name)) {
        return;
    }
    need_manifests();
    const archive::Manifest* wanted = nullptr;
    const std::vector<ClosedMonth> months = state.load_closed_months();
    const auto closed = std::find_if(months.begin(), months.end(), [&](const ClosedMonth& one) { return one.period.to_text() == name; });
    if (closed != months.end()) {
        const bool is_kept = std::all_of(closed->files.begin(), closed->files.end(),
                                         [&](const ClosedFile& file) { return store.has(file.sha256, file.size_bytes); });
        for (const archive::Manifest& one : manifests_) {
            wanted = !is_kept && one.generation.month == name && is_closed_as(*closed, one) ? &one : wanted;
        }
    } else {
        const std::vector<ChainLink> chain = state.load_chain();
        const ChainLink* const last = last_link_of(chain, name);
        wanted = last == nullptr ? nullptr : find(*last);
    }
    if (wanted == nullptr) {
        return;
    }
    bring(*wanted, &state);
    if (closed != months.end()) {
        static_cast<void>(keep_files(fs::path(job_.export_.out) / name, store));
    }
    keep_documents(fs::path(job_.export_.out) / name, store);
}

std::vector<Finding> CatchUp::older_folders(const std::string& exported, state::StateStore& state) const {
    std::vector<Finding> findings;
    const std::vector<ChainLink> chain = state.load_chain();
    for (const PublishedFolder& one : published_folders(job_)) {
        const ChainLink* const last = last_link_of(chain, one.name);
        if (last != nullptr && one.name != exported && one.summary.chain_number < last->number) {
            findings.push_back(make_finding("folder-behind", messages::folder_behind(one.name, one.summary.chain_number, last->number)));
        }
    }
    return findings;
}

/// A publication of another machine that the state does not know, at its place in the chain or after it.
std::optional<ChainLink> CatchUp::in_its_place(state::StateStore& state) const {
    const std::vector<ChainLink> chain = state.load_chain();
    const archive::Manifest* const last = head();
    return last == nullptr || knows(chain, last->link()) ? std::nullopt : std::optional(last->link());
}

void CatchUp::must_be_alone(state::StateStore& state) {
    if (store_ == nullptr || !read_news()) {
        return;
    }
    if (const auto other = in_its_place(state)) {
        throw FatalError(ExitCode::locked, ErrorCode::locked,
                         fmt::format("another machine published {} since this run began. Nothing was published here", in_words(*other)),
                         store_->name(), "Run again: the next run goes on from there");
    }
}

void CatchUp::must_have_been_alone(state::StateStore& state) {
    if (job_.archive.url.empty()) {
        return;
    }
    // It may have answered again by now: what it holds must be known before this month goes there.
    if (store_ == nullptr ? !read_all({}) : !read_news()) {
        return;
    }
    const auto other = in_its_place(state);
    if (!other) {
        const std::string seen = digest_of(listed_);
        if (state.setting(seen_setting) != seen) {
            state.set_setting(seen_setting, seen);
        }
    } else {
        const std::vector<ChainLink> chain = state.load_chain();
        throw FatalError(ExitCode::inconsistent, ErrorCode::verification,
                         fmt::format("two histories: {} was published here, and another machine archived {} at the same time",
                                     chain.empty() ? std::string("a month") : in_words(chain.back()), in_words(*other)),
                         store_->name(),
                         "Use neither file yet. To go on from the archive: move this machine's state and its folder of the month away, and "
                         "export again");
    }
}

std::optional<Finding> CatchUp::not_read() const {
    if (!problem_) {
        return std::nullopt;
    }
    Finding finding = make_finding("archive-not-read");
    finding.detail = job_.secrets->clean(problem_->to_line());
    return finding;
}

void bring_up_to_date(const config::Job& job, const Clock& clock, Reporter& reporter, const std::stop_token& stop) {
    CatchUp catch_up(job, clock, reporter, stop);
    const auto rebuild = catch_up.plan(*open_state_for_reading(job));
    if (!rebuild && (job.archive.url.empty() || !has_state(job))) {
        return;
    }
    const auto state = open_state(job, "rebuild");
    const auto store = open_object_store(job);
    catch_up.apply(rebuild, *state, *store);
}

}  // namespace moisson::pipeline
