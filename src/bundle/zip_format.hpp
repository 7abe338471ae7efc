#pragma once
/// The bytes of our ZIP files (PKWARE APPNOTE 6.3.10): one way to write each header, so that a reader can compare every byte.
///
/// Written here rather than with libarchive: that library stamps local time (other bytes in another time zone), accepts an entry that is
/// shorter than announced, and leaves nothing to compare headers with. Pure; only the bundle room includes this header.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace moisson::bundle {

enum class Method : std::uint16_t { stored = 0, deflated = 8 };

/// Where the short form of a size, offset or count ends. Smaller only in tests of ZIP64.
struct ZipLimits {
    std::uint64_t bytes_max = 0xffffffff;  ///< offsets, and sizes in the directory
    /// An entry whose content may reach this gets ZIP64 fields: before its compressed size is known the local header must decide.
    std::uint64_t entry_bytes_max = 0xf0000000;
    std::uint64_t entries_max = 0xffff;
};

struct ZipEntry {
    std::string name;  ///< ASCII
    Method method = Method::stored;
    std::uint32_t crc = 0;
    std::uint64_t size = 0;         ///< of the content
    std::uint64_t packed_size = 0;  ///< of the bytes in the archive
    std::uint64_t offset = 0;       ///< of the local header
};

/// MS-DOS date and time as the headers hold them: date in the upper half. UTC, to 2 s, clamped to 1980-01-01 … 2107-12-31.
[[nodiscard]] std::uint32_t dos_instant(Timestamp instant) noexcept;

[[nodiscard]] std::string local_header(const ZipEntry& entry, std::uint32_t dos, const ZipLimits& limits);
[[nodiscard]] std::string directory_header(const ZipEntry& entry, std::uint32_t dos, const ZipLimits& limits);

/// What follows the directory, up to the seal's digits: ZIP64 end records where needed, end record, comment.
/// The comment is "moisson sha256 of all bytes before these digits: " and 64 hex digits: the one place of a ZIP where a seal can stand.
/// Without it a changed padding bit inside a deflate stream would decode to the same content and stay unseen.
[[nodiscard]] std::string end_records(std::uint64_t entries, std::uint64_t directory_size, std::uint64_t directory_offset,
                                      const ZipLimits& limits);

inline constexpr std::string_view seal_text = "moisson sha256 of all bytes before these digits: ";
inline constexpr std::size_t seal_digits = 64;

}  // namespace moisson::bundle
