#pragma once
/// What the tests of `config` share: a clock that stands still, a folder of their own, and the error that a job ends with.

#include <stdlib.h>

#include <filesystem>
#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "base/clock.hpp"
#include "base/files.hpp"
#include "config/job.hpp"
#include "support/manual_clock.hpp"
#include "support/scratch_folder.hpp"

namespace moisson::config::test {

using StillClock = moisson::test::ManualClock;

/// Paths as texts, for job files and command lines.
class Folder {
public:
    [[nodiscard]] std::string path(const std::string& name) const { return (folder_ / name).string(); }
    std::string write(const std::string& name, const std::string& text) const { return folder_.write(name, text).string(); }
    /// The text with the folder's name replaced, so that messages compare on every machine.
    [[nodiscard]] std::string without_folder(std::string text) const {
        for (auto at = text.find(folder_.path().string()); at != std::string::npos; at = text.find(folder_.path().string())) {
            text.replace(at, folder_.path().string().size(), "DIR");
        }
        return text;
    }

private:
    moisson::test::ScratchFolder folder_;
};

/// "where | message | hint" of the usage error that the call ends with; "no error" when it does not.
template <class Call>
std::string usage_error_of(const Call& call) {
    try {
        call();
    } catch (const FatalError& problem) {
        CHECK(problem.exit_code() == ExitCode::usage);
        return fmt::format("{} | {} | {}", problem.error().where, problem.error().message, problem.error().hint);
    }
    return "no error";
}

inline Job load(const CommandLine& command_line, const Environment& environment = {}, Need need = Need::no_credentials) {
    return load_job(command_line, environment, StillClock(), need);
}

/// Loads a job file of this text, named job.toml in messages.
inline std::string problem_of_job(const std::string& text, const Environment& environment = {}, Need need = Need::no_credentials) {
    const Folder folder;
    CommandLine command_line;
    command_line.job_file = folder.write("job.toml", text);
    return folder.without_folder(usage_error_of([&] { (void)load(command_line, environment, need); }));
}

}  // namespace moisson::config::test
