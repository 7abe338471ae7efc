#pragma once
/// The documents' files, made on demand from the same numbers as the metadata. Same document, same bytes, on every machine.

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "sandbox/world.hpp"

namespace moisson::sandbox {

struct FileContent {
    std::string bytes;
    std::string media_type;
    std::string extension;  ///< "pdf", "xlsx", "csv"
};

/// Any thread. `internal` when a library fails, `disk` when there is no room for libxlsxwriter's temporary sheet.
[[nodiscard]] Result<FileContent> make_file(const World& world, const Contract& contract, const Document& document);

/// Rated consumption (`comsumptionRatedReports` and the partial one): one header line, `;`, 27 columns, decimal commas (api/README.md §6).
[[nodiscard]] std::string make_rated_csv(const World& world, const Contract& contract, const Document& document);
/// Usage report: a short CSV of quantities by service; its real form is unknown.
[[nodiscard]] std::string make_usage_csv(const World& world, const Contract& contract, const Document& document);
/// Invoice or credit note: PDF 1.x of one or more pages.
[[nodiscard]] Result<std::string> make_invoice_pdf(const World& world, const Contract& contract, const Document& document);
/// Bill: sheet "Billing Report", 13 rows of preamble and heading, data from row 14, 18 columns (api/README.md §6).
[[nodiscard]] Result<std::string> make_bill_xlsx(const World& world, const Contract& contract, const Document& document);

/// A ZIP archive of one file. Deterministic, whatever the time zone.
[[nodiscard]] Result<std::string> make_zip(std::string_view entry_name, std::string_view bytes);

/// The currency that its consumption lines show: the listed one where that can be, else the contract's.
[[nodiscard]] std::string shown_currency(const Contract& contract, const Document& document);

/// "2026-10-01" and "2026-10-31"; for the partial types the 14 days that they cover.
[[nodiscard]] std::string begin_date(const Document& document);
[[nodiscard]] std::string end_date(const Document& document);

}  // namespace moisson::sandbox
