#include "config/perimeters.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/suggest.hpp"
#include "config/address.hpp"
#include "config/books.hpp"
#include "config/credentials.hpp"
#include "config/erp.hpp"
#include "config/keys.hpp"
#include "config/record_keeping.hpp"
#include "config/secret.hpp"

namespace moisson::config {

namespace {

constexpr std::size_t perimeter_bytes_max = 40;
constexpr std::string_view perimeter_variables = "MOISSON_PERIMETER_";
constexpr std::array<std::string_view, 4> secrets_of_login = {"client_id", "client_secret", "basic", "api_key"};

std::string text_of(const Record& record, const char* key) {
    const Setting* const setting = record.find(key);
    return setting == nullptr ? std::string() : std::get<std::string>(setting->value);
}

std::string place_of(const JobFile& file, const Record& record, const char* key) {
    const Setting* const setting = record.find(key);
    return setting == nullptr ? fmt::format("{}:{}", file.path, record.line) : file.where(*setting);
}

bool is_name(std::string_view name) {
    const auto is_plain = [](char letter) {
        return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9');
    };
    return !name.empty() && name.size() <= perimeter_bytes_max && is_plain(name.front()) &&
           std::all_of(name.begin(), name.end(),
                       [&](char letter) { return is_plain(letter) || letter == '.' || letter == '_' || letter == '-'; });
}

/// One record after the other, in the file's order.
class PerimeterReader {
public:
    PerimeterReader(Job& job, const JobFile& file, const Environment& environment, bool trust_job)
        : job_(job), file_(file), environment_(environment), trust_job_(trust_job) {}

    PerimeterSettings read(const Record& record, bool with_secrets, const Clock& clock, const std::stop_token& stop) {
        PerimeterSettings perimeter;
        take_name(record, perimeter);
        perimeter.api = job_.api;
        take_address(record, "api_url", perimeter.api.api_url);
        take_address(record, "oauth_url", perimeter.api.oauth_url);
        take_contracts(record, perimeter);
        perimeter.erp = read_erp(file_, record);
        perimeter.organization = read_organization(file_, record.find("organization"), record.find("siren"));
        perimeter.sandbox_account = text_of(record, "sandbox_account");
        perimeter.sandbox_account = perimeter.sandbox_account.empty() ? perimeter.name : perimeter.sandbox_account;
        perimeter.sandbox_application = text_of(record, "sandbox_application");
        const std::string origins = fmt::format("perimeter.{}", perimeter.name);
        perimeter.api.api_key_issued = read_issue_day(job_, origins, record.find("api_key_issued"), file_, clock);
        if (with_secrets && !job_.sandbox.enabled) {
            const LoginPlace place{SecretTable("perimeter", record, variable_part(perimeter.name)), origins};
            refuse_foreign_addresses(record, perimeter.name, place.table);
            read_credentials(job_, perimeter.api, place, file_, environment_, stop);
            refuse_shared_key(record, perimeter);
        }
        return perimeter;
    }

private:
    void take_name(const Record& record, PerimeterSettings& perimeter) {
        perimeter.name = text_of(record, "name");
        if (!is_name(perimeter.name)) {
            usage_error(
                record.find("name") == nullptr ? std::string("a perimeter has no name")
                                               : fmt::format("\"{}\" cannot be the name of a perimeter", sanitise(perimeter.name, 60)),
                place_of(file_, record, "name"),
                fmt::format("Write letters, digits and . _ -, a letter or digit first, at most {}: name = \"north\"", perimeter_bytes_max));
        }
        const auto [taken, is_new] = names_.emplace(variable_part(perimeter.name), record.line);
        if (!is_new) {
            usage_error(fmt::format("two perimeters are called \"{}\"", perimeter.name), place_of(file_, record, "name"),
                        fmt::format("The other one stands in line {}. Names that differ by case or by . _ - alone are the same, since "
                                    "variables of the environment carry them",
                                    taken->second));
        }
    }

