#include "pipeline/publish.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <future>
#include <optional>
#include <system_error>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "base/files.hpp"
#include "base/version.hpp"
#include "bundle/bundle.hpp"
#include "ledger/csv_writer.hpp"
#include "ledger/workbook.hpp"
#include "report/report.hpp"

namespace moisson::pipeline {

namespace {

constexpr std::string_view part_suffix = ".moisson-part";
constexpr std::string_view aside_mark = ".earlier";  ///< of an earlier month that steps aside

void must(Status status) {
    if (!status) {
        const bool broken = status.error().code == ErrorCode::verification;
        throw FatalError(broken ? ExitCode::inconsistent : ExitCode::local, std::move(status.error()));
    }
}

template <class T>
T must(Result<T> result) {
    if (!result) {
        must(Status(fail(std::move(result.error()))));
    }
    return std::move(*result);
}

/// One run at a time publishes into a folder: the state's lock does not keep out a run that has another state. Held until destroyed.
class FolderLock {
public:
    explicit FolderLock(const std::filesystem::path& out) : descriptor_(::open(out.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
        constexpr int tries_max = 6000;
        for (int tries = 0; descriptor_ >= 0 && ::flock(descriptor_, LOCK_EX | LOCK_NB) != 0; ++tries) {
            if (errno != EWOULDBLOCK && errno != EINTR) {
                break;  // a file system without locks
            }
            if (tries == tries_max) {
                ::close(descriptor_);
                throw FatalError(ExitCode::locked, ErrorCode::locked, "another run has been publishing here for ten minutes", out.string(),
                                 "Wait until it has ended, then run again; nothing that was fetched is fetched twice");
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(100));
        }
    }
    FolderLock(const FolderLock&) = delete;
    FolderLock& operator=(const FolderLock&) = delete;
    ~FolderLock() {
        if (descriptor_ >= 0) {
            ::close(descriptor_);
        }
    }

private:
    int descriptor_;
};

std::filesystem::path aside_of(const std::filesystem::path& target) {
    return target.parent_path() / fmt::format(".{}{}{}", target.filename().string(), aside_mark, part_suffix);
}

/// What runs that were killed while publishing left behind. A month that had stepped aside comes back first.
void remove_leftovers(const std::filesystem::path& out) {
    std::error_code problem;
    std::vector<std::filesystem::path> leftovers;
    for (const auto& item : std::filesystem::directory_iterator(out, problem)) {
        const std::string name = item.path().filename().string();
        if (name.starts_with(".") && name.ends_with(part_suffix)) {
            leftovers.push_back(item.path());
        }
    }
    for (const std::filesystem::path& leftover : leftovers) {
        std::string name = leftover.filename().string().substr(1);
        name.resize(name.size() - part_suffix.size());
        if (name.ends_with(aside_mark)) {
            name.resize(name.size() - aside_mark.size());
            if (!std::filesystem::exists(out / name, problem)) {
                must(rename_path(leftover, out / name));
                continue;
            }
        }
        must(remove_path(leftover));
    }
}

PublishedFile describe(const std::filesystem::path& folder, const std::string& name) {
    std::error_code problem;
    const auto size = std::filesystem::file_size(folder / name, problem);
    if (problem) {
        throw FatalError(ExitCode::local, ErrorCode::disk, "cannot read back what was written: " + problem.message(),
                         (folder / name).string());
    }
    return PublishedFile{name, size, must(sha256_of_file(folder / name))};
}

bundle::BagInfo bag_info(const RunSummary& summary) {
    bundle::BagInfo info;
    info.data_date = summary.data_date;
    info.fields = {
        {"Bag-Software-Agent", fmt::format("{} {}", program_name, version())},
        {"Bagging-Date", format_timestamp_seconds(summary.data_date).substr(0, 10)},
        {"External-Identifier", fmt::format("moisson-{}", summary.period.to_text())},
        {"External-Description", fmt::format("Ledger and documents of {} from {}", summary.period.to_text(), sanitise(summary.source))},
    };
    return info;
}

std::vector<bundle::Payload> bundle_payload(const std::vector<LedgerEntry>& entries, const RunSummary& summary,
                                            const transfer::ObjectStore& store, const std::filesystem::path& folder) {
    std::vector<bundle::Payload> payload;
    payload.reserve(entries.size() + 2);
    const PublishedFile& ledger = summary.files.front();
    payload.push_back({ledger.path, folder / ledger.path, {}, ledger.sha256, ledger.size_bytes});
    payload.push_back({"summary.json", {}, report::summary_json(summary, report::SummaryKind::archived), {}, 0});
    for (const LedgerEntry& entry : entries) {
        if (entry.status == DocumentStatus::ok) {
            payload.push_back({bundle::payload_path(entry), store.path_of(entry.sha256), {}, entry.sha256, entry.size_bytes.value_or(0)});
        }
    }
    return payload;
}

/// What a run that found nothing new would only write once more: the workbook and the bundle of the month as it stands, linked into the
/// new folder after their bytes were checked. The bundle's payload has ledger and summary in it, and with them all that the workbook shows.
std::optional<bundle::WrittenBundle> take_over(const std::filesystem::path& target, const std::filesystem::path& folder,
                                               const std::string& top, const bundle::BagInfo& info,
                                               const std::vector<bundle::Payload>& payload) {
    const auto stated = bundle::stated_digest(target, "ledger.xlsx");
    if (!stated) {
        return std::nullopt;
    }
    const auto found = sha256_of_file(target / "ledger.xlsx");
    if (!found || *found != *stated) {
        return std::nullopt;
    }
    auto same = bundle::find_same_bundle(target / "bundle.zip", top, info, payload);
    if (!same) {
        return std::nullopt;
    }
    for (const char* name : {"ledger.xlsx", "bundle.zip"}) {
        std::error_code problem;
        std::filesystem::create_hard_link(target / name, folder / name, problem);
        if (problem) {  // a file system without links: they are written
            must(remove_path(folder / "ledger.xlsx"));
            return std::nullopt;
        }
    }
    return same;
}

void write_workbook_and_bundle(const std::vector<LedgerEntry>& entries, RunSummary& summary, const transfer::ObjectStore& store,
                               const std::filesystem::path& folder, const std::filesystem::path& target) {
    const std::string top = fmt::format("moisson-{}", summary.period.to_text());
    const bundle::BagInfo info = bag_info(summary);
    std::vector<bundle::Payload> payload = bundle_payload(entries, summary, store, folder);
    auto written = take_over(target, folder, top, info, payload);
    if (!written) {
        // Side by side: both only read the rows and the summary.
        std::promise<Status> workbook;
        const std::jthread writer([&] {
            try {
                workbook.set_value(
                    ledger::write_workbook(folder / "ledger.xlsx", entries, summary, ledger::WorkbookOptions{.temporary_folder = folder}));
            } catch (...) {
                workbook.set_exception(std::current_exception());
            }
        });
        auto made = bundle::write_bundle(folder / "bundle.zip", top, info, std::move(payload));
        must(workbook.get_future().get());
        written = must(std::move(made));
    }
    summary.files.push_back(describe(folder, "ledger.xlsx"));
    summary.files.push_back(PublishedFile{"bundle.zip", written->size_bytes, written->sha256});
}

/// One rename: the new folder takes the old one's place in a single step, and the old one goes away afterwards.
void swap_in(const std::filesystem::path& made, const std::filesystem::path& target) {
    std::error_code problem;
    if (!std::filesystem::exists(target, problem)) {
        must(rename_path(made, target));
        return;
    }
    if (exchange_paths(made, target)) {
        must(sync_folder(target.parent_path()));
        must(remove_path(made));
        return;
    }
    // A file system that cannot exchange: the earlier month steps aside first, so that at every instant one of the two is whole on disk.
    const std::filesystem::path aside = aside_of(target);
    must(remove_path(aside));
    must(rename_path(target, aside));
    if (auto renamed = rename_path(made, target); !renamed) {
        must(rename_path(aside, target));
        must(std::move(renamed));
    }
    must(remove_path(aside));
}

}  // namespace

std::filesystem::path publish(const std::vector<LedgerEntry>& entries, RunSummary& summary, const transfer::ObjectStore& store,
                              const PublishOptions& options, const Clock& clock, Stages& stages) {
    const std::string period = summary.period.to_text();
    const std::filesystem::path target = options.out / period;
    const std::filesystem::path folder = options.out / fmt::format(".{}.{}{}", period, summary.run_id, part_suffix);
    must(make_folders(options.out));
    const FolderLock lock(options.out);
    remove_leftovers(options.out);
    must(make_folders(folder));

    try {
        summary.files.clear();
        must(ledger::write_ledger_csv(folder / "ledger.csv", entries));
        summary.files.push_back(describe(folder, "ledger.csv"));
        stages.done("ledger");
        write_workbook_and_bundle(entries, summary, store, folder, target);
        stages.done("workbook and bundle");
        must(write_file(folder / "report.html", report::report_html(summary)));
        summary.files.push_back(describe(folder, "report.html"));
        must(write_file(folder / "junit.xml", report::junit_xml(summary)));
        summary.files.push_back(describe(folder, "junit.xml"));
        summary.finished_at = clock.now();
        must(write_file(folder / "summary.json", report::summary_json(summary, report::SummaryKind::published)));
        must(sync_folder(folder));
        if (options.before_rename) {
            options.before_rename();
        }
        swap_in(folder, target);
        stages.done("report and rename");
    } catch (const FatalError&) {
        const Status removed = remove_path(folder);  // the error on its way says what matters; a leftover is removed by the next run
        static_cast<void>(removed);
        throw;
    }
    return target;
}

std::string published_ledger_digest(const std::filesystem::path& out, const MonthRange& period) {
    const auto digest = sha256_of_file(out / period.to_text() / "ledger.csv");
    return digest ? *digest : std::string();
}

}  // namespace moisson::pipeline
