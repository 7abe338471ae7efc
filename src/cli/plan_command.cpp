/// `plan`: what an export would do.

#include <unistd.h>

#include "cli/exit_codes.hpp"
#include "cli/export_options.hpp"
#include "cli/job_options.hpp"
#include "cli/next_step.hpp"
#include "cli/run_text.hpp"
#include "cli/screen.hpp"
#include "parts/share.hpp"
#include "pipeline/export.hpp"

namespace moisson::cli {

namespace {

ExitCode run_plan(CommandContext& context, const config::CommandLine& settings) {
    config::Job job = load_job(context, settings, config::Need::credentials);
    if (job.export_.part) {
        job = parts::job_of_share(job, parts::share_of(job, *job.export_.part));
    }
    const pipeline::RunResult result = pipeline::run(job, pipeline::Mode::plan, context.clock, context.reporter, context.stop);
    context.reporter.finish();
    context.out.write(context.talk.json ? plan_json(result)
                                        : plan_text(result, job.transfer.rate_per_second) + next_line(next_of_plan(result, settings)),
                      [](std::string_view text) { return dress_result(text, screen_of(STDOUT_FILENO)); });
    return exit_code_of_run(result.summary, result.to_fetch.empty(), job);
}

}  // namespace

Command plan_command() {
    return with_options({.name = "plan",
                         .help = "what an export would do; downloads and writes nothing",
                         .examples = "  moisson plan --period 2026-10\n"
                                     "  moisson plan jobs/monthly.toml --json\n",
                         .exit_codes = codes_of_run()},
                        declare_export, run_plan);
}

}  // namespace moisson::cli
