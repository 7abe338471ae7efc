/// What a document is, told by its first and last bytes.

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "base/text.hpp"
#include "transfer/little_endian.hpp"
#include "transfer/object_store.hpp"

namespace moisson::transfer {

namespace {

constexpr std::size_t pdf_mark_within_bytes = 1024;  ///< where readers look for %PDF- and %%EOF (ISO 32000-1, annex H.3)
constexpr std::size_t zip_end_record_bytes = 22;     ///< APPNOTE.TXT 4.3.16, without comment
constexpr std::size_t zip_entry_bytes = 46;          ///< APPNOTE.TXT 4.3.12, without name
constexpr std::size_t report_fields = 27;            ///< of a consumption report (api/README.md §6)
constexpr std::size_t heading_cell_bytes_max = 64;   ///< longer is a sentence

constexpr std::string_view pdf = "application/pdf";
constexpr std::string_view xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
constexpr std::string_view zip = "application/zip";
constexpr std::string_view csv = "text/csv";
constexpr std::string_view plain = "text/plain";
constexpr std::string_view html = "text/html";
constexpr std::string_view xml = "application/xml";
constexpr std::string_view json = "application/json";
constexpr std::string_view unknown = "application/octet-stream";

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

bool contains(std::string_view text, std::string_view wanted) { return text.find(wanted) != std::string_view::npos; }

/// What fills a file up to a block's size, and changes nothing.
bool is_padding(std::string_view bytes) { return bytes.find_first_not_of(std::string_view(" \t\r\n\f\0", 6)) == std::string_view::npos; }

std::string_view without_padding(std::string_view bytes) {
    const std::size_t last = bytes.find_last_not_of(std::string_view(" \t\r\n\f\0", 6));
    return last == std::string_view::npos ? std::string_view() : bytes.substr(0, last + 1);
}

/// Where the end-of-central-directory record begins whose comment reaches to the end, or to padding.
std::optional<std::size_t> find_zip_end(std::string_view last) {
    if (last.size() < zip_end_record_bytes) {
        return std::nullopt;
    }
    for (std::size_t at = last.size() - zip_end_record_bytes + 1; at-- > 0;) {
        if (last.substr(at, 4) != std::string_view("PK\x05\x06", 4)) {
            continue;
        }
        const std::size_t end = at + zip_end_record_bytes + number_at(last, at + 20, 2);
        if (end <= last.size() && is_padding(last.substr(end))) {
            return at;
        }
    }
    return std::nullopt;
}

/// Names of all entries in lower case, with '/' between folders; empty when the directory does not lie in `last` as a whole.
std::vector<std::string> zip_names(std::string_view last, std::size_t end_record) {
    std::vector<std::string> names;
    const std::size_t directory_bytes = number_at(last, end_record + 12, 4);
    if (directory_bytes > end_record) {
        return names;
    }
    std::string_view directory = last.substr(end_record - directory_bytes, directory_bytes);
    while (directory.size() >= zip_entry_bytes && directory.starts_with(std::string_view("PK\x01\x02", 4))) {
        const std::size_t name_bytes = number_at(directory, 28, 2);
        const std::size_t entry = zip_entry_bytes + name_bytes + number_at(directory, 30, 2) + number_at(directory, 32, 2);
        if (entry > directory.size()) {
            break;
        }
        names.push_back(lower(directory.substr(zip_entry_bytes, name_bytes)));
        std::replace(names.back().begin(), names.back().end(), '\\', '/');
        directory.remove_prefix(entry);
    }
    return names;
}

/// An Open Packaging container (ECMA-376, part 2) with a workbook in it; a folder named "xl" makes none.
bool is_workbook(std::string_view first, std::string_view last, std::optional<std::size_t> end_record) {
    const std::vector<std::string> names = end_record ? zip_names(last, *end_record) : std::vector<std::string>();
    if (names.empty()) {
        // Cut, or with more entries than the window holds: the first entries say it, as writers put the content types first.
        return contains(first, "[Content_Types].xml") && (contains(first, "xl/") || contains(last, "xl/workbook"));
    }
    const auto has = [&](auto fits) { return std::any_of(names.begin(), names.end(), fits); };
    return has([](std::string_view name) { return name.ends_with("[content_types].xml"); }) && has([](std::string_view name) {
               const std::size_t slash = name.rfind('/');
               const std::string_view base = slash == std::string_view::npos ? name : name.substr(slash + 1);
               return base.starts_with("workbook") && base.ends_with(".xml");
           });
}

Kind kind_of_zip(std::string_view first, std::string_view last) {
    const auto end_record = find_zip_end(last);
    Kind kind;
    kind.media_type = is_workbook(first, last, end_record) ? xlsx : zip;
    kind.proves_end = end_record.has_value();
    kind.cut = !kind.proves_end;
    return kind;
}

Kind kind_of_pdf(std::string_view last) {
    last = without_padding(last);
    Kind kind;
    kind.media_type = pdf;
    kind.proves_end = contains(last.substr(last.size() > pdf_mark_within_bytes ? last.size() - pdf_mark_within_bytes : 0), "%%EOF");
    kind.cut = !kind.proves_end;
    return kind;
}

/// From the first character that a reader would see: byte order marks, blanks of all kinds and NUL go.
std::string_view visible_part(std::string_view text) {
    for (;;) {
        const std::string_view before = text;
        for (const std::string_view mark : {byte_order_mark, std::string_view("\xC2\xA0"), std::string_view("\xE2\x80\x8B")}) {
            if (text.starts_with(mark)) {
                text.remove_prefix(mark.size());
            }
        }
        const std::size_t start = text.find_first_not_of(std::string_view(" \t\r\n\f\v\0", 7));
        text.remove_prefix(std::min(start, text.size()));
        if (text.size() == before.size()) {
            return text;
        }
    }
}

/// No report of the service is in XML or HTML, and a page or a message is: of whatever case, with whatever before it.
bool is_markup(std::string_view visible) {
    return visible.size() > 1 && visible.front() == '<' &&
           (visible[1] == '!' || visible[1] == '?' || visible[1] == '/' || (lower(visible[1]) >= 'a' && lower(visible[1]) <= 'z'));
}

std::string_view kind_of_markup(std::string_view visible) {
    const std::string text = lower(visible);
    const bool is_data = text.starts_with("<?xml") || text.starts_with("<error") || contains(text.substr(0, 512), "xmlns");
    return is_data && !contains(text, "<html") ? xml : html;
}

/// Text in UTF-8, or in Latin-1 and its Windows kin: no control characters besides tabs, line ends and those of terminals.
bool is_text(std::string_view bytes) {
    bytes = without_padding(bytes);
    return std::all_of(bytes.begin(), bytes.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte >= 0x20 ? byte != 0x7f : ((byte >= '\t' && byte <= '\r') || byte == 0x1b);
    });
}

/// The ASCII of a text in UTF-16, '?' for the rest; empty when it is none. With a byte order mark, or with a NUL in every other byte.
std::string narrow(std::string_view first) {
    const bool little = first.starts_with("\xFF\xFE");
    const bool big = first.starts_with("\xFE\xFF");
    const bool bare = first.size() >= 4 && first[1] == '\0' && first[3] == '\0' && first[0] != '\0' && first[2] != '\0';
    if (!little && !big && !bare) {
        return {};
    }
    std::string text;
    for (std::size_t at = bare ? 0 : 2; at + 1 < first.size(); at += 2) {
        const char low = big ? first[at + 1] : first[at];
        const char high = big ? first[at] : first[at + 1];
        text += high == '\0' ? low : '?';
    }
    return text;
}

using Row = std::vector<std::string_view>;

/// The rows of the text that are whole in `text`, split at `separator`; one within quotes parts nothing. `whole`: nothing follows.
std::vector<Row> rows_of(std::string_view text, char separator, bool whole) {
    constexpr std::size_t rows_max = 50;
    std::vector<Row> rows;
    Row row;
    std::size_t begin = 0;
    bool quoted = false;
    const auto end_cell = [&](std::size_t at) {
        row.push_back(text.substr(begin, at - begin));
        begin = at + 1;
    };
    const auto end_row = [&](std::size_t at) {
        end_cell(at);
        if (row.size() > 1 || !row.front().empty()) {
            rows.push_back(std::move(row));
        }
        row.clear();
    };
    for (std::size_t at = 0; at < text.size() && rows.size() < rows_max; ++at) {
        if (text[at] == '"') {
            quoted = !quoted;
        } else if (!quoted && text[at] == separator) {
            end_cell(at);
        } else if (!quoted && (text[at] == '\n' || text[at] == '\r')) {
            end_row(at);
        }
    }
    if (whole && rows.size() < rows_max) {
        end_row(text.size());
    }
    return rows;
}

/// Names of columns, not parts of sentences or of code. `gaps`: cells may be empty, as in a report without a heading.
bool is_heading(const Row& row, bool gaps) {
    return std::all_of(row.begin(), row.end(), [gaps](std::string_view cell) {
        if (cell.size() > 1 && cell.front() == '"' && cell.back() == '"') {
            cell = cell.substr(1, cell.size() - 2);
        }
        if (cell.empty()) {
            return gaps;
        }
        const bool is_name = gaps || cell.front() < '0' || cell.front() > '9';
        return is_name && cell.size() <= heading_cell_bytes_max && cell.front() != ' ' && cell.back() != '!' && cell.back() != '.' &&
               cell.find_first_of("{}<>=") == std::string_view::npos;
    });
}

/// Two rows of equally many cells, the first of them a heading; or the heading alone, where it is as long as a report's.
bool is_table(const std::vector<Row>& rows, std::size_t alone_min) {
    if (rows.empty()) {
        return false;
    }
    if (rows.front().size() >= alone_min && is_heading(rows.front(), alone_min >= report_fields)) {
        return true;
    }
    for (std::size_t at = 0; at + 1 < rows.size(); ++at) {
        const std::size_t cells = rows[at].size();
        if (cells > 1 && rows[at + 1].size() == cells && (cells >= report_fields || is_heading(rows[at], false))) {
            return true;
        }
    }
    return false;
}

}  // namespace

