/// The threads of a reading. The calling thread cuts the documents into pieces of whole lines, workers read them, and whoever finishes the
/// piece that is next in order hands all that are ready to the taker. A fixed number of pieces goes round, so memory is bounded.
#include "usage/pass.hpp"
#include "usage/messages.hpp"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <exception>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

namespace moisson::usage {

namespace {

/// A piece of one document on its way.
struct Task {
    std::uint64_t sequence = 0;
    std::size_t document = 0;
    std::shared_ptr<const Shape> shape;
    Piece piece;
    std::size_t skip = 0;          ///< bytes of the piece before its first line
    std::uint64_t first_line = 1;  ///< after these
    bool is_known_broken = false;
    std::uint64_t rows_bytes_max = 0;  ///< of the document
    std::string other_sheet;
    Sightings more_columns;
    bool is_no_source = false;
    bool is_last = false;  ///< of the document
    std::uint64_t unpacked_bytes = 0;
    std::uint64_t milliseconds = 0;
    Yield yield;
};

/// What one odd piece grew beyond this goes back.
constexpr std::size_t kept_bytes_max = 4U << 20U;
/// The first piece must show how the document writes its numbers.
constexpr std::size_t first_piece_bytes_min = 128U << 10U;

void read_task(LineReader& reader, Task& task) {
    task.yield.clear();
    task.yield.is_last = task.is_last;
    task.yield.counted = task.shape && task.shape->counted;
    if (task.shape) {
        reader.read(*task.shape, task.piece.lines().substr(task.skip), task.first_line, task.yield);
    }
    if (!task.yield.error) {
        task.yield.error = task.piece.error;
    }
    if (task.is_known_broken) {
        task.yield.error.reset();
    }
    task.yield.more_columns.add(task.more_columns);
    task.yield.other_sheet = task.other_sheet;
    task.yield.is_no_source = task.is_no_source;
    task.yield.unpacked_bytes = task.unpacked_bytes;
    task.yield.milliseconds = task.milliseconds;
}

/// Where pieces go round.
class Line {
public:
    Line(Taker& taker, const Reading& reading);
    ~Line();
    Line(const Line&) = delete;
    Line& operator=(const Line&) = delete;

    [[nodiscard]] Status read_documents(Orders& orders);

private:
    [[nodiscard]] Status read_document(Order order);
    /// Cuts the next piece; sets shape and start on the document's first.
    [[nodiscard]] Status cut(Task& task, Cutter& cutter, const Order& order, const Input& input, bool is_first);
    /// Ends a document whose rows grow longer than they may. In order.
    void weigh(Task& task);
    [[nodiscard]] std::unique_ptr<Task> get_free();
    void submit(std::unique_ptr<Task> task);
    void work();
    void put_ready(std::unique_ptr<Task> task, std::unique_lock<std::mutex>& lock);
    void take_ready(std::unique_lock<std::mutex>& lock);
    [[nodiscard]] Status finish();
    [[nodiscard]] bool is_over() const { return failed_ || thrown_ != nullptr; }

    Taker& taker_;
    const Reading& reading_;
    const bool inline_;
    LineReader reader_;  // of the calling thread
    std::uint64_t submitted_ = 0;
    std::shared_ptr<Shape> shape_;

    std::mutex mutex_;
    std::condition_variable changed_;
    // under mutex_
    std::vector<std::unique_ptr<Task>> free_;
    std::deque<std::unique_ptr<Task>> waiting_;
    std::map<std::uint64_t, std::unique_ptr<Task>> ready_;
    std::uint64_t taken_ = 0;
    bool taking_ = false;
    bool closing_ = false;
    std::size_t weighed_document_ = SIZE_MAX;
    std::uint64_t rows_bytes_ = 0;            // of that document
    std::size_t broken_document_ = SIZE_MAX;  // the newest document with an error: no more of it is cut
    std::optional<Error> failed_;
    std::exception_ptr thrown_;

