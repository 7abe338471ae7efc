#include "pipeline/replay_service.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/counts.hpp"
#include "pipeline/discovery.hpp"
#include "pipeline/publish_folder.hpp"
#include "pipeline/stages.hpp"

namespace moisson::pipeline {

namespace {

/// Until when a state has heard from the service, and from which parts where they were the last. One setting, so that a killed run leaves
/// both or neither: the instant, whose texts are in their order, and the beginnings of manifests' digests, each behind a blank.
struct LastHeard {
    static constexpr const char* setting = "heard-until";
    static constexpr std::size_t digest_size = 16;

    explicit LastHeard(state::StateStore& state) : until(state.setting(setting)) {
        const std::size_t blank = std::min(until.find(' '), until.size());
        parts = until.substr(blank);
        until.resize(blank);
    }
    [[nodiscard]] static std::string mark_of(const parts::Part& part) { return " " + part.sha256.substr(0, digest_size); }
    [[nodiscard]] bool has(const std::string& mark) const { return parts.find(mark) != std::string::npos; }

    std::string until;  ///< empty: never
    std::string parts;
};

/// "part 2/3 (/mnt/parts/2026-10/2-of-3)"
std::string name_of(const parts::Part& part) {
    return fmt::format("part {} ({})", parts::to_text(part.header.part), sanitise(part.folder.string()));
}

[[noreturn]] void refuse(const std::string& what, const std::string& hint) {
    throw FatalError(ExitCode::usage, ErrorCode::bad_input, what, "merge", hint);
}

/// What all parts of a month have in common, in words: of two that are of one month, the same.
std::vector<std::pair<std::string_view, std::string>> common_of(const parts::PartHeader& header) {
    return {{"another version of the program", header.program},
            {"another month", header.period.to_text()},
            {"another view", in_words(Language::english, header.view)},
            {"another use of --refetch", header.refetch ? "with" : "without"},
            {"another job file", header.job_sha256},
            {"a job with other perimeters", fmt::format("{}", fmt::join(header.perimeters, ", "))},
            {"another number of parts", fmt::to_string(header.part.of)}};
}

void must_match(const parts::Part& one, const parts::Part& first) {
    const auto own = common_of(one.header);
    const auto common = common_of(first.header);
    for (std::size_t at = 0; at < own.size(); ++at) {
        if (own[at].second != common[at].second) {
            refuse(fmt::format("{} is of {} than {}: \"{}\", and not \"{}\"", name_of(one), own[at].first, name_of(first),
                               sanitise(own[at].second), sanitise(common[at].second)),
                   "Merge parts of one month, made by one job and one version of moisson");
        }
    }
}

template <class T>
T must_be_usable(Result<T> result) {
    if (!result) {
        const ErrorCode code = result.error().code;
        throw FatalError(code == ErrorCode::bad_input      ? ExitCode::usage
                         : code == ErrorCode::verification ? ExitCode::inconsistent
                                                           : ExitCode::local,
                         std::move(result.error()));
    }
    return std::move(*result);
}

/// "2, 4 and 5" of so many numbers that none is hidden and no line is filled.
std::string numbers_in_words(const std::vector<std::uint32_t>& numbers) {
    constexpr std::size_t shown_max = 20;
    const std::size_t shown = std::min(numbers.size(), shown_max);
    std::string words = fmt::format("{}", fmt::join(numbers.begin(), numbers.begin() + static_cast<std::ptrdiff_t>(shown), ", "));
    return shown == numbers.size() ? words : fmt::format("{} and {} more", words, numbers.size() - shown);
}

/// Every contract of every login is in one of them.
void must_be_all(const std::vector<MonthParts::One>& all) {
    const parts::PartHeader& first = all.front().part.header;
    std::vector<std::uint32_t> missing;
    for (std::uint32_t number = 1; number <= first.part.of; ++number) {
        const auto is_it = [&](const MonthParts::One& one) { return one.part.header.part.number == number; };
        if (std::none_of(all.begin(), all.end(), is_it)) {
            missing.push_back(number);
        }
    }
    if (!missing.empty()) {
        refuse(fmt::format("{} of {} missing: {}", plural(missing.size(), "part"), first.part.of, numbers_in_words(missing)),
               fmt::format("Make it with moisson export --part {}/{}, and name all parts", missing.front(), first.part.of));
    }
    std::map<std::string, std::set<std::uint32_t>> shares;
    std::map<std::string, std::uint32_t> of;
    for (const MonthParts::One& one : all) {
        for (const parts::PartLogin& login : one.part.header.logins) {
            const std::uint32_t before = of.try_emplace(login.perimeter, one.part.header.share.of).first->second;
            if (before != one.part.header.share.of || !shares[login.perimeter].insert(one.part.header.share.index).second) {
                refuse(fmt::format("{} has a share of the perimeter {} that others do not leave to it", name_of(one.part), login.perimeter),
                       "Make all parts with the same logins");
            }
        }
    }
    const std::vector<std::string> logins = first.perimeters.empty() ? std::vector<std::string>{""} : first.perimeters;
    for (const std::string& login : logins) {
        if (shares[login].size() != std::max(of[login], 1U)) {
            refuse(fmt::format("no part has all contracts of the perimeter {}", login), "Make all parts with the same logins");
        }
    }
}

/// A folder that is no part and holds parts stands for them.
std::vector<std::filesystem::path> folders_of_parts(const std::vector<std::string>& named) {
    std::vector<std::filesystem::path> folders;
    for (const std::string& name : named) {
        std::error_code problem;
        std::vector<std::filesystem::path> inside;
        for (const auto& item : std::filesystem::directory_iterator(name, problem)) {
            const std::string own = item.path().filename().string();
            if (!own.starts_with('.') && own.find("-of-") != std::string::npos && item.is_directory(problem)) {
                inside.push_back(item.path());
            }
        }
        std::sort(inside.begin(), inside.end());
        if (inside.empty() || parts::is_part(name)) {
            folders.emplace_back(name);
        } else {
            folders.insert(folders.end(), inside.begin(), inside.end());
        }
    }
    return folders;
}

class ReplayService final : public RunService {
public:
    ReplayService(const config::Job& job, MonthParts& parts, std::stop_token stop) : job_(job), parts_(parts), stop_(std::move(stop)) {
        std::set<std::string> sources;
        for (MonthParts::One& one : parts_.all()) {
            one.outcomes.rewind();
            job_.secrets->watch(one.part.header.mark);
            sources.insert(one.part.header.source);
        }
        for (const config::PerimeterSettings& login : config::logins_of(job_)) {
            logins_.push_back({login.name, urls_of(login.name)});
        }
        source_name_ = job_.sandbox.enabled ? *sources.begin() : source_of(logins_);
    }

