#pragma once
/// A PDF's font, as far as text needs it: which letters its codes are, and how wide they run. Only the invoice room includes this header.
///
/// Source: ISO 32000-1, 9.5 to 9.10. Geometry is floating point here; amounts are read from the letters alone.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <qpdf/QPDFObjectHandle.hh>

#include "invoice/glyph_names.hpp"
#include "invoice/page_budget.hpp"
#include "invoice/to_unicode.hpp"

namespace moisson::invoice {

/// Immutable once it is read.
class Font {
public:
    /// A font that cannot be understood has no letters: each code is U+FFFD.
    [[nodiscard]] static Font read(QPDFObjectHandle dictionary, PageBudget& budget);

    /// One code of a shown string.
    struct Glyph {
        double width = 0;         ///< in parts of the font's size
        bool is_blank = false;    ///< shows nothing
        bool is_code_32 = false;  ///< of one byte: word spacing is added (9.3.3)
    };
    /// The code at `at`, which moves on; its letters are appended to `text` unless it is a blank.
    [[nodiscard]] Glyph next(std::string_view shown, std::size_t& at, std::string& text) const;

private:
    void read_simple(QPDFObjectHandle dictionary);
    void read_composite(QPDFObjectHandle dictionary);
    void read_differences(QPDFObjectHandle differences);
    void read_cid_widths(QPDFObjectHandle widths);
    [[nodiscard]] double width_of(std::uint32_t code) const;

    struct CidWidths {
        std::uint32_t low;
        std::uint32_t high;
        double width;
    };
    bool is_composite_ = false;
    LetterTable letters_{};
    ToUnicode to_unicode_;
    std::array<double, 256> widths_{};
    std::vector<CidWidths> cid_widths_;  // sorted by `low`
    double default_width_ = 1;
};

}  // namespace moisson::invoice
