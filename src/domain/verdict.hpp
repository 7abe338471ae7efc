#pragma once
/// Why a run, or a contract of it, is not complete: the one place where that is decided, for terminal, report, workbook, JUnit,
/// summary.json and exit code. Pure.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "domain/language.hpp"
#include "domain/run_summary.hpp"

namespace moisson {

/// One reason, counted: "3 files missing".
struct Cause {
    /// "files-missing", "contracts-forbidden", "contracts-failed", "contracts-unknown-answer", "lists-capped", "sums-differ",
    /// "closed-incomplete"; else the code of the findings that are errors.
    std::string code;
    std::uint64_t count = 0;
    std::vector<std::string> amounts;  ///< of "sums-differ": by how much in all, by currency, "0.02 EUR"
    bool of_run = false;               ///< of this run alone (credentials, clock), not of its data: never archived
    friend bool operator==(const Cause&, const Cause&) = default;
};

/// Of everything that the run is about. Empty: it is complete.
[[nodiscard]] std::vector<Cause> causes_of(const RunSummary& summary);
/// Of its data alone: what the archive and the workbook say, which are the same in every run over the same data.
[[nodiscard]] std::vector<Cause> causes_of_data(const RunSummary& summary);

/// `complete` or `incomplete`, as `causes` say.
[[nodiscard]] ExitCode exit_code_of(const std::vector<Cause>& causes) noexcept;

/// "3 files missing"
[[nodiscard]] std::string in_words(Language language, const Cause& cause);
/// "3 files missing, 2 contracts refused"; empty when there is none.
[[nodiscard]] std::string in_words(Language language, const std::vector<Cause>& causes);

/// The verdict's word: `verdict_of` its exit code, "partial-view" for a view that was published.
[[nodiscard]] std::string_view verdict_of(const RunSummary& summary) noexcept;
[[nodiscard]] std::string_view verdict_of(const RunSummary& summary, ExitCode exit_code) noexcept;

enum class Mood { good, warn, bad };

/// A contract's list, files, owed documents and errors together.
struct ContractVerdict {
    /// What its list ended with, where that is not "complete"; else "incomplete" (a file is missing, a finding is an error), "overdue" (a
    /// document that it owes is not there), "complete".
    std::string_view word;
    Mood mood = Mood::bad;
    bool passed = false;        ///< nothing is missing as far as is known; not the same as proven
    std::vector<Cause> causes;  ///< beside the reason of its list
};

/// One for each of `summary.completeness`, in its order.
[[nodiscard]] std::vector<ContractVerdict> contract_verdicts(const RunSummary& summary);

/// The reason of the list and the causes, in one sentence; empty when complete.
[[nodiscard]] std::string reason_of(Language language, const ContractCompleteness& contract, const ContractVerdict& verdict);

}  // namespace moisson
