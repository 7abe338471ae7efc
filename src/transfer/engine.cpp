#include "transfer/engine.hpp"

#include <algorithm>
#include <exception>
#include <random>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/counts.hpp"
#include "transfer/bounded_queue.hpp"
#include "transfer/messages.hpp"
#include "transfer/worker.hpp"

namespace moisson::transfer {

namespace {

using Instant = std::chrono::steady_clock::time_point;

/// A job can meet more than one dead token when it waits long; more than these is a service that takes no token at all.
constexpr int token_renewals_max = 3;
/// The loop looks up this often even when nothing happens.
constexpr std::chrono::milliseconds longest_wait{250};

/// A job between `next` and `done`.
struct Pending {
    Job job;
    std::optional<Partial> partial;
    int attempts = 0;  ///< all that were made
    int tries = 0;     ///< those that count against `attempts_max`: not the throttled ones, not those with an expired token
    int renewals = 0;
    std::uint64_t generation = 0;
    std::optional<Instant> first_start;
    Instant last_start{};
    Instant due{};
    std::uint64_t sequence = 0;  ///< first in, first out among those due at the same instant
    std::optional<Error> last_error;
};

bool is_later(const Pending& one, const Pending& other) {
    return one.due != other.due ? one.due > other.due : one.sequence > other.sequence;
}

struct Ticket {
    std::uint64_t number = 0;
    Task task;
};

struct Return {
    std::uint64_t number = 0;
    Report report;
};

/// The request never reached the service: repeating it is safe whatever it was.
bool was_never_sent(const Error& error) {
    return error.http_status == 0 && (error.code == ErrorCode::dns || error.code == ErrorCode::connect || error.code == ErrorCode::proxy);
}

Error ending(ErrorCode code, Message message, std::string hint = {}) { return fail(code, std::move(message), {}, std::move(hint)).value(); }

class OneJob final : public Source {
public:
    explicit OneJob(Job job) : job_(std::move(job)) {}
    std::optional<Job> next(std::size_t lane) override {
        return job_ && job_->lane == lane ? std::exchange(job_, std::nullopt) : std::nullopt;
    }
    void done(Outcome outcome) override { outcome_ = std::move(outcome); }
    [[nodiscard]] std::optional<Outcome>& outcome() { return outcome_; }

private:
    std::optional<Job> job_;
    std::optional<Outcome> outcome_;
};

}  // namespace

struct Engine::State {
    State(EngineOptions wanted, std::shared_ptr<const http::Transport> shared, ObjectStore* objects, Policy& rules,
          std::vector<Pacer*> paces, const Clock& time, Reporter& voice)
        : options(wanted),
          transport(std::move(shared)),
          store(objects),
          policy(rules),
          lanes(std::move(paces)),
          clock(time),
          reporter(voice),
          workers_max(static_cast<std::size_t>(std::clamp(wanted.transfers, 1, 64))),
          tickets(workers_max * 2),
          returns(workers_max * 2) {
        options.attempts_max = std::max(options.attempts_max, 1);
        MOISSON_INVARIANT(!lanes.empty(), "an engine has a lane");
    }
    ~State() { tickets.close(); }
    State(const State&) = delete;
    State& operator=(const State&) = delete;

    // Constant after construction.
    EngineOptions options;
    std::shared_ptr<const http::Transport> transport;
    ObjectStore* store;
    Policy& policy;
    std::vector<Pacer*> lanes;
    const Clock& clock;
    Reporter& reporter;
    std::size_t workers_max;

    // The loop's alone.
    EngineCounts counts;
    std::optional<Error> ended_by;
    std::minstd_rand jitter{std::random_device{}()};
    std::uint64_t sequence = 0;

    // Own synchronisation; the workers end before the queues do.
    BoundedQueue<Ticket> tickets;
    BoundedQueue<Return> returns;
    std::vector<std::jthread> workers;

    void start_worker() {
        workers.emplace_back([this] {
            Worker worker(transport, store, policy, clock);
            while (std::optional<Ticket> ticket = tickets.pop()) {
                returns.push(Return{ticket->number, worker.attempt(std::move(ticket->task))});
            }
        });
    }

