/// The parent's end: starts the child, sends and takes frames, and ends it.
#include "cage/cage.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <system_error>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "base/pointers.hpp"
#include "base/sanitized.hpp"
#include "cage/messages.hpp"
#include "cage/pieces.hpp"
#include "cage/values.hpp"
#include "cage/wire.hpp"

namespace moisson::cage {

namespace {

using Steady = std::chrono::steady_clock;

constexpr std::chrono::seconds start_time_max{30};
/// From the end of the socket to the end of the process.
constexpr std::chrono::milliseconds end_time_max{2000};

std::string reason_of(int number) { return std::generic_category().message(number); }

tl::unexpected<Failure> not_started(std::string_view what, int number) {
    return tl::unexpected(Failure{Ending::not_started, fmt::format("{}: {}", what, reason_of(number))});
}

/// A program built for finding faults says what it found; its settings come with the environment.
std::vector<std::string> environment_of_child() {
    std::vector<std::string> kept;
    for (const char* const name : {"ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS"}) {
        if (const char* const value = is_sanitized ? std::getenv(name) : nullptr) {
            kept.push_back(fmt::format("{}={}", name, value));
        }
    }
    return kept;
}

/// 0, or the number of the error.
int spawn(std::string_view job, int socket, pid_t& pid) {
    std::vector<std::string> arguments{"moisson", std::string(child_word), std::string(job)};
    std::vector<std::string> environment = environment_of_child();
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawnattr_init(&attributes);
    ::posix_spawn_file_actions_adddup2(&actions, socket, child_socket);
    ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDWR, 0);
    ::posix_spawn_file_actions_adddup2(&actions, STDIN_FILENO, STDOUT_FILENO);
    if (!is_sanitized) {
        ::posix_spawn_file_actions_adddup2(&actions, STDIN_FILENO, STDERR_FILENO);
    }
    // A terminal's or a service manager's signals go to all; what the child does then is the parent's decision.
    sigset_t blocked;
    ::sigemptyset(&blocked);
    for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) {
        ::sigaddset(&blocked, number);
    }
    sigset_t defaults;
    ::sigfillset(&defaults);
    ::posix_spawnattr_setsigmask(&attributes, &blocked);
    ::posix_spawnattr_setsigdefault(&attributes, &defaults);
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    const int number =
        ::posix_spawn(&pid, "/proc/self/exe", &actions, &attributes, pointers_to(arguments).data(), pointers_to(environment).data());
    ::posix_spawn_file_actions_destroy(&actions);
    ::posix_spawnattr_destroy(&attributes);
    return number;
}

Failure failure_of(int status) {
    if (WIFSIGNALED(status)) {
        const int number = WTERMSIG(status);
        switch (number) {
            case SIGSYS: return {Ending::forbidden_call, messages::asked_system_something_no_reader};
            case SIGXCPU: return {Ending::over_time, messages::takes_longer_read_size_explains};
            case SIGKILL: return {Ending::killed, messages::killed_system_want_memory_somebody};
            default: return {Ending::crashed, messages::crashed_signal(number)};
        }
    }
    switch (WEXITSTATUS(status)) {
        case exit_done: return {Ending::ended_early, messages::ended_too_early};
        case exit_out_of_memory: return {Ending::out_of_memory, messages::needed_more_memory_reader_gets};
        default: return {Ending::crashed, messages::failed_code(WEXITSTATUS(status))};
    }
}

/// -1: for ever.
int poll_time(const std::optional<Steady::duration>& left) {
    if (!left) {
        return -1;
    }
    return static_cast<int>(std::clamp<std::int64_t>(std::chrono::ceil<std::chrono::milliseconds>(*left).count(), 0, 1'000'000));
}

