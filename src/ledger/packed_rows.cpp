/// Rows as XML in pieces, each deflated by itself; and the workbook put together again, entry by entry, with minizip, which
/// libxlsxwriter uses too.

#include "ledger/packed_rows.hpp"

#include <fmt/format.h>
#include <minizip/unzip.h>
#include <minizip/zip.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <iterator>
#include <memory>
#include <thread>
#include <vector>

#include "base/files.hpp"

namespace moisson::ledger {

namespace {

/// Pieces end with a row, so they are a little longer. Where one ends must not hang on the machine: the packed bytes would.
constexpr std::size_t rows_bytes = 512U * 1024U;
/// Level 6 packs a ledger's XML to 0.127 of its size at 62 MB/s, level 1 to 0.157 at 157 MB/s (measured on one core).
constexpr int level = 1;

unsigned threads() { return std::clamp(std::thread::hardware_concurrency(), 1U, 8U); }

void add(Packed& sum, const Packed& next) {
    sum.crc32 = crc_joined(sum.crc32, next.crc32, next.bytes);
    sum.bytes += next.bytes;
    sum.packed_bytes += next.packed_bytes;
}

std::string letters_of(std::uint16_t column) {
    constexpr unsigned letters = 26;
    std::string name;
    if (column >= letters) {
        name += static_cast<char>('A' + column / letters - 1);
    }
    name += static_cast<char>('A' + column % letters);
    return name;
}

bool is_blank(char letter) { return letter == ' ' || (letter >= '\t' && letter <= '\r'); }

void append_escaped(std::string& xml, std::string_view text) {
    for (;;) {
        const std::size_t at = text.find_first_of("&<>");
        xml += text.substr(0, at);
        if (at == std::string_view::npos) {
            return;
        }
        xml += text[at] == '&' ? "&amp;" : text[at] == '<' ? "&lt;" : "&gt;";
        text.remove_prefix(at + 1);
    }
}

}  // namespace

PackedRows::PackedRows(const std::filesystem::path& folder, std::uint16_t width) : folder_(folder), workers_(threads(), level) {
    MOISSON_INVARIANT(width <= 26 * 27, "a sheet of rows has at most 702 columns");
    for (std::uint16_t column = 0; column < width; ++column) {
        columns_.push_back(letters_of(column));
    }
    // A file without a name: it ends with its descriptor, whatever becomes of this process.
    auto own = make_temporary_folder(folder / "rows-");
    auto file = own ? open_new_file(*own / "packed", Access::own) : fail(own.error());
    if (file) {
        descriptor_ = *file;
    } else {
        failed_ = std::move(file.error());
    }
    if (own) {
        static_cast<void>(remove_path(*own));
    }
    xml_.reserve(rows_bytes + rows_bytes / 8);
}

PackedRows::~PackedRows() {
    if (descriptor_ >= 0) {
        ::close(descriptor_);
    }
}

void PackedRows::begin_cell(std::uint32_t row, std::uint16_t column, std::int32_t style) {
    if (row_ != row) {
        if (row_) {
            xml_ += "</row>";
            if (xml_.size() >= rows_bytes) {
                send_piece();
            }
        }
        row_ = row;
        row_number_ = fmt::format_int(row + 1).str();
        xml_ += "<row r=\"";
        xml_ += row_number_;
        xml_ += "\">";
    }
    xml_ += "<c r=\"";
    xml_ += columns_[column];
    xml_ += row_number_;
    if (style != 0) {
        xml_ += "\" s=\"";
        const fmt::format_int index(style);
        xml_.append(index.data(), index.size());
    }
}

void PackedRows::text(std::uint32_t row, std::uint16_t column, std::string_view text, std::int32_t style) {
    begin_cell(row, column, style);
    xml_ += "\" t=\"inlineStr\"><is><t";
    xml_ += is_blank(text.front()) || is_blank(text.back()) ? " xml:space=\"preserve\">" : ">";
    append_escaped(xml_, text);
    xml_ += "</t></is></c>";
}

void PackedRows::number(std::uint32_t row, std::uint16_t column, double value, std::int32_t style) {
    begin_cell(row, column, style);
    xml_ += "\"><v>";
    fmt::format_to(std::back_inserter(xml_), "{}", value);
    xml_ += "</v></c>";
}

void PackedRows::send_piece() {
    while (pieces_.size() > workers_.count()) {
        take_piece();
    }
    std::string xml;
    xml.reserve(xml_.capacity());
    xml.swap(xml_);
    pieces_.push_back(workers_.submit([xml = std::move(xml)](Deflater& deflater) {
        Piece piece;
        piece.packed = deflater.deflate(xml, {}, false);
        piece.size = {xml.size(), piece.packed.size(), crc_of(xml)};
        return piece;
    }));
}

void PackedRows::take_piece() {
    const Piece piece = pieces_.front().get();
    pieces_.pop_front();
    add(packed_, piece.size);
    std::string_view left = piece.packed;
    while (!failed_ && !left.empty()) {
        const ssize_t written = ::write(descriptor_, left.data(), left.size());
        if (written >= 0) {
            left.remove_prefix(static_cast<std::size_t>(written));
        } else if (errno != EINTR) {
            failed_ = disk_error("cannot write a sheet's rows", folder_, errno).value();
        }
    }
}

Status PackedRows::finish() {
    if (row_) {
        xml_ += "</row>";
        send_piece();
    }
    while (!pieces_.empty()) {
        take_piece();
    }
    return failed_ ? Status(fail(*failed_)) : Status{};
}

namespace {

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

/// The current entry of `source`, packed as it is.
bool copy_entry(unzFile source, Target& target, const std::string& name, const unz_file_info64& info) {
    int method = 0;
    int ignored_level = 0;
    if (::unzOpenCurrentFile2(source, &method, &ignored_level, 1) != UNZ_OK || !target.begin(name, info, info.uncompressed_size)) {
        return false;
    }
    std::string piece(64U * 1024U, '\0');
    int got = 0;
    while ((got = ::unzReadCurrentFile(source, piece.data(), static_cast<unsigned>(piece.size()))) > 0) {
        if (!target.write({piece.data(), static_cast<std::size_t>(got)})) {
            return false;
        }
    }
    return got == 0 && ::unzCloseCurrentFile(source) == UNZ_OK && target.end(info.uncompressed_size, static_cast<std::uint32_t>(info.crc));
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
    std::string piece(256U * 1024U, '\0');
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

/// The current entry of `source`, with the rows where the library wrote the last one.
bool fill_sheet(unzFile source, Target& target, const std::string& name, const unz_file_info64& info, const RowsOfSheet& sheet) {
    const auto text = read_entry(source, info);
    if (!text) {
        return false;
    }
    const std::size_t row = text->rfind(fmt::format("<row r=\"{}\">", sheet.last_row + 1));
    const std::size_t end = text->rfind("</sheetData>");
    MOISSON_INVARIANT(row != std::string::npos && end != std::string::npos && row < end, "the library wrote no last row");
    const std::string_view before = std::string_view(*text).substr(0, row);
    const std::string_view behind = std::string_view(*text).substr(end);
    Deflater deflater(level);
    const std::string packed_before = deflater.deflate(before, {}, false);
    const std::string packed_behind = deflater.deflate(behind, {}, true);
    Packed sum{before.size(), packed_before.size(), crc_of(before)};
    add(sum, sheet.rows->packed());
    add(sum, {behind.size(), packed_behind.size(), crc_of(behind)});
    return target.begin(name, info, sum.bytes) && target.write(packed_before) && write_rows(target, *sheet.rows) &&
           target.write(packed_behind) && target.end(sum.bytes, sum.crc32);
}

}  // namespace

Status put_rows(const std::filesystem::path& source, const std::filesystem::path& target_path, std::span<const RowsOfSheet> sheets) {
    errno = 0;  // minizip tells that it failed, and stdio why, where it was the disk
    const auto failed = [&] { return disk_error("cannot put the rows into the workbook", target_path, errno != 0 ? errno : EIO); };
    const std::unique_ptr<void, Unzip> from(::unzOpen64(source.c_str()));
    Target target(target_path);
    if (from == nullptr || !target.is_open()) {
        return failed();
    }
    int step = ::unzGoToFirstFile(from.get());
    for (; step == UNZ_OK; step = ::unzGoToNextFile(from.get())) {
        unz_file_info64 info{};
        std::array<char, 256> name{};
        if (::unzGetCurrentFileInfo64(from.get(), &info, name.data(), name.size(), nullptr, 0, nullptr, 0) != UNZ_OK) {
            return failed();
        }
        const std::string entry(name.data());
        const auto sheet = std::find_if(sheets.begin(), sheets.end(), [&](const RowsOfSheet& one) {
            return entry == fmt::format("xl/worksheets/sheet{}.xml", one.sheet + 1);
        });
        if (!(sheet == sheets.end() ? copy_entry(from.get(), target, entry, info) : fill_sheet(from.get(), target, entry, info, *sheet))) {
            return failed();
        }
    }
    if (step != UNZ_END_OF_LIST_OF_FILE || !target.close()) {
        return failed();
    }
    return {};
}

}  // namespace moisson::ledger
