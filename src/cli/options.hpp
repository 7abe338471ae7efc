#pragma once
/// The command line as values: which command, with what. Nothing is opened or called to make one.

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "cli/books_options.hpp"
#include "cli/exit_codes.hpp"
#include "cli/write_options.hpp"
#include "config/job.hpp"
#include "sandbox/sandbox.hpp"

namespace moisson::cli {

enum class Command {
    export_,
    plan,
    verify,
    close,
    explain,
    doctor,
    contracts_list,
    contracts_show,
    contracts_create,
    users_add,
    documents_list,
    documents_get,
    templates_list,
    templates_show,
    templates_test,
    postman,
    sandbox,
    sandbox_keys_list,
    sandbox_keys_issue,
    sandbox_keys_age,
    sandbox_keys_revoke,
};

struct Options {
    Command command = Command::export_;
    config::CommandLine settings;  ///< what goes into the job
    bool json = false;
    bool log_json = false;
    int verbosity = 0;             ///< `-v` adds one, `-q` takes one away
    bool progress = true;

    std::string path;         ///< verify: what to check
    std::vector<std::string> paths;  ///< postman: environment, collection
    std::string contract_id;  ///< contracts show, documents, explain
    std::vector<std::string> document_types;  ///< documents list; empty: all
    std::string document_id;  ///< documents get, explain
    std::string target;       ///< documents get: the file to write; empty: named after the document; postman: job file or folder

    std::vector<std::string> template_names;  ///< templates show, templates test

    WriteOptions write;  ///< users add, contracts create
    BooksOptions books;  ///< close

    bool force = false;          ///< postman: replace files that are there
    std::string postman_folder;  ///< sandbox: where the environment and the collection for Postman go; empty: nowhere

    sandbox::Options sandbox;            ///< sandbox
    std::string key_name;                ///< sandbox keys: the account (issue), or the key's id
    std::uint32_t key_days = 0;          ///< sandbox keys age
    std::chrono::seconds serve_for{0};   ///< sandbox: 0: until a signal
};

/// What parsing came to: options to run with, or a text to print and an exit code.
struct Parsed {
    std::optional<Options> options;
    std::string text;         ///< for standard output: help or version
    std::optional<Error> error;  ///< a wrong command line
    bool json = false;        ///< `--json` was on it, so that the error is JSON too
};

/// `arguments` without the program's name. Never throws for a wrong command line.
[[nodiscard]] Parsed parse_command_line(const std::vector<std::string>& arguments);

/// One option or positional of one command, for the test that holds help, README and code together.
struct OptionInfo {
    std::string command;  ///< "export", "contracts list"; empty: the program's own
    std::string name;     ///< "--period", or "JOB.toml"
    std::string help;
};
[[nodiscard]] std::vector<OptionInfo> all_options();
/// "export", "plan", … "contracts list" …, in the order of the help.
[[nodiscard]] std::vector<std::string> all_commands();
/// The text of `moisson COMMAND --help`; empty command: of `moisson --help`.
[[nodiscard]] std::string help_of(const std::string& command);

}  // namespace moisson::cli
