/// Puts the four layers together: command line, environment, job file, default; then checks what must hold between the values.

#include "config/job.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <iterator>

#include <fmt/format.h>

#include "base/suggest.hpp"
#include "base/text.hpp"
#include "config/address.hpp"
#include "config/archive.hpp"
#include "config/books.hpp"
#include "config/credentials.hpp"
#include "config/erp.hpp"
#include "config/evidence.hpp"
#include "config/inboxes.hpp"
#include "config/job_file.hpp"
#include "config/keys.hpp"
#include "config/notify.hpp"
#include "config/perimeters.hpp"
#include "config/secret.hpp"
#include "config/trust.hpp"
#include "domain/document_type.hpp"

namespace moisson::config {

namespace {

/// The gateway's documented spike arrest is 25 requests a second for the whole application.
constexpr double documented_rate_max = 25.0;
constexpr double rate_max = 1000.0;

template <class T>
struct Picked {
    T value;
    std::string origin;  ///< for `Job::origins`
    std::string where;   ///< for messages
};

/// Looks one key up in the layers.
class Layers {
public:
    Layers(const JobFile& file, const Environment& environment) : file_(file), environment_(environment) {}

    /// The value of the highest layer that has one. An empty environment variable counts as not set: CI systems pass those.
    template <class T>
    [[nodiscard]] std::optional<Picked<T>> find(const std::string& full_name, const std::optional<T>& option) const {
        const JobKey& key = key_of(full_name);
        if (option) {
            return Picked<T>{*option, std::string(key.option), fmt::format("option {}", key.option)};
        }
        if constexpr (std::is_same_v<T, std::string>) {
            const auto found = key.environment.empty() ? environment_.end() : environment_.find(std::string(key.environment));
            if (found != environment_.end() && !found->second.empty()) {
                return Picked<T>{found->second, fmt::format("environment {}", key.environment),
                                 fmt::format("environment variable {}", key.environment)};
            }
        }
        if (const Setting* setting = file_.find(full_name)) {
            T value = std::get<T>(setting->value);
            if constexpr (std::is_same_v<T, std::string>) {
                if (value.empty()) {
                    usage_error(fmt::format("{} is empty", key.name), file_.where(*setting), "Give it a value or remove the line");
                }
                if (key.kind == KeyKind::path) {
                    value = file_.resolve(value);
                }
            }
            return Picked<T>{std::move(value), fmt::format("job file line {}", setting->line), file_.where(*setting)};
        }
        return std::nullopt;
    }

    [[nodiscard]] const JobFile& file() const { return file_; }
    [[nodiscard]] const Environment& environment() const { return environment_; }

private:
    static const JobKey& key_of(const std::string& full_name) {
        const auto dot = full_name.rfind('.');
        const std::string_view name(full_name);
        const JobKey* key = dot == std::string::npos ? find_job_key("", name) : find_job_key(name.substr(0, dot), name.substr(dot + 1));
        MOISSON_INVARIANT(key != nullptr, "every setting of a job is in the table of keys");
        return *key;
    }

    const JobFile& file_;
    const Environment& environment_;
};

/// Fills a job member by member and notes where each value came from.
class Builder {
public:
    Builder(Job& job, const Layers& layers) : job_(job), layers_(layers) {}

    /// Keeps the default when no layer has the key.
    template <class T>
    std::optional<Picked<T>> take(const std::string& full_name, T& target, const std::optional<T>& option = std::nullopt) {
        auto picked = layers_.find<T>(full_name, option);
        job_.origins[full_name] = picked ? picked->origin : "default";
        if (picked) {
            target = picked->value;
        }
        return picked;
    }

    std::optional<Picked<std::vector<std::string>>> take_list(const std::string& full_name, std::vector<std::string>& target,
                                                              const std::vector<std::string>& option) {
        return take(full_name, target, option.empty() ? std::nullopt : std::optional(option));
    }

    void take_seconds(const std::string& full_name, std::chrono::seconds& target, std::optional<std::int64_t> option = std::nullopt) {
        std::int64_t count = target.count();
        take(full_name, count, option);
        target = std::chrono::seconds(count);
    }

