#include "pipeline/archive_step.hpp"

#include <algorithm>
#include <memory>
#include <system_error>
#include <vector>

#include <fmt/format.h>

#include "archive/archive.hpp"
#include "base/counts.hpp"
#include "base/days.hpp"
#include "base/files.hpp"
#include "bundle/bundle.hpp"
#include "bundle/stated_summary.hpp"
#include "domain/verdict.hpp"
#include "pipeline/rebuild.hpp"

namespace moisson::pipeline {

namespace {

namespace fs = std::filesystem;

/// Files of the folder against its summary: what was changed since it was published is no month to keep.
Status check_published_files(const fs::path& folder) {
    std::error_code problem;
    fs::recursive_directory_iterator at(folder, problem);
    for (; !problem && at != fs::recursive_directory_iterator(); at.increment(problem)) {
        const std::string name = at->path().lexically_relative(folder).generic_string();
        const auto stated = at->is_regular_file(problem) ? bundle::stated_digest(folder, name) : std::nullopt;
        if (!stated) {
            continue;
        }
        auto found = sha256_of_file(at->path());
        if (!found) {
            return fail(std::move(found.error()));
        }
        if (*found != *stated) {
            return fail(ErrorCode::verification, "a published file was changed, so its month is not archived", at->path().string(),
                        "Export the month again");
        }
    }
    return problem ? Status(disk_error("cannot read the published month", folder, problem.value())) : Status();
}

/// Until when what the archive holds of a month is locked: what the month says itself is not cut short by its archive.
std::chrono::year_month_day locked_until(const config::Job& job, const MonthRange& period, const fs::path& folder, const Clock& clock) {
    const auto until = retention_end(period, job.archive.retention_years, day_of(clock.now()));
    const auto retention = bundle::stated_retention(folder);
    return retention ? std::max(until, retention->until) : until;
}

/// One run's visit to the archive.
class ArchiveVisit {
public:
    ArchiveVisit(const config::Job& job, archive::Store& store, const Clock& clock, Reporter& reporter, const RunSummary& summary)
        : job_(job), store_(store), clock_(clock), reporter_(reporter), summary_(summary) {}

    Status bring(const fs::path& folder, const MonthRange& period) {
        if (Status fine = check_published_files(folder); !fine) {
            return fine;
        }
        const std::string name = folder.filename().string();
        const auto until = locked_until(job_, period, folder, clock_);
        const auto stated = bundle::stated_summary(folder);
        const archive::MonthToArchive month{name, folder, summary_.source, until, stated ? stated->chain_number : 0};
        const auto done = archive::archive_month(store_, month, clock_);
        if (!done) {
            return fail(done.error());
        }
        const std::string generation = fmt::format("{} generation {}", name, done->generation.number);
        reporter_.log(LogLevel::info, "archived",
                      done->was_there && done->objects_sent == 0
                          ? fmt::format("{} is in the archive {}", generation, store_.name())
                          : fmt::format("{} went to the archive {}: {} sent and read back, {} were there", generation, store_.name(),
                                        plural(done->objects_sent, "object"), done->objects_kept));
        if (!done->is_listed) {
            reporter_.log(LogLevel::warning, "archive-lists-late",
                          fmt::format("the archive {} has {} and does not list it yet", store_.name(), generation));
        }
        return {};
    }