    const std::vector<Login>& logins() const override { return logins_; }
    const std::string& source_name() const override { return source_name_; }

    std::vector<Result<api::PerimeterResult>> list_perimeters(const std::vector<api::PerimeterOptions>& options) override {
        std::vector<std::optional<Result<api::PerimeterResult>>> listed(logins_.size());
        std::vector<const MonthParts::One*> by(logins_.size());
        for (MonthParts::One& one : parts_.all()) {
            const std::vector<std::size_t> lanes = lanes_of(one.part);
            std::vector<api::PerimeterOptions> used = options;
            for (const std::size_t lane : lanes) {
                if (const auto kept = must_be_done(one.outcomes.asked_by(logins_[lane].perimeter, {}))) {
                    used[lane] = {kept->last, kept->compared_count};
                }
            }
            Discovery discovery(job_, logins_, used, [this](const Discovery::Asked& asked) {
                if (evidence_ != nullptr) {
                    evidence_->answer_came({"contracts", {}, asked.url, logins_[asked.lane].perimeter}, asked.answer, asked.attempts);
                }
                used_cache_ = used_cache_ || (asked.answer && api::is_from_cache(asked.answer->headers));
            });
            answer(discovery, lanes, &one);
            std::vector<Result<api::PerimeterResult>> results = discovery.take_results();
            for (const std::size_t lane : lanes) {
                if (listed[lane]) {
                    must_show_the_same(*listed[lane], by[lane]->part, results[lane], one.part, logins_[lane].perimeter);
                }
                if (!listed[lane] || by[lane]->part.header.made_at < one.part.header.made_at) {  // what was seen last is how it is
                    listed[lane] = std::move(results[lane]);
                    by[lane] = &one;
                }
            }
        }
        std::vector<Result<api::PerimeterResult>> results;
        for (auto& one : listed) {
            results.push_back(std::move(*one));
        }
        return results;
    }

    void run(transfer::Source& source) override {
        std::vector<std::size_t> lanes(logins_.size());
        for (std::size_t lane = 0; lane < lanes.size(); ++lane) {
            lanes[lane] = lane;
        }
        answer(source, lanes, nullptr);
    }

