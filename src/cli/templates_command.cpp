/// `templates`: which there are, what one says, and whether its sample comes out as it should.

#include <filesystem>

#include <fmt/format.h>

#include "base/files.hpp"
#include "cli/commands.hpp"
#include "cli/json_text.hpp"
#include "cli/table.hpp"
#include "erp/erp.hpp"

namespace moisson::cli {

namespace {

/// A folder that goes away with its owner, for samples that nobody keeps.
class ScratchFolder {
public:
    ScratchFolder() {
        auto made = make_temporary_folder(std::filesystem::temp_directory_path() / "moisson-templates-");
        if (!made) {
            throw FatalError(ExitCode::local, made.error());
        }
        path_ = *made;
    }
    ~ScratchFolder() { static_cast<void>(remove_path(path_)); }
    ScratchFolder(const ScratchFolder&) = delete;
    ScratchFolder& operator=(const ScratchFolder&) = delete;
    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

private:
    std::filesystem::path path_;
};

/// The job file's own templates, where one is given.
ErpJob erp_job(CommandContext& context) {
    return context.options.settings.job_file ? load_job(context, config::Need::no_credentials).erp : ErpJob{};
}

erp::TemplatePtr load(const std::string& name, const ErpJob& job) {
    auto loaded = erp::load_template(name, job);
    if (!loaded) {
        throw FatalError(ExitCode::usage, loaded.error());
    }
    return std::move(*loaded);
}

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

void put_info(JsonWriter& writer, const erp::TemplateInfo& info) {
    writer.begin_object();
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
    writer.end_object();
}

std::string wanted_lines(std::string_view title, const std::vector<erp::Wanted>& wanted) {
    std::string text;
    for (const erp::Wanted& one : wanted) {
        const std::string otherwise = one.default_text.empty() ? (one.required ? "" : " (may be left out)")
                                                               : fmt::format(" (default: {})", sanitise(one.default_text, 60));
        text += fmt::format("#   {} {}: {}{}\n", title, sanitise(one.name, 60), sanitise(one.about, 200), otherwise);
    }
    return text;
}

void put_result(JsonWriter& writer, const std::string& name, const erp::SampleResult& result) {
    writer.begin_object();
    writer.key("template").text(name);
    writer.key("passed").boolean(result.passed);
    writer.key("files").begin_array();
    for (const erp::SampleFile& file : result.files) {
        writer.begin_object();
        writer.key("name").text(file.name);
        writer.key("compared").boolean(file.compared);
        writer.key("equal").boolean(file.equal);
        if (!file.difference.empty()) {
            writer.key("difference").text(file.difference);
        }
        writer.end_object();
    }
    writer.end_array();
    writer.key("problems").begin_array();
    for (const std::string& problem : result.problems) {
        writer.text(problem);
    }
    writer.end_array();
    writer.end_object();
}

std::string result_lines(const std::string& name, const erp::SampleResult& result) {
    std::string text = fmt::format("{}: {}\n", sanitise(name, 80), result.passed ? "OK" : "FAILED");
    for (const std::string& problem : result.problems) {
        text += fmt::format("  problem: {}\n", sanitise(problem, 600));
    }
    for (const erp::SampleFile& file : result.files) {
        if (!file.compared) {
            text += fmt::format("  {}: there are no expected bytes\n", sanitise(file.name, 200));
        } else if (!file.equal) {
            text += fmt::format("  {}: differs at {}\n", sanitise(file.name, 200), sanitise(file.difference, 600));
        }
    }
    return text;
}

}  // namespace

ExitCode run_templates_list(CommandContext& context) {
    const std::vector<erp::TemplateInfo> templates = erp::list_templates();
    if (context.options.json) {
        JsonWriter writer;
        writer.begin_array();
        for (const erp::TemplateInfo& info : templates) {
            put_info(writer, info);
        }
        writer.end_array();
        context.out.write(writer.finish());
        return ExitCode::complete;
    }
    std::vector<std::vector<std::string>> rows;
    for (const erp::TemplateInfo& info : templates) {
        rows.push_back({info.name, fmt::format("{}", fmt::join(info.files, ", ")), info.confidence, info.target});
    }
    context.out.write(format_table({{"NAME"}, {"FILES"}, {"CONFIDENCE"}, {"TARGET"}}, rows));
    return ExitCode::complete;
}

ExitCode run_templates_show(CommandContext& context) {
    const erp::TemplatePtr shown = load(context.options.template_names.front(), erp_job(context));
    const erp::TemplateInfo& info = erp::info_of(*shown);
    if (context.options.json) {
        JsonWriter writer;
        put_info(writer, info);
        context.out.write(writer.finish());
        return ExitCode::complete;
    }
    std::string text = fmt::format("# {} ({}): {}\n", info.name, sanitise(info.origin, 300), sanitise(info.target, 300));
    text += wanted_lines("setting", info.settings);
    text += wanted_lines("mapping", info.mappings);
    context.out.write(text + "\n" + erp::text_of(*shown));
    return ExitCode::complete;
}

ExitCode run_templates_test(CommandContext& context) {
    const Options& options = context.options;
    const ErpJob job = erp_job(context);
    std::vector<std::string> names = options.template_names;
    if (names.empty()) {
        for (const erp::TemplateInfo& info : erp::list_templates()) {
            names.push_back(info.name);
        }
    }
    std::optional<ScratchFolder> scratch;
    if (options.target.empty()) {
        scratch.emplace();
    }
    JsonWriter writer;
    writer.begin_array();
    std::string text;
    bool passed = true;
    for (const std::string& name : names) {
        const std::filesystem::path folder =
            scratch ? scratch->path() / fmt::format("{}", &name - names.data()) : std::filesystem::path(options.target);
        auto result = erp::test_template(load(name, job), folder);
        if (!result && result.error().code == ErrorCode::disk) {
            throw FatalError(ExitCode::local, result.error());
        }
        if (!result) {
            erp::SampleResult refused;
            refused.problems.push_back(result.error().to_line());
            result = std::move(refused);
        }
        passed = passed && result->passed;
        put_result(writer, name, *result);
        text += result_lines(name, *result);
    }
    writer.end_array();
    context.out.write(options.json ? writer.finish() : text);
    return passed ? ExitCode::complete : ExitCode::inconsistent;
}

}  // namespace moisson::cli
