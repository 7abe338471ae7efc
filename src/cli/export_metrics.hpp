#pragma once
/// The metrics file of an export (`--metrics`), written when the command has ended, whatever it ended with. One thread.

#include <memory>
#include <string>

#include "base/clock.hpp"
#include "base/exit_code.hpp"
#include "base/reporter.hpp"
#include "config/job.hpp"
#include "domain/credentials.hpp"
#include "pipeline/export.hpp"

namespace moisson::cli {

class ExportMetrics {
public:
    /// The run begins now. Both outlive it.
    ExportMetrics(const Clock& clock, Reporter& reporter) : clock_(clock), reporter_(reporter), started_at_(clock.now()) {}

    /// Empty: nothing is written.
    void write_to(const std::string& path) { path_ = path; }
    /// The period, and what is known of the key's age before anything is called: a run that ends early has its end in the metrics too.
    void set_job(const config::Job& job);
    void set_result(std::shared_ptr<const pipeline::RunResult> result) { result_ = std::move(result); }

    /// Writes the file at once (atomic). Returns `exit_code`; where the file cannot be written, that is logged, and a success becomes
    /// `local`: what was asked for is not there.
    [[nodiscard]] ExitCode write(ExitCode exit_code) const;

private:
    const Clock& clock_;
    Reporter& reporter_;
    Timestamp started_at_;
    std::string path_;
    std::string period_;
    CredentialHorizon credentials_;
    std::shared_ptr<const pipeline::RunResult> result_;
};

}  // namespace moisson::cli
