#pragma once
/// The first lines of usage.csv, for the workbook.

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace moisson::pipeline {

/// The heading and at most `lines_max` lines; empty where there is no such file. Reads no further. FatalError(inconsistent): it is not as
/// this program writes it.
[[nodiscard]] std::vector<std::vector<std::string>> first_usage_lines(const std::filesystem::path& usage_csv, std::size_t lines_max);

}  // namespace moisson::pipeline
