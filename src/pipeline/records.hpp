#pragma once
/// Wire documents and state records, one into the other, and which version of a document a listed item is.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "api/wire.hpp"
#include "state/state_store.hpp"

namespace moisson::pipeline {

/// `first_seen_run` of a document that an attempt at a part had fetched when it was killed: its file is here, and no list is held against
/// it.
inline constexpr const char* seen_by_no_run = "part";

[[nodiscard]] state::DocumentRecord to_record(const wire::Document& document, const std::string& contract_id, std::uint32_t version);
[[nodiscard]] wire::Document to_wire(const state::DocumentRecord& record);

/// The document came by an inbox alone: the service does not list it, and no list says anything of it.
[[nodiscard]] bool is_of_inbox(const state::DocumentRecord& record) noexcept;
/// The service has delivered the same invoice since: that document's id stands in `updated_at`.
[[nodiscard]] bool is_delivered(const state::DocumentRecord& record) noexcept;
/// A record of a document of an inbox, out of its values.
void mark_of_inbox(state::DocumentRecord& record) noexcept;
void mark_delivered(state::DocumentRecord& record, const std::string& document_id);

/// The digest by which a contract's list item is known again.
[[nodiscard]] std::string list_item_digest(const wire::Contract& item);

/// True when both describe the same version: same updatedAt, amount, currency, period and type. The file name alone makes no new version.
[[nodiscard]] bool same_version(const wire::Document& document, const state::DocumentRecord& record);

/// One version of one document of a contract: listed now, known from earlier runs, or both.
struct VersionedDocument {
    wire::Document document;        ///< the listed item where there is one, else what the state kept
    state::DocumentRecord record;   ///< what the state holds or will hold, file included where one is stored
    bool listed = false;            ///< the API lists this very version now; of an inbox: always
    bool id_listed = false;         ///< the API lists this document id now, in whatever version; of an inbox: always
    bool latest = false;            ///< highest version of its id
    bool is_new = false;            ///< not in the state yet
    bool changed_since_known = false;  ///< an earlier run knew this id, and not this version: the same in this run and in all later ones
    bool listed_twice = false;      ///< the id stood more than once in the list
    bool listed_in_conflict = false;  ///< … with different values, and neither age nor type says which of them holds now
};

struct VersionedContract {
    std::vector<VersionedDocument> documents;  ///< by document id, then version
    std::vector<wire::Document> without_id;    ///< listed items whose id is missing, ordered by what they hold
};

/// Takes the documents of an inbox out of `known`: no list is held against them.
[[nodiscard]] std::vector<state::DocumentRecord> take_of_inbox(std::vector<state::DocumentRecord>& known);
/// … and back in among what was matched. One whose id the service lists too is the service's.
void add_of_inbox(VersionedContract& versioned, std::vector<state::DocumentRecord> records);

/// Matches what the API lists against what the state knows (`known`: by document id, then version).
/// An id listed twice with equal values stands once; with different values each is a version of its own, the oldest `updatedAt` first.
/// The result does not depend on the order of `listed`.
[[nodiscard]] VersionedContract match_versions(std::vector<wire::Document> listed, std::vector<state::DocumentRecord> known,
                                               const std::string& contract_id, const std::string& run_id);

}  // namespace moisson::pipeline
