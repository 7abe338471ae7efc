/// What `export` and `plan` tell at their end.

#include "cli/run_text.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "base/counts.hpp"
#include "cli/exit_codes.hpp"
#include "cli/json_text.hpp"
#include "cli/next_step.hpp"
#include "cli/totals_json.hpp"
#include "domain/to_do.hpp"
#include "domain/verdict.hpp"

namespace moisson::cli {

namespace {

/// "label       text", the shape of every line of the result. What stands in it stays on its line.
std::string line(std::string_view label, std::string_view text) {
    constexpr std::size_t text_bytes_max = 4000;
    return fmt::format("{:<{}}{}\n", label, result_column, sanitise(text, text_bytes_max));
}

std::string period_words(const RunSummary& summary) { return summary.period.first ? summary.period.to_text() : "everything listed"; }

std::string contracts_words(const RunSummary& summary) {
    std::map<std::string_view, std::uint64_t> verdicts;
    for (const ContractVerdict& one : contract_verdicts(summary)) {
        ++verdicts[one.word];
    }
    std::vector<std::string> parts;
    for (const auto& [verdict, count] : verdicts) {
        parts.push_back(fmt::format("{} {}", format_count(count), verdict));
    }
    const std::string count = format_count(summary.contracts);
    return parts.empty() ? count : fmt::format("{} ({})", count, fmt::join(parts, ", "));
}

std::string documents_words(const DocumentCounts& documents) {
    std::vector<std::string> parts;
    const auto add = [&](std::uint64_t count, std::string_view words) {
        if (count > 0) {
            parts.push_back(fmt::format("{} {}", format_count(count), words));
        }
    };
    add(documents.ok, "with file");
    add(documents.not_ready, "not ready");
    add(documents.failed, "failed");
    add(documents.skipped, "skipped");
    std::string text = format_count(documents.rows);
    if (!parts.empty()) {
        text += fmt::format(" ({})", fmt::join(parts, ", "));
    }
    return text + fmt::format(", of {} listed in all months", format_count(documents.listed));
}

std::string totals_lines(const RunSummary& summary) {
    if (summary.totals.empty()) {
        return line("totals", "none: no document of the period counts");
    }
    std::size_t width = 0;
    for (const CurrencyTotal& total : summary.totals) {
        width = std::max(width, to_decimal(total.total).size());
    }
    std::string text;
    for (const CurrencyTotal& total : summary.totals) {
        std::string words = fmt::format("{} {:>{}}  in {}", total.total.currency.code(), to_decimal(total.total), width,
                                        plural(total.documents, "document"));
        if (total.credits > 0) {
            words += fmt::format(", {} of them {}", format_count(total.credits), total.credits == 1 ? "a credit" : "credits");
        }
        text += line(text.empty() ? "totals" : "", words);
    }
    return text;
}

/// What each login of a job that has several came to.
std::string perimeters_lines(const RunSummary& summary) {
    constexpr std::size_t shown_max = 12;
    std::string text;
    for (std::size_t at = 0; at < std::min(summary.perimeters.size(), shown_max); ++at) {
        const PerimeterSummary& one = summary.perimeters[at];
        std::string words = fmt::format("{}: {}", one.name.empty() ? "(none)" : sanitise(one.name, 60),
                                        one.listed ? plural(one.contracts, "contract") : "its login could not list its contracts");
        for (const CurrencyTotal& total : one.totals) {
            words += fmt::format(", {} {}", total.total.currency.code(), to_decimal(total.total));
        }
        text += line(text.empty() ? "perimeters" : "", words);
    }
    if (summary.perimeters.size() > shown_max) {
        text += line("", fmt::format("and {} more", format_count(summary.perimeters.size() - shown_max)));
    }
    return text;
}

/// What a finding about the run and not about its data is about.
std::string_view label_of(std::string_view code) {
    if (code == "folder-adopted") {
        return "folder";
    }
    return code == "month-outdated" || code == "month-unpublished" || code == "history-unpublished" ? "other months" : "credentials";
}

/// What this run noticed of key, clock, folder and other months: in full, for each says a day.
std::string run_findings_lines(const RunSummary& summary) {
    std::string text;
    std::string_view before;
    for (const Finding& finding : summary.run_findings) {
        const std::string_view label = label_of(finding.code);
        text +=
            line(std::exchange(before, label) == label ? "" : label, fmt::format("{}: {}", to_text(finding.severity()), finding.in_full()));
        text += line("", finding.code.kind().remedy.english());
    }
    return text;
}

/// Errors and warnings one by one, worst first; what is only worth knowing in one line, since the report tells it all.
std::string findings_lines(const RunSummary& summary) {
    // By severity, the worst first, then by code: the job may have raised some findings of a kind and not others.
    std::map<std::pair<int, FindingCode>, std::pair<Severity, std::uint64_t>> groups;
    std::size_t width = 0;
    for (const std::vector<Finding>* findings : {&summary.findings, &summary.run_findings}) {
        for (const Finding& finding : *findings) {
            auto& [severity, count] = groups[{-static_cast<int>(finding.severity()), finding.code}];
            severity = finding.severity();
            ++count;
            width = std::max(width, severity == Severity::info ? 0 : finding.code.text().size());
        }
    }
    if (groups.empty()) {
        return line("findings", "none");
    }
    std::string text;
    std::vector<std::string> others;
    for (const auto& [key, group] : groups) {
        const auto& [severity, count] = group;
        if (severity == Severity::info) {
            others.push_back(fmt::format("{} {}", format_count(count), key.second.text()));
        } else {
            text += line(text.empty() ? "findings" : "", fmt::format("{:>4}  {:<7}  {:<{}}  {}", count, to_text(severity),
                                                                     key.second.text(), width, key.second.kind().meaning.english()));
        }
    }
    if (!others.empty()) {
        text += line(text.empty() ? "findings" : "", fmt::format("for information: {}", fmt::join(others, ", ")));
    }
    return text;
}

/// "Lab 2 (OCB0001003), document INV-7, 12.50 EUR, invoice.pdf: document-failed: …"
std::string finding_words(const pipeline::RunResult& result, const Finding& finding) {
    constexpr std::size_t name_bytes_max = 100;
    const auto contract = std::find_if(result.contracts.begin(), result.contracts.end(),
                                       [&](const auto& one) { return one->id == finding.contract_id; });
    std::vector<std::string> parts;
    if (contract != result.contracts.end() && !(*contract)->name.empty()) {
        parts.push_back(fmt::format("{} ({})", sanitise((*contract)->name, name_bytes_max), sanitise(finding.contract_id, name_bytes_max)));
    } else if (!finding.contract_id.empty()) {
        parts.push_back(sanitise(finding.contract_id, name_bytes_max));
    }
    if (!finding.document_id.empty()) {
        parts.push_back(fmt::format("document {}", sanitise(finding.document_id, name_bytes_max)));
        // The latest version is the last.
        const auto row = std::find_if(result.entries.rbegin(), result.entries.rend(), [&](const LedgerEntry& one) {
            return one.document_id == finding.document_id && one.contract->id == finding.contract_id;
        });
        if (row != result.entries.rend()) {
            parts.push_back(row->amount               ? fmt::format("{} {}", to_decimal(*row->amount), row->amount->currency.code())
                            : row->raw_amount.empty() ? std::string("no amount")
                                                      : fmt::format("amount \"{}\"", sanitise(row->raw_amount, name_bytes_max)));
            parts.push_back(row->filename.empty() ? "no file name" : sanitise(row->filename, name_bytes_max));
        }
    }
    Finding short_one = finding;
    short_one.detail = {};  // what the service and libraries say besides, the report has
    return fmt::format("{}{}{}: {}", fmt::join(parts, ", "), parts.empty() ? "" : ": ", finding.code.text(), short_one.in_full());
}

/// What is told in full on lines of its own.
bool is_of_run(const RunSummary& summary, const Finding& finding) {
    return std::any_of(summary.run_findings.begin(), summary.run_findings.end(), [&](const Finding& one) {
        return one.code == finding.code && one.message == finding.message && one.contract_id == finding.contract_id;
    });
}

/// The first things to do, each with who acts and the command; the report has them all.
std::string to_do_lines(const pipeline::RunResult& result, const config::CommandLine& settings) {
    constexpr std::size_t shown_max = 10;
    std::string text;
    std::size_t count = 0;
    for (const ToDo& one : result.summary.to_do) {
        if (is_of_run(result.summary, one.finding) || ++count > shown_max) {
            continue;
        }
        const FindingKind& kind = one.finding.code.kind();
        text += line(text.empty() ? "to do" : "",
                     fmt::format("{:>4}  {:<7}  {}", count, to_text(one.finding.severity()), finding_words(result, one.finding)));
        text += line("", fmt::format("      {}: {}", to_text(who_acts(kind.code)), kind.remedy.english()));
        if (const std::string command = command_of(one, result, settings); !command.empty()) {
            text += line("", std::string(command_mark) + command);
        }
    }
    return count <= shown_max ? text : text + line("", fmt::format("and {} more: see report.html", format_count(count - shown_max)));
}

std::string_view label_of_file(std::string_view path) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 8> labels{{{"ledger.csv", "ledger"},
                                                                                    {"ledger.xlsx", "workbook"},
                                                                                    {"usage.csv", "usage"},
                                                                                    {"bundle.zip", "bundle"},
                                                                                    {"report.html", "report"},
                                                                                    {"summary.json", "summary"},
                                                                                    {"summary.md", "note"},
                                                                                    {"junit.xml", "junit"}}};
    const auto found = std::find_if(labels.begin(), labels.end(), [&](const auto& one) { return one.first == path; });
    return found != labels.end()            ? found->second
           : path.starts_with("erp/")      ? "erp"
           : path.starts_with("addendum-") ? "addendum"
                                           : "file";
}

/// Every file of the published folder, and the templates that have none.
std::string files_lines(const pipeline::RunResult& result) {
    const RunSummary& summary = result.summary;
    std::vector<std::string> paths;
    for (const PublishedFile& file : summary.files) {
        paths.push_back(file.path);
    }
    paths.emplace_back("summary.json");  // which cannot name itself
    std::string text;
    for (const std::string& path : paths) {
        std::error_code problem;
        if (std::filesystem::exists(result.folder / path, problem)) {
            const bool is_preview = path.starts_with("erp/") && !summary.view.is_whole();
            text += line(label_of_file(path), (result.folder / path).string() + (is_preview ? "  (a preview: nothing is handed out)" : ""));
        }
    }
    for (const Finding& finding : summary.findings) {
        if (finding.code == FindingCode("erp-nothing-to-post")) {
            text += line("erp", finding.message.english());
        }
    }
    return text;
}

/// "incomplete (exit code 3): 3 files missing, 2 contracts refused"
std::string verdict_words(const RunSummary& summary) {
    const std::vector<Cause> causes = causes_of(summary);
    const std::string code = fmt::format("{} (exit code {})", verdict_of(summary), static_cast<int>(summary.exit_code));
    return causes.empty() ? code : fmt::format("{}: {}", code, in_words(Language::english, causes));
}

std::string verdict_line(const RunSummary& summary) {
    if (summary.exit_code == ExitCode::complete) {
        return line("verdict", fmt::format("{}: {}", verdict_words(summary),
                                           summary.view.is_whole() ? meaning_of(ExitCode::complete) : "all that was asked for is there"));
    }
    return line("verdict", verdict_words(summary));
}

/// What was left out, and that it is therefore not the month.
std::string view_line(const RunSummary& summary) {
    return summary.view.is_whole()
               ? std::string()
               : line("view", fmt::format("partial, not the month: only {}", in_words(Language::english, summary.view)));
}

/// What a plan found about files: those to fetch add up to what an export would ask for.
struct FileCounts {
    std::uint64_t new_files = 0;
    std::uint64_t changed_files = 0;
    std::uint64_t again_files = 0;
    std::uint64_t known_files = 0;
};

std::string_view to_text(pipeline::PlannedFile::Why why) {
    switch (why) {
        case pipeline::PlannedFile::Why::new_: return "fetch-new";
        case pipeline::PlannedFile::Why::changed: return "fetch-changed";
        case pipeline::PlannedFile::Why::again: return "fetch-again";
    }
    return "fetch-new";
}

using DocumentKey = std::tuple<std::string_view, std::string_view, std::uint32_t>;

std::map<DocumentKey, const pipeline::PlannedFile*> planned_files(const pipeline::RunResult& result) {
    std::map<DocumentKey, const pipeline::PlannedFile*> files;
    for (const pipeline::PlannedFile& file : result.to_fetch) {
        files.emplace(DocumentKey(file.contract->id, file.document_id, file.version), &file);
    }
    return files;
}

FileCounts count_files(const pipeline::RunResult& result) {
    FileCounts counts;
    for (const pipeline::PlannedFile& file : result.to_fetch) {
        counts.new_files += file.why == pipeline::PlannedFile::Why::new_ ? 1U : 0U;
        counts.changed_files += file.why == pipeline::PlannedFile::Why::changed ? 1U : 0U;
        counts.again_files += file.why == pipeline::PlannedFile::Why::again ? 1U : 0U;
    }
    for (const LedgerEntry& entry : result.entries) {
        counts.known_files += entry.status == DocumentStatus::ok ? 1U : 0U;
    }
    return counts;
}

std::uint64_t requests_of_export(const pipeline::RunResult& result) {
    const RequestCounts& requests = result.summary.requests;
    return requests.token + requests.contracts + requests.lists + result.to_fetch.size();
}

}  // namespace

