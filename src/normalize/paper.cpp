/// Which documents are papers.
#include <algorithm>
#include <array>
#include <string>

#include "normalize/normalize.hpp"
#include "normalize/text.hpp"

namespace moisson::normalize {

bool is_paper(std::string_view document_type) {
    if (const DocumentType* type = find_document_type(document_type)) {
        return type->is_paper;
    }
    const std::string folded = fold(document_type);
    constexpr std::array<std::string_view, 5> words{"invoice", "bill", "credit", "facture", "avoir"};
    return std::any_of(words.begin(), words.end(), [&](std::string_view word) { return folded.find(word) != std::string::npos; });
}

}  // namespace moisson::normalize
