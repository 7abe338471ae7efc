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
#include "domain/verdict.hpp"

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
        const archive::MonthToArchive month{name, folder, summary_.source,
                                            retention_end(period, job_.archive.retention_years, day_of(clock_.now()))};
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

Status archive_all(const config::Job& job, const fs::path& folder, const Clock& clock, Reporter& reporter, const std::stop_token& stop,
                   const RunSummary& summary) {
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
    return visit.bring_others(folder);
}

}  // namespace

std::chrono::year_month_day retention_end(const MonthRange& period, int years, std::chrono::year_month_day today) {
    const std::string last = period.last ? period.last->to_text() : fmt::format("{:04}", static_cast<int>(today.year()));
    const int year = std::stoi(last.substr(0, 4)) + years;
    return std::chrono::year(year) / std::chrono::December / 31;
}

void archive_published(const config::Job& job, const std::filesystem::path& folder, const Clock& clock, Reporter& reporter,
                       const std::stop_token& stop, RunSummary& summary) {
    if (job.archive.url.empty() || !summary.view.is_whole()) {
        return;
    }
    const Status done = archive_all(job, folder, clock, reporter, stop, summary);
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
