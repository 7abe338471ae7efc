/// The shared half of `users add` and `contracts create`.

#include "cli/write_run.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include <fmt/format.h>

#include "cli/table.hpp"
#include "pipeline/state_access.hpp"

namespace moisson::cli {

namespace {

constexpr std::uint64_t answer_max_bytes = 1ULL << 20U;
constexpr std::size_t problems_shown_max = 20;
constexpr std::size_t reply_bytes_max = 100;

/// One job through the service's own loop: paced, authorised, throttled as every other call.
class OneCall final : public transfer::Source {
public:
    explicit OneCall(transfer::Job job) : job_(std::move(job)) {}
    std::optional<transfer::Job> next() override { return std::exchange(job_, std::nullopt); }
    void done(transfer::Outcome outcome) override { outcome_ = std::move(outcome); }
    [[nodiscard]] std::optional<transfer::Outcome>& outcome() { return outcome_; }

private:
    std::optional<transfer::Job> job_;
    std::optional<transfer::Outcome> outcome_;
};

Result<transfer::Answer> call(pipeline::Service& service, const config::Job& job, http::Request request, bool repeatable) {
    transfer::Job one;
    one.request = std::move(request);
    one.repeatable = repeatable;
    one.limits.attempt = job.attempt_timeout;
    one.limits.body_max_bytes = answer_max_bytes;
    OneCall source(std::move(one));
    service.run(source);
    if (!source.outcome()) {
        return fail(ErrorCode::cancelled, "stopped before anything was sent");
    }
    return std::move(source.outcome()->answer);
}

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
    std::transform(reply.begin(), reply.end(), reply.begin(),
                   [](char letter) { return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter + ('a' - 'A')) : letter; });
    return reply == "y" || reply == "yes";
}

void say(const CommandContext& context, std::string_view text) {
    // Nobody is left to be told when standard error is gone.
    static_cast<void>(write_fully(STDERR_FILENO, fit_to_leave(text, OutputForm::text, *context.redactor)));
}

}  // namespace

PatientStop::PatientStop(std::stop_token outer, Reporter& reporter)
    : reporter_(reporter), outer_(std::move(outer)), link_(outer_, Call{this}) {}

void PatientStop::begin(std::shared_ptr<const std::atomic<http::Delivery>> delivery) {
    const std::lock_guard lock(mutex_);
    delivery_ = std::move(delivery);
}

void PatientStop::end() {
    {
        const std::lock_guard lock(mutex_);
        delivery_.reset();
        if (!held_back_) {
            return;
        }
    }
    inner_.request_stop();
}

void PatientStop::requested() {
    {
        const std::lock_guard lock(mutex_);
        held_back_ = delivery_ != nullptr && delivery_->load() == http::Delivery::sent;
        if (held_back_) {
            reporter_.log(LogLevel::warning, "write-under-way", "waiting for the answer to what was sent, so that its outcome is known");
            return;
        }
    }
    inner_.request_stop();
}

WriteEnd send_write(pipeline::Service& service, const config::Job& job, http::Request request, api::WriteVerb verb, PatientStop& stop) {
    const auto delivery = request.delivery;
    MOISSON_INVARIANT(delivery != nullptr, "a write carries its delivery mark");
    WriteEnd end;
    Result<transfer::Answer> answer = fail(ErrorCode::internal, "no attempt was made");
    bool not_authorised = false;
    stop.begin(delivery);
    try {
        answer = call(service, job, std::move(request), false);
    } catch (const FatalError& problem) {
        // Only the token's failure ends the loop this way, and it comes before an attempt: what went before was turned away.
        answer = fail(problem.error());
        end.exit_code = problem.exit_code();
        not_authorised = true;
    }
    stop.end();
    if (answer) {
        end.http_status = answer->status;
        end.request_id = sanitise(answer->headers.find("X-OAPI-Request-Id").value_or(""), 100);
        end.answer = std::move(*answer);
        return end;
    }
    end.fate = not_authorised ? api::WriteFate::not_sent : api::fate_of(answer.error(), delivery->load());
    end.error = api::explain_write(std::move(answer.error()), end.fate, verb);
    end.request_id = end.error.request_id;
    end.http_status = end.error.http_status;
    if (!not_authorised) {
        end.exit_code = api::write_exit_code(end.error, end.fate, verb);
    }
    return end;
}

WriteEnd unreadable_end(const WriteEnd& answered, Error error, api::WriteVerb verb) {
    WriteEnd end;
    error.http_status = answered.http_status;
    error.request_id = answered.request_id;
    end.fate = api::WriteFate::unclear;
    end.error = api::explain_write(std::move(error), end.fate, verb);
    end.exit_code = ExitCode::unavailable;
    end.request_id = answered.request_id;
    end.http_status = answered.http_status;
    return end;
}

Result<transfer::Answer> fetch_once(pipeline::Service& service, const config::Job& job, http::Request request) {
    return call(service, job, std::move(request), true);
}

std::string_view to_text(api::WriteFate fate) noexcept {
    switch (fate) {
        case api::WriteFate::refused: return "refused";
        case api::WriteFate::not_sent: return "not-sent";
        case api::WriteFate::unclear: return "unclear";
    }
    return "unclear";
}

