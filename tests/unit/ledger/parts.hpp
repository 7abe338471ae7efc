#pragma once
/// A workbook's parts, read with another library than the ones that write it.

#include <archive.h>
#include <archive_entry.h>
#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace moisson::ledger_test {

inline std::map<std::string, std::string> parts_of(const std::filesystem::path& path) {
    std::map<std::string, std::string> parts;
    archive* reader = archive_read_new();
    archive_read_support_format_zip(reader);
    REQUIRE(archive_read_open_filename(reader, path.c_str(), 65536) == ARCHIVE_OK);
    archive_entry* entry = nullptr;
    while (archive_read_next_header(reader, &entry) == ARCHIVE_OK) {
        std::string& bytes = parts[archive_entry_pathname(entry)];
        std::string piece(65536, '\0');
        for (la_ssize_t got = 0; (got = archive_read_data(reader, piece.data(), piece.size())) > 0;) {
            bytes.append(piece.data(), static_cast<std::size_t>(got));
        }
    }
    archive_read_free(reader);
    return parts;
}

/// The sheets' names in order, as xl/workbook.xml has them.
inline std::vector<std::string> names_of_sheets(const std::map<std::string, std::string>& parts) {
    const std::string& text = parts.at("xl/workbook.xml");
    std::vector<std::string> names;
    for (std::size_t at = text.find("<sheet name=\""); at != std::string::npos; at = text.find("<sheet name=\"", at + 1)) {
        const std::size_t start = at + 13;
        names.push_back(text.substr(start, text.find('"', start) - start));
    }
    return names;
}

/// The sheet of that name; empty when there is none.
inline std::string sheet_of(const std::map<std::string, std::string>& parts, const std::string& name) {
    const auto names = names_of_sheets(parts);
    const auto found = std::find(names.begin(), names.end(), name);
    return found == names.end() ? std::string() : parts.at("xl/worksheets/sheet" + std::to_string(found - names.begin() + 1) + ".xml");
}

}  // namespace moisson::ledger_test
