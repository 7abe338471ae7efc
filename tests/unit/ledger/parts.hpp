#pragma once
/// A workbook's parts, read with another library than the ones that write it.

#include <archive.h>
#include <archive_entry.h>
#include <doctest/doctest.h>

#include <filesystem>
#include <map>
#include <string>

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

}  // namespace moisson::ledger_test
