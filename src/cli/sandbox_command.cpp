/// `sandbox`: serves the stand-in API and says how to reach it.

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/suggest.hpp"
#include "cli/command.hpp"
#include "cli/foreground.hpp"
#include "cli/job_options.hpp"
#include "cli/json_text.hpp"
#include "cli/next_step.hpp"
#include "cli/signals.hpp"
#include "config/keys.hpp"
#include "sandbox/invoice_files.hpp"
#include "sandbox/postman.hpp"
#include "sandbox/sandbox.hpp"

namespace moisson::cli {

namespace {

struct SandboxOptions {
    sandbox::Options sandbox;
    std::string postman_folder;         ///< where the environment and the collection for Postman go; empty: nowhere
    std::string invoice_folder;         ///< where the scenario's invoices go as files; empty: nowhere
    std::chrono::seconds serve_for{0};  ///< 0: until a signal
    std::vector<std::string> command;   ///< is run with the variables set, and served until it ends; empty: none
};

/// "NAME" or "NAME=P"; what is wrong with it, else empty.
std::string read_fault(const std::string& written, std::vector<sandbox::Fault>& faults) {
    const auto equals = written.find('=');
    sandbox::Fault fault;
    fault.name = written.substr(0, equals);
    if (equals != std::string::npos) {
        constexpr std::size_t shown_bytes_max = 60;
        const auto probability = parse_number(std::string_view(written).substr(equals + 1));
        if (!probability || !(*probability >= 0 && *probability <= 1)) {
            return must_be("NAME or NAME=P with P from 0 to 1", written, shown_bytes_max);
        }
        fault.probability = *probability;
    }
    faults.push_back(std::move(fault));
    return {};
}

std::string read_time(const std::string& written, std::chrono::seconds& time) {
    const auto read = parse_duration(written);
    if (!read || read->count() == 0) {
        return must_be("a duration such as 90s, 30m or 2h", written);
    }
    time = *read;
    return {};
}

/// What --fault may name, as a section of the help.
HelpSection fault_list() {
    HelpSection section{.title = "Faults", .entries = {}};
    for (const sandbox::FaultName& fault : sandbox::fault_names()) {
        section.entries.emplace_back(fault.name, fault.effect);
    }
    return section;
}

std::vector<std::string> names_of_faults() {
    std::vector<std::string> names;
    for (const sandbox::FaultName& fault : sandbox::fault_names()) {
        names.emplace_back(fault.name);
    }
    return names;
}

void declare_sandbox(Arguments& arguments, SandboxOptions& options) {
    sandbox::Options& sandbox = options.sandbox;
    arguments.whole("--port", 0, 65535, sandbox.port, "loopback port (default: a free one)");
    arguments.text("--scenario", "NAME|FILE", sandbox.scenario, "what it holds: small (default), clean, large, books or a file")
        .among(names_of_scenarios());
    arguments.whole("--contracts", 0, 1'000'000, sandbox.contracts, "number of contracts instead of the scenario's");
    arguments.whole("--months", 0, 1200, sandbox.months, "number of months instead of the scenario's");
    arguments.whole("--seed", 0, UINT64_MAX, sandbox.seed, "seed of names, amounts and files instead of the scenario's");
    arguments.flag("--tls", sandbox.tls, "serve https with a certificate of its own authority");
    arguments.text("--ca-file", "FILE", sandbox.ca_file, "where to write that authority's certificate (PEM); implies --tls");
    arguments
        .parsed_each(
            "--fault", "NAME=P", [&sandbox](const std::string& written) { return read_fault(written, sandbox.faults); },
            "a fault and how often it strikes, 0 to 1; repeatable")
        .among(names_of_faults());
    arguments.text("--postman", "DIR", options.postman_folder, "write an environment and a collection for Postman into this folder");
    arguments.text("--write-invoices", "DIR", options.invoice_folder, "write every invoice into this folder: PDF, CII and UBL in turn");
    arguments.text("--account", "NAME", sandbox.account, "whose API key is printed (default: the scenario's first account)");
    arguments.text("--application", "NAME", sandbox.application,
                   "whose id and secret are printed (default: the scenario's first application)");
    arguments.text("--db", "FILE", sandbox.database, "keep orders, users, keys and the count of runs in this file (SQLite)");
    arguments.whole("--run", 1, 1'000'000, sandbox.run, "the run that the first contract list belongs to (default: 1)");
    arguments.text("--access-log", "FILE", sandbox.access_log, "file that gets one JSON line a request");
    const Argument serve_for = arguments.parsed(
        "--for", "TIME", [&options](const std::string& written) { return read_time(written, options.serve_for); },
        "serve only for this time (90s, 30m, 2h)");
    const char* const help = "behind --: a command to run with the variables set; its end ends the sandbox";
    arguments.words_behind_dashes("COMMAND", options.command, help).excludes(serve_for);
    arguments.talk();
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
    variables.emplace_back("MOISSON_SANDBOX_URL", &endpoint.admin_url);
    variables.emplace_back("MOISSON_SANDBOX_TOKEN", &endpoint.admin_token);
    return variables;
}

/// "OCB0001001, OCB0001002 and 10 more"
std::string some_of(const std::vector<std::string>& names) {
    constexpr std::size_t shown_max = 4;
    if (names.size() <= shown_max) {
        return fmt::format("{}", fmt::join(names, ", "));
    }
    return fmt::format("{} and {} more", fmt::join(names.begin(), names.begin() + shown_max, ", "), names.size() - shown_max);
}

/// Who there is, as comments of a shell script.
std::string directory_text(const sandbox::Directory& directory) {
    std::string text = "\n# Accounts (--account):\n";
    for (const sandbox::AccountInfo& account : directory.accounts) {
        text += fmt::format("#\n# {}: {}, login {}, {}\n", account.name, account.type, account.login, account.email);
        if (account.type == "administrator") {
            text += fmt::format("#   perimeter: {} x {}\n", fmt::join(account.billing_accounts, ", "), fmt::join(account.offers, ", "));
        }
        text += fmt::format("#   contracts: {}\n", account.contracts.empty() ? "none" : some_of(account.contracts));
        std::vector<std::string> roles;
        for (const auto& [section, role] : account.roles) {
            roles.push_back(section + " " + role);
        }
        text += fmt::format("#   roles: {}\n", fmt::join(roles, ", "));
        for (const sandbox::KeyInfo& key : directory.keys) {
            if (key.account == account.name) {
                text += fmt::format("#   key {}, {}, issued {}, expires {}:\n#   {}\n", key.id, key.state, key.issued_at, key.expires_at,
                                    key.key);
            }
        }
    }
    text += "\n# Applications (--application): name, subscription, client id, client secret\n";
    for (const sandbox::ApplicationInfo& application : directory.applications) {
        text += fmt::format("#   {:<14}{:<14}{}  {}\n", application.name, application.subscription, application.client_id,
                            application.client_secret);
    }
    text += "\n# Offers for new contracts:\n";
    for (const sandbox::OfferInfo& offer : directory.offers) {
        text += fmt::format("#   {:<14}{}\n", offer.code, offer.name);
    }
    return text;
}

std::string endpoint_text(const sandbox::Endpoint& endpoint) {
    std::string text;
    for (const auto& [name, value] : variables_of(endpoint)) {
        text += fmt::format("export {}={}\n", name, shell_quote(*value));
    }
    return text;
}

void write_account(JsonWriter& writer, const sandbox::AccountInfo& account, const std::vector<sandbox::KeyInfo>& keys) {
    writer.begin_object();
    writer.key("name").text(account.name);
    writer.key("login").text(account.login);
    writer.key("email").text(account.email);
    writer.key("type").text(account.type);
    writer.texts("billing_accounts", account.billing_accounts);
    writer.texts("offers", account.offers);
    writer.texts("contracts", account.contracts);
    writer.key("roles").begin_object();
    for (const auto& [section, role] : account.roles) {
        writer.key(section).text(role);
    }
    writer.end_object();
    writer.key("keys").begin_array();
    for (const sandbox::KeyInfo& key : keys) {
        if (key.account != account.name) {
            continue;
        }
        writer.begin_object();
        writer.key("id").text(key.id);
        writer.key("state").text(key.state);
        writer.key("issued_at").text(key.issued_at);
        writer.key("expires_at").text(key.expires_at);
        writer.key("key").text(key.key);
        writer.end_object();
    }
    writer.end_array().end_object();
}

void write_directory(JsonWriter& writer, const sandbox::Directory& directory) {
    writer.key("accounts").begin_array();
    for (const sandbox::AccountInfo& account : directory.accounts) {
        write_account(writer, account, directory.keys);
    }
    writer.end_array().key("applications").begin_array();
    for (const sandbox::ApplicationInfo& application : directory.applications) {
        writer.begin_object();
        writer.key("name").text(application.name);
        writer.key("client_id").text(application.client_id);
        writer.key("client_secret").text(application.client_secret);
        writer.key("subscription").text(application.subscription);
        writer.end_object();
    }
    writer.end_array();
    writer.texts("billing_accounts", directory.billing_accounts);
    writer.key("offers").begin_array();
    for (const sandbox::OfferInfo& offer : directory.offers) {
        writer.begin_object();
        writer.key("code").text(offer.code);
        writer.key("name").text(offer.name);
        writer.end_object();
    }
    writer.end_array();
}

std::string endpoint_json(const sandbox::Endpoint& endpoint, const sandbox::Directory& directory) {
    JsonWriter writer(JsonWriter::Layout::one_line);
    writer.begin_answer();
    writer.key("scenario").text(endpoint.scenario);
    writer.key("last_month").text(endpoint.last_month);
    writer.key("environment").begin_object();
    for (const auto& [name, value] : variables_of(endpoint)) {
        writer.key(name).text(*value);
    }
    writer.end_object();
    writer.key("account").text(endpoint.account);
    write_directory(writer, directory);
    writer.end_object();
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
        const auto suggestion = nearest_word(fault.name, names);
        throw FatalError(
            ExitCode::usage, ErrorCode::bad_input, fmt::format("there is no fault \"{}\"", sanitise(fault.name, 60)), "option --fault",
            suggestion ? fmt::format("Did you mean \"{}\"?", *suggestion) : fmt::format("The faults are {}", fmt::join(names, ", ")));
    }
}

/// What the command gets: the sandbox's variables, and of ours none that sets something for a job. Made-up months belong into no state and
/// no database of a real service, either.
config::Environment environment_for(const config::Environment& ours, const sandbox::Endpoint& endpoint) {
    config::Environment environment = ours;
    for (const std::string_view name : config::all_environment_variables()) {
        environment.erase(std::string(name));
    }
    for (const auto& [name, value] : variables_of(endpoint)) {
        environment[std::string(name)] = *value;
    }
    return environment;
}

/// What is laid into folders before it serves.
void write_folders(CommandContext& context, const SandboxOptions& options, const sandbox::Sandbox& served) {
    if (!options.postman_folder.empty()) {
        const auto files = sandbox::write_postman(options.postman_folder, served.endpoint(), served.directory());
        if (!files) {
            throw FatalError(ExitCode::local, files.error());
        }
        context.reporter.log(LogLevel::info, "postman",
                             fmt::format("for Postman: {} and {}", sanitise(files->environment), sanitise(files->collection)));
    }
    if (!options.invoice_folder.empty()) {
        const auto count = sandbox::write_invoices(options.invoice_folder, options.sandbox);
        if (!count) {
            throw FatalError(ExitCode::local, count.error());
        }
        context.reporter.log(LogLevel::info, "inbox", fmt::format("{} invoices in {}", *count, sanitise(options.invoice_folder)));
    }
}

/// Serves until a stop is asked for or the time is over: both are its regular end.
ExitCode run_sandbox(CommandContext& context, const SandboxOptions& options) {
    sandbox::Options what = options.sandbox;
    what.tls = what.tls || !what.ca_file.empty();
    check_faults(what);
    const auto served = sandbox::Sandbox::start(what);
    if (!served) {
        const ErrorCode code = served.error().code;
        throw FatalError(code == ErrorCode::bad_input ? ExitCode::usage
                         : code == ErrorCode::locked  ? ExitCode::locked
                                                      : ExitCode::local,
                         served.error());
    }
    const sandbox::Endpoint& endpoint = (*served)->endpoint();
    write_folders(context, options, **served);
    if (!options.command.empty()) {
        return static_cast<ExitCode>(run_in_foreground(options.command, environment_for(context.environment, endpoint), context.stop));
    }
    const sandbox::Directory directory = (*served)->directory();
    context.out.write(context.talk.json ? endpoint_json(endpoint, directory) : endpoint_text(endpoint) + directory_text(directory));
    context.reporter.log(
        LogLevel::info, "serving",
        fmt::format("the sandbox serves scenario {} (months up to {}); stop it with Ctrl-C", endpoint.scenario, endpoint.last_month),
        {{"api_url", endpoint.api_url}});
    wait_for_stop(context.stop, options.serve_for);
    return ExitCode::complete;
}

}  // namespace

Command sandbox_command() {
    return with_options({.name = "sandbox",
                         .help = "serve a local stand-in of the API",
                         .examples = "  moisson sandbox --port 8080\n"
                                     "  moisson sandbox --tls --ca-file ca.pem --scenario clean --fault throttle-429=0.05\n"
                                     "  moisson sandbox --scenario clean -- moisson export --period 2026-10\n",
                         .exit_codes = {ExitCode::complete, ExitCode::internal, ExitCode::usage, ExitCode::local, ExitCode::locked},
                         .note = "It prints the MOISSON_ variables to set, then serves until SIGINT or SIGTERM, which end it with 0. "
                                 "A command behind -- gets these variables instead; the sandbox ends with it, and with its exit code.",
                         .sections = {fault_list()}},
                        declare_sandbox, run_sandbox);
}

}  // namespace moisson::cli
