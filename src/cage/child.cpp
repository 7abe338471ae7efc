/// The child's end: who the parent is, what is left behind, and the job.
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <exception>
#include <mutex>
#include <new>

#include "cage/cage.hpp"
#include "cage/confine.hpp"
#include "cage/pieces.hpp"
#include "cage/values.hpp"
#include "cage/wire.hpp"

namespace moisson::cage {

namespace {

/// The parent is gone: nobody is left to be told.
struct ParentGone {};

class SocketLink final : public Link {
public:
    bool next(Frame& frame) override {
        frame = Frame{};
        Head head;
        if (buffer_.size() - at_ < sizeof head) {
            set_waiting(true);
            const bool is_there = fill(sizeof head);
            set_waiting(false);
            if (!is_there) {
                return false;
            }
        }
        std::memcpy(&head, buffer_.data() + at_, sizeof head);
        at_ += sizeof head;
        if (!fill(head.size)) {
            throw ParentGone{};
        }
        frame.kind = head.kind;
        frame.bytes = std::string_view(buffer_).substr(at_, head.size);
        at_ += head.size;
        if (head.has_descriptor != 0 && !descriptors_.empty()) {
            frame.descriptor = std::move(descriptors_.front());
            descriptors_.pop_front();
        }
        return true;
    }
    void put(std::uint8_t kind, std::string_view bytes) override {
        constexpr std::size_t together = 64U << 10U;
        const std::scoped_lock lock(mutex_);
        if (pieces_.fits(bytes.size())) {  // rows, most of all that is sent
            if (pieces_.is_full()) {
                send_all();  // the parent gives pieces back whose heads it has seen
            }
            const std::uint16_t piece = pieces_.put(bytes);
            append_head(out_, kind, bytes.size(), false, piece);
            send_all();
            return;
        }
        if (bytes.size() >= together) {  // not copied once more
            append_head(out_, kind, bytes.size(), false);
            send_all();
            send(bytes);
            return;
        }
        append_frame(out_, kind, bytes, false);
        if (is_waiting_ || out_.size() >= together) {
            send_all();
        }
    }
    void flush() override {
        const std::scoped_lock lock(mutex_);
        send_all();
    }
    /// Before the first `put`.
    void share(const Descriptor& memory) { pieces_.open(memory); }

private:
    /// While one thread waits for the parent, the parent may wait for what the others put.
    void set_waiting(bool is_waiting) {
        const std::scoped_lock lock(mutex_);
        is_waiting_ = is_waiting;
        send_all();
    }
    void send_all() {
        send(out_);
        out_.clear();
    }
    static void send(std::string_view bytes) {
        while (!bytes.empty()) {
            const ssize_t sent = ::send(child_socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent < 0 && errno != EINTR) {
                throw ParentGone{};
            }
            bytes.remove_prefix(sent < 0 ? 0 : static_cast<std::size_t>(sent));
        }
    }
    /// False at the parent's end.
    bool fill(std::size_t wanted) {
        while (buffer_.size() - at_ < wanted) {
            buffer_.erase(0, at_);
            at_ = 0;
            const std::size_t before = buffer_.size();
            constexpr std::size_t piece = 64U << 10U;
            buffer_.resize(before + piece);
            const ssize_t got = receive(buffer_.data() + before, piece);
            buffer_.resize(before + (got < 0 ? 0 : static_cast<std::size_t>(got)));
            if (got == 0 || (got < 0 && errno != EINTR)) {
                return false;
            }
        }
        return true;
    }
    ssize_t receive(char* to, std::size_t size) {
        alignas(cmsghdr) std::array<char, CMSG_SPACE(Cage::descriptors_max * sizeof(int))> control{};
        iovec bytes{to, size};
        msghdr message{};
        message.msg_iov = &bytes;
        message.msg_iovlen = 1;
        message.msg_control = control.data();
        message.msg_controllen = control.size();
        const ssize_t got = ::recvmsg(child_socket, &message, MSG_CMSG_CLOEXEC);
        for (cmsghdr* part = got < 0 ? nullptr : CMSG_FIRSTHDR(&message); part != nullptr; part = CMSG_NXTHDR(&message, part)) {
            if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) {
                continue;
            }
            for (std::size_t at = 0; at < (part->cmsg_len - CMSG_LEN(0)) / sizeof(int); ++at) {
                int number = -1;
                std::memcpy(&number, CMSG_DATA(part) + at * sizeof number, sizeof number);
                descriptors_.emplace_back(number);
            }
        }
        return got;
    }

