#pragma once
/// Where secrets come from: an environment variable or job file key itself, a file, or a command's output. Nothing here ever prints one.

#include <chrono>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "config/job.hpp"
#include "config/job_file.hpp"

namespace moisson::config {

/// A command line's words: blanks part them; '…' takes all as it stands; "…" takes all but \" and \\; outside quotes \ takes the next
/// character. No variable, pattern or tilde is expanded. `bad_input`: an open quote, nothing at all, or an unquoted shell operator
/// (pipe, redirection, `;`, `&`, `$(`, backtick), since no shell runs it.
[[nodiscard]] Result<std::vector<std::string>> split_words(std::string_view command);

/// What the command printed, without the line ends at its end. Run directly (posix_spawn, PATH searched), standard input empty, standard
/// error passed on, no other descriptor, signals as a fresh program has them, in a process group of its own. After `time_max`, at a stop
/// and beyond 64 KiB of output the whole group is killed. `bad_input`: not found, ended by a signal, non-zero, too slow, too long;
/// `cancelled`: stopped. The output is in no message.
[[nodiscard]] Result<std::string> run_command(const std::vector<std::string>& words, const Environment& environment,
                                              std::chrono::milliseconds time_max, std::stop_token stop = {});

/// The same for a command that makes bytes of bytes: it reads `input`, and what it printed comes back whole, at most `output_bytes_max`.
[[nodiscard]] Result<std::string> run_filter(const std::vector<std::string>& words, const Environment& environment, std::string_view input,
                                             std::size_t output_bytes_max, std::chrono::milliseconds time_max, std::stop_token stop = {});

/// What a secret's command gets of the environment: all but the variables of secrets, in all their ways. Proxies stay: it may need them.
[[nodiscard]] Environment environment_for_command(const Environment& environment);

enum class Layer { none, job_file, environment };

/// The table in which the three keys of a secret stand: [api], or one of the [[perimeter]] tables.
struct SecretTable {
    SecretTable(std::string_view name) : table(name) {}  // NOLINT(google-explicit-constructor): a table's name is all that most need
    SecretTable(const char* name) : table(name) {}       // NOLINT(google-explicit-constructor)
    SecretTable(std::string_view name, const Record& record_of_it, std::string variable_part)
        : table(name), record(&record_of_it), part(std::move(variable_part)) {}

    std::string_view table;
    const Record* record = nullptr;  ///< of a repeated table; outlives this
    std::string part;                ///< what its variables have in the place of `*`
};

/// Where `find_secret` would find it, without reading it.
[[nodiscard]] Layer layer_of_secret(std::string_view name, const JobFile& file, const Environment& environment,
                                    const SecretTable& table = "api");

/// "every user of this machine can read FILE: run chmod 600 FILE"; empty when only its owner and the owner's group can.
[[nodiscard]] std::string openness_of_file(const std::string& path);

struct FoundSecret {
    Secret value;
    Layer layer = Layer::none;
    std::string origin;  ///< "environment MOISSON_API_KEY_FILE", "job file line 4"
    bool plain_in_job_file = false;
    std::string file;  ///< the file that held it; empty: it came another way
};

/// `name`: the job key's name, e.g. "client_secret", of the table `table`. The environment's ways beat the job file's; an
/// empty variable counts as not set.
/// FatalError(usage): two ways in the same place, an unreadable or empty file, a failing command, a value with control characters in it.
/// FatalError(interrupted) when stopped.
[[nodiscard]] FoundSecret find_secret(std::string_view name, const JobFile& file, const Environment& environment,
                                      const SecretTable& table = "api", std::stop_token stop = {});

}  // namespace moisson::config
