/// The steps of `doctor` that need no network: job file, secrets, age of the key, state store, room on disk. They change nothing.

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "api/token_keeper.hpp"
#include "base/counts.hpp"
#include "base/files.hpp"
#include "doctor/steps.hpp"
#include "pipeline/horizon.hpp"
#include "pipeline/secrecy.hpp"
#include "pipeline/state_access.hpp"
#include "archive/archive.hpp"
#include "state/ledger_database.hpp"
#include "state/state_url.hpp"

namespace moisson::doctor {

namespace {

constexpr std::uint64_t free_bytes_low = 1'000'000'000;  // a month of a few hundred contracts is some hundred megabytes
constexpr std::uint64_t free_bytes_none = 50'000'000;

void check_secret(Visit& visit, const char* key, const char* words) {
    visit.ok("credentials", fmt::format("{} from {}", words, sanitise(visit.job.origins[fmt::format("{}.{}", visit.origins, key)])));
}

void check_oddities(Visit& visit) {
    const config::Job& job = visit.job;
    const std::string of_basic = job.api.basic.empty() ? std::string() : api::oddity_of_basic(api::clean_basic(job.api.basic.reveal()));
    if (!of_basic.empty()) {
        visit.fail_with("credentials", fmt::format("the Basic value cannot be right: {}", of_basic),
                        "Copy the finished Authorization header of the application from the developer portal (My apps), whole and alone",
                        ExitCode::refused);
    }
    if (const std::string oddity = oddity_of_api_key(job.api.api_key.reveal()); !oddity.empty()) {
        visit.warn("credentials", fmt::format("the API key looks odd: {}", oddity),
                   "Compare it with the one that was mailed (about 1,200 characters); it may have been cut when it was pasted");
    }
}

bool on_one_file_system(const std::filesystem::path& one, const std::filesystem::path& other) {
    struct stat first {};
    struct stat second {};
    return ::stat(one.c_str(), &first) == 0 && ::stat(other.c_str(), &second) == 0 && first.st_dev == second.st_dev;
}

void check_space(Visit& visit, const std::filesystem::path& folder, const std::string& what) {
    const auto space = free_bytes(folder);
    if (!space) {
        visit.warn("output", fmt::format("{}: {}", what, space.error().to_line()));
    } else if (*space < free_bytes_none) {
        visit.fail_with("output", fmt::format("{}: the disk is full, only {} free", what, format_bytes(*space)),
                        "Free space, or choose another place (--out, MOISSON_STATE)", ExitCode::local);
    } else if (*space < free_bytes_low) {
        visit.warn("output", fmt::format("{}: {} free", what, format_bytes(*space)),
                   "Free space: documents are kept twice, in the store and in the bundle");
    } else {
        visit.ok("output", fmt::format("{}: {} free", what, format_bytes(*space)));
    }
}

void check_rights(Visit& visit, const std::filesystem::path& folder) {
    if (is_open_to_all(folder)) {
        visit.warn("output", fmt::format("every user of this machine can replace what is in {}", sanitise(folder.string())),
                   "Take that right away (chmod o-w), or publish somewhere else");
    }
}

/// A limit of the shell or of a service manager (ulimit -f, LimitFSIZE=) looks like a full disk in the middle of a run.
void check_file_size_limit(Visit& visit) {
    rlimit limit{};
    if (::getrlimit(RLIMIT_FSIZE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur >= free_bytes_low) {
        return;
    }
    const std::string text = fmt::format("this process may write no file longer than {}", format_bytes(limit.rlim_cur));
    const std::string remedy = "Raise the limit (ulimit -f unlimited, LimitFSIZE= of the service): the bundle holds all of a month";
    if (limit.rlim_cur < free_bytes_none) {
        visit.fail_with("output", text, remedy, ExitCode::local);
    } else {
        visit.warn("output", text, remedy);
    }
}

/// An export goes on without its database, so a failure here ends it with `incomplete` only.
void check_database(Visit& visit) {
    if (visit.job.output.database.url.empty()) {
        return;
    }
    const Status found = state::check_ledger_database({visit.job.output.database.url.reveal(), visit.job.output.database.schema, nullptr});
    if (found) {
        visit.ok("output", fmt::format("ledger database: reached, schema {}", visit.job.output.database.schema));
        return;
    }
    Check check = check_of_error(found.error(), "output");
    check.exit_code = ExitCode::incomplete;
    visit.add(std::move(check));
}

/// Likewise.
void check_archive(Visit& visit) {
    const config::ArchiveSettings& settings = visit.job.archive;
    if (settings.url.empty() || (!settings.bucket.empty() && settings.access_key_id.empty())) {
        return;  // without credentials the archive's are not read either
    }
    auto store = archive::open_store(visit.job, visit.conditions.clock, visit.conditions.stop);
    auto protection = store ? (*store)->protection() : fail(std::move(store.error()));
    const auto months = protection ? archive::newest_months(**store) : fail(std::move(protection.error()));
    if (!months) {
        Check check = check_of_error(months.error(), "output");
        check.exit_code = ExitCode::incomplete;
        visit.add(std::move(check));
        return;
    }
    const std::string reached = fmt::format("archive {}: reached, {}", sanitise((*store)->name()), plural(months->size(), "month"));
    if (settings.bucket.empty() || protection->locks) {
        visit.ok("output", reached);
    } else {
        visit.warn("output", fmt::format("{}, no object lock, {}", reached, protection->versions ? "versions kept" : "no versioning"),
                   "Months can be deleted there: give the bucket versioning and object lock");
    }
}

CredentialHorizon horizon_of(const Visit& visit) {
    const std::string url = config::state_url_of(visit.job);
    return pipeline::key_horizon(
        visit.job, [&](const std::string& name) { return state::peek_setting(url, name); }, visit.conditions.clock);
}

void check_key_age(Visit& visit) {
    visit.horizon = horizon_of(visit);
    const CredentialHorizon& horizon = visit.horizon;
    if (!horizon.api_key_days_left) {
        visit.skip("key-age",
                   "the API key's age cannot be told: it shows no date, and no earlier run saw it. Keys live two years: "
                   "api_key_issued in the job file makes every run warn in time");
        return;
    }
    const std::string text = fmt::format("{}; {}", api_key_sentence(horizon), api_key_left_words(horizon));
    if (*horizon.api_key_days_left > api_key_warning_days) {
        visit.ok("key-age", text);
    } else {
        const bool over = *horizon.api_key_days_left < 0;
        visit.warn("key-age", text,
                   std::string((over ? FindingCode("api-key-expired") : FindingCode("api-key-expires-soon")).kind().remedy.english()));
    }
}

}  // namespace

void Visit::add(const FatalError& problem, std::string_view name) {
    if (problem.exit_code() == ExitCode::interrupted) {
        throw problem;
    }
    Check check = check_of_error(problem.error(), name);
    check.exit_code = problem.exit_code();
    checks.push_back(std::move(check));
}

void look_at_logins(Visit& visit, const std::function<void(Visit&)>& look) {
    if (visit.job.perimeters.empty()) {
        look(visit);
        return;
    }
    for (const config::PerimeterSettings& login : visit.job.perimeters) {
        Visit one{visit.conditions};
        one.job = config::job_of_login(visit.job, login);
        one.origins = fmt::format("perimeter.{}", login.name);
        one.has_credentials = visit.has_credentials;
        one.horizon = horizon_of(one);
        look(one);
        for (Check& check : one.checks) {
            check.text = fmt::format("{}: {}", login.name, check.text);
            visit.add(std::move(check));
        }
    }
}

bool check_job(Visit& visit) {
    const Conditions& conditions = visit.conditions;
    try {
        visit.job = config::load_job(conditions.settings, conditions.environment, conditions.clock, config::Need::no_credentials);
    } catch (const FatalError& problem) {
        visit.add(problem, "job");
        return false;
    }
    const std::string& file = visit.job.job_file;
    visit.ok("job",
             fmt::format("{}; period {}", file.empty() ? "no job file: settings from options, environment and defaults" : sanitise(file),
                         visit.job.export_.period.to_text()));
    if (!visit.job.powers.empty()) {
        visit.ok("job", fmt::format("a job file is code, and this one {}: use it as you would use a program of whoever wrote it",
                                    fmt::join(visit.job.powers, ", ")));
    }
    for (const std::string& warning : visit.job.warnings) {
        visit.warn("job", warning);
    }
    return true;
}

void check_credentials(Visit& visit) {
    const bool is_sandbox = visit.job.sandbox.enabled;
    if (is_sandbox) {
        visit.ok("credentials", "the sandbox brings its own");
        visit.skip("key-age", "the sandbox makes a key at each start");
    }
    const Conditions& conditions = visit.conditions;
    try {
        const std::size_t warned = visit.job.warnings.size();
        visit.job = config::load_job(conditions.settings, conditions.environment, conditions.clock,
                                     is_sandbox ? config::Need::evidence : config::Need::credentials, conditions.stop);
        config::forget_secrets(conditions.environment);
        visit.job.secrets = conditions.redactor;
        pipeline::watch_secrets(visit.job);
        for (std::size_t at = warned; at < visit.job.warnings.size(); ++at) {
            visit.warn("credentials", visit.job.warnings[at]);
        }
    } catch (const FatalError& problem) {
        visit.add(problem, "credentials");
        return;
    }
    visit.has_credentials = true;
    if (is_sandbox) {
        return;
    }
    look_at_logins(visit, [](Visit& login) {
        if (login.job.api.basic.empty()) {
            check_secret(login, "client_id", "client id");
            check_secret(login, "client_secret", "client secret");
        } else {
            check_secret(login, "basic", "Basic value");
        }
        check_secret(login, "api_key", "API key");
        check_oddities(login);
        check_key_age(login);
    });
    for (const std::string& sentence : visit.job.open_secrets) {
        visit.warn("credentials", sentence, "Only this user should read and write the files that hold secrets");
    }
}

void check_state(Visit& visit) {
    const std::string url = config::state_url_of(visit.job);
    const Status state = state::check_state_store(url);
    if (state) {
        visit.ok("state", sanitise(without_user(url)));
        return;
    }
    Check check = check_of_error(state.error(), "state");
    check.exit_code = state.error().code == ErrorCode::locked      ? ExitCode::locked
                      : state.error().code == ErrorCode::bad_input ? ExitCode::usage
                                                                   : ExitCode::local;
    visit.add(std::move(check));
}

void check_output(Visit& visit) {
    if (std::any_of(visit.checks.begin(), visit.checks.end(), [](const Check& check) { return check.name == "output"; })) {
        return;
    }
    const std::filesystem::path folder = nearest_existing(visit.job.export_.out);
    check_space(visit, folder, sanitise(visit.job.export_.out));
    check_rights(visit, folder);
    const std::filesystem::path state_folder = nearest_existing(pipeline::state_folder(visit.job));
    if (state_folder != folder) {
        check_rights(visit, state_folder);
    }
    if (!on_one_file_system(folder, state_folder)) {
        check_space(visit, state_folder, "the folder of state and documents, " + sanitise(state_folder.string()));
    }
    check_file_size_limit(visit);
    check_database(visit);
    check_archive(visit);
}

}  // namespace moisson::doctor