std::string next_line(std::string_view command) { return fmt::format("{}{}\n", next_label, command); }

std::string names_of(const std::vector<Month>& months) {
    std::vector<std::string> names;
    std::transform(months.begin(), months.end(), std::back_inserter(names), [](Month month) { return month.to_text(); });
    return fmt::format("{}", fmt::join(names, ", "));
}

ExitCode exit_code_of_run(const RunSummary& summary, bool nothing_new, const config::Job& job) {
    return summary.exit_code == ExitCode::complete && nothing_new && job.export_.exit_nothing_new ? ExitCode::nothing_new
                                                                                                  : summary.exit_code;
}

std::string export_text(const pipeline::RunResult& result, const config::CommandLine& settings) {
    const RunSummary& summary = result.summary;
    std::string text = line("period", period_words(summary));
    text += view_line(summary);
    text += line("source", sanitise(summary.source));
    text += line("contracts", contracts_words(summary));
    text += line("documents", documents_words(summary.documents));
    text += line("files",
                 fmt::format("{} downloaded, {} already there; {} in {}", format_count(summary.documents.downloaded),
                             format_count(summary.documents.reused), format_bytes(summary.requests.bytes_received),
                             plural(summary.requests.token + summary.requests.contracts + summary.requests.lists + summary.requests.files,
                                    "request")));
    text += totals_lines(summary) + perimeters_lines(summary);
    text += findings_lines(summary);
    text += to_do_lines(result, settings);
    text += run_findings_lines(summary);
    text += verdict_line(summary);
    return text + files_lines(result);
}

