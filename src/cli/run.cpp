#include "cli/run.hpp"

#include <unistd.h>

#include <array>
#include <new>

#include <fmt/format.h>

#include "base/clock.hpp"
#include "bundle/bundle.hpp"
#include "cage/cage.hpp"
#include "cli/command_line.hpp"
#include "cli/console_reporter.hpp"
#include "cli/json_text.hpp"
#include "cli/process.hpp"
#include "cli/screen.hpp"
#include "cli/signals.hpp"
#include "invoice/inbox.hpp"
#include "invoice/invoice.hpp"
#include "usage/usage.hpp"

namespace moisson::cli {

namespace {

constexpr std::size_t text_bytes_max = 4000;
constexpr std::size_t request_id_bytes_max = 200;

/// What this program does where it was started as a reader of documents for itself.
std::array<cage::Job, 4> reader_jobs() {
    return {usage::reader_job(), invoice::reader_job(), invoice::unpack_job(), bundle::verify_job()};
}

void print_error(const Error& error, ExitCode exit_code, ErrorForm form, const Redactor& redactor) {
    // Nobody is left to be told when standard error is gone; the exit code says the rest.
    const std::size_t width = form == ErrorForm::text ? screen_of(STDERR_FILENO).width : 0;
    static_cast<void>(write_fully(STDERR_FILENO, wrap_lines(format_error(error, exit_code, form, redactor), width)));
}

ConsoleOptions console_of(const Talk& talk) {
    ConsoleOptions console = console_options(STDERR_FILENO);
    console.json = talk.log_json;
    console.progress = talk.progress && talk.verbosity >= 0;
    if (talk.verbosity > 0) {
        console.level_min = LogLevel::debug;
    } else if (talk.verbosity < 0) {
        console.level_min = talk.verbosity == -1 ? LogLevel::warning : LogLevel::error;
    }
    return console;
}

Error internal_error(std::string message) {
    Error error;
    error.code = ErrorCode::internal;
    error.message = std::move(message);
    error.hint = "This is a bug of moisson: please report it with this message and the command line";
    return error;
}

ExitCode run_guarded(const Run& command, CommandContext& context, const SignalWatch& signals, ErrorForm form) {
    Error error;
    ExitCode exit_code = ExitCode::internal;
    try {
        return command(context);
    } catch (const FatalError& problem) {
        error = problem.error();
        exit_code = problem.exit_code();
    } catch (const std::bad_alloc&) {
        error = internal_error("out of memory");
        exit_code = ExitCode::local;
        error.hint = "Give the process more memory";
    } catch (const std::exception& problem) {
        error = internal_error(problem.what());
    }
    // Ctrl-C reaches a secret's command too, whose death then looks like a wrong setting.
    if (exit_code == ExitCode::usage && signals.signal() != 0) {
        exit_code = ExitCode::interrupted;
        error = fail(ErrorCode::cancelled, "stopped before anything was called").value();
    }
    if (exit_code == ExitCode::interrupted) {
        exit_code = signals.exit_code();
    }
    context.reporter.finish();
    print_error(error, exit_code, form, *context.redactor);
    if (context.at_error) {
        context.at_error(error);
    }
    return exit_code;
}

}  // namespace

std::string format_error(const Error& error, ExitCode exit_code, ErrorForm form, const Redactor& redactor) {
    if (form == ErrorForm::json) {
        JsonWriter writer(JsonWriter::Layout::one_line);
        writer.begin_object().key("error").begin_object();
        writer.key("code").text(to_text(error.code));
        writer.key("message").text(error.message.english());
        const auto member = [&](std::string_view name, const std::string& value) {
            if (!value.empty()) {
                writer.key(name).text(value);
            }
        };
        member("where", error.where);
        member("cause", error.cause);
        member("hint", error.hint);
        if (error.http_status != 0) {
            writer.key("http_status").number(error.http_status);
        }
        if (error.gateway_code != 0) {
            writer.key("gateway_code").number(error.gateway_code);
        }
        member("request_id", error.request_id);
        writer.end_object();
        writer.key("verdict").text(verdict_of(exit_code));
        writer.key("exit_code").number(static_cast<int>(exit_code));
        writer.end_object();
        return fit_to_leave(writer.finish(), OutputForm::json, redactor);
    }
    const bool stopped = exit_code == ExitCode::interrupted || exit_code == ExitCode::terminated;
    std::string head = stopped ? "stopped: " : "error: ";
    if (error.message.english().starts_with("stopped")) {
        head.clear();
    }
    // Before anything is cut or escaped: half a secret is not known again.
    const auto shown = [&](std::string_view value, std::size_t bytes_max) { return sanitise(redactor.clean(value), bytes_max); };
    std::string text = fmt::format("moisson: {}{}\n", head, shown(error.message.english(), text_bytes_max));
    const auto line = [&](std::string_view name, std::string value) {
        if (value.empty()) {
            return;
        }
        for (auto at = value.find('\n'); at != std::string::npos; at = value.find('\n', at + 1)) {
            value.insert(at + 1, 14, ' ');
        }
        text += fmt::format("  {:<12}{}\n", fmt::format("{}:", name), value);
    };
    line("where", shown(error.where, text_bytes_max));
    line("why", shown(error.cause, text_bytes_max));
    line("what to do", error.hint);
    line("request id", shown(error.request_id, request_id_bytes_max));
    text += fmt::format("  {:<12}{} ({})\n", "exit code:", static_cast<int>(exit_code), verdict_of(exit_code));
    return fit_to_leave(text, OutputForm::text, redactor);
}

int run(int argc, char** argv) {
    if (const auto code = cage::run_if_child(argc, argv, reader_jobs())) {
        return *code;
    }
    const std::chrono::seconds local_offset = prepare_process();
    config::Environment environment = config::take_process_environment();
    const auto redactor = std::make_shared<Redactor>();
    Parsed parsed = parse_command_line(std::vector<std::string>(argv + (argc > 0 ? 1 : 0), argv + argc));
    const ErrorForm form = parsed.json ? ErrorForm::json : ErrorForm::text;
    if (parsed.error) {
        print_error(*parsed.error, ExitCode::usage, form, *redactor);
        return static_cast<int>(ExitCode::usage);
    }
    Output out(STDOUT_FILENO, parsed.json ? OutputForm::json : OutputForm::text, *redactor);
    if (!parsed.run) {
        const FailingWrites failing_writes;
        try {
            out.write(parsed.text);
        } catch (const FatalError& problem) {
            print_error(problem.error(), problem.exit_code(), form, *redactor);
            return static_cast<int>(problem.exit_code());
        }
        return static_cast<int>(ExitCode::complete);
    }
    SignalWatch signals;
    const Clock& clock = system_clock();
    ConsoleReporter reporter(console_of(parsed.talk), clock, *redactor);
    CommandContext context{parsed.talk, clock, environment, reporter, redactor, out, signals.token(), local_offset};
    signals.tell(&reporter);
    ExitCode exit_code = run_guarded(parsed.run, context, signals, form);
    if (context.at_end) {
        exit_code = context.at_end(exit_code);
    }
    signals.tell(nullptr);
    return static_cast<int>(exit_code);
}

}  // namespace moisson::cli
