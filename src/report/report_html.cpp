/// report.html: one page for people. Self-contained: no outside reference; all of it can be read without its script. Reads on a screen, on
/// a telephone, on paper and to a screen reader. Its parts: page.hpp.

#include <algorithm>
#include <array>
#include <charconv>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/base64.hpp"
#include "base/digest.hpp"
#include "base/gate.hpp"
#include "base/version.hpp"
#include "domain/page_messages.hpp"
#include "report/page.hpp"
#include "report/page_script.hpp"
#include "report/page_style.hpp"
#include "report/report.hpp"

namespace moisson::report {

namespace {

std::string_view colour_of(ExitCode code) {
    switch (code) {
        case ExitCode::complete:
        case ExitCode::nothing_new: return "good";
        case ExitCode::incomplete:
        case ExitCode::interrupted:
        case ExitCode::terminated: return "warn";
        case ExitCode::refused:
        case ExitCode::unavailable:
        case ExitCode::inconsistent:
        case ExitCode::internal:
        case ExitCode::usage:
        case ExitCode::local:
        case ExitCode::locked: break;
    }
    return "bad";
}

std::string duration_for_people(const RunSummary& summary) {
    const auto seconds =
        std::max<std::int64_t>(0, std::chrono::duration_cast<std::chrono::seconds>(summary.finished_at - summary.started_at).count());
    if (seconds < 60) {
        return fmt::format("{} s", seconds);
    }
    return seconds < 3600 ? fmt::format("{} min {} s", seconds / 60, seconds % 60)
                          : fmt::format("{} h {} min", seconds / 3600, seconds / 60 % 60);
}

/// Markup. Why it is not complete, as everywhere else.
std::string sentence_of(const RunSummary& summary, Language language) {
    const std::vector<Cause> causes = causes_of(summary);
    const std::string_view sentence = translate(language, verdict_sentence(summary));
    return summary.exit_code == ExitCode::incomplete && !causes.empty()
               ? messages::incomplete_because(sentence, gated_markup(in_words(language, causes))).in(language)
               : std::string(sentence);
}

/// What a telephone shows before a cell in place of its column's head: `column` of the tables of that class, from 1.
struct CellLabel {
    std::string_view table;
    int column;
    Word head;
};
constexpr auto cell_labels = std::to_array<CellLabel>({
    {"contracts", 3, "Listed"},
    {"contracts", 4, "In period"},
    {"contracts", 5, "Files"},
    {"contracts", 6, "Missing"},
    {"contracts", 7, "Counted amount"},
    {"contracts", 8, "Thirteen months"},
    {"sums", 2, "Before"},
    {"sums", 3, "Now"},
    {"sums", 4, "Difference"},
    {"sums", 5, "%"},
    {"changed", 5, "Before"},
    {"changed", 6, "Now"},
    {"inbox", 4, "Invoice"},
    {"inbox", 5, "Net"},
    {"inbox", 6, "Gross"},
    {"inbox", 7, "Differs in"},
    {"inbox", 8, "In the totals"},
    {"files", 2, "Size"},
    {"bars", 2, "Documents"},
    {"bars", 3, "Amount"},
});

std::string style_in(Language language) {
    std::string style(page_style);
    style += "@media screen and (max-width:40rem){\n";
    for (const CellLabel& label : cell_labels) {
        style +=
            fmt::format(".{} td:nth-child({})::before{{content:\"{}\"}}\n", label.table, label.column, translate(language, label.head));
    }
    return style + "}\n";
}

/// As a content security policy names a script or a style sheet that stands in the page.
std::string source_of(std::string_view text) {
    const std::string hex = sha256_hex(text);
    std::string bytes;
    for (std::size_t at = 0; at + 1 < hex.size(); at += 2) {
        int value = 0;
        std::from_chars(hex.data() + at, hex.data() + at + 2, value, 16);
        bytes += static_cast<char>(value);
    }
    return "'sha256-" + encode_base64(bytes) + "'";
}

void put_head(Page& page) {
    const std::string style = "\n" + style_in(page.language);
    page.put("<!DOCTYPE html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n", to_text(page.language));
    page.put("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src {}; script-src {}\">\n",
             source_of(style), source_of(page_script));
    page.out +=
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"referrer\" content=\"no-referrer\">\n";
    page.put(
        "<title>{}</title>\n<style>{}</style>\n</head>\n<body>\n<main>\n",
        messages::page_title(title_of(page.summary, page.language), word_of(page.language, verdict_of(page.summary))).in(page.language),
        style);
}

void put_header(Page& page) {
    const RunSummary& summary = page.summary;
    const std::string_view colour = colour_of(summary.exit_code);
    page.put("<header>\n<p class=\"brand\">Moisson <span>{}</span></p>\n<h1>{}</h1>\n", page.word("cloud invoice export"),
             title_of(summary, page.language));
    page.put("<p class=\"verdict\"><strong class=\"badge {}\">{}</strong> {}</p>\n",
             summary.view.is_whole() || colour != "good" ? colour : "info", word_of(page.language, verdict_of(summary)),
             sentence_of(summary, page.language));
    if (!summary.view.is_whole()) {
        page.put_note(messages::partial_view(outside(in_words(page.language, summary.view))).in(page.language));
    }
    page.out += "</header>\n";
}

/// Links to the sections that the page has, in their order.
std::string navigation_to(const std::string& body, const Page& page) {
    std::string out = fmt::format("<nav aria-label=\"{}\">", page.word("On this page"));
    constexpr std::string_view mark = "<h2 id=\"";
    for (std::size_t at = body.find(mark); at != std::string::npos; at = body.find(mark, at)) {
        at += mark.size();
        const std::size_t end = body.find('"', at);
        const std::size_t close = body.find("</h2>", end);
        out += fmt::format("<a href=\"#{}\">{}</a> ", body.substr(at, end - at), body.substr(end + 2, close - end - 2));
    }
    out.pop_back();
    return out + "</nav>\n";
}

void put_files(Page& page) {
    if (page.summary.files.empty()) {
        return;
    }
    page.begin_folded_section("files", "Files");
    page.put(
        "<table class=\"files\">\n<caption>{}</caption>\n<thead><tr><th scope=\"col\">{}</th><th scope=\"col\" class=\"number\">{}</th>"
        "<th scope=\"col\">SHA-256</th></tr></thead>\n<tbody>\n",
        page.word("Published with this page"), page.word("File"), page.word("Size"));
    for (const PublishedFile& file : page.summary.files) {
        page.put("<tr><th scope=\"row\">{}</th><td class=\"number\">{}</td><td><code class=\"digest\">{}</code></td></tr>\n",
                 outside(file.path), size_for_people(file.size_bytes, page.language), gated_markup(file.sha256));
    }
    page.out += "</tbody>\n</table>\n</details>\n</section>\n";
}

void put_fact(Page& page, Word term, std::string_view escaped) {
    if (!escaped.empty()) {
        page.put("<div><dt>{}</dt><dd>{}</dd></div>\n", page.word(term), escaped);
    }
}

void put_run(Page& page) {
    const RunSummary& summary = page.summary;
    const Language language = page.language;
    page.begin_folded_section("run", "Run");
    page.out += "<dl class=\"facts\">\n";
    put_fact(page, "Source", outside(summary.source));
    put_fact(page, "Period", gated_markup(months_for_people(language, summary.period)));
    put_fact(page, "Only contracts", join(summary.view.contracts));
    put_fact(page, "Only types", join(summary.view.types));
    put_fact(page, "Only perimeters", join(summary.view.perimeters));
    put_fact(page, "Files", summary.view.files ? std::string_view() : page.word("not asked for"));
    put_fact(page, "Data as of", instant_for_people(language, summary.data_date));
    if (!summary.run_id.empty()) {
        put_fact(page, "Run", outside(summary.run_id));
        put_fact(page, "Started", instant_for_people(language, summary.started_at));
        put_fact(page, "Took", duration_for_people(summary));
        const RequestCounts& requests = summary.requests;
        put_fact(page, "Requests",
                 messages::requests(group_thousands(requests.token), group_thousands(requests.contracts), group_thousands(requests.lists),
                                    group_thousands(requests.files), group_thousands(requests.retries), group_thousands(requests.throttled))
                     .in(language));
        put_fact(page, "Received", size_for_people(requests.bytes_received, language));
        put_fact(page, "Files fetched",
                 messages::already_there(group_thousands(summary.documents.downloaded), written(summary.documents.reused)).in(language));
    }
    page.put("</dl>\n</details>\n</section>\n<footer>{}</footer>\n", messages::written_by(gated_markup(version())).in(language));
}

}  // namespace

std::string report_html(const RunSummary& summary, std::span<const LedgerEntry> entries, Language language) {
    const std::vector<ContractSum> sums = sums_by_contract(summary);
    Page page{summary, language, PageAnchors(summary, entries), {}};
    put_to_do(page);
    put_totals(page);
    put_changes(page);
    put_documents(page);
    put_completeness(page, sums);
    put_months(page);
    put_largest_contracts(page, sums);
    put_findings(page);
    put_inbox(page);
    put_files(page);
    put_run(page);
    const std::string body = std::exchange(page.out, {});
    put_head(page);
    put_header(page);
    page.out += navigation_to(body, page) + body + "</main>\n<script>" + std::string(page_script) + "</script>\n</body>\n</html>\n";
    return std::move(page.out);
}

}  // namespace moisson::report
