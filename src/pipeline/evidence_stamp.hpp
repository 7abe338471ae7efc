#pragma once
/// Time stamps and signatures for months that are published: asked for, checked, and put beside evidence.json.

#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/reporter.hpp"
#include "config/job.hpp"
#include "domain/run_summary.hpp"
#include "evidence/signature.hpp"
#include "evidence/trust.hpp"

namespace moisson::pipeline {

/// What [evidence] names, opened.
struct EvidenceTools {
    evidence::Trust trust;                           ///< of tsa_ca_file
    std::shared_ptr<const evidence::Signer> signer;  ///< null: none, or a sign_command
};

/// Opens the files that [evidence] names, whose errors are `bad_input` with place and cure. Asks nobody, runs nothing but looks whether
/// there is a sign_command. Everything that is wrong is added to `problems`.
[[nodiscard]] EvidenceTools open_evidence_tools(const config::Job& job, std::vector<Error>& problems);

/// When a month that has a stamp already gets one more.
enum class Renewal {
    never,
    when_due,  ///< the last stamp's certificate ends within `renewal_days`, or has ended
    always,
};
inline constexpr int renewal_days = 180;

/// What was done for one month.
struct Stamped {
    bool has_evidence = false;           ///< false: there is no evidence.json, nothing was done
    std::vector<std::string> written;    ///< names of files
    std::vector<std::string> said;       ///< on each stamp and signature that is there now
    std::optional<Error> not_signed;     ///< why there is no signature; the rest was done
    std::optional<Error> not_stamped;    ///< why there is no new stamp
};

struct StampContext {
    const config::Job& job;
    const EvidenceTools& tools;
    const Clock& clock;
    std::stop_token stop;
};

/// Asks the authority where the month in `folder` has no stamp (or `renewal` says one more), signs where it has no signature, checks what
/// comes, and writes it beside evidence.json, each in one step. The authority is asked over the job's proxy and time limits, at most three
/// times, a second or more apart; no credential of the service goes there.
///
/// The caller holds the lock on the folder's parent. `verification` when what is there already does not hold: nothing is asked for then.
/// `disk`. What the signer or the authority did not give is told in the result, `cancelled` there when stopped.
[[nodiscard]] Result<Stamped> stamp_month(const StampContext& context, const std::filesystem::path& folder, Renewal renewal);

/// The same after an export, once. Whatever fails costs nothing that is published and changes no exit code: it becomes the finding
/// `evidence-not-stamped` or `evidence-not-signed`, a warning, in `summary.findings` alone (the published files are sealed by then).
void stamp_published(const StampContext& context, const std::filesystem::path& folder, Reporter& reporter, RunSummary& summary);

}  // namespace moisson::pipeline
