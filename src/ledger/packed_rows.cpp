/// Rows as XML in pieces, each deflated by itself.

#include "ledger/packed_rows.hpp"

#include <fmt/compile.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cmath>
#include <iterator>
#include <utility>

#include "base/files.hpp"

namespace moisson::ledger {

namespace {

/// Pieces end with a row, so they are a little longer. Where one ends must not hang on the machine: the packed bytes would.
constexpr std::size_t rows_bytes = 512U * 1024U;
constexpr std::size_t room_bytes = rows_bytes + rows_bytes / 8;

constexpr unsigned packers_max = 8;

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

/// The bytes that XML has other words for.
constexpr std::array<bool, 256> escapes = [] {
    std::array<bool, 256> marked{};
    marked['&'] = marked['<'] = marked['>'] = true;
    return marked;
}();

void append_escaped(std::string& xml, std::string_view text) {
    std::size_t done = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (escapes[static_cast<unsigned char>(text[at])]) {
            xml.append(text, done, at - done);
            xml += text[at] == '&' ? "&amp;" : text[at] == '<' ? "&lt;" : "&gt;";
            done = at + 1;
        }
    }
    xml.append(text, done);
}

}  // namespace

PackedPiece packed_piece(Deflater& deflater, std::string_view xml, bool is_last) {
    PackedPiece piece{deflater.deflate_fast(xml, is_last), {}};
    piece.size = {xml.size(), piece.packed.size(), crc_of(xml), crc_of(piece.packed)};
    return piece;
}

void add(Packed& sum, const Packed& next) {
    sum.crc32 = crc_joined(sum.crc32, next.crc32, next.bytes);
    sum.packed_crc32 = crc_joined(sum.packed_crc32, next.packed_crc32, next.packed_bytes);
    sum.bytes += next.bytes;
    sum.packed_bytes += next.packed_bytes;
}

void append_number(std::string& xml, double value) {
    constexpr double integers_end = 1e15;
    if (std::abs(value) < integers_end && value == std::trunc(value)) {
        const fmt::format_int text(static_cast<std::int64_t>(value));
        xml.append(text.data(), text.size());
    } else {
        const std::size_t start = xml.size();
        fmt::format_to(std::back_inserter(xml), FMT_COMPILE("{}"), value);
        if (const std::size_t exponent = xml.find('e', start); exponent != std::string::npos) {
            xml[exponent] = 'E';  // as the library has it
        }
    }
}

PackedRows::PackedRows(const std::filesystem::path& folder, std::uint16_t width)
    : folder_(folder), workers_(cores_up_to(packers_max)) {
    MOISSON_INVARIANT(width <= 26 * 27, "a sheet of rows has at most 702 columns");
    for (std::uint16_t column = 0; column < width; ++column) {
        columns_.push_back("<c r=\"" + letters_of(column));
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
    xml_.reserve(room_bytes);
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
        ++rows_;
        row_number_ = fmt::format_int(row + 1).str();
        xml_ += "<row r=\"";
        xml_ += row_number_;
        xml_ += "\">";
    }
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
    xml_ += is_blank(text.front()) || is_blank(text.back()) ? "\" t=\"inlineStr\"><is><t xml:space=\"preserve\">"
                                                            : "\" t=\"inlineStr\"><is><t>";
    append_escaped(xml_, text);
    xml_ += "</t></is></c>";
}

void PackedRows::number(std::uint32_t row, std::uint16_t column, double value, std::int32_t style) {
    begin_cell(row, column, style);
    xml_ += "\"><v>";
    append_number(xml_, value);
    xml_ += "</v></c>";
}

void PackedRows::send_piece() {
    while (pieces_.size() > workers_.count()) {
        take_piece();
    }
    pieces_.push_back(workers_.submit([xml = std::move(xml_)](Deflater& deflater) mutable {
        PackedPiece piece = packed_piece(deflater, xml, false);
        return std::pair(std::move(piece), std::move(xml));
    }));
    xml_ = std::string();
    if (!spare_.empty()) {
        xml_.swap(spare_.back());
        spare_.pop_back();
        xml_.clear();
    }
    xml_.reserve(room_bytes);
}

void PackedRows::take_piece() {
    auto [piece, xml] = pieces_.front().get();
    pieces_.pop_front();
    spare_.push_back(std::move(xml));
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

}  // namespace moisson::ledger
