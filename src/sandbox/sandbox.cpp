// Putting the parts together: scenario, world, service, servers.
#include "sandbox/sandbox.hpp"

#include <fcntl.h>
#include <openssl/rand.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/clock.hpp"
#include "base/files.hpp"
#include "sandbox/registry.hpp"
#include "sandbox/server.hpp"
#include "sandbox/toml_reader.hpp"
#include "sandbox/world.hpp"

namespace moisson::sandbox {

namespace {

bool is_loopback(const std::string& address) { return address == "localhost" || address == "::1" || address.starts_with("127."); }

std::string host_part(const std::string& address) { return address.find(':') == std::string::npos ? address : "[" + address + "]"; }

/// Writes the CA where told, or to a temporary file, whose path is set then.
Status write_ca(const Certificates& certificates, std::string& path) {
    if (!path.empty()) {
        return write_file(path, certificates.ca_pem());
    }
    std::error_code ignored;
    std::string name = (std::filesystem::temp_directory_path(ignored) / "moisson-sandbox-ca-XXXXXX.pem").string();
    const int descriptor = ::mkostemps(name.data(), 4, O_CLOEXEC);
    if (descriptor < 0) {
        return fail(ErrorCode::disk, "no temporary file for the sandbox's CA", name, "Name a CA file");
    }
    ::close(descriptor);
    path = name;
    return write_file(path, certificates.ca_pem());
}

/// The one of that name, the first for no name; null when there is none.
template <class Thing>
const Thing* chosen(const std::vector<Thing>& things, const std::string& name) {
    for (const Thing& thing : things) {
        if (name.empty() || thing.rule.name == name) {
            return &thing;
        }
    }
    return nullptr;
}

template <class Thing>
Status check_choice(const std::vector<Thing>& things, const std::string& name, std::string_view kind) {
    if (chosen(things, name) != nullptr) {
        return {};
    }
    std::vector<std::string> names;
    for (const Thing& thing : things) {
        names.push_back(thing.rule.name);
    }
    const std::string near = nearest_word(name, names);
    return fail(ErrorCode::bad_input, fmt::format("the scenario has no {} \"{}\"", kind, sanitise(name)), "",
                near.empty() ? fmt::format("There are: {}", fmt::join(names, ", ")) : fmt::format("Did you mean \"{}\"?", near));
}

/// The one thing about a sandbox that does not follow from its seed: who may change its keys.
Result<std::string> random_token() {
    std::array<unsigned char, 16> bytes{};
    if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) {
        return fail(ErrorCode::internal, "the system gives no random numbers");
    }
    std::string token;
    for (const unsigned char byte : bytes) {
        token += fmt::format("{:02x}", byte);
    }
    return token;
}

std::string_view word_of(Role role) { return role == Role::manager ? "manager" : (role == Role::visitor ? "visitor" : "none"); }

class RunningSandbox : public Sandbox {
public:
    RunningSandbox(Scenario scenario, std::vector<double> faults, const Clock& clock)
        : world_(std::move(scenario)),
          registry_(world_, clock),
          service_(world_, registry_, std::move(faults), clock),
          shared_{service_, world_.scenario(), log_, clock, {}, {}, {}} {}
    RunningSandbox(const RunningSandbox&) = delete;
    RunningSandbox& operator=(const RunningSandbox&) = delete;

    ~RunningSandbox() override {
        shared_.stop.raise();
        server_.reset();
        elsewhere_.reset();
        if (temporary_ca_) {
            std::error_code ignored;
            std::filesystem::remove(endpoint_.ca_file, ignored);
        }
    }

    [[nodiscard]] Status open(const Options& options) {
        if (Status checked = world_.check(); !checked) {
            return checked;
        }
        if (Status checked = check_choice(world_.accounts(), options.account, "account"); !checked) {
            return checked;
        }
        if (Status checked = check_choice(world_.applications(), options.application, "application"); !checked) {
            return checked;
        }
        if (Status kept = keep(options); !kept) {
            return kept;
        }
        if (!options.access_log.empty()) {
            if (Status opened = log_.open(options.access_log); !opened) {
                return opened;
            }
        }
        std::optional<Certificates> certificates;
        if (options.tls) {
            Result<Certificates> made = Certificates::make();
            if (!made) {
                return fail(made.error());
            }
            certificates = std::move(*made);
            endpoint_.ca_file = options.ca_file;
            temporary_ca_ = options.ca_file.empty();
            if (Status written = write_ca(*certificates, endpoint_.ca_file); !written) {
                return written;
            }
        }
        Result<std::string> token = random_token();
        if (!token) {
            return fail(token.error());
        }
        endpoint_.admin_token = *token;
        service_.set_admin_token(*token);
        return listen(options, certificates ? &*certificates : nullptr);
    }

    [[nodiscard]] const Endpoint& endpoint() const override { return endpoint_; }

