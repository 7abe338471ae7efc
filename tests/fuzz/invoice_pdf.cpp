/// PDFs with files in them. Input: the document; or, where it begins with "@@", the bodies of its objects (fuzz.hpp), of which the first is
/// the catalog.
#include "invoice_reader.hpp"

#include <fmt/format.h>

void moisson::fuzz::run(std::string_view input) {
    if (!input.starts_with("@@")) {
        read_invoice(input);
        return;
    }
    // With the right table of objects: what a reader would have to mend at once is little use here.
    std::string text = "%PDF-1.7\n";
    std::string table;
    std::size_t count = 1;
    for (const auto& [name, body] : take_files(input)) {
        table += fmt::format("{:010} 00000 n \n", text.size());
        text += fmt::format("{} 0 obj\n{}\nendobj\n", count++, body);
    }
    const std::size_t start = text.size();
    text += fmt::format("xref\n0 {0}\n0000000000 65535 f \n{1}trailer\n<< /Size {0} /Root 1 0 R >>\nstartxref\n{2}\n%%EOF\n", count,
                        table, start);
    read_invoice(text);
}
