#pragma once
/// Checks of base URLs and proxy addresses before anything is called. Pure; the connection itself is `http`'s.

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

/// localhost, *.localhost, 127.0.0.0/8 or ::1.
[[nodiscard]] bool is_loopback(std::string_view host);

}  // namespace moisson::config
