/// The door: documents read here, or by readers in processes of their own. Each reader belongs to a thread, which gives it several
/// documents ahead. Should it fail, those that it held are read once more, each alone, and the one that makes it fail again is to blame.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <deque>
#include <functional>
#include <iterator>
#include <memory>
#include <mutex>
#include <new>
#include <stop_token>
#include <system_error>
#include <thread>
#include <utility>

#include "base/threads.hpp"
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

/// A document on its way to a reader.
struct Given {
    std::uint64_t tag = 0;
    Source source;
};

void name_document(const Source& source, Reading& reading) {
    if (source.name.empty()) {
        return;
    }
    for (Observation& one : reading.observations) {
        one.message = messages::of_document(source.name, one.message);
    }
}

/// What all threads share: sources are given out in the order in which they came, and an error ends the whole.
class Work {
public:
    Work(Options wanted, std::vector<ProfileText> texts, std::chrono::milliseconds time)
        : options(std::move(wanted)), profiles(std::move(texts)), patience(time) {}

    void add(Given given) {
        {
            const std::scoped_lock lock(mutex_);
            if (error_) {
                return;
            }
            ++unread_;
            queue_.push_back(std::move(given));
        }
        changed_.notify_all();
    }
    /// The next source; empty where none waits.
    [[nodiscard]] std::optional<Given> next() {
        const std::scoped_lock lock(mutex_);
        return take_first();
    }
    /// Waits for it; empty: no more come.
    [[nodiscard]] std::optional<Given> wait_for_next() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, ending.get_token(), [this] { return !queue_.empty() || error_; });
        return take_first();
    }
    void put(const Given& given, Reading reading) {
        name_document(given.source, reading);
        {
            const std::scoped_lock lock(mutex_);
            read_.push_back({given.tag, std::move(reading)});
            --unread_;
        }
        changed_.notify_all();
    }
    void fail_with(Error error) {
        {
            const std::scoped_lock lock(mutex_);
            if (!error_) {
                error_ = std::move(error);
            }
            queue_.clear();
        }
        changed_.notify_all();
    }
    [[nodiscard]] std::vector<TaggedReading> take() {
        const std::scoped_lock lock(mutex_);
        return std::exchange(read_, {});
    }
    [[nodiscard]] Result<std::vector<TaggedReading>> wait(std::size_t some) {
        std::unique_lock lock(mutex_);
        const auto is_enough = [&] { return unread_ == 0 || read_.size() >= some; };
        changed_.wait(lock, ending.get_token(), [&] { return is_enough() || error_; });
        if (error_) {
            return fail(*error_);
        }
        if (!is_enough()) {
            return fail(ErrorCode::cancelled, "the run was told to stop");
        }
        return std::exchange(read_, {});
    }

    const Options options;
    const Profiles profiles;
    const std::chrono::milliseconds patience;
    std::stop_source ending;  ///< the run is told to stop, or nobody waits for readings any more

private:
    [[nodiscard]] std::optional<Given> take_first() {
        if (queue_.empty() || error_ || ending.stop_requested()) {
            return std::nullopt;
        }
        Given first = std::move(queue_.front());
        queue_.pop_front();
        return first;
    }

    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::deque<Given> queue_;           // under mutex_, as the next three
    std::vector<TaggedReading> read_;
    std::size_t unread_ = 0;            // those in the queue and those that a thread has
    std::optional<Error> error_;
};

/// Reads in this process.
class Here {
public:
    explicit Here(Work& work) : work_(work) {}

    Status read() {
        while (const auto given = work_.wait_for_next()) {
            auto file = open_source(given->source);
            if (!file) {
                return fail(std::move(file.error()));
            }
            try {
                auto reading = read_file(*file, given->source.expected, work_.profiles);
                work_.put(*given, reading ? std::move(*reading) : refused("invoice-unreadable", messages::cannot_read_stored_file));
            } catch (const std::bad_alloc&) {
                work_.put(*given, refused("invoice-over-budget", messages::takes_too_much_memory));
            }
        }
        return {};
    }

private:
    Work& work_;
};

/// One thread and its reader.
class Confined {
public:
    explicit Confined(Work& work) : work_(work) {}

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
    /// Gives the child more documents where it has few; waits for one where it has none.
    Status fill(bool alone) {
        const std::size_t wanted = alone ? 1 : limits::documents_ahead;
        if (given_.size() > wanted / 2) {
            return {};
        }
        if (alone) {
            cage_.reset();  // a child that has read nothing else
        }
        while (given_.size() < wanted) {
            std::optional<Given> next;
            if (alone && !suspects_.empty()) {
                next = std::move(suspects_.front());
                suspects_.pop_front();
            } else if (!alone) {
                next = given_.empty() ? work_.wait_for_next() : work_.next();
            }
            if (!next) {
                break;
            }
            if (auto put = give(std::move(*next)); !put) {
                return put;
            }
        }
        return {};
    }