    void take_bytes(const std::string& full_name, std::uint64_t& target) {
        auto count = static_cast<std::int64_t>(target);
        take(full_name, count);
        target = static_cast<std::uint64_t>(count);
    }

private:
    Job& job_;
    const Layers& layers_;
};

void take_urls(Job& job, Builder& builder) {
    for (const auto& [name, target, example] : {std::tuple{"api.api_url", &job.api.api_url, "https://api.orange.com/cloud/b2b/v1"},
                                                std::tuple{"api.oauth_url", &job.api.oauth_url, "https://api.orange.com/oauth/v3"}}) {
        const auto picked = builder.take(name, *target);
        if (!picked) {
            continue;
        }
        auto checked = check_base_url(picked->value);
        if (!checked) {
            usage_error(fmt::format("{} cannot be used: {}", name, checked.error().message), picked->where,
                        fmt::format("Write a base URL such as {}", example));
        }
        *target = std::move(*checked);
    }
}

void take_write_path(Job& job, Builder& builder) {
    const auto picked = builder.take("api.write_path", job.api.write_path);
    if (picked && job.api.write_path != "contracts" && job.api.write_path != "contract") {
        usage_error(fmt::format("write_path must be \"contracts\" or \"contract\", found \"{}\"", sanitise(job.api.write_path, 60)),
                    picked->where,
                    "Both forms of the address are printed for users add and contracts create; leave it out for \"contracts\"");
    }
}

void take_tls(Job& job, Builder& builder) {
    builder.take("api.ca_file", job.api.ca_file);
    builder.take("api.ca_folder", job.api.ca_folder);
    const auto certificate = builder.take("api.client_certificate_file", job.api.client_certificate_file);
    const auto key = builder.take("api.client_key_file", job.api.client_key_file);
    if (certificate.has_value() != key.has_value()) {
        usage_error(fmt::format("{} is given without {}", certificate ? "client_certificate_file" : "client_key_file",
                                certificate ? "client_key_file" : "client_certificate_file"),
                    certificate ? certificate->where : key->where, "A client certificate needs both, each a PEM file");
    }
}

void take_redirect_hosts(Job& job, Builder& builder) {
    const auto picked = builder.take("api.redirect_hosts", job.api.redirect_hosts);
    for (std::string& glob : job.api.redirect_hosts) {
        const bool bad = glob.empty() || std::any_of(glob.begin(), glob.end(), [](unsigned char letter) {
                             return letter <= 0x20 || letter >= 0x7f || letter == '/' || letter == '@';
                         });
        const std::string problem = bad ? std::string("it is no host name") : problem_of_glob(glob);
        if (!problem.empty()) {
            usage_error(fmt::format("the host \"{}\" of redirect_hosts cannot be used: {}", sanitise(glob, 80), problem), picked->where,
                        "Write host names without scheme and port, with * for any text: redirect_hosts = [\"*.orange.com\"]");
        }
        glob = lower(glob);
    }
}

/// The mode of published files, as chmod takes it.
void take_file_mode(Job& job, Builder& builder) {
    std::string text;
    const auto picked = builder.take("output.file_mode", text);
    if (!picked) {
        return;
    }
    unsigned mode = 0;
    const char* end = text.data() + text.size();
    const auto [stop, problem] = std::from_chars(text.data(), end, mode, 8);
    const auto refuse = [&](std::string_view why) {
        usage_error(fmt::format("file_mode \"{}\" cannot be used: {}", sanitise(text, 40), why), picked->where,
                    "Write file_mode = \"0640\" (the group reads), \"0600\" (nobody else) or \"0644\" (everybody reads)");
    };
    if (problem != std::errc{} || stop != end || text.size() > 4) {
        refuse("it is no mode of three or four octal digits");
    }
    if ((mode & ~0666U) != 0) {
        refuse("files are never programs");
    }
    if ((mode & 0600U) != 0600U) {
        refuse("the owner must be able to read and write");
    }
    if ((mode & 0002U) != 0) {
        refuse("every user of this machine could change what was published");
    }
    job.output.file_mode = mode;
}

/// The first of the two names that is set and not empty; curl reads the lower-case name first.
std::optional<std::pair<std::string, std::string>> find_proxy_variable(const Environment& environment, const std::string& lower_case,
                                                                       const std::string& upper_case) {
    for (const std::string& name : {lower_case, upper_case}) {
        const auto found = environment.find(name);
        if (found != environment.end() && !found->second.empty()) {
            return std::pair{found->first, found->second};
        }
    }
    return std::nullopt;
}

void take_proxies(Job& job, const Environment& environment) {
    for (const auto& [lower_case, upper_case, target] : {std::tuple{"https_proxy", "HTTPS_PROXY", &job.proxies.https_proxy},
                                                         std::tuple{"http_proxy", "HTTP_PROXY", &job.proxies.http_proxy}}) {
        const auto variable = find_proxy_variable(environment, lower_case, upper_case);
        job.origins[fmt::format("proxy.{}", lower_case)] = variable ? fmt::format("environment {}", variable->first) : "default";
        if (!variable) {
            continue;
        }
        auto checked = check_proxy(variable->second);
        if (!checked) {
            usage_error(fmt::format("the proxy cannot be used: {}", checked.error().message),
                        fmt::format("environment variable {}", variable->first), "Write it as http://proxy.example.com:8080");
        }
        *target = Secret(std::move(*checked));
    }
    const auto exceptions = find_proxy_variable(environment, "no_proxy", "NO_PROXY");
    job.origins["proxy.no_proxy"] = exceptions ? fmt::format("environment {}", exceptions->first) : "default";
    job.proxies.no_proxy = exceptions ? exceptions->second : std::string();
}

Month read_month(const Picked<std::string>& picked, std::string_view name) {
    const auto month = Month::parse(picked.value);
    if (!month) {
        usage_error(fmt::format("{} must be a month, found \"{}\"", name, sanitise(picked.value, 40)), picked.where,
                    "Write YYYY-MM, for example 2026-10");
    }
    return *month;
}

/// What one layer says about the months; layers are not mixed.
struct PeriodWords {
    std::optional<Picked<std::string>> period;
    std::optional<Picked<std::string>> from;
    std::optional<Picked<std::string>> to;
    std::optional<Picked<bool>> all;
    [[nodiscard]] bool any() const { return period || from || to || all; }
};

MonthRange read_range(const PeriodWords& words, std::string_view prefix) {
    const auto name = [&](std::string_view word) { return fmt::format("{}{}", prefix, word); };
    const auto refuse_both = [&](std::string_view one, std::string_view other, const std::string& where) {
        usage_error(fmt::format("{} and {} are both given", name(one), name(other)), where,
                    fmt::format("Give {} for one month, {} and {} for several, or {} for everything", name("period"), name("from"),
                                name("to"), name("all")));
    };
    if (words.all && words.period) {
        refuse_both("all", "period", words.period->where);
    }
    if (words.all && (words.from || words.to)) {
        refuse_both("all", words.from ? "from" : "to", words.from ? words.from->where : words.to->where);
    }
    if (words.period && (words.from || words.to)) {
        refuse_both("period", words.from ? "from" : "to", words.from ? words.from->where : words.to->where);
    }
    if (words.all) {
        return {};
    }
    if (words.period) {
        const Month month = read_month(*words.period, name("period"));
        return {month, month};
    }
    if (!words.from || !words.to) {
        const auto& given = words.from ? *words.from : *words.to;
        usage_error(fmt::format("{} is given without {}", name(words.from ? "from" : "to"), name(words.from ? "to" : "from")),
                    given.where, fmt::format("Give both months, or {} for one", name("period")));
    }
    const Month first = read_month(*words.from, name("from"));
    const Month last = read_month(*words.to, name("to"));
    if (last < first) {
        usage_error(fmt::format("{} {} is after {} {}", name("from"), first.to_text(), name("to"), last.to_text()), words.from->where,
                    "Exchange the two months");
    }
    return {first, last};
}

/// The command line's words about months, where it has any; else the job file's; else the last closed month.
void take_period(Job& job, const CommandLine& command_line, const JobFile& file, const Clock& clock) {
    PeriodWords words;
    const auto option = [](const std::optional<std::string>& text, const char* name) -> std::optional<Picked<std::string>> {
        return text ? std::optional(Picked<std::string>{*text, name, fmt::format("option {}", name)}) : std::nullopt;
    };
    words.period = option(command_line.period, "--period");
    words.from = option(command_line.from, "--from");
    words.to = option(command_line.to, "--to");
    words.all = command_line.all ? std::optional(Picked<bool>{true, "--all", "option --all"}) : std::nullopt;
    std::string_view prefix = "--";
    job.export_.due = command_line.due;
    if (job.export_.due && words.any()) {
        usage_error("--due exports every month that is owed, and another option names months", "command line",
                    "Give --due alone, or --period, --from and --to, or --all");
    }
    if (!words.any() && !job.export_.due) {
        prefix = "";
        const Environment none;
        const Layers layers(file, none);
        words.period = layers.find<std::string>("export.period", std::nullopt);
        words.from = layers.find<std::string>("export.from", std::nullopt);
        words.to = layers.find<std::string>("export.to", std::nullopt);
        words.all = layers.find<bool>("export.all", std::nullopt);
        if (words.all && !words.all->value) {
            words.all.reset();
        }
    }
    const auto now = std::chrono::floor<std::chrono::days>(clock.now());
    const Month current = Month::of(std::chrono::year_month_day{now});
    const auto note = [&](const char* key, const auto& picked) { job.origins[key] = picked ? picked->origin : "not given"; };
    note("export.period", words.period);
    note("export.from", words.from);
    note("export.to", words.to);
    note("export.all", words.all);
    if (!words.any()) {
        job.export_.period = {current.plus(-1), current.plus(-1)};
        job.export_.is_default_period = !job.export_.due;
        job.origins["export.period"] = "default: the last closed month";
        const auto wall = std::chrono::floor<std::chrono::days>(clock.now() + command_line.local_offset);
        if (const Month here = Month::of(std::chrono::year_month_day{wall}); here != current && !job.sandbox.enabled) {
            job.warnings.push_back(fmt::format("by the clock on the wall it is {}, in UTC {}: the last closed month was taken as {}, "
                                               "by UTC; --period says another",
                                               here.to_text(), current.to_text(), job.export_.period.first->to_text()));
        }
        return;
    }
    job.export_.period = read_range(words, prefix);
    if (job.export_.period.last && *job.export_.period.last >= current && !job.sandbox.enabled) {
        job.warnings.push_back(
            fmt::format("{} is not over: documents that come later are missing from this export", job.export_.period.last->to_text()));
    }
}

void take_filters(Job& job, Builder& builder, const CommandLine& command_line) {
    if (const auto contracts = builder.take_list("export.contracts", job.export_.contracts, command_line.contracts)) {
        for (const std::string& glob : job.export_.contracts) {
            if (const std::string problem = problem_of_glob(glob); !problem.empty()) {
                usage_error(fmt::format("the contract pattern \"{}\" cannot be used: {}", sanitise(glob, 80), problem), contracts->where,
                            "Write a contract id or name, with * for any text, ? for one character, [ab] for one of several");
            }
        }
    }
    if (const auto types = builder.take_list("export.types", job.export_.types, command_line.types)) {
        for (const std::string& type : job.export_.types) {
            if (find_document_type(type) != nullptr) {
                continue;
            }
            check_type_spelling(type, types->where);
            job.warnings.push_back(fmt::format("the document type \"{}\" is not one that moisson knows ({})", sanitise(type, 80),
                                               fmt::join(document_type_names, ", ")));
        }
    }
    builder.take_list("export.templates", job.export_.templates, command_line.templates);
    if (job.export_.due && (!job.export_.contracts.empty() || !job.export_.types.empty())) {
        usage_error("--due exports whole months, and the job asks for some contracts or types only", "command line",
                    "Leave out --contract and --type, and the job file's contracts and types");
    }
    job.export_.refetch = command_line.refetch;
    job.export_.adopt_folder = command_line.adopt_folder.value_or("");
    job.export_.previous = command_line.previous.value_or("");
    if (command_line.adopt_folder && is_blank(job.export_.adopt_folder)) {
        throw FatalError(ExitCode::usage, ErrorCode::bad_input, "a folder is taken over only with a reason, which is kept",
                         "--adopt-folder", "Write --adopt-folder \"reason\"");
    }
    builder.take("export.since_last", job.export_.since_last, command_line.since_last ? std::optional(true) : std::nullopt);
}

void take_export(Job& job, Builder& builder, const CommandLine& command_line) {
    take_filters(job, builder, command_line);
    job.export_.lock_wait = command_line.lock_wait;
    job.export_.part = command_line.part;
    if (job.export_.part && (job.export_.due || command_line.adopt_folder || command_line.previous || command_line.metrics)) {
        usage_error("--part makes a part, which publishes nothing", "command line",
                    "Leave out --due, and give --previous, --adopt-folder and --metrics to moisson merge");
    }
    const auto out = builder.take("export.out", job.export_.out, command_line.out);
    if (job.export_.out.empty() || job.export_.out.find('\0') != std::string::npos) {
        usage_error("the output folder is empty", out ? out->where : "", "Name a folder, for example --out out");
    }
    builder.take("export.files", job.export_.files, command_line.no_files ? std::optional(false) : std::nullopt);
    if (job.export_.due && !job.export_.files) {
        usage_error("--due publishes whole months, and the job asks for no files", "command line",
                    "Leave out --no-files, and files = false");
    }
    builder.take("export.metrics", job.export_.metrics, command_line.metrics);
    builder.take("export.exit_nothing_new", job.export_.exit_nothing_new,
                 command_line.exit_nothing_new ? std::optional(true) : std::nullopt);
    builder.take("state.state_url", job.state.state_url);
}

/// The same bounds for an option as the job file's reader holds for a key.
void check_bounds(const char* table, const char* name, std::int64_t value) {
    const JobKey* key = find_job_key(table, name);
    MOISSON_INVARIANT(key != nullptr, "checked options are in the table of keys");
    if (value < key->whole_min || value > key->whole_max) {
        usage_error(fmt::format("{} must be {}, found {}", key->option, key->expected(), value), fmt::format("option {}", key->option),
                    fmt::format("Write for example {} {}", key->option, key->example));
    }
}

void take_transfer(Job& job, Builder& builder, const CommandLine& command_line) {
    std::int64_t transfers = job.transfer.transfers;
    std::int64_t attempts = job.transfer.attempts_max;
    const auto option = command_line.transfers ? std::optional<std::int64_t>(*command_line.transfers) : std::nullopt;
    builder.take("transfer.transfers", transfers, option);
    builder.take("transfer.attempts_max", attempts);
    check_bounds("transfer", "transfers", transfers);
    job.transfer.transfers = static_cast<int>(transfers);
    job.transfer.attempts_max = static_cast<int>(attempts);

    const auto rate = builder.take("transfer.rate_per_second", job.transfer.rate_per_second, command_line.rate);
    if (!std::isfinite(job.transfer.rate_per_second) || job.transfer.rate_per_second < 0 || job.transfer.rate_per_second > rate_max) {
        usage_error(fmt::format("the rate must be a number from 0 to {:.0f}, found {}", rate_max, job.transfer.rate_per_second),
                    rate ? rate->where : "", "Write requests a second, for example 20; 0 means no limit");
    }
    if (!job.sandbox.enabled && (job.transfer.rate_per_second > documented_rate_max || job.transfer.rate_per_second == 0)) {
        job.warnings.push_back(fmt::format(
            "the rate of {} is above the service's documented limit of {:.0f} requests a second",
            job.transfer.rate_per_second == 0 ? "0 (no limit)" : fmt::format("{}", job.transfer.rate_per_second), documented_rate_max));
    }
    builder.take_seconds("transfer.connect_timeout_seconds", job.transfer.connect_timeout);
    builder.take_seconds("transfer.read_timeout_seconds", job.transfer.read_timeout);
    builder.take_seconds("transfer.attempt_timeout_seconds", job.transfer.attempt_timeout);
    const auto duration =
        command_line.max_duration_seconds ? std::optional<std::int64_t>(*command_line.max_duration_seconds) : std::nullopt;
    builder.take_seconds("transfer.max_duration_seconds", job.transfer.max_duration, duration);
    check_bounds("transfer", "max_duration_seconds", job.transfer.max_duration.count());
    builder.take_bytes("transfer.list_bytes_max", job.transfer.list_bytes_max);
    builder.take_bytes("transfer.file_bytes_max", job.transfer.file_bytes_max);
}

bool names_a_file(const std::string& scenario) {
    return scenario.find('/') != std::string::npos || scenario.ends_with(".toml");
}

void take_sandbox(Job& job, Builder& builder, const CommandLine& command_line, const JobFile& file) {
    builder.take("sandbox.enabled", job.sandbox.enabled, command_line.sandbox ? std::optional(true) : std::nullopt);
    const auto scenario = builder.take("sandbox.scenario", job.sandbox.scenario, command_line.scenario);
    builder.take("sandbox.account", job.sandbox.account, command_line.sandbox_account);
    const auto database = builder.take("sandbox.database", job.sandbox.database, command_line.sandbox_database);
    if (database && !command_line.sandbox_database) {
        job.sandbox.database = file.resolve(job.sandbox.database);
    }
    std::int64_t run = 0;
    builder.take("sandbox.run", run, command_line.sandbox_run ? std::optional<std::int64_t>(*command_line.sandbox_run) : std::nullopt);
    job.sandbox.run = static_cast<std::uint32_t>(run);
    const std::array<std::pair<std::string_view, bool>, 4> given{{{"--scenario", command_line.scenario.has_value()},
                                                                  {"--account", command_line.sandbox_account.has_value()},
                                                                  {"--db", command_line.sandbox_database.has_value()},
                                                                  {"--run", command_line.sandbox_run.has_value()}}};
    for (const auto& [option, is_given] : given) {
        if (is_given && !job.sandbox.enabled) {
            usage_error(fmt::format("{} is given, but the sandbox is not used", option), fmt::format("option {}", option), "Add --sandbox");
        }
    }
    if (scenario && !command_line.scenario && names_a_file(job.sandbox.scenario)) {
        job.sandbox.scenario = file.resolve(job.sandbox.scenario);
    }
}

void take_language(Job& job, Builder& builder, const CommandLine& command_line) {
    const auto picked = builder.take("language", job.language, command_line.language);
    if (job.language != "en" && job.language != "fr") {
        usage_error(fmt::format("the language \"{}\" is not known", sanitise(job.language, 40)), picked ? picked->where : "",
                    "Write language = \"en\" or language = \"fr\"");
    }
}

void take_database(Job& job, Builder& builder, const Layers& layers, Need need, const std::stop_token& stop) {
    const auto schema = builder.take("output.database.schema", job.output.database.schema);
    const auto plain = [](char letter) { return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') || letter == '_'; };
    if (job.output.database.schema.size() > 63 ||
        !std::all_of(job.output.database.schema.begin(), job.output.database.schema.end(), plain) ||
        (job.output.database.schema.front() >= '0' && job.output.database.schema.front() <= '9')) {
        usage_error(fmt::format("the schema \"{}\" cannot be used", sanitise(job.output.database.schema, 80)), schema ? schema->where : "",
                    "Write small letters, digits and _, not a digit first, at most 63: for example schema = \"moisson\"");
    }
    if (need != Need::credentials && need != Need::publishing) {
        return;
    }
    const FoundSecret url = find_secret("url", layers.file(), layers.environment(), "output.database", stop);
    note_openness(job, url);
    job.origins["output.database.url"] = url.layer == Layer::none ? "not given" : url.origin;
    job.output.database.url = url.value;
}

}  // namespace

void check_type_spelling(const std::string& type, const std::string& where) {
    if (find_document_type(type) != nullptr) {
        return;
    }
    // A type that is near none of the known ones is passed on as it stands, since the service may have more.
    const auto suggestion = nearest_word(type, document_type_names);
    if (suggestion || type.empty() || type.size() > 100) {
        usage_error(fmt::format("the document type \"{}\" does not exist", sanitise(type, 80)), where,
                    suggestion ? fmt::format("Did you mean \"{}\"? (the service spells it so)", *suggestion)
                               : fmt::format("The known types are {}", fmt::join(document_type_names, ", ")));
    }
}

Job load_job(const CommandLine& command_line, const Environment& environment, const Clock& clock, Need need, std::stop_token stop) {
    check_source_date_epoch(environment);
    JobFile file;
    if (command_line.job_file) {
        file = read_job_file(*command_line.job_file);
    }
    Job job;
    job.job_file = file.path;
    job.job_file_sha256 = file.sha256;
    job.ci = ci_identity_of(environment);
    const Layers layers(file, environment);
    Builder builder(job, layers);
    take_sandbox(job, builder, command_line, file);
    take_urls(job, builder);
    take_write_path(job, builder);
    take_tls(job, builder);
    take_redirect_hosts(job, builder);
    take_file_mode(job, builder);
    job.api.api_key_issued = read_issue_day(job, "api", file.find("api.api_key_issued"), file, clock);
    take_proxies(job, environment);
    take_period(job, command_line, file, clock);
    take_export(job, builder, command_line);
    take_transfer(job, builder, command_line);
    take_language(job, builder, command_line);
    builder.take("invoices.read", job.invoices.read);
    builder.take("invoices.profiles", job.invoices.profiles_folder);
    job.invoices.inboxes = read_inboxes(file);
    job.books = read_books(file, job.origins);
    job.erp = read_erp(file);
    read_archive(job, file, environment, false, stop);
    if (file.written_by_others) {
        job.warnings.push_back(fmt::format("every user of this machine can change {}, and a job file is code: run chmod o-w {}",
                                           sanitise(file.path), sanitise(file.path)));
    }
    if (!job.api.client_key_file.empty() && !openness_of_file(job.api.client_key_file).empty()) {
        job.open_secrets.push_back(openness_of_file(job.api.client_key_file));
    }
    const bool publishes = need == Need::credentials || need == Need::publishing;
    if (need == Need::credentials && !job.sandbox.enabled) {
        refuse_foreign_addresses(job, file, environment, command_line.trust_job);  // before a secret is read
    }
    if (publishes || need == Need::archive) {
        refuse_foreign_archive(job, file, environment, command_line.trust_job);
        read_archive(job, file, environment, true, stop);
    }
    read_notify(job, file, environment, publishes, command_line.trust_job, stop);
    take_database(job, builder, layers, need, stop);
    read_evidence(job, file, environment, publishes || need == Need::evidence, stop);
    job.powers = powers_of(job, file);
    std::ranges::move(misspelt_variables(environment), std::back_inserter(job.warnings));
    read_perimeters(job, file, environment, command_line, need == Need::credentials, clock, stop);
    if (need == Need::credentials && !job.sandbox.enabled && job.perimeters.empty()) {
        read_credentials(job, job.api, {"api", "api"}, file, environment, stop);
    }
    file.forget_secrets();
    return job;
}

std::string state_url_of(const Job& job) {
    if (!job.state.state_url.empty()) {
        return job.state.state_url;
    }
    if (!job.sandbox.enabled) {
        return fmt::format("{}/.moisson/state.sqlite3", job.export_.out);
    }
    // Each scenario is a service of its own, and none of them is the real one.
    std::string name = job.sandbox.scenario.empty() ? "small" : std::filesystem::path(job.sandbox.scenario).stem().string();
    std::erase_if(name, [](char letter) { return !is_letter_or_digit(letter) && letter != '-' && letter != '_'; });
    return fmt::format("{}/.moisson/sandbox-{}/state.sqlite3", job.export_.out, name);
}

}  // namespace moisson::config
