#include "transfer/worker.hpp"
#include "transfer/messages.hpp"

#include <algorithm>
#include <charconv>
#include <exception>

#include <fmt/format.h>

namespace moisson::transfer {

namespace {

/// Less than this is fetched again sooner than it is worth a conditional request.
constexpr std::uint64_t resume_min_bytes = 64U << 10U;

Error error_of(ErrorCode code, Retry retry, Message message) {
    Error error = fail(code, std::move(message)).value();
    error.retry = retry;
    return error;
}

/// Counts what comes, remembers what a resumption needs, and lets a 206 through only when it is exactly the rest that was asked for.
class StoreSink final : public http::BodySink {
public:
    StoreSink(ObjectStore::Writer& writer, const std::optional<Partial>& resumed) : writer_(writer) {
        if (resumed) {
            wanted_etag_ = resumed->etag;
            wanted_total_bytes_ = resumed->total_bytes;
        }
    }

    Status begin() override { return writer_.begin(); }

    Status begin_answer(const http::Response& head) override {
        if (head.status == 206 && !is_wanted_rest(head)) {
            refused_rest = true;
            return fail(error_of(ErrorCode::protocol, Retry::later, "the server sent another part than the one asked for"));
        }
        etag.clear();
        const auto tag = head.headers.find("ETag");
        const auto ranges = head.headers.find("Accept-Ranges");
        if (head.status == 206) {
            etag = wanted_etag_;
            total_bytes = wanted_total_bytes_;
        } else if (tag && tag->size() > 2 && tag->front() == '"' && ranges && *ranges == "bytes" && head.framing == http::Framing::length) {
            etag = *tag;
            total_bytes = length_of(head);
        }
        return writer_.begin_answer(head);
    }

    Status write(std::string_view bytes) override {
        bytes_received += bytes.size();
        return writer_.write(bytes);
    }

    std::string etag;  ///< strong, of the body being received; empty: it cannot be resumed
    std::uint64_t total_bytes = 0;
    std::uint64_t bytes_received = 0;
    bool refused_rest = false;

private:
    [[nodiscard]] static std::uint64_t length_of(const http::Response& head) {
        std::uint64_t length = 0;
        if (const auto text = head.headers.find("Content-Length")) {
            std::from_chars(text->data(), text->data() + text->size(), length);
        }
        return length;
    }

    [[nodiscard]] bool is_wanted_rest(const http::Response& head) const {
        const auto range = head.headers.find("Content-Range");
        const auto tag = head.headers.find("ETag");
        return !wanted_etag_.empty() && range && (!tag || *tag == wanted_etag_) &&
               *range == fmt::format("bytes {}-{}/{}", writer_.size_bytes(), wanted_total_bytes_ - 1, wanted_total_bytes_);
    }

    ObjectStore::Writer& writer_;
    std::string wanted_etag_;
    std::uint64_t wanted_total_bytes_ = 0;
};

/// Hands on what comes, and keeps the request id of the answer that it belongs to.
class NotingSink final : public http::BodySink {
public:
    NotingSink(http::BodySink& sink, const Policy& policy, std::string& request_id)
        : sink_(sink), policy_(policy), request_id_(request_id) {}

