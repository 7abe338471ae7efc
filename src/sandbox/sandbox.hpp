#pragma once
/// `moisson sandbox`: a local stand-in of the Cloud Store Customer Space API with seeded data and the real one's traps.
///
/// Written from what is known of the API (README, "The sandbox"), never from `src/api`, so that one misreading cannot hide in
/// both.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace moisson::sandbox {

/// One fault by name and how often it strikes (0..1), e.g. {"throttle-429", 0.05}.
struct Fault {
    std::string name;
    double probability = 1.0;
};

struct Options {
    std::uint16_t port = 0;             ///< 0: a free one
    std::string address = "127.0.0.1";  ///< loopback only
    bool tls = false;
    std::string ca_file;                     ///< where the CA certificate (PEM) is written; with `tls`. Empty: a temporary file
    std::string scenario;                    ///< "small", "clean", "large" (built in) or a file; empty: "small"
    std::optional<std::uint32_t> contracts;  ///< beats the scenario's number
    std::optional<std::uint32_t> months;
    std::optional<std::uint64_t> seed;
    std::vector<Fault> faults;  ///< added to the scenario's
    int threads_max = 128;      ///< at least one per client connection, or idle ones block the rest
    std::string access_log;     ///< file: one JSON line per request (method, path, query, status, code, ms); empty: none
};

/// What a client needs to know to talk to it.
struct Endpoint {
    std::string api_url;    ///< ".../cloud/b2b/v1"
    std::string oauth_url;  ///< ".../oauth/v3"
    std::string client_id;
    std::string client_secret;
    std::string api_key;
    std::string ca_file;     ///< empty without TLS
    std::string scenario;    ///< its name
    std::string last_month;  ///< "YYYY-MM": the newest month with documents
};

/// Serves from construction of `start` until destruction. Any thread may call the const members.
class Sandbox {
public:
    /// `bad_input`: scenario (file, line), unknown fault; `connect`: the port is taken; `disk`: the CA file.
    [[nodiscard]] static Result<std::unique_ptr<Sandbox>> start(const Options& options);
    virtual ~Sandbox() = default;
    [[nodiscard]] virtual const Endpoint& endpoint() const = 0;
};

/// All fault names that `Fault::name` may be, sorted, each with one line of what it does.
struct FaultName {
    std::string_view name;
    std::string_view effect;
};
[[nodiscard]] std::vector<FaultName> fault_names();

/// Names and texts of the built-in scenarios.
struct BuiltInScenario {
    std::string_view name;
    std::string_view toml;
};
[[nodiscard]] std::vector<BuiltInScenario> built_in_scenarios();

}  // namespace moisson::sandbox
