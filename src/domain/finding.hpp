#pragma once
/// What the run noticed: one registered code, where, and a sentence with the values.

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "domain/finding_kinds.hpp"
#include "language/message.hpp"

namespace moisson {

/// All kinds, sorted by code.
[[nodiscard]] std::span<const FindingKind> all_finding_kinds() noexcept;
/// Null: the code is not registered.
[[nodiscard]] const FindingKind* find_finding_kind(std::string_view code) noexcept;

/// A registered code. Written as a text in the source, it is looked up while that compiles: one that the table does not have is an error.
class FindingCode {
public:
    consteval FindingCode(const char* code) : index_(index_of(code)) {  // NOLINT(google-explicit-constructor): codes are written as texts
        if (index_ == finding_kinds.size()) {
            throw std::invalid_argument("no such finding code: add it to finding_kinds.hpp");
        }
    }
    /// Of a text from elsewhere; empty when it is not registered.
    [[nodiscard]] static std::optional<FindingCode> find(std::string_view code) noexcept;
    [[nodiscard]] constexpr const FindingKind& kind() const noexcept { return finding_kinds[index_]; }
    [[nodiscard]] constexpr std::string_view text() const noexcept { return kind().code; }
    constexpr operator std::string_view() const noexcept { return text(); }  // NOLINT(google-explicit-constructor): what it is written as
    friend constexpr bool operator==(FindingCode, FindingCode) noexcept = default;
    /// In the order of their texts.
    friend constexpr auto operator<=>(FindingCode, FindingCode) noexcept = default;

private:
    explicit constexpr FindingCode(std::size_t index) noexcept : index_(static_cast<std::uint8_t>(index)) {}
    /// The size of the table when the code is not there.
    static constexpr std::uint8_t index_of(std::string_view code) noexcept {
        const auto* const found = std::lower_bound(finding_kinds.begin(), finding_kinds.end(), code,
                                                   [](const FindingKind& kind, std::string_view wanted) { return kind.code < wanted; });
        const bool is_there = found != finding_kinds.end() && found->code == code;
        return static_cast<std::uint8_t>(is_there ? found - finding_kinds.begin() : finding_kinds.end() - finding_kinds.begin());
    }
    std::uint8_t index_;
};
static_assert(finding_kinds.size() < 256, "a code is kept in one byte");

struct Finding {
    FindingCode code;
    std::string contract_id;  ///< empty: the run as a whole
    std::string document_id;  ///< empty: the contract as a whole
    Message message;          ///< with the values at hand; text from outside is sanitised
    Message detail;           ///< all that is known of a failure, text of the service included; differs from run to run: never archived
    std::string request_id;   ///< of the call that failed, for support; empty: none did, or it had none. As volatile as the detail
    bool raised = false;  ///< this one makes the run incomplete, whatever its kind's severity: the job says so, or what is known besides
    [[nodiscard]] Severity severity() const noexcept { return raised ? Severity::error : code.kind().severity; }
    /// For what need not be the same in every run: the detail where there is one, and the request id.
    [[nodiscard]] Message in_full() const;
    /// True where the detail has no words of that language: it holds texts of the service and of libraries, as they came.
    [[nodiscard]] bool is_foreign_in(Language language) const;
    friend bool operator==(const Finding&, const Finding&) = default;
};

/// Without a message: what its kind means.
[[nodiscard]] Finding make_finding(FindingCode code, Message message = {}, std::string contract_id = {}, std::string document_id = {});

/// The codes on one ledger row: a set, kept sorted, four bytes while empty.
class FindingCodes {
public:
    void insert(FindingCode code);
    [[nodiscard]] bool contains(FindingCode code) const noexcept;
    [[nodiscard]] bool empty() const noexcept { return codes_.empty(); }
    /// Codes joined by one blank, sorted; empty text when none.
    [[nodiscard]] std::string to_text() const;
    /// Highest severity in the set; `info` when empty.
    [[nodiscard]] Severity severity() const noexcept;

private:
    std::vector<FindingCode> codes_;
};

}  // namespace moisson
