/// Local headers of long entries are written twice: first as a placeholder of the same length, then, when CRC and packed size are known,
/// in place. So no entry needs a data descriptor, which many readers refuse on stored entries.

#include "bundle/zip_writer.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <mutex>
#include <thread>

#include "base/digest.hpp"
#include "base/files.hpp"

namespace moisson::bundle {

namespace {

constexpr std::size_t buffer_bytes = 1U << 20U;

/// Digests a growing file from its start, as its bytes come back from the file system, on a thread of its own.
class ReadBack {
public:
    ReadBack(int descriptor, std::filesystem::path path)
        : descriptor_(descriptor), path_(std::move(path)), thread_([this](const std::stop_token& stop) { work(stop); }) {}
    ReadBack(const ReadBack&) = delete;
    ReadBack& operator=(const ReadBack&) = delete;
    ~ReadBack() = default;

    /// What stands before `offset` does not change any more. Never goes back.
    void advance(std::uint64_t offset) {
        {
            const std::lock_guard lock(mutex_);
            final_bytes_ = offset;
        }
        wake_.notify_one();
    }
    /// Digests the rest up to `offset`, the last one.
    [[nodiscard]] Result<Digest> finish(std::uint64_t offset) {
        {
            const std::lock_guard lock(mutex_);
            final_bytes_ = offset;
            is_last_ = true;
        }
        wake_.notify_one();
        thread_.join();
        if (!status_) {
            return fail(std::move(status_.error()));
        }
        return std::move(digest_);
    }

private:
    void work(const std::stop_token& stop) {
        std::string piece(buffer_bytes, '\0');
        for (std::uint64_t offset = 0;;) {
            std::uint64_t end = 0;
            {
                std::unique_lock lock(mutex_);
                wake_.wait(lock, stop, [&] { return is_last_ || final_bytes_ >= offset + buffer_bytes; });
                if (stop.stop_requested() || (is_last_ && final_bytes_ == offset)) {
                    return;
                }
                end = final_bytes_;
            }
            for (; offset < end; offset += taken_) {
                const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(piece.size(), end - offset));
                if (!take(piece, size, offset)) {
                    return;
                }
            }
        }
    }

    bool take(std::string& piece, std::size_t size, std::uint64_t offset) {
        ssize_t got = 0;
        do {
            got = ::pread(descriptor_, piece.data(), size, static_cast<off_t>(offset));
        } while (got < 0 && errno == EINTR);
        if (got <= 0) {
            status_ = disk_error("cannot read the bundle back", path_, got == 0 ? EIO : errno);
            return false;
        }
        taken_ = static_cast<std::size_t>(got);
        digest_.update(piece.data(), taken_);
        return true;
    }

    const int descriptor_;
    const std::filesystem::path path_;
    Digest digest_;          // the thread's until it has ended, as the next two
    Status status_;
    std::size_t taken_ = 0;
    std::mutex mutex_;
    std::condition_variable_any wake_;
    std::uint64_t final_bytes_ = 0;  // under mutex_
    bool is_last_ = false;           // under mutex_
    std::jthread thread_;            // last: joined before what it uses goes
};

}  // namespace

struct ZipWriter::State {
    explicit State(AtomicFile target) : file(std::move(target)) {}
    State(const State&) = delete;
    State& operator=(const State&) = delete;

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
        if (written) {
            tell_final();
        }
        return written;
    }
    [[nodiscard]] std::uint64_t position() const { return flushed_bytes + buffer.size(); }
    void tell_final() const { read_back->advance(open.empty() ? flushed_bytes : entries[open.front()].offset); }

    AtomicFile file;  ///< holds the temporary name, flushes and renames; the bytes go through its `descriptor`
    std::filesystem::path path;
    int descriptor = -1;  ///< the file's
    std::uint32_t dos = 0;
    ZipLimits limits;
    std::string buffer;
    std::uint64_t flushed_bytes = 0;
    std::vector<ZipEntry> entries;
    std::deque<std::size_t> open;  ///< of the entries, those whose header is not final; in order
    std::unique_ptr<ReadBack> read_back;
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
    state->descriptor = state->file.descriptor();
    state->dos = dos_instant(instant);
    state->limits = limits;
    state->buffer.reserve(buffer_bytes);
    state->read_back = std::make_unique<ReadBack>(state->descriptor, path);
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
    state_->open.push_back(state_->entries.size());
    state_->entries.push_back(std::move(entry));
    return state_->append(local_header(state_->entries.back(), state_->dos, state_->limits));
}

Status ZipWriter::write(std::string_view packed) {
    state_->entries.back().packed_size += packed.size();
    return state_->append(packed);
}

Status ZipWriter::end(std::uint32_t crc) {
    if (auto flushed = state_->flush(); !flushed) {
        return flushed;
    }
    return complete(crc);
}

Result<std::uint64_t> ZipWriter::reserve(ZipEntry entry) {
    if (auto flushed = state_->flush(); !flushed) {
        return fail(std::move(flushed.error()));
    }
    entry.offset = state_->flushed_bytes;
    entry.packed_size = entry.size;
    const std::uint64_t place = entry.offset + local_header(entry, state_->dos, state_->limits).size();
    state_->flushed_bytes = place + entry.size;
    state_->open.push_back(state_->entries.size());
    state_->entries.push_back(std::move(entry));
    return place;
}

Status ZipWriter::fill(std::uint64_t place, std::string_view bytes) const { return state_->write_at(place, bytes); }

Status ZipWriter::complete(std::uint32_t crc) {
    MOISSON_INVARIANT(!state_->open.empty(), "complete without an open entry");
    ZipEntry& entry = state_->entries[state_->open.front()];
    entry.crc = crc;
    auto written = state_->write_at(entry.offset, local_header(entry, state_->dos, state_->limits));
    state_->open.pop_front();
    if (written) {
        state_->tell_final();
    }
    return written;
}

Result<WrittenBundle> ZipWriter::finish() {
    MOISSON_INVARIANT(state_->open.empty(), "an entry is still open");
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
    if (!written) {
        return fail(std::move(written.error()));
    }
    auto digest = state_->read_back->finish(state_->flushed_bytes);
    if (!digest) {
        return fail(std::move(digest.error()));
    }
    const std::string seal = digest->hex_so_far();
    digest->update(seal);
    written = state_->write_at(state_->flushed_bytes, seal);
    state_->flushed_bytes += seal.size();
    if (written) {
        written = state_->file.commit();
    }
    if (!written) {
        return fail(std::move(written.error()));
    }
    return WrittenBundle{state_->flushed_bytes, digest->finish_hex(), state_->entries.size()};
}

}  // namespace moisson::bundle
