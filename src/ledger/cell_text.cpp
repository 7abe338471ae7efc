/// Repair of cell texts: libxlsxwriter copies bytes that are not UTF-8 as they are and so makes a file that no program opens.

#include "ledger/cell_text.hpp"

#include <utility>

#include <fmt/format.h>

#include "base/utf8.hpp"

namespace moisson::ledger {

namespace {

constexpr std::string_view replacement = "\xef\xbf\xbd";

bool is_hex(char letter) {
    return (letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'f') || (letter >= 'A' && letter <= 'F');
}

/// `_xHHHH_` at the start of `text`.
bool is_escape(std::string_view text) {
    return text.size() >= 7 && text[0] == '_' && text[1] == 'x' && is_hex(text[2]) && is_hex(text[3]) && is_hex(text[4]) &&
           is_hex(text[5]) && text[6] == '_';
}

/// U+FFFE and U+FFFF: well-formed UTF-8, but not XML.
bool is_xml_foreign(std::string_view sequence) { return sequence == "\xef\xbf\xbe" || sequence == "\xef\xbf\xbf"; }

/// One cell's text as it grows: what was written, how many UTF-16 units it shows, and where it must be cut if it grows too long.
struct Growing {
    std::string text;
    std::size_t units = 0;
    std::size_t cut_at = 0;  ///< bytes of `text` that leave room for the note
};

constexpr std::size_t note_units_max = 80;

void append(Growing& cell, std::string_view bytes, std::size_t units) {
    if (cell.units + units <= cell_units_max - note_units_max) {
        cell.cut_at = cell.text.size() + bytes.size();
    }
    cell.units += units;
    if (cell.units <= cell_units_max) {
        cell.text += bytes;
    }
}

/// Appends what stands at the start of `rest`; returns the bytes taken.
std::size_t append_next(Growing& cell, std::string_view rest) {
    const std::size_t length = utf8_sequence_length(rest);
    if (length == 0) {
        append(cell, replacement, 1);
        return 1;
    }
    const auto lead = static_cast<unsigned char>(rest.front());
    if (length > 1) {
        const std::string_view sequence = rest.substr(0, length);
        append(cell, is_xml_foreign(sequence) ? replacement : sequence, length == 4 ? 2 : 1);
        return length;
    }
    if (lead == '\r' && rest.size() > 1 && rest[1] == '\n') {
        append(cell, "\n", 1);
        return 2;
    }
    if ((lead < 0x20 && lead != '\t' && lead != '\n') || lead == 0x7f) {
        const unsigned picture = lead == 0x7f ? 0x21U : lead;
        append(cell, std::string("\xe2\x90") + static_cast<char>(0x80U + picture), 1);
        return 1;
    }
    if (is_escape(rest)) {
        append(cell, "_x005F_", 1);
        return 1;
    }
    append(cell, rest.substr(0, 1), 1);
    return 1;
}

}  // namespace

bool is_plain_cell_text(std::string_view raw) noexcept {
    if (raw.size() > cell_units_max) {
        return false;
    }
    for (std::size_t at = 0; at < raw.size(); ++at) {
        const auto letter = static_cast<unsigned char>(raw[at]);
        if (letter < 0x20 || letter > 0x7e || (letter == '_' && at + 1 < raw.size() && raw[at + 1] == 'x')) {
            return false;
        }
    }
    return true;
}

std::string cell_text(std::string_view raw) {
    if (is_plain_cell_text(raw)) {
        return std::string(raw);
    }
    Growing cell;
    for (std::string_view rest = raw; !rest.empty();) {
        rest.remove_prefix(append_next(cell, rest));
    }
    if (cell.units <= cell_units_max) {
        return std::move(cell.text);
    }
    cell.text.resize(cell.cut_at);
    return cell.text + fmt::format("… [cut: {} characters, the whole text is in ledger.csv]", cell.units);
}

}  // namespace moisson::ledger
