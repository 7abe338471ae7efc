/// Plain files and ZIP archives as streams of bytes, cut at the ends of records.
#include "usage/input.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

namespace moisson::usage {

namespace {

/// What a packed file may become: far above any report, and an end for a file that is nothing but a bomb.
constexpr std::uint64_t unpacked_bytes_max = 16ULL << 30U;
/// A workbook inside a ZIP is held whole.
constexpr std::size_t inner_workbook_bytes_max = 64U << 20U;

constexpr std::string_view workbook_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
constexpr std::string_view zip_type = "application/zip";
constexpr std::string_view workbook_begin("PK\x03\x04", 4);  // of any ZIP

tl::unexpected<Error> disk_error(std::string what, const std::filesystem::path& file, int number) {
    Error error;
    error.code = ErrorCode::disk;
    error.message = std::move(what);
    error.where = file.string();
    error.cause = std::generic_category().message(number);
    return fail(std::move(error));
}

class FileSource final : public ByteSource {
public:
    FileSource(const std::filesystem::path& file, int descriptor) : file_(file), descriptor_(descriptor) {}
    ~FileSource() override { ::close(descriptor_); }
    FileSource(const FileSource&) = delete;
    FileSource& operator=(const FileSource&) = delete;

    Result<std::size_t> read(char* to, std::size_t size) override {
        std::size_t filled = 0;
        while (filled < size) {
            const ssize_t got = ::read(descriptor_, to + filled, size - filled);
            if (got < 0 && errno == EINTR) {
                continue;
            }
            if (got < 0) {
                return disk_error("cannot read the stored file", file_, errno);
            }
            if (got == 0) {
                break;
            }
            filled += static_cast<std::size_t>(got);
        }
        return filled;
    }

private:
    std::filesystem::path file_;
    int descriptor_;
};

struct ArchiveCloser {
    void operator()(archive* handle) const noexcept { archive_read_free(handle); }
};

/// The one file inside a ZIP.
class ZipSource final : public ByteSource {
public:
    explicit ZipSource(const std::filesystem::path& file) : file_(file), archive_(archive_read_new()) {
        MOISSON_INVARIANT(archive_ != nullptr, "no memory for an archive reader");
    }

    Status open() {
        constexpr std::size_t block_bytes = 256U << 10U;
        // A stored file that is not there is the disk's matter, not the document's.
        if (auto readable = open_file(file_); !readable) {
            return fail(std::move(readable.error()));
        }
        if (archive_read_support_format_zip(archive_.get()) != ARCHIVE_OK ||
            archive_read_open_filename(archive_.get(), file_.c_str(), block_bytes) != ARCHIVE_OK) {
            return broken("the ZIP cannot be opened");
        }
        for (;;) {
            archive_entry* entry = nullptr;
            const int step = archive_read_next_header(archive_.get(), &entry);
            if (step == ARCHIVE_EOF) {
                return broken("the ZIP holds no file");
            }
            if (step != ARCHIVE_OK && step != ARCHIVE_WARN) {
                return broken("the ZIP's directory cannot be read");
            }
            if (archive_entry_filetype(entry) == AE_IFREG) {
                return {};
            }
        }
    }

    Result<std::size_t> read(char* to, std::size_t size) override {
        std::size_t filled = 0;
        while (filled < size) {
            const la_ssize_t got = archive_read_data(archive_.get(), to + filled, size - filled);
            if (got < 0) {
                set_trouble(broken("what the ZIP holds cannot be unpacked").value());
                break;
            }
            if (got == 0) {
                if (auto alone = check_alone(); !alone) {
                    set_trouble(alone.error());
                }
                break;
            }
            filled += static_cast<std::size_t>(got);
            total_ += static_cast<std::uint64_t>(got);
            if (total_ > unpacked_bytes_max) {
                trouble_ = LineError{0, "what the ZIP holds is larger than 16 GiB"};
                break;
            }
        }
        return filled;
    }
    std::optional<LineError> trouble() const override { return trouble_; }

private:
    tl::unexpected<Error> broken(std::string message) const {
        const char* text = archive_error_string(archive_.get());
        return fail(ErrorCode::bad_input, text == nullptr ? std::move(message) : fmt::format("{}: {}", message, sanitise(text)));
    }
    Status check_alone() {
        archive_entry* entry = nullptr;
        int step = ARCHIVE_OK;
        while (!at_end_ && (step = archive_read_next_header(archive_.get(), &entry)) != ARCHIVE_EOF) {
            if (step != ARCHIVE_OK && step != ARCHIVE_WARN) {
                return broken("the ZIP's directory cannot be read");
            }
            if (archive_entry_filetype(entry) == AE_IFREG) {
                return fail(ErrorCode::bad_input, "the ZIP holds more than one file");
            }
        }
        at_end_ = true;
        return {};
    }

