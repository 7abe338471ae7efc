/// `verify`: a bundle or a published month against its own bytes.

#include <fmt/format.h>

#include "base/counts.hpp"
#include "bundle/bundle.hpp"
#include "cli/command.hpp"
#include "cli/json_text.hpp"
#include "pipeline/verify_month.hpp"

namespace moisson::cli {

namespace {

std::string verify_json(const std::string& path, const bundle::VerifyReport& report, ExitCode exit_code) {
    JsonWriter writer;
    writer.begin_answer();
    writer.key("path").text(path);
    writer.key("verdict").text(verdict_of(exit_code));
    writer.key("exit_code").number(static_cast<int>(exit_code));
    writer.key("files").count(report.files);
    writer.key("documents").count(report.documents);
    writer.key("bytes").count(report.bytes);
    writer.key("totals").begin_array();
    for (const std::string& total : report.totals) {
        writer.text(total);
    }
    writer.end_array();
    writer.key("evidence").begin_array();
    for (const std::string& sentence : report.evidence) {
        writer.text(sentence);
    }
    writer.end_array();
    writer.key("problems").begin_array();
    for (const std::string& problem : report.problems) {
        writer.text(problem);
    }
    writer.end_array();
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

struct VerifyOptions {
    std::string path;
    std::string evidence_ca;
};

void declare_verify(Arguments& arguments, VerifyOptions& options) {
    arguments.positional("PATH", options.path, "a published folder (OUT/PERIOD) or a bundle.zip").required();
    arguments.text("--evidence-ca", "FILE", options.evidence_ca, "PEM certificates that time stamps and signatures must lead to");
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

ExitCode run_verify(CommandContext& context, const VerifyOptions& options) {
    const std::string& path = options.path;
    const auto report = pipeline::verify_month(path, context.stop, read_trust(options.evidence_ca));
    if (!report) {
        const ExitCode exit_code = report.error().code == ErrorCode::cancelled      ? ExitCode::interrupted
                                   : report.error().code == ErrorCode::bad_input    ? ExitCode::usage
                                   : report.error().code == ErrorCode::verification ? ExitCode::inconsistent
                                                                                    : ExitCode::local;
        throw FatalError(exit_code, report.error());
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
                                     "  moisson verify out/2026-10 --evidence-ca tsa-ca.pem\n",
                         .exit_codes = {ExitCode::complete, ExitCode::internal, ExitCode::usage, ExitCode::inconsistent, ExitCode::local,
                                        ExitCode::interrupted}},
                        declare_verify, run_verify);
}

}  // namespace moisson::cli
