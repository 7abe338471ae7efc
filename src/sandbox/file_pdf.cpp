// Invoices as PDF: the page by libharu, whose handles and callbacks stay in this file, and the XML in it.
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
#include "sandbox/invoice_values.hpp"
#include "sandbox/invoice_words.hpp"
#include "sandbox/invoice_xml.hpp"
#include "sandbox/pdf_attachment.hpp"

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

/// Writes down a page, and begins another when it is full.
class Sheet {
public:
    static constexpr float left = 50;
    static constexpr float right = 545;
    static constexpr float middle = 320;

    explicit Sheet(HPDF_Doc document)
        : document_(document),
          plain_(HPDF_GetFont(document, "Helvetica", "WinAnsiEncoding")),
          bold_(HPDF_GetFont(document, "Helvetica-Bold", "WinAnsiEncoding")) {
        begin_page();
    }

    void put(float x, float size, const std::string& text, bool bold = false) {
        HPDF_Page_BeginText(page_);
        HPDF_Page_SetFontAndSize(page_, bold ? bold_ : plain_, size);
        HPDF_Page_TextOut(page_, x, y_, to_win_ansi(text).c_str());
        HPDF_Page_EndText(page_);
    }
    /// Ends at `x`.
    void put_right(float x, float size, const std::string& text, bool bold = false) {
        HPDF_Page_SetFontAndSize(page_, bold ? bold_ : plain_, size);
        put(x - HPDF_Page_TextWidth(page_, to_win_ansi(text).c_str()), size, text, bold);
    }
    void rule(float from = left) {
        HPDF_Page_SetLineWidth(page_, 0.5F);
        HPDF_Page_MoveTo(page_, from, y_ + 9);
        HPDF_Page_LineTo(page_, right, y_ + 9);
        HPDF_Page_Stroke(page_);
    }
    void down(float points) {
        y_ -= points;
        if (y_ < bottom) {
            begin_page();
        }
    }
    /// So much stays on one page.
    void keep(float points) {
        if (y_ - points < bottom) {
            begin_page();
        }
    }
    [[nodiscard]] float height() const noexcept { return y_; }
    void move_to(float height) noexcept { y_ = height; }

private:
    static constexpr float top = 785;
    static constexpr float bottom = 50;

    void begin_page() {
        page_ = HPDF_AddPage(document_);
        HPDF_Page_SetSize(page_, HPDF_PAGE_SIZE_A4, HPDF_PAGE_PORTRAIT);
        y_ = top;
    }

    HPDF_Doc document_;
    HPDF_Font plain_;
    HPDF_Font bold_;
    HPDF_Page page_ = nullptr;
    float y_ = top;
};

void set_info(HPDF_Doc pdf, const Contract& contract, const Document& document) {
    HPDF_SetInfoAttr(pdf, HPDF_INFO_TITLE, fmt::format("{} {}", contract.id, document.month.dashed()).c_str());
    HPDF_SetInfoAttr(pdf, HPDF_INFO_AUTHOR, "Moisson sandbox");
    const HPDF_Date date{document.month.plus(1).year(), document.month.plus(1).month(), 4, 9, 0, 0, 'Z', 0, 0};
    HPDF_SetInfoDateAttr(pdf, HPDF_INFO_CREATION_DATE, date);
    HPDF_SetInfoDateAttr(pdf, HPDF_INFO_MOD_DATE, date);
}

/// Numbers as the page shows them: a credit note's are below zero, as the list has them.
class Page {
public:
    Page(HPDF_Doc pdf, const InvoiceValues& values) : sheet_(pdf), values_(values) {}

    void draw() {
        draw_head();
        draw_parties();
        draw_lines();
        draw_totals();
        draw_foot();
    }

private:
    std::string money(std::int64_t minor) const { return format_decimal(values_.credit ? -minor : minor, values_.digits, ','); }

