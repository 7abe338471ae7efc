#pragma once
/// What a run needs and finds on this machine, opened before anything is called. What is wrong here is wrong whatever the month holds: it
/// ends an export and a plan at once, and `doctor` finds the same, because it asks here too.
///
/// What needs the month to be known (an account for a contract, a rate of a day) stays a finding. The state and the sandbox's scenario are
/// opened by those who use them, before the first request as well.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "books/fx.hpp"
#include "config/job.hpp"
#include "erp/erp.hpp"
#include "pipeline/evidence_stamp.hpp"

namespace moisson::pipeline {

/// An ERP template of the job with what the job, or one of its perimeters, says to it.
struct ReadyTemplate {
    std::string name;       ///< what it has booked is kept under it (template_books.hpp): "fec", or "fec@north"
    std::string perimeter;  ///< whose files these are; empty: those of all that have none of their own
    erp::SettingsPtr settings;
};

struct LocalSettings {
    std::optional<books::RateTable> rates;  ///< of [books] rates; empty: the job names none
    std::vector<ReadyTemplate> templates;   ///< in the job's order, of each those of perimeters behind its own, in theirs
    EvidenceTools evidence;                 ///< of [evidence]
};

struct LocalProblem {
    std::string_view step;  ///< as `doctor` calls it: "tls", "output", "templates" or "evidence"
    Error error;
    ExitCode exit_code = ExitCode::usage;
};

struct OpenedSettings {
    LocalSettings settings;
    std::vector<LocalProblem> problems;  ///< all of them: whoever mends one need not start again to hear of the next
};

/// `writes`: the run is to publish, so that its folders must take files. Makes nothing.
[[nodiscard]] OpenedSettings look_at_local_settings(const config::Job& job, bool writes);

/// The same for a run: FatalError with the first problem, and how many more there are.
[[nodiscard]] LocalSettings open_local_settings(const config::Job& job, bool writes);

/// The job asks the embedded sandbox and says nothing of ERP files: samples inside the program, made up like its contracts, say it instead.
[[nodiscard]] bool uses_erp_samples(const config::Job& job);

/// Where the job's setting comes from, for a message: "jobs/monthly.toml:12", "option --template", "environment MOISSON_STATE". Empty for a
/// default.
[[nodiscard]] std::string place_of(const config::Job& job, const std::string& key);

}  // namespace moisson::pipeline
