#pragma once
/// What a published folder's summary.json says of the run that made it.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "domain/books_settings.hpp"

namespace moisson::bundle {

struct StatedSummary {
    std::string run_id;
    std::string period;
    std::string verdict;    ///< of its data: "complete" also where only this run's credentials made it incomplete
    bool filtered = false;  ///< a partial view: only some contracts or document types, or without files
    std::vector<CountingChoice> counting_rules;  ///< other choices than the default, each with its contracts' ids
    std::vector<TypeDecision> type_decisions;
};

/// Empty when the folder has no summary.json that can be read. Its seal is not checked: that is `verify`'s.
[[nodiscard]] std::optional<StatedSummary> stated_summary(const std::filesystem::path& folder);

}  // namespace moisson::bundle
