/// Plain files and ZIP archives as streams of bytes, cut at the ends of records.
#include "usage/input.hpp"
#include "usage/messages.hpp"
#include "usage/scan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace moisson::usage {

namespace {

constexpr std::string_view workbook_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
constexpr std::string_view workbook_begin("PK\x03\x04", 4);  // of any ZIP

class FileSource final : public ByteSource {
public:
    explicit FileSource(StoredFile& file) : file_(file) {}

    Result<std::size_t> read(char* to, std::size_t size) override {
        const auto got = file_.read_at(offset_, to, size);
        if (!got && got.error().code != ErrorCode::disk) {
            trouble_ = trouble_of(0, got.error());
            return std::size_t{0};
        }
        offset_ += got.value_or(0);
        return got;
    }
    std::optional<LineError> trouble() const override { return trouble_; }

private:
    StoredFile& file_;
    std::uint64_t offset_ = 0;
    std::optional<LineError> trouble_;
};

/// The one file inside a ZIP.
class ZipSource final : public ByteSource {
public:
    explicit ZipSource(StoredFile& file) : archive_(file) {}

    Status open() {
        if (auto opened = archive_.open(ArchiveReader::Form::any); !opened) {
            return fail(said(std::move(opened.error()), messages::zip_cannot_opened));
        }
        for (;;) {
            auto entry = archive_.next();
            if (!entry) {
                return fail(said(std::move(entry.error()), messages::zip_directory_cannot_read));
            }
            if (!*entry) {
                return fail(ErrorCode::bad_input, messages::zip_holds_no_file);
            }
            if ((*entry)->is_file) {
                return {};
            }
        }
    }

    Result<std::size_t> read(char* to, std::size_t size) override {
        std::size_t filled = 0;
        while (filled < size && !trouble_) {
            auto got = archive_.read(to + filled, size - filled);
            if (!got && got.error().code == ErrorCode::disk) {
                return got;
            }
            if (!got) {
                trouble_ = trouble_of(0, said(std::move(got.error()), messages::what_zip_holds_cannot_unpacked));
                break;
            }
            if (*got == 0) {
                if (auto alone = check_alone(); !alone) {
                    trouble_ = trouble_of(0, alone.error());
                }
                break;
            }
            filled += *got;
        }
        return filled;
    }
    std::optional<LineError> trouble() const override { return trouble_; }

private:
    /// What is no more than broken, in our words and the library's.
    static Error said(Error error, const Message& what) {
        if (error.code == ErrorCode::bad_input) {
            error.message = error.cause.empty() ? what : messages::with_cause(what, error.cause);
        }
        return error;
    }
    Status check_alone() {
        while (!at_end_) {
            auto entry = archive_.next();
            if (!entry) {
                return fail(said(std::move(entry.error()), messages::zip_directory_cannot_read));
            }
            at_end_ = !*entry;
            if (*entry && (*entry)->is_file) {
                return fail(ErrorCode::bad_input, messages::zip_holds_more_one_file);
            }
        }
        return {};
    }

    ArchiveReader archive_;
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

tl::unexpected<Error> error_of(const LineError& trouble) {
    return fail(trouble.kind == Trouble::over_budget ? ErrorCode::too_large : ErrorCode::bad_input, trouble.message);
}

Result<Input> open_zip(StoredFile& file) {
    auto zip = std::make_unique<ZipSource>(file);
    if (auto opened = zip->open(); !opened) {
        return fail(std::move(opened.error()));
    }
    std::string bytes(4, '\0');
    auto got = zip->read(bytes.data(), bytes.size());
    if (!got) {
        return fail(std::move(got.error()));
    }
    if (zip->trouble()) {
        return error_of(*zip->trouble());
    }
    bytes.resize(*got);
    if (bytes != workbook_begin) {
        return Input{std::make_unique<JoinedSource>(std::move(bytes), std::move(zip)), false};
    }
    const std::size_t bytes_max = file.budget().limits().inner_workbook_bytes;
    bytes.reserve(bytes_max + 1);  // what is not written to costs nothing
    std::string piece(64U << 10U, '\0');
    for (bool is_more = true; is_more && bytes.size() <= bytes_max;) {
        const std::size_t wanted = std::min(piece.size(), bytes_max + 1 - bytes.size());
        got = zip->read(piece.data(), wanted);
        if (!got) {
            return fail(std::move(got.error()));
        }
        if (zip->trouble()) {
            return error_of(*zip->trouble());
        }
        bytes.append(piece, 0, *got);
        is_more = *got == wanted;
    }
    if (bytes.size() > bytes_max) {
        return fail(ErrorCode::too_large, messages::workbook_inside_zip_larger_64_mib);
    }
    auto workbook = open_workbook(file, std::move(bytes));
    return workbook ? Result<Input>(Input{std::move(*workbook), true}) : fail(std::move(workbook.error()));
}

}  // namespace

LineError trouble_of(std::uint64_t line, const Error& error) {
    return {line, error.message, error.code == ErrorCode::too_large ? Trouble::over_budget : Trouble::unreadable};
}

Result<Input> open_input(StoredFile& file, std::string_view media_type) {
    if (media_type == workbook_type) {
        auto workbook = open_workbook(file);
        return workbook ? Result<Input>(Input{std::move(*workbook), true}) : fail(std::move(workbook.error()));
    }
    if (media_type == zip_type) {
        return open_zip(file);
    }
    if (media_type != "text/csv" && media_type != "application/octet-stream") {
        return fail(ErrorCode::wrong_type, messages::file_neither_csv_nor_workbook(sanitise(media_type, 60)));
    }
    return Input{std::make_unique<FileSource>(file), false};
}

void Cutter::look_outside(Scan& scan, std::string_view bytes) const {
    // No quote in here: every line end ends a record.
    const std::uint64_t count = count_of(bytes, '\n');
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
        scan.line_ends += count_of(inside, '\n');
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
    lines_end_with_cr_ =
        !lines_are_rows_ && buffer.bytes().find('\n') == std::string_view::npos && buffer.bytes().find('\r') != std::string_view::npos;
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
            error_ = LineError{line_, line_too_long};
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
            error_ = LineError{line_ + scan.lines_at_end, line_too_long};
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