    void record(EvidenceRecorder& evidence) override {
        evidence_ = &evidence;
        std::vector<MergedPart> merged;
        for (const MonthParts::One& one : parts_.all()) {
            const parts::PartHeader& header = one.part.header;
            merged.push_back({parts::to_text(header.part), header.run_id, header.host, header.program, header.began_at, header.made_at,
                              one.part.sha256});
        }
        evidence.merge(std::move(merged));
    }

    bool used_cache() const override { return used_cache_; }

    RequestCounts requests(const RequestCounts& /*harvest*/) const override {
        RequestCounts sum;
        for (const MonthParts::One& one : parts_.all()) {
            const RequestCounts& own = one.part.header.requests;
            sum.token += own.token;
            sum.contracts += own.contracts;
            sum.lists += own.lists;
            sum.files += own.files;
            sum.retries += own.retries;
            sum.throttled += own.throttled;
            sum.bytes_received += own.bytes_received;
        }
        return sum;
    }

private:
    using Found = MonthParts::Found;

    [[nodiscard]] api::ServiceUrls urls_of(const std::string& perimeter) const {
        for (const MonthParts::One& one : parts_.all()) {
            for (const parts::PartLogin& login : one.part.header.logins) {
                if (login.perimeter == perimeter) {
                    return {login.api_url, login.oauth_url};
                }
            }
        }
        refuse(fmt::format("the job has a perimeter {} that no part asked", perimeter), "Merge with the job that made the parts");
    }

    [[nodiscard]] std::vector<std::size_t> lanes_of(const parts::Part& part) const {
        std::vector<std::size_t> lanes;
        for (std::size_t lane = 0; lane < logins_.size(); ++lane) {
            const auto is_it = [&](const parts::PartLogin& login) { return login.perimeter == logins_[lane].perimeter; };
            if (std::any_of(part.header.logins.begin(), part.header.logins.end(), is_it)) {
                lanes.push_back(lane);
            }
        }
        return lanes;
    }

    /// Contracts that one of them was not shown would belong to nobody.
    static void must_show_the_same(const Result<api::PerimeterResult>& one, const parts::Part& part,
                                   const Result<api::PerimeterResult>& other, const parts::Part& other_part,
                                   const std::string& perimeter) {
        if (one && other && std::ranges::equal(one->contracts, other->contracts, {}, &wire::Contract::id, &wire::Contract::id)) {
            return;
        }
        std::set<std::string> ids;
        std::set<std::string> other_ids;
        for (const auto& [result, into] : {std::pair(&one, &ids), std::pair(&other, &other_ids)}) {
            for (const wire::Contract& contract : *result ? (*result)->contracts : std::vector<wire::Contract>()) {
                into->insert(contract.id);
            }
        }
        if (ids == other_ids && one.has_value() == other.has_value()) {
            return;
        }
        std::vector<std::string> differing;
        std::set_symmetric_difference(ids.begin(), ids.end(), other_ids.begin(), other_ids.end(), std::back_inserter(differing));
        const parts::Part& older = part.header.made_at < other_part.header.made_at ? part : other_part;
        throw FatalError(ExitCode::inconsistent, ErrorCode::verification,
                         fmt::format("{} and {} were shown other contracts{}{}", name_of(part), name_of(other_part),
                                     perimeter.empty() ? std::string() : fmt::format(" of the perimeter {}", perimeter),
                                     differing.empty() ? std::string() : fmt::format(": {}", sanitise(differing.front()))),
                         "merge", fmt::format("Make part {} again", parts::to_text(older.header.part)));
    }

    /// `only`: the part that is asked; null: whichever asked the question.
    void answer(transfer::Source& source, const std::vector<std::size_t>& lanes, MonthParts::One* only) {
        for (bool is_any = true; is_any;) {
            is_any = false;
            for (const std::size_t lane : lanes) {
                stop_if_asked(stop_);
                auto job = source.next(lane);
                if (job) {
                    is_any = true;
                    source.done(outcome_of(lane, *job, only));
                }
            }
        }
    }

