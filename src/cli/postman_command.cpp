/// `postman`: a job file out of a Postman environment, a collection or both, with its secrets beside it.

#include <filesystem>

#include <fmt/format.h>

#include "cli/command.hpp"
#include "cli/json_text.hpp"
#include "cli/table.hpp"
#include "postman/postman.hpp"

namespace moisson::cli {

namespace {

std::string postman_json(const postman::Job& job, const postman::Target& target, const std::vector<std::string>& secret_files) {
    JsonWriter writer;
    writer.begin_answer();
    writer.key("environment").text(job.environment);
    writer.key("collection").text(job.collection);
    writer.key("job_file").text(target.job_file);
    writer.key("secret_files").begin_object();
    for (std::size_t index = 0; index < secret_files.size(); ++index) {
        writer.key(job.secrets[index].name).text(secret_files[index]);
    }
    writer.end_object();
    writer.key("credentials").boolean(job.has_credentials());
    writer.key("notes").begin_array();
    for (const std::string& note : job.notes) {
        writer.text(note);
    }
    writer.end_array().end_object();
    return writer.finish();
}

std::string postman_text(const postman::Job& job, const postman::Target& target, const std::vector<std::string>& secret_files) {
    std::vector<std::vector<std::string>> rows{{target.job_file, "the job file"}};
    for (std::size_t index = 0; index < secret_files.size(); ++index) {
        rows.push_back({secret_files[index], fmt::format("{} (only this user can read it)", job.secrets[index].variable)});
    }
    return format_table({{"file", Align::left}, {"what", Align::left}}, rows);
}

struct PostmanOptions {
    std::vector<std::string> files;  ///< environment, collection
    std::string target;              ///< job file or folder
    bool force = false;              ///< replace files that are there
};

void declare_postman(Arguments& arguments, PostmanOptions& options) {
    arguments.positionals("FILE", options.files, "environment, collection (version 2), or one of each, as Postman exports them (JSON)", 2)
        .required();
    arguments.text("--out", "FILE|DIR", options.target, "job file (*.toml), or folder for job.toml; its secrets go beside it, mode 0600");
    arguments.flag("--force", options.force, "replace files that are there");
    arguments.talk();
}

ExitCode run_postman(CommandContext& context, const PostmanOptions& options) {
    const postman::Job job = postman::read_files(options.files);
    for (const postman::Secret& secret : job.secrets) {
        context.redactor->watch(secret.value.reveal());
    }
    const postman::Target target = postman::target_of(options.target);
    const auto secret_files = postman::write_job(job, target, options.force);
    if (!secret_files) {
        throw FatalError(secret_files.error().code == ErrorCode::bad_input ? ExitCode::usage : ExitCode::local, secret_files.error());
    }
    for (const std::string& note : job.notes) {
        context.reporter.log(LogLevel::info, "postman", note);
    }
    if (!job.has_credentials()) {
        context.reporter.log(LogLevel::warning, "postman",
                             "the job is not whole yet: it needs the application's credentials before it can call the service");
    }
    context.out.write(context.talk.json ? postman_json(job, target, *secret_files) : postman_text(job, target, *secret_files));
    context.reporter.log(LogLevel::info, "postman", fmt::format("next: moisson doctor {}", sanitise(target.job_file)));
    return ExitCode::complete;
}

}  // namespace

Command postman_command() {
    return with_options({.name = "postman",
                         .help = "make a job file out of a Postman environment, its collection, or both",
                         .examples = "  moisson postman cloud-store.postman_environment.json --out orange.toml\n"
                                     "  moisson postman cloud-store.postman_environment.json cloud-store.postman_collection.json\n"
                                     "  moisson sandbox --port 8080 --postman explore    (in another terminal)\n"
                                     "  moisson postman explore/moisson-sandbox.postman_environment.json --out explore\n",
                         .exit_codes = {ExitCode::complete, ExitCode::internal, ExitCode::usage, ExitCode::local}},
                        declare_postman, run_postman);
}

}  // namespace moisson::cli
