/// report.html: one page for people. Self-contained: no script, no outside reference; reads on a screen, on paper and to a screen reader.

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <iterator>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/gate.hpp"
#include "base/version.hpp"
#include "domain/language.hpp"
#include "domain/page_messages.hpp"
#include "domain/verdict.hpp"
#include "language/format.hpp"
#include "report/page_style.hpp"
#include "report/report.hpp"
#include "report/text.hpp"

namespace moisson::report {

namespace {

/// Rows shown of one kind of finding; the rest are counted and stand in ledger.xlsx and summary.json. A page of more than some thousand
/// rows no longer opens at once in a browser.
constexpr std::size_t finding_rows_max = 200;
/// Contracts in the chart of the largest ones.
constexpr std::size_t largest_contracts_max = 15;
/// Contracts named in a sentence.
constexpr std::size_t contracts_named_max = 10;

template <class... Values>
void put(std::string& out, fmt::format_string<Values...> form, Values&&... values) {
    fmt::format_to(std::back_inserter(out), form, std::forward<Values>(values)...);
}

/// A count with its digits grouped as the page groups them.
place::Count written(std::uint64_t number) {
    place::Count count = number;
    count.text = group_thousands(number);
    return count;
}

/// Text from outside: escaped, and kept from turning the direction of what stands beside it.
std::string outside(std::string_view text) { return text.empty() ? std::string() : fmt::format("<bdi>{}</bdi>", gated_markup(text)); }

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

std::string_view colour_of(Severity severity) {
    switch (severity) {
        case Severity::info: return "info";
        case Severity::warning: return "warn";
        case Severity::error: return "bad";
    }
    return "bad";
}

void put_fact(std::string& out, std::string_view term, std::string_view escaped) {
    if (!escaped.empty()) {
        put(out, "<div><dt>{}</dt><dd>{}</dd></div>\n", term, escaped);
    }
}

std::string join(const std::vector<std::string>& values) {
    std::string out;
    for (const std::string& value : values) {
        out += (out.empty() ? "" : ", ") + outside(value);
    }
    return out;
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

void put_header(std::string& out, const RunSummary& summary, Language language) {
    const std::string_view colour = colour_of(summary.exit_code);
    put(out, "<header>\n<p class=\"brand\">Moisson <span>{}</span></p>\n<h1>{}</h1>\n", translate(language, "cloud invoice export"),
        title_of(summary, language));
    put(out, "<p class=\"verdict\"><strong class=\"badge {}\">{}</strong> {}</p>\n",
        summary.view.is_whole() || colour != "good" ? colour : "info", word_of(language, verdict_of(summary)),
        sentence_of(summary, language));
    if (!summary.view.is_whole()) {
        put(out, "<p class=\"note\">{}</p>\n", messages::partial_view(outside(in_words(language, summary.view))).in(language));
    }
    out += "</header>\n";
}

void put_tile(std::string& out, std::string_view label, std::string_view value, std::string_view note) {
    put(out, "<div class=\"tile\"><dt>{}</dt><dd>{}<small>{}</small></dd></div>\n", label, value, note);
}

void put_total_tiles(std::string& out, const RunSummary& summary, Language language) {
    for (const CurrencyTotal& total : summary.totals) {
        put_tile(out, gated_markup(total.total.currency.name_in(language)), amount_for_people(total.total, language),
                 messages::counted_credits(written(total.documents), written(total.credits)).in(language));
    }
    if (summary.reporting) {
        const ReportingTotal& reporting = *summary.reporting;
        put_tile(
            out, messages::converted_to(reporting.total.currency.code()).in(language), amount_for_people(reporting.total, language),
            reporting.documents_missing == 0
                ? messages::counted_rates(written(reporting.documents), word_of(language, reporting.rate_rule)).in(language)
                : messages::counted_without_rate(written(reporting.documents), group_thousands(reporting.documents_missing)).in(language));
    }
    const DocumentCounts& documents = summary.documents;
    put_tile(out, translate(language, "Contracts"), group_thousands(summary.contracts), translate(language, "in the perimeter"));
    put_tile(out, translate(language, "Documents"), group_thousands(documents.rows),
             messages::with_their_file(written(documents.ok), written(documents.counted)).in(language));
    put_tile(out, translate(language, "Missing files"), group_thousands(documents.not_ready + documents.failed),
             messages::not_ready_failed(written(documents.not_ready), group_thousands(documents.failed)).in(language));
}

void put_totals(std::string& out, const RunSummary& summary, Language language) {
    put(out, "<section aria-labelledby=\"totals\">\n<h2 id=\"totals\">{}</h2>\n<dl class=\"tiles\">\n", translate(language, "Totals"));
    put_total_tiles(out, summary, language);
    out += "</dl>\n";
    if (summary.totals.empty()) {
        put(out, "<p>{}</p>\n", translate(language, "No document of this period counts."));
    }
    const auto put_note = [&](std::string_view text) { put(out, "<p class=\"note\">{}</p>\n", text); };
    if (!summary.counting_rule.empty()) {
        put_note(messages::counting_rule(outside(summary.counting_rule.in(language))).in(language));
    }
    for (const CountingUse& use : summary.counting_uses) {
        put_note(messages::counted_by_another_rule(
                     use.contracts.size() <= contracts_named_max
                         ? join(use.contracts)
                         : messages::contracts_named_elsewhere(use.contracts.size()).in(language),
                     outside(use.rule.in(language)))
                     .in(language));
    }
    if (summary.reporting) {
        put_note(
            messages::converted_with(word_of(language, summary.reporting->rate_rule), outside(summary.reporting->rates_file)).in(language));
    }
    out += "</section>\n";
}

/// One labelled amount of a chart.
struct Bar {
    std::string label;  ///< escaped
    Sum sum;
};

/// The amount without its sign, the most negative one too.
std::uint64_t size_of(std::int64_t amount) {
    return amount < 0 ? 0U - static_cast<std::uint64_t>(amount) : static_cast<std::uint64_t>(amount);
}

/// Thousandths of the chart's width that `amount` takes when `largest` takes all of it. Both may be negative; only their size matters.
/// Geometry alone: the amount itself is printed beside it.
std::uint64_t bar_permille(std::int64_t amount, std::uint64_t largest) {
    if (largest == 0) {
        return 0;
    }
    const std::uint64_t size = size_of(amount);
    return largest < 1'000'000 ? size * 1000 / largest : std::min<std::uint64_t>(1000, size / (largest / 1000));
}

std::string sum_for_people(const Sum& sum, Language language) {
    return sum.fits ? amount_for_people(sum.money, language) : std::string(translate(language, "too large to add"));
}

/// A table with a bar per row. `bars` share one currency.
void put_bar_table(std::string& out, Language language, std::string_view caption, Word first_column, const std::vector<Bar>& bars) {
    std::uint64_t largest = 0;
    for (const Bar& bar : bars) {
        largest = std::max(largest, bar.sum.fits ? size_of(bar.sum.money.amount_minor) : 0);
    }
    put(out,
        "<table class=\"bars\">\n<caption>{}</caption>\n<thead><tr><th scope=\"col\">{}</th><th scope=\"col\" "
        "class=\"number\">{}</th>"
        "<th scope=\"col\" class=\"number\">{}</th><td class=\"chart\"></td></tr></thead>\n<tbody>\n",
        caption, translate(language, first_column), translate(language, "Documents"), translate(language, "Amount"));
    for (const Bar& bar : bars) {
        const bool credit = bar.sum.money.amount_minor < 0;
        const std::uint64_t width = bar.sum.fits ? bar_permille(bar.sum.money.amount_minor, largest) : 0;
        put(out, "<tr><th scope=\"row\">{}</th><td class=\"number\">{}</td><td class=\"number\">{}</td><td class=\"chart\">", bar.label,
            group_thousands(bar.sum.documents), sum_for_people(bar.sum, language));
        put(out,
            "<svg viewBox=\"0 0 1000 40\" preserveAspectRatio=\"none\" aria-hidden=\"true\" focusable=\"false\">"
            "<rect class=\"track\" width=\"1000\" height=\"40\"/><rect class=\"{}\" width=\"{}\" height=\"40\"/></svg></td></tr>\n",
            credit ? "credit" : "bar", width);
    }
    out += "</tbody>\n</table>\n";
}

void put_months(std::string& out, const RunSummary& summary, Language language) {
    const std::vector<MonthSum> months = sums_by_month(summary);
    std::map<std::string_view, std::vector<Bar>> by_currency;
    std::map<Month, bool> distinct;
    for (const MonthSum& entry : months) {
        by_currency[entry.sum.money.currency.code()].push_back({month_for_people(language, entry.month), entry.sum});
        distinct[entry.month] = true;
    }
    if (distinct.size() < 2) {
        return;  // One month is the total above.
    }
    put(out, "<section aria-labelledby=\"months\">\n<h2 id=\"months\">{}</h2>\n", translate(language, "Months"));
    for (const auto& [currency, bars] : by_currency) {
        put_bar_table(out, language, messages::counted_amounts_by_month(currency).in(language), "Month", bars);
    }
    out += "</section>\n";
}

void put_largest_contracts(std::string& out, Language language, const std::vector<ContractSum>& contracts) {
    std::map<std::string_view, std::vector<ContractSum>> by_currency;
    for (const ContractSum& entry : contracts) {
        by_currency[entry.sum.money.currency.code()].push_back(entry);
    }
    if (contracts.size() < 2) {
        return;
    }
    put(out, "<section aria-labelledby=\"largest\">\n<h2 id=\"largest\">{}</h2>\n", translate(language, "Contracts by amount"));
    for (auto& [currency, entries] : by_currency) {
        std::stable_sort(entries.begin(), entries.end(), [](const ContractSum& left, const ContractSum& right) {
            return size_of(left.sum.money.amount_minor) > size_of(right.sum.money.amount_minor);
        });
        std::vector<Bar> bars;
        for (std::size_t at = 0; at < std::min(entries.size(), largest_contracts_max); ++at) {
            const Contract& contract = *entries[at].contract;
            bars.push_back({fmt::format("{} {}", outside(contract.id), outside(contract.name)), entries[at].sum});
        }
        const std::string caption =
            entries.size() > bars.size()
                ? messages::largest_contracts(fmt::to_string(bars.size()), fmt::to_string(entries.size()), currency).in(language)
                : messages::all_contracts(currency).in(language);
        put_bar_table(out, language, caption, "Contract", bars);
    }
    out += "</section>\n";
}

/// "invoices 2 (2 counted), reports 1; expected: 2026-10 missing": what the period holds of each type, and what is owed and not there.
std::string types_in_words(const ContractCompleteness& entry, Language language) {
    std::string words;
    for (const auto& [type, counts] : entry.by_type) {
        if (counts.in_period > 0) {
            const std::string name = type.empty() ? std::string(translate(language, "without type")) : outside(word_of(language, type));
            words += fmt::format("{}{} {}{}", words.empty() ? "" : ", ", name, group_thousands(counts.in_period),
                                 counts.counted > 0 ? messages::of_them_counted(written(counts.counted)).in(language) : "");
        }
    }
    std::string owed;
    for (const Expectation& expected : entry.expected) {
        if (expected.status == Expectation::Status::missing || expected.status == Expectation::Status::late) {
            owed += fmt::format("{}{}{} {}", owed.empty() ? "" : ", ", month_for_people(language, expected.month),
                                expected.type.empty() ? "" : " " + outside(word_of(language, expected.type)),
                                word_of(language, to_text(expected.status)));
        }
    }
    return owed.empty() ? words : (words.empty() ? messages::expected : messages::and_expected)(words, owed).in(language);
}

std::string_view colour_of(Mood mood) {
    switch (mood) {
        case Mood::good: return "good";
        case Mood::warn: return "warn";
        case Mood::bad: return "bad";
    }
    return "bad";
}

void put_contract_row(std::string& out, Language language, const ContractCompleteness& entry, const ContractVerdict& verdict,
                      std::string_view amounts) {
    put(out, "<tr><th scope=\"row\">{}<small>{}</small></th><td><span class=\"badge {}\">{}</span>", outside(entry.contract->id),
        outside(entry.contract->name), colour_of(verdict.mood), word_of(language, verdict.word));
    const std::string reason = reason_of(language, entry, verdict);
    if (!reason.empty() || entry.type_by_type) {
        put(out, "<small>{}{}</small>", outside(reason),
            entry.type_by_type ? translate(language, " Listed type by type.") : "");
    }
    if (const std::string types = types_in_words(entry, language); !types.empty()) {
        put(out, "<small>{}</small>", types);
    }
    put(out,
        "</td><td class=\"number\">{}</td><td class=\"number\">{}</td><td class=\"number\">{}</td><td class=\"number\">{}</td>"
        "<td class=\"number\">{}</td></tr>\n",
        group_thousands(entry.listed), group_thousands(entry.in_period), group_thousands(entry.files_ok),
        group_thousands(entry.files_missing), amounts);
}

void put_completeness(std::string& out, const RunSummary& summary, Language language, const std::vector<ContractSum>& sums) {
    std::map<const Contract*, std::string> amounts;
    for (const ContractSum& sum : sums) {
        std::string& text = amounts[sum.contract];
        text += text.empty() ? "" : "<br>";
        text += sum_for_people(sum.sum, language);
    }
    put(out, "<section aria-labelledby=\"completeness\">\n<h2 id=\"completeness\">{}</h2>\n<p class=\"note\">{}</p>\n",
        translate(language, "Completeness by contract"),
        translate(language,
                  "A contract is complete when its list was shown to be whole, its files are there, nothing that it owes is overdue and "
                  "no finding is an error. Those that are not stand first."));
    put(out,
        "<table>\n<caption>{}</caption>\n<thead><tr><th scope=\"col\">{}</th><th scope=\"col\">{}</th>"
        "<th scope=\"col\" class=\"number\">{}</th><th scope=\"col\" class=\"number\">{}</th>"
        "<th scope=\"col\" class=\"number\">{}</th><th scope=\"col\" class=\"number\">{}</th>"
        "<th scope=\"col\" class=\"number\">{}</th></tr></thead>\n<tbody>\n",
        translate(language, "Every contract of the perimeter"), translate(language, "Contract"), translate(language, "Verdict"),
        translate(language, "Listed"), translate(language, "In period"), translate(language, "Files"), translate(language, "Missing"),
        translate(language, "Counted amount"));
    const std::vector<ContractVerdict> verdicts = contract_verdicts(summary);
    for (const bool complete : {false, true}) {
        for (std::size_t at = 0; at < verdicts.size(); ++at) {
            const ContractCompleteness& entry = summary.completeness[at];
            if ((verdicts[at].mood == Mood::good) == complete) {
                put_contract_row(out, language, entry, verdicts[at], amounts[entry.contract]);
            }
        }
    }
    out += "</tbody>\n</table>\n</section>\n";
}

/// What was seen, escaped. Failures hold texts of the service and of libraries, in the language that they came in.
std::string seen(const Finding& finding, Language language) {
    const Message whole = finding.in_full();
    if (whole == finding.code.kind().meaning.english()) {
        return "";
    }
    return finding.is_foreign_in(language)
               ? fmt::format("{}<small lang=\"en\">{}</small>", outside(finding.message.in(language)), outside(whole.english()))
               : outside(whole.in(language));
}

/// `findings`: not empty, of one kind and one severity.
void put_finding_group(std::string& out, Language language, const FindingKind& kind, const std::vector<const Finding*>& findings) {
    const Severity severity = findings.front()->severity();
    put(out, "<article>\n<h3><span class=\"badge {}\">{}</span> <code>{}</code> <span class=\"count\">× {}</span></h3>\n<p>{}",
        colour_of(severity), word_of(language, to_text(severity)), gated_markup(kind.code), group_thousands(findings.size()),
        gated_markup(show_text(language, kind.meaning)));
    if (!kind.remedy.english().empty()) {
        put(out, " <strong>{}</strong> {}", translate(language, "What to do:"), gated_markup(show_text(language, kind.remedy)));
    }
    put(out,
        "</p>\n<table>\n<caption class=\"hidden\">{}</caption>\n<thead><tr><th scope=\"col\">{}</th><th scope=\"col\">{}</th>"
        "<th scope=\"col\">{}</th></tr></thead>\n<tbody>\n",
        gated_markup(kind.code), translate(language, "Contract"), translate(language, "Document"), translate(language, "What was seen"));
    for (std::size_t at = 0; at < std::min(findings.size(), finding_rows_max); ++at) {
        const Finding& finding = *findings[at];
        put(out, "<tr><td>{}</td><td>{}</td><td>{}</td></tr>\n", outside(finding.contract_id), outside(finding.document_id),
            seen(finding, language));
    }
    out += "</tbody>\n</table>\n";
    if (findings.size() > finding_rows_max) {
        put(out, "<p class=\"note\">{}</p>\n", messages::more_of_this_kind(written(findings.size() - finding_rows_max)).in(language));
    }
    out += "</article>\n";
}

void put_findings(std::string& out, const RunSummary& summary, Language language) {
    std::map<std::pair<Severity, FindingCode>, std::vector<const Finding*>> groups;
    for (const std::vector<Finding>* findings : {&summary.run_findings, &summary.findings}) {
        for (const Finding& finding : *findings) {
            groups[{finding.severity(), finding.code}].push_back(&finding);
        }
    }
    put(out, "<section aria-labelledby=\"findings\">\n<h2 id=\"findings\">{}</h2>\n", translate(language, "Findings"));
    if (groups.empty()) {
        put(out, "<p>{}</p>\n", translate(language, "Nothing was found odd."));
    }
    for (const Severity severity : {Severity::error, Severity::warning, Severity::info}) {
        for (const auto& [key, findings] : groups) {
            if (key.first == severity) {
                put_finding_group(out, language, key.second.kind(), findings);
            }
        }
    }
    out += "</section>\n";
}

std::string fields_of(const InboxDocument& one, Language language) {
    std::string text;
    for (const InboxField field : one.fields) {
        text += text.empty() ? "" : ", ";
        text += word_of(language, to_text(field));
    }
    return text;
}

void put_inbox_row(std::string& out, const InboxDocument& one, Language language) {
    const auto amount = [&](const std::optional<Money>& money) { return money ? amount_for_people(*money, language) : std::string(); };
    const bool is_bad = one.where == InboxClass::ambiguous || one.where == InboxClass::unreadable;
    put(out, "<tr><td><span class=\"badge {}\">{}</span></td><td>{}</td><td>{}</td><td>{}</td><td class=\"number\">{}</td>"
             "<td class=\"number\">{}</td><td>{}</td><td>{}</td></tr>\n",
        colour_of(is_bad ? Severity::error : Severity::warning), word_of(language, to_text(one.where)), outside(one.name),
        outside(one.document_id.empty() ? one.contract_id : one.contract_id + " " + one.document_id), outside(one.number),
        amount(one.net), amount(one.gross), one.fields.empty() ? outside(one.stands_for) : gated_markup(fields_of(one, language)),
        one.counted ? translate(language, "yes") : translate(language, "no"));
}

/// What is one and says the same is counted; the rest stands here, row by row.
void put_inbox(std::string& out, const RunSummary& summary, Language language) {
    if (!summary.inbox) {
        return;
    }
    put(out, "<section aria-labelledby=\"inbox\">\n<h2 id=\"inbox\">{}</h2>\n<p>{}</p>\n<p>{}</p>\n<p>{}</p>\n",
        translate(language, "Inbox and service"),
        translate(language,
                  "Every document of either side stands in one class. Invoices of other suppliers are left alone and only counted."),
        gated_markup(inbox_pairs_of(*summary.inbox).in(language)), gated_markup(inbox_rest_of(*summary.inbox).in(language)));
    const std::vector<InboxDocument>& documents = summary.inbox->documents;
    const auto is_told = [](const InboxDocument& one) { return one.where != InboxClass::matched; };
    const auto told = static_cast<std::size_t>(std::count_if(documents.begin(), documents.end(), is_told));
    if (told == 0) {
        put(out, "<p>{}</p>\n</section>\n",
            translate(language, "All documents of the inbox and of the service are one with the other, and say the same."));
        return;
    }
    put(out,
        "<table>\n<caption class=\"hidden\">{}</caption>\n<thead><tr><th scope=\"col\">{}</th><th scope=\"col\">{}</th>"
        "<th scope=\"col\">{}</th><th scope=\"col\">{}</th><th scope=\"col\" class=\"number\">{}</th>"
        "<th scope=\"col\" class=\"number\">{}</th><th scope=\"col\">{}</th><th scope=\"col\">{}</th></tr></thead>\n<tbody>\n",
        translate(language, "Inbox and service"), translate(language, "Class"), translate(language, "File"),
        translate(language, "Document"), translate(language, "Invoice"), translate(language, "Net"), translate(language, "Gross"),
        translate(language, "Differs in"), translate(language, "In the totals"));
    std::size_t shown = 0;
    for (const InboxDocument& one : documents) {
        if (is_told(one) && ++shown <= finding_rows_max) {
            put_inbox_row(out, one, language);
        }
    }
    out += "</tbody>\n</table>\n";
    if (told > finding_rows_max) {
        put(out, "<p class=\"note\">{}</p>\n", messages::more_of_this_kind(written(told - finding_rows_max)).in(language));
    }
    out += "</section>\n";
}

std::string amount_or_nothing(const std::optional<Money>& money, Language language) {
    return money ? amount_for_people(*money, language) : std::string();
}

void put_to_do_item(std::string& out, const ToDo& one, const MonthRange& period, Language language) {
    const FindingKind& kind = one.finding.code.kind();
    const Severity severity = one.finding.severity();
    put(out, "<li><p><span class=\"badge {}\">{}</span> <strong>{}</strong> <em>{}</em></p>\n<p>", colour_of(severity),
        word_of(language, to_text(severity)), gated_markup(show_text(language, kind.remedy)),
        word_of(language, to_text(who_acts(kind.code))));
    for (const std::string* const part : {&one.finding.contract_id, &one.contract_name, &one.finding.document_id, &one.filename}) {
        out += part->empty() ? std::string() : outside(*part) + " ";
    }
    put(out, "<b>{}</b></p>\n", amount_or_nothing(one.amount, language));
    const std::string why = seen(one.finding, language);
    put(out, "<p>{}</p>\n", why.empty() ? gated_markup(show_text(language, kind.meaning)) : why);
    if (const std::string command = command_for(kind.code, one.finding.document_id, period); !command.empty()) {
        put(out, "<code>{}</code>\n", gated_markup(command));
    }
    out += "</li>\n";
}

/// In order; the first ones are seen at once.
void put_to_do(std::string& out, const RunSummary& summary, Language language) {
    constexpr std::size_t seen_max = 10;
    put(out, "<section aria-labelledby=\"to-do\">\n<h2 id=\"to-do\">{}</h2>\n", translate(language, "What to do"));
    if (summary.to_do.empty()) {
        put(out, "<p>{}</p>\n</section>\n", translate(language, "Nothing is to be done."));
        return;
    }
    const std::size_t shown = std::min(summary.to_do.size(), finding_rows_max);
    out += "<ol class=\"to-do\">\n";
    for (std::size_t at = 0; at < shown; ++at) {
        if (at == seen_max) {
            put(out, "</ol>\n<details>\n<summary>{}</summary>\n<ol class=\"to-do\" start=\"{}\">\n",
                messages::more_to_do(written(shown - seen_max)).in(language), seen_max + 1);
        }
        put_to_do_item(out, summary.to_do[at], summary.period, language);
    }
    out += "</ol>\n";
    out += shown > seen_max ? "</details>\n" : "";
    if (summary.to_do.size() > shown) {
        put(out, "<p class=\"note\">{}</p>\n", messages::more_of_this_kind(written(summary.to_do.size() - shown)).in(language));
    }
    out += "</section>\n";
}

/// Columns of figures are set to the right.
struct HeadColumn {
    Word name;
    bool is_number = false;
};

void put_head(std::string& out, Language language, Word caption, std::initializer_list<HeadColumn> columns) {
    put(out, "<table>\n<caption>{}</caption>\n<thead><tr>", translate(language, caption));
    for (const auto& [name, is_number] : columns) {
        put(out, "<th scope=\"col\"{}>{}</th>", is_number ? " class=\"number\"" : "", translate(language, name));
    }
    out += "</tr></thead>\n<tbody>\n";
}

void put_tail(std::string& out, std::size_t all, Language language) {
    out += "</tbody>\n</table>\n";
    if (all > finding_rows_max) {
        put(out, "<p class=\"note\">{}</p>\n", messages::more_of_this_kind(written(all - finding_rows_max)).in(language));
    }
}

void put_sum_change(std::string& out, const SumChange& one, Language language) {
    std::string marks;
    const auto mark = [&](bool is_so, Word word) {
        marks += is_so ? fmt::format(" <span class=\"badge info\">{}</span>", translate(language, word)) : "";
    };
    mark(one.is_first, "first invoice");
    mark(!one.now, "nothing any more");
    mark(one.is_unusual, "unusual");
    const std::string percent = percent_of(one);
    put(out,
        "<tr><td>{}<small>{}</small>{}</td><td class=\"number\">{}</td><td class=\"number\">{}</td><td class=\"number\">{}</td>"
        "<td class=\"number\">{}</td></tr>\n",
        outside(one.contract_id), outside(one.contract_name), marks, amount_or_nothing(one.before, language),
        amount_or_nothing(one.now, language), amount_or_nothing(difference_of(one), language),
        percent.empty() ? std::string() : decimal_for_people(language, percent) + std::string(no_break_blank) + "%");
}

void put_document_change(std::string& out, const DocumentChange& one, Language language) {
    const std::string before = one.filename_before.empty() ? std::string() : fmt::format("<small>{}</small>", outside(one.filename_before));
    put(out,
        "<tr><td><span class=\"badge info\">{}</span></td><td>{}<small>{}</small></td><td>{}<small>{}</small></td><td>{}{}</td>"
        "<td class=\"number\">{}</td><td class=\"number\">{}</td></tr>\n",
        word_of(language, to_text(one.event)), outside(one.contract_id), outside(one.contract_name), outside(one.document_id),
        gated_markup(word_of(language, one.document_type)), outside(one.filename), before, amount_or_nothing(one.before, language),
        amount_or_nothing(one.now, language));
}

void put_changes(std::string& out, const RunSummary& summary, Language language) {
    if (!summary.changes) {
        return;
    }
    const Changes& changes = *summary.changes;
    put(out, "<section aria-labelledby=\"changes\">\n<h2 id=\"changes\">{}</h2>\n", translate(language, "What changed"));
    if (changes.month_before && changes.sums.empty()) {
        put(out, "<p>{}</p>\n", translate(language, "No contract's sum is another one."));
    } else if (changes.month_before) {
        put_head(out, language, "Against the month before",
                 {{"Contract"}, {"Before", true}, {"Now", true}, {"Difference", true}, {"%", true}});
        const auto sorted = by_weight(changes.sums);
        for (std::size_t at = 0; at < std::min(sorted.size(), finding_rows_max); ++at) {
            put_sum_change(out, *sorted[at], language);
        }
        put_tail(out, sorted.size(), language);
    }
    if (changes.was_published && changes.documents.empty()) {
        put(out, "<p>{}</p>\n", translate(language, "No document changed."));
    } else if (changes.was_published) {
        put_head(out, language, "Since it was last published",
                 {{"Change"}, {"Contract"}, {"Document"}, {"File"}, {"Before", true}, {"Now", true}});
        for (std::size_t at = 0; at < std::min(changes.documents.size(), finding_rows_max); ++at) {
            put_document_change(out, changes.documents[at], language);
        }
        put_tail(out, changes.documents.size(), language);
    }
    out += "</section>\n";
}

void put_files(std::string& out, const RunSummary& summary, Language language) {
    if (summary.files.empty()) {
        return;
    }
    put(out,
        "<section aria-labelledby=\"files\">\n<h2 id=\"files\">{}</h2>\n<table>\n<caption>{}</caption>\n"
        "<thead><tr><th scope=\"col\">{}</th><th scope=\"col\" class=\"number\">{}</th><th "
        "scope=\"col\">SHA-256</th></tr></thead>\n<tbody>\n",
        translate(language, "Files"), translate(language, "Published with this page"), translate(language, "File"),
        translate(language, "Size"));
    for (const PublishedFile& file : summary.files) {
        put(out, "<tr><th scope=\"row\">{}</th><td class=\"number\">{}</td><td><code class=\"digest\">{}</code></td></tr>\n",
            outside(file.path), size_for_people(file.size_bytes, language), gated_markup(file.sha256));
    }
    out += "</tbody>\n</table>\n</section>\n";
}

void put_run(std::string& out, const RunSummary& summary, Language language) {
    put(out, "<section aria-labelledby=\"run\">\n<h2 id=\"run\">{}</h2>\n<dl class=\"facts\">\n", translate(language, "Run"));
    put_fact(out, translate(language, "Source"), outside(summary.source));
    put_fact(out, translate(language, "Period"), gated_markup(months_for_people(language, summary.period)));
    put_fact(out, translate(language, "Only contracts"), join(summary.view.contracts));
    put_fact(out, translate(language, "Only types"), join(summary.view.types));
    put_fact(out, translate(language, "Files"), summary.view.files ? std::string_view() : translate(language, "not asked for"));
    put_fact(out, translate(language, "Data as of"), instant_for_people(language, summary.data_date));
    if (!summary.run_id.empty()) {
        put_fact(out, translate(language, "Run"), outside(summary.run_id));
        put_fact(out, translate(language, "Started"), instant_for_people(language, summary.started_at));
        put_fact(out, translate(language, "Took"), duration_for_people(summary));
        const RequestCounts& requests = summary.requests;
        put_fact(out, translate(language, "Requests"),
                 messages::requests(group_thousands(requests.token), group_thousands(requests.contracts), group_thousands(requests.lists),
                                    group_thousands(requests.files), group_thousands(requests.retries), group_thousands(requests.throttled))
                     .in(language));
        put_fact(out, translate(language, "Received"), size_for_people(requests.bytes_received, language));
        put_fact(out, translate(language, "Files fetched"),
                 messages::already_there(group_thousands(summary.documents.downloaded), written(summary.documents.reused)).in(language));
    }
    put(out, "</dl>\n</section>\n<footer>{}</footer>\n", messages::written_by(gated_markup(version())).in(language));
}

}  // namespace

std::string report_html(const RunSummary& summary, Language language) {
    const std::vector<ContractSum> sums = sums_by_contract(summary);
    std::string out = fmt::format("<!DOCTYPE html>\n<html lang=\"{}\">\n<head>\n", to_text(language));
    out +=
        "<meta charset=\"utf-8\">\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"referrer\" content=\"no-referrer\">\n";
    put(out, "<title>{}</title>\n<style>\n{}</style>\n</head>\n<body>\n<main>\n",
        messages::page_title(title_of(summary, language), word_of(language, verdict_of(summary))).in(language), page_style);
    put_header(out, summary, language);
    put_to_do(out, summary, language);
    put_totals(out, summary, language);
    put_findings(out, summary, language);
    put_changes(out, summary, language);
    put_inbox(out, summary, language);
    put_completeness(out, summary, language, sums);
    put_months(out, summary, language);
    put_largest_contracts(out, language, sums);
    put_files(out, summary, language);
    put_run(out, summary, language);
    out += "</main>\n</body>\n</html>\n";
    return out;
}

}  // namespace moisson::report
