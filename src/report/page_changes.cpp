/// What is another one than before, and what came by two ways.

#include <algorithm>
#include <array>

#include "base/gate.hpp"
#include "domain/page_messages.hpp"
#include "language/format.hpp"
#include "report/page.hpp"

namespace moisson::report {

namespace {

void put_sum_change(Page& page, const SumChange& one) {
    std::string marks;
    const auto mark = [&](bool is_so, Word word) {
        marks += is_so ? fmt::format(" <span class=\"badge info\">{}</span>", page.word(word)) : "";
    };
    mark(one.is_first, "first invoice");
    mark(!one.now, "nothing any more");
    mark(one.is_unusual, "unusual");
    const std::string percent = percent_of(one);
    page.put(
        "<tr><td>{}<small>{}</small>{}</td><td class=\"number\">{}</td><td class=\"number\">{}</td><td class=\"number\">{}</td>"
        "<td class=\"number\">{}</td></tr>\n",
        page.anchors.link_to_contract(one.contract_id), outside(one.contract_name), marks, page.amount(one.before), page.amount(one.now),
        page.amount(difference_of(one)),
        percent.empty() ? std::string() : group_thousands(percent, page.language) + std::string(no_break_blank) + "%");
}

void put_document_change(Page& page, const DocumentChange& one) {
    const std::string before = one.filename_before.empty() ? std::string() : fmt::format("<small>{}</small>", outside(one.filename_before));
    page.put(
        "<tr><td><span class=\"badge info\">{}</span></td><td>{}<small>{}</small></td><td>{}<small>{}</small></td><td>{}{}</td>"
        "<td class=\"number\">{}</td><td class=\"number\">{}</td></tr>\n",
        word_of(page.language, to_text(one.event)), page.anchors.link_to_contract(one.contract_id), outside(one.contract_name),
        page.anchors.link_to_document(one.contract_id, one.document_id), gated_markup(word_of(page.language, one.document_type)),
        outside(one.filename), before, page.amount(one.before), page.amount(one.now));
}

std::string fields_of(const InboxDocument& one, Language language) {
    std::string text;
    for (const InboxField field : one.fields) {
        text += text.empty() ? "" : ", ";
        text += word_of(language, to_text(field));
    }
    return text;
}

void put_inbox_row(Page& page, const InboxDocument& one) {
    const bool is_bad = one.where == InboxClass::ambiguous || one.where == InboxClass::unreadable;
    page.put(
        "<tr><td><span class=\"badge {}\">{}</span></td><td>{}</td><td>{}</td><td>{}</td><td class=\"number\">{}</td>"
        "<td class=\"number\">{}</td><td>{}</td><td>{}</td></tr>\n",
        colour_of(is_bad ? Severity::error : Severity::warning), word_of(page.language, to_text(one.where)), outside(one.name),
        outside(one.document_id.empty() ? one.contract_id : one.contract_id + " " + one.document_id), outside(one.number),
        page.amount(one.net), page.amount(one.gross),
        one.fields.empty() ? outside(one.stands_for) : gated_markup(fields_of(one, page.language)),
        one.counted ? page.word("yes") : page.word("no"));
}

}  // namespace

void put_changes(Page& page) {
    if (!page.summary.changes) {
        return;
    }
    const Changes& changes = *page.summary.changes;
    page.begin_section("changes", "What changed");
    if (changes.month_before && changes.sums.empty()) {
        page.put("<p>{}</p>\n", page.word("No contract's sum is another one."));
    } else if (changes.month_before) {
        static constexpr std::array<Page::Column, 5> columns{
            {{"Contract", ""}, {"Before", "number"}, {"Now", "number"}, {"Difference", "number"}, {"%", "number"}}};
        const std::string_view caption = page.word("Against the month before");
        page.begin_table("sums", caption, columns);
        const auto sorted = by_weight(changes.sums);
        for (std::size_t at = 0; at < std::min(sorted.size(), finding_rows_max); ++at) {
            page.fold_table(at, sorted.size(), "sums", caption, columns);
            put_sum_change(page, *sorted[at]);
        }
        page.end_table(sorted.size(), true);
    }
    if (changes.was_published && changes.documents.empty()) {
        page.put("<p>{}</p>\n", page.word("No document changed."));
    } else if (changes.was_published) {
        static constexpr std::array<Page::Column, 6> columns{
            {{"Change", ""}, {"Contract", ""}, {"Document", ""}, {"File", ""}, {"Before", "number"}, {"Now", "number"}}};
        const std::string_view caption = page.word("Since it was last published");
        page.begin_table("changed", caption, columns);
        for (std::size_t at = 0; at < std::min(changes.documents.size(), finding_rows_max); ++at) {
            page.fold_table(at, changes.documents.size(), "changed", caption, columns);
            put_document_change(page, changes.documents[at]);
        }
        page.end_table(changes.documents.size(), true);
    }
    page.out += "</section>\n";
}

/// What is one and says the same is counted; the rest stands here, row by row.
void put_inbox(Page& page) {
    if (!page.summary.inbox) {
        return;
    }
    const InboxSummary& inbox = *page.summary.inbox;
    page.begin_section("inbox", "Inbox and service");
    page.put("<p>{}</p>\n<p>{}</p>\n<p>{}</p>\n",
             page.word("Every document of either side stands in one class. Invoices of other suppliers are left alone and only counted."),
             gated_markup(inbox_pairs_of(inbox).in(page.language)), gated_markup(inbox_rest_of(inbox).in(page.language)));
    const auto is_told = [](const InboxDocument& one) { return one.where != InboxClass::matched; };
    const auto told = static_cast<std::size_t>(std::count_if(inbox.documents.begin(), inbox.documents.end(), is_told));
    if (told == 0) {
        page.put("<p>{}</p>\n</section>\n",
                 page.word("All documents of the inbox and of the service are one with the other, and say the same."));
        return;
    }
    page.begin_table("inbox", page.word("Inbox and service"),
                     {{"Class", ""},
                      {"File", ""},
                      {"Document", ""},
                      {"Invoice", ""},
                      {"Net", "number"},
                      {"Gross", "number"},
                      {"Differs in", ""},
                      {"In the totals", ""}});
    std::size_t shown = 0;
    for (const InboxDocument& one : inbox.documents) {
        if (is_told(one) && ++shown <= finding_rows_max) {
            put_inbox_row(page, one);
        }
    }
    page.end_table(told);
    page.out += "</section>\n";
}

}  // namespace moisson::report
