#include "cli/annotations.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/digest.hpp"
#include "base/files.hpp"
#include "base/gate.hpp"
#include "base/result.hpp"
#include "cli/json_text.hpp"

namespace moisson::cli {

namespace {

constexpr std::size_t sentence_bytes_max = 2000;
constexpr std::size_t name_bytes_max = 200;

std::vector<const Finding*> of_severity(const RunSummary& summary, Severity severity) {
    std::vector<const Finding*> found;
    for (const std::vector<Finding>* findings : {&summary.run_findings, &summary.findings}) {
        for (const Finding& finding : *findings) {
            if (finding.severity() == severity) {
                found.push_back(&finding);
            }
        }
    }
    return found;
}

/// "OCB0001003, document INV-7: what it says. What to do"
std::string words_of(const Finding& finding) {
    const FindingKind& kind = finding.code.kind();
    std::string words;
    if (!finding.contract_id.empty()) {
        words += sanitise(finding.contract_id, name_bytes_max);
    }
    if (!finding.document_id.empty()) {
        words += fmt::format("{}document {}", words.empty() ? "" : ", ", sanitise(finding.document_id, name_bytes_max));
    }
    const std::string message = finding.in_full().english();
    words += fmt::format("{}{}", words.empty() ? "" : ": ", sanitise(message, sentence_bytes_max));
    if (!kind.remedy.english().empty()) {
        words += fmt::format("{} {}", words.ends_with('.') ? "" : ".", kind.remedy.english());
    }
    return words;
}

/// `::` at a line's start is the runner's; data behind it ends with the line.
std::string encoded(std::string_view text, bool is_property) {
    std::string out;
    for (const char letter : text) {
        switch (letter) {
            case '%': out += "%25"; break;
            case '\r': out += "%0D"; break;
            case '\n': out += "%0A"; break;
            case ':': out += is_property ? "%3A" : ":"; break;
            case ',': out += is_property ? "%2C" : ","; break;
            default: out += letter;
        }
    }
    return out;
}

std::string command(std::string_view name, std::string_view title, std::string_view message) {
    return fmt::format("::{} title={}::{}\n", name, encoded(gated_text(title), true), encoded(gated_text(message), false));
}

bool is_set(const config::Environment& environment, const char* name) {
    const auto found = environment.find(name);
    return found != environment.end() && found->second == "true";
}

}  // namespace

std::optional<AnnotationForm> find_annotation_form(std::string_view word) noexcept {
    return word == "never"    ? std::optional(AnnotationForm::never)
           : word == "github" ? std::optional(AnnotationForm::github)
           : word == "gitlab" ? std::optional(AnnotationForm::gitlab)
                              : std::nullopt;
}

AnnotationForm annotation_form_of(const config::Environment& environment) {
    return is_set(environment, "GITHUB_ACTIONS") ? AnnotationForm::github
           : is_set(environment, "GITLAB_CI")    ? AnnotationForm::gitlab
                                                 : AnnotationForm::never;
}

std::string github_annotations(const RunSummary& summary) {
    std::string out;
    for (const auto& [severity, name] : std::array{std::pair{Severity::error, "error"}, std::pair{Severity::warning, "warning"}}) {
        const std::vector<const Finding*> findings = of_severity(summary, severity);
        for (std::size_t at = 0; at < std::min(findings.size(), annotations_max); ++at) {
            out += command(name, findings[at]->code, words_of(*findings[at]));
        }
        if (findings.size() > annotations_max) {
            const std::size_t more = findings.size() - annotations_max;
            out += command("notice", "moisson", fmt::format("and {} more {}{}: see report.html", more, name, more == 1 ? "" : "s"));
        }
    }
    return out;
}

std::string github_error(std::string_view title, std::string_view message) {
    return command("error", sanitise(title, name_bytes_max), sanitise(message, sentence_bytes_max));
}

std::string gitlab_code_quality(const RunSummary& summary, std::string_view path) {
    JsonWriter writer;
    writer.begin_array();
    for (const Severity severity : {Severity::error, Severity::warning}) {
        for (const Finding* finding : of_severity(summary, severity)) {
            const std::string words = words_of(*finding);
            writer.begin_object();
            writer.key("description").text(words);
            writer.key("check_name").text(finding->code);
            // Not of the words: a failure says other details, and another request id, in each run.
            writer.key("fingerprint")
                .text(sha256_hex(fmt::format("{}\n{}\n{}\n{}", finding->code.text(), finding->contract_id, finding->document_id,
                                             finding->message.english())));
            writer.key("severity").text(severity == Severity::error ? "major" : "minor");
            writer.key("location").begin_object();
            writer.key("path").text(path);
            writer.key("lines").begin_object();
            writer.key("begin").count(1);
            writer.end_object().end_object().end_object();
        }
    }
    writer.end_array();
    return writer.finish();
}

Annotations::Annotations(CommandContext& context, const std::optional<std::string>& word)
    : context_(context),
      form_(word ? find_annotation_form(*word).value_or(AnnotationForm::never) : annotation_form_of(context.environment)) {}

void Annotations::tell(const pipeline::RunResult& result, const config::Job& job) {
    if (form_ == AnnotationForm::github) {
        context_.reporter.pass_on(github_annotations(result.summary));
    }
    if (form_ == AnnotationForm::gitlab) {
        const std::filesystem::path path = std::filesystem::path(job.export_.out) / "gl-code-quality-report.json";
        const std::string json = gitlab_code_quality(result.summary, (result.folder / "ledger.csv").lexically_normal().string());
        if (const Status written = write_file(path, fit_to_leave(json, OutputForm::json, *context_.redactor)); !written) {
            context_.reporter.log(LogLevel::warning, "annotations-failed",
                                  "the code quality report could not be written: " + written.error().to_line());
        }
    }
}

void Annotations::tell(const Error& error) {
    if (form_ == AnnotationForm::github) {
        context_.reporter.pass_on(github_error("moisson", error.to_line()));
    }
}

}  // namespace moisson::cli
