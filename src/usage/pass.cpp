/// The threads of a reading. The calling thread cuts the documents into pieces of whole lines, workers read them, and whoever finishes the
/// piece that is next in order hands all that are ready to the taker. A fixed number of pieces goes round, so memory is bounded.
#include "usage/pass.hpp"

#include <algorithm>
#include <thread>

#include <fmt/format.h>

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
    std::string other_sheet;
    Sightings more_columns;
    Yield yield;
};

/// What one odd piece grew beyond this goes back.
constexpr std::size_t kept_bytes_max = 4U << 20U;
/// The first piece must show how the document writes its numbers.
constexpr std::size_t first_piece_bytes_min = 128U << 10U;

/// A NUL as U+FFFD, as in ledger.csv: readers in C would end the line there.
std::string without_nul(std::string text) {
    for (std::size_t at = text.find('\0'); at != std::string::npos; at = text.find('\0', at)) {
        text.replace(at, 1, "\xEF\xBF\xBD");
    }
    return text;
}

std::string prefix_of(const LedgerEntry& entry) {
    std::string prefix;
    append_csv_field(prefix, without_nul(entry.contract->id));
    prefix += ',';
    append_csv_field(prefix, without_nul(entry.contract->name));
    prefix += ',';
    prefix += entry.period ? entry.period->month().to_text() : std::string();
    prefix += ',';
    append_csv_field(prefix, without_nul(entry.document_id));
    prefix += fmt::format(",{},", entry.version);
    append_csv_field(prefix, without_nul(entry.document_type));
    prefix += ',';
    return prefix;
}

void read_task(LineReader& reader, Task& task, bool is_known_broken) {
    task.yield.clear();
    if (task.shape) {
        reader.read(*task.shape, task.piece.lines().substr(task.skip), task.first_line, task.yield);
    }
    if (!task.yield.error) {
        task.yield.error = task.piece.error;
    }
    if (is_known_broken) {
        task.yield.error.reset();
    }
    task.yield.more_columns.add(task.more_columns);
}

/// Where pieces go round.
class Line {
public:
    Line(const std::vector<Plan>& plans, Taker& taker, const Options& options, unsigned threads);
    ~Line();
    Line(const Line&) = delete;
    Line& operator=(const Line&) = delete;

    [[nodiscard]] Status read_documents();

private:
    [[nodiscard]] Status read_document(std::size_t document);
    /// Cuts the next piece; sets shape and start on the document's first.
    [[nodiscard]] Status cut(Task& task, Cutter& cutter, const Input& input, bool is_first);
    [[nodiscard]] std::unique_ptr<Task> get_free();
    void submit(std::unique_ptr<Task> task);
    void work();
    void put_ready(std::unique_ptr<Task> task, std::unique_lock<std::mutex>& lock);
    void take_ready(std::unique_lock<std::mutex>& lock);
    [[nodiscard]] Status finish();
    [[nodiscard]] bool is_over() const { return failed_ || thrown_ != nullptr; }

    const std::vector<Plan>& plans_;
    Taker& taker_;
    const Options& options_;
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
    std::size_t broken_document_ = SIZE_MAX;  // the newest document with an error: no more of it is cut
    std::optional<Error> failed_;
    std::exception_ptr thrown_;

    std::vector<std::jthread> workers_;
};

Line::Line(const std::vector<Plan>& plans, Taker& taker, const Options& options, unsigned threads)
    : plans_(plans), taker_(taker), options_(options), inline_(threads == 1) {
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
        read_task(reader_, *task, plans_[task->document].is_known_broken);
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
            read_task(reader, *task, plans_[task->document].is_known_broken);
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
            status = is_void ? Status{} : taker_.take(task->document, task->yield, task->other_sheet);
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

Status Line::cut(Task& task, Cutter& cutter, const Input& input, bool is_first) {
    task.skip = 0;
    task.other_sheet.clear();
    task.more_columns = Sightings{};
    if (auto cutted = cutter.next(task.piece, is_first ? std::max(options_.chunk_bytes, first_piece_bytes_min) : options_.chunk_bytes);
        !cutted) {
        return cutted;
    }
    task.first_line = task.piece.first_line;
    if (is_first) {
        const Plan& plan = plans_[task.document];
        shape_ = std::make_shared<Shape>();
        shape_->prefix = prefix_of(*plan.source.entry);
        shape_->counted = plan.counted;
        shape_->currency = plan.source.entry->currency;
        shape_->line_limit = plan.line_limit;
        shape_->lines_are_rows = input.is_workbook;
        if (input.is_workbook) {
            shape_->mark = DecimalMark::dot;
            task.other_sheet = input.source->other_sheet();
        } else if (task.piece.lines_size > 0) {
            LineReader::Start start = reader_.find_start(task.piece.lines(), *shape_);
            task.skip = start.bytes;
            task.first_line = start.line;
            if (!start.more_columns.empty()) {
                task.more_columns.add(1, start.more_columns);
            }
            if (start.error) {
                task.piece.error = std::move(start.error);
                task.piece.lines_size = task.skip = 0;
                task.piece.is_last = true;
            }
        }
    }
    task.shape = shape_;
    return {};
}

Status Line::read_document(std::size_t document) {
    const Plan& plan = plans_[document];
    auto input = open_input(plan.source.file, plan.source.entry->media_type);
    std::optional<Cutter> cutter;
    if (!input && input.error().code == ErrorCode::disk) {
        return fail(std::move(input.error()));
    }
    if (input) {
        cutter.emplace(*input->source, input->is_workbook);
    }
    for (bool is_first = true, is_last = false; !is_last; is_first = false) {
        if (options_.stop.stop_requested()) {
            return fail(ErrorCode::cancelled, "the run was told to stop");
        }
        auto task = get_free();
        if (task == nullptr) {
            return {};  // `finish` says why
        }
        task->document = document;
        if (input) {
            if (auto cutted = cut(*task, *cutter, *input, is_first); !cutted) {
                return cutted;
            }
        } else {
            task->shape.reset();
            task->skip = task->piece.lines_size = 0;
            task->piece.error = LineError{0, input.error().message};
            task->piece.is_last = true;
            task->other_sheet.clear();
            task->more_columns = Sightings{};
        }
        is_last = task->piece.is_last || (plan.line_limit != 0 && task->first_line >= plan.line_limit);
        submit(std::move(task));
        const std::scoped_lock lock(mutex_);
        is_last = is_last || broken_document_ == document;
    }
    return {};
}

Status Line::finish() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return taken_ == submitted_ || is_over(); });
    if (thrown_ != nullptr) {
        std::rethrow_exception(thrown_);
    }
    return failed_ ? Status(fail(std::move(*failed_))) : Status{};
}

Status Line::read_documents() {
    for (std::size_t document = 0; document < plans_.size(); ++document) {
        if (auto read = read_document(document); !read) {
            return read;
        }
    }
    return finish();
}

}  // namespace

Status read_all(const std::vector<Plan>& plans, Taker& taker, const Options& options, unsigned threads) {
    Line line(plans, taker, options, threads);
    return line.read_documents();
}

}  // namespace moisson::usage
