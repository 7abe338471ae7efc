#include "invoice/page_values.hpp"

namespace moisson::invoice {

Result<PageReading> read_pages(QPDF& /*pdf*/, const std::optional<Money>& /*expected*/, std::span<const Profile> /*profiles*/) {
    return PageReading{};
}

}  // namespace moisson::invoice
