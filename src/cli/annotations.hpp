#pragma once
/// What a CI system shows beside a run: GitHub's annotations and GitLab's code quality report, made of the findings. English.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "cli/command.hpp"
#include "config/job.hpp"
#include "domain/run_summary.hpp"
#include "pipeline/run_result.hpp"

namespace moisson::cli {

enum class AnnotationForm { never, github, gitlab };

/// By the option's word.
[[nodiscard]] std::optional<AnnotationForm> find_annotation_form(std::string_view word) noexcept;
/// By the variable that the CI system sets in every job: GITHUB_ACTIONS, GITLAB_CI ("true").
[[nodiscard]] AnnotationForm annotation_form_of(const config::Environment& environment);

/// Of one kind as many are shown; GitHub drops what a step says beyond ten errors and ten warnings.
inline constexpr std::size_t annotations_max = 10;

/// Workflow commands, one a line: `::error title=CODE::CONTRACT, document ID: sentence. What to do.`, errors first, then warnings, in the
/// summary's order; of each at most ten, and where there are more a `::notice` that says how many. Infos are left out. No text from outside
/// can begin another command: `%`, line ends, and in the title `:` and `,` are encoded as the runner decodes them, and what other systems
/// would obey is shown (base/gate.hpp). Pure.
///
/// https://docs.github.com/actions/reference/workflow-commands-for-github-actions; the encoding: actions/toolkit, core/src/command.ts.
[[nodiscard]] std::string github_annotations(const RunSummary& summary);
/// One that no run was there for.
[[nodiscard]] std::string github_error(std::string_view title, std::string_view message);

/// A JSON array with an entry for each error and warning, in the summary's order. `path` is where the ledger stands, relative to the
/// project's folder as the job file or the command line names it. Fingerprints stay the same from run to run while code, contract, document
/// and sentence do. Pure.
///
/// https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
[[nodiscard]] std::string gitlab_code_quality(const RunSummary& summary, std::string_view path);

/// What a run tells the CI system that it runs in. One thread.
class Annotations {
public:
    /// `--annotations`; without it the environment says the form. `context` outlives it.
    Annotations(CommandContext& context, const std::optional<std::string>& word);
    /// GitHub: commands on standard error, which the runner reads too. GitLab: OUT/gl-code-quality-report.json. A file that cannot be
    /// written is a warning: the month is published.
    void tell(const pipeline::RunResult& result, const config::Job& job);
    /// What ended the run before there was a result.
    void tell(const Error& error);

private:
    CommandContext& context_;
    AnnotationForm form_;
};

}  // namespace moisson::cli
