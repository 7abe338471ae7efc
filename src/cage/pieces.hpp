#pragma once
/// Memory that a child shares with its parent: long payloads stand there, and the socket carries their heads alone. Only the cage room
/// includes this header.
///
/// A page with a counter, then pieces. The child fills them in turn and names each in the head of a frame. The parent believes nothing of
/// what is there: it maps the pieces for reading alone, bounds every piece and size, and copies a payload before it looks at it, for the
/// child can change it at any time. Then it counts up, which gives the piece back; it never reads the counter. The size is sealed before
/// the child has it: memory that became smaller would end the parent by a signal.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "cage/cage.hpp"

namespace moisson::cage {

/// So long that a payload costs more than its head, so short that parent and child find a piece in their processor's cache.
inline constexpr std::size_t piece_bytes = 256U << 10U;
inline constexpr std::size_t piece_count = 8;
/// Of the counter, before the pieces: a page of any machine that this runs on.
inline constexpr std::size_t counter_bytes = 64U << 10U;
/// Shorter payloads go through the socket, many at a time.
inline constexpr std::size_t piece_bytes_min = 64U << 10U;

/// Mapped memory, unmapped with it. Movable.
class Mapping {
public:
    Mapping() = default;
    /// `is_open` is false where the kernel has none left.
    Mapping(int descriptor, std::size_t offset, std::size_t size, bool is_writable) noexcept;
    ~Mapping();
    Mapping(Mapping&& other) noexcept;
    Mapping& operator=(Mapping&& other) noexcept;
    [[nodiscard]] bool is_open() const noexcept { return bytes_ != nullptr; }
    [[nodiscard]] char* bytes() const noexcept { return bytes_; }

private:
    char* bytes_ = nullptr;
    std::size_t size_ = 0;
};

/// The parent's end.
class PiecesOfParent {
public:
    /// Makes the memory; the descriptor is the child's. Not open where the system gives none: the child then has the socket alone.
    [[nodiscard]] Descriptor make();
    /// Copies the payload and gives the piece back. `piece` counts from 1; the result ends with the next call. Null data: there is no such
    /// piece, or it is not so long.
    [[nodiscard]] std::string_view take(std::uint16_t piece, std::size_t size);

private:
    Mapping counter_;
    Mapping pieces_;
    std::unique_ptr<char[]> copy_;
    std::uint32_t taken_ = 0;
};

/// The child's end. One thread at a time.
class PiecesOfChild {
public:
    /// Of what the parent handed over; not open: there is none.
    void open(const Descriptor& memory);
    /// A payload of this size goes there.
    [[nodiscard]] bool fits(std::size_t size) const noexcept { return memory_.is_open() && piece_bytes_min <= size && size <= piece_bytes; }
    /// The next piece would have to be waited for.
    [[nodiscard]] bool is_full() const noexcept { return used_ - taken() >= piece_count; }
    /// Waits for the next piece and copies `bytes` there. Its number, from 1.
    [[nodiscard]] std::uint16_t put(std::string_view bytes);

private:
    [[nodiscard]] std::uint32_t taken() const noexcept;
    Mapping memory_;
    std::uint32_t used_ = 0;
};

}  // namespace moisson::cage
