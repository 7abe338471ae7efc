#include "domain/closing.hpp"

#include <tuple>

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

std::string Addendum::file_name() const { return fmt::format("addendum-{}-{:02}.csv", period.to_text(), number); }

}  // namespace moisson
