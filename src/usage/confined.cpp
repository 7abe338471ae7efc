/// Documents read in a child process: the run's side, and the child's.
///
/// The child reads several documents at a time, as this process would: while lines of one are read the next is unpacked. Should it fail,
/// those that it held are read once more, each alone, and the one that makes it fail again is to blame.
#include <iconv.h>

#include <algorithm>
#include <deque>
#include <memory>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "base/files.hpp"
#include "usage/messages.hpp"
#include "usage/plan.hpp"
#include "usage/reader_frames.hpp"
#include "usage/row_check.hpp"

namespace moisson::usage {

namespace {

/// Documents that the child has and has not finished: some to read, some to begin with.
constexpr std::size_t window = 32;
static_assert(window < cage::Cage::descriptors_max);

/// The child's side of the orders.
class LinkOrders final : public Orders {
public:
    explicit LinkOrders(cage::Link& link) : link_(link) {}
    Result<std::optional<Order>> next() override {
        cage::Frame given;
        if (!link_.next(given)) {
            return std::optional<Order>();
        }
        auto order = given.kind == frame::document ? read_order(given.bytes) : std::nullopt;
        if (!order || !given.descriptor.is_open()) {
            return fail(ErrorCode::internal, "this is no order");
        }
        order->file = std::move(given.descriptor);
        return order;
    }

private:
    cage::Link& link_;
};

class LinkTaker final : public Taker {
public:
    LinkTaker(cage::Link& link, bool wants_rows) : sender_(link, wants_rows) {}
    Status take(std::size_t document, const Yield& yield) override {
        sender_.send(document, yield);
        return {};
    }

private:
    PieceSender sender_;
};

void read_for_parent(cage::Link& link) {
    cage::Frame given;
    if (!link.next(given)) {
        return;
    }
    auto terms = given.kind == frame::begin ? read_terms(given.bytes) : std::nullopt;
    MOISSON_INVARIANT(terms.has_value(), "the parent is the same program");
    LinkOrders orders(link);
    LinkTaker taker(link, terms->wants_rows);
    const Status done = read_all(orders, taker, terms->reading);
    if (!done && done.error().code == ErrorCode::disk) {
        link.put(frame::file_broken, {});
    }
}

/// Names of an archive's entries are turned into the process's letters by what iconv loads when it is first asked.
void load_libraries() {
    for (const char* const to : {"ANSI_X3.4-1968", "UTF-8"}) {
        for (const char* const from : {"UTF-8", "ANSI_X3.4-1968", "CP437"}) {
            static_cast<void>(::iconv_open(to, from));  // kept open: a process reads one job's documents and ends
        }
    }
}

cage::Limits limits_of(unsigned threads) {
    cage::Limits limits;
    limits.threads = threads;
    return limits;
}

/// The run's side.
class ConfinedReading {
public:
    ConfinedReading(const std::vector<Plan>& plans, PlanTaker& taker, const Reading& reading, bool wants_rows,
                    std::unique_ptr<cage::Cage> first, std::optional<cage::Confinement>& confinement)
        : plans_(plans),
          taker_(taker),
          reading_(reading),
          wants_rows_(wants_rows),
          first_(std::move(first)),
          confinement_(confinement) {
        for (std::size_t at = 0; at < plans.size(); ++at) {
            if (!plans[at].is_left_out) {
                documents_.push_back(at);
            }
        }
    }

    Status read() {
        while (at_ < documents_.size()) {
            const bool alone = at_ < alone_until_;
            auto failure = read_with_child(alone ? alone_until_ : documents_.size(), alone ? 1 : window, alone ? 1 : reading_.threads);
            if (!failure) {
                return fail(std::move(failure.error()));
            }
            if (*failure) {
                if (auto done = judge(**failure, alone); !done) {
                    return done;
                }
            }
        }
        return {};
    }

private:
    using Ended = Result<std::optional<cage::Failure>>;

    cage::Outcome<std::unique_ptr<cage::Cage>> start(unsigned threads) {
        // One that was started early may be gone by now: it had read nothing, so another takes its place.
        if (auto early = std::move(first_); early != nullptr && !early->wait_until_confined()) {
            return early;
        }
        return cage::Cage::start(reader_job_name, limits_of(threads), reading_.stop);
    }

