#pragma once
/// The two re-checks behind `verify`. Only the bundle room includes this header.

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "bundle/bundle.hpp"
#include "bundle/ledger_check.hpp"
#include "bundle/zip_format.hpp"

namespace moisson::bundle {

/// What a bundle turned out to hold.
struct BundleContent {
    std::uint64_t entries = 0;
    std::uint64_t payload_bytes = 0;
    std::uint64_t documents = 0;
    std::string ledger_sha256;  ///< of data/ledger.csv; empty when there is none
    std::map<std::string, LedgerTotal> totals;
    std::map<std::string, std::string> files;  ///< payload path without "data/", documents left out, to SHA-256
    std::string summary;                       ///< data/summary.json; empty when there is none
};

/// Adds a sentence for everything that is wrong. `disk` when the file cannot be read.
[[nodiscard]] Result<BundleContent> check_bundle(const std::filesystem::path& path, const ZipLimits& limits, Problems& problems);

/// The `totals` of a summary.json (any kind) against the ledger's own.
void check_summary_totals(std::string_view summary, const std::string& where, const std::map<std::string, LedgerTotal>& totals,
                          Problems& problems);

/// What two kinds of a month's summary.json say alike: closed months, addenda, usage.
void check_same_statements(std::string_view published, std::string_view archived, Problems& problems);

}  // namespace moisson::bundle
