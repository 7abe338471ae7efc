#include "state/libraries.hpp"

#include <sqlite3.h>
#include <zlib.h>

#include <fmt/format.h>

namespace moisson::state {

std::vector<std::pair<std::string_view, std::string>> library_versions() {
    const int sqlite = sqlite3_libversion_number();  // 3040001
    return {{"SQLite", fmt::format("{}.{}.{}", sqlite / 1'000'000, sqlite / 1000 % 1000, sqlite % 1000)}, {"zlib", ::zlibVersion()}};
}

}  // namespace moisson::state
