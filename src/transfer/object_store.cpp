#include "transfer/object_store.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <fstream>
#include <random>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "base/digest.hpp"
#include "base/files.hpp"

namespace moisson::transfer {

namespace {

std::filesystem::path path_in(const std::filesystem::path& root, std::string_view sha256) {
    // One text: joining paths part by part took a tenth of a run that finds nothing new.
    return fmt::format("{}/objects/{}/{}", root.native(), sha256.substr(0, 2), sha256);
}

constexpr std::size_t first_bytes_max = 4096;  ///< of a file's beginning, kept to tell what it is
/// Of its end: a ZIP's comment (64 KiB at most), or as much padding behind a PDF's end mark, and what stands before it.
constexpr std::size_t last_bytes_max = 66U << 10U;
constexpr std::string_view partial_suffix = ".part";

tl::unexpected<Error> disk_error(std::string what, const std::filesystem::path& path, int number) {
    Error error = moisson::disk_error(std::move(what), path, number).value();
    if (number == ENOSPC || number == EDQUOT) {
        error.hint += ": what is already there is not fetched twice";
    }
    return fail(std::move(error));
}

int open_retrying(const char* path, int flags) {
    int number = -1;
    do {
        number = ::open(path, flags);
    } while (number < 0 && errno == EINTR);
    return number;
}

std::string random_mark() {
    std::random_device device;
    return fmt::format("{:08x}", device());
}

/// "<pid>.<mark>.<n>.part": left behind when its process is gone, or when this process has another mark. A name of another form is not
/// ours.
bool is_left_behind(const std::string& name, const std::string& own_mark) {
    int process = 0;
    const auto [end, problem] = std::from_chars(name.data(), name.data() + name.size(), process);
    if (!name.ends_with(partial_suffix) || problem != std::errc() || end == name.data() + name.size() || *end != '.' || process <= 0) {
        return false;
    }
    if (process != ::getpid()) {
        return ::kill(process, 0) != 0 && errno == ESRCH;
    }
    return std::string_view(end + 1, static_cast<std::size_t>(name.data() + name.size() - end - 1)).substr(0, own_mark.size()) != own_mark;
}

}  // namespace

struct ObjectStore::Writer::State {
    std::filesystem::path root;
    std::filesystem::path partial;
    Digest digest;
    std::string first;
    std::string last;
    std::uint64_t size_bytes = 0;
    int descriptor = -1;
    bool created = false;
    bool resume_next = false;
    bool said_to_be_csv = false;

    State() = default;
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() { discard(); }

