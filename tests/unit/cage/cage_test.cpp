// Were one of these wrong, a document could end the run, hold it up, or reach files, network and secrets of the one who exports.
#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <thread>

#include "base/sanitized.hpp"
#include "cage/cage.hpp"
#include "cage/pieces.hpp"
#include "cage/values.hpp"
#include "cage/wire.hpp"

using namespace moisson::cage;
using namespace std::chrono_literals;

namespace {

std::unique_ptr<Cage> start(const char* job, std::stop_token stop = {}) {
    auto cage = Cage::start(job, Limits{64U << 20U, 8}, std::move(stop));
    REQUIRE_MESSAGE(cage.has_value(), (cage ? std::string() : cage.error().sentence.english()));
    return std::move(*cage);
}

Ending ending_of(const char* job, std::chrono::milliseconds time = 20s) {
    auto cage = start(job);
    cage->put(1, "a document");
    cage->allow(time);
    auto frame = cage->next();
    REQUIRE_FALSE(frame.has_value());
    CHECK_FALSE(frame.error().sentence.empty());
    // It stays so, and the next child is as good as any.
    const auto again = cage->next();
    REQUIRE_FALSE(again.has_value());
    CHECK(again.error().ending == frame.error().ending);
    auto other = start("echo");
    other->put(7, "next");
    const auto answer = other->next();
    REQUIRE(answer.has_value());
    CHECK(answer->kind == 7);
    CHECK(answer->bytes == "next");
    return frame.error().ending;
}

Descriptor file_with(const std::string& text, int flags = O_RDWR) {
    char name[] = "/tmp/moisson-cage-XXXXXX";
    const Descriptor made(::mkstemp(name));
    REQUIRE(::write(made.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()));
    Descriptor opened(::open(name, flags | O_CLOEXEC));
    ::unlink(name);
    return opened;
}

}  // namespace

TEST_CASE("frames and files go there and come back") {
    auto cage = start("echo");
    cage->put(1, "");
    cage->put(2, "words", file_with(" of a file"));
    cage->put(3, std::string(frame_bytes_max, 'x'));
    auto frame = cage->next();
    REQUIRE(frame.has_value());
    CHECK(frame->kind == 1);
    CHECK(frame->bytes.empty());
    frame = cage->next();
    REQUIRE(frame.has_value());
    CHECK(frame->bytes == "words of a file");
    frame = cage->next();
    REQUIRE(frame.has_value());
    CHECK(frame->bytes.size() == frame_bytes_max);
    for (int round = 0; round < 200; ++round) {
        for (int at = 0; at < 30; ++at) {
            cage->put(9, std::to_string(at), file_with("!"));
        }
        for (int at = 0; at < 30; ++at) {
            frame = cage->next();
            REQUIRE(frame.has_value());
            REQUIRE(frame->bytes == std::to_string(at) + "!");
        }
    }
}

TEST_CASE("a child's death has its reason, and the next child works") {
    CHECK(ending_of("segfault") == Ending::crashed);
    CHECK(ending_of("abort") == Ending::crashed);
    CHECK(ending_of("hang", 300ms) == Ending::over_time);
    CHECK(ending_of("leave") == Ending::ended_early);
    if (!moisson::is_sanitized) {  // there nobody limits the memory
        CHECK(ending_of("eat-memory") == Ending::out_of_memory);
    }
}

TEST_CASE("what is no frame ends the child") {
    CHECK(ending_of("oversized") == Ending::broken_protocol);
    CHECK(ending_of("garbage") == Ending::broken_protocol);
    CHECK(ending_of("half-a-frame", 300ms) == Ending::over_time);
    auto cage = start("echo");
    CHECK(cage->refuse().ending == Ending::broken_protocol);
    CHECK_FALSE(cage->next().has_value());
}

TEST_CASE("system calls that no reader needs end the child") {
    const auto given = look_at_confinement();
    REQUIRE(given.has_value());
    CHECK(given->limits);
    if (!given->seccomp) {
        MESSAGE("this kernel has no seccomp");
        return;
    }
    CHECK(ending_of("open-socket") == Ending::forbidden_call);
    CHECK(ending_of("make-code") == Ending::forbidden_call);
}

TEST_CASE("a child has no file, no environment and no descriptor but its own") {
    const Descriptor secret = file_with("a secret");
    const int inherited = ::fcntl(secret.get(), F_DUPFD, 50);  // not closed on exec, as some libraries leave theirs
    REQUIRE(::setenv("MOISSON_CLIENT_SECRET", "a secret", 1) == 0);
    auto cage = start("look-around");
    cage->put(1, "", file_with("read only", O_RDONLY));
    const auto frame = cage->next();
    ::close(inherited);
    ::unsetenv("MOISSON_CLIENT_SECRET");
    REQUIRE(frame.has_value());
    CHECK(frame->bytes == "5");  // three standard streams, the socket, and what was handed over
}

TEST_CASE("a child may write to no file, whatever it is handed") {
    auto cage = start("look-around");
    cage->put(1, "", file_with("writable"));
    const auto frame = cage->next();
    // The limit of file sizes is a signal to who passes it.
    CHECK((!frame.has_value() || frame->bytes == "5"));
}

