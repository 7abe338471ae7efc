#pragma once
/// What both write commands share: the question before, the one attempt, how its end is told.
///
/// A write is sent once. It is repeated only where it cannot have been carried out: no connection, throttled (403/53, 429), expired token
/// (401/42); the transfer engine does that. Everything else ends the attempt, and the caller looks up what there is.

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "api/write_checks.hpp"
#include "api/write_journal.hpp"
#include "api/write_outcome.hpp"
#include "cli/commands.hpp"
#include "cli/json_text.hpp"
#include "pipeline/service.hpp"

namespace moisson::cli {

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

/// Sends `request` (with its delivery mark) through the service's engine.
[[nodiscard]] WriteEnd send_write(pipeline::Service& service, const config::Job& job, http::Request request, api::WriteVerb verb,
                                  PatientStop& stop);
/// The end of a write whose 2xx answer could not be used: unclear.
[[nodiscard]] WriteEnd unreadable_end(const WriteEnd& answered, Error error, api::WriteVerb verb);
/// A GET through the same engine, repeated as any other.
[[nodiscard]] Result<transfer::Answer> fetch_once(pipeline::Service& service, const config::Job& job, http::Request request);

/// "refused", "not-sent", "unclear": for journal and --json.
[[nodiscard]] std::string_view to_text(api::WriteFate fate) noexcept;
/// status, gateway code, request id and message, as journal members.
[[nodiscard]] api::JournalMembers journal_details(const WriteEnd& end);

/// The job of a write command: a server may think longer about an order than about a list, so the default of a single read is 60 s here.
[[nodiscard]] config::Job load_write_job(CommandContext& context);
[[nodiscard]] api::WritePath write_path_of(const config::Job& job);
/// `writes.jsonl` beside the state store; with a state that is no file, in OUT/.moisson.
[[nodiscard]] std::filesystem::path write_journal_path(const config::Job& job);
/// Which service a journalled write went to: the API's base URL. An embedded sandbox forgets with its process, or keeps what it got in its
/// database: its writes must not be taken for another one's.
[[nodiscard]] std::string journal_service(const config::Job& job, const pipeline::Service& service);
/// Opens it and tells of damaged lines. FatalError(locked | local).
[[nodiscard]] api::WriteJournal open_write_journal(const CommandContext& context, const config::Job& job);

/// FatalError(usage) when nobody can be asked: neither --yes nor --dry-run, and standard input or error is no terminal.
void check_can_ask(const WriteOptions& options);
/// Shows `plan` on standard error and asks, unless --yes (then only with -v). FatalError(usage) when the answer is not yes,
/// FatalError(interrupted) on a stop.
void ask(CommandContext& context, std::string_view plan, std::string_view question);

/// FatalError(usage) with all problems, when there are fatal ones; warnings are logged. `option_of` turns a wire name into what the user
/// wrote.
struct PlacedProblem {
    std::string where;  ///< "users.csv:4:12", "--login"
    api::FieldProblem problem;
};
void report_problems(CommandContext& context, const std::vector<PlacedProblem>& problems);

/// For --dry-run: method, address, headers with credentials as names only, body.
void write_request(JsonWriter& writer, const http::Request& request);
[[nodiscard]] std::string request_text(const http::Request& request);

}  // namespace moisson::cli
