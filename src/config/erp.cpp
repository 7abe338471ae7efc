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

}  // namespace

ErpJob read_erp(const JobFile& file) {
    ErpJob job;
    job.where = file.path;
    job.folder = std::filesystem::path(file.path).parent_path().string();
    constexpr std::string_view prefix = "erp.";
    for (const auto& [full_name, setting] : file.settings) {
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

}  // namespace moisson::config
