/// junit.xml: one test case per contract, in the form that CI systems read (the Ant JUnit task's format; there is no formal standard).

#include <fmt/format.h>

#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "base/gate.hpp"
#include "domain/language.hpp"
#include "domain/page_messages.hpp"
#include "domain/verdict.hpp"
#include "report/report.hpp"
#include "report/text.hpp"

namespace moisson::report {

namespace {

using FindingsByContract = std::map<std::string_view, std::vector<const Finding*>>;

FindingsByContract group_findings(const RunSummary& summary) {
    FindingsByContract groups;
    for (const std::vector<Finding>* findings : {&summary.run_findings, &summary.findings}) {
        for (const Finding& finding : *findings) {
            groups[finding.contract_id].push_back(&finding);
        }
    }
    return groups;
}

std::uint64_t count_errors(const std::vector<const Finding*>& findings) {
    std::uint64_t errors = 0;
    for (const Finding* finding : findings) {
        errors += finding->severity() == Severity::error ? 1U : 0U;
    }
    return errors;
}

/// The sentence in full. Failures hold texts of the service and of libraries, in the language that they came in.
std::string sentence_of(const Finding& finding, Language language) {
    return finding.is_foreign_in(language) ? fmt::format("{} [{}]", finding.message.in(language), finding.in_full())
                                           : finding.in_full().in(language);
}

/// One line per finding: "error document-failed DOC1: message". A line end in a text from outside is shown: it cannot forge another one.
std::string lines_of(const std::vector<const Finding*>& findings, Language language) {
    std::string out;
    for (const Finding* finding : findings) {
        fmt::format_to(std::back_inserter(out), "{} {}{}{}: {}\n", to_text(finding->severity()), finding->code.text(),
                       finding->document_id.empty() ? "" : " ", gated_markup(finding->document_id),
                       gated_markup(sentence_of(*finding, language)));
    }
    return out;
}

std::string failure_message(const ContractCompleteness& entry, const ContractVerdict& verdict, std::uint64_t errors, Language language) {
    std::string message(word_of(language, verdict.word));
    if (const std::string reason = reason_of(language, entry, verdict); !reason.empty()) {
        message = messages::says(message, reason).in(language);
    }
    if (errors > 0) {
        message += messages::errors(errors).in(language);
    }
    return message;
}

/// Of each error, else of each finding: the document, what was seen, and what to do.
std::string cures_of(const std::vector<const Finding*>& findings, Language language) {
    const bool errors_only = count_errors(findings) > 0;
    std::string out;
    for (const Finding* finding : findings) {
        if (errors_only && finding->severity() != Severity::error) {
            continue;
        }
        const FindingKind& kind = finding->code.kind();
        const std::string seen = finding->message.empty() ? show_text(language, kind.meaning) : sentence_of(*finding, language);
        const std::string& where = finding->document_id.empty() ? finding->contract_id : finding->document_id;
        fmt::format_to(std::back_inserter(out), "{}{}{}\n", gated_markup(where), where.empty() ? "" : ": ", gated_markup(seen));
        if (!kind.remedy.english().empty()) {
            fmt::format_to(std::back_inserter(out), "  {} {}\n", gated_markup(translate(language, "What to do:")),
                           gated_markup(show_text(language, kind.remedy)));
        }
    }
    return out;
}

void append_failure(std::string& out, std::string_view type, std::string_view message, const std::string& cures) {
    fmt::format_to(std::back_inserter(out), "    <failure type=\"{}\" message=\"{}\"", type, gated_markup(message));
    cures.empty() ? out.append("/>\n") : out.append(">\n").append(cures).append("    </failure>\n");
}

void append_case(std::string& out, Language language, const ContractCompleteness& entry, const ContractVerdict& verdict,
                 const std::vector<const Finding*>& findings) {
    const Contract& contract = *entry.contract;
    const std::string name = contract.name.empty() ? contract.id : contract.id + " " + contract.name;
    fmt::format_to(std::back_inserter(out), "  <testcase classname=\"moisson.export\" name=\"{}\" time=\"0\"", gated_markup(name));
    if (findings.empty() && verdict.passed) {
        out += "/>\n";
        return;
    }
    out += ">\n";
    if (!verdict.passed) {
        append_failure(out, verdict.word, failure_message(entry, verdict, count_errors(findings), language),
                       cures_of(findings, language));
    }
    if (!findings.empty()) {
        fmt::format_to(std::back_inserter(out), "    <system-out>{}</system-out>\n", lines_of(findings, language));
    }
    out += "  </testcase>\n";
}

/// What is wrong with no contract of the perimeter (there is none, one is gone, the key ends) would leave every case passed.
bool append_run_case(std::string& out, const RunSummary& summary, Language language, const std::vector<const Finding*>& findings,
                     bool is_case_failed) {
    const std::vector<Cause> causes = causes_of(summary);
    if (causes.empty() || (is_case_failed && count_errors(findings) == 0)) {
        return false;
    }
    fmt::format_to(std::back_inserter(out), "  <testcase classname=\"moisson.export\" name=\"{}\" time=\"0\">\n",
                   gated_markup(translate(language, "the run as a whole")));
    append_failure(out, "run", in_words(language, causes), cures_of(findings, language));
    out += "  </testcase>\n";
    return true;
}

/// What differs from run to run stands only where the run has a name.
std::string volatile_attributes(const RunSummary& summary) {
    if (summary.run_id.empty()) {
        return "";
    }
    const auto spent = summary.finished_at - summary.started_at;
    const auto milliseconds = spent.count() < 0 ? 0 : spent.count();
    return fmt::format(" timestamp=\"{}\" time=\"{}.{:03}\"", format_timestamp_seconds(summary.started_at), milliseconds / 1000,
                       milliseconds % 1000);
}

}  // namespace

std::string junit_xml(const RunSummary& summary, Language language) {
    const FindingsByContract groups = group_findings(summary);
    static const std::vector<const Finding*> none;
    const auto findings_of = [&](std::string_view contract_id) -> const std::vector<const Finding*>& {
        const auto found = groups.find(contract_id);
        return found == groups.end() ? none : found->second;
    };
    std::uint64_t failures = 0;
    std::string cases;
    const std::vector<ContractVerdict> verdicts = contract_verdicts(summary);
    for (std::size_t at = 0; at < verdicts.size(); ++at) {
        const ContractCompleteness& entry = summary.completeness[at];
        failures += verdicts[at].passed ? 0U : 1U;
        append_case(cases, language, entry, verdicts[at], findings_of(entry.contract->id));
    }
    const std::uint64_t run_cases = append_run_case(cases, summary, language, findings_of(""), failures > 0) ? 1 : 0;
    std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
    fmt::format_to(std::back_inserter(out),
                   "<testsuite name=\"moisson export {}\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"0\"{}>\n",
                   gated_markup(publication_name(summary.period, summary.view)), verdicts.size() + run_cases, failures + run_cases,
                   volatile_attributes(summary));
    out += "  <properties>\n";
    const auto property = [&](std::string_view name, std::string_view value) {
        if (!value.empty()) {
            fmt::format_to(std::back_inserter(out), "    <property name=\"{}\" value=\"{}\"/>\n", name, gated_markup(value));
        }
    };
    property("verdict", verdict_of(summary));
    property("causes", in_words(language, causes_of(summary)));
    property("view", in_words(language, summary.view));
    out += "  </properties>\n";
    out += cases;
    if (const std::vector<const Finding*>& findings = findings_of(""); !findings.empty()) {
        fmt::format_to(std::back_inserter(out), "  <system-out>{}</system-out>\n", lines_of(findings, language));
    }
    out += "</testsuite>\n";
    return out;
}

}  // namespace moisson::report
