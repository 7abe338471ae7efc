#include "pipeline/rows.hpp"

#include <algorithm>
#include <iterator>
#include <limits>
#include <optional>

#include <fmt/format.h>

#include "normalize/normalize.hpp"
#include "pipeline/messages.hpp"

namespace moisson::pipeline {

namespace {

/// What a new version changes, with the difference where both amounts can be read.
Message describe_change(const VersionedDocument& earlier, const std::optional<Money>& before, const VersionedDocument& versioned,
                        const LedgerEntry& entry) {
    if (same_version(versioned.document, earlier.record)) {
        return other_file(entry.version);
    }
    const auto words = [](const std::optional<Money>& money) {
        return money ? place::Said(place::Amount(*money)) : place::Said(messages::no_readable_amount);
    };
    const std::uint32_t replaced = earlier.record.version;
    if (before == entry.amount) {
        return messages::version_as_before(entry.version, replaced, words(before));
    }
    if (before && entry.amount && before->amount_minor != std::numeric_limits<std::int64_t>::min()) {
        if (const auto difference = add(*entry.amount, Money{-before->amount_minor, before->currency})) {
            return messages::version_differs_by(entry.version, replaced, words(before), words(entry.amount), *difference);
        }
    }
    return messages::version_differs(entry.version, replaced, words(before), words(entry.amount));
}

/// Set where the version at `at` is another one than earlier runs knew.
std::optional<Finding> find_change(const std::vector<VersionedDocument>& documents, std::size_t at, const std::vector<LedgerEntry>& entries,
                                   const std::string& contract_id) {
    const VersionedDocument& versioned = documents[at];
    if (!versioned.changed_since_known || !versioned.latest) {
        return std::nullopt;
    }
    const bool has_earlier = at > 0 && documents[at - 1].record.document_id == versioned.record.document_id;
    return make_finding("version-changed",
                        has_earlier ? describe_change(documents[at - 1], entries[at - 1].amount, versioned, entries[at])
                                    : messages::version_replaces_earlier_one(entries[at].version),
                        contract_id, entries[at].document_id);
}

/// Documents that an earlier run knew and a whole list no longer has. Where a list was capped or refused nothing is known of them. What is
/// older than all that is listed may only be too old for the service's list; in the months that are asked for that is told all the same.
void note_withdrawn(const std::vector<VersionedDocument>& documents, const ListedContract& listed, const RowRules& rules,
                    std::vector<LedgerEntry>& entries) {
    if (listed.gone || !is_whole(listed.verdict)) {
        return;
    }
    const bool has_ended = listed.declared.ended != nullptr;  // its documents may go with it
    std::optional<Month> oldest;
    for (std::size_t at = 0; at < documents.size(); ++at) {
        const bool is_listed = documents[at].listed && !is_of_inbox(documents[at].record);
        if (is_listed && entries[at].period && (!oldest || entries[at].period->month() < *oldest)) {
            oldest = entries[at].period->month();
        }
    }
    for (std::size_t at = 0; at < documents.size(); ++at) {
        LedgerEntry& entry = entries[at];
        if (!entry.period || !documents[at].latest || documents[at].id_listed) {
            continue;
        }
        const Month month = entry.period->month();
        const bool is_missed = !has_ended && ((oldest && !(month < *oldest)) || rules.period.contains(month));
        entry.withdrawn = is_missed || rules.rule.decision_on_withdrawn(entry) != nullptr;
    }
}

/// They count until the service delivers the same invoice, or the job says otherwise.
void note_of_inbox(const std::vector<VersionedDocument>& documents, const RowRules& rules, std::vector<LedgerEntry>& entries) {
    for (std::size_t at = 0; at < documents.size(); ++at) {
        if (!is_of_inbox(documents[at].record)) {
            continue;
        }
        entries[at].channel = Channel::inbox;
        if (is_delivered(documents[at].record)) {
            entries[at].findings.insert("inbox-delivered");
        } else {
            entries[at].withdrawn = rules.rule.decision_on_withdrawn(entries[at]) != nullptr;
        }
    }
}

}  // namespace

std::vector<std::size_t> ListedContract::lanes_of(const std::string& document_id) const {
    if (joined == nullptr) {
        return {0};
    }
    const auto elsewhere = joined->elsewhere.find(document_id);
    std::vector<std::size_t> lanes{elsewhere == joined->elsewhere.end() ? joined->lane : elsewhere->second};
    if (const auto further = joined->further.find(document_id); further != joined->further.end()) {
        lanes.insert(lanes.end(), further->second.begin(), further->second.end());
    }
    return lanes;
}

ContractRows make_rows(VersionedContract versioned, const ListedContract& listed, const RowRules& rules) {
    ContractRows rows;
    rows.documents = std::move(versioned.documents);
    const std::vector<VersionedDocument>& documents = rows.documents;
    const auto read = [&](const wire::Document& document, std::uint32_t version) -> LedgerEntry& {
        rows.entries.push_back(normalize::make_entry(document, listed.contract, rows.of_values.emplace_back(), rules.plausible));
        rows.entries.back().version = version;
        return rows.entries.back();
    };
    rows.entries.reserve(documents.size() + versioned.without_id.size());
    rows.of_values.reserve(rows.entries.capacity());
    for (const VersionedDocument& one : documents) {
        read(one.document, one.record.version);
        if (!one.latest) {
            rows.of_values.back().clear();
        }
    }
    note_withdrawn(documents, listed, rules, rows.entries);
    note_of_inbox(documents, rules, rows.entries);
    for (std::size_t at = 0; at < documents.size(); ++at) {
        rules.rule.set_standing(rows.entries[at]);
        if (auto change = find_change(documents, at, rows.entries, listed.contract.id)) {
            rows.changes.emplace(at, std::move(*change));
        }
    }
    std::uint32_t number = 0;
    for (const wire::Document& document : versioned.without_id) {
        LedgerEntry& entry = read(document, ++number);
        entry.status = DocumentStatus::failed;
        entry.findings.insert("document-id-missing");
    }
    return rows;
}

void tell_version(const ListedContract& listed, const RowRules& rules, const ContractRows& rows, std::size_t at, LedgerEntry& entry,
                  std::vector<Finding>& findings) {
    const VersionedDocument& versioned = rows.documents[at];
    const auto note = [&](FindingCode code, Message message) {
        entry.findings.insert(code);
        findings.push_back(make_finding(code, std::move(message), listed.contract.id, entry.document_id));
    };
    if (is_delivered(versioned.record)) {
        note("inbox-delivered", messages::inbox_delivered(sanitise(versioned.record.updated_at, 60)));
    }
    if (!versioned.latest) {
        note("superseded", messages::version_replaced(entry.version));
    }
    if (versioned.listed_in_conflict && versioned.listed) {
        note("document-id-conflict", "");
    } else if (versioned.listed_twice && versioned.latest) {
        note("document-id-duplicate", "");
    }
    if (versioned.latest && listed.is_contradicted(entry.document_id)) {
        note("perimeters-disagree", "");
    }
    if (const auto change = rows.changes.find(at); change != rows.changes.end()) {
        entry.findings.insert(change->second.code);
        findings.push_back(change->second);
    }
    if (!versioned.id_listed && versioned.latest && listed.misses_unlisted()) {
        note("no-longer-listed", "");
        // Of a final document that a whole list lacks, the counting rule says more.
        const bool is_told = entry.standing == Standing::provisional || (entry.standing == Standing::final_ && entry.withdrawn);
        findings.back().raised = !is_told && listed.declared.ended == nullptr && rules.rule.decision_on_withdrawn(entry) == nullptr;
    }
    Message why;
    if (versioned.latest && versioned.listed && books::contradicts(listed.declared, entry, why)) {
        note("declaration-contradicted", std::move(why));
    }
    findings.insert(findings.end(), rows.of_values[at].begin(), rows.of_values[at].end());
}

Message other_file(std::uint32_t version) {
    return messages::version_replaces_version_file(version, version - 1);
}

FindingCode finding_of(Completeness verdict) noexcept {
    switch (verdict) {
        case Completeness::capped: return "list-capped";
        case Completeness::forbidden: return "contract-forbidden";
        case Completeness::unknown_answer: return "contract-unknown-answer";
        case Completeness::unproven: return "list-unproven";
        case Completeness::complete:
        case Completeness::failed: break;
    }
    return "contract-failed";
}

}  // namespace moisson::pipeline
