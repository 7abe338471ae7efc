#pragma once
/// What the commands about templates share.

#include <string>

#include "cli/command.hpp"
#include "cli/json_text.hpp"
#include "erp/erp.hpp"

namespace moisson::cli {

/// The settings of the job file's [erp], where one is given.
[[nodiscard]] ErpJob erp_job_of(CommandContext& context, const config::CommandLine& settings);
/// A built-in template, one of the job's folder, or one at a path. FatalError(usage) when it cannot be had.
[[nodiscard]] erp::TemplatePtr load_template(const std::string& name, const ErpJob& job);
/// What a template says of itself, as members of the JSON object that is open.
void put_template(JsonWriter& writer, const erp::TemplateInfo& info);

}  // namespace moisson::cli
