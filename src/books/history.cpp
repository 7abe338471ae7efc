/// The final documents of all months, packed; contracts and files against earlier months.
#include "books/history.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "books/grouping.hpp"
#include "books/history_content.hpp"
#include "books/messages.hpp"

namespace moisson::books {

namespace {

constexpr std::size_t types_max = std::numeric_limits<std::uint8_t>::max();

/// Which of one contract's documents count: as counting.cpp, over packed documents.
void count_documents(std::span<HistoryDocument> documents, const std::vector<std::string_view>& types, const CountingChoice& choice) {
    std::vector<std::size_t> rank_of_type(types.size(), choice.types.size());
    for (std::size_t type = 0; type < types.size(); ++type) {
        rank_of_type[type] =
            static_cast<std::size_t>(std::find(choice.types.begin(), choice.types.end(), types[type]) - choice.types.begin());
    }
    std::vector<MonthSet> present(choice.types.size());
    for (const HistoryDocument& document : documents) {
        if (const std::size_t rank = rank_of_type[document.type]; rank < present.size()) {
            present[rank].add(document.period);
        }
    }
    std::for_each(present.begin(), present.end(), [](MonthSet& months) { months.seal(); });
    for (HistoryDocument& document : documents) {
        const std::size_t rank = rank_of_type[document.type];
        const auto better_end = present.begin() + static_cast<std::ptrdiff_t>(std::min(rank, present.size()));
        document.counted =
            rank < present.size() && document.has_amount &&
            std::none_of(present.begin(), better_end, [&](const MonthSet& months) { return months.touches(document.period); });
    }
}

}  // namespace

History::History() : content_(std::make_unique<Content>()) {}
History::History(History&&) noexcept = default;
History& History::operator=(History&&) noexcept = default;
History::~History() = default;

std::span<const HistoryDocument> History::Content::documents_of(std::string_view contract_id) const {
    const auto found = std::lower_bound(groups.begin(), groups.end(), contract_id,
                                        [](const Group& group, std::string_view id) { return group.contract->id < id; });
    return found == groups.end() || found->contract->id != contract_id ? std::span<const HistoryDocument>() : documents_of(*found);
}

void History::add(const LedgerEntry& entry) {
    if (entry.standing != Standing::final_ || !entry.period || entry.findings.contains("superseded")) {
        return;
    }
    auto& types = content_->types;
    auto type = std::find(types.begin(), types.end(), entry.document_type);
    if (type == types.end()) {
        if (types.size() >= types_max) {
            return;
        }
        type = types.insert(types.end(), entry.document_type);
    }
    HistoryDocument document;
    document.contract = entry.contract;
    document.period = *entry.period;
    document.type = static_cast<std::uint8_t>(type - types.begin());
    document.has_amount = entry.amount.has_value();
    if (entry.amount) {
        document.amount_minor = entry.amount->amount_minor;
        document.currency = entry.amount->currency;
    }
    if (entry.issued_at) {
        document.issued = std::chrono::year_month_day(std::chrono::floor<std::chrono::days>(*entry.issued_at));
    }
    content_->documents.push_back(document);
}

void History::seal(const CountingRule& rule) {
    auto& documents = content_->documents;
    std::sort(documents.begin(), documents.end(), [](const HistoryDocument& left, const HistoryDocument& right) {
        if (const int order = left.contract->id.compare(right.contract->id); order != 0) {
            return order < 0;
        }
        return std::tuple(left.month(), left.currency.code(), left.amount_minor, left.type) <
               std::tuple(right.month(), right.currency.code(), right.amount_minor, right.type);
    });
    std::vector<std::string_view> types;
    std::transform(content_->types.begin(), content_->types.end(), std::back_inserter(types),
                   [&](const std::string& type) { return rule.type_today(type); });
    for (std::size_t begin = 0, end = 0; begin < documents.size(); begin = end) {
        while (end < documents.size() && documents[end].contract->id == documents[begin].contract->id) {
            content_->newest = std::max(content_->newest, std::optional(documents[end].month()));
            ++end;
        }
        const Contract* contract = documents[begin].contract;
        content_->groups.push_back({contract, begin, end});
        count_documents(std::span(documents).subspan(begin, end - begin), types, rule.choice_for(*contract));
    }
}

bool has_final_types(const ExportScope& scope) {
    return scope.types.empty() || std::any_of(scope.types.begin(), scope.types.end(),
                                              [](const std::string& type) { return standing_of(type) == Standing::final_; });
}

void remember_contract(ContractMemory& memory, const std::optional<std::string>& known_name, const Contract& listed, Month last_closed) {
    if (!known_name && !memory.first_month) {
        memory.first_month = last_closed;
    }
    if (known_name && !known_name->empty() && *known_name != listed.name) {
        memory.earlier_name = *known_name;
        memory.renamed_month = last_closed;
    }
}

void check_contracts(std::span<const RememberedContract> contracts, const ExportScope& scope, std::vector<Finding>& findings) {
    // Nothing is new among the contracts that were seen first of all. An absent month is one before memories were kept, and sorts first.
    std::optional<Month> beginning;
    for (const RememberedContract& one : contracts) {
        beginning = &one == contracts.data() ? one.memory.first_month : std::min(beginning, one.memory.first_month);
    }
    for (const RememberedContract& one : contracts) {
        const ContractMemory& memory = one.memory;
        if (memory.first_month && memory.first_month > beginning && scope.period.contains(*memory.first_month)) {
            findings.push_back(make_finding("contract-new",
                                            messages::contract_is_new(sanitise(one.contract->name, 80), *memory.first_month),
                                            one.contract->id));
        }
        if (memory.renamed_month && scope.period.contains(*memory.renamed_month) && memory.earlier_name != one.contract->name) {
            findings.push_back(make_finding(
                "contract-renamed",
                messages::contract_renamed(sanitise(one.contract->name, 80),
                            *memory.renamed_month, sanitise(memory.earlier_name, 80)),
                one.contract->id));
        }
    }
}

void mark_earlier_duplicates(std::vector<LedgerEntry>& entries, std::span<const KnownFile> earlier, const ExportScope& scope,
                             std::vector<Finding>& findings) {
    if (!scope.period.first) {
        return;  // everything is in the ledger itself
    }
    std::vector<const KnownFile*> files;
    for (const KnownFile& file : earlier) {
        if (file.month < *scope.period.first && !file.sha256.empty()) {
            files.push_back(&file);
        }
    }
    const auto by_digest = [](const KnownFile* left, const KnownFile* right) {
        return std::tie(left->sha256, left->contract_id, left->document_id) <
               std::tie(right->sha256, right->contract_id, right->document_id);
    };
    std::sort(files.begin(), files.end(), by_digest);
    const std::vector<bool> is_latest = find_latest(entries);
    for (std::size_t at = 0; at < entries.size(); ++at) {
        LedgerEntry& entry = entries[at];
        if (!is_latest[at] || entry.sha256.empty()) {
            continue;
        }
        auto found = std::lower_bound(files.begin(), files.end(), std::string_view(entry.sha256),
                                      [](const KnownFile* file, std::string_view digest) { return file->sha256 < digest; });
        while (found != files.end() && (*found)->sha256 == entry.sha256 && (*found)->contract_id == entry.contract->id &&
               (*found)->document_id == entry.document_id) {
            ++found;
        }
        if (found == files.end() || (*found)->sha256 != entry.sha256) {
            continue;
        }
        entry.findings.insert("file-duplicate");
        findings.push_back(make_finding("file-duplicate",
                                        messages::same_bytes_earlier(sanitise((*found)->contract_id, 40),
                                                    sanitise((*found)->document_id, 60), (*found)->month),
                                        entry.contract->id, entry.document_id));
    }
}

}  // namespace moisson::books
