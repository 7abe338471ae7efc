#include "books/to_do.hpp"

#include <algorithm>
#include <map>
#include <string_view>
#include <tuple>
#include <utility>

namespace moisson::books {

namespace {

using DocumentName = std::pair<std::string_view, std::string_view>;  // contract and document id

std::map<DocumentName, const LedgerEntry*> latest_rows(std::span<const LedgerEntry> entries) {
    std::map<DocumentName, const LedgerEntry*> rows;
    for (const LedgerEntry& entry : entries) {
        const LedgerEntry*& row = rows[{entry.contract->id, entry.document_id}];
        if (!entry.document_id.empty() && (row == nullptr || row->version < entry.version)) {
            row = &entry;
        }
    }
    return rows;
}

/// Whole units: a rough measure across currencies, and enough to say what to look at first.
std::uint64_t units_of(const Money& money) {
    const bool is_negative = money.amount_minor < 0;
    std::uint64_t size = is_negative ? ~static_cast<std::uint64_t>(money.amount_minor) + 1 : static_cast<std::uint64_t>(money.amount_minor);
    for (int digit = 0; digit < money.currency.minor_digits(); ++digit) {
        size /= 10;
    }
    return size;
}

/// Smaller comes first.
auto rank_of(const ToDo& one) {
    const Finding& finding = one.finding;
    const int tier = one.amount ? 0 : finding.contract_id.empty() ? 3 : finding.document_id.empty() ? 1 : 2;
    return std::tuple(finding.severity() != Severity::error, tier, one.amount ? ~units_of(*one.amount) : 0);
}

}  // namespace

std::vector<ToDo> make_to_do(const RunSummary& summary, std::span<const LedgerEntry> entries) {
    const auto rows = latest_rows(entries);
    std::map<std::string_view, std::string_view> names;
    for (const ContractCompleteness& entry : summary.completeness) {
        names.emplace(entry.contract->id, entry.contract->name);
    }
    std::vector<ToDo> all;
    for (const std::vector<Finding>* findings : {&summary.run_findings, &summary.findings}) {
        for (const Finding& finding : *findings) {
            if (finding.severity() == Severity::info || finding.code.kind().remedy.english().empty()) {
                continue;
            }
            all.push_back({finding, {}, {}, std::nullopt, findings == &summary.run_findings});
            ToDo& one = all.back();
            if (const auto name = names.find(finding.contract_id); name != names.end()) {
                one.contract_name = name->second;
            }
            const auto row = rows.find({finding.contract_id, finding.document_id});
            if (row != rows.end() && row->second != nullptr) {
                one.filename = row->second->filename;
                one.amount = row->second->amount;
            }
        }
    }
    std::stable_sort(all.begin(), all.end(), [](const ToDo& left, const ToDo& right) { return rank_of(left) < rank_of(right); });
    return all;
}

}  // namespace moisson::books
