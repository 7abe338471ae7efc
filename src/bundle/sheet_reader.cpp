/// See sheet_reader.hpp.

#include "bundle/sheet_reader.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <memory>
#include <optional>
#include <string_view>

#include "bundle/limits.hpp"

namespace moisson::bundle {

namespace {

constexpr std::string_view sheet_folder = "xl/worksheets/sheet";

struct ArchiveCloser {
    void operator()(archive* handle) const { archive_read_free(handle); }
};

tl::unexpected<Error> refused(std::string what) { return fail(ErrorCode::verification, std::move(what)); }

/// Gives libarchive the bytes of an open file. Its own way to do so asks for more than may be at hand.
class ArchiveSource {
public:
    explicit ArchiveSource(const OpenFile& file) : file_(file), size_(static_cast<std::int64_t>(file.size_bytes().value_or(0))) {}

    [[nodiscard]] bool open(archive* reader) {
        return archive_read_set_callback_data(reader, this) == ARCHIVE_OK && archive_read_set_read_callback(reader, read) == ARCHIVE_OK &&
               archive_read_set_seek_callback(reader, seek) == ARCHIVE_OK && archive_read_set_skip_callback(reader, skip) == ARCHIVE_OK &&
               archive_read_open1(reader) == ARCHIVE_OK;
    }
    [[nodiscard]] std::uint64_t size_bytes() const { return static_cast<std::uint64_t>(size_); }

private:
    static la_ssize_t read(archive*, void* self, const void** bytes) {
        constexpr std::int64_t piece_bytes = 256 << 10;
        ArchiveSource& source = *static_cast<ArchiveSource*>(self);
        const std::int64_t size = std::min(piece_bytes, source.size_ - source.at_);
        auto piece = source.file_.read_at(static_cast<std::uint64_t>(source.at_), static_cast<std::uint64_t>(size));
        if (!piece) {
            return -1;
        }
        source.piece_ = std::move(*piece);
        source.at_ += size;
        *bytes = source.piece_.data();
        return size;
    }
    static la_int64_t seek(archive*, void* self, la_int64_t offset, int whence) {
        ArchiveSource& source = *static_cast<ArchiveSource*>(self);
        const std::int64_t from = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? source.at_ : source.size_;
        if (offset < -from || offset > source.size_ - from) {
            return ARCHIVE_FATAL;
        }
        source.at_ = from + offset;
        return source.at_;
    }
    static la_int64_t skip(archive*, void* self, la_int64_t wanted) {
        ArchiveSource& source = *static_cast<ArchiveSource*>(self);
        const std::int64_t size = std::clamp<std::int64_t>(wanted, 0, source.size_ - source.at_);
        source.at_ += size;
        return size;
    }

