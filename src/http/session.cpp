/// A worker's session: kept connections, the request as it goes over the wire, redirects, the one second try on a stale connection.

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/glob.hpp"
#include "http/connection.hpp"
#include "http/exchange.hpp"
#include "http/proxy.hpp"
#include "http/text.hpp"

namespace moisson::http {

namespace {

constexpr std::size_t kept_connections_max = 4;  ///< the API, the token's host and two that redirects lead to

bool is_redirect(int status) { return status == 301 || status == 302 || status == 303 || status == 307 || status == 308; }

bool is_safe(const std::string& method) { return method == "GET" || method == "HEAD"; }

std::string host_field(const Url& url) {
    const std::string host = url.host.find(':') == std::string::npos ? url.host : "[" + url.host + "]";
    const bool usual = url.port == (url.scheme == "https" ? 443 : 80);
    return usual ? host : fmt::format("{}:{}", host, url.port);
}

bool fits_line(std::string_view value) {
    return std::all_of(value.begin(), value.end(),
                       [](char c) { return c == '\t' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f); });
}

/// A credential pasted with its line end must not become a second header line. The message never repeats the value.
Status check_request(const Request& request) {
    if (!is_token(request.method)) {
        return fail(ErrorCode::bad_input, "the request's method is no HTTP token");
    }
    for (const auto& [name, value] : request.headers.all()) {
        if (!is_token(name) || !fits_line(value)) {
            return fail(ErrorCode::bad_input, fmt::format("the value of {} contains a line end or control character", sanitise(name)), {},
                        "Check for stray characters where it was copied from");
        }
    }
    return {};
}

bool contains_ignoring_case(const std::vector<std::string>& names, std::string_view name) {
    return std::any_of(names.begin(), names.end(), [name](const std::string& one) { return equal_ignoring_case(one, name); });
}

std::string wire_request(const Request& request, const Url& url, const ClientOptions& options, bool to_proxy, bool same_origin) {
    std::string text =
        request.method + " " + (to_proxy ? url.to_text() : url.path_and_query) + " HTTP/1.1\r\nHost: " + host_field(url) + "\r\n";
    static constexpr std::string_view own[] = {"Host",           "User-Agent",       "Connection", "Accept-Encoding",
                                               "Content-Length", "Transfer-Encoding"};
    for (const auto& [name, value] : request.headers.all()) {
        const bool ours =
            std::any_of(std::begin(own), std::end(own), [&name = name](std::string_view one) { return equal_ignoring_case(one, name); });
        if (!ours && (same_origin || !contains_ignoring_case(request.origin_bound_headers, name))) {
            text += name + ": " + value + "\r\n";
        }
    }
    text += "User-Agent: " + options.user_agent + "\r\nAccept-Encoding: identity\r\nConnection: keep-alive\r\n";
    const std::string credentials = to_proxy ? basic_credentials(options.proxy_user, options.proxy_password) : std::string();
    if (!credentials.empty()) {
        text += "Proxy-Authorization: " + credentials + "\r\n";
    }
    if (!request.body.empty() || request.method == "POST" || request.method == "PUT" || request.method == "PATCH") {
        text += fmt::format("Content-Length: {}\r\n", request.body.size());
    }
    text += "\r\n";
    return text + request.body;
}

void note_delivery(const Request& request, Delivery reached) {
    if (request.delivery) {
        request.delivery->store(reached);
    }
}

/// How near a redirect's address may be, for a service whose own is at `service`.
Reach nearest_allowed(Reach service, bool is_own_host, bool is_named_host) {
    if (is_own_host || service == Reach::machine) {
        return service;
    }
    return service == Reach::internet && !is_named_host ? Reach::internet : Reach::private_;
}

Error with_place(Error error, const Request& request, const Url& url) {
    if (error.where.empty()) {
        error.where = request.method + " " + url.for_people();
    }
    return error;
}

}  // namespace

struct Session::State {
    /// One step of a request's way.
    struct Hop {
        Url url;
        bool same_origin = true;           ///< credentials may go along
        Reach reach_min = Reach::machine;  ///< of the addresses that it may lead to
    };

    std::shared_ptr<const SharedTransport> transport;
    const Clock* clock = nullptr;
    std::vector<std::unique_ptr<Connection>> kept;  ///< the longest unused first
    std::set<std::string> reached;                  ///< origins that a connection was made to
    Reach last_reach = Reach::internet;             ///< of the connection that was used last
    int sent = 0;                                   ///< how often something was sent in the exchange under way

    std::unique_ptr<Connection> find_kept(const Url& url) {
        const std::string origin = origin_of(url);
        const auto found =
            std::find_if(kept.begin(), kept.end(), [&origin](const auto& connection) { return connection->origin() == origin; });
        if (found == kept.end()) {
            return nullptr;
        }
        std::unique_ptr<Connection> connection = std::move(*found);
        kept.erase(found);
        return connection->can_be_reused(clock->steady_now()) ? std::move(connection) : nullptr;
    }

    void keep(std::unique_ptr<Connection> connection) {
        if (kept.size() == kept_connections_max) {
            kept.erase(kept.begin());
        }
        kept.push_back(std::move(connection));
    }

    Result<Response> exchange_once(const Request& request, const Hop& hop, BodySink& sink, const Limits& limits, Watch& watch);
    /// Where the answer sends the request, or why it does not go there.
    Result<Hop> next_hop(const Request& request, const Hop& hop, const Response& response, Reach service_reach, bool may_follow) const;
};

