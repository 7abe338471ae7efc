#pragma once
/// What a run leaves for machines and people: summary.json, junit.xml, report.html, summary.md. Pure text from values.

#include <span>
#include <string>

#include "domain/ledger_entry.hpp"
#include "domain/run_summary.hpp"
#include "language/language.hpp"

namespace moisson::report {

enum class SummaryKind {
    published,  ///< everything
    /// For the bundle: without what differs from run to run (run_id, started_at, finished_at, requests, files, credentials and the findings
    /// about them) or grows with later months (how many documents are listed in all).
    archived,
};

/// summary.json, schema 1: members as in samples/summary.md, indented by two blanks, LF, UTF-8 (text that is not is repaired with U+FFFD),
/// amounts as decimal strings (never JSON numbers). `published` ends with member `seal`: SHA-256 of all bytes before it, so that a
/// changed byte shows.
[[nodiscard]] std::string summary_json(const RunSummary& summary, SummaryKind kind);

/// The members of a published summary.json that are of a run and that the workbook shows (`to_do`, `history`), as they stand in it, one
/// behind the other.
[[nodiscard]] std::string members_of_workbook(const RunSummary& summary);

/// True when the text ends with a seal that matches the bytes before it.
[[nodiscard]] bool seal_holds(const std::string& summary_json_text);

/// JUnit XML: one case per contract; failed when its verdict is not complete or one of its findings is an error. A failure names each
/// document that has an error, and what to do.
[[nodiscard]] std::string junit_xml(const RunSummary& summary, Language language);

/// summary.md: what a person reads first, in at most 60 lines whatever the size of the month: a step summary, a note, a mail. Verdict,
/// totals, what changed, what to do. Text from outside stands in code spans, where it is neither Markdown nor HTML.
[[nodiscard]] std::string summary_md(const RunSummary& summary, Language language);

/// One self-contained page, without an outside reference: verdict, what to do, totals and their months, the documents that count,
/// completeness, findings. Its one script filters and sorts, and leads to what is folded; all else can be read without it. `entries`: the
/// ledger's rows, in its order.
[[nodiscard]] std::string report_html(const RunSummary& summary, std::span<const LedgerEntry> entries, Language language);

}  // namespace moisson::report
