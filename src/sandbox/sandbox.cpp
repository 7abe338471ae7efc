// Putting the parts together: scenario, world, service, servers.
#include "sandbox/sandbox.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include <fmt/format.h>

#include "base/clock.hpp"
#include "base/files.hpp"
#include "sandbox/server.hpp"
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

class RunningSandbox : public Sandbox {
public:
    RunningSandbox(Scenario scenario, std::vector<double> faults, const Clock& clock)
        : world_(std::move(scenario)), service_(world_, std::move(faults), clock), shared_{service_, world_.scenario(), log_, clock, {}, {},
                                                                                           {}} {}
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
        return listen(options, certificates ? &*certificates : nullptr);
    }

    [[nodiscard]] const Endpoint& endpoint() const override { return endpoint_; }

private:
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
        endpoint_.client_id = world_.account().client_id;
        endpoint_.client_secret = world_.account().client_secret;
        endpoint_.api_key = world_.account().api_key;
        endpoint_.scenario = world_.scenario().name;
        endpoint_.last_month = world_.scenario().last_month.dashed();
        return {};
    }

    World world_;
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
