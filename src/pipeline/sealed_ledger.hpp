#pragma once
/// A published ledger.csv or addendum read back: the rows that a closing keeps.

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "domain/closing.hpp"
#include "domain/contract.hpp"

namespace moisson::pipeline {

/// What a row says of the service's list besides what closing keeps.
struct SealedListing {
    std::string filename;
    bool withdrawn = false;  ///< it was no longer listed
};

/// A ledger.csv as far as closing, and what compares a month with it, need it.
struct SealedLedger {
    std::string sha256;           ///< of the file
    std::vector<ClosedRow> rows;  ///< those with a month
    std::vector<SealedListing> listings;  ///< one for each of `rows`
    std::map<std::string, Contract> contracts;  ///< by id, as the rows name them; without platform ids
    std::uint64_t row_count = 0;  ///< all
    std::uint64_t counted = 0;
    bool files_not_requested = false;  ///< some row was made without asking for its file
};
/// `disk`; `verification` when the file is not a ledger.
[[nodiscard]] Result<SealedLedger> read_sealed_ledger(const std::filesystem::path& path);

/// The same of a published addendum, whose rows it adds to `addendum`, each as `late` and without what was counted before: the file does
/// not say so.
[[nodiscard]] Result<SealedLedger> read_addendum(const std::filesystem::path& path, Addendum& addendum);

}  // namespace moisson::pipeline
