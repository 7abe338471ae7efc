// Were one of these wrong, an invoice's own data would be missed in its PDF, or a PDF made to harm would cost more than itself.
#include <doctest/doctest.h>

#include <fmt/format.h>

#include "pdf_sample.hpp"
#include "sample.hpp"

using namespace moisson;
using namespace moisson::invoice_test;

namespace {

/// A PDF out of the bodies of its objects, which count from 1; the first one is the catalog.
std::string pdf_of(const std::vector<std::string>& objects, const std::string& size = {}) {
    std::string text = "%PDF-1.7\n";
    std::string table;
    for (std::size_t at = 0; at < objects.size(); ++at) {
        table += fmt::format("{:010} 00000 n \n", text.size());
        text += fmt::format("{} 0 obj\n{}\nendobj\n", at + 1, objects[at]);
    }
    const std::size_t start = text.size();
    const std::string count = size.empty() ? std::to_string(objects.size() + 1) : size;
    return text + fmt::format("xref\n0 {0}\n0000000000 65535 f \n{1}trailer\n<< /Size {0} /Root 1 0 R >>\nstartxref\n{2}\n%%EOF\n", count,
                              table, start);
}

}  // namespace

TEST_CASE("an invoice's data is found by its name, in the tree of names and in the list of associated files") {
    const InvoiceValues values = read_one(cii()).values;
    for (const char* const name :
         {"factur-x.xml", "ZUGFeRD-invoice.xml", "zugferd-invoice.xml", "xrechnung.xml", "FACTUR-X.XML", "odd name.xml"}) {
        CAPTURE(name);
        const auto reading = read_one(with_file(name, cii()), money(126275));
        CHECK(told(reading) == "");
        CHECK(reading.is_read);
        CHECK(reading.values == values);
        CHECK(reading.amount_is == AmountIs::gross);
    }
    const std::string associated = pdf([](QPDF& document) {
        QPDFObjectHandle files = QPDFObjectHandle::newArray();
        files.appendItem(file_of(document, "factur-x.xml", cii()).getObjectHandle());
        document.getRoot().replaceKey("/AF", files);
    });
    CHECK(read_one(associated).values == values);
    CHECK(read_one(with_file("xrechnung.xml", ubl())).values == read_one(ubl()).values);
}

TEST_CASE("what is attached besides the invoice's own data is another document's") {
    const std::string other = replaced(cii(), "F-2026-10-0042", "F-41");
    const std::string both = pdf([&](QPDF& document) {
        attach(document, "a-former.xml", other);
        attach(document, "factur-x.xml", cii());
        attach(document, "order-x.xml", "<order/>");
        attach(document, "terms.txt", "text");
    });
    CHECK(read_one(both).values.number == "F-2026-10-0042");
    const std::string unclear = pdf([&](QPDF& document) {
        attach(document, "a.xml", other);
        attach(document, "b.xml", cii());
    });
    const auto reading = read_one(unclear);
    CHECK(reading.values == InvoiceValues{});
    CHECK(told(reading) ==
          "invoice-value-ambiguous: the embedded files a.xml and b.xml are invoices that say different things: neither is taken\n");
    const auto none = read_one(pdf([](QPDF&) {}));
    CHECK(none.is_read);
    CHECK(told(none) == "");
    CHECK(none.values.from != ValuesFrom::xml);
}

TEST_CASE("a PDF that is encrypted asks for a password, or for none") {
    for (const char* const password : {"", "secret"}) {
        const auto reading = read_one(encrypted(password, "factur-x.xml", cii()));
        if (*password == '\0') {
            CHECK(told(reading) == "");
            CHECK(reading.values.gross == money(126275));
        } else {
            CHECK(told(reading) == "invoice-unreadable: the PDF asks for a password\n");
            CHECK(!reading.is_read);
        }
    }
}

TEST_CASE("a PDF that is cut is told as broken, or is read as far as it proves itself") {
    const std::string whole = with_file("factur-x.xml", cii());
    for (std::size_t size = 100; size < whole.size(); size += 211) {
        CAPTURE(size);
        const auto reading = read_one(whole.substr(0, size));
        CHECK((reading.values == InvoiceValues{} || reading.values == read_one(cii()).values));
        CHECK((reading.is_read || told(reading).starts_with("invoice-unreadable: ")));
    }
    const auto head = read_one(whole.substr(0, 100));
    CHECK(!head.is_read);
    CHECK(told(head).starts_with("invoice-unreadable: the PDF is broken ("));
}

TEST_CASE("lists that refer to themselves end") {
    const auto names = read_one(pdf_of({"<< /Type /Catalog /Pages 2 0 R /Names << /EmbeddedFiles 3 0 R >> >>",
                                        "<< /Type /Pages /Kids [] /Count 0 >>", "<< /Kids [4 0 R 4 0 R] >>", "<< /Kids [3 0 R 4 0 R] >>"}));
    CHECK(told(names) == "invoice-unreadable: the PDF's list of embedded files refers to itself\n");
    const auto pages = read_one(pdf_of({"<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 2 >>"}));
    CHECK(told(pages) == "invoice-unreadable: the PDF's list of pages refers to itself\n");
    CHECK(!pages.is_read);
    std::string nested = "<< >>";
    for (int depth = 0; depth < 200; ++depth) {
        nested = "<< /Kids [" + nested + "] >>";
    }
    const auto deep = read_one(pdf_of({"<< /Type /Catalog /Pages 2 0 R /Names << /EmbeddedFiles 3 0 R >> >>",
                                       "<< /Type /Pages /Kids [] /Count 0 >>", nested}));
    CHECK(!deep.is_read);
    CHECK(!told(deep).empty());
}

TEST_CASE("a PDF that says it has more objects than any is over budget") {
    for (const char* const size : {"99999999", "2000000000", "99999999999999999999"}) {
        CAPTURE(size);
        const auto reading =
            read_one(pdf_of({"<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [] /Count 0 >>"}, size));
        CHECK(!reading.is_read);
        CHECK(told(reading).starts_with("invoice-"));
    }
}

TEST_CASE("an embedded file that unpacks to much more than itself is over budget") {
    const auto bomb = read_one(with_file("factur-x.xml", cii() + std::string(16U << 20U, ' ')));
    CHECK(told(bomb) == "invoice-over-budget: the embedded file factur-x.xml unpacks to more than its size explains\n");
    CHECK(!bomb.is_read);
    const auto many = read_one(pdf([](QPDF& document) {
        for (int at = 0; at < 300; ++at) {
            attach(document, fmt::format("{}.xml", at), "<a/>");
        }
    }));
    CHECK(told(many) == "invoice-over-budget: the PDF holds more than 256 embedded files\n");
}
