#include "config/notify.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "base/result.hpp"
#include "base/text.hpp"
#include "config/address.hpp"
#include "config/keys.hpp"
#include "config/table_keys.hpp"
#include "config/trust.hpp"

namespace moisson::config {

namespace {

constexpr std::size_t recipients_max = 50;

void take_when(Job& job, TableKeys& keys) {
    const auto when = keys.text("when");
    if (!when) {
        return;
    }
    using When = NotifySettings::When;
    for (const auto& [word, meaning] :
         {std::pair{"always", When::always}, std::pair{"changed", When::changed}, std::pair{"trouble", When::trouble}}) {
        if (when->value == word) {
            job.notify.when = meaning;
            return;
        }
    }
    usage_error(fmt::format("when must be \"always\", \"changed\" or \"trouble\", found \"{}\"", sanitise(when->value, 40)), when->where,
                "Leave it out for \"changed\": a notice where the month is not as it was told last");
}

std::string address_of_mail(const FoundText& text) {
    std::string address(trim(text.value));
    if (!is_mail_address(address)) {
        usage_error(fmt::format("\"{}\" is no mail address", sanitise(address, 80)), text.where,
                    "Write the bare address in ASCII, without a name: \"accounting@example.com\"");
    }
    return address;
}

void take_recipients(MailSettings& mail, Job& job, const JobFile& file, const std::string& where) {
    const Setting* const to = file.find("notify.mail.to");
    job.origins["notify.mail.to"] = to == nullptr ? "default" : fmt::format("job file line {}", to->line);
    const auto list = to == nullptr ? std::vector<std::string>() : std::get<std::vector<std::string>>(to->value);
    if (list.empty() || list.size() > recipients_max) {
        usage_error(
            list.empty() ? "the mail of [notify.mail] goes to nobody" : fmt::format("to names more than {} addresses", recipients_max),
            to == nullptr ? where : file.where(*to), "Write to = [\"accounting@example.com\"]");
    }
    for (const std::string& one : list) {
        mail.to.push_back(address_of_mail({one, file.where(*to)}));
    }
}

void take_mail(Job& job, const JobFile& file, TableKeys& keys) {
    MailSettings& mail = job.notify.mail;
    const auto server = keys.text("server");
    if (!server) {
        if (const auto line = keys.first_line()) {
            usage_error("[notify.mail] names no server", *line, "Write server = \"smtp://mail.example.com:587\", or leave the table out");
        }
        return;  // a variable alone asks for no mail
    }
    const auto address = check_mail_server(server->value);
    if (!address) {
        usage_error(fmt::format("the mail server cannot be used: {}", address.error().message), server->where,
                    "Write server = \"smtp://mail.example.com:587\" (STARTTLS) or \"smtps://mail.example.com:465\" (TLS at once)");
    }
    const auto from = keys.text("from");
    if (!keys.first_line()) {
        return;  // the server stands in the environment, for other jobs
    }
    if (!from) {
        usage_error("[notify.mail] does not say from whom the mail is", server->where, "Write from = \"moisson@example.com\"");
    }
    mail.from = address_of_mail(*from);
    take_recipients(mail, job, file, server->where);
    if (const auto ca_file = keys.text("ca_file")) {
        mail.ca_file = ca_file->value;
    }
    const auto user = keys.text("user");
    if (user.has_value() && !keys.has_secret("password")) {
        usage_error("[notify.mail] has a user and no password", user->where,
                    "Give MOISSON_NOTIFY_MAIL_PASSWORD, …_FILE or …_COMMAND in the environment, or password_file or password_command");
    }
    mail.host = address->host;
    mail.port = address->port;
    mail.tls_at_once = address->tls_at_once;
    mail.user = user ? user->value : std::string();
}

void take_form(WebhookSettings& webhook, TableKeys& keys, const JobFile& file) {
    const auto form = keys.text("form");
    if (!form) {
        return;
    }
    constexpr std::array<std::string_view, 3> built_in{"plain", "slack", "teams"};
    const bool is_file = form->value.find('/') != std::string::npos || form->value.ends_with(".json");
    if (!is_file && std::find(built_in.begin(), built_in.end(), form->value) == built_in.end()) {
        usage_error(fmt::format("the form \"{}\" is not known", sanitise(form->value, 40)), form->where,
                    "Write \"plain\", \"slack\" or \"teams\", or the path of a form of your own that ends in .json");
    }
    webhook.form = is_file ? file.resolve(form->value) : form->value;
}

void take_webhook(Job& job, const JobFile& file, TableKeys& keys) {
    WebhookSettings& webhook = job.notify.webhook;
    take_form(webhook, keys, file);
    if (const auto ca_file = keys.text("ca_file")) {
        webhook.ca_file = ca_file->value;
    }
    if (const auto line = keys.has_secret("url") ? std::nullopt : keys.first_line()) {
        usage_error("[notify.webhook] has no url", *line,
                    "Give MOISSON_NOTIFY_WEBHOOK_URL, …_FILE or …_COMMAND in the environment, or url_file, url_command or url");
    }
}

void take_notify_secrets(Job& job, TableKeys& mail, TableKeys& webhook, const std::stop_token& stop) {
    NotifySettings& notify = job.notify;
    if (!notify.mail.user.empty()) {
        notify.mail.password = mail.secret("password", stop);
    }
    if (!webhook.has_secret("url")) {
        return;
    }
    const Secret url = webhook.secret("url", stop);
    auto checked = check_webhook_url(url.reveal());
    if (!checked) {
        usage_error(fmt::format("the url of [notify.webhook] cannot be used: {}", checked.error().message),
                    job.origins["notify.webhook.url"], "Write an address such as https://hooks.example.com/moisson");
    }
    notify.webhook.url = Secret(std::move(*checked));
    notify.webhook.secret = webhook.secret("secret", stop);
}

}  // namespace

void read_notify(Job& job, const JobFile& file, const Environment& environment, bool secrets, bool trust_job, const std::stop_token& stop) {
    TableKeys keys(job, file, environment, "notify");
    TableKeys mail(job, file, environment, "notify.mail");
    TableKeys webhook(job, file, environment, "notify.webhook");
    take_when(job, keys);
    if (const auto seconds = keys.whole("timeout_seconds")) {
        job.notify.timeout = std::chrono::seconds(*seconds);
    }
    take_mail(job, file, mail);
    take_webhook(job, file, webhook);
    if (secrets) {
        refuse_foreign_notices(job, file, environment, trust_job);
        take_notify_secrets(job, mail, webhook, stop);
    }
}

}  // namespace moisson::config