    [[nodiscard]] transfer::Outcome outcome_of(std::size_t lane, const transfer::Job& job, MonthParts::One* only) {
        const std::string& perimeter = logins_[lane].perimeter;
        if (std::optional<Found> found = heard_by(perimeter, job, only)) {
            auto& [part, heard] = *found;
            if (evidence_ != nullptr) {
                evidence_->replay({parts::to_text(part->header.part), heard.run_id, heard.asked, heard.at, heard.body_sha256,
                                   heard.body_bytes});
            }
            return {job.tag, std::move(heard.answer), heard.attempts};
        }
        std::string what = sanitise(job.request.url.path_and_query);
        for (const auto& [name, value] : job.about) {
            what += fmt::format(", {} {}", name, sanitise(value.text()));
        }
        throw FatalError(ExitCode::inconsistent, ErrorCode::verification,
                         fmt::format("no part asked for {}{}", what,
                                     perimeter.empty() ? std::string() : fmt::format(" as the perimeter {}", perimeter)),
                         only == nullptr ? "merge" : name_of(only->part),
                         "The parts were made with another state than the one they are merged into: make them again with this one");
    }

    /// What the login was answered in one of the parts.
    [[nodiscard]] std::optional<Found> heard_by(const std::string& perimeter, const transfer::Job& job, MonthParts::One* only) {
        if (only == nullptr) {
            return parts_.take(perimeter, job.request);
        }
        auto heard = must_be_done(only->outcomes.take(perimeter, job.request));
        return heard ? std::optional(Found{&only->part, std::move(*heard)}) : std::nullopt;
    }

