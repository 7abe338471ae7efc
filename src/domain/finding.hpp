#pragma once
/// What the run noticed: one registered code, where, and a sentence with the values.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace moisson {

enum class Severity {
    info,     ///< worth knowing; nothing is missing
    warning,  ///< look at it; totals are right as far as known
    error,    ///< a document or contract is missing, failed, or could not be counted: the run is `incomplete`
};

[[nodiscard]] std::string_view to_text(Severity severity) noexcept;

/// One kind of finding. The table in finding.cpp is the only place where kinds are made; jobs/findings.md lists the same.
struct FindingKind {
    std::string_view code;  ///< kebab-case; in `ledger.csv`, `summary.json` and the workbook
    Severity severity;
    std::string_view meaning;  ///< one English sentence for people
    std::string_view remedy;   ///< what to do; may be empty
};

/// All kinds, sorted by code.
[[nodiscard]] std::span<const FindingKind> all_finding_kinds() noexcept;
/// The registered kind; an unregistered code is a bug (MOISSON_INVARIANT).
[[nodiscard]] const FindingKind& finding_kind(std::string_view code) noexcept;

struct Finding {
    std::string_view code;    ///< points into the table: make it with `make_finding`
    std::string contract_id;  ///< empty: the run as a whole
    std::string document_id;  ///< empty: the contract as a whole
    std::string message;      ///< sentence with the values at hand; text from outside is sanitised
    std::string detail;       ///< all that is known of a failure, text of the service included; differs from run to run: never archived
    bool raised = false;  ///< this one makes the run incomplete, whatever its kind's severity: the job says so, or what is known besides
    [[nodiscard]] Severity severity() const noexcept { return raised ? Severity::error : finding_kind(code).severity; }
    /// For what need not be the same in every run.
    [[nodiscard]] const std::string& in_full() const noexcept { return detail.empty() ? message : detail; }
    friend bool operator==(const Finding&, const Finding&) = default;
};

/// `code` must be registered.
[[nodiscard]] Finding make_finding(std::string_view code, std::string message = {}, std::string contract_id = {},
                                   std::string document_id = {});

/// The codes on one ledger row: a set, kept sorted, four bytes while empty.
class FindingCodes {
public:
    void insert(std::string_view code);  ///< registered codes only
    [[nodiscard]] bool contains(std::string_view code) const noexcept;
    [[nodiscard]] bool empty() const noexcept { return kinds_.empty(); }
    /// Codes joined by one blank, sorted; empty text when none.
    [[nodiscard]] std::string to_text() const;
    /// Highest severity in the set; `info` when empty.
    [[nodiscard]] Severity severity() const noexcept;

private:
    std::vector<std::uint8_t> kinds_;  // indices into the table
};

}  // namespace moisson
