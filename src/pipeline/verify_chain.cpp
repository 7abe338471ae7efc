/// See verify_chain.hpp.

#include "pipeline/verify_chain.hpp"

#include <algorithm>
#include <atomic>
#include <charconv>
#include <set>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "base/threads.hpp"
#include "bundle/bundle.hpp"
#include "bundle/chain_month.hpp"
#include "bundle/stated_summary.hpp"
#include "pipeline/chain_judge.hpp"
#include "pipeline/evidence_check.hpp"
#include "pipeline/verify_month.hpp"

namespace moisson::pipeline {

namespace {

namespace fs = std::filesystem;

/// A folder of more is none that an export fills.
constexpr std::size_t months_max = 10'000;
constexpr std::size_t others_max = 20;
constexpr unsigned threads_max = 8;
constexpr std::size_t sha256_digits = 64;

struct Walk {
    std::vector<FoundMonth> months;  ///< nothing of them was read yet
    std::vector<std::string> others;
    std::vector<std::string> problems;
};

/// What lies directly in the folder, by name.
Result<Walk> walk(const fs::path& folder) {
    Walk found;
    std::error_code problem;
    std::set<std::string> names;
    for (fs::directory_iterator next(folder, problem); !problem && next != fs::directory_iterator(); next.increment(problem)) {
        names.insert(next->path().filename().string());
        if (names.size() > 2 * months_max) {
            return fail(ErrorCode::verification, fmt::format("over budget: more than {} names in one folder", 2 * months_max),
                        folder.string());
        }
    }
    if (problem) {
        const bool is_wrong = problem == std::errc::no_such_file_or_directory || problem == std::errc::not_a_directory;
        return fail(is_wrong ? ErrorCode::bad_input : ErrorCode::disk, "cannot read the folder: " + problem.message(), folder.string(),
                    is_wrong ? "name the folder in which the months lie: OUT" : "");
    }
    for (const std::string& name : names) {
        if (name.starts_with('.')) {
            continue;
        }
        std::error_code ignored;
        const auto kind = fs::symlink_status(folder / name, ignored).type();
        const bool may_be = kind == fs::file_type::directory ||
                            (kind == fs::file_type::regular && equal_ignoring_case(fs::path(name).extension().string(), ".zip"));
        if (kind == fs::file_type::symlink && bundle::find_verifiable(folder / name)) {
            found.problems.push_back(fmt::format("{}: it is a link, and was not followed", sanitise(name)));
        } else if (may_be && bundle::find_verifiable(folder / name)) {
            found.months.push_back({name, kind == fs::file_type::directory ? name : std::string(), {}});
        } else if (found.others.size() < others_max) {
            found.others.push_back(name);
        }
    }
    return found;
}

/// Each month by one of some threads, the first failure of all ends them.
Status read_all(const fs::path& folder, std::vector<FoundMonth>& months, const std::stop_token& stop) {
    std::atomic<std::size_t> next{0};
    std::atomic<bool> has_failed{false};
    std::vector<Status> ends(months.size());
    const auto read = [&] {
        bundle::ChainReader reader(stop);
        for (std::size_t at = next++; at < months.size() && !has_failed; at = next++) {
            auto facts = reader.read(folder / months[at].path);
            if (facts) {
                months[at].facts = std::move(*facts);
            } else {
                ends[at] = fail(std::move(facts.error()));
                has_failed = true;
            }
        }
    };
    run_on_threads(std::min<std::size_t>(cores_up_to(threads_max), months.size()), read);
    const auto failed = std::find_if(ends.begin(), ends.end(), [](const Status& end) { return !end; });
    return failed == ends.end() ? Status() : std::move(*failed);
}

fs::path bundle_of(const fs::path& folder, const FoundMonth& month) {
    return month.place.empty() ? folder / month.path : folder / month.path / "bundle.zip";
}

/// The history that most months tell. Nearly always the latest month tells it; where none has most on its side, the one with the most, of
/// several the latest. A head that is known decides before numbers do.
Result<std::optional<ChainHistory>> find_history(const fs::path& folder, const std::vector<FoundMonth>& months,
                                                 const std::optional<ChainHead>& head, const std::stop_token& stop) {
    const std::vector<std::size_t> candidates = tellers(months);
    const bundle::ChainMarks marks = marks_of(months);
    std::optional<ChainHistory> best;
    std::pair<bool, std::size_t> best_weight{false, 0};
    for (const std::size_t at : candidates) {
        auto books = bundle::read_chain_books(bundle_of(folder, months[at]), marks, stop);
        if (!books && books.error().code == ErrorCode::verification) {
            continue;
        }
        if (!books) {
            return fail(std::move(books.error()));
        }
        ChainHistory history(at, std::move(*books), months[at].facts);
        const auto held = static_cast<std::size_t>(
            std::count_if(months.begin(), months.end(), [&](const FoundMonth& month) { return history.holds(month.facts); }));
        const std::pair weight{head && history.holds(*head), held};
        if (!best || weight > best_weight) {
            best = std::move(history);
            best_weight = weight;
        }
        if (best_weight.second * 2 > candidates.size() && (!head || best_weight.first)) {
            break;
        }
    }
    return best;
}

/// What a whole re-check of one month says, of which nothing is wrong so far.
Status verify_whole(const fs::path& folder, const ChainOptions& options, const std::stop_token& stop, ChainEntry& entry) {
    auto report = verify_month(folder / entry.path, stop, options.trust);
    if (!report) {
        return fail(std::move(report.error()));
    }
    entry.problems = std::move(report->problems);
    entry.standing = entry.problems.empty() ? entry.standing : ChainStanding::changed;
    return {};
}

/// Stamps and signatures, of which no digest tells, and whole re-checks.
Status check_entries(const fs::path& folder, const ChainOptions& options, const std::stop_token& stop, ChainReport& report) {
    for (ChainEntry& entry : report.entries) {
        if (entry.path.empty() || !entry.problems.empty()) {
            continue;
        }
        std::error_code ignored;
        if (fs::is_directory(folder / entry.path, ignored)) {
            auto evidence = check_evidence(folder / entry.path, options.trust, system_clock().now());
            if (!evidence) {
                return fail(std::move(evidence.error()));
            }
            if (options.trust.names_authorities() && evidence->said.empty() && evidence->problems.empty()) {
                evidence->problems.emplace_back("there is neither a time stamp nor a signature that could lead to the authorities");
            }
            for (const std::string& sentence : evidence->said) {
                report.evidence.push_back(fmt::format("{}/{}", entry.path, sentence));
            }
            if (!evidence->problems.empty()) {
                entry.problems = std::move(evidence->problems);
                entry.standing = ChainStanding::changed;
                continue;
            }
        }
        if (options.full || entry.number == report.newest) {
            if (auto done = verify_whole(folder, options, stop, entry); !done) {
                return done;
            }
        }
        if (stop.stop_requested()) {
            return fail(ErrorCode::cancelled, "stopped before all was verified", folder.string());
        }
    }
    return {};
}

}  // namespace

Result<ChainHead> parse_chain_head(const std::string& text) {
    const std::size_t colon = text.find(':');
    ChainHead head;
    if (colon != std::string::npos) {
        const auto [end, problem] = std::from_chars(text.data(), text.data() + colon, head.number);
        head.bundle_sha256 = lower(std::string_view(text).substr(colon + 1));
        if (problem == std::errc{} && end == text.data() + colon && head.number > 0 && head.bundle_sha256.size() == sha256_digits &&
            head.bundle_sha256.find_first_not_of("0123456789abcdef") == std::string::npos) {
            return head;
        }
    }
    const auto summary = bundle::stated_summary_at(text);
    if (!summary || summary->chain_number == 0 || summary->bundle_sha256.empty()) {
        return fail(ErrorCode::bad_input, "it is neither a publication's number and SHA-256 nor a summary.json that names them", text,
                    "write it as 27:9f86d0… with the 64 digits of that bundle.zip, or name a summary.json that you kept");
    }
    return ChainHead{summary->chain_number, summary->bundle_sha256};
}

Result<ChainReport> verify_chain(const fs::path& folder, const ChainOptions& options, const std::stop_token& stop) {
    auto found = walk(folder);
    if (!found) {
        return fail(std::move(found.error()));
    }
    if (found->months.size() > months_max) {
        return fail(ErrorCode::verification, fmt::format("over budget: more than {} months", months_max), folder.string());
    }
    if (found->months.empty() && found->problems.empty()) {
        return fail(ErrorCode::bad_input, "there is no published month in this folder", folder.string(),
                    "name the folder in which the months lie: OUT, not OUT/PERIOD");
    }
    if (auto done = read_all(folder, found->months, stop); !done) {
        return fail(std::move(done.error()));
    }
    const auto history = find_history(folder, found->months, options.head, stop);
    if (!history) {
        return fail(history.error());
    }
    ChainReport report = judge_chain(found->months, *history ? &**history : nullptr, options.head, folder_witness(folder));
    report.others = std::move(found->others);
    report.problems.insert(report.problems.begin(), found->problems.begin(), found->problems.end());
    if (auto done = check_entries(folder, options, stop, report); !done) {
        return fail(std::move(done.error()));
    }
    if (!options.full) {
        report.not_shown.emplace_back(
            "what each month says (amounts, totals, pages) was compared with its documents for the newest alone; --full does it for all");
    }
    return report;
}

}  // namespace moisson::pipeline
