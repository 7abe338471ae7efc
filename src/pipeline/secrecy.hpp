#pragma once
/// The last line of defence before publishing: no secret of the job in what a run says of itself, even where the service repeated one.

#include "config/job.hpp"
#include "domain/run_summary.hpp"

namespace moisson::pipeline {

/// Blots out every secret of the job, in each form in which it travels, in the texts of findings and the reasons of verdicts.
/// Values shorter than 6 bytes stay: they would blot out harmless words.
void hide_secrets(const config::Job& job, RunSummary& summary);

}  // namespace moisson::pipeline
