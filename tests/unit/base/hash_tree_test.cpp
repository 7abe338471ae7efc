#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "base/hash_tree.hpp"

using namespace moisson;

TEST_CASE("the head of a hash tree is that of certificate transparency's own examples") {
    // Else: nobody can check the closings' head with another program. Vectors: certificate-transparency's merkle tree tests, RFC 6962 §2.1.
    using namespace std::string_literals;
    const std::vector<std::string> leaves{""s, "\x00"s, "\x10"s, "\x20\x21"s, "\x30\x31"s, "\x40\x41\x42\x43"s,
                                          "\x50\x51\x52\x53\x54\x55\x56\x57"s,
                                          "\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f"s};
    const std::vector<std::pair<std::size_t, std::string>> heads{
        {0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {1, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"},
        {2, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"},
        {3, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"},
        {8, "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"}};
    for (const auto& [size, head] : heads) {
        CHECK(tree_head(std::span(leaves).first(size)) == head);
    }
}
