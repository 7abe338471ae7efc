#pragma once
/// A part of a month as one machine made it: a folder that is sealed by its manifest.
///
///     part.json     what was asked for, by whom, and how it ended (PartHeader)
///     outcomes      what the service answered (outcomes.hpp)
///     objects/…     the files, by their SHA-256
///     part.sha256   one line of `sha256sum` for each of these, by path; written last
///
/// A part publishes nothing and books nothing: that is the merge's.

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/exit_code.hpp"
#include "base/result.hpp"
#include "config/job.hpp"
#include "domain/run_summary.hpp"
#include "domain/view.hpp"

namespace moisson::parts {

inline constexpr std::string_view outcomes_name = "outcomes";

/// A login that the part asked.
struct PartLogin {
    std::string perimeter;  ///< empty: the job's only one
    std::string api_url;
    std::string oauth_url;
};

/// What `part.json` says.
struct PartHeader {
    std::string program;  ///< version and build: parts and merge are of one
    config::PartNumber part;
    MonthRange period;  ///< both bounds empty: everything
    View view;
    bool refetch = false;  ///< files that were here were asked for once more
    std::string job_sha256;              ///< of the job file; empty: none was given
    std::vector<std::string> perimeters;  ///< all of the job's, this part's among them; empty: it has none
    std::string source;                  ///< the service
    std::vector<PartLogin> logins;
    config::ContractShare share;  ///< of the logins' contracts
    std::string run_id;
    std::string host;
    Timestamp began_at{};  ///< the first question was asked after
    Timestamp made_at{};
    std::string mark;  ///< stands in the place of secrets
    RequestCounts requests;
    ExitCode exit_code = ExitCode::complete;
    std::uint64_t contracts = 0;
    std::uint64_t documents = 0;  ///< listed
    std::uint64_t files = 0;
    std::uint64_t file_bytes = 0;
    std::vector<std::string> missing;  ///< sentences, in English: what the part could not have
    std::vector<std::string> warnings;  ///< of the credentials, in English
};

/// "1/3".
[[nodiscard]] std::string to_text(const config::PartNumber& part);
/// Of this program.
[[nodiscard]] std::string program_of_parts();
/// The folder's name: "1-of-3".
[[nodiscard]] std::string folder_name(const config::PartNumber& part);

/// Writes part.json and then part.sha256 of all that is in `folder`; digests of `objects` (file below `folder`, SHA-256) are taken as
/// given. `disk`.
[[nodiscard]] Status seal_part(const std::filesystem::path& folder, const PartHeader& header,
                               const std::vector<std::pair<std::string, std::string>>& objects);

/// A sealed part.
struct Part {
    std::filesystem::path folder;
    PartHeader header;
    std::string sha256;           ///< of its manifest: two parts with the same are the same
    std::string outcomes_sha256;
    std::vector<std::string> objects;  ///< SHA-256 of each file
    [[nodiscard]] std::filesystem::path object_path(std::string_view digest) const;
};

/// Where an object of the digest stands below a part.
[[nodiscard]] std::string object_name(std::string_view sha256);

/// The folder has the manifest of one.
[[nodiscard]] bool is_part(const std::filesystem::path& folder);

/// Reads manifest and header; of outcomes and objects only that they are named. `bad_input`: there is no such folder, or nothing of a part
/// in it; `verification`: it is half a part, or its header's bytes are others; `disk`.
[[nodiscard]] Result<Part> open_part(const std::filesystem::path& folder);

}  // namespace moisson::parts
