/// ERP settings are the templates' matter: here they only become texts with their lines.
#include "config/erp.hpp"

#include <fmt/format.h>

namespace moisson::config {

namespace {

struct AsTexts {
    std::vector<std::string> operator()(const std::string& text) const { return {text}; }
    std::vector<std::string> operator()(const std::vector<std::string>& texts) const { return texts; }
    std::vector<std::string> operator()(bool truth) const { return {truth ? "true" : "false"}; }
    std::vector<std::string> operator()(std::int64_t whole) const { return {fmt::format("{}", whole)}; }
    // The reader of free tables takes no fractions.
    std::vector<std::string> operator()(double number) const { return {fmt::format("{}", number)}; }
};

/// `settings`: by "erp.key" and "erp.NAME.key", among others.
ErpJob read_settings(const JobFile& file, const std::map<std::string, Setting>& settings) {
    ErpJob job;
    job.where = file.path;
    job.folder = std::filesystem::path(file.path).parent_path().string();
    constexpr std::string_view prefix = "erp.";
    for (const auto& [full_name, setting] : settings) {
        if (!full_name.starts_with(prefix)) {
            continue;
        }
        const std::string name = full_name.substr(prefix.size());
        ErpValue value{std::visit(AsTexts{}, setting.value), file.where(setting)};
        const auto dot = name.find('.');
        if (dot == std::string::npos) {
            job.common.emplace(name, std::move(value));
        } else {
            job.by_template[name.substr(0, dot)].emplace(name.substr(dot + 1), std::move(value));
        }
    }
    return job;
}

/// One template and one account of what it goes on with, for all perimeters.
void refuse_key_of_job(const std::map<std::string, ErpValue>& values, const std::string& key, const std::string& table) {
    if (const auto found = values.find(key); found != values.end()) {
        usage_error(fmt::format("{} is the job's, and does not differ by perimeter", key), found->second.where,
                    fmt::format("Move it below [{}]", table));
    }
}

}  // namespace

ErpJob read_erp(const JobFile& file) {
    ErpJob job = read_settings(file, file.settings);
    if (const auto found = job.common.find("continues"); found != job.common.end()) {
        usage_error("continues is said of one template", found->second.where, "Move it below the [erp.NAME] of the template that goes on");
    }
    return job;
}

ErpJob read_erp(const JobFile& file, const Record& perimeter) {
    ErpJob own = read_settings(file, perimeter.settings);
    refuse_key_of_job(own.common, "template_folder", "erp");
    refuse_key_of_job(own.common, "continues", "erp.NAME");
    for (const auto& [name, values] : own.by_template) {
        refuse_key_of_job(values, "continues", fmt::format("erp.{}", name));
    }
    return own;
}

}  // namespace moisson::config
