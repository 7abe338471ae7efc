#include "usage/libraries.hpp"

#include <archive.h>
#include <expat.h>

#include <fmt/format.h>

namespace moisson::usage {

std::vector<std::pair<std::string_view, std::string>> library_versions() {
    const XML_Expat_Version expat = XML_ExpatVersionInfo();
    const int archive = archive_version_number();  // 3006002
    return {{"expat", fmt::format("{}.{}.{}", expat.major, expat.minor, expat.micro)},
            {"libarchive", fmt::format("{}.{}.{}", archive / 1'000'000, archive / 1000 % 1000, archive % 1000)}};
}

}  // namespace moisson::usage
