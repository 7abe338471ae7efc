#include "config/trust.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "config/keys.hpp"
#include "config/secret.hpp"

namespace moisson::config {

namespace {

/// The job file's line that decides this key; null where another layer does, or the line says what is built in.
const Setting* decisive(const Job& job, const JobFile& file, const std::string& full_name) {
    const Setting* setting = file.find(full_name);
    const auto origin = job.origins.find(full_name);
    const bool decides = setting != nullptr && origin != job.origins.end() && origin->second.starts_with("job file");
    const Job built_in;
    const bool same = (full_name == "api.api_url" && job.api.api_url == built_in.api.api_url) ||
                      (full_name == "api.oauth_url" && job.api.oauth_url == built_in.api.oauth_url);
    return decides && !same ? setting : nullptr;
}

struct Credential {
    std::string_view name;  ///< of the key
    std::string_view words;
};

constexpr std::array<Credential, 3> client_credentials = {
    {{"client_id", "client id"}, {"client_secret", "client secret"}, {"basic", "Basic value"}}};
constexpr Credential api_key = {"api_key", "API key"};

}  // namespace

void refuse_foreign_addresses(const Job& job, const JobFile& file, const Environment& environment, bool trust_job) {
    if (trust_job || file.path.empty()) {
        return;
    }
    const auto from_environment = [&](const Credential& credential) {
        return layer_of_secret(credential.name, file, environment) == Layer::environment;
    };
    const auto* client = std::find_if(client_credentials.begin(), client_credentials.end(), from_environment);
    const Credential* of_client = client == client_credentials.end() ? nullptr : client;
    // The token that the client's secret opens goes to the API, too.
    const Credential* any = of_client == nullptr && from_environment(api_key) ? &api_key : of_client;
    for (const auto& [key, credential] : {std::pair{"api.api_url", any}, std::pair{"api.oauth_url", of_client},
                                          std::pair{"api.ca_file", any}, std::pair{"api.ca_folder", any}}) {
        const Setting* setting = decisive(job, file, key);
        if (setting == nullptr || credential == nullptr) {
            continue;
        }
        const std::string_view name = std::string_view(key).substr(std::string_view("api.").size());
        const JobKey* known = find_job_key("api", name);
        const bool is_address = name.ends_with("_url");
        const std::string way = known->environment.empty() ? std::string("Give ca_file in the environment instead (MOISSON_CA_FILE)")
                                                           : fmt::format("Set it where the secret comes from ({})", known->environment);
        usage_error(fmt::format("{} of the job file {} the {}, which comes from the environment", name,
                                is_address ? "would get" : "decides which server gets", credential->words),
                    file.where(*setting), way + ", or add --trust-job where this job file is your own");
    }
}

void refuse_foreign_archive(const Job& job, const JobFile& file, const Environment& environment, bool trust_job) {
    if (trust_job || file.path.empty() || job.archive.bucket.empty() ||
        layer_of_secret("secret_access_key", file, environment, "archive") != Layer::environment) {
        return;
    }
    for (const std::string_view name : {"url", "endpoint", "ca_file"}) {
        const JobKey* key = find_job_key("archive", name);
        MOISSON_INVARIANT(key != nullptr, "addresses are in the table of keys");
        if (const Setting* setting = decisive(job, file, key->full_name())) {
            usage_error(fmt::format("{} of the job file decides who gets what the archive's keys of the environment sign", name),
                        file.where(*setting),
                        fmt::format("Set it where the keys come from ({}), or add --trust-job where this job file is your own",
                                    key->environment));
        }
    }
}

void refuse_foreign_notices(const Job& job, const JobFile& file, const Environment& environment, bool trust_job) {
    if (trust_job || file.path.empty()) {
        return;
    }
    const auto from_environment = [&](std::string_view table, std::string_view secret) {
        return layer_of_secret(secret, file, environment, table) == Layer::environment;
    };
    const auto refuse = [&](const Setting& setting, std::string_view name, std::string_view secret, std::string_view variable) {
        usage_error(fmt::format("{} of the job file decides who gets {}, which comes from the environment", name, secret),
                    file.where(setting),
                    fmt::format("Set it where the secret comes from ({}), or add --trust-job where this job file is your own", variable));
    };
    if (!job.notify.mail.user.empty() && from_environment("notify.mail", "password")) {
        for (const std::string_view name : {"server", "ca_file"}) {
            const JobKey* key = find_job_key("notify.mail", name);
            MOISSON_INVARIANT(key != nullptr, "addresses are in the table of keys");
            if (const Setting* setting = decisive(job, file, key->full_name())) {
                refuse(*setting, fmt::format("{} of [notify.mail]", name), "the password of the mail", key->environment);
            }
        }
    }
    const bool url_is_foreign = from_environment("notify.webhook", "url");
    const bool secret_is_foreign = from_environment("notify.webhook", "secret");
    if (url_is_foreign || secret_is_foreign) {
        if (const Setting* setting = decisive(job, file, "notify.webhook.ca_file")) {
            refuse(*setting, "ca_file of [notify.webhook]", url_is_foreign ? "the webhook's address" : "what the webhook's secret signs",
                   "MOISSON_NOTIFY_WEBHOOK_CA_FILE");
        }
    }
    if (secret_is_foreign && !url_is_foreign) {
        for (const std::string_view way : {"url", "url_file", "url_command"}) {
            if (const Setting* setting = file.find(fmt::format("notify.webhook.{}", way))) {
                refuse(*setting, fmt::format("{} of [notify.webhook]", way), "what the webhook's secret signs",
                       "MOISSON_NOTIFY_WEBHOOK_URL");
            }
        }
    }
}

namespace {

template <class Add>
void add_powers_of_perimeters(const JobFile& file, const Add& add) {
    const auto perimeters = file.records.find("perimeter");
    for (const Record& record : perimeters == file.records.end() ? std::vector<Record>() : perimeters->second) {
        for (const auto& [name, setting] : record.settings) {
            if (name.ends_with("_command")) {
                add(fmt::format("runs {}", name), setting);
            } else if (name.ends_with("_url")) {
                add(fmt::format("sends a perimeter's credentials to {}", sanitise(std::get<std::string>(setting.value), 200)), setting);
            }
        }
    }
}

}  // namespace

std::vector<std::string> powers_of(const Job& job, const JobFile& file) {
    std::vector<std::string> powers;
    const auto add = [&](std::string_view does, const Setting& setting) {
        powers.push_back(fmt::format("{} (line {})", does, setting.line));
    };
    for (const JobKey& key : all_job_keys()) {
        const Setting* setting = key.name.ends_with("_command") ? file.find(key.full_name()) : nullptr;
        if (setting != nullptr) {
            add(fmt::format("runs {}", key.name), *setting);
        }
    }
    add_powers_of_perimeters(file, add);
    for (const auto& [key, value] : {std::pair{"api.api_url", &job.api.api_url}, std::pair{"api.oauth_url", &job.api.oauth_url}}) {
        if (const Setting* setting = decisive(job, file, key)) {
            add(fmt::format("sends the credentials to {}", sanitise(*value, 200)), *setting);
        }
    }
    for (const auto& [key, value] : {std::pair{"api.ca_file", &job.api.ca_file}, std::pair{"api.ca_folder", &job.api.ca_folder}}) {
        if (const Setting* setting = decisive(job, file, key)) {
            add(fmt::format("believes the certificates of {}", sanitise(*value, 200)), *setting);
        }
    }
    // They get digests, never a secret: no reason to refuse, but to be told of.
    if (const Setting* setting = decisive(job, file, "evidence.tsa_url")) {
        add(fmt::format("asks {} for time stamps", sanitise(job.evidence.tsa_url, 200)), *setting);
    }
    for (const auto& [key, value] : {std::pair{"evidence.tsa_ca_file", &job.evidence.tsa_ca_file},
                                     std::pair{"evidence.key", &job.evidence.key_file},
                                     std::pair{"evidence.pkcs12", &job.evidence.pkcs12_file}}) {
        if (const Setting* setting = decisive(job, file, key)) {
            add(fmt::format("{} {}", key == std::string_view("evidence.tsa_ca_file") ? "believes the time stamps of" : "signs with",
                            sanitise(*value, 200)),
                *setting);
        }
    }
    for (const auto& [key, value] : {std::pair{"export.out", &job.export_.out}, std::pair{"export.metrics", &job.export_.metrics},
                                     std::pair{"state.state_url", &job.state.state_url}}) {
        if (const Setting* setting = decisive(job, file, key)) {
            // A state's address may hold a password one day; its key says enough.
            add(key == std::string_view("state.state_url") ? std::string("keeps the state where state_url says")
                                                           : fmt::format("writes to {}", sanitise(*value, 200)),
                *setting);
        }
    }
    for (const auto& [key, value] : {std::pair{"archive.url", &job.archive.url}, std::pair{"archive.endpoint", &job.archive.endpoint}}) {
        if (const Setting* setting = decisive(job, file, key)) {
            add(fmt::format("archives to {}", sanitise(*value, 200)), *setting);
        }
    }
    if (const Setting* setting = decisive(job, file, "notify.mail.server")) {
        add(fmt::format("mails what was published by {}", sanitise(job.notify.mail.host, 200)), *setting);
    }
    if (const Setting* setting = job.notify.mail.to.empty() ? nullptr : file.find("notify.mail.to")) {
        add(fmt::format("tells {}", sanitise(fmt::format("{}", fmt::join(job.notify.mail.to, ", ")), 400)), *setting);
    }
    for (const std::string_view way : {"url", "url_file", "url_command"}) {
        // The address itself may be a secret: its key says enough.
        if (const Setting* setting = file.find(fmt::format("notify.webhook.{}", way))) {
            add(fmt::format("posts what was published where {} says", way), *setting);
        }
    }
    return powers;
}

}  // namespace moisson::config