/// Processor time of a process so far; zero when it cannot be told.
std::chrono::seconds processor_time_of(pid_t pid) {
    clockid_t clock{};
    timespec used{};
    return ::clock_getcpuclockid(pid, &clock) == 0 && ::clock_gettime(clock, &used) == 0 ? std::chrono::seconds(used.tv_sec)
                                                                                         : std::chrono::seconds(0);
}

}  // namespace

Descriptor::~Descriptor() {
    if (is_open()) {
        ::close(number_);
    }
}

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
    if (this != &other) {
        const Descriptor old(release());
        number_ = other.release();
    }
    return *this;
}

struct Cage::State {
    struct Waker {
        int wake;
        void operator()() const noexcept {
            const std::uint64_t one = 1;
            static_cast<void>(::write(wake, &one, sizeof one) == sizeof one);  // eight bytes always fit a fresh counter
        }
    };

    Descriptor socket;
    pid_t pid = -1;
    unsigned threads = 1;
    Confinement confinement;
    bool is_confined = false;
    std::optional<Failure> failure;
    std::optional<Steady::duration> left;  // to wait
    std::string out;
    std::vector<Descriptor> outgoing;  // of frames in `out`
    std::string in;
    std::size_t in_at = 0;
    std::size_t in_end = 0;
    PiecesOfParent pieces;
    Descriptor wake;
    std::stop_token stop;
    std::optional<std::stop_callback<Waker>> stop_call;

    ~State() {
        stop_call.reset();
        static_cast<void>(end());
    }