std::string plan_text(const pipeline::RunResult& result, double rate_per_second) {
    const RunSummary& summary = result.summary;
    const FileCounts files = count_files(result);
    const std::uint64_t requests = requests_of_export(result);
    std::string text = line("period", period_words(summary));
    text += view_line(summary);
    text += line("source", sanitise(summary.source));
    text += line("contracts", contracts_words(summary));
    text += line("documents", fmt::format("{}, of {} listed in all months", format_count(summary.documents.rows),
                                          format_count(summary.documents.listed)));
    text += line("files", fmt::format("{} to fetch ({} new, {} changed{}), {} already there", format_count(result.to_fetch.size()),
                                      format_count(files.new_files), format_count(files.changed_files),
                                      files.again_files == 0 ? "" : fmt::format(", {} again", format_count(files.again_files)),
                                      format_count(files.known_files)));
    std::string effort = fmt::format("about {} for an export", format_count(requests));
    if (rate_per_second > 0) {
        const auto seconds = static_cast<std::uint64_t>(static_cast<double>(requests) / rate_per_second) + 1;
        effort += fmt::format(", at least {} at {} a second",
                              seconds < 120 ? fmt::format("{} s", seconds) : fmt::format("{} min", seconds / 60), rate_per_second);
    }
    text += line("requests", effort);
    text += totals_lines(summary) + perimeters_lines(summary);
    text += findings_lines(summary);
    text += run_findings_lines(summary);
    if (!result.owed.empty()) {
        text += line("owed", fmt::format("{}: export --due publishes them", names_of(result.owed)));
    }
    return text + line("verdict", fmt::format("{}; nothing was written", verdict_words(summary)));
}

