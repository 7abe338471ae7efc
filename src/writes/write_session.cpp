#include "writes/write_session.hpp"

#include <unistd.h>

#include <filesystem>
#include <utility>

#include <fmt/format.h>

#include "base/counts.hpp"
#include "pipeline/state_access.hpp"

namespace moisson::writes {

namespace {

constexpr std::uint64_t answer_max_bytes = 1ULL << 20U;

/// One job through the service's own loop: paced, authorised, throttled as every other call.
class OneCall final : public transfer::Source {
public:
    explicit OneCall(transfer::Job job) : job_(std::move(job)) {}
    std::optional<transfer::Job> next(std::size_t) override { return std::exchange(job_, std::nullopt); }
    void done(transfer::Outcome outcome) override { outcome_ = std::move(outcome); }
    [[nodiscard]] std::optional<transfer::Outcome>& outcome() { return outcome_; }

private:
    std::optional<transfer::Job> job_;
    std::optional<transfer::Outcome> outcome_;
};

api::WriteJournal open_journal(const config::Job& job, const Clock& clock, Reporter& reporter) {
    auto journal = api::WriteJournal::open(write_journal_path(job), clock);
    if (!journal) {
        throw FatalError(journal.error().code == ErrorCode::locked ? ExitCode::locked : ExitCode::local, journal.error());
    }
    if (journal->damaged_lines() > 0) {
        reporter.log(LogLevel::warning, "write-journal",
                     fmt::format("{} of {} cannot be read, the first at line {}: what was written there is not taken into account",
                                 plural(journal->damaged_lines(), "line"), journal->path().string(), journal->first_damaged_line()));
    }
    return std::move(*journal);
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
        members.emplace_back("message", end.error.message.english());
    }
    return members;
}

api::WritePath write_path_of(const config::Job& job) {
    return job.api.write_path == "contract" ? api::WritePath::contract : api::WritePath::contracts;
}

std::filesystem::path write_journal_path(const config::Job& job) { return pipeline::state_folder(job) / "writes.jsonl"; }

WriteSession::WriteSession(const config::Job& job, const Clock& clock, Reporter& reporter, std::stop_token stop)
    : job_(job),
      clock_(clock),
      reporter_(reporter),
      stop_(std::move(stop)),
      journal_(open_journal(job, clock, reporter)),
      patient_stop_(stop_, reporter),
      service_(pipeline::Service::open(job, nullptr, clock, reporter, patient_stop_.token())) {}

std::string WriteSession::service_name() const {
    if (!job_.sandbox.enabled) {
        return service_->source_name();
    }
    if (job_.sandbox.database.empty()) {
        return fmt::format("{}, process {}", service_->source_name(), ::getpid());
    }
    std::error_code problem;
    const auto whole = std::filesystem::absolute(job_.sandbox.database, problem);
    return fmt::format("{}, {}", service_->source_name(), problem ? job_.sandbox.database : whole.string());
}

WriteEnd WriteSession::send(http::Request request, api::WriteVerb verb) {
    const auto delivery = request.delivery;
    MOISSON_INVARIANT(delivery != nullptr, "a write carries its delivery mark");
    WriteEnd end;
    Result<transfer::Answer> answer = fail(ErrorCode::internal, "no attempt was made");
    bool not_authorised = false;
    patient_stop_.begin(delivery);
    try {
        answer = call(std::move(request), false);
    } catch (const FatalError& problem) {
        // Only the token's failure ends the loop this way, and it comes before an attempt: what went before was turned away.
        answer = fail(problem.error());
        end.exit_code = problem.exit_code();
        not_authorised = true;
    }
    patient_stop_.end();
    if (answer) {
        end.http_status = answer->status;
        end.request_id = api::request_id_of(answer->headers);
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

Result<transfer::Answer> WriteSession::fetch(http::Request request) { return call(std::move(request), true); }

Result<transfer::Answer> WriteSession::call(http::Request request, bool repeatable) {
    transfer::Job one;
    one.request = std::move(request);
    one.repeatable = repeatable;
    one.limits.attempt = job_.transfer.attempt_timeout;
    one.limits.body_max_bytes = answer_max_bytes;
    OneCall source(std::move(one));
    service_->run(source);
    if (!source.outcome()) {
        return fail(ErrorCode::cancelled, "stopped before anything was sent");
    }
    return std::move(source.outcome()->answer);
}

}  // namespace moisson::writes
