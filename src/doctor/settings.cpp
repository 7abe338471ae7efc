/// The step of `doctor` that opens what an export opens on this machine before it calls anything, with the export's own code.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "doctor/steps.hpp"
#include "pipeline/local_settings.hpp"

namespace moisson::doctor {

namespace {

/// Neither is asked or run: a stamp costs, and a command may ask an HSM.
void tell_of_evidence(Visit& visit, const pipeline::EvidenceTools& tools) {
    const config::EvidenceSettings& settings = visit.job.evidence;
    if (settings.tsa_url.empty() && !settings.signs()) {
        return;
    }
    if (tools.signer != nullptr && visit.conditions.clock.now() > tools.signer->certificate_end()) {
        visit.warn("evidence",
                   fmt::format("the certificate of {} ended on {}: months are published without signature", tools.signer->subject(),
                               format_timestamp_seconds(tools.signer->certificate_end())),
                   "Get a new one and name it in [evidence]");
    } else if (tools.signer != nullptr) {
        visit.ok("evidence", fmt::format("signs as {}, whose certificate ends on {}", tools.signer->subject(),
                                         format_timestamp_seconds(tools.signer->certificate_end())));
    } else if (settings.signs()) {
        visit.ok("evidence", fmt::format("signs by the command {}", sanitise(settings.sign_command.front())));
    }
    if (!settings.tsa_url.empty() && !tools.trust.names_authorities()) {
        visit.warn("evidence", fmt::format("time stamps of {}: by whom they are is not checked", sanitise(settings.tsa_url)),
                   "Name the authority's root certificate as tsa_ca_file in [evidence]");
    } else if (!settings.tsa_url.empty()) {
        visit.ok("evidence", fmt::format("time stamps of {}", sanitise(settings.tsa_url)));
    }
}

}  // namespace

void check_local_settings(Visit& visit) {
    bool is_well = true;
    bool evidence_is_well = true;
    const pipeline::OpenedSettings opened = pipeline::look_at_local_settings(visit.job, true);
    for (const pipeline::LocalProblem& problem : opened.problems) {
        if (problem.step == "tls") {
            continue;  // told where the way to the service is looked at
        }
        is_well = is_well && problem.step != "templates";
        evidence_is_well = evidence_is_well && problem.step != "evidence";
        visit.add(FatalError(problem.exit_code, problem.error), problem.step);
    }
    if (evidence_is_well) {
        tell_of_evidence(visit, opened.settings.evidence);
    }
    if (visit.job.export_.templates.empty() && is_well) {
        visit.ok("templates", "the job asks for no ERP file");
    } else if (is_well) {
        visit.ok("templates", fmt::format("{}: read, with settings and mapping", fmt::join(visit.job.export_.templates, ", ")));
    }
}

}  // namespace moisson::doctor
