/// Paths of documents inside the bag: made of names that nobody here chose, safe on every system, unique, the same in whatever order.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <unordered_map>

#include "base/result.hpp"
#include "base/digest.hpp"
#include "base/text.hpp"
#include "base/utf8.hpp"
#include "bundle/bag_format.hpp"

namespace moisson::bundle {

namespace {

constexpr std::size_t contract_bytes_max = 60;
constexpr std::size_t type_bytes_max = 40;
constexpr std::size_t name_bytes_max = 100;
constexpr std::size_t extension_bytes_max = 8;

/// ASCII for U+00C0 … U+017F: the letter without its accent, ligatures spelt out (Unicode decompositions; the rest by custom). Empty: `_`.
constexpr std::array<std::string_view, 192> latin{
    "A", "A", "A", "A", "A", "A", "AE", "C", "E", "E", "E", "E", "I", "I", "I", "I", "D", "N", "O", "O", "O", "O", "O", "",
    "O", "U", "U", "U", "U", "Y", "Th", "ss", "a", "a", "a", "a", "a", "a", "ae", "c", "e", "e", "e", "e", "i", "i", "i",
    "i", "d", "n", "o", "o", "o", "o", "o", "", "o", "u", "u", "u", "u", "y", "th", "y", "A", "a", "A", "a", "A", "a", "C",
    "c", "C", "c", "C", "c", "C", "c", "D", "d", "D", "d", "E", "e", "E", "e", "E", "e", "E", "e", "E", "e", "G", "g", "G",
    "g", "G", "g", "G", "g", "H", "h", "H", "h", "I", "i", "I", "i", "I", "i", "I", "i", "I", "i", "IJ", "ij", "J", "j",
    "K", "k", "k", "L", "l", "L", "l", "L", "l", "L", "l", "L", "l", "N", "n", "N", "n", "N", "n", "n", "N", "n", "O", "o",
    "O", "o", "O", "o", "OE", "oe", "R", "r", "R", "r", "R", "r", "S", "s", "S", "s", "S", "s", "S", "s", "T", "t", "T",
    "t", "T", "t", "U", "u", "U", "u", "U", "u", "U", "u", "U", "u", "U", "u", "W", "w", "Y", "y", "Y", "Z", "z", "Z", "z",
    "Z", "z", "s"
};

std::uint32_t code_point(std::string_view sequence) {
    const auto at = [&](std::size_t index) { return static_cast<std::uint32_t>(static_cast<unsigned char>(sequence[index])); };
    switch (sequence.size()) {
        case 1: return at(0);
        case 2: return (at(0) & 0x1fU) << 6U | (at(1) & 0x3fU);
        case 3: return (at(0) & 0x0fU) << 12U | (at(1) & 0x3fU) << 6U | (at(2) & 0x3fU);
        default: return (at(0) & 0x07U) << 18U | (at(1) & 0x3fU) << 12U | (at(2) & 0x3fU) << 6U | (at(3) & 0x3fU);
    }
}

bool is_between(std::uint32_t value, std::uint32_t first, std::uint32_t last) { return value >= first && value <= last; }

/// Combining marks (their letter stays), soft hyphen, zero-width and direction marks, byte order mark.
bool is_dropped(std::uint32_t point) {
    return is_between(point, 0x300, 0x36f) || point == 0xad || is_between(point, 0x200b, 0x200f) || is_between(point, 0x202a, 0x202e) ||
           is_between(point, 0x2060, 0x2069) || point == 0xfeff;
}

void append_letter(std::string& out, std::uint32_t point) {
    if (is_between(point, 0xff01, 0xff5e)) {
        point -= 0xff01 - 0x21;
    }
    const bool is_plain = is_between(point, '0', '9') || is_between(point, 'A', 'Z') || is_between(point, 'a', 'z') || point == '-';
    if (is_plain) {
        out += static_cast<char>(point);
    } else if (is_between(point, 0xc0, 0x17f) && !latin.at(point - 0xc0).empty()) {
        out += latin.at(point - 0xc0);
    } else if (is_between(point, 0x2010, 0x2015) || point == 0x2212) {
        out += '-';
    } else if (point == '.') {
        if (out.empty() || out.back() != '.') {
            out += '.';
        }
    } else if (!is_dropped(point) && (out.empty() || out.back() != '_')) {
        out += '_';
    }
}

/// ASCII letters, digits, `.`, `-`, `_`; no run of `.` or `_`.
std::string ascii_letters(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const std::size_t length = utf8_sequence_length(text);
        append_letter(out, length == 0 ? 0xfffdU : code_point(text.substr(0, length)));
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return out;
}

/// Without `.`, `-` and `_` at the start, `.` and `_` at the end. May be empty.
std::string trimmed(const std::string& text) {
    const std::size_t first = text.find_first_not_of(".-_");
    return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of("._") + 1 - first);
}

/// Names that Windows keeps for devices, with any extension.
bool is_device_name(std::string_view name) {
    static constexpr std::array<std::string_view, 4> devices{"con", "prn", "aux", "nul"};
    const std::string stem = lower(name.substr(0, name.find('.')));
    if (std::find(devices.begin(), devices.end(), stem) != devices.end()) {
        return true;
    }
    return stem.size() == 4 && (stem.starts_with("com") || stem.starts_with("lpt")) && stem[3] >= '0' && stem[3] <= '9';
}

/// Cuts to `bytes_max`, leaving no dot, blank line or dash of the cut at the end.
std::string cut(std::string text, std::size_t bytes_max) {
    if (text.size() > bytes_max) {
        text.resize(bytes_max);
        text.resize(text.find_last_not_of("._-") + 1);
    }
    return text;
}

std::string safe_part(std::string_view text, std::size_t bytes_max, std::string_view otherwise) {
    std::string part = cut(trimmed(ascii_letters(text)), bytes_max - 1);
    if (part.empty()) {
        return std::string(otherwise);
    }
    return is_device_name(part) ? "_" + part : part;
}

/// A media type, the extension it gets, and those of a name that it does not contradict.
struct MediaKind {
    std::string_view media_type;
    std::string_view extension;
    std::string_view accepted;  ///< blank-separated, beside `extension`
};

constexpr std::array media_kinds{
    MediaKind{"application/pdf", "pdf", ""},
    MediaKind{"application/zip", "zip", "xlsx docx pptx ods odt odp jar"},
    MediaKind{"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx", "xlsm"},
    MediaKind{"application/vnd.ms-excel", "xls", ""},
    MediaKind{"application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx", ""},
    MediaKind{"application/gzip", "gz", "tgz"},
    MediaKind{"application/json", "json", ""},
    MediaKind{"application/xml", "xml", "html xhtml"},
    MediaKind{"text/xml", "xml", ""},
    MediaKind{"text/html", "html", "htm"},
    MediaKind{"text/csv", "csv", "txt tsv"},
    MediaKind{"text/plain", "txt", "csv tsv log md"},
    MediaKind{"image/png", "png", ""},
    MediaKind{"image/jpeg", "jpg", "jpeg"},
};

bool has_word(std::string_view words, std::string_view wanted) {
    return !wanted.empty() && (" " + std::string(words) + " ").find(" " + std::string(wanted) + " ") != std::string::npos;
}

bool is_known_extension(std::string_view extension) {
    return std::any_of(media_kinds.begin(), media_kinds.end(), [&](const MediaKind& kind) {
        return kind.extension == extension || has_word(kind.accepted, extension);
    });
}

struct Name {
    std::string stem;
    std::string extension;  ///< with its dot; may be empty
};

/// Splits off the name's own extension and puts the media type's in its place where they contradict each other.
Name safe_name(const LedgerEntry& entry) {
    const std::string text = ascii_letters(entry.filename);
    const std::size_t dot = text.rfind('.');
    std::string own = dot == std::string::npos ? "" : lower(text.substr(dot + 1));
    if (own.size() > extension_bytes_max || own.find_first_of("-_") != std::string::npos) {
        own.clear();
    }
    const std::string media_type = lower(std::string_view(entry.media_type).substr(0, entry.media_type.find(';')));
    const auto kind = std::find_if(media_kinds.begin(), media_kinds.end(),
                                   [&](const MediaKind& row) { return row.media_type == media_type; });
    Name name;
    if (kind == media_kinds.end()) {
        name.extension = own.empty() ? ".bin" : "." + own;
    } else {
        name.extension = "." + (own == kind->extension || has_word(kind->accepted, own) ? own : std::string(kind->extension));
    }
    const bool drops_own = !own.empty() && (name.extension == "." + own || is_known_extension(own));
    name.stem = trimmed(drops_own ? text.substr(0, dot) : text);
    if (name.stem.empty()) {
        name.stem = trimmed(ascii_letters(entry.document_id));
    }
    if (name.stem.empty()) {
        name.stem = "document";
    }
    return name;
}

constexpr std::string_view documents_folder = "documents";

std::string path_with(const LedgerEntry& entry, const std::string& suffix) {
    Name name = safe_name(entry);
    // One byte is kept for the underscore before a device name.
    name.stem = cut(std::move(name.stem), name_bytes_max - 1 - suffix.size() - name.extension.size());
    std::string file = name.stem + suffix + name.extension;
    if (is_device_name(file)) {
        file.insert(0, "_");
    }
    return fmt::format("{}/{}/{}/{}/{}", documents_folder, safe_part(entry.contract->id, contract_bytes_max, "no-contract"),
                       entry.period ? entry.period->month().to_text() : "no-period",
                       safe_part(entry.document_type, type_bytes_max, "no-type"), file);
}

/// Of (contract id, document id, version); lengths keep different triples different.
std::string identity_digest(const LedgerEntry& entry) {
    return sha256_hex(fmt::format("{}:{}{}:{}{}", entry.contract->id.size(), entry.contract->id, entry.document_id.size(),
                                  entry.document_id, entry.version));
}

/// BagIt's name for the folder of what a bag carries (RFC 8493 §2.1.2).
constexpr std::string_view payload_folder = "data/";

/// How many digits of the digest the name carries; a clash moves all its members one step on.
constexpr std::array<std::size_t, 4> digest_digits{0, 8, 16, 64};

std::string path_at(const LedgerEntry& entry, std::size_t step) {
    std::string suffix = entry.version > 1 ? fmt::format("-v{}", entry.version) : "";
    if (step > 0) {
        suffix += "-" + identity_digest(entry).substr(0, digest_digits.at(step));
    }
    return path_with(entry, suffix);
}

}  // namespace

