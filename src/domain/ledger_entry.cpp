#include "domain/contract.hpp"
#include "domain/ledger_entry.hpp"

#include <tuple>

namespace moisson {

std::string_view to_text(Completeness verdict) noexcept {
    switch (verdict) {
        case Completeness::complete: return "complete";
        case Completeness::unproven: return "unproven";
        case Completeness::capped: return "capped";
        case Completeness::forbidden: return "forbidden";
        case Completeness::failed: return "failed";
        case Completeness::unknown_answer: return "unknown-answer";
    }
    return "failed";
}

std::string_view to_text(Standing standing) noexcept {
    switch (standing) {
        case Standing::final_: return "final";
        case Standing::provisional: return "provisional";
        case Standing::supporting: return "supporting";
    }
    return "supporting";
}

std::string_view to_text(DocumentStatus status) noexcept {
    switch (status) {
        case DocumentStatus::ok: return "ok";
        case DocumentStatus::not_ready: return "not-ready";
        case DocumentStatus::failed: return "failed";
        case DocumentStatus::skipped: return "skipped";
    }
    return "failed";
}

std::string_view to_text(Channel channel) noexcept { return channel == Channel::inbox ? "inbox" : "service"; }

bool ledger_order(const LedgerEntry& left, const LedgerEntry& right) noexcept {
    if (const int order = left.contract->id.compare(right.contract->id); order != 0) {
        return order < 0;
    }
    const auto month = [](const LedgerEntry& entry) { return entry.period ? std::optional(entry.period->month()) : std::nullopt; };
    return std::forward_as_tuple(month(left), left.document_type, left.document_id, left.version) <
           std::forward_as_tuple(month(right), right.document_type, right.document_id, right.version);
}

}  // namespace moisson
