#pragma once
/// The two re-checks behind `verify`. Only the bundle room includes this header.

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "bundle/books_check.hpp"
#include "bundle/bundle.hpp"
#include "bundle/file_source.hpp"
#include "bundle/json.hpp"
#include "bundle/ledger_check.hpp"
#include "bundle/zip_format.hpp"

namespace moisson::bundle {

/// What a bundle turned out to hold.
struct BundleContent {
    std::uint64_t entries = 0;
    std::uint64_t payload_bytes = 0;
    std::string ledger_sha256;  ///< of data/ledger.csv; empty when there is none
    LedgerFacts ledger;
    std::map<std::string, std::string> files;  ///< payload path without "data/", documents left out, to SHA-256
    std::optional<StatedPlace> place;           ///< in the chain, where it carries the books
    std::optional<Json> summary;               ///< data/summary.json, where it could be read
};

/// Adds a sentence for everything that is wrong. `disk` when the file cannot be read.
[[nodiscard]] Result<BundleContent> check_bundle(OpenFile file, const ZipLimits& limits, Problems& problems);

}  // namespace moisson::bundle
