/// The step of `doctor` that opens what an export opens on this machine before it calls anything, with the export's own code.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "doctor/steps.hpp"
#include "pipeline/local_settings.hpp"

namespace moisson::doctor {

void check_local_settings(Visit& visit) {
    bool is_well = true;
    for (const pipeline::LocalProblem& problem : pipeline::look_at_local_settings(visit.job, true).problems) {
        if (problem.step == "tls") {
            continue;  // told where the way to the service is looked at
        }
        is_well = is_well && problem.step != "templates";
        visit.add(FatalError(problem.exit_code, problem.error), problem.step);
    }
    if (visit.job.export_.templates.empty() && is_well) {
        visit.ok("templates", "the job asks for no ERP file");
    } else if (is_well) {
        visit.ok("templates", fmt::format("{}: read, with settings and mapping", fmt::join(visit.job.export_.templates, ", ")));
    }
}

}  // namespace moisson::doctor
