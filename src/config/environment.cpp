#include "config/environment.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>

#include <fmt/format.h>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/suggest.hpp"
#include "base/text.hpp"
#include "base/wipe.hpp"
#include "config/job_file.hpp"
#include "config/keys.hpp"

namespace moisson::config {

namespace {

/// Variables whose value is a secret itself; a proxy's may hold a password.
bool holds_secret(std::string_view name, std::string_view value) {
    if (value.empty()) {
        return false;
    }
    if (name == "MOISSON_SANDBOX_TOKEN") {
        return true;
    }
    const std::string small = lower(name);
    if (small == "http_proxy" || small == "https_proxy" || small == "all_proxy") {
        return value.find('@') != std::string_view::npos;
    }
    const auto keys = all_job_keys();
    return std::any_of(keys.begin(), keys.end(),
                       [&](const JobKey& key) { return key.kind == KeyKind::secret && is_variable(key.environment, name); });
}

}  // namespace

Environment take_process_environment() {
    Environment environment;
    for (char** entry = ::environ; entry != nullptr && *entry != nullptr; ++entry) {
        const std::string_view pair(*entry);
        const auto equals = pair.find('=');
        if (equals == std::string_view::npos) {
            continue;
        }
        const std::string name(pair.substr(0, equals));
        const std::string_view value = pair.substr(equals + 1);
        environment.emplace(name, value);
        if (holds_secret(name, value)) {
            // The bytes themselves: /proc/PID/environ shows what the kernel put there at the start, whatever the list says later.
            wipe(*entry + equals + 1, value.size());
        }
    }
    for (const auto& [name, value] : environment) {
        if (holds_secret(name, value)) {
            ::unsetenv(name.c_str());
        }
    }
    return environment;
}

void forget_secrets(Environment& environment) {
    for (auto at = environment.begin(); at != environment.end();) {
        if (holds_secret(at->first, at->second)) {
            wipe(at->second);
            at = environment.erase(at);
        } else {
            ++at;
        }
    }
}

std::vector<std::string> misspelt_variables(const Environment& environment) {
    const auto known = all_environment_variables();
    std::vector<std::string> sentences;
    for (const auto& [name, value] : environment) {
        const auto is_this = [&](std::string_view one) { return is_variable(one, name); };
        if (!name.starts_with("MOISSON_") || std::any_of(known.begin(), known.end(), is_this)) {
            continue;
        }
        const auto suggestion = nearest_word(name, known);
        sentences.push_back(fmt::format("the environment variable {} is not known{}", sanitise(name, 80),
                                        suggestion ? fmt::format("; did you mean {}?", *suggestion) : ""));
    }
    return sentences;
}

/// The run's date and every published byte hang on it: a slip of the pen must not be taken for "not set".
void check_source_date_epoch(const Environment& environment) {
    const auto found = environment.find("SOURCE_DATE_EPOCH");
    if (found != environment.end() && !found->second.empty() && !source_date_epoch()) {
        usage_error(fmt::format("SOURCE_DATE_EPOCH is no number of seconds since 1970: \"{}\"", sanitise(found->second, 80)),
                    "environment SOURCE_DATE_EPOCH", "Give it whole seconds, as `date +%s` shows them, or leave it unset");
    }
}

}  // namespace moisson::config