namespace {

void write_findings(JsonWriter& writer, const RunSummary& summary) {
    writer.key("findings").begin_array();
    for (const std::vector<Finding>* findings : {&summary.run_findings, &summary.findings}) {
        for (const Finding& finding : *findings) {
            writer.begin_object();
            writer.key("code").text(finding.code);
            writer.key("severity").text(to_text(finding.severity()));
            writer.key("contract_id").text(finding.contract_id);
            writer.key("document_id").text(finding.document_id);
            writer.key("message").text(finding.in_full().english());
            if (!finding.request_id.empty()) {
                writer.key("request_id").text(finding.request_id);
            }
            writer.end_object();
        }
    }
    writer.end_array();
}

/// The ledger's rows with what would become of their files, then the files of closed months that an addendum would bring.
void write_plan(JsonWriter& writer, const pipeline::RunResult& result) {
    auto planned = planned_files(result);
    const auto write = [&](const DocumentKey& key, const std::string& type, const std::string& filename, std::string_view action) {
        writer.begin_object();
        writer.key("contract_id").text(std::get<0>(key));
        writer.key("document_id").text(std::get<1>(key));
        writer.key("version").count(std::get<2>(key));
        writer.key("document_type").text(type);
        writer.key("filename").text(filename);
        writer.key("action").text(action);
        writer.end_object();
    };
    writer.key("plan").begin_array();
    for (const LedgerEntry& entry : result.entries) {
        const DocumentKey key(entry.contract->id, entry.document_id, entry.version);
        const auto found = planned.find(key);
        write(key, entry.document_type, entry.filename,
              found != planned.end()               ? to_text(found->second->why)
              : entry.status == DocumentStatus::ok ? "keep"
                                                   : "none");
        if (found != planned.end()) {
            planned.erase(found);
        }
    }
    for (const auto& [key, file] : planned) {
        write(key, file->document_type, file->filename, to_text(file->why));
    }
    writer.end_array();
}

}  // namespace