api::JournalMembers journal_details(const WriteEnd& end) {
    api::JournalMembers members;
    if (end.http_status != 0) {
        members.emplace_back("http_status", fmt::to_string(end.http_status));
    }
    if (end.error.gateway_code != 0) {
        members.emplace_back("gateway_code", fmt::to_string(end.error.gateway_code));
    }
    members.emplace_back("request_id", end.request_id);
    if (!end.answer) {
        // The service's own text (`cause`) may repeat what it was sent, so it stays out.
        members.emplace_back("error", std::string(to_text(end.error.code)));
        members.emplace_back("message", end.error.message);
    }
    return members;
}

config::Job load_write_job(CommandContext& context) {
    config::Job job = load_job(context, config::Need::credentials);
    constexpr std::chrono::seconds patience{60};
    if (job.origins["transfer.read_timeout_seconds"] == "default" && job.read_timeout < patience) {
        job.read_timeout = patience;
    }
    return job;
}

api::WritePath write_path_of(const config::Job& job) {
    return job.write_path == "contract" ? api::WritePath::contract : api::WritePath::contracts;
}

std::filesystem::path write_journal_path(const config::Job& job) { return pipeline::state_folder(job) / "writes.jsonl"; }

std::string journal_service(const config::Job& job, const pipeline::Service& service) {
    if (!job.sandbox) {
        return service.source_name();
    }
    if (job.sandbox_database.empty()) {
        return fmt::format("{}, process {}", service.source_name(), ::getpid());
    }
    std::error_code problem;
    const auto whole = std::filesystem::absolute(job.sandbox_database, problem);
    return fmt::format("{}, {}", service.source_name(), problem ? job.sandbox_database : whole.string());
}

api::WriteJournal open_write_journal(const CommandContext& context, const config::Job& job) {
    auto journal = api::WriteJournal::open(write_journal_path(job), context.clock);
    if (!journal) {
        throw FatalError(journal.error().code == ErrorCode::locked ? ExitCode::locked : ExitCode::local, journal.error());
    }
    if (journal->damaged_lines() > 0) {
        context.reporter.log(
            LogLevel::warning, "write-journal",
            fmt::format("{} of {} cannot be read, the first at line {}: what was written there is not taken into account",
                        plural(journal->damaged_lines(), "line"), journal->path().string(), journal->first_damaged_line()));
    }
    return std::move(*journal);
}

void check_can_ask(const WriteOptions& options) {
    if (options.yes || options.dry_run || (::isatty(STDIN_FILENO) == 1 && ::isatty(STDERR_FILENO) == 1)) {
        return;
    }
    throw FatalError(ExitCode::usage, ErrorCode::bad_input, "nothing was sent: nobody can be asked, for this is no terminal",
                     "command line", "Add --yes to send without being asked, or --dry-run to see what would be sent");
}

void ask(CommandContext& context, std::string_view plan, std::string_view question) {
    context.reporter.finish();
    if (context.options.write.yes) {
        if (context.options.verbosity > 0) {
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

void report_problems(CommandContext& context, const std::vector<PlacedProblem>& problems) {
    std::vector<const PlacedProblem*> fatal;
    std::size_t warnings = 0;
    for (const PlacedProblem& one : problems) {
        if (one.problem.fatal) {
            fatal.push_back(&one);
        } else if (++warnings <= problems_shown_max) {
            context.reporter.log(LogLevel::warning, "write-field", fmt::format("{}: {}", one.where, one.problem.message));
        }
    }
    if (warnings > problems_shown_max) {
        context.reporter.log(LogLevel::warning, "write-field", fmt::format("and {} more of these", warnings - problems_shown_max));
    }
    if (fatal.empty()) {
        return;
    }
    if (fatal.size() == 1) {
        throw FatalError(ExitCode::usage, ErrorCode::bad_input, fatal.front()->problem.message, fatal.front()->where,
                         "Correct it and run again; nothing was sent");
    }
    std::string hint = "Correct these and run again; nothing was sent:";
    for (std::size_t at = 0; at < std::min(fatal.size(), problems_shown_max); ++at) {
        hint += fmt::format("\n{}: {}", fatal[at]->where, fatal[at]->problem.message);
    }
    if (fatal.size() > problems_shown_max) {
        hint += fmt::format("\nand {} more", fatal.size() - problems_shown_max);
    }
    throw FatalError(ExitCode::usage, ErrorCode::bad_input, fmt::format("{} fields cannot be sent as they are", fatal.size()),
                     fatal.front()->where, std::move(hint));
}

void write_request(JsonWriter& writer, const http::Request& request) {
    writer.begin_object();
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
    writer.end_object();
}

std::string request_text(const http::Request& request) {
    std::string text = fmt::format("{} {}\nAuthorization: Bearer [token]\nX-API-Key: [API key]\n", request.method, request.url.to_text());
    for (const auto& [name, value] : request.headers.all()) {
        text += fmt::format("{}: {}\n", name, value);
    }
    return text + fmt::format("\n{}\n", request.body);
}

}  // namespace moisson::cli