    /// Months that stand in OUT and that the archive never got: an earlier export could not bring them.
    Status bring_others(const fs::path& current) {
        const auto known = archive::list_generations(store_);
        if (!known) {
            return fail(known.error());
        }
        std::error_code problem;
        std::vector<fs::path> folders;
        for (fs::directory_iterator at(job_.export_.out, problem); !problem && at != fs::directory_iterator(); at.increment(problem)) {
            const auto month = Month::parse(at->path().filename().string());
            if (month && at->path().filename() != current.filename() && fs::exists(at->path() / "summary.json", problem)) {
                folders.push_back(at->path());
            }
        }
        std::sort(folders.begin(), folders.end());
        for (const fs::path& folder : folders) {
            const auto content = archive::content_of(folder);
            if (!content) {
                return fail(content.error());
            }
            const auto is_it = [&](const archive::Generation& one) {
                return one.month == folder.filename().string() && one.content == *content;
            };
            const Month month = *Month::parse(folder.filename().string());
            if (std::none_of(known->begin(), known->end(), is_it)) {
                if (Status brought = bring(folder, {month, month}); !brought) {
                    return brought;
                }
            }
        }
        return {};
    }

private:
    const config::Job& job_;
    archive::Store& store_;
    const Clock& clock_;
    Reporter& reporter_;
    const RunSummary& summary_;
};

bool is_same_event(const archive::ClosingRecord& record, const ClosingEvent& event) {
    return record.event.period == event.period && record.event.closed == event.closed && record.event.revision == event.revision &&
           record.event.ledger_sha256 == event.ledger_sha256;
}

/// The closings' history and where of it the archive has nothing.
class ClosingsVisit {
public:
    ClosingsVisit(const config::Job& job, state::StateStore& state, archive::Store& store, const Clock& clock)
        : job_(job), store_(store), clock_(clock), history_(state.load_closing_history()), months_(state.load_closed_months()) {}

    Status run() {
        if (history_.empty()) {
            return {};
        }
        const auto keys = archive::list_closings(store_);
        if (!keys) {
            return fail(keys.error());
        }
        for (std::size_t at = 0; at < history_.size(); ++at) {
            const auto number = static_cast<std::uint32_t>(at + 1);
            const auto known =
                std::find_if(keys->begin(), keys->end(), [&](const archive::ClosingKey& one) { return one.number == number; });
            const Status done = known == keys->end() ? bring(number) : number == history_.size() ? must_be(*known) : Status();
            if (!done) {
                return done;
            }
        }
        return {};
    }

private:
    /// A month that is closed now goes along as it was closed, with the files of its run.
    Status bring(std::uint32_t number) {
        archive::ClosingRecord record;
        record.number = number;
        record.event = history_[number - 1];
        record.month.period = record.event.period;
        const Month period = record.event.period;
        const fs::path folder = fs::path(job_.export_.out) / period.to_text();
        const auto until = locked_until(job_, {period, period}, folder, clock_);
        const auto month = std::find_if(months_.begin(), months_.end(), [&](const ClosedMonth& one) {
            return record.event.closed && one.period == period && one.revision == record.event.revision;
        });
        if (month != months_.end()) {
            record.month = *month;
            const auto summary = bundle::stated_summary(folder);
            const auto ledger = sha256_of_file(folder / "ledger.csv");
            if (summary && ledger && *ledger == month->ledger_sha256) {
                const archive::MonthToArchive whole{period.to_text(), folder, summary->source, until, summary->chain_number, true};
                if (const auto done = archive::archive_month(store_, whole, clock_); !done) {
                    return fail(done.error());
                }
            }
        }
        return archive::archive_closing(store_, record, until);
    }

    Status must_be(const archive::ClosingKey& key) {
        const auto record = archive::read_closing(store_, key);
        if (!record) {
            return fail(record.error());
        }
        const ClosingEvent& own = history_[key.number - 1];
        if (is_same_event(*record, own)) {
            return {};
        }
        const auto words = [](const ClosingEvent& event) { return event.closed ? "closed" : "opened again"; };
        throw FatalError(ExitCode::inconsistent, ErrorCode::verification,
                         fmt::format("two histories: {} was {} here, and {} was {} by another machine at the same time",
                                     own.period.to_text(), words(own), record->event.period.to_text(), words(record->event)),
                         store_.name(),
                         "Go on with one of the two: with the state that counts, or, its state moved away, with the archive");
    }