    /// How many jobs may be with the workers. With a rate limit, one for each: a job must start when its slot is. Without one, each may
    /// find its next job waiting, which spares it a sleep between two files.
    [[nodiscard]] std::size_t capacity() const {
        const auto is_limited = [](const Pacer* pacer) { return pacer->rate_per_second() > 0; };
        return std::any_of(lanes.begin(), lanes.end(), is_limited) ? workers_max : workers_max * 2;
    }

    [[nodiscard]] std::chrono::milliseconds backoff(int tries) {
        const auto doubled = options.backoff_first * (1LL << std::clamp(tries - 1, 0, 20));
        const auto capped = std::min<std::chrono::milliseconds>(doubled, options.backoff_max);
        return capped * std::uniform_int_distribution<int>(80, 120)(jitter) / 100;
    }
};

namespace {

/// One call of `Engine::run`: everything that it knows besides the engine's own state. Loop's thread only.
template <class State>
class Run {
public:
    Run(State& engine, Source& source, const std::stop_token& stop)
        : engine_(engine),
          source_(source),
          stop_(stop),
          started_(engine.clock.steady_now()),
          link_(stop, StopRequest{&cancel_, &engine.returns}) {
        for (Pacer* const pacer : engine.lanes) {
            const auto first = std::find(engine.lanes.begin(), engine.lanes.end(), pacer) - engine.lanes.begin();
            lanes_.push_back({pacer, static_cast<std::size_t>(first), {}, {}, {}});
        }
        throttles_.resize(lanes_.size());
    }

    void go() {
        engine_.ended_by.reset();
        try {
            while (!end_) {
                look_for_end();
                if (end_) {
                    break;
                }
                submit();
                if (!end_ && is_idle()) {
                    return;
                }
                if (auto back = wait()) {
                    settle(std::move(*back));
                }
            }
            finish();
        } catch (...) {
            // What ends the run here (a refused credential, a failed state store) leaves no worker busy behind it.
            cancel_.request_stop();
            drain_after_failure();
            throw;
        }
    }

private:
    /// What waits in one lane, and why nothing of it goes out any more.
    struct Lane {
        Pacer* pacer = nullptr;
        std::size_t quota = 0;  ///< the first lane that has the same pacer
        std::optional<Pending> ready;
        std::vector<Pending> waiting;  ///< a heap, the soonest due first
        std::optional<Error> end;
    };

    /// How often the service turned calls of one quota away.
    struct Throttle {
        int waits = 0;  ///< in a row
        Instant last{};
    };

    struct StopRequest {
        std::stop_source* source;
        BoundedQueue<Return>* returns;
        void operator()() const {
            source->request_stop();
            returns->nudge();
        }
    };

    [[nodiscard]] Instant now() const { return engine_.clock.steady_now(); }

    void look_for_end() {
        if (stop_.stop_requested()) {
            end_with(ending(ErrorCode::cancelled, "the run was told to stop"));
        } else if (passes_run_time(now())) {
            end_with(ending(
                ErrorCode::too_slow,
                messages::time_set_whole_run_over_s(std::chrono::duration_cast<std::chrono::seconds>(engine_.options.run_time_max).count()),
                "Run again: what is already there is not fetched twice"));
            cancel_.request_stop();
        }
    }

    void end_with(Error error) {
        error.retry = Retry::never;
        engine_.ended_by = error;
        engine_.reporter.log(LogLevel::warning, "transfers-end", error.to_line(),
                             {{"code", to_text(error.code)}, {"request_id", error.request_id}});
        end_ = std::move(error);
    }

    /// The lanes of one quota end: no other job of theirs can fare better. Without any other lane, the run does.
    void end_quota(std::size_t quota, Error error) {
        error.retry = Retry::never;
        for (Lane& lane : lanes_) {
            if (lane.quota == quota && !lane.end) {
                lane.end = error;
            }
        }
        if (std::all_of(lanes_.begin(), lanes_.end(), [](const Lane& lane) { return lane.end.has_value(); })) {
            end_with(std::move(error));
            return;
        }
        engine_.reporter.log(LogLevel::warning, "lane-ends", error.to_line(),
                             {{"code", to_text(error.code)}, {"request_id", error.request_id}, {"lane", quota}});
    }

