#include "books/visibility.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace moisson::books {

void Visibility::add(std::string_view document_type, const std::optional<Period>& period) {
    const bool consumption = document_type == "partialBills" || document_type == "partialConsumptionRatedReports" ||
                             document_type == "comsumptionRatedReports";
    if (document_type == "invoices" || document_type == "bills") {
        ++final_;
    } else if (consumption) {
        ++consumption_;
    } else if (document_type != "reports") {
        ++unknown_;
    }
    if (!period) {
        return;
    }
    const Month month = period->month();
    newest_ = newest_ ? std::max(*newest_, month) : month;
    if (consumption) {
        first_consumption_ = first_consumption_ ? std::min(*first_consumption_, month) : month;
    }
}

std::optional<std::string> Visibility::hidden_invoices(const MonthRange& exported) const {
    if (final_ > 0 || unknown_ > 0 || !first_consumption_) {
        return std::nullopt;
    }
    const bool later_document = newest_ && *first_consumption_ < *newest_;
    const bool later_export = exported.last && *first_consumption_ < *exported.last;
    if (!later_document && !later_export) {
        return std::nullopt;
    }
    return fmt::format("invoices are not visible: consumption is listed from {} on, but no invoice or bill of any month",
                       first_consumption_->to_text());
}

}  // namespace moisson::books
