#pragma once
/// Listening sockets and threads around a Service.

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "sandbox/access_log.hpp"
#include "sandbox/certificate.hpp"
#include "sandbox/service.hpp"
#include "sandbox/stop_signal.hpp"

namespace moisson::sandbox {

/// What the connections of both hosts share. Outlives them.
struct Shared {
    Service& service;
    const Scenario& scenario;
    AccessLog& log;
    const Clock& clock;
    StopSignal stop;
    std::atomic<std::uint64_t> requests{0};
    std::atomic<std::uint64_t> connections{0};
};

struct Listen {
    std::string address;
    std::uint16_t port = 0;                      ///< 0: a free one
    const Certificates* certificates = nullptr;  ///< null: plain HTTP
    int threads_max = 128;
    bool elsewhere = false;  ///< the other host of the fault `redirect-host`
};

/// Serves until destroyed; destruction ends every connection and joins all threads.
class Server {
public:
    /// `connect` when the address cannot be listened on. `shared` must outlive the server.
    [[nodiscard]] static Result<std::unique_ptr<Server>> start(const Listen& listen, Shared& shared);
    virtual ~Server() = default;
    [[nodiscard]] virtual std::uint16_t port() const = 0;
};

}  // namespace moisson::sandbox