    void take_address(const Record& record, const char* key, std::string& target) const {
        if (record.find(key) == nullptr) {
            return;
        }
        auto checked = check_base_url(text_of(record, key));
        if (!checked) {
            usage_error(fmt::format("{} cannot be used: {}", key, checked.error().message), place_of(file_, record, key),
                        "Write a base URL such as https://api.orange.com/cloud/b2b/v1, or leave it out for that of [api]");
        }
        target = std::move(*checked);
    }

    void take_contracts(const Record& record, PerimeterSettings& perimeter) const {
        const Setting* const setting = record.find("contracts");
        if (setting == nullptr) {
            return;
        }
        perimeter.contracts = std::get<std::vector<std::string>>(setting->value);
        for (const std::string& glob : perimeter.contracts) {
            if (const std::string problem = problem_of_glob(glob); !problem.empty()) {
                usage_error(fmt::format("the contract pattern \"{}\" cannot be used: {}", sanitise(glob, 80), problem),
                            file_.where(*setting),
                            "Write a contract id or name, with * for any text, ? for one character, [ab] for one of several");
            }
        }
    }

    /// A secret of the environment goes to no address that the job file names, unless that is trusted: whoever wrote it would get it.
    void refuse_foreign_addresses(const Record& record, const std::string& name, const SecretTable& table) const {
        const auto is_of_environment = [&](std::string_view secret) {
            return layer_of_secret(secret, file_, environment_, table) == Layer::environment ||
                   (secret != "api_key" && layer_of_secret(secret, file_, environment_) == Layer::environment);
        };
        if (trust_job_ || std::none_of(secrets_of_login.begin(), secrets_of_login.end(), is_of_environment)) {
            return;
        }
        const ApiSettings built_in;
        const auto is_named = [&](const char* key, const std::string& value, const std::string& default_value) {
            const auto origin = job_.origins.find(fmt::format("api.{}", key));
            const bool in_api = origin != job_.origins.end() && origin->second.starts_with("job file") && value != default_value;
            return record.find(key) != nullptr || in_api;
        };
        for (const auto& [key, value, default_value] : {std::tuple{"api_url", &job_.api.api_url, &built_in.api_url},
                                                        std::tuple{"oauth_url", &job_.api.oauth_url, &built_in.oauth_url},
                                                        std::tuple{"ca_file", &job_.api.ca_file, &built_in.ca_file},
                                                        std::tuple{"ca_folder", &job_.api.ca_folder, &built_in.ca_folder}}) {
            if (is_named(key, *value, *default_value)) {
                usage_error(fmt::format("{} of the job file decides who gets the credentials of the perimeter {}, which come from the "
                                        "environment",
                                        key, name),
                            place_of(file_, record, key), "Name them in files instead, or add --trust-job where this job file is your own");
            }
        }
    }

    /// Two names for one login would count nothing twice, but whose the contracts are would be chance.
    void refuse_shared_key(const Record& record, const PerimeterSettings& perimeter) {
        for (const auto& [name, api] : keys_) {
            if (api.api_key.reveal() == perimeter.api.api_key.reveal() && api.api_url == perimeter.api.api_url) {
                usage_error(fmt::format("the perimeters {} and {} have the same API key", name, perimeter.name),
                            place_of(file_, record, "api_key_file"), "A key is one login: give each perimeter the key of its own");
            }
        }
        keys_.emplace_back(perimeter.name, perimeter.api);
    }