    void set_trouble(const Error& error) { trouble_ = LineError{0, error.message}; }

    std::filesystem::path file_;
    std::unique_ptr<archive, ArchiveCloser> archive_;
    std::uint64_t total_ = 0;
    bool at_end_ = false;
    std::optional<LineError> trouble_;
};

/// Bytes looked at, then the rest of their source.
class JoinedSource final : public ByteSource {
public:
    JoinedSource(std::string first, std::unique_ptr<ByteSource> rest) : first_(std::move(first)), rest_(std::move(rest)) {}
    Result<std::size_t> read(char* to, std::size_t size) override {
        const std::size_t taken = std::min(size, first_.size() - at_);
        std::memcpy(to, first_.data() + at_, taken);
        at_ += taken;
        if (taken == size) {
            return size;
        }
        auto more = rest_->read(to + taken, size - taken);
        return more ? Result<std::size_t>(taken + *more) : more;
    }
    std::optional<LineError> trouble() const override { return rest_->trouble(); }

private:
    std::string first_;
    std::size_t at_ = 0;
    std::unique_ptr<ByteSource> rest_;
};

Result<Input> open_zip(const std::filesystem::path& file) {
    auto zip = std::make_unique<ZipSource>(file);
    if (auto opened = zip->open(); !opened) {
        return fail(std::move(opened.error()));
    }
    std::string first(4, '\0');
    const auto got = zip->read(first.data(), first.size());
    if (!got) {
        return fail(got.error());
    }
    if (zip->trouble()) {
        return fail(ErrorCode::bad_input, zip->trouble()->message);
    }
    first.resize(*got);
    if (first != workbook_begin) {
        return Input{std::make_unique<JoinedSource>(std::move(first), std::move(zip)), false};
    }
    std::string bytes = std::move(first);
    bytes.resize(inner_workbook_bytes_max + 1);
    const auto more = zip->read(bytes.data() + 4, bytes.size() - 4);
    if (!more) {
        return fail(more.error());
    }
    if (zip->trouble()) {
        return fail(ErrorCode::bad_input, zip->trouble()->message);
    }
    bytes.resize(4 + *more);
    if (bytes.size() > inner_workbook_bytes_max) {
        return fail(ErrorCode::too_large, "the workbook inside the ZIP is larger than 64 MiB");
    }
    bytes.shrink_to_fit();
    auto workbook = open_workbook(file, std::move(bytes));
    return workbook ? Result<Input>(Input{std::move(*workbook), true}) : fail(std::move(workbook.error()));
}

}  // namespace

Result<std::unique_ptr<ByteSource>> open_file(const std::filesystem::path& file) {
    const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) {
        return disk_error("cannot open the stored file", file, errno);
    }
    return std::make_unique<FileSource>(file, descriptor);
}

bool may_hold_workbook(const std::filesystem::path& zip) {
    ZipSource source(zip);
    std::array<char, 4> first{};
    if (!source.open()) {
        return true;  // reading it says what is wrong
    }
    const auto got = source.read(first.data(), first.size());
    return !got || source.trouble() || (*got == first.size() && std::string_view(first.data(), first.size()) == workbook_begin);
}

Result<Input> open_input(const std::filesystem::path& file, std::string_view media_type) {
    if (media_type == workbook_type) {
        auto workbook = open_workbook(file);
        return workbook ? Result<Input>(Input{std::move(*workbook), true}) : fail(std::move(workbook.error()));
    }
    if (media_type == zip_type) {
        return open_zip(file);
    }
    if (media_type != "text/csv" && media_type != "application/octet-stream") {
        return fail(ErrorCode::wrong_type, fmt::format("the file is {}, neither a CSV nor a workbook", sanitise(media_type, 60)));
    }
    auto plain = open_file(file);
    return plain ? Result<Input>(Input{std::move(*plain), false}) : fail(std::move(plain.error()));
}

