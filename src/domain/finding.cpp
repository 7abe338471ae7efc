#include "domain/finding.hpp"

#include <algorithm>
#include <utility>

#include "domain/messages.hpp"
#include "language/row.hpp"

namespace moisson {

namespace {

constexpr bool kinds_are_sorted() {
    for (std::size_t at = 1; at < finding_kinds.size(); ++at) {
        if (!(finding_kinds[at - 1].code < finding_kinds[at].code)) {
            return false;
        }
    }
    return true;
}
static_assert(kinds_are_sorted());

/// Looked at one by one: a compiler counts its steps.
template <std::size_t at>
constexpr bool is_said = !finding_kinds[at].meaning.english().empty() && language_checks::is_plain_text(finding_kinds[at].meaning) &&
                         language_checks::is_plain_text(finding_kinds[at].remedy);
static_assert([]<std::size_t... at>(std::index_sequence<at...>) {
    constexpr std::array<bool, sizeof...(at)> are_said{is_said<at>...};  // a fold of more than 256 parts is too deep for clang
    return std::all_of(are_said.begin(), are_said.end(), [](bool is_one) { return is_one; });
}(std::make_index_sequence<finding_kinds.size()>{}));

}  // namespace

std::string_view to_text(Severity severity) noexcept {
    switch (severity) {
        case Severity::info: return "info";
        case Severity::warning: return "warning";
        case Severity::error: return "error";
    }
    return "error";
}

std::span<const FindingKind> all_finding_kinds() noexcept { return finding_kinds; }

const FindingKind* find_finding_kind(std::string_view code) noexcept {
    const auto found = FindingCode::find(code);
    return found ? &found->kind() : nullptr;
}

std::optional<FindingCode> FindingCode::find(std::string_view code) noexcept {
    const std::uint8_t index = index_of(code);
    return index < finding_kinds.size() ? std::optional(FindingCode(std::size_t{index})) : std::nullopt;
}

Message Finding::in_full() const {
    const Message& whole = detail.empty() ? message : detail;
    return request_id.empty() ? whole : messages::with_request_id(whole, request_id);
}

bool Finding::is_foreign_in(Language language) const {
    return language != Language::english && !detail.empty() && detail.in(language) == detail.english();
}

Finding make_finding(FindingCode code, Message message, std::string contract_id, std::string document_id) {
    return Finding{code, std::move(contract_id), std::move(document_id),
                   message.empty() ? Message(code.kind().meaning, {}) : std::move(message), {}, {}};
}

void FindingCodes::insert(FindingCode code) {
    const auto at = std::lower_bound(codes_.begin(), codes_.end(), code);
    if (at == codes_.end() || *at != code) {
        codes_.insert(at, code);
    }
}

bool FindingCodes::contains(FindingCode code) const noexcept { return std::binary_search(codes_.begin(), codes_.end(), code); }

std::string FindingCodes::to_text() const {
    std::string text;
    for (const FindingCode code : codes_) {
        if (!text.empty()) {
            text += ' ';
        }
        text += code.text();
    }
    return text;
}

Severity FindingCodes::severity() const noexcept {
    Severity highest = Severity::info;
    for (const FindingCode code : codes_) {
        highest = std::max(highest, code.kind().severity);
    }
    return highest;
}

}  // namespace moisson
