#pragma once
/// The command line as values: which command, with what. Nothing is opened or called to make one.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/commands.hpp"

namespace moisson::cli {

/// What parsing came to: a command to run with what was given for it, or a text to print, or an error.
struct Parsed {
    Run run;  ///< empty: see the two below
    Talk talk;
    std::string text;            ///< for standard output: help or version
    std::optional<Error> error;  ///< a wrong command line
    bool json = false;           ///< `--json` was on it, so that the error is JSON too
};

/// `arguments` without the program's name. Never throws for a wrong command line.
[[nodiscard]] Parsed parse_command_line(const std::vector<std::string>& arguments, const std::vector<Command>& table = commands());

/// One option or argument, as manual pages and completion tell it.
struct Parameter {
    std::vector<std::string> names;  ///< "-v", "--verbose"; of an argument its one name, "JOB.toml"
    std::string value;               ///< what it takes, as the help shows it: "DIR"; empty: nothing, or an argument
    std::string help;
    std::vector<std::string> choices;  ///< see `Argument::among`
    bool is_argument = false;
    bool is_required = false;
    bool is_repeatable = false;
};

/// The program, a word that several commands begin with, or a command: all that its help is made of.
struct CommandInfo {
    std::string name;  ///< "contracts list"; empty: the program
    std::string help;
    std::vector<Parameter> parameters;  ///< in the order of the help
    std::optional<Command> command;     ///< none: not one by itself
};
/// In the order of the help, a word before the commands that begin with it.
[[nodiscard]] std::vector<CommandInfo> describe_commands();

/// Of the program as a whole.
[[nodiscard]] std::string_view program_description() noexcept;
[[nodiscard]] std::string_view program_examples() noexcept;
/// Names, and what they mean; without names: of those above.
[[nodiscard]] const std::vector<std::pair<std::string_view, std::string_view>>& environment_variables();

/// One option or positional of one command, for the test that holds help, README and code together.
struct OptionInfo {
    std::string command;  ///< "export", "contracts list"; empty: the program's own
    std::string name;     ///< "--period", or "JOB.toml"
    std::string help;
};
[[nodiscard]] std::vector<OptionInfo> all_options();
/// "export", "plan", … "contracts list" …, in the order of the help.
[[nodiscard]] std::vector<std::string> all_commands();
/// The text of `moisson COMMAND --help`, also of a word that several commands begin with; no command: of `moisson --help`. Empty: there is
/// none.
[[nodiscard]] std::string help_of(const std::string& command);

}  // namespace moisson::cli
