#pragma once
/// What a published folder's summary.json says of the run that made it.

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "domain/books_settings.hpp"
#include "domain/closing.hpp"

namespace moisson::bundle {

struct StatedSummary {
    std::string run_id;
    std::string period;
    std::string source;     ///< the API's address, or "sandbox:<scenario>"
    std::string verdict;    ///< of its data: "complete" also where only this run's credentials made it incomplete
    bool filtered = false;  ///< a partial view: only some contracts or document types, or without files
    std::vector<CountingChoice> counting_rules;  ///< other choices than the default, each with its contracts' ids
    std::vector<TypeDecision> type_decisions;
    std::vector<std::pair<std::string, std::string>> contracts;  ///< id and name of each contract that it was about, with rows or without
    Timestamp finished_at;
    std::uint32_t chain_number = 0;  ///< of its link; 0: it says none
    std::string bundle_sha256;       ///< as its list of files states them; empty without
    std::string ledger_sha256;
    std::map<std::string, std::string> file_sha256;  ///< by path in the folder: every file that it lists
    std::vector<ClosedMonth> closed_months;  ///< those that it names, without `files`; unreadable ones are left out
};

/// Empty when the folder has no summary.json that can be read. Its seal is not checked: that is `verify`'s.
[[nodiscard]] std::optional<StatedSummary> stated_summary(const std::filesystem::path& folder);

/// The same of a summary.json that lies anywhere, under any name.
[[nodiscard]] std::optional<StatedSummary> stated_summary_at(const std::filesystem::path& file);

/// Its run id alone, for which the file is read no further than needed; empty as above.
[[nodiscard]] std::optional<std::string> stated_run_id(const std::filesystem::path& folder);

}  // namespace moisson::bundle
