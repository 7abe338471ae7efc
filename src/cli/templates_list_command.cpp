/// `templates list`: which templates there are.

#include <fmt/format.h>

#include "cli/table.hpp"
#include "cli/templates.hpp"

namespace moisson::cli {

namespace {

struct TemplatesListOptions {};

void declare_templates_list(Arguments& arguments, TemplatesListOptions&) { arguments.talk(); }

ExitCode run_templates_list(CommandContext& context, const TemplatesListOptions&) {
    const std::vector<erp::TemplateInfo> templates = erp::list_templates();
    if (context.talk.json) {
        JsonWriter writer;
        writer.begin_answer().key("templates").begin_array();
        for (const erp::TemplateInfo& info : templates) {
            writer.begin_object();
            put_template(writer, info);
            writer.end_object();
        }
        writer.end_array().end_object();
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

}  // namespace

Command templates_list_command() {
    return with_options({.name = "templates list",
                         .help = "the built-in templates",
                         .examples = "  moisson templates list\n",
                         .exit_codes = {ExitCode::complete, ExitCode::internal, ExitCode::usage, ExitCode::local}},
                        declare_templates_list, run_templates_list);
}

}  // namespace moisson::cli
