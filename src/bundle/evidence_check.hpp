#pragma once
/// evidence.json and evidence/answers.zip of a published folder (samples/evidence.md) against the folder. Only the bundle room includes
/// this header.

#include <map>
#include <string>
#include <string_view>

#include "bundle/file_source.hpp"
#include "bundle/json.hpp"
#include "bundle/ledger_check.hpp"

namespace moisson::bundle {

inline constexpr std::string_view evidence_name = "evidence.json";
inline constexpr std::string_view answers_name = "evidence/answers.zip";

/// What evidence is held against.
struct EvidenceContext {
    FileSource& folder;
    const std::map<std::string, std::string>& digests;  ///< SHA-256 of each file of the folder that summary.json lists, by path
    const rapidjson::Value& summary;                    ///< the published one
};

/// Adds a sentence for everything that is wrong: no schema of this version, a member too many, too few or of another kind; another period
/// or run than the summary's; digests of ledger.csv, bundle.zip and the answers that are not the folder's; a document of the ledger whose
/// file is there and that it lacks, or tells of with another file; one that the ledger lacks; a certificate that is named and not
/// described; an answer that is not in answers.zip with its digest, or one there that it does not name. `disk` when a file cannot be read.
[[nodiscard]] Status check_evidence(std::string text, const EvidenceContext& context, Problems& problems);

}  // namespace moisson::bundle
