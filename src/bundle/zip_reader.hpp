#pragma once
/// Reads our ZIP files and accepts no other: every header byte must be the one that the writer would have put there.
/// Only the bundle room includes this header.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "bundle/file_source.hpp"
#include "bundle/zip_format.hpp"

namespace moisson::bundle {

/// One thread at a time. Memory: about 150 bytes an entry. What all entries unpack to is bounded by the file's length (limits.hpp).
class ZipReader {
public:
    /// Reads end records and directory. `verification` when a byte of them is not as written; `disk` when the file cannot be read.
    [[nodiscard]] static Result<ZipReader> open(OpenFile file, const ZipLimits& limits);
    [[nodiscard]] static Result<ZipReader> open(const std::filesystem::path& path, const ZipLimits& limits);

    /// Of the whole file.
    [[nodiscard]] std::uint64_t size_bytes() const noexcept { return file_size_; }

    /// In the order of the archive; together with their headers they fill it from its first byte to the directory.
    [[nodiscard]] const std::vector<ZipEntry>& entries() const noexcept { return entries_; }

    /// MS-DOS date and time of all entries (zip_format.hpp).
    [[nodiscard]] std::uint32_t stamp() const noexcept { return dos_; }

    /// Hands the entry's content to `sink` in pieces. `verification` when header, length, CRC or deflate stream are not right; what the
    /// sink got before is then worth nothing.
    [[nodiscard]] Status read(const ZipEntry& entry, const std::function<void(std::string_view)>& sink) const;

    /// SHA-256 of the whole file, when the seal over all its bytes holds.
    [[nodiscard]] Result<std::string> sealed_digest() const;
    /// The seal alone.
    [[nodiscard]] Status check_seal() const;

private:
    explicit ZipReader(OpenFile file) : file_(std::move(file)) {}
    [[nodiscard]] Status read_end();
    [[nodiscard]] Status read_directory();
    [[nodiscard]] Status check_layout() const;
    [[nodiscard]] std::uint64_t unpacked_bytes_max() const noexcept;

    OpenFile file_;
    std::uint64_t file_size_ = 0;
    std::uint64_t directory_offset_ = 0;
    std::uint64_t directory_size_ = 0;
    std::uint64_t count_ = 0;
    std::uint32_t dos_ = 0;
    ZipLimits limits_;
    std::vector<ZipEntry> entries_;
};

}  // namespace moisson::bundle
