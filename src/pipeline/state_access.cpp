#include "pipeline/state_access.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/files.hpp"
#include "http/http.hpp"
#include "pipeline/local_settings.hpp"
#include "state/null_store.hpp"
#include "state/state_url.hpp"

namespace moisson::pipeline {

namespace {

/// What lies beside the state takes its folder and name: those of its file, or of the place where a file would be.
std::filesystem::path state_file(const config::Job& job) {
    std::filesystem::path file = state::local_file(config::state_url_of(job));
    return file.empty() ? std::filesystem::path(job.export_.out) / ".moisson" / "state" : file;
}

constexpr std::string_view this_machine = "loopback";
constexpr std::string_view sources_joint = ", ";

/// Without empty parts.
std::vector<std::string_view> split(std::string_view text, std::string_view joint) {
    std::vector<std::string_view> parts;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(joint), text.size());
        if (end > 0) {
            parts.push_back(text.substr(0, end));
        }
        text.remove_prefix(std::min(end + joint.size(), text.size()));
    }
    return parts;
}

bool is_loopback(const std::string& host) { return host == "localhost" || host == "::1" || host.starts_with("127."); }

std::string service_identity(const std::string& source) {
    const auto url = http::Url::parse(source);
    if (!url) {
        return source;  // "sandbox:<scenario>"
    }
    return is_loopback(url->host) ? std::string(this_machine) : fmt::format("{}:{}", url->host, url->port);
}

/// The state's own errors know neither the setting that named it nor, where it is a folder that cannot be made, what to do.
template <class Work>
auto of_state(const config::Job& job, Work work) {
    try {
        return work();
    } catch (const FatalError& problem) {
        Error error = problem.error();
        if (error.where.empty()) {
            error.where = place_of(job, "state.state_url");
        }
        if (error.hint.empty()) {
            error.hint = "Choose another place for the state (--out, or MOISSON_STATE)";
        }
        throw FatalError(problem.exit_code(), std::move(error));
    }
}

}  // namespace

std::unique_ptr<state::StateStore> when_free(const config::Job& job, Reporter& reporter, const std::stop_token& stop,
                                             const std::function<std::unique_ptr<state::StateStore>()>& open) {
    constexpr std::chrono::milliseconds pause{250};
    const auto until = std::chrono::steady_clock::now() + job.export_.lock_wait;
    for (bool is_told = false;; is_told = true) {
        try {
            return open();
        } catch (const FatalError& problem) {
            if (problem.exit_code() != ExitCode::locked || std::chrono::steady_clock::now() >= until) {
                throw;
            }
            if (!is_told) {
                reporter.log(LogLevel::info, "lock-wait", fmt::format("waiting for another run's end: {}", problem.error().message));
            }
        }
        std::mutex mutex;
        std::condition_variable_any changed;
        std::unique_lock lock(mutex);
        if (changed.wait_for(lock, stop, pause, [&] { return stop.stop_requested(); })) {
            throw FatalError(ExitCode::interrupted, ErrorCode::cancelled, "stopped while another run held the state");
        }
    }
}

std::unique_ptr<state::StateStore> open_state(const config::Job& job, const std::string& run_id) {
    return of_state(job, [&] {
        auto store = state::open_state_store(config::state_url_of(job), fmt::format("export, run {}", run_id));
        // A store that is no file makes no folder; what lies beside the state is kept from others there, too.
        if (auto made = make_own_folders(state_folder(job), ".moisson"); !made) {
            throw FatalError(ExitCode::local, std::move(made.error()));
        }
        return store;
    });
}

bool has_state(const config::Job& job) {
    return of_state(job, [&] { return state::has_state_store(config::state_url_of(job)); });
}

std::unique_ptr<state::StateStore> open_state_for_reading(const config::Job& job) {
    if (!has_state(job)) {
        return std::make_unique<state::NullStore>();
    }
    return of_state(job, [&] { return state::open_state_store(config::state_url_of(job), "plan"); });
}

std::filesystem::path state_folder(const config::Job& job) { return state_file(job).parent_path(); }

std::unique_ptr<transfer::ObjectStore> open_object_store(const config::Job& job) {
    auto store = transfer::ObjectStore::open(state_folder(job));
    if (!store) {
        throw FatalError(ExitCode::local, store.error());
    }
    return std::move(*store);
}

void tell_of_rights(const config::Job& job, const state::StateStore& state, const transfer::ObjectStore* store, Reporter& reporter) {
    const bool was_log_open = store != nullptr && keep_to_owner(provenance_path(job));
    if (state.was_open_to_others() || was_log_open || (store != nullptr && store->was_open_to_others())) {
        reporter.log(LogLevel::info, "rights-taken",
                     fmt::format("other users of this machine could use what an earlier run keeps in {}: that is over now",
                                 sanitise(state_folder(job).string())));
    }
    for (const std::filesystem::path& folder : {std::filesystem::path(job.export_.out), state_folder(job)}) {
        if (is_open_to_all(folder)) {
            reporter.log(LogLevel::warning, "folder-open-to-all",
                         fmt::format("every user of this machine can replace what is in {}: take that right away (chmod o-w)",
                                     sanitise(folder.string())));
        }
    }
}

std::filesystem::path journal_path(const config::Job& job) {
    std::filesystem::path path = state_file(job);
    path += ".fetched";
    return path;
}

std::filesystem::path provenance_path(const config::Job& job) {
    std::filesystem::path path = state_file(job);
    path += ".provenance";
    return path;
}

void claim_state(state::StateStore& state, const std::string& source, bool may_write) {
    const std::string owner = state.source();
    std::set<std::string> services;
    for (const std::string_view one : split(source, sources_joint)) {
        services.insert(service_identity(std::string(one)));
    }
    std::set<std::string> owners;
    for (const std::string_view one : split(owner, sources_joint)) {
        owners.emplace(one);
    }
    const std::string service = fmt::format("{}", fmt::join(services, sources_joint));
    const bool is_shared = std::any_of(services.begin(), services.end(), [&](const std::string& one) { return owners.contains(one); });
    if (owner.empty() || is_shared) {
        services.merge(owners);
        const std::string all = fmt::format("{}", fmt::join(services, sources_joint));
        if (may_write && all != owner) {
            state.set_source(all);
        }
        return;
    }
    throw FatalError(ExitCode::usage, ErrorCode::bad_input,
                     fmt::format("this state belongs to {}, and this run would read {}", sanitise(owner), sanitise(service)), "",
                     "Choose another --out (or MOISSON_STATE): documents of two services must not mix in one ledger");
}

void keep_sandbox_apart(const config::Job& job) {
    if (!job.sandbox.enabled || !job.state.state_url.empty()) {
        return;
    }
    const std::filesystem::path real = std::filesystem::path(job.export_.out) / ".moisson" / "state.sqlite3";
    std::error_code problem;
    if (!std::filesystem::exists(real, problem)) {
        return;
    }
    const std::string owner = state::open_state_store(real.string(), "export from the sandbox")->source();
    if (!owner.empty() && owner != this_machine) {
        throw FatalError(
            ExitCode::usage, ErrorCode::bad_input,
            fmt::format("{} holds months of {}; the sandbox must not publish among them", sanitise(job.export_.out), sanitise(owner)), "",
            "Choose another --out for the sandbox");
    }
}

}  // namespace moisson::pipeline
