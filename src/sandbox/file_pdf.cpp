// Invoices as PDF, by libharu. Its handles and callbacks stay in this file.
#include "sandbox/files.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <vector>

#include <fmt/format.h>
#include <hpdf.h>

#include "base/utf8.hpp"
#include "sandbox/decimal.hpp"

namespace moisson::sandbox {

namespace {

/// libharu calls this for the first failure; every later call on the document fails quietly, so one look at the end is enough.
struct PdfError {
    HPDF_STATUS code = HPDF_OK;
};

extern "C" void note_pdf_error(HPDF_STATUS code, HPDF_STATUS /*detail*/, void* user_data) {
    auto* error = static_cast<PdfError*>(user_data);
    if (error->code == HPDF_OK) {
        error->code = code;
    }
}

/// Windows code page 1252 for the standard fonts: Latin-1 letters as they are, "€" at 0x80, anything else as "?".
std::string to_win_ansi(std::string_view text) {
    std::string encoded;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t length = utf8_sequence_length(text.substr(at));
        const auto first = static_cast<unsigned char>(text[at]);
        if (length == 1) {
            encoded += text[at];
        } else if (length == 2 && first <= 0xc3) {
            const auto second = static_cast<unsigned char>(text[at + 1]);
            encoded += static_cast<char>(((first & 0x03U) << 6U) | (second & 0x3fU));
        } else {
            encoded += text.substr(at, length) == "€" ? '\x80' : '?';
        }
        at += length == 0 ? 1 : length;
    }
    return encoded;
}

struct PdfCloser {
    void operator()(HPDF_Doc document) const noexcept { HPDF_Free(document); }
};

/// Writes lines of text down a page and begins another when it is full.
class Sheet {
public:
    explicit Sheet(HPDF_Doc document)
        : document_(document),
          plain_(HPDF_GetFont(document, "Helvetica", "WinAnsiEncoding")),
          bold_(HPDF_GetFont(document, "Helvetica-Bold", "WinAnsiEncoding")) {
        begin_page();
    }

    void title(const std::string& text) {
        put(50, 18, bold_, text);
        down(30);
    }
    void line(const std::string& text) {
        put(50, 10, plain_, text);
        down(14);
    }
    void row(const std::vector<std::string>& cells, bool heading) {
        static constexpr std::array<float, 5> columns{50, 150, 330, 410, 490};
        for (std::size_t at = 0; at < cells.size() && at < columns.size(); ++at) {
            put(columns[at], 8, heading ? bold_ : plain_, cells[at]);
        }
        down(12);
    }
    void rule() {
        HPDF_Page_MoveTo(page_, 50, y_ + 8);
        HPDF_Page_LineTo(page_, 545, y_ + 8);
        HPDF_Page_Stroke(page_);
        down(8);
    }

private:
    void begin_page() {
        page_ = HPDF_AddPage(document_);
        HPDF_Page_SetSize(page_, HPDF_PAGE_SIZE_A4, HPDF_PAGE_PORTRAIT);
        y_ = 780;
    }
    void down(float points) {
        y_ -= points;
        if (y_ < 60) {
            begin_page();
        }
    }
    void put(float x, float size, HPDF_Font font, const std::string& text) {
        HPDF_Page_BeginText(page_);
        HPDF_Page_SetFontAndSize(page_, font, size);
        HPDF_Page_TextOut(page_, x, y_, to_win_ansi(text).c_str());
        HPDF_Page_EndText(page_);
    }

    HPDF_Doc document_;
    HPDF_Font plain_;
    HPDF_Font bold_;
    HPDF_Page page_ = nullptr;
    float y_ = 780;
};

void set_info(HPDF_Doc pdf, const Contract& contract, const Document& document) {
    HPDF_SetInfoAttr(pdf, HPDF_INFO_TITLE, fmt::format("{} {}", contract.id, document.month.dashed()).c_str());
    HPDF_SetInfoAttr(pdf, HPDF_INFO_AUTHOR, "Moisson sandbox");
    const HPDF_Date date{document.month.plus(1).year(), document.month.plus(1).month(), 4, 9, 0, 0, 'Z', 0, 0};
    HPDF_SetInfoDateAttr(pdf, HPDF_INFO_CREATION_DATE, date);
    HPDF_SetInfoDateAttr(pdf, HPDF_INFO_MOD_DATE, date);
}

void draw(HPDF_Doc pdf, const World& world, const Contract& contract, const Document& document) {
    Sheet sheet(pdf);
    sheet.title(document.credit ? "AVOIR / CREDIT NOTE" : "FACTURE / INVOICE");
    sheet.line(fmt::format("Contrat / Contract: {}  {}", contract.id, contract.name));
    sheet.line(fmt::format("Client / Customer: {}  {}", contract.customer_id, contract.customer_name));
    sheet.line(fmt::format("Offre / Offer: {}", contract.offer_name));
    sheet.line(fmt::format("Période / Period: {} - {}", begin_date(document), end_date(document)));
    if (document.version > 1) {
        sheet.line(fmt::format("Version {}", document.version));
    }
    sheet.line("");
    sheet.row({"Service", "Libellé / Charge", "Quantité", "Prix unitaire", "Montant"}, true);
    sheet.rule();
    for (const UsageLine& line : world.lines_of(contract, document)) {
        const CloudService& service = cloud_services()[line.service];
        sheet.row({std::string(service.code), std::string(service.charge), format_decimal(line.quantity_milli, 3, ','),
                   format_decimal(line.unit_price_e5, 5, ','), format_decimal(line.discounted_minor, contract.digits, ',')},
                  false);
    }
    sheet.rule();
    sheet.row({"Total", "", "", contract.currency, format_decimal(document.amount_minor, contract.digits, ',')}, true);
    sheet.line("");
    sheet.line("Document de démonstration, sans valeur comptable / sample document without value.");
}

}  // namespace

Result<std::string> make_invoice_pdf(const World& world, const Contract& contract, const Document& document) {
    PdfError error;
    const std::unique_ptr<std::remove_pointer_t<HPDF_Doc>, PdfCloser> pdf(HPDF_New(note_pdf_error, &error));
    if (!pdf) {
        return fail(ErrorCode::internal, "no PDF could be begun");
    }
    HPDF_SetCompressionMode(pdf.get(), HPDF_COMP_ALL);
    set_info(pdf.get(), contract, document);
    draw(pdf.get(), world, contract, document);
    HPDF_SaveToStream(pdf.get());
    std::string bytes;
    HPDF_UINT32 size = HPDF_GetStreamSize(pdf.get());
    bytes.resize(size);
    if (size == 0 || HPDF_ReadFromStream(pdf.get(), reinterpret_cast<HPDF_BYTE*>(bytes.data()), &size) != HPDF_OK ||
        error.code != HPDF_OK) {
        return fail(ErrorCode::internal, fmt::format("the PDF could not be made: libharu error {:#06x}", error.code), contract.id);
    }
    bytes.resize(size);
    return bytes;
}

}  // namespace moisson::sandbox
