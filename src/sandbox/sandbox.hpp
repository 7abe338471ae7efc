#pragma once
/// `moisson sandbox`: a local stand-in of the Cloud Store Customer Space API with seeded data and the real one's traps.
///
/// Written from what is known of the API (samples/README.md, "The sandbox"), never from `src/api`, so that one misreading cannot hide in
/// both.

#include <cstdint>
#include <map>
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
    std::string scenario;                    ///< "small", "clean", "large", "books" (built in) or a file; empty: "small"
    std::optional<std::uint32_t> contracts;  ///< beats the scenario's number
    std::optional<std::uint32_t> months;
    std::optional<std::uint64_t> seed;
    std::vector<Fault> faults;         ///< added to the scenario's
    int threads_max = 1024;            ///< at least one per client connection, or idle ones block the rest
    std::string access_log;            ///< file: one JSON line per request (method, path, query, status, code, ms); empty: none
    std::string account;               ///< whose key `Endpoint` names; empty: the scenario's first account
    std::string application;           ///< whose credentials `Endpoint` names; empty: the scenario's first application
    std::string database;              ///< SQLite file that keeps orders, users, keys and the count of runs; empty: forgotten at the end
    std::optional<std::uint32_t> run;  ///< the first listing of the contracts counts as this run; empty: 1, or what `database` says
};

/// What a client needs to know to talk to it.
struct Endpoint {
    std::string api_url;    ///< ".../cloud/b2b/v1"
    std::string oauth_url;  ///< ".../oauth/v3"
    std::string client_id;
    std::string client_secret;
    std::string api_key;
    std::string ca_file;      ///< empty without TLS
    std::string scenario;     ///< its name
    std::string last_month;   ///< "YYYY-MM": the newest month with documents
    std::string account;      ///< whose key it is
    std::string admin_url;    ///< ".../sandbox/v1": lists, issues, ages and revokes keys (samples/README.md, "Accounts")
    std::string admin_token;  ///< goes there as `Authorization: Bearer`
};

/// One API key of an account.
struct KeyInfo {
    std::string id;  ///< "admin-1"
    std::string account;
    std::string key;         ///< 1,200 characters of the base64 alphabet
    std::string issued_at;   ///< "2026-10-01T00:00:00Z"
    std::string expires_at;  ///< two years later, unless the scenario says otherwise
    std::string state;       ///< "valid", "expired", "revoked"
};

/// A login of the Customer Space.
struct AccountInfo {
    std::string name;  ///< as `Options::account` says it
    std::string login;
    std::string email;
    std::string type;                           ///< "client" or "administrator"
    std::vector<std::string> billing_accounts;  ///< an administrator's perimeter is these × the offers
    std::vector<std::string> offers;            ///< offer codes
    std::vector<std::string> contracts;         ///< ids of all contracts that it sees now
    std::map<std::string, std::string> roles;   ///< by section of the portal: "contracts", "invoices", "users"
};

/// An application of the developer portal.
struct ApplicationInfo {
    std::string name;
    std::string client_id;
    std::string client_secret;
    std::string subscription;  ///< "subscribed", "unsubscribed", "pending", "revoked"
};

struct OfferInfo {
    std::string code;  ///< as POST /contracts/ takes it, e.g. "HONEY"
    std::string name;
};

/// Who and what there is in a running sandbox. None of it is a secret: it is made up.
struct Directory {
    std::vector<AccountInfo> accounts;
    std::vector<ApplicationInfo> applications;
    std::vector<KeyInfo> keys;
    std::vector<std::string> billing_accounts;
    std::vector<OfferInfo> offers;
};

/// Serves from construction of `start` until destruction. Any thread may call the const members.
class Sandbox {
public:
    /// `bad_input`: scenario (file, line), unknown fault, account or application; `connect`: the port is taken; `disk`: the CA file;
    /// `state`: the database cannot be used; `locked`: another sandbox has it open.
    [[nodiscard]] static Result<std::unique_ptr<Sandbox>> start(const Options& options);
    virtual ~Sandbox() = default;
    [[nodiscard]] virtual const Endpoint& endpoint() const = 0;
    /// As of now: keys and contracts can come while it runs.
    [[nodiscard]] virtual Directory directory() const = 0;
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
