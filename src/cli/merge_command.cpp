/// `merge`: one month out of the parts that several machines made.

#include <unistd.h>

#include <memory>

#include "cli/annotations.hpp"
#include "cli/exit_codes.hpp"
#include "cli/export_metrics.hpp"
#include "cli/export_options.hpp"
#include "cli/job_options.hpp"
#include "cli/next_step.hpp"
#include "cli/run_text.hpp"
#include "cli/screen.hpp"
#include "erp/built_in.hpp"
#include "pipeline/export.hpp"
#include "report/report.hpp"

namespace moisson::cli {

namespace {

struct MergeOptions {
    config::CommandLine settings;
    std::vector<std::string> parts;
};

void declare_merge(Arguments& arguments, MergeOptions& options) {
    config::CommandLine& settings = options.settings;
    arguments.positionals("PART", options.parts, "folders that `moisson export --part` made, or the folder of all of them");
    declare_service(arguments, settings);
    arguments.text("--out", "DIR", settings.out, "folder to publish to (default: out)");
    arguments.texts("--template", "NAME", settings.templates, "also write this ERP template's file (a name or path); repeatable")
        .among(erp::built_in_templates());
    arguments.text("--adopt-folder", "REASON", settings.adopt_folder,
                   "take over months in OUT that another state made, or a lost one; the reason is kept and told from then on");
    arguments.text("--previous", "FILE", settings.previous,
                   "the bundle.zip (or folder) that was published last: a state that is lost or behind is made again of it");
    arguments.flag("--since-last", settings.since_last, "ERP files hold only what no earlier file of their template held");
    declare_publishing(arguments, settings);
    arguments.text("--metrics", "FILE", settings.metrics, "write Prometheus metrics there at every end of a merge, a failed one too");
}

/// What the parts were asked for.
void take_scope(config::CommandLine& settings, const parts::PartHeader& header) {
    if (!header.period.first) {
        settings.all = true;
    } else if (header.period.first == header.period.last) {
        settings.period = header.period.first->to_text();
    } else {
        settings.from = header.period.first->to_text();
        settings.to = header.period.last->to_text();
    }
    settings.contracts = header.view.contracts;
    settings.types = header.view.types;
    settings.perimeters = header.view.perimeters;
    settings.no_files = !header.view.files;
    settings.refetch = header.refetch;
}

ExitCode run_merge(CommandContext& context, const MergeOptions& options) {
    const auto metrics = std::make_shared<ExportMetrics>(context.clock, context.reporter);
    metrics->write_to(options.settings.metrics.value_or(""));
    context.at_end = [metrics](ExitCode exit_code) { return metrics->write(exit_code); };
    const auto annotations = std::make_shared<Annotations>(context, options.settings.annotations);
    context.at_error = [annotations](const Error& error) { annotations->tell(error); };
    pipeline::MonthParts parts = pipeline::MonthParts::open(options.parts);
    config::CommandLine settings = options.settings;
    take_scope(settings, parts.header());
    const config::Job job = load_job(context, settings, config::Need::publishing);
    metrics->set_job(job);
    const auto result = std::make_shared<const pipeline::RunResult>(
        pipeline::merge(job, parts, context.clock, context.reporter, context.stop));
    metrics->set_result(result);
    context.reporter.finish();
    settings.part = {1, parts.header().part.of};  // what is missing comes by parts, the first of them first
    context.out.write(context.talk.json ? report::summary_json(result->summary, report::SummaryKind::published)
                                        : export_text(*result, settings) + next_line(next_of_export(*result, settings)),
                      [](std::string_view text) { return dress_result(text, screen_of(STDOUT_FILENO)); });
    annotations->tell(*result, job);
    return exit_code_of_run(result->summary, result->nothing_new, job);
}

}  // namespace

Command merge_command() {
    return with_options({.name = "merge",
                         .help = "one month out of the parts that several machines made",
                         .examples = "  moisson merge out/parts/2026-10 --job jobs/monthly.toml\n"
                                     "  moisson merge /mnt/a/1-of-2 /mnt/b/2-of-2 --job jobs/group.toml --out out\n",
                         .exit_codes = codes_of_run()},
                        declare_merge, run_merge);
}

}  // namespace moisson::cli
