#pragma once
/// Which faults strike which request, decided from the seed.
///
/// A decision depends on the seed, the fault, the target (one URL of one contract) and how often that target was asked for, never on the
/// order in which threads come: the same run meets the same faults.

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "sandbox/sandbox.hpp"

namespace moisson::sandbox {

/// In the order of the names in faults.cpp, which are sorted.
enum class FaultKind {
    another_contract,
    bad_json,
    deep_json,
    documents_null,
    duplicate_ids,
    empty_list,
    forbidden_contract,
    gateway_html,
    gzip,
    html_body,
    json_body,
    missing_file,
    no_last_chunk,
    not_ready,
    over_capacity,
    page_cap,
    quota_spent,
    redirect_host,
    redirect_loop,
    reissue,
    reset,
    slow_tls,
    stall,
    throttle_403,
    throttle_429,
    token_death,
    token_refused,
    trickle,
    truncate_chunk,
    truncate_length,
    write_500,
    write_502,
    write_504,
    write_dropped,
    write_echo,
    write_late,
    wrong_length,
};
inline constexpr std::size_t fault_kinds = 37;

/// Any thread.
class FaultPlan {
public:
    /// Unknown names and probabilities outside 0..1: `bad_input`. Of one name twice the last counts.
    [[nodiscard]] static Result<std::vector<double>> check(const std::vector<Fault>& faults);
    /// `probabilities` as `check` returned them.
    FaultPlan(std::vector<double> probabilities, std::uint64_t seed);

    [[nodiscard]] bool is_on(FaultKind kind) const noexcept { return probability(kind) > 0.0; }
    /// Whether the fault strikes this attempt at `target`; each call is one attempt.
    [[nodiscard]] bool strikes_now(FaultKind kind, std::uint64_t target);
    /// Whether the fault lies on `target` for good.
    [[nodiscard]] bool lies_on(FaultKind kind, std::uint64_t target) const noexcept;
    /// A number for the details of the last attempt that was counted at `target`, such as where a body is cut.
    [[nodiscard]] std::uint64_t detail(FaultKind kind, std::uint64_t target) const;

    /// The monthly quota: once spent it stays so.
    [[nodiscard]] bool quota_is_spent() const noexcept { return quota_spent_.load(); }
    void spend_quota() noexcept { quota_spent_.store(true); }

private:
    [[nodiscard]] double probability(FaultKind kind) const noexcept { return probabilities_[static_cast<std::size_t>(kind)]; }

    const std::vector<double> probabilities_;
    const std::uint64_t seed_;
    std::atomic<bool> quota_spent_{false};
    mutable std::mutex mutex_;
    std::unordered_map<std::uint64_t, std::uint32_t> attempts_;  // protected by mutex_: by fault and target
};

}  // namespace moisson::sandbox
