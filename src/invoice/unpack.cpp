/// libarchive reads by the ZIP's central directory, as other programs do; without one it is no ZIP here.
#include "invoice/unpack.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "invoice/inbox.hpp"
#include "invoice/limits.hpp"
#include "invoice/messages.hpp"

namespace moisson::invoice {

namespace {

constexpr std::string_view unpack_job_name = "unpack";
constexpr std::size_t name_bytes = 1024;
constexpr std::size_t zip_block_bytes = 64U << 10U;

struct CloseArchive {
    void operator()(archive* handle) const noexcept { archive_read_free(handle); }
};
using Archive = std::unique_ptr<archive, CloseArchive>;

/// The ZIP, at the library's place in it. By pread and lseek alone: a reader may not ask more of a file.
struct ZipFile {
    int descriptor = -1;
    off_t size = 0;
    off_t offset = 0;
    std::string block = std::string(zip_block_bytes, '\0');

    static la_ssize_t read(archive* /*handle*/, void* data, const void** block) {
        auto& zip = *static_cast<ZipFile*>(data);
        ssize_t got = 0;
        do {
            got = ::pread(zip.descriptor, zip.block.data(), zip.block.size(), zip.offset);
        } while (got < 0 && errno == EINTR);
        *block = zip.block.data();
        zip.offset += std::max<ssize_t>(got, 0);
        return got < 0 ? ARCHIVE_FATAL : got;
    }
    static la_int64_t skip(archive* /*handle*/, void* data, la_int64_t count) {
        auto& zip = *static_cast<ZipFile*>(data);
        const la_int64_t skipped = std::clamp<la_int64_t>(count, 0, std::max<off_t>(zip.size - zip.offset, 0));
        zip.offset += skipped;
        return skipped;
    }
    static la_int64_t seek(archive* /*handle*/, void* data, la_int64_t offset, int whence) {
        auto& zip = *static_cast<ZipFile*>(data);
        const la_int64_t from = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? zip.offset : zip.size;
        la_int64_t place = 0;
        if (__builtin_add_overflow(from, offset, &place) || place < 0) {
            return ARCHIVE_FATAL;
        }
        zip.offset = place;
        return place;
    }
};

/// Hands one entry on; false where it cannot be read to its end. What is too long is cut: the parent judges it.
bool hand_on(archive* handle, std::string_view name, const PutFrame& put) {
    put(unpack_frame::entry, name.substr(0, name_bytes));
    std::string piece(unpack_frame::piece_bytes, '\0');
    std::uint64_t size = 0;
    for (;;) {
        const la_ssize_t got = archive_read_data(handle, piece.data(), piece.size());
        if (got < 0) {
            return false;
        }
        if (got == 0 || size > limits::entry_bytes) {
            put(unpack_frame::entry_end, "");
            return true;
        }
        size += static_cast<std::uint64_t>(got);
        put(unpack_frame::piece, std::string_view(piece).substr(0, static_cast<std::size_t>(got)));
    }
}

void unpack_for_parent(cage::Link& link) {
    cage::Frame given;
    while (link.next(given)) {
        MOISSON_INVARIANT(given.kind == unpack_frame::archive && given.descriptor.is_open(), "the parent is the same program");
        const std::uint8_t end =
            unpack_frames(given.descriptor.get(), [&](std::uint8_t kind, std::string_view bytes) { link.put(kind, bytes); });
        given.descriptor = {};
        link.put(end, "");
        link.flush();
    }
}

/// The parent's side of one ZIP: believes nothing, and counts.
class Unpacking {
public:
    Unpacking(cage::Cage& child, std::uint64_t size_bytes, const TakeEntry& take)
        : child_(child), take_(take), budget_(size_bytes * limits::unpacked_ratio + limits::unpacked_free_bytes) {
        budget_ = std::min(budget_, limits::unpacked_bytes);
    }

