#include "archive/folder_store.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

#include "base/digest.hpp"
#include "base/files.hpp"

namespace moisson::archive {

namespace {

namespace fs = std::filesystem;

/// What `AtomicFile` calls a file that is not whole yet; a kill leaves it behind.
bool is_temporary(const fs::path& path) { return path.extension() == ".part"; }

class FolderStore final : public Store {
public:
    FolderStore(fs::path root, unsigned file_mode) : root_(std::move(root)), file_mode_(file_mode & ~0222U) {}

    [[nodiscard]] std::string name() const override { return "file://" + root_.string(); }

    [[nodiscard]] Result<std::vector<ObjectInfo>> list(const std::string& beginning) override {
        if (Status there = check_root(); !there) {
            return fail(std::move(there.error()));
        }
        std::vector<ObjectInfo> found;
        // The last whole part of the beginning names a folder: nothing else is looked through.
        const fs::path folder = root_ / beginning.substr(0, beginning.rfind('/') == std::string::npos ? 0 : beginning.rfind('/'));
        std::error_code problem;
        if (!fs::exists(folder, problem) && !problem) {
            return found;
        }
        fs::recursive_directory_iterator at(folder, problem);
        for (; !problem && at != fs::recursive_directory_iterator(); at.increment(problem)) {
            std::error_code ignored;  // a file that went away meanwhile is not there
            const bool is_file = at->symlink_status(ignored).type() == fs::file_type::regular;
            const std::string key = at->path().lexically_relative(root_).generic_string();
            if (is_file && key.starts_with(beginning) && !is_temporary(at->path())) {
                found.push_back({key, at->file_size(ignored), std::nullopt});
            }
        }
        if (problem) {
            return disk_error("cannot list the archive", folder, problem.value());
        }
        std::sort(found.begin(), found.end(), [](const ObjectInfo& one, const ObjectInfo& other) { return one.key < other.key; });
        return found;
    }

    [[nodiscard]] Result<std::optional<ObjectInfo>> head(const std::string& key) override {
        auto path = path_of(key);
        if (!path) {
            return fail(std::move(path.error()));
        }
        struct stat found {};
        if (::lstat(path->c_str(), &found) != 0) {
            if (errno == ENOENT || errno == ENOTDIR) {
                return std::nullopt;
            }
            return disk_error("cannot look at", *path, errno);
        }
        if (!S_ISREG(found.st_mode)) {
            return disk_error("this is no file of an archive:", *path, S_ISLNK(found.st_mode) ? ELOOP : EISDIR);
        }
        return ObjectInfo{key, static_cast<std::uint64_t>(found.st_size), std::nullopt};
    }

    [[nodiscard]] Status put(const std::string& key, std::string_view bytes, const PutOptions& options) override {
        auto path = path_of(key);
        if (!path) {
            return fail(std::move(path.error()));
        }
        if (bytes.size() > object_max_bytes) {
            return fail(ErrorCode::too_large, "an object of an archive is smaller", path->string());
        }
        if (sha256_hex(bytes) != options.sha256) {
            return fail(ErrorCode::verification, "the bytes are not those of their digest", path->string());
        }
        auto file = AtomicFile::create(*path);
        if (!file) {
            return fail(std::move(file.error()));
        }
        if (Status written = file->write(bytes); !written) {
            return written;
        }
        if (::fchmod(file->descriptor(), file_mode_) != 0) {
            return disk_error("cannot set the mode of", *path, errno);
        }
        return file->commit();
    }

    [[nodiscard]] Result<std::string> get(const std::string& key) override {
        auto found = head(key);
        if (!found) {
            return fail(std::move(found.error()));
        }
        if (!*found) {
            return fail(ErrorCode::not_found, "the archive has no such object", (root_ / key).string());
        }
        return read_file(root_ / key, object_max_bytes);
    }

    [[nodiscard]] Status lock(const std::string& /*key*/, Timestamp /*until*/) override { return {}; }
    [[nodiscard]] Result<Protection> protection() override {
        if (Status there = check_root(); !there) {
            return fail(std::move(there.error()));
        }
        return Protection{};
    }

private:
    [[nodiscard]] Status check_root() const {
        std::error_code problem;
        if (fs::is_directory(root_, problem)) {
            return {};
        }
        Error error = fail(ErrorCode::disk, "the archive's folder is not there", root_.string(),
                           "Mount the disk, or make the folder if this is its place: moisson does not make it")
                          .value();
        error.cause = problem ? problem.message() : std::string();
        return fail(std::move(error));
    }

    [[nodiscard]] Result<fs::path> path_of(const std::string& key) const {
        if (Status fine = check_key(key); !fine) {
            return fail(std::move(fine.error()));
        }
        if (Status there = check_root(); !there) {
            return fail(std::move(there.error()));
        }
        return root_ / key;
    }

    fs::path root_;
    unsigned file_mode_;
};

}  // namespace

std::unique_ptr<Store> open_folder_store(fs::path root, unsigned file_mode) {
    return std::make_unique<FolderStore>(std::move(root), file_mode);
}

}  // namespace moisson::archive
