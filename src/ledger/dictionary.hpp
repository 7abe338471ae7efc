#pragma once
/// What the columns of ledger.csv mean, for who opens a bundle without anything else: ledger.schema.json. Made from the table of columns
/// (columns.hpp). Pure.

#include <string>
#include <vector>

#include "domain/bag_notes.hpp"
#include "ledger/columns.hpp"

namespace moisson::ledger {

/// Metadata of ledger.csv as CSV on the Web has it (www.w3.org/TR/tabular-metadata), in English and French: for each column its name,
/// titles (the header's own word first, by which validators know it), datatype, and what it means. JSON, indented by two blanks, LF.
[[nodiscard]] std::string ledger_schema_json(CsvColumns which);

/// The same of the columns for a bundle's notes.
[[nodiscard]] std::vector<NotedColumn> noted_columns(Language language, CsvColumns which);

}  // namespace moisson::ledger