    std::vector<std::jthread> workers_;
};

Line::Line(Taker& taker, const Reading& reading) : taker_(taker), reading_(reading), inline_(reading.threads == 1) {
    const unsigned threads = reading.threads;
    const std::size_t tasks = inline_ ? 1 : 2 * std::size_t{threads} + 2;
    for (std::size_t at = 0; at < tasks; ++at) {
        free_.push_back(std::make_unique<Task>());
    }
    for (unsigned at = 0; !inline_ && at < threads; ++at) {
        workers_.emplace_back([this] { work(); });
    }
}

Line::~Line() {
    {
        const std::scoped_lock lock(mutex_);
        closing_ = true;
        waiting_.clear();
    }
    changed_.notify_all();
    workers_.clear();
}

std::unique_ptr<Task> Line::get_free() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return !free_.empty() || is_over(); });
    if (free_.empty()) {
        return nullptr;
    }
    auto task = std::move(free_.back());
    free_.pop_back();
    return task;
}

void Line::submit(std::unique_ptr<Task> task) {
    task->sequence = submitted_++;
    if (inline_) {
        read_task(reader_, *task);
        std::unique_lock lock(mutex_);
        put_ready(std::move(task), lock);
        return;
    }
    {
        const std::scoped_lock lock(mutex_);
        waiting_.push_back(std::move(task));
    }
    changed_.notify_all();
}

void Line::work() {
    LineReader reader;
    std::unique_lock lock(mutex_);
    for (;;) {
        changed_.wait(lock, [&] { return !waiting_.empty() || closing_; });
        if (closing_) {
            return;
        }
        auto task = std::move(waiting_.front());
        waiting_.pop_front();
        lock.unlock();
        std::exception_ptr thrown;
        try {
            read_task(reader, *task);
        } catch (...) {
            thrown = std::current_exception();
        }
        lock.lock();
        if (thrown != nullptr) {
            thrown_ = thrown;
            changed_.notify_all();
            return;
        }
        put_ready(std::move(task), lock);
    }
}

void Line::put_ready(std::unique_ptr<Task> task, std::unique_lock<std::mutex>& lock) {
    const std::uint64_t sequence = task->sequence;
    ready_.emplace(sequence, std::move(task));
    if (!taking_) {
        taking_ = true;
        take_ready(lock);
        taking_ = false;
    }
}

void Line::take_ready(std::unique_lock<std::mutex>& lock) {
    for (auto next = ready_.find(taken_); next != ready_.end() && !is_over(); next = ready_.find(taken_)) {
        auto task = std::move(next->second);
        ready_.erase(next);
        const bool is_void = broken_document_ == task->document;  // lines after an error
        lock.unlock();
        Status status;
        std::exception_ptr thrown;
        try {
            if (!is_void) {
                weigh(*task);
                status = taker_.take(task->document, task->yield);
            }
            task->piece.buffer.shrink_to(kept_bytes_max);
            task->yield.rows.shrink_to(kept_bytes_max);
        } catch (...) {
            thrown = std::current_exception();
        }
        lock.lock();
        if (!status) {
            failed_ = std::move(status.error());
        }
        thrown_ = thrown != nullptr ? thrown : thrown_;
        if (task->yield.error) {
            broken_document_ = task->document;
        }
        ++taken_;
        free_.push_back(std::move(task));
        changed_.notify_all();
    }
}

void Line::weigh(Task& task) {
    if (weighed_document_ != task.document) {
        weighed_document_ = task.document;
        rows_bytes_ = 0;
    }
    rows_bytes_ += task.yield.rows.size();
    if (rows_bytes_ > task.rows_bytes_max && !task.yield.error) {
        task.yield.error = LineError{task.first_line, rows_too_long, Trouble::over_budget};
    }
}

