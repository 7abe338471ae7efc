#include "pipeline/publish_folder.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <system_error>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "base/files.hpp"

namespace moisson::pipeline {

namespace {

constexpr std::string_view part_suffix = ".moisson-part";
constexpr std::string_view aside_mark = ".earlier";  ///< of an earlier month that steps aside

std::filesystem::path aside_of(const std::filesystem::path& target) {
    return target.parent_path() / fmt::format(".{}{}{}", target.filename().string(), aside_mark, part_suffix);
}

/// What runs that were killed while publishing left behind. A month that had stepped aside comes back first.
void remove_leftovers(const std::filesystem::path& out) {
    std::error_code problem;
    struct stat folder {};
    // In a folder where every user may write, what another put there is no leftover of ours and never becomes a month.
    const bool shared = ::stat(out.c_str(), &folder) == 0 && (folder.st_mode & S_IWOTH) != 0;
    std::vector<std::filesystem::path> leftovers;
    for (const auto& item : std::filesystem::directory_iterator(out, problem)) {
        const std::string name = item.path().filename().string();
        struct stat status {};
        const bool of_another = shared && ::lstat(item.path().c_str(), &status) == 0 && status.st_uid != ::geteuid();
        if (name.starts_with(".") && name.ends_with(part_suffix) && !of_another) {
            leftovers.push_back(item.path());
        }
    }
    for (const std::filesystem::path& leftover : leftovers) {
        std::string name = leftover.filename().string().substr(1);
        name.resize(name.size() - part_suffix.size());
        if (name.ends_with(aside_mark)) {
            name.resize(name.size() - aside_mark.size());
            if (!std::filesystem::exists(out / name, problem)) {
                must_be_done(rename_path(leftover, out / name));
                continue;
            }
        }
        must_be_done(remove_path(leftover));
    }
}

/// One rename: the new folder takes the old one's place in a single step, and the old one goes away afterwards.
void swap_in(const std::filesystem::path& made, const std::filesystem::path& target) {
    std::error_code problem;
    if (!std::filesystem::exists(target, problem)) {
        must_be_done(rename_path(made, target));
        return;
    }
    if (exchange_paths(made, target)) {
        must_be_done(sync_folder(target.parent_path()));
        must_be_done(remove_path(made));
        return;
    }
    // A file system that cannot exchange: the earlier month steps aside first, so that at every instant one of the two is whole on disk.
    const std::filesystem::path aside = aside_of(target);
    must_be_done(remove_path(aside));
    must_be_done(rename_path(target, aside));
    if (auto renamed = rename_path(made, target); !renamed) {
        must_be_done(rename_path(aside, target));
        must_be_done(std::move(renamed));
    }
    must_be_done(remove_path(aside));
}

}  // namespace

void must_be_done(Status status) {
    if (!status) {
        const ErrorCode code = status.error().code;
        throw FatalError(code == ErrorCode::verification ? ExitCode::inconsistent
                         : code == ErrorCode::cancelled  ? ExitCode::interrupted
                                                         : ExitCode::local,
                         std::move(status.error()));
    }
}

FolderLock::FolderLock(const std::filesystem::path& out, std::chrono::seconds wait)
    : descriptor_(::open(out.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
    const auto until = std::chrono::steady_clock::now() + wait;
    while (descriptor_ >= 0 && ::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK && errno != EINTR) {
            break;  // a file system without locks
        }
        if (std::chrono::steady_clock::now() >= until) {
            ::close(descriptor_);
            throw FatalError(ExitCode::locked, ErrorCode::locked, "another run is at work here", out.string(),
                             "Wait until it has ended, then run again; nothing that was fetched is fetched twice");
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
}

FolderLock::~FolderLock() {
    if (descriptor_ >= 0) {
        ::close(descriptor_);
    }
}

PublishFolder::PublishFolder(const std::filesystem::path& out, const std::string& period, const std::string& run_id, unsigned file_mode)
    : target_(out / period), path_(out / fmt::format(".{}.{}{}", period, run_id, part_suffix)), file_mode_(file_mode) {
    must_be_done(make_folders(out));
    lock_.emplace(out);
    remove_leftovers(out);
    must_be_done(make_new_folder(path_));
}

PublishFolder::~PublishFolder() {
    if (!published_) {
        const Status removed = remove_path(path_);  // what failed says more; a leftover is removed by the next run
        static_cast<void>(removed);
    }
}

void PublishFolder::publish() {
    must_be_done(set_modes(path_, file_mode_));
    must_be_done(sync_folder(path_));
    swap_in(path_, target_);
    published_ = true;
}

}  // namespace moisson::pipeline
