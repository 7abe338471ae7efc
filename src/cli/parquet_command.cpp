/// `parquet`: published months for engines that read by columns.

#include <filesystem>

#include <fmt/format.h>

#include "base/counts.hpp"
#include "cli/command.hpp"
#include "cli/json_text.hpp"
#include "cli/table.hpp"
#include "pipeline/parquet_files.hpp"

namespace moisson::cli {

namespace {

struct ParquetOptions {
    std::optional<std::string> path;
    std::string into;
    MonthRange months;
};

TakeText take_month(std::optional<Month>& month) {
    return [&month](const std::string& written) -> std::string {
        month = Month::parse(written);
        return month ? "" : fmt::format("\"{}\" is no month; a month is written as 2026-10", sanitise(written, 60));
    };
}

void declare_parquet(Arguments& arguments, ParquetOptions& options) {
    arguments.positional("PATH", options.path, "a published month (OUT/2026-10), or OUT for all of them (default: out)");
    arguments.text("--into", "DIR", options.into, "folder of the tables: ledger, usage and addenda, a folder a month in each").required();
    arguments.parsed("--from", "YYYY-MM", take_month(options.months.first), "first month; earlier ones are left alone");
    arguments.parsed("--to", "YYYY-MM", take_month(options.months.last), "last month");
    arguments.talk();
}

std::string parquet_json(const pipeline::ParquetFiles& made) {
    JsonWriter writer;
    writer.begin_answer();
    writer.key("files").begin_array();
    for (const pipeline::ParquetFile& file : made.files) {
        writer.begin_object();
        writer.key("table").text(file.table);
        writer.key("month").text(file.month.to_text());
        writer.key("rows").count(file.rows);
        writer.key("bytes").count(file.size_bytes);
        writer.key("path").text(file.path.string());
        writer.end_object();
    }
    writer.end_array();
    writer.key("not_one_month").begin_array();
    for (const std::string& name : made.not_one_month) {
        writer.text(name);
    }
    writer.end_array();
    writer.end_object();
    return writer.finish();
}

std::string parquet_text(const pipeline::ParquetFiles& made) {
    std::vector<std::vector<std::string>> rows;
    for (const pipeline::ParquetFile& file : made.files) {
        rows.push_back({file.month.to_text(), file.table, format_count(file.rows), format_bytes(file.size_bytes), file.path.string()});
    }
    std::string text = format_table({{"month"}, {"table"}, {"rows", Align::right}, {"size", Align::right}, {"file"}}, rows);
    for (const std::string& name : made.not_one_month) {
        text += fmt::format("left out: {}: not the whole of one month\n", sanitise(name));
    }
    return text;
}

ExitCode run_parquet(CommandContext& context, const ParquetOptions& options) {
    if (options.months.first && options.months.last && *options.months.last < *options.months.first) {
        throw FatalError(ExitCode::usage, ErrorCode::bad_input, "--to is before --from", "command line");
    }
    const pipeline::ParquetRequest request{options.path.value_or("out"), options.into, options.months};
    const pipeline::ParquetFiles made = pipeline::write_parquet_files(request, context.stop);
    context.out.write(context.talk.json ? parquet_json(made) : parquet_text(made));
    return ExitCode::complete;
}

}  // namespace

Command parquet_command() {
    return with_options({.name = "parquet",
                         .help = "published months as Parquet files, for DuckDB, Spark and Trino",
                         .examples = "  moisson parquet --into lake\n"
                                     "  moisson parquet out/2026-10 --into lake\n"
                                     "  duckdb -c \"SELECT month, sum(amount) FROM read_parquet('lake/ledger/*/*.parquet') WHERE counted GROUP BY ALL\"\n",
                         .exit_codes = {ExitCode::complete, ExitCode::internal, ExitCode::usage, ExitCode::inconsistent, ExitCode::local,
                                        ExitCode::interrupted}},
                        declare_parquet, run_parquet);
}

}  // namespace moisson::cli
