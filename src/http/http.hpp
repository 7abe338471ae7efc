#pragma once
/// One HTTP request and its whole answer. Knows nothing of any API.
///
/// A body counts only when it is whole (src/README.md, rule 2): framing is done here, not by the library's streams.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace moisson::http {

/// Absolute URL, http or https, split. `path_and_query` starts with '/' and is sent as it stands.
struct Url {
    std::string scheme;  ///< "http" or "https", lower case
    std::string host;    ///< lower case, without brackets for IPv6
    std::uint16_t port = 0;
    std::string path_and_query;
    [[nodiscard]] static Result<Url> parse(std::string_view text);
    [[nodiscard]] std::string to_text() const;
    [[nodiscard]] bool same_origin(const Url& other) const noexcept;
    /// Where `location` (a redirect's, RFC 3986 §5.2: absolute, `//host/…`, `/path`, `path`, `?query`) points from here. Bytes that may not
    /// stand in a URL are percent-encoded; a fragment is left out. `redirect` when it is no http or https URL. The error never repeats
    /// `location`.
    [[nodiscard]] Result<Url> resolve(std::string_view location) const;
    /// Scheme, host, port and path without the query: for messages (a query can carry a signature).
    [[nodiscard]] std::string for_people() const;
    friend bool operator==(const Url&, const Url&) = default;
};

/// RFC 3986 percent-encoding of everything but unreserved characters: for one path segment or query value.
[[nodiscard]] std::string percent_encode(std::string_view text);

