#include "pipeline/usage_lines.hpp"

#include <fstream>

#include "base/result.hpp"
#include "bundle/csv_reader.hpp"
#include "pipeline/publish_folder.hpp"

namespace moisson::pipeline {

std::vector<std::vector<std::string>> first_usage_lines(const std::filesystem::path& usage_csv, std::size_t lines_max) {
    std::vector<std::vector<std::string>> rows;
    bundle::CsvReader reader([&](const bundle::CsvReader::Row& row) {
        if (rows.size() <= lines_max) {
            rows.push_back(row);
        }
    });
    std::ifstream file(usage_csv, std::ios::binary);
    std::string piece(64U << 10U, '\0');
    while (file && rows.size() <= lines_max) {
        file.read(piece.data(), static_cast<std::streamsize>(piece.size()));
        reader.feed(std::string_view(piece).substr(0, static_cast<std::size_t>(file.gcount())));
    }
    if (rows.size() <= lines_max && !rows.empty()) {
        if (const std::string problem = reader.finish(); !problem.empty()) {
            must_be_done(fail(ErrorCode::verification, "usage.csv is not as it was written: " + problem, usage_csv.string()));
        }
    }
    return rows;
}

}  // namespace moisson::pipeline
