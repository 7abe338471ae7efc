/// `evidence stamp`: a time stamp and a signature for months that are published.

#include <algorithm>
#include <filesystem>
#include <system_error>

#include <fmt/format.h>

#include "cli/command.hpp"
#include "cli/job_options.hpp"
#include "cli/json_text.hpp"
#include "domain/evidence_names.hpp"
#include "pipeline/evidence_stamp.hpp"
#include "pipeline/exit_code_of.hpp"
#include "pipeline/local_settings.hpp"
#include "pipeline/publish_folder.hpp"

namespace moisson::cli {

namespace {

namespace fs = std::filesystem;

struct EvidenceStampOptions {
    std::string path;
    bool renew = false;
    config::CommandLine settings;
};

struct Done {
    std::string path;
    pipeline::Stamped stamped;
    std::optional<Error> refused;  ///< what is there does not hold
};

void declare_evidence_stamp(Arguments& arguments, EvidenceStampOptions& options) {
    arguments.positional("PATH", options.path, "a published month (OUT/PERIOD), or OUT for all of them").required();
    arguments.flag("--renew", options.renew, "one more time stamp, whether the last one's certificate ends soon or not");
    arguments.text("--job", "FILE", options.settings.job_file, "job file with the settings: what [evidence] says");
    arguments.talk();
}

bool has_evidence(const fs::path& folder) {
    std::error_code ignored;
    return fs::exists(folder / evidence_name, ignored);
}

/// The month itself, or those in the folder, in order.
std::vector<fs::path> months_at(const fs::path& path) {
    std::error_code problem;
    if (has_evidence(path)) {
        return {path};
    }
    std::vector<fs::path> months;
    for (const auto& item : fs::directory_iterator(path, problem)) {
        if (!item.path().filename().string().starts_with('.') && item.is_directory(problem) && !item.is_symlink(problem) &&
            has_evidence(item.path())) {
            months.push_back(item.path());
        }
    }
    if (months.empty()) {
        throw FatalError(ExitCode::usage, ErrorCode::bad_input, fmt::format("there is no month with an {} here", evidence_name),
                         path.string(), "Name a published month (OUT/PERIOD) or the folder OUT; an export of this version writes the file");
    }
    std::sort(months.begin(), months.end());
    return months;
}

/// What was refused or could not be had, of the worst kind: a month that does not hold, then what failed.
ExitCode exit_code_of_all(const std::vector<Done>& all) {
    ExitCode found = ExitCode::complete;
    for (const Done& one : all) {
        const auto was_stopped = [](const std::optional<Error>& error) { return error && error->code == ErrorCode::cancelled; };
        if (one.refused) {
            return one.refused->code == ErrorCode::verification ? ExitCode::inconsistent : ExitCode::local;
        }
        if (was_stopped(one.stamped.not_signed) || was_stopped(one.stamped.not_stamped)) {
            return ExitCode::interrupted;
        }
        if (one.stamped.not_signed) {
            found = ExitCode::local;
        } else if (one.stamped.not_stamped && found == ExitCode::complete) {
            found = ExitCode::unavailable;
        }
    }
    return found;
}

std::vector<std::string> problems_of(const Done& done) {
    std::vector<std::string> problems;
    for (const std::optional<Error>& error : {done.refused, done.stamped.not_signed, done.stamped.not_stamped}) {
        if (error) {
            problems.push_back(error->to_line());
        }
    }
    return problems;
}

std::string as_json(const std::vector<Done>& all, ExitCode exit_code) {
    JsonWriter writer;
    writer.begin_answer();
    writer.key("verdict").text(verdict_of(exit_code));
    writer.key("exit_code").number(static_cast<int>(exit_code));
    writer.key("months").begin_array();
    for (const Done& done : all) {
        writer.begin_object();
        writer.key("path").text(done.path);
        for (const auto& [name, texts] : {std::pair{"written", done.stamped.written}, std::pair{"evidence", done.stamped.said},
                                          std::pair{"problems", problems_of(done)}}) {
            writer.key(name).begin_array();
            for (const std::string& text : texts) {
                writer.text(text);
            }
            writer.end_array();
        }
        writer.end_object();
    }
    writer.end_array().end_object();
    return writer.finish();
}

std::string as_text(const std::vector<Done>& all) {
    std::string text;
    for (const Done& done : all) {
        const std::string path = sanitise(done.path);
        for (const std::string& problem : problems_of(done)) {
            text += fmt::format("problem: {}: {}\n", path, sanitise(problem, 1000));
        }
        for (const std::string& sentence : done.stamped.said) {
            text += fmt::format("evidence: {}: {}\n", path, sanitise(sentence, 1000));
        }
        text += fmt::format("{}: {}\n", path,
                            done.stamped.written.empty() ? std::string("nothing was written")
                                                         : fmt::format("{} written", fmt::join(done.stamped.written, ", ")));
    }
    return text;
}

ExitCode run_evidence_stamp(CommandContext& context, const EvidenceStampOptions& options) {
    const config::Job job = load_job(context, options.settings, config::Need::evidence);
    if (job.evidence.tsa_url.empty() && !job.evidence.signs()) {
        throw FatalError(ExitCode::usage, ErrorCode::bad_input, "the job names neither a time stamp authority nor a signer",
                         job.job_file.empty() ? "no job file is given" : job.job_file,
                         "Write tsa_url, or certificate and key, in [evidence] of a job file, and name it: --job FILE");
    }
    std::vector<Error> problems;
    const pipeline::EvidenceTools tools = pipeline::open_evidence_tools(job, problems);
    if (!problems.empty()) {
        throw FatalError(ExitCode::usage, problems.front());
    }
    std::vector<Done> all;
    for (const fs::path& month : months_at(options.path)) {
        if (context.stop.stop_requested()) {
            throw FatalError(ExitCode::interrupted, ErrorCode::cancelled, "stopped; what was stamped is kept");
        }
        // An export that publishes the month meanwhile would take it away from under the stamp.
        const fs::path plain = fs::absolute(month).lexically_normal();
        const pipeline::FolderLock lock((plain.has_filename() ? plain : plain.parent_path()).parent_path());
        auto done = pipeline::stamp_month({job, tools, context.clock, context.stop}, month,
                                          options.renew ? pipeline::Renewal::always : pipeline::Renewal::when_due);
        all.push_back(done ? Done{month.string(), std::move(*done), {}} : Done{month.string(), {}, std::move(done.error())});
    }
    context.reporter.finish();
    const ExitCode exit_code = exit_code_of_all(all);
    context.out.write(context.talk.json ? as_json(all, exit_code) : as_text(all));
    return exit_code;
}

}  // namespace

Command evidence_stamp_command() {
    return with_options({.name = "evidence stamp",
                         .help = "time-stamp and sign the evidence of published months, where that is missing or ends soon",
                         .examples = "  moisson evidence stamp out/2026-10 --job jobs/monthly.toml\n"
                                     "  moisson evidence stamp out --job jobs/monthly.toml --renew\n",
                         .exit_codes = {ExitCode::complete, ExitCode::internal, ExitCode::usage, ExitCode::unavailable,
                                        ExitCode::inconsistent, ExitCode::local, ExitCode::locked, ExitCode::interrupted}},
                        declare_evidence_stamp, run_evidence_stamp);
}

}  // namespace moisson::cli
