#pragma once
/// The folder in which a month is put together, and its way to OUT/PERIOD by one rename.

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>

#include "base/result.hpp"

namespace moisson::pipeline {

/// Ends the run over a failure that leaves nothing to publish: `inconsistent` for `verification`, `interrupted` for
/// `cancelled`, else `local`.
void must_be_done(Status status);
template <class T>
T must_be_done(Result<T> result) {
    if (!result) {
        must_be_done(Status(fail(std::move(result.error()))));
    }
    return std::move(*result);
}

/// One run at a time publishes into a folder: the state's lock does not keep out a run that has another state. Held until destroyed.
/// FatalError(locked) when the other one is still at work after `wait`.
class FolderLock {
public:
    static constexpr std::chrono::seconds publishing_max{600};
    explicit FolderLock(const std::filesystem::path& out, std::chrono::seconds wait = publishing_max);
    FolderLock(const FolderLock&) = delete;
    FolderLock& operator=(const FolderLock&) = delete;
    ~FolderLock();

private:
    int descriptor_;
};

/// OUT/.PERIOD.RUN.moisson-part: made empty, after what killed runs left behind in OUT was cleared away. Only this user sees it until it is
/// published; then its files have `file_mode`, and folders x where that has r. Goes away with this object unless it was published.
/// FatalError(local) where the disk refuses, FatalError(locked).
class PublishFolder {
public:
    PublishFolder(const std::filesystem::path& out, const std::string& period, const std::string& run_id, unsigned file_mode);
    PublishFolder(const PublishFolder&) = delete;
    PublishFolder& operator=(const PublishFolder&) = delete;
    ~PublishFolder();

    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
    /// OUT/PERIOD, as it was published before or not at all.
    [[nodiscard]] const std::filesystem::path& target() const noexcept { return target_; }
    /// Brings everything to disk and takes the target's place in a single step.
    void publish();

private:
    std::filesystem::path target_;
    std::filesystem::path path_;
    std::optional<FolderLock> lock_;
    unsigned file_mode_;
    bool published_ = false;
};

}  // namespace moisson::pipeline
