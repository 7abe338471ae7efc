#pragma once
/// Mail by SMTP (RFC 5321) over TLS: at once (RFC 8314) or by STARTTLS (RFC 3207), which must be had. The dialogue is Poco's; TLS, its
/// verification and all bounds of time and size are those of `http`.

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "http/channel.hpp"
#include "http/http.hpp"

namespace moisson::notify {

struct MailRoute {
    std::shared_ptr<const http::Transport> transport;
    std::string host;
    std::uint16_t port = 587;
    bool tls_at_once = false;
    std::string user;  ///< empty: no login
    std::string password;
    http::ChannelLimits limits;
};

struct Envelope {
    std::string from;
    std::vector<std::string> to;
};

/// Hands `mail` (mail_text.hpp) to the server. Success means that the server took it, for every recipient. After any error it may have been
/// taken where the connection broke behind its last byte: the same mail again has the same Message-ID.
/// Errors of `http::Channel`; `credentials` where the login is refused; `server_error` (later) and `client_error` for other refusals, with
/// the server's words as cause; `protocol` for what is no SMTP or no STARTTLS.
[[nodiscard]] Status send_mail(const MailRoute& route, const Envelope& envelope, const std::string& mail, const Clock& clock,
                               const std::stop_token& stop);

/// Connects, secures and logs in; sends nothing.
[[nodiscard]] Status check_mail_route(const MailRoute& route, const Clock& clock, const std::stop_token& stop);

}  // namespace moisson::notify
