/// `completion`: the script that a shell needs to complete this program's command lines.

#include <fmt/format.h>

#include "cli/command.hpp"
#include "cli/completion.hpp"
#include "cli/json_text.hpp"

namespace moisson::cli {

namespace {

struct CompletionOptions {
    std::optional<Shell> shell;
};

void declare_completion(Arguments& arguments, CompletionOptions& options) {
    arguments
        .parsed(
            "SHELL", "",
            [&options](const std::string& written) {
                options.shell = shell_of(written);
                return options.shell ? std::string() : must_be("bash, zsh or fish", written);
            },
            "bash, zsh or fish")
        .among({"bash", "zsh", "fish"})
        .required();
    arguments.talk();
}

ExitCode run_completion(CommandContext& context, const CompletionOptions& options) {
    const std::string script = completion_script(*options.shell);
    if (!context.talk.json) {
        context.out.write(script);
        return ExitCode::complete;
    }
    JsonWriter writer;
    writer.begin_answer();
    writer.key("script").text(script);
    writer.end_object();
    context.out.write(writer.finish());
    return ExitCode::complete;
}

}  // namespace

Command completion_command() {
    return with_options({.name = "completion",
                         .help = "the script with which a shell completes command lines of moisson",
                         .examples = "  moisson completion fish > ~/.config/fish/completions/moisson.fish\n"
                                     "  moisson completion zsh > \"${fpath[1]}/_moisson\"\n"
                                     "  source <(moisson completion bash)      in ~/.bashrc\n",
                         .exit_codes = {ExitCode::complete, ExitCode::internal, ExitCode::usage, ExitCode::local},
                         .note = "The package installs all three."},
                        declare_completion, run_completion);
}

}  // namespace moisson::cli
