#pragma once
/// The time stamp authority of a job, asked over HTTP (RFC 3161 §3.4). Knows nothing of months.

#include <stop_token>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "config/job.hpp"
#include "evidence/trust.hpp"

namespace moisson::pipeline {

/// One thread.
class StampAuthority {
public:
    StampAuthority(const config::Job& job, const Clock& clock) : job_(job), clock_(clock) {}

    /// The authority's whole answer, checked against the question: its digest, its nonce, and that it leads to `trust`. At most three
    /// attempts, a second and more apart, each of at most a minute: the job's proxy, connect and read time limits hold. Neither token nor
    /// API key nor client certificate of the service is sent. Errors: what broke on the way, `server_error`, `client_error`, `verification`
    /// for an answer that is none; `cancelled`.
    [[nodiscard]] Result<std::string> ask(std::string_view sha256, const evidence::Trust& trust, const std::stop_token& stop);

    /// Whether the address can be called. Asks nobody.
    [[nodiscard]] static Status check(const config::Job& job);

private:
    const config::Job& job_;
    const Clock& clock_;
};

}  // namespace moisson::pipeline
