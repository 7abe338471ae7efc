/// See changes.hpp.

#include "domain/changes.hpp"

#include <limits>

#include <fmt/format.h>

#include "domain/big_decimal.hpp"

namespace moisson {

namespace {

Int128 minor_of(const std::optional<Money>& money) { return money ? money->amount_minor : 0; }

}  // namespace

std::optional<Money> difference_of(const SumChange& change) {
    const Int128 difference = minor_of(change.now) - minor_of(change.before);
    const auto minor = static_cast<std::int64_t>(difference);
    return minor == difference ? std::optional(Money{minor, change.currency}) : std::nullopt;
}

std::string percent_of(const SumChange& change) {
    const Int128 before = minor_of(change.before);
    if (before == 0) {
        return {};
    }
    constexpr Int128 permille = 1000;
    const Int128 size = before < 0 ? -before : before;
    const Int128 difference = (minor_of(change.now) - before) * permille;
    const Int128 rounded = ((difference < 0 ? -difference : difference) * 2 + size) / (size * 2);
    if (rounded > std::numeric_limits<std::int64_t>::max()) {
        return {};
    }
    const auto tenths = static_cast<std::int64_t>(rounded);
    return fmt::format("{}{}.{}", difference < 0 && tenths != 0 ? "-" : "", tenths / 10, tenths % 10);
}

std::string_view to_text(DocumentEvent event) noexcept {
    switch (event) {
        case DocumentEvent::gone: return "gone";
        case DocumentEvent::added: return "new";
        case DocumentEvent::withdrawn: return "withdrawn";
        case DocumentEvent::reissued: return "reissued";
        case DocumentEvent::renamed: return "renamed";
        case DocumentEvent::counting: return "counted-otherwise";
        case DocumentEvent::file: return "file-changed";
    }
    return "new";
}

}  // namespace moisson
