// Were text read wrong off a page, a figure would be taken for another one; were a hostile page not bounded, one file would stop a month.
#include "invoice/page_text.hpp"

#include <zlib.h>

#include <doctest/doctest.h>

#include "invoice/page_lines.hpp"
#include "page_pdf.hpp"

using namespace moisson;
using namespace moisson::invoice;
using namespace moisson::invoice::test;

namespace {

/// Cells joined by "|", lines by a line end.
std::string text_of(PagePdf& pdf) {
    auto runs = read_page_text(pdf.pdf());
    if (!runs) {
        return std::string(to_text(runs.error().code));
    }
    std::string text;
    for (const PageLine& line : lines_of(std::move(*runs))) {
        for (std::size_t at = 0; at < line.cells.size(); ++at) {
            text += (at == 0 ? "" : "|") + line.cells[at].text;
        }
        text += "\n";
    }
    return text;
}

std::string deflated(const std::string& bytes) {
    std::string packed(compressBound(static_cast<uLong>(bytes.size())), '\0');
    auto size = static_cast<uLongf>(packed.size());
    compress2(reinterpret_cast<Bytef*>(packed.data()), &size, reinterpret_cast<const Bytef*>(bytes.data()),
              static_cast<uLong>(bytes.size()), 1);
    packed.resize(size);
    return packed;
}

constexpr const char* too_large = "too-large";

}  // namespace

TEST_CASE("words are joined and columns are not, in whatever order they are drawn") {
    PagePdf pdf;
    pdf.page(put(300, 700, "1 234,56 €") + put(50, 700, "Total TTC") + put(50, 714, "Libellé (é à ü)") +
             "BT /F1 10 Tf 50 680 Td [(Num) 20 (\351ro) -300 (de) -2000 (ici)] TJ 0 -12 TD (en bas) Tj T* (encore) Tj 14 TL (plus) ' ET\n");
    CHECK(text_of(pdf) == "Libellé (é à ü)\nTotal TTC|1 234,56 €\nNuméro de|ici\nen bas\nencore\nplus\n");
}

TEST_CASE("what nobody sees is not read: unpainted, outside of the page, slantwise") {
    PagePdf pdf;
    pdf.page(
        "BT 3 Tr /F1 10 Tf 50 700 Td (unpainted) Tj ET BT 0 Tr /F1 10 Tf 5000 700 Td (outside) Tj ET "
        "BT /F1 40 Tf 0.7 0.7 -0.7 0.7 100 300 Tm (DRAFT) Tj ET BT /F1 10 Tf 50 600 Td (seen) Tj ET");
    CHECK(text_of(pdf) == "seen\n");
}

TEST_CASE("letters that are drawn twice to be bold are read once, and a page on its side is read") {
    PagePdf pdf;
    pdf.page(put(50, 700, "120,00") + put(50.3, 700, "120,00"));
    pdf.page("BT /F1 10 Tf 0 1 -1 0 100 50 Tm (Total) Tj ET BT /F1 10 Tf 0 1 -1 0 100 300 Tm (120,00) Tj ET");
    CHECK(text_of(pdf) == "120,00\nTotal|120,00\n");
}

TEST_CASE("codes become letters by encodings, differences and CMaps; what nothing explains is no letter") {
    PagePdf pdf;
    const std::string cmap =
        "/CIDInit /ProcSet findresource begin 1 begincodespacerange <0000> <FFFF> endcodespacerange "
        "2 beginbfchar <0001> <0054> <0002> <00660069> endbfchar "
        "2 beginbfrange <0010> <0019> <0030> <0020> <0021> [<20AC> <002C>] endbfrange endcmap";
    QPDFObjectHandle font = QPDFObjectHandle::parse(
        "<< /Type /Font /Subtype /Type0 /BaseFont /A /Encoding /Identity-H /DescendantFonts [<< /Type /Font /Subtype /CIDFontType2 "
        "/BaseFont /A /DW 500 /W [1 [600 600] 16 25 556] >>] >>");
    font.replaceKey("/ToUnicode", pdf.stream(cmap));
    QPDFObjectHandle indirect = pdf.pdf().makeIndirectObject(font);
    const std::string reference = indirect.getObjGen().unparse(' ') + " R";
    pdf.page(
        "BT /T0 10 Tf 50 700 Td <00010002> Tj 100 0 Td <001100120021001300140020> Tj 100 0 Td <0077> Tj "
        "/D 10 Tf -200 -20 Td <01020304> Tj /M 10 Tf 0 -20 Td <8EDB> Tj /S 10 Tf 0 -20 Td <3132> Tj ET",
        "<< /Font << /T0 " + reference +
            " /D << /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding << /Type /Encoding /Differences "
            "[1 /one.tnum /Euro /eacute /uni20AC] >> >> "
            "/M << /Type /Font /Subtype /TrueType /BaseFont /X /Encoding /MacRomanEncoding >> "
            "/S << /Type /Font /Subtype /TrueType /BaseFont /ABCDEF+Y /FontDescriptor << /Flags 4 /FontFile2 null /FontFile [] >> >> >> "
            ">>");
    CHECK(text_of(pdf) == "Tfi|12,34€|\xef\xbf\xbd\n1€é€\né¤\n\xef\xbf\xbd\xef\xbf\xbd\n");
}

