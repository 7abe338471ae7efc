/// The step of `doctor` that goes the ways of [notify], and sends nothing.

#include <fmt/format.h>

#include "doctor/steps.hpp"
#include "notify/notify.hpp"

namespace moisson::doctor {

void check_notices(Visit& visit) {
    const config::MailSettings& mail = visit.job.notify.mail;
    for (const notify::Way way : notify::ways_of(visit.job)) {
        if (way == notify::Way::mail && !mail.user.empty() && mail.password.empty()) {
            visit.skip("notify", "the mail's login cannot be tried: its password was not read");
            continue;
        }
        const auto tried = notify::try_way(visit.job, way, visit.conditions.clock, visit.conditions.stop);
        if (tried) {
            visit.ok("notify", *tried);
            continue;
        }
        // What cannot be told of is published all the same.
        Check check = check_of_error(tried.error(), "notify");
        check.status = CheckStatus::warning;
        check.exit_code = ExitCode::complete;
        check.text = fmt::format("{}: {}", notify::to_text(way), visit.job.secrets->clean(check.text));
        visit.add(std::move(check));
    }
}

}  // namespace moisson::doctor
