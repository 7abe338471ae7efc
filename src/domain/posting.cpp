#include "domain/posting.hpp"

#include <tuple>

#include <fmt/format.h>

namespace moisson {

std::string_view to_text(PostingKind kind) noexcept {
    switch (kind) {
        case PostingKind::first: return "first";
        case PostingKind::correction: return "correction";
        case PostingKind::withdrawal: return "withdrawal";
    }
    return "first";
}

std::string Posting::key() const { return fmt::format("{}/{}/{}", entry->contract->id, entry->document_id, sequence); }

bool posting_order(const Posting& left, const Posting& right) noexcept {
    const auto key = [](const Posting& posting) {
        return std::tuple(posting.booking_period, posting.period, std::string_view(posting.entry->contract->id),
                          std::string_view(posting.entry->document_id), posting.sequence);
    };
    return key(left) < key(right);
}

}  // namespace moisson
