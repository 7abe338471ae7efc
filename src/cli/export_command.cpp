/// `export`: runs the pipeline and says what it did.

#include <unistd.h>

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/counts.hpp"
#include "cli/annotations.hpp"
#include "cli/exit_codes.hpp"
#include "cli/export_metrics.hpp"
#include "cli/export_options.hpp"
#include "cli/job_options.hpp"
#include "cli/json_text.hpp"
#include "cli/next_step.hpp"
#include "cli/run_text.hpp"
#include "cli/screen.hpp"
#include "domain/verdict.hpp"
#include "pipeline/catch_up.hpp"
#include "pipeline/part_run.hpp"
#include "pipeline/export.hpp"
#include "report/report.hpp"

namespace moisson::cli {

namespace {

std::string dress(std::string_view text) { return dress_result(text, screen_of(STDOUT_FILENO)); }

void declare_export_command(Arguments& arguments, config::CommandLine& settings) {
    declare_export(arguments, settings);
    arguments.text("--previous", "FILE", settings.previous,
                   "the bundle.zip (or folder) that was published last: a state that is lost or behind is made again of it");
    arguments.text("--metrics", "FILE", settings.metrics, "write Prometheus metrics there at every end of an export, a failed one too");
}

/// Every login's contracts and every contract's documents were listed to the end.
bool are_lists_whole(const RunSummary& summary) {
    const auto is_of_no_contract = [](const Finding& one) { return one.contract_id.empty() && one.severity() == Severity::error; };
    return std::ranges::all_of(summary.completeness, [](const ContractCompleteness& one) { return is_whole(one.verdict); }) &&
           std::ranges::none_of(summary.findings, is_of_no_contract);
}

/// One month after the other, each published as if it had been asked for alone. Ends with the first code that is no month's verdict, else
/// with 3 where one of them is incomplete.
ExitCode run_due(CommandContext& context, const config::CommandLine& settings, config::Job job, ExportMetrics& metrics,
                 Annotations& annotations) {
    if (job.export_.adopt_folder.empty()) {
        pipeline::bring_up_to_date(job, context.clock, context.reporter, context.stop);
    }
    const pipeline::RunResult plan = pipeline::run(job, pipeline::Mode::plan, context.clock, context.reporter, context.stop);
    const std::vector<Month>& owed = plan.owed;
    if (owed.empty() && !are_lists_whole(plan.summary)) {
        // Where something could not be listed, nobody knows what is owed.
        context.reporter.finish();
        context.out.write(context.talk.json ? plan_json(plan) : plan_text(plan, job.transfer.rate_per_second));
        return plan.summary.exit_code;
    }
    if (owed.empty()) {
        context.reporter.finish();
        std::string words = "no month is owed: all that have documents are published as they are known";
        if (plan.summary.exit_code != ExitCode::complete) {  // and no further export changes it
            words += fmt::format("; {} is incomplete: {}", plan.summary.period.to_text(),
                                 in_words(Language::english, causes_of(plan.summary)));
        }
        context.reporter.log(LogLevel::info, "due", std::move(words));
        return plan.summary.exit_code != ExitCode::complete ? plan.summary.exit_code
               : job.export_.exit_nothing_new               ? ExitCode::nothing_new
                                                            : ExitCode::complete;
    }
    context.reporter.log(LogLevel::info, "due", fmt::format("{} owed: {}", plural(owed.size(), "month"), names_of(owed)));
    ExitCode worst = ExitCode::complete;
    for (const Month month : owed) {
        const bool is_last = month == owed.back();
        job.export_.period = {month, month};
        const auto result = std::make_shared<const pipeline::RunResult>(
            pipeline::run(job, pipeline::Mode::export_, context.clock, context.reporter, context.stop));
        metrics.set_result(result);
        context.reporter.finish();
        const std::string next = is_last ? next_line(next_of_export(*result, settings)) : "\n";
        context.out.write(context.talk.json ? report::summary_json(result->summary, report::SummaryKind::published)
                                            : export_text(*result, settings) + next,
                          dress);
        annotations.tell(*result, job);
        worst = result->summary.exit_code == ExitCode::complete ? worst : result->summary.exit_code;
    }
    return worst;
}

std::string part_json(const pipeline::PartResult& part) {
    const parts::PartHeader& header = part.header;
    JsonWriter writer;
    writer.begin_answer();
    writer.key("part").text(parts::to_text(header.part));
    writer.key("period").text(header.period.to_text());
    writer.key("path").text(part.folder.string());
    writer.key("run_id").text(header.run_id);
    writer.key("verdict").text(verdict_of(header.exit_code));
    writer.key("exit_code").number(static_cast<int>(header.exit_code));
    writer.key("contracts").count(header.contracts);
    writer.key("documents").count(header.documents);
    writer.key("files").count(header.files);
    writer.key("bytes").count(header.file_bytes);
    writer.texts("missing", header.missing);
    writer.texts("warnings", header.warnings);
    writer.end_object();
    return writer.finish();
}

std::string part_text(const pipeline::PartResult& part, const config::CommandLine& settings) {
    const parts::PartHeader& header = part.header;
    std::string text = fmt::format("{}: part {} of {}: {}, {} listed, {} ({}), {}\n", verdict_of(header.exit_code),
                                   parts::to_text(header.part), header.period.to_text(), plural(header.contracts, "contract"),
                                   plural(header.documents, "document"), plural(header.files, "file"), format_bytes(header.file_bytes),
                                   sanitise(part.folder.string()));
    constexpr std::size_t shown_max = 20;
    for (std::size_t at = 0; at < std::min(header.missing.size(), shown_max); ++at) {
        text += fmt::format("  missing: {}\n", sanitise(header.missing[at], 400));
    }
    if (header.missing.size() > shown_max) {
        text += fmt::format("  and {} more, named in part.json\n", header.missing.size() - shown_max);
    }
    return text + next_line(next_of_part(part.folder, settings));
}

ExitCode run_part(CommandContext& context, const config::CommandLine& settings, const config::Job& job) {
    const pipeline::PartResult part = pipeline::make_part(job, context.clock, context.reporter, context.stop);
    context.reporter.finish();
    context.out.write(context.talk.json ? part_json(part) : part_text(part, settings), dress);
    return part.header.exit_code;
}

ExitCode run_export(CommandContext& context, const config::CommandLine& settings) {
    if (settings.part) {  // its end is no month's: metrics would say that one was exported
        return run_part(context, settings, load_job(context, settings, config::Need::credentials));
    }
    const auto metrics = std::make_shared<ExportMetrics>(context.clock, context.reporter);
    metrics->write_to(settings.metrics.value_or(""));
    context.at_end = [metrics](ExitCode exit_code) { return metrics->write(exit_code); };
    const auto annotations = std::make_shared<Annotations>(context, settings.annotations);
    context.at_error = [annotations](const Error& error) { annotations->tell(error); };
    const config::Job job = load_job(context, settings, config::Need::credentials);
    metrics->set_job(job);
    if (job.export_.due) {
        return run_due(context, settings, job, *metrics, *annotations);
    }
    const auto owned = std::make_shared<const pipeline::RunResult>(
        pipeline::run(job, pipeline::Mode::export_, context.clock, context.reporter, context.stop));
    metrics->set_result(owned);
    const pipeline::RunResult& result = *owned;
    context.reporter.finish();
    context.out.write(context.talk.json ? report::summary_json(result.summary, report::SummaryKind::published)
                                        : export_text(result, settings) + next_line(next_of_export(result, settings)),
                      dress);
    annotations->tell(result, job);
    return exit_code_of_run(result.summary, result.nothing_new, job);
}

}  // namespace

Command export_command() {
    return with_options({.name = "export",
                         .help = "the monthly job: list, download, reconcile, publish",
                         .examples = "  moisson export jobs/monthly.toml\n"
                                     "  moisson export --period 2026-10 --contract 'OCB0001*' --out archive\n"
                                     "  moisson export --sandbox\n",
                         .exit_codes = codes_of_run()},
                        declare_export_command, run_export);
}

}  // namespace moisson::cli
