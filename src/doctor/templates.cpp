/// The step of `doctor` that opens what the ERP files are made with: templates, settings, mappings, exchange rates. As the export opens it.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "doctor/steps.hpp"
#include "pipeline/bookkeeping.hpp"
#include "pipeline/erp_step.hpp"

namespace moisson::doctor {

void check_templates(Visit& visit) {
    try {
        static_cast<void>(pipeline::read_rates(visit.job));
        const std::vector<pipeline::LoadedTemplate> templates = pipeline::load_templates(visit.job);
        const auto problems = pipeline::template_problems(visit.job, templates);
        for (const auto& [name, problem] : problems) {
            // The month is published without this file.
            Check check = check_of_error(problem, "templates");
            check.text = fmt::format("{}: {}", sanitise(name), check.text);
            check.exit_code = ExitCode::incomplete;
            if (check.remedy.empty()) {
                check.remedy = "Mend the place that is named, or leave the template out: an export would not write its file";
            }
            visit.add(std::move(check));
        }
        if (templates.empty()) {
            visit.ok("templates", "the job asks for no ERP file");
        } else if (problems.empty()) {
            visit.ok("templates", fmt::format("{}: read, with settings and mapping", fmt::join(visit.job.export_.templates, ", ")));
        }
    } catch (const FatalError& problem) {
        visit.add(problem, "templates");
    }
}

}  // namespace moisson::doctor
