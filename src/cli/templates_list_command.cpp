/// `templates list`: which templates there are.

#include <fmt/format.h>

#include "cli/table.hpp"
#include "cli/templates.hpp"

namespace moisson::cli {

namespace {

struct Options {};

void declare(Arguments& arguments, Options&) { arguments.talk(); }

ExitCode run(CommandContext& context, const Options&) {
    const std::vector<erp::TemplateInfo> templates = erp::list_templates();
    if (context.talk.json) {
        JsonWriter writer;
        writer.begin_array();
        for (const erp::TemplateInfo& info : templates) {
            put_template(writer, info);
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

}  // namespace

Command templates_list_command() {
    return with_options({.name = "templates list",
                         .help = "the built-in templates",
                         .examples = "  moisson templates list\n",
                         .exit_codes = {ExitCode::complete, ExitCode::internal, ExitCode::usage, ExitCode::local}},
                        declare, run);
}

}  // namespace moisson::cli