Session::Session(std::shared_ptr<const Transport> transport, const Clock& clock) : state_(std::make_unique<State>()) {
    state_->transport = std::dynamic_pointer_cast<const SharedTransport>(transport);
    MOISSON_INVARIANT(state_->transport != nullptr, "a session needs a transport made by Transport::make");
    state_->clock = &clock;
}

Session::~Session() = default;

Result<Response> Session::State::exchange_once(const Request& request, const Hop& hop, BodySink& sink, const Limits& limits, Watch& watch) {
    const Url& url = hop.url;
    if (auto checked = watch.check(); !checked) {
        return fail(std::move(checked.error()));
    }
    std::unique_ptr<Connection> connection = request.delivery ? nullptr : find_kept(url);
    for (bool fresh = connection == nullptr;; fresh = true) {
        if (connection == nullptr) {
            auto opened = Connection::open(*transport, url, watch, hop.reach_min);
            if (!opened) {
                // A name that was there before is missing for a while only: a VPN or resolver has hiccups.
                if (opened.error().code == ErrorCode::dns && reached.contains(origin_of(url))) {
                    opened.error().retry = Retry::later;
                }
                return fail(std::move(opened.error()));
            }
            reached.insert(origin_of(url));
            connection = std::move(*opened);
        }
        last_reach = connection->reach();
        if (auto fine = check_reach(url, last_reach, hop.reach_min); !fine) {
            keep(std::move(connection));  // made for a request that was meant for it
            return fail(std::move(fine.error()));
        }
        const bool to_proxy = connection->speaks_to_proxy();
        Exchange exchange(*connection, request, limits, watch);
        note_delivery(request, Delivery::sent);
        ++sent;
        auto response = exchange.run(wire_request(request, url, transport->options(), to_proxy, hop.same_origin), sink);
        if (response) {
            note_delivery(request, Delivery::answered);
        }
        if (exchange.connection_is_clean()) {
            connection->rest(watch.now(), exchange.keep_alive());
            keep(std::move(connection));
        } else {
            connection->distrust();
            connection.reset();
        }
        if (response && response->status == 407 && to_proxy) {
            return fail_with(ErrorCode::proxy, Retry::never, "the proxy asks for a user and password, or refuses those it got",
                             "Give them in HTTP_PROXY: http://user:password@host:port (Basic authentication)");
        }
        const bool stale =
            !response && !fresh && !exchange.answer_began() && is_safe(request.method) && response.error().code == ErrorCode::reset;
        if (!stale) {
            return response;
        }
    }
}

Result<Session::State::Hop> Session::State::next_hop(const Request& request, const Hop& hop, const Response& response, Reach service_reach,
                                                     bool may_follow) const {
    const auto refuse = [](std::string why) {
        return fail_with(ErrorCode::redirect, Retry::never, "a redirect that is not followed: " + std::move(why));
    };
    const auto location = response.headers.find("Location");
    if (!is_safe(request.method)) {
        return refuse(fmt::format("the answer to a {} redirects", request.method));
    }
    if (!location) {
        return refuse("the answer does not say where to");
    }
    if (!may_follow) {
        return refuse("too many in a row");
    }
    auto target = hop.url.resolve(*location);
    if (!target) {
        return refuse("it leads to something that is no http or https URL");
    }
    if (hop.url.scheme == "https" && target->scheme != "https") {
        return refuse(fmt::format("it leads from https to plain http ({})", target->host));
    }
    const std::vector<std::string>& hosts = transport->options().redirect_hosts;
    const bool is_own = target->host == request.url.host;
    const bool is_named = !hosts.empty() && any_glob_matches(hosts, target->host, {});
    if (!is_own && !hosts.empty() && !is_named) {
        return fail_with(ErrorCode::redirect, Retry::never,
                         fmt::format("a redirect that is not followed: it leads to {}, which redirect_hosts does not name", target->host),
                         "Add the host to redirect_hosts in [api] of the job file where files of the service may come from there");
    }
    Hop next;
    // Once away from the origin, its credentials are never sent again in this request, not even if another redirect leads back.
    next.same_origin = hop.same_origin && target->same_origin(request.url);
    next.reach_min = nearest_allowed(service_reach, is_own, is_named);
    next.url = std::move(*target);
    return next;
}

Result<Response> Session::exchange(const Request& request, BodySink& sink, const Limits& limits, std::stop_token stop) {
    if (auto fine = check_request(request); !fine) {
        return fail(with_place(std::move(fine.error()), request, request.url));
    }
    note_delivery(request, Delivery::not_sent);
    Watch watch(*state_->clock, limits, std::move(stop));
    State::Hop hop{request.url};
    Reach service_reach = Reach::internet;
    state_->sent = 0;
    for (int redirects = 0;; ++redirects) {
        auto response = state_->exchange_once(request, hop, sink, limits, watch);
        if (!response) {
            return fail(with_place(std::move(response.error()), request, hop.url));
        }
        response->url = hop.url;
        response->attempts = state_->sent;
        if (!is_redirect(response->status)) {
            return response;
        }
        service_reach = redirects == 0 ? state_->last_reach : service_reach;
        auto next = state_->next_hop(request, hop, *response, service_reach, redirects < limits.redirects_max);
        if (!next) {
            next.error().http_status = response->status;
            return fail(with_place(std::move(next.error()), request, hop.url));
        }
        hop = std::move(*next);
    }
}

}  // namespace moisson::http
