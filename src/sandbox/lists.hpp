#pragma once
/// The JSON of lists and single objects, as the service prints them (api/README.md §3, §4, §5).

#include <string>
#include <vector>

#include "sandbox/world.hpp"

namespace moisson::sandbox {

/// Names are those of the run.
[[nodiscard]] std::string contracts_json(const std::vector<const Contract*>& contracts, std::uint32_t run = 1);
[[nodiscard]] std::string contract_json(const Contract& contract, std::uint32_t run = 1);
/// A bare array of the documents as they come; `listed_times` is obeyed, and counts towards `limit`.
[[nodiscard]] std::string documents_json(const std::vector<const Document*>& documents);

}  // namespace moisson::sandbox
