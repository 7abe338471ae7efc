#include "pipeline/records.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <tuple>

#include "base/digest.hpp"

namespace moisson::pipeline {

namespace {

enum Present : std::uint8_t {
    present_type = 1,
    present_filename = 2,
    present_period = 4,
    present_created_at = 8,
    present_updated_at = 16,
    present_currency = 32,
    came_by_inbox = 64,
    delivered_since = 128,
};

void put(std::string& text, std::uint8_t& mask, const std::optional<std::string>& value, Present bit) {
    if (value) {
        text = *value;
        mask = static_cast<std::uint8_t>(mask | bit);
    }
}

std::optional<std::string> get(const std::string& text, std::uint8_t mask, Present bit) {
    return (mask & bit) != 0 ? std::optional(text) : std::nullopt;
}

/// What makes a version, `updatedAt` first.
auto values_of(const wire::Document& document) {
    return std::tie(document.updatedAt, document.documentType, document.period, document.currency, document.amount_kind, document.amount);
}

/// An order over all that an item holds: which of two stands for a document must not depend on the order in which they were listed.
bool content_order(const wire::Document& left, const wire::Document& right) {
    return std::tuple_cat(values_of(left), std::tie(left.createdAt, left.filename)) <
           std::tuple_cat(values_of(right), std::tie(right.createdAt, right.filename));
}

/// All listed items and known versions of one document id.
struct Candidates {
    std::vector<wire::Document> listed;  ///< no two with the same values
    std::vector<state::DocumentRecord> known;
    bool listed_twice = false;
};

void add_listed(Candidates& candidates, wire::Document document) {
    candidates.listed_twice = !candidates.listed.empty();
    for (wire::Document& other : candidates.listed) {
        if (values_of(other) == values_of(document)) {
            if (content_order(document, other)) {
                other = std::move(document);
            }
            return;
        }
    }
    candidates.listed.push_back(std::move(document));
}

/// True when nothing says which of the items is the later version: the last by age is as old as another, or of another type.
bool is_conflict(const std::vector<wire::Document>& by_age) {
    return std::any_of(by_age.begin(), by_age.end(), [&](const wire::Document& item) {
        return &item != &by_age.back() && (item.updatedAt == by_age.back().updatedAt || item.documentType != by_age.back().documentType);
    });
}

/// The listed item that a known version stands for; its place in `listed`, or listed.size().
std::size_t find_match(const std::vector<wire::Document>& listed, const state::DocumentRecord& record) {
    return static_cast<std::size_t>(std::find_if(listed.begin(), listed.end(),
                                                 [&](const wire::Document& item) { return same_version(item, record); }) -
                                    listed.begin());
}

void keep_known(VersionedContract& result, Candidates& candidates, std::vector<bool>& taken) {
    const std::size_t first = result.documents.size();
    result.documents.resize(first + candidates.known.size());
    // The newest first: values that came back stand for the latest version that had them, not for the oldest.
    for (std::size_t at = candidates.known.size(); at-- > 0;) {
        state::DocumentRecord& record = candidates.known[at];
        VersionedDocument& entry = result.documents[first + at];
        const std::size_t match = find_match(candidates.listed, record);
        entry.listed = match < candidates.listed.size() && !taken[match];
        entry.id_listed = !candidates.listed.empty();
        if (entry.listed) {
            taken[match] = true;
            entry.document = candidates.listed[match];
        } else {
            entry.document = to_wire(record);
        }
        entry.record = std::move(record);
    }
}

void match_one(VersionedContract& result, Candidates candidates, const std::string& contract_id, const std::string& run_id) {
    std::sort(candidates.listed.begin(), candidates.listed.end(), content_order);
    const bool was_known = !candidates.known.empty();
    const std::uint32_t known_highest = was_known ? candidates.known.back().version : 0;
    std::vector<bool> taken(candidates.listed.size(), false);
    const std::size_t first = result.documents.size();
    keep_known(result, candidates, taken);

    // Values that went back to those of an earlier version are a version of their own: the latest row must say what the API says.
    const bool highest_is_listed = was_known && result.documents.back().listed;
    if (was_known && !candidates.listed.empty() && !highest_is_listed &&
        std::all_of(taken.begin(), taken.end(), [](bool one) { return one; })) {
        taken.back() = false;
    }
    std::uint32_t version = known_highest;
    for (std::size_t at = 0; at < candidates.listed.size(); ++at) {
        if (taken[at]) {
            continue;
        }
        VersionedDocument entry;
        entry.document = candidates.listed[at];
        entry.record = to_record(entry.document, contract_id, ++version);
        entry.record.first_seen_run = run_id;
        entry.listed = true;
        entry.id_listed = true;
        entry.is_new = true;
        result.documents.push_back(std::move(entry));
    }
    for (std::size_t at = first; at < result.documents.size(); ++at) {
        VersionedDocument& entry = result.documents[at];
        entry.listed_twice = candidates.listed_twice;
        entry.listed_in_conflict = is_conflict(candidates.listed);
        entry.changed_since_known = entry.record.first_seen_run != result.documents[first].record.first_seen_run;
    }
    result.documents.back().latest = true;
}

}  // namespace

state::DocumentRecord to_record(const wire::Document& document, const std::string& contract_id, std::uint32_t version) {
    state::DocumentRecord record;
    record.contract_id = contract_id;
    record.document_id = document.id;
    record.version = version;
    put(record.document_type, record.present, document.documentType, present_type);
    put(record.filename, record.present, document.filename, present_filename);
    put(record.period, record.present, document.period, present_period);
    put(record.created_at, record.present, document.createdAt, present_created_at);
    put(record.updated_at, record.present, document.updatedAt, present_updated_at);
    put(record.currency, record.present, document.currency, present_currency);
    record.amount = document.amount;
    record.amount_kind = static_cast<std::uint8_t>(document.amount_kind);
    return record;
}

wire::Document to_wire(const state::DocumentRecord& record) {
    wire::Document document;
    document.id = record.document_id;
    document.documentType = get(record.document_type, record.present, present_type);
    document.filename = get(record.filename, record.present, present_filename);
    document.period = get(record.period, record.present, present_period);
    document.createdAt = get(record.created_at, record.present, present_created_at);
    document.updatedAt = get(record.updated_at, record.present, present_updated_at);
    document.currency = get(record.currency, record.present, present_currency);
    document.amount = record.amount;
    document.amount_kind = static_cast<wire::AmountKind>(record.amount_kind);
    return document;
}

bool is_of_inbox(const state::DocumentRecord& record) noexcept { return (record.present & came_by_inbox) != 0; }

bool is_delivered(const state::DocumentRecord& record) noexcept { return (record.present & delivered_since) != 0; }

void mark_of_inbox(state::DocumentRecord& record) noexcept { record.present = static_cast<std::uint8_t>(record.present | came_by_inbox); }

void mark_delivered(state::DocumentRecord& record, const std::string& document_id) {
    record.present = static_cast<std::uint8_t>(record.present | delivered_since);
    record.updated_at = document_id;
}

std::string list_item_digest(const wire::Contract& item) {
    Digest digest;
    for (const std::string* value : {&item.id, &item.name, &item.offer_id, &item.offer_name, &item.customer_id, &item.customer_name,
                                     &item.platformId}) {
        digest.update(std::to_string(value->size()));
        digest.update(":");
        digest.update(*value);
    }
    return digest.finish_hex();
}

bool same_version(const wire::Document& document, const state::DocumentRecord& record) {
    const wire::Document known = to_wire(record);
    return document.updatedAt == known.updatedAt && document.amount == known.amount && document.amount_kind == known.amount_kind &&
           document.currency == known.currency && document.period == known.period && document.documentType == known.documentType;
}

std::vector<state::DocumentRecord> take_of_inbox(std::vector<state::DocumentRecord>& known) {
    const auto first = std::stable_partition(known.begin(), known.end(), [](const auto& record) { return !is_of_inbox(record); });
    std::vector<state::DocumentRecord> taken(std::make_move_iterator(first), std::make_move_iterator(known.end()));
    known.erase(first, known.end());
    return taken;
}

void add_of_inbox(VersionedContract& versioned, std::vector<state::DocumentRecord> records) {
    const auto by_id = [](const VersionedDocument& one, const std::string& id) { return one.record.document_id < id; };
    for (state::DocumentRecord& record : records) {
        const auto at = std::lower_bound(versioned.documents.begin(), versioned.documents.end(), record.document_id, by_id);
        if (at != versioned.documents.end() && at->record.document_id == record.document_id) {
            continue;
        }
        VersionedDocument one;
        one.document = to_wire(record);
        one.record = std::move(record);
        one.listed = one.id_listed = one.latest = true;
        versioned.documents.insert(at, std::move(one));
    }
}

VersionedContract match_versions(std::vector<wire::Document> listed, std::vector<state::DocumentRecord> known,
                                 const std::string& contract_id, const std::string& run_id) {
    VersionedContract result;
    std::map<std::string, Candidates> by_id;
    for (state::DocumentRecord& record : known) {
        Candidates& candidates = by_id[record.document_id];
        candidates.known.push_back(std::move(record));
    }
    for (wire::Document& document : listed) {
        if (document.id.empty()) {
            result.without_id.push_back(std::move(document));
            continue;
        }
        Candidates& candidates = by_id[document.id];
        add_listed(candidates, std::move(document));
    }
    std::sort(result.without_id.begin(), result.without_id.end(), content_order);
    for (auto& [id, candidates] : by_id) {
        match_one(result, std::move(candidates), contract_id, run_id);
    }
    return result;
}

}  // namespace moisson::pipeline