    std::mutex mutex_;  // of the next three
    std::string out_;
    bool is_waiting_ = false;
    PiecesOfChild pieces_;
    std::string buffer_;
    std::size_t at_ = 0;
    std::deque<Descriptor> descriptors_;
};

/// Whether the descriptor is the socket that our parent made for us.
bool is_from_parent() {
    struct stat what {};
    int domain = 0;
    int type = 0;
    socklen_t size = sizeof domain;
    if (::fstat(child_socket, &what) != 0 || !S_ISSOCK(what.st_mode) ||
        ::getsockopt(child_socket, SOL_SOCKET, SO_DOMAIN, &domain, &size) != 0 || domain != AF_UNIX ||
        ::getsockopt(child_socket, SOL_SOCKET, SO_TYPE, &type, &size) != 0 || type != SOCK_STREAM) {
        return false;
    }
    ucred peer{};
    socklen_t peer_size = sizeof peer;
    return ::getsockopt(child_socket, SOL_SOCKET, SO_PEERCRED, &peer, &peer_size) == 0 && peer.pid == ::getppid() && peer.uid == ::getuid();
}

int refuse() {
    std::fputs("moisson: this is how the program starts readers of documents for itself; it is no command\n", stderr);
    return exit_refused;
}

int run(const Job& job) {
    SocketLink link;
    Frame frame;
    if (!link.next(frame) || frame.kind != greeting_kind) {
        return exit_refused;
    }
    ValueReader greeting(frame.bytes);
    Limits limits;
    limits.memory_bytes = greeting.number<std::uint64_t>();
    limits.threads = greeting.number<std::uint32_t>();
    if (!greeting.is_whole()) {
        return exit_refused;
    }
    link.share(frame.descriptor);
    frame = Frame{};
    // Libraries read the zone's file when they first ask for a local time; later there are no files.
    ::setenv("TZ", "UTC0", 1);
    ::tzset();
    if (job.prepare != nullptr) {
        job.prepare();
    }
    const Confinement confinement = confine(limits);
    ValueWriter writer;
    writer.flag(confinement.seccomp);
    writer.number(static_cast<std::uint32_t>(confinement.landlock_abi));
    writer.flag(confinement.no_network);
    writer.flag(confinement.limits);
    link.put(greeting_kind, writer.bytes());
    link.flush();
    if (job.run != nullptr) {
        job.run(link);
    }
    link.flush();
    return exit_done;
}

}  // namespace

std::optional<int> run_if_child(int argument_count, const char* const* arguments, std::span<const Job> jobs) {
    if (argument_count < 2 || arguments[1] != child_word) {
        return std::nullopt;
    }
    const std::string_view name = argument_count == 3 ? arguments[2] : "";
    const auto job = std::find_if(jobs.begin(), jobs.end(), [&](const Job& other) { return other.name == name; });
    if (argument_count != 3 || (job == jobs.end() && !name.empty()) || !is_from_parent()) {
        return refuse();
    }
    close_from(child_socket + 1);
    int code = exit_thrown;
    try {
        code = run(name.empty() ? Job{} : *job);
    } catch (const std::bad_alloc&) {
        code = exit_out_of_memory;
    } catch (const ParentGone&) {
        code = exit_done;
    } catch (...) {
        code = exit_thrown;
    }
    // At once: what libraries and sanitizers do at an orderly end needs calls that are not allowed any more.
    ::_exit(code);
}

}  // namespace moisson::cage
