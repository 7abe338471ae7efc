#pragma once
/// The number that an entry has in a template's files, for good: given once, kept by the state, the same in every later file.

#include <cstdint>
#include <string>

namespace moisson {

struct EntryNumber {
    std::string series;   ///< the counter's name and key: numbers of one series go on from each other ("number/ACH/2026-01-01")
    std::string posting;  ///< `Posting::key`
    std::int64_t number = 0;
    friend bool operator==(const EntryNumber&, const EntryNumber&) = default;
};

}  // namespace moisson
