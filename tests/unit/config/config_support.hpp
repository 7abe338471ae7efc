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

namespace moisson::config::test {

class StillClock final : public Clock {
public:
    explicit StillClock(const char* instant = "2026-11-22T10:00:00Z") : now_(*parse_timestamp(instant)) {}
    [[nodiscard]] Timestamp now() const override { return now_; }
    [[nodiscard]] std::chrono::steady_clock::time_point steady_now() const override { return {}; }

private:
    Timestamp now_;
};

/// A folder that is gone after the test.
class Folder {
public:
    Folder() {
        std::string pattern = (std::filesystem::temp_directory_path() / "moisson-config-XXXXXX").string();
        REQUIRE(::mkdtemp(pattern.data()) != nullptr);
        path_ = pattern;
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    [[nodiscard]] std::string path(const std::string& name) const { return (path_ / name).string(); }
    std::string write(const std::string& name, const std::string& text) const {
        REQUIRE(write_file(path_ / name, text).has_value());
        return path(name);
    }
    /// The text with the folder's name replaced, so that messages compare on every machine.
    [[nodiscard]] std::string without_folder(std::string text) const {
        for (auto at = text.find(path_.string()); at != std::string::npos; at = text.find(path_.string())) {
            text.replace(at, path_.string().size(), "DIR");
        }
        return text;
    }

private:
    std::filesystem::path path_;
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
