#include "base/hash_tree.hpp"

#include <bit>
#include <charconv>
#include <string_view>

#include "base/digest.hpp"

namespace moisson {

namespace {

/// Digests are joined as bytes.
std::string bytes_of(std::string_view hex) {
    std::string bytes;
    for (std::size_t at = 0; at + 1 < hex.size(); at += 2) {
        unsigned char byte = 0;
        std::from_chars(hex.data() + at, hex.data() + at + 2, byte, 16);
        bytes += static_cast<char>(byte);
    }
    return bytes;
}

constexpr char leaf_mark = '\x00';
constexpr char node_mark = '\x01';

/// As deep as the number of leaves has digits in base 2.
std::string hash_of(std::span<const std::string> leaves) {
    if (leaves.empty()) {
        return sha256_hex("");
    }
    if (leaves.size() == 1) {
        return sha256_hex(std::string(1, leaf_mark) + leaves.front());
    }
    const std::size_t left = std::bit_floor(leaves.size() - 1);
    return sha256_hex(std::string(1, node_mark) + bytes_of(hash_of(leaves.first(left))) + bytes_of(hash_of(leaves.subspan(left))));
}

}  // namespace

std::string tree_head(std::span<const std::string> leaves) { return hash_of(leaves); }

}  // namespace moisson
