#pragma once
/// The program's door: command line to exit code.

#include "base/exit_code.hpp"
#include "cli/output.hpp"

namespace moisson::cli {

/// Runs one command and returns the exit code. Catches FatalError and prints it. Changes the process as
/// `prepare_process` says.
[[nodiscard]] int run(int argc, char** argv);

/// An error as one block of text (what, where, why, what to do) or, with `json`, as one JSON object on one line. Pure but for redaction.
enum class ErrorForm { text, json };
[[nodiscard]] std::string format_error(const Error& error, ExitCode exit_code, ErrorForm form, const Redactor& redactor);

}  // namespace moisson::cli
