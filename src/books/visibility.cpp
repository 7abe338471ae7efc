#include "books/visibility.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace moisson::books {

void Visibility::add(std::string_view document_type, const std::optional<Period>& period) {
    const bool consumption =
        document_type == "partialBills" || document_type == "partialConsumptionRatedReports" || document_type == "comsumptionRatedReports";
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
    oldest_ = oldest_ ? std::min(*oldest_, month) : month;
}

std::optional<std::string> Visibility::hidden_invoices(const MonthRange& exported) const {
    if (final_ > 0 || unknown_ > 0 || consumption_ == 0 || !oldest_) {
        return std::nullopt;
    }
    const bool later_document = *oldest_ < *newest_;
    const bool later_export = exported.last && *oldest_ < *exported.last;
    if (!later_document && !later_export) {
        return std::nullopt;
    }
    return fmt::format("invoices are not visible: consumption is listed, and documents from {} on, but no invoice or bill of any month",
                       oldest_->to_text());
}

}  // namespace moisson::books
