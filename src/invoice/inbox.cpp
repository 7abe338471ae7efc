/// Files are opened without following links and read from where they were opened; a digest stands for the bytes that were there before and
/// after reading.
#include "invoice/inbox.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <tuple>

#include <fmt/format.h>

#include "base/digest.hpp"
#include "base/files.hpp"
#include "invoice/limits.hpp"
#include "invoice/messages.hpp"
#include "invoice/unpack.hpp"

namespace moisson::invoice {

namespace {

std::string reason_of(int number) { return std::generic_category().message(number); }

/// Which file it is, and in which state.
using FileState = std::tuple<dev_t, ino_t, off_t, time_t, long, time_t, long>;

FileState state_of(const struct stat& one) {
    return {one.st_dev, one.st_ino, one.st_size, one.st_mtim.tv_sec, one.st_mtim.tv_nsec, one.st_ctim.tv_sec, one.st_ctim.tv_nsec};
}

std::optional<FileState> state_at(int descriptor) {
    struct stat found {};
    return ::fstat(descriptor, &found) == 0 ? std::optional(state_of(found)) : std::nullopt;
}

std::string path_of(const cage::Descriptor& file) { return fmt::format("/proc/self/fd/{}", file.get()); }

/// A document that waits to be read.
struct Waiting {
    InboxFile file;
    cage::Descriptor descriptor;     // of the file, or of memory
    std::optional<FileState> state;  // of a file
};

/// Documents whose bytes are wanted, and nothing of what they say.
struct InboxOrder {
    const std::map<std::string, std::string>& wanted;  // digests by name
    const TakeDocument& take;

    [[nodiscard]] bool has(const std::string& name) const { return wanted.contains(name); }
    [[nodiscard]] bool has_some_in(const std::string& zip) const {
        const std::string before = zip + ": ";
        const auto found = wanted.lower_bound(before);
        return found != wanted.end() && found->first.starts_with(before);
    }
};

class InboxReader {
public:
    InboxReader(const Options& options, const KeptReadings& kept, const InboxOrder* order = nullptr)
        : options_(options), kept_(kept), order_(order) {}