    void close_file() noexcept {
        if (descriptor >= 0) {
            ::close(descriptor);
            descriptor = -1;
        }
    }
    void discard() noexcept {
        close_file();
        if (created) {
            ::unlink(partial.c_str());
            created = false;
        }
    }
    void forget() {
        static_cast<void>(digest.finish_hex());
        first.clear();
        last.clear();
        size_bytes = 0;
    }
    void note_edges(std::string_view bytes) {
        if (first.size() < first_bytes_max) {
            first.append(bytes.substr(0, first_bytes_max - first.size()));
        }
        if (bytes.size() >= last_bytes_max) {
            last.assign(bytes.substr(bytes.size() - last_bytes_max));
            return;
        }
        if (last.size() + bytes.size() > last_bytes_max) {
            last.erase(0, last.size() + bytes.size() - last_bytes_max);
        }
        last.append(bytes);
    }
    [[nodiscard]] Status place_as(const std::filesystem::path& target, const std::string& sha256) const;
};

ObjectStore::Writer::Writer(std::unique_ptr<State> state) : state_(std::move(state)) {}
ObjectStore::Writer::~Writer() = default;
ObjectStore::Writer::Writer(Writer&&) noexcept = default;
ObjectStore::Writer& ObjectStore::Writer::operator=(Writer&&) noexcept = default;

Status ObjectStore::Writer::begin() {
    State& state = *state_;
    state.resume_next = false;
    if (state.size_bytes > 0) {
        state.forget();
    }
    if (state.descriptor >= 0) {
        if (::ftruncate(state.descriptor, 0) != 0 || ::lseek(state.descriptor, 0, SEEK_SET) != 0) {
            return disk_error("cannot empty the partial file", state.partial, errno);
        }
        return {};
    }
    const auto descriptor = open_new_file(state.partial, Access::own);
    if (!descriptor) {
        return fail(descriptor.error());
    }
    state.descriptor = *descriptor;
    state.created = true;
    return {};
}

Status ObjectStore::Writer::begin_answer(const http::Response& head) {
    if (state_->resume_next && head.status == 206 && state_->descriptor >= 0) {
        state_->resume_next = false;
        return {};
    }
    const std::string_view type = head.headers.find("Content-Type").value_or(std::string_view{});
    state_->said_to_be_csv = type.find("csv") != std::string_view::npos || type.find("comma-separated") != std::string_view::npos;
    return begin();
}

void ObjectStore::Writer::resume_next() noexcept { state_->resume_next = true; }

std::uint64_t ObjectStore::Writer::size_bytes() const noexcept { return state_->size_bytes; }

Status ObjectStore::Writer::write(std::string_view bytes) {
    State& state = *state_;
    MOISSON_INVARIANT(state.descriptor >= 0, "write before begin");
    state.digest.update(bytes);
    state.note_edges(bytes);
    state.size_bytes += bytes.size();
    while (!bytes.empty()) {
        const ssize_t written = ::write(state.descriptor, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written <= 0) {
            const int number = written == 0 ? EIO : errno;
            state.discard();
            state.forget();
            return disk_error("cannot write the partial file", state.partial, number);
        }
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
}

Kind ObjectStore::Writer::kind() const { return kind_of(state_->first, state_->last, state_->said_to_be_csv); }

std::string ObjectStore::Writer::sha256() const { return state_->digest.hex_so_far(); }

std::string_view ObjectStore::Writer::first_bytes() const noexcept { return state_->first; }

Status ObjectStore::Writer::State::place_as(const std::filesystem::path& target, const std::string& sha256) const {
    unsigned flags = RENAME_NOREPLACE;
    for (bool folder_made = false;;) {
        if (::renameat2(AT_FDCWD, partial.c_str(), AT_FDCWD, target.c_str(), flags) == 0) {
            return {};
        }
        const int number = errno;
        if (number == ENOENT && !folder_made) {
            if (auto made = make_folders(target.parent_path(), Access::own); !made) {
                return made;
            }
            folder_made = true;
        } else if (number == EEXIST) {
            // What a power loss left under this name may be empty pages of the right length: only its bytes can tell.
            const auto present = sha256_of_file(target);
            if (present && *present == sha256) {
                ::unlink(partial.c_str());
                return {};
            }
            flags = 0;
        } else if (number == EINVAL && flags != 0) {
            flags = 0;  // some network file systems know only the plain rename; the same bytes replace each other then
        } else {
            return disk_error("cannot rename the partial file to its place", target, number);
        }
    }
}

Result<StoredObject> ObjectStore::Writer::keep() {
    State& state = *state_;
    MOISSON_INVARIANT(state.descriptor >= 0, "keep before begin");
    const int descriptor = std::exchange(state.descriptor, -1);
    if (::close(descriptor) != 0) {
        const int number = errno;
        state.discard();
        return disk_error("cannot close the partial file", state.partial, number);
    }
    StoredObject object;
    object.sha256 = state.digest.finish_hex();
    object.size_bytes = state.size_bytes;
    object.media_type = kind().media_type;
    const std::filesystem::path target = state.root / "objects" / object.sha256.substr(0, 2) / object.sha256;
    if (auto placed = state.place_as(target, object.sha256); !placed) {
        state.discard();
        return fail(std::move(placed.error()));
    }
    state.created = false;
    state.first.clear();
    state.last.clear();
    state.size_bytes = 0;
    return object;
}

ObjectStore::ObjectStore(std::filesystem::path root) : root_(std::move(root)), run_mark_(random_mark()) {}

Result<std::unique_ptr<ObjectStore>> ObjectStore::open(const std::filesystem::path& root) {
    std::unique_ptr<ObjectStore> store(new ObjectStore(root));
    const std::filesystem::path partial = root / "partial";
    for (const auto& folder : {partial, root / "objects"}) {
        if (auto made = make_folders(folder, Access::own); !made) {
            return fail(std::move(made.error()));
        }
        if (keep_to_owner(folder)) {  // an earlier version left them, and what is in them, to the umask
            store->was_open_to_others_ = true;
            std::error_code problem;
            for (auto at = std::filesystem::recursive_directory_iterator(folder, problem);
                 !problem && at != std::filesystem::recursive_directory_iterator(); at.increment(problem)) {
                static_cast<void>(keep_to_owner(at->path()));
            }
        }
    }
    std::error_code problem;
    for (auto at = std::filesystem::directory_iterator(partial, problem); !problem && at != std::filesystem::directory_iterator();
         at.increment(problem)) {
        if (is_left_behind(at->path().filename().string(), store->run_mark_) && ::unlink(at->path().c_str()) != 0 && errno != ENOENT) {
            return disk_error("cannot remove a partial file of an earlier run", at->path(), errno);
        }
    }
    if (problem) {
        return disk_error("cannot list the folder", partial, problem.value());
    }
    return store;
}

ObjectStore::Writer ObjectStore::make_writer() {
    static std::atomic<std::uint64_t> counter{0};
    auto state = std::make_unique<Writer::State>();
    state->root = root_;
    state->partial = root_ / "partial" / fmt::format("{}.{}.{}{}", ::getpid(), run_mark_, counter.fetch_add(1), partial_suffix);
    return Writer(std::move(state));
}

Result<StoredObject> ObjectStore::keep_copy(const std::filesystem::path& file) {
    std::ifstream source(file, std::ios::binary);
    if (!source) {
        return fail(ErrorCode::disk, "cannot open the file", file.string());
    }
    Writer writer = make_writer();
    if (auto begun = writer.begin(); !begun) {
        return fail(std::move(begun.error()));
    }
    constexpr std::size_t piece_bytes = 1U << 20U;
    std::string piece(piece_bytes, '\0');
    while (source) {
        source.read(piece.data(), static_cast<std::streamsize>(piece.size()));
        if (auto written = writer.write(std::string_view(piece).substr(0, static_cast<std::size_t>(source.gcount()))); !written) {
            return fail(std::move(written.error()));
        }
    }
    if (source.bad()) {
        return fail(ErrorCode::disk, "cannot read the file", file.string());
    }
    return writer.keep();
}

Status ObjectStore::sync_all() const {
    const int descriptor = open_retrying(root_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) {
        return disk_error("cannot open the object store", root_, errno);
    }
    const int result = ::syncfs(descriptor);
    const int number = errno;
    ::close(descriptor);
    return result == 0 ? Status{} : disk_error("cannot flush the object store to disk", root_, number);
}

std::filesystem::path ObjectStore::path_of(std::string_view sha256) const { return path_in(root_, sha256); }

bool ObjectStore::has(std::string_view sha256, std::uint64_t size_bytes) const { return has(root_, sha256, size_bytes); }

bool ObjectStore::has(const std::filesystem::path& root, std::string_view sha256, std::uint64_t size_bytes) {
    struct stat there {};
    return ::stat(path_in(root, sha256).c_str(), &there) == 0 && S_ISREG(there.st_mode) &&
           static_cast<std::uint64_t>(there.st_size) == size_bytes;
}

std::optional<Kind> ObjectStore::kind_of_stored(std::string_view sha256) const {
    const int descriptor = open_retrying(path_of(sha256).c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) {
        return std::nullopt;
    }
    struct stat there {};
    const bool known = ::fstat(descriptor, &there) == 0 && there.st_size >= 0;
    const auto size = known ? static_cast<std::size_t>(there.st_size) : 0;
    std::string first(std::min(size, first_bytes_max), '\0');
    std::string last(std::min(size, last_bytes_max), '\0');
    const bool read = known && ::pread(descriptor, first.data(), first.size(), 0) == static_cast<ssize_t>(first.size()) &&
                      ::pread(descriptor, last.data(), last.size(), static_cast<off_t>(size - last.size())) ==
                          static_cast<ssize_t>(last.size());
    ::close(descriptor);
    return read ? std::optional(kind_of(first, last, true)) : std::nullopt;
}

Result<bool> ObjectStore::drop_if_changed(std::string_view sha256) const {
    const std::filesystem::path path = path_of(sha256);
    const auto found = sha256_of_file(path);
    if (!found || *found == sha256) {
        return false;  // what cannot be read may be whole
    }
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) {
        return disk_error("cannot remove a file whose bytes changed since it was fetched", path, errno);
    }
    return true;
}

}  // namespace moisson::transfer
