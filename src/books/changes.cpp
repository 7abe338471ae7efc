#include "books/changes.hpp"

#include <algorithm>
#include <limits>
#include <tuple>
#include <utility>

#include "books/history_content.hpp"
#include "domain/big_decimal.hpp"

namespace moisson::books {

namespace {

struct SumPair {
    std::string_view contract_name;
    std::optional<Int128> before;
    std::optional<Int128> now;
};

void add_amount(std::optional<Int128>& sum, const Money& money) { sum = sum.value_or(0) + money.amount_minor; }

bool fits_money(const std::optional<Int128>& sum) {
    return !sum || (*sum >= std::numeric_limits<std::int64_t>::min() && *sum <= std::numeric_limits<std::int64_t>::max());
}

std::optional<Money> money_of_sum(const std::optional<Int128>& sum, Currency currency) {
    return sum ? std::optional(Money{static_cast<std::int64_t>(*sum), currency}) : std::nullopt;
}

/// Contract, document, and of one without an id its running number.
using Place = std::tuple<std::string_view, std::string_view, std::uint32_t>;

Place place_of(std::string_view contract_id, std::string_view document_id, std::uint32_t version) {
    return {contract_id, document_id, document_id.empty() ? version : 0};
}

struct DocumentPair {
    const PublishedDocument* before = nullptr;
    const LedgerEntry* now = nullptr;
};

std::optional<DocumentEvent> event_of_pair(const DocumentPair& pair) {
    if (pair.now == nullptr) {
        return DocumentEvent::gone;
    }
    if (pair.before == nullptr) {
        return DocumentEvent::added;
    }
    const ClosedRow& before = pair.before->row;
    const LedgerEntry& now = *pair.now;
    // As the ledger says it: a list that left something out is told of, too, though nothing counts as withdrawn by it.
    if (now.findings.contains("no-longer-listed") && !pair.before->withdrawn) {
        return DocumentEvent::withdrawn;
    }
    if (now.version != before.version) {
        const bool is_renamed = pair.before->filename != now.filename && before.amount == now.amount && before.counted == now.counted &&
                                before.document_type == now.document_type && before.sha256 == now.sha256;
        return is_renamed ? DocumentEvent::renamed : DocumentEvent::reissued;
    }
    if (before.counted != now.counted || before.amount != now.amount) {
        return DocumentEvent::counting;
    }
    if (before.sha256 != now.sha256) {
        return DocumentEvent::file;
    }
    return pair.before->filename != now.filename ? std::optional(DocumentEvent::renamed) : std::nullopt;
}

DocumentChange change_of_pair(DocumentEvent event, const DocumentPair& pair) {
    DocumentChange change;
    change.event = event;
    if (pair.before != nullptr) {
        const ClosedRow& row = pair.before->row;
        change.contract_id = row.contract_id;
        change.contract_name = pair.before->contract_name;
        change.document_id = row.document_id;
        change.document_type = row.document_type;
        change.version = row.version;
        change.filename = pair.before->filename;
        change.before = row.amount;
        change.counted_before = row.counted;
    }
    if (pair.now != nullptr) {
        const LedgerEntry& entry = *pair.now;
        change.contract_id = entry.contract->id;
        change.contract_name = entry.contract->name;
        change.document_id = entry.document_id;
        change.document_type = entry.document_type;
        change.version = entry.version;
        change.filename_before = event == DocumentEvent::renamed ? change.filename : std::string();
        change.filename = entry.filename;
        change.now = entry.amount;
        change.counted = entry.counted;
    }
    return change;
}

}  // namespace

std::vector<SumChange> compare_sums(std::span<const PublishedDocument> before, std::span<const LedgerEntry> entries,
                                    const std::function<bool(const std::string& contract_id)>& is_first) {
    std::map<std::pair<std::string_view, Currency>, SumPair> sums;
    for (const PublishedDocument& one : before) {
        if (one.row.counted && one.row.amount) {
            SumPair& sum = sums[{one.row.contract_id, one.row.amount->currency}];
            sum.contract_name = one.contract_name;
            add_amount(sum.before, *one.row.amount);
        }
    }
    for (const LedgerEntry& entry : entries) {
        if (entry.counted && entry.amount) {
            SumPair& sum = sums[{entry.contract->id, entry.amount->currency}];
            sum.contract_name = entry.contract->name;
            add_amount(sum.now, *entry.amount);
        }
    }
    std::vector<SumChange> changes;
    for (const auto& [key, sum] : sums) {
        if (sum.before == sum.now || !fits_money(sum.before) || !fits_money(sum.now)) {
            continue;
        }
        SumChange& change = changes.emplace_back();
        change.contract_id = key.first;
        change.contract_name = sum.contract_name;
        change.currency = key.second;
        change.before = money_of_sum(sum.before, key.second);
        change.now = money_of_sum(sum.now, key.second);
        change.is_first = !change.before && is_first(change.contract_id);
    }
    return changes;
}

std::vector<DocumentChange> compare_documents(std::span<const PublishedDocument> before, std::span<const LedgerEntry> entries) {
    std::map<Place, DocumentPair> pairs;
    for (const PublishedDocument& one : before) {
        const PublishedDocument*& kept = pairs[place_of(one.row.contract_id, one.row.document_id, one.row.version)].before;
        if (kept == nullptr || kept->row.version < one.row.version) {
            kept = &one;
        }
    }
    for (const LedgerEntry& entry : entries) {
        const LedgerEntry*& kept = pairs[place_of(entry.contract->id, entry.document_id, entry.version)].now;
        if (kept == nullptr || kept->version < entry.version) {
            kept = &entry;
        }
    }
    std::vector<DocumentChange> changes;
    for (const auto& [key, pair] : pairs) {
        if (const auto event = event_of_pair(pair)) {
            changes.push_back(change_of_pair(*event, pair));
        }
    }
    return changes;
}

bool is_first_month(const History& history, std::string_view contract_id, Month month) {
    const auto documents = history.content().documents_of(contract_id);
    return std::none_of(documents.begin(), documents.end(),
                        [&](const HistoryDocument& one) { return one.counted && one.month() < month; });
}

}  // namespace moisson::books