void Cutter::look_outside(Scan& scan, std::string_view bytes) const {
    // No quote in here: every line end ends a record.
    const auto count = static_cast<std::uint64_t>(std::count(bytes.begin(), bytes.end(), '\n'));
    if (count > 0) {
        scan.line_ends += count;
        scan.records += count;
        scan.record_end = scan.at + bytes.rfind('\n') + 1;
        scan.lines_at_end = lines_are_rows_ ? scan.records : scan.line_ends;
    }
    scan.at += bytes.size();
}

void Cutter::look(Scan& scan, std::string_view bytes, bool at_end) const {
    while (scan.at < bytes.size()) {
        const std::size_t quote = bytes.find('"', scan.at);
        const std::size_t until = std::min(quote, bytes.size());
        if (!scan.in_quotes) {
            look_outside(scan, bytes.substr(scan.at, until - scan.at));
            if (quote == std::string_view::npos) {
                return;
            }
            scan.in_quotes = quote == 0 || bytes[quote - 1] == ';' || bytes[quote - 1] == '\n';
            scan.at = quote + 1;
            continue;
        }
        const std::string_view inside = bytes.substr(scan.at, until - scan.at);
        scan.line_ends += static_cast<std::uint64_t>(std::count(inside.begin(), inside.end(), '\n'));
        scan.at = until;
        if (quote == std::string_view::npos || (quote + 1 == bytes.size() && !at_end)) {
            return;  // what follows the quote says what it is
        }
        const bool is_doubled = quote + 1 < bytes.size() && bytes[quote + 1] == '"';
        scan.in_quotes = is_doubled;
        scan.at = quote + (is_doubled ? 2U : 1U);
    }
}

/// Leaves out byte order marks, and looks which line ends the file has.
void Cutter::begin(RawBuffer& buffer) {
    constexpr std::string_view mark = "\xEF\xBB\xBF";
    has_begun_ = true;
    std::size_t marks = 0;
    while (buffer.bytes().substr(marks).starts_with(mark)) {
        marks += mark.size();
    }
    std::memmove(buffer.data(), buffer.data() + marks, buffer.size() - marks);
    buffer.resize(buffer.size() - marks);
    lines_end_with_cr_ = !lines_are_rows_ && buffer.bytes().find('\n') == std::string_view::npos &&
                         buffer.bytes().find('\r') != std::string_view::npos;
    // A single line that is not ended, or ends with CR alone before the file does, is no sign.
    lines_end_with_cr_ = lines_end_with_cr_ && buffer.bytes().find('\r') + 1 < buffer.size();
}

Status Cutter::next(Piece& piece, std::size_t bytes) {
    piece.error.reset();
    piece.lines_size = 0;
    piece.is_last = false;
    piece.first_line = line_;
    RawBuffer& buffer = piece.buffer;
    buffer.clear();
    std::memcpy(buffer.reserve(rest_.size() + padding_bytes), rest_.data(), rest_.size());
    buffer.resize(rest_.size());
    Scan scan;
    while (!at_end_ && scan.record_end == 0) {
        if (buffer.size() > line_bytes_max) {
            error_ = LineError{line_, std::string(line_too_long)};
            at_end_ = true;
            break;
        }
        const auto got = source_.read(buffer.reserve(bytes + padding_bytes), bytes);
        if (!got) {
            return fail(got.error());
        }
        at_end_ = *got < bytes;
        error_ = at_end_ ? source_.trouble() : std::nullopt;
        buffer.resize(buffer.size() + *got);
        const std::size_t before = has_begun_ ? buffer.size() - *got : 0;
        if (!has_begun_) {
            begin(buffer);
        }
        if (lines_end_with_cr_) {
            std::replace(buffer.data() + before, buffer.data() + buffer.size(), '\r', '\n');
        }
        look(scan, buffer.bytes(), at_end_);
    }
    std::size_t end = scan.record_end;
    if (at_end_ && !error_) {
        end = buffer.size();  // a last line without line end; the reader sees whether it is whole
        if (end - scan.record_end > line_bytes_max) {
            end = scan.record_end;
            error_ = LineError{line_ + scan.lines_at_end, std::string(line_too_long)};
        }
    }
    rest_.assign(buffer.data() + end, at_end_ ? 0 : buffer.size() - end);
    line_ += scan.lines_at_end;
    piece.lines_size = end;
    piece.is_last = at_end_;
    piece.error = error_;
    std::memset(buffer.reserve(padding_bytes), 0, padding_bytes);
    if (at_end_) {
        rest_.clear();
    }
    return {};
}

}  // namespace moisson::usage
