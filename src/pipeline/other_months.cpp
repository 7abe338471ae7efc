/// See other_months.hpp.

#include "pipeline/other_months.hpp"

#include <algorithm>
#include <iterator>
#include <set>

#include "pipeline/scope.hpp"

namespace moisson::pipeline {

namespace {

std::vector<Month> months_of(const std::vector<PublishedMonth>& published) {
    std::vector<Month> months;
    std::transform(published.begin(), published.end(), std::back_inserter(months), [](const PublishedMonth& one) { return one.period; });
    return months;
}

std::vector<Month> closed_months(state::StateStore& state) {
    std::vector<Month> months;
    for (const ClosedMonth& one : state.load_closed_months()) {
        months.push_back(one.period);
    }
    return months;
}

/// Of any run: months that are closed were published, too, also by runs of before this was kept.
std::optional<Month> first_of(const std::vector<PublishedMonth>& published, const std::vector<Month>& closed) {
    std::optional<Month> first;
    const auto take = [&](Month month) { first = first ? std::min(*first, month) : month; };
    for (const PublishedMonth& one : published) {
        take(one.period);
    }
    for (const Month month : closed) {
        take(month);
    }
    return first;
}

}  // namespace

OtherMonths::OtherMonths(const config::Job& job, state::StateStore& state, const books::CountingRule& rule,
                         std::chrono::year_month_day today)
    : job_(job),
      state_(state),
      rule_(rule),
      last_(Month::of(today).plus(-1)),
      published_(state.load_published_months()),
      closed_(closed_months(state)),
      first_published_(first_of(published_, closed_)),
      months_(months_of(published_), closed_, last_) {}

bool OtherMonths::is_whole() const { return view_of(job_).is_whole(); }

void OtherMonths::look(const Contract& contract, const std::vector<LedgerEntry>& entries) {
    if (!is_whole()) {
        return;
    }
    std::vector<LedgerEntry> counted = entries;
    std::vector<Finding> unused;  // each month's own export tells it
    books::apply_counting_rule(counted, rule_, unused);
    const std::vector<ClosedRow> rows = published_.empty() ? std::vector<ClosedRow>() : state_.load_published_rows(contract.id);
    months_.add(contract.id, counted, rows);
}

std::vector<Month> OtherMonths::owed() const {
    std::vector<Month> months;
    for (const books::OwedMonth& one : months_.owed()) {
        months.push_back(one.period);
    }
    return months;
}

std::vector<Finding> OtherMonths::findings() const {
    std::vector<books::OwedMonth> others = months_.owed();
    std::erase_if(others, [&](const books::OwedMonth& one) { return job_.export_.period.contains(one.period); });
    const bool is_first = !first_published_ || (job_.export_.period.first && *job_.export_.period.first < *first_published_);
    return books::findings_of(others, is_first ? job_.export_.period.first : first_published_);
}

void OtherMonths::describe(const std::vector<LedgerEntry>& entries, const std::string& ledger_sha256, Publication& publication) const {
    if (!is_whole()) {
        return;
    }
    std::set<Month> months;
    for (Month month = job_.export_.period.first.value_or(last_); job_.export_.period.first && !(*job_.export_.period.last < month);
         month = month.plus(1)) {
        months.insert(month);
    }
    std::vector<ClosedRow> rows;
    for (const LedgerEntry& entry : entries) {
        if (!entry.period || entry.document_id.empty()) {
            continue;
        }
        ClosedRow row;
        row.period = entry.period->month();
        row.contract_id = entry.contract->id;
        row.document_id = entry.document_id;
        row.version = entry.version;
        row.counted = entry.counted;
        row.amount = entry.amount;
        months.insert(row.period);
        rows.push_back(std::move(row));
    }
    const auto is_known = [&](Month month) {
        return std::any_of(published_.begin(), published_.end(),
                           [&](const PublishedMonth& one) { return one.period == month && one.ledger_sha256 == ledger_sha256; });
    };
    const auto is_closed = [&](Month month) { return std::find(closed_.begin(), closed_.end(), month) != closed_.end(); };
    std::erase_if(months, is_closed);
    if (std::all_of(months.begin(), months.end(), is_known)) {
        return;
    }
    std::erase_if(rows, [&](const ClosedRow& row) { return !months.contains(row.period); });
    for (const Month month : months) {
        publication.months.push_back({month, publication.run_id, ledger_sha256});
    }
    publication.rows = std::move(rows);
}

}  // namespace moisson::pipeline
