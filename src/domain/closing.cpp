#include "domain/closing.hpp"

#include <map>
#include <tuple>
#include <utility>

#include <fmt/format.h>

namespace moisson {

std::string_view to_text(Change change) noexcept {
    switch (change) {
        case Change::late: return "late";
        case Change::version: return "version";
        case Change::counting: return "counting";
        case Change::file: return "file";
    }
    return "late";
}

bool operator==(const HandedPosting& left, const HandedPosting& right) {
    const auto key = [](const HandedPosting& one) {
        return std::tie(one.number, one.template_name, one.contract_id, one.document_id, one.sequence, one.version, one.kind, one.amount,
                        one.period, one.booking_period, one.run_id, one.parts);
    };
    const bool same_terms = left.terms == right.terms || (left.terms != nullptr && right.terms != nullptr && *left.terms == *right.terms);
    return same_terms && key(left) == key(right);
}

std::vector<ClosedRow> rows_of_addenda(std::span<const Addendum> addenda, Month period, std::uint32_t addenda_before) {
    std::map<std::pair<std::string, std::string>, ClosedRow> last;
    for (const Addendum& addendum : addenda) {
        if (addendum.period != period || addendum.number <= addenda_before) {
            continue;
        }
        for (const AddendumRow& row : addendum.rows) {
            ClosedRow& booked = last[{row.contract_id, row.document_id}];
            booked.period = period;
            booked.contract_id = row.contract_id;
            booked.document_id = row.document_id;
            booked.version = booked_by_addendum;
            booked.counted = row.counted;
            booked.amount = row.amount;
        }
    }
    std::vector<ClosedRow> rows;
    for (auto& [place, row] : last) {
        rows.push_back(std::move(row));
    }
    return rows;
}

std::string Addendum::file_name() const { return fmt::format("addendum-{}-{:02}.csv", period.to_text(), number); }

}  // namespace moisson
