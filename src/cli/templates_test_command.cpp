/// `templates test`: whether a template's sample comes out as it should.

#include <filesystem>

#include <fmt/format.h>

#include "base/scratch_folder.hpp"
#include "cli/templates.hpp"
#include "erp/built_in.hpp"

namespace moisson::cli {

namespace {

struct TemplatesTestOptions {
    std::vector<std::string> names;  ///< empty: all built-in ones
    std::string target;              ///< the folder to keep the sample's files in; empty: nowhere
    config::CommandLine settings;
};

void declare_templates_test(Arguments& arguments, TemplatesTestOptions& options) {
    arguments.positionals("NAME", options.names, "names or paths (default: all built-in ones)").among(erp::built_in_templates());
    arguments.text("--job", "FILE", options.settings.job_file, "job file with [erp] template_folder");
    arguments.text("--out", "DIR", options.target, "keep the sample's files in this folder");
    arguments.talk();
}

void put_result(JsonWriter& writer, const std::string& name, const erp::SampleResult& result) {
    writer.begin_object();
    writer.key("template").text(name);
    writer.key("passed").boolean(result.passed);
    writer.key("files").begin_array();
    for (const erp::SampleFile& file : result.files) {
        writer.begin_object();
        writer.key("name").text(file.name);
        writer.key("compared").boolean(file.compared);
        writer.key("equal").boolean(file.equal);
        if (!file.difference.empty()) {
            writer.key("difference").text(file.difference);
        }
        writer.end_object();
    }
    writer.end_array();
    writer.key("problems").begin_array();
    for (const std::string& problem : result.problems) {
        writer.text(problem);
    }
    writer.end_array();
    writer.end_object();
}

std::string result_lines(const std::string& name, const erp::SampleResult& result) {
    std::string text = fmt::format("{}: {}\n", sanitise(name, 80), result.passed ? "OK" : "FAILED");
    for (const std::string& problem : result.problems) {
        text += fmt::format("  problem: {}\n", sanitise(problem, 600));
    }
    for (const erp::SampleFile& file : result.files) {
        if (!file.compared) {
            text += fmt::format("  {}: there are no expected bytes\n", sanitise(file.name, 200));
        } else if (!file.equal) {
            text += fmt::format("  {}: differs at {}\n", sanitise(file.name, 200), sanitise(file.difference, 600));
        }
    }
    return text;
}

ExitCode run_templates_test(CommandContext& context, const TemplatesTestOptions& options) {
    const ErpJob job = erp_job_of(context, options.settings);
    std::vector<std::string> names = options.names;
    if (names.empty()) {
        for (const erp::TemplateInfo& info : erp::list_templates()) {
            names.push_back(info.name);
        }
    }
    std::optional<ScratchFolder> scratch;
    if (options.target.empty()) {
        auto made = ScratchFolder::make(std::filesystem::temp_directory_path() / "moisson-templates-");
        if (!made) {
            throw FatalError(ExitCode::local, std::move(made.error()));
        }
        scratch.emplace(std::move(*made));  // nobody keeps the samples
    }
    JsonWriter writer;
    writer.begin_answer().key("tests").begin_array();
    std::string text;
    bool passed = true;
    for (const std::string& name : names) {
        const std::filesystem::path folder =
            scratch ? scratch->path() / fmt::format("{}", &name - names.data()) : std::filesystem::path(options.target);
        auto result = erp::test_template(load_template(name, job), folder);
        if (!result && result.error().code == ErrorCode::disk) {
            throw FatalError(ExitCode::local, result.error());
        }
        if (!result) {
            erp::SampleResult refused;
            refused.problems.push_back(result.error().to_line());
            result = std::move(refused);
        }
        passed = passed && result->passed;
        put_result(writer, name, *result);
        text += result_lines(name, *result);
    }
    writer.end_array().end_object();
    context.out.write(context.talk.json ? writer.finish() : text);
    return passed ? ExitCode::complete : ExitCode::inconsistent;
}

}  // namespace

Command templates_test_command() {
    return with_options({.name = "templates test",
                         .help = "render a template's sample and compare the bytes",
                         .examples = "  moisson templates test\n"
                                     "  moisson templates test my-format.toml --out sample\n",
                         .exit_codes = {ExitCode::complete, ExitCode::internal, ExitCode::usage, ExitCode::inconsistent, ExitCode::local}},
                        declare_templates_test, run_templates_test);
}

}  // namespace moisson::cli
