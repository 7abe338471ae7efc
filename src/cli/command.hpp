#pragma once
/// One command: what its help says, which options it takes, and its run. Each stands in its own NAME_command.cpp; commands.cpp lists them.

#include <chrono>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/exit_code.hpp"
#include "cli/arguments.hpp"
#include "cli/console_reporter.hpp"
#include "cli/output.hpp"
#include "config/job.hpp"

namespace moisson::cli {

/// What a run gets. It writes data to `out`, talk to `reporter`, and returns the exit code; what ends it early is FatalError.
struct CommandContext {
    const Talk& talk;
    const Clock& clock;
    config::Environment& environment;  ///< loses its secrets when a job has been loaded with them
    ConsoleReporter& reporter;
    std::shared_ptr<Redactor> redactor;  ///< learns the job's secrets; shared with the job, which learns those of its run
    Output& out;
    std::stop_token stop;
    std::chrono::seconds local_offset{0};  ///< what the clock on the user's wall shows, minus UTC
    /// Set by a command that has something to do when it has ended, however that was: gets the exit code, returns the one to end with.
    std::function<ExitCode(ExitCode)> at_end = {};
    /// Likewise; gets what ended the command early, when that has been printed.
    std::function<void(const Error&)> at_error = {};
};

using Run = std::function<ExitCode(CommandContext&)>;

/// Lines of help are at most this wide.
inline constexpr std::size_t help_width = 100;

/// A further part of a command's help: words, and what each means.
struct HelpSection {
    std::string_view title;
    std::vector<std::pair<std::string, std::string>> entries;
};

struct Command {
    std::string_view name;                        ///< "contracts create": its words on the command line
    std::string_view help;                        ///< one line
    std::string examples;                         ///< lines indented by two
    std::vector<ExitCode> exit_codes;             ///< what it may end with
    std::function<Run(Arguments&)> declare = {};  ///< says which options it takes; what it returns runs with the values that were given
    std::string_view note = {};                   ///< a sentence more
    std::vector<HelpSection> sections = {};
    std::string_view heading = {};  ///< under which lists of commands show it; those of one heading stand together. commands.cpp sets it
};

/// A command whose options are an `Options`: `declare` binds its members, `run` gets them.
template <class Options>
[[nodiscard]] Command with_options(Command command, void (*declare)(Arguments&, Options&),
                                   ExitCode (*run)(CommandContext&, const Options&)) {
    command.declare = [declare, run](Arguments& arguments) -> Run {
        const auto options = std::make_shared<Options>();
        declare(arguments, *options);
        return [run, options](CommandContext& context) { return run(context, *options); };
    };
    return command;
}

}  // namespace moisson::cli
