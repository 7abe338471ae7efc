#include "cli/write_options.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include <fmt/format.h>

#include "base/text.hpp"
#include "cli/job_options.hpp"

namespace moisson::cli {

namespace {

constexpr std::size_t reply_bytes_max = 100;

/// One line from standard input; empty at its end or on a stop.
std::string read_reply(const std::stop_token& stop) {
    std::string reply;
    while (!stop.stop_requested() && reply.size() < reply_bytes_max) {
        pollfd input{STDIN_FILENO, POLLIN, 0};
        if (::poll(&input, 1, 100) <= 0) {
            continue;
        }
        char letter = 0;
        const ssize_t got = ::read(STDIN_FILENO, &letter, 1);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0 || letter == '\n') {
            return reply;
        }
        reply += letter;
    }
    return reply;
}

bool is_yes(std::string reply) {
    std::erase_if(reply, [](char letter) { return letter == ' ' || letter == '\t' || letter == '\r'; });
    return equal_ignoring_case(reply, "y") || equal_ignoring_case(reply, "yes");
}

void say(const CommandContext& context, std::string_view text) {
    // Nobody is left to be told when standard error is gone.
    static_cast<void>(write_fully(STDERR_FILENO, fit_to_leave(text, OutputForm::text, *context.redactor)));
}

}  // namespace

void declare_write(Arguments& arguments, WriteOptions& options) {
    arguments.flag("--yes", options.yes, "do not ask; needed where standard input is no terminal");
    arguments.flag("--dry-run", options.dry_run, "show what would be sent, and call nothing");
    declare_login(arguments, options.settings);
}

config::Job load_write_job(CommandContext& context, const WriteOptions& options) {
    config::Job job = load_login(context, options.settings, config::Need::credentials);
    constexpr std::chrono::seconds patience{60};
    if (job.origins["transfer.read_timeout_seconds"] == "default" && job.transfer.read_timeout < patience) {
        job.transfer.read_timeout = patience;
    }
    return job;
}

void check_can_ask(const WriteOptions& options) {
    if (options.yes || options.dry_run || (::isatty(STDIN_FILENO) == 1 && ::isatty(STDERR_FILENO) == 1)) {
        return;
    }
    throw FatalError(ExitCode::usage, ErrorCode::bad_input, "nothing was sent: nobody can be asked, for this is no terminal",
                     "command line", "Add --yes to send without being asked, or --dry-run to see what would be sent");
}

void ask(CommandContext& context, const WriteOptions& options, std::string_view plan, std::string_view question) {
    context.reporter.finish();
    if (options.yes) {
        if (context.talk.verbosity > 0) {
            say(context, plan);
        }
        return;
    }
    say(context, fmt::format("{}{} [y/N] ", plan, question));
    const std::string reply = read_reply(context.stop);
    if (context.stop.stop_requested()) {
        say(context, "\n");
        throw FatalError(ExitCode::interrupted, ErrorCode::cancelled, "stopped; nothing was sent");
    }
    if (!is_yes(reply)) {
        throw FatalError(ExitCode::usage, ErrorCode::bad_input, "nothing was sent: the answer was not yes");
    }
}

void put_request(JsonWriter& writer, const http::Request& request) {
    writer.key("method").text(request.method);
    writer.key("url").text(request.url.to_text());
    writer.key("headers").begin_object();
    writer.key("Authorization").text("Bearer [token]");
    writer.key("X-API-Key").text("[API key]");
    for (const auto& [name, value] : request.headers.all()) {
        writer.key(name).text(value);
    }
    writer.end_object();
    writer.key("body").text(request.body);
}

std::string request_text(const http::Request& request) {
    std::string text = fmt::format("{} {}\nAuthorization: Bearer [token]\nX-API-Key: [API key]\n", request.method, request.url.to_text());
    for (const auto& [name, value] : request.headers.all()) {
        text += fmt::format("{}: {}\n", name, value);
    }
    return text + fmt::format("\n{}\n", request.body);
}

}  // namespace moisson::cli