    const OpenFile& file_;
    const std::int64_t size_;
    std::int64_t at_ = 0;
    std::string piece_;
};

/// libarchive reads packings whose dictionaries alone are gigabytes; workbooks are deflated.
bool is_plain_packing(archive* reader) {
    const char* const name = archive_format_name(reader);
    const std::string_view format = name == nullptr ? std::string_view() : std::string_view(name);
    return format.find("(deflation)") != std::string_view::npos || format.find("(uncompressed)") != std::string_view::npos;
}

/// Hands the pieces of each wanted part to `sink`; an error from it ends the reading. `wants` gets the parts' names.
Status for_each_part(const OpenFile& file, const std::function<bool(std::string_view)>& wants,
                     const std::function<Status(std::string_view)>& sink) {
    ArchiveSource source(file);
    const std::unique_ptr<archive, ArchiveCloser> reader(archive_read_new());
    MOISSON_INVARIANT(reader != nullptr, "no memory for an archive reader");
    if (archive_read_support_format_zip_seekable(reader.get()) != ARCHIVE_OK || !source.open(reader.get())) {
        return refused("it cannot be opened as a workbook");
    }
    std::uint64_t left = limits::unpacked_bytes + limits::unpacked_ratio * source.size_bytes();
    archive_entry* entry = nullptr;
    int step = ARCHIVE_OK;
    for (std::size_t parts = 0; (step = archive_read_next_header(reader.get(), &entry)) == ARCHIVE_OK; ++parts) {
        const char* name = archive_entry_pathname(entry);
        const std::string part = name == nullptr ? "" : name;
        if (parts >= limits::workbook_parts) {
            return refused("over budget: it has more parts than any workbook");
        }
        if (!wants(part)) {
            continue;
        }
        if (!is_plain_packing(reader.get())) {
            return refused(fmt::format("its part {} is packed in a way that no workbook is", sanitise(part, 60)));
        }
        const void* piece = nullptr;
        std::size_t size = 0;
        la_int64_t offset = 0;
        int read = ARCHIVE_OK;
        while ((read = archive_read_data_block(reader.get(), &piece, &size, &offset)) == ARCHIVE_OK) {
            if (size > left) {
                return refused(fmt::format("over budget: what it packs is more than {} times its own length", limits::unpacked_ratio));
            }
            left -= size;
            if (auto taken = sink({static_cast<const char*>(piece), size}); !taken) {
                return taken;
            }
        }
        if (read != ARCHIVE_EOF) {
            return refused(fmt::format("its part {} cannot be read", sanitise(part, 60)));
        }
    }
    return step == ARCHIVE_EOF ? Status{} : refused("its parts cannot be read");
}

std::string unescape(std::string_view text) {
    constexpr std::pair<std::string_view, char> entities[] = {
        {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}, {"&amp;", '&'}};
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const auto* const known =
            std::find_if(std::begin(entities), std::end(entities), [&](const auto& one) { return text.starts_with(one.first); });
        if (known != std::end(entities)) {
            out += known->second;
            text.remove_prefix(known->first.size());
        } else {
            out += text.front();
            text.remove_prefix(1);
        }
    }
    return out;
}

/// The attribute's value in a start tag; empty when it has none.
std::string_view attribute(std::string_view tag, std::string_view name) {
    const std::string mark = fmt::format(" {}=\"", name);
    const std::size_t at = tag.find(mark);
    if (at == std::string_view::npos) {
        return {};
    }
    const std::string_view rest = tag.substr(at + mark.size());
    return rest.substr(0, rest.find('"'));
}

/// 0 for "A", 27 for "AB"; `limits::sheet_columns` and above where the reference is none of ours.
std::size_t column_of(std::string_view reference) {
    std::size_t column = 0;
    while (!reference.empty() && reference.front() >= 'A' && reference.front() <= 'Z' && column <= limits::sheet_columns) {
        column = column * 26 + static_cast<std::size_t>(reference.front() - 'A' + 1);
        reference.remove_prefix(1);
    }
    return column == 0 ? limits::sheet_columns : column - 1;
}

std::string_view between(std::string_view text, std::string_view before, std::string_view after) {
    const std::size_t from = text.find(before);
    if (from == std::string_view::npos) {
        return {};
    }
    const std::string_view rest = text.substr(from + before.size());
    return rest.substr(0, rest.find(after));
}

/// A cell's text; empty when it is none that is published.
std::optional<Cell> read_cell(std::string_view tag, std::string_view inner) {
    if (inner.find("<f") != std::string_view::npos) {
        return std::nullopt;
    }
    if (attribute(tag, "t") == "inlineStr") {
        const std::size_t open = inner.find("<t");
        const std::size_t start = open == std::string_view::npos ? open : inner.find('>', open);
        return start == std::string_view::npos ? std::nullopt
                                               : std::optional(Cell{unescape(between(inner.substr(start), ">", "</t>")), false});
    }
    if (!attribute(tag, "t").empty() && attribute(tag, "t") != "n") {
        return std::nullopt;
    }
    return Cell{std::string(between(inner, "<v>", "</v>")), true};
}

/// Cuts one sheet's bytes into rows.
class SheetScanner {
public:
    explicit SheetScanner(const std::function<void(const SheetRow&)>& on_row) : on_row_(on_row) {}