Status Line::cut(Task& task, Cutter& cutter, const Order& order, const Input& input, bool is_first) {
    if (auto cutted = cutter.next(task.piece, is_first ? std::max(reading_.chunk_bytes, first_piece_bytes_min) : reading_.chunk_bytes);
        !cutted) {
        return cutted;
    }
    task.first_line = task.piece.first_line;
    if (is_first) {
        shape_ = std::make_shared<Shape>();
        shape_->prefix = order.prefix;
        shape_->counted = order.counted;
        shape_->currency = order.currency;
        shape_->line_limit = order.line_limit;
        shape_->lines_are_rows = input.is_workbook;
        shape_->rows_bytes_max = reading_.limits.piece_rows_bytes;
        if (input.is_workbook) {
            shape_->mark = DecimalMark::dot;
            task.other_sheet = input.source->other_sheet();
        } else if (task.piece.lines_size > 0) {
            LineReader::Start start = reader_.find_start(task.piece.lines(), *shape_);
            task.skip = start.bytes;
            task.first_line = start.line;
            if (start.columns > 0) {
                task.more_columns.add_columns(1, start.columns);
            }
            if (start.error) {
                task.piece.error = std::move(start.error);
                task.piece.lines_size = task.skip = 0;
                task.piece.is_last = true;
            }
        }
    }
    if (task.first_line > reading_.limits.lines && !task.piece.error) {
        task.piece.error = LineError{task.first_line, messages::more_lines_any_report, Trouble::over_budget};
        task.piece.lines_size = task.skip = 0;
        task.piece.is_last = true;
    }
    task.shape = shape_;
    return {};
}

Status Line::read_document(Order order) {
    Budget budget(reading_.limits, order.stored_bytes, order.free, reading_.stop);
    StoredFile file(std::move(order.file), order.stored_bytes, budget);
    auto input = open_input(file, order.media_type);
    std::optional<Cutter> cutter;
    if (!input && input.error().code == ErrorCode::disk) {
        return fail(std::move(input.error()));
    }
    const bool is_no_source = input && order.is_bill && order.media_type == zip_type && !input->is_workbook;
    if (input && !is_no_source) {
        cutter.emplace(*input->source, input->is_workbook);
    }
    for (bool is_first = true, is_last = false; !is_last; is_first = false) {
        if (reading_.stop.stop_requested()) {
            break;
        }
        auto task = get_free();
        if (task == nullptr) {
            return {};  // `finish` says why
        }
        task->document = order.document;
        task->is_known_broken = order.is_known_broken;
        task->rows_bytes_max = reading_.limits.rows.explained(order.stored_bytes) + order.free.rows;
        task->is_no_source = is_no_source;
        task->other_sheet.clear();
        task->more_columns = Sightings{};
        task->skip = 0;
        if (cutter) {
            if (auto cutted = cut(*task, *cutter, order, *input, is_first); !cutted) {
                return cutted;
            }
        } else {
            task->shape.reset();
            task->piece.lines_size = 0;
            task->piece.error = input ? std::nullopt : std::optional(trouble_of(0, input.error()));
            task->piece.is_last = true;
        }
        task->unpacked_bytes = budget.unpacked_bytes();
        task->milliseconds = budget.milliseconds();
        is_last = task->piece.is_last || (order.line_limit != 0 && task->first_line >= order.line_limit);
        task->is_last = is_last;
        submit(std::move(task));
        const std::scoped_lock lock(mutex_);
        is_last = is_last || broken_document_ == order.document;
    }
    return reading_.stop.stop_requested() ? Status(fail(ErrorCode::cancelled, "the run was told to stop")) : Status{};
}

Status Line::finish() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return taken_ == submitted_ || is_over(); });
    if (thrown_ != nullptr) {
        std::rethrow_exception(thrown_);
    }
    return failed_ ? Status(fail(std::move(*failed_))) : Status{};
}

Status Line::read_documents(Orders& orders) {
    for (;;) {
        auto order = orders.next();
        if (!order) {
            return fail(std::move(order.error()));
        }
        if (!*order) {
            return finish();
        }
        if (auto read = read_document(std::move(**order)); !read) {
            return read;
        }
    }
}

}  // namespace

Status read_all(Orders& orders, Taker& taker, const Reading& reading) {
    Line line(taker, reading);
    return line.read_documents(orders);
}

}  // namespace moisson::usage
