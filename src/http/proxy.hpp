#pragma once
/// Which requests go through a proxy, and how a tunnel is asked for.

#include <string>
#include <vector>

#include "http/http.hpp"

namespace moisson::http {

/// NO_PROXY as curl reads it: `*`; a name stands for itself and all below it, with or without a leading dot; an IP address, also with a
/// prefix length; each may end in `:port`. Names compare without case. Pure.
[[nodiscard]] bool bypasses_proxy(const Url& url, const std::vector<std::string>& no_proxy);

/// "Basic …" of RFC 7617 (UTF-8), empty when neither user nor password is set.
[[nodiscard]] std::string basic_credentials(const std::string& user, const std::string& password);

}  // namespace moisson::http
