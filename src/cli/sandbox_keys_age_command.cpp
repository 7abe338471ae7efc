/// `sandbox keys age`: a key made older.

#include <fmt/format.h>

#include "cli/running_sandbox.hpp"

namespace moisson::cli {

namespace {

struct SandboxKeysAgeOptions {
    std::string key;  ///< its id
    std::uint32_t days = 0;
};

void declare_sandbox_keys_age(Arguments& arguments, SandboxKeysAgeOptions& options) {
    arguments.positional("KEY", options.key, "id of the key, as list shows it").required();
    arguments.whole("--days", 1, 36'500, options.days, "by how many days").required();
    arguments.talk();
}

ExitCode run_sandbox_keys_age(CommandContext& context, const SandboxKeysAgeOptions& options) {
    const std::string path = fmt::format("/keys/{}/age?days={}", http::percent_encode(options.key), options.days);
    show_key(context, RunningSandbox(context).ask("POST", path));
    return ExitCode::complete;
}

}  // namespace

Command sandbox_keys_age_command() {
    return with_options({.name = "sandbox keys age",
                         .help = "make a key older",
                         .examples = "  moisson sandbox keys age admin-1 --days 600\n",
                         .exit_codes = {ExitCode::complete, ExitCode::internal, ExitCode::usage, ExitCode::refused, ExitCode::unavailable,
                                        ExitCode::interrupted}},
                        declare_sandbox_keys_age, run_sandbox_keys_age);
}

}  // namespace moisson::cli
