#include "books/visibility.hpp"
#include "books/messages.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "domain/document_type.hpp"

namespace moisson::books {

void Visibility::add(std::string_view document_type, const std::optional<Period>& period) {
    const DocumentType* const type = find_document_type(document_type);
    if (type == nullptr) {
        ++unknown_;
    } else if (type->standing == Standing::final_) {
        ++final_;
    } else if (type->lines != UsageLines::none) {
        ++consumption_;
    }
    if (!period) {
        return;
    }
    const Month month = period->month();
    newest_ = newest_ ? std::max(*newest_, month) : month;
    oldest_ = oldest_ ? std::min(*oldest_, month) : month;
}

std::optional<Message> Visibility::hidden_invoices(const MonthRange& exported) const {
    if (final_ > 0 || unknown_ > 0 || consumption_ == 0 || !oldest_) {
        return std::nullopt;
    }
    const bool later_document = *oldest_ < *newest_;
    const bool later_export = exported.last && *oldest_ < *exported.last;
    if (!later_document && !later_export) {
        return std::nullopt;
    }
    return messages::invoices_not_visible(*oldest_);
}

}  // namespace moisson::books
