#include "transfer/active_content.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <bitset>
#include <fstream>
#include <optional>
#include <string>
#include <utility>

#include "base/text.hpp"
#include "transfer/little_endian.hpp"
#include "transfer/messages.hpp"

namespace moisson::transfer {

namespace {

using Found = std::bitset<static_cast<std::size_t>(Active::count)>;

void note(Found& found, Active active) { found.set(static_cast<std::size_t>(active)); }

constexpr std::size_t piece_bytes = 64U << 10U;
/// A name with what follows it lies within a piece and so much of the next.
constexpr std::size_t overlap_bytes = 1024;
constexpr std::size_t name_bytes_max = 16;
constexpr std::size_t file_name_bytes_max = 512;

constexpr std::string_view blanks("\0\t\n\f\r ", 6);
constexpr std::string_view delimiters = "()<>[]{}/%";

int hex_value(char letter) {
    return letter >= '0' && letter <= '9'   ? letter - '0'
           : letter >= 'a' && letter <= 'f' ? letter - 'a' + 10
           : letter >= 'A' && letter <= 'F' ? letter - 'A' + 10
                                            : -1;
}

/// The name behind a '/', its `#XX` as letters (ISO 32000-1, 7.3.5), and how long it is in the file; what is longer than any name looked
/// for is cut.
std::pair<std::string, std::size_t> read_name(std::string_view text) {
    std::string name;
    std::size_t at = 0;
    while (at < text.size() && name.size() < name_bytes_max && blanks.find(text[at]) == std::string_view::npos &&
           delimiters.find(text[at]) == std::string_view::npos) {
        const bool is_escape = text[at] == '#' && text.size() - at > 2 && hex_value(text[at + 1]) >= 0 && hex_value(text[at + 2]) >= 0;
        name += is_escape ? static_cast<char>(hex_value(text[at + 1]) * 16 + hex_value(text[at + 2])) : text[at];
        at += is_escape ? 3U : 1U;
    }
    return {std::move(name), at};
}

/// "12 0 R": a value that stands elsewhere (7.3.10).
bool is_reference(std::string_view text) {
    for (int number = 0; number < 2; ++number) {
        const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
        if (digits == 0 || digits > 10) {
            return false;
        }
        text.remove_prefix(digits);
        text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
    }
    return text.starts_with('R');
}

bool names_program(std::string_view text) {
    static constexpr std::array<std::string_view, 18> endings{".exe", ".com", ".bat", ".cmd", ".scr", ".msi", ".vbs", ".vbe", ".js",
                                                              ".jse", ".wsf", ".hta", ".ps1", ".lnk", ".jar", ".dll", ".sh",  ".py"};
    const std::string name = lower(text);
    return std::any_of(endings.begin(), endings.end(), [&](std::string_view ending) { return name.ends_with(ending); });
}

/// `text`: behind a '/'. Short names are believed only with the value that belongs to them: in packed bytes they stand by chance.
void judge_name(std::string_view text, Found& found) {
    const auto [name, length] = read_name(text);
    if (name == "JavaScript") {
        note(found, Active::javascript);
        return;
    }
    if (name == "Launch") {
        note(found, Active::launch);
        return;
    }
    if (name != "JS" && name != "AA" && name != "F" && name != "UF") {
        return;
    }
    const std::string_view rest = text.substr(length);
    const std::string_view value = rest.substr(std::min(rest.find_first_not_of(blanks), rest.size()));
    if (name == "JS" && (value.starts_with('(') || value.starts_with('<') || is_reference(value))) {
        note(found, Active::javascript);
    } else if (name == "AA" && (value.starts_with("<<") || is_reference(value))) {
        note(found, Active::automatic);
    } else if ((name == "F" || name == "UF") && value.starts_with('(')) {
        const std::string_view string = value.substr(1, file_name_bytes_max);
        const std::size_t end = string.find(')');
        if (end != std::string_view::npos && names_program(string.substr(0, end))) {
            note(found, Active::program);
        }
    }
}

/// Of the names that are looked for, as they are and escaped: in packed bytes nearly every '/' is told by the next byte to be none.
constexpr std::string_view first_letters = "JLAFU#";

Status search_pdf(std::ifstream& file, Found& found) {
    std::string window;
    while (file) {
        const std::size_t kept = window.size();
        window.resize(kept + piece_bytes);
        file.read(window.data() + kept, static_cast<std::streamsize>(piece_bytes));
        window.resize(kept + static_cast<std::size_t>(file.gcount()));
        const std::size_t end = file && window.size() > overlap_bytes ? window.size() - overlap_bytes : window.size();
        const std::string_view text = window;
        for (std::size_t at = text.find('/'); at < end; at = text.find('/', at + 1)) {
            const std::string_view rest = text.substr(at + 1, overlap_bytes - 1);
            if (!rest.empty() && first_letters.find(rest.front()) != std::string_view::npos) {
                judge_name(rest, found);
            }
        }
        window.erase(0, end);
    }
    return file.bad() ? fail(ErrorCode::disk, "a stored document cannot be read") : Status{};
}

// --- workbooks: APPNOTE.TXT of the ZIP format ---

constexpr std::size_t end_record_bytes = 22;  // 4.3.16
constexpr std::size_t end_window_bytes = end_record_bytes + 65'535;
constexpr std::size_t directory_bytes_max = 8U << 20U;
constexpr std::size_t entry_bytes = 46;            // 4.3.12
constexpr std::size_t local_header_bytes = 30;     // 4.3.7
constexpr std::size_t part_bytes_max = 1U << 20U;  // packed, and unpacked
constexpr std::size_t parts_read_max = 32;
constexpr std::size_t stored = 0;
constexpr std::size_t deflated = 8;

std::string read_at(std::ifstream& file, std::uint64_t at, std::size_t size) {
    std::string bytes(size, '\0');
    file.clear();
    file.seekg(static_cast<std::streamoff>(at));
    file.read(bytes.data(), static_cast<std::streamsize>(size));
    bytes.resize(static_cast<std::size_t>(std::max<std::streamsize>(file.gcount(), 0)));
    return bytes;
}

/// The first `part_bytes_max` bytes of what is packed; as far as it can be unpacked.
std::string unpack(std::string_view packed) {
    std::string text(part_bytes_max, '\0');
    z_stream stream{};
    if (::inflateInit2(&stream, -MAX_WBITS) != Z_OK) {
        return {};
    }
    std::string input(packed);
    stream.next_in = reinterpret_cast<Bytef*>(input.data());
    stream.avail_in = static_cast<uInt>(input.size());
    stream.next_out = reinterpret_cast<Bytef*>(text.data());
    stream.avail_out = static_cast<uInt>(text.size());
    static_cast<void>(::inflate(&stream, Z_FINISH));  // what came out is looked at, whole or not
    text.resize(text.size() - stream.avail_out);
    ::inflateEnd(&stream);
    return text;
}

/// A name in a package, whatever its case and its slashes.
std::string plain_name(std::string_view text) {
    std::string name = lower(text);
    std::replace(name.begin(), name.end(), '\\', '/');
    return name;
}

struct Part {
    std::string name;  ///< in lower case
    std::size_t method = 0;
    std::size_t packed_bytes = 0;
    std::size_t begin = 0;  ///< of its local header
};

std::vector<Part> read_directory(std::ifstream& file, std::uint64_t size_bytes) {
    const std::size_t window = static_cast<std::size_t>(std::min<std::uint64_t>(size_bytes, end_window_bytes));
    const std::string last = read_at(file, size_bytes - window, window);
    const std::size_t end = last.rfind(std::string_view("PK\x05\x06", 4));
    if (end == std::string::npos || last.size() - end < end_record_bytes) {
        return {};
    }
    const std::size_t bytes = std::min(number_at(last, end + 12, 4), directory_bytes_max);
    const std::string directory = read_at(file, number_at(last, end + 16, 4), bytes);
    std::vector<Part> parts;
    for (std::string_view rest = directory; rest.size() >= entry_bytes && rest.starts_with(std::string_view("PK\x01\x02", 4));) {
        const std::size_t name_bytes = number_at(rest, 28, 2);
        const std::size_t whole = entry_bytes + name_bytes + number_at(rest, 30, 2) + number_at(rest, 32, 2);
        if (whole > rest.size()) {
            break;
        }
        parts.push_back(
            {plain_name(rest.substr(entry_bytes, name_bytes)), number_at(rest, 10, 2), number_at(rest, 20, 4), number_at(rest, 42, 4)});
        rest.remove_prefix(whole);
    }
    return parts;
}

std::string read_part(std::ifstream& file, const Part& part) {
    const std::string header = read_at(file, part.begin, local_header_bytes);
    if (header.size() < local_header_bytes || (part.method != stored && part.method != deflated)) {
        return {};
    }
    const std::uint64_t begin = part.begin + local_header_bytes + number_at(header, 26, 2) + number_at(header, 28, 2);
    const std::string packed = read_at(file, begin, std::min(part.packed_bytes, part_bytes_max));
    return plain_name(part.method == stored ? packed : unpack(packed));
}

/// By names of parts, and by the types that the workbook itself gives them: a part may have any name.
void judge_words(std::string_view text, Found& found) {
    static constexpr std::array<std::pair<std::string_view, Active>, 10> words{{{"vbaproject", Active::macros},
                                                                                {"macroenabled", Active::macros},
                                                                                {"macrosheet", Active::macros},
                                                                                {"externallink", Active::external_link},
                                                                                {"ddelink", Active::dde},
                                                                                {"<olelink", Active::objects},
                                                                                {"oleobject", Active::objects},
                                                                                {"xl/embeddings/", Active::objects},
                                                                                {"activex", Active::objects},
                                                                                {"xl/connections.xml", Active::external_link}}};
    for (const auto& [word, active] : words) {
        if (text.find(word) != std::string_view::npos) {
            note(found, active);
        }
    }
}

Status search_workbook(std::ifstream& file, std::uint64_t size_bytes, Found& found) {
    std::size_t parts_read = 0;
    for (const Part& part : read_directory(file, size_bytes)) {
        judge_words(part.name, found);
        const bool is_telling = part.name.ends_with("[content_types].xml") || part.name.find("externallink") != std::string::npos;
        if (is_telling && part.name.ends_with(".xml") && parts_read < parts_read_max) {
            ++parts_read;
            judge_words(read_part(file, part), found);
        }
    }
    return file.bad() ? fail(ErrorCode::disk, "a stored document cannot be read") : Status{};
}

}  // namespace

Message to_sentence(Active active) {
    switch (active) {
        case Active::javascript: return messages::pdf_holds_javascript_reader_may;
        case Active::launch: return messages::pdf_holds_action_starts_another;
        case Active::automatic: return messages::pdf_holds_actions_start_themselves;
        case Active::program: return messages::pdf_names_file_program_script;
        case Active::macros: return messages::workbook_holds_macros;
        case Active::external_link: return messages::workbook_links_other_files_sources;
        case Active::dde: return messages::workbook_holds_dde_link_may_start;
        case Active::objects: return messages::workbook_holds_embedded_objects;
        case Active::count: break;
    }
    return {};
}

Result<std::vector<Active>> find_active_content(const std::filesystem::path& file, std::string_view media_type) {
    const bool is_pdf = media_type == "application/pdf";
    const bool is_workbook = media_type == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    if (!is_pdf && !is_workbook) {
        return std::vector<Active>();
    }
    std::error_code problem;
    const std::uint64_t size_bytes = std::filesystem::file_size(file, problem);
    std::ifstream stream(file, std::ios::binary);
    if (problem || !stream) {
        return fail(ErrorCode::disk, "a stored document cannot be read", file.string());
    }
    Found found;
    if (auto searched = is_pdf ? search_pdf(stream, found) : search_workbook(stream, size_bytes, found); !searched) {
        searched.error().where = file.string();
        return fail(std::move(searched.error()));
    }
    std::vector<Active> active;
    for (std::size_t at = 0; at < found.size(); ++at) {
        if (found[at]) {
            active.push_back(static_cast<Active>(at));
        }
    }
    return active;
}

}  // namespace moisson::transfer
