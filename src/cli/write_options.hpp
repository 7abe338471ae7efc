#pragma once
/// What the commands that write to the service share on the command line: the question before, and how a request is shown.

#include <string>
#include <string_view>

#include "cli/command.hpp"
#include "cli/json_text.hpp"
#include "http/http.hpp"

namespace moisson::cli {

struct WriteOptions {
    bool yes = false;      ///< do not ask
    bool dry_run = false;  ///< show the request, call nothing
    config::CommandLine settings;
};

/// --yes, --dry-run, and those of a job.
void declare_write(Arguments& arguments, WriteOptions& options);

/// The job of a write command: a server may think longer about an order than about a list, so the default of a single read is 60 s here.
[[nodiscard]] config::Job load_write_job(CommandContext& context, const WriteOptions& options);

/// FatalError(usage) when nobody can be asked: neither --yes nor --dry-run, and standard input or error is no terminal.
void check_can_ask(const WriteOptions& options);
/// Shows `plan` on standard error and asks, unless --yes (then only with -v). FatalError(usage) when the answer is not yes,
/// FatalError(interrupted) on a stop.
void ask(CommandContext& context, const WriteOptions& options, std::string_view plan, std::string_view question);

/// For --dry-run: method, address, headers with credentials as names only, body. In JSON, members of the object that is open.
void put_request(JsonWriter& writer, const http::Request& request);
[[nodiscard]] std::string request_text(const http::Request& request);

}  // namespace moisson::cli
