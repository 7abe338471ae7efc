/// See closed_content.hpp.

#include "pipeline/closed_content.hpp"

#include <algorithm>
#include <deque>
#include <limits>
#include <map>

#include <fmt/format.h>

#include "books/closing.hpp"
#include "books/postings.hpp"

namespace moisson::pipeline {

namespace {

__extension__ using Wide = __int128;

/// Rows made of what closing kept: as much of them as postings need.
class BookRows {
public:
    void add(const std::string& contract_id, const std::string& document_id, std::uint32_t version, bool counted,
             const std::optional<Money>& amount, Month period) {
        const auto contract = contracts_.try_emplace(contract_id).first;
        contract->second.id = contract_id;
        LedgerEntry entry;
        entry.contract = &contract->second;
        entry.document_id = document_id;
        entry.version = version;
        entry.counted = counted;
        entry.amount = amount;
        entry.period = Period{period.first_day(), period.last_day()};
        entries_.push_back(std::move(entry));
    }
    [[nodiscard]] std::vector<const LedgerEntry*> pointers() const {
        std::vector<const LedgerEntry*> rows;
        rows.reserve(entries_.size());
        std::transform(entries_.begin(), entries_.end(), std::back_inserter(rows), [](const LedgerEntry& one) { return &one; });
        return rows;
    }

private:
    std::map<std::string, Contract> contracts_;
    std::deque<LedgerEntry> entries_;
};

}  // namespace

std::vector<ClosedTotal> totals_of(const std::vector<ClosedRow>& rows) {
    std::map<Currency, std::pair<Wide, std::uint64_t>> sums;
    for (const ClosedRow& row : rows) {
        if (row.counted && row.amount) {
            auto& [sum, documents] = sums[row.amount->currency];
            sum += row.amount->amount_minor;
            ++documents;
        }
    }
    std::vector<ClosedTotal> totals;
    for (const auto& [currency, sum] : sums) {
        if (sum.first > std::numeric_limits<std::int64_t>::max() || sum.first < std::numeric_limits<std::int64_t>::min()) {
            throw FatalError(ExitCode::inconsistent, ErrorCode::verification,
                             fmt::format("the sum in {} does not fit in 64 bits of minor units", currency.code()));
        }
        totals.push_back({Money{static_cast<std::int64_t>(sum.first), currency}, sum.second});
    }
    return totals;
}

std::vector<ClosedContract> judged_by(Month period, const bundle::StatedSummary& summary, const SealedLedger& ledger,
                                      state::StateStore& state) {
    std::map<std::string, Contract> contracts;
    for (state::ContractRecord& record : state.load_contracts()) {
        std::string id = record.contract.id;
        contracts.emplace(std::move(id), std::move(record.contract));
    }
    for (const auto& [id, contract_name] : summary.contracts) {
        Contract& contract = contracts[id];
        contract.id = id;
        contract.name = contract_name;
    }
    for (const auto& [id, contract] : ledger.contracts) {
        contracts[id] = contract;
    }
    std::map<std::string_view, const CountingChoice*> choices;
    for (const CountingChoice& choice : summary.counting_rules) {
        for (const std::string& id : choice.contracts) {
            choices.emplace(id, &choice);
        }
    }
    std::vector<ClosedContract> judged;
    for (auto& [id, contract] : contracts) {
        const auto choice = choices.find(id);
        ClosedContract one;
        one.period = period;
        one.types = choice == choices.end() ? CountingChoice{}.types : choice->second->types;
        one.decided = summary.type_decisions;
        one.contract = std::move(contract);
        judged.push_back(std::move(one));
    }
    return judged;
}

std::vector<HandedPosting> postings_of(const ClosedMonth& month, const std::vector<ClosedRow>& rows, const std::vector<Addendum>& addenda,
                                       const std::vector<ClosedMonth>& months, const std::vector<HandedPosting>& handed,
                                       std::uint32_t sequence_floor, const books::PostingShare* share) {
    BookRows book;
    for (const ClosedRow& row : rows) {
        book.add(row.contract_id, row.document_id, row.version, row.counted, row.amount, row.period);
    }
    // Of several addenda the last holds; documents without an id are told apart by their running number.
    std::map<std::tuple<Month, std::string, std::string, std::uint32_t>, const AddendumRow*> latest;
    for (const Addendum& addendum : addenda) {
        if (addendum.booking_period == month.period && books::is_current(addendum, months)) {
            for (const AddendumRow& row : addendum.rows) {
                latest[{addendum.period, row.contract_id, row.document_id, row.document_id.empty() ? row.version : 0}] = &row;
            }
        }
    }
    for (const auto& [place, row] : latest) {
        book.add(row->contract_id, row->document_id, row->version, row->counted, row->amount, std::get<0>(place));
    }
    std::vector<Month> closed;
    std::transform(months.begin(), months.end(), std::back_inserter(closed), [](const ClosedMonth& one) { return one.period; });
    const auto pointers = book.pointers();
    const auto postings =
        books::make_postings({"", pointers, closed, handed, {}, {}, MonthRange{month.period, month.period}, month.period, false, {},
                              nullptr, sequence_floor, share});
    if (!postings) {
        throw FatalError(ExitCode::inconsistent, postings.error());
    }
    return books::to_handed(*postings, "", fmt::format("close {} {}", month.period.to_text(), month.revision));
}

void restore_ids(std::vector<ClosedRow>& rows, state::StateStore& state) {
    constexpr std::string_view nul_in_text = "\u2400";
    const auto as_text = [&](const std::string& id) {
        std::string text;
        for (const char letter : id) {
            text += letter == '\0' ? nul_in_text : std::string_view(&letter, 1);
        }
        return text;
    };
    for (ClosedRow& row : rows) {
        if (row.document_id.find(nul_in_text) == std::string::npos) {
            continue;
        }
        for (const state::DocumentRecord& record : state.load_documents(row.contract_id)) {
            if (record.document_id.find('\0') != std::string::npos && as_text(record.document_id) == row.document_id) {
                row.document_id = record.document_id;
                break;
            }
        }
    }
}

}  // namespace moisson::pipeline
