#pragma once
/// The steps of `doctor` and what they share. Only the doctor's own files include this. One thread.

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "config/job.hpp"
#include "doctor/doctor.hpp"
#include "domain/credentials.hpp"

namespace moisson::doctor {

/// One visit: what is looked at, and what was found.
struct Visit {
    const Conditions& conditions;
    config::Job job = {};
    std::string origins = "api";  ///< what the credentials' names in `Job::origins` begin with
    bool has_credentials = false;
    CredentialHorizon horizon = {};
    std::vector<Check> checks = {};

    void ok(std::string_view name, std::string text) { add(name, CheckStatus::ok, std::move(text)); }
    void warn(std::string_view name, std::string text, std::string remedy = {}) {
        add(name, CheckStatus::warning, std::move(text), std::move(remedy));
    }
    void fail_with(std::string_view name, std::string text, std::string remedy, ExitCode exit_code) {
        add(name, CheckStatus::failed, std::move(text), std::move(remedy), exit_code);
    }
    void skip(std::string_view name, std::string text) { add(name, CheckStatus::skipped, std::move(text)); }
    void add(Check check) { checks.push_back(std::move(check)); }
    /// What would end a run, as a check; a stop is passed on.
    void add(const FatalError& problem, std::string_view name);

private:
    void add(std::string_view name, CheckStatus status, std::string text, std::string remedy = {},
             ExitCode exit_code = ExitCode::complete) {
        checks.push_back({std::string(name), status, std::move(text), std::move(remedy), exit_code});
    }
};

/// Lets `look` visit the job's login or, where it has perimeters, each of them by itself: its checks then begin with its name.
void look_at_logins(Visit& visit, const std::function<void(Visit&)>& look);

/// The job file, without credentials. False: nothing else can be looked at.
[[nodiscard]] bool check_job(Visit& visit);
/// Where each secret comes from and whether it can be one; the key's age.
void check_credentials(Visit& visit);
void check_state(Visit& visit);
/// What an export opens before it calls anything: rates, ERP templates with their settings and mappings, the folders that it writes to.
void check_local_settings(Visit& visit);
/// Room and rights on the disk, and the ledger database; after `check_local_settings`, and only where the folders can be used.
void check_output(Visit& visit);
/// Mail and webhook of [notify], as far as one can go without sending.
void check_notices(Visit& visit);
/// Name, proxy, connection, TLS, token, clock, subscription, key, perimeter, rights, one byte of a file: each as far as it can be told.
void check_service(Visit& visit);
/// Whether the libraries that are loaded are older than faults that are known of them.
void check_libraries(Visit& visit);
/// What this kernel gives to hold back the process that reads documents.
void check_readers(Visit& visit);

}  // namespace moisson::doctor
