/// `state copy`: a state moved from one store to another.

#include <fmt/format.h>

#include "base/counts.hpp"
#include "cli/arguments.hpp"
#include "cli/command.hpp"
#include "cli/json_text.hpp"
#include "cli/output.hpp"
#include "state/state_copy.hpp"

namespace moisson::cli {

namespace {

struct CopyOptions {
    std::string from;
    std::string to;
};

void declare_copy(Arguments& arguments, CopyOptions& options) {
    arguments.positional("FROM", options.from, "the state that is there: sqlite:PATH, PATH or postgresql://…").required();
    arguments.positional("TO", options.to, "the new one; made where it is missing, and refused where it holds something").required();
    arguments.talk();
}

std::string copied_json(const state::StateCopied& copied) {
    JsonWriter writer;
    writer.begin_answer();
    writer.key("documents").count(copied.documents);
    writer.key("rows").count(copied.rows);
    writer.end_object();
    return writer.finish();
}

ExitCode run_copy(CommandContext& context, const CopyOptions& options) {
    const state::StateCopied copied = state::copy_state(options.from, options.to, context.stop);
    context.out.write(context.talk.json
                          ? copied_json(copied)
                          : fmt::format("the state was copied: {} of {} documents' versions and what was booked, all read back\n",
                                        plural(copied.rows, "row"), copied.documents));
    return ExitCode::complete;
}

}  // namespace

Command state_copy_command() {
    return with_options(
        {.name = "state copy",
         .help = "copy the state from one store to another",
         .examples =
             "  moisson state copy out/.moisson/state.sqlite3 \"postgresql://moisson@db.example.com/books\"\n"
             "  moisson state copy \"postgresql://moisson@db.example.com/books\" sqlite:copy.sqlite3\n",
         .exit_codes = {ExitCode::complete, ExitCode::internal, ExitCode::usage, ExitCode::inconsistent, ExitCode::local, ExitCode::locked,
                        ExitCode::interrupted},
         .note = "All of it, read back before it counts, or the target stays empty; FROM stays as it is. Documents lie beside the state's "
                 "file, or in OUT/.moisson where it is a database: what is not there is downloaded again. A password is never part of an "
                 "address: PGPASSFILE names a file with it."},
        declare_copy, run_copy);
}

}  // namespace moisson::cli
