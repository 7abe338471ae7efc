/// The same bytes, or the same name, under more than one document.
#include <algorithm>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "books/books.hpp"
#include "books/grouping.hpp"
#include "books/messages.hpp"

namespace moisson::books {

namespace {

/// Rows of one group: indices into the ledger.
using Twins = std::span<const std::size_t>;

constexpr std::size_t twins_named_max = 3;  // others named in one sentence; more are counted

/// "OCB1 DOC-2, OCB1 DOC-3 and 4 more": the group without the row itself.
Message name_others(const std::vector<LedgerEntry>& entries, Twins group, std::size_t self) {
    std::string names;
    std::size_t named = 0;
    for (std::size_t at = 0; at < group.size() && named < twins_named_max; ++at) {
        if (group[at] == self) {
            continue;
        }
        const LedgerEntry& other = entries[group[at]];
        names += fmt::format("{}{} {}", named == 0 ? "" : ", ", sanitise(other.contract->id, 40), sanitise(other.document_id, 60));
        ++named;
    }
    const std::size_t rest = group.size() - 1 - named;
    return rest == 0 ? Message(names) : messages::and_more(names, rest);
}

/// Another counted row of the group has the same amount, and it is not zero.
bool counts_twice(const std::vector<LedgerEntry>& entries, Twins group, std::size_t self) {
    const LedgerEntry& entry = entries[self];
    return entry.counted && entry.amount && entry.amount->amount_minor != 0 && std::any_of(group.begin(), group.end(), [&](std::size_t at) {
               return at != self && entries[at].counted && entries[at].amount == entry.amount;
           });
}

/// Sorts `rows` by `key`, and where two or more share it marks them all. The order inside a group is the ledger's, so that sentences are
/// the same whatever order the rows came in.
template <class Key, class Say>
void mark_groups(std::vector<LedgerEntry>& entries, std::vector<std::size_t> rows, FindingCode code, const Key& key,
                 const Say& say, std::vector<Finding>& findings) {
    std::sort(rows.begin(), rows.end(), [&](std::size_t left, std::size_t right) {
        const auto left_key = key(entries[left]);
        const auto right_key = key(entries[right]);
        return left_key != right_key ? left_key < right_key : ledger_order(entries[left], entries[right]);
    });
    for (std::size_t begin = 0, end = 0; begin < rows.size(); begin = end) {
        end = begin + 1;
        while (end < rows.size() && key(entries[rows[begin]]) == key(entries[rows[end]])) {
            ++end;
        }
        if (end - begin < 2) {
            continue;
        }
        for (std::size_t at = begin; at < end; ++at) {
            LedgerEntry& entry = entries[rows[at]];
            entry.findings.insert(code);
            const Twins group = Twins(rows).subspan(begin, end - begin);
            findings.push_back(make_finding(code, say(rows[at], group), entry.contract->id, entry.document_id));
        }
    }
}

/// One id, one file, and several contracts: on the way the contract was passed over, and its own file is not here. An error.
void raise_shared_files(const std::vector<LedgerEntry>& entries, const std::vector<std::size_t>& with_file,
                        std::vector<Finding>& findings) {
    std::map<std::pair<std::string_view, std::string_view>, std::set<std::string_view>> contracts;
    for (const std::size_t at : with_file) {
        if (!entries[at].document_id.empty()) {
            contracts[{entries[at].document_id, entries[at].sha256}].insert(entries[at].contract->id);
        }
    }
    std::set<std::pair<std::string_view, std::string_view>> shared;
    for (const auto& [file, ids] : contracts) {
        for (const std::string_view contract : ids) {
            if (ids.size() > 1) {
                shared.emplace(contract, file.first);
            }
        }
    }
    for (Finding& finding : findings) {
        if (finding.code == "file-duplicate" && shared.contains({finding.contract_id, finding.document_id})) {
            finding.raised = true;
        }
    }
}

}  // namespace

void mark_duplicates(std::vector<LedgerEntry>& entries, std::vector<Finding>& findings) {
    const std::vector<bool> is_latest = find_latest(entries);
    std::vector<std::size_t> with_file;
    std::vector<std::size_t> with_name;
    for (std::size_t at = 0; at < entries.size(); ++at) {
        if (is_latest[at] && !entries[at].sha256.empty()) {
            with_file.push_back(at);
        }
        if (is_latest[at] && !entries[at].filename.empty()) {
            with_name.push_back(at);
        }
    }
    mark_groups(
        entries, with_file, "file-duplicate", [](const LedgerEntry& entry) { return std::string_view(entry.sha256); },
        [&](std::size_t self, Twins group) {
            return messages::same_bytes(name_others(entries, group, self),
                counts_twice(entries, group, self) ? Message(messages::both_count) : Message());
        },
        findings);
    raise_shared_files(entries, with_file, findings);
    mark_groups(
        entries, std::move(with_name), "filename-duplicate",
        [](const LedgerEntry& entry) {
            return std::tuple(std::string_view(entry.contract->id), entry.period ? std::optional(entry.period->month()) : std::nullopt,
                              std::string_view(entry.filename));
        },
        [&](std::size_t self, Twins group) {
            return messages::same_file_name(sanitise(entries[self].filename, 120),
                               name_others(entries, group, self));
        },
        findings);
}

}  // namespace moisson::books