    Status take(std::size_t sheet, std::string_view piece) {
        if (sheet != sheet_) {
            waiting_.clear();
            sheet_ = sheet;
        }
        // Looked through already, but for what may be the beginning of a mark.
        const std::size_t seen = waiting_.size() - std::min(waiting_.size(), mark_bytes);
        waiting_ += piece;
        std::size_t done = 0;
        std::size_t begun = std::string::npos;
        for (;;) {
            begun = waiting_.find("<row ", done);
            const std::size_t to = begun == std::string::npos ? begun : waiting_.find("</row>", std::max(begun, seen));
            if (to == std::string::npos) {
                break;
            }
            if (auto taken = take_row(std::string_view(waiting_).substr(begun, to - begun)); !taken) {
                return taken;
            }
            done = to + mark_bytes;
        }
        // Keeps the row that has begun, or enough to see one begin.
        waiting_.erase(0, begun == std::string::npos ? std::max(done, waiting_.size() - std::min(waiting_.size(), mark_bytes)) : begun);
        return waiting_.size() > limits::sheet_row_bytes ? refused("over budget: a row of it is longer than any") : Status{};
    }

private:
    static constexpr std::size_t mark_bytes = 6;  // "</row>"

    Status take_row(std::string_view row) {
        SheetRow read;
        read.sheet = sheet_;
        const std::string_view number = attribute(row.substr(0, row.find('>')), "r");
        std::from_chars(number.data(), number.data() + number.size(), read.number);
        std::size_t next = 0;
        for (std::size_t at = row.find("<c "); at != std::string_view::npos; at = row.find("<c ", next)) {
            const std::size_t end = row.find('>', at);
            next = end + 1;  // npos: the cell is refused
            const std::string_view tag = row.substr(at, end - at);
            const std::size_t column = column_of(attribute(tag, "r"));
            if (end == std::string_view::npos || column >= limits::sheet_columns) {
                return refused("a cell of it stands at no place of its own");
            }
            if (tag.ends_with('/')) {
                continue;  // a look without a value
            }
            const std::size_t close = row.find("</c>", end);
            auto cell = close == std::string_view::npos ? std::nullopt : read_cell(tag, row.substr(end + 1, close - end - 1));
            if (!cell) {
                return refused(fmt::format("a cell in row {} of sheet {} is not a plain number or text", read.number, sheet_ + 1));
            }
            next = close;
            read.cells.resize(std::max(read.cells.size(), column + 1));
            read.cells[column] = std::move(*cell);
        }
        on_row_(read);
        return {};
    }

    const std::function<void(const SheetRow&)>& on_row_;
    std::size_t sheet_ = 0;
    std::string waiting_;
};

}  // namespace

const Cell& SheetRow::at(std::size_t column) const {
    static const Cell none;
    return column < cells.size() ? cells[column] : none;
}

Result<std::vector<std::string>> read_sheet_names(const OpenFile& workbook) {
    std::string text;
    auto read = for_each_part(
        workbook, [](std::string_view part) { return part == "xl/workbook.xml"; },
        [&](std::string_view piece) -> Status {
            text += piece;
            return text.size() > limits::sheet_names_bytes ? refused("over budget: its list of sheets is longer than any") : Status{};
        });
    if (!read) {
        return fail(std::move(read.error()));
    }
    std::vector<std::string> names;
    for (std::size_t at = text.find("<sheet "); at != std::string::npos; at = text.find("<sheet ", at + 1)) {
        const std::size_t end = text.find('>', at);
        if (end == std::string::npos || names.size() >= limits::sheets) {
            return refused("over budget: it has more sheets than any workbook");
        }
        names.push_back(unescape(attribute(std::string_view(text).substr(at, end - at), "name")));
    }
    return names;
}

Status read_sheets(const OpenFile& workbook, const std::function<void(const SheetRow&)>& on_row) {
    SheetScanner scanner(on_row);
    std::size_t number = 0;
    return for_each_part(
        workbook,
        [&](std::string_view part) {
            if (!part.starts_with(sheet_folder)) {
                return false;
            }
            const std::string_view digits = part.substr(sheet_folder.size());
            number = 0;
            return std::from_chars(digits.data(), digits.data() + digits.size(), number).ec == std::errc{} && number != 0;
        },
        [&](std::string_view piece) { return scanner.take(number - 1, piece); });
}

}  // namespace moisson::bundle
