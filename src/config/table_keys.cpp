#include "config/table_keys.hpp"

#include <utility>
#include <variant>

#include <fmt/format.h>

#include "base/result.hpp"
#include "config/keys.hpp"

namespace moisson::config {

namespace {

const JobKey& key_of(std::string_view table, std::string_view name) {
    const JobKey* const key = find_job_key(table, name);
    MOISSON_INVARIANT(key != nullptr, "every setting that is looked up is in the table of keys");
    return *key;
}

}  // namespace

TableKeys::TableKeys(Job& job, const JobFile& file, const Environment& environment, std::string table)
    : job_(job), file_(file), environment_(environment), table_(std::move(table)) {}

std::optional<FoundText> TableKeys::text(std::string_view name) {
    const JobKey& key = key_of(table_, name);
    std::string& origin = job_.origins[key.full_name()];
    origin = "default";
    const auto variable = key.environment.empty() ? environment_.end() : environment_.find(std::string(key.environment));
    if (variable != environment_.end() && !variable->second.empty()) {
        origin = fmt::format("environment {}", key.environment);
        return FoundText{variable->second, fmt::format("environment variable {}", key.environment)};
    }
    const Setting* const setting = file_.find(key.full_name());
    if (setting == nullptr) {
        return std::nullopt;
    }
    const auto& value = std::get<std::string>(setting->value);
    if (value.empty()) {
        usage_error(fmt::format("{} is empty", name), file_.where(*setting), "Give it a value or remove the line");
    }
    origin = fmt::format("job file line {}", setting->line);
    return FoundText{key.kind == KeyKind::path ? file_.resolve(value) : value, file_.where(*setting)};
}

std::optional<std::int64_t> TableKeys::whole(std::string_view name) {
    const std::string full_name = key_of(table_, name).full_name();
    const Setting* const setting = file_.find(full_name);
    job_.origins[full_name] = setting == nullptr ? "default" : fmt::format("job file line {}", setting->line);
    return setting == nullptr ? std::nullopt : std::optional(std::get<std::int64_t>(setting->value));
}

Secret TableKeys::secret(const std::string& name, const std::stop_token& stop) {
    FoundSecret found = find_secret(name, file_, environment_, SecretTable(table_), stop);
    job_.origins[fmt::format("{}.{}", table_, name)] = found.layer == Layer::none ? "not given" : found.origin;
    if (std::string sentence = found.file.empty() ? std::string() : openness_of_file(found.file); !sentence.empty()) {
        job_.open_secrets.push_back(std::move(sentence));
    }
    if (found.plain_in_job_file && file_.read_by_others) {
        job_.warnings.push_back(
            fmt::format("{} holds {} of [{}] in plain text and every user of this machine can read it: run chmod 600 {}",
                        sanitise(file_.path), name, table_, sanitise(file_.path)));
    }
    return std::move(found.value);
}

bool TableKeys::has_secret(std::string_view name) const {
    return layer_of_secret(name, file_, environment_, SecretTable(table_)) != Layer::none;
}

std::optional<std::string> TableKeys::first_line() const {
    const Setting* first = nullptr;
    for (const JobKey& key : all_job_keys()) {
        const Setting* const setting = key.table == table_ ? file_.find(key.full_name()) : nullptr;
        if (setting != nullptr && (first == nullptr || setting->line < first->line)) {
            first = setting;
        }
    }
    return first == nullptr ? std::nullopt : std::optional(file_.where(*first));
}

}  // namespace moisson::config
