#pragma once
/// Checks of base URLs and proxy addresses before anything is called. Pure; the connection itself is `http`'s.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace moisson::config {

/// A base URL as it will be used: no blanks around, no slash at the end. `bad_input`: not http or https, no host, a user or password, a
/// query or fragment in it, a bad port, or plain http to another host than this machine (credentials would travel readable).
[[nodiscard]] Result<std::string> check_base_url(std::string_view text);

/// The same for an address that gets no credentials: plain http to any machine is one too, and a slash at the end stays.
[[nodiscard]] Result<std::string> check_public_url(std::string_view text);

/// A proxy as curl reads it: "http://[user:password@]host[:port]", where "http://" may be left out. `bad_input` for another kind of proxy;
/// the message never shows the address, since it may hold a password.
[[nodiscard]] Result<std::string> check_proxy(std::string_view text);

/// An address to which a message is posted, and which may be a secret itself: as `check_base_url`, but it may have a query, and stays as it
/// is written. The error never repeats it.
[[nodiscard]] Result<std::string> check_webhook_url(std::string_view text);

struct MailServer {
    std::string host;
    std::uint16_t port = 0;
    bool tls_at_once = false;
};
/// "smtp://host[:587]" (STARTTLS) or "smtps://host[:465]" (TLS at once). `bad_input`: anything else.
[[nodiscard]] Result<MailServer> check_mail_server(std::string_view text);

/// An address as mail servers take it without extensions (RFC 5321): ASCII, no quotes, no display name. Nothing in it ends a line or a
/// header.
[[nodiscard]] bool is_mail_address(std::string_view text);

/// localhost, *.localhost, 127.0.0.0/8 or ::1.
[[nodiscard]] bool is_loopback(std::string_view host);

}  // namespace moisson::config