TEST_CASE("forms are read where they stand, and not deeper than eight") {
    PagePdf pdf;
    const auto form = [&](const std::string& content, const std::string& resources) {
        QPDFObjectHandle made = pdf.stream(content);
        made.getDict().replaceKey("/Subtype", QPDFObjectHandle::newName("/Form"));
        made.getDict().replaceKey("/Resources", QPDFObjectHandle::parse(&pdf.pdf(), resources));
        return made;
    };
    const std::string font = "/Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >>";
    QPDFObjectHandle inner = form(put(0, 0, "inside"), "<< " + font + " >>");
    inner.getDict().replaceKey("/Matrix", QPDFObjectHandle::parse("[1 0 0 1 50 500]"));
    QPDFObjectHandle loop = form(put(10, 10, "again") + "/Self Do", "<< " + font + " >>");
    loop.getDict().getKey("/Resources").replaceKey("/XObject", QPDFObjectHandle::parse("<< >>"));
    loop.getDict().getKey("/Resources").getKey("/XObject").replaceKey("/Self", loop);
    pdf.page(put(50, 700, "outside") + "q 1 0 0 1 100 0 cm /In Do Q /Loop Do", "<< /Font << /F1 %FONT% >> /XObject << /In " +
                                                                                   inner.getObjGen().unparse(' ') + " R /Loop " +
                                                                                   loop.getObjGen().unparse(' ') + " R >> >>");
    CHECK(text_of(pdf) == "outside\ninside\nagain\n");
}

TEST_CASE("inline images, dictionaries, deep nesting and rubbish between operators do not hide the text") {
    PagePdf pdf;
    std::string deep;
    for (int count = 0; count < 100'000; ++count) {
        deep += "q ";
    }
    pdf.page("/Span << /MCID 0 /A [1 2 << /B (x) >>] >> BDC " + deep + put(50, 700, "first") +
             " BI /W 2 /H 2 /BPC 8 /CS /G ID \x01(\x02> EI Q ) >> ] } 1 2 3 unknown " + put(50, 680, "second") + "EMC Q Q");
    CHECK(text_of(pdf) == "first\nsecond\n");
}

TEST_CASE("a page that costs more than pages may is refused: operators, strings, arrays, packed bytes, forms without end") {
    SUBCASE("operators") {
        PagePdf pdf;
        std::string content;
        for (int count = 0; count < 2'100'000; ++count) {
            content += "q\n";
        }
        pdf.page(content);
        CHECK(text_of(pdf) == too_large);
    }
    SUBCASE("an array") {
        PagePdf pdf;
        std::string content = "[";
        for (int count = 0; count < 200'000; ++count) {
            content += "1 ";
        }
        pdf.page("BT /F1 9 Tf " + content + "] TJ ET");
        CHECK(text_of(pdf) == too_large);
    }
    SUBCASE("packed bytes") {
        PagePdf pdf;
        QPDFObjectHandle bomb = QPDFObjectHandle::newStream(&pdf.pdf());
        const std::string part = deflated(std::string(65U << 20U, ' '));
        bomb.replaceStreamData(part, QPDFObjectHandle::newName("/FlateDecode"), QPDFObjectHandle::newNull());
        pdf.page_of(bomb);
        CHECK(text_of(pdf) == too_large);
    }
    SUBCASE("packed twice") {
        PagePdf pdf;
        QPDFObjectHandle bomb = QPDFObjectHandle::newStream(&pdf.pdf());
        bomb.replaceStreamData(deflated(deflated(put(50, 700, "x"))), QPDFObjectHandle::parse("[/FlateDecode /FlateDecode]"),
                               QPDFObjectHandle::newNull());
        pdf.page_of(bomb);
        CHECK(text_of(pdf).empty());
    }
    SUBCASE("forms that double eight times and more") {
        PagePdf pdf;
        std::string below;
        for (int level = 0; level < 8; ++level) {
            std::string content;
            for (int count = 0; count < 20; ++count) {
                content += below.empty() ? "q Q " : "/F Do ";
            }
            QPDFObjectHandle form = pdf.stream(content);
            form.getDict().replaceKey("/Subtype", QPDFObjectHandle::newName("/Form"));
            form.getDict().replaceKey("/Resources", QPDFObjectHandle::parse(&pdf.pdf(), "<< /XObject << " + below + " >> >>"));
            below = "/F " + form.getObjGen().unparse(' ') + " R";
        }
        pdf.page("/F Do", "<< /XObject << " + below + " >> >>");
        CHECK(text_of(pdf) == too_large);
    }
    SUBCASE("pages") {
        PagePdf pdf;
        for (std::size_t count = 0; count <= pages_max; ++count) {
            pdf.page("");
        }
        CHECK(text_of(pdf) == too_large);
    }
}
