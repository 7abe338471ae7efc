#include "notify/notify.hpp"

#include <algorithm>
#include <memory>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "base/version.hpp"
#include "http/http.hpp"
#include "http/probe.hpp"
#include "notify/form.hpp"
#include "notify/mail_text.hpp"
#include "notify/note_text.hpp"
#include "notify/smtp.hpp"
#include "notify/webhook.hpp"

namespace moisson::notify {

namespace {

using TransportPtr = std::shared_ptr<const http::Transport>;

constexpr int tries_max = 3;
constexpr std::chrono::milliseconds first_wait{1000};

Result<TransportPtr> mail_transport(const config::Job& job) {
    http::ClientOptions options;
    options.ca_file = job.notify.mail.ca_file;
    options.connect_timeout = job.transfer.connect_timeout;
    options.read_timeout = job.transfer.read_timeout;
    options.user_agent = std::string(user_agent());
    options.offers_http = false;
    return http::Transport::make(std::move(options));
}

Result<TransportPtr> webhook_transport(const config::Job& job) {
    http::ClientOptions options;
    options.ca_file = job.notify.webhook.ca_file;
    options.connect_timeout = job.transfer.connect_timeout;
    options.read_timeout = job.notify.timeout;  // who takes long to answer is cut by the time of the notice
    options.user_agent = std::string(user_agent());
    const config::ProxySettings& proxies = job.proxies;
    if (Status set = http::apply_proxy_settings(options, proxies.https_proxy.reveal(), proxies.http_proxy.reveal(), proxies.no_proxy);
        !set) {
        return fail(std::move(set.error()));
    }
    return http::Transport::make(std::move(options));
}

/// The error never repeats the address.
Result<http::Url> webhook_url(const config::Job& job) {
    auto url = http::Url::parse(job.notify.webhook.url.reveal());
    return url ? std::move(url) : fail(ErrorCode::bad_input, "the url of [notify.webhook] is no address that can be called");
}

MailRoute mail_route(const config::Job& job, TransportPtr transport, std::chrono::milliseconds time_max) {
    const config::MailSettings& mail = job.notify.mail;
    MailRoute route{std::move(transport), mail.host, mail.port, mail.tls_at_once, mail.user, mail.password.reveal(), {}};
    route.limits.whole = time_max;
    return route;
}

Mail mail_of(const config::Job& job, const Notice& notice) {
    return {job.notify.mail.from,
            job.notify.mail.to,
            note_title(notice.markdown),
            notice.id,
            notice.made_at,
            notice.language,
            notice.markdown,
            note_html(notice.markdown, notice.language)};
}

/// In short steps, so that a stop is seen soon; false when stopped.
bool wait_for_next_try(std::chrono::milliseconds wait, const Clock& clock, const std::stop_token& stop) {
    const auto due = clock.steady_now() + wait;
    while (!stop.stop_requested() && clock.steady_now() < due) {
        const std::chrono::steady_clock::duration left = due - clock.steady_now();
        std::this_thread::sleep_for(std::min<std::chrono::steady_clock::duration>(left, std::chrono::milliseconds(50)));
    }
    return !stop.stop_requested();
}

/// `once(time_left)` until it succeeds, cannot, or the time is over.
template <class Once>
Status try_often(std::chrono::milliseconds time_max, const Clock& clock, const std::stop_token& stop, const Once& once) {
    const auto deadline = clock.steady_now() + time_max;
    const auto left = [&] { return std::chrono::duration_cast<std::chrono::milliseconds>(deadline - clock.steady_now()); };
    auto wait = first_wait;
    for (int attempt = 1;; ++attempt, wait *= 2) {
        Status done = once(left());
        if (done || done.error().retry == Retry::never || attempt >= tries_max) {
            return done;
        }
        const auto pause = done.error().retry_after.value_or(wait);
        if (pause >= left()) {
            return done;
        }
        if (!wait_for_next_try(pause, clock, stop)) {
            return fail(ErrorCode::cancelled, "stopped while a notice was delivered");
        }
    }
}

Status deliver_mail(const config::Job& job, const Notice& notice, const Clock& clock, const std::stop_token& stop) {
    auto transport = mail_transport(job);
    if (!transport) {
        return fail(std::move(transport.error()));
    }
    const std::string mail = mail_text(mail_of(job, notice));
    return try_often(job.notify.timeout, clock, stop, [&](std::chrono::milliseconds time_left) {
        return send_mail(mail_route(job, *transport, time_left), {job.notify.mail.from, job.notify.mail.to}, mail, clock, stop);
    });
}

Status deliver_post(const config::Job& job, const Notice& notice, const Clock& clock, const std::stop_token& stop) {
    auto url = webhook_url(job);
    if (!url) {
        return fail(std::move(url.error()));
    }
    auto form = Form::load(job.notify.webhook.form);
    auto body = form ? form->fill(notice) : fail(std::move(form.error()));
    auto transport = body ? webhook_transport(job) : fail(std::move(body.error()));
    if (!transport) {
        return fail(std::move(transport.error()));
    }
    const Post post{std::move(*url), notice.id, std::move(*body), job.notify.webhook.secret.reveal()};
    return try_often(job.notify.timeout, clock, stop,
                     [&](std::chrono::milliseconds time_left) { return send_post(post, *transport, time_left, clock, stop); });
}

Result<std::string> try_webhook(const config::Job& job, const Clock& clock, const std::stop_token& stop) {
    auto url = webhook_url(job);
    auto transport = url ? webhook_transport(job) : fail(std::move(url.error()));
    if (!transport) {
        return fail(std::move(transport.error()));
    }
    for (http::ProbeStep& step : http::probe(**transport, *url, clock, stop)) {
        if (!step.outcome) {
            step.outcome.error().where = fmt::format("{}://{}", url->scheme, url->host);
            return fail(std::move(step.outcome.error()));
        }
    }
    return fmt::format("webhook at {}: reached{}, {}; nothing was sent", url->host, url->scheme == "https" ? ", certificate accepted" : "",
                       job.notify.webhook.secret.empty() ? "not signed" : "signed");
}

Result<std::string> try_mail(const config::Job& job, const Clock& clock, const std::stop_token& stop) {
    auto transport = mail_transport(job);
    if (!transport) {
        return fail(std::move(transport.error()));
    }
    const config::MailSettings& mail = job.notify.mail;
    if (Status tried = check_mail_route(mail_route(job, *transport, job.notify.timeout), clock, stop); !tried) {
        return fail(std::move(tried.error()));
    }
    return fmt::format("mail by {}:{}: reached, certificate accepted, {}; nothing was sent", mail.host, mail.port,
                       mail.user.empty() ? "no login" : "logged in");
}

}  // namespace

std::string_view to_text(Way way) noexcept { return way == Way::mail ? "mail" : "webhook"; }

std::vector<Way> ways_of(const config::Job& job) {
    std::vector<Way> found;
    if (!job.notify.mail.host.empty()) {
        found.push_back(Way::mail);
    }
    if (!job.notify.webhook.url.empty()) {
        found.push_back(Way::webhook);
    }
    return found;
}

Status check_settings(const config::Job& job, Way way) {
    if (way == Way::mail) {
        auto transport = mail_transport(job);
        return transport ? Status() : Status(fail(std::move(transport.error())));
    }
    auto url = webhook_url(job);
    auto form = url ? Form::load(job.notify.webhook.form) : fail(std::move(url.error()));
    auto transport = form ? webhook_transport(job) : fail(std::move(form.error()));
    return transport ? Status() : Status(fail(std::move(transport.error())));
}

Status deliver(const config::Job& job, Way way, const Notice& notice, const Clock& clock, const std::stop_token& stop) {
    return way == Way::mail ? deliver_mail(job, notice, clock, stop) : deliver_post(job, notice, clock, stop);
}

Result<std::string> try_way(const config::Job& job, Way way, const Clock& clock, const std::stop_token& stop) {
    return way == Way::mail ? try_mail(job, clock, stop) : try_webhook(job, clock, stop);
}

}  // namespace moisson::notify
