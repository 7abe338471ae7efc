#include "pipeline/known_documents.hpp"

#include <algorithm>
#include <string_view>
#include <unordered_set>

#include "normalize/normalize.hpp"

namespace moisson::pipeline {

bool bills_till(const std::vector<state::DocumentRecord>& known, const MonthRange& period) {
    return period.first && std::any_of(known.begin(), known.end(), [&](const state::DocumentRecord& record) {
               const auto parsed = normalize::parse_period_text(record.period);
               return parsed && parsed->period.month().plus(1) == *period.first;
           });
}

bool is_billed_in(const std::vector<state::DocumentRecord>& known, const MonthRange& period) {
    return std::any_of(known.begin(), known.end(), [&](const state::DocumentRecord& record) {
        const auto parsed = normalize::parse_period_text(record.period);
        return standing_of(record.document_type) == Standing::final_ && parsed && period.contains(parsed->period.month());
    });
}

bool is_lasting(const state::DocumentRecord& record) { return standing_of(record.document_type) != Standing::provisional; }

bool lost_oldest(const std::vector<state::DocumentRecord>& known, const std::vector<wire::Document>& listed) {
    std::unordered_set<std::string_view> ids;
    std::string_view oldest = "~";  // behind every instant
    for (const wire::Document& document : listed) {
        ids.insert(document.id);
        oldest = std::min(oldest, document.createdAt ? std::string_view(*document.createdAt) : std::string_view());
    }
    bool lost = false;
    for (const state::DocumentRecord& record : known) {
        if (is_lasting(record) && !ids.contains(record.document_id)) {
            if (record.created_at.empty() || record.created_at >= oldest) {
                return false;
            }
            lost = true;
        }
    }
    return lost;
}

}  // namespace moisson::pipeline
