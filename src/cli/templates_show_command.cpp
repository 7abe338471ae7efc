/// `templates show`: what one template wants, and its text.

#include <fmt/format.h>

#include "cli/templates.hpp"
#include "erp/built_in.hpp"

namespace moisson::cli {

namespace {

struct TemplatesShowOptions {
    std::vector<std::string> names;  ///< one
    config::CommandLine settings;
};

void declare_templates_show(Arguments& arguments, TemplatesShowOptions& options) {
    arguments.positionals("NAME", options.names, "a built-in name, one of the job's template_folder, or a path", 1)
        .among(erp::built_in_templates())
        .required();
    arguments.text("--job", "FILE", options.settings.job_file, "job file with [erp] template_folder");
    arguments.talk();
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

ExitCode run_templates_show(CommandContext& context, const TemplatesShowOptions& options) {
    const erp::TemplatePtr shown = load_template(options.names.front(), erp_job_of(context, options.settings));
    const erp::TemplateInfo& info = erp::info_of(*shown);
    if (context.talk.json) {
        JsonWriter writer;
        writer.begin_answer();
        put_template(writer, info);
        writer.end_object();
        context.out.write(writer.finish());
        return ExitCode::complete;
    }
    std::string text = fmt::format("# {} ({}): {}\n", info.name, sanitise(info.origin, 300), sanitise(info.target, 300));
    text += wanted_lines("setting", info.settings);
    text += wanted_lines("mapping", info.mappings);
    context.out.write(text + "\n" + erp::text_of(*shown));
    return ExitCode::complete;
}

}  // namespace

Command templates_show_command() {
    return with_options({.name = "templates show",
                         .help = "one template: what it wants, and its text",
                         .examples = "  moisson templates show fec\n"
                                     "  moisson templates show fec > my-fec.toml      a copy to change\n",
                         .exit_codes = {ExitCode::complete, ExitCode::internal, ExitCode::usage, ExitCode::local}},
                        declare_templates_show, run_templates_show);
}

}  // namespace moisson::cli
