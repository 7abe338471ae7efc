/// templates/ and samples/erp/, inside the program: an installed one needs no file. src/embed.cmake makes the table.
#include "erp/built_in.hpp"

#include <algorithm>
#include <array>

namespace moisson::erp {

namespace {

#include "erp_files.inc"

}  // namespace

std::optional<std::string_view> built_in_file(std::string_view path) noexcept {
    const auto* found = std::find_if(erp_files::built_in_files.begin(), erp_files::built_in_files.end(),
                                     [&](const erp_files::BuiltInFile& file) { return file.path == path; });
    return found == erp_files::built_in_files.end() ? std::nullopt : std::optional(found->bytes);
}

std::vector<std::string> built_in_templates() {
    std::vector<std::string> names;
    for (const erp_files::BuiltInFile& file : erp_files::built_in_files) {
        const std::string_view path = file.path;
        constexpr std::string_view folder = "templates/";
        constexpr std::string_view ending = ".toml";
        if (path.starts_with(folder) && path.ends_with(ending) && path.find('/', folder.size()) == std::string_view::npos) {
            names.emplace_back(path.substr(folder.size(), path.size() - folder.size() - ending.size()));
        }
    }
    std::sort(names.begin(), names.end());
    return names;
}

}  // namespace moisson::erp
