#pragma once
/// The files of a published folder against the list and the seal of its summary.json. Only the bundle room includes this header.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "bundle/file_source.hpp"
#include "bundle/json.hpp"
#include "bundle/ledger_check.hpp"

namespace moisson::bundle {

inline constexpr std::string_view summary_name = "summary.json";
inline constexpr std::string_view bundle_name = "bundle.zip";
inline constexpr std::string_view ledger_name = "ledger.csv";

/// Summary, page and JUnit are held one by one. 200,000 findings take about 60 MB.
inline constexpr std::uint64_t held_bytes_max = 1ULL << 30U;

/// A file as summary.json lists it.
struct Listed {
    std::string sha256;
    std::string size_bytes;  ///< as the summary spells it
};

/// The last member, `seal`, is the SHA-256 of all bytes before it; its own spelling is fixed too, so that no byte is free.
[[nodiscard]] bool seal_holds(std::string_view summary);

/// Its member `files`, by path; what is wrong with the list is said.
[[nodiscard]] std::map<std::string, Listed> listed_files(const rapidjson::Value& summary, Problems& problems);

/// ERP files and addenda: they stand in the folder and in its bundle.
[[nodiscard]] bool is_copied(std::string_view path);

/// A whole file; empty, and said, when it is longer than any that is held. `disk`.
[[nodiscard]] Result<std::string> held_file(FileSource& folder, std::string_view path, Problems& problems);

/// Every file of the folder, read once.
struct FolderDigests {
    std::optional<Json> summary;  ///< where it could be read
    std::string summary_sha256;   ///< of its bytes; empty when it is not there
    std::map<std::string, Listed> listed;
    std::map<std::string, std::string> seen;  ///< path to SHA-256: those that are listed and here, without summary.json
    std::vector<std::string> added;           ///< stamps and signature that are here: they are in no list
    std::uint64_t files = 0;
    std::uint64_t bytes = 0;
};

/// Says what is not as listed, what is not listed, and what no month holds; `name_missing` says the rest. Stamps and signature are in no
/// list, and not looked at. `known`: SHA-256 of files that were read already, by path. `disk`.
[[nodiscard]] Result<FolderDigests> check_folder_digests(FileSource& folder, Problems& problems,
                                                         const std::map<std::string, std::string>& known = {});
/// Files that are listed and not here.
void name_missing(const FolderDigests& digests, Problems& problems);

/// Copied files of the folder against those of its bundle, both by path to SHA-256; other paths are passed over.
void compare_copied(const std::map<std::string, std::string>& seen, const std::map<std::string, std::string>& inside, Problems& problems);

}  // namespace moisson::bundle
