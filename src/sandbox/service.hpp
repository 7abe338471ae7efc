#pragma once
/// The API itself: one request to one answer. No sockets here, so that a test can ask it directly.

#include <atomic>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "sandbox/caches.hpp"
#include "sandbox/faults.hpp"
#include "sandbox/message.hpp"
#include "sandbox/registry.hpp"
#include "sandbox/tokens.hpp"
#include "sandbox/world.hpp"

namespace moisson::sandbox {

/// Any thread. `world`, `registry` and `clock` must outlive it.
class Service {
public:
    Service(const World& world, Registry& registry, std::vector<double> fault_probabilities, const Clock& clock);

    /// What the API's host answers.
    [[nodiscard]] Answer answer(const Request& request);
    /// What the other host answers, to which the fault `redirect-host` sends file requests: it refuses any second credential.
    [[nodiscard]] Answer answer_elsewhere(const Request& request) const;
    /// Where that other host is, e.g. "http://localhost:8082"; to be set before the first request.
    void set_other_host(std::string url) { other_host_ = std::move(url); }

    /// What admits to /sandbox/v1; to be set before the first request. Nobody is admitted while it is empty.
    void set_admin_token(std::string token) { admin_token_ = std::move(token); }

    [[nodiscard]] FaultPlan& faults() noexcept { return faults_; }

private:
    enum class EndpointKind { none, contracts, contract, documents, file, user };
    struct Endpoint {
        EndpointKind kind;
        std::string id;      ///< decoded: the document of `file`, the contract of `user`
        bool plural = true;  ///< how a path that is printed in both numbers was spelt
    };
    [[nodiscard]] static Endpoint find_endpoint(std::string_view path);
    [[nodiscard]] Answer answer_token(const Request& request);
    /// `path` is what follows /sandbox/v1 (service_admin.cpp).
    [[nodiscard]] Answer answer_admin(const Request& request, std::string_view path);
    [[nodiscard]] Answer answer_api(const Request& request, std::string_view path);
    [[nodiscard]] std::optional<Answer> refuse_credentials(const Request& request, std::uint64_t target);
    [[nodiscard]] std::optional<Answer> refuse_rate(const Request& request, std::uint64_t target);
    [[nodiscard]] std::optional<Answer> refuse_method(const Request& request, const Endpoint& endpoint) const;
    [[nodiscard]] std::optional<Answer> refuse_form(const Request& request, const Endpoint& endpoint) const;
    /// Sets `account` when nothing is refused.
    [[nodiscard]] std::optional<Answer> refuse_key(const Request& request, const Account*& account) const;
    /// Sets `contract` when nothing is refused.
    [[nodiscard]] std::optional<Answer> refuse_contract(const Account& account, std::string_view id, const Contract*& contract) const;
    [[nodiscard]] Answer answer_contracts(const Request& request, const Account& account);
    /// The two writes (service_writes.cpp).
    [[nodiscard]] Answer answer_order(const Request& request, const Account& account, std::uint64_t target);
    [[nodiscard]] Answer answer_user(const Request& request, const Account& account, const Endpoint& endpoint, std::uint64_t target);
    /// What follows an accepted write: the answer, or one of the faults of writes in its place.
    [[nodiscard]] Answer accepted(Answer answer, std::string_view echo_fault, std::uint64_t target);
    [[nodiscard]] Answer answer_documents(const Request& request, const Account& account, const Contract& contract, std::uint64_t target);
    [[nodiscard]] Answer answer_file(const Request& request, const Account& account, const Contract& contract, std::string_view document_id,
                                     std::uint64_t target);
    [[nodiscard]] std::optional<Answer> redirect(const Request& request, const Contract& contract, std::string_view document_id,
                                                 std::uint64_t target);
    /// The documents that are listed in this run, as they are in it.
    [[nodiscard]] ListCache::List current_documents(const Contract& contract, Role role) const;
    [[nodiscard]] std::optional<Document> find_document(const Contract& contract, Role role, std::string_view id) const;
    [[nodiscard]] Result<FileCache::File> file_of(const Contract& contract, const Document& document, bool zipped) const;
    [[nodiscard]] Answer file_answer(const Request& request, const Contract& contract, const Document& document) const;
    void deliver(Answer& answer, std::string_view path, std::uint64_t target);

    const World& world_;
    Registry& registry_;
    const Clock& clock_;
    TokenDesk tokens_;
    FaultPlan faults_;
    std::string other_host_;
    std::string admin_token_;
    mutable ListCache lists_;
    mutable FileCache files_;
    std::mutex rate_mutex_;
    // Protected by rate_mutex_: requests of the last second, by application.
    std::map<std::size_t, std::deque<std::chrono::steady_clock::time_point>> admitted_;
};

}  // namespace moisson::sandbox
