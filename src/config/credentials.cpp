#include "config/credentials.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "config/environment.hpp"
#include "config/keys.hpp"

namespace moisson::config {

namespace {

/// A secret that was not found, in words and as its key is called.
struct Missing {
    std::string_view words;
    std::string_view key;
};

/// One name of a secret and the ways to give it, as a line of the message about missing ones.
std::string ways_line(const SecretTable& table, std::string_view words, std::string_view key) {
    const JobKey* known = find_job_key(table.table, key);
    MOISSON_INVARIANT(known != nullptr, "every secret is in the table of keys");
    return fmt::format("{0}: {1}, {1}_FILE or {1}_COMMAND in the environment; {2}_file or {2}_command in {3} of the job file", words,
                       variable_of(*known, table.part), key, table.record != nullptr ? "its [[perimeter]]" : "[api]");
}

[[noreturn]] void refuse_missing(const std::vector<Missing>& missing, const SecretTable& table, const JobFile& file,
                                 const Environment& environment) {
    std::vector<std::string_view> names;
    std::string hint = "Give them in one of these ways:";
    for (const Missing& one : missing) {
        names.push_back(one.words);
        hint += fmt::format("\n  {}", ways_line(table, one.words, one.key));
    }
    if (std::any_of(missing.begin(), missing.end(), [](const Missing& one) { return one.key != "api_key"; })) {
        hint += fmt::format("\n  or, instead of client id and secret, {}", ways_line(table, "the portal's finished Basic value", "basic"));
        hint += table.record != nullptr ? "\n  or in [api], for all perimeters of one application" : "";
    }
    for (const auto& [name, value] : environment) {
        const auto variables = all_environment_variables();
        const auto is_this = [&name = name](std::string_view one) { return is_variable(one, name); };
        if (value.empty() && std::any_of(variables.begin(), variables.end(), is_this)) {
            hint += fmt::format("\n  ({} is set but empty)", name);
        }
    }
    for (const std::string& sentence : misspelt_variables(environment)) {
        hint += fmt::format("\n  ({})", sentence);
    }
    hint += "\nTo try moisson without credentials, add --sandbox";
    const std::string whose = table.record != nullptr ? " of a perimeter" : "";
    const std::string place = file.path.empty()         ? std::string("environment; no job file is given")
                              : table.record != nullptr ? fmt::format("{}:{}", file.path, table.record->line)
                                                        : file.path;
    usage_error(fmt::format("missing credentials{}: {}", whose, fmt::join(names, ", ")), place, std::move(hint));
}

}  // namespace

void note_openness(Job& job, const FoundSecret& found) {
    std::string sentence = found.file.empty() ? std::string() : openness_of_file(found.file);
    if (!sentence.empty()) {
        job.open_secrets.push_back(std::move(sentence));
    }
}

void read_credentials(Job& job, ApiSettings& api, const LoginPlace& place, const JobFile& file, const Environment& environment,
                      const std::stop_token& stop) {
    constexpr std::array<std::string_view, 3> of_client = {"client_id", "client_secret", "basic"};
    const bool has_client = std::any_of(of_client.begin(), of_client.end(), [&](std::string_view name) {
        return layer_of_secret(name, file, environment, place.table) != Layer::none;
    });
    const SecretTable client_table = has_client ? place.table : SecretTable("api");
    const auto origin = [&](std::string_view name) -> std::string& { return job.origins[fmt::format("{}.{}", place.origins, name)]; };
    const auto find = [&](const SecretTable& table, std::string_view name) {
        FoundSecret found = find_secret(name, file, environment, table, stop);
        note_openness(job, found);
        origin(name) = found.layer == Layer::none ? "missing" : found.origin;
        if (found.plain_in_job_file && file.read_by_others) {
            job.warnings.push_back(fmt::format("{} holds {} in plain text and every user of this machine can read it: run chmod 600 {}",
                                               file.path, name, file.path));
        }
        return found;
    };
    const FoundSecret client_id = find(client_table, "client_id");
    const FoundSecret client_secret = find(client_table, "client_secret");
    const FoundSecret basic = find(client_table, "basic");
    const FoundSecret api_key = find(place.table, "api_key");
    const Layer pair_layer = std::max(client_id.layer, client_secret.layer);
    // The pair (client id, client secret) and the Basic value exclude each other; the one of the higher layer is used.
    if (basic.layer != Layer::none && basic.layer == pair_layer) {
        const FoundSecret& other = client_secret.layer == pair_layer ? client_secret : client_id;
        usage_error(fmt::format("the Basic value and the {} are both given", &other == &client_id ? "client id" : "client secret"),
                    fmt::format("{} and {}", basic.origin, other.origin),
                    "Keep the Basic value, or the client id and client secret: they are two forms of one credential");
    }
    std::vector<Missing> missing;
    if (basic.layer > pair_layer) {
        api.basic = basic.value;
        origin("client_id") = origin("client_secret") = "not used: basic is given";
    } else {
        if (client_id.layer == Layer::none) {
            missing.push_back({"client id", "client_id"});
        }
        if (client_secret.layer == Layer::none) {
            missing.push_back({"client secret", "client_secret"});
        }
        api.client_id = client_id.value;
        api.client_secret = client_secret.value;
        origin("basic") = "not used: client_id and client_secret are given";
    }
    if (api_key.layer == Layer::none) {
        missing.push_back({"API key", "api_key"});
    }
    if (!missing.empty()) {
        refuse_missing(missing, place.table, file, environment);
    }
    api.api_key = api_key.value;
    api.api_key_file = api_key.file;
}

std::optional<std::chrono::year_month_day> read_issue_day(Job& job, const std::string& origins, const Setting* setting, const JobFile& file,
                                                          const Clock& clock) {
    job.origins[fmt::format("{}.api_key_issued", origins)] =
        setting == nullptr ? "default" : fmt::format("job file line {}", setting->line);
    if (setting == nullptr) {
        return std::nullopt;
    }
    constexpr std::chrono::hours ahead_max{24};  // somewhere it is tomorrow already
    const auto& text = std::get<std::string>(setting->value);
    const auto day = parse_timestamp(fmt::format("{}T00:00:00Z", text));
    if (!day || *day > clock.now() + ahead_max) {
        usage_error(fmt::format("api_key_issued must be a day that has come, found {}", sanitise(text, 40)), file.where(*setting),
                    "Write the day on which support issued the key, for example api_key_issued = 2025-03-01");
    }
    return std::chrono::year_month_day{std::chrono::floor<std::chrono::days>(*day)};
}

}  // namespace moisson::config