    /// Ends the child where it has not ended by itself, and says how it ended.
    int end() {
        socket = Descriptor();
        int status = 0;
        if (pid > 0) {
            ::kill(pid, SIGKILL);
            while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
            }
            pid = -1;
        }
        return status;
    }

    tl::unexpected<Failure> fail_with(Failure what) {
        static_cast<void>(end());
        failure = std::move(what);
        return tl::unexpected(*failure);
    }

    /// The child has closed the socket: it has ended, or does so this instant.
    tl::unexpected<Failure> fail_as_it_ended() {
        const auto patience = Steady::now() + end_time_max;
        for (;;) {
            int status = 0;
            const pid_t ended = ::waitpid(pid, &status, WNOHANG);
            if (ended == pid) {
                pid = -1;
                return fail_with(failure_of(status));
            }
            if ((ended < 0 && errno != EINTR) || Steady::now() > patience) {
                return fail_with({Ending::broken_protocol, messages::went_silent});
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
    }

    /// False when the child takes no more at present.
    bool send_some() {
        while (!out.empty()) {
            alignas(cmsghdr) std::array<char, CMSG_SPACE(descriptors_max * sizeof(int))> control{};
            iovec bytes{out.data(), out.size()};
            msghdr message{};
            message.msg_iov = &bytes;
            message.msg_iovlen = 1;
            const std::size_t count = std::min(outgoing.size(), descriptors_max);
            if (count > 0) {
                message.msg_control = control.data();
                message.msg_controllen = CMSG_SPACE(count * sizeof(int));
                cmsghdr* const part = CMSG_FIRSTHDR(&message);
                part->cmsg_level = SOL_SOCKET;
                part->cmsg_type = SCM_RIGHTS;
                part->cmsg_len = CMSG_LEN(count * sizeof(int));
                for (std::size_t at = 0; at < count; ++at) {
                    const int number = outgoing[at].get();
                    std::memcpy(CMSG_DATA(part) + at * sizeof number, &number, sizeof number);
                }
            }
            const ssize_t sent = ::sendmsg(socket.get(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
            if (sent < 0 && errno != EINTR) {
                return false;  // full, or the child is gone, which reading shows
            }
            if (sent > 0) {
                out.erase(0, static_cast<std::size_t>(sent));
                outgoing.erase(outgoing.begin(), outgoing.begin() + static_cast<std::ptrdiff_t>(count));
            }
        }
        return true;
    }

    /// A whole frame of those bytes that are there; none: more are needed.
    Outcome<std::optional<Frame>> take_frame() {
        Head head;
        if (in_end - in_at < sizeof head) {
            return std::optional<Frame>();
        }
        std::memcpy(&head, in.data() + in_at, sizeof head);
        if (head.size > frame_bytes_max || head.has_descriptor != 0) {
            return fail_with({Ending::broken_protocol, messages::what_said_no_answer_reader});
        }
        if (head.piece != 0) {
            return take_piece(head);
        }
        if (in_end - in_at < sizeof head + head.size) {
            return std::optional<Frame>();
        }
        Frame frame;
        frame.kind = head.kind;
        frame.bytes = std::string_view(in).substr(in_at + sizeof head, head.size);
        in_at += sizeof head + head.size;
        return std::optional<Frame>(std::move(frame));
    }

    /// A frame whose payload stands in the memory that the child shares.
    Outcome<std::optional<Frame>> take_piece(const Head& head) {
        Frame frame;
        frame.kind = head.kind;
        frame.bytes = pieces.take(head.piece, head.size);
        if (frame.bytes.data() == nullptr) {
            return fail_with({Ending::broken_protocol, messages::what_said_no_answer_reader});
        }
        in_at += sizeof head;
        return std::optional<Frame>(std::move(frame));
    }

    /// Takes what the child sent. False at its end.
    bool receive() {
        constexpr std::size_t room_min = 64U << 10U;
        if (in_at == in_end) {
            in_at = in_end = 0;
        }
        if (in.size() - in_end < room_min) {
            std::memmove(in.data(), in.data() + in_at, in_end - in_at);
            in_end -= in_at;
            in_at = 0;
            if (in.size() - in_end < room_min) {
                in.resize(std::max(4 * room_min, 2 * in.size()));  // no more than a frame needs, whose size was looked at
            }
        }
        // Descriptors have no room here: the kernel closes what a child would hand over.
        const ssize_t got = ::recv(socket.get(), in.data() + in_end, in.size() - in_end, MSG_DONTWAIT);
        if (got > 0) {
            in_end += static_cast<std::size_t>(got);
        }
        return got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR));
    }

    Outcome<Frame> next() {
        if (failure) {
            return tl::unexpected(*failure);
        }
        for (;;) {
            if (stop.stop_requested()) {
                return fail_with({Ending::cancelled, "the run was told to stop"});
            }
            auto frame = take_frame();
            if (!frame) {
                return tl::unexpected(frame.error());
            }
            if (*frame) {
                return std::move(**frame);
            }
            const bool all_sent = send_some();
            std::array<pollfd, 2> wanted{
                {{socket.get(), static_cast<short>(POLLIN | (all_sent ? 0 : POLLOUT)), 0}, {wake.get(), POLLIN, 0}}};
            const auto begun = Steady::now();
            const int ready =
                ::poll(wanted.data(), wanted.size(), poll_time(left));
            if (left) {
                *left -= Steady::now() - begun;
            }
            if (ready == 0 && left->count() <= 0) {
                return fail_with({Ending::over_time, messages::takes_longer_read_size_explains});
            }
            if (ready > 0 && (wanted[0].revents & (POLLIN | POLLHUP | POLLERR)) != 0 && !receive()) {
                return fail_as_it_ended();
            }
        }
    }

    void allow(std::chrono::milliseconds time) {
        left = time;
        // Should this process be held up or gone, the kernel keeps the limit.
        const auto seconds = processor_time_of(pid) + std::chrono::ceil<std::chrono::seconds>(time) * threads + std::chrono::seconds(1);
        const rlimit limit{static_cast<rlim_t>(seconds.count()), RLIM_INFINITY};
        static_cast<void>(pid > 0 && ::prlimit(pid, RLIMIT_CPU, &limit, nullptr) == 0);  // the deadline holds without it
    }
};

Cage::Cage() : state_(std::make_unique<State>()) {}
Cage::~Cage() = default;

Outcome<std::unique_ptr<Cage>> Cage::launch(std::string_view job, const Limits& limits, std::stop_token stop) {
    std::unique_ptr<Cage> cage(new Cage);
    State& state = *cage->state_;
    std::array<int, 2> ends{-1, -1};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
        return not_started("the system gives no socket for a reader", errno);
    }
    state.socket = Descriptor(ends[0]);
    Descriptor far(ends[1]);
    state.wake = Descriptor(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!state.wake.is_open()) {
        return not_started("the system gives no descriptor for a reader", errno);
    }
    state.threads = limits.threads + 1;
    state.stop = std::move(stop);
    state.stop_call.emplace(state.stop, State::Waker{state.wake.get()});
    if (const int number = spawn(job, far.get(), state.pid); number != 0) {
        state.pid = -1;
        return not_started("the program cannot be started as a reader", number);
    }
    far = Descriptor();
    ValueWriter greeting;
    greeting.number<std::uint64_t>(limits.memory_bytes);
    greeting.number<std::uint32_t>(limits.threads);
    cage->put(greeting_kind, greeting.bytes(), limits.shares_memory ? state.pieces.make() : Descriptor());
    static_cast<void>(state.send_some());  // what does not go now goes with the first wait
    return cage;
}

