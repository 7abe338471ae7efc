#pragma once
/// Writes our deterministic ZIP to a file, entry by entry. Only the bundle room includes this header.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "bundle/bundle.hpp"
#include "bundle/zip_format.hpp"

namespace moisson::bundle {

/// One thread at a time, but for `fill`. The file has its name only after `finish`; without it nothing stays. All failures are `disk`.
/// What is final is read back and digested for the seal on a thread of its own while further entries are written.
class ZipWriter {
public:
    [[nodiscard]] static Result<ZipWriter> create(const std::filesystem::path& path, Timestamp instant, const ZipLimits& limits);
    ZipWriter(ZipWriter&&) noexcept;
    ~ZipWriter();

    /// An entry whose packed bytes are all there. `entry.offset` is set here.
    [[nodiscard]] Status add(ZipEntry entry, std::string_view packed);
    /// A long entry, piece by piece: `entry.size` is right from the start, CRC and packed size are known at the end.
    [[nodiscard]] Status begin(ZipEntry entry);
    [[nodiscard]] Status write(std::string_view packed);
    [[nodiscard]] Status end(std::uint32_t crc);
    /// A place for the content of a stored entry, which may come in any order and from any thread: returns where its content begins.
    /// `entry.size` is right, the CRC is not known yet.
    [[nodiscard]] Result<std::uint64_t> reserve(ZipEntry entry);
    /// Any thread. `place`: in the file; inside a reserved place.
    [[nodiscard]] Status fill(std::uint64_t place, std::string_view bytes) const;
    /// All of the oldest reserved place is filled.
    [[nodiscard]] Status complete(std::uint32_t crc);
    /// Directory, seal, flush to disk, rename. No entry is open.
    [[nodiscard]] Result<WrittenBundle> finish();

private:
    struct State;
    explicit ZipWriter(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace moisson::bundle