    void line(float x, float size, const std::string& text, bool bold = false) {
        sheet_.put(x, size, text, bold);
        sheet_.down(size + 3);
    }
    void pair(const std::string& label, const std::string& text) {
        sheet_.put(Sheet::middle, 8, label);
        sheet_.put_right(Sheet::right, 8, text, true);
        sheet_.down(12);
    }

    void draw_head() {
        const Party& seller = values_.seller;
        const float top = sheet_.height();
        line(Sheet::left, 14, seller.name, true);
        line(Sheet::left, 8, seller.street);
        line(Sheet::left, 8, fmt::format("{} {}, France", seller.postcode, seller.city));
        line(Sheet::left, 8, fmt::format("SIRET {}", seller.siret));
        line(Sheet::left, 8, fmt::format("N° TVA / VAT id: {}", seller.vat_id));
        sheet_.move_to(top);
        sheet_.put_right(Sheet::right, 16, values_.credit ? "AVOIR / CREDIT NOTE" : "FACTURE / INVOICE", true);
        sheet_.down(26);
        pair(values_.credit ? "Avoir n° / Credit note no." : "Facture n° / Invoice no.", values_.number);
        pair("Date d'émission / Issue date", french_day(values_.issued));
        if (values_.due) {
            pair("Date d'échéance / Due date", french_day(*values_.due));
        }
        if (values_.credit) {
            pair("Annule la facture / Credits invoice", values_.credited_number);
        }
        if (values_.version > 1) {
            pair("Version", fmt::format("{}", values_.version));
        }
        sheet_.move_to(top - 105);
        sheet_.rule();
    }

    void draw_parties() {
        const Party& buyer = values_.buyer;
        sheet_.down(10);
        const float top = sheet_.height();
        line(Sheet::left, 8, fmt::format("Contrat / Contract: {}  {}", values_.contract_id, values_.contract_name));
        line(Sheet::left, 8, fmt::format("Offre / Offer: {}", values_.offer_name));
        line(Sheet::left, 8, fmt::format("Commande / Order: {}", values_.order_reference));
        line(Sheet::left, 8, fmt::format("Période / Period: {} - {}", values_.begin, values_.end));
        sheet_.move_to(top);
        line(Sheet::middle, 8, "Client / Customer");
        line(Sheet::middle, 10, buyer.name, true);
        line(Sheet::middle, 8, buyer.street);
        line(Sheet::middle, 8, fmt::format("{} {}, {}", buyer.postcode, buyer.city, buyer.country == "FR" ? "France" : "Suisse"));
        line(Sheet::middle, 8, fmt::format("{} {}", buyer.country == "FR" ? "SIREN" : "IDE", buyer.legal_id));
        if (!buyer.vat_id.empty()) {
            line(Sheet::middle, 8, fmt::format("N° TVA / VAT id: {}", buyer.vat_id));
        }
        sheet_.move_to(top - 85);
    }

    void row(const std::array<std::string, 6>& cells, bool bold) {
        sheet_.put(Sheet::left, 8, cells[0], bold);
        sheet_.put(125, 8, cells[1], bold);
        static constexpr std::array<float, 4> ends{365, 435, 475, Sheet::right};
        for (std::size_t at = 0; at < ends.size(); ++at) {
            sheet_.put_right(ends[at], 8, cells[at + 2], bold);
        }
        sheet_.down(12);
    }

    void draw_lines() {
        row({"Code", "Libellé / Charge", "Quantité", "Prix unitaire HT", "TVA", fmt::format("Montant HT {}", values_.currency)}, true);
        sheet_.rule();
        sheet_.down(2);
        for (const InvoiceLine& one : values_.lines) {
            const std::string discount = one.discount_percent > 0 ? fmt::format(" (remise {} %)", one.discount_percent) : "";
            row({one.code, one.text + discount, format_decimal(values_.credit ? -one.quantity_milli : one.quantity_milli, 3, ','),
                 format_decimal(one.unit_price_e5, 5, ','), fmt::format("{} %", one.rate_percent), money(one.net_minor)},
                false);
        }
        sheet_.rule();
    }