std::optional<Failure> Cage::wait_until_confined() {
    State& state = *state_;
    if (state.is_confined || state.failure) {
        return state.failure;
    }
    state.left = start_time_max;
    auto answer = state.next();
    if (!answer) {
        if (answer.error().ending != Ending::cancelled) {
            state.failure = Failure{Ending::not_started, fmt::format("a reader does not start: {}", answer.error().sentence)};
        }
        return state.failure;
    }
    ValueReader reader(answer->bytes);
    state.confinement.seccomp = reader.flag();
    state.confinement.landlock_abi = static_cast<int>(reader.number<std::uint32_t>() & 0xFFFFU);
    state.confinement.no_network = reader.flag();
    state.confinement.limits = reader.flag();
    if (answer->kind != greeting_kind || !reader.is_whole()) {
        return state.fail_with({Ending::not_started, "a reader does not start: it is another program"}).value();
    }
    state.left.reset();
    state.is_confined = true;
    return std::nullopt;
}

Outcome<std::unique_ptr<Cage>> Cage::start(std::string_view job, const Limits& limits, std::stop_token stop) {
    auto cage = launch(job, limits, std::move(stop));
    if (cage) {
        if (auto failure = (*cage)->wait_until_confined()) {
            return tl::unexpected(std::move(*failure));
        }
    }
    return cage;
}

const Confinement& Cage::confinement() const noexcept { return state_->confinement; }

void Cage::put(std::uint8_t kind, std::string_view bytes, Descriptor descriptor) {
    MOISSON_INVARIANT(state_->is_confined || kind == greeting_kind, "a child is given nothing before it is confined");
    MOISSON_INVARIANT(bytes.size() <= frame_bytes_max, "a frame is cut by its sender");
    append_frame(state_->out, kind, bytes, descriptor.is_open());
    if (descriptor.is_open()) {
        state_->outgoing.push_back(std::move(descriptor));
    }
}

void Cage::allow(std::chrono::milliseconds time) { state_->allow(time); }

Outcome<Frame> Cage::next() {
    MOISSON_INVARIANT(state_->is_confined || state_->failure, "the child has confined itself");
    return state_->next();
}

Failure Cage::refuse(std::string_view what) {
    const Message sentence = what.empty() ? Message(messages::what_said_cannot) : messages::what_said_cannot_because(what);
    return state_->fail_with({Ending::broken_protocol, sentence}).value();
}

Outcome<Confinement> look_at_confinement() {
    auto cage = Cage::start("", Limits{});
    return cage ? Outcome<Confinement>((*cage)->confinement()) : tl::unexpected(cage.error());
}

}  // namespace moisson::cage
