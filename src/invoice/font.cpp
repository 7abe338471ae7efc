#include "invoice/font.hpp"

#include <algorithm>
#include <cmath>

#include "base/code_points.hpp"
#include "invoice/utf8_append.hpp"

namespace moisson::invoice {

namespace {

/// Entries of a /W array, and of /Differences.
constexpr int font_items_max = 65'536;

/// Helvetica's widths of codes 0x20 to 0x7e, in thousandths (Adobe Core 14 AFM): what a font without widths is taken for.
constexpr std::array<short, 95> helvetica_widths{
    278, 278, 355, 556, 556, 889, 667, 191, 333,  333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556, 556,
    556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778,
    667, 778, 722, 667, 611, 722, 667, 944, 667,  667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278, 556,
    556, 222, 222, 500, 222, 833, 556, 556, 556,  556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584};

double number_of(QPDFObjectHandle object, double otherwise) {
    const double number = object.isNumber() ? object.getNumericValue() : otherwise;
    return std::isfinite(number) && std::abs(number) < 1e5 ? number : otherwise;
}

/// What one thousandth of the size is; Type 3 fonts have a measure of their own.
double scale_of(QPDFObjectHandle dictionary) {
    QPDFObjectHandle matrix = dictionary.getKey("/FontMatrix");
    constexpr double usual = 0.001;
    if (!dictionary.getKey("/Subtype").isNameAndEquals("/Type3") || !matrix.isArray() || matrix.getArrayNItems() != 6) {
        return usual;
    }
    return number_of(matrix.getArrayItem(0), usual);
}

/// A subset of a symbolic font has codes of its own, which nothing but its program or a CMap explains.
bool has_own_codes(QPDFObjectHandle descriptor) {
    if (!descriptor.isDictionary()) {
        return false;
    }
    constexpr long long symbolic = 4;
    QPDFObjectHandle flags = descriptor.getKey("/Flags");
    const bool is_embedded = descriptor.hasKey("/FontFile") || descriptor.hasKey("/FontFile2") || descriptor.hasKey("/FontFile3");
    return is_embedded && flags.isInteger() && (flags.getIntValue() & symbolic) != 0;
}

const LetterTable* named_encoding(QPDFObjectHandle name) {
    return name.isNameAndEquals("/WinAnsiEncoding")    ? &win_ansi_encoding()
           : name.isNameAndEquals("/MacRomanEncoding") ? &mac_roman_encoding()
           : name.isNameAndEquals("/StandardEncoding") ? &standard_encoding()
                                                       : nullptr;
}

std::string base_name(QPDFObjectHandle dictionary) {
    QPDFObjectHandle name = dictionary.getKey("/BaseFont");
    return name.isName() ? name.getName() : std::string();
}

}  // namespace

Font Font::read(QPDFObjectHandle dictionary, PageBudget& budget) {
    Font font;
    font.letters_.fill(no_letter);
    if (!dictionary.isDictionary()) {
        return font;
    }
    if (QPDFObjectHandle cmap = dictionary.getKey("/ToUnicode"); cmap.isStream()) {
        std::string bytes;
        append_stream(cmap, bytes, budget);
        font.to_unicode_ = ToUnicode::read(bytes, budget.unicode_ranges);
    }
    font.is_composite_ = dictionary.getKey("/Subtype").isNameAndEquals("/Type0");
    if (font.is_composite_) {
        font.read_composite(dictionary);
    } else {
        font.read_simple(dictionary);
    }
    return font;
}

void Font::read_simple(QPDFObjectHandle dictionary) {
    QPDFObjectHandle encoding = dictionary.getKey("/Encoding");
    QPDFObjectHandle descriptor = dictionary.getKey("/FontDescriptor");
    const LetterTable* base = named_encoding(encoding);
    if (base == nullptr && encoding.isDictionary()) {
        base = named_encoding(encoding.getKey("/BaseEncoding"));
    }
    if (base == nullptr && !has_own_codes(descriptor) && !dictionary.getKey("/Subtype").isNameAndEquals("/Type3")) {
        base = dictionary.getKey("/Subtype").isNameAndEquals("/TrueType") ? &win_ansi_encoding() : &standard_encoding();
    }
    if (base != nullptr) {
        letters_ = *base;
    }
    if (encoding.isDictionary()) {
        read_differences(encoding.getKey("/Differences"));
    }
    const std::string name = base_name(dictionary);
    const bool is_bold = name.find("Bold") != std::string::npos;
    for (std::size_t code = 0; code < widths_.size(); ++code) {
        const bool is_ascii = code >= 0x20 && code < 0x7f;
        widths_[code] = name.find("Courier") != std::string::npos ? 0.6
                        : is_ascii                                ? helvetica_widths.at(code - 0x20) * (is_bold ? 0.00106 : 0.001)
                                                                  : 0.556;
    }
    const double scale = scale_of(dictionary);
    QPDFObjectHandle widths = dictionary.getKey("/Widths");
    QPDFObjectHandle first = dictionary.getKey("/FirstChar");
    if (widths.isArray() && first.isInteger()) {
        const long long from = first.getIntValue();
        for (int at = 0; at < std::min(widths.getArrayNItems(), 256); ++at) {
            if (from + at >= 0 && from + at < 256) {
                widths_.at(static_cast<std::size_t>(from + at)) = number_of(widths.getArrayItem(at), 0) * scale;
            }
        }
    }
}

void Font::read_differences(QPDFObjectHandle differences) {
    if (!differences.isArray()) {
        return;
    }
    long long code = 0;
    for (int at = 0; at < std::min(differences.getArrayNItems(), font_items_max); ++at) {
        QPDFObjectHandle item = differences.getArrayItem(at);
        if (item.isInteger()) {
            code = item.getIntValue();
        } else if (item.isName()) {
            if (code >= 0 && code < 256) {
                letters_.at(static_cast<std::size_t>(code)) = letter_of_glyph(std::string_view(item.getName()).substr(1));
            }
            ++code;
        }
    }
}

void Font::read_composite(QPDFObjectHandle dictionary) {
    QPDFObjectHandle descendants = dictionary.getKey("/DescendantFonts");
    if (!descendants.isArray() || descendants.getArrayNItems() < 1) {
        return;
    }
    QPDFObjectHandle descendant = descendants.getArrayItem(0);
    if (!descendant.isDictionary()) {
        return;
    }
    default_width_ = number_of(descendant.getKey("/DW"), 1000) * 0.001;
    read_cid_widths(descendant.getKey("/W"));
}

/// "code [width width …]" or "first last width".
void Font::read_cid_widths(QPDFObjectHandle widths) {
    if (!widths.isArray()) {
        return;
    }
    const int count = std::min(widths.getArrayNItems(), font_items_max);
    int left = font_items_max;
    for (int at = 0; at + 1 < count && left > 0;) {
        QPDFObjectHandle first = widths.getArrayItem(at);
        QPDFObjectHandle second = widths.getArrayItem(at + 1);
        const long long low = first.isInteger() ? first.getIntValue() : -1;
        if (low < 0 || low > 0xffff) {
            return;
        }
        if (second.isArray()) {
            for (int item = 0; item < second.getArrayNItems() && left > 0; ++item, --left) {
                const auto code = static_cast<std::uint32_t>(low + item);
                cid_widths_.push_back({code, code, number_of(second.getArrayItem(item), 1000) * 0.001});
            }
            at += 2;
        } else if (at + 2 < count && second.isInteger() && second.getIntValue() >= low && second.getIntValue() <= 0xffff) {
            cid_widths_.push_back({static_cast<std::uint32_t>(low), static_cast<std::uint32_t>(second.getIntValue()),
                                   number_of(widths.getArrayItem(at + 2), 1000) * 0.001});
            --left;
            at += 3;
        } else {
            return;
        }
    }
    std::stable_sort(cid_widths_.begin(), cid_widths_.end(),
                     [](const CidWidths& one, const CidWidths& other) { return one.low < other.low; });
}

double Font::width_of(std::uint32_t code) const {
    if (!is_composite_) {
        return widths_.at(code & 0xffU);
    }
    const auto found = std::upper_bound(cid_widths_.begin(), cid_widths_.end(), code,
                                        [](std::uint32_t wanted, const CidWidths& row) { return wanted < row.low; });
    return found != cid_widths_.begin() && code <= std::prev(found)->high ? std::prev(found)->width : default_width_;
}

Font::Glyph Font::next(std::string_view shown, std::size_t& at, std::string& text) const {
    std::uint32_t code = static_cast<unsigned char>(shown[at++]);
    if (is_composite_ && to_unicode_.code_bytes() != 1 && at < shown.size()) {
        code = (code << 8U) | static_cast<unsigned char>(shown[at++]);
    }
    Glyph glyph{width_of(code), false, !is_composite_ && code == 0x20};
    const std::size_t before = text.size();
    if (!to_unicode_.append(text, code)) {
        append_utf8(text, is_composite_ ? no_letter : letters_.at(code & 0xffU));
    }
    std::size_t length = 0;
    glyph.is_blank = is_blank(first_code_point(std::string_view(text).substr(before), length)) && before + length == text.size();
    if (glyph.is_blank || text.size() == before) {
        glyph.is_blank = true;
        text.resize(before);
    }
    return glyph;
}

}  // namespace moisson::invoice
