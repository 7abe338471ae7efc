#pragma once
/// What both writes share: the one attempt, how its end is told, the journal of it.
///
/// A write is sent once. It is repeated only where it cannot have been carried out: no connection, throttled (403/53, 429), expired token
/// (401/42); the transfer engine does that. Everything else ends the attempt, and the caller looks up what there is.

#include <atomic>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "api/write_endpoints.hpp"
#include "api/write_journal.hpp"
#include "api/write_outcome.hpp"
#include "base/clock.hpp"
#include "base/reporter.hpp"
#include "config/job.hpp"
#include "pipeline/service.hpp"

namespace moisson::writes {

/// A stop request that waits while a write is on its way: cutting it would leave open what it did. The wait is bounded by the attempt's own
/// time limits; a second signal ends the program at once.
class PatientStop {
public:
    PatientStop(std::stop_token outer, Reporter& reporter);
    PatientStop(const PatientStop&) = delete;
    PatientStop& operator=(const PatientStop&) = delete;

    [[nodiscard]] std::stop_token token() const { return inner_.get_token(); }
    /// `delivery` of the request that goes out now, until `end`.
    void begin(std::shared_ptr<const std::atomic<http::Delivery>> delivery);
    void end();

private:
    void requested();

    Reporter& reporter_;
    std::stop_source inner_;
    std::mutex mutex_;  ///< guards the two below
    std::shared_ptr<const std::atomic<http::Delivery>> delivery_;
    bool held_back_ = false;
    std::stop_token outer_;
    struct Call {
        PatientStop* self;
        void operator()() const { self->requested(); }
    };
    std::stop_callback<Call> link_;
};

/// How one write ended.
struct WriteEnd {
    std::optional<transfer::Answer> answer;  ///< a whole 2xx answer
    Error error;                             ///< else: in the words of `explain_write`
    api::WriteFate fate = api::WriteFate::not_sent;
    ExitCode exit_code = ExitCode::complete;
    std::string request_id;
    int http_status = 0;
};

/// The end of a write whose 2xx answer could not be used: unclear.
[[nodiscard]] WriteEnd unreadable_end(const WriteEnd& answered, Error error, api::WriteVerb verb);

/// "refused", "not-sent", "unclear": for journal and --json.
[[nodiscard]] std::string_view to_text(api::WriteFate fate) noexcept;
/// status, gateway code, request id and message, as journal members.
[[nodiscard]] api::JournalMembers journal_details(const WriteEnd& end);

[[nodiscard]] api::WritePath write_path_of(const config::Job& job);
/// `writes.jsonl` beside the state store; with a state that is no file, in OUT/.moisson.
[[nodiscard]] std::filesystem::path write_journal_path(const config::Job& job);

/// One run of a write command: the journal, a stop that waits for an answer, the service. One thread.
class WriteSession {
public:
    /// Opens the journal (and tells of damaged lines) and the service. FatalError(locked | local) for the journal, as `Service::open` for
    /// the service. `job`, `clock` and `reporter` outlive it.
    WriteSession(const config::Job& job, const Clock& clock, Reporter& reporter, std::stop_token stop);

    [[nodiscard]] const config::Job& job() const { return job_; }
    [[nodiscard]] const Clock& clock() const { return clock_; }
    [[nodiscard]] Reporter& reporter() { return reporter_; }
    [[nodiscard]] api::WriteJournal& journal() { return journal_; }
    [[nodiscard]] pipeline::Service& service() { return *service_; }
    /// Asked for, whether or not it waits.
    [[nodiscard]] bool stop_requested() const { return stop_.stop_requested(); }
    /// Which service a journalled write went to: the API's base URL. An embedded sandbox forgets with its process, or keeps what it got in
    /// its database: its writes must not be taken for another one's.
    [[nodiscard]] std::string service_name() const;

    /// Sends `request` (with its delivery mark) once through the service's engine.
    [[nodiscard]] WriteEnd send(http::Request request, api::WriteVerb verb);
    /// A GET through the same engine, repeated as any other.
    [[nodiscard]] Result<transfer::Answer> fetch(http::Request request);

private:
    [[nodiscard]] Result<transfer::Answer> call(http::Request request, bool repeatable);

    const config::Job& job_;
    const Clock& clock_;
    Reporter& reporter_;
    std::stop_token stop_;
    api::WriteJournal journal_;
    PatientStop patient_stop_;
    std::unique_ptr<pipeline::Service> service_;
};

}  // namespace moisson::writes