    Status give(Given given) {
        auto file = open_source(given.source);
        if (!file) {
            return fail(std::move(file.error()));
        }
        if (cage_ == nullptr) {
            cage::Limits cage_limits;
            cage_limits.memory_bytes = limits::memory_bytes;
            auto started = cage::Cage::start(reader_job_name, cage_limits, work_.ending.get_token());
            if (!started) {
                return end_of(started.error());
            }
            cage_ = std::move(*started);
            cage::ValueWriter writer;
            put_profiles(writer, work_.profiles.texts());
            cage_->put(frame::begin, writer.bytes());
        }
        cage::ValueWriter writer;
        put_order(writer, {given.tag, given.source.expected});
        cage_->put(frame::document, writer.bytes(), std::move(*file));
        given_.push_back(std::move(given));
        return {};
    }

    /// One frame. What cannot be ends the child, and with it the document at hand.
    void take(const cage::Frame& frame) {
        const Given& first = given_.front();
        if (frame.kind == frame::reading) {
            if (auto reading = read_reading(frame.bytes, first.tag)) {
                work_.put(first, std::move(*reading));
                given_.pop_front();
                return;
            }
        } else if (frame.kind == frame::file_broken && frame.bytes.empty()) {
            work_.put(first, refused("invoice-unreadable", messages::cannot_read_stored_file));
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
            work_.put(given_.front(), refused("invoice-reader-failed", messages::reader_failed(failure.sentence)));
        } else {
            std::move(given_.begin(), given_.end(), std::back_inserter(suspects_));
        }
        given_.clear();
        return {};
    }

    Work& work_;
    std::unique_ptr<cage::Cage> cage_;
    std::deque<Given> given_;     // that the child has and has not answered
    std::deque<Given> suspects_;  // to be read alone
    bool is_alone_ = false;       // the child has one of these
};

void read(Work& work) {
    try {
        if (auto done = work.options.confined ? Confined(work).read() : Here(work).read(); !done) {
            work.fail_with(std::move(done.error()));
        }
    } catch (const std::exception& problem) {
        Error error;
        error.message = "documents cannot be read";
        error.cause = problem.what();
        work.fail_with(std::move(error));
    }
}

std::size_t readers_for(const Options& options) {
    return options.readers > 0 ? options.readers : cores_up_to(limits::readers_max);
}

}  // namespace

struct Readers::State {
    State(const Options& options, std::vector<ProfileText> texts, std::chrono::milliseconds patience)
        : work(options, std::move(texts), patience), told(options.stop, [this] { work.ending.request_stop(); }) {}
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() { work.ending.request_stop(); }

    Work work;
    std::stop_callback<std::function<void()>> told;
    std::vector<std::jthread> threads;  // last: joined before what they use goes
};

Readers::Readers(std::unique_ptr<State> state) : state_(std::move(state)) {}
Readers::~Readers() = default;

Result<std::unique_ptr<Readers>> Readers::open(const Options& options) { return open_readers(options, limits::patience); }

void Readers::add(std::uint64_t tag, Source source) {
    state_->work.add({tag, std::move(source)});
    if (state_->threads.size() >= readers_for(state_->work.options)) {
        return;
    }
    try {
        state_->threads.emplace_back([&work = state_->work] { read(work); });
    } catch (const std::system_error& problem) {
        if (state_->threads.empty()) {  // else there are fewer readers
            Error error;
            error.message = "documents cannot be read";
            error.cause = problem.what();
            state_->work.fail_with(std::move(error));
        }
    }
}

std::vector<TaggedReading> Readers::take() { return state_->work.take(); }

Result<std::vector<TaggedReading>> Readers::wait(std::size_t some) { return state_->work.wait(some); }

cage::Job reader_job() { return {reader_job_name, nullptr, read_for_parent}; }

Result<std::unique_ptr<Readers>> open_readers(const Options& options, std::chrono::milliseconds patience) {
    auto texts = profile_texts(options.profiles_folder);
    if (!texts) {
        return fail(texts.error());
    }
    if (!options.profiles_folder.empty()) {
        if (const auto parsed = parse_profiles(*texts); !parsed) {
            return fail(parsed.error());
        }
    }
    return std::unique_ptr<Readers>(new Readers(std::make_unique<Readers::State>(options, std::move(*texts), patience)));
}

Result<std::vector<Reading>> read_all(std::span<const Source> sources, const Options& options) {
    return read_all_within(limits::patience, sources, options);
}

Result<std::vector<Reading>> read_all_within(std::chrono::milliseconds patience, std::span<const Source> sources, const Options& options) {
    auto readers = open_readers(options, patience);
    if (!readers) {
        return fail(std::move(readers.error()));
    }
    for (std::size_t at = 0; at < sources.size(); ++at) {
        (*readers)->add(at, sources[at]);
    }
    auto read = (*readers)->wait(sources.size());
    if (!read) {
        return fail(std::move(read.error()));
    }
    std::vector<Reading> readings(sources.size());
    for (TaggedReading& one : *read) {
        readings[one.tag] = std::move(one.reading);
    }
    return readings;
}

}  // namespace moisson::invoice