    Result<Unpacked> run() {
        for (;;) {
            child_.allow(limits::patience);
            auto frame = child_.next();
            if (!frame) {
                if (frame.error().ending == cage::Ending::cancelled) {
                    return fail(ErrorCode::cancelled, frame.error().sentence);
                }
                return ended(messages::reader_failed(frame.error().sentence));
            }
            switch (frame->kind) {
                case unpack_frame::whole: return name_ ? ended(nonsense()) : std::move(unpacked_);
                case unpack_frame::broken: return ended(messages::zip_broken);
                case unpack_frame::encrypted: return ended(messages::zip_encrypted);
                default: break;
            }
            if (auto done = take(*frame); !done) {
                return fail(std::move(done.error()));
            }
            if (unpacked_.why) {
                return std::move(unpacked_);
            }
        }
    }

private:
    Status take(const cage::Frame& frame) {
        if (frame.kind == unpack_frame::other || frame.kind == unpack_frame::entry) {
            if (++entries_ > limits::zip_entries) {
                unpacked_.why = messages::zip_holds_more(limits::zip_entries);
                return {};
            }
        }
        if (frame.kind == unpack_frame::other && !name_) {
            ++unpacked_.others;
        } else if (frame.kind == unpack_frame::entry && !name_) {
            name_ = std::string(frame.bytes);
            bytes_.clear();
        } else if (frame.kind == unpack_frame::piece && name_) {
            total_ += frame.bytes.size();
            if (total_ > budget_ || bytes_.size() + frame.bytes.size() > limits::entry_bytes) {
                unpacked_.why = messages::zip_unpacks_to_more;
                return {};
            }
            bytes_ += frame.bytes;
        } else if (frame.kind == unpack_frame::entry_end && name_) {
            const std::string name = std::move(*name_);
            name_.reset();
            return take_(name, std::move(bytes_));
        } else {
            unpacked_.why = nonsense();
        }
        return {};
    }

    Message nonsense() { return messages::reader_failed(child_.refuse().sentence); }

    Unpacked ended(Message why) {
        unpacked_.why = std::move(why);
        return std::move(unpacked_);
    }

    cage::Cage& child_;
    const TakeEntry& take_;
    std::uint64_t budget_;
    std::uint64_t total_ = 0;
    std::size_t entries_ = 0;
    std::optional<std::string> name_;  // of the entry at hand
    std::string bytes_;
    Unpacked unpacked_;
};

}  // namespace

std::uint8_t unpack_frames(int descriptor, const PutFrame& put) {
    ZipFile zip;
    zip.descriptor = descriptor;
    zip.size = ::lseek(descriptor, 0, SEEK_END);
    const Archive handle(archive_read_new());
    MOISSON_INVARIANT(handle != nullptr, "no memory for an archive reader");
    archive_read_set_read_callback(handle.get(), &ZipFile::read);
    archive_read_set_skip_callback(handle.get(), &ZipFile::skip);
    archive_read_set_seek_callback(handle.get(), &ZipFile::seek);
    archive_read_set_callback_data(handle.get(), &zip);
    if (zip.size < 0 || archive_read_support_format_zip_seekable(handle.get()) != ARCHIVE_OK ||
        archive_read_open1(handle.get()) != ARCHIVE_OK) {
        return unpack_frame::broken;
    }
    for (;;) {
        archive_entry* entry = nullptr;
        const int step = archive_read_next_header(handle.get(), &entry);
        if (step == ARCHIVE_EOF) {
            return unpack_frame::whole;
        }
        if (step != ARCHIVE_OK && step != ARCHIVE_WARN) {
            return unpack_frame::broken;
        }
        const char* const text = archive_entry_pathname(entry);
        const std::string name = text == nullptr ? "" : text;
        if (archive_entry_filetype(entry) == AE_IFDIR) {
            continue;
        }
        if (archive_entry_filetype(entry) != AE_IFREG || !is_document_name(name)) {
            put(unpack_frame::other, "");
        } else if (archive_entry_is_data_encrypted(entry) != 0) {
            return unpack_frame::encrypted;
        } else if (!hand_on(handle.get(), name, put)) {
            return unpack_frame::broken;
        }
    }
}

bool has_ending(std::string_view name, std::string_view ending) {
    const auto small = [](char letter) { return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter; };
    return name.size() > ending.size() && std::equal(ending.begin(), ending.end(), name.end() - static_cast<std::ptrdiff_t>(ending.size()),
                                                     [&](char wanted, char letter) { return wanted == small(letter); });
}

bool is_document_name(std::string_view name) { return has_ending(name, ".pdf") || has_ending(name, ".xml"); }

cage::Job unpack_job() { return {unpack_job_name, nullptr, unpack_for_parent}; }

Result<Unpacked> unpack(cage::Descriptor zip, std::uint64_t size_bytes, const std::stop_token& stop, const TakeEntry& take) {
    cage::Limits cage_limits;
    cage_limits.memory_bytes = limits::memory_bytes;
    auto child = cage::Cage::start(unpack_job_name, cage_limits, stop);
    if (!child) {
        const bool is_stop = child.error().ending == cage::Ending::cancelled;
        return fail(is_stop ? ErrorCode::cancelled : ErrorCode::internal, messages::no_reader(child.error().sentence));
    }
    (*child)->put(unpack_frame::archive, "", std::move(zip));
    return Unpacking(**child, size_bytes, take).run();
}

}  // namespace moisson::invoice
