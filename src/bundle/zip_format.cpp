#include "bundle/zip_format.hpp"

#include <algorithm>

namespace moisson::bundle {

namespace {

constexpr std::uint16_t version_plain = 20;
constexpr std::uint16_t version_zip64 = 45;
constexpr std::uint16_t made_by_unix = 3U << 8U;
constexpr std::uint32_t regular_file_0644 = 0100644U << 16U;
constexpr std::uint16_t zip64_tag = 1;

void put(std::string& out, std::uint64_t value, unsigned bytes) {
    for (unsigned at = 0; at < bytes; ++at) {
        out += static_cast<char>(value >> (8U * at) & 0xffU);
    }
}
void put16(std::string& out, std::uint64_t value) { put(out, value, 2); }
void put32(std::string& out, std::uint64_t value) { put(out, value, 4); }
void put64(std::string& out, std::uint64_t value) { put(out, value, 8); }

bool is_large(const ZipEntry& entry, const ZipLimits& limits) { return entry.size >= limits.entry_bytes_max; }

/// The part that both headers share: version, flags, method, instant, CRC, sizes.
void put_common(std::string& out, const ZipEntry& entry, std::uint32_t dos, std::uint16_t version, bool large) {
    put16(out, version);
    put16(out, 0);
    put16(out, static_cast<std::uint16_t>(entry.method));
    put32(out, dos);
    put32(out, entry.crc);
    put32(out, large ? 0xffffffff : entry.packed_size);
    put32(out, large ? 0xffffffff : entry.size);
    put16(out, entry.name.size());
}

}  // namespace

std::uint32_t dos_instant(Timestamp instant) noexcept {
    constexpr Timestamp first = std::chrono::sys_days{std::chrono::year{1980} / 1 / 1};
    constexpr Timestamp end = std::chrono::sys_days{std::chrono::year{2108} / 1 / 1};
    const Timestamp clamped = std::clamp<Timestamp>(instant, first, end - std::chrono::seconds{2});
    const auto day = std::chrono::floor<std::chrono::days>(clamped);
    const std::chrono::year_month_day date{day};
    const auto second = static_cast<unsigned>(std::chrono::floor<std::chrono::seconds>(clamped - day).count());
    const unsigned time = second / 3600U << 11U | second / 60U % 60U << 5U | second % 60U / 2U;
    const auto year = static_cast<unsigned>(static_cast<int>(date.year()) - 1980);
    return (year << 9U | static_cast<unsigned>(date.month()) << 5U | static_cast<unsigned>(date.day())) << 16U | time;
}

std::string local_header(const ZipEntry& entry, std::uint32_t dos, const ZipLimits& limits) {
    const bool large = is_large(entry, limits);
    std::string out;
    put32(out, 0x04034b50);
    put_common(out, entry, dos, large ? version_zip64 : version_plain, large);
    put16(out, large ? 20 : 0);
    out += entry.name;
    if (large) {
        put16(out, zip64_tag);
        put16(out, 16);
        put64(out, entry.size);
        put64(out, entry.packed_size);
    }
    return out;
}

std::string directory_header(const ZipEntry& entry, std::uint32_t dos, const ZipLimits& limits) {
    const bool large = is_large(entry, limits);
    const bool far = entry.offset >= limits.bytes_max;
    const std::uint16_t version = large || far ? version_zip64 : version_plain;
    const unsigned extra = (large ? 16U : 0U) + (far ? 8U : 0U);
    std::string out;
    put32(out, 0x02014b50);
    put16(out, made_by_unix | version);
    put_common(out, entry, dos, version, large);
    put16(out, extra == 0 ? 0 : extra + 4);
    put16(out, 0);  // comment
    put16(out, 0);  // disk
    put16(out, 0);  // internal attributes
    put32(out, regular_file_0644);
    put32(out, far ? 0xffffffff : entry.offset);
    out += entry.name;
    if (extra > 0) {
        put16(out, zip64_tag);
        put16(out, extra);
        if (large) {
            put64(out, entry.size);
            put64(out, entry.packed_size);
        }
        if (far) {
            put64(out, entry.offset);
        }
    }
    return out;
}

std::string end_records(std::uint64_t count, std::uint64_t directory_size, std::uint64_t directory_offset, const ZipLimits& limits) {
    std::string out;
    const bool many = count >= limits.entries_max;
    const bool long_directory = directory_size >= limits.bytes_max;
    const bool far = directory_offset >= limits.bytes_max;
    if (many || long_directory || far) {
        put32(out, 0x06064b50);
        put64(out, 44);  // the rest of this record
        put16(out, made_by_unix | version_zip64);
        put16(out, version_zip64);
        put32(out, 0);
        put32(out, 0);
        put64(out, count);
        put64(out, count);
        put64(out, directory_size);
        put64(out, directory_offset);
        put32(out, 0x07064b50);
        put32(out, 0);
        put64(out, directory_offset + directory_size);
        put32(out, 1);
    }
    put32(out, 0x06054b50);
    put32(out, 0);
    put16(out, many ? 0xffff : count);
    put16(out, many ? 0xffff : count);
    put32(out, long_directory ? 0xffffffff : directory_size);
    put32(out, far ? 0xffffffff : directory_offset);
    put16(out, seal_text.size() + seal_digits);
    out += seal_text;
    return out;
}

}  // namespace moisson::bundle
