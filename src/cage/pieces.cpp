/// The memory between child and parent, and the waiting for a piece of it.
#include "cage/pieces.hpp"

#include <fcntl.h>
#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstring>
#include <utility>

namespace moisson::cage {

namespace {

constexpr std::size_t all_bytes = counter_bytes + piece_count * piece_bytes;

using Counter = std::atomic<std::uint32_t>;
static_assert(sizeof(Counter) == sizeof(std::uint32_t) && Counter::is_always_lock_free, "it stands in memory of two processes");

Counter& counter_at(char* bytes) noexcept { return *reinterpret_cast<Counter*>(bytes); }

/// A file of no folder, which no program can be started from where the kernel knows how to forbid that (6.3). -1: none.
int make_memory() noexcept {
    constexpr unsigned never_executable = 8;  // MFD_NOEXEC_SEAL
    const int descriptor = ::memfd_create("moisson-reader", MFD_CLOEXEC | MFD_ALLOW_SEALING | never_executable);
    return descriptor >= 0 || errno != EINVAL ? descriptor : ::memfd_create("moisson-reader", MFD_CLOEXEC | MFD_ALLOW_SEALING);
}

/// Of two processes: std::atomic waits for threads of its own alone.
void wait_while(Counter& counter, std::uint32_t value) noexcept {
    static_cast<void>(::syscall(SYS_futex, &counter, FUTEX_WAIT, value, nullptr, nullptr, 0));
}
void wake_all(Counter& counter) noexcept { static_cast<void>(::syscall(SYS_futex, &counter, FUTEX_WAKE, INT_MAX, nullptr, nullptr, 0)); }

}  // namespace

Mapping::Mapping(int descriptor, std::size_t offset, std::size_t size, bool is_writable) noexcept : size_(size) {
    void* const mapped =
        ::mmap(nullptr, size, PROT_READ | (is_writable ? PROT_WRITE : 0), MAP_SHARED, descriptor, static_cast<off_t>(offset));
    bytes_ = mapped == MAP_FAILED ? nullptr : static_cast<char*>(mapped);
}

Mapping::~Mapping() {
    if (is_open()) {
        ::munmap(bytes_, size_);
    }
}

Mapping::Mapping(Mapping&& other) noexcept : bytes_(std::exchange(other.bytes_, nullptr)), size_(other.size_) {}

Mapping& Mapping::operator=(Mapping&& other) noexcept {
    std::swap(bytes_, other.bytes_);
    std::swap(size_, other.size_);
    return *this;
}

Descriptor PiecesOfParent::make() {
    Descriptor memory(make_memory());
    if (!memory.is_open() || ::ftruncate(memory.get(), static_cast<off_t>(all_bytes)) != 0 ||
        ::fcntl(memory.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0) {
        return {};
    }
    counter_ = Mapping(memory.get(), 0, counter_bytes, true);
    pieces_ = Mapping(memory.get(), counter_bytes, piece_count * piece_bytes, false);
    if (!counter_.is_open() || !pieces_.is_open()) {
        counter_ = Mapping();
        pieces_ = Mapping();
        return {};
    }
    return memory;
}

std::string_view PiecesOfParent::take(std::uint16_t piece, std::size_t size) {
    if (!pieces_.is_open() || piece < 1 || piece > piece_count || size > piece_bytes) {
        return {};
    }
    if (copy_ == nullptr) {
        copy_.reset(new char[piece_bytes]);
    }
    std::memcpy(copy_.get(), pieces_.bytes() + (piece - 1U) * piece_bytes, size);
    // What is looked at from here on is the copy: no compiler may read the piece a second time in its place.
    std::atomic_signal_fence(std::memory_order_seq_cst);
    Counter& counter = counter_at(counter_.bytes());
    counter.store(++taken_, std::memory_order_release);
    wake_all(counter);
    return {copy_.get(), size};
}

void PiecesOfChild::open(const Descriptor& memory) {
    if (memory.is_open()) {
        memory_ = Mapping(memory.get(), 0, all_bytes, true);
    }
}

std::uint32_t PiecesOfChild::taken() const noexcept { return counter_at(memory_.bytes()).load(std::memory_order_acquire); }

std::uint16_t PiecesOfChild::put(std::string_view bytes) {
    for (std::uint32_t seen = taken(); used_ - seen >= piece_count; seen = taken()) {
        wait_while(counter_at(memory_.bytes()), seen);
    }
    const std::size_t piece = used_++ % piece_count;
    std::memcpy(memory_.bytes() + counter_bytes + piece * piece_bytes, bytes.data(), bytes.size());
    return static_cast<std::uint16_t>(piece + 1);
}

}  // namespace moisson::cage
