#pragma once
/// The API itself: one request to one answer. No sockets here, so that a test can ask it directly.

#include <atomic>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "sandbox/faults.hpp"
#include "sandbox/message.hpp"
#include "sandbox/tokens.hpp"
#include "sandbox/world.hpp"

namespace moisson::sandbox {

/// Any thread. `world` and `clock` must outlive it.
class Service {
public:
    Service(const World& world, std::vector<double> fault_probabilities, const Clock& clock);

    /// What the API's host answers.
    [[nodiscard]] Answer answer(const Request& request);
    /// What the other host answers, to which the fault `redirect-host` sends file requests: it refuses any second credential.
    [[nodiscard]] Answer answer_elsewhere(const Request& request) const;
    /// Where that other host is, e.g. "http://localhost:8082"; to be set before the first request.
    void set_other_host(std::string url) { other_host_ = std::move(url); }

    [[nodiscard]] FaultPlan& faults() noexcept { return faults_; }

private:
    enum class EndpointKind { none, contracts, contract, documents, file };
    struct Endpoint {
        EndpointKind kind;
        std::string document_id;  ///< decoded; only of `file`
    };
    [[nodiscard]] static Endpoint find_endpoint(std::string_view path);
    [[nodiscard]] Answer answer_token(const Request& request);
    [[nodiscard]] Answer answer_api(const Request& request, std::string_view path);
    [[nodiscard]] std::optional<Answer> refuse_credentials(const Request& request, std::uint64_t target);
    [[nodiscard]] std::optional<Answer> refuse_rate(std::uint64_t target);
    [[nodiscard]] std::optional<Answer> refuse_form(const Request& request, const Endpoint& endpoint) const;
    /// Sets `contract` when nothing is refused.
    [[nodiscard]] std::optional<Answer> refuse_contract(const Request& request, const Contract*& contract) const;
    [[nodiscard]] Answer answer_contracts();
    [[nodiscard]] Answer answer_contract(const Contract& contract) const;
    [[nodiscard]] Answer answer_documents(const Request& request, const Contract& contract, std::uint64_t target);
    [[nodiscard]] Answer answer_file(const Request& request, const Contract& contract, std::string_view document_id, std::uint64_t target);
    [[nodiscard]] std::optional<Answer> redirect(const Request& request, const Contract& contract, std::string_view document_id,
                                                 std::uint64_t target);
    [[nodiscard]] std::vector<Document> current_documents(const Contract& contract) const;
    [[nodiscard]] std::optional<Document> find_document(const Contract& contract, std::string_view id) const;
    [[nodiscard]] Answer file_answer(const Request& request, const Contract& contract, const Document& document) const;
    void deliver(Answer& answer, std::string_view path, std::uint64_t target);

    const World& world_;
    const Clock& clock_;
    TokenDesk tokens_;
    FaultPlan faults_;
    std::string other_host_;
    std::atomic<std::uint32_t> runs_{0};  // listings of the contracts: what `reissue` counts by
    std::mutex rate_mutex_;
    std::deque<std::chrono::steady_clock::time_point> admitted_;  // protected by rate_mutex_: requests of the last second
};

}  // namespace moisson::sandbox
