/// See page.hpp.

#include "report/page.hpp"

#include <algorithm>

#include "base/gate.hpp"
#include "domain/page_messages.hpp"

namespace moisson::report {

PageAnchors::PageAnchors(const RunSummary& summary, std::span<const LedgerEntry> entries) {
    for (const ContractCompleteness& entry : summary.completeness) {
        contracts_.emplace(entry.contract->id, contracts_.size() + 1);
    }
    for (const LedgerEntry& entry : entries) {
        if (!entry.counted || ++counted_ > document_rows_max) {
            continue;
        }
        documents_.push_back(&entry);
        numbers_.emplace(std::pair(std::string_view(entry.contract->id), std::string_view(entry.document_id)), counted_);
        first_.emplace(entry.contract->id, counted_);
    }
}

std::size_t PageAnchors::contract(std::string_view id) const {
    const auto found = contracts_.find(id);
    return found == contracts_.end() ? 0 : found->second;
}

std::size_t PageAnchors::document(std::string_view contract, std::string_view id) const {
    const auto found = numbers_.find({contract, id});
    return found == numbers_.end() ? 0 : found->second;
}

std::size_t PageAnchors::first_document(std::string_view contract) const {
    const auto found = first_.find(contract);
    return found == first_.end() ? 0 : found->second;
}

std::string PageAnchors::link_to_contract(std::string_view id) const {
    const std::size_t number = contract(id);
    return number == 0 || id.empty() ? outside(id) : fmt::format("<a href=\"#c{}\">{}</a>", number, outside(id));
}

std::string PageAnchors::link_to_document(std::string_view contract, std::string_view id) const {
    const std::size_t number = document(contract, id);
    return number == 0 || id.empty() ? outside(id) : fmt::format("<a href=\"#d{}\">{}</a>", number, outside(id));
}

void Page::begin_section(std::string_view id, Word heading) {
    put("<section aria-labelledby=\"{}\">\n<h2 id=\"{}\">{}</h2>\n", id, id, word(heading));
}

void Page::begin_folded_section(std::string_view id, Word heading) {
    put("<section aria-labelledby=\"{}\">\n<details>\n<summary><h2 id=\"{}\">{}</h2></summary>\n", id, id, word(heading));
}

void Page::begin_table(std::string_view kind, std::string_view caption, std::span<const Column> columns, bool goes_on) {
    put("<table class=\"{}\">\n<caption{}>{}</caption>\n<thead><tr>", kind, goes_on ? " class=\"hidden\"" : "", caption);
    for (const auto& [name, column] : columns) {
        put("<th scope=\"col\"{}>{}</th>", column.empty() ? std::string() : fmt::format(" class=\"{}\"", column), word(name));
    }
    out += "</tr></thead>\n<tbody>\n";
}

void Page::fold_table(std::size_t row, std::size_t all, std::string_view kind, std::string_view caption,
                      std::span<const Column> columns) {
    if (row == rows_seen_max) {
        put("</tbody>\n</table>\n<details>\n<summary>{}</summary>\n",
            messages::more_to_do(written(std::min(all, finding_rows_max) - rows_seen_max)).in(language));
        begin_table(kind, caption, columns, true);
    }
}

void Page::end_table(std::size_t all, bool is_folded) {
    out += is_folded && all > rows_seen_max ? "</tbody>\n</table>\n</details>\n" : "</tbody>\n</table>\n";
    if (all > finding_rows_max) {
        put_note(messages::more_of_this_kind(written(all - finding_rows_max)).in(language));
    }
}

place::Count written(std::uint64_t number) {
    place::Count count = number;
    count.text = group_thousands(number);
    return count;
}

std::string outside(std::string_view text) { return text.empty() ? std::string() : fmt::format("<bdi>{}</bdi>", gated_markup(text)); }

std::string join(const std::vector<std::string>& values) {
    std::string out;
    for (const std::string& value : values) {
        out += (out.empty() ? "" : ", ") + outside(value);
    }
    return out;
}

std::string_view colour_of(Severity severity) {
    switch (severity) {
        case Severity::info: return "info";
        case Severity::warning: return "warn";
        case Severity::error: return "bad";
    }
    return "bad";
}

std::string_view colour_of(Mood mood) {
    switch (mood) {
        case Mood::good: return "good";
        case Mood::warn: return "warn";
        case Mood::bad: return "bad";
    }
    return "bad";
}

std::string seen(const Finding& finding, Language language) {
    const Message whole = finding.in_full();
    if (whole == finding.code.kind().meaning.english()) {
        return "";
    }
    return finding.is_foreign_in(language)
               ? fmt::format("{}<small lang=\"en\">{}</small>", outside(finding.message.in(language)), outside(whole.english()))
               : outside(whole.in(language));
}

std::string sum_for_people(const Sum& sum, Language language) {
    return sum.fits ? amount_for_people(sum.money, language) : std::string(translate(language, "too large to add"));
}

}  // namespace moisson::report