    [[nodiscard]] bool is_idle() const {
        return under_way_.empty() &&
               std::all_of(lanes_.begin(), lanes_.end(), [](const Lane& lane) { return !lane.ready && lane.waiting.empty(); });
    }

    /// Starts what can start now, lane by lane in turn.
    void submit() {
        bool goes_on = true;
        while (!end_ && goes_on) {
            goes_on = false;
            for (std::size_t step = 0; step < lanes_.size() && !end_; ++step) {
                goes_on = submit_one((turn_ + step) % lanes_.size()) || goes_on;
            }
            turn_ = (turn_ + 1) % lanes_.size();
        }
    }

    /// False when nothing of this lane could start, or be answered, now.
    bool submit_one(std::size_t at) {
        if (lanes_[at].end) {
            return give_rest(at);
        }
        if (under_way_.size() >= engine_.capacity() || !find_ready(at)) {
            return false;
        }
        const Instant instant = now();
        if (lanes_[at].pacer->next_slot(instant) > instant) {
            return false;
        }
        start(at);
        return true;
    }

    /// Retries that are due come before new jobs.
    bool find_ready(std::size_t at) {
        Lane& lane = lanes_[at];
        if (lane.ready) {
            return true;
        }
        if (!lane.waiting.empty() && lane.waiting.front().due <= now()) {
            std::pop_heap(lane.waiting.begin(), lane.waiting.end(), is_later);
            lane.ready = std::move(lane.waiting.back());
            lane.waiting.pop_back();
            return true;
        }
        if (auto job = source_.next(at)) {
            lane.ready.emplace();
            lane.ready->job = std::move(*job);
            lane.ready->job.lane = at;
            return true;
        }
        return false;
    }

    /// Without credentials no call of the lane's can go out; the others' can.
    [[nodiscard]] Result<std::uint64_t> authorize(std::size_t at, http::Request& request) {
        try {
            return engine_.policy.authorize(at, request);
        } catch (const FatalError& refusal) {
            const bool is_of_lane = refusal.exit_code() == ExitCode::refused || refusal.exit_code() == ExitCode::unavailable;
            if (lanes_.size() == 1 || !is_of_lane) {
                throw;
            }
            end_quota(lanes_[at].quota, refusal.error());
            return fail(*lanes_[at].end);
        }
    }

    void start(std::size_t at) {
        Pending pending = std::move(*lanes_[at].ready);
        lanes_[at].ready.reset();
        pending.first_start = pending.first_start.value_or(now());
        auto generation = authorize(at, pending.job.request);
        pending.last_start = now();
        ++pending.attempts;
        ++pending.tries;
        if (!generation) {
            failed(std::move(pending), std::move(generation.error()));
            return;
        }
        pending.generation = *generation;
        lanes_[at].pacer->take(pending.last_start);
        ++engine_.counts.attempts;
        if (under_way_.size() >= engine_.workers.size() && engine_.workers.size() < engine_.workers_max) {
            engine_.start_worker();
        }
        Ticket ticket{++engine_.sequence, Task{std::move(pending.job), cancel_.get_token(), std::exchange(pending.partial, std::nullopt)}};
        const std::uint64_t number = ticket.number;
        under_way_.emplace_back(number, std::move(pending));
        engine_.tickets.push(std::move(ticket));
    }

    [[nodiscard]] std::optional<Return> wait() {
        Instant until = now() + longest_wait;
        if (under_way_.size() < engine_.capacity()) {
            for (const Lane& lane : lanes_) {
                if (lane.ready) {
                    until = std::min(until, lane.pacer->next_slot(now()));
                } else if (!lane.waiting.empty()) {
                    until = std::min(until, lane.waiting.front().due);
                }
            }
        }
        const auto left = std::max<std::chrono::nanoseconds>(until - now(), std::chrono::nanoseconds(0));
        // With every worker busy and as many jobs waiting for them, a few answers may gather before the loop wakes up for them.
        const bool well_fed = under_way_.size() == engine_.workers_max * 2;
        return engine_.returns.pop_within(left, well_fed ? std::max<std::size_t>(engine_.workers_max / 2, 1) : 1);
    }

