/// junit.xml against the summary. See page_check.hpp.

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>

#include "base/clock.hpp"
#include "bundle/markup.hpp"
#include "bundle/page_check.hpp"
#include "bundle/summary_check.hpp"

namespace moisson::bundle {

namespace {

using rapidjson::Value;

/// Findings of the data, by contract, in order.
std::map<std::string, std::vector<const Value*>> findings_by_contract(const Value& summary, const Value& archived) {
    std::map<std::string, std::vector<const Value*>> groups;
    const Value& findings = items_member(summary, "findings");
    const Value& there = items_member(archived, "findings");
    for (rapidjson::SizeType at = findings.Size() - std::min(findings.Size(), there.Size()); at < findings.Size(); ++at) {
        groups[text_member(findings[at], "contract_id")].push_back(&findings[at]);
    }
    return groups;
}

/// Those that the published list begins with.
std::vector<const Value*> findings_of_run(const Value& summary, const Value& archived) {
    const Value& findings = items_member(summary, "findings");
    std::vector<const Value*> of_run;
    const rapidjson::SizeType of_data = std::min(findings.Size(), items_member(archived, "findings").Size());
    for (rapidjson::SizeType at = 0; at < findings.Size() - of_data; ++at) {
        of_run.push_back(&findings[at]);
    }
    return of_run;
}

/// "error document-failed DOC1: sentence" of each finding, in the language of the sentence: English in full, else what stands before it.
bool shows_findings(std::string_view shown, const std::vector<const Value*>& findings, Language language) {
    const std::string text = unescape_markup(shown);
    std::string_view rest = text;
    for (const Value* finding : findings) {
        const std::string document = text_member(*finding, "document_id");
        std::string line = fmt::format("{} {}{}{}: ", text_member(*finding, "severity"), text_member(*finding, "code"),
                                       document.empty() ? "" : " ", document);
        if (language == Language::english) {
            line += text_member(*finding, "message");
        }
        if (is_odd_text(line)) {
            return true;  // shown by other letters
        }
        line += language == Language::english ? "\n" : "";
        if (!rest.starts_with(line)) {
            return false;
        }
        rest.remove_prefix(language == Language::english ? line.size() : std::min(rest.find('\n') + 1, rest.size()));
    }
    return rest.empty();
}

/// The body of a failure names each document that has an error.
bool names_documents(std::string_view failure, const std::vector<const Value*>& findings) {
    const std::string body = unescape_markup(failure.substr(std::min(failure.find('>') + 1, failure.size())));
    return std::all_of(findings.begin(), findings.end(), [&](const Value* finding) {
        const std::string document = text_member(*finding, "document_id");
        return view_member(*finding, "severity") != "error" || is_odd_text(document) || has_text(body, document);
    });
}

class JunitCheck {
public:
    JunitCheck(std::string_view xml, const Value& summary, const Value& archived, const Vocabulary& words, Problems& problems)
        : xml_(xml),
          summary_(summary),
          completeness_(items_member(summary, "completeness")),
          findings_(findings_by_contract(summary, archived)),
          of_run_(findings_of_run(summary, archived)),
          words_(words),
          language_(words.language()),
          problems_(problems) {
        for (const auto& [contract, findings] : findings_) {
            if (std::any_of(findings.begin(), findings.end(), [](const Value* one) { return view_member(*one, "severity") == "error"; })) {
                with_error_.insert(contract);
            }
        }
    }

    void run() {
        for (const Value& entry : completeness_.GetArray()) {
            const std::string_view one = next_case();
            if (one.empty()) {
                add(fmt::format("it has no case of {}", sanitise(text_member(entry, "contract_id"), 60)));
                return;
            }
            check_case(entry, one);
        }
        check_suite();
    }

private:
    void add(std::string_view what) { problems_.add(fmt::format("junit.xml: {}", what)); }

    std::string_view next_case() {
        const std::size_t begin = xml_.find("<testcase ", at_);
        const std::size_t tag_end = begin == std::string_view::npos ? begin : xml_.find('>', begin);
        if (tag_end == std::string_view::npos) {
            return {};
        }
        constexpr std::string_view close = "</testcase>";
        const bool is_short = xml_[tag_end - 1] == '/';
        const std::size_t end = is_short ? tag_end + 1 : std::min(xml_.find(close, tag_end), xml_.size() - close.size()) + close.size();
        at_ = end;
        return xml_.substr(begin, end - begin);
    }