    const config::Job& job_;
    archive::Store& store_;
    const Clock& clock_;
    const std::vector<ClosingEvent> history_;
    const std::vector<ClosedMonth> months_;
};

Status archive_all(const config::Job& job, const fs::path& folder, state::StateStore& state, const Clock& clock, Reporter& reporter,
                   const std::stop_token& stop, const RunSummary& summary) {
    auto store = archive::open_store(job, clock, stop);
    if (!store) {
        return fail(std::move(store.error()));
    }
    if (Status ours = archive::claim(**store, summary.source); !ours) {
        return ours;
    }
    ArchiveVisit visit(job, **store, clock, reporter, summary);
    if (Status brought = visit.bring(folder, summary.period); !brought) {
        return brought;
    }
    if (Status brought = visit.bring_others(folder); !brought) {
        return brought;
    }
    return ClosingsVisit(job, state, **store, clock).run();
}

/// As the newest published month names it.
std::string source_of_months(const config::Job& job) {
    const auto folders = published_folders(job);
    return folders.empty() ? std::string() : folders.back().summary.source;
}

Status archive_closings_only(const config::Job& job, state::StateStore& state, const Clock& clock, const std::stop_token& stop) {
    auto store = archive::open_store(job, clock, stop);
    if (!store) {
        return fail(std::move(store.error()));
    }
    const std::string source = source_of_months(job);
    if (Status ours = source.empty() ? Status() : archive::claim(**store, source); !ours) {
        return ours;
    }
    return ClosingsVisit(job, state, **store, clock).run();
}

}  // namespace

std::chrono::year_month_day retention_end(const MonthRange& period, int years, std::chrono::year_month_day today) {
    const std::string last = period.last ? period.last->to_text() : fmt::format("{:04}", static_cast<int>(today.year()));
    const int year = std::stoi(last.substr(0, 4)) + years;
    return std::chrono::year(year) / std::chrono::December / 31;
}

void archive_published(const config::Job& job, const std::filesystem::path& folder, state::StateStore& state, const Clock& clock,
                       Reporter& reporter, const std::stop_token& stop, RunSummary& summary) {
    if (job.archive.url.empty() || !summary.view.is_whole()) {
        return;
    }
    const Status done = archive_all(job, folder, state, clock, reporter, stop, summary);
    if (done) {
        return;
    }
    if (done.error().code == ErrorCode::cancelled) {
        throw FatalError(ExitCode::interrupted, ErrorCode::cancelled, "stopped while archiving; the month is published", folder.string(),
                         "The next export goes on where this one stopped");
    }
    Finding finding = make_finding("archive-behind");
    finding.detail = job.secrets->clean(done.error().to_line());
    summary.findings.push_back(std::move(finding));
    summary.exit_code = exit_code_of(causes_of(summary));
    reporter.log(LogLevel::error, "archive-behind",
                 fmt::format("{} is published and not archived: {}", folder.string(), done.error().to_line()));
}

void archive_closings(const config::Job& job, state::StateStore& state, const Clock& clock, Reporter& reporter,
                      const std::stop_token& stop) {
    if (job.archive.url.empty()) {
        return;
    }
    if (const Status done = archive_closings_only(job, state, clock, stop); !done) {
        reporter.log(LogLevel::warning, "archive-behind",
                     fmt::format("it is kept here and not archived: {}. The next export or closing brings it",
                                 job.secrets->clean(done.error().to_line())));
    }
}

Status check_archive_settings(const config::Job& job) {
    const config::ArchiveSettings& settings = job.archive;
    if (!settings.folder.empty()) {
        const auto place = [](const std::string& path) {
            std::error_code problem;
            fs::path whole = fs::weakly_canonical(fs::absolute(path), problem);
            return (problem ? fs::path(path) : whole) / "";
        };
        const std::string archive = place(settings.folder).string();
        const std::string out = place(job.export_.out).string();
        if (archive.starts_with(out) || out.starts_with(archive)) {
            return fail(ErrorCode::bad_input, "the archive and the output folder are one in the other", settings.folder,
                        "Give the archive a folder of its own, best on another disk");
        }
    }
    if (settings.ca_file.empty() || settings.bucket.empty()) {
        return {};  // the machine's own authorities need no look
    }
    auto opened = archive::open_store(job, system_clock(), {});
    return opened ? Status() : Status(fail(std::move(opened.error())));
}

}  // namespace moisson::pipeline
