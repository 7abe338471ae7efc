#pragma once
/// One attempt at one job, on a worker's thread. No retries, no waiting, no totals: those are the loop's.

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "transfer/engine.hpp"

namespace moisson::transfer {

/// An interrupted body whose rest the server can send: it proved so with a strong ETag and `Accept-Ranges: bytes`. Moves with its job.
struct Partial {
    ObjectStore::Writer writer;
    std::string etag;
    std::uint64_t total_bytes = 0;
};

/// What the loop hands to a worker, whole; nobody else keeps a reference.
struct Task {
    Job job;
    std::stop_token stop;
    std::optional<Partial> partial;
};

/// What a worker hands back.
struct Report {
    Job job;
    Result<Answer> answer;
    std::optional<Partial> partial;
    std::uint64_t bytes_received = 0;
};

/// Owns a session and a partial file. One thread.
class Worker {
public:
    /// `store` may be null when no job goes to the store. All references outlive the worker.
    Worker(std::shared_ptr<const http::Transport> transport, ObjectStore* store, const Policy& policy, const Clock& clock);

    /// Whatever happens is in the report; throws nothing.
    [[nodiscard]] Report attempt(Task task) noexcept;

private:
    /// Notes the answer's request id, of one that breaks off too.
    [[nodiscard]] Result<http::Response> exchange(const http::Request& request, http::BodySink& sink, const http::Limits& limits,
                                                  const std::stop_token& stop);
    [[nodiscard]] Result<Answer> to_memory(const Task& task, std::uint64_t& bytes_received);
    [[nodiscard]] Result<Answer> to_store(Task& task, std::optional<Partial>& partial, std::uint64_t& bytes_received);
    [[nodiscard]] Result<Answer> keep_object(Job& job, const http::Response& response, ObjectStore::Writer& writer) const;

    http::Session session_;
    ObjectStore* store_;
    const Policy& policy_;
    std::optional<ObjectStore::Writer> writer_;
    std::string request_id_;  // of the attempt's answer
};

}  // namespace moisson::transfer
