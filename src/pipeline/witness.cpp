/// See witness.hpp.

#include "pipeline/witness.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <set>
#include <system_error>

#include <fmt/format.h>

#include "base/files.hpp"
#include "bundle/csv_reader.hpp"
#include "bundle/stated_summary.hpp"
#include "pipeline/closed_folder.hpp"
#include "pipeline/closed_csv.hpp"
#include "pipeline/messages.hpp"
#include "pipeline/publish_folder.hpp"

namespace moisson::pipeline {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view witness_name = ".moisson-folder";
constexpr std::string_view sandbox_source = "sandbox:";
constexpr std::string_view first_line = "moisson folder 1";

struct Witness {
    std::string run_id;
    std::uint32_t adoptions = 0;
    std::vector<ClosedMonth> closed;
};

/// Whether the job's state is one of those that the embedded sandbox keeps apart in one folder.
bool is_kept_apart(const config::Job& job) { return job.sandbox.enabled && job.state.state_url.empty(); }

fs::path witness_path(const config::Job& job) {
    std::string name(witness_name);
    if (is_kept_apart(job)) {
        name += "." + fs::path(config::state_url_of(job)).parent_path().filename().string();
    }
    return fs::path(job.export_.out) / name;
}

std::optional<std::uint64_t> parse_count(std::string_view text) {
    std::uint64_t count = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), count);
    return problem == std::errc{} && end == text.data() + text.size() ? std::optional(count) : std::nullopt;
}

std::optional<std::string_view> take_line(std::string_view& text, std::string_view label) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    if (end == std::string_view::npos || !line.starts_with(label)) {
        return std::nullopt;
    }
    text.remove_prefix(end + 1);
    return line.substr(label.size());
}

/// The columns of `closed_months_csv`.
std::optional<std::vector<ClosedMonth>> parse_closed_months(std::string_view csv) {
    std::vector<ClosedMonth> months;
    bool is_sound = true;
    bundle::CsvReader reader([&](const bundle::CsvReader::Row& row) {
        constexpr std::size_t columns = 10;
        if (row.size() == columns && row[0] == "period") {
            return;
        }
        const auto period = row.size() == columns ? Month::parse(row[0]) : std::nullopt;
        const auto revision = period ? parse_count(row[1]) : std::nullopt;
        const auto closed_at = period ? parse_timestamp(row[2]) : std::nullopt;
        const auto rows = period ? parse_count(row[5]) : std::nullopt;
        const auto counted = period ? parse_count(row[6]) : std::nullopt;
        const auto addenda_before = period ? parse_count(row[9]) : std::nullopt;
        is_sound = is_sound && revision && closed_at && rows && counted && addenda_before;
        if (is_sound) {
            ClosedMonth month;
            month.period = *period;
            month.revision = static_cast<std::uint32_t>(*revision);
            month.closed_at = *closed_at;
            month.closed_by = row[3];
            month.ledger_sha256 = row[4];
            month.rows = *rows;
            month.counted = *counted;
            month.verdict = row[7];
            month.reason = row[8];
            month.addenda_before = static_cast<std::uint32_t>(*addenda_before);
            months.push_back(std::move(month));
        }
    });
    reader.feed(csv);
    return reader.finish().empty() && is_sound ? std::optional(std::move(months)) : std::nullopt;
}

/// Unset: it cannot be read. A folder without one is as one that nobody published into.
std::optional<Witness> read_witness(const fs::path& path, bool& is_there) {
    std::error_code problem;
    is_there = fs::exists(path, problem);
    if (!is_there) {
        return Witness{};
    }
    const auto bytes = read_file(path);
    if (!bytes) {
        return std::nullopt;
    }
    std::string_view text = *bytes;
    const auto head = take_line(text, first_line);
    const auto run_id = head ? take_line(text, "run ") : std::nullopt;
    const auto adoptions = run_id ? take_line(text, "adoptions ") : std::nullopt;
    const auto count = adoptions ? parse_count(*adoptions) : std::nullopt;
    auto closed = count ? parse_closed_months(text) : std::nullopt;
    if (!closed) {
        return std::nullopt;
    }
    return Witness{std::string(*run_id), static_cast<std::uint32_t>(*count), std::move(*closed)};
}

/// "2026-10", "2026-10..2026-12", "all": what an export of whole months publishes. Anything else in OUT is not ours to judge.
bool is_published_name(const std::string& name) {
    constexpr std::size_t month_letters = 7;
    const std::size_t between = name.find("..");
    return name == "all" || (name.size() == month_letters && Month::parse(name)) ||
           (between != std::string::npos && Month::parse(name.substr(0, between)) && Month::parse(name.substr(between + 2)));
}