    /// Reads from `at_` to `end`. A failure of the child is a value; an error ends the pass.
    Ended read_with_child(std::size_t end, std::size_t ahead, unsigned threads) {
        auto started = start(threads);
        if (!started) {
            return std::optional(started.error());
        }
        cage::Cage& cage = **started;
        confinement_ = cage.confinement();
        ReaderTerms terms{reading_, wants_rows_};
        terms.reading.threads = threads;
        cage::ValueWriter writer;
        put_terms(writer, terms);
        cage.put(frame::begin, writer.bytes());
        sent_ = at_;
        orders_.clear();
        yield_.clear();
        pieces_seen_ = bytes_seen_ = 0;
        for (bool is_timed = false; at_ < end;) {
            if (sent_ - at_ <= ahead / 2) {
                if (auto given = give(cage, std::min(end, at_ + ahead)); !given) {
                    return fail(std::move(given.error()));
                }
            }
            if (!is_timed) {
                cage.allow(time_for(orders_.front()));
                is_timed = true;
            }
            auto frame = cage.next();
            if (!frame) {
                return std::optional(frame.error());
            }
            const std::size_t before = at_;
            if (auto taken = take(cage, *frame); !taken || *taken) {
                return taken;
            }
            is_timed = before == at_;
        }
        return std::optional<cage::Failure>();
    }

    Status give(cage::Cage& cage, std::size_t until) {
        cage::ValueWriter writer;
        for (; sent_ < until; ++sent_) {
            auto order = order_for(plans_, documents_[sent_], taker_.left_for_document());
            if (!order) {
                return fail(std::move(order.error()));
            }
            writer.clear();
            put_order(writer, *order);
            cage.put(frame::document, writer.bytes(), std::move(order->file));
            orders_.push_back(std::move(*order));
        }
        return {};
    }

    /// More than the document's own budget, which the child keeps: this is for a child that does not.
    [[nodiscard]] std::chrono::milliseconds time_for(const Order& order) const {
        const Limits& limits = reading_.limits;
        const bool is_packed = order.media_type != "text/csv" && order.media_type != "application/octet-stream";
        const std::uint64_t unpacked = is_packed ? limits.unpacked.explained(order.stored_bytes) + order.free.unpacked : 0;
        return limits.time_for(order.stored_bytes + unpacked, order.free.milliseconds + limits.patience_milliseconds);
    }

    /// One frame. What cannot be ends the child.
    Ended take(cage::Cage& cage, const cage::Frame& given) {
        switch (given.kind) {
            case frame::rows: return take_rows(cage, given.bytes);
            case frame::groups:
                return is_repeated() || read_groups(given.bytes, yield_) ? Ended(std::nullopt) : std::optional(cage.refuse());
            case frame::piece: return take_piece(cage, given.bytes);
            case frame::file_broken: {
                // The child's word ends no run: this process looks itself.
                if (auto readable = sha256_of_file(plans_[orders_.front().document].source.file); !readable) {
                    return fail(std::move(readable.error()));
                }
                return std::optional(cage.refuse());
            }
            default: return std::optional(cage.refuse());
        }
    }

    /// A piece that was taken from a child before, which failed later.
    [[nodiscard]] bool is_repeated() const noexcept { return pieces_seen_ < pieces_taken_; }

    Ended take_rows(cage::Cage& cage, std::string_view rows) {
        const Order& order = orders_.front();
        bytes_seen_ += rows.size();
        if (is_repeated() || bytes_seen_ <= bytes_taken_) {
            return Ended(std::nullopt);
        }
        if (!row_check_) {
            row_check_.emplace(order.prefix, order.counted);
        }
        document_bytes_ += rows.size();
        const Limits& limits = reading_.limits;
        const std::uint64_t bytes_max =
            limits.rows.explained(order.stored_bytes) + order.free.rows + limits.piece_rows_bytes + cage::frame_bytes_max;
        const auto count = row_check_->check(rows);
        if (!wants_rows_ || bytes_seen_ - rows.size() != bytes_taken_ || document_bytes_ > bytes_max || !count) {
            return std::optional(cage.refuse());
        }
        bytes_taken_ += rows.size();
        rows_in_piece_ += *count;
        if (auto written = taker_.take_rows(order.document, rows); !written) {
            return fail(std::move(written.error()));
        }
        return Ended(std::nullopt);
    }