    /// Joins a return with what the loop kept of its job.
    [[nodiscard]] Pending take_back(Return& back) {
        const auto found =
            std::find_if(under_way_.begin(), under_way_.end(), [&back](const auto& one) { return one.first == back.number; });
        MOISSON_INVARIANT(found != under_way_.end(), "a report for a job that is not under way");
        Pending pending = std::move(found->second);
        *found = std::move(under_way_.back());
        under_way_.pop_back();
        pending.job = std::move(back.report.job);
        pending.partial = std::move(back.report.partial);
        engine_.counts.bytes_received += back.report.bytes_received;
        return pending;
    }

    [[nodiscard]] Lane& lane_of(const Pending& pending) { return lanes_[pending.job.lane]; }
    [[nodiscard]] Throttle& throttle_of(const Pending& pending) { return throttles_[lane_of(pending).quota]; }

    void went_well(const Pending& pending, Instant instant) {
        throttle_of(pending).waits = 0;
        lane_of(pending).pacer->went_well(instant);
    }

    void settle(Return back) {
        Pending pending = take_back(back);
        if (back.report.answer) {
            went_well(pending, now());
            give(std::move(pending), std::move(back.report.answer));
            return;
        }
        failed(std::move(pending), std::move(back.report.answer.error()));
    }

    void failed(Pending pending, Error error) {
        const Instant instant = now();
        if (error.http_status != 0 && error.code != ErrorCode::throttled && error.code != ErrorCode::quota_spent) {
            went_well(pending, instant);
        }
        switch (error.code) {
            case ErrorCode::throttled: throttled(std::move(pending), std::move(error)); return;
            case ErrorCode::token_expired: renew(std::move(pending), std::move(error)); return;
            case ErrorCode::quota_spent:
                end_quota(lane_of(pending).quota, error);
                give(std::move(pending), fail(std::move(error)));
                return;
            case ErrorCode::disk:
                // No other job can fare better: the rest is answered without being tried.
                end_with(error);
                give(std::move(pending), fail(std::move(error)));
                return;
            default: break;
        }
        const bool may_repeat = error.retry == Retry::later && (pending.job.repeatable || was_never_sent(error));
        if (!may_repeat || pending.tries >= engine_.options.attempts_max) {
            give(std::move(pending), fail(std::move(error)));
            return;
        }
        const auto wait = error.retry_after.value_or(engine_.backoff(pending.tries));
        repeat(std::move(pending), std::move(error), wait);
    }

    /// Holds back all calls of the quota. The call was not executed, so it costs the job no try and may be repeated whatever it was.
    void throttled(Pending pending, Error error) {
        const Instant instant = now();
        Pacer& pacer = *lane_of(pending).pacer;
        Throttle& throttle = throttle_of(pending);
        const auto wait = error.retry_after.value_or(std::chrono::milliseconds(0));
        ++engine_.counts.throttled;
        --pending.tries;
        pacer.slow_down(instant, wait);
        // Calls that were under way together are turned away together: they are one sign, not many.
        if (pending.last_start >= throttle.last) {
            throttle.last = instant;
            ++throttle.waits;
            tell_slow_down(pacer, instant, error);
        }
        if (wait >= engine_.options.item_time_max || passes_run_time(instant + wait)) {
            error.code = ErrorCode::quota_spent;
            error.message =
                messages::service_asks_wait_s_longer_run_may(std::chrono::duration_cast<std::chrono::seconds>(wait).count(), error.message);
        } else if (throttle.waits > engine_.options.throttle_waits_max) {
            error.message = messages::service_turned_calls_away_times(throttle.waits, error.message);
        } else {
            repeat(std::move(pending), std::move(error), std::chrono::milliseconds(0));
            return;
        }
        end_quota(lane_of(pending).quota, error);
        give(std::move(pending), fail(std::move(error)));
    }

