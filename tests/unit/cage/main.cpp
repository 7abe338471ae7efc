// Started anew as a reader, this program does the one misdeed that the job's name says.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fcntl.h>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <new>
#include <string>
#include <thread>
#include <vector>

#include "base/sanitized.hpp"
#include "cage/cage.hpp"
#include "cage/pieces.hpp"
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
                        (variables > (moisson::is_sanitized ? 4U : 1U) ? " environment" : ""));
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

/// The memory that this process shares with its parent, found before it is confined; null: none.
char* shared_memory = nullptr;

void find_memory() {
    std::ifstream maps("/proc/self/maps");
    for (std::string line; shared_memory == nullptr && std::getline(maps, line);) {
        if (line.find("memfd:moisson-reader") != std::string::npos) {
            std::uintptr_t begin = 0;
            std::from_chars(line.data(), line.data() + line.size(), begin, 16);
            std::memcpy(&shared_memory, &begin, sizeof shared_memory);
        }
    }
}

char* piece_at(std::size_t piece) { return shared_memory + counter_bytes + piece * piece_bytes; }

void send_head(std::uint8_t kind, std::size_t size, std::uint16_t piece) {
    std::string head;
    append_head(head, kind, size, false, piece);
    send_raw(head);
}

/// Frames of many lengths, each with a letter of its own, far more than there are pieces.
void send_many(Link& link) {
    while (is_asked(link)) {
        for (std::size_t at = 0; at < 100; ++at) {
            link.put(static_cast<std::uint8_t>(at), std::string(at * 3'001, static_cast<char>('A' + at % 50)));
        }
    }
}

/// Says whether there is shared memory.
void tell_memory(Link& link) {
    while (is_asked(link)) {
        link.put(1, shared_memory != nullptr ? "shared" : "none");
    }
}

/// Goes on writing into a payload that the parent has been told of.
void rewrite(Link& link) {
    if (is_asked(link)) {
        std::memset(piece_at(0), 'a', piece_bytes);
        send_head(1, piece_bytes, 1);
        for (char letter = 'b';; letter = letter == 'z' ? 'a' : static_cast<char>(letter + 1)) {
            std::memset(piece_at(0), letter, piece_bytes);
            std::atomic_signal_fence(std::memory_order_seq_cst);  // each of them is seen
        }
    }
}

/// All pieces, and the counter, hold what no honest child puts there; of the payload that the parent is told of, it takes so much.
void write_past(Link& link) {
    while (is_asked(link)) {
        std::memset(shared_memory, 'x', counter_bytes + piece_count * piece_bytes);
        for (std::uint16_t piece = piece_count; piece > 0; --piece) {
            send_head(1, 10, piece);
        }
        send_head(2, 0, 1);
    }
}

void name_no_piece(Link& link) {
    while (is_asked(link)) {
        send_head(1, piece_bytes, piece_count + 1);
    }
}

void name_first_piece(Link& link) {
    while (is_asked(link)) {
        send_head(1, piece_bytes, 1);
    }
}

void name_last_piece(Link& link) {
    while (is_asked(link)) {
        send_head(1, piece_bytes, 0xFFFF);
    }
}

void name_long_piece(Link& link) {
    while (is_asked(link)) {
        send_head(1, piece_bytes + 1, piece_count);
    }
}

void die_amid_pieces(Link& link) {
    if (is_asked(link)) {
        for (std::size_t at = 0; at < 2 * piece_count; ++at) {
            link.put(1, std::string(piece_bytes, 'x'));
        }
        std::memset(piece_at(0), 'x', piece_bytes / 2);
        ::raise(SIGSEGV);
    }
}

/// More than the pieces hold, whether or not anybody takes them.
void flood_pieces(Link& link) {
    while (is_asked(link)) {
        for (int at = 0; at < 100'000; ++at) {
            link.put(1, std::string(piece_bytes, 'x'));
        }
    }
}

/// The size is the parent's, whatever of the memory a child keeps.
void punch_hole(Link& link) {
    while (is_asked(link)) {
        std::memset(shared_memory, 'x', counter_bytes + piece_count * piece_bytes);
        static_cast<void>(::madvise(shared_memory, counter_bytes + piece_count * piece_bytes, MADV_REMOVE));
        send_head(1, piece_bytes, piece_count);
    }
}

constexpr Job jobs[] = {{"send-many", nullptr, send_many},
                        {"tell-memory", find_memory, tell_memory},
                        {"rewrite", find_memory, rewrite},
                        {"write-past", find_memory, write_past},
                        {"no-piece", nullptr, name_no_piece},
                        {"first-piece", nullptr, name_first_piece},
                        {"last-piece", nullptr, name_last_piece},
                        {"long-piece", nullptr, name_long_piece},
                        {"die-amid-pieces", find_memory, die_amid_pieces},
                        {"flood-pieces", nullptr, flood_pieces},
                        {"punch-hole", find_memory, punch_hole},
                        {"echo", nullptr, echo},
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
