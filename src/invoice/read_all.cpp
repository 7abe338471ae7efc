/// The door: documents read here, or by readers in processes of their own. Each reader belongs to a thread, which gives it several
/// documents ahead. Should it fail, those that it held are read once more, each alone, and the one that makes it fail again is to blame.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <deque>
#include <memory>
#include <mutex>
#include <new>
#include <system_error>
#include <thread>
#include <utility>

#include "invoice/document.hpp"
#include "invoice/invoice.hpp"
#include "invoice/limits.hpp"
#include "invoice/messages.hpp"
#include "invoice/observation.hpp"
#include "invoice/read_all.hpp"
#include "invoice/reader_frames.hpp"

namespace moisson::invoice {

namespace {

static_assert(limits::documents_ahead < cage::Cage::descriptors_max);

Result<cage::Descriptor> open_source(const Source& source) {
    cage::Descriptor file(::open(source.file.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.is_open()) {
        Error error;
        error.code = ErrorCode::disk;
        error.message = messages::cannot_open_stored_file;
        error.where = source.file.string();
        error.cause = std::generic_category().message(errno);
        return fail(std::move(error));
    }
    return file;
}

Reading refused(FindingCode code, Message message) {
    Reading reading;
    observe(reading.observations, code, std::move(message));
    return reading;
}

/// False: the file cannot be read.
bool read_bytes(const cage::Descriptor& file, std::uint64_t size, std::string& bytes) {
    bytes.resize(size);
    std::size_t at = 0;
    while (at < bytes.size()) {
        const ssize_t got = ::pread(file.get(), bytes.data() + at, bytes.size() - at, static_cast<off_t>(at));
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return false;
        }
        at += static_cast<std::size_t>(got);
    }
    return true;
}

/// Empty: the file cannot be read from its descriptor.
std::optional<Reading> read_file(const cage::Descriptor& file, const std::optional<Money>& expected, const Profiles& profiles) {
    const off_t size = ::lseek(file.get(), 0, SEEK_END);  // fstat is newfstatat on some machines, which readers may not call
    if (size < 0) {
        return std::nullopt;
    }
    if (auto reading = read_size(static_cast<std::uint64_t>(size))) {
        return reading;
    }
    std::string bytes;
    if (!read_bytes(file, static_cast<std::uint64_t>(size), bytes)) {
        return std::nullopt;
    }
    return read_document(bytes, expected, profiles);
}

/// The child's side.
void read_for_parent(cage::Link& link) {
    cage::Frame given;
    if (!link.next(given)) {
        return;
    }
    auto texts = given.kind == frame::begin ? read_profiles(given.bytes) : std::nullopt;
    MOISSON_INVARIANT(texts.has_value(), "the parent is the same program");
    const Profiles profiles(std::move(*texts));
    cage::ValueWriter writer;
    while (link.next(given)) {
        const auto order = given.kind == frame::document ? read_order(given.bytes) : std::nullopt;
        MOISSON_INVARIANT(order.has_value() && given.descriptor.is_open(), "the parent is the same program");
        const auto reading = read_file(given.descriptor, order->expected, profiles);
        given.descriptor = {};
        writer.clear();
        if (reading) {
            put_reading(writer, order->document, *reading);
        }
        link.put(reading ? frame::reading : frame::file_broken, writer.bytes());
        link.flush();  // should the next one end this process, this one is done
    }
}

/// What all threads share: sources are given out in their order, and an error ends the whole.
class Work {
public:
    Work(std::span<const Source> all, const Options& wanted, std::vector<ProfileText> texts, std::chrono::milliseconds time)
        : sources(all), options(wanted), profiles(std::move(texts)), patience(time), readings(all.size()) {}

    [[nodiscard]] std::optional<std::size_t> next() {
        const std::size_t at = next_.fetch_add(1);
        return at < sources.size() ? std::optional(at) : std::nullopt;
    }
    void fail_with(Error error) {
        const std::scoped_lock lock(mutex_);
        if (!error_) {
            error_ = std::move(error);
        }
        next_ = sources.size();
    }
    [[nodiscard]] const std::optional<Error>& error() const noexcept { return error_; }

    const std::span<const Source> sources;
    const Options& options;
    const Profiles profiles;
    const std::chrono::milliseconds patience;
    std::vector<Reading> readings;  // each written by the thread that was given its source

private:
    std::atomic<std::size_t> next_{0};
    std::mutex mutex_;
    std::optional<Error> error_;
};

/// Reads in this process.
Status read_here(Work& work) {
    while (const auto at = work.next()) {
        if (work.options.stop.stop_requested()) {
            return fail(ErrorCode::cancelled, "the run was told to stop");
        }
        const Source& source = work.sources[*at];
        auto file = open_source(source);
        if (!file) {
            return fail(std::move(file.error()));
        }
        try {
            auto reading = read_file(*file, source.expected, work.profiles);
            work.readings[*at] = reading ? std::move(*reading) : refused("invoice-unreadable", messages::cannot_read_stored_file);
        } catch (const std::bad_alloc&) {
            work.readings[*at] = refused("invoice-over-budget", messages::takes_too_much_memory);
        }
    }
    return {};
}

/// One thread and its reader.
class ConfinedReader {
public:
    explicit ConfinedReader(Work& work) : work_(work) {}

