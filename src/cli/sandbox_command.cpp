/// `sandbox`: serves the stand-in API and says how to reach it.

#include <fmt/format.h>

#include "cli/commands.hpp"
#include "cli/json_text.hpp"
#include "cli/signals.hpp"
#include "config/suggest.hpp"
#include "sandbox/sandbox.hpp"

namespace moisson::cli {

namespace {

/// A value between single quotes, as a POSIX shell reads it back unchanged.
std::string shell_quote(const std::string& value) {
    std::string quoted = "'";
    for (const char letter : value) {
        quoted += letter == '\'' ? std::string("'\\''") : std::string(1, letter);
    }
    return quoted + "'";
}

/// The sandbox's credentials are made up: printing them is what the command is for.
std::vector<std::pair<std::string_view, const std::string*>> variables_of(const sandbox::Endpoint& endpoint) {
    std::vector<std::pair<std::string_view, const std::string*>> variables = {{"MOISSON_API_URL", &endpoint.api_url},
                                                                              {"MOISSON_OAUTH_URL", &endpoint.oauth_url},
                                                                              {"MOISSON_CLIENT_ID", &endpoint.client_id},
                                                                              {"MOISSON_CLIENT_SECRET", &endpoint.client_secret},
                                                                              {"MOISSON_API_KEY", &endpoint.api_key}};
    if (!endpoint.ca_file.empty()) {
        variables.emplace_back("MOISSON_CA_FILE", &endpoint.ca_file);
    }
    return variables;
}

std::string endpoint_text(const sandbox::Endpoint& endpoint) {
    std::string text;
    for (const auto& [name, value] : variables_of(endpoint)) {
        text += fmt::format("export {}={}\n", name, shell_quote(*value));
    }
    return text;
}

std::string endpoint_json(const sandbox::Endpoint& endpoint) {
    JsonWriter writer(JsonWriter::Layout::one_line);
    writer.begin_object();
    writer.key("scenario").text(endpoint.scenario);
    writer.key("last_month").text(endpoint.last_month);
    writer.key("environment").begin_object();
    for (const auto& [name, value] : variables_of(endpoint)) {
        writer.key(name).text(*value);
    }
    writer.end_object().end_object();
    return writer.finish();
}

void check_faults(const sandbox::Options& options) {
    std::vector<std::string_view> names;
    const auto known = sandbox::fault_names();
    for (const auto& fault : known) {
        names.push_back(fault.name);
    }
    for (const sandbox::Fault& fault : options.faults) {
        if (std::find(names.begin(), names.end(), fault.name) != names.end()) {
            continue;
        }
        const auto suggestion = config::nearest(fault.name, names);
        throw FatalError(
            ExitCode::usage, ErrorCode::bad_input, fmt::format("there is no fault \"{}\"", sanitise(fault.name, 60)), "option --fault",
            suggestion ? fmt::format("Did you mean \"{}\"?", *suggestion) : fmt::format("The faults are {}", fmt::join(names, ", ")));
    }
}

}  // namespace

ExitCode run_sandbox(CommandContext& context) {
    const sandbox::Options& options = context.options.sandbox;
    check_faults(options);
    const auto served = sandbox::Sandbox::start(options);
    if (!served) {
        throw FatalError(served.error().code == ErrorCode::bad_input ? ExitCode::usage : ExitCode::local, served.error());
    }
    const sandbox::Endpoint& endpoint = (*served)->endpoint();
    context.out.write(context.options.json ? endpoint_json(endpoint) : endpoint_text(endpoint));
    context.reporter.log(
        LogLevel::info, "serving",
        fmt::format("the sandbox serves scenario {} (months up to {}); stop it with Ctrl-C", endpoint.scenario, endpoint.last_month),
        {{"api_url", endpoint.api_url}});
    wait_for_stop(context.stop, context.options.serve_for);
    return ExitCode::complete;
}

}  // namespace moisson::cli