/// In order; names compare without case.
class Headers {
public:
    /// Replaces all fields of that name.
    void set(std::string name, std::string value);
    /// Adds one more; what came twice stays twice.
    void add(std::string name, std::string value);
    void remove(std::string_view name);
    [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const noexcept;
    [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& all() const noexcept { return fields_; }

private:
    std::vector<std::pair<std::string, std::string>> fields_;
};

/// How far a request got. `not_sent`: not a byte of it left, so nothing of it can have been carried out. `sent`: it may have been carried
/// out. `answered`: a whole answer came and says which.
enum class Delivery { not_sent, sent, answered };

struct Request {
    std::string method = "GET";
    Url url;
    Headers headers;  ///< Host, User-Agent, Connection, Accept-Encoding: identity and Content-Length are added by the session
    std::string body;
    /// Names of headers that must never reach another origin (redirects): credentials.
    std::vector<std::string> origin_bound_headers;
    /// Set for a request that must not be carried out twice: the session keeps it up to date, attempt by attempt, from before the first
    /// byte leaves; any thread may look. Such a request goes over a connection of its own, never over one that was kept: on that, a server
    /// which closes as the request arrives leaves open whether it was carried out.
    std::shared_ptr<std::atomic<Delivery>> delivery;
};

struct Response;

/// Where the bytes of a 2xx body go. One thread at a time.
class BodySink {
public:
    virtual ~BodySink() = default;
    /// Called before the first byte of each attempt (and again after a redirect or restart): forget what came before.
    [[nodiscard]] virtual Status begin() = 0;
    /// What the session calls, with the head of the 2xx answer (`body_size_bytes` 0, no body yet). A sink that goes on after a cut transfer
    /// (206) overrides it; the others forget what came before.
    [[nodiscard]] virtual Status begin_answer(const Response& head);
    [[nodiscard]] virtual Status write(std::string_view bytes) = 0;
};

/// Collects in memory.
class StringSink final : public BodySink {
public:
    [[nodiscard]] Status begin() override;
    [[nodiscard]] Status write(std::string_view bytes) override;
    std::string bytes;
};

/// How the end of the body was known.
enum class Framing { length, chunked, until_close };

/// Whom the TLS connection led to, as the handshake accepted it; behind a proxy that inspects TLS, the proxy's own.
struct PeerCertificate {
    std::string subject;  ///< RFC 2253, pure ASCII: what `openssl x509 -nameopt RFC2253` shows
    std::string issuer;
    std::string sha256;  ///< of the certificate (DER), lower-case hexadecimal
    friend bool operator==(const PeerCertificate&, const PeerCertificate&) = default;
};

struct Response {
    int status = 0;
    Headers headers;
    Framing framing = Framing::length;
    std::uint64_t body_size_bytes = 0;
    std::string error_body;  ///< body of an answer outside 2xx, at most `Limits::error_body_max_bytes`; empty for 2xx
    bool error_body_cut = false;  ///< `error_body` is not all of it: it broke off, or was longer than the limit
    Url url;                 ///< after redirects
    std::shared_ptr<const PeerCertificate> peer;  ///< of the connection that this answer came over; null without TLS
    int attempts = 0;                             ///< how often a request was sent for it: redirects and a second try count
    Timestamp sent_at{};                          ///< the system's clock as the last of them was about to be sent …
    Timestamp head_at{};                          ///< … and when the head of its answer was there
    [[nodiscard]] bool ok() const noexcept { return status >= 200 && status < 300; }
};

struct Limits {
    std::uint64_t body_max_bytes = 256ULL << 20U;  ///< longer: `too_large`
    std::uint64_t error_body_max_bytes = 64ULL << 10U;
    std::uint64_t header_max_bytes = 64ULL << 10U;
    int redirects_max = 5;
    std::chrono::milliseconds attempt{std::chrono::minutes(10)};  ///< deadline of one whole attempt: `too_slow`
    std::uint64_t min_rate_bytes_per_second = 1024;               ///< averaged over `min_rate_window` (0: off): `too_slow`
    std::chrono::milliseconds min_rate_window{std::chrono::seconds(30)};
    /// A body with neither Content-Length nor chunks: refused (`truncated`) unless the caller can prove its end by its format.
    bool accept_until_close = false;
};

struct ClientOptions {
    std::string ca_file;  ///< PEM; empty: the system's store
    std::string ca_folder;
    std::string client_certificate_file;  ///< PEM, with its key in `client_key_file`
    std::string client_key_file;
    std::optional<Url> https_proxy;  ///< user and password in the two fields below
    std::optional<Url> http_proxy;
    std::string proxy_user;
    std::string proxy_password;
    /// Hosts that a redirect may lead to, as globs; empty: any in the internet. A request's own host is always one of them.
    std::vector<std::string> redirect_hosts;
    std::vector<std::string> no_proxy;                                    ///< as curl reads NO_PROXY: host, .suffix, *, IP
    std::chrono::milliseconds connect_timeout{std::chrono::seconds(10)};  ///< TCP and, separately, the TLS handshake
    std::chrono::milliseconds read_timeout{std::chrono::seconds(10)};     ///< a single read or write
    std::string user_agent;
    bool offers_http = true;  ///< TLS says that HTTP will be spoken (ALPN): a server of another protocol may refuse that
};

/// Fills the proxy fields from texts as HTTPS_PROXY, HTTP_PROXY and NO_PROXY hold them (empty: not set):
/// `[http://][user:password@]host:port`, user and password percent-decoded; NO_PROXY a list parted by commas or blanks. Requests to this
/// machine (loopback addresses, localhost) never go through a proxy, whatever is set. `bad_input` names
/// the variable, never its text.
[[nodiscard]] Status apply_proxy_settings(ClientOptions& options, std::string_view https_proxy, std::string_view http_proxy,
                                          std::string_view no_proxy);

/// Addresses of a host name as text, in the order they would be tried (for `doctor`). `dns`. Blocks as long as the system's resolver does.
[[nodiscard]] Result<std::vector<std::string>> resolve(const std::string& host);

/// The TLS contexts and settings that all sessions share. Built whole before the first worker starts, immutable after; any thread.
/// `disk` FatalError-free: a missing or unreadable CA file is `bad_input` with its path.
class Transport {
public:
    [[nodiscard]] static Result<std::shared_ptr<const Transport>> make(ClientOptions options);
    virtual ~Transport() = default;
};

/// Keep-alive connections of one worker: one at a time per origin, reused while clean, thrown away after any failure.
/// One thread at a time.
class Session {
public:
    explicit Session(std::shared_ptr<const Transport> transport, const Clock& clock);
    ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    /// A GET follows redirects (RFC 9110 §15.4) to hosts of `redirect_hosts`, never from https to http, and never from a farther address to
    /// a nearer one: from the internet neither into a private network (unless `redirect_hosts` names the host) nor, as from there, to the
    /// local link or this machine. Every address that a name resolves to is looked at, at every hop; through a proxy, which resolves names
    /// itself, only address literals can be. A refused one is `redirect`.
    ///
    /// Sends and reads the whole answer. An answer of any status is a Response; what broke on the way is an Error with its retry class.
    /// A kept-alive connection that the server had closed (no byte of an answer came) is tried once more on a fresh one when the method is
    /// GET. `stop` is looked at between reads (`cancelled`).
    [[nodiscard]] Result<Response> exchange(const Request& request, BodySink& sink, const Limits& limits, std::stop_token stop);

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace moisson::http