TEST_CASE("threads of a child") {
    auto cage = start("use-threads");
    for (int round = 0; round < 3; ++round) {
        cage->put(1, "");
        for (int at = 0; at < 8; ++at) {
            const auto frame = cage->next();
            REQUIRE(frame.has_value());
            CHECK(frame->bytes == "from a thread");
        }
    }
}

TEST_CASE("a stop request is answered at once, whatever the child does") {
    std::stop_source stop;
    auto cage = start("hang", stop.get_token());
    cage->put(1, "a document");
    const std::jthread stopper([&] {
        std::this_thread::sleep_for(100ms);
        stop.request_stop();
    });
    const auto frame = cage->next();
    REQUIRE_FALSE(frame.has_value());
    CHECK(frame.error().ending == Ending::cancelled);
    const auto other = Cage::start("echo", Limits{}, stop.get_token());
    REQUIRE_FALSE(other.has_value());
    CHECK(other.error().ending == Ending::cancelled);
}

TEST_CASE("a child that sends without end is held, not believed") {
    auto cage = start("flood");
    cage->put(1, "a document");
    for (int at = 0; at < 1000; ++at) {
        const auto frame = cage->next();
        REQUIRE(frame.has_value());
        REQUIRE(frame->bytes == "one more");
    }
}

TEST_CASE("long frames come as they were put, with and without memory that both share") {
    for (const bool shares_memory : {true, false}) {
        CAPTURE(shares_memory);
        Limits limits{64U << 20U, 8};
        limits.shares_memory = shares_memory;
        auto teller = Cage::start("tell-memory", limits);
        REQUIRE(teller.has_value());
        (*teller)->put(1, "");
        const auto told = (*teller)->next();
        REQUIRE(told.has_value());
        CHECK(told->bytes == (shares_memory ? "shared" : "none"));
        auto cage = Cage::start("send-many", limits);
        REQUIRE(cage.has_value());
        for (int round = 0; round < 3; ++round) {
            (*cage)->put(1, "");
            for (std::size_t at = 0; at < 100; ++at) {
                const auto frame = (*cage)->next();
                REQUIRE(frame.has_value());
                REQUIRE(frame->kind == at);
                REQUIRE(frame->bytes == std::string(at * 3'001, static_cast<char>('A' + at % 50)));
            }
        }
    }
}

TEST_CASE("a child would change bytes that were looked at") {
    auto cage = start("rewrite");
    cage->put(1, "a document");
    const auto frame = cage->next();
    REQUIRE(frame.has_value());
    REQUIRE(frame->bytes.size() == piece_bytes);
    const std::string seen(frame->bytes);
    for (int round = 0; round < 200; ++round) {
        REQUIRE(frame->bytes == seen);
        std::this_thread::sleep_for(1ms);
    }
}

TEST_CASE("a child that writes where nothing of its is, is taken at no more than its word") {
    auto cage = start("write-past");
    for (int round = 0; round < 3; ++round) {
        cage->put(1, "a document");
        for (std::size_t at = 0; at < piece_count; ++at) {
            const auto frame = cage->next();
            REQUIRE(frame.has_value());
            CHECK(frame->bytes == "xxxxxxxxxx");
        }
        const auto nothing = cage->next();
        REQUIRE(nothing.has_value());
        CHECK(nothing->kind == 2);
        CHECK(nothing->bytes.empty());
    }
    auto holes = start("punch-hole");
    holes->put(1, "a document");
    const auto frame = holes->next();
    REQUIRE(frame.has_value());
    CHECK(frame->bytes.size() == piece_bytes);
}

TEST_CASE("a piece that is none, or longer than one, ends the child") {
    CHECK(ending_of("no-piece") == Ending::broken_protocol);
    CHECK(ending_of("last-piece") == Ending::broken_protocol);
    CHECK(ending_of("long-piece") == Ending::broken_protocol);
    Limits limits{64U << 20U, 8};
    limits.shares_memory = false;
    auto cage = Cage::start("first-piece", limits);
    REQUIRE(cage.has_value());
    (*cage)->put(1, "a document");
    const auto frame = (*cage)->next();
    REQUIRE_FALSE(frame.has_value());
    CHECK(frame.error().ending == Ending::broken_protocol);
}

TEST_CASE("a child that dies while pieces are on their way is told as dead, after what it had sent") {
    auto cage = start("die-amid-pieces");
    cage->put(1, "a document");
    for (std::size_t at = 0; at < 2 * piece_count; ++at) {
        const auto frame = cage->next();
        REQUIRE(frame.has_value());
        REQUIRE(frame->bytes.size() == piece_bytes);
    }
    const auto frame = cage->next();
    REQUIRE_FALSE(frame.has_value());
    CHECK(frame.error().ending == Ending::crashed);
    auto other = start("echo");
    other->put(7, std::string(piece_bytes, 'y'));
    const auto answer = other->next();
    REQUIRE(answer.has_value());
    CHECK(answer->bytes == std::string(piece_bytes, 'y'));
}

TEST_CASE("a child that waits for a piece would outlive its parent's wish") {
    for (int round = 0; round < 3; ++round) {
        std::stop_source stop;
        auto cage = start("flood-pieces", stop.get_token());
        cage->put(1, "a document");
        for (int at = 0; at < 50; ++at) {
            REQUIRE(cage->next().has_value());
        }
        if (round == 0) {
            stop.request_stop();
            const auto frame = cage->next();
            REQUIRE_FALSE(frame.has_value());
            CHECK(frame.error().ending == Ending::cancelled);
        }
    }
}

TEST_CASE("memory that both share keeps its size, which the parent relies on") {
    PiecesOfParent pieces;
    const Descriptor memory = pieces.make();
    REQUIRE(memory.is_open());
    CHECK(::ftruncate(memory.get(), 0) != 0);
    CHECK(::ftruncate(memory.get(), 1 << 30) != 0);
    CHECK(::fcntl(memory.get(), F_ADD_SEALS, F_SEAL_WRITE) != 0);
    CHECK(pieces.take(0, 1).data() == nullptr);
    CHECK(pieces.take(piece_count + 1, 1).data() == nullptr);
    CHECK(pieces.take(1, piece_bytes + 1).data() == nullptr);
    CHECK(pieces.take(1, SIZE_MAX).data() == nullptr);
    CHECK(pieces.take(piece_count, piece_bytes).size() == piece_bytes);
    PiecesOfParent none;
    CHECK(none.take(1, 1).data() == nullptr);
}

TEST_CASE("a child that starts while its parent does something else") {
    auto cage = Cage::launch("echo", Limits{64U << 20U, 8});
    REQUIRE(cage.has_value());
    CHECK_FALSE((*cage)->wait_until_confined().has_value());
    CHECK_FALSE((*cage)->wait_until_confined().has_value());
    CHECK((*cage)->confinement().limits);
    (*cage)->put(1, "words");
    const auto frame = (*cage)->next();
    REQUIRE(frame.has_value());
    CHECK(frame->bytes == "words");
    auto no_job = Cage::launch("no-such-job", Limits{});
    REQUIRE(no_job.has_value());
    const auto failure = (*no_job)->wait_until_confined();
    REQUIRE(failure.has_value());
    CHECK(failure->ending == Ending::not_started);
    CHECK_FALSE((*no_job)->next().has_value());
    static_cast<void>(Cage::launch("echo", Limits{}));  // and one that nobody waits for
}

TEST_CASE("the word that makes a child does nothing for anybody else") {
    for (const char* const job : {"echo", "", "no-such-job"}) {
        // Descriptor 3 is a pipe, a socket of somebody else, or closed.
        for (int kind = 0; kind < 3; ++kind) {
            const pid_t pid = ::fork();
            REQUIRE(pid >= 0);
            if (pid == 0) {
                int ends[2] = {-1, -1};
                const bool made = kind == 0 ? ::pipe(ends) == 0 : kind == 1 && ::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0;
                if (made) {
                    ::dup2(ends[0], 3);
                } else {
                    ::close(3);
                }
                ::close(2);
                ::execl("/proc/self/exe", "moisson", "reader-child", job, nullptr);
                ::_exit(99);
            }
            int status = 0;
            REQUIRE(::waitpid(pid, &status, 0) == pid);
            CHECK(WIFEXITED(status));
            CHECK(WEXITSTATUS(status) == 2);
        }
    }
}

TEST_CASE("values come back as they were put, and nothing that was not put") {
    ValueWriter writer;
    writer.number<std::uint64_t>(UINT64_MAX);
    writer.flag(true);
    writer.text("words");
    writer.choice<std::uint8_t>(2);
    ValueReader reader(writer.bytes());
    CHECK(reader.number<std::uint64_t>() == UINT64_MAX);
    CHECK(reader.flag());
    CHECK(reader.text(5) == "words");
    CHECK(reader.choice<std::uint8_t>(3) == 2);
    CHECK(reader.is_whole());
    for (std::size_t size = 0; size < writer.bytes().size(); ++size) {
        ValueReader cut(writer.bytes().substr(0, size));
        static_cast<void>(cut.number<std::uint64_t>());
        static_cast<void>(cut.flag());
        static_cast<void>(cut.text(5));
        static_cast<void>(cut.choice<std::uint8_t>(3));
        CHECK_FALSE(cut.is_whole());
    }
    ValueReader long_text(writer.bytes());
    static_cast<void>(long_text.number<std::uint64_t>());
    static_cast<void>(long_text.flag());
    CHECK(long_text.text(4).empty());
    CHECK_FALSE(long_text.is_good());
    ValueWriter counts;
    counts.number<std::uint32_t>(1'000'000);
    ValueReader many(counts.bytes());
    CHECK(many.count(8) == 0);
    CHECK_FALSE(many.is_good());
    ValueWriter flags;
    flags.number<std::uint8_t>(2);
    ValueReader no_flag(flags.bytes());
    CHECK_FALSE(no_flag.flag());
    CHECK_FALSE(no_flag.is_good());
}
