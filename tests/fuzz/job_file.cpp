/// Job files: read, or refused as wrong usage with a place.

#include "config/job_file.hpp"
#include "fuzz.hpp"

void moisson::fuzz::run(std::string_view input) {
    try {
        const config::JobFile job = config::parse_job_file(input, "job.toml");
        for (const auto& [name, setting] : job.settings) {
            require(job.find(name) == &setting, "a setting is found by its name");
            require(job.where(setting).starts_with("job.toml:"), "a setting has its place");
        }
    } catch (const FatalError& problem) {
        require(problem.exit_code() == ExitCode::usage && !problem.error().message.empty(), "a refusal is wrong usage, with a reason");
        require(problem.error().where.starts_with("job.toml"), "a refusal has its place");
    }
}
