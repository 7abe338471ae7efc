// Writes a job file and its secrets so that no one else can read them and nothing that was there is lost.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include <fmt/format.h>

#include "base/files.hpp"
#include "postman/postman.hpp"

namespace moisson::postman {

namespace {

namespace fs = std::filesystem;

tl::unexpected<Error> disk_error(std::string message, const fs::path& path, int number) {
    auto error = fail(ErrorCode::disk, std::move(message), path.string(), "Choose another place with --out").value();
    error.cause = std::generic_category().message(number);
    return fail(std::move(error));
}

Status write_whole(int descriptor, std::string_view bytes, const fs::path& path) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written < 0) {
            return disk_error("cannot write the file", path, errno);
        }
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return ::fsync(descriptor) == 0 ? Status{} : disk_error("cannot write the file", path, errno);
}

bool is_there(const fs::path& path) {
    struct stat status {};
    return ::lstat(path.c_str(), &status) == 0;
}

/// Makes a file that must not be there yet; links are not followed. Removed again when it cannot be written whole.
Status create_file(const fs::path& path, std::string_view bytes, Access access) {
    const auto descriptor = open_new_file(path, access);
    if (!descriptor) {
        return is_there(path)
                   ? fail(ErrorCode::bad_input, "the file exists already", path.string(), "Name another place with --out, or add --force")
                   : fail(descriptor.error());
    }
    Status written = write_whole(*descriptor, bytes, path);
    ::close(*descriptor);
    if (!written) {
        ::unlink(path.c_str());
    }
    return written;
}

/// Files and the folder that this call has made, removed again unless it came to its end.
class Made {
public:
    Made() = default;
    Made(const Made&) = delete;
    Made& operator=(const Made&) = delete;
    ~Made() {
        for (auto path = paths_.rbegin(); path != paths_.rend(); ++path) {
            std::error_code ignored;
            fs::remove(*path, ignored);
        }
    }
    void add(fs::path path) { paths_.push_back(std::move(path)); }
    void keep() noexcept { paths_.clear(); }

private:
    std::vector<fs::path> paths_;
};

struct Wanted {
    fs::path path;
    std::string_view bytes;
    Access access;
};

}  // namespace

Target target_of(const std::string& out) {
    const fs::path place(out);
    const fs::path job_file = place.extension() == ".toml" ? place : place / "job.toml";
    return {job_file.string(), (job_file.parent_path() / (job_file.stem().string() + "-secrets")).string()};
}

Result<std::vector<std::string>> write_job(const Job& job, const Target& target, bool force) {
    const std::string text = job_text(job, target);
    const fs::path folder(target.secrets_folder);
    std::vector<Wanted> wanted{{folder / ".gitignore", "*\n", Access::usual}};
    std::vector<std::string> secret_files;
    for (const Secret& secret : job.secrets) {
        wanted.push_back({folder / secret.name, secret.value.reveal(), Access::own});
        secret_files.push_back(wanted.back().path.string());
    }
    wanted.push_back({target.job_file, text, Access::usual});  // last: where it is, its secrets are
    for (const Wanted& file : wanted) {
        if (!force && is_there(file.path) && file.path.filename() != ".gitignore") {
            return fail(ErrorCode::bad_input, "the file exists already", file.path.string(),
                        "Name another place with --out, or add --force");
        }
    }
    Made made;
    if (auto parent = make_folders(folder.parent_path()); !parent) {
        return fail(std::move(parent.error()));
    }
    if (::mkdir(folder.c_str(), 0700) == 0) {
        made.add(folder);
    } else if (errno != EEXIST) {
        return disk_error("cannot make the folder", folder, errno);
    }
    for (const Wanted& file : wanted) {
        const bool there = is_there(file.path);
        if (there && file.path.filename() == ".gitignore") {
            continue;  // of an earlier job
        }
        auto written = there && force ? write_file(file.path, file.bytes, file.access) : create_file(file.path, file.bytes, file.access);
        if (!written) {
            return fail(std::move(written.error()));
        }
        if (!there) {
            made.add(file.path);
        }
    }
    made.keep();
    return secret_files;
}

}  // namespace moisson::postman
