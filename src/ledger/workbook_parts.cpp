/// Entry by entry with minizip, which libxlsxwriter uses too.

#include "ledger/workbook_parts.hpp"

#include <fmt/format.h>
#include <minizip/unzip.h>
#include <minizip/zip.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <memory>
#include <optional>
#include <utility>

#include "base/files.hpp"

namespace moisson::ledger {

namespace {

constexpr std::size_t read_bytes = 256U * 1024U;

struct Unzip {
    void operator()(void* handle) const { ::unzClose(handle); }
};

/// The workbook that is made: closed by `close`, which alone says whether all was written.
class Target {
public:
    explicit Target(const std::filesystem::path& path) : handle_(::zipOpen64(path.c_str(), APPEND_STATUS_CREATE)) {}
    ~Target() {
        if (handle_ != nullptr) {
            ::zipClose(handle_, nullptr);
        }
    }
    Target(const Target&) = delete;
    Target& operator=(const Target&) = delete;

    [[nodiscard]] bool is_open() const noexcept { return handle_ != nullptr; }
    /// `bytes`: which the entry will have, unpacked.
    [[nodiscard]] bool begin(const std::string& name, const unz_file_info64& like, std::uint64_t bytes) {
        zip_fileinfo info{};
        info.dosDate = like.dosDate;
        info.internal_fa = like.internal_fa;
        info.external_fa = like.external_fa;
        constexpr std::uint64_t small_zip_max = 0xFFFFFFFFULL;
        constexpr int usual_level = -1;  // told by the entry's flags; the bytes come packed
        const int method = static_cast<int>(like.compression_method);
        return ::zipOpenNewFileInZip2_64(handle_, name.c_str(), &info, nullptr, 0, nullptr, 0, nullptr, method, usual_level, 1,
                                         bytes >= small_zip_max ? 1 : 0) == ZIP_OK;
    }
    [[nodiscard]] bool write(std::string_view packed) {
        return ::zipWriteInFileInZip(handle_, packed.data(), static_cast<unsigned>(packed.size())) == ZIP_OK;
    }
    [[nodiscard]] bool end(std::uint64_t bytes, std::uint32_t crc32) { return ::zipCloseFileInZipRaw64(handle_, bytes, crc32) == ZIP_OK; }
    [[nodiscard]] bool close() {
        const int closed = ::zipClose(handle_, nullptr);
        handle_ = nullptr;
        return closed == ZIP_OK;
    }

private:
    zipFile handle_;
};

/// Name and directory record of the current entry.
std::optional<std::pair<std::string, unz_file_info64>> entry_of(unzFile source) {
    unz_file_info64 info{};
    std::array<char, 256> name{};
    if (::unzGetCurrentFileInfo64(source, &info, name.data(), name.size(), nullptr, 0, nullptr, 0) != UNZ_OK) {
        return std::nullopt;
    }
    return std::pair(std::string(name.data()), info);
}

/// The current entry of `source`, packed as it is.
bool copy_entry(unzFile source, Target& target, const std::string& name, const unz_file_info64& info) {
    int method = 0;
    int ignored_level = 0;
    if (::unzOpenCurrentFile2(source, &method, &ignored_level, 1) != UNZ_OK || !target.begin(name, info, info.uncompressed_size)) {
        return false;
    }
    std::string piece(read_bytes, '\0');
    int got = 0;
    while ((got = ::unzReadCurrentFile(source, piece.data(), static_cast<unsigned>(piece.size()))) > 0) {
        if (!target.write({piece.data(), static_cast<std::size_t>(got)})) {
            return false;
        }
    }
    return got == 0 && ::unzCloseCurrentFile(source) == UNZ_OK && target.end(info.uncompressed_size, static_cast<std::uint32_t>(info.crc));
}

/// The current entry of `source`, a sheet, with its numbers as they were meant. In pieces: a sheet of findings may be long.
bool copy_sheet(unzFile source, Target& target, const std::string& name, const unz_file_info64& info) {
    if (::unzOpenCurrentFile(source) != UNZ_OK || !target.begin(name, info, info.uncompressed_size)) {
        return false;
    }
    Deflater deflater;
    Packed sum;
    std::string piece(read_bytes, '\0');
    std::string waiting;
    std::string before;
    for (int got = 1; got > 0;) {
        got = ::unzReadCurrentFile(source, piece.data(), static_cast<unsigned>(piece.size()));
        if (got < 0) {
            return false;
        }
        waiting.append(piece, 0, static_cast<std::size_t>(got));
        // No number is cut where a tag begins.
        const std::size_t whole = got == 0 ? waiting.size() : std::min(waiting.rfind('<'), waiting.size());
        const std::string xml = with_exact_numbers(std::string_view(waiting).substr(0, whole));
        waiting.erase(0, whole);
        const std::string packed = deflater.deflate(xml, before, got == 0);
        add(sum, {xml.size(), packed.size(), crc_of(xml), 0});
        if (!target.write(packed)) {
            return false;
        }
        before = xml.substr(xml.size() - std::min(xml.size(), deflate_window_bytes));
    }
    return ::unzCloseCurrentFile(source) == UNZ_OK && target.end(sum.bytes, sum.crc32);
}

/// The current entry of `source`, unpacked. Such a sheet has its heading and one row.
std::optional<std::string> read_entry(unzFile source, const unz_file_info64& info) {
    std::string text(info.uncompressed_size, '\0');
    if (::unzOpenCurrentFile(source) != UNZ_OK) {
        return std::nullopt;
    }
    std::size_t filled = 0;
    while (filled < text.size()) {
        const int got = ::unzReadCurrentFile(source, text.data() + filled, static_cast<unsigned>(text.size() - filled));
        if (got <= 0) {
            return std::nullopt;
        }
        filled += static_cast<std::size_t>(got);
    }
    return ::unzCloseCurrentFile(source) == UNZ_OK ? std::optional(std::move(text)) : std::nullopt;
}

bool write_rows(Target& target, const PackedRows& rows) {
    std::string piece(read_bytes, '\0');
    std::uint64_t at = 0;
    while (at < rows.packed().packed_bytes) {
        const ssize_t got = ::pread(rows.descriptor(), piece.data(), piece.size(), static_cast<off_t>(at));
        if (got <= 0 || !target.write({piece.data(), static_cast<std::size_t>(got)})) {
            return false;
        }
        at += static_cast<std::uint64_t>(got);
    }
    return true;
}

/// The current entry of `source`, with the rows where the library wrote the last one. Nothing where that is not there.
std::optional<WrittenSheet> fill_sheet(unzFile source, Target& target, const std::string& name, const unz_file_info64& info,
                                       const RowsOfSheet& sheet) {
    const auto text = read_entry(source, info);
    if (!text) {
        return std::nullopt;
    }
    const std::size_t row = text->rfind(fmt::format("<row r=\"{}\">", sheet.last_row + 1));
    const std::size_t end = text->rfind("</sheetData>");
    if (row == std::string::npos || end == std::string::npos || row > end) {
        return std::nullopt;  // its temporary disk was full: the library does not tell
    }
    std::string heading = with_exact_numbers(std::string_view(*text).substr(0, row));
    WrittenSheet written{sheet.sheet, std::move(heading), sheet.rows->rows(), text->substr(end), {}};
    Deflater deflater;
    const PackedPiece before = packed_piece(deflater, written.before, false);
    const PackedPiece behind = packed_piece(deflater, written.behind, true);
    for (const Packed& part : {before.size, sheet.rows->packed(), behind.size}) {
        add(written.packed, part);
    }
    if (!target.begin(name, info, written.packed.bytes) || !target.write(before.packed) || !write_rows(target, *sheet.rows) ||
        !target.write(behind.packed) || !target.end(written.packed.bytes, written.packed.crc32)) {
        return std::nullopt;
    }
    return written;
}

}  // namespace

std::string with_exact_numbers(std::string_view xml) {
    constexpr std::string_view mark = "<v>";
    std::string exact;
    exact.reserve(xml.size());
    for (std::size_t at = 0; (at = xml.find(mark)) != std::string_view::npos;) {
        exact += xml.substr(0, at + mark.size());
        xml.remove_prefix(at + mark.size());
        const std::string_view text = xml.substr(0, xml.find('<'));
        double value = 0;
        const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (problem == std::errc{} && end == text.data() + text.size()) {
            append_number(exact, value);
        } else {
            exact += text;
        }
        xml.remove_prefix(text.size());
    }
    exact += xml;
    return exact;
}

Result<std::vector<WrittenSheet>> put_together(const std::filesystem::path& source, const std::filesystem::path& target_path,
                                               std::span<const RowsOfSheet> sheets) {
    errno = 0;  // minizip tells that it failed, and stdio why, where it was the disk
    const auto failed = [&] { return disk_error("cannot put the workbook together", target_path, errno != 0 ? errno : EIO); };
    const std::unique_ptr<void, Unzip> from(::unzOpen64(source.c_str()));
    Target target(target_path);
    if (from == nullptr || !target.is_open()) {
        return failed();
    }
    std::vector<WrittenSheet> filled;
    int step = ::unzGoToFirstFile(from.get());
    for (; step == UNZ_OK; step = ::unzGoToNextFile(from.get())) {
        const auto entry = entry_of(from.get());
        if (!entry) {
            return failed();
        }
        const auto& [name, info] = *entry;
        const auto is_this = [&name = entry->first](const RowsOfSheet& one) { return name == part_of_sheet(one.sheet); };
        const auto sheet = std::find_if(sheets.begin(), sheets.end(), is_this);
        if (sheet != sheets.end()) {
            auto written = fill_sheet(from.get(), target, name, info, *sheet);
            if (!written) {
                return failed();
            }
            filled.push_back(std::move(*written));
        } else if (!(name.starts_with("xl/worksheets/sheet") ? copy_sheet(from.get(), target, name, info)
                                                             : copy_entry(from.get(), target, name, info))) {
            return failed();
        }
    }
    if (step != UNZ_END_OF_LIST_OF_FILE || !target.close()) {
        return failed();
    }
    return filled;
}

}  // namespace moisson::ledger
