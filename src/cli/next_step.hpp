#pragma once
/// What a person does next, as a command line to copy. Pure.

#include <filesystem>
#include <string>
#include <string_view>

#include "config/job.hpp"
#include "domain/to_do.hpp"
#include "pipeline/export.hpp"

namespace moisson::cli {

/// A value between single quotes, as a POSIX shell reads it back unchanged.
[[nodiscard]] std::string shell_quote(std::string_view value);
/// The same, between quotes only where it has to be.
[[nodiscard]] std::string shell_word(std::string_view word);

/// After an export: verify what is published; where something is missing that another run may bring, the export again; else a look at the
/// first document of which something is wrong. `settings`: what the export was called with.
[[nodiscard]] std::string next_of_export(const pipeline::RunResult& result, const config::CommandLine& settings);
/// Of a thing to do. Empty: no command helps.
[[nodiscard]] std::string command_of(const ToDo& one, const pipeline::RunResult& result, const config::CommandLine& settings);
/// After a part: the merge of all that lie beside it.
[[nodiscard]] std::string next_of_part(const std::filesystem::path& part, const config::CommandLine& settings);
/// After a plan: the export that it was of.
[[nodiscard]] std::string next_of_plan(const pipeline::RunResult& result, const config::CommandLine& settings);

}  // namespace moisson::cli
