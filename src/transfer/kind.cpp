/// What a document is, told by its first and last bytes.

#include <algorithm>

#include "base/utf8.hpp"
#include "transfer/object_store.hpp"

namespace moisson::transfer {

namespace {

constexpr std::size_t pdf_mark_within_bytes = 1024;  ///< where readers look for %PDF- and %%EOF (ISO 32000-1, annex H.3)
constexpr std::size_t zip_end_record_bytes = 22;     ///< APPNOTE.TXT 4.3.16, without comment

constexpr std::string_view pdf = "application/pdf";
constexpr std::string_view xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
constexpr std::string_view zip = "application/zip";
constexpr std::string_view csv = "text/csv";
constexpr std::string_view html = "text/html";
constexpr std::string_view json = "application/json";
constexpr std::string_view unknown = "application/octet-stream";

bool contains(std::string_view text, std::string_view wanted) { return text.find(wanted) != std::string_view::npos; }

unsigned byte_at(std::string_view bytes, std::size_t at) { return static_cast<unsigned char>(bytes[at]); }

/// An end-of-central-directory record whose comment reaches exactly to the end.
bool ends_as_zip(std::string_view last) {
    if (last.size() < zip_end_record_bytes) {
        return false;
    }
    for (std::size_t at = last.size() - zip_end_record_bytes + 1; at-- > 0;) {
        if (last.substr(at, 4) != std::string_view("PK\x05\x06", 4)) {
            continue;
        }
        const std::size_t comment_bytes = byte_at(last, at + 20) + byte_at(last, at + 21) * 256U;
        if (at + zip_end_record_bytes + comment_bytes == last.size()) {
            return true;
        }
    }
    return false;
}

bool looks_like_workbook(std::string_view first, std::string_view last) {
    return contains(first, "xl/") || contains(last, "xl/workbook.xml") || contains(last, "xl/worksheets/");
}

std::string_view without_mark_and_blanks(std::string_view text) {
    if (text.starts_with("\xEF\xBB\xBF")) {
        text.remove_prefix(3);
    }
    const std::size_t start = text.find_first_not_of(" \t\r\n");
    return start == std::string_view::npos ? std::string_view() : text.substr(start);
}

bool begins_ignoring_case(std::string_view text, std::string_view wanted) {
    if (text.size() < wanted.size()) {
        return false;
    }
    return std::equal(wanted.begin(), wanted.end(), text.begin(), [](char one, char other) {
        return one == (other >= 'A' && other <= 'Z' ? static_cast<char>(other - 'A' + 'a') : other);
    });
}

bool is_html(std::string_view text) {
    static constexpr std::string_view starts[] = {"<!doctype html", "<html", "<head", "<body", "<title", "<meta", "<script"};
    const std::string_view visible = without_mark_and_blanks(text);
    return std::any_of(std::begin(starts), std::end(starts),
                       [visible](std::string_view start) { return begins_ignoring_case(visible, start); }) ||
           ((visible.starts_with("<?xml") || visible.starts_with("<!--")) && (contains(visible, "<html") || contains(visible, "<HTML")));
}

/// Text in UTF-8, or in Latin-1 and its Windows kin: no control characters besides tabs and line ends.
bool is_text(std::string_view bytes) {
    return std::all_of(bytes.begin(), bytes.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte >= 0x20 ? byte != 0x7f : (byte == '\t' || byte == '\n' || byte == '\r' || byte == '\f');
    });
}

}  // namespace

Kind kind_of(std::string_view first_bytes, std::string_view last_bytes) {
    Kind kind;
    kind.media_type = unknown;
    if (contains(first_bytes.substr(0, pdf_mark_within_bytes), "%PDF-")) {
        kind.media_type = pdf;
        const std::size_t from = last_bytes.size() > pdf_mark_within_bytes ? last_bytes.size() - pdf_mark_within_bytes : 0;
        kind.proves_end = contains(last_bytes.substr(from), "%%EOF");
        kind.cut = !kind.proves_end;
        return kind;
    }
    if (first_bytes.starts_with(std::string_view("PK\x03\x04", 4)) || first_bytes.starts_with(std::string_view("PK\x05\x06", 4))) {
        kind.media_type = looks_like_workbook(first_bytes, last_bytes) ? xlsx : zip;
        kind.proves_end = ends_as_zip(last_bytes);
        kind.cut = !kind.proves_end;
        return kind;
    }
    if (is_html(first_bytes)) {
        kind.media_type = html;  // whatever bytes follow: a page is never a document
        return kind;
    }
    if (first_bytes.empty() || !is_text(first_bytes) || !is_text(last_bytes)) {
        return kind;
    }
    const std::string_view visible = without_mark_and_blanks(first_bytes);
    if (visible.starts_with('{') || visible.starts_with('[')) {
        kind.media_type = json;
    } else {
        kind.media_type = csv;
    }
    return kind;
}

}  // namespace moisson::transfer
