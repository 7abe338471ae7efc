#pragma once
/// PDFs made in memory, for tests of what is read off their pages.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <qpdf/QPDF.hh>
#include <qpdf/QPDFObjectHandle.hh>

#include <fmt/format.h>

#include "domain/money.hpp"
#include "invoice/page_values.hpp"

namespace moisson::invoice::test {

/// A text of UTF-8 as a string of a content stream, in WinAnsi: Latin-1 and the euro.
inline std::string shown(std::string_view text) {
    std::string string = "(";
    for (std::size_t at = 0; at < text.size(); ++at) {
        const auto byte = static_cast<unsigned char>(text[at]);
        if (text.substr(at).starts_with("€")) {
            string += "\\200";
            at += 2;
        } else if (byte >= 0xc2 && byte <= 0xc3) {
            string += fmt::format("\\{:03o}", ((byte & 0x03U) << 6U) | (static_cast<unsigned char>(text[++at]) & 0x3fU));
        } else {
            string += text[at] == '(' || text[at] == ')' || text[at] == '\\' ? fmt::format("\\{}", text[at]) : std::string(1, text[at]);
        }
    }
    return string + ")";
}

/// Operators that show a text.
inline std::string put(double x, double y, std::string_view text, double size = 10) {
    return fmt::format("BT /F1 {} Tf 1 0 0 1 {} {} Tm {} Tj ET\n", size, x, y, shown(text));
}

class PagePdf {
public:
    PagePdf() {
        pdf_.emptyPDF();
        pdf_.setSuppressWarnings(true);
    }

    /// The resources' text has "%FONT%" where the standard font is wanted.
    PagePdf& page(const std::string& content, const std::string& resources = "<< /Font << /F1 %FONT% >> >>") {
        return page_of(stream(content), resources);
    }
    PagePdf& page_of(QPDFObjectHandle content, std::string resources = "<< /Font << /F1 %FONT% >> >>") {
        const std::string font = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>";
        if (const std::size_t at = resources.find("%FONT%"); at != std::string::npos) {
            resources.replace(at, 6, font);
        }
        QPDFObjectHandle page = QPDFObjectHandle::parse("<< /Type /Page /MediaBox [0 0 595 842] >>");
        page.replaceKey("/Resources", QPDFObjectHandle::parse(&pdf_, resources));
        page.replaceKey("/Contents", content);
        pdf_.addPage(pdf_.makeIndirectObject(page), false);
        return *this;
    }
    [[nodiscard]] QPDFObjectHandle stream(const std::string& bytes) { return QPDFObjectHandle::newStream(&pdf_, bytes); }
    [[nodiscard]] QPDF& pdf() { return pdf_; }

private:
    QPDF pdf_;
};

inline const std::vector<Profile>& built_in_profiles() {
    static const std::vector<Profile> profiles = parse_profiles(profile_texts("").value()).value();
    return profiles;
}

inline Money euros(std::int64_t minor) { return {minor, *find_currency("EUR")}; }

inline PageReading read(PagePdf& pdf, const std::optional<Money>& expected) {
    return read_pages(pdf.pdf(), expected, built_in_profiles()).value();
}

/// A page of rows: label at the left, what it says at the right, from the top down.
inline std::string rows(const std::vector<std::vector<std::string>>& cells, double top = 780) {
    std::string content;
    for (const auto& row : cells) {
        double x = 50;
        for (const std::string& cell : row) {
            content += cell.empty() ? "" : put(x, top, cell);
            x += 160;
        }
        top -= 16;
    }
    return content;
}

}  // namespace moisson::invoice::test