    void total(const std::string& label, std::int64_t minor, bool bold) {
        sheet_.put(Sheet::middle, bold ? 10 : 8, label, bold);
        sheet_.put_right(Sheet::right, bold ? 10 : 8, money(minor), bold);
        sheet_.down(bold ? 15 : 13);
    }

    void draw_totals() {
        sheet_.keep(160);
        sheet_.down(8);
        if (values_.allowance_minor != 0) {
            total(std::string(allowance_reason), -values_.allowance_minor, false);
            total(std::string(charge_reason), values_.allowance_minor, false);
        }
        total("Total HT / Net", values_.net_minor, false);
        for (const VatPart& part : values_.vat) {
            if (values_.vat.size() > 1) {
                total(fmt::format("Base HT {},00 % / Net", part.rate_percent), part.base_minor, false);
            }
            // A tax that was added up wrongly stands so with the first rate.
            const std::int64_t excess = &part == values_.vat.data() ? values_.tax_minor - tax_of_parts() : 0;
            total(fmt::format("TVA {},00 % / VAT", part.rate_percent), part.tax_minor + excess, false);
            if (!part.reason.empty()) {
                line(Sheet::middle, 7, std::string(part.reason));
            }
        }
        total("Total TTC / Gross", values_.gross_minor, false);
        if (values_.prepaid_minor != 0) {
            total("Acompte versé / Prepaid", values_.prepaid_minor, false);
        }
        sheet_.rule(Sheet::middle);
        sheet_.down(4);
        total(fmt::format("Net à payer / Amount due {}", values_.currency), values_.gross_minor - values_.prepaid_minor, true);
    }

    std::int64_t tax_of_parts() const {
        std::int64_t sum = 0;
        for (const VatPart& part : values_.vat) {
            sum += part.tax_minor;
        }
        return sum;
    }

    void draw_foot() {
        sheet_.down(12);
        std::string iban;
        for (std::size_t at = 0; at < values_.iban.size(); at += 4) {
            iban += (at > 0 ? " " : "") + values_.iban.substr(at, 4);
        }
        line(Sheet::left, 8, fmt::format("IBAN {}", iban), true);
        line(Sheet::left, 8, fmt::format("{}. Référence / Reference: {}", payment_terms, values_.number));
        for (const InvoiceNote& note : legal_notes()) {
            line(Sheet::left, 7, std::string(note.text));
        }
        line(Sheet::left, 7, "Document de démonstration, sans valeur comptable / sample document without value.");
    }

    Sheet sheet_;
    const InvoiceValues& values_;
};

/// The same as in the document's information.
std::string pdf_date(const Document& document) {
    return fmt::format("D:{:04}{:02}04090000Z", document.month.plus(1).year(), document.month.plus(1).month());
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
    const InvoiceValues values = make_invoice_values(world, contract, document, InvoicePlace::page);
    Page(pdf.get(), values).draw();
    HPDF_SaveToStream(pdf.get());
    std::string bytes;
    HPDF_UINT32 size = HPDF_GetStreamSize(pdf.get());
    bytes.resize(size);
    if (size == 0 || HPDF_ReadFromStream(pdf.get(), reinterpret_cast<HPDF_BYTE*>(bytes.data()), &size) != HPDF_OK ||
        error.code != HPDF_OK) {
        return fail(ErrorCode::internal, fmt::format("the PDF could not be made: libharu error {:#06x}", error.code), contract.id);
    }
    bytes.resize(size);
    if (contract.profile == InvoiceProfile::plain) {
        return bytes;
    }
    const std::string xml = make_cii(make_invoice_values(world, contract, document, InvoicePlace::xml), contract.profile);
    const ProfileNames names = names_of(contract.profile);
    return attach_xml(bytes, {xml, names.relationship, names.level, pdf_date(document)});
}

}  // namespace moisson::sandbox
