#pragma once
/// Tells people and machines what was published: by mail and by webhook, as [notify] of the job says. Nothing here knows how a notice is
/// made or kept.

#include <array>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "config/job.hpp"
#include "notify/notice.hpp"

namespace moisson::notify {

enum class Way { mail, webhook };
inline constexpr std::array all_ways{Way::mail, Way::webhook};
[[nodiscard]] std::string_view to_text(Way way) noexcept;  ///< "mail", "webhook"

/// Those that the job names.
[[nodiscard]] std::vector<Way> ways_of(const config::Job& job);

/// What a delivery opens on this machine: the form, the certificates, the address. Calls nobody.
[[nodiscard]] Status check_settings(const config::Job& job, Way way);

/// At most three tries, as far as they can help, all of them within the job's `timeout_seconds`. Whoever is told may be told twice: an
/// error does not prove that nothing arrived. `cancelled` when stopped.
[[nodiscard]] Status deliver(const config::Job& job, Way way, const Notice& notice, const Clock& clock, const std::stop_token& stop);

/// Goes the way as far as one can without sending: for the webhook connection and TLS, for the mail the login too. What was found, in a
/// sentence.
[[nodiscard]] Result<std::string> try_way(const config::Job& job, Way way, const Clock& clock, const std::stop_token& stop);

}  // namespace moisson::notify