bool is_message(std::string_view media_type) noexcept {
    return media_type == plain || media_type == html || media_type == xml || media_type == json;
}

bool is_textual(std::string_view media_type) noexcept { return media_type == csv || is_message(media_type); }

Kind kind_of(std::string_view first_bytes, std::string_view last_bytes, bool said_to_be_csv) {
    if (first_bytes.size() >= 4 && first_bytes.starts_with("PK") &&
        (first_bytes.substr(2, 2) == "\x03\x04" || first_bytes.substr(2, 2) == "\x05\x06" || first_bytes.substr(2, 2) == "\x07\x08")) {
        return kind_of_zip(first_bytes, last_bytes);
    }
    std::string_view visible = visible_part(first_bytes);
    const bool speaks = is_markup(visible) || visible.starts_with('{') || visible.starts_with('[');
    if (contains(first_bytes.substr(0, pdf_mark_within_bytes), "%PDF-")) {
        // A page that only speaks of one has no end mark; what a server's warning stands before has.
        const Kind kind = kind_of_pdf(last_bytes);
        if (kind.proves_end || !speaks) {
            return kind;
        }
    }
    Kind kind;
    kind.media_type = unknown;
    const std::string narrowed = narrow(first_bytes);
    const bool wide = !narrowed.empty();
    if (wide) {
        visible = visible_part(narrowed);
    }
    if (is_markup(visible)) {
        kind.media_type = kind_of_markup(visible);  // whatever bytes follow: a page is never a document
        return kind;
    }
    if (first_bytes.empty() || !is_text(wide ? std::string_view(narrowed) : first_bytes) || (!wide && !is_text(last_bytes))) {
        return kind;
    }
    if (visible.starts_with('{') || visible.starts_with('[')) {
        kind.media_type = json;
        return kind;
    }
    const bool whole = last_bytes == first_bytes;
    const std::string_view text = visible.substr(0, visible.find('\0'));
    constexpr std::array separators{';', '\t', ',', '|'};
    const bool table = std::any_of(separators.begin(), separators.end(), [&](char separator) {
        const auto rows = rows_of(text, separator, whole);
        // Whatever its cells hold: a single line of a report without a heading has exactly so many.
        const bool is_report = separator == ';' && !rows.empty() && rows.front().size() == report_fields;
        return is_report || is_table(rows, report_fields) || (said_to_be_csv && is_table(rows, 3));
    });
    kind.media_type = !table ? plain : wide ? unknown : csv;
    return kind;
}

}  // namespace moisson::transfer