    void tell_slow_down(const Pacer& pacer, Instant instant, const Error& error) {
        const auto held = std::chrono::ceil<std::chrono::milliseconds>(pacer.hold_until() - instant);
        engine_.reporter.log(LogLevel::info, "slow-down",
                             fmt::format("the service asks for fewer calls: waiting {:.1f} s, then {:.1f} a second",
                                         static_cast<double>(held.count()) / 1000.0, pacer.rate_per_second()),
                             {{"code", to_text(error.code)},
                              {"http_status", error.http_status},
                              {"wait_ms", held.count()},
                              {"request_id", error.request_id}});
    }

    [[nodiscard]] bool passes_run_time(Instant instant) const {
        return engine_.options.run_time_max.count() > 0 && instant - started_ >= engine_.options.run_time_max;
    }

    void renew(Pending pending, Error error) {
        engine_.policy.expired(pending.job.lane, pending.generation);
        --pending.tries;
        if (++pending.renewals > token_renewals_max) {
            error.retry = Retry::never;
            error.hint = fmt::format("The service takes no new token either. {}", error.hint);
            give(std::move(pending), fail(std::move(error)));
            return;
        }
        repeat(std::move(pending), std::move(error), std::chrono::milliseconds(0));
    }

    void repeat(Pending pending, Error error, std::chrono::milliseconds wait) {
        const Instant due = now() + wait;
        const bool too_late = due - *pending.first_start >= engine_.options.item_time_max;
        if (too_late || passes_run_time(due)) {
            error.hint = fmt::format("No further attempt fits into the time set for {}", too_late ? "one item" : "the run");
            give(std::move(pending), fail(std::move(error)));
            return;
        }
        ++engine_.counts.retries;
        tell_retry(pending, error, wait);
        std::vector<Pending>& waiting = lane_of(pending).waiting;
        if (waiting.size() >= engine_.workers_max * 2) {
            pending.partial.reset();  // each one holds a file open
        }
        pending.last_error = std::move(error);
        pending.due = due;
        pending.sequence = ++engine_.sequence;
        waiting.push_back(std::move(pending));
        std::push_heap(waiting.begin(), waiting.end(), is_later);
    }

    /// What was turned away, or needed a new token, was not carried out: it costs no attempt.
    void tell_retry(const Pending& pending, const Error& error, std::chrono::milliseconds wait) {
        const bool costs_nothing = error.code == ErrorCode::throttled || error.code == ErrorCode::token_expired;
        LogFields fields = pending.job.about;
        fields.emplace_back("code", to_text(error.code));
        fields.emplace_back("request_id", error.request_id);
        std::string how = "asked again, which costs no attempt";
        if (!costs_nothing) {
            how = fmt::format("attempt {} of {}, next in {}", pending.tries, engine_.options.attempts_max, format_wait(wait));
            fields.emplace_back("attempt", pending.tries);
            fields.emplace_back("attempts_max", engine_.options.attempts_max);
            fields.emplace_back("wait_ms", wait.count());
        }
        engine_.reporter.log(LogLevel::debug, "retry", fmt::format("{}: {}", how, error.to_line()), fields);
    }

    void give(Pending pending, Result<Answer> answer) {
        Outcome outcome;
        outcome.tag = pending.job.tag;
        outcome.answer = std::move(answer);
        outcome.attempts = pending.attempts;
        pending.partial.reset();
        source_.done(std::move(outcome));
    }

    /// The end's error for a job that got no answer of its own; what it met before stays readable in `cause`.
    [[nodiscard]] static tl::unexpected<Error> ended(Error error, const std::optional<Error>& before) {
        if (before) {
            error.cause = before->to_line();
        }
        return fail(std::move(error));
    }

    /// Answers with the lane's end, or the run's, what waits in the lane and what the source still has for it. False when there was
    /// nothing.
    bool give_rest(std::size_t at, bool asks_source = true) {
        const Error error = end_ ? *end_ : *lanes_[at].end;
        std::vector<Pending> rest = std::exchange(lanes_[at].waiting, {});
        if (lanes_[at].ready) {
            rest.insert(rest.begin(), std::move(*lanes_[at].ready));
            lanes_[at].ready.reset();
        }
        bool had_some = !rest.empty();
        for (Pending& pending : rest) {
            auto answer = ended(error, pending.last_error);
            give(std::move(pending), std::move(answer));
        }
        while (asks_source) {
            auto job = source_.next(at);
            if (!job) {
                break;
            }
            Pending pending;
            pending.job = std::move(*job);
            pending.job.lane = at;
            give(std::move(pending), ended(error, std::nullopt));
            had_some = true;
        }
        return had_some;
    }

