/// libarchive over a descriptor that others may be reading, too: each reader has its own place in the file.
#include "usage/archive.hpp"
#include "usage/messages.hpp"

#include <archive_entry.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include <fmt/format.h>

namespace moisson::usage {

namespace {

constexpr std::size_t block_bytes = 64U << 10U;

}  // namespace

Result<std::size_t> StoredFile::read_at(std::uint64_t offset, char* to, std::size_t size) {
    std::size_t filled = 0;
    while (filled < size) {
        const ssize_t got = ::pread(descriptor_.get(), to + filled, size - filled, static_cast<off_t>(offset + filled));
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            Error error;
            error.code = ErrorCode::disk;
            error.message = messages::cannot_read_stored_file;
            error.cause = std::generic_category().message(errno);
            return fail(std::move(error));
        }
        if (got == 0) {
            break;
        }
        filled += static_cast<std::size_t>(got);
    }
    if (auto within = budget_.took(); !within) {
        return fail(std::move(within.error()));
    }
    return filled;
}

struct ArchiveReader::Callbacks {
    static la_ssize_t read(archive* handle, void* data, const void** piece) {
        auto& reader = *static_cast<ArchiveReader*>(data);
        auto got = reader.file_.read_at(reader.offset_, reader.piece_.data(), reader.piece_.size());
        if (!got) {
            ::archive_set_error(handle, EIO, "%s", got.error().message.english().c_str());
            reader.read_error_ = std::move(got.error());
            return ARCHIVE_FATAL;
        }
        *piece = reader.piece_.data();
        reader.offset_ += *got;
        return static_cast<la_ssize_t>(*got);
    }
    static la_int64_t skip(archive* /*handle*/, void* data, la_int64_t count) {
        auto& reader = *static_cast<ArchiveReader*>(data);
        const std::uint64_t size = reader.file_.size_bytes();
        const std::uint64_t skipped = reader.offset_ >= size ? 0 : std::min(size - reader.offset_, static_cast<std::uint64_t>(count));
        reader.offset_ += skipped;
        return static_cast<la_int64_t>(skipped);
    }
    static la_int64_t seek(archive* /*handle*/, void* data, la_int64_t offset, int whence) {
        auto& reader = *static_cast<ArchiveReader*>(data);
        const auto size = static_cast<la_int64_t>(reader.file_.size_bytes());
        const la_int64_t from = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? static_cast<la_int64_t>(reader.offset_) : size;
        la_int64_t place = 0;
        if (__builtin_add_overflow(from, offset, &place) || place < 0) {
            return ARCHIVE_FATAL;
        }
        reader.offset_ = static_cast<std::uint64_t>(place);
        return place;
    }
};

ArchiveReader::ArchiveReader(StoredFile& file) : file_(file), piece_(block_bytes, '\0'), handle_(archive_read_new()) {
    MOISSON_INVARIANT(handle_ != nullptr, "no memory for an archive reader");
}

ArchiveReader::ArchiveReader(StoredFile& file, std::string_view bytes)
    : file_(file), bytes_(bytes), in_memory_(true), handle_(archive_read_new()) {
    MOISSON_INVARIANT(handle_ != nullptr, "no memory for an archive reader");
}

ArchiveReader::~ArchiveReader() { archive_read_free(handle_); }

tl::unexpected<Error> ArchiveReader::failure() {
    if (read_error_) {
        return fail(*read_error_);
    }
    const char* const text = archive_error_string(handle_);
    Error error;
    error.code = ErrorCode::bad_input;
    error.cause = text == nullptr ? std::string() : sanitise(text);
    return fail(file_.budget().first_of(std::move(error)));
}

Status ArchiveReader::open(Form form) {
    bool is_open = (form == Form::package ? archive_read_support_format_zip_seekable(handle_) : archive_read_support_format_zip(handle_)) ==
                   ARCHIVE_OK;
    if (is_open && in_memory_) {
        is_open = archive_read_open_memory(handle_, bytes_.data(), bytes_.size()) == ARCHIVE_OK;
    } else if (is_open) {
        archive_read_set_read_callback(handle_, &Callbacks::read);
        archive_read_set_skip_callback(handle_, &Callbacks::skip);
        archive_read_set_seek_callback(handle_, &Callbacks::seek);
        archive_read_set_callback_data(handle_, this);
        is_open = archive_read_open1(handle_) == ARCHIVE_OK;
    }
    return is_open ? Status{} : Status(failure());
}

Result<std::optional<ArchiveReader::Entry>> ArchiveReader::next() {
    if (++entries_ > file_.budget().limits().archive_entries) {
        return file_.budget().exceed(messages::holds_more_files(file_.budget().limits().archive_entries));
    }
    archive_entry* entry = nullptr;
    const int step = archive_read_next_header(handle_, &entry);
    if (step == ARCHIVE_EOF) {
        return std::optional<Entry>();
    }
    if (step != ARCHIVE_OK && step != ARCHIVE_WARN) {
        return failure();
    }
    const char* const name = archive_entry_pathname(entry);
    return std::optional<Entry>(
        Entry{name == nullptr ? std::string_view() : std::string_view(name), archive_entry_filetype(entry) == AE_IFREG});
}

Result<std::size_t> ArchiveReader::read(char* to, std::size_t size) {
    const la_ssize_t got = archive_read_data(handle_, to, size);
    if (got < 0) {
        return failure();
    }
    if (auto within = file_.budget().unpacked(static_cast<std::uint64_t>(got)); !within) {
        return fail(std::move(within.error()));
    }
    return static_cast<std::size_t>(got);
}

}  // namespace moisson::usage
