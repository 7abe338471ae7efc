#include "archive/store.hpp"

#include <algorithm>

namespace moisson::archive {

namespace {

constexpr std::size_t key_max_bytes = 900;  // S3 takes 1,024 with the prefix
constexpr std::size_t part_max_bytes = 255;

bool is_part(std::string_view part) {
    const auto is_control = [](unsigned char letter) { return letter < 0x20 || letter == 0x7f; };
    return !part.empty() && part.size() <= part_max_bytes && part != "." && part != ".." &&
           std::none_of(part.begin(), part.end(), is_control);
}

}  // namespace

Status check_key(std::string_view key) {
    bool is_key = key.size() <= key_max_bytes;
    for (std::size_t begin = 0; is_key && begin <= key.size();) {
        const std::size_t end = std::min(key.find('/', begin), key.size());
        is_key = is_part(key.substr(begin, end - begin));
        begin = end + 1;
    }
    return is_key ? Status() : fail(ErrorCode::bad_input, "this is no key of an archive", sanitise(key));
}

}  // namespace moisson::archive
