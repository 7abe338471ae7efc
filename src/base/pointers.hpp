#pragma once
/// Lists of texts as execve(2) takes them.

#include <string>
#include <vector>

namespace moisson {

/// Pointers into `texts`, which outlive them unchanged, and a null pointer behind.
[[nodiscard]] inline std::vector<char*> pointers_to(std::vector<std::string>& texts) {
    std::vector<char*> pointers;
    pointers.reserve(texts.size() + 1);
    for (std::string& text : texts) {
        pointers.push_back(text.data());
    }
    pointers.push_back(nullptr);
    return pointers;
}

}  // namespace moisson
