#pragma once
/// What a bundle holds for an auditor against the rest of it: README.txt, LISEZ-MOI.txt, index.html, data/ledger.schema.json. Only the
/// bundle room includes this header.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "bundle/json.hpp"
#include "bundle/ledger_check.hpp"

namespace moisson::bundle {

/// The four files' bytes, empty where there is none, and the rest of the bundle.
struct AuditorSource {
    std::string_view notes_english;
    std::string_view notes_french;
    std::string_view page;
    std::string_view schema;
    std::string_view top;                ///< the bundle's folder, without '/'
    const std::vector<DataFile>& files;  ///< sorted by path
    std::uint64_t length = 0;            ///< of the bundle, in bytes
    /// Reads a table ("data/ledger.csv") row by row, its header first. False: it cannot be read whole, which is said elsewhere.
    std::function<bool(const std::string& path, const std::function<void(const std::vector<std::string>&)>& take)> read_table;
};

/// Either all four are there, with a retention in the summary, or, as in bundles of earlier versions, none. Each link of the page leads to
/// a file of the bundle, and each document is linked. Where this version of the program wrote the bundle, notes and page are to the byte
/// what the ledger and the summary give; only French sentences for findings are compared by their values.
void check_auditor_files(const rapidjson::Value& summary, const AuditorSource& source, Problems& problems);

}  // namespace moisson::bundle
