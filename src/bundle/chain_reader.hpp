#pragma once
/// What the child reads of one link of the chain (chain_month.hpp). Only the bundle room includes this header.

#include "bundle/chain_month.hpp"
#include "bundle/file_source.hpp"

namespace moisson::bundle {

/// Links, and marks: more are over budget. Each month a hundred times for a hundred years.
inline constexpr std::size_t chain_links_max = 120'000;
/// Closed months of one bundle: two hundred years.
inline constexpr std::size_t chain_closed_max = 2'400;

/// `bundle_sha256`: of the bundle, which was read already; of a folder without one it is empty.
[[nodiscard]] Result<ChainFacts> chain_facts_of_folder(FileSource& folder, const std::string& bundle_sha256);
[[nodiscard]] Result<ChainFacts> chain_facts_of_bundle(OpenFile bundle, const std::string& bundle_sha256);
[[nodiscard]] Result<ChainBooks> chain_books_of_bundle(OpenFile bundle, const ChainMarks& marks);

}  // namespace moisson::bundle
