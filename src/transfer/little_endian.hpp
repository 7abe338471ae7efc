#pragma once
/// Numbers as the ZIP format has them (APPNOTE.TXT 4.4.1.1).

#include <cstddef>
#include <string_view>

namespace moisson::transfer {

/// The `count` bytes from `at`, lowest first; they must be there.
constexpr std::size_t number_at(std::string_view bytes, std::size_t at, std::size_t count) {
    std::size_t number = 0;
    for (std::size_t index = count; index-- > 0;) {
        number = number * 256 + static_cast<unsigned char>(bytes[at + index]);
    }
    return number;
}

}  // namespace moisson::transfer
