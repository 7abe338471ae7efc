/// Local headers of long entries are written twice: first as a placeholder of the same length, then, when CRC and packed size are known,
/// in place. So no entry needs a data descriptor, which many readers refuse on stored entries.

#include "bundle/zip_writer.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/digest.hpp"
#include "base/files.hpp"

namespace moisson::bundle {

namespace {

constexpr std::size_t buffer_bytes = 1U << 20U;

tl::unexpected<Error> disk_error(std::string message, const std::filesystem::path& path, int number) {
    Error error;
    error.code = ErrorCode::disk;
    error.message = std::move(message);
    error.where = path.string();
    error.cause = std::strerror(number);
    return fail(std::move(error));
}

}  // namespace

struct ZipWriter::State {
    explicit State(AtomicFile target) : file(std::move(target)) {}
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() {
        if (descriptor >= 0) {
            ::close(descriptor);
        }
    }

    [[nodiscard]] Status write_at(std::uint64_t offset, std::string_view bytes) const {
        while (!bytes.empty()) {
            const ssize_t written = ::pwrite(descriptor, bytes.data(), bytes.size(), static_cast<off_t>(offset));
            if (written < 0 && errno == EINTR) {
                continue;
            }
            if (written <= 0) {
                return disk_error("cannot write the bundle", path, written == 0 ? EIO : errno);
            }
            bytes.remove_prefix(static_cast<std::size_t>(written));
            offset += static_cast<std::uint64_t>(written);
        }
        return {};
    }
    [[nodiscard]] Status append(std::string_view bytes) {
        if (buffer.size() + bytes.size() > buffer_bytes) {
            if (auto flushed = flush(); !flushed) {
                return flushed;
            }
        }
        buffer.append(bytes);
        return {};
    }
    [[nodiscard]] Status flush() {
        auto written = write_at(flushed_bytes, buffer);
        flushed_bytes += buffer.size();
        buffer.clear();
        return written;
    }
    [[nodiscard]] std::uint64_t position() const { return flushed_bytes + buffer.size(); }

    /// Takes the file's bytes from the start into the digest, as they came back from the file system.
    [[nodiscard]] Status read_back(Digest& digest) const {
        std::string piece(buffer_bytes, '\0');
        for (std::uint64_t offset = 0; offset < flushed_bytes;) {
            const ssize_t got = ::pread(descriptor, piece.data(), piece.size(), static_cast<off_t>(offset));
            if (got < 0 && errno == EINTR) {
                continue;
            }
            if (got <= 0) {
                return disk_error("cannot read the bundle back", path, got == 0 ? EIO : errno);
            }
            digest.update(piece.data(), static_cast<std::size_t>(got));
            offset += static_cast<std::uint64_t>(got);
        }
        return {};
    }

    AtomicFile file;  ///< holds the temporary name, flushes and renames; the bytes go through `descriptor`
    std::filesystem::path path;
    int descriptor = -1;
    std::uint32_t dos = 0;
    ZipLimits limits;
    std::string buffer;
    std::uint64_t flushed_bytes = 0;
    std::vector<ZipEntry> entries;
};

ZipWriter::ZipWriter(std::unique_ptr<State> state) : state_(std::move(state)) {}
ZipWriter::ZipWriter(ZipWriter&&) noexcept = default;
ZipWriter::~ZipWriter() = default;

Result<ZipWriter> ZipWriter::create(const std::filesystem::path& path, Timestamp instant, const ZipLimits& limits) {
    auto file = AtomicFile::create(path);
    if (!file) {
        return fail(std::move(file.error()));
    }
    auto state = std::make_unique<State>(std::move(*file));
    state->path = path;
    state->descriptor = ::open(state->file.temporary_path().c_str(), O_RDWR | O_CLOEXEC);
    if (state->descriptor < 0) {
        return disk_error("cannot open the bundle", path, errno);
    }
    state->dos = dos_instant(instant);
    state->limits = limits;
    state->buffer.reserve(buffer_bytes);
    return ZipWriter(std::move(state));
}

Status ZipWriter::add(ZipEntry entry, std::string_view packed) {
    entry.offset = state_->position();
    entry.packed_size = packed.size();
    auto written = state_->append(local_header(entry, state_->dos, state_->limits));
    if (written) {
        written = state_->append(packed);
    }
    state_->entries.push_back(std::move(entry));
    return written;
}

Status ZipWriter::begin(ZipEntry entry) {
    entry.offset = state_->position();
    entry.packed_size = 0;
    auto written = state_->append(local_header(entry, state_->dos, state_->limits));
    state_->entries.push_back(std::move(entry));
    return written;
}

Status ZipWriter::write(std::string_view packed) {
    state_->entries.back().packed_size += packed.size();
    return state_->append(packed);
}

Status ZipWriter::end(std::uint32_t crc) {
    ZipEntry& entry = state_->entries.back();
    entry.crc = crc;
    if (auto flushed = state_->flush(); !flushed) {
        return flushed;
    }
    return state_->write_at(entry.offset, local_header(entry, state_->dos, state_->limits));
}

Result<WrittenBundle> ZipWriter::finish() {
    const std::uint64_t directory_offset = state_->position();
    Status written;
    for (const ZipEntry& entry : state_->entries) {
        if (written) {
            written = state_->append(directory_header(entry, state_->dos, state_->limits));
        }
    }
    const std::uint64_t directory_size = state_->position() - directory_offset;
    if (written) {
        written = state_->append(end_records(state_->entries.size(), directory_size, directory_offset, state_->limits));
    }
    if (written) {
        written = state_->flush();
    }
    Digest digest;
    if (written) {
        written = state_->read_back(digest);
    }
    const std::string seal = digest.hex_so_far();
    digest.update(seal);
    if (written) {
        written = state_->append(seal).and_then([&] { return state_->flush(); });
    }
    if (written) {
        written = state_->file.commit();
    }
    if (!written) {
        return fail(std::move(written.error()));
    }
    return WrittenBundle{state_->flushed_bytes, digest.finish_hex(), state_->entries.size()};
}

}  // namespace moisson::bundle
