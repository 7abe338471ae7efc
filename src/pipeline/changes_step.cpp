#include "pipeline/changes_step.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "books/changes.hpp"
#include "books/past_months.hpp"
#include "pipeline/sealed_ledger.hpp"

namespace moisson::pipeline {

namespace {

std::optional<std::vector<books::PublishedDocument>> published_in(const std::filesystem::path& folder) {
    auto ledger = read_sealed_ledger(folder / "ledger.csv");
    if (!ledger) {
        return std::nullopt;
    }
    std::vector<books::PublishedDocument> documents;
    documents.reserve(ledger->rows.size());
    for (std::size_t at = 0; at < ledger->rows.size(); ++at) {
        ClosedRow& row = ledger->rows[at];
        std::string name = ledger->contracts.at(row.contract_id).name;
        documents.push_back({std::move(row), std::move(name), std::move(ledger->listings[at].filename), ledger->listings[at].withdrawn});
    }
    return documents;
}

bool is_one_whole_month(const RunSummary& summary) {
    return summary.period.first && summary.period.first == summary.period.last && summary.view.is_whole();
}

}  // namespace

void tell_changes(const std::filesystem::path& target, const books::History& history, const std::vector<LedgerEntry>& entries,
                  RunSummary& summary) {
    if (!is_one_whole_month(summary)) {
        return;
    }
    const Month month = *summary.period.first;
    Changes changes;
    if (const auto before = published_in(target.parent_path() / month.plus(-1).to_text())) {
        changes.month_before = month.plus(-1);
        changes.sums = books::compare_sums(*before, entries, [&](const std::string& contract) {
            return books::is_first_month(history, contract, month);
        });
        std::set<std::string_view> unusual;
        for (const Finding& finding : summary.findings) {
            if (finding.code == "amount-unusual") {
                unusual.insert(finding.contract_id);
            }
        }
        for (SumChange& one : changes.sums) {
            one.is_unusual = one.now && unusual.contains(one.contract_id);
        }
    }
    if (const auto last = published_in(target)) {
        changes.was_published = true;
        changes.documents = books::compare_documents(*last, entries);
    }
    if (changes.month_before || changes.was_published) {
        summary.changes = std::move(changes);
    }
}

void tell_history(const books::History& history, const std::vector<LedgerEntry>& entries, RunSummary& summary) {
    if (is_one_whole_month(summary)) {
        summary.history = books::past_months(history, entries, *summary.period.first);
    }
}

}  // namespace moisson::pipeline
