/// What a document type means for the books.
#include <algorithm>
#include <array>
#include <string>

#include "normalize/normalize.hpp"
#include "normalize/text.hpp"

namespace moisson::normalize {

namespace {

struct TypeRow {
    std::string_view name;
    Standing standing;
    bool paper;
};

// Source: GET /documents, documentType (api/README.md §5). "comsumption" is the service's own spelling, and only there.
constexpr std::array types{
    TypeRow{"bills", Standing::final_, true},
    TypeRow{"comsumptionRatedReports", Standing::supporting, false},
    TypeRow{"invoices", Standing::final_, true},
    TypeRow{"partialBills", Standing::provisional, true},
    TypeRow{"partialConsumptionRatedReports", Standing::provisional, false},
    TypeRow{"reports", Standing::supporting, false},
};

const TypeRow* find_type(std::string_view name) noexcept {
    const auto* found = std::find_if(types.begin(), types.end(), [&](const TypeRow& row) { return row.name == name; });
    return found == types.end() ? nullptr : found;
}

}  // namespace

Standing standing_of(std::string_view document_type) noexcept {
    const TypeRow* row = find_type(document_type);
    return row == nullptr ? Standing::supporting : row->standing;
}

bool is_paper(std::string_view document_type) {
    if (const TypeRow* row = find_type(document_type)) {
        return row->paper;
    }
    const std::string folded = fold(document_type);
    constexpr std::array<std::string_view, 5> words{"invoice", "bill", "credit", "facture", "avoir"};
    return std::any_of(words.begin(), words.end(), [&](std::string_view word) { return folded.find(word) != std::string::npos; });
}

bool is_known_type(std::string_view document_type) noexcept { return find_type(document_type) != nullptr; }

}  // namespace moisson::normalize