    [[nodiscard]] Directory directory() const override {
        static constexpr std::array<std::string_view, 4> subscriptions{"subscribed", "unsubscribed", "pending", "revoked"};
        Directory directory;
        directory.keys = registry_.keys();
        directory.billing_accounts = world_.scenario().billing_accounts;
        for (const Offer& offer : all_offers()) {
            directory.offers.push_back({std::string(offer.code), std::string(offer.name)});
        }
        for (const Account& account : world_.accounts()) {
            directory.accounts.push_back(info_of(account, directory));
        }
        for (const Application& one : world_.applications()) {
            directory.applications.push_back({one.rule.name, one.client_id, one.client_secret,
                                              std::string(subscriptions[static_cast<std::size_t>(one.rule.subscription)])});
        }
        return directory;
    }

private:
    [[nodiscard]] AccountInfo info_of(const Account& account, const Directory& directory) const {
        AccountInfo info;
        info.name = account.rule.name;
        info.login = account.login;
        info.email = account.email;
        const bool is_client = account.rule.type == AccountType::client;
        info.type = is_client ? "client" : "administrator";
        if (!is_client) {
            info.billing_accounts = account.rule.billing_accounts.empty() ? directory.billing_accounts : account.rule.billing_accounts;
            info.offers = account.rule.offers;
            for (std::size_t at = 0; info.offers.size() < directory.offers.size() && account.rule.offers.empty(); ++at) {
                info.offers.push_back(directory.offers[at].code);
            }
        }
        for (const Contract* contract : registry_.contracts_of(account, registry_.run(), false)) {
            info.contracts.push_back(contract->id);
        }
        info.roles = {{"contracts", std::string(word_of(account.rule.contracts_role))},
                      {"invoices", std::string(word_of(account.rule.invoices_role))},
                      {"users", std::string(word_of(account.rule.users_role))}};
        return info;
    }

    /// Opens the database, and sets the run that comes next.
    [[nodiscard]] Status keep(const Options& options) {
        if (!options.database.empty()) {
            Result<std::unique_ptr<Database>> database = Database::open(options.database, world_.scenario().name, world_.scenario().seed);
            if (!database) {
                return fail(database.error());
            }
            if (Status kept = registry_.keep_in(std::move(*database)); !kept) {
                return kept;
            }
        }
        if (options.run) {
            registry_.set_next_run(std::max(*options.run, 1U));
        }
        return {};
    }

    [[nodiscard]] Status listen(const Options& options, const Certificates* certificates) {
        const std::string scheme = certificates == nullptr ? "http" : "https";
        Listen where{options.address, 0, certificates, options.threads_max, true};
        if (service_.faults().is_on(FaultKind::redirect_host)) {
            Result<std::unique_ptr<Server>> started = Server::start(where, shared_);
            if (!started) {
                return fail(started.error());
            }
            elsewhere_ = std::move(*started);
            // Another name of the same machine: a client that compares hosts sees a foreign one.
            const std::string other = options.address == "localhost" || options.address == "::1" ? host_part(options.address) : "localhost";
            service_.set_other_host(fmt::format("{}://{}:{}", scheme, other, elsewhere_->port()));
        }
        where.port = options.port;
        where.elsewhere = false;
        Result<std::unique_ptr<Server>> started = Server::start(where, shared_);
        if (!started) {
            return fail(started.error());
        }
        server_ = std::move(*started);
        const std::string origin = fmt::format("{}://{}:{}", scheme, host_part(options.address), server_->port());
        endpoint_.api_url = origin + "/cloud/b2b/v1";
        endpoint_.oauth_url = origin + "/oauth/v3";
        const Account& account = *chosen(world_.accounts(), options.account);
        const Application& application = *chosen(world_.applications(), options.application);
        endpoint_.client_id = application.client_id;
        endpoint_.client_secret = application.client_secret;
        endpoint_.account = account.rule.name;
        endpoint_.api_key = registry_.newest_key(account.rule.name);
        endpoint_.admin_url = origin + "/sandbox/v1";
        endpoint_.scenario = world_.scenario().name;
        endpoint_.last_month = world_.scenario().last_month.dashed();
        return {};
    }

    World world_;
    Registry registry_;
    Service service_;
    AccessLog log_;
    Shared shared_;
    Endpoint endpoint_;
    bool temporary_ca_ = false;
    std::unique_ptr<Server> elsewhere_;
    std::unique_ptr<Server> server_;
};

}  // namespace

Result<std::unique_ptr<Sandbox>> Sandbox::start(const Options& options) {
    if (!is_loopback(options.address)) {
        return fail(ErrorCode::bad_input, "the sandbox listens on loopback addresses only", sanitise(options.address),
                    "Use 127.0.0.1, ::1 or localhost");
    }
    const Clock& clock = system_clock();
    Result<Scenario> scenario = load_scenario(options, clock.now());
    if (!scenario) {
        return fail(scenario.error());
    }
    std::vector<Fault> faults = scenario->faults;
    faults.insert(faults.end(), options.faults.begin(), options.faults.end());
    Result<std::vector<double>> probabilities = FaultPlan::check(faults);
    if (!probabilities) {
        return fail(probabilities.error());
    }
    auto sandbox = std::make_unique<RunningSandbox>(std::move(*scenario), std::move(*probabilities), clock);
    if (Status opened = sandbox->open(options); !opened) {
        return fail(opened.error());
    }
    return sandbox;
}

}  // namespace moisson::sandbox
