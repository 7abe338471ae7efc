/// See secrecy.hpp.

#include "pipeline/secrecy.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <system_error>

#include "api/token_keeper.hpp"
#include "base/base64.hpp"
#include "base/gate.hpp"

namespace moisson::pipeline {

namespace {

std::string without_percent_encoding(std::string_view text) {
    std::string bytes;
    for (std::size_t at = 0; at < text.size();) {
        unsigned value = 0;
        const std::string_view digits = text[at] == '%' && text.size() - at > 2 ? text.substr(at + 1, 2) : std::string_view();
        const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
        const bool is_encoded = !digits.empty() && problem == std::errc{} && end == digits.data() + digits.size();
        bytes += is_encoded ? static_cast<char>(value) : text[at];
        at += is_encoded ? 3 : 1;
    }
    return bytes;
}

/// The password of "scheme://user:password@host", as it stands there and without its percent-encoding.
void watch_password(Redactor& secrets, std::string_view url) {
    const std::size_t scheme = url.find("://");
    if (scheme == std::string_view::npos) {
        return;
    }
    const std::string_view authority = url.substr(scheme + 3, url.find('/', scheme + 3) - scheme - 3);
    const std::size_t at = authority.rfind('@');
    const std::size_t colon = authority.find(':');
    if (at != std::string_view::npos && colon < at) {
        const std::string_view password = authority.substr(colon + 1, at - colon - 1);
        secrets.watch(password);
        secrets.watch(without_percent_encoding(password));
    }
}

/// What opens the door in an address of "https://hooks.example.com/T000/B000/SECRET?sig=SECRET". Shorter parts are words like any other.
void watch_keys_in(Redactor& secrets, std::string_view url) {
    constexpr std::size_t key_bytes_min = 16;
    while (!url.empty()) {
        const std::size_t end = std::min(url.find_first_of("/?&="), url.size());
        if (end >= key_bytes_min) {
            secrets.watch(url.substr(0, end));
            secrets.watch(without_percent_encoding(url.substr(0, end)));
        }
        url.remove_prefix(std::min(end + 1, url.size()));
    }
}

/// True when the text was emptied.
bool drop(const Redactor& secrets, std::string& text) {
    const bool found = secrets.finds(text);
    if (found) {
        text.clear();
    }
    return found;
}

bool drop(const Redactor& secrets, std::optional<std::string>& text) {
    const bool found = text && secrets.finds(*text);
    if (found) {
        text.reset();
    }
    return found;
}

/// Never emptied: that there is more must not be lost with how it was said.
void drop_from(const Redactor& secrets, wire::Paging& paging) { paging.more = secrets.clean(paging.more); }

void drop_from(const Redactor& secrets, wire::Document& document) {
    const auto note = [&](wire::Member member, bool found) {
        document.secret = static_cast<std::uint8_t>(document.secret | (found ? member : 0));
    };
    note(wire::member_id, drop(secrets, document.id));
    note(wire::member_filename, drop(secrets, document.filename));
    note(wire::member_period, drop(secrets, document.period));
    note(wire::member_created_at, drop(secrets, document.createdAt));
    note(wire::member_updated_at, drop(secrets, document.updatedAt));
    note(wire::member_currency, drop(secrets, document.currency));
    note(wire::member_document_type, drop(secrets, document.documentType));
    if (drop(secrets, document.amount)) {
        document.amount_kind = wire::AmountKind::absent;
        note(wire::member_amount, true);
    }
}

/// As they are given, and as they are sent.
void watch_login(Redactor& secrets, const config::ApiSettings& api) {
    for (const config::Secret* secret : {&api.client_secret, &api.basic, &api.api_key}) {
        secrets.watch(secret->reveal());
    }
    secrets.watch(api::clean_api_key(api.api_key.reveal()));
    const std::string basic = api::clean_basic(api.basic.reveal());
    secrets.watch(basic);
    if (const auto pair = decode_base64(basic); pair && pair->find(':') != std::string::npos) {
        secrets.watch(std::string_view(*pair).substr(pair->find(':') + 1));
    }
    if (!api.client_secret.empty()) {
        secrets.watch(api::make_basic(api.client_id.reveal(), api.client_secret.reveal()));
    }
}

}  // namespace

void watch_secrets(const config::Job& job) {
    Redactor& secrets = *job.secrets;
    for (const config::PerimeterSettings& login : config::logins_of(job)) {
        watch_login(secrets, login.api);
    }
    for (const config::Secret* secret :
         {&job.proxies.https_proxy, &job.proxies.http_proxy, &job.output.database.url, &job.archive.access_key_id,
          &job.archive.secret_access_key, &job.archive.session_token, &job.evidence.passphrase, &job.notify.mail.password,
          &job.notify.webhook.url, &job.notify.webhook.secret}) {
        secrets.watch(secret->reveal());
    }
    for (const config::Secret* url : {&job.proxies.https_proxy, &job.proxies.http_proxy, &job.output.database.url}) {
        watch_password(secrets, url->reveal());
    }
    if (const std::string& url = job.notify.webhook.url.reveal(); url.find("://") != std::string::npos) {
        const std::size_t path = url.find('/', url.find("://") + 3);
        watch_keys_in(secrets, std::string_view(url).substr(std::min(path, url.size())));
    }
}

void hide_secrets(const config::Job& job, RunSummary& summary) {
    const auto clean = [&](std::string_view text) { return job.secrets->clean(text); };
    for (std::vector<Finding>* findings : {&summary.findings, &summary.run_findings}) {
        for (Finding& finding : *findings) {
            finding.message.change_texts(clean);
            finding.detail.change_texts(clean);
            finding.request_id = clean(finding.request_id);
        }
    }
    for (ContractCompleteness& contract : summary.completeness) {
        contract.reason.change_texts(clean);
    }
}

void drop_secrets(const Redactor& secrets, wire::Contract& contract) {
    for (std::string* text : {&contract.id, &contract.name, &contract.offer_id, &contract.offer_name, &contract.customer_id,
                              &contract.customer_name, &contract.platformId}) {
        contract.secret = drop(secrets, *text) || contract.secret;
    }
    const auto erased = std::erase_if(contract.members, [&](const auto& member) { return secrets.finds(member.first); });
    contract.secret = contract.secret || erased > 0;
    for (auto& [path, value] : contract.members) {
        contract.secret = drop(secrets, value) || contract.secret;
    }
}

void drop_secrets(const Redactor& secrets, wire::ContractsAnswer& answer) {
    for (wire::Contract& contract : answer.contracts) {
        drop_secrets(secrets, contract);
    }
    drop_from(secrets, answer.paging);
}

void drop_secrets(const Redactor& secrets, wire::DocumentsAnswer& answer) {
    for (wire::Document& document : answer.documents) {
        drop_from(secrets, document);
    }
    drop_from(secrets, answer.paging);
}

std::string without_secrets(const Redactor& secrets, std::string_view error_body) {
    const std::size_t begin = error_body.find_first_not_of(" \t\r\n\xef\xbb\xbf");
    const bool is_json = begin != std::string_view::npos && (error_body[begin] == '{' || error_body[begin] == '[');
    return is_json ? gated_json(error_body, &secrets) : secrets.clean(error_body);
}

}  // namespace moisson::pipeline
