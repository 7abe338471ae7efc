/// An environment and a collection of Postman, parted by a NUL: what they are made into is a job file that can be read.

#include "config/job_file.hpp"
#include "fuzz.hpp"
#include "postman/postman.hpp"

namespace moisson::fuzz {

namespace {

void check_job(const postman::Job& job) {
    const postman::Target target{"folder/job.toml", "folder/job-secrets"};
    const std::string text = postman::job_text(job, target);
    try {
        static_cast<void>(config::parse_job_file(text, target.job_file));
    } catch (const FatalError& problem) {
        require(false, "a job file that was made is one: " + problem.error().to_line());
    }
}

}  // namespace

void run(std::string_view input) {
    std::vector<postman::Source> sources;
    const std::size_t middle = input.find('\0');
    sources.push_back({std::string(input.substr(0, middle)), "environment.json"});
    if (middle != std::string_view::npos) {
        sources.push_back({std::string(input.substr(middle + 1)), "collection.json"});
    }
    std::optional<postman::Job> job;
    try {
        job = postman::parse(sources);
    } catch (const FatalError& problem) {
        require(problem.exit_code() == ExitCode::usage && !problem.error().message.empty(), "a refusal is wrong usage, with a reason");
    }
    if (job) {
        check_job(*job);
    }
}

}  // namespace moisson::fuzz