std::vector<std::string> names_in(const fs::path& out) {
    std::vector<std::string> names;
    std::error_code problem;
    for (const auto& item : fs::directory_iterator(out, problem)) {
        if (std::string name = item.path().filename().string(); is_published_name(name) && item.is_directory(problem)) {
            names.push_back(std::move(name));
        }
    }
    std::sort(names.begin(), names.end());
    return names;
}

bool holds_a_month(const fs::path& folder) {
    std::error_code problem;
    return fs::exists(folder / "ledger.csv", problem) || fs::exists(folder / "bundle.zip", problem);
}

bool is_of_another_scenario(const config::Job& job, const fs::path& folder) {
    const auto summary = is_kept_apart(job) ? bundle::stated_summary(folder) : std::nullopt;
    const std::string own = fmt::format("{}{}", sandbox_source, job.sandbox.scenario.empty() ? "small" : job.sandbox.scenario);
    return summary && summary->source.starts_with(sandbox_source) && summary->source != own;
}

class Comparison {
public:
    Comparison(const config::Job& job, state::StateStore& state) : job_(job), out_(job.export_.out), state_(state) {
        for (const state::RunRecord& run : state.load_runs()) {
            run_ids_.insert(run.run_id);
            periods_.insert(run.period);
        }
    }

    FolderDoubts run() {
        const auto witness = read_witness(witness_path(job_), doubts_.has_witness);
        if (!witness) {
            doubts_.sentences.push_back(fmt::format("its {} is damaged", witness_name));
        }
        for (const std::string& name : names_in(out_)) {
            look_at(name);
        }
        compare_closings(witness && doubts_.has_witness ? witness->closed : closings_of_folders());
        if (witness) {
            doubts_.adoptions = witness->adoptions;
            if (!witness->run_id.empty() && !run_ids_.contains(witness->run_id) && !is_older_copy(witness->run_id)) {
                doubts_.run_id = witness->run_id;
                doubts_.sentences.push_back(fmt::format("the last run that published here was {}", sanitise(witness->run_id, 60)));
            }
        }
        return std::move(doubts_);
    }

private:
    void look_at(const std::string& name) {
        const auto run_id = bundle::stated_run_id(out_ / name);
        const bool is_known = run_id ? run_ids_.contains(*run_id) : periods_.contains(name) || !holds_a_month(out_ / name);
        if (is_known || is_of_another_scenario(job_, out_ / name)) {
            return;
        }
        if (is_in_chain(name)) {
            doubts_.recognised.push_back(name);
            return;
        }
        doubts_.folders.push_back(name);
        doubts_.sentences.push_back(run_id ? fmt::format("{} was published by run {}", name, sanitise(*run_id, 60))
                                           : fmt::format("{} was published by a run that its summary.json no longer names", name));
    }

    /// Whether it is one of the publications that the state knows.
    [[nodiscard]] bool is_in_chain(const std::string& name) {
        if (!chain_) {
            chain_ = state_.load_chain();
        }
        const auto summary = bundle::stated_summary(out_ / name);
        return summary && summary->chain_number > 0 && summary->chain_number <= chain_->size() &&
               (*chain_)[summary->chain_number - 1] ==
                   ChainLink{summary->chain_number, name, summary->ledger_sha256, summary->bundle_sha256};
    }

    /// Every month that stands here is one of the state's, none is closed otherwise, and the state has runs of after the last one that
    /// published here: an older copy of OUT, beside a state that was made again and knows no runs of before.
    [[nodiscard]] bool is_older_copy(const std::string& run_id) const {
        const std::string instant = run_id.substr(0, run_id.find('-'));  // to the second; an id begins with it
        return doubts_.sentences.empty() && std::any_of(run_ids_.begin(), run_ids_.end(), [&](const std::string& known) {
                   return instant < known.substr(0, instant.size());
               });
    }

    /// By the newest summary that could name them: of a month before its own.
    [[nodiscard]] std::vector<ClosedMonth> closings_of_folders() const {
        std::map<Month, std::pair<Timestamp, std::optional<ClosedMonth>>> newest;
        std::vector<std::pair<Month, bundle::StatedSummary>> summaries;
        std::set<Month> named;
        for (const std::string& name : doubts_.folders) {
            const auto month = Month::parse(name);
            auto summary = month ? bundle::stated_summary(out_ / name) : std::nullopt;
            if (summary) {
                for (const ClosedMonth& one : summary->closed_months) {
                    named.insert(one.period);
                }
                summaries.emplace_back(*month, std::move(*summary));
            }
        }
        for (const Month period : named) {
            for (const auto& [month, summary] : summaries) {
                const auto known = newest.find(period);
                if (!(period < month) || (known != newest.end() && summary.finished_at < known->second.first)) {
                    continue;
                }
                const auto found = std::find_if(summary.closed_months.begin(), summary.closed_months.end(),
                                                [&](const ClosedMonth& one) { return one.period == period; });
                newest[period] = {summary.finished_at, found == summary.closed_months.end() ? std::nullopt : std::optional(*found)};
            }
        }
        std::vector<ClosedMonth> closings;
        for (auto& [period, last] : newest) {
            if (last.second) {
                closings.push_back(std::move(*last.second));
            }
        }
        return closings;
    }

