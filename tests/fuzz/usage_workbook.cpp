/// Workbooks and ZIP files with consumption in them. Input: files (fuzz.hpp), the parts of the archive; or, where it does not begin with
/// "@@", the archive's bytes.
#include "usage_reader.hpp"

void moisson::fuzz::run(std::string_view input) {
    const bool is_built = input.starts_with("@@");
    const bool is_workbook = input.find("xl/") != std::string_view::npos;
    read_document(is_built ? stored_zip(take_files(input)) : std::string(input),
                  is_workbook ? "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" : "application/zip",
                  is_workbook ? "bills" : "comsumptionRatedReports");
}
