#pragma once
/// Readers of foreign bytes run in a child process that holds nothing: no secret, no file, no network, little memory. What they make of a
/// document comes back as frames, and the parent believes none of them.
///
/// The door of the room. The child is this same program started anew (never forked: the parent has threads and secrets), with an empty
/// environment and one socket. It limits itself (memory, CPU time, files, descriptors), leaves the network, Landlock and a seccomp list of
/// system calls behind it, says so, and only then takes its first byte from outside. For users: samples/usage.md, "What reads documents".
///
/// A room that reads foreign bytes brings a `Job` for the child and talks to it through a `Cage`; the frames between them are that room's
/// own. Documents are handed over as open descriptors, with `put`; a job that wants more of them asks in a frame of its own.
///
/// Long payloads from the child pass through memory that both share (pieces.hpp), of a fixed size that nobody can change. The child can
/// write there at any time; a frame's bytes are the parent's own copy, made once, before anything is asked of them.

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace moisson::cage {

/// The longest payload of a frame, either way. What is longer is cut by its sender, or is the end of the child.
inline constexpr std::size_t frame_bytes_max = 4U << 20U;

/// An open file, closed with it. Movable.
class Descriptor {
public:
    Descriptor() = default;
    explicit Descriptor(int number) noexcept : number_(number) {}
    ~Descriptor();
    Descriptor(Descriptor&& other) noexcept : number_(other.release()) {}
    Descriptor& operator=(Descriptor&& other) noexcept;
    [[nodiscard]] int get() const noexcept { return number_; }
    [[nodiscard]] bool is_open() const noexcept { return number_ >= 0; }
    int release() noexcept {
        const int number = number_;
        number_ = -1;
        return number;
    }

private:
    int number_ = -1;
};

/// One message. `kind` is the job's own, from 1.
struct Frame {
    std::uint8_t kind = 0;
    std::string_view bytes;  ///< ends with the next call of `next`
    Descriptor descriptor;   ///< in the child, where the parent handed one over
};

/// What a child may use.
struct Limits {
    std::uint64_t memory_bytes = 256ULL << 20U;  ///< that it writes to (RLIMIT_DATA); address space is a fixed amount more
    unsigned threads = 1;                        ///< that it will start beside its first: their stacks and heaps come on top
    bool shares_memory = true;  ///< false: all goes through the socket, as where the system gives no memory to share (for tests)
};

/// What holds a child back on this kernel, beside the limits, which every kernel has.
struct Confinement {
    bool seccomp = false;     ///< only the listed system calls
    int landlock_abi = 0;     ///< 0: the kernel has no Landlock, or it is switched off
    bool no_network = false;  ///< an empty network namespace
    bool limits = false;      ///< memory, CPU time, files, descriptors, no new privileges, no dump
};

/// How a child ended before its time.
enum class Ending {
    crashed,          ///< a signal of its own making, or an error that nobody caught
    killed,           ///< SIGKILL, from the kernel (out of memory) or from a person
    out_of_memory,    ///< past its limit
    over_time,        ///< past `allow`
    forbidden_call,   ///< a system call that is not on the list
    broken_protocol,  ///< what came is no frame, or the job's parent says so
    ended_early,      ///< it ended as if all were done
    not_started,      ///< the system gives no process, or no socket: nothing of the document's
    cancelled,        ///< `stop` was requested
};

struct Failure {
    Ending ending = Ending::crashed;
    Message sentence;      ///< what happened to the reader: "it crashed (signal 11)"; nothing of it comes from the child
};

template <class T>
using Outcome = tl::expected<T, Failure>;

/// The parent's end: one child with one job, from `start` to destruction, which ends it at once. One thread, the same that started it:
/// where that thread ends, the kernel ends the child.
class Cage {
public:
    /// Starts the child and waits until it has confined itself. `job` is one of those that the program's `main` gives to `run_if_child`.
    /// `not_started`: no process is to be had.
    [[nodiscard]] static Outcome<std::unique_ptr<Cage>> start(std::string_view job, const Limits& limits, std::stop_token stop = {});
    /// The same in two steps, for a parent that has something to do meanwhile. Between them there is neither `put` nor `next`: nothing is
    /// given to a child that has not confined itself.
    [[nodiscard]] static Outcome<std::unique_ptr<Cage>> launch(std::string_view job, const Limits& limits, std::stop_token stop = {});
    /// 30 s at most, from this call. None: it is confined. After a failure the child is gone.
    [[nodiscard]] std::optional<Failure> wait_until_confined();
    ~Cage();
    Cage(const Cage&) = delete;
    Cage& operator=(const Cage&) = delete;

    [[nodiscard]] const Confinement& confinement() const noexcept;

    /// Queues a frame; it leaves with the next call of `next`. At most `descriptors_max` that the child has not closed yet.
    void put(std::uint8_t kind, std::string_view bytes, Descriptor descriptor = {});
    static constexpr std::size_t descriptors_max = 64;

    /// The `next` calls from now on may together wait so long, and the child use as much processor time on each of its threads. What the
    /// parent does meanwhile is not the child's time. Without it there is no limit.
    void allow(std::chrono::milliseconds time);

    /// Sends what is queued and waits for the child's next frame. After a failure the child is gone, and every call returns the same.
    [[nodiscard]] Outcome<Frame> next();

    /// Ends a child whose frames cannot be, whatever it says; `next` returns this from now on. `what`: in words, or empty.
    Failure refuse(std::string_view what = {});

private:
    Cage();
    struct State;
    std::unique_ptr<State> state_;
};

/// What this kernel gives a reader: starts one, and ends it.
[[nodiscard]] Outcome<Confinement> look_at_confinement();

/// The child's end. `put` from any thread, `next` from one.
class Link {
public:
    virtual ~Link() = default;
    /// Waits for a frame of the parent. False: the parent has closed, and the job is over.
    [[nodiscard]] virtual bool next(Frame& frame) = 0;
    /// Frames leave in the order in which they are put: when 64 KiB are together, with `flush`, and while `next` waits.
    virtual void put(std::uint8_t kind, std::string_view bytes) = 0;
    virtual void flush() = 0;
};

/// What a child does.
struct Job {
    std::string_view name;
    void (*prepare)();        ///< before the child is confined: what libraries load when first used; may be null
    void (*run)(Link& link);  ///< returns when `link.next` says so; what it throws is a crash to the parent, std::bad_alloc out of memory
};

/// The first thing that `main` does. Where the program was started as a child of itself, takes the job and returns the exit code; empty
/// otherwise. A child that finds no parent at its descriptor says so and returns 2.
[[nodiscard]] std::optional<int> run_if_child(int argument_count, const char* const* arguments, std::span<const Job> jobs);

}  // namespace moisson::cage
