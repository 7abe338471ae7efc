#pragma once
/// What `export` and `plan` may be asked for.

#include "cli/arguments.hpp"
#include "config/job.hpp"

namespace moisson::cli {

/// A job, and which months, contracts, types and files of it.
void declare_export(Arguments& arguments, config::CommandLine& settings);
/// What a command may be asked for that publishes a month, however it came by it.
void declare_publishing(Arguments& arguments, config::CommandLine& settings);

}  // namespace moisson::cli