std::string document_path(const LedgerEntry& entry) { return path_with(entry, ""); }

void assign_paths(std::span<LedgerEntry* const> entries, std::string_view folder) {
    std::vector<std::size_t> steps(entries.size(), 0);
    for (LedgerEntry* const entry : entries) {
        entry->path = entry->sha256.empty() ? "" : path_at(*entry, 0);
    }
    for (bool clashed = true; clashed;) {
        clashed = false;
        std::unordered_map<std::string, std::uint32_t> uses;
        for (const LedgerEntry* const entry : entries) {
            if (!entry->path.empty()) {
                ++uses[lower(entry->path)];
            }
        }
        for (std::size_t at = 0; at < entries.size(); ++at) {
            LedgerEntry& entry = *entries[at];
            if (!entry.path.empty() && uses[lower(entry.path)] > 1 && steps[at] + 1 < digest_digits.size()) {
                entry.path = path_at(entry, ++steps[at]);
                clashed = true;
            }
        }
    }
    for (LedgerEntry* const entry : entries) {
        if (!entry->path.empty()) {
            entry->path.replace(0, documents_folder.size(), folder).insert(0, payload_folder);
        }
    }
}

void assign_paths(std::vector<LedgerEntry>& entries) {
    std::vector<LedgerEntry*> all;
    all.reserve(entries.size());
    std::transform(entries.begin(), entries.end(), std::back_inserter(all), [](LedgerEntry& entry) { return &entry; });
    assign_paths(all, documents_folder);
}

std::string payload_path(const LedgerEntry& entry) {
    MOISSON_INVARIANT(entry.path.starts_with(payload_folder), "a payload path of a row without a file");
    return entry.path.substr(payload_folder.size());
}

}  // namespace moisson::bundle