    void check_case(const Value& entry, std::string_view one) {
        const std::string contract = text_member(entry, "contract_id");
        const std::string name = text_member(entry, "contract_name");
        const std::string verdict = text_member(entry, "verdict");
        const std::vector<const Value*>& own = findings_[contract];
        const bool has_error = with_error_.contains(contract);
        const bool is_failed = one.find("<failure ") != std::string_view::npos;
        failures_ += is_failed ? 1U : 0U;
        const std::string message = attribute_of(first_between(one, "<failure", ">"), "message");
        const bool is_joined = find_member(entry, "list") != nullptr;  // the verdict joins list, files, owed documents and errors
        const bool fails_rightly = verdict == "unproven" || is_failed == (verdict != "complete" || (has_error && !is_joined));
        const std::string wanted = name.empty() ? contract : contract + " " + name;
        const std::string shown = attribute_of(first_between(one, "<testcase", ">"), "name");
        if ((shown != wanted && !is_odd_text(wanted)) || !fails_rightly ||
            (is_failed && !message.starts_with(words_.word_of(verdict))) ||
            (is_failed && is_of_this_build(summary_) && !names_documents(first_between(one, "<failure", "</failure>"), own)) ||
            !shows_findings(first_between(one, "<system-out>", "</system-out>"), own, language_)) {
            add(fmt::format("its case of {} is not what the summary says", sanitise(contract, 60)));
        }
    }

    /// What is wrong with no contract has a case of its own.
    void check_run_case() {
        const std::string_view one = next_case();
        if (one.empty()) {
            return;
        }
        ++run_cases_;
        ++failures_;
        const std::string shown = attribute_of(first_between(one, "<testcase", ">"), "name");
        if (shown != words_.word("the run as a whole") || one.find("<failure ") == std::string_view::npos ||
            text_member(summary_, "exit_code") == "0" || !next_case().empty()) {
            add("it has more cases than the summary has contracts");
        }
    }

    void check_suite() {
        check_run_case();
        const std::string_view suite = first_between(xml_, "<testsuite", ">");
        if (attribute_of(suite, "tests") != fmt::format("{}", completeness_.Size() + run_cases_) ||
            attribute_of(suite, "failures") != fmt::format("{}", failures_) || attribute_of(suite, "errors") != "0" ||
            attribute_of(suite, "skipped") != "0") {
            add("its numbers of tests and failures are not those of its cases");
        }
        const auto started = parse_timestamp(text_member(summary_, "started_at"));
        if (!has_text(attribute_of(suite, "name"), text_member(summary_, "period")) ||
            (started && attribute_of(suite, "timestamp") != format_timestamp_seconds(*started))) {
            add("its name or time is not that of the summary's run");
        }
        const auto property = [&](std::string_view name) {
            return attribute_of(first_between(xml_, fmt::format("<property name=\"{}\"", name), "/>"), "value");
        };
        if (property("verdict") != text_member(summary_, "verdict") || property("causes") != in_words(language_, stated_causes(summary_))) {
            add("its verdict or causes are not the summary's");
        }
        // Findings about the run alone may stand in front of those about its data.
        std::vector<const Value*> all = of_run_;
        all.insert(all.end(), findings_[""].begin(), findings_[""].end());
        const std::string_view shown = first_between(xml_.substr(at_), "<system-out>", "</system-out>");
        if (!shows_findings(shown, findings_[""], language_) && !shows_findings(shown, all, language_)) {
            add("its findings of the run as a whole are not the summary's");
        }
    }

    const std::string_view xml_;
    const Value& summary_;
    const Value& completeness_;
    std::map<std::string, std::vector<const Value*>> findings_;
    const std::vector<const Value*> of_run_;
    std::set<std::string> with_error_;  ///< contracts that have an error
    const Vocabulary words_;
    const Language language_;
    Problems& problems_;
    std::size_t at_ = 0;
    std::uint64_t failures_ = 0;
    std::uint64_t run_cases_ = 0;
};

}  // namespace

void check_junit(std::string_view xml, const Value& summary, const Value& archived, const Vocabulary& words, Problems& problems) {
    JunitCheck(xml, summary, archived, words, problems).run();
}

}  // namespace moisson::bundle
