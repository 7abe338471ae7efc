/// `sandbox keys list`: the API keys of a running sandbox with their ages.

#include "cli/running_sandbox.hpp"

namespace moisson::cli {

namespace {

struct SandboxKeysListOptions {};

void declare_sandbox_keys_list(Arguments& arguments, SandboxKeysListOptions&) { arguments.talk(); }

ExitCode run_sandbox_keys_list(CommandContext& context, const SandboxKeysListOptions&) {
    const rapidjson::Document answer = RunningSandbox(context).ask("GET", "/keys");
    std::vector<const rapidjson::Value*> keys;
    for (rapidjson::SizeType at = 0; answer.IsArray() && at < answer.Size(); ++at) {
        keys.push_back(&answer[at]);
    }
    if (!context.talk.json) {
        context.out.write(keys_table(keys));
        return ExitCode::complete;
    }
    JsonWriter writer;
    writer.begin_answer().key("keys").begin_array();
    for (const rapidjson::Value* key : keys) {
        writer.begin_object();
        put_key(writer, *key);
        writer.end_object();
    }
    writer.end_array().end_object();
    context.out.write(writer.finish());
    return ExitCode::complete;
}

}  // namespace

Command sandbox_keys_list_command() {
    return with_options({.name = "sandbox keys list",
                         .help = "all keys with their ages",
                         .examples = "  moisson sandbox keys list\n",
                         .exit_codes = {ExitCode::complete, ExitCode::internal, ExitCode::usage, ExitCode::refused, ExitCode::unavailable,
                                        ExitCode::interrupted}},
                        declare_sandbox_keys_list, run_sandbox_keys_list);
}

}  // namespace moisson::cli