    const config::Job& job_;
    MonthParts& parts_;
    std::stop_token stop_;
    std::vector<Login> logins_;
    std::string source_name_;
    EvidenceRecorder* evidence_ = nullptr;
    bool used_cache_ = false;
};

}  // namespace

MonthParts MonthParts::open(const std::vector<std::string>& folders) {
    MonthParts month;
    for (const std::filesystem::path& folder : folders_of_parts(folders)) {
        parts::Part part = must_be_usable(parts::open_part(folder));
        const auto same = std::find_if(month.parts_.begin(), month.parts_.end(),
                                       [&](const One& one) { return one.part.header.part.number == part.header.part.number; });
        if (!month.parts_.empty()) {
            must_match(part, month.parts_.front().part);
        }
        if (same != month.parts_.end()) {
            if (same->part.sha256 == part.sha256) {
                continue;  // the same folder, or a copy of it
            }
            refuse(fmt::format("{} was made twice: {} and {} hold other answers", parts::to_text(part.header.part), name_of(same->part),
                               name_of(part)),
                   "Name one of them; the later one is nearer to what the service has now");
        }
        auto outcomes = parts::OutcomeReader::open(part.folder / parts::outcomes_name, part.outcomes_sha256);
        if (!outcomes) {
            throw FatalError(ExitCode::inconsistent, ErrorCode::verification,
                             fmt::format("{} is no whole part: {}", name_of(part), outcomes.error().message), outcomes.error().where,
                             fmt::format("Make part {} again", parts::to_text(part.header.part)));
        }
        month.parts_.push_back({std::move(part), std::move(*outcomes)});
    }
    if (month.parts_.empty()) {
        refuse("no part is named", "Name the folders that moisson export --part made");
    }
    std::sort(month.parts_.begin(), month.parts_.end(),
              [](const One& left, const One& right) { return left.part.header.part.number < right.part.header.part.number; });
    must_be_all(month.parts_);
    std::vector<const parts::OutcomeReader*> readers;
    for (const One& one : month.parts_) {
        readers.push_back(&one.outcomes);
    }
    month.index_ = parts::OutcomeIndex(readers);
    return month;
}

std::optional<MonthParts::Found> MonthParts::take(const std::string& perimeter, const http::Request& request) {
    for (const std::uint32_t number : index_.readers_of(perimeter, request)) {
        if (auto heard = must_be_done(parts_[number].outcomes.take(perimeter, request))) {
            return Found{&parts_[number].part, std::move(*heard)};
        }
    }
    return std::nullopt;
}

void MonthParts::keep(const std::string& perimeter, const std::string& contract_id, api::ListingOptions& options) {
    for (const std::uint32_t number : index_.readers_of(perimeter, contract_id)) {
        if (auto kept = must_be_done(parts_[number].outcomes.asked_by(perimeter, contract_id))) {
            options.mixed_list_trusted = kept->trusted;
            options.compared_count = kept->compared_count;
            options.limit_first = kept->limit_first;
            options.documents_last = kept->last;
            options.missing_last = kept->missing_last;
            options.known_ids = std::move(kept->known_ids);
            api::ListSizes& sizes = sizes_.emplace_back();
            sizes.note_mixed(kept->longest_mixed);
            sizes.note_type(kept->longest_type);
            options.sizes = &sizes;
            return;
        }
    }
}

void note_heard(state::StateStore& state, Timestamp until) {
    state.set_setting(LastHeard::setting, std::max(LastHeard(state).until, format_timestamp(until)));
}

void MonthParts::must_be_news(state::StateStore& state) const {
    const LastHeard before(state);
    std::string until = before.until;
    std::string marks;
    for (const One& one : parts_) {
        const std::string mark = LastHeard::mark_of(one.part);
        if (format_timestamp(one.part.header.began_at) < before.until && !before.has(mark)) {
            refuse(fmt::format("{} asked the service at {}, and the state knows what it had at {}", name_of(one.part),
                               format_timestamp_seconds(one.part.header.began_at), before.until),
                   "Make the parts again; what they fetched is not fetched twice");
        }
        until = std::max(until, format_timestamp(one.part.header.made_at));
        marks += mark;
    }
    state.set_setting(LastHeard::setting, until + marks);
}

parts::AskedBy asked_by(const api::ListingOptions& options) {
    return {.trusted = options.mixed_list_trusted,
            .compared_count = options.compared_count,
            .limit_first = options.limit_first,
            .last = options.documents_last,
            .missing_last = options.missing_last,
            .longest_mixed = options.sizes->longest_mixed(),
            .longest_type = options.sizes->longest_type(),
            .known_ids = options.known_ids};
}

parts::AskedBy asked_by(const api::PerimeterOptions& options) { return {.compared_count = options.probed, .last = options.longest}; }

void MonthParts::must_be_of(const config::Job& job) const {
    const parts::PartHeader& first = header();
    if (first.program != parts::program_of_parts()) {
        refuse(fmt::format("the parts were made by {}, and this is {}", sanitise(first.program), parts::program_of_parts()),
               "Merge with the version of moisson that made them");
    }
    if (first.job_sha256 != job.job_file_sha256) {
        refuse(job.job_file.empty()       ? std::string("the parts were made with a job file, and none is given")
               : first.job_sha256.empty() ? std::string("the parts were made without a job file")
                                          : fmt::format("the parts were made with another job file than {}", sanitise(job.job_file)),
               "Merge with the job file that made them, unchanged (--job FILE)");
    }
    std::vector<std::string> names;
    for (const config::PerimeterSettings& one : job.perimeters) {
        names.push_back(one.name);
    }
    if (first.perimeters != names) {
        refuse("the parts were made for other perimeters than the job has", "Merge with the job that made them");
    }
    for (const One& one : parts_) {
        if (one.part.header.source.starts_with("sandbox:") != job.sandbox.enabled) {
            refuse(job.sandbox.enabled ? "the parts are not of the embedded sandbox" : "the parts are of the embedded sandbox",
                   job.sandbox.enabled ? "Leave out --sandbox" : "Add --sandbox");
        }
    }
}

void MonthParts::keep_files(transfer::ObjectStore& store, const std::stop_token& stop) const {
    for (const One& one : parts_) {
        for (const std::string& sha256 : one.part.objects) {
            stop_if_asked(stop);
            const std::filesystem::path file = one.part.object_path(sha256);
            std::error_code problem;
            const std::uintmax_t size = std::filesystem::file_size(file, problem);
            if (!problem && store.has(sha256, size)) {
                continue;
            }
            if (problem) {
                throw FatalError(ExitCode::inconsistent, ErrorCode::verification,
                                 fmt::format("{} lacks a file that its manifest names", name_of(one.part)), file.string(),
                                 fmt::format("Make part {} again", parts::to_text(one.part.header.part)));
            }
            const auto kept = must_be_done(store.keep_copy(file));
            if (kept.sha256 != sha256) {
                throw FatalError(ExitCode::inconsistent, ErrorCode::verification,
                                 fmt::format("a file of {} has other bytes than its manifest says", name_of(one.part)), file.string(),
                                 fmt::format("Make part {} again", parts::to_text(one.part.header.part)));
            }
        }
    }
}

std::unique_ptr<RunService> replay(const config::Job& job, MonthParts& parts, std::stop_token stop) {
    return std::make_unique<ReplayService>(job, parts, std::move(stop));
}

}  // namespace moisson::pipeline
