#pragma once
/// Raw deflate and CRC-32 (zlib and libdeflate underneath, not shown here).

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace moisson {

/// `before`: the CRC of the bytes that stand right before these.
[[nodiscard]] std::uint32_t crc_of(std::string_view bytes, std::uint32_t before = 0) noexcept;
/// The CRC of two runs of bytes joined, from the CRC of each and the length of the second.
[[nodiscard]] std::uint32_t crc_joined(std::uint32_t first, std::uint32_t second, std::uint64_t second_size) noexcept;

/// One deflate state, used again and again: its 256 KiB are worth keeping. One thread at a time.
class Deflater {
public:
    static constexpr int usual_level = 6;
    /// `level` as zlib has it, 1 (fast) to 9.
    explicit Deflater(int level = usual_level);
    ~Deflater();
    Deflater(const Deflater&) = delete;
    Deflater& operator=(const Deflater&) = delete;

    /// `bytes` as one part of a deflate stream. `before`: what stood right before them (its last 32 KiB help); parts joined in order,
    /// the last one with `is_last`, are one stream. Depends on nothing but the arguments.
    [[nodiscard]] std::string deflate(std::string_view bytes, std::string_view before, bool is_last);
    /// The same with nothing before, in half of level 1's time where much of a long text is alike, whatever the level: libdeflate packs
    /// it, and zlib has unpacked the very bytes that are returned.
    [[nodiscard]] std::string deflate_fast(std::string_view bytes, bool is_last);

private:
    struct Stream;
    struct Fast;
    std::unique_ptr<Stream> stream_;
    std::unique_ptr<Fast> fast_;  ///< from its first use on
};

inline constexpr std::size_t deflate_window_bytes = 32U << 10U;

}  // namespace moisson