    Result<InboxReading> run(const std::filesystem::path& folder) {
        cage::Descriptor top(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        if (!top.is_open()) {
            return disk_error("cannot open the folder", folder, errno);
        }
        if (auto walked = walk(std::move(top), "", 0); !walked) {
            return fail(std::move(walked.error()));
        }
        if (auto done = read_waiting(); !done) {
            return fail(std::move(done.error()));
        }
        const auto by_name = [](const auto& one, const auto& other) { return one.name < other.name; };
        std::stable_sort(result_.files.begin(), result_.files.end(), by_name);
        std::stable_sort(result_.problems.begin(), result_.problems.end(), by_name);
        return std::move(result_);
    }

private:
    void tell(const std::string& name, Message why) { result_.problems.push_back({name, std::move(why)}); }

    /// Names in order: where there are too many, the same ones are read in every run.
    Result<std::vector<std::string>> names_in(cage::Descriptor folder, const std::string& below) {
        std::vector<std::string> names;
        DIR* const listing = ::fdopendir(folder.get());
        if (listing == nullptr) {
            tell(below, messages::inbox_cannot_open(reason_of(errno)));
            return names;
        }
        static_cast<void>(folder.release());  // closedir closes it
        errno = 0;
        while (const dirent* const one = ::readdir(listing)) {
            names.emplace_back(one->d_name);
        }
        if (errno != 0) {
            tell(below, messages::inbox_cannot_open(reason_of(errno)));
        }
        ::closedir(listing);
        std::sort(names.begin(), names.end());
        return names;
    }

    Status walk(cage::Descriptor folder, const std::string& below, int depth) {
        cage::Descriptor to_list(::fcntl(folder.get(), F_DUPFD_CLOEXEC, 0));
        const auto names = names_in(std::move(to_list), below);
        for (const std::string& name : *names) {
            if (options_.stop.stop_requested()) {
                return fail(ErrorCode::cancelled, "the run was told to stop");
            }
            if (name == "." || name == "..") {
                continue;
            }
            if (++names_ > limits::inbox_names) {
                if (names_ == limits::inbox_names + 1) {
                    tell("", messages::inbox_holds_more(limits::inbox_names));
                }
                return {};
            }
            if (auto done = look_at(folder, name, below, depth); !done) {
                return done;
            }
        }
        return {};
    }

    Status look_at(const cage::Descriptor& folder, const std::string& name, const std::string& below, int depth) {
        const std::string shown = (below.empty() ? "" : below + "/") + sanitise(name, limits::text_bytes);
        struct stat found {};
        if (name.front() == '.' || ::fstatat(folder.get(), name.c_str(), &found, AT_SYMLINK_NOFOLLOW) != 0) {
            ++result_.others;  // hidden, or gone again
            return {};
        }
        const bool is_zip = has_ending(name, ".zip");
        if (S_ISDIR(found.st_mode)) {
            if (depth >= limits::inbox_depth) {
                tell(shown, messages::inbox_too_deep(limits::inbox_depth));
                return {};
            }
        } else if (!S_ISREG(found.st_mode) || (!is_zip && !is_document_name(name))) {
            ++result_.others;
            return {};
        }
        if (order_ != nullptr && !S_ISDIR(found.st_mode) && !(is_zip ? order_->has_some_in(shown) : order_->has(shown))) {
            return {};
        }
        const int kind = S_ISDIR(found.st_mode) ? O_DIRECTORY : O_NONBLOCK;
        cage::Descriptor file(::openat(folder.get(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | kind));
        if (!file.is_open()) {
            tell(shown, messages::inbox_cannot_open(reason_of(errno)));
            return {};
        }
        if (S_ISDIR(found.st_mode)) {
            return walk(std::move(file), shown, depth + 1);
        }
        if (state_at(file.get()) != state_of(found)) {
            tell(shown, messages::inbox_changed);
            return {};
        }
        return is_zip ? take_zip(std::move(file), shown) : take_file(std::move(file), shown);
    }

    Status take_file(cage::Descriptor file, const std::string& shown) {
        const auto state = state_at(file.get());
        Waiting one;
        one.file.name = shown;
        one.file.size_bytes = static_cast<std::uint64_t>(std::get<2>(*state));
        if (one.file.size_bytes > limits::file_bytes) {
            tell(shown, messages::file_too_large(limits::file_bytes >> 20U));
            return {};
        }
        auto digest = sha256_of_file(path_of(file));
        if (!digest) {
            tell(shown, messages::cannot_read_stored_file);
            return {};
        }
        one.file.sha256 = std::move(*digest);
        one.state = state;
        one.descriptor = std::move(file);
        return wait(std::move(one), 0);
    }

    Status take_zip(cage::Descriptor file, const std::string& shown) {
        const auto state = state_at(file.get());
        const auto size = static_cast<std::uint64_t>(std::get<2>(*state));
        if (size > limits::zip_bytes) {
            tell(shown, messages::file_too_large(limits::zip_bytes >> 20U));
            return {};
        }
        auto unpacked = unpack(std::move(file), size, options_.stop, [&](const std::string& name, std::string&& bytes) {
            return take_entry(fmt::format("{}: {}", shown, sanitise(name, limits::text_bytes)), bytes);
        });
        if (!unpacked) {
            return fail(std::move(unpacked.error()));
        }
        result_.others += unpacked->others;
        if (unpacked->why) {
            tell(shown, std::move(*unpacked->why));
        }
        return {};
    }

    /// The bytes go where no folder shows them.
    Status take_entry(const std::string& shown, const std::string& bytes) {
        Waiting one;
        one.file.name = shown;
        one.file.size_bytes = bytes.size();
        one.file.sha256 = sha256_hex(bytes);
        one.descriptor = cage::Descriptor(::memfd_create("moisson-inbox", MFD_CLOEXEC));
        std::size_t at = 0;
        while (one.descriptor.is_open() && at < bytes.size()) {
            const ssize_t put = ::write(one.descriptor.get(), bytes.data() + at, bytes.size() - at);
            if (put < 0 && errno == EINTR) {
                continue;
            }
            if (put <= 0) {
                one.descriptor = {};
                break;
            }
            at += static_cast<std::size_t>(put);
        }
        if (!one.descriptor.is_open()) {
            return fail(ErrorCode::internal, "no memory to unpack an inbox's ZIP", shown);
        }
        return wait(std::move(one), bytes.size());
    }

    /// Of several with one name in a ZIP that which has the digest is meant.
    Status hand_over(const Waiting& one) {
        const auto wanted = order_->wanted.find(one.file.name);
        const bool is_it = wanted != order_->wanted.end() && wanted->second == one.file.sha256;
        return is_it ? order_->take(one.file.name, path_of(one.descriptor)) : Status();
    }

    Status wait(Waiting one, std::uint64_t bytes_in_memory) {
        if (order_ != nullptr) {
            return hand_over(one);
        }
        if (kept_.recall) {
            if (auto reading = kept_.recall(one.file.sha256)) {
                one.file.reading = std::move(*reading);
                take(std::move(one));
                return {};
            }
        }
        in_memory_ += bytes_in_memory;
        waiting_.push_back(std::move(one));
        return waiting_.size() >= limits::inbox_documents_at_once || in_memory_ >= limits::inbox_bytes_at_once ? read_waiting() : Status();
    }

    Status read_waiting() {
        if (readers_ == nullptr) {
            auto opened = Readers::open(options_);
            if (!opened) {
                return fail(std::move(opened.error()));
            }
            readers_ = std::move(*opened);
        }
        for (std::size_t at = 0; at < waiting_.size(); ++at) {
            readers_->add(at, {path_of(waiting_[at].descriptor), {}, std::nullopt});
        }
        auto readings = readers_->wait(waiting_.size());
        if (!readings) {
            return fail(std::move(readings.error()));
        }
        for (TaggedReading& one : *readings) {
            waiting_[one.tag].file.reading = std::move(one.reading);
        }
        for (Waiting& one : waiting_) {
            const bool is_as_it_was = !one.state || state_at(one.descriptor.get()) == one.state;
            if (is_as_it_was && one.file.reading.is_read && kept_.keep) {
                kept_.keep(one.file.sha256, one.file.reading);
            }
            take(std::move(one));
        }
        waiting_.clear();
        in_memory_ = 0;
        return {};
    }

    void take(Waiting one) {
        if (one.state && state_at(one.descriptor.get()) != one.state) {
            tell(one.file.name, messages::inbox_changed);
        } else {
            result_.files.push_back(std::move(one.file));
        }
    }

    const Options& options_;
    const KeptReadings& kept_;
    const InboxOrder* order_;
    std::unique_ptr<Readers> readers_;  // from the first document on
    std::vector<Waiting> waiting_;
    std::uint64_t in_memory_ = 0;
    std::size_t names_ = 0;
    InboxReading result_;
};

}  // namespace

bool is_inbox_name(std::string_view name) {
    const bool is_hidden = name.starts_with('.') || name.find("/.") != std::string_view::npos;
    return !is_hidden && (is_document_name(name) || has_ending(name, ".zip"));
}

Result<InboxReading> read_inbox(const std::filesystem::path& folder, const Options& options, const KeptReadings& kept) {
    return InboxReader(options, kept).run(folder);
}

Status take_from_inbox(const std::filesystem::path& folder, const std::map<std::string, std::string>& wanted, const std::stop_token& stop,
                       const TakeDocument& take) {
    Options options;
    options.stop = stop;
    const KeptReadings none;
    const InboxOrder order{wanted, take};
    auto done = InboxReader(options, none, &order).run(folder);
    return done ? Status() : Status(fail(std::move(done.error())));
}

}  // namespace moisson::invoice
