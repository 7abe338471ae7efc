#pragma once
/// The manual: one page for the program and one a command, made from the tables that --help prints, and one a topic of the reference.

#include <string>
#include <vector>

namespace moisson::cli {

struct ManualPage {
    std::string file;  ///< "moisson-export.1"
    std::string text;  ///< roff, UTF-8
};

/// Pure.
[[nodiscard]] std::vector<ManualPage> manual_pages();

}  // namespace moisson::cli
