#include "bundle/page_words.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "bundle/markup.hpp"
#include "bundle/said.hpp"
#include "domain/finding.hpp"
#include "domain/language.hpp"
#include "domain/page_messages.hpp"

namespace moisson::bundle {

namespace {

using rapidjson::Value;

/// Rows of one kind of finding, and things to do, that are not folded.
constexpr std::size_t rows_seen_max = 10;
constexpr std::size_t largest_max = 15;

}  // namespace

place::Count grouped_count(std::uint64_t number) {
    place::Count count = number;
    count.text = grouped_amount(count.text, Language::english);
    return count;
}

std::string grouped_amount(std::string_view decimal, Language language) {
    const bool is_negative = decimal.starts_with('-');
    decimal.remove_prefix(is_negative ? 1 : 0);
    const std::size_t dot = std::min(decimal.find('.'), decimal.size());
    std::string text(decimal.substr(0, dot));
    for (std::size_t at = text.size(); at > 3; at -= 3) {
        text.insert(at - 3, "\u202f");
    }
    if (dot < decimal.size()) {
        text.append(language == Language::french ? "," : ".").append(decimal.substr(dot + 1));
    }
    return (is_negative ? "\u2212" : "") + text;
}

void PageWords::say(std::string_view text) { said_.push_back(bare(text)); }

void PageWords::say_heading(Word heading) {
    say(words_.word(heading));
    headings_ += words_.word(heading);
}

void PageWords::say_words(std::initializer_list<Word> words) {
    for (const Word word : words) {
        say(words_.word(word));
    }
}

void PageWords::say_rest(std::size_t all) {
    if (all > page_rows_max) {
        say(messages::more_of_this_kind(grouped_count(all - page_rows_max)).in(language_));
    }
}

void PageWords::say_folded(std::size_t all, std::initializer_list<Word> words) {
    say_words(words);
    if (all > rows_seen_max) {
        say(messages::more_to_do(grouped_count(std::min(all, page_rows_max) - rows_seen_max)).in(language_));
        say_words(words);
    }
    say_rest(all);
}

void PageWords::say_to_do() {
    const std::size_t all = items_member(summary_, "to_do").Size();
    const std::size_t shown = std::min(all, page_rows_max);
    say_heading("What to do");
    if (all == 0) {
        say_words({"Nothing is to be done."});
    }
    if (shown > rows_seen_max) {
        say(messages::more_to_do(grouped_count(shown - rows_seen_max)).in(language_));
    }
    say_rest(all);
}

void PageWords::say_totals() {
    say_heading("Totals");
    if (items_member(summary_, "totals").Empty()) {
        say_words({"No document of this period counts."});
    }
    say_history();
    if (items_member(summary_, "perimeters").Empty()) {
        return;
    }
    say_words({"Totals by perimeter", "Perimeter", "Contracts", "Amount"});
}

void PageWords::say_history() {
    const Value* const history = find_member(summary_, "history");
    if (history == nullptr || items_member(*history, "totals").Empty()) {
        return;
    }
    say_words({"The thirteen months in figures", "Counted amounts of this month and of the twelve before it", "Month"});
    for (const Value& total : items_member(*history, "totals").GetArray()) {
        say(text_member(total, "currency"));
    }
}

void PageWords::say_changes() {
    const Value* const changes = find_member(summary_, "changes");
    if (changes == nullptr) {
        return;
    }
    say_heading("What changed");
    const std::size_t sums = items_member(*changes, "sums").Size();
    if (!text_member(*changes, "month_before").empty() && sums == 0) {
        say_words({"No contract's sum is another one."});
    } else if (!text_member(*changes, "month_before").empty()) {
        say_folded(sums, {"Against the month before", "Contract", "Before", "Now", "Difference", "%"});
    }
    const std::size_t documents = items_member(*changes, "documents").Size();
    if (flag_member(*changes, "was_published") && documents == 0) {
        say_words({"No document changed."});
    } else if (flag_member(*changes, "was_published")) {
        say_folded(documents, {"Since it was last published", "Change", "Contract", "Document", "File", "Before", "Now"});
    }
}

void PageWords::say_documents() {
    if (facts_.counted == 0) {
        return;
    }
    say_heading("Counted documents");
    say(messages::counted_documents(grouped_count(facts_.counted)).in(language_));
    say(words_.word("Filter"));
    say(fmt::format("{}{}", words_.word("Filter"), words_.word("Shown")));
    say_words({"Documents that enter the totals", "Date", "Amount", "Contract", "Type", "File"});
    if (facts_.counted > page_documents_max) {
        say(messages::more_documents(grouped_count(facts_.counted - page_documents_max)).in(language_));
    }
    say_words({"A file opens from here once bundle.zip is unpacked beside this page."});
}

void PageWords::say_completeness() {
    say_heading("Completeness by contract");
    say_words(
        {"A contract is complete when its list was shown to be whole, its files are there, nothing that it owes is overdue and no "
         "finding is an error. Those that are not stand first."});
    const Value& contracts = items_member(summary_, "completeness");
    const auto complete = static_cast<std::size_t>(
        std::count_if(contracts.Begin(), contracts.End(), [](const Value& one) { return view_member(one, "verdict") == "complete"; }));
    const auto say_table = [&](Word caption) {
        say(words_.word(caption));
        say_words({"Contract", "Verdict", "Listed", "In period", "Files", "Missing", "Counted amount", "Thirteen months"});
    };
    if (complete < contracts.Size()) {
        say_table("Contracts that are not complete");
    }
    if (complete > 0) {
        say(messages::complete_contracts(grouped_count(complete)).in(language_));
        say_table("Contracts that are complete");
    }
}

void PageWords::say_months() {
    std::set<std::string> months;
    std::set<std::string> currencies;
    for (const auto& [key, total] : facts_.months) {
        currencies.insert(key.first);
        months.insert(key.second);
    }
    if (months.size() < 2) {
        return;
    }
    say_heading("Months");
    for (const std::string& currency : currencies) {
        say(messages::counted_amounts_by_month(currency).in(language_));
        say_words({"Month", "Documents", "Amount"});
    }
}

void PageWords::say_largest() {
    std::map<std::string, std::size_t> contracts;  // by currency code
    std::size_t all = 0;
    for (const auto& [contract, facts] : facts_.contracts) {
        for (const auto& [currency, sum] : facts.sums) {
            ++contracts[currency];
            ++all;
        }
    }
    if (find_member(summary_, "history") != nullptr || all < 2) {
        return;
    }
    say_heading("Contracts by amount");
    for (const auto& [currency, count] : contracts) {
        say(count > largest_max ? messages::largest_contracts(fmt::to_string(largest_max), fmt::to_string(count), currency).in(language_)
                                : messages::all_contracts(currency).in(language_));
        say_words({"Contract", "Documents", "Amount"});
    }
}

/// Kinds in the order of their registry, as the page has them.
void PageWords::say_kinds(std::string_view severity) {
    std::map<FindingCode, std::size_t> counts;
    for (const Value& finding : items_member(summary_, "findings").GetArray()) {
        if (view_member(finding, "severity") == severity && find_finding_kind(view_member(finding, "code")) != nullptr) {
            ++counts[*FindingCode::find(view_member(finding, "code"))];
        }
    }
    if (severity == "info" && !counts.empty()) {
        say(messages::kinds_to_know(grouped_count(counts.size())).in(language_));
    }
    for (const auto& [code, count] : counts) {
        if (count > rows_seen_max) {
            say_words({"What was seen"});
        }
        say(code.kind().code);
        say_words({"Contract", "Document", "What was seen"});
        say_rest(count);
    }
}

void PageWords::say_findings() {
    say_heading("Findings");
    if (items_member(summary_, "findings").Empty()) {
        say_words({"Nothing was found odd."});
    }
    for (const std::string_view severity : {"error", "warning", "info"}) {
        say_kinds(severity);
    }
}

void PageWords::say_inbox() {
    const Value* const inbox = find_member(summary_, "inbox");
    if (inbox == nullptr) {
        return;
    }
    say_heading("Inbox and service");
    const std::size_t documents = items_member(*inbox, "documents").Size();
    if (documents > 0) {
        say_words({"Inbox and service", "Class", "File", "Document", "Invoice", "Net", "Gross", "Differs in", "In the totals"});
        say_rest(documents);
    }
}

std::vector<std::string> PageWords::all() {
    say_to_do();
    say_totals();
    say_changes();
    say_documents();
    say_completeness();
    say_months();
    say_largest();
    say_findings();
    say_inbox();
    say_heading("Files");
    say_words({"Files", "Published with this page", "File", "Size"});
    say("SHA-256");
    say_heading("Run");
    say_words({"Run"});
    const Value* const tool = find_member(summary_, "tool");
    say(text_of_markup(messages::written_by(tool == nullptr ? std::string() : text_member(*tool, "version")).in(language_)));
    said_.insert(said_.begin(), {bare(fmt::format("Moisson {}", words_.word("cloud invoice export"))), bare(headings_)});
    return std::move(said_);
}

}  // namespace moisson::bundle