    void compare_closings(const std::vector<ClosedMonth>& closings) {
        const std::vector<ClosingEvent> history = state_.load_closing_history();
        for (const ClosedMonth& one : closings) {
            const bool is_known = std::any_of(history.begin(), history.end(), [&](const ClosingEvent& event) {
                return event.closed && event.period == one.period && event.revision == one.revision &&
                       event.ledger_sha256 == one.ledger_sha256;
            });
            if (!is_known) {
                doubts_.sentences.push_back(
                    fmt::format("{} is closed since {}", one.period.to_text(), format_timestamp_seconds(one.closed_at)));
                doubts_.closings.push_back(one);
            }
        }
    }

    const config::Job& job_;
    const fs::path out_;
    state::StateStore& state_;
    std::set<std::string> run_ids_;
    std::set<std::string> periods_;
    std::optional<std::vector<ChainLink>> chain_;  ///< once it is asked for
    FolderDoubts doubts_;
};

}  // namespace

FolderDoubts compare_folder(const config::Job& job, state::StateStore& state) { return Comparison(job, state).run(); }

std::vector<std::string> published_names(const config::Job& job) {
    std::vector<std::string> names = names_in(job.export_.out);
    std::erase_if(names, [&](const std::string& name) { return is_of_another_scenario(job, fs::path(job.export_.out) / name); });
    return names;
}

std::optional<std::vector<ClosedMonth>> witnessed_closings(const config::Job& job) {
    bool is_there = false;
    auto witness = read_witness(witness_path(job), is_there);
    return is_there && witness ? std::optional(std::move(witness->closed)) : std::nullopt;
}

std::optional<FolderWitness> folder_witness(const fs::path& out) {
    constexpr std::uint64_t bytes_max = 16ULL << 20U;
    const fs::path path = out / witness_name;
    std::error_code problem;
    const auto kind = fs::symlink_status(path, problem).type();
    if (kind == fs::file_type::not_found) {
        return std::nullopt;
    }
    bool is_there = false;
    auto witness = kind == fs::file_type::regular && fs::file_size(path, problem) <= bytes_max && !problem ? read_witness(path, is_there)
                                                                                                           : std::nullopt;
    return witness ? FolderWitness{true, std::move(witness->run_id), std::move(witness->closed)} : FolderWitness{};
}

void adopt_last_run(const config::Job& job, state::StateStore& state) {
    const FolderDoubts doubts = compare_folder(job, state);
    if (!doubts.run_id.empty()) {
        state::RunRecord run;
        run.run_id = doubts.run_id;
        state.save_run(run);
    }
    write_witness(job, state, doubts.run_id);
}

void must_belong_together(const config::Job& job, state::StateStore& state) {
    const FolderDoubts doubts = compare_folder(job, state);
    if (!doubts.sentences.empty()) {
        throw FatalError(ExitCode::inconsistent, ErrorCode::verification,
                         fmt::format("{} holds what this state never made: {}. Nothing was published", sanitise(job.export_.out),
                                     join_sentences(doubts.sentences)),
                         job.export_.out,
                         "Use the state that made it (MOISSON_STATE, or its newest backup), or another --out. Where that state is lost, "
                         "take the folder over: moisson export --adopt-folder \"reason\"");
    }
}

void write_witness(const config::Job& job, state::StateStore& state, const std::string& run_id) {
    const fs::path path = witness_path(job);
    bool is_there = false;
    const auto before = read_witness(path, is_there);
    std::uint32_t adoptions = before ? before->adoptions : 0;
    for (const Adoption& adoption : state.load_adoptions()) {
        adoptions = std::max(adoptions, adoption.number);
    }
    const std::string& last = run_id.empty() && before ? before->run_id : run_id;
    // The order of closings decides between their rules: two of one second must stay apart.
    const std::string text = fmt::format("{}\nrun {}\nadoptions {}\n{}", first_line, last, adoptions,
                                         closed_months_csv(state.load_closed_months(), format_timestamp));
    const auto standing = is_there ? read_file(path) : Result<std::string>(std::string());
    if (!standing || *standing != text) {
        must_be_done(write_file(path, text, Access::own));
    }
}

std::vector<Finding> adoption_findings(state::StateStore& state) {
    std::vector<Finding> findings;
    for (const Adoption& adoption : state.load_adoptions()) {
        findings.push_back(make_finding("folder-adopted",
                                        messages::taken_over_reason(format_timestamp_seconds(adoption.at),
                                                    adoption.what, sanitise(adoption.reason))));
    }
    return findings;
}

}  // namespace moisson::pipeline
