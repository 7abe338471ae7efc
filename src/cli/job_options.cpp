#include "cli/job_options.hpp"

#include <filesystem>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "pipeline/secrecy.hpp"
#include "sandbox/sandbox.hpp"
#include "sandbox/scenario.hpp"

namespace moisson::cli {

namespace {

/// `--contract A B`: B is taken for a job file.
void refuse_stray_pattern(const config::CommandLine& settings) {
    std::error_code problem;
    const bool lists = !settings.contracts.empty() || !settings.types.empty();
    if (lists && settings.job_file && !std::filesystem::exists(*settings.job_file, problem)) {
        throw FatalError(ExitCode::usage, ErrorCode::bad_input, fmt::format("there is no job file {}", sanitise(*settings.job_file)),
                         "command line", "If it is one more pattern or type, repeat the option: --contract A --contract B");
    }
}

/// A scenario ends with a month that it names: without this, its last closed month would be empty one day.
void take_newest_month(config::Job& job, Timestamp now) {
    sandbox::Options options;
    options.scenario = job.sandbox.scenario;
    const auto scenario = sandbox::load_scenario(options, now);
    const auto newest = scenario ? Month::parse(scenario->last_month.dashed()) : std::nullopt;
    if (newest) {  // what is wrong with a scenario is said where it is started
        job.export_.period = {*newest, *newest};
        job.origins["export.period"] = "default: the scenario's newest month";
    }
}

}  // namespace

std::vector<std::string> names_of_scenarios() {
    std::vector<std::string> names;
    for (const sandbox::BuiltInScenario& scenario : sandbox::built_in_scenarios()) {
        names.emplace_back(scenario.name);
    }
    return names;
}

void declare_service(Arguments& arguments, config::CommandLine& settings) {
    arguments.text("--job", "FILE", settings.job_file, "job file with the settings");
    arguments.flag("--trust-job", settings.trust_job, "let the job file send secrets of the environment to addresses that it names itself");
    arguments.flag("--sandbox", settings.sandbox, "use the embedded sandbox instead of the service; needs no credentials");
    arguments.text("--scenario", "NAME|FILE", settings.scenario, "what the embedded sandbox holds: small, clean, large, books or a file")
        .among(names_of_scenarios());
    arguments.text("--account", "NAME", settings.sandbox_account, "with --sandbox: whose key it is asked with");
    arguments.text("--db", "FILE", settings.sandbox_database, "with --sandbox: file that keeps what was written, and the runs' count");
    arguments.whole("--run", 1, 1'000'000, settings.sandbox_run,
                    "with --sandbox: which run of its scenario this is (default: 1, or what --db says)");
    arguments.talk();
}

void declare_login(Arguments& arguments, config::CommandLine& settings) {
    declare_service(arguments, settings);
    arguments.texts("--perimeter", "NAME", settings.perimeters, "which login, of a job with several perimeters");
}

void declare_job(Arguments& arguments, config::CommandLine& settings) {
    const auto positional = std::make_shared<std::optional<std::string>>();
    arguments.positional("JOB.toml", *positional, "job file with the settings (the same as --job)");
    declare_service(arguments, settings);
    arguments.check([positional, &settings]() -> Status {
        if (!*positional) {
            return {};
        }
        if (settings.job_file && *settings.job_file != **positional) {
            return fail(ErrorCode::bad_input,
                        fmt::format("two job files are given: {} and {}", sanitise(*settings.job_file), sanitise(**positional)),
                        "command line", "Name one, with or without --job");
        }
        settings.job_file = *positional;
        return {};
    });
}

config::Job load_job(CommandContext& context, config::CommandLine settings, config::Need need) {
    refuse_stray_pattern(settings);
    settings.local_offset = context.local_offset;
    config::Job job = config::load_job(settings, context.environment, context.clock, need, context.stop);
    if (job.sandbox.enabled && job.export_.is_default_period) {
        take_newest_month(job, context.clock.now());
    }
    if (need != config::Need::no_credentials) {
        config::forget_secrets(context.environment);
    }
    job.secrets = context.redactor;
    pipeline::watch_secrets(job);
    for (const std::string& warning : job.warnings) {
        context.reporter.log(LogLevel::warning, "job", warning);
    }
    return job;
}

config::Job load_login(CommandContext& context, config::CommandLine settings, config::Need need) {
    const config::Job job = load_job(context, std::move(settings), need);
    if (job.perimeters.size() > 1) {
        std::vector<std::string_view> names;
        for (const config::PerimeterSettings& one : job.perimeters) {
            names.push_back(one.name);
        }
        throw FatalError(ExitCode::usage, ErrorCode::bad_input, "the job has several perimeters, and this command asks as one login",
                         sanitise(job.job_file), fmt::format("Name one: --perimeter {}", fmt::join(names, ", --perimeter ")));
    }
    return config::job_of_login(job, config::logins_of(job).front());
}

}  // namespace moisson::cli
