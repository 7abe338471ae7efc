/// See sheet_reader.hpp.

#include "bundle/sheet_reader.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <optional>
#include <string_view>

namespace moisson::bundle {

namespace {

/// 28 cells of 32,767 letters, each spelt with 6 bytes at most.
constexpr std::size_t row_bytes_max = 16U << 20U;
constexpr std::size_t names_bytes_max = 4U << 20U;
constexpr std::size_t columns_max = 64;
constexpr std::string_view sheet_folder = "xl/worksheets/sheet";

struct ArchiveCloser {
    void operator()(archive* handle) const { archive_read_free(handle); }
};

tl::unexpected<Error> refused(std::string what) { return fail(ErrorCode::verification, std::move(what)); }

/// Hands each part's name and pieces to `sink`; false from it ends the part.
Status for_each_part(const std::filesystem::path& path, const std::function<Status(std::string_view, std::string_view)>& sink) {
    const std::unique_ptr<archive, ArchiveCloser> reader(archive_read_new());
    MOISSON_INVARIANT(reader != nullptr, "no memory for an archive reader");
    if (archive_read_support_format_zip_seekable(reader.get()) != ARCHIVE_OK ||
        archive_read_open_filename(reader.get(), path.c_str(), 256U * 1024U) != ARCHIVE_OK) {
        return refused("it cannot be opened as a workbook");
    }
    archive_entry* entry = nullptr;
    int step = ARCHIVE_OK;
    while ((step = archive_read_next_header(reader.get(), &entry)) == ARCHIVE_OK) {
        const char* name = archive_entry_pathname(entry);
        const std::string part = name == nullptr ? "" : name;
        const void* piece = nullptr;
        std::size_t size = 0;
        la_int64_t offset = 0;
        int read = ARCHIVE_OK;
        while ((read = archive_read_data_block(reader.get(), &piece, &size, &offset)) == ARCHIVE_OK) {
            if (auto taken = sink(part, {static_cast<const char*>(piece), size}); !taken) {
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

/// 0 for "A", 27 for "AB"; `columns_max` and above where the reference is none of ours.
std::size_t column_of(std::string_view reference) {
    std::size_t column = 0;
    while (!reference.empty() && reference.front() >= 'A' && reference.front() <= 'Z' && column <= columns_max) {
        column = column * 26 + static_cast<std::size_t>(reference.front() - 'A' + 1);
        reference.remove_prefix(1);
    }
    return column == 0 ? columns_max : column - 1;
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
        waiting_ += piece;
        std::size_t done = 0;
        for (;;) {
            const std::size_t from = waiting_.find("<row ", done);
            const std::size_t to = from == std::string::npos ? from : waiting_.find("</row>", from);
            if (to == std::string::npos) {
                break;
            }
            if (auto taken = take_row(std::string_view(waiting_).substr(from, to - from)); !taken) {
                return taken;
            }
            done = to + 6;
        }
        // Keeps the row that has begun, or enough to see one begin.
        const std::size_t begun = waiting_.find("<row ", done);
        waiting_.erase(0, begun == std::string::npos ? std::max(done, waiting_.size() - std::min<std::size_t>(waiting_.size(), 8)) : begun);
        return waiting_.size() > row_bytes_max ? refused("a row of it is longer than any") : Status{};
    }

private:
    Status take_row(std::string_view row) {
        SheetRow read;
        read.sheet = sheet_;
        const std::string_view number = attribute(row.substr(0, row.find('>')), "r");
        std::from_chars(number.data(), number.data() + number.size(), read.number);
        for (std::size_t at = row.find("<c "); at != std::string_view::npos; at = row.find("<c ", at + 1)) {
            const std::size_t end = row.find('>', at);
            const std::string_view tag = row.substr(at, end - at);
            const std::size_t column = column_of(attribute(tag, "r"));
            if (end == std::string_view::npos || column >= columns_max) {
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

Result<std::vector<std::string>> read_sheet_names(const std::filesystem::path& workbook) {
    std::string text;
    auto read = for_each_part(workbook, [&](std::string_view part, std::string_view piece) -> Status {
        if (part == "xl/workbook.xml" && text.size() < names_bytes_max) {
            text += piece;
        }
        return {};
    });
    if (!read) {
        return fail(std::move(read.error()));
    }
    std::vector<std::string> names;
    for (std::size_t at = text.find("<sheet "); at != std::string::npos; at = text.find("<sheet ", at + 1)) {
        names.push_back(unescape(attribute(std::string_view(text).substr(at, text.find('>', at) - at), "name")));
    }
    return names;
}

Status read_sheets(const std::filesystem::path& workbook, const std::function<void(const SheetRow&)>& on_row) {
    SheetScanner scanner(on_row);
    return for_each_part(workbook, [&](std::string_view part, std::string_view piece) -> Status {
        std::size_t number = 0;
        if (!part.starts_with(sheet_folder)) {
            return {};
        }
        const std::string_view digits = part.substr(sheet_folder.size());
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
        if (error != std::errc{} || number == 0) {
            return {};
        }
        return scanner.take(number - 1, piece);
    });
}

}  // namespace moisson::bundle