    Status read() {
        for (;;) {
            const bool alone = given_.empty() ? !suspects_.empty() : is_alone_;
            is_alone_ = alone;
            if (auto filled = fill(alone); !filled || given_.empty()) {
                return filled;
            }
            cage_->allow(work_.patience);
            auto frame = cage_->next();
            if (!frame) {
                if (auto judged = judge(frame.error()); !judged) {
                    return judged;
                }
                continue;
            }
            take(*frame);
        }
    }

private:
    /// Gives the child more documents where it has few.
    Status fill(bool alone) {
        const std::size_t wanted = alone ? 1 : limits::documents_ahead;
        if (given_.size() > wanted / 2) {
            return {};
        }
        if (alone) {
            cage_.reset();  // a child that has read nothing else
        }
        while (given_.size() < wanted) {
            std::optional<std::size_t> next;
            if (alone && !suspects_.empty()) {
                next = suspects_.front();
                suspects_.pop_front();
            } else if (!alone) {
                next = work_.next();
            }
            if (!next) {
                break;
            }
            if (auto put = give(*next); !put) {
                return put;
            }
        }
        return {};
    }

    Status give(std::size_t at) {
        auto file = open_source(work_.sources[at]);
        if (!file) {
            return fail(std::move(file.error()));
        }
        if (cage_ == nullptr) {
            cage::Limits cage_limits;
            cage_limits.memory_bytes = limits::memory_bytes;
            auto started = cage::Cage::start(reader_job_name, cage_limits, work_.options.stop);
            if (!started) {
                return end_of(started.error());
            }
            cage_ = std::move(*started);
            cage::ValueWriter writer;
            put_profiles(writer, work_.profiles.texts());
            cage_->put(frame::begin, writer.bytes());
        }
        cage::ValueWriter writer;
        put_order(writer, {at, work_.sources[at].expected});
        cage_->put(frame::document, writer.bytes(), std::move(*file));
        given_.push_back(at);
        return {};
    }

    /// One frame. What cannot be ends the child, and with it the document at hand.
    void take(const cage::Frame& frame) {
        const std::size_t at = given_.front();
        if (frame.kind == frame::reading) {
            if (auto reading = read_reading(frame.bytes, at)) {
                work_.readings[at] = std::move(*reading);
                given_.pop_front();
                return;
            }
        } else if (frame.kind == frame::file_broken && frame.bytes.empty()) {
            work_.readings[at] = refused("invoice-unreadable", messages::cannot_read_stored_file);
            given_.pop_front();
            return;
        }
        static_cast<void>(cage_->refuse());  // `next` returns it
    }

    static Status end_of(const cage::Failure& failure) {
        if (failure.ending == cage::Ending::cancelled) {
            return fail(ErrorCode::cancelled, failure.sentence);
        }
        return fail(ErrorCode::internal, messages::no_reader(failure.sentence), "", "Raise the limits of processes, files and memory");
    }

    /// What a child's failure means: the end, a document that is to blame, or documents that are read alone from now on.
    Status judge(const cage::Failure& failure) {
        if (failure.ending == cage::Ending::cancelled || failure.ending == cage::Ending::not_started) {
            return end_of(failure);
        }
        cage_.reset();
        if (is_alone_) {
            work_.readings[given_.front()] = refused("invoice-reader-failed", messages::reader_failed(failure.sentence));
        } else {
            suspects_.insert(suspects_.end(), given_.begin(), given_.end());
        }
        given_.clear();
        return {};
    }

    Work& work_;
    std::unique_ptr<cage::Cage> cage_;
    std::deque<std::size_t> given_;     // that the child has and has not answered
    std::deque<std::size_t> suspects_;  // to be read alone
    bool is_alone_ = false;             // the child has one of these
};

unsigned readers_for(const Options& options, std::size_t sources) {
    const unsigned cores = std::clamp(std::thread::hardware_concurrency(), 1U, limits::readers_max);
    return static_cast<unsigned>(std::min<std::size_t>(options.readers > 0 ? options.readers : cores, sources));
}

void name_document(const Source& source, Reading& reading) {
    if (source.name.empty()) {
        return;
    }
    for (Observation& one : reading.observations) {
        one.message = messages::of_document(source.name, one.message);
    }
}

}  // namespace

cage::Job reader_job() { return {reader_job_name, nullptr, read_for_parent}; }

Result<std::vector<Reading>> read_all(std::span<const Source> sources, const Options& options) {
    return read_all_within(limits::patience, sources, options);
}

Result<std::vector<Reading>> read_all_within(std::chrono::milliseconds patience, std::span<const Source> sources, const Options& options) {
    auto texts = profile_texts(options.profiles_folder);
    if (!texts) {
        return fail(texts.error());
    }
    if (!options.profiles_folder.empty()) {
        if (const auto parsed = parse_profiles(*texts); !parsed) {
            return fail(parsed.error());
        }
    }
    Work work(sources, options, std::move(*texts), patience);
    const auto read = [&work] {
        try {
            if (auto done = work.options.confined ? ConfinedReader(work).read() : read_here(work); !done) {
                work.fail_with(std::move(done.error()));
            }
        } catch (const std::exception& problem) {
            Error error;
            error.message = "documents cannot be read";
            error.cause = problem.what();
            work.fail_with(std::move(error));
        }
    };
    {
        std::vector<std::jthread> threads;
        for (unsigned count = readers_for(options, sources.size()); count > 0; --count) {
            threads.emplace_back(read);
        }
    }
    if (work.error()) {
        return fail(*work.error());
    }
    for (std::size_t at = 0; at < sources.size(); ++at) {
        name_document(sources[at], work.readings[at]);
    }
    return std::move(work.readings);
}

}  // namespace moisson::invoice
