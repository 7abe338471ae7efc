/// What is to be done, and what was noticed.

#include <algorithm>
#include <map>

#include "base/gate.hpp"
#include "domain/page_messages.hpp"
#include "report/page.hpp"

namespace moisson::report {

namespace {

void put_finding_rows(Page& page, const std::vector<const Finding*>& findings) {
    page.put(
        "<table class=\"findings\">\n<caption class=\"hidden\">{}</caption>\n<thead><tr><th scope=\"col\">{}</th>"
        "<th scope=\"col\">{}</th><th scope=\"col\">{}</th></tr></thead>\n<tbody>\n",
        gated_markup(findings.front()->code.kind().code), page.word("Contract"), page.word("Document"), page.word("What was seen"));
    for (std::size_t at = 0; at < std::min(findings.size(), finding_rows_max); ++at) {
        const Finding& finding = *findings[at];
        page.put("<tr><td>{}</td><td>{}</td><td>{}</td></tr>\n", page.anchors.link_to_contract(finding.contract_id),
                 page.anchors.link_to_document(finding.contract_id, finding.document_id), seen(finding, page.language));
    }
    page.end_table(findings.size());
}

/// `findings`: not empty, of one kind and one severity.
void put_finding_group(Page& page, const std::vector<const Finding*>& findings) {
    const FindingKind& kind = findings.front()->code.kind();
    const Severity severity = findings.front()->severity();
    page.put("<article>\n<h3><span class=\"badge {}\">{}</span> <code>{}</code> <span class=\"count\">× {}</span></h3>\n<p>{}",
             colour_of(severity), word_of(page.language, to_text(severity)), gated_markup(kind.code), group_thousands(findings.size()),
             gated_markup(show_text(page.language, kind.meaning)));
    if (!kind.remedy.english().empty()) {
        page.put(" <strong>{}</strong> {}", page.word("What to do:"), gated_markup(show_text(page.language, kind.remedy)));
    }
    page.out += "</p>\n";
    const bool is_folded = findings.size() > rows_seen_max;
    if (is_folded) {
        page.put("<details>\n<summary>{}</summary>\n", page.word("What was seen"));
    }
    put_finding_rows(page, findings);
    page.out += is_folded ? "</details>\n</article>\n" : "</article>\n";
}

void put_to_do_item(Page& page, const ToDo& one) {
    const FindingKind& kind = one.finding.code.kind();
    const Severity severity = one.finding.severity();
    page.put("<li><p><span class=\"badge {}\">{}</span> <strong>{}</strong> <em>{}</em></p>\n<p>", colour_of(severity),
             word_of(page.language, to_text(severity)), gated_markup(show_text(page.language, kind.remedy)),
             word_of(page.language, to_text(who_acts(kind.code))));
    for (const std::string& part :
         {page.anchors.link_to_contract(one.finding.contract_id), outside(one.contract_name),
          page.anchors.link_to_document(one.finding.contract_id, one.finding.document_id), outside(one.filename)}) {
        page.out += part.empty() ? std::string() : part + " ";
    }
    page.put("<b>{}</b></p>\n", page.amount(one.amount));
    const std::string why = seen(one.finding, page.language);
    page.put("<p>{}</p>\n", why.empty() ? gated_markup(show_text(page.language, kind.meaning)) : why);
    if (const std::string command = command_for(kind.code, one.finding.document_id, page.summary.period); !command.empty()) {
        page.put("<code>{}</code>\n", gated_markup(command));
    }
    page.out += "</li>\n";
}

}  // namespace

/// In order; the first ones are seen at once.
void put_to_do(Page& page) {
    const std::vector<ToDo>& to_do = page.summary.to_do;
    page.begin_section("to-do", "What to do");
    if (to_do.empty()) {
        page.put("<p>{}</p>\n</section>\n", page.word("Nothing is to be done."));
        return;
    }
    const std::size_t shown = std::min(to_do.size(), finding_rows_max);
    page.out += "<ol class=\"to-do\">\n";
    for (std::size_t at = 0; at < shown; ++at) {
        if (at == rows_seen_max) {
            page.put("</ol>\n<details>\n<summary>{}</summary>\n<ol class=\"to-do\" start=\"{}\">\n",
                     messages::more_to_do(written(shown - rows_seen_max)).in(page.language), rows_seen_max + 1);
        }
        put_to_do_item(page, to_do[at]);
    }
    page.out += "</ol>\n";
    page.out += shown > rows_seen_max ? "</details>\n" : "";
    if (to_do.size() > shown) {
        page.put_note(messages::more_of_this_kind(written(to_do.size() - shown)).in(page.language));
    }
    page.out += "</section>\n";
}

/// Errors and warnings; what only needs to be known is folded.
void put_findings(Page& page) {
    std::map<std::pair<Severity, FindingCode>, std::vector<const Finding*>> groups;
    for (const std::vector<Finding>* findings : {&page.summary.run_findings, &page.summary.findings}) {
        for (const Finding& finding : *findings) {
            groups[{finding.severity(), finding.code}].push_back(&finding);
        }
    }
    page.begin_section("findings", "Findings");
    if (groups.empty()) {
        page.put("<p>{}</p>\n", page.word("Nothing was found odd."));
    }
    for (const Severity severity : {Severity::error, Severity::warning, Severity::info}) {
        const auto is_it = [&](const auto& group) { return group.first.first == severity; };
        const auto kinds = static_cast<std::size_t>(std::count_if(groups.begin(), groups.end(), is_it));
        const bool is_folded = severity == Severity::info && kinds > 0;
        if (is_folded) {
            page.put("<details>\n<summary>{}</summary>\n", messages::kinds_to_know(written(kinds)).in(page.language));
        }
        for (const auto& group : groups) {
            if (is_it(group)) {
                put_finding_group(page, group.second);
            }
        }
        page.out += is_folded ? "</details>\n" : "";
    }
    page.out += "</section>\n";
}

}  // namespace moisson::report