    Status begin() override { return sink_.begin(); }
    Status begin_answer(const http::Response& head) override {
        request_id_ = policy_.request_id_of(head.headers);
        return sink_.begin_answer(head);
    }
    Status write(std::string_view bytes) override { return sink_.write(bytes); }

private:
    http::BodySink& sink_;
    const Policy& policy_;
    std::string& request_id_;
};

Answer answer_of(http::Response response) {
    Answer answer;
    answer.status = response.status;
    answer.headers = std::move(response.headers);
    answer.url = std::move(response.url);
    answer.peer = std::move(response.peer);
    answer.sent_at = response.sent_at;
    answer.head_at = response.head_at;
    return answer;
}

bool is_interruption(ErrorCode code) {
    return code == ErrorCode::truncated || code == ErrorCode::reset || code == ErrorCode::timeout || code == ErrorCode::too_slow ||
           code == ErrorCode::tls;
}

}  // namespace

Worker::Worker(std::shared_ptr<const http::Transport> transport, ObjectStore* store, const Policy& policy, const Clock& clock)
    : session_(std::move(transport), clock), store_(store), policy_(policy) {}

Report Worker::attempt(Task task) noexcept {
    std::optional<Partial> partial;
    std::uint64_t bytes_received = 0;
    request_id_.clear();
    Result<Answer> answer = fail(ErrorCode::internal, "no attempt was made");
    try {
        answer = task.job.body_to == BodyTo::memory ? to_memory(task, bytes_received) : to_store(task, partial, bytes_received);
    } catch (const std::exception& problem) {
        answer = fail(ErrorCode::internal, fmt::format("unexpected failure in a transfer: {}", sanitise(problem.what())));
    }
    if (!answer && answer.error().request_id.empty()) {
        answer.error().request_id = request_id_;
    }
    return Report{std::move(task.job), std::move(answer), std::move(partial), bytes_received};
}

Result<http::Response> Worker::exchange(const http::Request& request, http::BodySink& sink, const http::Limits& limits,
                                        const std::stop_token& stop) {
    NotingSink noting(sink, policy_, request_id_);
    auto response = session_.exchange(request, noting, limits, stop);
    if (response) {
        request_id_ = policy_.request_id_of(response->headers);
    }
    return response;
}

Result<Answer> Worker::to_memory(const Task& task, std::uint64_t& bytes_received) {
    http::StringSink sink;
    auto response = exchange(task.job.request, sink, task.job.limits, task.stop);
    bytes_received = sink.bytes.size();
    if (!response) {
        return fail(std::move(response.error()));
    }
    if (!response->ok()) {
        return fail(policy_.judge(*response));
    }
    Answer answer = answer_of(std::move(*response));
    answer.body = std::move(sink.bytes);
    return answer;
}

Result<Answer> Worker::to_store(Task& task, std::optional<Partial>& partial, std::uint64_t& bytes_received) {
    MOISSON_INVARIANT(store_ != nullptr, "a job for the store without a store");
    http::Limits limits = task.job.limits;
    limits.accept_until_close = true;  // decided below, by the format
    http::Request& request = task.job.request;
    request.headers.remove("Range");
    request.headers.remove("If-Range");
    if (task.partial) {
        writer_.emplace(std::move(task.partial->writer));
        writer_->resume_next();
        request.headers.set("Range", fmt::format("bytes={}-", writer_->size_bytes()));
        request.headers.set("If-Range", task.partial->etag);
    } else if (!writer_) {
        writer_.emplace(store_->make_writer());
    }
    StoreSink sink(*writer_, task.partial);
    auto response = exchange(request, sink, limits, task.stop);
    bytes_received = sink.bytes_received;
    const bool resumed = task.partial.has_value();
    if (!response) {
        const bool begun = !sink.etag.empty();
        const std::string& etag = begun || !resumed ? sink.etag : task.partial->etag;
        const std::uint64_t total = begun || !resumed ? sink.total_bytes : task.partial->total_bytes;
        const std::uint64_t size = writer_->size_bytes();
        if (is_interruption(response.error().code) && !sink.refused_rest && !etag.empty() && size >= resume_min_bytes && size < total) {
            partial.emplace(Partial{std::move(*writer_), etag, total});
            writer_.reset();
        }
        return fail(std::move(response.error()));
    }
    if (!response->ok()) {
        if (resumed && response->status == 416) {
            return fail(error_of(ErrorCode::protocol, Retry::later, "the server does not know the part that is missing any more"));
        }
        Error error = policy_.judge(*response);
        if (resumed && error.retry == Retry::later) {
            partial.emplace(Partial{std::move(*writer_), task.partial->etag, task.partial->total_bytes});
            writer_.reset();
        }
        return fail(std::move(error));
    }
    if (response->status == 206 && writer_->size_bytes() != sink.total_bytes) {
        return fail(error_of(ErrorCode::truncated, Retry::later,
                             fmt::format("the rest ended at {} of {} bytes", writer_->size_bytes(), sink.total_bytes)));
    }
    return keep_object(task.job, *response, *writer_);
}

Result<Answer> Worker::keep_object(Job& job, const http::Response& response, ObjectStore::Writer& writer) const {
    const Kind kind = writer.kind();
    if (auto fine = policy_.judge_body(job, response, kind, writer.first_bytes()); !fine) {
        return fail(std::move(fine.error()));
    }
    if (response.framing == http::Framing::until_close && !kind.proves_end) {
        return fail(error_of(ErrorCode::truncated, Retry::later,
                             fmt::format("the answer does not say where its body ends, and {} bytes of {} do not show it",
                                         writer.size_bytes(), kind.media_type)));
    }
    // Whole by its framing and damaged inside: once is an accident on the way, twice the same is what the service has.
    if (kind.cut) {
        std::string sha256 = writer.sha256();
        if (sha256 != job.damaged_sha256) {
            job.damaged_sha256 = std::move(sha256);
            return fail(error_of(ErrorCode::truncated, Retry::later,
                                 messages::file_ends_too_early_without_end(kind.media_type)));
        }
    }
    auto object = writer.keep();
    if (!object) {
        return fail(std::move(object.error()));
    }
    object->unframed = response.framing == http::Framing::until_close;
    object->damaged = kind.cut;
    Answer answer = answer_of(response);
    answer.object = std::move(*object);
    return answer;
}

}  // namespace moisson::transfer
