/// `sandbox keys issue`: a new key, so that a renewal can be rehearsed.

#include <fmt/format.h>

#include "cli/running_sandbox.hpp"

namespace moisson::cli {

namespace {

struct SandboxKeysIssueOptions {
    std::string account;
};

void declare_sandbox_keys_issue(Arguments& arguments, SandboxKeysIssueOptions& options) {
    arguments.positional("ACCOUNT", options.account, "name of the account").required();
    arguments.talk();
}

ExitCode run_sandbox_keys_issue(CommandContext& context, const SandboxKeysIssueOptions& options) {
    const rapidjson::Document key = RunningSandbox(context).ask("POST", "/keys?account=" + http::percent_encode(options.account));
    if (context.talk.json) {
        show_key(context, key);
        return ExitCode::complete;
    }
    // Alone on standard output: it goes into a file or a variable.
    context.out.write(text_of(key, "key") + "\n");
    context.reporter.log(LogLevel::info, "key-issued",
                         fmt::format("{} is a new key of {}, valid until {}", sanitise(text_of(key, "id")),
                                     sanitise(text_of(key, "account")), sanitise(text_of(key, "expires_at"))));
    return ExitCode::complete;
}

}  // namespace

Command sandbox_keys_issue_command() {
    return with_options({.name = "sandbox keys issue",
                         .help = "a new key for an account; it alone goes to standard output",
                         .examples = "  moisson sandbox keys issue admin > secrets/api_key\n",
                         .exit_codes = {ExitCode::complete, ExitCode::internal, ExitCode::usage, ExitCode::refused, ExitCode::unavailable,
                                        ExitCode::interrupted}},
                        declare_sandbox_keys_issue, run_sandbox_keys_issue);
}

}  // namespace moisson::cli
