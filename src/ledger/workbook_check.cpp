/// The read-back of a workbook, on libarchive: another library than the one that wrote it. Packed bytes come from minizip: libarchive has
/// none.

#include "ledger/workbook_check.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>
#include <minizip/unzip.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string>

#include "base/deflate.hpp"

namespace moisson::ledger {

namespace {

constexpr std::size_t head_bytes_max = 1024;
constexpr std::size_t tail_bytes_max = 256;
/// [Content_Types].xml has about 150 bytes a part.
constexpr std::size_t content_types_bytes_max = 16U << 20U;
constexpr std::string_view row_mark = "<row ";
constexpr std::string_view content_types = "[Content_Types].xml";

/// What is remembered of one part while it streams by.
struct Part {
    std::string head;
    std::string tail;
    std::uint64_t rows = 0;
};

struct ArchiveCloser {
    void operator()(archive* handle) const { archive_read_free(handle); }
};

tl::unexpected<Error> not_whole(const std::filesystem::path& path, std::string what, std::string cause = {}) {
    Error error;
    error.code = ErrorCode::disk;
    error.message = "the finished workbook is not whole: " + std::move(what);
    error.where = path.string();
    error.hint = "look for a full disk; the temporary folder needs about 400 bytes a row";
    error.cause = std::move(cause);
    return fail(std::move(error));
}

/// Counts `<row ` also where it lies across two pieces.
void take_piece(Part& part, std::string_view piece) {
    if (part.head.size() < head_bytes_max) {
        part.head.append(piece.substr(0, head_bytes_max - part.head.size()));
    }
    const std::string seam = part.tail.substr(part.tail.size() - std::min(part.tail.size(), row_mark.size() - 1)) +
                             std::string(piece.substr(0, row_mark.size() - 1));
    for (std::size_t at = seam.find(row_mark); at != std::string::npos; at = seam.find(row_mark, at + 1)) {
        ++part.rows;
    }
    for (std::size_t at = piece.find(row_mark); at != std::string_view::npos; at = piece.find(row_mark, at + row_mark.size())) {
        ++part.rows;
    }
    if (piece.size() >= tail_bytes_max) {
        part.tail.assign(piece.substr(piece.size() - tail_bytes_max));
    } else {
        part.tail += piece;
        part.tail.erase(0, part.tail.size() - std::min(part.tail.size(), tail_bytes_max));
    }
}

/// The root element's name, from the first start tag after the declaration.
std::string_view root_of(std::string_view head) {
    const std::size_t declaration = head.find("?>");
    if (!head.starts_with("<?xml") || declaration == std::string_view::npos) {
        return {};
    }
    const std::size_t open = head.find('<', declaration);
    if (open == std::string_view::npos) {
        return {};
    }
    const std::size_t end = head.find_first_of(" />", open);
    return end == std::string_view::npos ? std::string_view{} : head.substr(open + 1, end - open - 1);
}

bool closes_its_root(const Part& part) {
    const std::string_view root = root_of(part.head);
    std::string_view tail = part.tail;
    while (!tail.empty() && (tail.back() == '\n' || tail.back() == '\r')) {
        tail.remove_suffix(1);
    }
    return !root.empty() && (tail.ends_with(fmt::format("</{}>", root)) || (part.head.size() < head_bytes_max && tail.ends_with("/>")));
}

struct UnzipCloser {
    void operator()(void* handle) const { ::unzClose(handle); }
};

/// Whether the file holds the very bytes that were packed. Its directory says the same of them.
bool holds_packed(const std::filesystem::path& path, const WrittenSheet& sheet) {
    const std::unique_ptr<void, UnzipCloser> workbook(::unzOpen64(path.c_str()));
    unz_file_info64 info{};
    int method = 0;
    int ignored_level = 0;
    constexpr int exact_name = 1;
    constexpr int as_packed = 1;
    if (workbook == nullptr || ::unzLocateFile(workbook.get(), part_of_sheet(sheet.sheet).c_str(), exact_name) != UNZ_OK ||
        ::unzGetCurrentFileInfo64(workbook.get(), &info, nullptr, 0, nullptr, 0, nullptr, 0) != UNZ_OK ||
        ::unzOpenCurrentFile2(workbook.get(), &method, &ignored_level, as_packed) != UNZ_OK) {
        return false;
    }
    std::string piece(256U * 1024U, '\0');
    Packed found{info.uncompressed_size, 0, static_cast<std::uint32_t>(info.crc), 0};
    int got = 0;
    while ((got = ::unzReadCurrentFile(workbook.get(), piece.data(), static_cast<unsigned>(piece.size()))) > 0) {
        const std::string_view bytes(piece.data(), static_cast<std::size_t>(got));
        found.packed_crc32 = crc_of(bytes, found.packed_crc32);
        found.packed_bytes += bytes.size();
    }
    return got == 0 && found == sheet.packed;
}

/// Reads all parts; `content` becomes the text of [Content_Types].xml.
Result<std::map<std::string, Part>> read_parts(const std::filesystem::path& path, std::string& content,
                                               std::span<const WrittenSheet> written) {
    const std::unique_ptr<archive, ArchiveCloser> reader(archive_read_new());
    MOISSON_INVARIANT(reader != nullptr, "no memory for an archive reader");
    if (archive_read_support_format_zip_seekable(reader.get()) != ARCHIVE_OK ||
        archive_read_open_filename(reader.get(), path.c_str(), 256U * 1024U) != ARCHIVE_OK) {
        return not_whole(path, "it cannot be opened", archive_error_string(reader.get()));
    }
    std::map<std::string, Part> parts;
    archive_entry* entry = nullptr;
    for (;;) {
        const int step = archive_read_next_header(reader.get(), &entry);
        if (step == ARCHIVE_EOF) {
            return parts;
        }
        if (step != ARCHIVE_OK) {
            return not_whole(path, "its directory cannot be read", archive_error_string(reader.get()));
        }
        const char* name = archive_entry_pathname(entry);
        Part& part = parts[name == nullptr ? "" : name];
        const auto sheet = std::find_if(written.begin(), written.end(), [&](const WrittenSheet& one) {
            return name != nullptr && name == part_of_sheet(one.sheet);
        });
        if (sheet != written.end()) {
            if (!holds_packed(path, *sheet)) {
                return not_whole(path, fmt::format("{} is not what was written", name));
            }
            take_piece(part, sheet->before);
            part.rows += sheet->rows;
            take_piece(part, sheet->behind);
            continue;
        }
        const bool is_content_types = name != nullptr && name == content_types;
        const void* piece = nullptr;
        std::size_t size = 0;
        la_int64_t offset = 0;
        int read = ARCHIVE_OK;
        while ((read = archive_read_data_block(reader.get(), &piece, &size, &offset)) == ARCHIVE_OK) {
            take_piece(part, {static_cast<const char*>(piece), size});
            if (is_content_types && content.size() < content_types_bytes_max) {
                content.append(static_cast<const char*>(piece), size);
            }
        }
        if (read != ARCHIVE_EOF) {
            return not_whole(path, fmt::format("{} cannot be read", name == nullptr ? "a part" : name), archive_error_string(reader.get()));
        }
    }
}

}  // namespace

std::string part_of_sheet(std::size_t sheet) { return fmt::format("xl/worksheets/sheet{}.xml", sheet + 1); }

Status check_workbook(const std::filesystem::path& path, std::span<const std::uint64_t> rows_by_sheet,
                      std::span<const WrittenSheet> written) {
    std::string content;
    const auto parts = read_parts(path, content, written);
    if (!parts) {
        return fail(parts.error());
    }
    for (const auto& [name, part] : *parts) {
        if (!closes_its_root(part)) {
            return not_whole(path, fmt::format("{} ends in the middle", name));
        }
    }
    static constexpr std::string_view mark = "PartName=\"/";
    std::size_t named = 0;
    for (std::size_t at = content.find(mark); at != std::string::npos; at = content.find(mark, at + 1), ++named) {
        const std::size_t start = at + mark.size();
        const std::string name = content.substr(start, content.find('"', start) - start);
        if (!parts->contains(name)) {
            return not_whole(path, fmt::format("{} is missing", name));
        }
    }
    if (named == 0) {
        return not_whole(path, "it names no parts");
    }
    for (std::size_t sheet = 0; sheet < rows_by_sheet.size(); ++sheet) {
        const auto part = parts->find(part_of_sheet(sheet));
        if (part == parts->end() || part->second.rows != rows_by_sheet[sheet]) {
            return not_whole(path, fmt::format("sheet {} holds {} rows, {} were written", sheet + 1,
                                               part == parts->end() ? 0 : part->second.rows, rows_by_sheet[sheet]));
        }
    }
    return {};
}

std::vector<std::string> sheet_names(const std::filesystem::path& path) {
    const std::unique_ptr<archive, ArchiveCloser> reader(archive_read_new());
    MOISSON_INVARIANT(reader != nullptr, "no memory for an archive reader");
    if (archive_read_support_format_zip_seekable(reader.get()) != ARCHIVE_OK ||
        archive_read_open_filename(reader.get(), path.c_str(), 256U * 1024U) != ARCHIVE_OK) {
        return {};
    }
    archive_entry* entry = nullptr;
    while (archive_read_next_header(reader.get(), &entry) == ARCHIVE_OK) {
        const char* part = archive_entry_pathname(entry);
        if (part == nullptr || std::string_view(part) != "xl/workbook.xml") {
            continue;
        }
        constexpr std::size_t bytes_max = 64U * 1024U;  // sheets stand at its beginning
        std::string text(bytes_max, '\0');
        const la_ssize_t got = archive_read_data(reader.get(), text.data(), text.size());
        text.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
        static constexpr std::string_view mark = "<sheet name=\"";
        std::vector<std::string> names;
        for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at + 1)) {
            const std::size_t start = at + mark.size();
            names.push_back(text.substr(start, text.find('"', start) - start));
        }
        return names;
    }
    return {};
}

}  // namespace moisson::ledger
