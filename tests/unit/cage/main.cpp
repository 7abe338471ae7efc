// Started anew as a reader, this program does the one misdeed that the job's name says.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fcntl.h>
#include <csignal>
#include <cstdlib>
#include <new>
#include <thread>
#include <vector>

#include "cage/cage.hpp"
#include "cage/wire.hpp"

namespace {

using namespace moisson::cage;

void echo(Link& link) {
    Frame frame;
    while (link.next(frame)) {
        std::string text(frame.bytes);
        if (frame.descriptor.is_open()) {
            char bytes[64];
            const ssize_t got = ::pread(frame.descriptor.get(), bytes, sizeof bytes, 0);
            text += std::string(bytes, got < 0 ? 0 : static_cast<std::size_t>(got));
        }
        link.put(frame.kind, text);
    }
}

/// Waits for a frame, as each of these does: the deed is then that of a document.
bool is_asked(Link& link) {
    Frame frame;
    return link.next(frame);
}

void segfault(Link& link) {
    if (is_asked(link)) {
        ::raise(SIGSEGV);
    }
}

void end_by_abort(Link& link) {
    if (is_asked(link)) {
        std::abort();
    }
}

void hang(Link& link) {
    while (is_asked(link)) {
        for (volatile bool forever = true; forever;) {
        }
    }
}

void leave(Link& link) { static_cast<void>(is_asked(link)); }

void eat_memory(Link& link) {
    std::vector<std::vector<char>> held;
    const bool asked = is_asked(link);
    while (asked) {
        held.emplace_back(8U << 20U, 'x');
    }
}

void open_socket(Link& link) {
    if (is_asked(link)) {
        static_cast<void>(::socket(AF_INET, SOCK_STREAM, 0));
    }
}

void make_code(Link& link) {
    if (is_asked(link)) {
        static_cast<void>(::mmap(nullptr, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    }
}

/// What is left to a reader: how many descriptors, whether a file opens, whether a file takes a byte, and how many variables there are.
void look_around(Link& link) {
    Frame frame;
    while (link.next(frame)) {
        int open_ones = 0;
        for (int number = 0; number < 1000; ++number) {
            open_ones += ::lseek(number, 0, SEEK_CUR) >= 0 || errno != EBADF ? 1 : 0;
        }
        const bool opens = ::open("/etc/passwd", O_RDONLY | O_CLOEXEC) >= 0;
        const bool writes = frame.descriptor.is_open() && ::write(frame.descriptor.get(), "x", 1) == 1;
        std::size_t variables = 0;
        while (environ[variables] != nullptr) {
            ++variables;
        }
        link.put(1, std::to_string(open_ones) + (opens ? " opens" : "") + (writes ? " writes" : "") +
                        (variables > (is_sanitized ? 4U : 1U) ? " environment" : ""));
    }
}

void use_threads(Link& link) {
    while (is_asked(link)) {
        std::vector<std::jthread> threads;
        for (int at = 0; at < 8; ++at) {
            threads.emplace_back([&link] { link.put(1, "from a thread"); });
        }
    }
}

void send_raw(const std::string& bytes) { static_cast<void>(::send(3, bytes.data(), bytes.size(), MSG_NOSIGNAL)); }

void oversized(Link& link) {
    while (is_asked(link)) {
        send_raw(std::string("\xff\xff\xff\x7f\x01\0\0\0", 8));
    }
}

void garbage(Link& link) {
    while (is_asked(link)) {
        send_raw("HTTP/1.1 200 OK\r\n\r\n");
    }
}

/// A head whose payload never comes.
void half_a_frame(Link& link) {
    while (is_asked(link)) {
        send_raw(std::string("\x10\0\0\0\x01\0\0\0half", 12));
    }
}

void flood(Link& link) {
    while (is_asked(link)) {
        for (int at = 0; at < 100'000; ++at) {
            link.put(1, "one more");
        }
    }
}

constexpr Job jobs[] = {{"echo", nullptr, echo},
                        {"segfault", nullptr, segfault},
                        {"abort", nullptr, end_by_abort},
                        {"hang", nullptr, hang},
                        {"leave", nullptr, leave},
                        {"eat-memory", nullptr, eat_memory},
                        {"open-socket", nullptr, open_socket},
                        {"make-code", nullptr, make_code},
                        {"look-around", nullptr, look_around},
                        {"use-threads", nullptr, use_threads},
                        {"oversized", nullptr, oversized},
                        {"garbage", nullptr, garbage},
                        {"half-a-frame", nullptr, half_a_frame},
                        {"flood", nullptr, flood}};

}  // namespace

int main(int count, char** arguments) {
    if (const auto code = run_if_child(count, arguments, jobs)) {
        return *code;
    }
    return doctest::Context(count, arguments).run();
}