    Job& job_;
    const JobFile& file_;
    const Environment& environment_;
    bool trust_job_;
    std::map<std::string, unsigned> names_;
    std::vector<std::pair<std::string, ApiSettings>> keys_;
};

/// The key of [api] would be nobody's.
void refuse_common_key(Job& job, const JobFile& file, const Environment& environment) {
    for (const char* const key : {"api.api_key", "api.api_key_file", "api.api_key_command"}) {
        if (const Setting* const setting = file.find(key)) {
            usage_error("[api] has an API key, and the job has perimeters", file.where(*setting),
                        "Move it into the [[perimeter]] whose login it is: each has a key of its own");
        }
    }
    if (layer_of_secret("api_key", file, environment) == Layer::environment) {
        job.warnings.emplace_back("MOISSON_API_KEY is not used: each [[perimeter]] of the job has a key of its own");
    }
}

/// A slip in the name would take the client of [api] in the place of the perimeter's own.
void warn_of_strangers(Job& job, const Environment& environment) {
    for (const auto& [name, value] : environment) {
        const auto is_own = [&variable = name](const PerimeterSettings& one) {
            const auto keys = all_job_keys();
            return std::any_of(keys.begin(), keys.end(), [&](const JobKey& key) {
                return key.environment.starts_with(perimeter_variables) && variable_of(key, variable_part(one.name)) == variable;
            });
        };
        if (name.starts_with(perimeter_variables) && std::none_of(job.perimeters.begin(), job.perimeters.end(), is_own)) {
            job.warnings.push_back(fmt::format("the environment variable {} is of no perimeter of the job", sanitise(name, 80)));
        }
    }
}

void keep_asked_for(Job& job, const CommandLine& command_line) {
    std::vector<std::string_view> names;
    for (const PerimeterSettings& one : job.perimeters) {
        names.push_back(one.name);
    }
    for (const std::string& name : command_line.perimeters) {
        if (std::find(names.begin(), names.end(), name) == names.end()) {
            const auto suggestion = nearest_word(name, names);
            usage_error(fmt::format("the job has no perimeter \"{}\"", sanitise(name, 60)), "option --perimeter",
                        suggestion      ? fmt::format("Did you mean \"{}\"?", *suggestion)
                        : names.empty() ? std::string("Its [api] is its only login: leave --perimeter out")
                                        : fmt::format("Its perimeters are {}", fmt::join(names, ", ")));
        }
    }
    if (job.export_.due && !command_line.perimeters.empty()) {
        usage_error("--due exports whole months, and --perimeter asks for some logins only", "command line", "Leave out --perimeter");
    }
    job.export_.perimeters = command_line.perimeters;
    if (!command_line.perimeters.empty()) {
        std::erase_if(job.perimeters, [&](const PerimeterSettings& one) {
            return std::find(command_line.perimeters.begin(), command_line.perimeters.end(), one.name) == command_line.perimeters.end();
        });
    }
}

}  // namespace

void read_perimeters(Job& job, const JobFile& file, const Environment& environment, const CommandLine& command_line, bool with_secrets,
                     const Clock& clock, const std::stop_token& stop) {
    const auto found = file.records.find("perimeter");
    if (found != file.records.end()) {
        refuse_common_key(job, file, environment);
        PerimeterReader reader(job, file, environment, command_line.trust_job);
        for (const Record& record : found->second) {
            job.perimeters.push_back(reader.read(record, with_secrets, clock, stop));
        }
    }
    warn_of_strangers(job, environment);
    keep_asked_for(job, command_line);
}

std::vector<PerimeterSettings> logins_of(const Job& job) {
    if (!job.perimeters.empty()) {
        return job.perimeters;
    }
    PerimeterSettings login;
    login.api = job.api;
    return {std::move(login)};
}

const Organization& organization_of(const Job& job, std::string_view perimeter) {
    const auto found =
        std::find_if(job.perimeters.begin(), job.perimeters.end(), [&](const PerimeterSettings& one) { return one.name == perimeter; });
    const bool has_own = found != job.perimeters.end() && found->organization != Organization();
    return has_own ? found->organization : job.evidence.organization;
}

Job job_of_login(const Job& job, const PerimeterSettings& login) {
    Job single = job;
    single.api = login.api;
    single.perimeters.clear();
    return single;
}

}  // namespace moisson::config