std::string plan_json(const pipeline::RunResult& result) {
    const RunSummary& summary = result.summary;
    const FileCounts files = count_files(result);
    JsonWriter writer;
    writer.begin_answer();
    writer.key("period").text(summary.period.to_text());
    writer.key("source").text(summary.source);
    if (!summary.view.is_whole()) {
        writer.key("view").text(publication_name(summary.period, summary.view));
    }
    writer.key("verdict").text(verdict_of(summary));
    writer.key("exit_code").number(static_cast<int>(summary.exit_code));
    writer.key("causes").begin_array();
    for (const Cause& cause : causes_of(summary)) {
        writer.begin_object();
        writer.key("code").text(cause.code);
        writer.key("count").count(cause.count);
        writer.key("text").text(in_words(Language::english, cause));
        writer.end_object();
    }
    writer.end_array();
    writer.key("contracts").count(summary.contracts);
    writer.key("documents").begin_object();
    writer.key("listed").count(summary.documents.listed);
    writer.key("rows").count(summary.documents.rows);
    writer.end_object();
    writer.key("files").begin_object();
    writer.key("to_fetch").count(result.to_fetch.size());
    writer.key("new").count(files.new_files);
    writer.key("changed").count(files.changed_files);
    writer.key("again").count(files.again_files);
    writer.key("known").count(files.known_files);
    writer.end_object();
    writer.key("requests_estimate").count(requests_of_export(result));
    writer.key("owed").begin_array();
    for (const Month month : result.owed) {
        writer.text(month.to_text());
    }
    writer.end_array();
    write_totals(writer, "totals", summary.totals);
    write_findings(writer, summary);
    write_plan(writer, result);
    writer.end_object();
    return writer.finish();
}

}  // namespace moisson::cli
