#pragma once
/// The time stamps and the signature that lie beside a month's evidence.json, against it.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "evidence/signature.hpp"
#include "evidence/timestamp.hpp"
#include "evidence/trust.hpp"

namespace moisson::pipeline {

struct EvidenceReport {
    std::vector<std::string> problems;  ///< sentences, each with its file; empty: what is there holds
    std::vector<std::string> said;      ///< what each stamp and the signature say, one sentence each
    std::vector<evidence::TokenFacts> stamps;  ///< those that hold, from the first one on without a gap
    std::optional<evidence::SignatureFacts> signature;
    std::string evidence;               ///< the bytes of evidence.json
    std::string stamped;                ///< these bytes and those of all stamps, in order: what the next stamp is of
    bool has_evidence = false;          ///< evidence.json is there
};

/// Reads and checks whatever of them a folder holds. A month without any is no problem; a stamp without evidence.json, one whose
/// predecessor is missing, one older than its predecessor, and all that is wrong with one are. `disk` for a file that cannot be read.
[[nodiscard]] Result<EvidenceReport> check_evidence(const std::filesystem::path& folder, const evidence::Trust& trust, Timestamp now);

}  // namespace moisson::pipeline
