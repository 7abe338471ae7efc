/// `sandbox keys revoke`: the end of a key.

#include <fmt/format.h>

#include "cli/running_sandbox.hpp"

namespace moisson::cli {

namespace {

struct SandboxKeysRevokeOptions {
    std::string key;  ///< its id
};

void declare_sandbox_keys_revoke(Arguments& arguments, SandboxKeysRevokeOptions& options) {
    arguments.positional("KEY", options.key, "id of the key, as list shows it").required();
    arguments.talk();
}

ExitCode run_sandbox_keys_revoke(CommandContext& context, const SandboxKeysRevokeOptions& options) {
    show_key(context, RunningSandbox(context).ask("POST", fmt::format("/keys/{}/revoke", http::percent_encode(options.key))));
    return ExitCode::complete;
}

}  // namespace

Command sandbox_keys_revoke_command() {
    return with_options({.name = "sandbox keys revoke",
                         .help = "end a key now",
                         .examples = "  moisson sandbox keys revoke admin-1\n",
                         .exit_codes = {ExitCode::complete, ExitCode::internal, ExitCode::usage, ExitCode::refused, ExitCode::unavailable,
                                        ExitCode::interrupted}},
                        declare_sandbox_keys_revoke, run_sandbox_keys_revoke);
}

}  // namespace moisson::cli