    Ended take_piece(cage::Cage& cage, std::string_view bytes) {
        if (is_repeated()) {
            ++pieces_seen_;
            bytes_seen_ = 0;
            return Ended(std::nullopt);
        }
        const Order& order = orders_.front();
        if (!read_piece(bytes, order, yield_, without_groups_) || (wants_rows_ && yield_.lines != rows_in_piece_)) {
            return std::optional(cage.refuse());
        }
        const bool is_done = yield_.is_last || yield_.error;
        auto taken = taker_.take(order.document, yield_);
        yield_.clear();
        ++pieces_seen_;
        ++pieces_taken_;
        rows_in_piece_ = bytes_seen_ = bytes_taken_ = 0;
        if (is_done) {
            end_document();
        }
        return taken ? Ended(std::nullopt) : fail(std::move(taken.error()));
    }

    void end_document() {
        ++at_;
        if (!orders_.empty()) {
            orders_.pop_front();
        }
        row_check_.reset();
        document_bytes_ = rows_in_piece_ = bytes_seen_ = bytes_taken_ = 0;
        pieces_seen_ = pieces_taken_ = 0;
        without_groups_.clear();
    }

    /// What a child's failure means: the end of the pass, a document that is to blame, or documents that are read alone from now on.
    Status judge(const cage::Failure& failure, bool alone) {
        if (failure.ending == cage::Ending::cancelled) {
            return fail(ErrorCode::cancelled, failure.sentence);
        }
        if (failure.ending == cage::Ending::not_started) {
            return fail(ErrorCode::internal, fmt::format("documents cannot be read: {}", failure.sentence), "",
                        "Raise the limits of processes, files and memory");
        }
        const bool over_time = failure.ending == cage::Ending::over_time;
        if (over_time && !orders_.empty()) {
            taker_.charge_time(orders_.front().free.milliseconds);
        }
        if (!alone) {
            alone_until_ = sent_;
            return {};
        }
        Yield nothing;
        nothing.is_last = true;
        nothing.error = over_time ? LineError{0, messages::takes_longer_read_size_explains, Trouble::over_budget}
                                  : LineError{0, messages::reader_failed(failure.sentence), Trouble::reader_failed};
        auto taken = taker_.take(documents_[at_], nothing);
        end_document();
        return taken;
    }

    const std::vector<Plan>& plans_;
    PlanTaker& taker_;
    const Reading& reading_;
    const bool wants_rows_;
    std::unique_ptr<cage::Cage> first_;  // started beforehand, for as many threads as `reading_` has; null: none, or it has read
    std::optional<cage::Confinement>& confinement_;

    std::vector<std::size_t> documents_;  // into plans_; what follows counts in these
    std::size_t at_ = 0;                  // the first that is not read to its end
    std::size_t sent_ = 0;                // the first that the child does not have
    std::size_t alone_until_ = 0;         // up to there each is read alone
    std::deque<Order> orders_;            // of those that the child has
    Yield yield_;                         // of the piece at hand

    // Of the document at `at_`; taken: from any child; seen: from this one.
    std::optional<RowCheck> row_check_;
    std::uint64_t document_bytes_ = 0;
    std::uint64_t pieces_taken_ = 0;
    std::uint64_t pieces_seen_ = 0;
    std::uint64_t bytes_taken_ = 0;  // of rows of the piece at hand
    std::uint64_t bytes_seen_ = 0;
    std::uint64_t rows_in_piece_ = 0;
    std::vector<UsageSum> without_groups_;  // of pieces that were taken
};

}  // namespace

std::unique_ptr<cage::Cage> launch_reader(const Reading& reading) {
    auto launched = cage::Cage::launch(reader_job_name, limits_of(reading.threads), reading.stop);
    return launched ? std::move(*launched) : nullptr;
}

Status read_confined(const std::vector<Plan>& plans, PlanTaker& taker, const Reading& reading, bool wants_rows,
                     std::unique_ptr<cage::Cage> reader, std::optional<cage::Confinement>& confinement) {
    return ConfinedReading(plans, taker, reading, wants_rows, std::move(reader), confinement).read();
}

cage::Job reader_job() { return {reader_job_name, load_libraries, read_for_parent}; }

}  // namespace moisson::usage
