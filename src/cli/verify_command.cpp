/// `verify`: a bundle or a published month against its own bytes, and a folder of months against each other.

#include <fmt/format.h>

#include "base/counts.hpp"
#include "bundle/bundle.hpp"
#include "cli/command.hpp"
#include "cli/json_text.hpp"
#include "cli/table.hpp"
#include "pipeline/verify_chain.hpp"
#include "pipeline/verify_month.hpp"

namespace moisson::cli {

namespace {

/// What both forms of the command answer, of whatever was read.
template <class Report>
void write_common(JsonWriter& writer, const std::string& path, const Report& report, ExitCode exit_code) {
    writer.begin_answer();
    writer.key("path").text(path);
    writer.key("verdict").text(verdict_of(exit_code));
    writer.key("exit_code").number(static_cast<int>(exit_code));
    writer.key("files").count(report.files);
    writer.key("documents").count(report.documents);
    writer.key("bytes").count(report.bytes);
}

std::string verify_json(const std::string& path, const bundle::VerifyReport& report, ExitCode exit_code) {
    JsonWriter writer;
    write_common(writer, path, report, exit_code);
    writer.texts("totals", report.totals);
    writer.texts("evidence", report.evidence);
    writer.texts("problems", report.problems);
    writer.end_object();
    return writer.finish();
}

std::string verify_text(const std::string& path, const bundle::VerifyReport& report) {
    std::string text;
    for (const std::string& problem : report.problems) {
        text += fmt::format("problem: {}\n", sanitise(problem, 1000));
    }
    text += fmt::format("{}: {}; {}, {}, {}\n", sanitise(path), report.problems.empty() ? "OK" : plural(report.problems.size(), "problem"),
                        plural(report.files, "file"), plural(report.documents, "document"), format_bytes(report.bytes));
    for (const std::string& sentence : report.evidence) {
        text += fmt::format("evidence: {}\n", sanitise(sentence, 1000));
    }
    for (const std::string& total : report.totals) {
        text += fmt::format("total: {}\n", sanitise(total));
    }
    return text;
}

/// "2026-03 (number 27, changed)"
std::string name_of(const pipeline::ChainEntry& entry) {
    const std::string name = sanitise(entry.folder.empty() ? entry.path : entry.folder, 60);
    return entry.number == 0 ? fmt::format("{} ({})", name, to_text(entry.standing))
                             : fmt::format("{} (number {}, {})", name, entry.number, to_text(entry.standing));
}

/// What is wrong, the first of it first.
std::vector<std::string> problems_of(const pipeline::ChainReport& report) {
    std::vector<std::string> problems;
    for (const pipeline::ChainEntry& entry : report.entries) {
        for (const std::string& problem : entry.problems) {
            problems.push_back(fmt::format("{}: {}", name_of(entry), problem));
        }
    }
    problems.insert(problems.end(), report.problems.begin(), report.problems.end());
    return problems;
}

void write_entry(JsonWriter& writer, const pipeline::ChainEntry& entry) {
    writer.begin_object();
    writer.key("number").count(entry.number);
    writer.key("folder").text(entry.folder);
    writer.key("path").text(entry.path);
    writer.key("standing").text(to_text(entry.standing));
    writer.key("held_by").count(entry.held_by);
    writer.key("closed").boolean(entry.is_closed);
    writer.texts("problems", entry.problems);
    writer.end_object();
}

std::string chain_json(const std::string& path, const pipeline::ChainReport& report, ExitCode exit_code) {
    JsonWriter writer;
    write_common(writer, path, report, exit_code);
    writer.texts("totals", {});
    writer.texts("evidence", report.evidence);
    writer.texts("problems", problems_of(report));
    writer.key("chain").begin_object();
    writer.key("months").count(report.months);
    writer.key("newest").begin_object();
    writer.key("number").count(report.newest);
    writer.key("folder").text(report.newest_folder);
    writer.key("bundle_sha256").text(report.newest_sha256);
    writer.end_object();
    writer.key("first_problem");
    if (const pipeline::ChainEntry* const first = report.first_problem(); first != nullptr) {
        write_entry(writer, *first);
    } else {
        writer.null();
    }
    writer.key("publications").begin_array();
    for (const pipeline::ChainEntry& entry : report.entries) {
        write_entry(writer, entry);
    }
    writer.end_array();
    writer.texts("not_months", report.others);
    writer.texts("proved", report.proved);
    writer.texts("not_shown", report.not_shown);
    writer.end_object();
    writer.end_object();
    return writer.finish();
}

/// One line for each that is wrong.
std::string table_of(const pipeline::ChainReport& report) {
    std::vector<std::vector<std::string>> rows;
    for (const pipeline::ChainEntry& entry : report.entries) {
        if (!entry.problems.empty()) {
            rows.push_back({entry.number == 0 ? "" : fmt::format("{}", entry.number), entry.folder, entry.path.empty() ? "-" : entry.path,
                            std::string(to_text(entry.standing)), fmt::format("{}", entry.problems.size())});
        }
    }
    return format_table({{"NUMBER", Align::right}, {"MONTH"}, {"HERE"}, {"STANDING"}, {"PROBLEMS", Align::right}}, rows);
}

std::string chain_text(const std::string& path, const pipeline::ChainReport& report) {
    std::string text;
    const std::vector<std::string> problems = problems_of(report);
    for (const std::string& problem : problems) {
        text += fmt::format("problem: {}\n", sanitise(problem, 1000));
    }
    if (const pipeline::ChainEntry* const first = report.first_problem(); first != nullptr) {
        text += fmt::format("\n{}\nfirst: {}\n", table_of(report), name_of(*first));
    }
    text += fmt::format("{}: {}; {}, {}, {}, {}\n", sanitise(path), problems.empty() ? "OK" : plural(problems.size(), "problem"),
                        plural(report.months, "month"), plural(report.files, "file"), plural(report.documents, "document"),
                        format_bytes(report.bytes));
    if (report.newest > 0) {
        text += fmt::format("newest: {}:{} {}\n", report.newest, report.newest_sha256, sanitise(report.newest_folder, 60));
    }
    const std::pair<std::string_view, const std::vector<std::string>*> parts[] = {
        {"evidence", &report.evidence}, {"proved", &report.proved}, {"not shown", &report.not_shown}, {"no month", &report.others}};
    for (const auto& [name, sentences] : parts) {
        for (const std::string& sentence : *sentences) {
            text += fmt::format("{}: {}\n", name, sanitise(sentence, 1000));
        }
    }
    return text;
}

struct VerifyOptions {
    std::string path;
    std::string evidence_ca;
    bool chain = false;
    bool full = false;
    std::string head;
};

void declare_verify(Arguments& arguments, VerifyOptions& options) {
    arguments.positional("PATH", options.path, "a published folder (OUT/PERIOD) or a bundle.zip; with --chain the folder of months (OUT)")
        .required();
    arguments.text("--evidence-ca", "FILE", options.evidence_ca, "PEM certificates that time stamps and signatures must lead to");
    arguments.flag("--chain", options.chain,
                   "all months of a folder: every byte against its digest, every month against what all later ones say of it");
    arguments.flag("--full", options.full, "with --chain: every month's statements against its documents, too, as without --chain");
    arguments.text("--head", "NUMBER:SHA256", options.head,
                   "with --chain: a publication's number and its bundle's SHA-256, kept elsewhere; or a summary.json that was kept");
    arguments.check([&options]() -> Status {
        if (!options.chain && (options.full || !options.head.empty())) {
            return fail(ErrorCode::bad_input, "--full and --head go with --chain");
        }
        return {};
    });
    arguments.talk();
}

evidence::Trust read_trust(const std::string& file) {
    if (file.empty()) {
        return {};
    }
    auto trust = evidence::Trust::read(file);
    if (!trust) {
        throw FatalError(ExitCode::usage, std::move(trust.error()));
    }
    return std::move(*trust);
}

[[noreturn]] void end_verify(const Error& error) {
    throw FatalError(error.code == ErrorCode::cancelled      ? ExitCode::interrupted
                     : error.code == ErrorCode::bad_input    ? ExitCode::usage
                     : error.code == ErrorCode::verification ? ExitCode::inconsistent
                                                             : ExitCode::local,
                     error);
}

ExitCode run_chain(CommandContext& context, const VerifyOptions& options) {
    pipeline::ChainOptions chain;
    chain.trust = read_trust(options.evidence_ca);
    chain.full = options.full;
    if (!options.head.empty()) {
        const auto head = pipeline::parse_chain_head(options.head);
        if (!head) {
            end_verify(head.error());
        }
        chain.head = *head;
    }
    const auto report = pipeline::verify_chain(options.path, chain, context.stop);
    if (!report) {
        end_verify(report.error());
    }
    const ExitCode exit_code = report->is_sound() ? ExitCode::complete : ExitCode::inconsistent;
    context.out.write(context.talk.json ? chain_json(options.path, *report, exit_code) : chain_text(options.path, *report));
    return exit_code;
}

ExitCode run_verify(CommandContext& context, const VerifyOptions& options) {
    const std::string& path = options.path;
    if (options.chain) {
        return run_chain(context, options);
    }
    const auto report = pipeline::verify_month(path, context.stop, read_trust(options.evidence_ca));
    if (!report) {
        end_verify(report.error());
    }
    const ExitCode exit_code = report->problems.empty() ? ExitCode::complete : ExitCode::inconsistent;
    context.out.write(context.talk.json ? verify_json(path, *report, exit_code) : verify_text(path, *report));
    return exit_code;
}

}  // namespace

Command verify_command() {
    return with_options({.name = "verify",
                         .help = "re-check a bundle or a published month from its own bytes",
                         .examples = "  moisson verify out/2026-10\n"
                                     "  moisson verify out/2026-10/bundle.zip\n"
                                     "  moisson verify out/2026-10 --evidence-ca tsa-ca.pem\n"
                                     "  moisson verify --chain out\n"
                                     "  moisson verify --chain out --head summary-kept.json\n",
                         .exit_codes = {ExitCode::complete, ExitCode::internal, ExitCode::usage, ExitCode::inconsistent, ExitCode::local,
                                        ExitCode::interrupted}},
                        declare_verify, run_verify);
}

}  // namespace moisson::cli