    void finish() {
        if (end_->code == ErrorCode::disk) {
            cancel_.request_stop();
        }
        take_back_tickets();
        while (!under_way_.empty()) {
            auto back = engine_.returns.pop_within(longest_wait);
            if (!back) {
                if (stop_.stop_requested()) {
                    cancel_.request_stop();
                }
                continue;
            }
            Pending pending = take_back(*back);
            const bool cancelled = !back->report.answer && back->report.answer.error().code == ErrorCode::cancelled;
            Result<Answer> answer = cancelled ? Result<Answer>(ended(*end_, pending.last_error)) : std::move(back->report.answer);
            give(std::move(pending), std::move(answer));
        }
        // Told to stop: nobody waits for a word on every job that is still to come.
        const bool asks_source = end_->code != ErrorCode::cancelled;
        for (bool goes_on = true; goes_on;) {
            goes_on = false;
            for (std::size_t at = 0; at < lanes_.size(); ++at) {
                goes_on = give_rest(at, asks_source) || goes_on;
            }
        }
    }

    /// Jobs that no worker has begun wait like the others.
    void take_back_tickets() {
        while (auto ticket = engine_.tickets.try_pop()) {
            Return back{ticket->number,
                        Report{std::move(ticket->task.job), fail(ErrorCode::cancelled, ""), std::move(ticket->task.partial), 0}};
            Pending pending = take_back(back);
            --pending.attempts;
            lane_of(pending).waiting.push_back(std::move(pending));
        }
    }

    /// Workers come to rest; answers that were whole are still handed over, unless the source itself is what failed.
    void drain_after_failure() {
        while (auto ticket = engine_.tickets.try_pop()) {
            std::erase_if(under_way_, [&ticket](const auto& one) { return one.first == ticket->number; });
        }
        bool source_works = true;
        while (!under_way_.empty()) {
            auto back = engine_.returns.pop_within(longest_wait);
            if (!back) {
                continue;
            }
            Pending pending = take_back(*back);
            if (!source_works || !back->report.answer) {
                continue;
            }
            try {
                give(std::move(pending), std::move(back->report.answer));
            } catch (const std::exception& second) {
                source_works = false;
                engine_.reporter.log(LogLevel::error, "outcome-lost", sanitise(second.what()));
            }
        }
    }

    State& engine_;
    Source& source_;
    std::stop_token stop_;
    Instant started_;
    std::stop_source cancel_;
    std::stop_callback<StopRequest> link_;

    std::vector<std::pair<std::uint64_t, Pending>> under_way_;
    std::vector<Lane> lanes_;
    std::vector<Throttle> throttles_;  ///< by the first lane of each quota
    std::size_t turn_ = 0;             ///< the lane that comes first
    std::optional<Error> end_;
};

}  // namespace

Engine::Engine(EngineOptions options, std::shared_ptr<const http::Transport> transport, ObjectStore* store, Policy& policy,
               std::vector<Pacer*> lanes, const Clock& clock, Reporter& reporter)
    : state_(std::make_unique<State>(options, std::move(transport), store, policy, std::move(lanes), clock, reporter)) {}

Engine::~Engine() = default;

void Engine::run(Source& source, std::stop_token stop) { Run<State>(*state_, source, stop).go(); }

Outcome Engine::fetch(Job job, std::stop_token stop) {
    const std::uint64_t tag = job.tag;
    OneJob source(std::move(job));
    run(source, std::move(stop));
    if (source.outcome()) {
        return std::move(*source.outcome());
    }
    return Outcome{tag, fail(ending(ErrorCode::cancelled, "the run was told to stop")), 0};
}

const EngineCounts& Engine::counts() const noexcept { return state_->counts; }

const std::optional<Error>& Engine::ended_by() const noexcept { return state_->ended_by; }

}  // namespace moisson::transfer
