#include "cli/templates.hpp"

#include "cli/job_options.hpp"

namespace moisson::cli {

namespace {

void put_wanted(JsonWriter& writer, std::string_view key, const std::vector<erp::Wanted>& wanted) {
    writer.key(key).begin_array();
    for (const erp::Wanted& one : wanted) {
        writer.begin_object();
        writer.key("name").text(one.name);
        writer.key("about").text(one.about);
        writer.key("required").boolean(one.required);
        if (!one.default_text.empty()) {
            writer.key("default").text(one.default_text);
        }
        writer.end_object();
    }
    writer.end_array();
}

}  // namespace

ErpJob erp_job_of(CommandContext& context, const config::CommandLine& settings) {
    return settings.job_file ? load_job(context, settings, config::Need::no_credentials).erp : ErpJob{};
}

erp::TemplatePtr load_template(const std::string& name, const ErpJob& job) {
    auto loaded = erp::load_template(name, job);
    if (!loaded) {
        throw FatalError(ExitCode::usage, loaded.error());
    }
    return std::move(*loaded);
}

void put_template(JsonWriter& writer, const erp::TemplateInfo& info) {
    writer.key("name").text(info.name);
    writer.key("origin").text(info.origin);
    writer.key("target").text(info.target);
    writer.key("version").text(info.version);
    writer.key("about").text(info.about);
    writer.key("source").text(info.source);
    writer.key("confidence").text(info.confidence);
    writer.key("files").begin_array();
    for (const std::string& file : info.files) {
        writer.text(file);
    }
    writer.end_array();
    put_wanted(writer, "settings", info.settings);
    put_wanted(writer, "mapping", info.mappings);
}

}  // namespace moisson::cli
