/// What a document type means for the books.
#include <algorithm>
#include <array>

#include "normalize/normalize.hpp"

namespace moisson::normalize {

namespace {

struct TypeRow {
    std::string_view name;
    Standing standing;
};

// Source: GET /documents, documentType (api-facts.md §5). "comsumption" is the service's own spelling, and only there.
constexpr std::array types{
    TypeRow{"bills", Standing::final_},
    TypeRow{"comsumptionRatedReports", Standing::supporting},
    TypeRow{"invoices", Standing::final_},
    TypeRow{"partialBills", Standing::provisional},
    TypeRow{"partialConsumptionRatedReports", Standing::provisional},
    TypeRow{"reports", Standing::supporting},
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

bool is_known_type(std::string_view document_type) noexcept { return find_type(document_type) != nullptr; }

}  // namespace moisson::normalize
